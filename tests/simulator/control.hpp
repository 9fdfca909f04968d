// The control endpoints under /_simulator: what tests use to look in and to change the world.
#pragma once

#include <string_view>

#include "message.hpp"

namespace simulator {

class Simulator;

class Control {
 public:
  explicit Control(Simulator& simulator) : simulator_(simulator) {}

  // `target` without the prefix `/_simulator`.
  Answer handle(const Request& request, std::string_view target);

 private:
  Answer look(std::string_view path, std::string_view query);
  Answer change(std::string_view path, std::string_view body);
  std::string counters() const;

  Simulator& simulator_;
};

}  // namespace simulator
