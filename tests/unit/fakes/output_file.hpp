// Where Singer lines go in a test: a file that nobody else sees.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::fakes {

class OutputFile {
 public:
  OutputFile() {
    if (!file_) throw std::runtime_error("no room for the output");
  }

  int descriptor() const { return fileno(file_.get()); }

  std::string text() const {
    std::string text(size(), '\0');
    const ssize_t count = pread(descriptor(), text.data(), text.size(), 0);
    if (count != static_cast<ssize_t>(text.size())) throw std::runtime_error("the output cannot be read");
    return text;
  }
  std::size_t size() const { return static_cast<std::size_t>(lseek(descriptor(), 0, SEEK_CUR)); }

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
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Closer> file_{std::tmpfile()};
};

}  // namespace tap_pinterest::fakes
