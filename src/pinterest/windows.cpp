#include "tap_pinterest/pinterest/windows.hpp"

#include <algorithm>

namespace tap_pinterest::pinterest {
namespace {

using config::Granularity;
using std::chrono::days;
using util::Day;

// The bookmark once everything to `last` is read: the last whole day or hour, or the beginning of the last
// period, which is read again until it is over.
std::string bookmark_after(Day last, Granularity granularity, util::Instant now) {
  const Day today = util::day_of(now);
  if (granularity == Granularity::hour) {
    const auto this_hour = std::chrono::floor<std::chrono::hours>(now);
    const util::Instant last_hour =
        std::min<util::Instant>(last + days(1), this_hour) - std::chrono::hours(1);
    return util::format_date_time(last_hour);
  }
  if (granularity == Granularity::day) return util::format_day(std::min(last, today - days(1)));
  return util::format_day(period_begin(last, granularity));
}

util::Instant bookmark_instant(const std::string& value) { return *util::parse_date_time(value); }

}  // namespace

Reach ads_reach(Granularity granularity) {
  return granularity == Granularity::hour ? Reach{.days_back = 8, .longest_range = 3}
                                          : Reach{.days_back = 89, .longest_range = 90};
}

Reach pins_reach() { return {.days_back = 89, .longest_range = 90}; }

Day period_begin(Day day, Granularity granularity) {
  const std::chrono::year_month_day date(day);
  switch (granularity) {
    case Granularity::week:
      return day - (std::chrono::weekday(day) - std::chrono::Monday);
    case Granularity::month:
      return Day(date.year() / date.month() / 1);
    default:
      return day;
  }
}

Day period_end(Day day, Granularity granularity) {
  const std::chrono::year_month_day date(day);
  switch (granularity) {
    case Granularity::week:
      return period_begin(day, granularity) + days(6);
    case Granularity::month:
      return Day(date.year() / date.month() / std::chrono::last);
    default:
      return day;
  }
}

Day first_unread_day(util::Instant bookmark, Granularity granularity) {
  if (granularity == Granularity::hour) return util::day_of(bookmark + std::chrono::hours(1));
  return util::day_of(bookmark) + days(1);
}

DayRange within_reach(DayRange range, Granularity granularity, int days_back, Day today) {
  const Day oldest = today - days(days_back);
  if (range.first >= oldest) return range;
  if (granularity == Granularity::total) return {range.last + days(1), range.last};
  range.first = oldest;
  if (period_begin(oldest, granularity) < oldest) range.first = period_end(oldest, granularity) + days(1);
  return range;
}

std::vector<DayRange> split_range(DayRange range, int longest) {
  std::vector<DayRange> pieces;
  while (!range.empty()) {
    const Day last = std::min(range.last, range.first + days(longest - 1));
    pieces.push_back({range.first, last});
    range.first = last + days(1);
  }
  return pieces;
}

std::optional<std::pair<DayRange, DayRange>> halve_range(DayRange range, Granularity granularity) {
  if (granularity == Granularity::total || range.days() < 2) return std::nullopt;
  const Day middle = range.first + days(range.days() / 2);
  Day second = period_begin(middle, granularity);
  if (second <= range.first) second = period_end(middle, granularity) + days(1);
  if (second > range.last) return std::nullopt;
  return std::pair{DayRange{range.first, second - days(1)}, DayRange{second, range.last}};
}

Window plan_window(const WindowRequest& request) {
  const Granularity granularity = request.granularity;
  const Day today = util::day_of(request.now);
  const Day start = request.start_date.value_or(today - days(kDefaultStartDays));

  Window window;
  Day first = start;
  if (request.bookmark) {
    const Day again = util::day_of(*request.bookmark) - days(request.lookback_days);
    if (request.begin_again) {
      first = std::min(start, again);
    } else {
      first = request.start_date ? std::max(*request.start_date, again) : again;
    }
  }
  first = period_begin(first, granularity);
  window.wanted_first = first;
  const Day end = std::min(request.end_date.value_or(today), today);
  const Day last = granularity == Granularity::total ? end : std::min(period_end(end, granularity), today);

  const DayRange wanted{first, last};
  window.range = within_reach(wanted, granularity, request.days_back, today);
  if (window.range.first > first) {
    // A look-back that the reach cuts was read before; only days after the bookmark are lost.
    Day never_read = first;
    if (request.bookmark && !request.begin_again) {
      never_read = std::max(first, first_unread_day(*request.bookmark, granularity));
    }
    const Day lost_until = std::min(window.range.first - days(1), last);
    if (never_read <= lost_until) window.missed = DayRange{never_read, lost_until};
  }
  if (granularity == Granularity::total) return window;
  if (wanted.empty()) return window;

  const std::string bookmark = bookmark_after(last, granularity, request.now);
  if (!request.bookmark || bookmark_instant(bookmark) >= *request.bookmark) window.bookmark = bookmark;
  return window;
}

}  // namespace tap_pinterest::pinterest
