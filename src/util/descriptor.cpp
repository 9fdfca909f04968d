#include "tap_pinterest/util/descriptor.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace tap_pinterest::util {

void close_on_exec(const Descriptor& descriptor) { fcntl(descriptor.get(), F_SETFD, FD_CLOEXEC); }

void never_block(const Descriptor& descriptor) {
  fcntl(descriptor.get(), F_SETFL, fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK);
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::system_error(errno, std::generic_category());
  Pipe made{.reader = Descriptor(ends[0]), .writer = Descriptor(ends[1])};
  close_on_exec(made.reader);
  close_on_exec(made.writer);
  return made;
}

}  // namespace tap_pinterest::util
