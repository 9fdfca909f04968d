// The limits of Pinterest are used to the full and hardly ever crossed, and a day's limit is no obstacle.
//
// Whole runs against the simulator, without sockets, in virtual time: what is counted here is the same on any
// machine. Each test prints its numbers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ranges>
#include <thread>

#include "fakes/delivery.hpp"
#include "fakes/fake_server.hpp"
#include "fakes/output_file.hpp"
#include "fakes/test_config.hpp"
#include "fakes/test_selection.hpp"
#include "limits/virtual_time.hpp"
#include "simulator/api.hpp"
#include "simulator/simulator.hpp"
#include "tap_pinterest/sync/engine.hpp"

namespace tap_pinterest::limits {
namespace {

using sync::Ending;
using Streams = std::vector<std::string_view>;

const util::Instant kNow = fakes::instant("2026-03-10T12:00:00Z");
// Of all requests, those that may be refused with 429 where the tap cannot know the limit.
constexpr double kMostRefused = 0.02;
// Of the allowed rate, what is used while there is work.
constexpr double kLeastUsed = 0.90;
// Standard access, requests a minute.
constexpr double kReadsPerMinute = 1'000;
constexpr double kAnalyticsPerMinute = 300;
constexpr int kTrialRequestsPerDay = 1'000;
// An answer takes from 100 to 300 ms, in a fixed order.
constexpr std::chrono::milliseconds kShortestAnswer{100};
constexpr int kAnswerSpread = 201;
constexpr int kAnswerStep = 73;

// The requests of one category.
struct Flow {
  int sent = 0;
  int refused = 0;
  util::SteadyTime first;
  util::SteadyTime last;

  // Answered requests a minute, from the first request to the last.
  double rate() const {
    const std::chrono::duration<double, std::ratio<60>> time = last - first;
    return (sent - refused - 1) / time.count();
  }
};

// The simulated Pinterest, a wire that takes its time, and what went over it.
class World {
 public:
  explicit World(const simulator::Options& options)
      : time(kNow), simulator_(options, [this] { return time.system_now(); }) {}

  http::Result answer(const http::Request& request) {
    const std::string target = request.url.substr(request.url.find("/v5"));
    const auto category =
        simulator::find_endpoint(request.method, target.substr(3, target.find('?') - 3)).endpoint->category;
    Flow& flow = flows_[std::string(category)];
    const auto latency = kShortestAnswer + std::chrono::milliseconds(kAnswerStep * ++sent_ % kAnswerSpread);
    time.sleep(latency / 2);
    if (flow.sent++ == 0) flow.first = time.steady_now();
    flow.last = time.steady_now();
    const simulator::Reply reply = simulator_.handle({.method = request.method,
                                                      .target = target,
                                                      .authorization = request.authorization.reveal(),
                                                      .content_type = {},
                                                      .body = request.body.reveal()});
    if (reply.answer.status == 429) ++flow.refused;
    http::Response response;
    response.status = reply.answer.status;
    response.body = reply.answer.body;
    response.elapsed = latency;
    for (const auto& [name, value] : reply.answer.headers) {
      response.headers.push_back({name == "Date" ? "date" : name, value});
    }
    time.sleep(latency / 2);
    return response;
  }

  // What has gone over the wire since the last call.
  std::map<std::string, Flow> take_flows() { return std::exchange(flows_, {}); }

  VirtualTime time;

 private:
  simulator::Simulator simulator_;
  std::map<std::string, Flow> flows_;
  int sent_ = 0;
};

class Wire final : public http::Transport {
 public:
  Wire(World& world, int rank) : world_(world) { world_.time.join(rank); }
  ~Wire() override { world_.time.leave(); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  http::Result send(const http::Request& request, std::stop_token stop) override {
    if (stop.stop_requested()) return http::TransportError{http::Failure::cancelled, "stopped", {}};
    return fakes::deliver(request, world_.answer(request));
  }

 private:
  World& world_;
};

struct Outcome {
  sync::RunResult result;
  std::vector<std::string> lines;
};

// Runs one engine for each configuration, at the same time.
std::vector<Outcome> run(World& world, const std::vector<config::Config>& configs, const Streams& streams,
                         const singer::Json& state = nullptr) {
  std::vector<Outcome> outcomes(configs.size());
  for (const config::Config& config : configs) world.time.expect(config.max_concurrency);
  std::vector<std::jthread> engines;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    engines.emplace_back([&, i] {
      const fakes::OutputFile output;
      std::vector<std::string> problems;
      const auto make_wire = [&] { return std::make_unique<Wire>(world, static_cast<int>(i)); };
      sync::Engine engine({.config = configs[i],
                           .clock = world.time,
                           .make_transport = make_wire,
                           .output = output.descriptor(),
                           .random_seed = i},
                          fakes::select_streams(streams, configs[i]),
                          singer::State::parse(state.is_null() ? "{}" : state.dump(), problems));
      outcomes[i].result = engine.run();
      outcomes[i].lines = output.texts();
    });
  }
  engines.clear();
  return outcomes;
}

config::Config standard_config(const simulator::Options& options) {
  config::Config config = fakes::test_config();
  config.access_token = util::Secret(options.access_token);
  config.analytics.start_date = fakes::day("2026-03-09");
  config.rate_limits = {{"ads_read", kReadsPerMinute},
                        {"ads_analytics", kAnalyticsPerMinute},
                        {"org_read", kReadsPerMinute},
                        {"org_analytics", kAnalyticsPerMinute}};
  return config;
}

simulator::Options small_accounts(int accounts) {
  simulator::Options options;
  options.accounts = accounts;
  options.campaigns = 2;
  options.ad_groups = 2;
  options.ads = 3;
  options.pins = 0;
  options.epoch = kNow;
  options.limits = simulator::LimitTier::kStandard;
  return options;
}

void print_flow(std::string_view what, std::string_view category, const Flow& flow, double limit) {
  fmt::print("{:<34} {:<14} {:>6} requests {:>4} refused ({:.1f} %), {:>6.1f} of {} a minute ({:.1f} %)\n",
             what, category, flow.sent, flow.refused, 100.0 * flow.refused / flow.sent, flow.rate(), limit,
             100 * flow.rate() / limit);
}

const Streams kAdsStreams = {"ad_accounts", "campaigns",          "ad_groups",
                             "ads",         "campaign_analytics", "ad_analytics"};

// What one run without limits writes.
fakes::Delivery whole_set(simulator::Options options, config::Config config, const Streams& streams) {
  options.limits = simulator::LimitTier::kOff;
  for (auto& [category, per_minute] : config.rate_limits) per_minute = 1e6;
  World world(options);
  const Outcome outcome = run(world, {config}, streams).front();
  EXPECT_EQ(outcome.result.ending, Ending::complete) << outcome.result.message;
  fakes::Delivery delivery;
  delivery.take(outcome.lines);
  return delivery;
}

void expect_whole(const std::vector<Outcome>& outcomes, const fakes::Delivery& expected) {
  std::map<std::string, std::string> table;
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.result.ending, Ending::complete) << outcome.result.message;
    fakes::Delivery delivery;
    delivery.take(outcome.lines);
    table.merge(delivery.table);
  }
  EXPECT_TRUE(table == expected.table);
}

std::vector<std::string> account_ids(const fakes::Delivery& delivery) {
  const std::string stream = "ad_accounts ";
  std::vector<std::string> ids;
  for (const auto& [key, record] : delivery.table) {
    if (key.starts_with(stream)) ids.push_back(key.substr(stream.size()));
  }
  return ids;
}

// ---- The limits of a minute

struct Case {
  std::string name;
  int processes = 1;
  int max_concurrency = 16;
  bool headers = true;
  // How much higher than it is the tap believes the limit to be.
  double too_high = 1;
  // Of all requests, those that may be refused.
  double refused = 0;
};
void PrintTo(const Case& given, std::ostream* out) { *out << given.name; }

void expect_limits_used_and_kept(const Case& given, World& world) {
  const auto flows = world.take_flows();
  const std::map<std::string, double> limits = {{"ads_read", kReadsPerMinute},
                                                {"ads_analytics", kAnalyticsPerMinute}};
  for (const auto& [category, limit] : limits) {
    const Flow& flow = flows.at(category);
    print_flow(given.name, category, flow, limit);
    EXPECT_LE(flow.refused, given.refused * flow.sent) << category;
    EXPECT_GE(flow.rate(), kLeastUsed * limit) << category;
  }
}

class LimitsOfAMinute : public testing::TestWithParam<Case> {};

TEST_P(LimitsOfAMinute, AreUsedToTheFullAndHardlyCrossed) {
  constexpr int kAccounts = 400;
  const Case& given = GetParam();
  simulator::Options options = small_accounts(kAccounts);
  if (!given.headers) options.limit_headers = {"retry-after"};
  config::Config config = standard_config(options);
  config.max_concurrency = given.max_concurrency;
  const fakes::Delivery expected = whole_set(options, config, kAdsStreams);
  for (auto& [category, per_minute] : config.rate_limits) per_minute *= given.too_high;
  config.rate_limit_share = 1.0 / given.processes;

  std::vector<config::Config> configs(static_cast<std::size_t>(given.processes), config);
  if (given.processes > 1) {
    const auto ids = account_ids(expected);
    for (std::size_t i = 0; i < ids.size(); ++i) configs[i % configs.size()].ad_account_ids.push_back(ids[i]);
  }
  World world(options);
  const auto outcomes = run(world, configs, kAdsStreams);
  expect_whole(outcomes, expected);
  expect_limits_used_and_kept(given, world);
}

INSTANTIATE_TEST_SUITE_P(
    Standard, LimitsOfAMinute,
    testing::Values(Case{.name = "one process"}, Case{.name = "64 in flight", .max_concurrency = 64},
                    Case{.name = "without headers", .headers = false},
                    Case{.name = "two processes of one half", .processes = 2},
                    Case{.name = "two without headers", .processes = 2, .headers = false},
                    Case{.name = "believes in twice the limit", .too_high = 2, .refused = kMostRefused},
                    Case{.name = "believes in twice without headers",
                         .headers = false,
                         .too_high = 2,
                         .refused = kMostRefused}),
    [](const auto& test) {
      std::string name = test.param.name;
      std::ranges::replace(name, ' ', '_');
      return name;
    });

// ---- The limit of a day

// All days until a run is complete, each begun when Pinterest's day begins.
struct Days {
  fakes::Delivery delivery;
  int count = 0;
  int requests = 0;
};

Days run_day_after_day(const simulator::Options& options, const config::Config& config,
                       const Streams& streams, std::string_view what) {
  constexpr int kMostDays = 20;
  World world(options);
  Days days;
  while (days.count < kMostDays) {
    ++days.count;
    const Outcome outcome = run(world, {config}, streams, days.delivery.state).front();
    days.delivery.take(outcome.lines);
    EXPECT_TRUE(fakes::is_state(outcome.lines.back()));
    int sent = 0;
    int refused = 0;
    for (const auto& [category, flow] : world.take_flows()) {
      sent += flow.sent;
      refused += flow.refused;
    }
    days.requests += sent - refused;
    fmt::print("{:<34} day {}: {:>5} requests answered, {} refused; {} rows so far\n", what, days.count,
               sent - refused, refused, days.delivery.table.size());
    EXPECT_LE(refused, config.max_concurrency);
    if (outcome.result.ending == Ending::complete) return days;
    EXPECT_EQ(sent - refused, kTrialRequestsPerDay) << "the day was not used up";
    EXPECT_NE(outcome.result.message.find("max_rate_limit_wait_seconds (900); the state is saved: run again"),
              std::string::npos)
        << outcome.result.message;
    const util::Instant now = world.time.system_now();
    world.time.advance(std::chrono::ceil<std::chrono::days>(now) - now);
  }
  ADD_FAILURE() << "still not complete after " << kMostDays << " days";
  return days;
}

simulator::Options many_pins() {
  simulator::Options options;
  options.accounts = 0;
  options.pins = 5'000;
  options.epoch = kNow;
  options.restate = false;
  options.limits = simulator::LimitTier::kTrial;
  return options;
}

config::Config trial_config(const simulator::Options& options) {
  config::Config config = standard_config(options);
  config.trial_access = true;
  config.analytics.start_date = fakes::day("2026-03-05");
  config.end_date = fakes::day("2026-03-06");
  return config;
}

// The pins themselves, unlike their analytics, may look different every day.
void expect_same_pins(const fakes::Delivery& delivery, const fakes::Delivery& expected) {
  EXPECT_TRUE(std::ranges::equal(std::views::keys(delivery.table), std::views::keys(expected.table)));
  for (const auto& [key, record] : expected.table) {
    const auto found = delivery.table.find(key);
    if (key.starts_with("pins ") || found == delivery.table.end()) continue;
    ASSERT_EQ(found->second, record) << key;
  }
}

const Streams kPinStreams = {"pins", "pin_analytics"};

// A request for each pin: the window that was begun is completed, however many days it takes.
TEST(LimitOfADay, IsReachedAgainAndAgainUntilAllPinsAreRead) {
  simulator::Options options = many_pins();
  options.beta = false;
  const config::Config config = trial_config(options);
  const fakes::Delivery expected = whole_set(options, config, kPinStreams);
  const Days days = run_day_after_day(options, config, kPinStreams, "5,000 pins, one by one");
  expect_same_pins(days.delivery, expected);
  // And the list, again on each day.
  EXPECT_EQ(days.count, options.pins / kTrialRequestsPerDay + 1);
  EXPECT_GE(days.requests, options.pins);
}

// 100 pins a request.
TEST(LimitOfADay, IsEnoughForThePinsOfAnAppWithTheBetaRoute) {
  const simulator::Options options = many_pins();
  const config::Config config = trial_config(options);
  const fakes::Delivery expected = whole_set(options, config, kPinStreams);
  const Days days = run_day_after_day(options, config, kPinStreams, "5,000 pins, 100 a request");
  expect_same_pins(days.delivery, expected);
  EXPECT_EQ(days.count, 1);
}

}  // namespace
}  // namespace tap_pinterest::limits
