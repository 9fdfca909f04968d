// What happened in a run, for its end: counters, and everything that must not pass in silence.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/pinterest/answers.hpp"
#include "tap_pinterest/util/clock.hpp"
#include "tap_pinterest/util/day_set.hpp"

namespace tap_pinterest::sync {

// What helps against most of what makes a run incomplete.
inline constexpr std::string_view kRunAgain = "run again from the last state for the rest";
// A line that names accounts counts those beyond these.
inline constexpr std::size_t kMostAccountsNamed = 20;

// "account 1", or "accounts 1, 2 and 3 more". At least one.
std::string name_accounts(std::span<const std::string> accounts);
// " of account 1", or nothing for the user, whose account is empty.
std::string of_account(const std::string& account);

// Not safe for several threads at once: the engine holds its lock.
struct Report {
  // Requests by endpoint (its path with places for ids) and status; status 0 is no answer.
  std::map<std::pair<std::string, int>, std::uint64_t> requests;
  std::map<std::pair<std::string, int>, std::chrono::microseconds> request_time;
  std::map<std::string, std::uint64_t> records;
  // From the first request of a stream to its last answer.
  struct Span {
    util::SteadyTime begin;
    util::SteadyTime end;
  };
  std::map<std::string, Span> stream_time;
  std::uint64_t retries = 0;
  std::uint64_t rate_limited = 0;
  std::uint64_t halved = 0;
  std::uint64_t token_renewals = 0;
  // Pins whose analytics the API refuses, as it does for those that are gone.
  std::set<std::uint64_t> pins_refused;
  std::vector<std::string> skipped_accounts;
  // Streams of which something was not read.
  std::set<std::string> incomplete_streams;

  void add_request(const std::string& endpoint, int status, std::chrono::microseconds elapsed);
  void add_stream_time(const std::string& stream, util::SteadyTime begin, util::SteadyTime end);

  // The run is incomplete: it ends with 1, and the last line names the first cause and what to do.
  void incomplete(std::string cause, std::string_view remedy = kRunAgain);
  // The same of a stream, and an ERROR at once.
  void stream_incomplete(const std::string& stream, const std::string& cause,
                         std::string_view remedy = kRunAgain);
  const std::vector<std::string>& causes() const { return causes_; }
  // That last line; only if there are causes.
  std::string last_line() const;

  // Says the same thing once a run.
  void say_once(log::Level level, std::string_view stream, const std::string& message);

  // Days of a stream and account (empty: the user) that are wanted and that Pinterest does not answer for any
  // more: a warning if that is new; the others are told by say_missed().
  void missed(const std::string& stream, const std::string& account, const util::DaySet& days, bool is_new);
  void say_missed() const;

  // How far a stream agrees with the totals of an account, or of some of its days.
  void add_agreement(const std::string& stream, const pinterest::Agreement& agreement);
  // Says it of all accounts, a line a stream. Differences that are too large make the run incomplete.
  void say_what_adds_up();

  std::uint64_t request_count() const;
  // The table for people, a line each.
  std::vector<std::string> table(const std::vector<std::string>& streams,
                                 std::chrono::seconds duration) const;

 private:
  std::vector<std::string> causes_;
  std::string first_remedy_;
  std::set<std::string> said_;
  // Days that were known to be missing: by stream and days, the accounts.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> missed_;
  std::map<std::string, pinterest::Agreement> agreements_;
};

}  // namespace tap_pinterest::sync
