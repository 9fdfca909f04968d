#include "tap_pinterest/sync/id_batches.hpp"

#include <algorithm>
#include <iterator>

namespace tap_pinterest::sync {

void IdBatches::add(std::span<const Id> ids) {
  for (const Id id : ids) {
    if (in_order_ && !all_.empty() && id <= all_.back()) {
      // A list that changes while it is read repeats ids at the turn of a page; that breaks nothing.
      if (std::ranges::binary_search(all_, id)) continue;
      in_order_ = false;
    }
    all_.push_back(id);
    smallest_ = std::min(smallest_, id);
    if (in_order_ && id <= skipped_) next_ = all_.size();
  }
}

void IdBatches::end_of_list() {
  ended_ = true;
  if (!in_order_) sort_rest();
}

// What was taken or skipped in order stays so; everything after is sorted, and skipped as far as it is done.
void IdBatches::sort_rest() {
  const auto rest_begin = all_.begin() + static_cast<std::ptrdiff_t>(next_);
  std::vector<Id> rest(rest_begin, all_.end());
  std::ranges::sort(rest);
  rest.erase(std::unique(rest.begin(), rest.end()), rest.end());

  const std::vector<Id> done(all_.begin(), rest_begin);
  all_ = done;
  std::ranges::set_difference(rest, done, std::back_inserter(all_));
  const auto waiting = std::upper_bound(all_.begin() + std::ssize(done), all_.end(), skipped_);
  next_ = static_cast<std::size_t>(waiting - all_.begin());
}

std::span<const IdBatches::Id> IdBatches::waiting() const {
  if (!in_order_ && !ended_) return {};
  return std::span(all_).subspan(next_);
}

IdBatches::Batch IdBatches::take(std::size_t count) {
  const std::span<const Id> ids = waiting().first(count);
  Batch batch{next_number_++, {ids.begin(), ids.end()}};
  batches_.push_back({batch.number, ids.front(), false});
  next_ += count;
  ++open_count_;
  return batch;
}

void IdBatches::give_back(const Batch& batch) {
  batches_.pop_back();
  next_ -= batch.ids.size();
  --open_count_;
}

void IdBatches::done(std::size_t number) {
  const auto batch = std::ranges::find(batches_, number, &Open::number);
  batch->done = true;
  --open_count_;
  while (!batches_.empty() && batches_.front().done) batches_.pop_front();
}

std::optional<IdBatches::Id> IdBatches::done_up_to() const {
  if (!ended_) return std::nullopt;
  std::optional<Id> unfinished;
  for (const Open& batch : batches_) {
    if (!batch.done) unfinished = std::min(unfinished.value_or(batch.first), batch.first);
  }
  if (!waiting().empty()) unfinished = std::min(unfinished.value_or(waiting().front()), waiting().front());
  if (unfinished == smallest_) return std::nullopt;
  if (unfinished) return *unfinished - 1;
  return all_.empty() ? std::nullopt : std::optional(all_.back());
}

void IdBatches::start_again() {
  std::ranges::sort(all_);
  next_ = 0;
  skipped_ = 0;
}

}  // namespace tap_pinterest::sync
