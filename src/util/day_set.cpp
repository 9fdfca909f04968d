#include "tap_pinterest/util/day_set.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tap_pinterest::util {
namespace {

constexpr std::chrono::days kOneDay{1};

}  // namespace

DaySet::DaySet(std::initializer_list<DayRange> ranges) {
  for (const DayRange& range : ranges) add(range);
}

DaySet::DaySet(const std::vector<DayRange>& ranges) {
  for (const DayRange& range : ranges) add(range);
}

bool DaySet::contains(Day day) const {
  return std::ranges::any_of(ranges_,
                             [&](const DayRange& range) { return range.first <= day && day <= range.last; });
}

DaySet& DaySet::add(DayRange range) {
  if (range.empty()) return *this;
  // All that overlap or touch become one.
  const auto begin = std::ranges::find_if(
      ranges_, [&](const DayRange& other) { return other.last + kOneDay >= range.first; });
  auto end = begin;
  while (end != ranges_.end() && end->first <= range.last + kOneDay) {
    range.first = std::min(range.first, end->first);
    range.last = std::max(range.last, end->last);
    ++end;
  }
  ranges_.insert(ranges_.erase(begin, end), range);
  return *this;
}

DaySet& DaySet::remove(DayRange range) {
  if (range.empty()) return *this;
  std::vector<DayRange> left;
  for (const DayRange& other : ranges_) {
    const DayRange before{other.first, std::min(other.last, range.first - kOneDay)};
    const DayRange after{std::max(other.first, range.last + kOneDay), other.last};
    for (const DayRange& part : {before, after}) {
      if (!part.empty()) left.push_back(part);
    }
  }
  ranges_ = std::move(left);
  return *this;
}

DaySet operator|(DaySet left, const DaySet& right) {
  for (const DayRange& range : right.ranges_) left.add(range);
  return left;
}

DaySet operator-(DaySet left, const DaySet& right) {
  for (const DayRange& range : right.ranges_) left.remove(range);
  return left;
}

DaySet operator&(const DaySet& left, const DaySet& right) { return left - (left - right); }

std::string describe(const DaySet& days) {
  std::string text;
  for (const DayRange& range : days.ranges()) {
    if (!text.empty()) text += ", ";
    text += format_day(range.first);
    if (range.last != range.first) text += fmt::format(" to {}", format_day(range.last));
  }
  return text;
}

}  // namespace tap_pinterest::util
