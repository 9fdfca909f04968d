#include "tap_pinterest/sync/job_queue.hpp"

#include <algorithm>
#include <utility>

namespace tap_pinterest::sync {
namespace {

// Until an answer has been measured: the lines of a page of 250 entities, and one cell of analytics. About
// twice what most take.
constexpr double kFirstPageBytes = 2.0 * 1024 * 1024;
constexpr double kFirstCellBytes = 60;
// Measured sizes count from this part of the first estimate on: most ads have no row on most days, but
// answers that are nearly empty say little about those that follow.
constexpr double kSmallestShare = 0.125;

constexpr std::size_t kLists = 0;
constexpr std::size_t kAnalytics = 1;

std::size_t kind(const Job& job) { return job.is_list() ? kLists : kAnalytics; }
// So much of the budget a new request may need, that another can run beside it.
constexpr double kLargestShare = 0.5;

std::size_t place(pinterest::Category category) { return static_cast<std::size_t>(category); }

}  // namespace

JobQueue::JobQueue(Limiters limiters, std::function<bool(const Job&)> is_dropped,
                   std::function<bool(Job&)> prepare)
    : limiters_(std::move(limiters)),
      is_dropped_(std::move(is_dropped)),
      prepare_(std::move(prepare)),
      bytes_per_unit_{kFirstPageBytes, kFirstCellBytes},
      largest_seen_{kFirstPageBytes * kSmallestShare, kFirstCellBytes * kSmallestShare} {}

std::deque<Job>& JobQueue::queue_of(const Job& job) { return ready_.at(kind(job)).at(place(job.category)); }

void JobQueue::push(Job job) {
  std::deque<Job>& queue = queue_of(job);
  queue.push_back(std::move(job));
}

void JobQueue::offer(std::shared_ptr<JobSource> source, pinterest::Category category) {
  sources_.at(place(category)).push_back(std::move(source));
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
  if (job.known_bytes > 0) return job.known_bytes;
  return static_cast<std::size_t>(job.units * bytes_per_unit_.at(kind(job)));
}

// A job that is larger than the budget runs beside none of its kind.
bool JobQueue::fits(const Job& job) const {
  const std::size_t bytes = estimate(job);
  if (reserved_bytes_.at(kind(job)) == 0) return true;
  return reserved_bytes_[0] + reserved_bytes_[1] + bytes <= kMemoryBudgetBytes;
}

// Whether anything of a kind and category waits. What has been dropped must not wait for a permit.
bool JobQueue::has_jobs(std::size_t kind, std::size_t category) {
  std::deque<Job>& queue = ready_.at(kind).at(category);
  while (!queue.empty() && is_dropped_(queue.front())) queue.pop_front();
  if (kind == kLists) return !queue.empty();
  Sources& sources = sources_.at(category);
  while (!sources.empty() && sources.front()->is_exhausted()) sources.pop_front();
  return !queue.empty() || !sources.empty();
}

// The next job of a kind and category that is to be sent and fits.
std::optional<Job> JobQueue::next_of(std::size_t kind, std::size_t category) {
  std::deque<Job>& queue = ready_.at(kind).at(category);
  Sources& sources = sources_.at(category);
  while (true) {
    std::optional<Job> job;
    if (!queue.empty()) {
      job = std::move(queue.front());
      queue.pop_front();
    } else if (kind == kAnalytics && !sources.empty()) {
      job = sources.front()->next(kLargestShare * static_cast<double>(kMemoryBudgetBytes) /
                                  bytes_per_unit_.at(kind));
      if (!job) sources.pop_front();
    } else {
      return std::nullopt;
    }
    if (!job || is_dropped_(*job) || !prepare_(*job)) continue;
    if (fits(*job)) return job;
    queue.push_front(std::move(*job));
    return std::nullopt;
  }
}

JobQueue::Taken JobQueue::take(util::SteadyTime now) {
  wake_delayed(now);
  std::erase_if(delayed_, is_dropped_);
  Taken taken;
  for (const Job& job : delayed_) taken.wake = std::min(taken.wake, job.not_before);
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    for (std::size_t category = 0; category < pinterest::kCategories; ++category) {
      if (!has_jobs(kind, category)) continue;
      http::RateLimiter& limiter = limiters_.at(category);
      const util::SteadyTime ready = limiter.ready_at(now);
      if (ready > now) {
        if (ready < taken.wake && limiter.paused_until() > now) {
          taken.paused = static_cast<pinterest::Category>(category);
        }
        taken.wake = std::min(taken.wake, ready);
        continue;
      }
      taken.job = next_of(kind, category);
      if (!taken.job) continue;
      limiter.take(now);
      taken.job->reserved_bytes = estimate(*taken.job);
      reserved_bytes_.at(kind) += taken.job->reserved_bytes;
      return taken;
    }
  }
  // Preparing jobs may have put some off.
  for (const Job& job : delayed_) {
    if (job.not_before >= taken.wake) continue;
    taken.wake = job.not_before;
    taken.paused.reset();
  }
  return taken;
}

void JobQueue::finished(const Job& job, std::size_t bytes) {
  reserved_bytes_.at(kind(job)) -= job.reserved_bytes;
  if (bytes == 0 || job.units <= 0) return;
  const double per_unit = static_cast<double>(bytes) / job.units;
  double& largest = largest_seen_.at(kind(job));
  largest = std::max(largest, per_unit);
  bytes_per_unit_.at(kind(job)) = largest;
}

bool JobQueue::empty() const {
  const auto all_empty = [](const Queues& queues) {
    return std::ranges::all_of(queues, [](const std::deque<Job>& queue) { return queue.empty(); });
  };
  const auto none = [](const Sources& sources) { return sources.empty(); };
  return delayed_.empty() && std::ranges::all_of(ready_, all_empty) && std::ranges::all_of(sources_, none);
}

http::RateLimiter& JobQueue::limiter(pinterest::Category category) { return limiters_.at(place(category)); }

}  // namespace tap_pinterest::sync
