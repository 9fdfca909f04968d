// What the tap is, for people and for Meltano.
#pragma once

#include <string>

#include "tap_pinterest/cli/options.hpp"

namespace tap_pinterest::cli {

// The text that --about prints, newline at the end included.
std::string about(AboutFormat format);

}  // namespace tap_pinterest::cli
