// Where Singer lines go in a test: memory that is written like a file.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::fakes {

class OutputFile {
 public:
  OutputFile() : descriptor_(memfd_create("output", MFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::runtime_error("no memory for the output");
  }
  ~OutputFile() { close(descriptor_); }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  int descriptor() const { return descriptor_; }

  std::string text() const {
    std::string text(size(), '\0');
    const ssize_t count = pread(descriptor_, text.data(), text.size(), 0);
    if (count != static_cast<ssize_t>(text.size())) throw std::runtime_error("the output cannot be read");
    return text;
  }
  std::size_t size() const { return static_cast<std::size_t>(lseek(descriptor_, 0, SEEK_CUR)); }

  std::vector<std::string> texts() const {
    std::vector<std::string> lines;
    std::istringstream stream(text());
    for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
    return lines;
  }

  std::vector<singer::Json> lines() const {
    std::vector<singer::Json> messages;
    for (const std::string& line : texts()) messages.push_back(singer::Json::parse(line));
    return messages;
  }

 private:
  int descriptor_;
};

}  // namespace tap_pinterest::fakes
