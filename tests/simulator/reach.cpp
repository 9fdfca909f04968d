#include "reach.hpp"

#include <fmt/format.h>

#include "calendar.hpp"

namespace simulator {

std::optional<Refusal> check_range(Day start, Day end, Day today, const Reach& reach) {
  if (start > end) return Refusal{400, 1, "start_date is after end_date."};
  if (end > today) return Refusal{400, 1, "end_date is in the future."};
  if (start < today - reach.oldest) {
    return Refusal{
        400, 1,
        fmt::format("start_date is too far back: {} is the oldest day.", format_day(today - reach.oldest))};
  }
  if (end - start > reach.longest) return Refusal{400, 1, "The date range is too long."};
  return std::nullopt;
}

}  // namespace simulator
