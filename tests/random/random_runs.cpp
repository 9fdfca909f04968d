// Whole syncs against the simulated Pinterest under faults, stops and kills drawn at random: nothing may be
// lost.
//
// Usage: random_runs [--runs N] [--seed S] [--verbose]. Each scenario has a seed of its own, which a failure
// names; `--runs 1 --seed S` draws the same one again (threads still race as they like).
//
// A scenario is a world, a configuration and a chain of runs. Each run meets faults, some are stopped, and of
// some the target dies: all that the target has is what came before one of its STATE lines, and the next run
// starts from that one. The last run meets no faults. Then the target must hold, record by record, what one
// undisturbed run from nothing writes. The real engine and the real transport run in this process, with a
// clock that jumps over every wait.
//
// In the scenarios with an even seed the configuration changes between the runs (start_date, end_date,
// statuses, granularity, how long a rate limit is waited for), and they may be weeks apart. The target may
// then hold more than the undisturbed run writes; the last state must say of every day that is wanted that it
// is covered or missed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>

#include "fakes/delivery.hpp"
#include "fakes/fake_clock.hpp"
#include "fakes/output_file.hpp"
#include "fakes/temporary_folder.hpp"
#include "fakes/test_config.hpp"
#include "fakes/test_selection.hpp"
#include "simulator/server.hpp"
#include "tap_pinterest/http/curl_transport.hpp"
#include "tap_pinterest/log/options.hpp"
#include "tap_pinterest/pinterest/sum_check.hpp"
#include "tap_pinterest/pinterest/windows.hpp"
#include "tap_pinterest/singer/output_check.hpp"
#include "tap_pinterest/sync/engine.hpp"
#include "tap_pinterest/sync/entry.hpp"

namespace tap_pinterest {
namespace {

using nlohmann::json;
using sync::Ending;

constexpr int kMaxDisturbedRuns = 4;
constexpr int kMaxFaultRules = 8;
// Real time: a fault that stalls costs this much. An answer takes a hundredth of it.
constexpr std::chrono::milliseconds kRequestTimeout{400};
constexpr std::chrono::milliseconds kUndisturbedTimeout{60'000};
const util::Instant kEpoch = fakes::instant("2026-03-10T12:00:00Z");
constexpr int kSmallWorld = 100;
// What the simulator restates; shorter than the windows, so that what falls into a gap stays missing.
constexpr int kLookbackDays = 3;
// Days that change the configuration: beyond the reach of 89 days, or few where there are many entities.
constexpr int kMostDaysBack = 110;
constexpr int kMostDaysBackOfMany = 10;
constexpr int kLongestRest = 40;
constexpr int kLongestRestOfMany = 5;
// Together they are shorter than the 60 days of a refresh token, which another may not replace meanwhile.
constexpr std::chrono::days kRefreshTokenLasts{50};
constexpr std::chrono::seconds kShortRateLimitWait{30};
// By which an account's own total is too high on each fifth day of a month, where it is.
constexpr double kPlantedPercent = 1.3;
const std::vector<std::string> kStatuses = {"ACTIVE", "ARCHIVED", "DELETED_DRAFT", "DRAFT", "PAUSED"};
const std::vector<std::string_view> kStreams = {"ad_accounts",
                                                "campaigns",
                                                "ad_groups",
                                                "ads",
                                                "pins",
                                                "campaign_analytics",
                                                "ad_analytics",
                                                "ad_account_analytics",
                                                "ad_group_targeting_analytics",
                                                "pin_analytics",
                                                "audiences",
                                                "board_section_pins",
                                                "data_quality"};
// A request for each campaign.
constexpr std::string_view kStreamOfSmallWorlds = "keywords";
// Where reports are created.
constexpr const char* kReports = "POST /ad_accounts/{ad_account_id}/reports";

// What went wrong in a scenario.
class Defect : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

void expect(bool good, const std::string& what) {
  if (!good) throw Defect(what);
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : generator_(seed) {}
  // Both ends inclusive.
  int between(int least, int most) { return std::uniform_int_distribution(least, most)(generator_); }
  bool one_in(int count) { return between(1, count) == 1; }
  template <typename List>
  const auto& pick(const List& list) {
    return list[static_cast<std::size_t>(between(0, static_cast<int>(std::size(list)) - 1))];
  }

 private:
  std::mt19937_64 generator_;
};

// ---- Faults

json status_fault(Dice& dice) {
  const json passing = {{"code", 12}, {"message", "Something went wrong on our end. Sorry about that."}};
  const json kinds = json::array({
      {{"status", 429}, {"headers", {{"x-ratelimit-reset", "7"}}}, {"body", {{"code", 8}}}},
      {{"status", 429}},
      {{"status", 429}, {"headers", {{"retry-after", "3"}}}},
      {{"status", 429},
       {"body", {{"code", 2726}, {"message", "Cost limit exceeded. Retry after 9 seconds"}}}},
      {{"status", 400}, {"body", {{"code", 8}, {"message", "This request exceeded a rate limit."}}}},
      {{"status", 400}, {"body", {{"code", 1}, {"message", "Retry after 2 seconds"}}}},
      {{"status", 400}, {"body", passing}},
      {{"status", 500}, {"body", passing}},
      {{"status", 500}},
      {{"status", 502}, {"body", "<html>Bad gateway</html>"}},
      {{"status", 503}},
      {{"status", 504}},
      {{"status", 408}},
      {{"status", 401}, {"body", {{"code", 2}, {"message", "Authentication failed."}}}},
      {{"status", 401}, {"body", {{"code", 3}, {"message", "Not allowed."}}}},
      {{"status", 403}, {"body", {{"code", 29}, {"message", "You are not permitted."}}}},
      {{"status", 404}, {"body", {{"code", 50}, {"message", "Not found."}}}},
      {{"status", 400}, {"body", {{"code", 1}, {"message", "Invalid column."}}}},
      {{"status", 413}},
      {{"status", 414}},
      {{"status", 431}},
      {{"status", 302}, {"headers", {{"location", "http://127.0.0.1:1/elsewhere"}}}},
      {{"status", 204}},
  });
  json fault = dice.pick(kinds);
  fault["kind"] = "status";
  return fault;
}

// None of them could be true: where there is nothing to tell, "[]" or "{}" would have to be believed.
json body_fault(Dice& dice) {
  const auto bodies = std::to_array<std::string>({
      "",
      "{",
      "null",
      "42",
      R"({"error": "no"})",
      R"({"items": [{"id": null}], "bookmark": null})",
      R"([{"DATE": "2026-03-02"}])",
      R"({"items": [], "bookmark": 7})",
      R"({"access_token": 5})",
      std::string(300, '['),
      R"({"items": [{"id": "1", "name": "\ud83d"}], "bookmark": null} x)",
  });
  return {{"kind", "body"}, {"status", 200}, {"body", dice.pick(bodies)}};
}

json wire_fault(Dice& dice) {
  const auto kinds = std::to_array<const char*>({"reset", "truncate", "close_before_answer"});
  return {{"kind", dice.pick(kinds)}, {"after_bytes", dice.between(0, 2000)}};
}

constexpr auto kReportFates =
    std::to_array<const char*>({"failed", "cancelled", "expired", "does_not_exist", "null_status",
                                "no_status", "never_ends", "foreign_link", "redirecting_link"});

json draw_fault(Dice& dice, bool kill_rotated_token) {
  const auto endpoints =
      std::to_array<const char*>({"*",
                                  "*",
                                  "/ad_accounts",
                                  "/ad_accounts/{ad_account_id}/campaigns",
                                  "/ad_accounts/{ad_account_id}/ad_groups",
                                  "/ad_accounts/{ad_account_id}/ads",
                                  "/pins",
                                  "/ad_accounts/{ad_account_id}/audiences",
                                  "/ad_accounts/{ad_account_id}/keywords",
                                  "/boards",
                                  "/boards/{board_id}/sections",
                                  "/boards/{board_id}/sections/{section_id}/pins",
                                  "/ad_accounts/{ad_account_id}/campaigns/analytics",
                                  "/ad_accounts/{ad_account_id}/ads/analytics",
                                  "/ad_accounts/{ad_account_id}/analytics",
                                  "/ad_accounts/{ad_account_id}/ad_groups/targeting_analytics",
                                  kReports,
                                  "/ad_accounts/{ad_account_id}/reports",
                                  "/_reports/{name}",
                                  "/pins/analytics",
                                  "/pins/{pin_id}/analytics",
                                  "/oauth/token"});
  json rule;
  const int kind = dice.between(1, 100);
  if (kind <= 50) {
    rule = status_fault(dice);
  } else if (kind <= 70) {
    rule = wire_fault(dice);
  } else if (kind <= 78) {
    rule = body_fault(dice);
  } else if (kind <= 82) {
    rule = {{"kind", "html"}};
  } else if (kind <= 84) {
    rule = {{"kind", "report"}, {"report", dice.pick(kReportFates)}};
  } else if (kind <= 90) {
    rule = {{"kind", "empty_page"}};
  } else if (kind <= 92) {
    rule = {{"kind", "repeat_bookmark"}};
  } else if (kind <= 97) {
    rule = {{"kind", "duplicate_rows"}};
  } else if (kind <= 98) {
    rule = {{"kind", "conflicting_rows"}};
  } else {
    rule = {{"kind", "stall"}, {"after_bytes", dice.between(0, 2000)}, {"times", 1}};
  }
  rule["endpoint"] = kind > 82 && kind <= 84 ? kReports : dice.pick(endpoints);
  // A token that rotates and is lost on the wire is lost for any client if the old one dies at once.
  const bool on_the_wire = kind > 50 && kind <= 70;
  const bool loses_tokens = kill_rotated_token && (on_the_wire || rule["kind"] == "stall");
  const bool may_meet_tokens = rule["endpoint"] == "*" || rule["endpoint"] == "/oauth/token";
  if (loses_tokens && may_meet_tokens) rule["endpoint"] = "/pins";
  // Of an entity that comes twice the later one is believed, so a false one would be written.
  if (rule["kind"] == "conflicting_rows") rule["match"] = "/analytics";
  const int first = dice.between(1, 12);
  rule["nth"] = {first, dice.one_in(3) ? first + 60 : first + dice.between(0, 3)};
  if (dice.one_in(3)) rule["every"] = dice.between(2, 4);
  return rule;
}

// A rate limit that lasts longer than a run may wait for it.
json draw_long_rate_limit(Dice& dice) {
  return {{"kind", "status"},
          {"status", 429},
          {"headers", {{"x-ratelimit-reset", "300"}}},
          {"match", "/analytics"},
          {"nth", dice.between(2, 12)}};
}

// An id that is refused whatever it is asked for with.
json draw_bad_id(Dice& dice, const std::string& id) {
  const json refusals = json::array({
      {{"status", 400}, {"body", {{"code", 1}, {"message", "Invalid id."}}}},
      {{"status", 400}, {"body", {{"code", 12}, {"message", "Something went wrong on our end."}}}},
      {{"status", 500}, {"body", {{"code", 12}, {"message", "Something went wrong on our end."}}}},
  });
  json rule = dice.pick(refusals);
  rule["kind"] = "status";
  rule["match"] = id;
  return rule;
}

// ---- The world and its client

simulator::Options draw_world(Dice& dice, std::uint64_t seed) {
  simulator::Options options;
  const bool large = dice.one_in(3);
  options.accounts = dice.between(1, large ? 2 : 3);
  options.campaigns = large ? dice.between(240, 520) : dice.between(0, 8);
  options.ad_groups = dice.between(0, 6);
  options.ads = large ? dice.between(240, 780) : dice.between(0, 12);
  options.pins = large ? dice.between(90, 260) : dice.between(0, 15);
  options.seed = seed;
  options.epoch = kEpoch;
  options.limits = simulator::LimitTier::kOff;
  options.beta = !dice.one_in(3);
  options.beta_off_status = dice.pick(std::to_array({401, 403, 404}));
  options.kill_rotated_token = dice.one_in(2);
  options.token_lifetime = std::chrono::seconds(dice.one_in(2) ? 900 : 2'592'000);
  options.lone_surrogates = dice.one_in(4);
  options.report_polls = dice.between(0, 3);
  options.report_id_in_row = dice.one_in(2);
  options.report_ranges = dice.one_in(2);
  options.account_difference = dice.one_in(4) ? kPlantedPercent : 0;
  return options;
}

config::Config draw_config(Dice& dice, const simulator::Options& world, const std::string& token_file) {
  config::Config config = fakes::test_config();
  config.access_token = util::Secret();
  config.app = {.client_id = world.client_id,
                .client_secret = util::Secret(world.client_secret),
                .refresh_token = util::Secret(world.refresh_token)};
  config.token_file = token_file;
  // Many entities, or many days.
  config.analytics.start_date = util::parse_day(world.ads > kSmallWorld ? "2026-03-09" : "2026-03-01");
  config.analytics.columns = {"SPEND_IN_DOLLAR", "TOTAL_IMPRESSION", "CTR", "CAMPAIGN_ID", "AD_ID"};
  config.analytics.lookback_days = kLookbackDays;
  config.entity_statuses = kStatuses;
  if (dice.one_in(4)) config.analytics_source = config::AnalyticsSource::reports;
  config.max_concurrency = dice.pick(std::to_array({1, 4, 16}));
  config.max_retry = std::chrono::seconds(dice.pick(std::to_array({20, 60, 600})));
  return config;
}

// Of other dice than all else, which thus stays as it was before there were shards.
std::optional<config::Shard> draw_shard(std::uint64_t seed) {
  Dice dice(~seed);
  if (!dice.one_in(4)) return std::nullopt;
  const int count = dice.between(1, 3);
  return config::Shard{.number = dice.between(1, count), .count = count};
}

// The real transport, seen by the scenario before each request.
class WatchedTransport final : public http::Transport {
 public:
  WatchedTransport(std::function<void()> watch, std::chrono::milliseconds timeout)
      : watch_(std::move(watch)), timeout_(timeout), real_(http::make_curl_transport({"random_runs", {}})) {}

  http::Result send(const http::Request& request, std::stop_token stop) override {
    watch_();
    http::Request shorter = request;
    shorter.timeout = timeout_;
    return real_->send(shorter, std::move(stop));
  }

 private:
  std::function<void()> watch_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<http::Transport> real_;
};

// ---- A scenario

// What became of the disturbed runs.
struct Tally {
  std::map<Ending, int> endings;
  int targets_died = 0;
  int requests = 0;
  std::size_t records_compared = 0;
  std::size_t totals_compared = 0;
};

class Scenario {
 public:
  Scenario(std::uint64_t seed, Tally& tally, bool verbose)
      : dice_(seed),
        reconfigures_(seed % 2 == 0),
        tally_(tally),
        verbose_(verbose),
        options_(draw_world(dice_, seed)),
        simulator_(options_,
                   [this] {
                     return kEpoch +
                            std::chrono::duration_cast<std::chrono::microseconds>(clock_.since_begin());
                   }),
        server_(simulator_),
        config_(draw_config(dice_, options_, folder_.file("token.json"))) {
    config_.shard = draw_shard(seed);
    config_.api_url = fmt::format("http://127.0.0.1:{}/v5", server_.port());
  }

  void play() {
    const int disturbed = dice_.between(1, kMaxDisturbedRuns);
    for (int i = 0; i < disturbed; ++i) {
      if (reconfigures_) reconfigure();
      disturb();
      change_world();
      if (dice_.one_in(3)) clock_.advance(std::chrono::hours(dice_.between(1, 100)));
      if (reconfigures_ && dice_.one_in(3)) rest();
    }
    stay_within_the_day();
    if (reconfigures_) {
      reconfigure();
      if (!config_.analytics.start_date)
        config_.analytics.start_date = config_.end_date ? *config_.end_date : some_day();
      config_.max_rate_limit_wait = config::Config().max_rate_limit_wait;
      if (verbose_) fmt::print("  at last {}\n", describe_config());
    }
    // A window that is resumed on its own day is not read twice on that day: what was restated in between
    // comes with the run after it.
    const int clean_runs = is_cut_short(delivery_.state) ? 2 : 1;
    for (int i = 0; i < clean_runs; ++i) {
      note_unsettled();
      const auto clean = run(delivery_.state, {.delays = false});
      expect(clean.result.ending == Ending::complete,
             "the run without faults ended with: " + clean.result.message);
      delivery_.take(clean.lines, kAll);
    }
    expect(!is_cut_short(delivery_.state), "a marker is left in the state of a complete run");
    compare("after the last run");
    if (reconfigures_) check_days();
  }

 private:
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  struct Disturbance {
    bool delays = true;
    // The number of the request that meets it; -1 for none.
    int stop_at = -1;
    int expire_tokens_at = -1;
    int change_world_at = -1;
  };
  struct Outcome {
    sync::RunResult result;
    std::vector<std::string> lines;
    std::size_t states = 0;
    // Refused to an account that nobody has asked for: a warning.
    std::size_t skipped_accounts = 0;
    std::size_t left_out_streams = 0;
  };

  // A date that may be out of reach, and is seldom today.
  util::Day some_day() {
    const int most = is_large() ? kMostDaysBackOfMany : kMostDaysBack;
    return util::day_of(simulator_.now()) - std::chrono::days(dice_.one_in(2)
                                                                  ? dice_.between(0, most)
                                                                  : dice_.between(0, kMostDaysBackOfMany));
  }
  std::vector<std::string_view> streams() const {
    std::vector<std::string_view> all = kStreams;
    if (!is_large()) all.push_back(kStreamOfSmallWorlds);
    return all;
  }
  bool is_large() const { return std::max({options_.ads, options_.campaigns, options_.pins}) > kSmallWorld; }

  void rest() {
    const int longest = is_large() ? kLongestRestOfMany : kLongestRest;
    const auto left = kRefreshTokenLasts - std::chrono::floor<std::chrono::days>(clock_.since_begin());
    clock_.advance(
        std::chrono::days(dice_.between(0, std::clamp(static_cast<int>(left.count()), 0, longest))));
  }

  void reconfigure() {
    using config::Granularity;
    if (dice_.one_in(2)) config_.analytics.start_date = some_day();
    if (dice_.one_in(8) && !is_large()) config_.analytics.start_date.reset();
    config_.end_date.reset();
    if (dice_.one_in(4)) {
      config_.end_date = some_day();
      if (config_.analytics.start_date)
        config_.end_date = std::max(*config_.end_date, *config_.analytics.start_date);
    }
    if (dice_.one_in(3)) {
      config_.entity_statuses.clear();
      for (const std::string& status : kStatuses) {
        if (!dice_.one_in(3)) config_.entity_statuses.push_back(status);
      }
      if (config_.entity_statuses.empty()) config_.entity_statuses = {dice_.pick(kStatuses)};
    }
    if (dice_.one_in(4)) {
      config_.analytics.granularity = dice_.pick(std::to_array(
          {Granularity::day, Granularity::day, Granularity::week, Granularity::month, Granularity::hour}));
      if (is_large() && config_.analytics.granularity == Granularity::hour)
        config_.analytics.granularity = Granularity::day;
    }
    config_.max_rate_limit_wait =
        dice_.one_in(3) ? kShortRateLimitWait : config::Config().max_rate_limit_wait;
    if (verbose_) fmt::print("  {}\n", describe_config());
  }

  std::string describe_config() const {
    const auto date = [](const auto& day) { return day ? util::format_day(*day) : std::string("-"); };
    return fmt::format("now {}, start_date {}, end_date {}, {}, {}", util::format_date_time(simulator_.now()),
                       date(config_.analytics.start_date), date(config_.end_date),
                       fmt::join(config_.entity_statuses, " "),
                       config::to_string(config_.analytics.granularity));
  }

  // Faults of scenarios whose configuration changes.
  void add_lasting_faults(json& faults) {
    if (dice_.one_in(3)) faults.push_back(draw_long_rate_limit(dice_));
    if (!dice_.one_in(3)) return;
    const std::string stream = dice_.one_in(2) ? "ads " : "campaigns ";
    std::vector<std::string> ids;
    for (const auto& [key, record] : delivery_.table) {
      if (key.starts_with(stream)) ids.push_back(key.substr(stream.size()));
    }
    if (!ids.empty()) faults.push_back(draw_bad_id(dice_, dice_.pick(ids)));
  }

  void disturb() {
    const Disturbance disturbance{.delays = true,
                                  .stop_at = dice_.one_in(3) ? dice_.between(1, 40) : -1,
                                  .expire_tokens_at = dice_.one_in(3) ? dice_.between(1, 30) : -1,
                                  .change_world_at = dice_.one_in(4) ? dice_.between(1, 30) : -1};
    json faults = json::array();
    const int rules = dice_.between(0, kMaxFaultRules);
    for (int i = 0; i < rules; ++i) faults.push_back(draw_fault(dice_, options_.kill_rotated_token));
    if (reconfigures_) add_lasting_faults(faults);
    if (verbose_) fmt::print("  faults {}\n", faults.dump());
    control("/faults", faults);
    const bool resumes = is_cut_short(delivery_.state);
    const util::Day began = day_soon();

    note_unsettled();
    const Outcome outcome = run(delivery_.state, disturbance);
    ++tally_.endings[outcome.result.ending];
    handle("DELETE", "/faults", "");

    check(outcome, disturbance);
    const bool target_dies = dice_.one_in(2);
    if (target_dies) {
      ++tally_.targets_died;
      const auto states = static_cast<int>(outcome.states);
      const int seen = dice_.between(0, states);
      if (seen > 0) delivery_.take(outcome.lines, static_cast<std::size_t>(seen));
      return;
    }
    delivery_.take(outcome.lines, kAll);
    const bool whole = outcome.result.ending == Ending::complete && outcome.skipped_accounts == 0 &&
                       outcome.left_out_streams == 0 && disturbance.change_world_at < 0 && !resumes &&
                       day_soon() == began && (!reconfigures_ || config_.analytics.start_date);
    if (whole) compare("after a run that said it was complete");
  }

  static bool is_cut_short(const singer::Json& state) {
    return state.dump().find(R"("resume":)") != std::string::npos;
  }

  // What holds for every run, whatever it has met.
  void check(const Outcome& outcome, const Disturbance& disturbance) const {
    const sync::RunResult& result = outcome.result;
    expect(!outcome.lines.empty() && outcome.lines.back().starts_with(R"({"type":"STATE")"),
           "the last line is no STATE");
    expect(result.ending != Ending::output_closed, "the output was taken for closed");
    expect(result.ending != Ending::stopped || disturbance.stop_at >= 0, "stopped by nobody");
    if (result.ending == Ending::incomplete) expect(!result.message.empty(), "incomplete without a cause");
    expect(result.message.find("internal error") == std::string::npos, result.message);
  }

  void change_world() {
    const auto something = dice_.between(1, 5);
    if (something == 1 && options_.ads > 2) {
      json touch = {{"kind", "ads"}, {"account", 0}, {"indices", {0, 2}}};
      // An ad that comes to have a status that is asked for is read from the look-back on.
      if (!reconfigures_) touch["status"] = "ARCHIVED";
      control("/touch", touch);
    } else if (something == 2 && options_.campaigns > 1) {
      control("/touch", {{"kind", "campaigns"}, {"account", 0}, {"indices", {1}}});
    } else if (something == 3) {
      control("/add", {{"kind", "ads"}, {"account", 0}, {"count", 2}});
      if (!ads_added_) ads_added_ = util::day_of(simulator_.now());
      control("/add", {{"kind", "pins"}, {"count", 1}});
    } else if (something == 4) {
      control("/generation", {{"value", ++generation_}});
    } else if (options_.pins > 0) {
      control("/kill-pins", {{"indices", {0}}});
    }
  }

  // What the target has, beside what an undisturbed run from nothing writes.
  void compare(const std::string& when) {
    const Outcome whole = run_whole();
    expect(whole.result.ending == Ending::complete,
           "the undisturbed run ended with: " + whole.result.message);
    fakes::Delivery undisturbed;
    undisturbed.take(whole.lines, kAll);
    for (const auto& [key, record] : undisturbed.table) {
      // Days before a pin was made hold nothing; of a pin that came later they lie behind the look-back.
      if (record.find("BEFORE_PIN_CREATED") != std::string::npos) continue;
      if (is_of_run(key) || is_given_up(key) || (reconfigures_ && !is_promised(key))) continue;
      const auto found = delivery_.table.find(key);
      expect(found != delivery_.table.end(), fmt::format("{} is missing {}", key, when));
      expect(found->second == record,
             fmt::format("{} is wrong {}:\n  {}\n  {}", key, when, found->second, record));
      ++tally_.records_compared;
    }
    if (reconfigures_) return;
    for (const auto& [key, record] : delivery_.table) {
      const bool is_pin = key.starts_with("pin_analytics ");  // of a pin that died, they stay
      // What gets its first ad delivers as that does from then on, and no longer on its own.
      const bool is_of_ad = key.starts_with("ad_analytics ");
      if (!is_of_ad && ads_added_ && day_of(key) >= ads_added_) continue;
      if (is_of_run(key)) continue;
      // A value that is restated as nothing has no row any more.
      if (key.find("_targeting_analytics ") != std::string::npos) continue;
      expect(is_pin || undisturbed.table.contains(key), fmt::format("{} should not be there {}", key, when));
    }
  }

  // What a record says is true of one run.
  static bool is_of_run(const std::string& key) { return key.starts_with("data_quality "); }

  // Whether the output is in order, and its rows add up to the totals of accounts unless they were made to
  // differ.
  void check_sums(const std::vector<std::string>& lines, bool world_changes) {
    std::vector<std::string> findings;
    const auto note = [&](const singer::Finding& finding) {
      // Those that this function looks for itself.
      if (finding.kind != "difference") findings.push_back(finding.text);
    };
    pinterest::SumCheck sums;
    singer::OutputCheck output(note, sums);
    for (const std::string& line : lines) output.read(line);
    output.end(/*is_cut=*/false);
    sums.finish(note);
    // Rows that went away between two readings of one day are in the output all the same.
    if (world_changes) return;
    expect(findings.empty(), fmt::format("the output is not in order: {}", fmt::join(findings, "; ")));
    if (config_.entity_statuses.size() < kStatuses.size()) return;
    for (const std::string& line : lines) {
      if (line.starts_with(R"({"type":"RECORD","stream":"data_quality")"))
        check_total(json::parse(line).at("record"));
    }
  }

  void check_total(const json& row) {
    // An entity delivers on its own only where it has no children; then the levels below have less.
    const bool is_of_ads = row.at("stream") == "ad_analytics";
    const bool all_have_ads = options_.ad_groups >= options_.campaigns && options_.ads >= options_.ad_groups;
    const bool adds_up = options_.campaigns > 0 && (!is_of_ads || all_have_ads);
    if (!adds_up || !row.at("is_complete").get<bool>()) return;
    ++tally_.totals_compared;
    const config::Granularity granularity = config_.analytics.granularity;
    const std::string date = row.at("DATE");
    const util::Day first = util::parse_day(date.substr(0, std::size("YYYY-MM-DD") - 1)).value();
    bool is_planted = false;
    for (util::Day day = first; day <= pinterest::period_end(first, granularity);
         day += std::chrono::days(1)) {
      constexpr unsigned kEach = 5;
      const bool is_fifth = static_cast<unsigned>(std::chrono::year_month_day(day).day()) % kEach == 0;
      is_planted = is_planted || (is_fifth && options_.account_difference > 0);
    }
    const bool differs = row.at("difference") != 0;
    expect(is_planted || !differs, "a difference that nobody made: " + row.dump());
    const bool must_differ =
        is_planted && granularity == config::Granularity::day && row.at("stream_value") != 0;
    expect(differs || !must_differ, "a difference that was made is not found: " + row.dump());
  }

  // One run from nothing, which also reads what the state says is covered.
  Outcome run_whole() {
    const config::Config configured = config_;
    if (reconfigures_) {
      config_.end_date.reset();
      for (const auto& [stream, entry] : entries()) {
        if (!entry.covered.empty())
          config_.analytics.start_date = std::min(*config_.analytics.start_date, entry.covered.first());
      }
    }
    Outcome whole = run(nullptr, {.delays = false});
    config_ = configured;
    return whole;
  }

  // ---- Where the configuration changes

  // The analytics in the state of the target, each with its stream; covered is what still counts as that.
  std::vector<std::pair<std::string, sync::Entry>> entries() const {
    std::vector<std::pair<std::string, sync::Entry>> found;
    const auto bookmarks = delivery_.state.find("bookmarks");
    if (delivery_.state.is_null() || bookmarks == delivery_.state.end()) return found;
    std::vector<std::string> warnings;
    for (const auto& [stream, value] : bookmarks->items()) {
      const auto* definition = pinterest::find_stream(stream);
      if (definition->source == pinterest::Source::list) continue;
      const singer::Json alone = singer::Json::array({value});
      const sync::EntryContext context{.replication_key = std::string(definition->replication_key)};
      for (const singer::Json& one : value.contains("partitions") ? value["partitions"] : alone) {
        sync::Entry entry = sync::read_entry(&one, context, warnings);
        const bool holds = entry.granularity == config::to_string(granularity_of(stream)) &&
                           !(definition->has_statuses && statuses_added(entry, config_.entity_statuses));
        if (!holds) entry.covered = {};
        found.emplace_back(stream, std::move(entry));
      }
    }
    expect(warnings.empty(), fmt::format("the state is not understood: {}", fmt::join(warnings, ", ")));
    return found;
  }

  config::Granularity granularity_of(std::string_view stream) const {
    return stream == "pin_analytics" ? config::Granularity::day : config_.analytics.granularity;
  }

  // The days of rows that are read once more, but not where start_date has moved beyond them.
  void note_unsettled() {
    if (!config_.analytics.start_date) return;
    for (const auto& [stream, entry] : entries()) {
      // A marker counts only if its window is gone on with.
      std::vector<util::Day> ends;
      if (!entry.covered.empty()) ends.push_back(entry.covered.last());
      if (entry.resume && entry.resume->covered_to) ends.push_back(*entry.resume->covered_to);
      for (const util::Day last : ends) {
        unsettled_.add({last - std::chrono::days(kLookbackDays),
                        std::min(last, *config_.analytics.start_date - std::chrono::days(1))});
      }
    }
  }

  // The first day that a record's key names.
  static std::optional<util::Day> day_of(const std::string& key) {
    std::istringstream words(key);
    for (std::string word; words >> word;) {
      const auto day = util::parse_day(std::string_view(word).substr(0, std::size("YYYY-MM-DD") - 1));
      if (day) return day;
    }
    return std::nullopt;
  }

  // Whether the target must have a record as it is now: it is wanted or covered, and settled.
  bool is_promised(const std::string& key) const {
    const std::string stream = key.substr(0, key.find(' '));
    const std::optional<util::Day> day = day_of(key);
    if (!day) return true;
    const config::Granularity granularity = granularity_of(stream);
    const util::Day today = util::day_of(simulator_.now());
    // An hour may have begun since.
    if (granularity == config::Granularity::hour && day == today) return false;
    const util::DaySet period{
        {pinterest::period_begin(*day, granularity), pinterest::period_end(*day, granularity)}};
    if (!(period & unsettled_).empty()) return false;
    // Days that are old by now come by report, whatever the statuses; earlier runs read them directly.
    const bool is_by_report =
        period.first() < today - std::chrono::days(pinterest::ads_reach(granularity).days_back);
    if (is_by_report && pinterest::find_stream(stream)->has_statuses) return false;
    const util::DaySet wanted{
        {*config_.analytics.start_date, std::min(config_.end_date.value_or(today), today)}};
    if (!(period & wanted).empty()) return true;
    for (const auto& [name, entry] : entries()) {
      if (name != stream) continue;
      if (!entry.covered.contains(*day)) return false;
      // Read again by a run that wants it.
      if (period.last() >= entry.covered.last() - std::chrono::days(kLookbackDays)) return false;
    }
    return true;
  }

  // Every day that is wanted and over is covered or missed.
  void check_days() const {
    const util::Day today = util::day_of(simulator_.now());
    std::map<std::string, int> partitions;
    for (const auto& [stream, entry] : entries()) {
      ++partitions[stream];
      const config::Granularity granularity = granularity_of(stream);
      // One whose status is not asked for is not listed, and stays.
      const bool all_are_listed = config_.entity_statuses.size() == kStatuses.size();
      expect(entry.left_out.empty() || !all_are_listed,
             "an id that is not refused any more is still left out");
      const util::Day running = pinterest::period_begin(today, granularity);
      const util::DaySet wanted{{*config_.analytics.start_date,
                                 std::min(config_.end_date.value_or(today), running - std::chrono::days(1))}};
      const util::DaySet lost = wanted - entry.covered - entry.missed;
      expect(lost.empty(), fmt::format("{} of {} is lost in silence", util::describe(lost), stream));
    }
    const auto accounts = std::ranges::count_if(
        delivery_.table, [](const auto& row) { return row.first.starts_with("ad_accounts "); });
    expect(config_.shard || accounts == options_.accounts, "an account is missing");
    for (const char* stream : {"campaign_analytics", "ad_analytics"}) {
      expect(partitions[stream] == accounts, fmt::format("an entry of {} is missing", stream));
    }
    const bool has_pins = pinterest::is_in_shard(*pinterest::find_stream("pin_analytics"), config_);
    expect(partitions["pin_analytics"] == (has_pins ? 1 : 0), "entries of pin_analytics are not one");
  }

  // Analytics of a pin that the API has refused once are said to be left out.
  bool is_given_up(const std::string& key) const {
    std::istringstream words(key);
    std::string stream;
    std::uint64_t pin = 0;
    words >> stream;
    return stream == "pin_analytics" && words >> pin && pins_refused_.contains(pin);
  }

  // The day on which a clean run that begins now ends: two runs that are compared must see the same.
  util::Day day_soon() const { return util::day_of(simulator_.now() + std::chrono::hours(2)); }
  void stay_within_the_day() {
    if (day_soon() != util::day_of(simulator_.now())) clock_.advance(std::chrono::hours(2));
  }

  Outcome run(const singer::Json& state, const Disturbance& disturbance) {
    const fakes::OutputFile output;
    std::vector<std::string> problems;
    sync::Engine* running = nullptr;
    std::atomic<int> requests = 0;
    const auto watch = [&] {
      const int number = ++requests;
      if (disturbance.delays) clock_.advance(std::chrono::seconds(number % 40));
      if (number == disturbance.stop_at) running->request_stop();
      if (number == disturbance.expire_tokens_at) control("/expire-tokens", json::object());
      if (number == disturbance.change_world_at) change_while_running();
    };
    const auto timeout = disturbance.delays ? kRequestTimeout : kUndisturbedTimeout;
    singer::State begun = singer::State::parse(state.is_null() ? "{}" : state.dump(), problems);
    expect(problems.empty(), "the state is refused");
    expect(sync::claim_state(begun, config_.shard).empty(), "the state is not the shard's");
    sync::Engine engine({.config = config_,
                         .clock = clock_,
                         .make_transport = [&] { return std::make_unique<WatchedTransport>(watch, timeout); },
                         .output = output.descriptor(),
                         .random_seed = 1},
                        fakes::select_streams(streams(), config_), std::move(begun));
    running = &engine;
    Outcome outcome{.result = engine.run(), .lines = {}};
    tally_.requests += requests;
    const std::string text = output.text();
    expect(text.ends_with('\n'), "the last line is not whole");
    for (const char* secret : {"access-token-", "refresh-token-", "app-secret-"}) {
      expect(text.find(secret) == std::string::npos, "a secret in the output");
      expect(outcome.result.message.find(secret) == std::string::npos, "a secret in a message");
    }
    outcome.lines = output.texts();
    check_sums(outcome.lines, disturbance.change_world_at >= 0);
    outcome.states = static_cast<std::size_t>(std::ranges::count_if(outcome.lines, fakes::is_state));
    outcome.skipped_accounts = engine.report().skipped_accounts.size();
    outcome.left_out_streams = engine.report().incomplete_streams.size();
    for (const auto pin : engine.report().pins_refused) pins_refused_.insert(pin);
    if (verbose_) {
      fmt::print("  {} requests, {} lines, {} states: {} {}\n", requests.load(), outcome.lines.size(),
                 outcome.states, static_cast<int>(outcome.result.ending), outcome.result.message);
    }
    return outcome;
  }

  void change_while_running() {
    if (options_.ads > 3) control("/touch", {{"kind", "ads"}, {"account", 0}, {"indices", {1, 3}}});
    control("/add", {{"kind", "ads"}, {"account", 0}, {"count", 1}});
  }

  void control(const std::string& path, const json& body) { handle("POST", path, body.dump()); }
  void handle(const std::string& method, const std::string& path, std::string body) {
    const simulator::Reply reply = simulator_.handle({.method = method,
                                                      .target = "/_simulator" + path,
                                                      .authorization = {},
                                                      .content_type = {},
                                                      .body = std::move(body)});
    expect(reply.answer.status == 200, "the simulator refuses " + path + ": " + reply.answer.body);
  }

  Dice dice_;
  const bool reconfigures_;
  Tally& tally_;
  const bool verbose_;
  fakes::FakeClock clock_;
  const simulator::Options options_;
  const fakes::TemporaryFolder folder_;
  simulator::Simulator simulator_;
  const simulator::Server server_;
  config::Config config_;
  fakes::Delivery delivery_;
  std::set<std::uint64_t> pins_refused_;
  util::DaySet unsettled_;
  std::optional<util::Day> ads_added_;
  int generation_ = 0;
};

// The log of one scenario, in memory.
class Log {
 public:
  Log() : file_(std::tmpfile()) {
    log::init(file_,
              {.level = log::Level::debug, .form = log::Form::text, .allow_progress = false, .warnings = {}});
  }
  ~Log() {
    log::init(stderr, {});
    (void)std::fclose(file_);
  }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  std::string text() const {
    std::rewind(file_);
    std::string text;
    std::array<char, 65536> buffer{};
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file_))
      text.append(buffer.data(), count);
    return text;
  }

 private:
  std::FILE* file_;
};

// What is wrong with a scenario; empty if nothing is.
std::string play(std::uint64_t seed, Tally& tally, bool verbose) {
  const Log log;
  std::string defect;
  try {
    Scenario(seed, tally, verbose).play();
  } catch (const std::exception& error) {
    defect = error.what();
  }
  const std::string text = log.text();
  for (const char* secret : {"access-token-0", "refresh-token-0", "app-secret-0"}) {
    if (text.find(secret) != std::string::npos) defect += " a secret in the log";
  }
  if (!defect.empty() || verbose) fmt::print("{}", text);
  return defect;
}

int run_all(std::uint64_t seed, int runs, bool verbose) {
  int failed = 0;
  Tally tally;
  for (int i = 0; i < runs; ++i) {
    const std::string defect = play(seed + static_cast<std::uint64_t>(i), tally, verbose);
    if (defect.empty()) continue;
    ++failed;
    fmt::print("FAILED --runs 1 --seed {}: {}\n", seed + static_cast<std::uint64_t>(i), defect);
    (void)std::fflush(stdout);
  }
  auto& endings = tally.endings;
  fmt::print(
      "{} disturbed runs: {} complete, {} incomplete, {} stopped; {} targets died; {} requests in all, {} "
      "records and {} totals of accounts compared\n",
      endings[Ending::complete] + endings[Ending::incomplete] + endings[Ending::stopped],
      endings[Ending::complete], endings[Ending::incomplete], endings[Ending::stopped], tally.targets_died,
      tally.requests, tally.records_compared, tally.totals_compared);
  fmt::print("{} scenarios from seed {}, {} failed\n", runs, seed, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tap_pinterest

int main(int argc, char** argv) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  std::uint64_t seed = 1;
  int runs = 100;
  bool verbose = false;
  CLI::App app("Syncs under random faults, stops and kills.");
  app.add_option("--seed", seed, "of the first scenario");
  app.add_option("--runs", runs, "how many scenarios");
  app.add_flag("--verbose", verbose, "tell everything");
  CLI11_PARSE(app, argc, argv);
  return tap_pinterest::run_all(seed, runs, verbose);
}
