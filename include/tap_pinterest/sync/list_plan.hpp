// Which lists a stream of lists is read as: one for each combination of what its address takes, and for each
// row of its parents. No requests, no clock.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "tap_pinterest/pinterest/answers.hpp"
#include "tap_pinterest/pinterest/requests.hpp"

namespace tap_pinterest::sync {

class ListPlan {
 public:
  // `stream` must outlive it.
  explicit ListPlan(const pinterest::StreamDefinition& stream) : stream_(stream) {}

  // The field that `child` wants to know of the rows of `list` besides their ids; empty: none.
  static std::string_view wanted_of(std::string_view list, const pinterest::StreamDefinition& child);

  // Takes a page of the list `from`, which was asked for with `fills`. Returns an id that no address can
  // hold, or an empty text.
  std::string take(std::string_view from, const pinterest::ListRows& rows, const pinterest::Fills& fills);
  // Every page has been taken: the plan is made. `is_for_others`: its rows are not written.
  void complete(const config::Config& config, util::Day today, bool is_for_others = false);

  // Lists that are still to be asked for.
  std::size_t size() const { return size_; }
  // The next of them, or nothing.
  std::optional<pinterest::Fills> next();

  // The parent whose rows the list was asked for; null: none.
  const pinterest::Parent* parent_of(const pinterest::Fills& fills) const;
  // Whether the list is that of several parents, each of which could be asked for alone.
  bool is_batch(const pinterest::Fills& fills) const;
  // Whether the rows of a batch are of other parents: an API that does not know the parameter gives those.
  bool is_of_others(const pinterest::Fills& fills, const pinterest::ListRows& rows) const;
  // Plans a list of its own for each parent of a batch.
  void ask_one_by_one(const pinterest::Fills& batch);

 private:
  // A row of a parent: there may be millions.
  struct Row {
    const pinterest::Parent* parent;
    std::size_t inherited;  // which of inherited_
    std::uint64_t id;
    std::uint64_t condition;  // the row of another list that its condition asks about; 0: none

    bool operator==(const Row&) const = default;
  };

  void exclude(const pinterest::Condition& condition, const pinterest::ListRows& rows);
  void ask_for(const pinterest::Fills& fills);
  pinterest::Fills next_parents();

  const pinterest::StreamDefinition& stream_;
  std::vector<pinterest::Fills> combinations_;  // of what its own slots take
  std::vector<Row> rows_;
  std::size_t next_row_ = 0;
  std::vector<pinterest::Fills> inherited_ = {{}};
  std::unordered_set<std::uint64_t> excluded_;  // by a condition
  std::deque<pinterest::Fills> ready_;
  std::size_t size_ = 0;
};

}  // namespace tap_pinterest::sync
