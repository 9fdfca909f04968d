// The analytics endpoints.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "api.hpp"
#include "calendar.hpp"
#include "collections.hpp"
#include "hash.hpp"
#include "json_text.hpp"
#include "metrics.hpp"
#include "reach.hpp"
#include "user_analytics.hpp"

namespace simulator {
namespace {

using std::chrono::days;

// The document says 90 days back for ads too, but exactly 90 has been seen refused.
constexpr Reach kAdsReach{days{89}, days{90}};
constexpr Reach kHourReach{days{8}, days{2}};
// Of an account as a whole: the document names no longest range.
constexpr Reach kAccountHourReach{days{8}, days{8}};
constexpr Reach kPinReach{days{90}, days{90}};

std::uint64_t to_id(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The ids of a parameter, each once, in the order given.
std::vector<std::uint64_t> ids_of(const Call& call, std::string_view name) {
  std::vector<std::uint64_t> ids;
  std::set<std::uint64_t> seen;
  for (const std::string& text : call.arguments.all(name)) {
    if (seen.insert(to_id(text)).second) ids.push_back(to_id(text));
  }
  return ids;
}

bool is_number(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// --- ads analytics ---------------------------------------------------------------------------------------

std::optional<Refusal> read_report(const Call& call, Report& report, const Reach& hour_reach = kHourReach) {
  report.granularity = *find_granularity(call.arguments.get("granularity"));
  report.start = *parse_day(call.arguments.get("start_date"));
  report.end = *parse_day(call.arguments.get("end_date"));
  for (const std::string& name : call.arguments.all("columns")) {
    const Column* const column = find_column(name);
    if (std::ranges::find(report.columns, column) == report.columns.end()) report.columns.push_back(column);
  }
  if (call.arguments.has("reporting_timezone")) {
    return Refusal{403, 29, "reporting_timezone is a closed beta."};
  }
  if (call.arguments.boolean("aggregate_report_rows", false)) {
    return Refusal{501, 0, "aggregate_report_rows is not simulated."};
  }
  const bool hourly = report.granularity == Granularity::kHour;
  return check_range(report.start, report.end, day_of(call.now), hourly ? hour_reach : kAdsReach);
}

// Writes rows one after another into the body of an answer.
class RowWriter {
 public:
  RowWriter(const Report& report, std::string_view id_column, std::string& out)
      : id_column_(id_column), out_(out) {
    for (const Column* const column : report.columns) {
      labels_.push_back(fmt::format("\"{}\":", column->name));
      id_is_column_ = id_is_column_ || column->name == id_column;
    }
  }

  // Rows of that entity name it, whatever the columns.
  void begin(std::uint64_t id) { id_ = fmt::format("\"{}\":\"{}\"", id_column_, id); }

  void write(const Row& row, bool plain) {
    if (out_.back() != '[') out_ += ',';
    write_object(row, plain);
  }

  void write_object(const Row& row, bool plain) {
    out_ += '{';
    const bool keys_last = !plain && row.roll % 4 == 0;
    if (!keys_last) write_keys(row);
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (row.cells[i].form == Cell::Form::kAbsent) continue;
      separate();
      out_ += labels_[i];
      append_cell(out_, row.cells[i]);
    }
    if (keys_last) write_keys(row);
    out_ += '}';
  }

 private:
  void write_keys(const Row& row) {
    if (!row.date.empty()) {
      separate();
      out_ += "\"DATE\":\"";
      out_ += row.date;
      out_ += '"';
    }
    if (!id_is_column_ && !id_.empty()) {
      separate();
      out_ += id_;
    }
  }

  void separate() {
    if (out_.back() != '{') out_ += ',';
  }

  std::string_view id_column_;
  std::string& out_;
  std::vector<std::string> labels_;
  bool id_is_column_ = false;
  std::string id_;
};

Result report_on(const Call& call, const Report& report, std::string_view id_column,
                 const std::vector<Entity>& entities) {
  std::string body = "[";
  RowWriter writer(report, id_column, body);
  const bool plain = call.world.options().plain_values;
  const RowSink sink = [&](const Row& row) { writer.write(row, plain); };
  for (const Entity& entity : entities) {
    writer.begin(call.world.id(entity));
    make_rows(call.world, entity, report, call.now, sink);
  }
  body += ']';
  return body;
}

std::vector<Entity> find_all(const Call& call, EntityKind kind, std::string_view parameter) {
  std::vector<Entity> entities;
  for (const std::uint64_t id : ids_of(call, parameter)) {
    if (const auto entity = call.world.find(kind, call.account, id)) entities.push_back(*entity);
  }
  return entities;
}

Result analytics_by_id(Call& call, EntityKind kind, std::string_view parameter, std::string_view id_column) {
  Report report;
  if (auto refusal = read_report(call, report)) return *refusal;
  return report_on(call, report, id_column, find_all(call, kind, parameter));
}

Result targeting_on(const Call& call, const std::vector<Entity>& entities) {
  Report report;
  if (auto refusal = read_report(call, report)) return *refusal;
  std::vector<const TargetingType*> types;
  for (const std::string& name : call.arguments.all("targeting_types")) {
    const TargetingType* const type = find_targeting_type(name);
    if (std::ranges::find(types, type) == types.end()) types.push_back(type);
  }
  std::string body = R"({"data":[)";
  RowWriter writer(report, {}, body);
  const bool plain = call.world.options().plain_values;
  const TargetingSink sink = [&](const Row& row, const Target& target) {
    if (body.back() != '[') body += ',';
    const std::string_view value = target.value().text;
    body += fmt::format(R"({{"targeting_type":"{}","targeting_value":)", target.type->name);
    if (is_number(value) && (plain || row.roll % 3 != 0)) {
      body += value;
    } else {
      append_quoted(body, value);
    }
    body += R"(,"metrics":)";
    writer.write_object(row, plain);
    body += '}';
  };
  for (const Entity& entity : entities) {
    make_targeting_rows(call.world, entity, report, types, call.now, sink);
  }
  body += "]}";
  return body;
}

// The ads of some campaigns that promote some pins.
std::vector<Entity> ads_of(const Call& call) {
  const auto campaign_ids = ids_of(call, "campaign_ids");
  const auto pin_ids = ids_of(call, "pin_ids");
  const std::set<std::uint64_t> campaigns(campaign_ids.begin(), campaign_ids.end());
  const std::set<std::uint64_t> pins(pin_ids.begin(), pin_ids.end());
  std::vector<Entity> ads;
  for (std::int64_t i = 0; i < call.world.count(EntityKind::kAd, call.account); ++i) {
    const Entity ad{EntityKind::kAd, call.account, i};
    if (pins.contains(call.world.promoted_pin_id(ad)) &&
        campaigns.contains(call.world.id(call.world.campaign_of(ad)))) {
      ads.push_back(ad);
    }
  }
  return ads;
}

// --- pin analytics ---------------------------------------------------------------------------------------

std::optional<Refusal> read_pin_report(const Call& call, PinReport& report) {
  report.start = *parse_day(call.arguments.get("start_date"));
  report.end = *parse_day(call.arguments.get("end_date"));
  report.metrics = call.arguments.all("metric_types");
  if (call.arguments.has("ad_account_id") && !call.world.find_account(call.arguments.get("ad_account_id"))) {
    return Refusal{404, 2, "AdAccount not found."};
  }
  return check_range(report.start, report.end, day_of(call.now), kPinReach);
}

void write_cells(std::string& out, const PinReport& report, std::span<const Cell> cells) {
  JsonText json(out);
  json.open_object();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].form == Cell::Form::kAbsent) continue;
    json.key(report.metrics[i]);
    append_cell(out, cells[i]);
  }
  json.close_object();
}

void write_lifetime(JsonText& json, const World& world, std::int64_t pin, const PinReport& report) {
  json.key("lifetime_metrics").open_object();
  for (const std::string& metric : report.metrics) {
    if (metric != "TOTAL_COMMENTS" && metric != "TOTAL_REACTIONS") continue;
    json.integer(metric, static_cast<std::int64_t>((world.pin_key(pin) >> 20U) % 100 + metric.size()));
  }
  json.close_object();
}

void write_days(std::string& out, const Call& call, std::int64_t pin, AppType app, const PinReport& report) {
  JsonText json(out);
  json.key("daily_metrics").open_array();
  make_pin_days(call.world, pin, app, report, call.now, [&](const PinDay& day) {
    json.open_object().text("data_status", day.status).text("date", format_day(day.day));
    if (day.has_metrics) {
      json.key("metrics");
      write_cells(out, report, day.cells);
    } else if (pin % 2 == 0) {
      json.key("metrics").open_object().close_object();
    }
    json.close_object();
  });
  json.close_array();
}

void write_summary(std::string& out, const Call& call, std::int64_t pin, AppType app,
                   const PinReport& report) {
  JsonText(out).key("summary_metrics");
  write_cells(out, report, pin_summary(call.world, pin, app, report, call.now));
}

void write_app(std::string& out, const Call& call, std::int64_t pin, AppType app, const PinReport& report) {
  JsonText json(out);
  json.open_object();
  write_days(out, call, pin, app, report);
  write_lifetime(json, call.world, pin, report);
  write_summary(out, call, pin, app, report);
  json.close_object();
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

AppType app_of(const Call& call) { return *find_app_type(call.arguments.get("app_types", "ALL")); }

}  // namespace

Result campaign_analytics(Call& call) {
  return analytics_by_id(call, EntityKind::kCampaign, "campaign_ids", "CAMPAIGN_ID");
}

Result ad_group_analytics(Call& call) {
  return analytics_by_id(call, EntityKind::kAdGroup, "ad_group_ids", "AD_GROUP_ID");
}

Result ad_account_analytics(Call& call) {
  Report report;
  if (auto refusal = read_report(call, report, kAccountHourReach)) return *refusal;
  return report_on(call, report, "AD_ACCOUNT_ID", {{EntityKind::kAccount, call.account, 0}});
}

Result product_group_analytics(Call& call) {
  return analytics_by_id(call, EntityKind::kProductGroup, "product_group_ids", "PRODUCT_GROUP_ID");
}

Result ad_account_targeting_analytics(Call& call) {
  return targeting_on(call, {{EntityKind::kAccount, call.account, 0}});
}

Result campaign_targeting_analytics(Call& call) {
  return targeting_on(call, find_all(call, EntityKind::kCampaign, "campaign_ids"));
}

Result ad_group_targeting_analytics(Call& call) {
  return targeting_on(call, find_all(call, EntityKind::kAdGroup, "ad_group_ids"));
}

Result ad_targeting_analytics(Call& call) {
  return targeting_on(call, find_all(call, EntityKind::kAd, "ad_ids"));
}

Result ad_analytics(Call& call) {
  if (call.arguments.has("ad_ids")) return analytics_by_id(call, EntityKind::kAd, "ad_ids", "AD_ID");
  if (!call.arguments.has("campaign_ids") || !call.arguments.has("pin_ids")) {
    return Refusal{400, 1, "The request must contain either ad_ids or both campaign_ids and pin_ids."};
  }
  Report report;
  if (auto refusal = read_report(call, report)) return *refusal;
  return report_on(call, report, "AD_ID", ads_of(call));
}

Result pins_analytics(Call& call) {
  const Options& options = call.world.options();
  if (!options.beta) {
    // With 401 it is about the app: Pinterest's code 3.
    const int code = options.beta_off_status == 401 ? 3 : options.beta_off_status == 404 ? 50 : 7;
    return Refusal{options.beta_off_status, code, "Not authorized to access board or Pin."};
  }
  PinReport report;
  if (auto refusal = read_pin_report(call, report)) return *refusal;
  const AppType app = app_of(call);
  std::string body;
  JsonText json(body);
  json.open_object();
  for (const std::uint64_t id : ids_of(call, "pin_ids")) {
    const auto pin = call.world.find_pin(id);
    if (!pin || call.world.pin_is_dead(*pin)) return Refusal{404, 50, "Pin not found."};
    json.key(std::to_string(id)).open_object();
    json.key(options.bulk_keys_by_app ? lower(app_type_name(app)) : "all");
    write_app(body, call, *pin, app, report);
    json.close_object();
  }
  json.close_object();
  return body;
}

Result pin_analytics(Call& call) {
  const auto pin = call.world.find_pin(to_id(call.match.place("pin_id")));
  if (!pin || std::to_string(call.world.pin_id(*pin)) != call.match.place("pin_id") ||
      call.world.pin_is_dead(*pin)) {
    return Refusal{404, 404, "Pin not found."};
  }
  PinReport report;
  if (auto refusal = read_pin_report(call, report)) return *refusal;
  std::string body;
  JsonText json(body);
  json.open_object();
  const AppType asked = app_of(call);
  if (call.arguments.get("split_field", "NO_SPLIT") == "NO_SPLIT") {
    json.key("all");
    write_app(body, call, *pin, asked, report);
  } else {
    for (const AppType app : {AppType::kAll, AppType::kMobile, AppType::kTablet, AppType::kWeb}) {
      if (asked != AppType::kAll && asked != app) continue;
      json.key(*pin % 2 == 0 ? app_type_name(app) : lower(app_type_name(app)));
      write_app(body, call, *pin, app, report);
    }
  }
  json.close_object();
  return body;
}

Result user_account_analytics(Call& call) {
  PinReport report;
  if (auto refusal = read_pin_report(call, report)) return *refusal;
  if (report.metrics.empty()) report.metrics = {user_metrics().begin(), user_metrics().end()};
  const Arguments& arguments = call.arguments;
  const UserFilter usual;
  const UserFilter filter{
      .from_claimed_content = arguments.get("from_claimed_content", usual.from_claimed_content),
      .pin_format = arguments.get("pin_format", usual.pin_format),
      .content_type = arguments.get("content_type", usual.content_type),
      .source = arguments.get("source", usual.source),
      .app = app_of(call)};
  std::string body;
  JsonText json(body);
  json.open_object();
  for (const UserSplit& split : user_splits(filter, arguments.get("split_field", "NO_SPLIT"))) {
    json.key(split.name).open_object();
    write_days(body, call, split.pin, split.app, report);
    write_summary(body, call, split.pin, split.app, report);
    json.close_object();
  }
  json.close_object();
  return body;
}

// The best first. Which they are, and their numbers, has nothing to do with the analytics of pins.
Result list_top_pins(Call& call) {
  PinReport report;
  if (auto refusal = read_pin_report(call, report)) return *refusal;
  const World& world = call.world;
  const std::string sort = call.arguments.get("sort_by");
  if (report.metrics.empty()) {
    const auto& rules = call.match.endpoint->parameters;
    const auto values = std::ranges::find(rules, "metric_types", &Parameter::name)->values;
    report.metrics.assign(values.begin(), values.end());
  }
  const std::int64_t count = std::min(call.arguments.integer("num_of_pins", 10), world.pin_count());
  const std::uint64_t key = mix(world.options().seed, hash_text(sort), hash_text(call.match.endpoint->path));
  std::string body;
  JsonText json(body);
  json.open_object().key("date_availability").open_object().boolean("is_realtime", false);
  json.integer("latest_available_timestamp", unix_seconds(call.now) / 86'400 * 86'400'000);
  json.close_object().key("pins").open_array();
  for (std::int64_t rank = 0; rank < count; ++rank) {
    const auto pin =
        static_cast<std::int64_t>(key % 1'000 + static_cast<std::uint64_t>(rank)) % world.pin_count();
    json.open_object().id("pin_id", world.pin_id(pin)).key("metrics").open_object();
    for (const std::string& metric : report.metrics) {
      const auto roll = static_cast<std::int64_t>(mix(key, rank, hash_text(metric)) % 1'000);
      const bool is_broken = metric.ends_with("_RATE") || metric.ends_with("_TIME");
      if (metric == sort) {
        json.integer(metric, 100'000 - rank * 1'900);
      } else if (roll % 20 != 0) {
        json.verbatim(metric, is_broken ? fmt::format("{}.{:03}", roll % 7, roll) : std::to_string(roll));
      }
    }
    json.close_object().key("data_status").open_object();
    for (const std::string& metric : report.metrics) json.text(metric, rank % 9 == 4 ? "ESTIMATE" : "READY");
    json.close_object().close_object();
  }
  json.close_array().text("sort_by", sort).close_object();
  return body;
}

}  // namespace simulator
