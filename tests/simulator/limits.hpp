// Rate limits by category, in windows aligned to the clock: a minute, or for trial access a day.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "options.hpp"

namespace simulator {

struct LimitState {
  bool allowed;
  std::int64_t limit;  // 0: no limits
  std::int64_t remaining;
  std::int64_t reset_seconds;  // until the window ends, rounded up
};

class Limits {
 public:
  explicit Limits(const Options& options) : options_(options) {}

  // Counts a request.
  LimitState take(std::string_view category, Instant now);
  // Counts a report against the limit of cost.
  LimitState take_report(Instant now);
  // Every window is fresh again.
  void reset();

 private:
  struct Window {
    std::int64_t number = -1;
    std::int64_t used = 0;
  };

  std::chrono::microseconds scaled(std::chrono::microseconds length) const;
  LimitState take_from(const std::string& name, std::int64_t limit, std::chrono::microseconds length,
                       Instant now);

  const Options& options_;
  std::mutex mutex_;
  std::map<std::string, Window> windows_;
};

}  // namespace simulator
