// The only writer of stdout: whole lines, in order.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "tap_pinterest/util/text_blocks.hpp"

namespace tap_pinterest::sync {

// Whoever read the output has gone (EPIPE).
class OutputClosed : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The output cannot be written, as on a full disk; the message is the system's reason.
class OutputFailed : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Safe for several threads at once. What is to be written waits in a queue. Whoever finds that nobody writes
// does so for all, until the queue is empty or somebody who waits can go on with it; the others go on at
// once, unless too much waits already. Every function but post() may block for as long as the reader does not
// read, so none may be called with a lock that others need. After a failure all throw OutputClosed or
// OutputFailed.
class Emitter {
 public:
  explicit Emitter(int descriptor) : descriptor_(descriptor) {}

  // Takes whole lines, newline included.
  void write(util::TextBlocks lines);
  // The same, but neither writes nor waits: they go out with the next call of another function. Returns what
  // bytes_out() is once they have.
  std::uint64_t post(std::string_view lines);
  // Returns once all that was there before has been written.
  void flush();
  // Whether something waits that nobody writes.
  bool has_waiting();
  // Has what has left reach the disk, where the output is a file. After a failure of this it throws always.
  void sync();

  // Counts bytes as they leave, so that another thread sees whether the reader still reads.
  std::uint64_t bytes_out() const { return bytes_out_.load(std::memory_order_relaxed); }

 private:
  using Lock = std::unique_lock<std::mutex>;

  // Returns once no more than so many bytes wait of those that are there now.
  void wait_for(Lock& lock, std::uint64_t most_waiting);
  void write_queue(Lock& lock);
  int write_out(std::string_view bytes);
  void check() const;

  const int descriptor_;
  std::mutex mutex_;
  std::condition_variable written_some_;
  std::vector<util::TextBlocks> queue_;
  bool is_writing_ = false;    // somebody
  int waiting_ = 0;            // so many, for what another one writes
  std::uint64_t pushed_ = 0;   // bytes, since the beginning
  std::uint64_t written_ = 0;  // of them, as far as `mutex_` has seen
  int sync_error_ = 0;
  int error_ = 0;  // of the write that failed: nothing is written after it
  std::atomic<std::uint64_t> bytes_out_{0};
};

}  // namespace tap_pinterest::sync
