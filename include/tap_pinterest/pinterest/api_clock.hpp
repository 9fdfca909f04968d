// Now, as the API sees it: the Date header of its first answer, plus steady time since.
#pragma once

#include <mutex>
#include <optional>

#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/util/clock.hpp"

namespace tap_pinterest::pinterest {

// Safe for several threads at once.
class ApiClock {
 public:
  explicit ApiClock(const util::Clock& clock) : clock_(clock) {}

  // Sets the clock from the first answer; later ones change nothing. Without a usable Date header in it the
  // local clock serves from then on; a server's error (5xx) without one is passed over.
  void observe(const http::Response& response);

  // Before the first answer this is the local clock.
  util::Instant now() const;
  // The first answer had no usable Date header.
  bool uses_local_clock() const;
  // The moment of the first answer; `now()` before there is one.
  util::Instant first_answer() const;

 private:
  const util::Clock& clock_;
  mutable std::mutex mutex_;
  std::optional<util::Instant> first_answer_;
  bool uses_local_clock_ = false;
  util::SteadyTime observed_at_;
};

}  // namespace tap_pinterest::pinterest
