#include "tap_pinterest/util/day_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace tap_pinterest::util {
namespace {

using std::chrono::days;

constexpr int kSeeds = 60;
constexpr int kSteps = 60;
constexpr int kDays = 40;    // few, so that ranges often touch and overlap
constexpr int kLongest = 8;  // days of a range
const Day kFirst{days{20'000}};

using Naive = std::set<Day>;

Day at(int offset) { return kFirst + days(offset); }

Naive naive(const DaySet& set) {
  Naive result;
  for (const DayRange& range : set.ranges()) {
    for (Day day = range.first; day <= range.last; day += days(1)) result.insert(day);
  }
  return result;
}

class Random {
 public:
  explicit Random(int seed) : engine_(static_cast<std::mt19937::result_type>(seed)) {}

  int below(int bound) { return static_cast<int>(engine_() % static_cast<unsigned>(bound)); }
  // Now and then empty.
  DayRange range() {
    const int first = below(kDays);
    return {at(first), at(first + below(kLongest) - 1)};
  }
  DaySet set() {
    std::vector<DayRange> ranges(static_cast<std::size_t>(below(6)));
    std::ranges::generate(ranges, [this] { return range(); });
    return DaySet(ranges);
  }

 private:
  std::mt19937 engine_;
};

// Sorted, disjoint, not touching: no fewer ranges hold the same days.
void expect_minimal(const DaySet& set) {
  const DayRange* before = nullptr;
  for (const DayRange& range : set.ranges()) {
    EXPECT_FALSE(range.empty());
    if (before != nullptr) {
      EXPECT_GT(range.first, before->last + days(1));
    }
    before = &range;
  }
}

void expect_same(const DaySet& set, const Naive& expected) {
  expect_minimal(set);
  EXPECT_EQ(naive(set), expected);
  EXPECT_EQ(set.empty(), expected.empty());
  if (!expected.empty()) {
    EXPECT_EQ(set.first(), *expected.begin());
    EXPECT_EQ(set.last(), *expected.rbegin());
  }
  for (int i = -1; i <= kDays + kLongest; ++i) EXPECT_EQ(set.contains(at(i)), expected.contains(at(i))) << i;
}

TEST(DaySet, AddsAndRemovesAsASetOfDaysDoes) {
  for (int seed = 0; seed < kSeeds && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    DaySet set;
    Naive expected;
    for (int step = 0; step < kSteps; ++step) {
      const DayRange range = random.range();
      const bool adds = random.below(5) < 3;
      adds ? set.add(range) : set.remove(range);
      for (Day day = range.first; day <= range.last; day += days(1)) {
        if (adds) {
          expected.insert(day);
        } else {
          expected.erase(day);
        }
      }
      expect_same(set, expected);
    }
  }
}

TEST(DaySet, UnitesSubtractsAndIntersectsAsSetsOfDaysDo) {
  for (int seed = 0; seed < kSeeds && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const DaySet left = random.set();
    const DaySet right = random.set();
    const Naive a = naive(left);
    const Naive b = naive(right);
    Naive both;
    Naive without;
    Naive common;
    std::ranges::set_union(a, b, std::inserter(both, both.end()));
    std::ranges::set_difference(a, b, std::inserter(without, without.end()));
    std::ranges::set_intersection(a, b, std::inserter(common, common.end()));
    expect_same(left | right, both);
    expect_same(left - right, without);
    expect_same(left & right, common);
    EXPECT_EQ(left == right, a == b);
    EXPECT_EQ(left, (left - right) | (left & right));
  }
}

TEST(DaySet, TakesRangesInAnyOrder) {
  const std::vector<DayRange> ranges = {
      {at(10), at(12)}, {at(9), at(8)}, {at(0), at(3)}, {at(2), at(5)}, {at(6), at(6)}};
  const DaySet expected = {{at(0), at(6)}, {at(10), at(12)}};
  EXPECT_EQ(DaySet(ranges), expected);
  EXPECT_EQ(expected.ranges(), (std::vector<DayRange>{{at(0), at(6)}, {at(10), at(12)}}));
  EXPECT_TRUE((DaySet{{at(1), at(0)}}).empty());
}

TEST(Describe, NamesRangesAndSingleDays) {
  const auto day = [](const char* text) { return *parse_day(text); };
  EXPECT_EQ(describe(DaySet{}), "");
  EXPECT_EQ(describe(DaySet{{day("2026-03-05"), day("2026-03-05")}}), "2026-03-05");
  EXPECT_EQ(describe(DaySet{{day("2026-03-05"), day("2026-03-05")}, {day("2026-01-01"), day("2026-01-31")}}),
            "2026-01-01 to 2026-01-31, 2026-03-05");
}

}  // namespace
}  // namespace tap_pinterest::util
