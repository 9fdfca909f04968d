#include "tap_pinterest/config/settings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace tap_pinterest::config {
namespace {

using Json = nlohmann::ordered_json;

TEST(Settings, NamesAreUniqueAndEveryRowIsDescribed) {
  std::set<std::string_view> names;
  for (const Setting& setting : settings()) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
    EXPECT_FALSE(setting.title.empty()) << setting.name;
    EXPECT_TRUE(setting.description.ends_with(".")) << setting.name;
    EXPECT_FALSE(to_string(setting.kind).empty()) << setting.name;
  }
}

TEST(Settings, MembersStandBehindTheirObject) {
  std::set<std::string_view> objects;
  for (const Setting& setting : settings()) {
    if (setting.kind == Kind::object) objects.insert(setting.name);
    const std::size_t dot = setting.name.find('.');
    if (dot != std::string_view::npos) {
      EXPECT_TRUE(objects.contains(setting.name.substr(0, dot))) << setting.name;
    }
  }
}

TEST(Settings, AreFoundByName) {
  ASSERT_NE(find_setting("oauth_credentials.refresh_token"), nullptr);
  EXPECT_EQ(find_setting("refresh"), nullptr);
}

TEST(Settings, EnvironmentNamesJoinNestedNamesByTwoUnderscores) {
  EXPECT_EQ(environment_name(*find_setting("client_id")), "TAP_PINTEREST_CLIENT_ID");
  EXPECT_EQ(environment_name(*find_setting("oauth_credentials.refresh_token")),
            "TAP_PINTEREST_OAUTH_CREDENTIALS__REFRESH_TOKEN");
}

TEST(SettingsSchema, HasATypeForEverySetting) {
  const Json schema = settings_schema();
  EXPECT_EQ(schema.at("type"), "object");
  for (const auto& [name, property] : schema.at("properties").items()) {
    EXPECT_TRUE(property.at("type").is_string()) << name;
    EXPECT_FALSE(property.at("title").get<std::string>().empty()) << name;
    EXPECT_FALSE(property.at("description").get<std::string>().empty()) << name;
  }
}

TEST(SettingsSchema, NestsTheMembersOfObjects) {
  const Json properties = settings_schema().at("properties");
  EXPECT_EQ(properties.at("oauth_credentials").at("properties").size(), 4U);
  EXPECT_EQ(properties.at("rate_limits").at("properties").at("ads_read").at("default"), 1000);
  EXPECT_EQ(properties.at("rate_limits").at("additionalProperties"), false);
  EXPECT_FALSE(std::ranges::any_of(
      properties.items(), [](const auto& item) { return item.key().find('.') != std::string::npos; }));
}

TEST(SettingsSchema, MarksSecrets) {
  const Json properties = settings_schema().at("properties");
  const Json& credentials = properties.at("oauth_credentials").at("properties");
  for (const Json& property : {properties.at("access_token"), properties.at("client_secret"),
                               properties.at("refresh_token"), credentials.at("refresh_proxy_url_auth"),
                               credentials.at("access_token"), credentials.at("refresh_token")}) {
    EXPECT_EQ(property.at("secret"), true);
    EXPECT_EQ(property.at("writeOnly"), true);
  }
  EXPECT_FALSE(properties.at("client_id").contains("secret"));
}

TEST(SettingsSchema, TellsDefaultsChoicesAndBounds) {
  const Json properties = settings_schema().at("properties");
  EXPECT_EQ(properties.at("analytics_granularity").at("default"), "DAY");
  EXPECT_EQ(properties.at("analytics_granularity").at("enum").size(), 5U);
  EXPECT_EQ(properties.at("click_window_days").at("enum"), Json({0, 1, 7, 14, 30, 60}));
  EXPECT_EQ(properties.at("analytics_columns").at("default").size(), 17U);
  EXPECT_EQ(properties.at("analytics_columns").at("items").at("enum").size(), 175U);
  EXPECT_EQ(properties.at("max_concurrency").at("minimum").dump(), "1");
  EXPECT_EQ(properties.at("max_concurrency").at("maximum").dump(), "64");
  EXPECT_EQ(properties.at("rate_limit_share").at("exclusiveMinimum").dump(), "0");
  EXPECT_FALSE(properties.at("start_date").contains("default"));
  EXPECT_FALSE(properties.at("rate_limit_share").contains("default")) << "a shard has another";
}

}  // namespace
}  // namespace tap_pinterest::config
