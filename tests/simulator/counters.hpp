// What the simulator has been asked, for tests to look at afterwards.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "message.hpp"
#include "options.hpp"

namespace simulator {

struct Refused {
  std::string endpoint;
  int status;
  std::string reason;
  std::string query;
};

class Counters {
 public:
  void count(std::string_view endpoint, const Request& request, int status, Instant now);
  void count_refused(Refused refused);
  void count_rate_limited();
  void count_connection();
  void enter();
  void leave();
  void reset();

  // Requests by endpoint.
  std::map<std::string, std::int64_t> requests() const;
  std::int64_t refused() const;
  std::int64_t most_in_flight() const;
  // JSON, without the braces around it.
  std::string describe() const;
  // JSON: the latest requests, those whose target holds `match`.
  std::string describe_requests(std::string_view match) const;

 private:
  struct Past {
    std::string endpoint;
    std::string method;
    std::string target;
    std::string range;
    bool authorization;
    int status;
    Instant at;
  };

  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t> requests_;
  std::map<int, std::int64_t> statuses_;
  std::deque<Refused> refused_;
  std::deque<Past> past_;
  std::int64_t refused_count_ = 0;
  std::int64_t rate_limited_ = 0;
  std::int64_t connections_ = 0;
  std::int64_t in_flight_ = 0;
  std::int64_t most_in_flight_ = 0;
};

}  // namespace simulator
