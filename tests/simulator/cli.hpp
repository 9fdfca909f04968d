// The command line of pinterest-simulator.
#pragma once

#include <optional>

#include "options.hpp"

namespace simulator {

struct CommandLine {
  Options options;
  std::optional<Instant> now;
  bool exit_with_stdin = false;
};

// Fills `out`; a value is the exit code of a program that has no more to do.
std::optional<int> parse_command_line(int argc, char** argv, CommandLine& out);

}  // namespace simulator
