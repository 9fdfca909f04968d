// Faults on demand: rules that say which requests go wrong, and how.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "message.hpp"
#include "reports.hpp"

namespace simulator {

enum class FaultKind {
  kStatus,           // another status and body instead of the answer
  kHtml,             // an HTML page instead of JSON
  kBody,             // another body, status as given
  kReset,            // RST after some bytes
  kTruncate,         // fewer bytes than Content-Length says
  kStall,            // some bytes, then nothing
  kClose,            // closed before a byte of the answer
  kEmptyPage,        // an empty page with a bookmark back to the same place
  kRepeatBookmark,   // the bookmark of the request comes back
  kDuplicateRows,    // the first row or item twice
  kConflictingRows,  // the first row twice, with another value
  kDelay,            // the answer as it is, later
  kReport,           // the report that the request creates comes to another end
};

struct FaultRule {
  std::string endpoint = "*";  // a template, or `*`
  std::string match;           // part of path and query, or of the body
  std::int64_t from = 1;       // which of the matching requests, counted from 1
  std::int64_t to = -1;        // -1: no end
  std::int64_t every = 0;      // every so many of them; 0: each
  std::int64_t times = -1;     // at most so often; -1: no limit
  FaultKind kind = FaultKind::kStatus;
  int status = 500;
  std::string body;
  std::map<std::string, std::string> headers;
  std::size_t after_bytes = 0;
  std::chrono::milliseconds stall{0};
  Fate fate = Fate::kNone;

  std::int64_t seen = 0;
  std::int64_t fired = 0;
};

class Faults {
 public:
  // Adds rules from a JSON list. Throws std::exception if they make no sense.
  void add(const nlohmann::json& rules);
  void clear();
  // The fault that this request shall meet, if any. Counts the request in every rule it matches.
  std::optional<FaultRule> pick(std::string_view endpoint, const Request& request);
  std::int64_t fired() const;
  // How often each rule has fired, in the order of their posting.
  std::vector<std::int64_t> fired_by_rule() const;

 private:
  mutable std::mutex mutex_;
  std::vector<FaultRule> rules_;
  std::int64_t fired_ = 0;
};

// Whether the request is carried out before the fault strikes.
bool comes_after_work(FaultKind kind);
// The answer that stands in for the real one, for kinds that come before any work.
Answer substitute(const FaultRule& rule);
// Changes a finished answer.
void disturb(const FaultRule& rule, const std::string& own_bookmark, Reply& reply);

}  // namespace simulator
