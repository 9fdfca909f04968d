// Ranges and sets of days.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::util {

// First to last day, both included.
struct DayRange {
  Day first;
  Day last;

  bool empty() const { return last < first; }
  long long days() const { return empty() ? 0 : (last - first).count() + 1; }
  friend bool operator==(const DayRange&, const DayRange&) = default;
};

// A set of days, kept as the fewest ranges: sorted, disjoint, and never touching.
class DaySet {
 public:
  DaySet() = default;
  // Ranges in any order; they may overlap, and empty ones are passed over.
  DaySet(std::initializer_list<DayRange> ranges);
  explicit DaySet(const std::vector<DayRange>& ranges);

  const std::vector<DayRange>& ranges() const& { return ranges_; }
  std::vector<DayRange> ranges() && { return std::move(ranges_); }
  bool empty() const { return ranges_.empty(); }
  // The first and the last day. The set must not be empty.
  Day first() const { return ranges_.front().first; }
  Day last() const { return ranges_.back().last; }
  bool contains(Day day) const;

  DaySet& add(DayRange range);
  DaySet& remove(DayRange range);

  // Union, difference, intersection.
  friend DaySet operator|(DaySet left, const DaySet& right);
  friend DaySet operator-(DaySet left, const DaySet& right);
  friend DaySet operator&(const DaySet& left, const DaySet& right);
  friend bool operator==(const DaySet&, const DaySet&) = default;

 private:
  std::vector<DayRange> ranges_;
};

// "2026-01-01 to 2026-01-31, 2026-03-05"
std::string describe(const DaySet& days);

}  // namespace tap_pinterest::util
