#include "tap_pinterest/util/read_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "reason.hpp"

namespace tap_pinterest::util {
namespace {

constexpr std::size_t kMaxFileBytes = 64'000'000;

struct Close {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};

}  // namespace

std::optional<std::string> read_file(const std::string& path, std::string& problem) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  if (!file) {
    problem = "cannot be opened: " + reason(errno);
    return std::nullopt;
  }
  std::string text;
  std::array<char, 65536> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    text.append(buffer.data(), count);
    if (text.size() > kMaxFileBytes) {
      problem = "is larger than 64 MB";
      return std::nullopt;
    }
  }
  if (std::ferror(file.get()) != 0) {
    problem = "cannot be read: " + reason(errno);
    return std::nullopt;
  }
  return text;
}

}  // namespace tap_pinterest::util
