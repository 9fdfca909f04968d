#include "tap_pinterest/sync/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tap_pinterest::sync {

using config::Granularity;
using pinterest::DayRange;
using pinterest::DaySet;
using pinterest::Plan;
using pinterest::PlanRequest;

namespace {

// "DAY+WEEK": rows of days were being replaced by those of weeks. No granularity is called that, so nothing
// counts as covered until a window is complete.
constexpr char kMixed = '+';
// A proof that an app lacks the bulk route holds for a week.
constexpr std::chrono::days kRouteProofHolds{7};

}  // namespace

Coverage::Coverage(Entry entry, CoverageRules rules) : entry_(std::move(entry)), rules_(std::move(rules)) {}

// Whether what the entry says was read, was read as it would be now.
bool Coverage::holds() const {
  const bool more_statuses = rules_.entity_statuses && statuses_added(entry_, *rules_.entity_statuses);
  return granularity_of(entry_) == config::to_string(rules_.granularity) && !more_statuses &&
         entry_.subject == rules_.subject && !targeting_types_added(entry_, rules_.rows);
}

DaySet Coverage::covered() const { return holds() ? entry_.covered : DaySet(); }

bool Coverage::forget_future(util::Instant now) {
  const util::Day today = util::day_of(now);
  const bool ahead = (entry_.bookmark && util::day_of(*entry_.bookmark) > today) ||
                     (!entry_.covered.empty() && entry_.covered.last() > today) ||
                     (entry_.resume && entry_.resume->range.last > today);
  if (!ahead) {
    // Today may have been covered by a clock that was ahead by seconds.
    entry_.covered.remove({today, today});
    return false;
  }
  entry_.bookmark.reset();
  entry_.covered = {};
  entry_.resume.reset();
  return true;
}

std::optional<Window> Coverage::resume() {
  if (!entry_.resume) return std::nullopt;
  if (entry_.resume->basis != rules_.basis) {
    begun_ = entry_.resume->range.first;
    entry_.resume.reset();
    return std::nullopt;
  }
  const ResumeMarker& marker = *entry_.resume;
  return Window{.range = marker.range,
                .bookmark = marker.bookmark,
                .covered_to = marker.covered_to,
                .after_id = marker.after_id,
                .resumed = true,
                .cut = entry_.missed & DaySet{marker.range}};
}

PlanRequest Coverage::request(util::Instant now) const {
  std::optional<util::Day> start = rules_.start_date;
  DaySet known = entry_.covered;
  if (!start) {
    // What was ever wanted still is.
    if (!entry_.missed.empty()) known.add({entry_.missed.first(), entry_.missed.first()});
    if (begun_) known.add({*begun_, *begun_});
  } else if (known.empty() && entry_.bookmark) {
    // Only a day, week or month that was running was read: a later start_date does not leave the rest of it
    // out.
    start = std::min(*start, last_read_day(*entry_.bookmark, granularity_of(entry_)) + std::chrono::days(1));
  }
  return {.granularity = rules_.granularity,
          .start_date = start,
          .end_date = rules_.end_date,
          .covered = covered(),
          .known = std::move(known),
          .only = rules_.only,
          .lookback_days = rules_.lookback_days,
          .reach = rules_.reach,
          .reports = rules_.reports,
          .all_by_report = rules_.all_by_report,
          .now = now};
}

Plan Coverage::plan(util::Instant now) const { return plan_windows(request(now)); }

Plan Coverage::plan_for_left_out(util::Instant now) const {
  PlanRequest everything = request(now);
  everything.covered = {};
  everything.known = {};
  if (!entry_.covered.empty()) {
    const util::Day first = entry_.covered.first();
    everything.start_date = std::min(everything.start_date.value_or(first), first);
    if (everything.end_date) everything.end_date = std::max(*everything.end_date, entry_.covered.last());
  }
  return plan_windows(everything);
}

Window Coverage::open(DayRange range, util::Instant now) const {
  Window window{.range = range};
  if (rules_.granularity == Granularity::total) return window;
  window.bookmark = pinterest::bookmark_after(range.last, rules_.granularity, now);
  const DayRange settled = pinterest::settled_days(range, rules_.granularity, now);
  if (!settled.empty()) window.covered_to = settled.last;
  return window;
}

DaySet Coverage::miss(const DaySet& days) {
  DaySet unknown = days - entry_.missed;
  entry_.missed = entry_.missed | days;
  return unknown;
}

void Coverage::mark(const Window& window, std::uint64_t after_id) {
  // Weeks and months have the keys of their first days, so some of what is covered is replaced by now.
  const std::string before = granularity_of(entry_);
  const std::string_view now = config::to_string(rules_.granularity);
  const bool is_mixed = before.find(kMixed) != std::string::npos;
  if (before != now && !is_mixed && !entry_.covered.empty()) {
    entry_.granularity = fmt::format("{}{}{}", before, kMixed, now);
  }
  entry_.resume = ResumeMarker{.range = window.range,
                               .after_id = after_id,
                               .bookmark = window.bookmark,
                               .covered_to = window.covered_to,
                               .basis = rules_.basis};
}

void Coverage::complete(const Window& window, util::Instant now) {
  entry_.resume.reset();
  entry_.covered = covered();
  entry_.granularity = std::string(config::to_string(rules_.granularity));
  entry_.entity_statuses = rules_.entity_statuses;
  entry_.rows = rules_.rows;
  entry_.subject = rules_.subject;
  if (window.covered_to) {
    entry_.covered = entry_.covered | (DaySet{{window.range.first, *window.covered_to}} - window.cut);
  }
  entry_.missed = entry_.missed - entry_.covered;
  if (!window.bookmark) return;
  // It never moves back, but another granularity may have left one that is ahead of what is whole now.
  const util::Instant newest = pinterest::bookmark_after(util::day_of(now), rules_.granularity, now);
  entry_.bookmark = std::min(std::max(entry_.bookmark.value_or(*window.bookmark), *window.bookmark), newest);
}

bool Coverage::leave_out(std::uint64_t id) {
  const auto place = std::ranges::lower_bound(entry_.left_out, id);
  if (place != entry_.left_out.end() && *place == id) return true;
  if (entry_.left_out.size() == kMostLeftOut) return false;
  entry_.left_out.insert(place, id);
  return true;
}

void Coverage::readmit(std::uint64_t id) { std::erase(entry_.left_out, id); }

bool Coverage::lacks_bulk_route(util::Day today) const {
  const auto& since = entry_.single_route_since;
  return since && *since <= today && today - *since < kRouteProofHolds;
}

}  // namespace tap_pinterest::sync
