#include "tap_pinterest/cli/about.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tap_pinterest/config/settings.hpp"

namespace tap_pinterest::cli {
namespace {

using Json = nlohmann::ordered_json;

TEST(About, JsonHasWhatMeltanoReads) {
  const Json about = Json::parse(cli::about(AboutFormat::json));
  EXPECT_EQ(about.at("name"), "tap-pinterest");
  EXPECT_EQ(about.at("version"), TAP_PINTEREST_VERSION);
  EXPECT_FALSE(about.at("description").get<std::string>().empty());
  EXPECT_EQ(about.at("capabilities"),
            Json({"catalog", "discover", "state", "about", "schema-flattening", "structured-logging"}));
  EXPECT_EQ(about.at("settings"), config::settings_schema());
}

TEST(About, EveryFormatNamesEverySettingAndEndsWithANewline) {
  for (const AboutFormat format : {AboutFormat::text, AboutFormat::markdown}) {
    const std::string text = about(format);
    EXPECT_TRUE(text.ends_with("\n"));
    for (const config::Setting& setting : config::settings()) {
      EXPECT_NE(text.find(setting.name), std::string::npos) << setting.name;
    }
  }
  EXPECT_TRUE(about(AboutFormat::json).ends_with("}\n"));
}

TEST(About, TextFitsAScreen) {
  std::istringstream text(about(AboutFormat::text));
  for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), 110U) << line;
}

TEST(About, MarkdownRowsHaveFourCells) {
  std::istringstream text(about(AboutFormat::markdown));
  int rows = 0;
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with("| ")) continue;
    ++rows;
    EXPECT_EQ(std::ranges::count(line, '|'), 5) << line;
  }
  EXPECT_GT(rows, 40);
}

}  // namespace
}  // namespace tap_pinterest::cli
