// How far back a range of days may begin and how long it may be, counted as the API counts.
#pragma once

#include <optional>

#include "options.hpp"
#include "query.hpp"

namespace simulator {

struct Reach {
  std::chrono::days oldest;
  std::chrono::days longest;  // from the first day to the last
};

std::optional<Refusal> check_range(Day start, Day end, Day today, const Reach& reach);

}  // namespace simulator
