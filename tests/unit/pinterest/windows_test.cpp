#include "tap_pinterest/pinterest/windows.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "fakes/test_config.hpp"

namespace tap_pinterest::pinterest {

// For messages of failed tests.
void PrintTo(const DayRange& range, std::ostream* out) {
  *out << util::format_day(range.first) << ".." << util::format_day(range.last);
}

namespace {

using config::Granularity;
using fakes::day;
using fakes::instant;

constexpr const char* kTuesday = "2026-11-24T10:30:00Z";

// Empty texts stand for nothing.
struct Case {
  std::string name;
  Granularity granularity = Granularity::day;
  std::string now = kTuesday;
  std::string start = {};
  std::string end = {};
  std::string bookmark = {};
  int lookback = 0;
  bool begin_again = false;
  // Expected.
  std::string first = {};  // empty: nothing is requested
  std::string last = {};
  std::string new_bookmark = {};
  std::string missed_first = {};
  std::string missed_last = {};
};

std::optional<util::Day> maybe_day(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(day(text));
}

Window plan(const Case& test) {
  return plan_window({
      .granularity = test.granularity,
      .start_date = maybe_day(test.start),
      .end_date = maybe_day(test.end),
      .bookmark = test.bookmark.empty() ? std::nullopt : std::optional(instant(test.bookmark)),
      .lookback_days = test.lookback,
      .begin_again = test.begin_again,
      .days_back = ads_reach(test.granularity).days_back,
      .now = instant(test.now),
  });
}

void check(const std::vector<Case>& cases) {
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    const Window window = plan(test);
    EXPECT_EQ(window.range.empty(), test.first.empty());
    if (!test.first.empty()) {
      EXPECT_EQ(window.range, (DayRange{day(test.first), day(test.last)}));
    }
    EXPECT_EQ(window.bookmark.value_or(""), test.new_bookmark);
    EXPECT_EQ(window.missed.has_value(), !test.missed_first.empty());
    if (window.missed && !test.missed_first.empty()) {
      EXPECT_EQ(*window.missed, (DayRange{day(test.missed_first), day(test.missed_last)}));
    }
  }
}

TEST(PlanWindow, BeginsAtTheStartDateWithinReach) {
  check({
      {.name = "today",
       .start = "2026-11-24",
       .first = "2026-11-24",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "1 day back",
       .start = "2026-11-23",
       .first = "2026-11-23",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "30 days back",
       .start = "2026-10-25",
       .first = "2026-10-25",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "not stated: 30 days back",
       .first = "2026-10-25",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "89 days back",
       .start = "2026-08-27",
       .first = "2026-08-27",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "90 days back",
       .start = "2026-08-26",
       .first = "2026-08-27",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23",
       .missed_first = "2026-08-26",
       .missed_last = "2026-08-26"},
      {.name = "91 days back",
       .start = "2026-08-25",
       .first = "2026-08-27",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23",
       .missed_first = "2026-08-25",
       .missed_last = "2026-08-26"},
      {.name = "400 days back",
       .start = "2025-10-20",
       .first = "2026-08-27",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23",
       .missed_first = "2025-10-20",
       .missed_last = "2026-08-26"},
      {.name = "in the future", .start = "2026-11-25"},
  });
}

TEST(PlanWindow, EndsAtTheEndDateOrToday) {
  check({
      {.name = "in the past",
       .start = "2026-10-01",
       .end = "2026-10-31",
       .first = "2026-10-01",
       .last = "2026-10-31",
       .new_bookmark = "2026-10-31"},
      {.name = "yesterday",
       .start = "2026-11-20",
       .end = "2026-11-23",
       .first = "2026-11-20",
       .last = "2026-11-23",
       .new_bookmark = "2026-11-23"},
      {.name = "in the future",
       .start = "2026-11-20",
       .end = "2027-01-31",
       .first = "2026-11-20",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "out of reach altogether",
       .start = "2026-01-01",
       .end = "2026-03-31",
       .new_bookmark = "2026-03-31",
       .missed_first = "2026-01-01",
       .missed_last = "2026-03-31"},
      {.name = "before the look-back", .end = "2026-10-01", .bookmark = "2026-11-23", .lookback = 3},
      {.name = "read again as far as the look-back goes",
       .end = "2026-10-31",
       .bookmark = "2026-10-31",
       .lookback = 3,
       .first = "2026-10-28",
       .last = "2026-10-31",
       .new_bookmark = "2026-10-31"},
  });
}

TEST(PlanWindow, LooksBackFromTheBookmark) {
  check({
      {.name = "30 days",
       .bookmark = "2026-11-23",
       .lookback = 30,
       .first = "2026-10-24",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "no days: the bookmark's own again",
       .bookmark = "2026-11-20",
       .first = "2026-11-20",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "not before a stated start",
       .start = "2026-11-01",
       .bookmark = "2026-11-22",
       .lookback = 30,
       .first = "2026-11-01",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "a stated start later than the bookmark",
       .start = "2026-11-10",
       .bookmark = "2026-11-01",
       .lookback = 3,
       .first = "2026-11-10",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "cut by the reach is not worth a word",
       .bookmark = "2026-11-23",
       .lookback = 120,
       .first = "2026-08-27",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "a rest of 45 days leaves no gap",
       .bookmark = "2026-10-10",
       .lookback = 30,
       .first = "2026-09-10",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "a rest of 120 days loses what no run has read",
       .bookmark = "2026-07-27",
       .lookback = 30,
       .first = "2026-08-27",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23",
       .missed_first = "2026-07-28",
       .missed_last = "2026-08-26"},
      {.name = "never moves the bookmark back",
       .bookmark = "2026-11-24",
       .lookback = 3,
       .first = "2026-11-21",
       .last = "2026-11-24"},
  });
}

TEST(PlanWindow, BeginsAgainAtTheEarlierOfStartAndLookBack) {
  check({
      {.name = "start is earlier",
       .start = "2026-10-01",
       .bookmark = "2026-11-23",
       .lookback = 3,
       .begin_again = true,
       .first = "2026-10-01",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "look-back is earlier: nothing since the bookmark is left out",
       .start = "2026-11-22",
       .bookmark = "2026-11-18",
       .lookback = 3,
       .begin_again = true,
       .first = "2026-11-15",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "start is not stated",
       .bookmark = "2026-11-23",
       .lookback = 3,
       .begin_again = true,
       .first = "2026-10-25",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "beyond the reach",
       .start = "2026-08-01",
       .bookmark = "2026-11-23",
       .lookback = 3,
       .begin_again = true,
       .first = "2026-08-27",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23",
       .missed_first = "2026-08-01",
       .missed_last = "2026-08-26"},
  });
}

TEST(PlanWindow, KnowsTheCalendar) {
  check({
      {.name = "a month's end",
       .now = "2026-03-31T00:00:01Z",
       .first = "2026-03-01",
       .last = "2026-03-31",
       .new_bookmark = "2026-03-30"},
      {.name = "on a leap day",
       .now = "2028-02-29T23:59:59Z",
       .start = "2028-02-28",
       .first = "2028-02-28",
       .last = "2028-02-29",
       .new_bookmark = "2028-02-28"},
      {.name = "after a leap day",
       .now = "2028-03-01T00:00:00Z",
       .start = "2028-02-28",
       .first = "2028-02-28",
       .last = "2028-03-01",
       .new_bookmark = "2028-02-29"},
      {.name = "the turn of the year",
       .now = "2027-01-01T00:00:00Z",
       .first = "2026-12-02",
       .last = "2027-01-01",
       .new_bookmark = "2026-12-31"},
  });
}

TEST(PlanWindow, WeeksAreWholeAndBeginOnMonday) {
  check({
      {.name = "the first goes back to its Monday, the running one is bookmarked at its beginning",
       .granularity = Granularity::week,
       .start = "2026-10-25",
       .first = "2026-10-19",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "on a Sunday the week is still running",
       .granularity = Granularity::week,
       .now = "2026-11-22T12:00:00Z",
       .start = "2026-11-16",
       .first = "2026-11-16",
       .last = "2026-11-22",
       .new_bookmark = "2026-11-16"},
      {.name = "one that begins out of reach is left out",
       .granularity = Granularity::week,
       .start = "2026-08-27",
       .first = "2026-08-31",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23",
       .missed_first = "2026-08-24",
       .missed_last = "2026-08-30"},
      {.name = "the look-back too",
       .granularity = Granularity::week,
       .bookmark = "2026-11-16",
       .lookback = 3,
       .first = "2026-11-09",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23"},
      {.name = "the last one is read to its end",
       .granularity = Granularity::week,
       .start = "2026-10-19",
       .end = "2026-11-04",
       .first = "2026-10-19",
       .last = "2026-11-08",
       .new_bookmark = "2026-11-02"},
      {.name = "over the turn of the year",
       .granularity = Granularity::week,
       .now = "2027-01-01T09:00:00Z",
       .start = "2026-12-31",
       .first = "2026-12-28",
       .last = "2027-01-01",
       .new_bookmark = "2026-12-28"},
  });
}

TEST(PlanWindow, MonthsAreWhole) {
  check({
      {.name = "the first goes back to its beginning",
       .granularity = Granularity::month,
       .start = "2026-10-25",
       .first = "2026-10-01",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-01"},
      {.name = "one that begins out of reach is left out",
       .granularity = Granularity::month,
       .start = "2025-10-20",
       .first = "2026-09-01",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-01",
       .missed_first = "2025-10-01",
       .missed_last = "2026-08-31"},
      {.name = "on a leap day",
       .granularity = Granularity::month,
       .now = "2028-02-29T12:00:00Z",
       .start = "2028-02-10",
       .first = "2028-02-01",
       .last = "2028-02-29",
       .new_bookmark = "2028-02-01"},
      {.name = "on New Year's Day",
       .granularity = Granularity::month,
       .now = "2027-01-01T00:30:00Z",
       .first = "2026-12-01",
       .last = "2027-01-01",
       .new_bookmark = "2027-01-01"},
      {.name = "the month before the bookmark's is read again",
       .granularity = Granularity::month,
       .now = "2027-01-15T12:00:00Z",
       .bookmark = "2026-12-01",
       .lookback = 3,
       .first = "2026-11-01",
       .last = "2027-01-15",
       .new_bookmark = "2027-01-01"},
      {.name = "days before: its bookmark does not move back to the month's beginning",
       .granularity = Granularity::month,
       .bookmark = "2026-11-23",
       .lookback = 3,
       .begin_again = true,
       .first = "2026-10-01",
       .last = "2026-11-24"},
  });
}

TEST(PlanWindow, HoursReachEightDaysBack) {
  check({
      {.name = "the last whole hour is bookmarked",
       .granularity = Granularity::hour,
       .start = "2026-11-23",
       .first = "2026-11-23",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-24T09:00:00Z"},
      {.name = "just after midnight",
       .granularity = Granularity::hour,
       .now = "2026-11-24T00:10:00Z",
       .start = "2026-11-23",
       .first = "2026-11-23",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-23T23:00:00Z"},
      {.name = "an end in the past",
       .granularity = Granularity::hour,
       .start = "2026-11-19",
       .end = "2026-11-20",
       .first = "2026-11-19",
       .last = "2026-11-20",
       .new_bookmark = "2026-11-20T23:00:00Z"},
      {.name = "30 days back",
       .granularity = Granularity::hour,
       .first = "2026-11-16",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-24T09:00:00Z",
       .missed_first = "2026-10-25",
       .missed_last = "2026-11-15"},
      {.name = "the rest of the bookmark's day was never read",
       .granularity = Granularity::hour,
       .bookmark = "2026-11-10T12:00:00Z",
       .first = "2026-11-16",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-24T09:00:00Z",
       .missed_first = "2026-11-10",
       .missed_last = "2026-11-15"},
      {.name = "the bookmark's day was read to its end",
       .granularity = Granularity::hour,
       .bookmark = "2026-11-10T23:00:00Z",
       .first = "2026-11-16",
       .last = "2026-11-24",
       .new_bookmark = "2026-11-24T09:00:00Z",
       .missed_first = "2026-11-11",
       .missed_last = "2026-11-15"},
  });
}

TEST(PlanWindow, TotalIsOneWindowWithoutABookmark) {
  check({
      {.name = "90 days",
       .granularity = Granularity::total,
       .start = "2026-08-27",
       .first = "2026-08-27",
       .last = "2026-11-24"},
      {.name = "an end in the past",
       .granularity = Granularity::total,
       .start = "2026-10-01",
       .end = "2026-10-31",
       .first = "2026-10-01",
       .last = "2026-10-31"},
      {.name = "a beginning out of reach leaves nothing that could be summed",
       .granularity = Granularity::total,
       .start = "2026-08-26",
       .missed_first = "2026-08-26",
       .missed_last = "2026-11-24"},
  });
}

TEST(PlanWindow, TellsTheFirstDayThatWasWanted) {
  EXPECT_EQ(plan({.name = "cut", .start = "2025-10-20"}).wanted_first, day("2025-10-20"));
  EXPECT_EQ(plan({.name = "week", .granularity = Granularity::week, .start = "2026-10-25"}).wanted_first,
            day("2026-10-19"));
}

TEST(WithinReach, CutsARangeThatMidnightHasMadeTooOld) {
  const DayRange range{day("2026-08-27"), day("2026-11-24")};
  EXPECT_EQ(within_reach(range, Granularity::day, 89, day("2026-11-24")), range);
  EXPECT_EQ(within_reach(range, Granularity::day, 89, day("2026-11-25")),
            (DayRange{day("2026-08-28"), day("2026-11-24")}));
  EXPECT_EQ(within_reach(range, Granularity::week, 89, day("2026-11-25")),
            (DayRange{day("2026-08-31"), day("2026-11-24")}));
  EXPECT_TRUE(within_reach(range, Granularity::total, 89, day("2026-11-25")).empty());
  EXPECT_TRUE(within_reach(range, Granularity::day, 89, day("2027-06-01")).empty());
}

TEST(SplitRange, MakesPiecesOfAtMostTheLongestRange) {
  const auto pieces = split_range({day("2026-11-16"), day("2026-11-24")}, 3);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0], (DayRange{day("2026-11-16"), day("2026-11-18")}));
  EXPECT_EQ(pieces[2], (DayRange{day("2026-11-22"), day("2026-11-24")}));
  EXPECT_EQ(split_range({day("2026-08-27"), day("2026-11-24")}, 90).size(), 1U);
  EXPECT_EQ(split_range({day("2026-11-24"), day("2026-11-24")}, 90).size(), 1U);
  EXPECT_TRUE(split_range({day("2026-11-25"), day("2026-11-24")}, 90).empty());
}

TEST(HalveRange, CutsBetweenPeriodsOnly) {
  struct Row {
    const char* name;
    Granularity granularity;
    DayRange range;
    const char* second;  // first day of the second half; empty: it cannot be cut
  };
  const std::vector<Row> rows = {
      {"two days", Granularity::day, {day("2026-11-23"), day("2026-11-24")}, "2026-11-24"},
      {"three days", Granularity::day, {day("2026-11-22"), day("2026-11-24")}, "2026-11-23"},
      {"one day", Granularity::day, {day("2026-11-24"), day("2026-11-24")}, ""},
      {"one day of hours", Granularity::hour, {day("2026-11-24"), day("2026-11-24")}, ""},
      {"a total", Granularity::total, {day("2026-10-01"), day("2026-11-24")}, ""},
      {"one week", Granularity::week, {day("2026-11-16"), day("2026-11-22")}, ""},
      {"a week and a day", Granularity::week, {day("2026-11-16"), day("2026-11-23")}, "2026-11-23"},
      {"three weeks", Granularity::week, {day("2026-11-02"), day("2026-11-22")}, "2026-11-09"},
      {"a month", Granularity::month, {day("2026-10-01"), day("2026-10-31")}, ""},
      {"two months", Granularity::month, {day("2026-10-01"), day("2026-11-24")}, "2026-11-01"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto halves = halve_range(row.range, row.granularity);
    ASSERT_EQ(halves.has_value(), *row.second != '\0');
    if (!halves) continue;
    EXPECT_EQ(halves->first.first, row.range.first);
    EXPECT_EQ(halves->second.first, day(row.second));
    EXPECT_EQ(halves->first.last + std::chrono::days(1), halves->second.first);
    EXPECT_EQ(halves->second.last, row.range.last);
  }
}

TEST(Period, BeginsAndEndsWithTheCalendar) {
  EXPECT_EQ(period_begin(day("2026-11-22"), Granularity::week), day("2026-11-16"));
  EXPECT_EQ(period_end(day("2026-11-16"), Granularity::week), day("2026-11-22"));
  EXPECT_EQ(period_begin(day("2028-02-29"), Granularity::month), day("2028-02-01"));
  EXPECT_EQ(period_end(day("2028-02-01"), Granularity::month), day("2028-02-29"));
  EXPECT_EQ(period_begin(day("2027-01-01"), Granularity::week), day("2026-12-28"));
  EXPECT_EQ(period_end(day("2026-11-24"), Granularity::day), day("2026-11-24"));
}

}  // namespace
}  // namespace tap_pinterest::pinterest
