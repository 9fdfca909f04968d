#include "tap_pinterest/sync/job_queue.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tap_pinterest::sync {
namespace {

using pinterest::Category;
using std::chrono::seconds;

const util::SteadyTime kStart{std::chrono::hours(1)};

Job list_job(std::string bookmark, Category category = Category::ads_read) {
  return {.work = ListJob{.list = nullptr, .bookmark = std::move(bookmark)}, .category = category};
}

Job analytics_job(std::size_t batch, double units = 1) {
  return {.work = AnalyticsJob{{.batch = batch, .request = {}}, nullptr},
          .category = Category::ads_analytics,
          .units = units};
}

// A list's page or an analytics' batch number.
std::string name_of(const JobQueue::Taken& taken) {
  if (!taken.job) return "nothing";
  if (const auto* list = std::get_if<ListJob>(&taken.job->work)) return list->bookmark;
  return std::to_string(std::get<AnalyticsJob>(taken.job->work).batch);
}

bool never(const Job&) { return false; }
bool always(Job&) { return true; }

JobQueue make_queue(double per_minute = 60'000, std::function<bool(const Job&)> is_dropped = never,
                    std::function<bool(Job&)> prepare = always) {
  JobQueue::Limiters limiters;
  for (std::size_t i = 0; i < pinterest::kCategories; ++i) limiters.emplace_back(per_minute, kStart);
  return {std::move(limiters), std::move(is_dropped), std::move(prepare)};
}

// Makes jobs numbered from `first` on, so many.
class Numbers : public JobSource {
 public:
  bool is_exhausted() override { return next_ == end_; }
  Numbers(std::size_t first, std::size_t count) : next_(first), end_(first + count) {}

  std::optional<Job> next(double most_units) override {
    most_units_ = most_units;
    if (next_ == end_) return std::nullopt;
    return analytics_job(next_++);
  }
  std::size_t made() const { return next_; }
  double most_units() const { return most_units_; }

 private:
  std::size_t next_;
  std::size_t end_;
  double most_units_ = 0;
};

TEST(JobQueue, GivesListPagesBeforeAnalytics) {
  JobQueue queue = make_queue();
  queue.push(analytics_job(1));
  queue.push(list_job("page"));
  EXPECT_EQ(name_of(queue.take(kStart)), "page");
  EXPECT_EQ(name_of(queue.take(kStart)), "1");
  EXPECT_TRUE(queue.empty());
}

TEST(JobQueue, WakesForAJobThatWasPutOffWhenItsTurnCame) {
  JobQueue* self = nullptr;
  bool put_off = false;
  JobQueue queue = make_queue(60'000, never, [&](Job& job) {
    if (std::exchange(put_off, true)) return true;
    self->push_again(std::move(job), kStart + seconds(5));
    return false;
  });
  self = &queue;
  queue.push(analytics_job(1));
  const JobQueue::Taken taken = queue.take(kStart);
  EXPECT_EQ(name_of(taken), "nothing");
  EXPECT_EQ(taken.wake, kStart + seconds(5));
  EXPECT_EQ(name_of(queue.take(kStart + seconds(5))), "1");
}

TEST(JobQueue, GivesJobsOfOneKindInTheirOrder) {
  JobQueue queue = make_queue();
  queue.push(analytics_job(1));
  queue.push(analytics_job(2));
  EXPECT_EQ(name_of(queue.take(kStart)), "1");
  EXPECT_EQ(name_of(queue.take(kStart)), "2");
}

TEST(JobQueue, GivesAJobToBeTriedAgainFirstButNotBeforeItsTime) {
  JobQueue queue = make_queue();
  queue.push_again(analytics_job(1), kStart + seconds(5));
  EXPECT_FALSE(queue.empty());
  const auto taken = queue.take(kStart);
  EXPECT_EQ(name_of(taken), "nothing");
  EXPECT_EQ(taken.wake, kStart + seconds(5));
  EXPECT_FALSE(taken.paused);
  queue.push(analytics_job(2));
  EXPECT_EQ(name_of(queue.take(kStart + seconds(5))), "1");
  EXPECT_EQ(name_of(queue.take(kStart + seconds(5))), "2");
}

TEST(JobQueue, WaitsForAPermitOfTheCategory) {
  JobQueue queue = make_queue(/*per_minute=*/60);
  queue.push(analytics_job(1));
  queue.push(analytics_job(2));
  EXPECT_EQ(name_of(queue.take(kStart)), "1");
  const auto taken = queue.take(kStart);
  EXPECT_EQ(name_of(taken), "nothing");
  EXPECT_GT(taken.wake, kStart);
  EXPECT_LE(taken.wake, kStart + seconds(1));
  EXPECT_FALSE(taken.paused) << "the limit's pace is no pause";
  EXPECT_EQ(name_of(queue.take(kStart + seconds(1))), "2");
}

TEST(JobQueue, PausesOneCategoryWhileOthersGoOn) {
  JobQueue queue = make_queue();
  queue.limiter(Category::ads_read).pause_until(kStart + seconds(60));
  queue.push(list_job("ads"));
  queue.push(list_job("pins", Category::org_read));
  EXPECT_EQ(name_of(queue.take(kStart)), "pins");
  const auto taken = queue.take(kStart);
  EXPECT_EQ(name_of(taken), "nothing");
  EXPECT_EQ(taken.wake, kStart + seconds(60));
  EXPECT_EQ(taken.paused, Category::ads_read);
  EXPECT_EQ(name_of(queue.take(kStart + seconds(60))), "ads");
}

TEST(JobQueue, ForgetsJobsWhosePartitionHasEnded) {
  bool dropped = false;
  JobQueue queue = make_queue(60'000, [&](const Job&) { return dropped; });
  queue.push(analytics_job(1));
  queue.push_again(analytics_job(2), kStart + seconds(5));
  dropped = true;
  const auto taken = queue.take(kStart);
  EXPECT_EQ(name_of(taken), "nothing");
  EXPECT_EQ(taken.wake, util::SteadyTime::max());
  EXPECT_TRUE(queue.empty());
}

TEST(JobQueue, HoldsBodiesInFlightToTheBudget) {
  JobQueue queue = make_queue();
  // 60 bytes a cell until an answer was measured.
  const double half_budget = static_cast<double>(kMemoryBudgetBytes) / 60 / 2;
  for (std::size_t i = 1; i <= 3; ++i) queue.push(analytics_job(i, half_budget));
  const auto first = queue.take(kStart);
  EXPECT_EQ(name_of(first), "1");
  EXPECT_EQ(name_of(queue.take(kStart)), "2");
  const auto third = queue.take(kStart);
  EXPECT_EQ(name_of(third), "nothing");
  EXPECT_EQ(third.wake, util::SteadyTime::max()) << "whoever finishes wakes";
  queue.finished(*first.job, 0);
  EXPECT_EQ(name_of(queue.take(kStart)), "3");
}

TEST(JobQueue, LetsAWideRequestRunBesideAListButBesideNoOtherAnalytics) {
  JobQueue queue = make_queue();
  queue.push(list_job("before"));
  queue.push(analytics_job(1, 1e9));  // larger than the budget
  queue.push(analytics_job(2));
  const auto list = queue.take(kStart);
  EXPECT_EQ(name_of(list), "before");
  const auto wide = queue.take(kStart);
  EXPECT_EQ(name_of(wide), "1") << "it does not wait until all lists are read";
  EXPECT_EQ(name_of(queue.take(kStart)), "nothing");
  queue.finished(*list.job, 0);
  queue.push(list_job("beside"));
  EXPECT_EQ(name_of(queue.take(kStart)), "beside");
  EXPECT_EQ(name_of(queue.take(kStart)), "nothing");
  queue.finished(*wide.job, 0);
  EXPECT_EQ(name_of(queue.take(kStart)), "2");
}

TEST(JobQueue, HoldsAWideRequestBackWhileOtherAnalyticsAreUnderWay) {
  JobQueue queue = make_queue();
  queue.push(analytics_job(1));
  queue.push(analytics_job(2, 1e9));
  const auto small = queue.take(kStart);
  EXPECT_EQ(name_of(small), "1");
  EXPECT_EQ(name_of(queue.take(kStart)), "nothing");
  queue.finished(*small.job, 0);
  EXPECT_EQ(name_of(queue.take(kStart)), "2");
}

TEST(JobQueue, TakesAPermitOnlyForAJobThatIsStillToBeSent) {
  std::set<std::size_t> done = {1, 2, 4};
  std::vector<std::size_t> prepared;
  JobQueue queue = make_queue(/*per_minute=*/60, never, [&](Job& job) {
    const std::size_t batch = std::get<AnalyticsJob>(job.work).batch;
    prepared.push_back(batch);
    job.units = 7;
    return !done.contains(batch);
  });
  for (std::size_t i = 1; i <= 4; ++i) queue.push(analytics_job(i));
  const auto taken = queue.take(kStart);
  EXPECT_EQ(name_of(taken), "3") << "there is one permit, and it is left for this job";
  EXPECT_EQ(taken.job->units, 7) << "as it was prepared";
  EXPECT_EQ(prepared, (std::vector<std::size_t>{1, 2, 3}));
  EXPECT_EQ(name_of(queue.take(kStart + seconds(1))), "nothing");
  EXPECT_TRUE(queue.empty());
  queue.push(analytics_job(5));
  EXPECT_EQ(name_of(queue.take(kStart + seconds(1))), "5") << "a job that was not sent has taken none";
}

TEST(JobQueue, TakesAPermitOnlyForAJobThatFits) {
  JobQueue queue = make_queue(/*per_minute=*/120);
  queue.push(analytics_job(1, 1e9));
  queue.push(analytics_job(2));
  const auto wide = queue.take(kStart);
  EXPECT_EQ(name_of(wide), "1");
  EXPECT_EQ(name_of(queue.take(kStart)), "nothing");
  queue.finished(*wide.job, 0);
  EXPECT_EQ(name_of(queue.take(kStart)), "2") << "the second of a second's two permits";
}

TEST(JobQueue, TakesWhatPreparingPushes) {
  JobQueue* pushed_to = nullptr;
  JobQueue queue = make_queue(60'000, never, [&](Job& job) {
    if (std::get<AnalyticsJob>(job.work).batch != 1) return true;
    pushed_to->push(analytics_job(2));
    return false;
  });
  pushed_to = &queue;
  queue.push(analytics_job(1));
  EXPECT_EQ(name_of(queue.take(kStart)), "2");
  EXPECT_TRUE(queue.empty());
}

TEST(JobQueue, AsksASourceWhenWhatWasPushedIsTaken) {
  JobQueue queue = make_queue();
  const auto source = std::make_shared<Numbers>(10, 2);
  queue.push(analytics_job(1));
  queue.offer(source, Category::ads_analytics);
  queue.push(analytics_job(2));
  queue.push(list_job("page"));
  EXPECT_EQ(name_of(queue.take(kStart)), "page");
  EXPECT_EQ(name_of(queue.take(kStart)), "1");
  EXPECT_EQ(name_of(queue.take(kStart)), "2");
  EXPECT_EQ(source->made(), 10U) << "what it asks for is decided when it is sent";
  EXPECT_EQ(name_of(queue.take(kStart)), "10");
  EXPECT_DOUBLE_EQ(source->most_units(), static_cast<double>(kMemoryBudgetBytes) / 2 / 60);
  queue.push(analytics_job(3));
  EXPECT_EQ(name_of(queue.take(kStart)), "3");
  EXPECT_EQ(name_of(queue.take(kStart)), "11");
  EXPECT_FALSE(queue.empty()) << "nobody knows yet that it makes no more";
  EXPECT_EQ(name_of(queue.take(kStart)), "nothing");
  EXPECT_TRUE(queue.empty());
}

TEST(JobQueue, AsksSourcesInTheOrderOfTheirOffers) {
  JobQueue queue = make_queue();
  const auto first = std::make_shared<Numbers>(10, 1);
  const auto none = std::make_shared<Numbers>(20, 0);
  const auto last = std::make_shared<Numbers>(30, 1);
  for (const auto& source : {first, none, last}) queue.offer(source, Category::ads_analytics);
  EXPECT_EQ(name_of(queue.take(kStart)), "10");
  EXPECT_EQ(name_of(queue.take(kStart)), "30");
  EXPECT_EQ(name_of(queue.take(kStart)), "nothing");
  EXPECT_TRUE(queue.empty());
}

TEST(JobQueue, AsksNoSourceWithoutAPermit) {
  JobQueue queue = make_queue(/*per_minute=*/60);
  const auto source = std::make_shared<Numbers>(10, 2);
  queue.offer(source, Category::ads_analytics);
  EXPECT_EQ(name_of(queue.take(kStart)), "10");
  const auto taken = queue.take(kStart);
  EXPECT_EQ(name_of(taken), "nothing");
  EXPECT_LE(taken.wake, kStart + seconds(1));
  EXPECT_EQ(source->made(), 11U);
  EXPECT_EQ(name_of(queue.take(kStart + seconds(1))), "11");
}

TEST(JobQueue, KeepsAJobOfASourceUntilItFits) {
  JobQueue queue = make_queue();
  queue.push(analytics_job(1, 1e9));
  const auto source = std::make_shared<Numbers>(10, 2);
  queue.offer(source, Category::ads_analytics);
  const auto wide = queue.take(kStart);
  EXPECT_EQ(name_of(queue.take(kStart)), "nothing");
  EXPECT_EQ(name_of(queue.take(kStart)), "nothing");
  EXPECT_EQ(source->made(), 11U) << "it makes no second one meanwhile";
  queue.finished(*wide.job, 0);
  EXPECT_EQ(name_of(queue.take(kStart)), "10");
}

TEST(JobQueue, DoesNotTakeAnEmptyAnswerForTheMeasureOfAll) {
  JobQueue queue = make_queue();
  queue.push(analytics_job(1, 100));
  const auto first = queue.take(kStart);
  queue.finished(*first.job, 2);
  // An eighth of the 60 bytes a cell that are taken at first.
  const double half_budget = static_cast<double>(kMemoryBudgetBytes) / 7.5 / 2;
  for (std::size_t i = 2; i <= 4; ++i) queue.push(analytics_job(i, half_budget));
  EXPECT_EQ(name_of(queue.take(kStart)), "2");
  EXPECT_EQ(name_of(queue.take(kStart)), "3");
  EXPECT_EQ(name_of(queue.take(kStart)), "nothing");
}

TEST(JobQueue, EstimatesByTheLargestAnswerSeen) {
  JobQueue queue = make_queue();
  queue.push(analytics_job(1, 100));
  const auto first = queue.take(kStart);
  queue.finished(*first.job, kMemoryBudgetBytes / 2);
  queue.push(analytics_job(2, 100));
  queue.push(analytics_job(3, 100));
  queue.push(analytics_job(4, 1));
  EXPECT_EQ(name_of(queue.take(kStart)), "2");
  EXPECT_EQ(name_of(queue.take(kStart)), "3");
  EXPECT_EQ(name_of(queue.take(kStart)), "nothing");
}

}  // namespace
}  // namespace tap_pinterest::sync
