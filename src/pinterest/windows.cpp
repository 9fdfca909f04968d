#include "tap_pinterest/pinterest/windows.hpp"

#include <algorithm>

namespace tap_pinterest::pinterest {
namespace {

using config::Granularity;
using std::chrono::days;
using util::Day;

// Requests for one id.
long long requests_for(DayRange range, int longest) { return (range.days() + longest - 1) / longest; }

Day first_wanted(const PlanRequest& request, Day today) {
  if (request.known.empty()) return request.start_date.value_or(today - days(kDefaultStartDays));
  if (!request.start_date) return request.known.first();
  // Nothing between what was read and a later start_date is left out.
  const Day last = request.known.last();
  return std::min(*request.start_date,
                  request.covered.empty() ? last - days(request.lookback_days) : last + days(1));
}

// What is wanted and not covered, and the look-back.
DaySet days_to_read(const PlanRequest& request, Day end, Day today) {
  if (request.only) return *request.only;
  if (request.granularity == Granularity::total) {
    return {{request.start_date.value_or(today - days(kDefaultStartDays)), end}};
  }
  DaySet to_read = DaySet{{first_wanted(request, today), end}} - request.covered;
  if (request.covered.empty()) return to_read;
  const Day read_until = request.covered.last();
  const Day again = std::max(read_until - days(request.lookback_days),
                             request.start_date.value_or(request.covered.first()));
  return to_read.add({again, std::min(read_until, end)});
}

}  // namespace

Reach ads_reach(Granularity granularity) {
  return granularity == Granularity::hour ? Reach{.days_back = 8, .longest_range = 3}
                                          : Reach{.days_back = 89, .longest_range = 90};
}

Reach reports_reach(Granularity granularity, std::string_view level) {
  if (granularity == Granularity::hour) return ads_reach(granularity);
  if (level.starts_with("PRODUCT_ITEM")) {
    // A month must fit into one report: of two, each would hold a part of its row.
    return {.days_back = 91, .longest_range = granularity == Granularity::month ? 31 : 30};
  }
  return {.days_back = 913, .longest_range = 185};
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

DayRange within_reach(DayRange range, Granularity granularity, int days_back, Day today) {
  const Day oldest = today - days(days_back);
  if (range.first >= oldest) return range;
  if (granularity == Granularity::total) return {range.last + days(1), range.last};
  range.first = oldest;
  if (period_begin(oldest, granularity) < oldest) range.first = period_end(oldest, granularity) + days(1);
  return range;
}

std::vector<DayRange> split_range(DayRange range, int longest, Granularity granularity) {
  std::vector<DayRange> pieces;
  while (!range.empty()) {
    Day last = std::min(range.last, range.first + days(longest - 1));
    const Day next = period_begin(last + days(1), granularity);
    if (last < range.last && next > range.first) last = next - days(1);
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

Plan plan_windows(const PlanRequest& request) {
  const Granularity granularity = request.granularity;
  const Day today = util::day_of(request.now);
  const Day end = std::min(request.end_date.value_or(today), today);
  const DaySet to_read = days_to_read(request, end, today);
  DaySet whole;
  for (const DayRange& range : to_read.ranges()) {
    whole.add({period_begin(range.first, granularity), std::min(period_end(range.last, granularity), today)});
  }
  Plan plan;
  for (const DayRange& range : whole.ranges()) {
    const DayRange reachable = request.all_by_report
                                   ? DayRange{range.first, range.first - days(1)}
                                   : within_reach(range, granularity, request.reach.days_back, today);
    DaySet beyond = DaySet{range} - DaySet{reachable};
    if (request.reports && !beyond.empty()) {
      const DayRange reported =
          within_reach(beyond.ranges().front(), granularity, request.reports->days_back, today);
      for (const DayRange& piece : split_range(reported, request.reports->longest_range, granularity)) {
        plan.report_windows.push_back(piece);
      }
      beyond = beyond - DaySet{reported};
    }
    plan.missed = plan.missed | (beyond - request.covered);
    if (reachable.empty()) continue;
    if (!plan.windows.empty()) {
      DayRange& before = plan.windows.back();
      const DayRange both{before.first, reachable.last};
      const int longest = request.reach.longest_range;
      if (requests_for(both, longest) < requests_for(before, longest) + requests_for(reachable, longest)) {
        before = both;
        continue;
      }
    }
    plan.windows.push_back(reachable);
  }
  return plan;
}

DayRange settled_days(DayRange window, Granularity granularity, util::Instant now) {
  const Day running = period_begin(util::day_of(now), granularity);
  return {window.first, std::min(window.last, running - days(1))};
}

util::Instant bookmark_after(Day last, Granularity granularity, util::Instant now) {
  const Day today = util::day_of(now);
  if (granularity == Granularity::hour) {
    const auto this_hour = std::chrono::floor<std::chrono::hours>(now);
    return std::min<util::Instant>(last + days(1), this_hour) - std::chrono::hours(1);
  }
  if (granularity == Granularity::day) return std::min(last, today - days(1));
  return period_begin(last, granularity);
}

}  // namespace tap_pinterest::pinterest
