// Ids of a list, cut into batches, and how far all of them are done: pure bookkeeping, no requests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace tap_pinterest::sync {

// Ids are taken in ascending order, so that one number says what is done. A list that comes in order is cut
// into batches while it is still being read; one without order is sorted when it has ended, and so is the
// rest of a list that breaks its order.
class IdBatches {
 public:
  using Id = std::uint64_t;

  struct Batch {
    std::size_t number = 0;
    std::vector<Id> ids;
  };

  // `ordered` is false for a list that has no order.
  explicit IdBatches(bool ordered) : in_order_(ordered) {}

  // Ids up to this one need no work in this pass, wherever they stand in the list. Before the first ids.
  void skip_up_to(Id id) { skipped_ = id; }
  void add(std::span<const Id> ids);
  void end_of_list();

  // What can be taken now, in order.
  std::span<const Id> waiting() const;
  // Takes the first `count` of waiting().
  Batch take(std::size_t count);
  // Takes back the only batch that is open; its ids wait again.
  void give_back(const Batch& batch);
  void done(std::size_t number);

  std::size_t open() const { return open_count_; }
  // How far taking is ahead: the batches from the first that is not done to the last that was taken.
  std::size_t ahead() const { return batches_.size(); }
  bool list_ended() const { return ended_; }
  // Every id of the list is done.
  bool complete() const { return ended_ && open_count_ == 0 && waiting().empty(); }
  // Every id of the list up to this one is done; nothing as long as none is, or the list goes on: an order
  // that has held so far may break, and hold in another run.
  std::optional<Id> done_up_to() const;
  // How many ids have come.
  std::size_t size() const { return all_.size(); }

  // Begins another pass over all ids; the list has ended.
  void start_again();

 private:
  struct Open {
    std::size_t number;
    Id first;
    bool done;
  };

  void sort_rest();

  // Taken and skipped ids stand before next_, waiting ones from there on. Sorted, but for the tail of a list
  // whose order is broken and which has not ended.
  std::vector<Id> all_;
  std::size_t next_ = 0;
  Id skipped_ = 0;
  Id smallest_ = std::numeric_limits<Id>::max();
  bool in_order_;
  bool ended_ = false;
  std::size_t next_number_ = 0;
  std::size_t open_count_ = 0;
  std::deque<Open> batches_;  // from the first that is not done
};

}  // namespace tap_pinterest::sync
