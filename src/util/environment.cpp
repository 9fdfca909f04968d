#include "tap_pinterest/util/environment.hpp"

#include <unistd.h>

#include <cstddef>

// POSIX has programs declare it; glibc declares it too.
extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace tap_pinterest::util {

std::span<char* const> environment_entries() {
  std::size_t count = 0;
  while (environ[count] != nullptr) ++count;
  return {environ, count};
}

}  // namespace tap_pinterest::util
