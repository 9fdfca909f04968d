#include <gtest/gtest.h>

#include <string>

#include "config/files.hpp"
#include "tap_pinterest/config/columns.hpp"

namespace tap_pinterest::config {
namespace {

using std::chrono::year;

TEST(LoadConfig, DefaultsAreApplied) {
  const Loader loader;
  const Config config = loader.good(loader.load_members(""));
  EXPECT_EQ(config.access_token.reveal(), "token-1");
  EXPECT_FALSE(config.proxy);
  EXPECT_FALSE(config.app);
  EXPECT_EQ(config.token_file, "");
  EXPECT_EQ(config.api_url, "https://api.pinterest.com/v5");
  EXPECT_EQ(config.ca_file, "");
  EXPECT_FALSE(config.analytics.start_date);
  EXPECT_FALSE(config.end_date);
  EXPECT_EQ(config.analytics.columns.size(), 17U);
  EXPECT_EQ(config.analytics.granularity, Granularity::day);
  EXPECT_EQ(config.analytics.click_window_days, 30);
  EXPECT_EQ(config.analytics.engagement_window_days, 30);
  EXPECT_EQ(config.analytics.view_window_days, 1);
  EXPECT_EQ(config.analytics.conversion_report_time, "TIME_OF_AD_ACTION");
  EXPECT_FALSE(config.analytics.lookback_days);
  EXPECT_EQ(config.pin_metric_types,
            (std::vector<std::string>{"IMPRESSION", "OUTBOUND_CLICK", "PIN_CLICK", "SAVE", "SAVE_RATE"}));
  EXPECT_EQ(config.pin_split, PinSplit::app_type);
  EXPECT_EQ(config.entity_statuses, (std::vector<std::string>{"ACTIVE", "ARCHIVED", "PAUSED"}));
  EXPECT_TRUE(config.ad_account_ids.empty());
  EXPECT_FALSE(config.shard);
  EXPECT_TRUE(config.include_shared_accounts);
  EXPECT_FALSE(config.trial_access);
  EXPECT_EQ(config.rate_limits, (std::map<std::string, double>{{"ads_read", 1000},
                                                               {"ads_analytics", 300},
                                                               {"org_read", 1000},
                                                               {"org_analytics", 300},
                                                               {"catalogs_read", 1000},
                                                               {"trends_read", 300}}));
  EXPECT_EQ(config.top_pins_days, 30);
  EXPECT_EQ(config.trend_regions, std::vector<std::string>{"US"});
  EXPECT_EQ(config.rate_limit_share, 1.0);
  EXPECT_EQ(config.max_concurrency, 16);
  EXPECT_EQ(config.request_timeout, std::chrono::seconds(120));
  EXPECT_EQ(config.max_retry, std::chrono::seconds(600));
  EXPECT_EQ(config.max_rate_limit_wait, std::chrono::seconds(900));
  EXPECT_EQ(config.user_agent, "tap-pinterest/" TAP_PINTEREST_VERSION);
}

TEST(LoadConfig, EverySettingIsStored) {
  const Loader loader;
  const LoadResult result = loader.load({R"({
    "access_token": "a-1",
    "oauth_credentials": {"refresh_proxy_url": "https://proxy.example.com/token/", "refresh_proxy_url_auth": "Bearer p",
                          "access_token": "a-2", "refresh_token": "r-2"},
    "client_id": "1234", "client_secret": "s-3", "refresh_token": "r-3",
    "token_file": "/var/lib/tokens.json", "api_url": "http://localhost:8080/v5", "ca_file": "ca.pem",
    "start_date": "2026-08-01", "end_date": "2026-10-01",
    "analytics_columns": ["CAMPAIGN_ID", "SPEND_IN_DOLLAR"], "analytics_granularity": "HOUR",
    "click_window_days": 7, "engagement_window_days": 14, "view_window_days": 0,
    "conversion_report_time": "TIME_OF_CONVERSION", "lookback_days": 5,
    "pin_metric_types": ["SAVE"], "pin_analytics_split_field": "NO_SPLIT", "entity_statuses": ["PAUSED", "DRAFT"],
    "ad_account_ids": ["549755885175", "2"], "shard": "2/4", "include_shared_accounts": false, "access_tier": "trial",
    "rate_limits": {"ads_read": 500, "ads_analytics": 0.5, "org_read": 10, "org_analytics": 20,
                    "catalogs_read": 30, "trends_read": 40},
    "rate_limit_share": 0.25, "max_concurrency": 4, "request_timeout_seconds": 10, "max_retry_seconds": 20,
    "max_rate_limit_wait_seconds": 0, "user_agent": "mine/1"})"});
  const Config config = loader.good(result);
  EXPECT_TRUE(result.warnings.empty());
  EXPECT_EQ(config.access_token.reveal(), "a-1");
  ASSERT_TRUE(config.proxy);
  EXPECT_EQ(config.proxy->url, "https://proxy.example.com/token/");
  EXPECT_EQ(config.proxy->auth.reveal(), "Bearer p");
  EXPECT_EQ(config.proxy->access_token.reveal(), "a-2");
  EXPECT_EQ(config.proxy->refresh_token.reveal(), "r-2");
  ASSERT_TRUE(config.app);
  EXPECT_EQ(config.app->client_id, "1234");
  EXPECT_EQ(config.app->client_secret.reveal(), "s-3");
  EXPECT_EQ(config.app->refresh_token.reveal(), "r-3");
  EXPECT_EQ(config.token_file, "/var/lib/tokens.json");
  EXPECT_EQ(config.api_url, "http://localhost:8080/v5");
  EXPECT_EQ(config.ca_file, "ca.pem");
  EXPECT_EQ(config.analytics.start_date, util::Day(year{2026} / 8 / 1));
  EXPECT_EQ(config.end_date, util::Day(year{2026} / 10 / 1));
  EXPECT_EQ(config.analytics.columns, (std::vector<std::string>{"CAMPAIGN_ID", "SPEND_IN_DOLLAR"}));
  EXPECT_EQ(config.analytics.granularity, Granularity::hour);
  EXPECT_EQ(config.analytics.click_window_days, 7);
  EXPECT_EQ(config.analytics.engagement_window_days, 14);
  EXPECT_EQ(config.analytics.view_window_days, 0);
  EXPECT_EQ(config.analytics.conversion_report_time, "TIME_OF_CONVERSION");
  EXPECT_EQ(config.analytics.lookback_days, 5);
  EXPECT_EQ(config.pin_metric_types, std::vector<std::string>{"SAVE"});
  EXPECT_EQ(config.pin_split, PinSplit::no_split);
  EXPECT_EQ(config.entity_statuses, (std::vector<std::string>{"DRAFT", "PAUSED"}));
  EXPECT_EQ(config.ad_account_ids, (std::vector<std::string>{"549755885175", "2"}));
  EXPECT_EQ(to_string(config.shard.value()), "2/4");
  EXPECT_FALSE(config.include_shared_accounts);
  EXPECT_TRUE(config.trial_access);
  EXPECT_EQ(config.rate_limits, (std::map<std::string, double>{{"ads_read", 500},
                                                               {"ads_analytics", 0.5},
                                                               {"org_read", 10},
                                                               {"org_analytics", 20},
                                                               {"catalogs_read", 30},
                                                               {"trends_read", 40}}));
  EXPECT_EQ(config.rate_limit_share, 0.25);
  EXPECT_EQ(config.max_concurrency, 4);
  EXPECT_EQ(config.request_timeout, std::chrono::seconds(10));
  EXPECT_EQ(config.max_retry, std::chrono::seconds(20));
  EXPECT_EQ(config.max_rate_limit_wait, std::chrono::seconds(0));
  EXPECT_EQ(config.user_agent, "mine/1");
}

// --- files of the MeltanoLabs tap -------------------------------------------------------------------------

TEST(LoadConfig, ConfigOfTheMeltanoLabsTapWorksUnchanged) {
  const Loader loader;
  const LoadResult result = loader.load({R"({
    "client_id": "1234567",
    "client_secret": "0f1e2d3c",
    "refresh_token": "pinr.eyJh",
    "start_date": "2026-09-01",
    "end_date": "2026-09-30",
    "analytics_columns": ["CAMPAIGN_ID", "AD_ID", "SPEND_IN_DOLLAR", "TOTAL_CLICKTHROUGH", "CTR"],
    "analytics_granularity": "DAY"
  })"});
  const Config config = loader.good(result);
  EXPECT_TRUE(result.warnings.empty());
  ASSERT_TRUE(config.app);
  EXPECT_EQ(config.app->refresh_token.reveal(), "pinr.eyJh");
  EXPECT_EQ(config.analytics.start_date, util::Day(year{2026} / 9 / 1));
  EXPECT_EQ(config.analytics.columns.size(), 5U);
}

TEST(LoadConfig, ProxyConfigOfTheMeltanoLabsTapWorksUnchanged) {
  const Loader loader;
  const Config config = loader.good(loader.load({R"({
    "api_url": "https://api.pinterest.com/v5",
    "oauth_credentials": {
      "refresh_proxy_url": "https://app.example.com/api/tokens/oauth2-pinterest/token",
      "refresh_proxy_url_auth": "Bearer abc",
      "access_token": "pina_abc",
      "refresh_token": "pinr.abc"
    },
    "start_date": "2026-09-01T00:00:00Z",
    "analytics_granularity": "DAY"
  })"}));
  ASSERT_TRUE(config.proxy);
  EXPECT_EQ(config.proxy->refresh_token.reveal(), "pinr.abc");
}

// --- sources and their order ------------------------------------------------------------------------------

TEST(LoadConfig, LaterFilesOverrideSettingBySetting) {
  const Loader loader;
  const Config config = loader.good(loader.load(
      {R"({"oauth_credentials": {"refresh_proxy_url": "https://a", "refresh_token": "r-1"}, "max_concurrency": 2})",
       R"({"oauth_credentials": {"refresh_token": "r-2"}, "lookback_days": 9, "max_concurrency": null})"}));
  EXPECT_EQ(config.proxy.value().url, "https://a");
  EXPECT_EQ(config.proxy.value().refresh_token.reveal(), "r-2");
  EXPECT_EQ(config.max_concurrency, 2);
  EXPECT_EQ(config.analytics.lookback_days, 9);
}

TEST(LoadConfig, ALaterGoodValueCoversABadOne) {
  const Loader loader;
  EXPECT_EQ(loader
                .good(loader.load(
                    {R"({"access_token": "t", "max_concurrency": "many"})", R"({"max_concurrency": 3})"}))
                .max_concurrency,
            3);
}

TEST(LoadConfig, DottedNamesAreNestedOnes) {
  const Loader loader;
  const Config config = loader.good(loader.load({R"({"oauth_credentials.refresh_proxy_url": "https://a",
                                   "oauth_credentials.refresh_token": "r-1", "rate_limits.ads_read": 7})"}));
  EXPECT_EQ(config.proxy.value().refresh_token.reveal(), "r-1");
  EXPECT_EQ(config.rate_limits.at("ads_read"), 7);
  EXPECT_EQ(config.rate_limits.at("org_read"), 1000);
}

TEST(LoadConfig, NullAndEmptyTextMeanNotSet) {
  const Loader loader;
  const Config config = loader.good(loader.load_members(
      R"("client_id": "", "client_secret": null, "start_date": "", "oauth_credentials": {"refresh_token": null},
         "rate_limits": null, "analytics_columns": null, "stream_maps": null)"));
  EXPECT_FALSE(config.app);
  EXPECT_FALSE(config.proxy);
  EXPECT_FALSE(config.analytics.start_date);
  EXPECT_EQ(config.analytics.columns.size(), 17U);
}

TEST(LoadConfig, TheEnvironmentWinsWhereverItStands) {
  const Directory directory;
  const std::string file = directory.write("a.json", R"({"access_token": "file", "max_concurrency": 2})");
  Loader loader;
  loader.environment = {{"TAP_PINTEREST_ACCESS_TOKEN", "environment"}};
  for (const std::vector<std::string>& sources : {std::vector<std::string>{"ENV", file}, {file, "ENV"}}) {
    const Config config = loader.good(loader.load_sources(sources));
    EXPECT_EQ(config.access_token.reveal(), "environment");
    EXPECT_EQ(config.max_concurrency, 2);
  }
}

TEST(LoadConfig, TheEnvironmentIsNotReadUnlessNamed) {
  Loader loader;
  loader.environment = {{"TAP_PINTEREST_MAX_CONCURRENCY", "3"}};
  EXPECT_EQ(loader.good(loader.load_members("")).max_concurrency, 16);
}

TEST(LoadConfig, TheEnvironmentHoldsEveryKind) {
  Loader loader;
  loader.environment = {
      {"TAP_PINTEREST_OAUTH_CREDENTIALS__REFRESH_PROXY_URL", "https://a"},
      {"TAP_PINTEREST_OAUTH_CREDENTIALS__REFRESH_TOKEN", "r-1"},
      {"TAP_PINTEREST_ANALYTICS_COLUMNS", R"(["CTR", "AD_ID"])"},
      {"TAP_PINTEREST_AD_ACCOUNT_IDS", "549755885175, 2"},
      {"TAP_PINTEREST_ENTITY_STATUSES", "active"},
      {"TAP_PINTEREST_RATE_LIMITS", R"({"ads_read": 5})"},
      {"TAP_PINTEREST_RATE_LIMITS__ORG_READ", "6.5"},
      {"TAP_PINTEREST_INCLUDE_SHARED_ACCOUNTS", "0"},
      {"TAP_PINTEREST_MAX_CONCURRENCY", "3"},
      {"TAP_PINTEREST_START_DATE", "2026-10-01"},
      {"TAP_PINTEREST_USER_AGENT", ""},
      {"TAP_PINTEREST__SELECT", R"(["*.*"])"},
      {"TAP_PINTEREST_LOGLEVEL", "debug"},
  };
  const LoadResult result = loader.load_environment();
  const Config config = loader.good(result);
  EXPECT_TRUE(result.warnings.empty());
  EXPECT_EQ(config.proxy.value().refresh_token.reveal(), "r-1");
  EXPECT_EQ(config.analytics.columns, (std::vector<std::string>{"CTR", "AD_ID"}));
  EXPECT_EQ(config.ad_account_ids, (std::vector<std::string>{"549755885175", "2"}));
  EXPECT_EQ(config.entity_statuses, std::vector<std::string>{"ACTIVE"});
  EXPECT_EQ(config.rate_limits.at("ads_read"), 5);
  EXPECT_EQ(config.rate_limits.at("org_read"), 6.5);
  EXPECT_FALSE(config.include_shared_accounts);
  EXPECT_EQ(config.max_concurrency, 3);
  EXPECT_EQ(config.analytics.start_date, util::Day(year{2026} / 10 / 1));
  EXPECT_EQ(config.user_agent, "tap-pinterest/" TAP_PINTEREST_VERSION);
}

TEST(LoadConfig, BrokenJsonInTheEnvironmentIsToldByVariable) {
  Loader loader;
  loader.environment = {{"TAP_PINTEREST_OAUTH_CREDENTIALS", R"({"refresh_token": "hunter2)"}};
  const std::string problem = loader.problem(loader.load_environment());
  EXPECT_TRUE(problem.starts_with("oauth_credentials: TAP_PINTEREST_OAUTH_CREDENTIALS is not valid JSON"));
  EXPECT_EQ(problem.find("hunter2"), std::string::npos);
}

// --- values that fit without loss -------------------------------------------------------------------------

TEST(LoadConfig, NumbersAndBooleansMayBeText) {
  const Loader loader;
  const Config config = loader.good(loader.load_members(
      R"("max_concurrency": "8", "click_window_days": "60", "rate_limit_share": "0.5", "lookback_days": 4.0,
         "include_shared_accounts": "False", "ad_account_ids": [549755885175, "7"])"));
  EXPECT_EQ(config.max_concurrency, 8);
  EXPECT_EQ(config.analytics.click_window_days, 60);
  EXPECT_EQ(config.rate_limit_share, 0.5);
  EXPECT_EQ(config.analytics.lookback_days, 4);
  EXPECT_FALSE(config.include_shared_accounts);
  EXPECT_EQ(config.ad_account_ids, (std::vector<std::string>{"549755885175", "7"}));
}

TEST(LoadConfig, ChoicesAreReadInEitherCase) {
  const Loader loader;
  const Config config =
      loader.good(loader.load_members(R"("analytics_granularity": "week", "access_tier": "Trial",
                             "analytics_columns": ["ctr", "Ad_Id"], "pin_analytics_split_field": "no_split")"));
  EXPECT_EQ(config.analytics.granularity, Granularity::week);
  EXPECT_TRUE(config.trial_access);
  EXPECT_EQ(config.analytics.columns, (std::vector<std::string>{"CTR", "AD_ID"}));
  EXPECT_EQ(config.pin_split, PinSplit::no_split);
}

TEST(LoadConfig, EveryGranularityIsKnown) {
  const Loader loader;
  for (const Granularity granularity :
       {Granularity::total, Granularity::day, Granularity::hour, Granularity::week, Granularity::month}) {
    const std::string members = R"("start_date": "2026-10-01", "analytics_granularity": ")" +
                                std::string(to_string(granularity)) + "\"";
    EXPECT_EQ(loader.good(loader.load_members(members)).analytics.granularity, granularity);
  }
}

TEST(LoadConfig, DuplicatesAreReadOnce) {
  const Loader loader;
  const Config config = loader.good(loader.load_members(
      R"("analytics_columns": ["CTR", "AD_ID", "ctr"], "ad_account_ids": ["1", 1], "entity_statuses": ["PAUSED", "PAUSED"])"));
  EXPECT_EQ(config.analytics.columns, (std::vector<std::string>{"CTR", "AD_ID"}));
  EXPECT_EQ(config.ad_account_ids, std::vector<std::string>{"1"});
  EXPECT_EQ(config.entity_statuses, std::vector<std::string>{"PAUSED"});
}

TEST(LoadConfig, DatesComeInTheFormsOfMeltano) {
  const Loader loader;
  const auto start = [&](const std::string& text) {
    return loader.good(loader.load_members(R"("start_date": ")" + text + "\"")).analytics.start_date;
  };
  const util::Day day = year{2026} / 10 / 24;
  EXPECT_EQ(start("2026-10-24"), day);
  EXPECT_EQ(start("2026-10-24T18:24:24Z"), day);
  EXPECT_EQ(start("2026-10-24T18:24:24"), day);
  EXPECT_EQ(start("2026-10-24T18:24:24.387869"), day);
  EXPECT_EQ(start("2026-10-24T18:24:24.387869+00:00"), day);
  EXPECT_EQ(start("2026-10-25T01:00:00+02:00"), day);
  EXPECT_EQ(start("2026-10-23T23:00:00-02:00"), day);
}

TEST(LoadConfig, ACustomReportIsAsAllAnalyticsWhereItSaysNothing) {
  const Loader loader;
  const Config config = loader.good(loader.load_members(
      R"("start_date": "2026-10-01", "view_window_days": 7, "targeting_types": ["GENDER", "CREATIVE_TYPE"],
         "custom_reports": [
           {"name": "items", "level": "product_item", "columns": ["SPEND_IN_DOLLAR", "PRODUCT_ITEM_NAME"],
            "click_window_days": 14, "lookback_days": 2, "filters": {"metrics_filters": [], "ad_group_ids": ["5"]}},
           {"name": "by_gender", "level": "CAMPAIGN_TARGETING", "columns": ["CTR"], "granularity": "WEEK",
            "start_date": "2026-01-01", "attribution_types": ["HOUSEHOLD"]},
           {"name": "saved", "level": "AD_GROUP", "template_id": "77", "ad_account_id": "549755885175"}])"));
  ASSERT_EQ(config.custom_reports.size(), 3U);
  const CustomReport& items = config.custom_reports[0];
  EXPECT_EQ(items.name, "items");
  EXPECT_EQ(items.level, "PRODUCT_ITEM");
  EXPECT_EQ(items.analytics.columns, (std::vector<std::string>{"SPEND_IN_DOLLAR", "PRODUCT_ITEM_NAME"}));
  EXPECT_EQ(items.analytics.start_date, util::Day(year{2026} / 10 / 1));
  EXPECT_EQ(items.analytics.granularity, Granularity::day);
  EXPECT_EQ(items.analytics.click_window_days, 14);
  EXPECT_EQ(items.analytics.view_window_days, 7);
  EXPECT_EQ(items.analytics.lookback_days, 2);
  EXPECT_TRUE(items.analytics.targeting_types.empty());
  EXPECT_EQ(items.filters, R"({"ad_group_ids":["5"],"metrics_filters":[]})");
  const CustomReport& by_gender = config.custom_reports[1];
  EXPECT_EQ(by_gender.analytics.granularity, Granularity::week);
  EXPECT_EQ(by_gender.analytics.start_date, util::Day(year{2026} / 1 / 1));
  EXPECT_EQ(by_gender.analytics.targeting_types, std::vector<std::string>{"GENDER"});
  EXPECT_EQ(by_gender.analytics.attribution_types, std::vector<std::string>{"HOUSEHOLD"});
  EXPECT_TRUE(by_gender.filters.empty());
  EXPECT_EQ(config.custom_reports[2].template_id, "77");
  EXPECT_EQ(config.custom_reports[2].ad_account_id, "549755885175");
}

// --- problems ---------------------------------------------------------------------------------------------

struct BadMembers {
  const char* name;
  const char* members;
  const char* problem;
};

class BadMembersTest : public testing::TestWithParam<BadMembers> {};

TEST_P(BadMembersTest, AreRefusedBySettingNameWithoutTheValue) {
  const Loader loader;
  const std::string problem = loader.problem(loader.load_members(GetParam().members));
  EXPECT_EQ(problem, GetParam().problem);
}

constexpr const char* kDate =
    "start_date: must be a valid date, as YYYY-MM-DD or a date-time (2026-10-24T18:24:24Z)";

INSTANTIATE_TEST_SUITE_P(
    LoadConfig, BadMembersTest,
    testing::Values(
        BadMembers{"ReportWithoutName", R"("custom_reports": [{"level": "CAMPAIGN", "columns": ["CTR"]}])",
                   "custom_reports[0].name: missing"},
        BadMembers{"ReportWithoutLevel", R"("custom_reports": [{"name": "a", "columns": ["CTR"]}])",
                   "custom_reports[0].level: missing"},
        BadMembers{"ReportWithoutColumns", R"("custom_reports": [{"name": "a", "level": "CAMPAIGN"}])",
                   "custom_reports[0].columns: missing; or set template_id"},
        BadMembers{
            "ReportOfUnknownSetting",
            R"("custom_reports": [{"name": "a", "level": "CAMPAIGN", "columns": ["CTR"], "colums": []}])",
            "custom_reports[0].colums: unknown setting; did you mean columns?"},
        BadMembers{"ReportNameIsNoTable",
                   R"("custom_reports": [{"name": "My report", "level": "CAMPAIGN", "columns": ["CTR"]}])",
                   "custom_reports[0].name: must be a table name: lower-case letters, digits, and "
                   "underscores, at most 63"},
        BadMembers{
            "ReportNamesRepeat",
            R"("custom_reports": [{"name": "a", "level": "CAMPAIGN", "columns": ["CTR"]}, {"name": "a", "level": "CAMPAIGN", "columns": ["CTR"]}])",
            "custom_reports[1].name: another entry has it"},
        BadMembers{
            "ReportFilterUnknown",
            R"("custom_reports": [{"name": "a", "level": "CAMPAIGN", "columns": ["CTR"], "filters": {"campaign_id": ["1"]}}])",
            "custom_reports[0].filters: campaign_id is no filter of reports; did you mean campaign_ids?"},
        BadMembers{
            "ReportFilterOfItsOwn",
            R"("custom_reports": [{"name": "a", "level": "CAMPAIGN", "columns": ["CTR"], "filters": {"level": "AD_GROUP"}}])",
            "custom_reports[0].filters: level is no filter of reports"},
        BadMembers{
            "ReportFiltersAreNoObject",
            R"("custom_reports": [{"name": "a", "level": "CAMPAIGN", "columns": ["CTR"], "filters": ["x"]}])",
            "custom_reports[0].filters: must be an object"},
        BadMembers{
            "ReportTargetingAtAnotherLevel",
            R"("custom_reports": [{"name": "a", "level": "CAMPAIGN", "columns": ["CTR"], "targeting_types": ["GENDER"]}])",
            "custom_reports[0].targeting_types: needs a level that ends with _TARGETING"},
        BadMembers{
            "ReportTargetingOfOneLevel",
            R"("custom_reports": [{"name": "a", "level": "CAMPAIGN_TARGETING", "columns": ["CTR"], "targeting_types": ["MEDIA_TYPE"]}])",
            "custom_reports[0].targeting_types: CAMPAIGN_TARGETING has no MEDIA_TYPE"},
        BadMembers{"TemplateWithoutAccount",
                   R"("custom_reports": [{"name": "a", "level": "CAMPAIGN", "template_id": "1"}])",
                   "custom_reports[0].ad_account_id: missing; template_id needs it"},
        BadMembers{
            "TemplateWithColumns",
            R"("custom_reports": [{"name": "a", "level": "CAMPAIGN", "template_id": "1", "ad_account_id": "2", "columns": ["CTR"]}])",
            "custom_reports[0].columns: the template decides"},
        BadMembers{
            "TemplateIsNoId",
            R"("custom_reports": [{"name": "a", "level": "CAMPAIGN", "template_id": "x", "ad_account_id": "2"}])",
            "custom_reports[0].template_id: must be an id (digits only)"},
        BadMembers{
            "ReportOfATotalWithoutStart",
            R"("custom_reports": [{"name": "a", "level": "CAMPAIGN", "columns": ["CTR"], "granularity": "TOTAL"}])",
            "custom_reports[0].start_date: missing; granularity TOTAL needs it"},
        BadMembers{
            "ReportOfALongTotal",
            R"("custom_reports": [{"name": "a", "level": "PRODUCT_ITEM", "columns": ["CTR"], "granularity": "TOTAL", "start_date": "2026-01-01"}])",
            "custom_reports[0].start_date: with granularity TOTAL, at most 30 days before end_date (today if "
            "that is not set)"},
        BadMembers{
            "TemplateWithWindow",
            R"("custom_reports": [{"name": "a", "level": "CAMPAIGN", "template_id": "1", "ad_account_id": "2", "view_window_days": 7}])",
            "custom_reports[0].view_window_days: the template decides"},
        BadMembers{
            "ReportFilterOfItsOwnThoughUnknownOnesMayBe",
            R"("allow_unknown_values": true, "custom_reports": [{"name": "a", "level": "CAMPAIGN", "columns": ["CTR"], "filters": {"start_date": "2026-01-01"}}])",
            "custom_reports[0].filters: start_date is no filter of reports"},
        BadMembers{
            "ReportStartsAfterTheEnd",
            R"("end_date": "2026-10-01", "custom_reports": [{"name": "a", "level": "CAMPAIGN", "columns": ["CTR"], "start_date": "2026-10-02"}])",
            "custom_reports[0].start_date: is after end_date"},
        BadMembers{"ReportsAreNoObjects", R"("custom_reports": ["a"])",
                   "custom_reports: must be a list of objects"},
        BadMembers{"IntegerIsText", R"("max_concurrency": "many")",
                   "max_concurrency: must be an integer of at least 1 and at most 64"},
        BadMembers{"IntegerIsList", R"("max_concurrency": [4])",
                   "max_concurrency: must be an integer of at least 1 and at most 64"},
        BadMembers{"IntegerIsBoolean", R"("max_concurrency": true)",
                   "max_concurrency: must be an integer of at least 1 and at most 64"},
        BadMembers{"IntegerHasFraction", R"("max_concurrency": 1.5)",
                   "max_concurrency: must be an integer of at least 1 and at most 64"},
        BadMembers{"IntegerTooSmall", R"("max_concurrency": 0)",
                   "max_concurrency: must be an integer of at least 1 and at most 64"},
        BadMembers{"IntegerTooLarge", R"("max_concurrency": 65)",
                   "max_concurrency: must be an integer of at least 1 and at most 64"},
        BadMembers{"IntegerBeyondInt", R"("max_concurrency": 18446744073709551617)",
                   "max_concurrency: must be an integer of at least 1 and at most 64"},
        BadMembers{"IntegerTextWithRest", R"("max_concurrency": "8 ")",
                   "max_concurrency: must be an integer of at least 1 and at most 64"},
        BadMembers{"LookbackNegative", R"("lookback_days": -1)",
                   "lookback_days: must be an integer of at least 0 and at most 1000"},
        BadMembers{"TimeoutZero", R"("request_timeout_seconds": 0)",
                   "request_timeout_seconds: must be an integer of at least 1 and at most 86400"},
        BadMembers{"WindowNotOffered", R"("click_window_days": 2)",
                   "click_window_days: must be an integer, one of 0, 1, 7, 14, 30, 60"},
        BadMembers{"ShareZero", R"("rate_limit_share": 0)",
                   "rate_limit_share: must be a number above 0 and at most 1"},
        BadMembers{"ShareAboveOne", R"("rate_limit_share": 1.01)",
                   "rate_limit_share: must be a number above 0 and at most 1"},
        BadMembers{"ShareNotANumber", R"("rate_limit_share": "nan")",
                   "rate_limit_share: must be a number above 0 and at most 1"},
        BadMembers{"ShardZero", R"("shard": "0/2")",
                   "shard: must be I/N, such as 2/8, with 1 <= I <= N <= 1000"},
        BadMembers{"ShardBeyondTheLast", R"("shard": "3/2")",
                   "shard: must be I/N, such as 2/8, with 1 <= I <= N <= 1000"},
        BadMembers{"ShardsTooMany", R"("shard": "1/1001")",
                   "shard: must be I/N, such as 2/8, with 1 <= I <= N <= 1000"},
        BadMembers{"ShardIsNumber", R"("shard": 2)", "shard: must be a string"},
        BadMembers{"LimitZero", R"("rate_limits": {"ads_read": 0})",
                   "rate_limits.ads_read: must be a number above 0 and at most 1000000"},
        BadMembers{"LimitOfUnknownCategory", R"("rate_limits": {"ads_write": 5})",
                   "rate_limits.ads_write: not one of rate_limits.ads_read, rate_limits.ads_analytics, "
                   "rate_limits.org_read, rate_limits.org_analytics, rate_limits.catalogs_read, "
                   "rate_limits.trends_read"},
        BadMembers{"LimitsNoObject", R"("rate_limits": 100)", "rate_limits: must be an object"},
        BadMembers{"CredentialsNoObject", R"("oauth_credentials": "hunter2")",
                   "oauth_credentials: must be an object"},
        BadMembers{"BooleanIsNumber", R"("include_shared_accounts": 5)",
                   "include_shared_accounts: must be true or false"},
        BadMembers{"BooleanIsWord", R"("include_shared_accounts": "maybe")",
                   "include_shared_accounts: must be true or false"},
        BadMembers{"TextIsNumber", R"("user_agent": 5)", "user_agent: must be a string"},
        BadMembers{"TextHasNewline", R"("user_agent": "a\r\nX-Evil: 1")",
                   "user_agent: must not contain a control character, such as a newline"},
        BadMembers{"SecretHasNewline", R"("access_token": "hunter2\n")",
                   "access_token: must not contain a control character, such as a newline"},
        BadMembers{"SecretHasBlankAtEnd", R"("access_token": "hunter2 ")",
                   "access_token: must not start or end with a space"},
        BadMembers{"SecretIsNumber", R"("access_token": 12345)", "access_token: must be a string"},
        BadMembers{"ChoiceUnknown", R"("analytics_granularity": "YEAR")",
                   "analytics_granularity: must be one of TOTAL, DAY, HOUR, WEEK, MONTH, not YEAR"},
        BadMembers{"ChoiceIsNumber", R"("access_tier": 1)", "access_tier: must be one of standard, trial"},
        BadMembers{"ColumnsAreText", R"("analytics_columns": "CTR")",
                   "analytics_columns: must be a list of strings, each one of the 175 values that "
                   "`tap-pinterest --about --format json` lists"},
        BadMembers{"ColumnUnknown", R"("analytics_columns": ["CTR", "HUNTER2", "AD_ID", 7])",
                   "analytics_columns: items 2 (HUNTER2) and 4 are not one of the 175 values that "
                   "`tap-pinterest --about --format json` lists"},
        BadMembers{"ColumnsEmpty", R"("analytics_columns": [])",
                   "analytics_columns: must have at least one item"},
        BadMembers{
            "StatusUnknown", R"("entity_statuses": ["ACTIVE", "DEAD"])",
            "entity_statuses: item 2 (DEAD) is not one of ACTIVE, PAUSED, ARCHIVED, DRAFT, DELETED_DRAFT"},
        BadMembers{
            "ManyMetricsUnknown", R"("pin_metric_types": [1,2,3,4,5,6,7,8,9,10,11,12])",
            "pin_metric_types: items 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and more are not one of IMPRESSION, "
            "OUTBOUND_CLICK, PIN_CLICK, SAVE, SAVE_RATE"},
        BadMembers{"AccountNotDigits", R"("ad_account_ids": ["1", "../2", -3, 4.5, ""])",
                   "ad_account_ids: items 2, 3, 4 and 5 are not an id (digits only)"},
        BadMembers{"ColumnMisspelt", R"("analytics_columns": ["spend_in_dolar"])",
                   "analytics_columns: item 1 (spend_in_dolar) is not one of the 175 values that "
                   "`tap-pinterest --about --format json` lists; did you mean SPEND_IN_DOLLAR?"},
        BadMembers{"ChoiceMisspelt", R"("analytics_granularity": "dayly")",
                   "analytics_granularity: must be one of TOTAL, DAY, HOUR, WEEK, MONTH, not dayly"},
        BadMembers{"NoAccounts", R"("ad_account_ids": [])",
                   "ad_account_ids: must have at least one item; leave it out to read all"},
        BadMembers{"AccountsNoList", R"("ad_account_ids": 12)",
                   "ad_account_ids: must be a list of ids (digits only)"},
        BadMembers{"DateDoesNotExist", R"("start_date": "2026-02-29")", kDate},
        BadMembers{"DateInOtherOrder", R"("start_date": "24.10.2026")", kDate},
        BadMembers{"DateIsNumber", R"("start_date": 20261024)", kDate},
        BadMembers{"StartAfterEnd", R"("start_date": "2026-10-02", "end_date": "2026-10-01")",
                   "start_date: is after end_date"},
        BadMembers{"TotalWithoutStart", R"("analytics_granularity": "TOTAL")",
                   "start_date: missing; analytics_granularity TOTAL needs it"}),
    [](const auto& test) { return test.param.name; });

TEST(LoadConfig, AShardHasItsPartOfTheRateLimitsUnlessTheConfigurationSaysOtherwise) {
  const Loader loader;
  EXPECT_EQ(loader.good(loader.load_members(R"("shard": "2/4")")).rate_limit_share, 0.25);
  EXPECT_EQ(loader.good(loader.load_members(R"("shard": "1/1")")).rate_limit_share, 1.0);
  EXPECT_EQ(loader.good(loader.load_members(R"("shard": "2/4", "rate_limit_share": 1)")).rate_limit_share,
            1.0);
}

TEST(LoadConfig, AllProblemsAreListedAtOnce) {
  const Loader loader;
  const LoadResult result =
      loader.load({R"({"client_id": "1", "max_concurrency": 0, "start_date": "2026-13-01",
                                             "analytics_granularity": "YEAR", "api_url": "http://example.com",
                                             "rate_limits": {"other": 1}})"});
  EXPECT_FALSE(result.config);
  EXPECT_EQ(result.problems.size(), 6U) << testing::PrintToString(result.problems);
  for (const char* name : {"client_secret: missing", "max_concurrency: ", "start_date: ",
                           "analytics_granularity: ", "api_url: ", "rate_limits.other: "}) {
    EXPECT_TRUE(any_contains(result.problems, name)) << name;
  }
}

TEST(LoadConfig, ATotalWindowHasAtMost90Days) {
  Loader loader;
  loader.today = year{2026} / 3 / 31;
  const auto total = [&](const std::string& dates) {
    return loader.load_members(R"("analytics_granularity": "TOTAL", )" + dates);
  };
  EXPECT_TRUE(total(R"("start_date": "2026-01-01")").config);
  EXPECT_FALSE(total(R"("start_date": "2025-12-31")").config);
  EXPECT_TRUE(total(R"("start_date": "2025-12-31", "end_date": "2026-03-30")").config);
  EXPECT_FALSE(total(R"("start_date": "2025-12-31", "end_date": "2026-03-31")").config);
  // A day in the future means today.
  EXPECT_TRUE(total(R"("start_date": "2026-01-01", "end_date": "2026-12-31")").config);
  EXPECT_TRUE(loader.problem(total(R"("start_date": "2025-01-01")")).starts_with("start_date: "));
}

TEST(LoadConfig, TheSameDayMayBeStartAndEnd) {
  EXPECT_TRUE(Loader().load_members(R"("start_date": "2026-10-01", "end_date": "2026-10-01")").config);
}

TEST(LoadConfig, AFileMustHoldAnObject) {
  const Loader loader;
  for (const char* text : {"[]", "null", "5", "\"x\""}) {
    EXPECT_TRUE(loader.problem(loader.load({text})).ends_with("must contain a JSON object")) << text;
  }
}

TEST(LoadConfig, AMissingFileIsTheOnlyProblem) {
  const Loader loader;
  EXPECT_TRUE(loader.problem(loader.load_sources({"/nonexistent/config.json"}))
                  .starts_with("config file /nonexistent/config.json cannot be opened"));
}

TEST(LoadConfig, EveryBrokenFileIsNamed) {
  const Directory directory;
  const LoadResult result = Loader().load_sources(
      {directory.write("a.json", "{"), directory.write("b.json", "}"), directory.path("c")});
  EXPECT_EQ(result.problems.size(), 3U);
}

// --- credentials ------------------------------------------------------------------------------------------

TEST(LoadConfig, CredentialsMustBeThere) {
  const Loader loader;
  EXPECT_TRUE(loader.problem(loader.load({"{}"})).starts_with("no credentials: run 'tap-pinterest login'"));
  EXPECT_TRUE(loader.problem(loader.load_sources({})).starts_with("no credentials"));
  EXPECT_TRUE(loader.problem(loader.load({R"({"token_file": "t.json"})"})).starts_with("no credentials"));
  EXPECT_TRUE(loader.problem(loader.load({R"({"oauth_credentials": {}})"})).starts_with("no credentials"));
}

TEST(LoadConfig, ALoginNeedsAnAppAndAPlaceForItsTokens) {
  Loader loader;
  loader.purpose = Purpose::login;
  EXPECT_TRUE(loader.load({R"({"client_id": "1", "client_secret": "s", "token_file": "t.json"})"}).config);
  const LoadResult result = loader.load({R"({"access_token": "t"})"});
  EXPECT_FALSE(result.config);
  EXPECT_EQ(result.problems.size(), 3U);
  for (const char* name : {"client_id", "client_secret", "token_file"}) {
    EXPECT_TRUE(any_contains(result.problems, std::string(name) + ": missing; login needs it")) << name;
  }
  EXPECT_TRUE(any_contains(result.warnings, "access_token: takes precedence over the tokens of a login"));
}

TEST(LoadConfig, EachWholeSetIsEnough) {
  const Loader loader;
  EXPECT_TRUE(loader.load({R"({"access_token": "t"})"}).config);
  EXPECT_TRUE(loader.load({R"({"client_id": "1", "client_secret": "s"})"}).config);
  EXPECT_TRUE(loader.load({R"({"client_id": "1", "client_secret": "s", "refresh_token": "r"})"}).config);
  EXPECT_TRUE(
      loader.load({R"({"oauth_credentials": {"refresh_proxy_url": "https://p", "refresh_token": "r"}})"})
          .config);
}

TEST(LoadConfig, HalfASetIsToldByWhatIsMissing) {
  const Loader loader;
  EXPECT_EQ(loader.problem(loader.load({R"({"client_id": "1"})"})),
            "client_secret: missing; client_id needs it");
  EXPECT_EQ(loader.problem(loader.load({R"({"client_secret": "s", "refresh_token": "r"})"})),
            "client_id: missing; client_secret needs it");
  EXPECT_EQ(loader.load({R"({"refresh_token": "r"})"}).problems,
            (std::vector<std::string>{"client_id: missing; refresh_token needs it",
                                      "client_secret: missing; refresh_token needs it"}));
  EXPECT_EQ(loader.problem(loader.load({R"({"oauth_credentials": {"refresh_proxy_url": "https://p"}})"})),
            "oauth_credentials.refresh_token: missing; oauth_credentials.refresh_proxy_url needs it");
  EXPECT_EQ(loader.load({R"({"oauth_credentials": {"access_token": "t"}})"}).problems.size(), 2U);
}

TEST(LoadConfig, HalfASetIsAProblemBesideAWholeOneToo) {
  EXPECT_FALSE(Loader().load_members(R"("client_id": "1")").config);
}

TEST(LoadConfig, ACredentialOfNoUseIsNotCalledMissing) {
  const Loader loader;
  EXPECT_EQ(loader.problem(loader.load({R"({"client_id": "1", "client_secret": 5})"})),
            "client_secret: must be a string");
}

TEST(LoadConfig, DiscoveryNeedsNoCredentials) {
  Loader loader;
  loader.purpose = Purpose::discover;
  EXPECT_TRUE(loader.load_sources({}).config);
  EXPECT_TRUE(loader.load({R"({"client_id": "1"})"}).config);
  EXPECT_FALSE(loader.load({R"({"max_concurrency": 0})"}).config);
}

TEST(LoadConfig, NoProblemOrWarningShowsASecret) {
  const Loader loader;
  const LoadResult result = loader.load({R"({
    "access_token": "hunter2\n", "refresh_token": ["hunter2"], "client_id": {"a": "hunter2"}, "client_secret": " hunter2",
    "oauth_credentials": {"refresh_proxy_url": "https://hunter2@x", "refresh_token": {"hunter2": 1}, "extra": "hunter2"},
    "start_date": "hunter2", "analytics_columns": ["hunter2"], "max_concurrency": "hunter2", "unknown": "hunter2",
    "stream_maps": {"hunter2": 1}, "rate_limits": {"ads_read": "hunter2"}, "include_shared_accounts": "hunter2"})"});
  EXPECT_GE(result.problems.size(), 10U);
  EXPECT_FALSE(any_contains(result.problems, "hunter2"));
  EXPECT_FALSE(any_contains(result.warnings, "hunter2"));
}

// --- warnings ---------------------------------------------------------------------------------------------

TEST(LoadConfig, UnknownSettingsWarnByNameOnce) {
  const Loader loader;
  const LoadResult result = loader.load(
      {R"({"access_token": "t", "colour": 1, "oauth_credentials": {"scope": "x"}})", R"({"colour": 2})"});
  loader.good(result);
  EXPECT_EQ(result.warnings, (std::vector<std::string>{"colour: unknown setting, ignored",
                                                       "oauth_credentials.scope: unknown setting, ignored"}));
}

TEST(LoadConfig, AMisspeltSettingNamesTheOneThatIsMeant) {
  const Loader loader;
  const LoadResult result =
      loader.load_members(R"("start_dat": "2026-01-01", "rate_limits": {}, "oauth_credentials":
      {"acess_token": "hunter2"})");
  EXPECT_EQ(result.warnings,
            (std::vector<std::string>{"start_dat: unknown setting, ignored; did you mean start_date?",
                                      "oauth_credentials.acess_token: unknown setting, ignored; did you mean "
                                      "access_token?"}));
}

TEST(LoadConfig, AVariableOfNoSettingIsNamed) {
  const auto names = std::to_array<std::string>({"TAP_PINTEREST_CLIENTID", "TAP_PINTEREST_CLIENT_ID",
                                                 "TAP_PINTEREST_LOGLEVEL", "TAP_PINTEREST__SELECT", "HOME"});
  EXPECT_EQ(
      find_unknown_variables(names),
      (std::vector<std::string>{
          "TAP_PINTEREST_CLIENTID: matches no setting, ignored; did you mean TAP_PINTEREST_CLIENT_ID?"}));
}

TEST(LoadConfig, AnOffsetThatChangesTheDayIsSaid) {
  const Loader loader;
  const LoadResult result = loader.load_members(
      R"("start_date": "2026-10-01T00:00:00+02:00", "end_date": "2026-10-05T01:00:00+01:00")");
  EXPECT_EQ(result.warnings,
            (std::vector<std::string>{
                "start_date: falls on 2026-09-30 in UTC, which is used instead of 2026-10-01"}));
}

TEST(LoadConfig, AStartInTheFutureIsSaid) {
  const Loader loader;
  const LoadResult result = loader.load_members(R"("start_date": "2126-10-01")");
  EXPECT_TRUE(result.config);
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0], "start_date: 2126-10-01 is in the future; no analytics are read until then");
}

TEST(LoadConfig, UnknownColumnsAreTakenOnDemand) {
  const Loader loader;
  const LoadResult result =
      loader.load_members(R"("allow_unknown_values": true, "analytics_columns": ["CTR", "BRAND_NEW_2"])");
  ASSERT_TRUE(result.config);
  EXPECT_EQ(result.config->analytics.columns, (std::vector<std::string>{"CTR", "BRAND_NEW_2"}));
  EXPECT_FALSE(loader.load_members(R"("allow_unknown_values": true, "entity_statuses": ["NEW"])").config);
  EXPECT_FALSE(loader.load_members(R"("allow_unknown_values": true, "analytics_columns": ["a,b"])").config);
}

TEST(LoadConfig, CredentialsInAnEnvironmentThatIsNotReadAreMentioned) {
  Loader loader;
  loader.environment = {{"TAP_PINTEREST_ACCESS_TOKEN", "hunter2"}};
  const LoadResult result = loader.load({"{}"});
  ASSERT_EQ(result.problems.size(), 1U);
  EXPECT_TRUE(result.problems[0].ends_with(
      "; TAP_PINTEREST_ACCESS_TOKEN is set, but the environment is read only with --config ENV"));
}

TEST(LoadConfig, NamesFromAFileCannotForgeALine) {
  const Loader loader;
  const LoadResult result = loader.load_members(R"("a\nCRITICAL b": 1, ")" + std::string(300, 'x') + "\": 2");
  ASSERT_EQ(result.warnings.size(), 2U);
  EXPECT_EQ(result.warnings[0], "a?CRITICAL b: unknown setting, ignored");
  EXPECT_EQ(result.warnings[1], std::string(200, 'x') + "...: unknown setting, ignored");
}

TEST(LoadConfig, StreamMapsPointToAMapper) {
  const Loader loader;
  const LoadResult result = loader.load_members(R"("stream_maps": {"ads": {}}, "stream_map_config": {})");
  loader.good(result);
  ASSERT_EQ(result.warnings.size(), 2U);
  EXPECT_TRUE(result.warnings[0].starts_with("stream_maps: "));
  EXPECT_TRUE(result.warnings[1].starts_with("stream_map_config: "));
  EXPECT_TRUE(any_contains(result.warnings, "meltano-map-transform"));
}

TEST(LoadConfig, PathsMayBeginWithTheHomeFolder) {
  Loader loader;
  const auto load = [&] {
    return loader.load_members(R"("token_file": "~/t.json", "ca_file": "a/~/ca.pem")");
  };
  EXPECT_EQ(loader.problem(load()), "token_file: starts with ~, but HOME is not set");
  loader.environment["HOME"] = "/home/me";
  EXPECT_EQ(loader.good(load()).token_file, "/home/me/t.json");
  EXPECT_EQ(loader.good(load()).ca_file, "a/~/ca.pem");
}

TEST(LoadConfig, FlatteningGoesOneLevelDeepUnlessItIsToldAnother) {
  const Loader loader;
  const auto flattening = [&](const char* members) {
    return loader.good(loader.load_members(members)).flattening;
  };
  EXPECT_EQ(flattening(R"("flattening_enabled": true)").max_depth, 1);
  EXPECT_EQ(flattening(R"("flattening_enabled": false, "flattening_max_depth": 2)").max_depth, 0);
  EXPECT_EQ(flattening(R"("flattening_max_depth": 2)").max_depth, 0);
  EXPECT_EQ(flattening(R"("flattening_enabled": true, "flattening_max_depth": 2)").max_depth, 2);
  EXPECT_EQ(flattening(R"("flattening_enabled": true, "flattening_max_depth": 2)").separator, "__");
  EXPECT_EQ(
      flattening(R"("flattening_enabled": true, "flattening_max_depth": 1, "flattening_separator": ".")")
          .separator,
      ".");
}

TEST(LoadConfig, NamesThatAreNotShortenedAreSaidToStayLong) {
  const Loader loader;
  EXPECT_TRUE(
      any_contains(loader.load_members(R"("flattening_max_key_length": 30)").warnings, "not shortened"));
}

}  // namespace
}  // namespace tap_pinterest::config
