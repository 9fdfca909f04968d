#include "fuzz.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace tap_pinterest::fuzz {

void check(bool holds, std::string_view what, std::string_view detail) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n%.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(detail.size()), detail.data());
  std::abort();
}

std::size_t choose(std::string_view& input, std::size_t count) {
  if (input.empty()) return 0;
  const auto first = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return first % count;
}

std::vector<std::string_view> split(std::string_view input, char separator) {
  std::vector<std::string_view> pieces;
  while (true) {
    const std::size_t end = input.find(separator);
    pieces.push_back(input.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    input.remove_prefix(end + 1);
  }
}

std::vector<Json> parse_lines(std::string_view lines) {
  check(lines.empty() || lines.ends_with('\n'), "output ends with a whole line", lines);
  std::vector<Json> parsed;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(line.size() + 1);
    // The parser refuses what is no UTF-8.
    parsed.push_back(Json::parse(line, nullptr, /*allow_exceptions=*/false));
    check(parsed.back().is_object(), "every line is a JSON object", line);
  }
  return parsed;
}

std::string file_with(std::string_view content) {
  static const int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
  const bool written = ftruncate(descriptor, 0) == 0 && pwrite(descriptor, content.data(), content.size(),
                                                               0) == static_cast<ssize_t>(content.size());
  check(written, "the input can be written to a file");
  return "/proc/self/fd/" + std::to_string(descriptor);
}

namespace {

struct Target {
  std::string_view name;
  void (*run)(std::string_view input);
};

constexpr auto kTargets = std::to_array<Target>({
    {"list", list},
    {"ads_analytics", ads_analytics},
    {"pin_analytics", pin_analytics},
    {"token", token},
    {"error", error},
    {"headers", headers},
    {"config", config},
    {"catalog", catalog},
    {"state", state},
    {"log_config", log_config},
    {"json", json},
    {"output", output},
    {"log_line", log_line},
});

const Target* target = nullptr;

}  // namespace
}  // namespace tap_pinterest::fuzz

// libFuzzer passes over flags that begin with two dashes.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  using namespace tap_pinterest::fuzz;
  constexpr std::string_view kFlag = "--target=";
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = (*argv)[i];
    if (!argument.starts_with(kFlag)) continue;
    const auto* const found = std::ranges::find(kTargets, argument.substr(kFlag.size()), &Target::name);
    if (found != kTargets.end()) target = found;
  }
  if (target != nullptr) return 0;
  // Also how a script learns what there is.
  for (const Target& known : kTargets)
    std::printf("%.*s\n", static_cast<int>(known.name.size()), known.name.data());
  std::exit(1);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tap_pinterest::fuzz::target->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
