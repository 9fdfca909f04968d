// The user's home folder in paths.
#pragma once

#include <string>
#include <string_view>

namespace tap_pinterest::util {

// `path` with a leading "~" or "~/" replaced by `home`, as a shell does it. "~name", and any path while
// `home` is empty, stay as they are.
std::string expand_home(std::string path, std::string_view home);

}  // namespace tap_pinterest::util
