#include "tap_pinterest/util/descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>

namespace tap_pinterest::util {
namespace {

bool is_readable(const Descriptor& descriptor) {
  pollfd watched{descriptor.get(), POLLIN, 0};
  return poll(&watched, 1, 0) == 1;
}

TEST(Pipe, IsReadableOnceTheWriterIsClosed) {
  Pipe pipe = make_pipe();
  EXPECT_FALSE(is_readable(pipe.reader));
  pipe.writer = {};
  EXPECT_TRUE(is_readable(pipe.reader));
}

TEST(Pipe, IsNotForOtherPrograms) {
  const Pipe pipe = make_pipe();
  for (const Descriptor* end : {&pipe.reader, &pipe.writer})
    EXPECT_EQ(fcntl(end->get(), F_GETFD), FD_CLOEXEC);
}

TEST(Descriptor, CanBeToldNeverToBlock) {
  const Pipe pipe = make_pipe();
  never_block(pipe.reader);
  char byte = 0;
  EXPECT_EQ(read(pipe.reader.get(), &byte, 1), -1);
  EXPECT_EQ(errno, EAGAIN);
}

}  // namespace
}  // namespace tap_pinterest::util
