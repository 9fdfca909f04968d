// How fast requests of one category may go: a token bucket that returns moments and never sleeps.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/util/clock.hpp"

namespace tap_pinterest::http {

// What the headers of an answer say of the limit; each part only if it is there and makes sense.
struct RateLimitHeaders {
  // x-ratelimit-limit: requests a minute. Of a list such as `100, 100;w=1;name="…", 1000;w=60;name="…"`, as
  // live answers have it, the item with a window of 60 s; a number alone counts where no item names a window.
  std::optional<double> per_minute;
  // x-ratelimit-remaining: requests left until `reset`.
  std::optional<double> remaining;
  // x-ratelimit-reset as time from now; given in seconds remaining, or as Unix seconds or milliseconds.
  std::optional<std::chrono::milliseconds> reset;
  // Retry-After as time from now; given in seconds or as an HTTP date.
  std::optional<std::chrono::milliseconds> retry_after;
};

// Reads whatever is there and tolerates any form. `now` turns moments into durations.
RateLimitHeaders read_rate_limit_headers(const std::vector<Header>& headers, util::Instant now);

// Not safe for several threads at once: its owner holds a lock.
class RateLimiter {
 public:
  // `per_minute` > 0 is the rate that is really used (a margin and a share already taken off).
  // The bucket holds max(1, one second's worth) and starts full.
  RateLimiter(double per_minute, util::SteadyTime now);

  // The first moment at which a request may be sent; not after `now` if that is at once.
  util::SteadyTime ready_at(util::SteadyTime now) const;
  // Goes at this rate from `now` on.
  void set_rate(double per_minute, util::SteadyTime now);
  // The rate without what headers slow it down by.
  double per_minute() const;
  // What so many requests take at that rate.
  std::chrono::seconds least_time(std::size_t requests) const;
  // Takes one permit at `now`.
  void take(util::SteadyTime now);
  // Nothing is ready before `until`. A later pause stays.
  void pause_until(util::SteadyTime until);
  // The end of the latest pause; long ago if there was none.
  util::SteadyTime paused_until() const { return paused_until_; }
  // Slows down if the headers say that fewer requests are left than the rate would send before the reset.
  // Only a reset of at most one minute slows: a day's limit is used at full speed until it is gone.
  // `remaining` of 0 with a reset pauses until then.
  void observe(const RateLimitHeaders& headers, util::SteadyTime now);

 private:
  double tokens_at(util::SteadyTime now) const;

  double per_second_;
  double capacity_;
  double tokens_;
  util::SteadyTime updated_;
  util::SteadyTime paused_until_;
  // The slower rate that the headers asked for, until then.
  double slowed_per_second_;
  util::SteadyTime slowed_until_;
};

}  // namespace tap_pinterest::http
