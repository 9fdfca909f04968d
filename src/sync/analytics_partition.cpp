#include "tap_pinterest/sync/analytics_partition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <span>
#include <utility>

#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/pinterest/errors.hpp"

namespace tap_pinterest::sync {
namespace {

using config::Granularity;
using pinterest::AnalyticsRequest;
using pinterest::DayRange;
using pinterest::PinRoute;

// No batch starts more than this many times max_concurrency beyond the first that is not done.
constexpr std::size_t kBatchesAhead = 4;
// So many pins refused one by one, and none read, are worth no further request. Less could be chance: pins of
// others on the user's boards may come first.
constexpr std::size_t kRefusedPinsLimit = 100;
constexpr int kNotFound = 404;
constexpr int kHoursADay = 24;
// A request sent this shortly before midnight may be judged after it: the API's clock is known to the second,
// less the time its first answer took, and the request itself travels.
constexpr std::chrono::minutes kMidnightMargin{1};

std::optional<std::uint64_t> number(const std::string& id) {
  std::uint64_t value = 0;
  const std::errc error = std::from_chars(id.data(), id.data() + id.size(), value).ec;
  if (error != std::errc{} || !pinterest::is_id(id)) return std::nullopt;
  return value;
}

}  // namespace

AnalyticsPartition::AnalyticsPartition(RunContext& context, StreamRun& stream, std::string account)
    : context_(context),
      stream_(stream),
      account_(std::move(account)),
      basis_(window_basis(context.config, stream.columns())),
      batches_(/*ordered=*/stream.definition().source != pinterest::Source::pin_analytics) {
  if (!stream_.incremental()) return;
  std::vector<std::string> warnings;
  const std::optional<singer::Json> found = context_.bookmarks.find(stream_.id(), account_);
  entry_ = read_entry(found ? &*found : nullptr, stream_.selection().replication_key, warnings);
  const std::string where = account_.empty() ? "" : fmt::format("account {}: ", account_);
  for (const std::string& warning : warnings) context_.report.warn_once(stream_.id(), where + warning);
  had_bookmark_ = entry_.bookmark.has_value() || entry_.resume.has_value();
  if (is_pins() && entry_.route == PinRoute::single) route_ = PinRoute::single;
  if (!entry_.resume) return;
  if (entry_.resume->basis != basis_) {
    log::write(log::Level::info, stream_.id(),
               "the configuration has changed since a window was cut short, which starts anew");
    entry_.resume.reset();
    return;
  }
  resumed_ = true;
  batches_.skip_up_to(entry_.resume->after_id);
}

bool AnalyticsPartition::is_pins() const {
  return stream_.definition().source == pinterest::Source::pin_analytics;
}

int AnalyticsPartition::lookback_days() const {
  return is_pins() ? context_.config.pins_lookback_days() : context_.config.ads_lookback_days();
}

// Pin analytics are by day, whatever is configured.
Granularity AnalyticsPartition::kind() const {
  return is_pins() ? Granularity::day : context_.config.granularity;
}

pinterest::Reach AnalyticsPartition::reach() const {
  return is_pins() ? pinterest::pins_reach() : pinterest::ads_reach(kind());
}

bool AnalyticsPartition::wants(const AnalyticsJob& job) const {
  return !closed_ && (route_ != PinRoute::single || job.request.route == PinRoute::single);
}

bool AnalyticsPartition::probing() const { return is_pins() && route_ == PinRoute::unknown; }

void AnalyticsPartition::add_ids(const std::vector<std::string>& ids) {
  if (closed_) return;
  std::vector<std::uint64_t> numbers;
  for (const std::string& id : ids) {
    const auto value = number(id);
    if (!value) {
      fail(fmt::format("the id {} is not a number, which analytics cannot be asked for", id));
      return;
    }
    numbers.push_back(*value);
  }
  batches_.add(numbers);
  issue();
}

void AnalyticsPartition::end_of_list() {
  if (closed_) return;
  batches_.end_of_list();
  issue();
  finish_if_complete();
}

// Decides which days are read. Done when the first ids are there, so that a long list costs no days.
void AnalyticsPartition::plan() {
  planned_ = true;
  if (resumed_) {
    range_ = entry_.resume->range;
    bookmark_ = entry_.resume->bookmark;
    return;
  }
  const pinterest::Window window = fresh_window();
  range_ = window.range;
  bookmark_ = window.bookmark;
  if (window.missed) warn_of_missed(*window.missed);
  if (!entry_.bookmark) entry_.start_date = window.wanted_first;
  if (entry_.start_date) entry_.start_date = std::min(*entry_.start_date, window.wanted_first);
}

void AnalyticsPartition::warn_of_missed(DayRange days) {
  context_.report.warn_once(
      stream_.id(),
      fmt::format("the days {} to {} were never read and are further back than Pinterest answers for",
                  util::format_day(days.first), util::format_day(days.last)));
}

pinterest::Window AnalyticsPartition::fresh_window() {
  const std::string now = std::string(config::to_string(kind()));
  const std::string kept = entry_.granularity.value_or("DAY");
  const bool other_granularity = kept != now;
  const bool more_statuses =
      stream_.definition().has_statuses && statuses_added(entry_, context_.config.entity_statuses);
  const bool begin_again =
      stream_.incremental() && entry_.bookmark.has_value() && (other_granularity || more_statuses);
  if (begin_again && other_granularity) {
    context_.report.warn_once(
        stream_.id(), fmt::format("analytics_granularity was {} and is {} now: rows of both kinds will "
                                  "share the table",
                                  kept, now));
  }
  const auto& start = context_.config.start_date;
  if (!begin_again && entry_.bookmark && entry_.start_date && start && *start < *entry_.start_date) {
    context_.report.warn_once(
        stream_.id(),
        fmt::format("start_date is earlier than the first day asked for so far ({}), but the days before are "
                    "not read again: remove the stream's bookmark from the state for that",
                    util::format_day(*entry_.start_date)));
  }
  return pinterest::plan_window({
      .granularity = kind(),
      .start_date = start,
      .end_date = context_.config.end_date,
      .bookmark = entry_.bookmark,
      .lookback_days = lookback_days(),
      .begin_again = begin_again,
      .days_back = reach().days_back,
      .now = context_.clock.now(),
  });
}

// Makes jobs of the ids that wait, as far ahead as is allowed.
void AnalyticsPartition::issue() {
  if (closed_ || batches_.waiting().empty()) return;
  if (!planned_) plan();
  if (range_.empty()) return;
  const std::size_t ahead = kBatchesAhead * static_cast<std::size_t>(context_.config.max_concurrency);
  while (batches_.ahead() < ahead) {
    if (probing() && batches_.open() > 0) return;
    const std::span<const std::uint64_t> waiting = batches_.waiting();
    if (waiting.empty()) return;
    const std::size_t limit = route_ == PinRoute::single ? 1 : stream_.max_ids;
    const AnalyticsRequest shape{.stream = &stream_.definition(),
                                 .account = account_,
                                 .ids = {waiting.front()},
                                 .range = range_,
                                 .route = route_};
    const std::size_t count =
        pinterest::batch_size(context_.config, shape, stream_.columns(), waiting, limit);
    const bool may_grow = count == waiting.size() && count < limit && !batches_.list_ended();
    if (may_grow) return;
    const IdBatches::Batch batch = batches_.take(count);
    std::vector<AnalyticsJob> parts = parts_of(batch);
    open_parts_[batch.number] = parts.size();
    if (probing()) {
      probe_batch_ = batch;
      held_parts_.assign(std::next(parts.begin()), parts.end());
      parts.resize(1);
    }
    for (AnalyticsJob& part : parts) push(std::move(part));
  }
}

std::vector<AnalyticsJob> AnalyticsPartition::parts_of(const IdBatches::Batch& batch) {
  std::vector<AnalyticsJob> parts;
  for (const std::string_view app_type :
       pinterest::app_types(stream_.definition(), route_, context_.config.pin_split)) {
    for (const DayRange& range : pinterest::split_range(range_, reach().longest_range)) {
      parts.push_back({.partition = this,
                       .batch = batch.number,
                       .request = {.stream = &stream_.definition(),
                                   .account = account_,
                                   .ids = batch.ids,
                                   .range = range,
                                   .app_type = app_type,
                                   .route = route_}});
    }
  }
  return parts;
}

void AnalyticsPartition::push(AnalyticsJob work, const Tries& tries) {
  const bool hours = kind() == Granularity::hour;
  const auto rows = static_cast<double>(work.request.ids.size()) *
                    static_cast<double>(work.request.range.days() * (hours ? kHoursADay : 1));
  context_.queue.push(Job{.work = std::move(work),
                          .category = stream_.definition().category,
                          .units = rows * static_cast<double>(stream_.columns().size()),
                          .tries = tries});
}

std::optional<AnalyticsRequest> AnalyticsPartition::within_reach(const AnalyticsJob& job) {
  AnalyticsRequest request = job.request;
  request.range = pinterest::within_reach(request.range, kind(), reach().days_back,
                                          util::day_of(context_.clock.now() + kMidnightMargin));
  // The run has gone over midnight, or an old window is resumed.
  DayRange cut{job.request.range.first,
               std::min(request.range.first - std::chrono::days(1), job.request.range.last)};
  if (entry_.bookmark) cut.first = std::max(cut.first, pinterest::first_unread_day(*entry_.bookmark, kind()));
  if (!cut.empty()) warn_of_missed(cut);
  if (request.range.empty()) return std::nullopt;
  return request;
}

void AnalyticsPartition::part_done(const AnalyticsJob& job) {
  if (closed_) return;
  pins_read_ += is_pins() ? 1 : 0;
  if (probing()) bulk_route_found();
  end_part(job);
}

void AnalyticsPartition::pass_over(const AnalyticsJob& job) {
  // Nothing was asked, so the route is still unknown: what waited for an answer goes next.
  if (probing() && refused_half_) {
    push(*std::exchange(refused_half_, std::nullopt));
  } else if (probing() && !held_parts_.empty()) {
    push(std::move(held_parts_.front()));
    held_parts_.erase(held_parts_.begin());
  }
  end_part(job);
}

void AnalyticsPartition::end_part(const AnalyticsJob& job) {
  if (--open_parts_.at(job.batch) == 0) {
    open_parts_.erase(job.batch);
    batches_.done(job.batch);
    move_marker();
  }
  issue();
  finish_if_complete();
}

void AnalyticsPartition::put_entry() {
  context_.bookmarks.put(stream_.id(), account_,
                         write_entry(entry_, stream_.selection().replication_key,
                                     /*as_date=*/kind() != Granularity::hour));
}

void AnalyticsPartition::move_marker() {
  if (!stream_.incremental() || all_pins_refused()) return;
  const auto done = batches_.done_up_to();
  if (!done || (entry_.resume && entry_.resume->after_id == *done)) return;
  entry_.route = route_;
  entry_.resume = ResumeMarker{.range = range_, .after_id = *done, .bookmark = bookmark_, .basis = basis_};
  put_entry();
}

void AnalyticsPartition::finish_if_complete() {
  if (closed_ || !batches_.list_ended()) return;
  if (!planned_) plan();
  if (!range_.empty() && !batches_.complete()) return;
  finish_window();
}

void AnalyticsPartition::finish_window() {
  if (all_pins_refused()) {
    fail_for_refusals();
    return;
  }
  const DayRange finished = range_;
  if (stream_.incremental()) {
    entry_.resume.reset();
    entry_.route = route_;
    if (bookmark_) {
      const util::Instant moved = *util::parse_date_time(*bookmark_);
      entry_.bookmark = std::max(entry_.bookmark.value_or(moved), moved);
    }
    entry_.granularity = std::string(config::to_string(kind()));
    if (stream_.definition().has_statuses) entry_.entity_statuses = context_.config.entity_statuses;
    if (entry_.bookmark) put_entry();
  }
  if (resumed_) {
    // What has come since the window was cut short is read now, unless it was cut short today.
    resumed_ = false;
    plan();
    if (range_.last > finished.last && !range_.empty()) {
      batches_.start_again();
      issue();
      return;
    }
  }
  closed_ = true;
}

bool AnalyticsPartition::cut_to_size(const AnalyticsJob& job, Tries tries) {
  tries.slow = 0;
  std::vector<AnalyticsJob> parts;
  if (job.request.ids.size() > stream_.max_ids) {
    for (std::span<const std::uint64_t> rest = job.request.ids; !rest.empty();) {
      const auto ids = rest.first(std::min(rest.size(), stream_.max_ids));
      parts.push_back(job);
      parts.back().request.ids.assign(ids.begin(), ids.end());
      rest = rest.subspan(ids.size());
    }
  } else if (job.request.range.days() > stream_.max_days) {
    const auto halves = pinterest::halve_range(job.request.range, kind());
    if (!halves) return false;
    for (const DayRange& range : {halves->first, halves->second}) {
      parts.push_back(job);
      parts.back().request.range = range;
    }
  } else {
    return false;
  }
  replace(job, std::move(parts), tries);
  return true;
}

void AnalyticsPartition::replace(const AnalyticsJob& job, std::vector<AnalyticsJob> parts,
                                 const Tries& tries) {
  open_parts_.at(job.batch) += parts.size() - 1;
  for (AnalyticsJob& part : parts) push(std::move(part), tries);
}

bool AnalyticsPartition::halve(const AnalyticsJob& job, Tries tries) {
  tries.slow = 0;
  if (job.request.ids.size() > 1) {
    stream_.max_ids = std::min(stream_.max_ids, (job.request.ids.size() + 1) / 2);
    push_halves_of_ids(job, /*probe=*/job.probe_half, tries);
    return true;
  }
  const auto halves = pinterest::halve_range(job.request.range, kind());
  if (!halves) return false;
  stream_.max_days = std::min(stream_.max_days, std::max(halves->first.days(), halves->second.days()));
  std::vector<AnalyticsJob> parts = {job, job};
  parts[0].request.range = halves->first;
  parts[1].request.range = halves->second;
  replace(job, std::move(parts), tries);
  return true;
}

void AnalyticsPartition::push_halves_of_ids(const AnalyticsJob& job, bool probe, const Tries& tries) {
  const auto& ids = job.request.ids;
  const auto middle = ids.begin() + static_cast<std::ptrdiff_t>((ids.size() + 1) / 2);
  std::vector<AnalyticsJob> parts = {job, job};
  parts[0].request.ids.assign(ids.begin(), middle);
  parts[1].request.ids.assign(middle, ids.end());
  for (AnalyticsJob& part : parts) part.probe_half = probe;
  replace(job, std::move(parts), tries);
}

void AnalyticsPartition::refused(const AnalyticsJob& job, const pinterest::ApiError& error) {
  if (closed_) return;
  if (probing()) {
    bulk_route_refused(job);
  } else if (job.request.route != PinRoute::single && job.request.ids.size() > 1) {
    push_halves_of_ids(job, /*probe=*/false);
  } else {
    pin_refused(job, error);
  }
}

// The first batch tells whether the app has the bulk route: one dead pin refuses a batch too, so both halves
// are asked before it is given up.
void AnalyticsPartition::bulk_route_refused(const AnalyticsJob& job) {
  if (!job.probe_half && job.request.ids.size() > 1) {
    push_halves_of_ids(job, /*probe=*/true);
    return;
  }
  if (job.probe_half && !refused_half_) {
    refused_half_ = job;
    return;
  }
  use_single_route();
}

void AnalyticsPartition::bulk_route_found() {
  route_ = PinRoute::bulk;
  for (AnalyticsJob& part : held_parts_) push(std::move(part));
  held_parts_.clear();
  if (!refused_half_) return;
  AnalyticsJob half = *std::exchange(refused_half_, std::nullopt);
  half.probe_half = false;
  if (half.request.ids.size() > 1) {
    push_halves_of_ids(half, /*probe=*/false);
  } else {
    push(std::move(half));
  }
}

void AnalyticsPartition::use_single_route() {
  log::write(log::Level::info, stream_.id(),
             "this app has no access to /pins/analytics (beta): one request for each pin is made instead");
  route_ = PinRoute::single;
  open_parts_.erase(probe_batch_->number);
  batches_.give_back(*probe_batch_);
  probe_batch_.reset();
  held_parts_.clear();
  refused_half_.reset();
  issue();
}

void AnalyticsPartition::pin_refused(const AnalyticsJob& job, const pinterest::ApiError& error) {
  if (context_.report.pins_refused.insert(job.request.ids.front()).second) {
    log::write(log::Level::warning, stream_.id(),
               fmt::format("pin {} is left out: {}", job.request.ids.front(), error.describe()));
    if (error.status != kNotFound) {
      ++pins_refused_;
      last_refusal_ = error.describe();
    }
  }
  if (all_pins_refused() && pins_refused_ >= kRefusedPinsLimit) {
    fail_for_refusals();
  } else {
    end_part(job);
  }
}

// Nobody can tell yet whether single pins are refused or all of them. A window that goes on after a marker
// had pins that could be read.
bool AnalyticsPartition::all_pins_refused() const {
  return !resumed_ && pins_read_ == 0 && pins_refused_ > 0;
}

void AnalyticsPartition::fail_for_refusals() {
  fail(fmt::format("none of {} pins' analytics can be read, the last answer was: {}", pins_refused_,
                   last_refusal_));
}

void AnalyticsPartition::fail(const std::string& why) {
  if (closed_) return;
  closed_ = true;
  const std::string where = account_.empty() ? "" : fmt::format(" of account {}", account_);
  const std::string cause = fmt::format("{}{} is incomplete: {}", stream_.id(), where, why);
  log::write(log::Level::error, stream_.id(), cause);
  context_.report.incomplete(cause);
}

std::size_t AnalyticsPartition::requests_left() const {
  if (closed_) return 0;
  std::size_t parts = 0;
  for (const auto& [batch, open] : open_parts_) parts += open;
  const std::size_t waiting = batches_.waiting().size();
  const std::size_t size = route_ == PinRoute::single ? 1 : stream_.max_ids;
  const std::size_t types =
      pinterest::app_types(stream_.definition(), route_, context_.config.pin_split).size();
  const std::size_t pieces = pinterest::split_range(range_, reach().longest_range).size();
  return parts + (waiting + size - 1) / size * types * pieces;
}

}  // namespace tap_pinterest::sync
