// One job from its request to its rows, or to what went wrong. Runs on a worker's thread, without the
// engine's lock.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "tap_pinterest/http/rate_limiter.hpp"
#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/pinterest/answers.hpp"
#include "tap_pinterest/pinterest/api_clock.hpp"
#include "tap_pinterest/pinterest/errors.hpp"
#include "tap_pinterest/sync/job.hpp"

namespace tap_pinterest::sync {

// Why a request brought no rows, named by what can be done.
struct Fault {
  enum class Kind {
    api,         // an answer with an error status: `action` says what to do
    transport,   // no whole answer: try again
    unreadable,  // a whole answer that is not what this endpoint answers: try again, but not often
    unusable,    // a row that cannot be written: the partition fails
    link,        // the link of a report is of no use: ask for a fresh one
    fatal,       // no secure connection: the run ends unless one has worked before
    cancelled,   // the run is ending
  };
  Kind kind = Kind::api;
  pinterest::Action action = pinterest::Action::fail;
  pinterest::ApiError error = {};
  // For people.
  std::string message = {};
  std::optional<std::chrono::milliseconds> wait = {};
  // A timeout or code 12: perhaps the request is too large.
  bool slow = false;
};

struct Fetched {
  std::variant<Fault, pinterest::ListRows, pinterest::Rows, pinterest::ReportStatus> outcome;
  // For the report: the path with places for ids, and 0 for no answer.
  std::string endpoint;
  int status = 0;
  std::chrono::microseconds elapsed{0};
  // Of the lines; 0: not known.
  std::size_t bytes = 0;
  http::RateLimitHeaders rate_limit;
};

// Bodies larger than this are cut off and count as too large.
inline constexpr std::size_t kMaxBodyBytes = 64UL * 1024 * 1024;

// Reports up to this size are held in memory.
inline constexpr std::size_t kReportInMemory = 16UL * 1024 * 1024;

// `job` must be within reach. `token` is the access token. `emit` takes the rows of a large report as they
// are read.
Fetched fetch(const config::Config& config, pinterest::ApiClock& clock, http::Transport& transport,
              const Job& job, const util::Secret& token, std::stop_token stop,
              const pinterest::EmitRows& emit);

}  // namespace tap_pinterest::sync
