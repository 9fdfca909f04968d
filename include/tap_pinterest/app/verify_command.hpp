// --verify: whether what a run has written is whole and right, as far as it says itself.
#pragma once

#include <string>
#include <vector>

namespace tap_pinterest::app {

// Prints what is wrong with each file ("-" is standard input), and what is in it. Returns the exit code.
int run_verify(const std::vector<std::string>& paths);

}  // namespace tap_pinterest::app
