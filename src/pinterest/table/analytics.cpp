#include <algorithm>
#include <stdexcept>

#include "table.hpp"

namespace tap_pinterest::pinterest {
namespace {

// What ads analytics are of: the column of its id, and the list that names them.
struct Level {
  std::string_view id_column;
  std::string_view list = {};
  std::string_view ids_parameter = {};
  // What the key needs besides.
  std::string_view second_id_column = {};
};
constexpr Level kCampaigns{"CAMPAIGN_ID", "campaigns", "campaign_ids"};
constexpr Level kAdGroups{"AD_GROUP_ID", "ad_groups", "ad_group_ids"};
constexpr Level kAds{"AD_ID", "ads", "ad_ids"};
constexpr Level kAccount{"AD_ACCOUNT_ID"};
constexpr Level kKeywords{.id_column = "KEYWORD_ID", .second_id_column = "AD_GROUP_ID"};
constexpr Level kProductGroups{"PRODUCT_GROUP_ID", "product_group_promotions", "product_group_ids"};
constexpr Level kProductItems{"PRODUCT_ITEM_ID"};
constexpr bool kByDefault = true;

constexpr StreamDefinition ads_analytics(const Level& level, std::string_view id, std::string_view path,
                                         std::string_view report_level, bool selected_by_default = false) {
  const bool is_listed = !level.list.empty();
  return {.id = id,
          .source = Source::ads_analytics,
          .path = path,
          .category = Category::ads_analytics,
          .key = level.second_id_column.empty()
                     ? std::array<std::string_view, 4>{level.id_column, "DATE"}
                     : std::array<std::string_view, 4>{level.id_column, level.second_id_column, "DATE"},
          .replication_key = "DATE",
          .has_statuses = is_listed,
          .parents = {{{.list = level.list,
                        .slot = level.ids_parameter,
                        .batch = is_listed ? std::size_t{250} : 1}}},
          .scopes = kAdsScopes,
          .selected_by_default = selected_by_default,
          .report_level = report_level};
}

constexpr StreamDefinition broken_down(StreamDefinition stream) {
  stream.source = Source::targeting_analytics;
  stream.key = {stream.key[0], "DATE", "targeting_type", "targeting_value"};
  return stream;
}

constexpr StreamDefinition targeting_analytics(const Level& level, std::string_view id, std::string_view path,
                                               std::string_view report_level) {
  return broken_down(ads_analytics(level, id, path, report_level));
}

// Its rows come by report alone.
constexpr StreamDefinition report_stream(const Level& level, std::string_view id,
                                         std::string_view report_level) {
  return ads_analytics({.id_column = level.id_column, .second_id_column = level.second_id_column}, id,
                       kReportsPath, report_level);
}

constexpr auto kAnalyticsStreams = std::to_array<StreamDefinition>({
    ads_analytics(kCampaigns, "campaign_analytics", "/ad_accounts/{ad_account_id}/campaigns/analytics",
                  "CAMPAIGN", kByDefault),
    ads_analytics(kAdGroups, "ad_group_analytics", "/ad_accounts/{ad_account_id}/ad_groups/analytics",
                  "AD_GROUP"),
    ads_analytics(kProductGroups, "product_group_analytics",
                  "/ad_accounts/{ad_account_id}/product_groups/analytics", ""),
    ads_analytics(kAccount, "ad_account_analytics", "/ad_accounts/{ad_account_id}/analytics", "ADVERTISER"),
    ads_analytics(kAds, "ad_analytics", "/ad_accounts/{ad_account_id}/ads/analytics", "PIN_PROMOTION",
                  kByDefault),
    targeting_analytics(kCampaigns, "campaign_targeting_analytics",
                        "/ad_accounts/{ad_account_id}/campaigns/targeting_analytics", "CAMPAIGN_TARGETING"),
    targeting_analytics(kAdGroups, "ad_group_targeting_analytics",
                        "/ad_accounts/{ad_account_id}/ad_groups/targeting_analytics", "AD_GROUP_TARGETING"),
    targeting_analytics(kAds, "ad_targeting_analytics",
                        "/ad_accounts/{ad_account_id}/ads/targeting_analytics", "PIN_PROMOTION_TARGETING"),
    targeting_analytics(kAccount, "ad_account_targeting_analytics",
                        "/ad_accounts/{ad_account_id}/targeting_analytics", "ADVERTISER_TARGETING"),
    report_stream(kKeywords, "keyword_report", "KEYWORD"),
    report_stream(kProductGroups, "product_group_report", "PRODUCT_GROUP"),
    report_stream(kProductItems, "product_item_report", kProductItemLevel),
});

// What a level of custom reports is about. `KEYWORD_TARGETING` is none of the API's.
struct ReportLevel {
  std::string_view name;
  const Level& level;
};
constexpr auto kReportLevels = std::to_array<ReportLevel>({{"ADVERTISER", kAccount},
                                                           {"CAMPAIGN", kCampaigns},
                                                           {"AD_GROUP", kAdGroups},
                                                           {"PIN_PROMOTION", kAds},
                                                           {"KEYWORD", kKeywords},
                                                           {"PRODUCT_GROUP", kProductGroups},
                                                           {"PRODUCT_ITEM", kProductItems}});
constexpr std::string_view kByTargeting = "_TARGETING";

}  // namespace

std::span<const StreamDefinition> analytics_streams() { return kAnalyticsStreams; }

StreamDefinition custom_stream(const config::CustomReport& custom) {
  std::string_view subject = custom.level;
  const bool by_targeting = subject.ends_with(kByTargeting);
  if (by_targeting) subject.remove_suffix(kByTargeting.size());
  const auto* const found = std::ranges::find(kReportLevels, subject, &ReportLevel::name);
  if (found == kReportLevels.end()) throw std::logic_error("no such level: " + custom.level);
  StreamDefinition stream = report_stream(found->level, custom.name, custom.level);
  if (by_targeting) stream = broken_down(stream);
  stream.custom = &custom;
  return stream;
}

}  // namespace tap_pinterest::pinterest
