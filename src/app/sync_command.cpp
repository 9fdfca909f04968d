#include "tap_pinterest/app/sync_command.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <random>
#include <system_error>
#include <thread>

#include "signals.hpp"
#include "tap_pinterest/app/exit_code.hpp"
#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/sync/engine.hpp"

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

// Waits for the end of the run. Returns the signal that asked for it, if there was one.
std::optional<int> supervise(sync::Engine& engine, const Descriptor& signals, const Descriptor& ended) {
  std::optional<int> signal;
  std::uint64_t bytes_out = 0;
  auto read_at = std::chrono::steady_clock::now();
  std::array<pollfd, 2> watched = {{{ended.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}}};
  while (true) {
    constexpr auto kTimeout = std::chrono::duration_cast<std::chrono::milliseconds>(kTick);
    const int count = poll(watched.data(), watched.size(), static_cast<int>(kTimeout.count()));
    if (count < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category());
    if (count > 0 && watched[0].revents != 0) return signal;
    if (count > 0 && watched[1].revents != 0) {
      const auto number = read_signal(signals);
      if (number && !signal) {
        signal = number;
        read_at = std::chrono::steady_clock::now();
        engine.request_stop();
      }
    }
    if (!signal) continue;
    engine.request_stop();
    if (engine.bytes_out() != bytes_out) {
      bytes_out = engine.bytes_out();
      read_at = std::chrono::steady_clock::now();
    }
    if (std::chrono::steady_clock::now() - read_at > kPatienceWithTarget) {
      log::critical(
          "stopped by {} while the target does not read: what it has not read is lost, the last state it "
          "has seen is safe to resume from",
          signal_name(*signal));
      _exit(kExitSignal + *signal);
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

int exit_code(const sync::RunResult& result, const std::optional<int>& signal) {
  switch (result.ending) {
    case sync::Ending::complete:
      return kExitSuccess;
    case sync::Ending::output_closed:
      log::info("the output was closed by its reader");
      return kExitFailure;
    case sync::Ending::stopped:
      log::critical("stopped by {}: the state is written and safe to resume from",
                    signal ? signal_name(*signal) : "request");
      return signal ? kExitSignal + *signal : kExitFailure;
    case sync::Ending::incomplete:
      log::critical("{}", result.message);
      return kExitFailure;
  }
  return kExitFailure;
}

}  // namespace

int run_sync(const config::Config& config, const singer::Selection& selection, singer::State state,
             http::TransportFactory make_transport) {
  return_large_blocks();
  const Descriptor signals = take_signals();
  const Descriptor ended = make_event();
  sync::Engine engine({.config = config,
                       .clock = util::real_clock(),
                       .make_transport = std::move(make_transport),
                       .output = STDOUT_FILENO,
                       .random_seed = std::random_device()()},
                      selection, std::move(state));
  const auto started = std::chrono::steady_clock::now();
  sync::RunResult result;
  std::optional<int> signal;
  {
    const std::jthread housekeeper([&](const std::stop_token& stop) { keep_house(stop, engine); });
    const std::jthread run([&] {
      result = engine.run();
      eventfd_write(ended.get(), 1);
    });
    signal = supervise(engine, signals, ended);
  }
  log::progress({});
  const auto duration = std::chrono::steady_clock::now() - started;
  if (result.ending != sync::Ending::output_closed) {
    write_metrics(engine, duration);
    for (const std::string& line : engine.report().table(
             engine.selected_streams(), std::chrono::duration_cast<std::chrono::seconds>(duration))) {
      log::info("{}", line);
    }
  }
  return exit_code(result, signal);
}

}  // namespace tap_pinterest::app
