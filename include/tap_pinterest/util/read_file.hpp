// Files that the user names.
#pragma once

#include <optional>
#include <string>

namespace tap_pinterest::util {

// The content of a file, which may be a pipe. Nothing if it cannot be read or has more than 64 MB; `problem`
// then says why ("cannot be opened: No such file or directory").
std::optional<std::string> read_file(const std::string& path, std::string& problem);

}  // namespace tap_pinterest::util
