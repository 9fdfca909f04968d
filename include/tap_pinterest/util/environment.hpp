// The environment as a whole.
#pragma once

#include <span>

namespace tap_pinterest::util {

// Its entries, each "NAME=VALUE". Valid while nobody changes the environment.
std::span<char* const> environment_entries();

}  // namespace tap_pinterest::util
