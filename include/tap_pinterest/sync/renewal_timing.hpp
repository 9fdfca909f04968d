// When the access token is renewed again after a failure, and when the run gives up.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "tap_pinterest/pinterest/oauth.hpp"
#include "tap_pinterest/util/clock.hpp"

namespace tap_pinterest::sync {

class RenewalTiming {
 public:
  // One worker renews the token for all.
  void begin() { running_ = true; }
  bool running() const { return running_; }
  // No renewal before this moment.
  util::SteadyTime not_before() const { return not_before_; }

  // A renewal has ended at `now`; `wait` is how long the next one has to wait if it failed, and counts as
  // spent unless the server asked for it. Returns why the run ends, if it does: nothing is left to try, it
  // took longer than `max_retry` in all, or the server asks to wait longer than `max_wait`.
  std::optional<std::string> ended(const pinterest::Renewal& renewal, std::chrono::milliseconds wait,
                                   std::chrono::seconds max_retry, std::chrono::seconds max_wait,
                                   util::SteadyTime now);
  int failures() const { return failures_; }

 private:
  bool running_ = false;
  int failures_ = 0;
  std::chrono::microseconds spent_{0};
  util::SteadyTime not_before_{};
};

}  // namespace tap_pinterest::sync
