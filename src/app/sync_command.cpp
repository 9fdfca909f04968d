#include "tap_pinterest/app/sync_command.hpp"

#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <system_error>

#include "signals.hpp"
#include "tap_pinterest/app/exit_code.hpp"
#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/sync/engine.hpp"
#include "tap_pinterest/util/thread.hpp"

namespace tap_pinterest::app {
namespace {

using util::Descriptor;

// A target that does not read for so long after a signal is given up.
constexpr std::chrono::seconds kPatienceWithTarget{5};
constexpr std::chrono::seconds kTick{1};
// How often a line tells how far the run is where no progress line can be shown.
constexpr std::chrono::seconds kSayEvery{60};

// Has the memory of a large answer go back to the system when it is done with. By itself glibc raises the
// size from which it does that with each such answer, and every worker's heap keeps what its largest one
// took.
void return_large_blocks() {
#ifdef __GLIBC__
  constexpr int kLargeBytes = 1024 * 1024;
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
#endif
}

// Flushes and reports while the run goes on.
void keep_house(const std::stop_token& stop, sync::Engine& engine) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  std::chrono::seconds quiet{0};
  while (!wake.wait_for(lock, stop, kTick, [&] { return stop.stop_requested(); })) {
    engine.tick();
    const std::string progress = engine.progress();
    if (progress.empty()) continue;
    quiet += kTick;
    if (log::interactive()) {
      log::progress(progress);
    } else if (quiet >= kSayEvery) {
      quiet = {};
      log::info("{}", progress);
    }
  }
}

// What the run and its supervisor tell each other.
struct Supervision {
  Descriptor signals = take_signals();
  util::Pipe ended = util::make_pipe();
  std::atomic<bool> running = true;
  std::atomic<int> signal = 0;  // the first that asked for the end, or 0
};

// Waits for signals until the run is over and has said all it has to say: any of its threads may be blocked
// by somebody who does not read.
void supervise(const std::stop_token& stop, sync::Engine& engine, Supervision& it) {
  const std::stop_callback end(stop, [&] { it.ended.writer = {}; });
  std::uint64_t bytes_out = 0;
  auto read_at = std::chrono::steady_clock::now();
  std::array<pollfd, 2> watched = {{{it.ended.reader.get(), POLLIN, 0}, {it.signals.get(), POLLIN, 0}}};
  while (true) {
    constexpr auto kTimeout = std::chrono::duration_cast<std::chrono::milliseconds>(kTick);
    wait_for(watched, static_cast<int>(kTimeout.count()));
    if (watched[0].revents != 0) return;
    const auto number = watched[1].revents != 0 ? read_signal(it.signals) : std::nullopt;
    if (number && it.signal == 0) {
      it.signal = *number;
      read_at = std::chrono::steady_clock::now();
      log::hurry();
    }
    if (it.signal == 0 || !it.running) continue;
    engine.request_stop();
    if (engine.bytes_out() != bytes_out) {
      bytes_out = engine.bytes_out();
      read_at = std::chrono::steady_clock::now();
    }
    if (std::chrono::steady_clock::now() - read_at > kPatienceWithTarget) {
      log::critical(
          "stopped by {} while the target was not reading: what it has not read is lost; the last state it "
          "received is safe to resume from",
          signal_name(it.signal));
      _exit(kExitSignal + it.signal);
    }
  }
}

void write_metrics(const sync::Engine& engine, std::chrono::duration<double> duration) {
  const sync::Report& report = engine.report();
  for (const std::string& stream : engine.selected_streams()) {
    const auto found = report.records.find(stream);
    log::metric({{"type", "counter"},
                 {"metric", "record_count"},
                 {"value", found == report.records.end() ? 0 : found->second},
                 {"tags", {{"stream", stream}}}});
  }
  for (const auto& [key, count] : report.requests) {
    const auto& [endpoint, status] = key;
    const std::string outcome = status >= 200 && status < 300 ? "succeeded" : "failed";
    const nlohmann::ordered_json tags = {
        {"endpoint", endpoint}, {"http_status_code", status}, {"status", outcome}};
    log::metric({{"type", "counter"}, {"metric", "http_request_count"}, {"value", count}, {"tags", tags}});
    const std::chrono::duration<double> seconds = report.request_time.at(key);
    log::metric({{"type", "timer"},
                 {"metric", "http_request_duration"},
                 {"value", seconds.count() / static_cast<double>(count)},
                 {"tags", tags}});
  }
  for (const auto& [stream, span] : report.stream_time) {
    const std::chrono::duration<double> seconds = span.end - span.begin;
    log::metric({{"type", "timer"},
                 {"metric", "sync_duration"},
                 {"value", seconds.count()},
                 {"tags", {{"stream", stream}}}});
  }
  log::metric({{"type", "timer"},
               {"metric", "job_duration"},
               {"value", duration.count()},
               {"tags", nlohmann::ordered_json::object()}});
}

int exit_code(const sync::RunResult& result, int signal) {
  switch (result.ending) {
    case sync::Ending::complete:
      return kExitSuccess;
    case sync::Ending::output_closed:
      log::critical(
          "standard output was closed by its reader, which has ended or failed: check its messages; the last "
          "state it received is safe to resume from");
      return kExitFailure;
    case sync::Ending::stopped:
      log::critical("stopped by {}: the state is written and safe to resume from",
                    signal != 0 ? signal_name(signal) : "request");
      return signal != 0 ? kExitSignal + signal : kExitFailure;
    case sync::Ending::incomplete:
      log::critical("{}", result.message);
      return kExitFailure;
  }
  return kExitFailure;
}

// libstdc++'s random_device would need glibc 2.36, which Ubuntu 22.04 has not.
std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  if (getentropy(&seed, sizeof(seed)) != 0)
    throw std::system_error(errno, std::generic_category(), "getentropy");
  return seed;
}

}  // namespace

int run_sync(const config::Config& config, const singer::Selection& selection, singer::State state,
             sync::StateFile* state_file, http::TransportFactory make_transport) {
  return_large_blocks();
  sync::Engine engine({.config = config,
                       .clock = util::real_clock(),
                       .make_transport = std::move(make_transport),
                       .output = STDOUT_FILENO,
                       .random_seed = random_seed(),
                       .state_file = state_file},
                      selection, std::move(state));
  const auto started = std::chrono::steady_clock::now();
  sync::RunResult result;
  Supervision supervision;
  const auto supervisor =
      util::start_thread([&](const std::stop_token& stop) { supervise(stop, engine, supervision); });
  if (!supervisor) {
    log::warning(
        "could not start a thread to watch for signals; a signal will end this run at once, without a final "
        "STATE");
    leave_signals();
  }
  {
    const auto housekeeper =
        util::start_thread([&](const std::stop_token& stop) { keep_house(stop, engine); });
    result = engine.run();
  }
  supervision.running = false;
  log::progress({});
  const auto duration = std::chrono::steady_clock::now() - started;
  if (result.ending != sync::Ending::output_closed) {
    write_metrics(engine, duration);
    // Where nothing was ever read a table of zeros says nothing.
    const bool nothing_read = engine.report().records.empty() && result.ending != sync::Ending::complete;
    for (const std::string& line :
         nothing_read ? std::vector<std::string>()
                      : engine.report().table(engine.selected_streams(),
                                              std::chrono::duration_cast<std::chrono::seconds>(duration))) {
      log::info("{}", line);
    }
  }
  return exit_code(result, supervision.signal);
}

}  // namespace tap_pinterest::app
