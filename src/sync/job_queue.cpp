#include "tap_pinterest/sync/job_queue.hpp"

#include <algorithm>
#include <utility>

namespace tap_pinterest::sync {
namespace {

// Until an answer has been measured: a page of 250 entities with its lines, and one cell of analytics
// ("name": value in the body, the same in the line).
constexpr double kFirstPageBytes = 2.0 * 1024 * 1024;
constexpr double kFirstCellBytes = 60;

std::size_t kind(const Job& job) { return job.is_list() ? 0 : 1; }
std::size_t place(pinterest::Category category) { return static_cast<std::size_t>(category); }

}  // namespace

JobQueue::JobQueue(Limiters limiters, std::function<bool(const Job&)> is_dropped)
    : limiters_(std::move(limiters)),
      is_dropped_(std::move(is_dropped)),
      bytes_per_unit_{kFirstPageBytes, kFirstCellBytes} {}

std::deque<Job>& JobQueue::queue_of(const Job& job) { return ready_.at(kind(job)).at(place(job.category)); }

void JobQueue::push(Job job) {
  std::deque<Job>& queue = queue_of(job);
  queue.push_back(std::move(job));
}

void JobQueue::push_again(Job job, util::SteadyTime not_before) {
  job.not_before = not_before;
  delayed_.push_back(std::move(job));
}

void JobQueue::wake_delayed(util::SteadyTime now) {
  const auto due =
      std::partition(delayed_.begin(), delayed_.end(), [&](const Job& job) { return job.not_before > now; });
  for (auto job = due; job != delayed_.end(); ++job) {
    std::deque<Job>& queue = queue_of(*job);
    queue.push_front(std::move(*job));
  }
  delayed_.erase(due, delayed_.end());
}

std::size_t JobQueue::estimate(const Job& job) const {
  return static_cast<std::size_t>(job.units * bytes_per_unit_.at(kind(job)));
}

bool JobQueue::fits(const Job& job) const {
  return reserved_bytes_ == 0 || reserved_bytes_ + estimate(job) <= kMemoryBudgetBytes;
}

JobQueue::Taken JobQueue::take(util::SteadyTime now) {
  wake_delayed(now);
  std::erase_if(delayed_, is_dropped_);
  Taken taken;
  for (const Job& job : delayed_) taken.wake = std::min(taken.wake, job.not_before);
  for (Queues& queues : ready_) {
    for (std::size_t category = 0; category < queues.size(); ++category) {
      std::deque<Job>& queue = queues.at(category);
      while (!queue.empty() && is_dropped_(queue.front())) queue.pop_front();
      if (queue.empty()) continue;
      http::RateLimiter& limiter = limiters_.at(category);
      const util::SteadyTime ready = limiter.ready_at(now);
      if (ready > now) {
        if (ready < taken.wake && limiter.paused_until() > now) {
          taken.paused = static_cast<pinterest::Category>(category);
        }
        taken.wake = std::min(taken.wake, ready);
        continue;
      }
      if (!fits(queue.front())) continue;
      taken.job = std::move(queue.front());
      queue.pop_front();
      limiter.take(now);
      taken.job->reserved_bytes = estimate(*taken.job);
      reserved_bytes_ += taken.job->reserved_bytes;
      return taken;
    }
  }
  return taken;
}

void JobQueue::finished(const Job& job, std::size_t bytes) {
  reserved_bytes_ -= job.reserved_bytes;
  if (bytes == 0 || job.units <= 0) return;
  const double per_unit = static_cast<double>(bytes) / job.units;
  double& known = bytes_per_unit_.at(kind(job));
  bool& measured = measured_.at(kind(job));
  known = measured ? std::max(known, per_unit) : per_unit;
  measured = true;
}

bool JobQueue::empty() const {
  const auto all_empty = [](const Queues& queues) {
    return std::ranges::all_of(queues, [](const std::deque<Job>& queue) { return queue.empty(); });
  };
  return delayed_.empty() && std::ranges::all_of(ready_, all_empty);
}

std::size_t JobQueue::queued(pinterest::Category category) const {
  std::size_t count = 0;
  for (const Queues& queues : ready_) count += queues.at(place(category)).size();
  return count + static_cast<std::size_t>(std::ranges::count(delayed_, category, &Job::category));
}

http::RateLimiter& JobQueue::limiter(pinterest::Category category) { return limiters_.at(place(category)); }

}  // namespace tap_pinterest::sync
