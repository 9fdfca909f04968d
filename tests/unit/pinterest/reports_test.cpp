#include "tap_pinterest/pinterest/reports.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fakes/test_config.hpp"
#include "tap_pinterest/pinterest/answers.hpp"

namespace tap_pinterest::pinterest {
namespace {

using fakes::day;
using fakes::test_config;
using nlohmann::json;
using Texts = std::vector<std::string>;

AnalyticsRequest request_of(std::string_view stream, Texts types = {}) {
  return {.stream = find_stream(stream),
          .account = "77",
          .ids = {77},
          .range = {day("2026-01-01"), day("2026-06-30")},
          .by_report = true,
          .targeting_types = std::move(types)};
}

TEST(Reports, AreCreatedAndAskedForAtTheAccount) {
  config::Config config = test_config();
  config.api_url = "https://api.example/v5";
  AnalyticsRequest request = request_of("ad_analytics");
  request.account = "77";
  EXPECT_EQ(new_report_url(config, request), "https://api.example/v5/ad_accounts/77/reports");
  EXPECT_EQ(report_status_url(config, "77", "a+b&c"),
            "https://api.example/v5/ad_accounts/77/reports?token=a%2Bb%26c");
}

TEST(ReportBody, AsksForEveryEntityByIdWhateverItsStatus) {
  config::Config config = test_config();
  config.analytics.click_window_days = 7;
  EXPECT_EQ(json::parse(report_body(config, request_of("ad_analytics"), {"SPEND_IN_DOLLAR", "AD_ID"})),
            json::parse(R"({"start_date":"2026-01-01","end_date":"2026-06-30","granularity":"DAY",)"
                        R"("level":"PIN_PROMOTION","columns":["SPEND_IN_DOLLAR","AD_ID"],)"
                        R"("click_window_days":7,"engagement_window_days":30,"view_window_days":1,)"
                        R"("conversion_report_time":"TIME_OF_AD_ACTION","primary_sort":"BY_ID",)"
                        R"("report_format":"JSON"})"));
}

TEST(ReportBody, NamesTheTypesOfATargetingReport) {
  config::Config config = test_config();
  config.analytics.attribution_types = {"HOUSEHOLD"};
  const json body = json::parse(
      report_body(config, request_of("campaign_targeting_analytics", {"GENDER", "COUNTRY"}), {"CTR"}));
  EXPECT_EQ(body.at("level"), "CAMPAIGN_TARGETING");
  EXPECT_EQ(body.at("targeting_types"), json({"GENDER", "COUNTRY"}));
  EXPECT_EQ(body.at("attribution_types"), json({"HOUSEHOLD"}));
  EXPECT_FALSE(json::parse(report_body(config, request_of("campaign_analytics"), {"CTR"}))
                   .contains("attribution_types"));
}

TEST(ReportColumns, AreThoseThatTheLevelHasAndAlwaysTheId) {
  const Texts all = {"CTR", "QUIZ_PIN_RESULT_OPEN", "TOTAL_IMPRESSION_USER"};
  EXPECT_EQ(report_columns(*find_stream("ad_analytics"), all),
            (Texts{"CTR", "TOTAL_IMPRESSION_USER", "AD_ID"}));
  EXPECT_EQ(report_columns(*find_stream("ad_targeting_analytics"), all), (Texts{"CTR", "AD_ID"}));
  EXPECT_EQ(report_columns(*find_stream("ad_account_targeting_analytics"), {"AD_ACCOUNT_ID", "CTR"}),
            (Texts{"AD_ACCOUNT_ID", "CTR"}));
}

TEST(ReadReportStatus, TakesWhatIsThere) {
  const ReportStatus created =
      read_report_status(R"({"token":"t1","report_status":"IN_PROGRESS","message":null})");
  EXPECT_EQ(created.token, "t1");
  EXPECT_EQ(created.state, "IN_PROGRESS");
  EXPECT_TRUE(created.url.empty());
  const ReportStatus finished =
      read_report_status(R"({"report_status":"FINISHED","url":"https://x/y?z","size":1234.0})");
  EXPECT_EQ(finished.url.reveal(), "https://x/y?z");
  EXPECT_EQ(finished.bytes, 1234U);
  for (const char* body : {R"({"report_status":null,"url":null,"size":null})", "{}"}) {
    EXPECT_EQ(read_report_status(body).state, "") << body;
    EXPECT_TRUE(read_report_status(body).url.empty()) << body;
    EXPECT_EQ(read_report_status(body).bytes, 0U) << body;
  }
  for (const char* body : {"", "[]", "null", "<html>"}) {
    EXPECT_THROW(read_report_status(body), UnreadableAnswer) << body;
  }
}

TEST(WaitForReport, GrowsToHalfAMinute) {
  EXPECT_EQ(wait_for_report(0).count(), 2);
  EXPECT_EQ(wait_for_report(1).count(), 4);
  EXPECT_EQ(wait_for_report(4).count(), 30);
  EXPECT_EQ(wait_for_report(1000).count(), 30);
}

TEST(IsSafeLink, WantsHttpsUnlessTheApiIsOnThisMachineToo) {
  EXPECT_TRUE(is_safe_link("https://pinterest-x.s3.amazonaws.com/a?b", "https://api.pinterest.com/v5"));
  EXPECT_FALSE(is_safe_link("http://pinterest-x.s3.amazonaws.com/a?b", "https://api.pinterest.com/v5"));
  EXPECT_FALSE(is_safe_link("file:///etc/passwd", "https://api.pinterest.com/v5"));
  EXPECT_FALSE(is_safe_link("", "https://api.pinterest.com/v5"));
  EXPECT_TRUE(is_safe_link("http://127.0.0.1:99/a", "http://127.0.0.1:80/v5"));
  EXPECT_FALSE(is_safe_link("http://example.com/a", "http://127.0.0.1:80/v5"));
}

}  // namespace
}  // namespace tap_pinterest::pinterest
