// Which days of one stream and account are read, and which are still to be: what a state entry says, as a
// value that plans and takes note. No requests, no clock of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tap_pinterest/sync/entry.hpp"

namespace tap_pinterest::sync {

// What a run wants of a stream and account.
struct CoverageRules {
  config::Granularity granularity = config::Granularity::day;
  std::optional<util::Day> start_date = {};  // as stated
  std::optional<util::Day> end_date = {};    // as stated
  // The days that are wanted, whatever the rest says; nothing: that decides.
  std::optional<pinterest::DaySet> only = {};
  int lookback_days = 0;
  pinterest::Reach reach = {};
  // Of asynchronous reports, where there are any: they read what lies beyond `reach`, or everything.
  std::optional<pinterest::Reach> reports = {};
  bool all_by_report = false;
  // The statuses whose entities are asked for; nothing for a stream without statuses.
  std::optional<std::vector<std::string>> entity_statuses = {};
  // subject_of(), row_settings() and window_basis() of this run.
  std::string subject = {};
  std::string rows = {};
  std::string basis = {};
};

// A window of days while it is being read.
struct Window {
  pinterest::DayRange range = {};
  // Fixed when it was opened, so that what was running then is not taken for whole later.
  std::optional<util::Instant> bookmark = {};
  std::optional<util::Day> covered_to = {};
  // Every id up to this one was written by an earlier run.
  std::uint64_t after_id = 0;
  bool resumed = false;
  // Days that left the reach before they could be asked for.
  pinterest::DaySet cut = {};
};

class Coverage {
 public:
  Coverage() = default;
  Coverage(Entry entry, CoverageRules rules);

  const Entry& entry() const { return entry_; }
  const CoverageRules& rules() const { return rules_; }

  // The days that were read as rows are read now. Empty if a status was added, or the granularity has
  // changed.
  pinterest::DaySet covered() const;
  // Forgets an entry with dates in the future; returns whether it did.
  bool forget_future(util::Instant now);
  // The window that was cut short, if it can be gone on with; forgets it otherwise.
  std::optional<Window> resume();
  // What to read now, oldest first.
  pinterest::Plan plan(util::Instant now) const;
  // The same for ids that were left out, which may lack any of the days.
  pinterest::Plan plan_for_left_out(util::Instant now) const;
  // A window that is about to be read.
  Window open(pinterest::DayRange range, util::Instant now) const;

  // Takes note of days that nobody can read any more. Returns those of which the entry did not know.
  pinterest::DaySet miss(const pinterest::DaySet& days);
  // Every id up to `after_id` of an open window is written.
  void mark(const Window& window, std::uint64_t after_id);
  // Every id of the window is written.
  void complete(const Window& window, util::Instant now);

  // Takes note of an id that Pinterest refuses; false if there are too many to be kept.
  bool leave_out(std::uint64_t id);
  // The id lacks nothing any more.
  void readmit(std::uint64_t id);
  // Whether the app was proven to lack the bulk route of pins lately: Pinterest grants it from time to time.
  bool lacks_bulk_route(util::Day today) const;
  // The app was proven to lack the bulk route of pins on this day, or (nothing) to have it.
  void set_single_route_since(std::optional<util::Day> day) { entry_.single_route_since = day; }

 private:
  bool holds() const;
  pinterest::PlanRequest request(util::Instant now) const;

  Entry entry_;
  CoverageRules rules_;
  // Where a window began that was cut short and cannot be gone on with.
  std::optional<util::Day> begun_;
};

}  // namespace tap_pinterest::sync
