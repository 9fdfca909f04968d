#include <pthread.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <thread>

#include "cli.hpp"
#include "server.hpp"

namespace {

// Raises SIGTERM when whoever started us has closed our stdin.
void watch_stdin() {
  std::array<char, 256> buffer{};
  while (read(STDIN_FILENO, buffer.data(), buffer.size()) > 0) {
  }
  kill(getpid(), SIGTERM);
}

int run(const simulator::CommandLine& line) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  (void)std::signal(SIGPIPE, SIG_IGN);

  const auto clock = line.now ? simulator::clock_from(*line.now) : simulator::system_clock();
  simulator::Simulator pinterest(line.options, clock);
  const simulator::Server server(pinterest);
  std::optional<simulator::Server> downloads;
  if (line.options.download_port) {
    downloads.emplace(pinterest, *line.options.download_port);
    pinterest.set_download_port(downloads->port());
  }
  std::printf("listening on %d\n", server.port());
  (void)std::fflush(stdout);
  if (line.exit_with_stdin) std::thread(watch_stdin).detach();
  int received = 0;
  sigwait(&signals, &received);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    simulator::CommandLine line;
    if (const auto code = simulator::parse_command_line(argc, argv, line)) return *code;
    return run(line);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "pinterest-simulator: %s\n", error.what());
    return 1;
  }
}
