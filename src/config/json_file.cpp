#include <fmt/format.h>

#include "json_text.hpp"
#include "tap_pinterest/config/settings.hpp"
#include "tap_pinterest/util/read_file.hpp"

namespace tap_pinterest::config {

std::optional<nlohmann::ordered_json> read_json_file(std::string_view what, const std::string& path,
                                                     std::vector<std::string>& problems) {
  std::string problem;
  const std::optional<std::string> text = util::read_file(path, problem);
  std::optional<Json> document = text ? parse_json(*text, problem) : std::nullopt;
  if (document && !document->is_object()) {
    problem = "must contain a JSON object";
    document.reset();
  }
  if (!document) problems.push_back(fmt::format("{} file {} {}", what, path, problem));
  return document;
}

}  // namespace tap_pinterest::config
