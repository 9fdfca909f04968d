#include "tap_pinterest/sync/id_batches.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <vector>

namespace tap_pinterest::sync {
namespace {

using Ids = std::vector<IdBatches::Id>;

Ids waiting(const IdBatches& batches) {
  const auto ids = batches.waiting();
  return {ids.begin(), ids.end()};
}

TEST(IdBatches, GivesIdsOfAnOrderedListWhileItIsStillRead) {
  IdBatches batches(/*ordered=*/true);
  batches.add(Ids{1, 2, 3});
  EXPECT_EQ(waiting(batches), (Ids{1, 2, 3}));
  const auto batch = batches.take(2);
  EXPECT_EQ(batch.ids, (Ids{1, 2}));
  batches.add(Ids{4});
  EXPECT_EQ(waiting(batches), (Ids{3, 4}));
  EXPECT_FALSE(batches.complete());
}

TEST(IdBatches, IsCompleteWhenTheListHasEndedAndAllIsDone) {
  IdBatches batches(true);
  batches.add(Ids{1, 2});
  const auto batch = batches.take(2);
  batches.end_of_list();
  EXPECT_FALSE(batches.complete());
  batches.done(batch.number);
  EXPECT_TRUE(batches.complete());
}

TEST(IdBatches, OfAnEmptyListAreCompleteAtItsEnd) {
  IdBatches batches(true);
  EXPECT_FALSE(batches.complete());
  batches.end_of_list();
  EXPECT_TRUE(batches.complete());
  EXPECT_FALSE(batches.done_up_to());
}

TEST(IdBatches, SaysDoneOnlyUpToTheFirstBatchThatIsNot) {
  IdBatches batches(true);
  batches.add(Ids{10, 20, 30, 40, 50, 60});
  batches.end_of_list();
  const auto first = batches.take(2);
  const auto second = batches.take(2);
  EXPECT_FALSE(batches.done_up_to());
  batches.done(second.number);
  EXPECT_FALSE(batches.done_up_to()) << "10 is not";
  EXPECT_EQ(batches.ahead(), 2U);
  batches.done(first.number);
  EXPECT_EQ(batches.done_up_to(), 49U) << "50 waits";
  EXPECT_EQ(batches.ahead(), 0U);
  batches.done(batches.take(2).number);
  EXPECT_EQ(batches.done_up_to(), 60U);
}

TEST(IdBatches, SaysNothingIsDoneWhileTheListGoesOn) {
  IdBatches batches(true);
  batches.add(Ids{10, 20, 30});
  batches.done(batches.take(2).number);
  EXPECT_FALSE(batches.done_up_to()) << "5 may come, and come first in the next run";
  batches.end_of_list();
  EXPECT_EQ(batches.done_up_to(), 29U);
}

TEST(IdBatches, SkipsWhatAnEarlierRunHasWritten) {
  IdBatches batches(true);
  batches.skip_up_to(20);
  batches.add(Ids{10, 20, 30});
  EXPECT_EQ(waiting(batches), Ids{30});
  batches.end_of_list();
  EXPECT_EQ(batches.done_up_to(), 29U);
}

TEST(IdBatches, IsCompleteIfEverythingIsSkipped) {
  IdBatches batches(true);
  batches.skip_up_to(99);
  batches.add(Ids{10, 20});
  batches.end_of_list();
  EXPECT_TRUE(batches.complete());
  EXPECT_EQ(batches.done_up_to(), 20U);
}

TEST(IdBatches, PassesOverIdsThatALivingListRepeats) {
  IdBatches batches(true);
  batches.add(Ids{1, 2, 3});
  batches.add(Ids{3, 2, 4});
  EXPECT_EQ(waiting(batches), (Ids{1, 2, 3, 4}));
}

TEST(IdBatches, ReadsTheRestOfAListThatBreaksItsOrderToItsEndFirst) {
  IdBatches batches(true);
  batches.add(Ids{10, 20, 30});
  const auto batch = batches.take(2);
  batches.add(Ids{50, 40, 5});
  EXPECT_EQ(waiting(batches), Ids{});
  batches.done(batch.number);
  EXPECT_FALSE(batches.done_up_to()) << "5 came late, more may come";
  batches.add(Ids{60, 15, 10});
  batches.end_of_list();
  EXPECT_EQ(waiting(batches), (Ids{5, 15, 30, 40, 50, 60}));
  EXPECT_FALSE(batches.done_up_to());
  batches.done(batches.take(2).number);
  EXPECT_EQ(batches.done_up_to(), 29U);
  batches.done(batches.take(4).number);
  EXPECT_TRUE(batches.complete());
}

TEST(IdBatches, SkipsALateIdOfABrokenOrderToo) {
  IdBatches batches(true);
  batches.skip_up_to(20);
  batches.add(Ids{10, 20, 30, 15});
  batches.end_of_list();
  EXPECT_EQ(waiting(batches), Ids{30});
}

TEST(IdBatches, SortsAListWithoutOrderWhenItHasEnded) {
  IdBatches batches(/*ordered=*/false);
  batches.add(Ids{30, 10});
  EXPECT_EQ(waiting(batches), Ids{});
  batches.add(Ids{20, 30});
  batches.end_of_list();
  EXPECT_EQ(waiting(batches), (Ids{10, 20, 30}));
}

TEST(IdBatches, SkipsInAListWithoutOrder) {
  IdBatches batches(false);
  batches.skip_up_to(20);
  batches.add(Ids{30, 10, 20, 40});
  batches.end_of_list();
  EXPECT_EQ(waiting(batches), (Ids{30, 40}));
  EXPECT_EQ(batches.done_up_to(), 29U);
}

TEST(IdBatches, TakesABatchBackAsIfItHadNotBeenTaken) {
  IdBatches batches(false);
  batches.add(Ids{1, 2, 3});
  batches.end_of_list();
  const auto batch = batches.take(2);
  batches.give_back(batch);
  EXPECT_EQ(waiting(batches), (Ids{1, 2, 3}));
  EXPECT_EQ(batches.open(), 0U);
  EXPECT_NE(batches.take(1).number, batch.number);
}

TEST(IdBatches, BeginsAnotherPassOverAllIds) {
  IdBatches batches(true);
  batches.skip_up_to(20);
  batches.add(Ids{10, 20, 30});
  batches.end_of_list();
  batches.done(batches.take(1).number);
  batches.start_again();
  EXPECT_EQ(waiting(batches), (Ids{10, 20, 30}));
  EXPECT_FALSE(batches.done_up_to());
  EXPECT_FALSE(batches.complete());
}

// One window read by as many runs as it takes, each with a list in an order of its own, cut short anywhere.
class Batches {
 public:
  explicit Batches(unsigned seed) : random_(seed), ordered_(chance(2)) {
    for (Id id = 1; id <= 30; ++id) {
      if (chance(2)) list_.push_back(id);
    }
  }

  void run_until_complete() {
    while (!complete_) run();
  }
  // Of the list, what no run has done.
  Ids missing() const {
    Ids missing;
    std::ranges::copy_if(list_, std::back_inserter(missing), [&](Id id) { return !done_.contains(id); });
    return missing;
  }

 private:
  using Id = IdBatches::Id;

  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }

  // In order, or with some ids elsewhere, or none where it belongs; some come twice.
  Ids listed() {
    Ids ids = list_;
    for (std::size_t moves = below(3); moves > 0 && !ids.empty(); --moves) {
      std::swap(ids[below(ids.size())], ids[below(ids.size())]);
    }
    if (chance(4)) std::ranges::shuffle(ids, random_);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (chance(8)) ids.insert(ids.begin() + static_cast<std::ptrdiff_t>(below(ids.size() + 1)), ids[i]);
    }
    return ids;
  }

  void run() {
    IdBatches batches(ordered_);
    if (marker_) batches.skip_up_to(*marker_);
    const Ids ids = listed();
    std::size_t read = 0;
    std::vector<IdBatches::Batch> open;
    const std::size_t steps = below(60);
    for (std::size_t step = 0; step < steps && !batches.complete(); ++step) {
      const auto waits = batches.waiting();
      if (chance(3) && !batches.list_ended()) {
        const std::size_t page = std::min(1 + below(8), ids.size() - read);
        batches.add(std::span(ids).subspan(read, page));
        read += page;
        if (read == ids.size()) batches.end_of_list();
      } else if (chance(2) && !waits.empty()) {
        open.push_back(batches.take(1 + below(waits.size())));
      } else if (!open.empty()) {
        finish(batches, open);
      }
    }
    complete_ = batches.complete();
  }

  void finish(IdBatches& batches, std::vector<IdBatches::Batch>& open) {
    const auto batch = open.begin() + static_cast<std::ptrdiff_t>(below(open.size()));
    done_.insert(batch->ids.begin(), batch->ids.end());
    batches.done(batch->number);
    open.erase(batch);
    const auto up_to = batches.done_up_to();
    if (!up_to) return;
    marker_ = up_to;
    for (const Id id : list_) EXPECT_TRUE(id > *up_to || done_.contains(id)) << id << " of " << *up_to;
  }

  std::mt19937 random_;
  bool ordered_;
  Ids list_;
  std::set<Id> done_;
  std::optional<Id> marker_;
  bool complete_ = false;
};

TEST(IdBatches, LoseNoIdWhateverTheOrderOfTheListInEachRun) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Batches history(seed);
    history.run_until_complete();
    ASSERT_EQ(history.missing(), Ids()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tap_pinterest::sync
