#include "tap_pinterest/log/log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tap_pinterest/log/options.hpp"

namespace tap_pinterest::log {
namespace {

// Lines of a file begin with the time.
std::string without_times(const std::string& text) {
  constexpr std::size_t kLength = 21;  // "2026-11-24T15:04:00Z "
  std::string rest;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const bool has_time = line.size() >= kLength && line[kLength - 1] == ' ' && line[kLength - 2] == 'Z';
    rest += (has_time ? line.substr(kLength) : line) + '\n';
  }
  return rest;
}

// Lets the log write to a file and gives stderr back.
class Log : public testing::Test {
 protected:
  ~Log() override {
    init(stderr, {});
    std::fclose(file_);
  }

  void open(Level level = Level::info, Form form = Form::text, std::vector<std::string> warnings = {}) {
    init(file_, {.level = level, .form = form, .allow_progress = true, .warnings = std::move(warnings)});
  }

  std::string written() const {
    std::rewind(file_);
    std::string text;
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) text += static_cast<char>(c);
    return without_times(text);
  }

  std::FILE* file_ = std::tmpfile();
};

TEST_F(Log, WritesALineForEachMessage) {
  open();
  info("{} streams, {:.1f} s", 8, 1.5);
  write(Level::warning, "ads", "braces {} and %s stay");
  critical("it ends");
  EXPECT_EQ(written(), "INFO 8 streams, 1.5 s\nWARNING ads: braces {} and %s stay\nCRITICAL it ends\n");
}

TEST_F(Log, LinesOfAFileBeginWithTheTime) {
  open();
  info("late");
  std::rewind(file_);
  std::array<char, 64> line{};
  ASSERT_NE(std::fgets(line.data(), line.size(), file_), nullptr);
  EXPECT_TRUE(
      std::regex_match(line.data(), std::regex("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ INFO late\n")));
}

TEST_F(Log, LeavesOutWhatIsBelowTheLevel) {
  open(Level::warning);
  debug("no");
  info("no");
  metric({{"type", "counter"}});
  warning("yes");
  error("yes");
  EXPECT_EQ(written(), "WARNING yes\nERROR yes\n");
}

TEST_F(Log, SaysWhatTheEnvironmentGotWrong) {
  open(Level::info, Form::text, {"LOGLEVEL: not a level"});
  EXPECT_EQ(written(), "WARNING LOGLEVEL: not a level\n");
}

TEST_F(Log, MasksSecretsInMessagesAndMetrics) {
  open();
  mask(util::Secret("pina_log_test"));
  info("GET /pins?token={}", "pina_log_test");
  write(Level::info, "pina_log_test", "x");
  metric({{"type", "counter"}, {"tags", {{"endpoint", "pina_log_test"}}}});
  open(Level::info, Form::structured);
  metric({{"type", "counter"}, {"tags", {{"endpoint", "pina_log_test"}}}});
  const std::string text = written();
  EXPECT_EQ(text.find("pina_log_test"), std::string::npos) << text;
  EXPECT_NE(text.find("GET /pins?token=[redacted]"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("metric_info":{"type":"counter","tags":{"endpoint":"[redacted]"}})"),
            std::string::npos)
      << text;
}

TEST_F(Log, StructuredMetricNamesItsStream) {
  open(Level::info, Form::structured);
  metric({{"type", "counter"}, {"metric", "record_count"}, {"value", 3}, {"tags", {{"stream", "ads"}}}});
  const auto line = nlohmann::json::parse(written());
  EXPECT_EQ(line.at("message"), "METRIC");
  EXPECT_EQ(line.at("stream_name"), "ads");
  EXPECT_EQ(line.at("metric_info").at("value"), 3);
  EXPECT_EQ(line.at("pid"), ::getpid());
  EXPECT_GT(line.at("ts").get<double>(), 1.7e9);
}

TEST_F(Log, ThreadsDoNotBreakEachOthersLines) {
  open();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([] {
        for (int n = 0; n < 200; ++n) info("{}", std::string(100, 'x'));
      });
    }
  }
  std::string expected;
  for (int n = 0; n < 800; ++n) expected += "INFO " + std::string(100, 'x') + "\n";
  EXPECT_EQ(written(), expected);
}

std::string read_to_end(int descriptor) {
  std::string text;
  std::array<char, 512> buffer{};
  for (ssize_t n = 1; n > 0;) {
    n = ::read(descriptor, buffer.data(), buffer.size());
    text.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  }
  return text;
}

TEST_F(Log, WaitsForASlowReaderAndLeavesWhatOthersShareAsItIs) {
  for (const bool socket : {false, true}) {
    std::array<int, 2> ends{};
    ASSERT_EQ(socket ? ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) : ::pipe(ends.data()), 0);
    std::FILE* const out = ::fdopen(ends[1], "w");
    std::string read;
    {
      const std::jthread reader([&] { read = read_to_end(ends[0]); });
      init(out, {});
      for (int i = 0; i < 500; ++i) info("{}", std::string(5000, 'x'));
      EXPECT_EQ(::fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
      init(stderr, {});
      std::fclose(out);
    }
    ::close(ends[0]);
    std::string expected;
    for (int i = 0; i < 500; ++i) expected += "INFO " + std::string(5000, 'x') + "\n";
    EXPECT_EQ(without_times(read), expected) << socket;
  }
}

TEST_F(Log, NoProgressLineWhereThereIsNoTerminal) {
  open();
  EXPECT_FALSE(interactive());
  progress("50 %");
  EXPECT_EQ(written(), "");
}

// A terminal of 20 columns.
class Terminal {
 public:
  Terminal() : screen_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    if (::grantpt(screen_) != 0 || ::unlockpt(screen_) != 0) return;
    const int side = ::open(::ptsname(screen_), O_RDWR | O_NOCTTY);
    const winsize size{.ws_row = 24, .ws_col = 20, .ws_xpixel = 0, .ws_ypixel = 0};
    if (side < 0 || ::ioctl(side, TIOCSWINSZ, &size) != 0) return;
    out_ = ::fdopen(side, "w");
  }
  ~Terminal() {
    if (out_ != nullptr) std::fclose(out_);
    ::close(screen_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  std::FILE* out() const { return out_; }

  // What arrived, once it is as long as expected.
  std::string shown(std::size_t length) const {
    std::string text;
    std::array<char, 512> buffer{};
    pollfd ready{.fd = screen_, .events = POLLIN, .revents = 0};
    while (text.size() < length && ::poll(&ready, 1, 5000) == 1) {
      const auto n = ::read(screen_, buffer.data(), buffer.size());
      if (n <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return text;
  }

 private:
  int screen_;
  std::FILE* out_ = nullptr;
};

TEST_F(Log, ProgressLineMakesRoomForLinesAndFitsTheTerminal) {
  const Terminal terminal;
  if (terminal.out() == nullptr) GTEST_SKIP() << "no pseudo-terminal here";
  init(terminal.out(), {});
  EXPECT_TRUE(interactive());
  progress("ads: 12,345 records so far");
  info("halfway");
  progress("");
  info("done");
  const std::string expected =
      "\r\x1b[Kads: 12,345 records"
      "\r\x1b[KINFO halfway\r\nads: 12,345 records"
      "\r\x1b[K"
      "INFO done\r\n";
  EXPECT_EQ(terminal.shown(expected.size()), expected);
  init(stderr, {});
}

TEST_F(Log, StructuredFormHasNoProgressLineOnATerminal) {
  const Terminal terminal;
  if (terminal.out() == nullptr) GTEST_SKIP() << "no pseudo-terminal here";
  init(terminal.out(),
       {.level = Level::info, .form = Form::structured, .allow_progress = true, .warnings = {}});
  EXPECT_FALSE(interactive());
  init(stderr, {});
}

}  // namespace
}  // namespace tap_pinterest::log
