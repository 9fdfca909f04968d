// The columns of ads analytics: those of the synchronous endpoints and those of reports.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace simulator {

enum class ColumnKind {
  kIdentity,  // a name, id, status or type of the entity
  kUnset,     // always null here
  kConstant,  // a number that belongs to the entity, whatever the day
  kCount,     // an integer that adds up over days and levels
  kMicro,     // money in millionths; adds up
  kDollar,    // the same as a decimal; adds up exactly
  kReach,     // an integer that does not add up: people
  kRatio,     // a decimal that does not add up
};

struct Column {
  std::string_view name;
  ColumnKind kind;
  std::uint64_t salt;                    // makes the values of columns differ
  std::array<const Column*, 3> parts{};  // what it is the sum of, or nulls; the third only if there are three
};

// Whether the values of children, days and hours add up to those of their parent, period and day.
constexpr bool is_additive(ColumnKind kind) {
  return kind == ColumnKind::kCount || kind == ColumnKind::kMicro || kind == ColumnKind::kDollar;
}

// What the synchronous endpoints take.
std::span<const Column> all_columns();
// The column of that name, or null.
const Column* find_column(std::string_view name);

// What only asynchronous reports take, as a table without salt and parts.
std::span<const Column> columns_of_reports_alone();
// What asynchronous reports take, by name.
std::span<const Column> report_columns();
const Column* find_report_column(std::string_view name);

}  // namespace simulator
