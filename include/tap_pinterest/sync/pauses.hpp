// How long a category of requests pauses after a rate limit.
#pragma once

#include <array>
#include <chrono>
#include <optional>

#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/util/clock.hpp"

namespace tap_pinterest::sync {

class Pauses {
 public:
  // A pause that the API asks for without saying how long, or of no time at all, is at least this.
  static constexpr std::chrono::milliseconds kShortest{1000};

  // A request of this category was refused at `now`. Returns how long to wait: what the API asks for, else
  // `backoff` of the refusals in a row. Where those together last longer than `longest`, the wait is longer
  // than that, too: an API that says "soon" again and again asks for a long wait.
  template <typename Backoff>
  std::chrono::milliseconds refused(pinterest::Category category,
                                    std::optional<std::chrono::milliseconds> asked_for, Backoff&& backoff,
                                    std::chrono::milliseconds longest, util::SteadyTime now) {
    Row& row = rows_.at(static_cast<std::size_t>(category));
    if (row.refusals++ == 0) row.since = now;
    const auto wait = std::max(kShortest, asked_for ? *asked_for : backoff(row.refusals));
    return now + wait - row.since > longest ? std::max(wait, longest + kShortest) : wait;
  }
  // A request was answered.
  void answered(pinterest::Category category) { rows_.at(static_cast<std::size_t>(category)).refusals = 0; }

 private:
  // Refusals without a success between them.
  struct Row {
    int refusals = 0;
    util::SteadyTime since;
  };
  std::array<Row, pinterest::kCategories> rows_ = {};
};

}  // namespace tap_pinterest::sync
