#include "signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace tap_pinterest::app {
namespace {

struct Ending {
  int number;
  std::string_view name;
};
constexpr std::array<Ending, 3> kEndings = {{{SIGHUP, "SIGHUP"}, {SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}}};

// Where the handler writes. It stays open while a handler may run.
volatile std::sig_atomic_t signals_in = -1;

void pass_on(int number) {
  const int before = errno;
  const auto byte = static_cast<unsigned char>(number);
  // A full pipe already holds enough signals.
  [[maybe_unused]] const ssize_t written = write(signals_in, &byte, sizeof byte);
  errno = before;
}

// Those that are not ignored.
sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const Ending& ending : kEndings) {
    struct sigaction inherited {};
    sigaction(ending.number, nullptr, &inherited);
    if (inherited.sa_handler != SIG_IGN) sigaddset(&signals, ending.number);
  }
  return signals;
}

void handle(const sigset_t& signals, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_mask = signals;  // the first one is passed on first
  for (const Ending& ending : kEndings) {
    if (sigismember(&signals, ending.number) == 1) sigaction(ending.number, &action, nullptr);
  }
}

}  // namespace

util::Descriptor take_signals() {
  static util::Pipe pipe = util::make_pipe();
  util::never_block(pipe.writer);
  signals_in = pipe.writer.get();
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  handle(signals, pass_on);
  return std::move(pipe.reader);
}

void leave_signals() {
  const sigset_t signals = ending_signals();
  handle(signals, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void wait_for(std::span<pollfd> watched, int milliseconds) {
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  // The signal that has interrupted it makes the pipe readable.
  while (poll(watched.data(), static_cast<nfds_t>(watched.size()), milliseconds) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category());
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

std::optional<int> read_signal(const util::Descriptor& signals) {
  unsigned char number = 0;
  if (read(signals.get(), &number, sizeof number) != sizeof number) return std::nullopt;
  return number;
}

std::string_view signal_name(int number) {
  return std::ranges::find(kEndings, number, &Ending::number)->name;
}

std::optional<int> run_until_signal(const util::Descriptor& signals,
                                    const std::function<void(const std::stop_token&)>& work) {
  util::Pipe ended = util::make_pipe();
  std::exception_ptr failure;
  std::optional<int> signal;
  {
    std::jthread thread([&](const std::stop_token& stop) {
      try {
        work(stop);
      } catch (...) {
        failure = std::current_exception();
      }
      ended.writer = {};
    });
    std::array<pollfd, 2> watched = {{{ended.reader.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}}};
    wait_for(watched);
    if (watched[0].revents == 0) signal = read_signal(signals);
  }
  if (failure) std::rethrow_exception(failure);
  return signal;
}

}  // namespace tap_pinterest::app
