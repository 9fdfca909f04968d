#include "tap_pinterest/pinterest/streams.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>

#include "table/table.hpp"
#include "tap_pinterest/config/columns.hpp"
#include "tap_pinterest/pinterest/reports.hpp"
#include "tap_pinterest/pinterest/schemas.hpp"
#include "tap_pinterest/util/nearest.hpp"

namespace tap_pinterest::pinterest {
namespace {

constexpr std::string_view kAccountColumn = "AD_ACCOUNT_ID";
constexpr auto kComparedStreams =
    std::to_array<std::string_view>({"campaign_analytics", "ad_group_analytics", "ad_analytics"});

// Targeting types that one level alone has; all others every level has.
struct OwnType {
  std::string_view type;
  std::string_view stream;
};
constexpr auto kOwnTypes = std::to_array<OwnType>({{"CREATIVE_TYPE", "campaign_targeting_analytics"},
                                                   {"AUDIENCE_MULTIPLIER", "campaign_targeting_analytics"},
                                                   {"CREATIVE_ENHANCEMENTS", "ad_group_targeting_analytics"},
                                                   {"QUIZ_RESULT", "ad_targeting_analytics"}});

// The properties of the key, and those that every report has.
singer::Json custom_schema(const StreamDefinition& stream) {
  singer::Json schema = singer::Json::parse(schema_text("custom_report"));
  singer::Json kept;
  for (const auto& [name, property] : schema["properties"].items()) {
    const bool is_of_key = std::ranges::find(stream.key, name) != stream.key.end();
    const bool is_account = name == "ad_account_id" && stream.key[0] != kAccountColumn;
    if (is_of_key || is_account || name == "metrics") kept[name] = property;
  }
  schema["properties"] = std::move(kept);
  // Which columns a template has, only Pinterest knows.
  if (stream.is_of_template()) schema["properties"]["metrics"].erase("properties");
  return schema;
}

singer::Json column_schema(std::optional<bool> is_text, std::string_view name) {
  singer::Json types = {"number", "string", "null"};
  if (is_text) types.erase(*is_text ? 0 : 1);
  return {{"type", std::move(types)},
          {"description", "The column " + std::string(name) + " as the API reports it."}};
}

void fill_metrics(singer::Json& schema, const StreamDefinition& stream, const config::Config& config) {
  if (stream.is_of_template()) return;
  singer::Json& properties = schema["properties"]["metrics"]["properties"];
  const auto known_metrics = config::pin_metric_types();
  for (const std::string& name : metrics_of(stream, config)) {
    const config::Column* const column = stream.is_organic() ? nullptr : config::find_report_column(name);
    const bool is_metric =
        stream.source == Source::user_analytics ||
        (stream.is_organic() && std::ranges::find(known_metrics, name) != known_metrics.end());
    std::optional<bool> is_text;
    if (column != nullptr) is_text = column->is_text();
    if (is_metric) is_text = false;
    properties[name] = column_schema(is_text, name);
  }
}

// Scopes stand between blanks or commas.
std::set<std::string_view> split(std::string_view scopes) {
  std::set<std::string_view> parts;
  while (!scopes.empty()) {
    const std::size_t end = std::min(scopes.find_first_of(", "), scopes.size());
    if (end > 0) parts.insert(scopes.substr(0, end));
    scopes.remove_prefix(std::min(end + 1, scopes.size()));
  }
  return parts;
}

}  // namespace

std::string_view to_string(Category category) {
  constexpr std::array<std::string_view, kCategories> kNames = {
      "ads_read", "ads_analytics", "org_read", "org_analytics", "catalogs_read", "trends_read", "download"};
  return kNames.at(static_cast<std::size_t>(category));
}

std::vector<std::string> last_days(util::Day today, int days) {
  std::vector<std::string> texts;
  for (int i = days; i > 0; --i) texts.push_back(util::format_day(today - std::chrono::days(i)));
  return texts;
}

std::span<const StreamDefinition> streams() {
  static const std::vector<StreamDefinition> all = [] {
    std::vector<StreamDefinition> table;
    for (const auto subject : {ads_streams(), analytics_streams(), organic_streams(), catalogs_streams(),
                               business_streams(), reference_streams(), proof_streams()}) {
      table.insert(table.end(), subject.begin(), subject.end());
    }
    return table;
  }();
  return all;
}

bool is_compared(std::string_view stream) {
  return std::ranges::find(kComparedStreams, stream) != kComparedStreams.end();
}

std::vector<StreamDefinition> streams_of(const config::Config& config) {
  std::vector<StreamDefinition> all(streams().begin(), streams().end());
  for (const config::CustomReport& custom : config.custom_reports) all.push_back(custom_stream(custom));
  return all;
}

std::string find_name_problem(const config::Config& config) {
  for (const config::CustomReport& custom : config.custom_reports) {
    if (find_stream(custom.name) == nullptr) continue;
    return fmt::format("custom_reports: {} is a stream of the tap; choose another name", custom.name);
  }
  const std::vector<StreamDefinition> all = streams_of(config);
  std::vector<std::string_view> names;
  std::ranges::transform(all, std::back_inserter(names), &StreamDefinition::id);
  for (const std::string& name : config.full_table_streams) {
    if (std::ranges::find(names, name) != names.end()) continue;
    return fmt::format("full_table_streams: no such stream: {}{}", name, util::did_you_mean(name, names));
  }
  return {};
}

const config::AnalyticsSettings& settings_of(const StreamDefinition& stream, const config::Config& config) {
  return stream.custom == nullptr ? config.analytics : stream.custom->analytics;
}

const StreamDefinition* find_stream(std::string_view id) {
  const auto found = std::ranges::find(streams(), id, &StreamDefinition::id);
  return found == streams().end() ? nullptr : &*found;
}

std::vector<std::string> metrics_of(const StreamDefinition& stream, const config::Config& config) {
  if (stream.source == Source::pin_analytics) return config.pin_metric_types;
  if (stream.source != Source::user_analytics) return settings_of(stream, config).columns;
  const auto types = config::user_metric_types();
  return {types.begin(), types.end()};
}

std::string find_stream_problem(const StreamDefinition& stream, const config::Config& config) {
  const bool is_total = config.analytics.granularity == config::Granularity::total;
  if (is_total && stream.custom == nullptr && stream.report_level == kProductItemLevel) {
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

bool is_in_shard(const StreamDefinition& stream, const config::Config& config) {
  const bool is_of_accounts = stream.by_account() || stream.id == "ad_accounts";
  return is_of_accounts || !config.shard || config.shard->number == 1;
}

bool needs_no_list(const StreamDefinition& stream, const config::Config& config) {
  return stream.is_of_account() || reads_all_by_report(stream, config);
}

bool needs_rows_of(const StreamDefinition& stream, std::string_view list) {
  return std::ranges::any_of(stream.parents, [&](const Parent& parent) {
    return parent.list == list || parent.condition.list == list;
  });
}

bool depends_on(const StreamDefinition& stream, std::string_view list) {
  return needs_rows_of(stream, list) || std::ranges::any_of(stream.parents, [&](const Parent& parent) {
           return !parent.list.empty() && depends_on(*find_stream(parent.list), list);
         });
}

int lookback_days(const StreamDefinition& stream, const config::Config& config) {
  return stream.is_organic() ? config.pins_lookback_days() : settings_of(stream, config).days_read_again();
}

std::string scopes_without(std::string_view wanted, std::string_view granted) {
  std::set<std::string_view> lacking = split(wanted);
  for (const std::string_view scope : split(granted)) lacking.erase(scope);
  return fmt::format("{}", fmt::join(lacking, ","));
}

std::string find_lacking_scopes(const StreamDefinition& stream, std::string_view granted) {
  return granted.empty() ? std::string() : scopes_without(stream.scopes, granted);
}

std::vector<StreamDefinition> streams_by_default() {
  std::vector<StreamDefinition> chosen;
  std::ranges::copy_if(streams(), std::back_inserter(chosen), &StreamDefinition::selected_by_default);
  return chosen;
}

std::vector<StreamDefinition> selected_streams(std::span<const StreamDefinition> streams,
                                               const singer::Selection& selection) {
  std::vector<StreamDefinition> chosen;
  std::ranges::copy_if(streams, std::back_inserter(chosen), [&](const StreamDefinition& stream) {
    return std::ranges::find(selection.streams, stream.id, &singer::SelectedStream::id) !=
           selection.streams.end();
  });
  return chosen;
}

std::string scopes_of(std::span<const StreamDefinition> streams, std::string_view more) {
  std::set<std::string_view> scopes = split(more);
  for (const StreamDefinition& stream : streams) scopes.merge(split(stream.scopes));
  return fmt::format("{}", fmt::join(scopes, ","));
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
  const auto& whole = config.full_table_streams;
  if (std::ranges::find(whole, stream.id) != whole.end()) {
    description.replication_key.clear();
    description.whole_by_configuration = true;
  }
  for (const std::string_view key : stream.key) {
    if (!key.empty()) description.key_properties.emplace_back(key);
  }
  if (stream.source == Source::list) {
    description.schema["properties"][singer::kAdditionalFields] = {
        {"type", {"object", "null"}},
        {"description", "What Pinterest sends and this schema lacks, by name; null if there is nothing."}};
    return description;
  }

  const singer::Json& properties = description.schema["properties"];
  if (properties.contains("metrics")) {
    if (properties["metrics"].contains("properties")) description.configured_object = "metrics";
    fill_metrics(description.schema, stream, config);
  }
  if (stream.category == Category::ads_analytics) {
    const config::Granularity granularity = settings_of(stream, config).granularity;
    if (granularity == config::Granularity::hour) {
      description.schema["properties"]["DATE"]["format"] = "date-time";
    }
    if (granularity == config::Granularity::total && !description.replication_key.empty()) {
      description.replication_key.clear();
      description.whole_by_configuration = true;
    }
  }
  return description;
}

}  // namespace tap_pinterest::pinterest
