// What a partition or a list needs of a run, without workers: the test takes jobs and says what came of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakes/fake_clock.hpp"
#include "fakes/fake_server.hpp"
#include "fakes/output_file.hpp"
#include "fakes/test_config.hpp"
#include "fakes/test_selection.hpp"
#include "tap_pinterest/sync/list_read.hpp"

namespace tap_pinterest::sync {

using singer::Json;

class PartitionHarness {
 public:
  explicit PartitionHarness(config::Config settings = fakes::test_config(),
                            const Json& state = Json::object())
      : config(std::move(settings)),
        bookmarks_(parse(state), emitter_, clock, [] {}),
        queue(limiters(clock.steady_now()), is_dropped, prepare) {
    api_clock.observe(fakes::respond(200, "", {{"date", "Tue, 24 Nov 2026 10:00:00 GMT"}}));
  }

  StreamRun& stream(std::string_view id) {
    streams_.push_back(
        std::make_unique<StreamRun>(*pinterest::find_stream(id), config, fakes::selected_stream(id, config)));
    return *streams_.back();
  }
  StreamRun& unselected_stream(std::string_view id) {
    streams_.push_back(std::make_unique<StreamRun>(*pinterest::find_stream(id), config));
    return *streams_.back();
  }

  ListRead& list(StreamRun& stream, const std::string& account,
                 std::vector<std::shared_ptr<AnalyticsPartition>> children = {}) {
    lists_.push_back(std::make_shared<ListRead>(context, stream, account, std::move(children)));
    return *lists_.back();
  }

  std::optional<Job> take() { return queue.take(clock.steady_now()).job; }
  std::optional<AnalyticsJob> take_analytics() {
    auto job = take();
    return job ? std::optional(std::get<AnalyticsJob>(job->work)) : std::nullopt;
  }
  std::vector<AnalyticsJob> take_all() {
    std::vector<AnalyticsJob> jobs;
    while (auto job = take_analytics()) jobs.push_back(std::move(*job));
    return jobs;
  }

  // As it would be written now; null if there is none.
  Json entry(std::string_view stream, std::string_view account = "") const {
    return bookmarks_.find(stream, account).value_or(Json());
  }

  const config::Config config;
  fakes::FakeClock clock;
  pinterest::ApiClock api_clock{clock};

 private:
  static singer::State parse(const Json& document) {
    std::vector<std::string> problems;
    return singer::State::parse(document.dump(), problems);
  }
  static bool is_dropped(const Job& job) {
    const auto* work = std::get_if<AnalyticsJob>(&job.work);
    return work != nullptr && !work->partition->wants(*work);
  }
  static bool prepare(Job& job) {
    auto* work = std::get_if<AnalyticsJob>(&job.work);
    return work == nullptr || work->partition->prepare(*work);
  }
  static JobQueue::Limiters limiters(util::SteadyTime now) {
    constexpr double kNoLimit = 1e9;
    return JobQueue::Limiters(pinterest::kCategories, http::RateLimiter(kNoLimit, now));
  }

  fakes::OutputFile output_;
  Emitter emitter_{output_.descriptor()};
  Bookmarks bookmarks_;
  std::vector<std::unique_ptr<StreamRun>> streams_;
  std::vector<std::shared_ptr<ListRead>> lists_;

 public:
  JobQueue queue;
  Report report;
  RunContext context{
      .config = config, .clock = api_clock, .bookmarks = bookmarks_, .queue = queue, .report = report};
};

// State with one entry of one account.
inline Json state_with(const std::string& stream, const std::string& account, Json entry) {
  Json partition = {{"context", {{"ad_account_id", account}}}};
  partition.update(entry);
  return {{"bookmarks", {{stream, {{"partitions", Json::array({partition})}}}}}};
}

}  // namespace tap_pinterest::sync
