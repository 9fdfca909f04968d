#include "tap_pinterest/sync/id_batches.hpp"

#include <gtest/gtest.h>

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
  const auto first = batches.take(2);
  const auto second = batches.take(2);
  EXPECT_FALSE(batches.done_up_to());
  batches.done(second.number);
  EXPECT_EQ(batches.done_up_to(), 9U);
  EXPECT_EQ(batches.ahead(), 2U);
  batches.done(first.number);
  EXPECT_EQ(batches.done_up_to(), 49U) << "50 waits";
  EXPECT_EQ(batches.ahead(), 0U);
  batches.done(batches.take(2).number);
  EXPECT_EQ(batches.done_up_to(), 60U);
}

TEST(IdBatches, SkipsWhatAnEarlierRunHasWritten) {
  IdBatches batches(true);
  batches.skip_up_to(20);
  batches.add(Ids{10, 20, 30});
  EXPECT_EQ(waiting(batches), Ids{30});
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
  EXPECT_EQ(batches.done_up_to(), 4U);
  batches.done(batches.take(6).number);
  EXPECT_TRUE(batches.complete());
}

TEST(IdBatches, DoesNotSkipALateIdOfABrokenOrder) {
  IdBatches batches(true);
  batches.skip_up_to(20);
  batches.add(Ids{10, 20, 30, 15});
  batches.end_of_list();
  EXPECT_EQ(waiting(batches), (Ids{15, 30})) << "15 may have come after 20 in the earlier run as well";
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

}  // namespace
}  // namespace tap_pinterest::sync
