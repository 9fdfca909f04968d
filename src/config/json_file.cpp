#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "json_text.hpp"
#include "tap_pinterest/config/settings.hpp"

namespace tap_pinterest::config {
namespace {

constexpr std::size_t kMaxFileBytes = 64'000'000;

struct Close {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};

std::string reason(int error_number) { return std::generic_category().message(error_number); }

// The file's content; nothing, and the reason in `problem`, if it cannot be read. Pipes are files too.
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

}  // namespace

std::optional<nlohmann::ordered_json> read_json_file(std::string_view what, const std::string& path,
                                                     std::vector<std::string>& problems) {
  std::string problem;
  const std::optional<std::string> text = read_file(path, problem);
  std::optional<Json> document = text ? parse_json(*text, problem) : std::nullopt;
  if (document && !document->is_object()) {
    problem = "must hold a JSON object";
    document.reset();
  }
  if (!document) problems.push_back(fmt::format("{} file {} {}", what, path, problem));
  return document;
}

}  // namespace tap_pinterest::config
