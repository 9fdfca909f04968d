// Text without what stands around it.
#pragma once

#include <string_view>

namespace tap_pinterest::util {

// `text` without the characters of `around` at its beginning and end: blanks and line ends, unless others are
// given.
inline std::string_view trim(std::string_view text, std::string_view around = " \t\r\n") {
  const auto first = text.find_first_not_of(around);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(around) - first + 1);
}

}  // namespace tap_pinterest::util
