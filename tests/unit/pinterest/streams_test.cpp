#include "tap_pinterest/pinterest/streams.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "fakes/test_config.hpp"

namespace tap_pinterest::pinterest {
namespace {

using fakes::test_config;
using singer::Json;

const Json& property(const singer::StreamDescription& description, const std::string& name) {
  return description.schema.at("properties").at(name);
}

TEST(Streams, AreTwentyOneAndParentsComeBeforeTheirChildren) {
  std::set<std::string_view> seen;
  for (const StreamDefinition& stream : streams()) {
    for (const std::string_view needed : {stream.parent, stream.condition.list}) {
      EXPECT_TRUE(needed.empty() || seen.contains(needed)) << stream.id;
    }
    EXPECT_TRUE(seen.insert(stream.id).second) << stream.id;
  }
  EXPECT_EQ(seen.size(), 21U);
}

TEST(Streams, OfProductItemsHaveNoTotal) {
  config::Config config = test_config();
  const StreamDefinition& items = *find_stream("product_item_report");
  EXPECT_EQ(find_stream_problem(items, config), "");
  config.analytics.granularity = config::Granularity::total;
  EXPECT_TRUE(find_stream_problem(items, config)
                  .starts_with("analytics_granularity: product_item_report has no TOTAL"));
  EXPECT_EQ(find_stream_problem(*find_stream("keyword_report"), config), "");
}

TEST(Streams, AreFoundByTheirExactName) {
  EXPECT_EQ(find_stream("pins")->path, "/pins");
  EXPECT_EQ(find_stream("Pins"), nullptr);
  EXPECT_EQ(find_stream(""), nullptr);
}

TEST(Streams, HaveKeysThatTheirSchemaTypesAndNeverNulls) {
  for (const StreamDefinition& stream : streams()) {
    const auto description = describe(stream, test_config());
    ASSERT_FALSE(description.key_properties.empty()) << stream.id;
    for (const std::string& key : description.key_properties) {
      EXPECT_EQ(property(description, key).at("type"), "string") << stream.id << "." << key;
    }
    if (!description.replication_key.empty()) {
      EXPECT_TRUE(description.schema.at("properties").contains(description.replication_key)) << stream.id;
    }
  }
}

TEST(Streams, NameTheirCategoriesAsTheOpenApiDocumentDoes) {
  EXPECT_EQ(to_string(Category::ads_read), "ads_read");
  EXPECT_EQ(to_string(Category::ads_analytics), "ads_analytics");
  EXPECT_EQ(to_string(Category::org_read), "org_read");
  EXPECT_EQ(to_string(Category::org_analytics), "org_analytics");
}

TEST(Describe, MakesEveryColumnAPropertyOfMetrics) {
  config::Config config = test_config();
  config.analytics.columns = {"SPEND_IN_DOLLAR", "CAMPAIGN_NAME"};
  const auto description = describe(*find_stream("campaign_analytics"), config);
  const Json& metrics = property(description, "metrics").at("properties");
  EXPECT_EQ(metrics.size(), 2U);
  EXPECT_EQ(metrics.at("SPEND_IN_DOLLAR").at("type"), (Json{"number", "null"}));
  EXPECT_EQ(metrics.at("CAMPAIGN_NAME").at("type"), (Json{"string", "null"}));
  EXPECT_EQ(description.configured_object, "metrics");
}

TEST(Describe, MakesMetricTypesPropertiesOfPinMetrics) {
  const auto description = describe(*find_stream("pin_analytics"), test_config());
  const Json& metrics = property(description, "metrics").at("properties");
  EXPECT_EQ(metrics.size(), 2U);
  EXPECT_EQ(metrics.at("SAVE").at("type"), (Json{"number", "null"}));
}

TEST(Describe, MakesDateADateTimeForHoursOnly) {
  config::Config config = test_config();
  const StreamDefinition& stream = *find_stream("ad_analytics");
  EXPECT_EQ(property(describe(stream, config), "DATE").at("format"), "date");
  config.analytics.granularity = config::Granularity::hour;
  EXPECT_EQ(property(describe(stream, config), "DATE").at("format"), "date-time");
  EXPECT_EQ(property(describe(*find_stream("pin_analytics"), config), "date").at("format"), "date");
}

TEST(LackingScopes, AreNamedWithTheirStreams) {
  EXPECT_TRUE(lacking_scopes(kAllScopes).empty());
  EXPECT_TRUE(lacking_scopes("pins:read  boards:read, ads:read user_accounts:read").empty());
  EXPECT_EQ(lacking_scopes("ads:read,boards:read"),
            (std::vector<std::string>{"pins (pins:read)", "pin_analytics (pins:read)"}));
  EXPECT_EQ(lacking_scopes("").size(), 10U);
  EXPECT_EQ(lacking_scopes("ads:readonly boards:read pins:read").size(), 6U);
}

TEST(FindTargetingProblem, NamesTheTypeAndTheStreamThatHasIt) {
  config::Config config = test_config();
  config.analytics.targeting_types = {"GENDER", "QUIZ_RESULT"};
  EXPECT_EQ(find_stream_problem(*find_stream("ad_targeting_analytics"), config), "");
  EXPECT_EQ(find_stream_problem(*find_stream("campaign_analytics"), config), "");
  EXPECT_EQ(
      find_stream_problem(*find_stream("campaign_targeting_analytics"), config),
      "targeting_types: campaign_targeting_analytics has no QUIZ_RESULT, only ad_targeting_analytics has it; "
      "remove it, or deselect campaign_targeting_analytics");
}

TEST(Describe, GivesTotalNoReplicationKey) {
  config::Config config = test_config();
  config.analytics.granularity = config::Granularity::total;
  EXPECT_EQ(describe(*find_stream("campaign_analytics"), config).replication_key, "");
  EXPECT_EQ(describe(*find_stream("pin_analytics"), config).replication_key, "date");
  EXPECT_EQ(describe(*find_stream("campaigns"), config).replication_key, "updated_time");
}

TEST(Describe, LeavesListsAsTheirSchemaFileHasThem) {
  const auto description = describe(*find_stream("ad_accounts"), test_config());
  EXPECT_EQ(description.configured_object, "");
  EXPECT_EQ(description.replication_key, "");
  EXPECT_EQ(description.key_properties, std::vector<std::string>{"id"});
}

}  // namespace
}  // namespace tap_pinterest::pinterest
