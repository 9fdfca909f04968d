#include "tap_pinterest/pinterest/windows.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "fakes/print_days.hpp"
#include "fakes/test_config.hpp"

namespace tap_pinterest::pinterest {
namespace {

using config::Granularity;
using fakes::day;
using fakes::instant;
using Ranges = std::vector<DayRange>;

constexpr const char* kTuesday = "2026-11-24T10:30:00Z";

// "2026-11-23", or "2026-11-01..2026-11-23".
DayRange range(const std::string& text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) return {day(text), day(text)};
  return {day(text.substr(0, dots)), day(text.substr(dots + 2))};
}

Ranges ranges(const std::vector<std::string>& texts) {
  Ranges result;
  for (const std::string& text : texts) result.push_back(range(text));
  return result;
}

std::optional<util::Day> maybe_day(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(day(text));
}

// Empty texts stand for nothing.
struct Case {
  std::string name;
  Granularity granularity = Granularity::day;
  std::string now = kTuesday;
  std::string start = {};
  std::string end = {};
  std::vector<std::string> covered = {};
  // Days read under another granularity or other statuses: covered is empty.
  std::vector<std::string> known = {};
  int lookback = 0;
  // Expected.
  std::vector<std::string> windows = {};
  std::vector<std::string> missed = {};
  // Of the last window.
  std::string bookmark = {};
  std::string settled = {};  // empty: no day
};

void check(const std::vector<Case>& cases) {
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    const DaySet covered(ranges(test.covered));
    const Plan plan = plan_windows({
        .granularity = test.granularity,
        .start_date = maybe_day(test.start),
        .end_date = maybe_day(test.end),
        .covered = covered,
        .known = test.known.empty() ? covered : DaySet(ranges(test.known)),
        .lookback_days = test.lookback,
        .reach = ads_reach(test.granularity),
        .now = instant(test.now),
    });
    EXPECT_EQ(plan.windows, ranges(test.windows));
    EXPECT_EQ(plan.missed, DaySet(ranges(test.missed)));
    if (plan.windows.empty() || test.granularity == Granularity::total) continue;
    const util::Instant now = instant(test.now);
    const DayRange& window = plan.windows.back();
    EXPECT_EQ(bookmark_after(window.last, test.granularity, now), instant(test.bookmark));
    const DayRange settled = settled_days(window, test.granularity, now);
    EXPECT_EQ(settled.empty(), test.settled.empty());
    if (!settled.empty() && !test.settled.empty()) {
      EXPECT_EQ(settled, range(test.settled));
    }
  }
}

TEST(PlanWindows, BeginsAtTheStartDateWithinReach) {
  check({
      {.name = "today", .start = "2026-11-24", .windows = {"2026-11-24"}, .bookmark = "2026-11-23"},
      {.name = "1 day back",
       .start = "2026-11-23",
       .windows = {"2026-11-23..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-23"},
      {.name = "30 days back",
       .start = "2026-10-25",
       .windows = {"2026-10-25..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-10-25..2026-11-23"},
      {.name = "not stated: 30 days back",
       .windows = {"2026-10-25..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-10-25..2026-11-23"},
      {.name = "89 days back",
       .start = "2026-08-27",
       .windows = {"2026-08-27..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-08-27..2026-11-23"},
      {.name = "90 days back",
       .start = "2026-08-26",
       .windows = {"2026-08-27..2026-11-24"},
       .missed = {"2026-08-26"},
       .bookmark = "2026-11-23",
       .settled = "2026-08-27..2026-11-23"},
      {.name = "91 days back",
       .start = "2026-08-25",
       .windows = {"2026-08-27..2026-11-24"},
       .missed = {"2026-08-25..2026-08-26"},
       .bookmark = "2026-11-23",
       .settled = "2026-08-27..2026-11-23"},
      {.name = "400 days back",
       .start = "2025-10-20",
       .windows = {"2026-08-27..2026-11-24"},
       .missed = {"2025-10-20..2026-08-26"},
       .bookmark = "2026-11-23",
       .settled = "2026-08-27..2026-11-23"},
      {.name = "in the future", .start = "2026-11-25"},
  });
}

TEST(PlanWindows, EndsAtTheEndDateOrToday) {
  check({
      {.name = "in the past",
       .start = "2026-10-01",
       .end = "2026-10-31",
       .windows = {"2026-10-01..2026-10-31"},
       .bookmark = "2026-10-31",
       .settled = "2026-10-01..2026-10-31"},
      {.name = "yesterday",
       .start = "2026-11-20",
       .end = "2026-11-23",
       .windows = {"2026-11-20..2026-11-23"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-20..2026-11-23"},
      {.name = "in the future",
       .start = "2026-11-20",
       .end = "2027-01-31",
       .windows = {"2026-11-20..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-20..2026-11-23"},
      {.name = "before the start", .start = "2026-11-20", .end = "2026-11-10"},
      {.name = "out of reach altogether",
       .start = "2026-01-01",
       .end = "2026-03-31",
       .missed = {"2026-01-01..2026-03-31"}},
      {.name = "before the look-back",
       .end = "2026-10-01",
       .covered = {"2026-09-01..2026-11-23"},
       .lookback = 3},
      {.name = "before all that is covered", .end = "2026-08-01", .covered = {"2026-09-01..2026-11-23"}},
      {.name = "read again as far as the look-back goes",
       .end = "2026-10-31",
       .covered = {"2026-10-01..2026-10-31"},
       .lookback = 3,
       .windows = {"2026-10-28..2026-10-31"},
       .bookmark = "2026-10-31",
       .settled = "2026-10-28..2026-10-31"},
      {.name = "within the look-back",
       .end = "2026-11-21",
       .covered = {"2026-10-01..2026-11-23"},
       .lookback = 5,
       .windows = {"2026-11-18..2026-11-21"},
       .bookmark = "2026-11-21",
       .settled = "2026-11-18..2026-11-21"},
  });
}

TEST(PlanWindows, LooksBackFromTheEndOfWhatIsCovered) {
  check({
      {.name = "30 days",
       .covered = {"2026-09-01..2026-11-23"},
       .lookback = 30,
       .windows = {"2026-10-24..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-10-24..2026-11-23"},
      {.name = "no days: the last covered one again",
       .covered = {"2026-11-01..2026-11-20"},
       .windows = {"2026-11-20..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-20..2026-11-23"},
      {.name = "not before a stated start",
       .start = "2026-11-01",
       .covered = {"2026-10-01..2026-11-22"},
       .lookback = 30,
       .windows = {"2026-11-01..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-01..2026-11-23"},
      {.name = "a stated start later than what is covered: the days between are read",
       .start = "2026-11-10",
       .covered = {"2026-10-01..2026-11-01"},
       .lookback = 3,
       .windows = {"2026-11-02..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-02..2026-11-23"},
      {.name = "a stated start on the day after: nothing is between",
       .start = "2026-11-02",
       .covered = {"2026-10-01..2026-11-01"},
       .lookback = 3,
       .windows = {"2026-11-02..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-02..2026-11-23"},
      {.name = "a start that follows today, after a rest beyond the reach",
       .start = "2026-10-25",
       .covered = {"2026-06-01..2026-07-27"},
       .lookback = 30,
       .windows = {"2026-08-27..2026-11-24"},
       .missed = {"2026-07-28..2026-08-26"},
       .bookmark = "2026-11-23",
       .settled = "2026-08-27..2026-11-23"},
      {.name = "cut by the reach is not worth a word",
       .covered = {"2026-05-01..2026-11-23"},
       .lookback = 120,
       .windows = {"2026-08-27..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-08-27..2026-11-23"},
      {.name = "not before the first day that was ever read, which nobody wanted: nothing is missed",
       .covered = {"2026-11-01..2026-11-23"},
       .lookback = 120,
       .windows = {"2026-11-01..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-01..2026-11-23"},
      {.name = "a rest of 45 days leaves no gap",
       .covered = {"2026-09-01..2026-10-10"},
       .lookback = 30,
       .windows = {"2026-09-10..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-09-10..2026-11-23"},
      {.name = "a rest of 120 days loses what no run has read",
       .covered = {"2026-06-01..2026-07-27"},
       .lookback = 30,
       .windows = {"2026-08-27..2026-11-24"},
       .missed = {"2026-07-28..2026-08-26"},
       .bookmark = "2026-11-23",
       .settled = "2026-08-27..2026-11-23"},
  });
}

TEST(PlanWindows, ClosesEveryGap) {
  check({
      {.name = "an end_date is gone: what came after it",
       .covered = {"2026-10-01..2026-10-31"},
       .lookback = 3,
       .windows = {"2026-10-28..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-10-28..2026-11-23"},
      {.name = "an end_date that has moved on, with the start behind what is covered",
       .start = "2026-10-01",
       .end = "2026-11-15",
       .covered = {"2026-10-01..2026-10-31"},
       .windows = {"2026-10-31..2026-11-15"},
       .bookmark = "2026-11-15",
       .settled = "2026-10-31..2026-11-15"},
      {.name = "start_date has moved back, and the whole is one request anyway",
       .start = "2026-10-01",
       .covered = {"2026-11-01..2026-11-23"},
       .lookback = 3,
       .windows = {"2026-10-01..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-10-01..2026-11-23"},
      {.name = "start_date has moved back beyond the reach",
       .start = "2026-08-01",
       .covered = {"2026-11-01..2026-11-23"},
       .lookback = 3,
       .windows = {"2026-08-27..2026-11-24"},
       .missed = {"2026-08-01..2026-08-26"},
       .bookmark = "2026-11-23",
       .settled = "2026-08-27..2026-11-23"},
      {.name = "start_date has moved back, but all that lacks is beyond the reach",
       .start = "2026-08-01",
       .covered = {"2026-08-15..2026-11-23"},
       .lookback = 3,
       .windows = {"2026-11-20..2026-11-24"},
       .missed = {"2026-08-01..2026-08-14"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-20..2026-11-23"},
      {.name = "a gap in what is covered",
       .covered = {"2026-09-01..2026-09-30", "2026-10-15..2026-11-23"},
       .lookback = 3,
       .windows = {"2026-10-01..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-10-01..2026-11-23"},
      {.name = "a gap before the start is not wanted",
       .start = "2026-11-01",
       .covered = {"2026-09-01..2026-09-30", "2026-10-15..2026-11-23"},
       .lookback = 3,
       .windows = {"2026-11-20..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-20..2026-11-23"},
      {.name = "a gap beyond the reach is missed",
       .covered = {"2026-06-01..2026-06-30", "2026-07-15..2026-11-23"},
       .lookback = 3,
       .windows = {"2026-11-20..2026-11-24"},
       .missed = {"2026-07-01..2026-07-14"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-20..2026-11-23"},
  });
}

TEST(PlanWindows, MakesOneWindowOfTwoOnlyWhereThatTakesFewerRequests) {
  check({
      {.name = "within the longest range: one request instead of two",
       .granularity = Granularity::hour,
       .start = "2026-11-22",
       .covered = {"2026-11-23"},
       .windows = {"2026-11-22..2026-11-24"},
       .bookmark = "2026-11-24T09:00:00Z",
       .settled = "2026-11-22..2026-11-23"},
      {.name = "three requests instead of two",
       .granularity = Granularity::hour,
       .start = "2026-11-17",
       .covered = {"2026-11-18..2026-11-23"},
       .windows = {"2026-11-17", "2026-11-23..2026-11-24"},
       .bookmark = "2026-11-24T09:00:00Z",
       .settled = "2026-11-23"},
      {.name = "two requests instead of two",
       .granularity = Granularity::hour,
       .start = "2026-11-19",
       .covered = {"2026-11-20..2026-11-23"},
       .windows = {"2026-11-19", "2026-11-23..2026-11-24"},
       .bookmark = "2026-11-24T09:00:00Z",
       .settled = "2026-11-23"},
      {.name = "several gaps: the first two are one, the last stays",
       .granularity = Granularity::hour,
       .start = "2026-11-17",
       .covered = {"2026-11-18", "2026-11-20..2026-11-23"},
       .windows = {"2026-11-17..2026-11-19", "2026-11-23..2026-11-24"},
       .bookmark = "2026-11-24T09:00:00Z",
       .settled = "2026-11-23"},
  });
}

TEST(PlanWindows, BeginsAgainWhereWhatWasReadIsOfAnotherKind) {
  check({
      {.name = "start is earlier",
       .start = "2026-10-01",
       .known = {"2026-11-01..2026-11-23"},
       .lookback = 3,
       .windows = {"2026-10-01..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-10-01..2026-11-23"},
      {.name = "look-back is earlier: nothing since then is left out",
       .start = "2026-11-22",
       .known = {"2026-11-01..2026-11-18"},
       .lookback = 3,
       .windows = {"2026-11-15..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-15..2026-11-23"},
      {.name = "start is not stated: from the first day that was read",
       .known = {"2026-09-01..2026-09-10", "2026-10-01..2026-11-23"},
       .lookback = 3,
       .windows = {"2026-09-01..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-09-01..2026-11-23"},
      {.name = "beyond the reach",
       .start = "2026-08-01",
       .known = {"2026-08-01..2026-11-23"},
       .lookback = 3,
       .windows = {"2026-08-27..2026-11-24"},
       .missed = {"2026-08-01..2026-08-26"},
       .bookmark = "2026-11-23",
       .settled = "2026-08-27..2026-11-23"},
      {.name = "an end before the old days: only what is wanted is read",
       .start = "2026-10-01",
       .end = "2026-10-31",
       .known = {"2026-10-01..2026-11-23"},
       .lookback = 3,
       .windows = {"2026-10-01..2026-10-31"},
       .bookmark = "2026-10-31",
       .settled = "2026-10-01..2026-10-31"},
      {.name = "hours instead of days: most are beyond the reach",
       .granularity = Granularity::hour,
       .known = {"2026-11-01..2026-11-23"},
       .windows = {"2026-11-16..2026-11-24"},
       .missed = {"2026-11-01..2026-11-15"},
       .bookmark = "2026-11-24T09:00:00Z",
       .settled = "2026-11-16..2026-11-23"},
  });
}

TEST(PlanWindows, KnowsTheCalendar) {
  check({
      {.name = "a month's end",
       .now = "2026-03-31T00:00:01Z",
       .windows = {"2026-03-01..2026-03-31"},
       .bookmark = "2026-03-30",
       .settled = "2026-03-01..2026-03-30"},
      {.name = "on a leap day",
       .now = "2028-02-29T23:59:59Z",
       .start = "2028-02-28",
       .windows = {"2028-02-28..2028-02-29"},
       .bookmark = "2028-02-28",
       .settled = "2028-02-28"},
      {.name = "after a leap day",
       .now = "2028-03-01T00:00:00Z",
       .start = "2028-02-28",
       .windows = {"2028-02-28..2028-03-01"},
       .bookmark = "2028-02-29",
       .settled = "2028-02-28..2028-02-29"},
      {.name = "the turn of the year",
       .now = "2027-01-01T00:00:00Z",
       .windows = {"2026-12-02..2027-01-01"},
       .bookmark = "2026-12-31",
       .settled = "2026-12-02..2026-12-31"},
  });
}

TEST(PlanWindows, WeeksAreWholeAndBeginOnMonday) {
  check({
      {.name = "the first goes back to its Monday, the running one is bookmarked at its beginning",
       .granularity = Granularity::week,
       .start = "2026-10-25",
       .windows = {"2026-10-19..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-10-19..2026-11-22"},
      {.name = "on a Sunday the week is still running",
       .granularity = Granularity::week,
       .now = "2026-11-22T12:00:00Z",
       .start = "2026-11-16",
       .windows = {"2026-11-16..2026-11-22"},
       .bookmark = "2026-11-16"},
      {.name = "one that begins out of reach is left out",
       .granularity = Granularity::week,
       .start = "2026-08-27",
       .windows = {"2026-08-31..2026-11-24"},
       .missed = {"2026-08-24..2026-08-30"},
       .bookmark = "2026-11-23",
       .settled = "2026-08-31..2026-11-22"},
      {.name = "one that begins out of reach is not missed where it is covered",
       .granularity = Granularity::week,
       .start = "2026-08-27",
       .covered = {"2026-08-24..2026-11-22"},
       .lookback = 120,
       .windows = {"2026-08-31..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-08-31..2026-11-22"},
      {.name = "the look-back too",
       .granularity = Granularity::week,
       .covered = {"2026-10-05..2026-11-15"},
       .lookback = 9,
       .windows = {"2026-11-02..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-02..2026-11-22"},
      {.name = "the last one is read to its end",
       .granularity = Granularity::week,
       .start = "2026-10-19",
       .end = "2026-11-04",
       .windows = {"2026-10-19..2026-11-08"},
       .bookmark = "2026-11-02",
       .settled = "2026-10-19..2026-11-08"},
      {.name = "the last one is running still",
       .granularity = Granularity::week,
       .now = "2026-11-26T10:00:00Z",
       .start = "2026-11-16",
       .end = "2026-11-24",
       .windows = {"2026-11-16..2026-11-26"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-16..2026-11-22"},
      {.name = "over the turn of the year",
       .granularity = Granularity::week,
       .now = "2027-01-01T09:00:00Z",
       .start = "2026-12-31",
       .windows = {"2026-12-28..2027-01-01"},
       .bookmark = "2026-12-28"},
      {.name = "of which one day lacks",
       .granularity = Granularity::week,
       .covered = {"2026-10-05..2026-11-17", "2026-11-19..2026-11-22"},
       .windows = {"2026-11-16..2026-11-24"},
       .bookmark = "2026-11-23",
       .settled = "2026-11-16..2026-11-22"},
  });
}

TEST(PlanWindows, MonthsAreWhole) {
  check({
      {.name = "the first goes back to its beginning",
       .granularity = Granularity::month,
       .start = "2026-10-25",
       .windows = {"2026-10-01..2026-11-24"},
       .bookmark = "2026-11-01",
       .settled = "2026-10-01..2026-10-31"},
      {.name = "one that begins out of reach is left out",
       .granularity = Granularity::month,
       .start = "2025-10-20",
       .windows = {"2026-09-01..2026-11-24"},
       .missed = {"2025-10-01..2026-08-31"},
       .bookmark = "2026-11-01",
       .settled = "2026-09-01..2026-10-31"},
      {.name = "on a leap day",
       .granularity = Granularity::month,
       .now = "2028-02-29T12:00:00Z",
       .start = "2028-02-10",
       .windows = {"2028-02-01..2028-02-29"},
       .bookmark = "2028-02-01"},
      {.name = "on New Year's Day",
       .granularity = Granularity::month,
       .now = "2027-01-01T00:30:00Z",
       .windows = {"2026-12-01..2027-01-01"},
       .bookmark = "2027-01-01",
       .settled = "2026-12-01..2026-12-31"},
      {.name = "the last covered month is read again, and the one that was running",
       .granularity = Granularity::month,
       .now = "2027-01-15T12:00:00Z",
       .covered = {"2026-10-01..2026-11-30"},
       .lookback = 3,
       .windows = {"2026-11-01..2027-01-15"},
       .bookmark = "2027-01-01",
       .settled = "2026-11-01..2026-12-31"},
      {.name = "days before: they are read again as months",
       .granularity = Granularity::month,
       .known = {"2026-10-25..2026-11-23"},
       .lookback = 3,
       .windows = {"2026-10-01..2026-11-24"},
       .bookmark = "2026-11-01",
       .settled = "2026-10-01..2026-10-31"},
  });
}

TEST(PlanWindows, HoursReachEightDaysBack) {
  check({
      {.name = "the last whole hour is bookmarked",
       .granularity = Granularity::hour,
       .start = "2026-11-23",
       .windows = {"2026-11-23..2026-11-24"},
       .bookmark = "2026-11-24T09:00:00Z",
       .settled = "2026-11-23"},
      {.name = "just after midnight",
       .granularity = Granularity::hour,
       .now = "2026-11-24T00:10:00Z",
       .start = "2026-11-23",
       .windows = {"2026-11-23..2026-11-24"},
       .bookmark = "2026-11-23T23:00:00Z",
       .settled = "2026-11-23"},
      {.name = "an end in the past",
       .granularity = Granularity::hour,
       .start = "2026-11-19",
       .end = "2026-11-20",
       .windows = {"2026-11-19..2026-11-20"},
       .bookmark = "2026-11-20T23:00:00Z",
       .settled = "2026-11-19..2026-11-20"},
      {.name = "30 days back",
       .granularity = Granularity::hour,
       .windows = {"2026-11-16..2026-11-24"},
       .missed = {"2026-10-25..2026-11-15"},
       .bookmark = "2026-11-24T09:00:00Z",
       .settled = "2026-11-16..2026-11-23"},
      {.name = "the day after the last covered one was never read",
       .granularity = Granularity::hour,
       .covered = {"2026-11-01..2026-11-09"},
       .windows = {"2026-11-16..2026-11-24"},
       .missed = {"2026-11-10..2026-11-15"},
       .bookmark = "2026-11-24T09:00:00Z",
       .settled = "2026-11-16..2026-11-23"},
      {.name = "the look-back by days",
       .granularity = Granularity::hour,
       .covered = {"2026-11-01..2026-11-23"},
       .lookback = 2,
       .windows = {"2026-11-21..2026-11-24"},
       .bookmark = "2026-11-24T09:00:00Z",
       .settled = "2026-11-21..2026-11-23"},
  });
}

TEST(PlanWindows, TotalIsOneWindowWhateverIsCovered) {
  check({
      {.name = "90 days",
       .granularity = Granularity::total,
       .start = "2026-08-27",
       .windows = {"2026-08-27..2026-11-24"}},
      {.name = "an end in the past",
       .granularity = Granularity::total,
       .start = "2026-10-01",
       .end = "2026-10-31",
       .windows = {"2026-10-01..2026-10-31"}},
      {.name = "covered",
       .granularity = Granularity::total,
       .start = "2026-10-01",
       .covered = {"2026-10-01..2026-11-23"},
       .lookback = 3,
       .windows = {"2026-10-01..2026-11-24"}},
      {.name = "a beginning out of reach leaves nothing that could be summed",
       .granularity = Granularity::total,
       .start = "2026-08-26",
       .missed = {"2026-08-26..2026-11-24"}},
  });
}

TEST(BookmarkAfter, IsTheLastWholeDayOrHourOrTheBeginningOfThePeriod) {
  struct Row {
    const char* name;
    Granularity granularity;
    const char* last;
    const char* now;
    const char* expected;
  };
  const std::vector<Row> rows = {
      {"today", Granularity::day, "2026-11-24", kTuesday, "2026-11-23"},
      {"a day that is over", Granularity::day, "2026-11-20", kTuesday, "2026-11-20"},
      {"an hour that is over", Granularity::hour, "2026-11-24", "2026-11-24T10:00:00Z",
       "2026-11-24T09:00:00Z"},
      {"the last second of an hour", Granularity::hour, "2026-11-24", "2026-11-24T10:59:59Z",
       "2026-11-24T09:00:00Z"},
      {"hours of a day that is over", Granularity::hour, "2026-11-20", kTuesday, "2026-11-20T23:00:00Z"},
      {"the running week", Granularity::week, "2026-11-24", kTuesday, "2026-11-23"},
      {"a week that is over", Granularity::week, "2026-11-22", kTuesday, "2026-11-16"},
      {"the running month", Granularity::month, "2026-11-24", kTuesday, "2026-11-01"},
      {"a month that is over", Granularity::month, "2026-10-31", kTuesday, "2026-10-01"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(bookmark_after(day(row.last), row.granularity, instant(row.now)), instant(row.expected))
        << row.name;
  }
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

struct ReportCase {
  std::string name;
  Granularity granularity = Granularity::day;
  std::string start;
  std::vector<std::string> covered = {};
  bool all = false;
  std::vector<std::string> windows = {};
  std::vector<std::string> reports = {};
  std::vector<std::string> missed = {};
};

TEST(PlanWindows, LeavesToReportsWhatIsTooOldAndLosesOnlyWhatIsOlderStill) {
  // 89 days before 2026-11-24 is 2026-08-27; 913 days before it is 2024-05-25.
  const std::vector<ReportCase> cases = {
      {.name = "nothing old", .start = "2026-09-01", .windows = {"2026-09-01..2026-11-24"}},
      {.name = "a day too old",
       .start = "2026-08-26",
       .windows = {"2026-08-27..2026-11-24"},
       .reports = {"2026-08-26"}},
      {.name = "more than one report",
       .start = "2026-01-01",
       .windows = {"2026-08-27..2026-11-24"},
       .reports = {"2026-01-01..2026-07-04", "2026-07-05..2026-08-26"}},
      {.name = "older than reports reach",
       .start = "2024-05-01",
       .covered = {"2024-08-01..2026-11-23"},
       .windows = {"2026-11-23..2026-11-24"},
       .reports = {"2024-05-25..2024-07-31"},
       .missed = {"2024-05-01..2024-05-24"}},
      {.name = "weeks are not cut",
       .granularity = Granularity::week,
       .start = "2026-01-05",
       .windows = {"2026-08-31..2026-11-24"},
       .reports = {"2026-01-05..2026-07-05", "2026-07-06..2026-08-30"}},
      {.name = "hours have no older reports",
       .granularity = Granularity::hour,
       .start = "2026-11-01",
       .windows = {"2026-11-16..2026-11-24"},
       .missed = {"2026-11-01..2026-11-15"}},
      {.name = "everything by report",
       .start = "2026-04-01",
       .all = true,
       .reports = {"2026-04-01..2026-10-02", "2026-10-03..2026-11-24"}},
      {.name = "a total by report",
       .granularity = Granularity::total,
       .start = "2026-09-01",
       .all = true,
       .reports = {"2026-09-01..2026-11-24"}},
  };
  for (const ReportCase& test : cases) {
    SCOPED_TRACE(test.name);
    const DaySet covered(ranges(test.covered));
    const Plan plan = plan_windows({.granularity = test.granularity,
                                    .start_date = maybe_day(test.start),
                                    .end_date = {},
                                    .covered = covered,
                                    .known = covered,
                                    .lookback_days = 0,
                                    .reach = ads_reach(test.granularity),
                                    .reports = reports_reach(test.granularity, "CAMPAIGN"),
                                    .all_by_report = test.all,
                                    .now = instant(kTuesday)});
    EXPECT_EQ(plan.windows, ranges(test.windows));
    EXPECT_EQ(plan.report_windows, ranges(test.reports));
    EXPECT_EQ(plan.missed.ranges(), ranges(test.missed));
  }
}

}  // namespace
}  // namespace tap_pinterest::pinterest
