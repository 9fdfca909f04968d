// Bytes that arrive piece by piece and are read once they are all there: in memory as long as they are few,
// beyond that in a file that has no name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "tap_pinterest/util/descriptor.hpp"

namespace tap_pinterest::util {

class Spool {
 public:
  // `folder` is where the file is made, once there are more than `most_in_memory` bytes.
  Spool(std::string folder, std::size_t most_in_memory)
      : folder_(std::move(folder)), most_in_memory_(most_in_memory) {}

  std::size_t size() const { return size_; }
  bool in_memory() const { return file_.get() < 0; }
  // Only if in_memory().
  const std::string& text() const { return text_; }

  // All of these throw FileError where the disk is full or the file cannot be made.

  // Takes the room for so many bytes, so that a full disk is known before anything is fetched.
  void reserve(std::size_t bytes);
  void append(std::string_view bytes);
  // Forgets everything.
  void clear();
  // Appends up to `count` bytes from `offset` on, fewer only at the end, and returns how many.
  std::size_t read(std::size_t offset, std::size_t count, std::string& out) const;

 private:
  void open_file();
  void write_at(std::size_t offset, std::string_view bytes);

  std::string folder_;
  std::size_t most_in_memory_;
  std::string text_;
  Descriptor file_;
  std::size_t size_ = 0;
};

}  // namespace tap_pinterest::util
