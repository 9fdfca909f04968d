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

// What ads analytics are of: the column of its id, and the list that names them.
struct Level {
  std::string_view id_column;
  std::string_view list = {};
  std::string_view ids_parameter = {};
};
constexpr Level kCampaigns{"CAMPAIGN_ID", "campaigns", "campaign_ids"};
constexpr Level kAdGroups{"AD_GROUP_ID", "ad_groups", "ad_group_ids"};
constexpr Level kAds{"AD_ID", "ads", "ad_ids"};
constexpr Level kAccount{"AD_ACCOUNT_ID"};
constexpr bool kByDefault = true;

constexpr StreamDefinition ads_analytics(const Level& level, std::string_view id, std::string_view path,
                                         std::string_view report_level, bool selected_by_default = false) {
  const bool is_listed = !level.list.empty();
  return {.id = id,
          .source = Source::ads_analytics,
          .path = path,
          .category = Category::ads_analytics,
          .key = {level.id_column, "DATE"},
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

singer::Json column_schema(std::optional<bool> is_text, std::string_view name) {
  singer::Json types = {"number", "string", "null"};
  if (is_text) types.erase(*is_text ? 0 : 1);
  return {{"type", std::move(types)},
          {"description", "The column " + std::string(name) + " as the API reports it."}};
}

void fill_metrics(singer::Json& schema, const StreamDefinition& stream, const config::Config& config) {
  singer::Json& properties = schema["properties"]["metrics"]["properties"];
  if (stream.source == Source::pin_analytics) {
    const auto known = config::pin_metric_types();
    for (const auto& name : config.pin_metric_types) {
      const bool is_known = std::ranges::find(known, name) != known.end();
      properties[name] = column_schema(is_known ? std::optional(false) : std::nullopt, name);
    }
    return;
  }
  for (const auto& name : config.analytics_columns) {
    const config::Column* column = config::find_column(name);
    properties[name] = column_schema(column == nullptr ? std::nullopt : std::optional(column->is_text), name);
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

const StreamDefinition* find_stream(std::string_view id) {
  const auto* const found = std::ranges::find(kStreams, id, &StreamDefinition::id);
  return found == std::end(kStreams) ? nullptr : found;
}

std::string find_targeting_problem(const StreamDefinition& stream, const config::Config& config) {
  if (stream.source != Source::targeting_analytics) return {};
  for (const std::string& type : config.targeting_types) {
    const auto* const own = std::ranges::find(kOwnTypes, type, &OwnType::type);
    if (own == kOwnTypes.end() || own->stream == stream.id) continue;
    return fmt::format("targeting_types: {} has no {}, only {} has it; remove it, or deselect {}", stream.id,
                       type, own->stream, stream.id);
  }
  return {};
}

bool needs_no_list(const StreamDefinition& stream, const config::Config& config) {
  const bool all_by_report = config.analytics_source == config::AnalyticsSource::reports;
  return stream.is_of_account() || (all_by_report && has_reports(stream, config));
}

int lookback_days(const StreamDefinition& stream, const config::Config& config) {
  return stream.source == Source::pin_analytics ? config.pins_lookback_days() : config.ads_lookback_days();
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
      .schema = singer::Json::parse(schema_text(stream.id)),
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

  description.configured_object = "metrics";
  fill_metrics(description.schema, stream, config);
  if (stream.category == Category::ads_analytics) {
    if (config.granularity == config::Granularity::hour) {
      description.schema["properties"]["DATE"]["format"] = "date-time";
    }
    if (config.granularity == config::Granularity::total) {
      description.replication_key.clear();
      description.whole_by_configuration = true;
    }
  }
  return description;
}

}  // namespace tap_pinterest::pinterest
