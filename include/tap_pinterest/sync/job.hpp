// One request that is to be made, with what has happened to it so far.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "tap_pinterest/pinterest/reports.hpp"
#include "tap_pinterest/util/clock.hpp"
#include "tap_pinterest/util/spool.hpp"

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
  pinterest::Fills fills = {};  // of its address: one list of several
  std::string bookmark = {};    // empty: the first page
};

// A request for a batch of ids.
struct AnalyticsPart {
  std::size_t batch = 0;  // its number
  pinterest::AnalyticsRequest request;
  // Asks whether the app has the bulk route of pin analytics, for a pin whose rows are written already.
  // Belongs to no batch.
  bool is_proof = false;
};

enum class ReportStep { create, poll, download };

// How far an asynchronous report is.
struct ReportProgress {
  // What has arrived of it.
  struct Download {
    util::Spool spool;
    std::string etag = {};
    // Its bytes are as they were sent, so that the rest can be asked for.
    bool can_go_on = false;
  };

  ReportStep step = ReportStep::create;
  int created_before = 0;
  // A limit has kept it from being created since.
  std::optional<util::SteadyTime> delayed_since = {};
  std::string token = {};
  util::SteadyTime created = {};
  int polls = 0;
  int links_refused = 0;
  util::SteadyTime linked = {};
  pinterest::ReportStatus finished = {};
  std::shared_ptr<Download> download = {};
  // The most that had arrived before the last try.
  std::size_t had = 0;
};

struct AnalyticsJob : AnalyticsPart {
  std::shared_ptr<AnalyticsPartition> partition;
  // Only if the request is for a report.
  ReportProgress report = {};
};

struct Job {
  std::variant<ListJob, AnalyticsJob> work;
  pinterest::Category category = pinterest::Category::ads_read;
  // What its memory is estimated by: cells of analytics, or one page.
  double units = 1;
  Tries tries = {};
  util::SteadyTime not_before = {};
  std::size_t reserved_bytes = 0;
  // What it will need, where that is known; 0 where `units` tells.
  std::size_t known_bytes = 0;

  // The report that it works on, or null.
  ReportProgress* report() {
    auto* const analytics = std::get_if<AnalyticsJob>(&work);
    return analytics != nullptr && analytics->request.by_report ? &analytics->report : nullptr;
  }
  const ReportProgress* report() const {
    const auto* const analytics = std::get_if<AnalyticsJob>(&work);
    return analytics != nullptr && analytics->request.by_report ? &analytics->report : nullptr;
  }
  bool is_list() const { return std::holds_alternative<ListJob>(work); }
  bool is_proof() const {
    const auto* analytics = std::get_if<AnalyticsJob>(&work);
    return analytics != nullptr && analytics->is_proof;
  }
};

}  // namespace tap_pinterest::sync
