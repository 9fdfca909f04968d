// The table of endpoints, copied by hand from Pinterest's OpenAPI document 5.23.0.
#include <algorithm>
#include <array>

#include "api.hpp"
#include "collections.hpp"
#include "columns.hpp"
#include "rules.hpp"
#include "user_analytics.hpp"

namespace simulator {
namespace {

using namespace rules;

constexpr std::array<std::string_view, 5> kStatuses{"ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"};
constexpr std::array<std::string_view, 5> kGranularities{"TOTAL", "DAY", "HOUR", "WEEK", "MONTH"};
constexpr std::array<std::string_view, 6> kWindows{"0", "1", "7", "14", "30", "60"};
constexpr std::array<std::string_view, 2> kReportTimes{"TIME_OF_AD_ACTION", "TIME_OF_CONVERSION"};
constexpr std::array<std::string_view, 2> kTimezones{"PINTEREST_TIME_ZONE", "AD_ACCOUNT_TIME_ZONE"};
constexpr std::array<std::string_view, 3> kPinFilters{"exclude_native", "exclude_repins",
                                                      "has_been_promoted"};
constexpr std::array<std::string_view, 1> kPinTypes{"PRIVATE"};
constexpr std::array<std::string_view, 2> kSplits{"NO_SPLIT", "APP_TYPE"};
constexpr std::array<std::string_view, 15> kPinMetrics{"IMPRESSION",
                                                       "OUTBOUND_CLICK",
                                                       "PIN_CLICK",
                                                       "SAVE",
                                                       "SAVE_RATE",
                                                       "TOTAL_COMMENTS",
                                                       "TOTAL_REACTIONS",
                                                       "USER_FOLLOW",
                                                       "PROFILE_VISIT",
                                                       "VIDEO_MRC_VIEW",
                                                       "VIDEO_10S_VIEW",
                                                       "QUARTILE_95_PERCENT_VIEW",
                                                       "VIDEO_V50_WATCH_TIME",
                                                       "VIDEO_START",
                                                       "VIDEO_AVG_WATCH_TIME"};

constexpr std::array<std::string_view, 5> kUserSplits{"NO_SPLIT", "APP_TYPE", "OWNED_CONTENT", "SOURCE",
                                                      "PIN_FORMAT"};
constexpr std::array<std::string_view, 2> kAttributionTypes{"INDIVIDUAL", "HOUSEHOLD"};
constexpr std::array<std::string_view, 13> kTargetingTypes{"KEYWORD",
                                                           "APPTYPE",
                                                           "GENDER",
                                                           "LOCATION",
                                                           "PLACEMENT",
                                                           "COUNTRY",
                                                           "TARGETED_INTEREST",
                                                           "PINNER_INTEREST",
                                                           "AUDIENCE_INCLUDE",
                                                           "GEO",
                                                           "AGE_BUCKET",
                                                           "REGION",
                                                           "AGE_BUCKET_AND_GENDER"};

// Those that every level has, and some of one level alone.
template <std::size_t N>
constexpr std::array<std::string_view, kTargetingTypes.size() + N> targeting_types_and(
    const std::array<std::string_view, N>& more) {
  std::array<std::string_view, kTargetingTypes.size() + N> all{};
  std::ranges::copy(more, std::ranges::copy(kTargetingTypes, all.begin()).out);
  return all;
}

constexpr auto kCampaignTargetingTypes =
    targeting_types_and(std::to_array<std::string_view>({"CREATIVE_TYPE", "AUDIENCE_MULTIPLIER"}));
constexpr auto kAdGroupTargetingTypes =
    targeting_types_and(std::to_array<std::string_view>({"CREATIVE_ENHANCEMENTS"}));
constexpr auto kAdTargetingTypes = targeting_types_and(std::to_array<std::string_view>({"QUIZ_RESULT"}));

constexpr std::size_t kMostIds = 250;
constexpr std::size_t kMostPins = 100;

Texts column_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const Column& column : all_columns()) all.push_back(column.name);
    return all;
  }();
  return names;
}

std::vector<Parameter> entity_list(std::vector<Parameter> filters) {
  filters.insert(filters.end(), {several("entity_statuses", kStatuses, kRepeated), page_size(),
                                 choice("order", kOrders), bookmark()});
  return filters;
}

std::vector<Parameter> report(std::vector<Parameter> more) {
  more.insert(
      more.end(),
      {date("start_date"), date("end_date"), several("columns", column_names(), kCommaSeparated, true),
       choice("granularity", kGranularities, true), choice("click_window_days", kWindows),
       choice("engagement_window_days", kWindows), choice("view_window_days", kWindows),
       choice("conversion_report_time", kReportTimes), choice("reporting_timezone", kTimezones)});
  return more;
}

std::vector<Parameter> targeting_report(std::size_t most_types, Texts types, std::vector<Parameter> more) {
  more.insert(more.end(), {at_most(most_types, several("targeting_types", types, kCommaSeparated, true)),
                           at_most(2, several("attribution_types", kAttributionTypes, kCommaSeparated))});
  return report(std::move(more));
}

std::vector<Parameter> pin_report(std::vector<Parameter> more) {
  more.insert(more.end(), {date("start_date"), date("end_date"), choice("app_types", kAppTypes),
                           several("metric_types", kPinMetrics, kCommaSeparated, true), as_account()});
  return more;
}

std::vector<Endpoint> own_endpoints() {
  using Scopes = std::vector<std::string_view>;
  static const Scopes ads{"ads:read"};
  static const Scopes pins{"boards:read", "pins:read"};
  return {
      {"GET", "/user_account", "org_read", {"user_accounts:read"}, {as_account()}, get_user_account},
      {"GET",
       "/ad_accounts",
       "ads_read",
       ads,
       {flag("include_shared_accounts"), bookmark(), page_size()},
       list_ad_accounts},
      {"GET", "/ad_accounts/{ad_account_id}", "ads_read", ads, {}, get_ad_account},
      {"GET", "/ad_accounts/{ad_account_id}/campaigns", "ads_read", ads,
       entity_list({ids("campaign_ids", kMostIds, 18)}), list_campaigns},
      {"GET", "/ad_accounts/{ad_account_id}/ad_groups", "ads_read", ads,
       entity_list({ids("campaign_ids", kMostIds, 18), ids("ad_group_ids", kMostIds, 0),
                    flag("translate_interests_to_names")}),
       list_ad_groups},
      {"GET", "/ad_accounts/{ad_account_id}/ads", "ads_read", ads,
       entity_list(
           {ids("campaign_ids", kMostIds, 18), ids("ad_group_ids", kMostIds, 0), ids("ad_ids", kMostIds, 0)}),
       list_ads},
      {"GET", "/ad_accounts/{ad_account_id}/product_group_promotions", "ads_read", ads,
       entity_list({ids("product_group_promotion_ids", kMostIds, 0),
                    {.name = "ad_group_id", .type = kDigits, .max_length = 18, .values = {}}}),
       list_product_group_promotions},
      {"GET", "/ad_accounts/{ad_account_id}/product_groups/analytics", "ads_analytics", ads,
       report({ids("product_group_ids", kMostIds, 0, true)}), product_group_analytics},
      {"GET", "/ad_accounts/{ad_account_id}/campaigns/analytics", "ads_analytics", ads,
       report({ids("campaign_ids", kMostIds, 18, true), flag("aggregate_report_rows")}), campaign_analytics},
      {"GET", "/ad_accounts/{ad_account_id}/ad_groups/analytics", "ads_analytics", ads,
       report({ids("ad_group_ids", kMostIds, 18, true), flag("aggregate_report_rows")}), ad_group_analytics},
      {"GET", "/ad_accounts/{ad_account_id}/ads/analytics", "ads_analytics", ads,
       report({ids("ad_ids", kMostIds, 0), ids("campaign_ids", kMostIds, 18), ids("pin_ids", kMostPins, 0)}),
       ad_analytics},
      {"POST",
       "/ad_accounts/{ad_account_id}/reports",
       "ads_analytics",
       ads,
       {},
       create_report,
       "POST /ad_accounts/{ad_account_id}/reports"},
      {"POST",
       "/ad_accounts/{ad_account_id}/templates/{template_id}/reports",
       "ads_analytics",
       ads,
       {{.name = "start_date", .type = kDate, .values = {}},
        {.name = "end_date", .type = kDate, .values = {}},
        choice("granularity", kGranularities)},
       create_template_report},
      {"GET",
       "/ad_accounts/{ad_account_id}/reports",
       "ads_analytics",
       ads,
       {{.name = "token", .required = true, .values = {}}},
       get_report},
      {"GET", "/ad_accounts/{ad_account_id}/analytics", "ads_analytics", ads, report({}),
       ad_account_analytics},
      {"GET", "/ad_accounts/{ad_account_id}/targeting_analytics", "ads_analytics", ads,
       targeting_report(15, kTargetingTypes, {}), ad_account_targeting_analytics},
      {"GET", "/ad_accounts/{ad_account_id}/campaigns/targeting_analytics", "ads_analytics", ads,
       targeting_report(14, kCampaignTargetingTypes, {ids("campaign_ids", kMostIds, 18, true)}),
       campaign_targeting_analytics},
      {"GET", "/ad_accounts/{ad_account_id}/ad_groups/targeting_analytics", "ads_analytics", ads,
       targeting_report(14, kAdGroupTargetingTypes, {ids("ad_group_ids", kMostIds, 18, true)}),
       ad_group_targeting_analytics},
      {"GET", "/ad_accounts/{ad_account_id}/ads/targeting_analytics", "ads_analytics", ads,
       targeting_report(14, kAdTargetingTypes, {ids("ad_ids", kMostIds, 0, true)}), ad_targeting_analytics},
      {"GET",
       "/pins",
       "org_read",
       pins,
       {choice("pin_filter", kPinFilters), flag("pin_metrics"), flag("include_protected_pins"),
        choice("pin_type", kPinTypes), several("creative_types", kCreativeTypes, kRepeated), as_account(),
        bookmark(), page_size()},
       list_pins},
      {"GET", "/pins/analytics", "org_analytics", pins, pin_report({ids("pin_ids", kMostPins, 0, true)}),
       pins_analytics},
      {"GET",
       "/user_account/analytics",
       "org_analytics",
       {"user_accounts:read"},
       {date("start_date"), date("end_date"), choice("from_claimed_content", kClaimed),
        choice("pin_format", kPinFormats), choice("app_types", kAppTypes),
        choice("content_type", kContentTypes), choice("source", kSources),
        several("metric_types", user_metrics(), kCommaSeparated), choice("split_field", kUserSplits),
        as_account()},
       user_account_analytics},
      {"GET", "/pins/{pin_id}/analytics", "org_analytics", pins, pin_report({choice("split_field", kSplits)}),
       pin_analytics},
  };
}

const std::vector<Endpoint>& endpoints() {
  static const std::vector<Endpoint> table = [] {
    std::vector<Endpoint> all = own_endpoints();
    for (const Collection& it : collections()) {
      all.push_back({"GET", it.path, it.category, it.scopes, it.parameters, it.handle, {}, it.places, &it});
    }
    return all;
  }();
  return table;
}

// Takes the next segment off a path that begins with a slash.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

bool fits(std::string_view pattern, std::string_view path, Pairs& places) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view expected = next_segment(pattern);
    const std::string_view segment = next_segment(path);
    if (expected.starts_with('{')) {
      places.emplace_back(expected.substr(1, expected.size() - 2), decode_segment(segment));
    } else if (expected != segment) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

}  // namespace

std::string Match::place(std::string_view name) const {
  const auto found = std::ranges::find(places, name, &Pairs::value_type::first);
  return found == places.end() ? std::string() : found->second;
}

Match find_endpoint(std::string_view method, std::string_view path) {
  Match best;
  if (path.empty() || path.front() != '/') return best;
  // The method counts most, then that words are the same and not only fill a place.
  const auto rank = [method](const Match& match) {
    return match.endpoint == nullptr
               ? std::pair(-1, 0)
               : std::pair(match.endpoint->method == method ? 1 : 0, -static_cast<int>(match.places.size()));
  };
  for (const Endpoint& endpoint : endpoints()) {
    Match match{&endpoint, {}};
    if (fits(endpoint.path, path, match.places) && rank(match) > rank(best)) best = std::move(match);
  }
  return best;
}

}  // namespace simulator
