#include "tap_pinterest/app/standard_output.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "tap_pinterest/log/log.hpp"

namespace tap_pinterest::app {

bool write_to_stdout(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return true;
  if (errno != EPIPE)
    log::critical("cannot write to standard output: {}", std::generic_category().message(errno));
  return false;
}

}  // namespace tap_pinterest::app
