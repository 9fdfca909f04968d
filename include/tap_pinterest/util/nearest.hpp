// What somebody may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tap_pinterest::util {

// The known word that a mistyped one comes nearest to, whatever their case; empty if none is near.
std::string nearest(std::string_view word, std::span<const std::string> known);

}  // namespace tap_pinterest::util
