// The analytics of one stream and account: a window of days, batches of ids, and how far they are written.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tap_pinterest/pinterest/api_clock.hpp"
#include "tap_pinterest/pinterest/errors.hpp"
#include "tap_pinterest/sync/bookmarks.hpp"
#include "tap_pinterest/sync/id_batches.hpp"
#include "tap_pinterest/sync/job_queue.hpp"
#include "tap_pinterest/sync/report.hpp"
#include "tap_pinterest/sync/stream_run.hpp"

namespace tap_pinterest::sync {

// What the partitions of a run share. The engine's lock is held whenever one of them is called.
struct RunContext {
  const config::Config& config;
  const pinterest::ApiClock& clock;
  Bookmarks& bookmarks;
  JobQueue& queue;
  Report& report;
};

class AnalyticsPartition {
 public:
  // `account` is empty for the pins of the user.
  AnalyticsPartition(RunContext& context, StreamRun& stream, std::string account);

  const StreamRun& stream() const { return stream_; }
  const std::string& account() const { return account_; }
  // Nothing more is to be done: complete, failed or dropped.
  bool closed() const { return closed_; }
  // The part is still to be done: its route was not given up meanwhile.
  bool wants(const AnalyticsJob& job) const;
  // The state had a bookmark or a marker for it when the run began.
  bool had_bookmark() const { return had_bookmark_; }

  // Ids of the parent's list, as they come.
  void add_ids(const std::vector<std::string>& ids);
  void end_of_list();

  // The request as it is to be sent now: cut to the reach of this day. Nothing if no day is left of it.
  std::optional<pinterest::AnalyticsRequest> within_reach(const AnalyticsJob& job);
  // All rows of this part are written.
  void part_done(const AnalyticsJob& job);
  // No day of this part can be asked for any more.
  void pass_over(const AnalyticsJob& job);
  // Puts two smaller parts in place of this one; false if it cannot be smaller. The size that is tried is
  // kept. `tries` go on with the parts, so that a fault that has nothing to do with the size still comes to
  // its end.
  bool halve(const AnalyticsJob& job, Tries tries = {});
  // Puts smaller parts in place of one that is larger than what works in this run; false if it is not.
  // `tries` go on with them, as in halve().
  bool cut_to_size(const AnalyticsJob& job, Tries tries = {});
  // 401, 403 or 404 on pins: the route is not there, or a pin is gone.
  void refused(const AnalyticsJob& job, const pinterest::ApiError& error);
  // Whether the bulk route of pins is still to be proven.
  bool probing() const;

  void fail(const std::string& why);
  void drop() { closed_ = true; }

  // Requests that are still to be made, as far as is known.
  std::size_t requests_left() const;

 private:
  bool is_pins() const;
  int lookback_days() const;
  pinterest::Reach reach() const;
  void plan();
  pinterest::Window fresh_window();
  void warn_of_missed(pinterest::DayRange days);
  void issue();
  std::vector<AnalyticsJob> parts_of(const IdBatches::Batch& batch);
  void push(AnalyticsJob work, const Tries& tries = {});
  void replace(const AnalyticsJob& job, std::vector<AnalyticsJob> parts, const Tries& tries = {});
  void push_halves_of_ids(const AnalyticsJob& job, bool probe, const Tries& tries = {});
  void bulk_route_refused(const AnalyticsJob& job);
  void bulk_route_found();
  void use_single_route();
  void pin_refused(const AnalyticsJob& job, const pinterest::ApiError& error);
  bool all_pins_refused() const;
  void fail_for_refusals();
  void end_part(const AnalyticsJob& job);
  config::Granularity kind() const;
  void put_entry();
  void move_marker();
  void finish_if_complete();
  void finish_window();

  RunContext& context_;
  StreamRun& stream_;
  const std::string account_;
  const std::string basis_;
  Entry entry_;
  bool had_bookmark_ = false;
  IdBatches batches_;
  std::map<std::size_t, std::size_t> open_parts_;  // by batch number
  bool closed_ = false;

  bool planned_ = false;
  bool resumed_ = false;
  pinterest::DayRange range_{};
  std::optional<std::string> bookmark_;

  pinterest::PinRoute route_ = pinterest::PinRoute::unknown;
  std::optional<IdBatches::Batch> probe_batch_;
  std::vector<AnalyticsJob> held_parts_;  // of the first batch, until the route is known
  std::optional<AnalyticsJob> refused_half_;
  std::size_t pins_read_ = 0;
  std::size_t pins_refused_ = 0;  // those that are gone not counted
  std::string last_refusal_;
};

}  // namespace tap_pinterest::sync
