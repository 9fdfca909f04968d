// Which days of analytics to read: pure functions of the configuration, the bookmark and the API's clock.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::pinterest {

// How far back an endpoint reads, and how many days one request may span.
struct Reach {
  int days_back;
  int longest_range;
};

// "oldest day 90 days back": exactly 90 has been refused, so 89 is asked for. HOUR: 8 days back, 3 days.
Reach ads_reach(config::Granularity granularity);
Reach pins_reach();

// First to last day, both included.
struct DayRange {
  util::Day first;
  util::Day last;

  bool empty() const { return last < first; }
  long long days() const { return empty() ? 0 : (last - first).count() + 1; }
  friend bool operator==(const DayRange&, const DayRange&) = default;
};

struct WindowRequest {
  config::Granularity granularity = config::Granularity::day;
  std::optional<util::Day> start_date;  // as stated
  std::optional<util::Day> end_date;    // as stated
  std::optional<util::Instant> bookmark;
  int lookback_days = 0;
  // What the bookmark depends on has changed: begin again at the earlier of start_date and the look-back.
  bool begin_again = false;
  int days_back = 0;
  util::Instant now;
};

struct Window {
  // What is to be requested; empty if there is nothing to read.
  DayRange range;
  // What the bookmark will be when the window is complete; nothing for TOTAL, or if it would move back.
  std::optional<std::string> bookmark;
  // Days that were never read and can no longer be.
  std::optional<DayRange> missed;
  // The first day of `range` before the reach cut it.
  util::Day wanted_first;
};

// Days without a stated start_date begin so many days before today.
inline constexpr int kDefaultStartDays = 30;

Window plan_window(const WindowRequest& request);

// The part of `range` that is within reach on the day `today`; a period (week, month, the whole range of
// TOTAL) whose beginning is out of reach is left out.
DayRange within_reach(DayRange range, config::Granularity granularity, int days_back, util::Day today);

// Cuts a range into pieces of at most `longest` days. No range within reach is cut inside a period.
std::vector<DayRange> split_range(DayRange range, int longest);

// Two parts of a range, cut between periods; nothing if it cannot be cut.
std::optional<std::pair<DayRange, DayRange>> halve_range(DayRange range, config::Granularity granularity);

// The first day that was not read whole when a window ended with this bookmark.
util::Day first_unread_day(util::Instant bookmark, config::Granularity granularity);

// The first day of the period (week from Monday, month) that `day` lies in; `day` itself for other
// granularities.
util::Day period_begin(util::Day day, config::Granularity granularity);
// The last day of that period.
util::Day period_end(util::Day day, config::Granularity granularity);

}  // namespace tap_pinterest::pinterest
