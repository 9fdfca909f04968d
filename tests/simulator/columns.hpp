// The columns of ads analytics: those of the synchronous endpoints and those of reports.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace simulator {

enum class ColumnKind {
  kIdentity,  // a name, id, status or type of the entity
  kUnset,     // always null here
  kConstant,  // a number that belongs to the entity, whatever the day
  kCount,     // an integer that adds up over days
  kMicro,     // money in millionths; adds up
  kDollar,    // the same as a decimal; adds up exactly
  kRatio,     // a decimal that does not add up
};

struct Column {
  std::string_view name;
  ColumnKind kind;
  std::uint64_t salt;  // makes the values of columns differ
};

// What the synchronous endpoints take.
std::span<const Column> all_columns();
// The column of that name, or null.
const Column* find_column(std::string_view name);

// What asynchronous reports take, by name.
std::span<const Column> report_columns();
const Column* find_report_column(std::string_view name);

}  // namespace simulator
