#include "tap_pinterest/sync/renewal_timing.hpp"

#include <fmt/format.h>

namespace tap_pinterest::sync {

std::optional<std::string> RenewalTiming::ended(const pinterest::Renewal& renewal,
                                                std::chrono::milliseconds wait,
                                                std::chrono::seconds max_retry, std::chrono::seconds max_wait,
                                                util::SteadyTime now) {
  using Outcome = pinterest::Renewal::Outcome;
  running_ = false;
  if (renewal.outcome == Outcome::fatal) return renewal.message;
  if (renewal.outcome == Outcome::done) {
    failures_ = 0;
    spent_ = {};
    if (renewal.requests > 0) not_before_ = now + pinterest::kBetweenRenewals;
    return std::nullopt;
  }
  ++failures_;
  spent_ += renewal.elapsed;
  if (!renewal.wait) spent_ += wait;
  not_before_ = now + wait;
  if (spent_ <= max_retry && !(renewal.wait && wait > max_wait)) return std::nullopt;
  return fmt::format("the access token could not be renewed in {} attempts: {}; run again later", failures_,
                     renewal.message);
}

}  // namespace tap_pinterest::sync
