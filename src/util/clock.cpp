#include "tap_pinterest/util/clock.hpp"

namespace tap_pinterest::util {
namespace {

class RealClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }

  Instant system_now() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }

  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
                  SteadyTime deadline) override {
    wake.wait_until(lock, deadline);
  }
};

}  // namespace

Clock& real_clock() {
  static RealClock clock;
  return clock;
}

}  // namespace tap_pinterest::util
