#include "table.hpp"

namespace tap_pinterest::pinterest {
namespace {

// Those that are the same for everybody; audiences are a stream of their own.
constexpr auto kListedTargetingTypes = std::to_array<std::string_view>(
    {"APPTYPE", "GENDER", "LOCALE", "AGE_BUCKET", "LOCATION", "GEO", "INTEREST"});
constexpr auto kReportTypes = std::to_array<std::string_view>({"SYNC", "ASYNC"});
constexpr auto kTrendTypes = std::to_array<std::string_view>({"growing", "monthly", "yearly", "seasonal"});
constexpr int kReadyStateDays = 30;

constexpr auto kReferenceStreams = std::to_array<StreamDefinition>({
    {.id = "targeting_options",
     .path = "/resources/targeting/{targeting_type}",
     .key = {"targeting_type", "code"},
     .rows = {RowsAt::Form::map},
     .paging = Paging::none,
     .slots = {{{"targeting_type", kListedTargetingTypes}}},
     .scopes = kAdsScopes},
    {.id = "delivery_metrics",
     .path = "/resources/delivery_metrics",
     .key = {"name", "report_type"},
     .paging = Paging::none,
     .slots = {{{"report_type", kReportTypes}}},
     .scopes = kDictionaryScopes},
    {.id = kReadyStateList,
     .path = "/resources/metrics_ready_state",
     .category = Category::ads_analytics,
     .key = {"date"},
     // Its answer tells which day it is at Pinterest.
     .parents = {{{.list = "ad_accounts"}}},
     .rows = {RowsAt::Form::object},
     .slots = {{{.name = "date",
                 .computed = [](const config::Config&,
                                util::Day today) { return last_days(today, kReadyStateDays); },
                 .enough_for_others = kDaysThatMayBeOpen}}},
     .told = {"conversion_metrics_ready", "non_conversion_metrics_ready"},
     .scopes = kAdsScopes},
    {.id = "ad_account_countries",
     .path = "/resources/ad_account_countries",
     .key = {"code"},
     .paging = Paging::none,
     .scopes = kAdsScopes},
    {.id = "trending_keywords",
     .path = "/trends/keywords/{region}/top/{trend_type}",
     .category = Category::trends_read,
     .key = {"region", "trend_type", "keyword", "date"},
     .rows = {.member = "trends"},
     .paging = Paging::none,
     .slots = {{{.name = "region",
                 .computed = [](const config::Config& config, util::Day) { return config.trend_regions; }},
                {"trend_type", kTrendTypes}}},
     .parameters = "limit=50",
     .day_column = "date",
     .scopes = kUserScopes},
});

}  // namespace

std::span<const StreamDefinition> reference_streams() { return kReferenceStreams; }

}  // namespace tap_pinterest::pinterest
