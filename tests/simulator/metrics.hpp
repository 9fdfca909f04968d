// Analytics: values as a pure function of seed, entity, day, hour, column and generation. Money and counts
// are integers inside (`ledger`), so that the days of a week, a month or a whole range add up exactly.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "columns.hpp"
#include "targeting.hpp"
#include "world.hpp"

namespace simulator {

enum class Granularity { kTotal, kDay, kHour, kWeek, kMonth };

std::optional<Granularity> find_granularity(std::string_view name);

// One value of a row: its digits, and how the API dresses them today.
struct Cell {
  enum class Form { kAbsent, kNull, kNumber, kNumberAsText, kId, kIdAsNumber, kText };

  Form form = Form::kNull;
  std::string_view fixed;  // text of an entity, JSON already; else `digits` counts
  std::uint8_t length = 0;
  std::array<char, 47> digits{};

  std::string_view text() const {
    return fixed.data() != nullptr ? fixed : std::string_view(digits.data(), length);
  }
};

struct Report {
  Granularity granularity = Granularity::kDay;
  Day start;
  Day end;
  std::vector<const Column*> columns;
};

struct Row {
  std::string_view date;        // empty for TOTAL
  std::span<const Cell> cells;  // one a column of the report
  std::uint64_t roll;           // a die for whoever writes the row
};

using RowSink = std::function<void(const Row&)>;

// The rows of one entity, in ascending order of time.
void make_rows(const World& world, const Entity& entity, const Report& report, Instant now,
               const RowSink& sink);

// The same, of what falls to all of these targets.
void make_rows(const World& world, const Entity& entity, const Report& report,
               std::span<const Target> targets, Instant now, const RowSink& sink);

using TargetingSink = std::function<void(const Row&, const Target&)>;

// The same for each value of some targeting types; a row that would have nothing but zeros is left out.
void make_targeting_rows(const World& world, const Entity& entity, const Report& report,
                         std::span<const TargetingType* const> types, Instant now, const TargetingSink& sink);

// Pins.
enum class AppType { kAll, kMobile, kTablet, kWeb };

// `ALL`, `MOBILE`, `TABLET` or `WEB`.
const char* app_type_name(AppType app);
std::optional<AppType> find_app_type(std::string_view name);

struct PinReport {
  Day start;
  Day end;
  std::vector<std::string> metrics;
};

struct PinDay {
  Day day;
  const char* status;
  bool has_metrics;
  std::span<const Cell> cells;  // one a metric of the report
};

using PinDaySink = std::function<void(const PinDay&)>;

void make_pin_days(const World& world, std::int64_t pin, AppType app, const PinReport& report, Instant now,
                   const PinDaySink& sink);
// The metrics over the whole range of a report.
std::vector<Cell> pin_summary(const World& world, std::int64_t pin, AppType app, const PinReport& report,
                              Instant now);

// Appends a cell as the API writes it (never called for an absent one), and as plain truth: a JSON string of
// the exact digits or text, or null.
void append_cell(std::string& out, const Cell& cell);
void append_cell_truth(std::string& out, const Cell& cell);

}  // namespace simulator
