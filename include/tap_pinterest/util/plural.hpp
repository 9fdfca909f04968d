// Numbers of things, for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tap_pinterest::util {

// "1 retry", "2 retries".
inline std::string plural(std::uint64_t number, std::string_view one, std::string_view more) {
  return std::to_string(number).append(" ").append(number == 1 ? one : more);
}

}  // namespace tap_pinterest::util
