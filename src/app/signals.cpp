#include "signals.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

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

std::string signal_name(int number) { return fmt::format("SIG{}", sigabbrev_np(number)); }

util::Descriptor make_event() { return require(eventfd(0, EFD_CLOEXEC)); }

}  // namespace tap_pinterest::app
