// The program: wires the rooms together.
#pragma once

namespace tap_pinterest::app {

// Runs the program and returns its exit code.
int run(int argc, const char* const* argv);

}  // namespace tap_pinterest::app
