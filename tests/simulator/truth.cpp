#include "truth.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include "calendar.hpp"
#include "json_text.hpp"
#include "metrics.hpp"
#include "pieces.hpp"
#include "report_body.hpp"
#include "user_analytics.hpp"

namespace simulator {
namespace {

// A source of lines: writes the lines of one object, false when there are no more objects.
using Source = std::function<bool(std::string&)>;

Answer stream_of(Source source) {
  Answer answer;
  answer.content_type = "application/x-ndjson";
  answer.next_piece = [source = std::move(source)](std::string& out) {
    const std::size_t end = out.size() + kPieceBytes;
    while (out.size() < end) {
      if (!source(out)) return false;
    }
    return true;
  };
  return answer;
}

struct Filter {
  int account = 0;
  int accounts_end = 0;
  std::set<Status> statuses;
};

bool passes(const Filter& filter, Status status) {
  return filter.statuses.empty() || filter.statuses.contains(status);
}

// Walks all entities of a kind, account by account.
class Walk {
 public:
  Walk(World world, EntityKind kind, Filter filter)
      : world_(std::move(world)), kind_(kind), filter_(std::move(filter)), account_(filter_.account) {}

  const World& world() const { return world_; }

  std::optional<Entity> next() {
    for (; account_ < filter_.accounts_end; ++account_, index_ = 0) {
      while (!world_.is_removed(account_) && index_ < world_.count(kind_, account_)) {
        const Entity entity{kind_, account_, index_++};
        if (!world_.exists(entity)) continue;
        if (kind_ == EntityKind::kAccount || passes(filter_, world_.status(entity))) return entity;
      }
    }
    return std::nullopt;
  }

 private:
  World world_;
  EntityKind kind_;
  Filter filter_;
  int account_;
  std::int64_t index_ = 0;
};

// What `write` writes of each entity.
template <typename Write>
Source lines_of(Walk walk, Write write) {
  return [walk = std::move(walk), write = std::move(write)](std::string& out) mutable {
    const auto entity = walk.next();
    if (entity) write(out, walk.world(), *entity);
    return entity.has_value();
  };
}

// What all entities begin with.
void open_entity(JsonText& json, const World& world, const Entity& entity) {
  json.open_object().id("id", world.id(entity)).id("ad_account_id", world.account_id(entity.account));
  json.text("status", status_name(world.status(entity)));
}

void write_entity(std::string& out, const World& world, const Entity& entity) {
  JsonText json(out);
  open_entity(json, world, entity);
  json.text("name", world.name(entity));
  const Moment updated = world.updated(entity);
  if (updated.form == Moment::Form::kSet) {
    json.integer("updated_time", updated.unix_seconds);
  } else {
    json.null("updated_time");
  }
  json.close_object();
  out += '\n';
}

void write_product_group(std::string& out, const World& world, const Entity& entity) {
  JsonText json(out);
  open_entity(json, world, entity);
  json.id("ad_group_id", world.id(world.ad_group_of(entity))).close_object();
  out += '\n';
}

// What all rows of a report begin with.
void open_row(JsonText& json, const World& world, int account, std::string_view id_column, std::uint64_t id,
              const Row& row) {
  json.open_object().id("ad_account_id", world.account_id(account)).id(id_column, id).key("DATE");
  row.date.empty() ? json.null() : json.text(row.date);
}

void write_target(JsonText& json, const Target& target) {
  json.text("targeting_type", target.type->name).text("targeting_value", target.value().text);
}

void close_row(std::string& out, JsonText& json, const Report& report, const Row& row) {
  json.key("metrics").open_object();
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    json.key(report.columns[i]->name);
    append_cell_truth(out, row.cells[i]);
  }
  json.close_object().close_object();
  out += '\n';
}

Source report_lines(Walk walk, std::string id_column, Report report, Instant now) {
  return lines_of(std::move(walk), [id_column = std::move(id_column), report = std::move(report), now](
                                       std::string& out, const World& world, const Entity& entity) {
    make_rows(world, entity, report, now, [&](const Row& row) {
      JsonText json(out);
      open_row(json, world, entity.account, id_column, world.id(entity), row);
      close_row(out, json, report, row);
    });
  });
}

Source targeting_lines(Walk walk, std::string id_column, Report report,
                       std::vector<const TargetingType*> types, Instant now) {
  return lines_of(std::move(walk), [id_column = std::move(id_column), report = std::move(report),
                                    types = std::move(types),
                                    now](std::string& out, const World& world, const Entity& entity) {
    make_targeting_rows(world, entity, report, types, now, [&](const Row& row, const Target& target) {
      JsonText json(out);
      open_row(json, world, entity.account, id_column, world.id(entity), row);
      write_target(json, target);
      close_row(out, json, report, row);
    });
  });
}

// What asynchronous reports of all accounts say.
Source level_lines(const World& world, ReportRequest request, const Filter& filter, Instant now) {
  return [world, request = std::move(request), account = filter.account, end = filter.accounts_end, now,
          index = std::int64_t{0}](std::string& out) mutable {
    const Scope scope = request.level->scope;
    while (account < end && (world.is_removed(account) || index >= subject_count(world, scope, account))) {
      ++account;
      index = 0;
    }
    if (account >= end) return false;
    const Subject subject = subject_at(scope, account, index++);
    if (!is_reported(world, request, subject)) return true;
    make_level_rows(world, subject, request.report, request.targeting_types, now,
                    [&](const Row& row, const Target* target) {
                      if (!is_reported(request, row)) return;
                      JsonText json(out);
                      open_row(json, world, account, id_column(scope), subject_id(world, subject), row);
                      if (target != nullptr) write_target(json, *target);
                      close_row(out, json, request.report, row);
                    });
    return true;
  };
}

// The rest of an object that tells already whose day it is.
void write_day(std::string& out, const PinReport& report, const PinDay& day) {
  JsonText json(out);
  json.text("date", format_day(day.day)).text("data_status", day.status).key("metrics").open_object();
  for (std::size_t i = 0; i < report.metrics.size(); ++i) {
    json.key(report.metrics[i]);
    if (day.has_metrics) {
      append_cell_truth(out, day.cells[i]);
    } else {
      json.null();
    }
  }
  json.close_object().close_object();
  out += '\n';
}

Source pin_report_lines(const World& world, PinReport report, std::vector<AppType> apps, Instant now) {
  return [world, report = std::move(report), apps = std::move(apps), now,
          pin = std::int64_t{0}](std::string& out) mutable {
    if (pin >= world.pin_count()) return false;
    if (!world.pin_is_dead(pin)) {
      for (const AppType app : apps) {
        make_pin_days(world, pin, app, report, now, [&](const PinDay& day) {
          JsonText json(out);
          json.open_object().id("pin_id", world.pin_id(pin));
          json.text("app_type", app_type_name(app));
          write_day(out, report, day);
        });
      }
    }
    ++pin;
    return true;
  };
}

Source user_report_lines(const World& world, PinReport report, std::vector<UserSplit> splits, Instant now) {
  return [world, report = std::move(report), splits = std::move(splits), now,
          next = std::size_t{0}](std::string& out) mutable {
    if (next >= splits.size()) return false;
    const UserSplit& split = splits[next++];
    make_pin_days(world, split.pin, split.app, report, now, [&](const PinDay& day) {
      JsonText(out).open_object().text("split_value", split.name);
      write_day(out, report, day);
    });
    return true;
  };
}

Source pin_lines(const World& world) {
  return [world, pin = std::int64_t{0}](std::string& out) mutable {
    if (pin >= world.pin_count()) return false;
    JsonText json(out);
    json.open_object().id("id", world.pin_id(pin));
    json.text("created_at", format_seconds(world.pin_created_seconds(pin)) + "Z").close_object();
    out += '\n';
    ++pin;
    return true;
  };
}

Source account_lines(const World& world) {
  return [world, account = 0](std::string& out) mutable {
    while (world.is_removed(account)) ++account;
    if (account >= world.account_count()) return false;
    JsonText json(out);
    json.open_object().id("id", world.account_id(account)).boolean("shared", world.is_shared(account));
    json.integer("index", account).close_object();
    out += '\n';
    ++account;
    return true;
  };
}

struct Level {
  std::string_view analytics;  // the streams
  std::string_view targeting;
  EntityKind kind;
  const char* id_column;
};

constexpr auto kLevels = std::to_array<Level>({
    {"ad_account_analytics", "ad_account_targeting_analytics", EntityKind::kAccount, "AD_ACCOUNT_ID"},
    {"campaign_analytics", "campaign_targeting_analytics", EntityKind::kCampaign, "CAMPAIGN_ID"},
    {"ad_group_analytics", "ad_group_targeting_analytics", EntityKind::kAdGroup, "AD_GROUP_ID"},
    {"ad_analytics", "ad_targeting_analytics", EntityKind::kAd, "AD_ID"},
    {"product_group_analytics", "product_group_targeting_analytics", EntityKind::kProductGroup,
     "PRODUCT_GROUP_ID"},
});

// --- parameters ------------------------------------------------------------------------------------------

const std::array<Parameter, 11>& rules() {
  using enum ParameterStyle;
  static const std::array<Parameter, 11> table{{
      {.name = "account", .type = ParameterType::kInteger, .maximum = 1'000'000, .values = {}},
      {.name = "statuses", .style = kCommaSeparated, .values = {}},
      {.name = "start_date", .type = ParameterType::kDate, .values = {}},
      {.name = "end_date", .type = ParameterType::kDate, .values = {}},
      {.name = "granularity", .values = {}},
      {.name = "columns", .style = kCommaSeparated, .values = {}},
      {.name = "metric_types", .style = kCommaSeparated, .values = {}},
      {.name = "app_types", .style = kCommaSeparated, .values = {}},
      {.name = "targeting_types", .style = kCommaSeparated, .values = {}},
      {.name = "level", .values = {}},
      {.name = "split_field", .values = {}},
  }};
  return table;
}

Filter read_filter(const World& world, const Arguments& arguments) {
  Filter filter;
  filter.accounts_end = world.account_count();
  if (arguments.has("account")) {
    filter.account = static_cast<int>(arguments.integer("account", 0));
    filter.accounts_end = std::min(world.account_count(), filter.account + 1);
  }
  for (const std::string& name : arguments.all("statuses")) {
    if (const auto status = find_status(name)) filter.statuses.insert(*status);
  }
  return filter;
}

Report read_report(const Arguments& arguments, Instant now) {
  Report report;
  report.granularity = find_granularity(arguments.get("granularity", "DAY")).value_or(Granularity::kDay);
  report.end = parse_day(arguments.get("end_date")).value_or(day_of(now));
  report.start = parse_day(arguments.get("start_date")).value_or(report.end - std::chrono::days{30});
  for (const std::string& name : arguments.all("columns")) {
    const Column* column = find_column(name);
    if (column == nullptr) column = find_report_column(name);
    if (column != nullptr) report.columns.push_back(column);
  }
  return report;
}

std::vector<const TargetingType*> read_types(const Arguments& arguments) {
  std::vector<const TargetingType*> types;
  for (const std::string& name : arguments.all("targeting_types")) {
    if (const TargetingType* const type = find_targeting_type(name)) types.push_back(type);
  }
  return types;
}

PinReport read_pin_report(const Arguments& arguments, Instant now) {
  PinReport report;
  report.end = parse_day(arguments.get("end_date")).value_or(day_of(now));
  report.start = parse_day(arguments.get("start_date")).value_or(report.end - std::chrono::days{30});
  report.metrics = arguments.all("metric_types");
  return report;
}

Source user_report_source(const World& world, const Arguments& arguments, Instant now) {
  PinReport report = read_pin_report(arguments, now);
  if (report.metrics.empty()) report.metrics = {user_metrics().begin(), user_metrics().end()};
  UserFilter filter;
  filter.app = find_app_type(arguments.get("app_types")).value_or(AppType::kAll);
  return user_report_lines(world, std::move(report), user_splits(filter, arguments.get("split_field")), now);
}

Source pin_report_source(const World& world, const Arguments& arguments, Instant now) {
  std::vector<AppType> apps;
  for (const std::string& name : arguments.all("app_types")) {
    if (const auto app = find_app_type(name)) apps.push_back(*app);
  }
  if (apps.empty()) apps.push_back(AppType::kAll);
  return pin_report_lines(world, read_pin_report(arguments, now), std::move(apps), now);
}

}  // namespace

std::variant<Answer, Refusal> truth(const World& world, Instant now, std::string_view stream,
                                    std::string_view query) {
  const auto pairs = decode_pairs(query);
  if (!pairs) return Refusal{400, 1, "The query cannot be read."};
  Arguments arguments;
  if (auto refusal = Arguments::check(*pairs, rules(), arguments)) return *refusal;
  if (stream == "ad_accounts") return stream_of(account_lines(world));
  if (stream == "pins") return stream_of(pin_lines(world));
  if (stream == "pin_analytics") return stream_of(pin_report_source(world, arguments, now));
  if (stream == "user_account_analytics") return stream_of(user_report_source(world, arguments, now));
  const Filter filter = read_filter(world, arguments);
  if (const auto kind = find_kind(stream))
    return stream_of(lines_of(Walk(world, *kind, filter), write_entity));
  if (stream == "product_group_promotions") {
    return stream_of(lines_of(Walk(world, EntityKind::kProductGroup, filter), write_product_group));
  }
  if (stream == "reports") {
    ReportRequest request;
    request.level = find_level(arguments.get("level"));
    if (request.level == nullptr) return Refusal{400, 1, "level must be one of a report's."};
    request.report = read_report(arguments, now);
    request.visible_columns = request.report.columns.size();
    request.targeting_types = read_types(arguments);
    return stream_of(level_lines(world, std::move(request), filter, now));
  }
  const auto* const level = std::ranges::find(kLevels, stream, &Level::analytics);
  if (level != kLevels.end()) {
    return stream_of(
        report_lines(Walk(world, level->kind, filter), level->id_column, read_report(arguments, now), now));
  }
  const auto* const broken_down = std::ranges::find(kLevels, stream, &Level::targeting);
  if (broken_down != kLevels.end()) {
    return stream_of(targeting_lines(Walk(world, broken_down->kind, filter), broken_down->id_column,
                                     read_report(arguments, now), read_types(arguments), now));
  }
  return Refusal{404, 1, "No such stream."};
}

}  // namespace simulator
