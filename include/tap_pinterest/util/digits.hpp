// Digits of ASCII, whatever the locale.
#pragma once

namespace tap_pinterest::util {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace tap_pinterest::util
