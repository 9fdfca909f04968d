// Time as the program sees it: an interface, so that tests need no time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace tap_pinterest::util {

using SteadyTime = std::chrono::steady_clock::time_point;
// A moment in UTC.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

class Clock {
 public:
  virtual ~Clock() = default;

  virtual SteadyTime steady_now() const = 0;
  // The local machine's idea of UTC. Trusted with nothing that decides which data is read.
  virtual Instant system_now() const = 0;
  // Waits on `wake` until notified or until `deadline`; may wake early. `lock` is held before and after.
  virtual void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
                          SteadyTime deadline) = 0;
};

// The machine's clock. Lives as long as the program.
Clock& real_clock();

}  // namespace tap_pinterest::util
