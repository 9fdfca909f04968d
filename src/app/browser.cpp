#include "browser.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "tap_pinterest/util/environment.hpp"

namespace tap_pinterest::app {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

// The environment without settings of the tap, which may be secrets.
std::vector<char*> environment_for_others() {
  std::vector<char*> kept;
  for (char* const entry : util::environment_entries()) {
    if (!std::string_view(entry).starts_with("TAP_PINTEREST_")) kept.push_back(entry);
  }
  kept.push_back(nullptr);
  return kept;
}

}  // namespace

void open_in_browser(std::string address) {
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY")) return;
  // Nobody waits for it, so the system takes it away when it ends.
  std::signal(SIGCHLD, SIG_IGN);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_RDWR, 0);
  }
  // A Ctrl-C here is not meant for the browser, but it may be ended by signals like any program.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  for (const int signal : {SIGPIPE, SIGCHLD}) sigaddset(&signals, signal);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

  std::string program = "xdg-open";
  std::array<char*, 3> arguments{program.data(), address.data(), nullptr};
  pid_t child = 0;
  posix_spawnp(&child, program.c_str(), &files, &attributes, arguments.data(),
               environment_for_others().data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
}

}  // namespace tap_pinterest::app
