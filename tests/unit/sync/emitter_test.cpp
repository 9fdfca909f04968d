#include "tap_pinterest/sync/emitter.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "fakes/fake_clock.hpp"
#include "fakes/output_file.hpp"

namespace tap_pinterest::sync {
namespace {

using fakes::FakeClock;
using fakes::OutputFile;

class Pipe {
 public:
  Pipe() {
    std::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0);
  }
  ~Pipe() {
    close_reader();
    close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int writer() const { return ends_[1]; }
  void close_reader() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }
  std::string read_some(std::size_t most) {
    std::string text(most, '\0');
    const ssize_t count = read(ends_[0], text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }

 private:
  std::array<int, 2> ends_ = {-1, -1};
};

TEST(Emitter, SendsTheFirstRecordAtOnceAndBuffersTheRest) {
  const FakeClock clock;
  const OutputFile out;
  Emitter emitter(out.descriptor(), clock);
  emitter.write("schema\n", 0);
  EXPECT_EQ(out.text(), "");
  emitter.write("first\n", 1);
  EXPECT_EQ(out.text(), "schema\nfirst\n");
  emitter.write("second\n", 1);
  EXPECT_EQ(out.text(), "schema\nfirst\n");
  emitter.flush();
  EXPECT_EQ(out.text(), "schema\nfirst\nsecond\n");
  EXPECT_EQ(emitter.bytes_out(), out.size());
}

TEST(Emitter, FlushesWhatIsASecondOld) {
  FakeClock clock;
  const OutputFile out;
  Emitter emitter(out.descriptor(), clock);
  emitter.write("a\n", 1);
  emitter.write("b\n", 1);
  clock.advance(std::chrono::milliseconds(999));
  emitter.flush_if_old();
  EXPECT_EQ(out.text(), "a\n");
  clock.advance(std::chrono::milliseconds(1));
  emitter.flush_if_old();
  EXPECT_EQ(out.text(), "a\nb\n");
}

TEST(Emitter, KeepsTheOrderOfLinesLargerThanItsBuffer) {
  const FakeClock clock;
  const OutputFile out;
  Emitter emitter(out.descriptor(), clock);
  emitter.write("a\n", 1);
  emitter.write("b\n", 1);
  const std::string large(1'000'000, 'x');
  emitter.write(large + "\n", 1);
  emitter.write("c\n", 1);
  emitter.flush();
  EXPECT_EQ(out.text(), "a\nb\n" + large + "\nc\n");
}

TEST(Emitter, NeverMixesLinesOfSeveralThreads) {
  const FakeClock clock;
  const OutputFile out;
  Emitter emitter(out.descriptor(), clock);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&emitter, line = "[\"" + std::to_string(i) + std::string(5000, '.') + "\"]\n"] {
        for (int j = 0; j < 200; ++j) emitter.write(line, 1);
      });
    }
  }
  emitter.flush();
  for (const auto& line : out.lines()) EXPECT_TRUE(line.is_array());
}

TEST(Emitter, SaysThatTheOutputIsClosedAndWritesNothingAfterwards) {
  const FakeClock clock;
  Pipe pipe;
  Emitter emitter(pipe.writer(), clock);
  emitter.write("a\n", 1);
  EXPECT_EQ(pipe.read_some(100), "a\n");
  pipe.close_reader();
  emitter.write("b\n", 1);
  EXPECT_THROW(emitter.flush(), OutputClosed);
  EXPECT_THROW(emitter.flush(), OutputClosed);
  EXPECT_EQ(emitter.bytes_out(), 2U);
}

TEST(Emitter, SaysWhyTheOutputCannotBeWritten) {
  const FakeClock clock;
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  Emitter emitter(full, clock);
  try {
    emitter.write("a\n", 1);
    FAIL() << "no error";
  } catch (const OutputFailed& error) {
    EXPECT_STREQ(error.what(), "No space left on device");
  }
  close(full);
}

TEST(Emitter, WaitsForANonBlockingOutput) {
  const FakeClock clock;
  Pipe pipe;
  ASSERT_EQ(fcntl(pipe.writer(), F_SETFL, O_NONBLOCK), 0);
  Emitter emitter(pipe.writer(), clock);
  const std::string large(1'000'000, 'x');
  const std::jthread writer([&] { EXPECT_NO_THROW(emitter.write(large, 1)); });
  std::size_t seen = 0;
  while (seen < large.size()) seen += pipe.read_some(10'000).size();
  EXPECT_EQ(seen, large.size());
}

TEST(Emitter, CountsBytesWhileASlowReaderReads) {
  const FakeClock clock;
  Pipe pipe;
  Emitter emitter(pipe.writer(), clock);
  const std::string large(1'000'000, 'x');
  const std::jthread writer([&] { emitter.write(large, 1); });
  std::size_t seen = 0;
  while (seen < large.size()) {
    seen += pipe.read_some(10'000).size();
    // A pipe holds 64 KiB unless it was made larger, and one write is in hand.
    EXPECT_LE(seen, emitter.bytes_out() + 128UL * 1024);
  }
  EXPECT_EQ(seen, large.size());
}

}  // namespace
}  // namespace tap_pinterest::sync
