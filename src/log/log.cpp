#include "tap_pinterest/log/log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "tap_pinterest/log/format.hpp"
#include "tap_pinterest/log/options.hpp"
#include "tap_pinterest/util/clock.hpp"
#include "tap_pinterest/util/descriptor.hpp"

namespace tap_pinterest::log {
namespace {

// Return to the first column and clear the line.
constexpr std::string_view kClearLine = "\r\x1b[K";
constexpr std::size_t kUsualColumns = 80;
// Less than a target that does not read is given: while a thread waits here, the last STATE may wait for it.
constexpr int kPatienceMilliseconds = 2000;

spdlog::level::level_enum to_spdlog(Level level) {
  constexpr std::array<spdlog::level::level_enum, 5> kLevels = {spdlog::level::debug, spdlog::level::info,
                                                                spdlog::level::warn, spdlog::level::err,
                                                                spdlog::level::critical};
  return kLevels.at(static_cast<std::size_t>(level));
}

// What is behind `descriptor` opened once more, so that writing does not block; to change the descriptor
// itself would change it for all who share it. None where that is not allowed: sockets, pipes of another
// user.
util::Descriptor open_without_blocking(int descriptor) {
  const std::string path = fmt::format("/proc/self/fd/{}", descriptor);
  return util::Descriptor(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

// Writes finished lines and, below them, the progress line. Each change is one write, so that what other
// processes write to the same place does not come in between.
class ConsoleSink final : public spdlog::sinks::sink {
 public:
  void open(int out, bool allow_progress) {
    const std::lock_guard lock(mutex_);
    // A file never blocks, and opened once more it would be written from its beginning.
    struct stat status {};
    const bool is_file = ::fstat(out, &status) == 0 && S_ISREG(status.st_mode);
    own_ = is_file ? util::Descriptor() : open_without_blocking(out);
    out_ = own_.get() >= 0 ? own_.get() : out;
    piece_bytes_ = is_file || own_.get() >= 0 ? std::string::npos : PIPE_BUF;
    given_up_ = false;
    interactive_ = allow_progress && ::isatty(out) == 1;
    progress_.clear();
  }

  void hurry() { hurried_ = true; }

  bool interactive() const { return interactive_; }

  void show_progress(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (!interactive_ || text == progress_) return;
    progress_ = text;
    put(std::string(kClearLine) + progress_row());
  }

  void log(const spdlog::details::log_msg& message) override {
    const std::string_view line(message.payload.data(), message.payload.size());
    const std::lock_guard lock(mutex_);
    std::string text;
    if (!progress_.empty()) text += kClearLine;
    text.append(line).append("\n");
    if (!progress_.empty()) text += progress_row();
    put(text);
  }

  void flush() override {}
  // Lines come finished.
  void set_pattern(const std::string& /*pattern*/) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

 private:
  std::string progress_row() const {
    winsize size{};
    const bool known = ::ioctl(out_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    // The last column stays free: a cursor behind it has wrapped on some terminals.
    return fit_to_width(progress_, (known ? size.ws_col : kUsualColumns) - 1);
  }

  // Waits for a reader that does not read, but not when the program is in a hurry. Nobody can be told that
  // stderr does not take a line.
  void put(std::string_view text) {
    while (!given_up_ && !text.empty()) {
      pollfd room{out_, POLLOUT, 0};
      if (::poll(&room, 1, kPatienceMilliseconds) == 0) {
        given_up_ = hurried_;
        continue;
      }
      const ssize_t count = ::write(out_, text.data(), std::min(text.size(), piece_bytes_));
      if (count < 0 && errno != EAGAIN && errno != EINTR) return;
      text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
  }

  std::mutex mutex_;
  util::Descriptor own_;
  int out_ = STDERR_FILENO;
  std::size_t piece_bytes_ = PIPE_BUF;  // what is written at once: no more than there is room for
  std::atomic<bool> hurried_ = false;
  bool given_up_ = false;
  std::atomic<bool> interactive_ = false;
  std::string progress_;
};

class State {
 public:
  void open(std::FILE* out, const Options& options) {
    // A terminal is read as it is written: there the time says nothing, and numbers for machines are in the
    // way.
    const bool is_terminal = ::isatty(::fileno(out)) == 1;
    form_ = options.form == Form::text && !is_terminal ? Form::stamped : options.form;
    metric_level_ = options.form == Form::text && is_terminal ? Level::debug : Level::info;
    logger_.set_level(to_spdlog(options.level));
    sink_->open(::fileno(out), options.allow_progress && options.form != Form::structured);
  }

  ConsoleSink& sink() { return *sink_; }

  Level metric_level() const { return metric_level_; }
  bool wants(Level level) const { return logger_.should_log(to_spdlog(level)); }

  void write(Line line) {
    const std::string stream = redact(line.stream);
    const std::string message = redact(line.message);
    nlohmann::ordered_json masked_point;
    if (line.metric != nullptr && message != line.message) {
      masked_point = nlohmann::ordered_json::parse(message, nullptr, /*allow_exceptions=*/false);
      line.metric = &masked_point;
    }
    line.stream = stream;
    line.message = message;
    logger_.log(to_spdlog(line.level), render(form_, line, here()));
  }

  void mask(const util::Secret& secret) {
    const std::lock_guard lock(redactor_mutex_);
    redactor_.add(secret);
  }

  std::string redact(std::string_view text) {
    const std::lock_guard lock(redactor_mutex_);
    return redactor_.redact(text);
  }

 private:
  static Origin here() {
    std::array<char, 16> name{};
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    return {util::real_clock().system_now(), ::getpid(), name.data()};
  }

  std::shared_ptr<ConsoleSink> sink_ = std::make_shared<ConsoleSink>();
  spdlog::logger logger_{"tap-pinterest", sink_};
  std::atomic<Form> form_ = Form::text;
  std::atomic<Level> metric_level_ = Level::info;
  std::mutex redactor_mutex_;
  Redactor redactor_;
};

// Never destroyed: a line may still be written while the program ends.
State& state() {
  static auto* const instance = new State;
  return *instance;
}

}  // namespace

void write(Level level, std::string_view stream, std::string_view message) {
  if (!state().wants(level)) return;
  state().write({.level = level, .stream = stream, .message = message, .metric = nullptr});
}

void metric(const nlohmann::ordered_json& point) {
  const Level level = state().metric_level();
  if (!state().wants(level)) return;
  const std::string text =
      point.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::ordered_json::error_handler_t::replace);
  std::string stream;
  if (const auto tags = point.find("tags"); tags != point.end() && tags->is_object()) {
    if (const auto name = tags->find("stream"); name != tags->end() && name->is_string()) {
      stream = name->get<std::string>();
    }
  }
  state().write({.level = level, .stream = stream, .message = text, .metric = &point});
}

void mask(const util::Secret& secret) { state().mask(secret); }

// Masked before it is cut: half a secret is not found.
std::string printable(std::string_view text, std::size_t max_bytes) {
  return one_line(state().redact(text), max_bytes);
}

void init() {
  Options options = read_options([](const char* name) -> const char* { return std::getenv(name); });
  // Records on the same terminal would run into the progress line.
  if (::isatty(STDOUT_FILENO) == 1) options.allow_progress = false;
  init(stderr, options);
}

void init(std::FILE* out, const Options& options) {
  state().open(out, options);
  for (const std::string& text : options.warnings) write(Level::warning, {}, text);
}

bool interactive() { return state().sink().interactive(); }

void hurry() { state().sink().hurry(); }

void progress(std::string_view text) { state().sink().show_progress(state().redact(text)); }

}  // namespace tap_pinterest::log
