// The only writer of stdout: whole lines, in order, buffered.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tap_pinterest/util/clock.hpp"
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

// Safe for several threads at once. Every function may block for as long as the reader does not read, and
// throws OutputClosed or OutputFailed.
class Emitter {
 public:
  explicit Emitter(int descriptor, const util::Clock& clock);

  // Appends whole lines, newline included. The first record of a run goes out at once.
  void write(std::string_view lines, std::size_t records);
  void write(const util::TextBlocks& lines, std::size_t records);
  // Writes what is buffered.
  void flush();
  // Has what was written reach the disk, where the output is a file.
  void sync();
  // Writes what is buffered if the last write was a second ago or more.
  void flush_if_old();

  // Counts bytes as they leave, so that another thread sees whether the reader still reads.
  std::uint64_t bytes_out() const { return bytes_out_.load(std::memory_order_relaxed); }

 private:
  void write_out(std::string_view bytes);
  [[noreturn]] void fail() const;
  void flush_locked();

  const int descriptor_;
  const util::Clock& clock_;
  std::mutex mutex_;
  std::string buffer_;
  bool first_record_out_ = false;
  int error_ = 0;  // of the write that failed: nothing is written after it
  util::SteadyTime flushed_at_;
  std::atomic<std::uint64_t> bytes_out_{0};
};

}  // namespace tap_pinterest::sync
