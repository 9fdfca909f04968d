#include "metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "calendar.hpp"
#include "entities.hpp"
#include "hash.hpp"
#include "json_text.hpp"
#include "ledger.hpp"

namespace simulator {
namespace {

using std::chrono::days;
using Form = Cell::Form;

constexpr std::int64_t kMicros = 1'000'000;
constexpr Turn kWhole{1, 0, 1};
constexpr std::string_view kSurplusColumn = "IMPRESSION_2";

std::int64_t day_number(Day day) { return day.time_since_epoch().count(); }

// --- cells -----------------------------------------------------------------------------------------------

void put_integer(Cell& cell, std::int64_t value) {
  cell.fixed = {};
  const auto [end, error] = std::to_chars(cell.digits.data(), cell.digits.data() + cell.digits.size(), value);
  cell.length = static_cast<std::uint8_t>(end - cell.digits.data());
}

// Two to six decimals, so that zeros at the end occur: 1.10, 12.00, 0.123456.
void put_dollars(Cell& cell, std::int64_t micros) {
  put_integer(cell, micros / kMicros);
  char* const point = cell.digits.data() + cell.length;
  *point = '.';
  auto rest = micros % kMicros;
  for (int place = 6; place >= 1; --place, rest /= 10) point[place] = static_cast<char>('0' + rest % 10);
  int decimals = 6;
  while (decimals > 2 && point[decimals] == '0') --decimals;
  cell.length = static_cast<std::uint8_t>(cell.length + decimals + 1);
}

// A decimal that belongs to nothing: short, long, or in the form that JSON borrows from Fortran.
void put_ratio(Cell& cell, std::uint64_t roll, bool plain) {
  cell.fixed = {};
  const auto value = (roll >> 16U) % kMicros;
  const auto form = plain ? 63 : roll % 64;
  char* end = cell.digits.data();
  if (form < 4) {
    end = fmt::format_to(end, "0.{:06}{:019}", value, roll >> 1U);
  } else if (form == 4) {
    end = fmt::format_to(end, "{}.{}e-05", 1 + value % 9, value % 7);
  } else if (form < 12) {
    end = fmt::format_to(end, "{}.{:02}", value % 50, value % 10 * 10);
  } else {
    end = fmt::format_to(end, "0.{:06}", value);
  }
  cell.length = static_cast<std::uint8_t>(end - cell.digits.data());
}

// Numbers now as numbers, now as text, at times null or left out.
void dress_number(Cell& cell, std::uint64_t roll, bool is_integer, bool plain) {
  cell.form = Form::kNumber;
  if (plain) return;
  if (roll % 41 == 3) {
    cell.form = Form::kNull;
  } else if (roll % 41 == 4) {
    cell.form = Form::kAbsent;
  } else if ((roll >> 8U) % 16 == 5) {
    cell.form = Form::kNumberAsText;
  }
  if (is_integer && (roll >> 16U) % 32 == 1) {
    cell.digits.at(cell.length++) = '.';
    cell.digits.at(cell.length++) = '0';
  }
}

// What is left out, or null, adds nothing to a sum.
void dress_sum(Cell& cell, std::uint64_t roll, std::int64_t value, bool is_integer, bool plain) {
  dress_number(cell, roll, is_integer, plain);
  if (plain) return;
  constexpr std::array kZeros{Form::kNull, Form::kAbsent, Form::kNumber, Form::kNumber};
  if (value == 0) {
    cell.form = kZeros.at((roll >> 24U) % kZeros.size());
  } else if (cell.form == Form::kNull || cell.form == Form::kAbsent) {
    cell.form = Form::kNumber;
  }
}

// --- the values of one day -------------------------------------------------------------------------------

std::int64_t day_count(std::uint64_t hash, std::uint64_t salt) {
  constexpr std::array<std::uint64_t, 5> kScales{10, 100, 1'000, 10'000, 100'000};
  if (hash % 8 == 0) return 0;
  return static_cast<std::int64_t>((hash >> 8U) % kScales.at(salt % kScales.size()));
}

// Makes the rows of one entity.
class RowMaker {
 public:
  // With targets: of what the entity has, what falls to all of these values.
  RowMaker(const World& world, const Entity& entity, const Report& report, std::span<const Target> targets,
           Instant now, const RowSink& sink)
      : world_(world),
        entity_(entity),
        report_(report),
        now_(now),
        sink_(sink),
        plain_(world.options().plain_values),
        entity_key_(world.key(entity)),
        key_(entity_key_),
        ledger_(world, entity),
        totals_(report.columns.size()),
        cells_(report.columns.size()),
        fixed_(report.columns.size()) {
    for (std::size_t i = 0; i < fixed_.size(); ++i) fixed_[i] = identity_text(*report.columns[i]);
    shares_.reserve(targets.size());
    for (const Target& target : targets) {
      shares_.push_back(target.turn());
      key_ = mix(key_, hash_text(target.value().text));
    }
  }

  void run() {
    const Day last = std::min(report_.end, day_of(now_));
    if (report_.granularity == Granularity::kHour) {
      for (Day day = report_.start; day <= last; day += days{1}) make_hours(day);
      return;
    }
    for (Day day = report_.start; day <= last;) {
      const Day next = std::min(next_period(day), last + days{1});
      make_period(day, next);
      day = next;
    }
  }

 private:
  // The days of one row and, for HOUR, which hour.
  struct Slice {
    Day first;
    Day end;
    int hour = -1;
    Turn turn = kWhole;  // or that of the hour
  };

  Day next_period(Day day) const {
    switch (report_.granularity) {
      case Granularity::kWeek:
        return monday_of(day) + days{7};
      case Granularity::kMonth:
        return first_of_month(first_of_month(day) + days{32});
      case Granularity::kTotal:
        return Day::max() - days{2};
      default:
        return day + days{1};
    }
  }

  void make_period(Day first, Day end) {
    bool any = !world_.options().gaps;
    for (Day day = first; day < end && !any; day += days{1}) any = ledger_.open(day);
    if (!any) return;
    date_.clear();
    if (report_.granularity == Granularity::kWeek) {
      append_day(date_, monday_of(first));
    } else if (report_.granularity == Granularity::kMonth) {
      append_day(date_, first_of_month(first));
    } else if (report_.granularity == Granularity::kDay) {
      append_day(date_, first);
    }
    emit({.first = first, .end = end});
  }

  void make_hours(Day day) {
    if (world_.options().gaps && !ledger_.open(day)) return;
    const Hours hours(world_, entity_.account, day);
    for (int hour = 0; hour < 24; ++hour) {
      if (Instant{day} + std::chrono::hours{hour} > now_) return;
      const Turn turn = hours.turn(hour);
      if (world_.options().gaps && turn.width == 0) continue;
      date_.clear();
      append_day(date_, day);
      fmt::format_to(std::back_inserter(date_), "T{:02}:00:00", hour);
      emit({.first = day, .end = day + days{1}, .hour = hour, .turn = turn});
    }
  }

  void emit(const Slice& slice) {
    add_up(slice);
    if (is_empty()) return;
    const std::uint64_t roll = mix(key_, 62, day_number(slice.first), slice.hour);
    for (std::size_t i = 0; i < cells_.size(); ++i)
      fill(cells_[i], i, slice, mix(roll, report_.columns[i]->salt));
    sink_({.date = date_, .cells = cells_, .roll = roll});
  }

  void add_up(const Slice& slice) {
    std::ranges::fill(totals_, 0);
    for (Day day = slice.first; day < slice.end; day += days{1}) {
      if (!ledger_.open(day)) continue;
      for (std::size_t i = 0; i < totals_.size(); ++i) {
        if (is_additive(report_.columns[i]->kind)) totals_[i] += value(*report_.columns[i], slice.turn);
      }
    }
  }

  // A targeting value without delivery.
  bool is_empty() const {
    if (shares_.empty() || !world_.options().gaps) return false;
    const auto adds_up = [](const Column* column) { return is_additive(column->kind); };
    return std::ranges::any_of(report_.columns, adds_up) &&
           std::ranges::all_of(totals_, [](std::int64_t total) { return total == 0; });
  }

  std::int64_t value(const Column& column, const Turn& turn) const {
    if (column.parts[0] == nullptr) {
      return value_of_line(column, turn, column.name == kSurplusColumn ? ledger_.surplus() : 0);
    }
    std::int64_t sum = 0;
    for (const Column* const part : column.parts) sum += part == nullptr ? 0 : value_of_line(*part, turn, 0);
    return sum;
  }

  std::int64_t value_of_line(const Column& column, const Turn& turn, std::int64_t surplus) const {
    Part part = ledger_.part(column);
    part.end += surplus;
    part = taken(part, turn);
    for (const Turn& share : shares_) {
      // Every column begins its rounds somewhere else.
      const auto shift = static_cast<std::int64_t>(column.salt % static_cast<std::uint64_t>(share.cycle));
      part.begin += shift;
      part.end += shift;
      part = taken(part, share);
    }
    return part.value();
  }

  void fill(Cell& cell, std::size_t i, const Slice& slice, std::uint64_t roll) {
    const Column& column = *report_.columns[i];
    switch (column.kind) {
      case ColumnKind::kIdentity:
      case ColumnKind::kUnset:
        return fill_identity(cell, fixed_[i], roll, column.salt);
      case ColumnKind::kConstant:
        put_integer(cell, static_cast<std::int64_t>(mix(entity_key_, column.salt) % 1'000) * kMicros);
        return dress_number(cell, roll, true, plain_);
      case ColumnKind::kCount:
      case ColumnKind::kMicro:
        put_integer(cell, totals_[i]);
        return dress_sum(cell, roll, totals_[i], true, plain_);
      case ColumnKind::kDollar:
        put_dollars(cell, totals_[i]);
        return dress_sum(cell, roll, totals_[i], false, plain_);
      case ColumnKind::kReach:
        put_integer(cell, day_count(mix(roll, 63, generation(slice.end - days{1})), column.salt));
        return dress_number(cell, roll, true, plain_);
      case ColumnKind::kRatio:
        put_ratio(cell,
                  mix(roll, 63, generation(slice.end - days{1}), slice.end - slice.first == days{1} ? 0 : 1),
                  plain_);
        return dress_number(cell, roll, false, plain_);
    }
  }

  void fill_identity(Cell& cell, std::string_view text, std::uint64_t roll, std::uint64_t salt) const {
    if (text.empty()) {
      cell.form = salt % 2 == 0 || plain_ ? Form::kNull : Form::kAbsent;
      return;
    }
    cell.fixed = text;
    cell.form = Form::kText;
    if (text.front() != '"') cell.form = !plain_ && roll % 16 == 2 ? Form::kIdAsNumber : Form::kId;
  }

  std::int64_t generation(Day day) const { return world_.options().restate ? world_.generation(day) : 0; }

  static std::string quoted(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
  }

  // An id as digits, other text as JSON, nothing where the level of the report has none.
  std::string identity_text(const Column& column) const {
    if (column.kind != ColumnKind::kIdentity) return {};
    const std::string_view name = column.name;
    if (name == "AD_ACCOUNT_ID" || name == "ADVERTISER_ID") {
      return std::to_string(world_.account_id(entity_.account));
    }
    if (entity_.kind == EntityKind::kAccount) return {};
    const Entity campaign = world_.campaign_of(entity_);
    if (name == "CAMPAIGN_ID") return std::to_string(world_.id(campaign));
    if (name == "CAMPAIGN_NAME") return quoted(world_.name(campaign));
    if (name == "CAMPAIGN_ENTITY_STATUS") return quoted(status_name(world_.status(campaign)));
    if (name == "CAMPAIGN_OBJECTIVE_TYPE") return quoted(world_.objective(campaign));
    if (entity_.kind == EntityKind::kCampaign) return {};
    const Entity group = world_.ad_group_of(entity_);
    if (name == "AD_GROUP_ID") return std::to_string(world_.id(group));
    if (name == "AD_GROUP_NAME") return quoted(world_.name(group));
    if (name == "AD_GROUP_ENTITY_STATUS") return quoted(status_name(world_.status(group)));
    if (name == "AD_GROUP_BUDGET_TYPE") return quoted(budget_type_of(world_, group));
    if (entity_.kind != EntityKind::kAd) return {};
    if (name == "AD_ID" || name == "PIN_PROMOTION_ID") return std::to_string(world_.id(entity_));
    if (name == "AD_NAME") return quoted(world_.name(entity_));
    if (name == "PIN_ID") return std::to_string(world_.promoted_pin_id(entity_));
    return {};
  }

  const World& world_;
  Entity entity_;
  const Report& report_;
  std::vector<Turn> shares_;  // of the targets
  Instant now_;
  const RowSink& sink_;
  bool plain_;
  std::uint64_t entity_key_;
  std::uint64_t key_;  // of what the rows are about
  Ledger ledger_;
  std::vector<std::int64_t> totals_;  // of the additive columns, in the row at hand
  std::vector<Cell> cells_;
  std::vector<std::string> fixed_;
  std::string date_;
};

// --- pins ------------------------------------------------------------------------------------------------

constexpr std::array kAppTypes{"ALL", "MOBILE", "TABLET", "WEB"};

bool is_ratio(std::string_view metric) {
  return metric.ends_with("_RATE") || metric == "VIDEO_AVG_WATCH_TIME";
}

std::int64_t pin_count_of(std::uint64_t key, std::uint64_t salt, AppType app, Day day,
                          std::int64_t generation) {
  if (app != AppType::kAll) {
    return day_count(mix(key, salt, app, day_number(day), generation), 2 + salt % 2);
  }
  std::int64_t sum = 0;
  for (const AppType part : {AppType::kMobile, AppType::kTablet, AppType::kWeb}) {
    sum += pin_count_of(key, salt, part, day, generation);
  }
  return sum;
}

Day pin_created_day(const World& world, std::int64_t pin) {
  return std::chrono::floor<days>(
      std::chrono::sys_seconds{std::chrono::seconds{world.pin_created_seconds(pin)}});
}

std::int64_t pin_generation(const World& world, Day day) {
  return world.options().restate ? world.generation(day) : 0;
}

// Whether daily_metrics has an entry for the day.
bool pin_day_is_listed(const World& world, std::int64_t pin, Day day) {
  return !world.options().gaps || mix(world.pin_key(pin), 61, day_number(day)) % 10 != 0;
}

void fill_pin_cell(Cell& cell, const World& world, std::int64_t pin, AppType app, std::string_view metric,
                   Day day) {
  const bool plain = world.options().plain_values;
  const std::uint64_t key = world.pin_key(pin);
  const std::uint64_t salt = hash_text(metric);
  const std::int64_t generation = pin_generation(world, day);
  const std::uint64_t roll = mix(key, salt, app, day_number(day));
  if (is_ratio(metric)) {
    put_ratio(cell, mix(roll, 63, generation), plain);
  } else {
    put_integer(cell, pin_count_of(key, salt, app, day, generation));
  }
  dress_number(cell, mix(roll, 64), !is_ratio(metric), plain);
}

}  // namespace

std::optional<Granularity> find_granularity(std::string_view name) {
  constexpr std::array kNames{"TOTAL", "DAY", "HOUR", "WEEK", "MONTH"};
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Granularity>(found - kNames.begin());
}

void make_rows(const World& world, const Entity& entity, const Report& report, Instant now,
               const RowSink& sink) {
  RowMaker(world, entity, report, {}, now, sink).run();
}

void make_rows(const World& world, const Entity& entity, const Report& report,
               std::span<const Target> targets, Instant now, const RowSink& sink) {
  RowMaker(world, entity, report, targets, now, sink).run();
}

void make_targeting_rows(const World& world, const Entity& entity, const Report& report,
                         std::span<const TargetingType* const> types, Instant now,
                         const TargetingSink& sink) {
  for (const TargetingType* const type : types) {
    for (std::size_t place = 0; place < type->values.size(); ++place) {
      const Target target{type, place};
      make_rows(world, entity, report, {&target, 1}, now, [&](const Row& row) { sink(row, target); });
    }
  }
}

const char* app_type_name(AppType app) { return kAppTypes.at(static_cast<std::size_t>(app)); }

std::optional<AppType> find_app_type(std::string_view name) {
  const auto* const found = std::ranges::find(kAppTypes, name);
  if (found == kAppTypes.end()) return std::nullopt;
  return static_cast<AppType>(found - kAppTypes.begin());
}

void make_pin_days(const World& world, std::int64_t pin, AppType app, const PinReport& report, Instant now,
                   const PinDaySink& sink) {
  const Day today = day_of(now);
  const Day created = pin_created_day(world, pin);
  std::vector<Cell> cells(report.metrics.size());
  for (Day day = report.start; day <= std::min(report.end, today); day += days{1}) {
    if (!pin_day_is_listed(world, pin, day)) continue;
    if (day < created) {
      sink({.day = day, .status = "BEFORE_PIN_CREATED", .has_metrics = false, .cells = {}});
      continue;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      fill_pin_cell(cells[i], world, pin, app, report.metrics[i], day);
    }
    const bool final = day < today - days{1};
    sink({.day = day, .status = final ? "READY" : "PROCESSING", .has_metrics = true, .cells = cells});
  }
}

std::vector<Cell> pin_summary(const World& world, std::int64_t pin, AppType app, const PinReport& report,
                              Instant now) {
  std::vector<Cell> cells(report.metrics.size());
  const Day created = pin_created_day(world, pin);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::uint64_t salt = hash_text(report.metrics[i]);
    cells[i].form = Form::kNumber;
    if (is_ratio(report.metrics[i])) {
      put_ratio(cells[i], mix(world.pin_key(pin), salt, app, 65), true);
      continue;
    }
    std::int64_t sum = 0;
    for (Day day = std::max(report.start, created); day <= std::min(report.end, day_of(now));
         day += days{1}) {
      if (!pin_day_is_listed(world, pin, day)) continue;
      sum += pin_count_of(world.pin_key(pin), salt, app, day, pin_generation(world, day));
    }
    put_integer(cells[i], sum);
  }
  return cells;
}

void append_cell(std::string& out, const Cell& cell) {
  switch (cell.form) {
    case Form::kAbsent:
    case Form::kNull:
      out += "null";
      break;
    case Form::kNumber:
    case Form::kIdAsNumber:
    case Form::kText:
      out += cell.text();
      break;
    case Form::kNumberAsText:
    case Form::kId:
      out += '"';
      out += cell.text();
      out += '"';
      break;
  }
}

void append_cell_truth(std::string& out, const Cell& cell) {
  const bool bare = cell.form == Form::kNumber || cell.form == Form::kIdAsNumber;
  if (bare) out += '"';
  append_cell(out, cell);
  if (bare) out += '"';
}

}  // namespace simulator
