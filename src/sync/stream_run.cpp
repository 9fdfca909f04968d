#include "tap_pinterest/sync/stream_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "tap_pinterest/config/columns.hpp"
#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/pinterest/reports.hpp"

namespace tap_pinterest::sync {
namespace {

using pinterest::Source;
using pinterest::StreamDefinition;
using singer::Json;

constexpr std::size_t kMostFieldsNamed = 20;
// Until an answer has shown more: genders are three, age buckets about seven, countries may be many.
constexpr double kFirstValuesOfType = 8;

// Everything the API may send without surprise: all fields of the stream, and what stands in rows of
// analytics whatever columns are asked for.
Json known_schema(const StreamDefinition& definition, const config::Config& config) {
  Json schema = pinterest::describe(definition, config).schema;
  if (definition.source == Source::list) {
    if (!definition.dropped.empty()) schema["properties"][definition.dropped] = Json::object();
    return schema;
  }
  if (definition.is_organic() || definition.source == Source::data_quality) return schema;
  if (!schema["properties"]["metrics"].contains("properties")) return schema;
  Json& metrics = schema["properties"]["metrics"]["properties"];
  std::vector<std::string> in_rows(definition.key.begin(), definition.key.end());
  in_rows.insert(in_rows.end(), {"DATE", "TARGETING_TYPE", "TARGETING_VALUE"});
  for (const std::string& name : in_rows) {
    if (!metrics.contains(name)) metrics[name] = {{"type", {"string", "null"}}};
  }
  return schema;
}

// The columns that the catalog has left in `metrics`, and the id, which costs nothing more.
std::vector<std::string> selected_columns(const StreamDefinition& definition, const config::Config& config,
                                          const Json& schema) {
  if (definition.source == Source::list) return {};
  std::vector<std::string> configured = pinterest::metrics_of(definition, config);
  if (definition.source == Source::data_quality) {
    // What reports lack has a total on some days only.
    const std::vector<std::string> reported = pinterest::report_columns(definition, configured);
    const bool may_be_reported = pinterest::may_use_reports(definition, config);
    std::erase_if(configured, [&](const std::string& name) {
      const config::Column* const column = config::find_report_column(name);
      const bool may_lack = may_be_reported && std::ranges::find(reported, name) == reported.end();
      return column == nullptr || !column->is_additive() || may_lack;
    });
    return configured;
  }
  const Json::json_pointer metrics("/properties/metrics/properties");
  std::vector<std::string> columns;
  for (const std::string& column : configured) {
    const bool kept = schema.contains(metrics) && schema.at(metrics).contains(column);
    if (kept || column == definition.key[0]) columns.push_back(column);
  }
  // report_columns() asks for what a report needs.
  if (definition.is_only_by_report()) return columns;
  // Without it, rows of targeting analytics do not say whose they are.
  const bool must_name_it = definition.source == Source::targeting_analytics;
  if (must_name_it && std::ranges::find(columns, definition.key[0]) == columns.end()) {
    columns.emplace_back(definition.key[0]);
  }
  // The API refuses a request without any; the cheapest row names only its key.
  if (columns.empty())
    columns.emplace_back(definition.is_organic() ? std::string_view(configured.at(0)) : definition.key[0]);
  return columns;
}

// A catalog may add fields, but not these.
singer::SelectedStream without_secrets(singer::SelectedStream selected, const StreamDefinition& definition) {
  if (!definition.dropped.empty()) selected.schema["properties"].erase(std::string(definition.dropped));
  return selected;
}

Json only_key(const StreamDefinition& definition, const config::Config& config) {
  const Json schema = pinterest::describe(definition, config).schema;
  Json properties = Json::object();
  for (const std::string_view key : definition.key) {
    if (!key.empty()) properties[std::string(key)] = schema.at("properties").at(std::string(key));
  }
  return {{"type", "object"}, {"properties", std::move(properties)}};
}

}  // namespace

StreamRun::StreamRun(const StreamDefinition& definition, const config::Config& config,
                     singer::SelectedStream selected)
    : definition_(&definition),
      selected_(true),
      selection_(without_secrets(std::move(selected), definition)),
      projection_(std::make_unique<singer::Projection>(selection_.schema, known_schema(definition, config),
                                                       config.flattening)),
      format_(std::make_unique<pinterest::RecordFormat>(definition, *projection_, selection_.id)),
      columns_(selected_columns(definition, config, selection_.schema)) {
  if (definition.source == Source::targeting_analytics) {
    rows_at_a_time_ = kFirstValuesOfType *
                      static_cast<double>(pinterest::settings_of(definition, config).targeting_types.size());
  }
}

StreamRun::StreamRun(const StreamDefinition& definition, const config::Config& config)
    : definition_(&definition),
      selected_(false),
      projection_(std::make_unique<singer::Projection>(only_key(definition, config),
                                                       known_schema(definition, config))),
      format_(std::make_unique<pinterest::RecordFormat>(definition, *projection_, id())) {}

void StreamRun::sum_rows(const std::vector<std::string>& columns) {
  format_->addends.emplace(columns, *projection_);
}

bool StreamRun::wants_pin_metrics() const {
  return selected_ && selection_.schema.contains(Json::json_pointer("/properties/pin_metrics"));
}

void StreamRun::note_rows_at_a_time(double rows) { rows_at_a_time_ = std::max(rows_at_a_time_, rows); }

void StreamRun::note_unknown(const std::vector<std::string>& fields) {
  unknown_.insert(fields.begin(), fields.end());
}

void StreamRun::say_unknown() const {
  const bool is_list = definition_->source == Source::list;
  const Json& properties = selection_.schema.at("properties");
  if (unknown_.empty() || (is_list && properties.contains(singer::kAdditionalFields))) return;
  std::vector<std::string> named(unknown_.begin(), unknown_.end());
  if (named.size() > kMostFieldsNamed) {
    const std::size_t more = named.size() - kMostFieldsNamed;
    named.resize(kMostFieldsNamed);
    named.push_back(fmt::format("{} more", more));
  }
  log::write(log::Level::info, id(),
             fmt::format("Pinterest sends fields that the schema lacks: {}{}", fmt::join(named, ", "),
                         is_list ? fmt::format("; to get them, select {}", singer::kAdditionalFields) : ""));
}

}  // namespace tap_pinterest::sync
