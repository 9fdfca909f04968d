#include "tap_pinterest/sync/emitter.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "fakes/output_file.hpp"
#include "tap_pinterest/util/descriptor.hpp"

namespace tap_pinterest::sync {
namespace {

using fakes::OutputFile;

class Pipe {
 public:
  Pipe() { std::signal(SIGPIPE, SIG_IGN); }

  const util::Descriptor& writer() const { return ends_.writer; }
  void close_reader() { ends_.reader = {}; }
  std::string read_some(std::size_t most) const {
    std::string text(most, '\0');
    const ssize_t count = read(ends_.reader.get(), text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }

 private:
  util::Pipe ends_ = util::make_pipe();
};

util::TextBlocks blocks(std::string_view text) {
  util::TextBlocks made;
  made.append(text);
  return made;
}

TEST(Emitter, WritesAtOnceAndWhatWasPostedBefore) {
  const OutputFile out;
  Emitter emitter(out.descriptor());
  EXPECT_FALSE(emitter.has_waiting());
  emitter.post("schema\n");
  EXPECT_EQ(out.text(), "");
  EXPECT_TRUE(emitter.has_waiting());
  emitter.write(blocks("first\n"));
  EXPECT_EQ(out.text(), "schema\nfirst\n");
  EXPECT_FALSE(emitter.has_waiting());
  emitter.post("state\n");
  emitter.post("state 2\n");
  EXPECT_EQ(out.text(), "schema\nfirst\n");
  emitter.flush();
  EXPECT_EQ(out.text(), "schema\nfirst\nstate\nstate 2\n");
  EXPECT_EQ(emitter.bytes_out(), out.size());
}

TEST(Emitter, KeepsTheOrderOfLargeAndSmallLines) {
  const OutputFile out;
  Emitter emitter(out.descriptor());
  const std::string large(1'000'000, 'x');
  emitter.post("a\n");
  emitter.post(large + "\n");
  emitter.post("b\n");
  emitter.write(blocks("c\n"));
  EXPECT_EQ(out.text(), "a\n" + large + "\nb\nc\n");
}

// One thread writes into a pipe that nobody reads yet, which holds 64 KiB: others leave their lines there,
// and go on.
TEST(Emitter, DoesNotHoldUpThosePostingWhileTheReaderIsSlow) {
  Pipe pipe;
  Emitter emitter(pipe.writer().get());
  const std::string large(200'000, 'x');
  const std::jthread writer([&] { emitter.write(blocks(large)); });
  while (emitter.bytes_out() == 0) std::this_thread::yield();
  emitter.post("posted\n");
  emitter.write(blocks("written\n"));
  std::string seen;
  while (seen.size() < large.size() + 15) seen += pipe.read_some(100'000);
  EXPECT_TRUE(seen.ends_with("xposted\nwritten\n"));
}

// With more than 256 KB waiting they wait too, and whoever waits goes on with the writing.
TEST(Emitter, LetsNobodyRunAheadOfASlowReader) {
  Pipe pipe;
  Emitter emitter(pipe.writer().get());
  constexpr std::size_t kLine = 3'000'000;
  std::atomic<std::size_t> accepted = 0;
  std::vector<std::jthread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      emitter.write(blocks(std::string(kLine, 'x')));
      accepted += kLine;
    });
  }
  std::size_t seen = 0;
  while (seen < 4 * kLine) {
    seen += pipe.read_some(100'000).size();
    // What may wait, a pipe, and what the two of them have in hand.
    EXPECT_LE(accepted, seen + 512UL * 1024);
  }
}

TEST(Emitter, NeverMixesLinesOfSeveralThreads) {
  const OutputFile out;
  Emitter emitter(out.descriptor());
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&emitter, line = "[\"" + std::to_string(i) + std::string(5000, '.') + "\"]\n"] {
        for (int j = 0; j < 200; ++j) emitter.write(blocks(line));
      });
    }
  }
  emitter.flush();
  for (const auto& line : out.lines()) EXPECT_TRUE(line.is_array());
}

TEST(Emitter, SaysThatTheOutputIsClosedAndWritesNothingAfterwards) {
  Pipe pipe;
  Emitter emitter(pipe.writer().get());
  emitter.write(blocks("a\n"));
  EXPECT_EQ(pipe.read_some(100), "a\n");
  pipe.close_reader();
  emitter.post("b\n");
  EXPECT_THROW(emitter.flush(), OutputClosed);
  EXPECT_THROW(emitter.post("c\n"), OutputClosed);
  EXPECT_THROW(emitter.flush(), OutputClosed);
  EXPECT_EQ(emitter.bytes_out(), 2U);
}

TEST(Emitter, SaysWhyTheOutputCannotBeWritten) {
  const util::Descriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  if (full.get() < 0) GTEST_SKIP() << "only Linux has a /dev/full";
  Emitter emitter(full.get());
  try {
    emitter.write(blocks("a\n"));
    FAIL() << "no error";
  } catch (const OutputFailed& error) {
    EXPECT_STREQ(error.what(), "No space left on device");
  }
}

TEST(Emitter, WaitsForANonBlockingOutput) {
  Pipe pipe;
  util::never_block(pipe.writer());
  Emitter emitter(pipe.writer().get());
  const std::string large(1'000'000, 'x');
  const std::jthread writer([&] { EXPECT_NO_THROW(emitter.write(blocks(large))); });
  std::size_t seen = 0;
  while (seen < large.size()) seen += pipe.read_some(10'000).size();
  EXPECT_EQ(seen, large.size());
}

TEST(Emitter, CountsBytesWhileASlowReaderReads) {
  Pipe pipe;
  Emitter emitter(pipe.writer().get());
  const std::string large(1'000'000, 'x');
  const std::jthread writer([&] { emitter.write(blocks(large)); });
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
