#include "tap_pinterest/util/home.hpp"

namespace tap_pinterest::util {

std::string expand_home(std::string path, std::string_view home) {
  if (!home.empty() && (path == "~" || path.starts_with("~/"))) path.replace(0, 1, home);
  return path;
}

}  // namespace tap_pinterest::util
