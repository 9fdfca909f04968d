#include "tap_pinterest/config/columns.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

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
      EXPECT_TRUE(column.is_text() || !column.name.ends_with(ending)) << column.name;
    }
  }
  EXPECT_EQ(std::ranges::count_if(analytics_columns(), &Column::is_text), 24);
}

TEST(Columns, MetricsAreNumbers) {
  for (const std::string_view name :
       {"SPEND_IN_DOLLAR", "CTR", "CHECKOUT_ROAS", "VIDEO_LENGTH", "CAMPAIGN_DAILY_SPEND_CAP",
        "AD_GROUP_BID_MULTIPLIER", "AD_GROUP_BUDGET_IN_LOCAL_CURRENCY", "TOTAL_CONVERSIONS"}) {
    ASSERT_NE(find_column(name), nullptr) << name;
    EXPECT_FALSE(find_column(name)->is_text()) << name;
  }
}

std::vector<Column> columns_of_both_kinds() {
  std::vector<Column> all(analytics_columns().begin(), analytics_columns().end());
  for (const std::string_view name : report_column_names()) {
    if (find_column(name) == nullptr) all.push_back(*find_report_column(name));
  }
  return all;
}

TEST(Columns, AreOfThreeKinds) {
  const std::vector<Column> all = columns_of_both_kinds();
  const auto count = [&](ColumnKind kind) { return std::ranges::count(all, kind, &Column::kind); };
  EXPECT_EQ(count(ColumnKind::text), 48);
  EXPECT_EQ(count(ColumnKind::ratio), 105);
  EXPECT_EQ(count(ColumnKind::additive), 474);
}

TEST(Columns, CountsAndSumsAreAdditive) {
  for (const std::string_view name : {"SPEND_IN_DOLLAR",
                                      "SPEND_IN_MICRO_DOLLAR",
                                      "PAID_IMPRESSION",
                                      "TOTAL_IMPRESSION",
                                      "IMPRESSION_1_GROSS",
                                      "TOTAL_CLICKTHROUGH",
                                      "OUTBOUND_CLICK_1",
                                      "REPIN_2",
                                      "TOTAL_ENGAGEMENT",
                                      "TOTAL_CONVERSIONS",
                                      "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR",
                                      "TOTAL_CHECKOUT_QUANTITY",
                                      "VIDEO_MRC_VIEWS_2",
                                      "VIDEO_P95_COMBINED_1",
                                      "TOTAL_VIDEO_P100_COMPLETE",
                                      "VIDEO_SPEND_IN_DOLLAR",
                                      "TOTAL_APP_INSTALL",
                                      "LEADS",
                                      "TOTAL_WEB_SESSIONS",
                                      "ADS_CREDIT_SPEND_IN_DOLLAR",
                                      "TOTAL_PAGE_VISIT_DESKTOP_ACTION_TO_MOBILE_CONVERSION",
                                      "INAPP_SKAN_APP_INSTALL",
                                      "TOTAL_DESTINATION_VIEWS",
                                      "SHOWCASE_SUBPAGE_CLOSEUP",
                                      "QUIZ_COMPLETED"}) {
    ASSERT_NE(find_report_column(name), nullptr) << name;
    EXPECT_TRUE(find_report_column(name)->is_additive()) << name;
  }
}

TEST(Columns, WhatIsPerSomethingAndWhatTwoAdsMayShareIsNot) {
  for (const std::string_view name : {"CTR",
                                      "ECTR",
                                      "CTR_2",
                                      "OUTBOUND_CTR",
                                      "CPC_IN_MICRO_DOLLAR",
                                      "ECPM_IN_MICRO_DOLLAR",
                                      "ECPE_IN_DOLLAR",
                                      "ECPCV_P95_IN_DOLLAR",
                                      "COST_PER_LEAD",
                                      "CHECKOUT_ROAS",
                                      "WEB_CHECKOUT_COST_PER_ACTION",
                                      "ENGAGEMENT_RATE",
                                      "TOTAL_IMPRESSION_USER",
                                      "TOTAL_IMPRESSION_FREQUENCY",
                                      "VIDEO_15SEC_UNIQUE_VIEWS_1",
                                      "TOTAL_VIDEO_AVG_WATCHTIME_IN_SECOND",
                                      "SHOWCASE_AVERAGE_SUBPAGE_CLOSEUP_PER_SESSION",
                                      "VIDEO_LENGTH",
                                      "AD_GROUP_BUDGET_IN_LOCAL_CURRENCY",
                                      "AD_GROUP_BID_MULTIPLIER",
                                      "CAMPAIGN_DAILY_SPEND_CAP",
                                      "TOTAL_CHECKOUT_CONVERSION_RATE",
                                      "INAPP_SKAN_APP_INSTALL_CONVERSION_RATE"}) {
    ASSERT_NE(find_report_column(name), nullptr) << name;
    EXPECT_EQ(find_report_column(name)->kind, ColumnKind::ratio) << name;
  }
  for (const Column& column : columns_of_both_kinds()) {
    for (const std::string_view word :
         {"RATE", "ROAS", "_PER_", "AVG", "AVERAGE", "CTR", "CPM", "CPC", "UNIQUE"}) {
      EXPECT_TRUE(!column.is_additive() || column.name.find(word) == std::string_view::npos) << column.name;
    }
  }
}

std::string text_of(const Identity& identity) {
  std::string text = fmt::format("{} = {} + {}", identity.total, identity.parts[0], identity.parts[1]);
  if (!identity.parts[2].empty()) text += fmt::format(" + {}", identity.parts[2]);
  return text;
}

TEST(Identities, AreSumsOfAdditiveColumns) {
  std::set<std::string_view> totals;
  for (const Identity& identity : identities()) {
    EXPECT_TRUE(totals.insert(identity.total).second) << identity.total;
    std::set<std::string_view> names{identity.total};
    const bool of_two = identity.parts[2].empty();
    names.insert(identity.parts.begin(), identity.parts.end() - (of_two ? 1 : 0));
    EXPECT_EQ(names.size(), of_two ? 3U : 4U) << identity.total;
    for (const std::string_view name : names) {
      ASSERT_NE(find_report_column(name), nullptr) << name;
      EXPECT_TRUE(find_report_column(name)->is_additive()) << name;
    }
  }
}

TEST(Identities, AreOfTwoHalvesOrThreeAttributions) {
  std::set<std::string> texts;
  for (const Identity& identity : identities()) texts.insert(text_of(identity));
  EXPECT_EQ(texts.size(), 79U);
  for (const char* const text :
       {"TOTAL_IMPRESSION = IMPRESSION_1 + IMPRESSION_2", "TOTAL_ENGAGEMENT = ENGAGEMENT_1 + ENGAGEMENT_2",
        "TOTAL_CLICKTHROUGH = CLICKTHROUGH_1 + CLICKTHROUGH_2",
        "TOTAL_VIDEO_MRC_VIEWS = VIDEO_MRC_VIEWS_1 + VIDEO_MRC_VIEWS_2",
        "TOTAL_VIDEO_P100_COMPLETE = VIDEO_P100_COMPLETE_1 + VIDEO_P100_COMPLETE_2",
        "TOTAL_WEB_SESSIONS = WEB_SESSIONS_1 + WEB_SESSIONS_2",
        "TOTAL_CHECKOUT = TOTAL_CLICK_CHECKOUT + TOTAL_ENGAGEMENT_CHECKOUT + TOTAL_VIEW_CHECKOUT",
        "TOTAL_CHECKOUT_QUANTITY = TOTAL_CLICK_CHECKOUT_QUANTITY + TOTAL_ENGAGEMENT_CHECKOUT_QUANTITY + "
        "TOTAL_VIEW_CHECKOUT_QUANTITY",
        "TOTAL_VIEW_CATEGORY = TOTAL_CLICK_VIEW_CATEGORY + TOTAL_ENGAGEMENT_VIEW_CATEGORY + "
        "TOTAL_VIEW_VIEW_CATEGORY",
        "TOTAL_WEB_SIGNUP = TOTAL_WEB_CLICK_SIGNUP + TOTAL_WEB_ENGAGEMENT_SIGNUP + TOTAL_WEB_VIEW_SIGNUP",
        "TOTAL_INAPP_ADD_TO_CART_VALUE_IN_MICRO_DOLLAR = TOTAL_INAPP_CLICK_ADD_TO_CART_VALUE_IN_MICRO_DOLLAR "
        "+ "
        "TOTAL_INAPP_ENGAGEMENT_ADD_TO_CART_VALUE_IN_MICRO_DOLLAR + "
        "TOTAL_INAPP_VIEW_ADD_TO_CART_VALUE_IN_MICRO_DOLLAR",
        "TOTAL_OFFLINE_LEAD = TOTAL_OFFLINE_CLICK_LEAD + TOTAL_OFFLINE_ENGAGEMENT_LEAD + "
        "TOTAL_OFFLINE_VIEW_LEAD"}) {
    EXPECT_EQ(texts.count(text), 1U) << text;
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
