#include "tap_pinterest/sync/list_read.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
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

// Of all ids, in their order.
std::size_t hash_of(const std::vector<std::string>& ids) {
  return std::hash<std::string>()(fmt::format("{}", fmt::join(ids, "\n")));
}

}  // namespace

ListRead::ListRead(RunContext& context, StreamRun& stream, std::string account,
                   std::vector<std::shared_ptr<AnalyticsPartition>> children)
    : context_(context), stream_(stream), account_(std::move(account)), children_(std::move(children)) {
  ++context_.open_lists;
  ++context_.open[stream_.definition().id];
  if (!stream_.incremental()) return;
  entry_ = find_entry(context_, stream_, account_, {.replication_key = stream_.selection().replication_key});
  had_entry_ = entry_.bookmark.has_value();
  const bool whole =
      stream_.definition().has_statuses && statuses_added(entry_, context_.config.entity_statuses);
  if (entry_.bookmark && !whole) since_ = entry_.bookmark;
}

pinterest::ListOptions ListRead::options() const {
  const bool choose = stream_.id() == "ad_accounts" && !context_.config.ad_account_ids.empty();
  std::optional<long long> since;
  if (since_ && !is_in_future(*since_)) since = since_->time_since_epoch().count();
  return {.since = since,
          .only = choose ? &context_.config.ad_account_ids : nullptr,
          .write = stream_.selected(),
          .also = also()};
}

// What the lists that it feeds want to know of its rows.
std::string_view ListRead::also() const {
  for (const auto& child : fed_) {
    const pinterest::Condition& condition = child->stream_.definition().condition;
    if (condition.list == stream_.definition().id) return condition.field;
    if (!condition.by.empty()) return condition.by;
  }
  return {};
}

// Such a bookmark is wrong, and would hide every change.
bool ListRead::is_in_future(util::Instant bookmark) const { return bookmark > context_.clock.now(); }

pinterest::ListRequest ListRead::request(const ListJob& job) const {
  return {.stream = &stream_.definition(),
          .account = account_,
          .parent = job.parent,
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

void ListRead::start() { push_page({}, {}); }

void ListRead::push_page(const std::string& parent, std::string bookmark) {
  if (bookmark.empty()) ++open_;
  context_.queue.push(
      Job{.work = ListJob{.list = shared_from_this(), .parent = parent, .bookmark = std::move(bookmark)},
          .category = stream_.definition().category});
}

void ListRead::take(const ListRead& from, const pinterest::ListRows& rows) {
  if (ended_) return;
  const pinterest::StreamDefinition& definition = stream_.definition();
  for (std::size_t i = 0; i < rows.ids.size(); ++i) {
    const std::string also = rows.also.empty() ? std::string() : rows.also[i];
    if (definition.condition.list != from.stream_.definition().id) {
      if (!pinterest::is_id(rows.ids[i])) {
        fail(fmt::format("it cannot be asked for the id {}: ids are digits without leading zeros",
                         rows.ids[i]));
        return;
      }
      parents_.push_back({rows.ids[i], also});
    } else if (!also.empty() &&
               std::ranges::find(definition.condition.values, also) == definition.condition.values.end()) {
      excluded_.insert(rows.ids[i]);
    }
  }
}

// What is not listed may have any.
bool ListRead::wants(const Parent& parent) const { return !excluded_.contains(parent.also); }

void ListRead::end_of_feed() {
  if (--feeding_ > 0 || ended_) return;
  std::unordered_set<std::string> asked;
  for (const Parent& parent : parents_) {
    if (wants(parent) && asked.insert(parent.id).second) push_page(parent.id, {});
  }
  parents_.clear();
  if (open_ == 0) end_of_pages();
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

void ListRead::page_done(const pinterest::ListRows& rows, const std::string& parent) {
  if (since_ && is_in_future(*since_)) {
    context_.report.say_once(
        log::Level::warning, stream_.id(),
        fmt::format("the state{} has a bookmark in the future; ignoring it and writing the whole list",
                    of_account(account_)));
    entry_.bookmark.reset();
    since_.reset();
  }
  answered_ = true;
  items_ += rows.items;
  if (rows.newest) newest_ = std::max(newest_.value_or(*rows.newest), *rows.newest);
  for (const auto& child : children_) child->add_ids(rows.ids);
  for (const auto& child : fed_) child->take(*this, rows);
  if (!rows.bookmark.empty()) {
    if (!seen_bookmarks_.insert(std::hash<std::string>()(parent + '\n' + rows.bookmark)).second) {
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
    push_page(parent, rows.bookmark);
    return;
  }
  if (--open_ == 0) end_of_pages();
}

void ListRead::end_of_pages() {
  end();
  if (stream_.id() == "pins" && items_ >= kPinListLimit) {
    note_cut();
  } else if (stream_.incremental()) {
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
