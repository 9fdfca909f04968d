// Threads that may not be had.
#pragma once

#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace tap_pinterest::util {

// Runs `function` in a thread of its own, or nothing where the system has none to spare, as under a limit of
// processes.
template <typename Function>
std::optional<std::jthread> start_thread(Function&& function) {
  try {
    return std::jthread(std::forward<Function>(function));
  } catch (const std::system_error&) {
    return std::nullopt;
  }
}

}  // namespace tap_pinterest::util
