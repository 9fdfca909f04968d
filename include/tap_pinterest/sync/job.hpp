// One request that is to be made, with what has happened to it so far.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "tap_pinterest/pinterest/requests.hpp"
#include "tap_pinterest/util/clock.hpp"

namespace tap_pinterest::sync {

class ListRead;
class AnalyticsPartition;

struct Tries {
  int failures = 0;
  // Answers that arrived whole but were not what this endpoint answers.
  int unreadable = 0;
  // Timeouts and code 12: perhaps the request is too large.
  int slow = 0;
  // Refused because its first day is too old.
  int too_old = 0;
  // Refused with 401 once already.
  bool authenticated_again = false;
  // How many answers there had been to other requests when this one was sent first.
  std::uint64_t answers_before = 0;
  // The same for those that were a success.
  std::uint64_t successes_before = 0;
  // In requests and backoff; waits for the limiter or a pause do not count.
  std::chrono::microseconds spent{0};
};

struct ListJob {
  std::shared_ptr<ListRead> list;
  std::string bookmark;  // empty: the first page
};

// A request for a batch of ids.
struct AnalyticsPart {
  std::size_t batch = 0;  // its number
  pinterest::AnalyticsRequest request;
  // Asks whether the app has the bulk route of pin analytics, for a pin whose rows are written already.
  // Belongs to no batch.
  bool is_proof = false;
};

struct AnalyticsJob : AnalyticsPart {
  std::shared_ptr<AnalyticsPartition> partition;
};

struct Job {
  std::variant<ListJob, AnalyticsJob> work;
  pinterest::Category category = pinterest::Category::ads_read;
  // What its memory is estimated by: cells of analytics, or one page.
  double units = 1;
  Tries tries = {};
  util::SteadyTime not_before = {};
  std::size_t reserved_bytes = 0;

  bool is_list() const { return std::holds_alternative<ListJob>(work); }
  bool is_proof() const {
    const auto* analytics = std::get_if<AnalyticsJob>(&work);
    return analytics != nullptr && analytics->is_proof;
  }
};

}  // namespace tap_pinterest::sync
