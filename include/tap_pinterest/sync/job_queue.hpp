// Which job may go now: lists before analytics, within the limits of each category and the memory budget.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "tap_pinterest/http/rate_limiter.hpp"
#include "tap_pinterest/sync/job.hpp"

namespace tap_pinterest::sync {

// Bodies in flight and the lines made of them are held to this; a larger request runs alone.
inline constexpr std::size_t kMemoryBudgetBytes = 64UL * 1024 * 1024;

// Makes jobs when there is room for them, so that what one asks for is decided when it is sent.
class JobSource {
 public:
  virtual ~JobSource() = default;
  // Nothing if no job can be made now; the source offers itself again when one can.
  virtual std::optional<Job> next(double most_units) = 0;
  // It has no job to make now or later, unless it offers itself again.
  virtual bool is_exhausted() = 0;
};

// Not safe for several threads at once: the engine holds its lock. Never waits.
class JobQueue {
 public:
  using Limiters = std::vector<http::RateLimiter>;  // by category

  // `is_dropped` tells jobs whose partition has ended; nobody waits for them. `prepare` brings a job up to
  // date when its turn comes, and returns whether it is still to be sent: only then it takes a permit. It may
  // push further jobs.
  JobQueue(Limiters limiters, std::function<bool(const Job&)> is_dropped, std::function<bool(Job&)> prepare);

  void push(Job job);
  // Asks `source` for analytics of this category, once those that were pushed are taken, until it makes none.
  void offer(std::shared_ptr<JobSource> source, pinterest::Category category);
  // A job that is to be tried again: before the others of its kind, not before `not_before`.
  void push_again(Job job, util::SteadyTime not_before);

  struct Taken {
    std::optional<Job> job;
    // Without a job: when to ask again, if nothing else happens.
    util::SteadyTime wake = util::SteadyTime::max();
    // The category that pauses until `wake` and nothing else can be done before.
    std::optional<pinterest::Category> paused;
  };
  Taken take(util::SteadyTime now);
  // A job that was taken has ended; `bytes` is what its lines needed (0: not known).
  void finished(const Job& job, std::size_t bytes);

  bool empty() const;
  http::RateLimiter& limiter(pinterest::Category category);

 private:
  static constexpr std::size_t kKinds = 2;  // lists, analytics
  using Queues = std::array<std::deque<Job>, pinterest::kCategories>;
  using Sources = std::deque<std::shared_ptr<JobSource>>;

  std::deque<Job>& queue_of(const Job& job);
  void wake_delayed(util::SteadyTime now);
  bool has_jobs(std::size_t kind, std::size_t category);
  std::optional<Job> next_of(std::size_t kind, std::size_t category);
  bool fits(const Job& job) const;
  std::size_t estimate(const Job& job) const;

  Limiters limiters_;
  std::function<bool(const Job&)> is_dropped_;
  std::function<bool(Job&)> prepare_;
  std::array<Queues, kKinds> ready_;
  std::array<Sources, pinterest::kCategories> sources_;
  std::vector<Job> delayed_;
  std::array<std::size_t, kKinds> reserved_bytes_ = {};
  std::array<double, kKinds> bytes_per_unit_;
  std::array<double, kKinds> largest_seen_;
};

}  // namespace tap_pinterest::sync
