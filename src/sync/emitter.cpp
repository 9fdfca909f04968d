#include "tap_pinterest/sync/emitter.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace tap_pinterest::sync {
namespace {

// One write for so much; larger pieces pass by the buffer, uncopied.
constexpr std::size_t kBufferBytes = 256UL * 1024;
// At most so much goes in one call, so that bytes_out() moves while a slow reader reads.
constexpr std::size_t kWriteBytes = 64UL * 1024;
constexpr std::chrono::seconds kFlushEvery{1};

}  // namespace

Emitter::Emitter(int descriptor, const util::Clock& clock)
    : descriptor_(descriptor), clock_(clock), flushed_at_(clock.steady_now()) {}

void Emitter::write(std::string_view lines, std::size_t records) {
  const std::scoped_lock lock(mutex_);
  if (buffer_.size() + lines.size() > kBufferBytes) flush_locked();
  if (lines.size() > kBufferBytes) {
    write_out(lines);
  } else {
    buffer_ += lines;
  }
  if (records > 0 && !first_record_out_) {
    first_record_out_ = true;
    flush_locked();
  }
}

void Emitter::write(const util::TextBlocks& lines, std::size_t records) {
  for (std::size_t i = 0; i < lines.block_count(); ++i) write(lines.block(i), records);
}

void Emitter::flush() {
  const std::scoped_lock lock(mutex_);
  flush_locked();
}

void Emitter::sync() {
  const std::scoped_lock lock(mutex_);
  // Pipes and terminals know no such thing.
  if (fsync(descriptor_) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP) return;
  error_ = errno;
  fail();
}

void Emitter::flush_if_old() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  if (!buffer_.empty() && clock_.steady_now() - flushed_at_ >= kFlushEvery) flush_locked();
}

void Emitter::flush_locked() {
  write_out(buffer_);
  buffer_.clear();
}

void Emitter::fail() const {
  if (error_ == EPIPE) throw OutputClosed("the output is closed");
  throw OutputFailed(std::generic_category().message(error_));
}

void Emitter::write_out(std::string_view bytes) {
  // After a failure part of a line may be out: nothing may follow it.
  if (error_ != 0) fail();
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kWriteBytes));
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {  // the other end of our output may have made it non-blocking
        pollfd output{descriptor_, POLLOUT, 0};
        poll(&output, 1, -1);
        continue;
      }
      error_ = errno;
      fail();
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
    bytes_out_.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
  }
  flushed_at_ = clock_.steady_now();
}

}  // namespace tap_pinterest::sync
