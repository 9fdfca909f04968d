#include "tap_pinterest/sync/emitter.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace tap_pinterest::sync {
namespace {

// At most so much goes in one call, so that bytes_out() moves while a slow reader reads.
constexpr std::size_t kWriteBytes = 64UL * 1024;
// With more waiting nobody goes on reading: what is read ahead of a slow target only takes memory.
constexpr std::uint64_t kMostWaiting = 256UL * 1024;

}  // namespace

void Emitter::write(util::TextBlocks lines) {
  Lock lock(mutex_);
  check();
  pushed_ += lines.size();
  queue_.push_back(std::move(lines));
  wait_for(lock, kMostWaiting);
}

std::uint64_t Emitter::post(std::string_view lines) {
  const std::scoped_lock lock(mutex_);
  check();
  if (queue_.empty()) queue_.emplace_back();
  queue_.back().append(lines);
  return pushed_ += lines.size();
}

void Emitter::flush() {
  Lock lock(mutex_);
  wait_for(lock, 0);
}

bool Emitter::has_waiting() {
  const std::scoped_lock lock(mutex_);
  return !is_writing_ && !queue_.empty();
}

void Emitter::sync() {
  // Pipes and terminals know no such thing. A failure is told only once: what has not reached the disk by
  // then may never.
  const bool is_safe = fsync(descriptor_) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP;
  const int error = errno;
  const std::scoped_lock lock(mutex_);
  if (!is_safe && sync_error_ == 0) sync_error_ = error;
  if (error_ == 0) error_ = sync_error_;
  if (sync_error_ != 0) check();
}

void Emitter::wait_for(Lock& lock, std::uint64_t most_waiting) {
  const std::uint64_t goal = pushed_;
  while (error_ == 0 && is_writing_ && written_ + most_waiting < goal) {
    ++waiting_;
    written_some_.wait(lock);
    --waiting_;
  }
  // Whoever wrote may have left the rest to this thread.
  if (!is_writing_) write_queue(lock);
  check();
}

// Until the queue is empty, or somebody who waits can go on with it.
void Emitter::write_queue(Lock& lock) {
  is_writing_ = true;
  for (const std::uint64_t goal = pushed_;
       error_ == 0 && !queue_.empty() && (written_ < goal || waiting_ == 0);) {
    std::vector<util::TextBlocks> batch = std::exchange(queue_, {});
    lock.unlock();
    int error = 0;
    std::uint64_t bytes = 0;
    for (util::TextBlocks& lines : batch) {
      for (std::size_t i = 0; i < lines.block_count() && error == 0; ++i) error = write_out(lines.block(i));
      bytes += lines.size();
      lines = {};
    }
    lock.lock();
    written_ += bytes;
    if (error_ == 0) error_ = error;
    written_some_.notify_all();
  }
  is_writing_ = false;
  written_some_.notify_all();
}

// Returns the error, or 0.
int Emitter::write_out(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kWriteBytes));
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return errno;
      // The other end of our output may have made it non-blocking.
      pollfd output{descriptor_, POLLOUT, 0};
      poll(&output, 1, -1);
      continue;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
    bytes_out_.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
  }
  return 0;
}

void Emitter::check() const {
  if (error_ == EPIPE) throw OutputClosed("the output is closed");
  if (error_ != 0) throw OutputFailed(std::generic_category().message(error_));
}

}  // namespace tap_pinterest::sync
