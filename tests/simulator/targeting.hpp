// The targeting types that analytics can be broken down by, and their values here.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "ledger.hpp"

namespace simulator {

struct TargetingValue {
  std::string_view text;
  std::int64_t width;  // its share, beside those of the others
};

struct TargetingType {
  std::string_view name;
  std::span<const TargetingValue> values;
  std::int64_t others;  // the share that no value shows; 0 where the values add up to the whole
};

const TargetingType* find_targeting_type(std::string_view name);

// One value of a type.
struct Target {
  const TargetingType* type;
  std::size_t place;

  const TargetingValue& value() const { return type->values[place]; }
  // Which units of a line are of that value.
  Turn turn() const;
};

}  // namespace simulator
