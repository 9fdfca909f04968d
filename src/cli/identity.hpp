// How the tap calls itself.
#pragma once

#include <string_view>

namespace tap_pinterest::cli {

inline constexpr std::string_view kName = "tap-pinterest";
inline constexpr std::string_view kVersion = TAP_PINTEREST_VERSION;
inline constexpr std::string_view kDescription =
    "Singer tap for the Pinterest API v5: ad accounts, campaigns, ad groups, ads, Pins, and their analytics";

}  // namespace tap_pinterest::cli
