// A file descriptor that is closed when nobody holds it any more.
#pragma once

#include <unistd.h>

#include <utility>

namespace tap_pinterest::util {

class Descriptor {
 public:
  Descriptor() = default;
  // Takes what open() and its like return; a negative number is none.
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  int get() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

// Child processes do not inherit it. Not every system can set this when it makes a descriptor.
void close_on_exec(const Descriptor& descriptor);
// From now on, reading and writing return at once (EAGAIN).
void never_block(const Descriptor& descriptor);

struct Pipe {
  Descriptor reader;  // readable (poll) also once the writer is closed
  Descriptor writer;
};
// Closed on exec. Throws std::system_error.
Pipe make_pipe();

}  // namespace tap_pinterest::util
