#include "signals.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <system_error>
#include <thread>

namespace tap_pinterest::app {
namespace {

util::Descriptor require(int descriptor) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category());
  return util::Descriptor(descriptor);
}

// Those that ask for an end and are not ignored.
sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGHUP, SIGINT, SIGTERM}) {
    struct sigaction inherited {};
    sigaction(number, nullptr, &inherited);
    if (inherited.sa_handler != SIG_IGN) sigaddset(&signals, number);
  }
  return signals;
}

}  // namespace

util::Descriptor take_signals() {
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return require(signalfd(-1, &signals, SFD_CLOEXEC));
}

void leave_signals() {
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

std::optional<int> read_signal(const util::Descriptor& signals) {
  signalfd_siginfo info{};
  if (read(signals.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

std::optional<int> run_until_signal(const util::Descriptor& signals,
                                    const std::function<void(const std::stop_token&)>& work) {
  const util::Descriptor ended = make_event();
  std::exception_ptr failure;
  std::optional<int> signal;
  {
    std::jthread thread([&](const std::stop_token& stop) {
      try {
        work(stop);
      } catch (...) {
        failure = std::current_exception();
      }
      eventfd_write(ended.get(), 1);
    });
    std::array<pollfd, 2> watched = {{{ended.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}}};
    while (poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
    }
    if (watched[0].revents == 0) signal = read_signal(signals);
  }
  if (failure) std::rethrow_exception(failure);
  return signal;
}

std::string signal_name(int number) { return fmt::format("SIG{}", sigabbrev_np(number)); }

util::Descriptor make_event() { return require(eventfd(0, EFD_CLOEXEC)); }

}  // namespace tap_pinterest::app
