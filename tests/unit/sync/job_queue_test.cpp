#include "tap_pinterest/sync/job_queue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tap_pinterest::sync {
namespace {

using pinterest::Category;
using std::chrono::seconds;

const util::SteadyTime kNow{std::chrono::hours(1)};

Job list_job(std::string bookmark, Category category = Category::ads_read) {
  return {.work = ListJob{.list = nullptr, .bookmark = std::move(bookmark)}, .category = category};
}

Job analytics_job(std::size_t batch, double units = 1) {
  return {.work = AnalyticsJob{.partition = nullptr, .batch = batch, .request = {}},
          .category = Category::ads_analytics,
          .units = units};
}

// A list's page or an analytics' batch number.
std::string name_of(const JobQueue::Taken& taken) {
  if (!taken.job) return "nothing";
  if (const auto* list = std::get_if<ListJob>(&taken.job->work)) return list->bookmark;
  return std::to_string(std::get<AnalyticsJob>(taken.job->work).batch);
}

JobQueue make_queue(double per_minute = 60'000, std::function<bool(const Job&)> is_dropped = nullptr) {
  JobQueue::Limiters limiters;
  for (std::size_t i = 0; i < pinterest::kCategories; ++i) limiters.emplace_back(per_minute, kNow);
  if (!is_dropped) is_dropped = [](const Job&) { return false; };
  return {std::move(limiters), std::move(is_dropped)};
}

TEST(JobQueue, GivesListPagesBeforeAnalytics) {
  JobQueue queue = make_queue();
  queue.push(analytics_job(1));
  queue.push(list_job("page"));
  EXPECT_EQ(name_of(queue.take(kNow)), "page");
  EXPECT_EQ(name_of(queue.take(kNow)), "1");
  EXPECT_TRUE(queue.empty());
}

TEST(JobQueue, GivesJobsOfOneKindInTheirOrder) {
  JobQueue queue = make_queue();
  queue.push(analytics_job(1));
  queue.push(analytics_job(2));
  EXPECT_EQ(queue.queued(Category::ads_analytics), 2U);
  EXPECT_EQ(name_of(queue.take(kNow)), "1");
  EXPECT_EQ(name_of(queue.take(kNow)), "2");
}

TEST(JobQueue, GivesAJobToBeTriedAgainFirstButNotBeforeItsTime) {
  JobQueue queue = make_queue();
  queue.push_again(analytics_job(1), kNow + seconds(5));
  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(queue.queued(Category::ads_analytics), 1U);
  const auto taken = queue.take(kNow);
  EXPECT_EQ(name_of(taken), "nothing");
  EXPECT_EQ(taken.wake, kNow + seconds(5));
  EXPECT_FALSE(taken.paused);
  queue.push(analytics_job(2));
  EXPECT_EQ(name_of(queue.take(kNow + seconds(5))), "1");
  EXPECT_EQ(name_of(queue.take(kNow + seconds(5))), "2");
}

TEST(JobQueue, WaitsForAPermitOfTheCategory) {
  JobQueue queue = make_queue(/*per_minute=*/60);
  queue.push(analytics_job(1));
  queue.push(analytics_job(2));
  EXPECT_EQ(name_of(queue.take(kNow)), "1");
  const auto taken = queue.take(kNow);
  EXPECT_EQ(name_of(taken), "nothing");
  EXPECT_GT(taken.wake, kNow);
  EXPECT_LE(taken.wake, kNow + seconds(1));
  EXPECT_FALSE(taken.paused) << "the limit's pace is no pause";
  EXPECT_EQ(name_of(queue.take(kNow + seconds(1))), "2");
}

TEST(JobQueue, PausesOneCategoryWhileOthersGoOn) {
  JobQueue queue = make_queue();
  queue.limiter(Category::ads_read).pause_until(kNow + seconds(60));
  queue.push(list_job("ads"));
  queue.push(list_job("pins", Category::org_read));
  EXPECT_EQ(name_of(queue.take(kNow)), "pins");
  const auto taken = queue.take(kNow);
  EXPECT_EQ(name_of(taken), "nothing");
  EXPECT_EQ(taken.wake, kNow + seconds(60));
  EXPECT_EQ(taken.paused, Category::ads_read);
  EXPECT_EQ(name_of(queue.take(kNow + seconds(60))), "ads");
}

TEST(JobQueue, ForgetsJobsWhosePartitionHasEnded) {
  bool dropped = false;
  JobQueue queue = make_queue(60'000, [&](const Job&) { return dropped; });
  queue.push(analytics_job(1));
  queue.push_again(analytics_job(2), kNow + seconds(5));
  dropped = true;
  const auto taken = queue.take(kNow);
  EXPECT_EQ(name_of(taken), "nothing");
  EXPECT_EQ(taken.wake, util::SteadyTime::max());
  EXPECT_TRUE(queue.empty());
}

TEST(JobQueue, HoldsBodiesInFlightToTheBudget) {
  JobQueue queue = make_queue();
  // 60 bytes a cell until an answer was measured.
  const double half_budget = static_cast<double>(kMemoryBudgetBytes) / 60 / 2;
  for (std::size_t i = 1; i <= 3; ++i) queue.push(analytics_job(i, half_budget));
  const auto first = queue.take(kNow);
  EXPECT_EQ(name_of(first), "1");
  EXPECT_EQ(name_of(queue.take(kNow)), "2");
  const auto third = queue.take(kNow);
  EXPECT_EQ(name_of(third), "nothing");
  EXPECT_EQ(third.wake, util::SteadyTime::max()) << "whoever finishes wakes";
  queue.finished(*first.job, 0);
  EXPECT_EQ(name_of(queue.take(kNow)), "3");
}

TEST(JobQueue, LetsARequestLargerThanTheBudgetRunAlone) {
  JobQueue queue = make_queue();
  queue.push(analytics_job(1, 1e9));
  queue.push(analytics_job(2));
  const auto large = queue.take(kNow);
  EXPECT_EQ(name_of(large), "1");
  EXPECT_EQ(name_of(queue.take(kNow)), "nothing");
  queue.finished(*large.job, 0);
  EXPECT_EQ(name_of(queue.take(kNow)), "2");
}

TEST(JobQueue, DoesNotTakeAnEmptyAnswerForTheMeasureOfAll) {
  JobQueue queue = make_queue();
  queue.push(analytics_job(1, 100));
  const auto first = queue.take(kNow);
  queue.finished(*first.job, 2);
  const double half_budget = static_cast<double>(kMemoryBudgetBytes) / 30 / 2;
  for (std::size_t i = 2; i <= 4; ++i) queue.push(analytics_job(i, half_budget));
  EXPECT_EQ(name_of(queue.take(kNow)), "2");
  EXPECT_EQ(name_of(queue.take(kNow)), "3");
  EXPECT_EQ(name_of(queue.take(kNow)), "nothing");
}

TEST(JobQueue, EstimatesByTheLargestAnswerSeen) {
  JobQueue queue = make_queue();
  queue.push(analytics_job(1, 100));
  const auto first = queue.take(kNow);
  queue.finished(*first.job, kMemoryBudgetBytes / 2);
  queue.push(analytics_job(2, 100));
  queue.push(analytics_job(3, 100));
  queue.push(analytics_job(4, 1));
  EXPECT_EQ(name_of(queue.take(kNow)), "2");
  EXPECT_EQ(name_of(queue.take(kNow)), "3");
  EXPECT_EQ(name_of(queue.take(kNow)), "nothing");
}

}  // namespace
}  // namespace tap_pinterest::sync
