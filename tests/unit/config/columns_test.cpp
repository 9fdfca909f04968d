#include "tap_pinterest/config/columns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace tap_pinterest::config {
namespace {

TEST(Columns, AreAllThatTheSynchronousEndpointsTake) {
  const std::set<std::string_view> unique(analytics_column_names().begin(), analytics_column_names().end());
  EXPECT_EQ(unique.size(), 175U);
  EXPECT_EQ(analytics_columns().size(), 175U);
  EXPECT_EQ(analytics_columns().front().name, "SPEND_IN_MICRO_DOLLAR");
  EXPECT_EQ(analytics_columns().back().name, "TOTAL_CUSTOM_CONVERSION_RATE");
}

TEST(Columns, AreFoundByExactNameOnly) {
  ASSERT_NE(find_column("CTR"), nullptr);
  EXPECT_EQ(find_column("CTR")->name, "CTR");
  EXPECT_EQ(find_column("ctr"), nullptr);
  EXPECT_EQ(find_column(""), nullptr);
  EXPECT_EQ(find_column("DATE"), nullptr);
}

TEST(Columns, IdsNamesStatusesAndTypesAreText) {
  for (const Column& column : analytics_columns()) {
    for (const std::string_view ending : {"_ID", "_NAME", "_STATUS", "_TYPE", "_LABEL", "_TAG"}) {
      EXPECT_TRUE(column.is_text || !column.name.ends_with(ending)) << column.name;
    }
  }
  EXPECT_EQ(std::ranges::count_if(analytics_columns(), &Column::is_text), 24);
}

TEST(Columns, MetricsAreNumbers) {
  for (const std::string_view name :
       {"SPEND_IN_DOLLAR", "CTR", "CHECKOUT_ROAS", "VIDEO_LENGTH", "CAMPAIGN_DAILY_SPEND_CAP",
        "AD_GROUP_BID_MULTIPLIER", "AD_GROUP_BUDGET_IN_LOCAL_CURRENCY", "TOTAL_CONVERSIONS"}) {
    ASSERT_NE(find_column(name), nullptr) << name;
    EXPECT_FALSE(find_column(name)->is_text) << name;
  }
}

TEST(Columns, DefaultsAreSeventeenKnownColumns) {
  EXPECT_EQ(default_analytics_columns().size(), 17U);
  for (const std::string_view name : default_analytics_columns()) {
    EXPECT_NE(find_column(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace tap_pinterest::config
