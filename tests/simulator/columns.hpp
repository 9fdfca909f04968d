// The columns that the synchronous ads analytics endpoints take.
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

std::span<const Column> all_columns();
// The column of that name, or null.
const Column* find_column(std::string_view name);

}  // namespace simulator
