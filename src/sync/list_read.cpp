#include "tap_pinterest/sync/list_read.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>

#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::sync {
namespace {

// A change within this time before the run may still become visible late, so no bookmark goes beyond it.
constexpr std::chrono::seconds kSettleTime{300};
// "Deep lists of pins end at 100,000": one that long may have been cut.
constexpr std::size_t kPinListLimit = 100'000;
// Empty pages in a row, or pages that repeat an earlier one, may come of filters and of changes; so many of
// them, which are a Trial app's requests for a day, are a server that never ends.
constexpr std::size_t kMaxIdlePages = 1000;
// Lists of one stream and account that are in the queue at once: enough to keep every worker busy.
constexpr std::size_t kMostOpenLists = 64;
// So many requests are worth a word before.
constexpr std::size_t kManyLists = 100;
// So many that are refused or fail in a row are no matter of one parent.
constexpr std::size_t kMostSkipped = 8;

// Of all ids, in their order.
std::size_t hash_of(const std::vector<std::string>& ids) {
  return std::hash<std::string>()(fmt::format("{}", fmt::join(ids, "\n")));
}

// Of a page: different lists may have equal bookmarks.
std::size_t hash_of(const pinterest::Fills& fills, const std::string& bookmark) {
  std::string text = bookmark;
  for (const pinterest::Fill& fill : fills) text += '\n' + fill.value;
  return std::hash<std::string>()(text);
}

}  // namespace

ListRead::ListRead(RunContext& context, StreamRun& stream, std::string account,
                   std::vector<std::shared_ptr<AnalyticsPartition>> children)
    : context_(context),
      stream_(stream),
      account_(std::move(account)),
      children_(std::move(children)),
      plan_(stream.definition()) {
  ++context_.open_lists;
  ++context_.open[stream_.definition().id];
  if (!stream_.incremental()) return;
  entry_ = find_entry(context_, stream_, account_, {.replication_key = stream_.selection().replication_key});
  had_entry_ = entry_.bookmark.has_value();
  const bool whole =
      stream_.definition().has_statuses && statuses_added(entry_, context_.config.entity_statuses);
  if (entry_.bookmark && !whole) since_ = entry_.bookmark;
}

pinterest::ListOptions ListRead::options(const ListJob& job) const {
  std::optional<long long> since;
  if (since_ && !is_in_future(*since_)) since = since_->time_since_epoch().count();
  pinterest::ListOptions options{.since = since, .write = stream_.selected(), .also = also()};
  if (stream_.id() == "ad_accounts") {
    options.only = [&config = context_.config](std::string_view id) {
      const auto& wanted = config.ad_account_ids;
      const bool is_wanted = wanted.empty() || std::ranges::find(wanted, id) != wanted.end();
      return is_wanted && config.in_shard(id);
    };
  }
  if (!account_.empty()) options.columns.push_back({"ad_account_id", account_});
  if (plan_.is_batch(job.fills)) return options;
  for (const pinterest::Fill& fill : job.fills) options.columns.push_back({fill.column, fill.value});
  return options;
}

// What the lists that it feeds want to know of its rows, or what tells whose they are.
std::array<std::string_view, pinterest::kFieldsBesides> ListRead::also() const {
  const pinterest::StreamDefinition& definition = stream_.definition();
  for (const auto& child : fed_) {
    const std::string_view wanted = ListPlan::wanted_of(definition.id, child->stream_.definition());
    if (!wanted.empty()) return {wanted};
  }
  for (const pinterest::Parent& parent : definition.parents) {
    if (!parent.named_in.empty()) return {parent.named_in};
  }
  return definition.told;
}

// Such a bookmark is wrong, and would hide every change.
bool ListRead::is_in_future(util::Instant bookmark) const { return bookmark > context_.clock.first_answer(); }

pinterest::ListRequest ListRead::request(const ListJob& job) const {
  return {.stream = &stream_.definition(),
          .account = account_,
          .fills = job.fills,
          .bookmark = job.bookmark,
          .pin_metrics = stream_.wants_pin_metrics()};
}

void ListRead::feed(std::shared_ptr<ListRead> child) {
  ++child->feeding_;
  fed_.push_back(std::move(child));
}

bool ListRead::had_entry() const {
  const auto had = [](const auto& child) { return child->had_entry(); };
  return had_entry_ || std::ranges::any_of(children_, had) || std::ranges::any_of(fed_, had);
}

void ListRead::start() {
  if (feeding_ > 0) return;
  const auto& parents = stream_.definition().parents;
  const auto is_missing = [](const pinterest::Parent& parent) { return !parent.list.empty(); };
  if (std::ranges::any_of(parents, is_missing)) throw std::logic_error("nothing feeds " + stream_.id());
  begin();
}

void ListRead::take(const ListRead& from, const pinterest::ListRows& rows, const pinterest::Fills& fills) {
  if (ended_) return;
  const std::string bad = plan_.take(from.stream_.definition().id, rows, fills);
  if (bad.empty()) return;
  fail(fmt::format("it cannot be asked for the id {}: ids are digits without leading zeros", bad));
}

void ListRead::end_of_feed() {
  if (--feeding_ == 0 && !ended_) begin();
}

void ListRead::begin() {
  plan_.complete(context_.config, util::day_of(context_.clock.now()), !stream_.selected());
  say_cost();
  push_lists();
  if (open_ == 0) end_of_pages();
}

// Before a long wait.
void ListRead::say_cost() const {
  if (plan_.size() < kManyLists) return;
  const http::RateLimiter& limiter = context_.queue.limiter(stream_.definition().category);
  log::write(log::Level::info, stream_.id(),
             fmt::format("at least {} requests{}: {} at the limit of {:.0f} a minute", plan_.size(),
                         of_account(account_), util::describe(limiter.least_time(plan_.size())),
                         limiter.per_minute()));
}

// A few at a time: parents may be a million.
void ListRead::push_lists() {
  while (open_ < kMostOpenLists) {
    const auto fills = plan_.next();
    if (!fills) return;
    if (stream_.asks_one_by_one() && plan_.is_batch(*fills)) {
      plan_.ask_one_by_one(*fills);
      continue;
    }
    ++open_;
    push_page(*fills, {});
  }
}

void ListRead::push_page(const pinterest::Fills& fills, std::string bookmark) {
  context_.queue.push(
      Job{.work = ListJob{.list = shared_from_this(), .fills = fills, .bookmark = std::move(bookmark)},
          .category = stream_.definition().category});
}

void ListRead::list_done() {
  --open_;
  push_lists();
  if (open_ == 0) ask_for_the_doubtful();
  if (open_ == 0) end_of_pages();
}

// An API that does not know the parameter gives what it gives without: where that is nothing, too, only
// asking for each parent tells.
void ListRead::ask_for_the_doubtful() {
  const std::vector<pinterest::Fills> doubtful = std::exchange(doubtful_, {});
  if (has_rows_of_its_own_ || stream_.has_read_batches()) return;
  for (const pinterest::Fills& batch : doubtful) plan_.ask_one_by_one(batch);
  if (doubtful.empty()) return;
  log::write(log::Level::info, stream_.id(),
             fmt::format("nothing came for several parents at once{}: asking for each to be sure",
                         of_account(account_)));
  push_lists();
}

bool ListRead::ask_one_by_one(const ListJob& job) {
  if (!plan_.is_batch(job.fills)) return false;
  stream_.note_batch(/*is_read=*/false);
  context_.report.say_once(log::Level::info, stream_.id(),
                           "a request for several parents at once fails: one request for each");
  plan_.ask_one_by_one(job.fills);
  list_done();
  return true;
}

bool ListRead::skip_one(const ListJob& job, bool is_gone, const std::string& why) {
  const pinterest::Parent* const parent = plan_.parent_of(job.fills);
  if (parent == nullptr) return false;
  std::string which;
  for (const pinterest::Fill& fill : job.fills) {
    which += fmt::format("{}{} {}", which.empty() ? "" : ", ", fill.slot, fill.value);
  }
  skipped_.push_back(
      {is_gone && parent->may_be_gone && job.bookmark.empty(),
       fmt::format("leaving out {}{} with {}: {}", stream_.id(), of_account(account_), which, why)});
  const bool is_last = open_ == 1 && plan_.size() == 0;
  const bool all_are_refused = !parent_answered_ && is_last;
  if (++skipped_in_a_row_ >= kMostSkipped || all_are_refused) return false;
  if (parent_answered_) say_what_is_skipped();
  list_done();
  return true;
}

// Once it is known that not all are refused.
void ListRead::say_what_is_skipped() {
  for (; said_ < skipped_.size(); ++said_) {
    const Skipped& skipped = skipped_[said_];
    if (skipped.is_gone) {
      context_.report.incomplete_streams.insert(stream_.id());
      log::write(log::Level::warning, stream_.id(), skipped.cause);
      continue;
    }
    context_.report.stream_incomplete(stream_.id(), skipped.cause);
    drop_children();
  }
}

void ListRead::fail_one(const ListJob& job, const std::string& why) {
  if (!ask_one_by_one(job) && !skip_one(job, /*is_gone=*/false, why)) fail(why);
}

// What feeds it is incomplete, and so is this.
void ListRead::lose(const ListRead& from) {
  if (ended_) return;
  end();
  log::write(log::Level::error, stream_.id(),
             fmt::format("the list of {}{} is incomplete, because the list of {} is", stream_.id(),
                         of_account(account_), from.stream_.id()));
  context_.report.incomplete_streams.insert(stream_.id());
  drop_children();
}

void ListRead::page_done(const pinterest::ListRows& rows, const ListJob& job) {
  if (plan_.is_of_others(job.fills, rows) && ask_one_by_one(job)) return;
  note_answer(rows, job);
  if (since_ && is_in_future(*since_)) {
    context_.report.say_once(
        log::Level::warning, stream_.id(),
        fmt::format("the state{} has a bookmark in the future; ignoring it and writing the whole list",
                    of_account(account_)));
    entry_.bookmark.reset();
  }
  items_ += rows.items;
  if (rows.newest) newest_ = std::max(newest_.value_or(*rows.newest), *rows.newest);
  for (const auto& child : children_) child->add_ids(rows.ids);
  for (const auto& child : fed_) child->take(*this, rows, job.fills);
  if (!rows.bookmark.empty()) {
    if (!seen_bookmarks_.insert(hash_of(job.fills, rows.bookmark)).second) {
      fail("the API repeats a page's bookmark, so the list would never end");
      return;
    }
    const bool is_idle =
        rows.items == 0 || (!rows.ids.empty() && !seen_pages_.insert(hash_of(rows.ids)).second);
    idle_pages_ = is_idle ? idle_pages_ + 1 : 0;
    if (idle_pages_ == kMaxIdlePages) {
      fail(fmt::format("the API gave {} pages in a row that are empty or the same as earlier ones",
                       kMaxIdlePages));
      return;
    }
    push_page(job.fills, rows.bookmark);
    return;
  }
  list_done();
}

void ListRead::note_answer(const pinterest::ListRows& rows, const ListJob& job) {
  answered_ = true;
  if (job.fills.empty() && rows.items > 0) has_rows_of_its_own_ = true;
  if (plan_.parent_of(job.fills) == nullptr) return;
  parent_answered_ = true;
  skipped_in_a_row_ = 0;
  say_what_is_skipped();
  if (!plan_.is_batch(job.fills)) return;
  if (rows.items > 0) {
    stream_.note_batch(/*is_read=*/true);
  } else if (job.bookmark.empty() && rows.bookmark.empty()) {
    doubtful_.push_back(job.fills);
  }
}

void ListRead::end_of_pages() {
  end();
  if (stream_.id() == "pins" && items_ >= kPinListLimit) {
    note_cut();
  } else if (stream_.incremental() && skipped_.empty()) {
    move_bookmark();
  }
  for (const auto& child : children_) child->end_of_list();
  for (const auto& child : fed_) child->end_of_feed();
}

void ListRead::move_bookmark() {
  const long long settled = (context_.clock.first_answer() - kSettleTime).time_since_epoch().count();
  std::optional<util::Instant> bookmark = entry_.bookmark;
  if (newest_) {
    const util::Instant newest{std::chrono::microseconds(std::min(*newest_, settled))};
    bookmark = std::max(bookmark.value_or(newest), newest);
  }
  if (!bookmark) return;
  entry_.bookmark = bookmark;
  if (stream_.definition().has_statuses) entry_.entity_statuses = context_.config.entity_statuses;
  context_.bookmarks.put(stream_.id(), account_,
                         write_entry(entry_, stream_.selection().replication_key, /*as_date=*/false));
}

// What the list names is all that can be had: its analytics go on.
void ListRead::note_cut() {
  const std::string cause = fmt::format(
      "the list of pins ends at {}, where the API cuts lists: older pins and their analytics are missing",
      items_);
  context_.report.stream_incomplete(stream_.id(), cause,
                                    "delete pins you no longer need, or deselect pins and pin_analytics");
}

void ListRead::fail(const std::string& why, std::string_view remedy) {
  if (ended_) return;
  end();
  const std::string cause =
      fmt::format("the list of {}{} is incomplete: {}", stream_.id(), of_account(account_), why);
  context_.report.stream_incomplete(stream_.id(), cause, remedy);
  drop_children();
}

// They cannot be complete either.
void ListRead::drop_children() {
  for (const auto& child : fed_) child->lose(*this);
  for (const auto& child : children_) {
    if (child->closed()) continue;
    log::write(log::Level::error, child->stream().id(),
               fmt::format("{}{} is incomplete, because the list of {} is", child->stream().id(),
                           of_account(account_), stream_.id()));
    child->drop();
  }
}

void ListRead::leave_out() {
  drop();
  for (const auto& child : fed_) child->leave_out();
  for (const auto& child : children_) child->drop();
}

void ListRead::end() {
  if (std::exchange(ended_, true)) return;
  --context_.open_lists;
  --context_.open[stream_.definition().id];
  context_.ended.push_back(account_);
}

void ListRead::drop() {
  if (!ended_) context_.report.incomplete_streams.insert(stream_.id());
  end();
}

}  // namespace tap_pinterest::sync
