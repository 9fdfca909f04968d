#include "tap_pinterest/pinterest/streams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "tap_pinterest/config/columns.hpp"
#include "tap_pinterest/pinterest/reports.hpp"
#include "tap_pinterest/pinterest/schemas.hpp"

namespace tap_pinterest::pinterest {
namespace {

constexpr std::string_view kAdsScopes = "ads:read";
constexpr std::string_view kPinScopes = "boards:read,pins:read";
constexpr std::string_view kUserScopes = "user_accounts:read";

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
constexpr std::string_view kItemLevel = "PRODUCT_ITEM";

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
          .by_account = true,
          .has_statuses = is_listed,
          .parent = level.list,
          .ids_parameter = level.ids_parameter,
          .batch = is_listed ? std::size_t{250} : 1,
          .scopes = kAdsScopes,
          .selected_by_default = selected_by_default,
          .report_level = report_level};
}

constexpr StreamDefinition targeting_analytics(const Level& level, std::string_view id, std::string_view path,
                                               std::string_view report_level) {
  StreamDefinition stream = ads_analytics(level, id, path, report_level);
  stream.source = Source::targeting_analytics;
  stream.key = {level.id_column, "DATE", "targeting_type", "targeting_value"};
  return stream;
}

// Its rows come by report alone.
constexpr StreamDefinition report_stream(const Level& level, std::string_view id,
                                         std::string_view report_level) {
  return ads_analytics({.id_column = level.id_column, .second_id_column = level.second_id_column}, id,
                       kReportsPath, report_level);
}

constexpr std::string_view kEveryStatus =
    "entity_statuses=ACTIVE&entity_statuses=PAUSED&entity_statuses=ARCHIVED&entity_statuses=DRAFT"
    "&entity_statuses=DELETED_DRAFT&order=ASCENDING";

constexpr auto kStreams = std::to_array<StreamDefinition>({
    {.id = "ad_accounts",
     .source = Source::list,
     .path = "/ad_accounts",
     .category = Category::ads_read,
     .key = {"id"},
     .replication_key = "",
     .by_account = false,
     .has_statuses = false,
     .scopes = kAdsScopes},
    {.id = "campaigns",
     .source = Source::list,
     .path = "/ad_accounts/{ad_account_id}/campaigns",
     .category = Category::ads_read,
     .key = {"id"},
     .replication_key = "updated_time",
     .by_account = true,
     .has_statuses = true,
     .scopes = kAdsScopes},
    {.id = "ad_groups",
     .source = Source::list,
     .path = "/ad_accounts/{ad_account_id}/ad_groups",
     .category = Category::ads_read,
     .key = {"id"},
     .replication_key = "updated_time",
     .by_account = true,
     .has_statuses = true,
     .scopes = kAdsScopes},
    {.id = "ads",
     .source = Source::list,
     .path = "/ad_accounts/{ad_account_id}/ads",
     .category = Category::ads_read,
     .key = {"id"},
     .replication_key = "updated_time",
     .by_account = true,
     .has_statuses = true,
     .scopes = kAdsScopes},
    {.id = "product_group_promotions",
     .source = Source::list,
     .path = "/ad_accounts/{ad_account_id}/product_group_promotions",
     .category = Category::ads_read,
     .key = {"id"},
     .replication_key = "",
     .by_account = true,
     .has_statuses = false,
     .parent = "ad_groups",
     .ids_parameter = "ad_group_id",
     .batch = 1,
     .condition = {"campaign_id", "campaigns", "objective_type", {"CATALOG_SALES", "SALES"}},
     .parameters = kEveryStatus,
     .scopes = kAdsScopes,
     .selected_by_default = false},
    {.id = "pins",
     .source = Source::list,
     .path = "/pins",
     .category = Category::org_read,
     .key = {"id"},
     .replication_key = "created_at",
     .by_account = false,
     .has_statuses = false,
     .scopes = kPinScopes},
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
    report_stream(kProductItems, "product_item_report", kItemLevel),
    {.id = "pin_analytics",
     .source = Source::pin_analytics,
     .path = "/pins/analytics",
     .category = Category::org_analytics,
     .key = {"pin_id", "app_type", "date"},
     .replication_key = "date",
     .by_account = false,
     .has_statuses = false,
     .parent = "pins",
     .ids_parameter = "pin_ids",
     .batch = 100,
     .scopes = kPinScopes},
    {.id = "user_account",
     .source = Source::list,
     .path = "/user_account",
     .category = Category::org_read,
     .key = {"id"},
     .replication_key = "",
     .by_account = false,
     .has_statuses = false,
     .is_object = true,
     .scopes = kUserScopes,
     .selected_by_default = false},
    {.id = "user_account_analytics",
     .source = Source::user_analytics,
     .path = "/user_account/analytics",
     .category = Category::org_analytics,
     .key = {"split_value", "date"},
     .replication_key = "date",
     .by_account = false,
     .has_statuses = false,
     .parent = "user_account",
     .batch = 1,
     .scopes = kUserScopes,
     .selected_by_default = false},
});

// Targeting types that one level alone has; all others every level has.
struct OwnType {
  std::string_view type;
  std::string_view stream;
};
constexpr auto kOwnTypes = std::to_array<OwnType>({{"CREATIVE_TYPE", "campaign_targeting_analytics"},
                                                   {"AUDIENCE_MULTIPLIER", "campaign_targeting_analytics"},
                                                   {"CREATIVE_ENHANCEMENTS", "ad_group_targeting_analytics"},
                                                   {"QUIZ_RESULT", "ad_targeting_analytics"}});

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

StreamDefinition custom_stream(const config::CustomReport& custom) {
  std::string_view subject = custom.level;
  const bool by_targeting = subject.ends_with(kByTargeting);
  if (by_targeting) subject.remove_suffix(kByTargeting.size());
  const auto* const found = std::ranges::find(kReportLevels, subject, &ReportLevel::name);
  if (found == kReportLevels.end()) throw std::logic_error("no such level: " + custom.level);
  StreamDefinition stream = report_stream(found->level, custom.name, custom.level);
  if (by_targeting) {
    stream.source = Source::targeting_analytics;
    stream.key = {found->level.id_column, "DATE", "targeting_type", "targeting_value"};
  }
  stream.custom = &custom;
  return stream;
}

// The properties of the key, and those that every report has.
singer::Json custom_schema(const StreamDefinition& stream) {
  singer::Json schema = singer::Json::parse(schema_text("custom_report"));
  singer::Json kept;
  for (const auto& [name, property] : schema["properties"].items()) {
    const bool is_of_key = std::ranges::find(stream.key, name) != stream.key.end();
    const bool is_account = name == "ad_account_id" && stream.key[0] != kAccount.id_column;
    if (is_of_key || is_account || name == "metrics") kept[name] = property;
  }
  schema["properties"] = std::move(kept);
  // Which columns a template has, only Pinterest knows.
  if (!stream.custom->template_id.empty()) schema["properties"]["metrics"].erase("properties");
  return schema;
}

singer::Json column_schema(std::optional<bool> is_text, std::string_view name) {
  singer::Json types = {"number", "string", "null"};
  if (is_text) types.erase(*is_text ? 0 : 1);
  return {{"type", std::move(types)},
          {"description", "The column " + std::string(name) + " as the API reports it."}};
}

void fill_metrics(singer::Json& schema, const StreamDefinition& stream, const config::Config& config) {
  if (stream.custom != nullptr && !stream.custom->template_id.empty()) return;
  singer::Json& properties = schema["properties"]["metrics"]["properties"];
  const auto known_metrics = config::pin_metric_types();
  for (const std::string& name : metrics_of(stream, config)) {
    const config::Column* const column = stream.is_organic() ? nullptr : config::find_report_column(name);
    const bool is_metric =
        stream.source == Source::user_analytics ||
        (stream.is_organic() && std::ranges::find(known_metrics, name) != known_metrics.end());
    std::optional<bool> is_text;
    if (column != nullptr) is_text = column->is_text;
    if (is_metric) is_text = false;
    properties[name] = column_schema(is_text, name);
  }
}

// Scopes stand between blanks or commas.
std::vector<std::string_view> split(std::string_view scopes) {
  std::vector<std::string_view> parts;
  while (!scopes.empty()) {
    const std::size_t end = std::min(scopes.find_first_of(", "), scopes.size());
    if (end > 0) parts.push_back(scopes.substr(0, end));
    scopes.remove_prefix(std::min(end + 1, scopes.size()));
  }
  return parts;
}

}  // namespace

std::string_view to_string(Category category) {
  constexpr std::array<std::string_view, kCategories> kNames = {"ads_read", "ads_analytics", "org_read",
                                                                "org_analytics", "download"};
  return kNames.at(static_cast<std::size_t>(category));
}

std::span<const StreamDefinition> streams() { return kStreams; }

std::vector<StreamDefinition> streams_of(const config::Config& config) {
  std::vector<StreamDefinition> all(kStreams.begin(), kStreams.end());
  for (const config::CustomReport& custom : config.custom_reports) all.push_back(custom_stream(custom));
  return all;
}

std::string find_name_problem(const config::Config& config) {
  for (const config::CustomReport& custom : config.custom_reports) {
    if (find_stream(custom.name) == nullptr) continue;
    return fmt::format("custom_reports: {} is a stream of the tap; choose another name", custom.name);
  }
  return {};
}

const config::AnalyticsSettings& settings_of(const StreamDefinition& stream, const config::Config& config) {
  return stream.custom == nullptr ? config.analytics : stream.custom->analytics;
}

const StreamDefinition* find_stream(std::string_view id) {
  const auto* const found = std::ranges::find(kStreams, id, &StreamDefinition::id);
  return found == std::end(kStreams) ? nullptr : found;
}

std::vector<std::string> metrics_of(const StreamDefinition& stream, const config::Config& config) {
  if (stream.source == Source::pin_analytics) return config.pin_metric_types;
  if (stream.source != Source::user_analytics) return settings_of(stream, config).columns;
  const auto types = config::user_metric_types();
  return {types.begin(), types.end()};
}

std::string find_stream_problem(const StreamDefinition& stream, const config::Config& config) {
  const bool is_total = config.analytics.granularity == config::Granularity::total;
  if (is_total && stream.custom == nullptr && stream.report_level == kItemLevel) {
    return fmt::format(
        "analytics_granularity: {} has no TOTAL; use custom_reports with a range of at most 30 "
        "days, or deselect {}",
        stream.id, stream.id);
  }
  if (stream.source != Source::targeting_analytics || stream.custom != nullptr) return {};
  for (const std::string& type : config.analytics.targeting_types) {
    const auto* const own = std::ranges::find(kOwnTypes, type, &OwnType::type);
    if (own == kOwnTypes.end() || own->stream == stream.id) continue;
    return fmt::format("targeting_types: {} has no {}, only {} has it; remove it, or deselect {}", stream.id,
                       type, own->stream, stream.id);
  }
  return {};
}

bool may_use_reports(const StreamDefinition& stream, const config::Config& config) {
  if (stream.is_only_by_report()) return true;
  return has_reports(stream, config) && config.analytics_source != config::AnalyticsSource::direct;
}

bool reads_all_by_report(const StreamDefinition& stream, const config::Config& config) {
  return may_use_reports(stream, config) &&
         (stream.is_only_by_report() || config.analytics_source == config::AnalyticsSource::reports);
}

bool needs_no_list(const StreamDefinition& stream, const config::Config& config) {
  return stream.is_of_account() || reads_all_by_report(stream, config);
}

bool needs_rows_of(const StreamDefinition& stream, std::string_view list) {
  return stream.parent == list || stream.condition.list == list;
}

int lookback_days(const StreamDefinition& stream, const config::Config& config) {
  return stream.is_organic() ? config.pins_lookback_days() : settings_of(stream, config).days_read_again();
}

std::string find_lacking_scope(const StreamDefinition& stream, std::string_view granted) {
  if (granted.empty()) return {};
  const std::vector<std::string_view> has = split(granted);
  for (const std::string_view scope : split(stream.scopes)) {
    if (std::ranges::find(has, scope) == has.end()) return std::string(scope);
  }
  return {};
}

std::vector<std::string> lacking_scopes(std::string_view granted) {
  const std::vector<std::string_view> has = split(granted);
  std::vector<std::string> lacking;
  for (const StreamDefinition& stream : kStreams) {
    if (!stream.selected_by_default) continue;
    for (const std::string_view scope : split(stream.scopes)) {
      if (std::ranges::find(has, scope) == has.end()) {
        lacking.push_back(fmt::format("{} ({})", stream.id, scope));
      }
    }
  }
  return lacking;
}

singer::StreamDescription describe(const StreamDefinition& stream, const config::Config& config) {
  singer::StreamDescription description{
      .id = std::string(stream.id),
      .schema =
          stream.custom == nullptr ? singer::Json::parse(schema_text(stream.id)) : custom_schema(stream),
      .key_properties = {},
      .replication_key = std::string(stream.replication_key),
      .whole_by_configuration = false,
      .configured_object = {},
      .selected_by_default = stream.selected_by_default,
  };
  for (const std::string_view key : stream.key) {
    if (!key.empty()) description.key_properties.emplace_back(key);
  }
  if (stream.source == Source::list) {
    description.schema["properties"][singer::kAdditionalFields] = {
        {"type", {"object", "null"}},
        {"description", "What Pinterest sends and this schema lacks, by name; null if there is nothing."}};
    return description;
  }

  if (description.schema["properties"]["metrics"].contains("properties")) {
    description.configured_object = "metrics";
  }
  fill_metrics(description.schema, stream, config);
  if (stream.category == Category::ads_analytics) {
    const config::Granularity granularity = settings_of(stream, config).granularity;
    if (granularity == config::Granularity::hour) {
      description.schema["properties"]["DATE"]["format"] = "date-time";
    }
    if (granularity == config::Granularity::total) {
      description.replication_key.clear();
      description.whole_by_configuration = true;
    }
  }
  return description;
}

}  // namespace tap_pinterest::pinterest
