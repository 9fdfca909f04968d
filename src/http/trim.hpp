// What headers and libcurl's messages have around them is not part of them.
#pragma once

#include <string_view>

namespace tap_pinterest::http {

// `text` without the blanks and line ends at its beginning and end.
inline std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace tap_pinterest::http
