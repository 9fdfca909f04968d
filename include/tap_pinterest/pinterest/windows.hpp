// Which days of analytics to read: pure functions of the configuration, what was read, and the API's clock.
// Nothing else in the program decides about days.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/util/day_set.hpp"

namespace tap_pinterest::pinterest {

using util::DayRange;
using util::DaySet;

// How far back an endpoint reads, and how many days one request may span.
struct Reach {
  int days_back = 0;
  int longest_range = 1;
};

// "oldest day 90 days back": exactly 90 has been refused, so 89 is asked for. HOUR: 8 days back, 3 days.
Reach ads_reach(config::Granularity granularity);
Reach pins_reach();
// Of asynchronous reports: 914 days back and 186 days long; a day less of each, since the API counts days by
// its own clock. PRODUCT_ITEM: 92 and 31. HOUR: as ads_reach().
Reach reports_reach(config::Granularity granularity, std::string_view level);

struct PlanRequest {
  config::Granularity granularity = config::Granularity::day;
  std::optional<util::Day> start_date;  // as stated
  std::optional<util::Day> end_date;    // as stated
  // The days that were read as rows are read now, and those that were read at all. Where statuses or the
  // granularity have changed, the first is empty and the second says what is to be read again.
  DaySet covered;
  DaySet known;
  // The days that are wanted, whatever the rest says; nothing: that decides.
  std::optional<DaySet> only = {};
  int lookback_days = 0;
  Reach reach = {};
  // Of asynchronous reports, where there are any: they read what lies beyond `reach`, or everything.
  std::optional<Reach> reports = {};
  bool all_by_report = false;
  util::Instant now;
};

struct Plan {
  // What to request, oldest first.
  std::vector<DayRange> windows;
  // What to ask reports for, oldest first, each short enough for one.
  std::vector<DayRange> report_windows;
  // Days that are wanted, were never read, and lie beyond the reach.
  DaySet missed;
};

// Days without a stated start_date begin so many days before today.
inline constexpr int kDefaultStartDays = 30;

// Wanted are the days from start_date (else the first known day, else 30 days ago) to end_date or today, and
// those between the last known day and a later start_date, which begin lookback_days earlier where nothing is
// covered. Of them, what is not covered is read, and lookback_days before the end of what is covered again.
// Weeks and months are read whole, the running one as far as it has come. Two windows become one where that
// takes fewer requests. TOTAL is one window, whatever is covered.
Plan plan_windows(const PlanRequest& request);

// The days of a window that count as covered once it is read: all but the running day, week or month. `now`
// is when its first request was sent.
DayRange settled_days(DayRange window, config::Granularity granularity, util::Instant now);

// The bookmark once everything to `last` is read: the last whole day or hour, or the beginning of the last
// week or month, which is read again until it is over.
util::Instant bookmark_after(util::Day last, config::Granularity granularity, util::Instant now);

// The part of `range` that is within reach on the day `today`; a period (week, month, the whole range of
// TOTAL) whose beginning is out of reach is left out.
DayRange within_reach(DayRange range, config::Granularity granularity, int days_back, util::Day today);

// Cuts a range into pieces of at most `longest` days, between periods where one fits into a piece.
std::vector<DayRange> split_range(DayRange range, int longest,
                                  config::Granularity granularity = config::Granularity::day);

// Two parts of a range, cut between periods; nothing if it cannot be cut.
std::optional<std::pair<DayRange, DayRange>> halve_range(DayRange range, config::Granularity granularity);

// The first day of the period (week from Monday, month) that `day` lies in; `day` itself for other
// granularities.
util::Day period_begin(util::Day day, config::Granularity granularity);
// The last day of that period.
util::Day period_end(util::Day day, config::Granularity granularity);

}  // namespace tap_pinterest::pinterest
