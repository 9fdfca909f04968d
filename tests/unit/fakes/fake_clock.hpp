// Time that passes only when somebody waits for it.
#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>

#include "tap_pinterest/util/clock.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::fakes {

class FakeClock final : public util::Clock {
 public:
  // The local clock is wrong on purpose: nothing that decides which data is read may depend on it.
  static constexpr util::Instant kWrongLocalTime{};

  util::SteadyTime steady_now() const override {
    std::function<void()> look;
    {
      const std::scoped_lock lock(mutex_);
      look = on_look_;
    }
    if (look) look();
    const std::scoped_lock lock(mutex_);
    return now_;
  }

  util::Instant system_now() const override {
    const std::scoped_lock lock(mutex_);
    return local_time_ + std::chrono::duration_cast<std::chrono::microseconds>(now_ - kBegin);
  }

  // Without a deadline this truly waits until it is woken; else the deadline has come at once.
  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
                  util::SteadyTime deadline) override {
    if (deadline == util::SteadyTime::max()) {
      wake.wait(lock);
      return;
    }
    const std::scoped_lock own(mutex_);
    if (deadline > now_) waited_ += deadline - now_;
    now_ = std::max(now_, deadline);
  }

  void advance(util::SteadyTime::duration time) {
    const std::scoped_lock lock(mutex_);
    now_ += time;
  }
  void set_local_time(util::Instant time) {
    const std::scoped_lock lock(mutex_);
    local_time_ = time - std::chrono::duration_cast<std::chrono::microseconds>(now_ - kBegin);
  }
  // All that wait_until() has let pass.
  util::SteadyTime::duration waited() const {
    const std::scoped_lock lock(mutex_);
    return waited_;
  }
  util::SteadyTime::duration since_begin() const {
    const std::scoped_lock lock(mutex_);
    return now_ - kBegin;
  }
  // Called whenever somebody looks at the steady clock.
  void on_look(std::function<void()> look) {
    const std::scoped_lock lock(mutex_);
    on_look_ = std::move(look);
  }

 private:
  static constexpr util::SteadyTime kBegin{std::chrono::hours(1000)};

  mutable std::mutex mutex_;
  util::SteadyTime now_ = kBegin;
  util::Instant local_time_ = kWrongLocalTime;
  util::SteadyTime::duration waited_{0};
  std::function<void()> on_look_;
};

}  // namespace tap_pinterest::fakes
