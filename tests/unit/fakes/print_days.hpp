// How days look in the messages of failed tests.
#pragma once

#include <ostream>

#include "tap_pinterest/util/day_set.hpp"

namespace tap_pinterest::util {

inline void PrintTo(const DayRange& range, std::ostream* out) {
  *out << format_day(range.first) << ".." << format_day(range.last);
}
inline void PrintTo(const DaySet& days, std::ostream* out) { *out << describe(days); }

}  // namespace tap_pinterest::util
