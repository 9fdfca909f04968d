// What the system says of an error.
#pragma once

#include <string>
#include <system_error>

namespace tap_pinterest::util {

// "No such file or directory" for the value of errno.
inline std::string reason(int error_number) { return std::generic_category().message(error_number); }

}  // namespace tap_pinterest::util
