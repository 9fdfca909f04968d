// The analytics of one stream and account: windows of days, batches of ids, and how far they are written.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tap_pinterest/pinterest/api_clock.hpp"
#include "tap_pinterest/pinterest/data_quality.hpp"
#include "tap_pinterest/pinterest/errors.hpp"
#include "tap_pinterest/sync/bookmarks.hpp"
#include "tap_pinterest/sync/coverage.hpp"
#include "tap_pinterest/sync/id_batches.hpp"
#include "tap_pinterest/sync/job_queue.hpp"
#include "tap_pinterest/sync/open_batch.hpp"
#include "tap_pinterest/sync/report.hpp"
#include "tap_pinterest/sync/route_probe.hpp"
#include "tap_pinterest/sync/stream_run.hpp"
#include "tap_pinterest/sync/tally.hpp"

namespace tap_pinterest::sync {

// What the lists and partitions of a run share. The engine's lock is held whenever one of them is called.
struct RunContext {
  const config::Config& config;
  const pinterest::ApiClock& clock;
  Bookmarks& bookmarks;
  JobQueue& queue;
  Report& report;
  // Lists that are still being read.
  std::size_t open_lists = 0;
  // Lists or partitions of each stream that have not come to their end, and its requests under way.
  std::map<std::string_view, std::size_t> open = {};
  // The accounts (empty: the user) of which a list or partition has come to its end lately.
  std::vector<std::string> ended = {};
};

// The entry of a stream and account (empty: the user) in the state; warns of what cannot be understood in it.
Entry find_entry(const RunContext& context, const StreamRun& stream, const std::string& account,
                 const EntryContext& expected);

class AnalyticsPartition : public JobSource, public std::enable_shared_from_this<AnalyticsPartition> {
 public:
  // `account` is empty for the pins of the user. Without a list, the account is asked for as one id.
  AnalyticsPartition(RunContext& context, StreamRun& stream, std::string account);

  const StreamRun& stream() const { return stream_; }
  const std::string& account() const { return account_; }
  // Nothing more is to be done: complete, failed or dropped.
  bool closed() const { return closed_; }
  // The state had an entry for it when the run began.
  bool had_entry() const { return had_entry_; }
  // A request of it has succeeded.
  bool anything_answered() const { return anything_answered_; }
  // How pins are to be asked for is not known yet.
  bool probing() const { return route_.unknown(); }

  // What data_quality compares: streams of its account that have come to their end, and how the answers about
  // the account are read. `ready` does not change any more.
  struct Compared {
    const StreamRun& totals;
    const pinterest::ReadyStates& ready;
    std::vector<std::shared_ptr<const AnalyticsPartition>> levels;
  };
  // Begins: the account is asked for the days that any of them has read.
  void compare(Compared compared);
  // How the answers about the account are read, if this is data_quality; null otherwise. Safe for workers.
  const StreamRun* totals() const { return compared_ ? &compared_->totals : nullptr; }
  // What the totals of these days are compared with. Safe for workers.
  pinterest::Comparison comparison(pinterest::DayRange range, util::Day today) const;

  // Ids of the parent's list, as they come.
  void add_ids(const std::vector<std::string>& ids);
  void end_of_list();

  // The request is still to be made.
  bool wants(const AnalyticsPart& part) const;
  // The next request, of at most `most_units` cells if that can be; nothing if none can be made now.
  std::optional<Job> next(double most_units) override;
  bool is_exhausted() override;
  // Whether the request is still to be sent. Cuts it to what can be asked for now; a part of which nothing is
  // left is done.
  bool prepare(AnalyticsPart& part);

  // How many rows a part had, so that the next ones can be made to fit.
  void note_rows(const AnalyticsPart& part, std::size_t rows);
  // All rows of this part are written, and this is what they add up to.
  void part_done(const AnalyticsPart& part, const pinterest::SumsByDate& sums = {});
  // What to do about failed requests; wants(part) must hold.

  // It was too large: puts two smaller parts in its place; false if it cannot be smaller. `tries` go on with
  // them.
  bool halve(const AnalyticsPart& part, const Tries& tries = {});
  // It keeps failing, and one of its ids may be the cause: puts halves in its place. False if that is not
  // worth trying, or no longer.
  bool isolate(const AnalyticsPart& part, const pinterest::ApiError& error, const Tries& tries);
  // It has failed for as long as it may be tried: leaves its id out. False if there are several, or if
  // neither others of its batch were answered nor, in the meantime, anybody else (`others_succeed`).
  bool leave_out_alone(const AnalyticsPart& part, const pinterest::ApiError& error, bool others_succeed);
  // Pinterest refuses it: with 400, or pins with 401, 403 or 404. One id may be the cause, which is found by
  // halving and left out; or the route of pins is not there; or nothing of the kind can be read.
  void refused(const AnalyticsPart& part, const pinterest::ApiError& error);
  // Pinterest finds its first day too old: a day less is asked for from now on. False if that did not help.
  bool shorten_reach(const AnalyticsPart& part);

  void fail(const std::string& why, std::string_view remedy = kRunAgain);
  // A report cannot be had: its days are incomplete, the others go on.
  void fail_report(const AnalyticsPart& part, const std::string& why);
  // Ends without a word; what the state says of it stays.
  void drop();
  void leave_out() { drop(); }

  // Requests that are still to be made, as far as is known.
  std::size_t requests_left() const;

 private:
  // Of what a window is read: all ids, those that earlier runs have left out, or the account by a report.
  enum class Reads { list, left_out, report };
  struct Pass {
    Window window;
    Reads reads = Reads::list;
  };

  pinterest::Source source() const;
  bool is_pins() const;
  config::Granularity kind() const;
  const config::AnalyticsSettings& settings() const;
  CoverageRules rules() const;
  std::string describe_request(const AnalyticsPart& part) const;
  bool asks_for_account(const AnalyticsPart& part) const;
  std::string id_name(IdBatches::Id id) const;

  void plan();
  void add_passes(const pinterest::Plan& plan, Reads ids);
  void warn_of_changes();
  void say_backfill();
  std::size_t direct_requests(const pinterest::DaySet& days) const;
  void advise_reports();
  void say_columns_of_reports();
  std::vector<pinterest::DayRange> report_ranges() const;
  void end_of_left_out(const Pass& done);
  void note_missed(const pinterest::DaySet& days);
  void note_cut(const pinterest::DaySet& days);
  pinterest::DaySet leave_to_reports(const pinterest::DaySet& days);
  void warn_of_left_out_days(const pinterest::DaySet& days);
  const Window& window() const { return passes_.front().window; }
  bool reads(Reads what) const { return !passes_.empty() && passes_.front().reads == what; }
  const pinterest::Reach& reach() const;

  void offer();
  std::size_t size_of_next(double most_units);
  std::vector<AnalyticsPart> parts_of(std::size_t number, const std::vector<IdBatches::Id>& ids);
  double times_of(const pinterest::AnalyticsRequest& request) const;
  double units_of(const pinterest::AnalyticsRequest& request) const;
  Job job_of(AnalyticsPart part, const Tries& tries = {});
  void push(std::vector<Attempt> attempts);
  void release_held_parts();
  void doubt_route(const AnalyticsPart& part);
  void warn_of_left_out(OpenBatch& batch);
  void leave_out(std::size_t number, IdBatches::Id id, const pinterest::ApiError& error);
  void leave_out_batch(std::size_t number, const pinterest::ApiError& error);
  bool has_read_nothing() const;
  bool knows_better() const;
  void fail_for_refusals();
  std::vector<IdBatches::Id> left_out() const;
  void end_part(const AnalyticsPart& part);
  void end_batch(std::size_t number);
  void put_entry();
  void move_marker();
  void advance();
  void finish_pass();
  void tally(const Pass& done);
  void begin_pass();
  bool begin_next_pass();
  void close();
  void end();

  RunContext& context_;
  StreamRun& stream_;
  const std::string account_;
  Coverage coverage_;
  bool had_entry_ = false;
  bool closed_ = false;

  bool planned_ = false;
  std::deque<Pass> passes_;  // the first is being read
  IdBatches batches_;
  Reads batches_are_ = Reads::list;
  std::map<std::size_t, OpenBatch> open_;  // by number
  bool offered_ = false;                   // waits in the queue for its turn
  // What is asked for at once, once more has proven too large in this partition.
  std::size_t size_;
  // Ids that earlier runs have left out, and those of them that the list names.
  std::vector<IdBatches::Id> left_out_before_;
  std::vector<IdBatches::Id> again_;
  bool left_out_planned_ = false;
  // Ids that are refused in this run, and whether they are just gone.
  std::map<IdBatches::Id, bool> refused_;
  bool too_many_left_out_ = false;
  bool lost_a_report_ = false;
  std::string first_refusal_;
  bool anything_answered_ = false;
  pinterest::DaySet backfill_;  // not logged yet
  // Pinterest's day may be one ahead of what its clock says.
  int days_less_ = 0;

  Tally tally_;
  std::optional<Compared> compared_;

  RouteProbe route_;
  std::vector<AnalyticsPart> held_parts_;  // of the first batch, until the route is known
};

}  // namespace tap_pinterest::sync
