#include "tap_pinterest/pinterest/requests.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakes/test_config.hpp"

namespace tap_pinterest::pinterest {
namespace {

using fakes::day;
using fakes::test_config;

const DayRange kRange{day("2026-11-01"), day("2026-11-24")};

AnalyticsRequest campaign_request(std::vector<std::uint64_t> ids) {
  return {.stream = find_stream("campaign_analytics"),
          .account = "549755885175",
          .ids = std::move(ids),
          .range = kRange};
}

AnalyticsRequest pin_request(std::vector<std::uint64_t> ids, PinRoute route,
                             std::string_view app_type = "ALL") {
  return {.stream = find_stream("pin_analytics"),
          .ids = std::move(ids),
          .range = kRange,
          .app_type = app_type,
          .route = route};
}

TEST(EncodeQuery, LeavesOnlyUnreservedCharactersAndCommas) {
  EXPECT_EQ(encode_query("azAZ09-._~,"), "azAZ09-._~,");
  EXPECT_EQ(encode_query("a b&c=d+e/f?g#h%"), "a%20b%26c%3Dd%2Be%2Ff%3Fg%23h%25");
  EXPECT_EQ(encode_query("\xC3\xA9"), "%C3%A9");
}

TEST(ListUrl, AsksForEveryConfiguredStatusInAscendingOrder) {
  EXPECT_EQ(list_url(test_config(), {.stream = find_stream("campaigns"), .account = "549755885175"}),
            "https://api.test/v5/ad_accounts/549755885175/campaigns?page_size=250&entity_statuses=ACTIVE"
            "&entity_statuses=ARCHIVED&entity_statuses=PAUSED&order=ASCENDING");
}

TEST(ListUrl, CarriesThePageBookmarkEncoded) {
  EXPECT_EQ(list_url(test_config(), {.stream = find_stream("pins"), .bookmark = "a+b/c=="}),
            "https://api.test/v5/pins?page_size=250&include_protected_pins=true&bookmark=a%2Bb%2Fc%3D%3D");
}

TEST(ListUrl, AsksForPinMetricsOnlyIfTheyAreWanted) {
  EXPECT_EQ(list_url(test_config(), {.stream = find_stream("pins"), .pin_metrics = true}),
            "https://api.test/v5/pins?page_size=250&include_protected_pins=true&pin_metrics=true");
}

TEST(ListUrl, SaysWhetherSharedAccountsAreWanted) {
  config::Config config = test_config();
  EXPECT_EQ(list_url(config, {.stream = find_stream("ad_accounts")}),
            "https://api.test/v5/ad_accounts?page_size=250&include_shared_accounts=true");
  config.include_shared_accounts = false;
  EXPECT_EQ(list_url(config, {.stream = find_stream("ad_accounts")}),
            "https://api.test/v5/ad_accounts?page_size=250&include_shared_accounts=false");
}

TEST(ListUrl, FillsPlacesOfThePathAndParameters) {
  EXPECT_EQ(list_url(test_config(), {.stream = find_stream("business_assets"),
                                     .fills = {{"business_id", "7", "business_id"},
                                               {"asset_type", "PROFILE", "asset_type"}}}),
            "https://api.test/v5/businesses/7/assets?page_size=250&asset_type=PROFILE");
  EXPECT_EQ(list_url(test_config(), {.stream = find_stream("trending_keywords"),
                                     .fills = {{"region", "GB+IE", "region"}, {"trend_type", "yearly", ""}}}),
            "https://api.test/v5/trends/keywords/GB%2BIE/top/yearly?limit=50");
}

TEST(ListUrl, RepeatsTheParameterOfABatch) {
  EXPECT_EQ(list_url(test_config(), {.stream = find_stream("keywords"),
                                     .account = "5",
                                     .fills = {{"ad_group_ids", "7", ""}, {"ad_group_ids", "8", ""}}}),
            "https://api.test/v5/ad_accounts/5/keywords?page_size=250&ad_group_ids=7&ad_group_ids=8");
}

TEST(ListUrl, LeavesOutWhatOnlyTheAddressOfAnAncestorTakes) {
  const Fills fills = {{"feed_id", "6", "feed_id"}, {"processing_result_id", "7", "processing_result_id"}};
  EXPECT_EQ(list_url(test_config(), {.stream = find_stream("catalogs_item_issues"), .fills = fills}),
            "https://api.test/v5/catalogs/processing_results/7/item_issues?page_size=250");
}

TEST(ListUrl, AsksForNoPagesWhereThereAreNone) {
  EXPECT_EQ(list_url(test_config(), {.stream = find_stream("user_account")}),
            "https://api.test/v5/user_account");
  EXPECT_EQ(list_url(test_config(), {.stream = find_stream("conversion_tags"), .account = "5"}),
            "https://api.test/v5/ad_accounts/5/conversion_tags?filter_deleted=false");
}

std::vector<std::string> texts_of(const std::vector<Fills>& all) {
  std::vector<std::string> texts;
  for (const Fills& fills : all) {
    texts.emplace_back();
    for (const Fill& fill : fills) {
      texts.back() += std::string(fill.slot) + "=" + fill.value + ">" + std::string(fill.column) + " ";
    }
  }
  return texts;
}

TEST(Combinations, AreOneOfEachValueOfEverySlot) {
  config::Config config = test_config();
  config.top_pins_days = 7;
  config.trend_regions = {"US", "DE"};
  const auto of = [&](const char* stream) {
    return texts_of(combinations(*find_stream(stream), config, day("2026-03-01")));
  };
  EXPECT_EQ(of("boards"), std::vector<std::string>{""});
  EXPECT_EQ(of("audiences"), (std::vector<std::string>{"ownership_type=OWNED>ownership_type ",
                                                       "ownership_type=RECEIVED>ownership_type "}));
  EXPECT_EQ(of("user_account_top_pins").at(0),
            "start_date=2026-02-22>window_start end_date=2026-02-28>window_end sort_by=ENGAGEMENT>sort_by ");
  EXPECT_EQ(of("user_account_top_pins").size(), 5U);
  EXPECT_EQ(of("trending_keywords").size(), 8U);
  EXPECT_EQ(of("trending_keywords").at(5), "region=DE>region trend_type=monthly>trend_type ");
  EXPECT_EQ(of("metrics_ready_state").size(), 30U);
  EXPECT_EQ(of("metrics_ready_state").front(), "date=2026-01-30>date ");
  EXPECT_EQ(of("metrics_ready_state").back(), "date=2026-02-28>date ");
}

TEST(CostOf, CountsRequests) {
  const auto cost = [](const char* stream) { return cost_of(*find_stream(stream), test_config()); };
  EXPECT_EQ(cost("boards"), "1 request");
  EXPECT_EQ(cost("audiences"), "2 requests per ad account");
  EXPECT_EQ(cost("business_assets"), "5 requests per row of business_employers");
  EXPECT_EQ(cost("keywords"),
            "1 request per ad account, 1 per row of campaigns, 1 per 200 rows of ad_groups");
  EXPECT_EQ(cost("product_group_promotions"), "1 request per row of ad_groups that may have any");
  EXPECT_EQ(cost("ad_analytics"), "1 request per 250 rows of ads and 90 days");
  EXPECT_EQ(cost("ad_account_analytics"), "1 request per ad account and 90 days");
  EXPECT_EQ(cost("keyword_report"), "1 report per ad account and 185 days");
}

TEST(AnalyticsUrl, RepeatsIdsAndJoinsColumns) {
  EXPECT_EQ(analytics_url(test_config(), campaign_request({7, 8}), {"SPEND_IN_DOLLAR", "CAMPAIGN_ID"}),
            "https://api.test/v5/ad_accounts/549755885175/campaigns/analytics?start_date=2026-11-01"
            "&end_date=2026-11-24&columns=SPEND_IN_DOLLAR,CAMPAIGN_ID&granularity=DAY&click_window_days=30"
            "&engagement_window_days=30&view_window_days=1&conversion_report_time=TIME_OF_AD_ACTION"
            "&campaign_ids=7&campaign_ids=8");
}

TEST(AnalyticsUrl, AsksForManyPinsByAppType) {
  EXPECT_EQ(analytics_url(test_config(), pin_request({7, 8}, PinRoute::bulk, "MOBILE"), {"SAVE"}),
            "https://api.test/v5/pins/analytics?start_date=2026-11-01&end_date=2026-11-24&metric_types=SAVE"
            "&app_types=MOBILE&pin_ids=7&pin_ids=8");
}

TEST(AnalyticsUrl, AsksForOnePinWithTheSplitField) {
  EXPECT_EQ(analytics_url(test_config(), pin_request({7}, PinRoute::single, ""), {"SAVE", "IMPRESSION"}),
            "https://api.test/v5/pins/7/analytics?start_date=2026-11-01&end_date=2026-11-24"
            "&metric_types=SAVE,IMPRESSION&split_field=APP_TYPE");
}

TEST(AppTypes, TakeOneRequestEachOnTheRouteThatCannotSplit) {
  const StreamDefinition& pins = *find_stream("pin_analytics");
  using config::PinSplit;
  EXPECT_EQ(app_types(pins, PinRoute::bulk, PinSplit::app_type),
            (std::vector<std::string_view>{"ALL", "MOBILE", "TABLET", "WEB"}));
  EXPECT_EQ(app_types(pins, PinRoute::bulk, PinSplit::no_split), (std::vector<std::string_view>{"ALL"}));
  EXPECT_EQ(app_types(pins, PinRoute::single, PinSplit::app_type), (std::vector<std::string_view>{""}));
  EXPECT_EQ(app_types(*find_stream("ad_analytics"), PinRoute::bulk, PinSplit::app_type),
            (std::vector<std::string_view>{""}));
}

TEST(BatchSize, TakesTheLimitOrWhatIsThere) {
  const std::vector<std::uint64_t> ids(300, 549755885175);
  const AnalyticsRequest shape = campaign_request({ids.front()});
  EXPECT_EQ(batch_size(test_config(), shape, {"CAMPAIGN_ID"}, ids, 20), 20U);
  EXPECT_EQ(batch_size(test_config(), shape, {"CAMPAIGN_ID"}, std::span(ids).first(5), 20), 5U);
}

TEST(BatchSize, KeepsTheAddressUnderItsLimitAndAsLongAsItCanBe) {
  const std::vector<std::uint64_t> ids(300, 18'000'000'000'000'000'000U);
  const AnalyticsRequest shape = campaign_request({ids.front()});
  const std::vector<std::string> columns(100, "TOTAL_CONVERSIONS_VALUE");
  const std::size_t count = batch_size(test_config(), shape, columns, ids, 250);
  ASSERT_LT(count, 250U);
  const auto url_bytes = [&](std::size_t size) {
    return analytics_url(test_config(), campaign_request(std::vector(size, ids.front())), columns).size();
  };
  EXPECT_LT(url_bytes(count), kMaxUrlBytes);
  EXPECT_GE(url_bytes(count + 1), kMaxUrlBytes);
}

TEST(BatchSize, IsOneHoweverLongTheAddressIs) {
  const std::vector<std::uint64_t> ids = {1, 2, 3};
  const std::vector<std::string> columns(500, "TOTAL_CONVERSIONS_VALUE");
  EXPECT_EQ(batch_size(test_config(), campaign_request({1}), columns, ids, 250), 1U);
}

TEST(BatchSize, IsOneForSinglePins) {
  const std::vector<std::uint64_t> ids = {1, 2, 3};
  EXPECT_EQ(batch_size(test_config(), pin_request({1}, PinRoute::single), {"SAVE"}, ids, 100), 1U);
}

}  // namespace
}  // namespace tap_pinterest::pinterest
