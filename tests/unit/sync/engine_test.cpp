#include "tap_pinterest/sync/engine.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sync/engine_run.hpp"

namespace tap_pinterest::sync {
namespace {

using fakes::Address;
using fakes::api_error;
using fakes::day;
using fakes::FakePinterest;
using fakes::kApiDate;
using fakes::no_answer;
using fakes::respond;
using std::chrono::seconds;
using util::Secret;
using Streams = std::vector<std::string_view>;
using Answer = std::optional<http::Result>;

const Streams kAll = {"ad_accounts",        "campaigns",    "ad_groups", "ads",
                      "campaign_analytics", "ad_analytics", "pins",      "pin_analytics"};

config::Config test_config() {
  config::Config config = fakes::test_config();
  config.analytics.start_date = day("2026-11-22");
  config.max_concurrency = 4;
  config.max_retry = seconds(60);
  return config;
}

// Two accounts and some pins, all in several pages.
FakePinterest small_api() {
  FakePinterest api;
  api.accounts["71"] = {{"campaigns", {1, 2, 3, 4, 5}}, {"ad_groups", {11, 12, 13}}, {"ads", {21, 22, 23}}};
  api.accounts["72"] = {{"campaigns", {6, 7}}, {"ad_groups", {}}, {"ads", {24}}};
  api.pins = {503, 501, 502};
  return api;
}

http::Response token_answer(const std::string& token) {
  return respond(
      200, R"({"access_token":")" + token + R"(","expires_in":2592000,"refresh_token":"r-)" + token + "\"}",
      {kApiDate});
}

bool is_token_request(const http::Request& request) {
  return request.url.find("/oauth/token") != std::string::npos ||
         request.url.starts_with("https://proxy.test");
}

std::set<std::string> all_records() {
  static const std::set<std::string> records = EngineRun(small_api(), test_config(), kAll).run().record_set();
  return records;
}

TEST(Engine, WritesSchemasFirstThenRecordsAndAStateLast) {
  EngineRun run(small_api(), test_config(), kAll);
  run.run();
  EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
  std::vector<std::string> schemas;
  bool record_seen = false;
  for (const Json& line : run.lines) {
    const std::string type = line.at("type");
    record_seen = record_seen || type == "RECORD";
    if (type != "SCHEMA") continue;
    EXPECT_FALSE(record_seen);
    schemas.push_back(line.at("stream"));
  }
  EXPECT_EQ(schemas, std::vector<std::string>(kAll.begin(), kAll.end()));
  EXPECT_EQ(run.lines.back().at("type"), "STATE");
  EXPECT_EQ(run.records("ad_accounts").size(), 2U);
  EXPECT_EQ(run.records("campaigns").size(), 7U);
  EXPECT_EQ(run.records("ad_groups").size(), 3U);
  EXPECT_EQ(run.records("ads").size(), 4U);
  EXPECT_EQ(run.records("pins").size(), 3U);
  EXPECT_EQ(run.records("campaign_analytics").size(), 7U * 3);
  EXPECT_EQ(run.records("ad_analytics").size(), 4U * 3);
  EXPECT_EQ(run.records("pin_analytics").size(), 3U * 3 * 4);
}

TEST(Engine, WritesTheSameRecordsOnceWhateverTheConcurrency) {
  for (const int concurrency : {1, 4, 16}) {
    config::Config config = test_config();
    config.max_concurrency = concurrency;
    EngineRun run(small_api(), config, kAll);
    run.run();
    EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
    EXPECT_EQ(run.record_set(), all_records()) << concurrency;
    EXPECT_EQ(run.record_count(), all_records().size()) << concurrency;
  }
}

TEST(Engine, SendsNoMoreRequestsThanItsStreamsNeed) {
  EngineRun run(small_api(), test_config(), kAll);
  run.run();
  // Pages of two: accounts 1; campaigns 3 + 1, ad groups 2 + 1, ads 2 + 1, pins 2; analytics 2, 2 and 4 app
  // types.
  EXPECT_EQ(run.server.requests().size(), 1U + 4 + 3 + 3 + 2 + 2 + 2 + 4);
}

TEST(Engine, ReadsAParentThatIsNotSelectedForItsIdsAlone) {
  EngineRun run(small_api(), test_config(), {"campaign_analytics"});
  run.run();
  EXPECT_EQ(run.records("campaign_analytics").size(), 7U * 3);
  EXPECT_EQ(run.record_count(), 7U * 3);
  EXPECT_EQ(run.server.count("/ad_groups"), 0U);
  EXPECT_EQ(run.server.count("/ads"), 0U);
  EXPECT_EQ(run.server.count("/pins"), 0U);
}

TEST(Engine, CompletesAChildWhateverItsParentsBookmarkIs) {
  const Json state = EngineRun(small_api(), test_config(), {"campaigns", "campaign_analytics"}).run().state();
  FakePinterest api = small_api();
  EngineRun run(api, test_config(), {"campaigns", "campaign_analytics"}, state);
  run.run();
  EXPECT_EQ(run.records("campaigns").size(), 7U) << "ties at the bookmark";
  EXPECT_EQ(run.records("campaign_analytics").size(), 7U * 3);
  EXPECT_EQ(run.state(), state);
}

// Whether a bookmark lies in the future is for Pinterest's clock to say, from the first answer on.
TEST(Engine, WritesTheWholeListIfABookmarkIsInTheFutureThoughTheLocalClockIsAheadOfIt) {
  config::Config config = test_config();
  config.ad_account_ids = {"71"};
  Json state = EngineRun(small_api(), config, {"campaigns"}).run().state();
  state["bookmarks"]["campaigns"]["partitions"][0]["replication_key_value"] = "2027-01-01T00:00:00Z";
  EngineRun run(small_api(), config, {"campaigns"}, state);
  run.clock.set_local_time(*util::parse_date_time("2027-06-01T00:00:00Z"));
  run.run();
  EXPECT_EQ(run.records("campaigns").size(), 5U);
}

TEST(Engine, AsksForTheListedAccountsWithoutListingAll) {
  config::Config config = test_config();
  config.ad_account_ids = {"72"};
  EngineRun run(small_api(), config, {"campaigns"});
  run.run();
  EXPECT_EQ(run.records("campaigns").size(), 2U);
  EXPECT_EQ(run.server.count("/ad_accounts?"), 0U);
}

TEST(Engine, IsIncompleteIfAListedAccountIsNotThere) {
  config::Config config = test_config();
  config.ad_account_ids = {"72", "99"};
  EngineRun run(small_api(), config, {"ad_accounts", "campaigns"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_NE(run.result.message.find("99"), std::string::npos);
  EXPECT_EQ(run.records("ad_accounts").size(), 1U);
  EXPECT_EQ(run.records("campaigns").size(), 2U);
}

TEST(Engine, DividesEverythingAmongItsShards) {
  for (const int count : {1, 2, 3, 7}) {
    std::set<std::string> together;
    std::size_t records = 0;
    for (int number = 1; number <= count; ++number) {
      config::Config config = test_config();
      config.shard = config::Shard{.number = number, .count = count};
      EngineRun run(small_api(), config, kAll);
      run.run();
      EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
      EXPECT_EQ(run.server.count("/pins") > 0, number == 1);
      records += run.record_count();
      together.merge(run.record_set());
    }
    EXPECT_EQ(together, all_records()) << count;
    EXPECT_EQ(records, all_records().size()) << count;
  }
}

TEST(Engine, LooksForNoAccountOfAnotherShard) {
  // 71 is in 2/3, and 72 in 1/3.
  config::Config config = test_config();
  config.ad_account_ids = {"71", "72"};
  config.shard = config::Shard{.number = 1, .count = 3};
  const Json state =
      Json::parse(R"({"bookmarks":{"campaigns":{"partitions":[{"context":{"ad_account_id":"71"},"x":1}]}}})");
  for (const Streams& streams : {Streams{"campaigns"}, Streams{"ad_accounts", "campaigns"}}) {
    EngineRun run(small_api(), config, streams, state);
    run.run();
    EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
    EXPECT_EQ(run.records("campaigns").size(), 2U);
    EXPECT_EQ(run.server.count("/71/"), 0U);
  }
  config.ad_account_ids.clear();
  EngineRun run(small_api(), config, {"campaigns"}, state);
  run.run();
  EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
  EXPECT_EQ(run.entry("campaigns", "71"), Json::parse(R"({"context":{"ad_account_id":"71"},"x":1})"));
}

TEST(Engine, HasNothingToDoInAnEmptyShard) {
  config::Config config = test_config();
  config.ad_account_ids = {"71", "72"};
  config.shard = config::Shard{.number = 3, .count = 3};
  EngineRun run(small_api(), config, {"campaigns", "pins"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
  EXPECT_EQ(run.lines.size(), 2U) << "a SCHEMA and a STATE";
  EXPECT_TRUE(run.server.requests().empty());
}

TEST(Engine, TellsTheDaysByTheApisClock) {
  config::Config config = test_config();
  config.analytics.start_date.reset();
  EngineRun run(small_api(), config, {"campaign_analytics"});
  run.clock.set_local_time(fakes::instant("2031-05-05T00:00:00Z"));
  run.run();
  EXPECT_EQ(run.server.count("start_date=2026-10-25&end_date=2026-11-24"), 2U);
  EXPECT_EQ(run.entry("campaign_analytics", "71").at("replication_key_value"), "2026-11-23");
}

TEST(Engine, WritesBackWhatItDidNotTouch) {
  const Json state = Json::parse(
      R"({"bookmarks":{"ads":{"partitions":[{"context":{"ad_account_id":"71"},"x":1}]},"foreign":{"x":7}},"more":[1]})");
  EngineRun run(small_api(), test_config(), {"campaigns"}, state);
  run.run();
  EXPECT_EQ(run.state().at("bookmarks").at("ads"), state.at("bookmarks").at("ads"));
  EXPECT_EQ(run.state().at("bookmarks").at("foreign"), Json::parse(R"({"x":7})"));
  EXPECT_EQ(run.state().at("more"), Json{1});
}

TEST(Engine, EndsWithAnEmptyStateIfThereIsNothingToRead) {
  EngineRun run(FakePinterest(), test_config(), {"campaigns"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
  EXPECT_EQ(run.state(), Json::parse(R"({"bookmarks":{}})"));
}

// ---- Faults that pass.

TEST(Engine, WritesTheSameRecordsInSpiteOfPassingFaults) {
  const std::map<std::string, std::function<http::Result()>> faults = {
      {"500", [] { return respond(500, "", {kApiDate}); }},
      {"503 without a date", [] { return respond(503, "<html>"); }},
      {"code 12", [] { return api_error(400, 12, "Something went wrong on our end."); }},
      {"429 with a reset",
       [] {
         return respond(429, "", {kApiDate, {"x-ratelimit-reset", "20"}});
       }},
      {"code 8", [] { return api_error(400, 8, "This request exceeded a rate limit."); }},
      {"retry after", [] { return api_error(400, 1, "Retry after 2 seconds"); }},
      {"reset", [] { return no_answer(http::Failure::connection, seconds(1)); }},
      {"truncated", [] { return no_answer(http::Failure::truncated, seconds(1)); }},
      {"stall", [] { return no_answer(http::Failure::timeout, seconds(20)); }},
      {"HTML", [] { return respond(200, "<html>maintenance</html>", {kApiDate}); }},
      {"half a body", [] { return respond(200, R"([{"CAMPAIGN_ID":"1",)", {kApiDate}); }},
  };
  const std::vector<std::string> places = {"/ad_accounts", "/ad_accounts/71/campaigns",
                                           "/ad_accounts/71/campaigns/analytics", "/pins", "/pins/analytics"};
  for (const auto& [name, fault] : faults) {
    FakePinterest api = small_api();
    // Each place fails twice; a list fails at its last page.
    auto left = std::make_shared<std::map<std::string, int>>();
    for (const std::string& place : places) (*left)[place] = 2;
    api.fault = [left, make_fault = fault](const Address& address, const http::Request&) -> Answer {
      const auto place = left->find(address.path);
      const bool in_the_middle = address.path == "/ad_accounts" || address.one("bookmark") != "" ||
                                 address.path.ends_with("/analytics");
      if (place == left->end() || !in_the_middle || place->second == 0) return std::nullopt;
      --place->second;
      return make_fault();
    };
    EngineRun run(api, test_config(), kAll);
    run.clock.set_local_time(fakes::instant("2026-11-24T10:00:00Z"));
    run.run();
    EXPECT_EQ(run.result.ending, Ending::complete) << name << ": " << run.result.message;
    EXPECT_EQ(run.record_set(), all_records()) << name;
    EXPECT_EQ(run.record_count(), all_records().size()) << name;
  }
}

TEST(Engine, PausesTheWholeCategoryForAsLongAsTheApiSays) {
  FakePinterest api = small_api();
  auto limited = std::make_shared<bool>(false);
  api.fault = [limited](const Address& address, const http::Request&) -> Answer {
    if (*limited || !address.path.ends_with("/campaigns/analytics")) return std::nullopt;
    *limited = true;
    return respond(429, "", {kApiDate, {"retry-after", "30"}});
  };
  EngineRun run(api, test_config(), {"campaign_analytics"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
  EXPECT_EQ(run.engine.report().rate_limited, 1U);
  EXPECT_GE(run.clock.since_begin(), seconds(30));
  EXPECT_LT(run.clock.since_begin(), seconds(40));
}

TEST(Engine, StopsForAPauseThatIsTooLongAndSaysWhenToRunAgain) {
  FakePinterest api = small_api();
  api.fault = [](const Address& address, const http::Request&) -> Answer {
    if (!address.path.ends_with("/campaigns/analytics")) return std::nullopt;
    return respond(429, "", {kApiDate, {"x-ratelimit-reset", "67150"}});
  };
  config::Config config = test_config();
  config.max_concurrency = 1;
  EngineRun run(api, config, {"campaigns", "campaign_analytics"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_NE(run.result.message.find("ads_analytics"), std::string::npos) << run.result.message;
  EXPECT_NE(run.result.message.find("2026-11-25T04:39:10Z"), std::string::npos) << run.result.message;
  EXPECT_EQ(run.records("campaigns").size(), 7U);
  EXPECT_FALSE(run.entry("campaigns", "71").is_null());
}

// ---- Faults that stay.

TEST(Engine, LeavesOtherPartitionsAloneWhenTheTriesOfOneAreSpent) {
  FakePinterest api = small_api();
  api.fault = [](const Address& address, const http::Request&) -> Answer {
    if (address.path != "/ad_accounts/71/campaigns" || address.one("bookmark") != "2") return std::nullopt;
    return respond(500, "", {kApiDate});
  };
  EngineRun run(api, test_config(), {"campaigns", "campaign_analytics", "ads"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_NE(run.result.message.find("the list of campaigns of account 71 is incomplete"), std::string::npos)
      << run.result.message;
  EXPECT_TRUE(run.entry("campaigns", "71").is_null());
  EXPECT_TRUE(run.entry("campaign_analytics", "71").is_null());
  EXPECT_FALSE(run.entry("campaigns", "72").is_null());
  EXPECT_FALSE(run.entry("campaign_analytics", "72").is_null());
  EXPECT_EQ(run.records("ads").size(), 4U);
  EXPECT_FALSE(run.entry("ads", "71").is_null());
}

TEST(Engine, TriesAnAnswerThatCannotBeReadThreeTimes) {
  FakePinterest api = small_api();
  api.fault = [](const Address& address, const http::Request&) -> Answer {
    if (address.path != "/ad_accounts/71/ads") return std::nullopt;
    return respond(200, "<html>", {kApiDate});
  };
  EngineRun run(api, test_config(), {"ads"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_EQ(run.server.count("/ad_accounts/71/ads"), 3U);
}

TEST(Engine, StopsIfTheApiDoesNotAnswerAtAll) {
  FakePinterest api = small_api();
  api.fault = [](const Address&, const http::Request&) -> Answer {
    return no_answer(http::Failure::connection, seconds(5));
  };
  EngineRun run(api, test_config(), kAll);
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_NE(run.result.message.find("no answer from api_url for 1 min"), std::string::npos)
      << run.result.message;
  EXPECT_EQ(run.state(), Json::parse(R"({"bookmarks":{}})"));
}

TEST(Engine, DoesNotTryARequestAgainThatCannotWork) {
  for (const http::Failure failure : {http::Failure::tls, http::Failure::invalid}) {
    FakePinterest api = small_api();
    api.fault = [failure](const Address&, const http::Request&) -> Answer { return no_answer(failure, {}); };
    config::Config config = test_config();
    config.max_concurrency = 1;
    EngineRun run(api, config, {"campaigns"});
    run.run();
    EXPECT_EQ(run.result.ending, Ending::incomplete);
    EXPECT_EQ(run.server.requests().size(), 1U);
  }
}

TEST(Engine, TriesAgainWhenTlsFailsAfterItHasWorked) {
  FakePinterest api = small_api();
  int faults = 0;
  api.fault = [&faults](const Address& address, const http::Request&) -> Answer {
    if (!address.path.ends_with("/71/campaigns") || faults++ > 0) return std::nullopt;
    return no_answer(http::Failure::tls, {});
  };
  config::Config config = test_config();
  config.max_concurrency = 1;
  EngineRun run(api, config, {"campaigns"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
  EXPECT_GT(faults, 1);
}

TEST(Engine, FailsAStreamWithTheApisOwnMessageAndWhatWasAsked) {
  FakePinterest api = small_api();
  api.fault = [](const Address& address, const http::Request&) -> Answer {
    if (!address.path.ends_with("/71/campaigns/analytics")) return std::nullopt;
    return api_error(400, 1, "Invalid column");
  };
  EngineRun run(api, test_config(), {"campaign_analytics", "ads"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_EQ(
      run.result.message,
      "campaign_analytics of account 71 is incomplete: 400 Invalid column (code 1); asked for 5 ids, "
      "2026-11-22 to 2026-11-24, columns SPEND_IN_DOLLAR,CAMPAIGN_ID,AD_ID, windows of 30 (click), 30 "
      "(engagement) and 1 (view) days; check the settings, or report it; run again from the last state for "
      "the rest");
  EXPECT_EQ(run.server.count("/71/campaigns/analytics"), 8U) << "one id could be the cause";
  EXPECT_EQ(run.records("campaign_analytics").size(), 2U * 3);
  EXPECT_EQ(run.records("ads").size(), 4U);
}

TEST(Engine, EndsWhenAllThatIsQueuedWasDropped) {
  FakePinterest api;
  auto& campaigns = api.accounts["71"]["campaigns"];
  for (std::uint64_t id = 1; id <= 1000; ++id) campaigns.push_back(id);
  api.page_size = 250;
  api.fault = [](const Address& address, const http::Request&) -> Answer {
    if (!address.path.ends_with("/analytics")) return std::nullopt;
    return api_error(400, 1, "Invalid column");
  };
  config::Config config = test_config();
  config.max_concurrency = 1;
  EngineRun run(api, config, {"campaign_analytics"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_EQ(run.server.count("/campaigns/analytics"), 8U);
}

TEST(Engine, FailsAStreamWhoseRowsOfOneKeyDiffer) {
  FakePinterest api = small_api();
  api.fault = [](const Address& address, const http::Request&) -> Answer {
    if (!address.path.ends_with("/71/campaigns/analytics")) return std::nullopt;
    return respond(200,
                   R"([{"CAMPAIGN_ID":1,"DATE":"2026-11-22","SPEND_IN_DOLLAR":1},)"
                   R"({"CAMPAIGN_ID":1,"DATE":"2026-11-22","SPEND_IN_DOLLAR":2}])",
                   {kApiDate});
  };
  EngineRun run(api, test_config(), {"campaign_analytics"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_EQ(run.records("campaign_analytics").size(), 2U * 3);
  EXPECT_TRUE(run.entry("campaign_analytics", "71").is_null());
}

TEST(Engine, PassesAValueThatDoesNotFitButEndsIncomplete) {
  FakePinterest api = small_api();
  api.fault = [](const Address& address, const http::Request&) -> Answer {
    if (!address.path.ends_with("/71/campaigns/analytics")) return std::nullopt;
    return respond(200, R"([{"CAMPAIGN_ID":1,"DATE":"2026-11-22","SPEND_IN_DOLLAR":"much"}])", {kApiDate});
  };
  EngineRun run(api, test_config(), {"campaign_analytics"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_NE(run.result.message.find("campaign_analytics.metrics.SPEND_IN_DOLLAR"), std::string::npos)
      << run.result.message;
  EXPECT_TRUE(run.records("campaign_analytics").at(0).at("metrics").contains("SPEND_IN_DOLLAR"));
  EXPECT_EQ(run.entry("campaign_analytics", "71").at("replication_key_value"), "2026-11-23");
}

// ---- Accounts that cannot be read.

FakePinterest forbidden_account(const std::string& path) {
  FakePinterest api = small_api();
  api.fault = [path](const Address& address, const http::Request&) -> Answer {
    if (!address.path.starts_with(path)) return std::nullopt;
    return api_error(403, 29, "You are not permitted to access that resource.");
  };
  return api;
}

TEST(Engine, SkipsAnAccountThatIsNotAllowed) {
  EngineRun run(forbidden_account("/ad_accounts/71/"), test_config(), kAll);
  run.run();
  EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
  EXPECT_EQ(run.engine.report().skipped_accounts, std::vector<std::string>{"71"});
  EXPECT_EQ(run.records("campaigns").size(), 2U);
  EXPECT_EQ(run.records("campaign_analytics").size(), 2U * 3);
  EXPECT_TRUE(run.entry("campaigns", "71").is_null());
}

TEST(Engine, IsIncompleteIfTheSkippedAccountIsListed) {
  config::Config config = test_config();
  config.ad_account_ids = {"71", "72"};
  EngineRun run(forbidden_account("/ad_accounts/71/"), config, {"campaigns"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_NE(run.result.message.find("account 71 cannot be read"), std::string::npos);
}

TEST(Engine, IsIncompleteIfTheSkippedAccountHasABookmark) {
  const Json state = EngineRun(small_api(), test_config(), {"campaigns"}).run().state();
  EngineRun run(forbidden_account("/ad_accounts/71/"), test_config(), {"campaigns"}, state);
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_EQ(run.state(), state);
}

TEST(Engine, IsIncompleteIfNoAccountAtAllCanBeRead) {
  EngineRun run(forbidden_account("/ad_accounts/7"), test_config(), {"campaigns"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_NE(run.result.message.find("no ad account could be read"), std::string::npos) << run.result.message;
}

TEST(Engine, SkipsAnAccountWhoseAnalyticsAloneAreNotAllowed) {
  EngineRun run(forbidden_account("/ad_accounts/71/campaigns/analytics"), test_config(),
                {"campaigns", "campaign_analytics"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
  EXPECT_EQ(run.engine.report().skipped_accounts, std::vector<std::string>{"71"});
  EXPECT_TRUE(run.entry("campaign_analytics", "71").is_null());
}

TEST(Engine, FailsIfTheAccountsThemselvesAreNotAllowed) {
  EngineRun run(forbidden_account("/ad_accounts"), test_config(), {"campaigns", "pins"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_NE(run.result.message.find("ads:read"), std::string::npos) << run.result.message;
  EXPECT_EQ(run.records("pins").size(), 3U);
}

// ---- Tokens.

// Takes only this access token, and gives out "issued-1", "issued-2" ...
struct TokenGate {
  std::string valid;
  int issued = 0;
};

Answer check_token(TokenGate& gate, const http::Request& request) {
  if (is_token_request(request)) {
    gate.valid = "issued-" + std::to_string(++gate.issued);
    return token_answer(gate.valid);
  }
  if (request.authorization.reveal() == "Bearer " + gate.valid) return std::nullopt;
  return api_error(401, 2, "Authentication failed.");
}

config::Config app_config() {
  config::Config config = test_config();
  config.access_token = Secret();
  config.app = {.client_id = "1", .client_secret = Secret("app-secret"), .refresh_token = Secret("r")};
  return config;
}

TEST(Engine, RefreshesOnceForAllWorkersWhenTheTokenEnds) {
  FakePinterest api = small_api();
  TokenGate gate;
  int requests = 0;
  api.fault = [&](const Address&, const http::Request& request) -> Answer {
    if (++requests == 12) gate.valid = "none any more";
    return check_token(gate, request);
  };
  config::Config config = app_config();
  config.max_concurrency = 16;
  EngineRun run(api, config, kAll);
  run.run();
  EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
  EXPECT_EQ(gate.issued, 2);
  EXPECT_EQ(run.engine.report().token_renewals, 2U);
  EXPECT_EQ(run.record_set(), all_records());
}

TEST(Engine, LetsTimePassBetweenTwoRefreshes) {
  FakePinterest api = small_api();
  TokenGate gate;
  // Each token is good for one request.
  api.fault = [&](const Address&, const http::Request& request) -> Answer {
    auto answer = check_token(gate, request);
    if (!is_token_request(request)) gate.valid = "none any more";
    return answer;
  };
  config::Config config = app_config();
  config.max_concurrency = 1;
  EngineRun run(api, config, {"campaigns"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
  EXPECT_GT(gate.issued, 2);
  EXPECT_GE(run.clock.waited(), (gate.issued - 1) * pinterest::kBetweenRenewals);
}

TEST(Engine, EndsInPinterestsWordsWhereTheAppHasNoAccess) {
  FakePinterest api = small_api();
  TokenGate gate;
  api.fault = [&](const Address&, const http::Request& request) -> Answer {
    if (auto answer = check_token(gate, request)) return answer;
    return api_error(401, 3, "Your application consumer type is not supported.");
  };
  EngineRun run(api, app_config(), {"campaigns"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_EQ(
      run.result.message,
      "Pinterest refuses the app: 401 Your application consumer type is not supported. (code 3); check the "
      "app's access at developers.pinterest.com/apps");
  EXPECT_EQ(gate.issued, 1);
}

TEST(Engine, RefreshesAfterEveryConfiguredAccessTokenHasEnded) {
  FakePinterest api = small_api();
  TokenGate gate{.valid = "none"};
  api.fault = [&](const Address&, const http::Request& request) { return check_token(gate, request); };
  config::Config config = test_config();
  config.max_concurrency = 1;
  config.proxy = {.url = "https://proxy.test/refresh",
                  .auth = Secret("proxy-auth"),
                  .access_token = Secret("proxy-access"),
                  .refresh_token = Secret("proxy-refresh")};
  EngineRun run(api, config, {"campaigns"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
  EXPECT_EQ(gate.issued, 1);
  EXPECT_EQ(run.records("campaigns").size(), 7U);
}

TEST(Engine, EndsWhenARenewedTokenIsRefusedToo) {
  FakePinterest api = small_api();
  int issued = 0;
  api.fault = [&](const Address&, const http::Request& request) -> Answer {
    if (is_token_request(request)) return token_answer("issued-" + std::to_string(++issued));
    return api_error(401, 2, "Authentication failed.");
  };
  EngineRun run(api, app_config(), {"campaigns"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_NE(run.result.message.find("just renewed"), std::string::npos) << run.result.message;
  EXPECT_EQ(issued, 2);
}

TEST(Engine, EndsWhenTheOnlyAccessTokenIsRefused) {
  FakePinterest api = small_api();
  api.fault = [](const Address&, const http::Request&) -> Answer {
    return api_error(401, 2, "Authentication failed.");
  };
  EngineRun run(api, test_config(), {"campaigns"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_NE(run.result.message.find("access_token was refused"), std::string::npos) << run.result.message;
  EXPECT_EQ(run.server.requests().size(), 1U);
}

TEST(Engine, WaitsOutARateLimitOfTheTokenRequestWithinItsLimit) {
  for (const int wait : {200, 1000}) {
    FakePinterest api = small_api();
    TokenGate gate;
    bool limited = false;
    api.fault = [&](const Address&, const http::Request& request) -> Answer {
      if (!std::exchange(limited, true))
        return respond(429, "", {kApiDate, {"retry-after", std::to_string(wait)}});
      return check_token(gate, request);
    };
    EngineRun run(api, app_config(), {"campaigns"});
    run.run();
    EXPECT_EQ(run.result.ending, wait == 200 ? Ending::complete : Ending::incomplete) << run.result.message;
  }
}

TEST(Engine, SendsTheBearerTokenToTheApiAlone) {
  FakePinterest api = small_api();
  TokenGate gate{.valid = "none"};
  api.fault = [&](const Address&, const http::Request& request) { return check_token(gate, request); };
  config::Config config = test_config();
  config.proxy = {.url = "https://proxy.test/refresh",
                  .auth = Secret("proxy-auth"),
                  .access_token = Secret(),
                  .refresh_token = Secret("proxy-refresh")};
  EngineRun run(api, config, {"campaigns"});
  run.run();
  for (const http::Request& request : run.server.requests()) {
    const bool bearer = request.authorization.reveal().starts_with("Bearer ");
    EXPECT_EQ(bearer, request.url.starts_with("https://api.test/v5/")) << request.url;
  }
}

// ---- Requests that are too large.

FakePinterest many_campaigns(std::uint64_t count) {
  FakePinterest api;
  auto& campaigns = api.accounts["71"]["campaigns"];
  for (std::uint64_t id = 1; id <= count; ++id) campaigns.push_back(id);
  api.page_size = 250;
  return api;
}

TEST(Engine, HalvesABatchThatIsTooLargeAndKeepsTheSizeThatWorks) {
  for (const int status : {413, 414, 431}) {
    FakePinterest api = many_campaigns(1000);
    api.fault = [&](const Address& address, const http::Request&) -> Answer {
      if (address.ids().size() <= 70) return std::nullopt;
      return respond(status, "", {kApiDate});
    };
    config::Config config = test_config();
    config.max_concurrency = 1;
    EngineRun run(api, config, {"campaign_analytics"});
    run.run();
    EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
    EXPECT_EQ(run.record_set().size(), 1000U * 3);
    EXPECT_EQ(run.record_count(), 1000U * 3);
    // 250 and 125 are refused; then 63 at once, 4 from each of the four batches (and what halving leaves).
    EXPECT_LE(run.server.count("/analytics"), 2U + 4 * 4 + 1) << status;
  }
}

TEST(Engine, HalvesABatchThatTimesOutTwice) {
  for (const bool code_12 : {false, true}) {
    FakePinterest api = many_campaigns(250);
    api.fault = [&](const Address& address, const http::Request&) -> Answer {
      if (address.ids().size() <= 125) return std::nullopt;
      if (code_12) return api_error(500, 12, "Something went wrong on our end.");
      return no_answer(http::Failure::timeout, seconds(20));
    };
    EngineRun run(api, test_config(), {"campaign_analytics"});
    run.run();
    EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
    EXPECT_EQ(run.record_count(), 250U * 3);
    EXPECT_EQ(run.server.count("/analytics"), 4U);
  }
}

TEST(Engine, HalvingDoesNotProlongAFaultThatHasNothingToDoWithTheSize) {
  FakePinterest api = many_campaigns(250);
  api.fault = [&](const Address& address, const http::Request&) -> Answer {
    if (!address.path.ends_with("/analytics")) return std::nullopt;
    return api_error(500, 12, "Something went wrong on our end.");
  };
  config::Config config = test_config();
  config.max_retry = seconds(30);
  EngineRun run(api, config, {"campaign_analytics"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_LT(run.server.count("/analytics"), 100U);
}

TEST(Engine, FailsWhatCannotBeHalvedAnyMore) {
  FakePinterest api = small_api();
  api.fault = [&](const Address& address, const http::Request&) -> Answer {
    if (!address.path.ends_with("/analytics")) return std::nullopt;
    return respond(413, "", {kApiDate});
  };
  EngineRun run(api, test_config(), {"campaign_analytics"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  EXPECT_EQ(run.record_count(), 0U);
}

// ---- The beta route of pins.

TEST(Engine, FindsOutWithTwoRequestsThatTheAppHasNoBulkRoute) {
  struct Row {
    int status;
    int code;
  };
  for (const Row row : {Row{401, 2}, Row{401, 3}, Row{401, 7}, Row{403, 3}, Row{404, 50}}) {
    FakePinterest api = small_api();
    TokenGate gate;
    api.fault = [&](const Address& address, const http::Request& request) -> Answer {
      if (auto refused = check_token(gate, request)) return refused;
      if (address.path != "/pins/analytics") return std::nullopt;
      return api_error(row.status, row.code, "No.");
    };
    EngineRun run(api, app_config(), kAll);
    run.run();
    EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
    EXPECT_EQ(run.record_set(), all_records());
    // A 401 that says "not authenticated" is first answered with a new token and one retry.
    const bool about_the_token = row.status == 401 && row.code == 2;
    EXPECT_EQ(run.server.count("/pins/analytics"), about_the_token ? 3U : 2U)
        << row.status << " " << row.code;
    EXPECT_EQ(gate.issued, about_the_token ? 2 : 1) << row.status << " " << row.code;
    EXPECT_EQ(run.entry("pin_analytics").at("route"), "single");
  }
}

TEST(Engine, DoesNotEndForOnePinThatIsNotAuthorized) {
  for (const int code : {2, 3, 29}) {
    FakePinterest api = small_api();
    TokenGate gate;
    api.fault = [&](const Address& address, const http::Request& request) -> Answer {
      if (auto refused = check_token(gate, request)) return refused;
      const auto ids = address.ids();
      const bool is_bad = address.path == "/pins/502/analytics" || std::ranges::find(ids, 502U) != ids.end();
      if (address.path == "/pins/analytics") return api_error(403, 3, "No.");
      return is_bad ? Answer(api_error(401, code, "Not allowed.")) : std::nullopt;
    };
    EngineRun run(api, app_config(), {"pin_analytics"});
    run.run();
    EXPECT_EQ(run.result.ending, Ending::incomplete) << code;
    EXPECT_EQ(run.entry("pin_analytics").at("left_out"), Json{"502"}) << code;
    EXPECT_EQ(run.records("pin_analytics").size(), 2U * 3 * 4) << code;
  }
}

TEST(Engine, LeavesOutADeadPinAndReadsTheOthers) {
  FakePinterest api = small_api();
  api.fault = [](const Address& address, const http::Request&) -> Answer {
    const auto ids = address.ids();
    if (std::ranges::find(ids, 502U) == ids.end()) return std::nullopt;
    return api_error(404, 50, "Pin not found.");
  };
  EngineRun run(api, test_config(), {"pin_analytics"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
  EXPECT_EQ(run.records("pin_analytics").size(), 2U * 3 * 4);
  EXPECT_EQ(run.engine.report().pins_refused, std::set<std::uint64_t>{502});
  EXPECT_FALSE(run.entry("pin_analytics").contains("route"));
}

// ---- State.

// Looks at every STATE of a run as a target would that stops there: whatever it covers must stand before it.
void expect_no_state_to_run_ahead(const EngineRun& run, std::uint64_t count, std::size_t days_covered) {
  std::map<std::uint64_t, std::size_t> rows;
  for (const Json& line : run.lines) {
    if (line.at("type") == "RECORD")
      ++rows[std::stoull(line.at("record").at("CAMPAIGN_ID").get<std::string>())];
    if (line.at("type") != "STATE") continue;
    const singer::State state = state_of(line.at("value"));
    const std::optional<Json> entry = state.find("campaign_analytics", "ad_account_id", "71");
    if (!entry) continue;
    std::uint64_t covered = entry->contains("replication_key_value") ? count : 0;
    if (entry->contains("resume"))
      covered = std::stoull(entry->at("resume").at("after_id").get<std::string>());
    for (std::uint64_t id = 1; id <= covered; ++id)
      ASSERT_EQ(rows[id], days_covered) << "id " << id << ", covered " << covered;
  }
}

TEST(Engine, WritesNoStateThatCoversRowsNotWritten) {
  for (const int concurrency : {1, 16}) {
    FakePinterest api = many_campaigns(3000);
    api.page_size = 1000;  // there are markers only when the list has ended
    int requests = 0;
    // Some batches fail at first, so that later ones are done before them.
    api.fault = [&](const Address& address, const http::Request&) -> Answer {
      if (!address.path.ends_with("/analytics") || ++requests % 3 != 1) return std::nullopt;
      return respond(500, "", {kApiDate});
    };
    config::Config config = test_config();
    config.max_concurrency = concurrency;
    EngineRun run(api, config, {"campaign_analytics"});
    // A STATE is due whenever somebody looks at the clock.
    run.clock.on_look([&] { run.clock.advance(kStateEvery); });
    run.run();
    EXPECT_EQ(run.result.ending, Ending::complete) << run.result.message;
    EXPECT_EQ(run.record_count(), 3000U * 3);
    expect_no_state_to_run_ahead(run, 3000, 3);
    const auto states =
        std::ranges::count(run.lines, "STATE", [](const Json& line) { return line.at("type"); });
    // How many workers end together decides how many there are.
    EXPECT_GT(states, concurrency == 1 ? 3 : 0);
  }
}

TEST(Engine, CoversNothingBeyondABatchThatFailed) {
  FakePinterest api = many_campaigns(1000);
  api.fault = [](const Address& address, const http::Request&) -> Answer {
    const auto ids = address.ids();
    if (std::ranges::find(ids, 600U) == ids.end()) return std::nullopt;
    return api_error(422, 1, "Invalid id");
  };
  config::Config config = test_config();
  config.max_concurrency = 1;
  EngineRun run(api, config, {"campaign_analytics"});
  run.run();
  EXPECT_EQ(run.result.ending, Ending::incomplete);
  expect_no_state_to_run_ahead(run, 1000, 3);
  const Json entry = run.entry("campaign_analytics", "71");
  EXPECT_FALSE(entry.contains("replication_key_value"));
  EXPECT_EQ(entry.at("resume").at("after_id"), "500");

  EngineRun again(many_campaigns(1000), config, {"campaign_analytics"}, run.state());
  again.run();
  EXPECT_EQ(again.record_count(), 500U * 3);
  EXPECT_EQ(again.entry("campaign_analytics", "71").at("replication_key_value"), "2026-11-23");
  EXPECT_FALSE(again.entry("campaign_analytics", "71").contains("resume"));
}

TEST(Engine, StopsInTheMiddleWithAStateThatCompletesTheSet) {
  for (const std::size_t at : {0U, 1U, 5U, 9U, 14U, 18U}) {
    EngineRun first(small_api(), test_config(), kAll);
    first.on_request = [&](std::size_t request) {
      if (request == at) first.engine.request_stop();
    };
    first.run();
    EXPECT_EQ(first.result.ending, Ending::stopped) << at;
    EngineRun second(small_api(), test_config(), kAll, first.state());
    second.run();
    EXPECT_EQ(second.result.ending, Ending::complete) << second.result.message;
    std::set<std::string> both = first.record_set();
    both.merge(second.record_set());
    EXPECT_EQ(both, all_records()) << at;
  }
}

TEST(Engine, ComesToItsEndHoweverOftenItIsStopped) {
  config::Config config = test_config();
  config.max_concurrency = 1;
  Json state = Json::object();
  std::set<std::uint64_t> ids;
  int runs = 0;
  Ending ending = Ending::stopped;
  while (ending == Ending::stopped && ++runs < 20) {
    EngineRun run(many_campaigns(1000), config, {"campaign_analytics"}, state);
    // The accounts and 4 pages, and one batch more each time.
    run.on_request = [&](std::size_t request) {
      if (request == 6) run.engine.request_stop();
    };
    run.run();
    for (const Json& record : run.records("campaign_analytics")) {
      ids.insert(std::stoull(record.at("CAMPAIGN_ID").get<std::string>()));
    }
    ending = run.result.ending;
    state = run.state();
  }
  EXPECT_EQ(ending, Ending::complete);
  EXPECT_LE(runs, 5);
  EXPECT_EQ(ids.size(), 1000U);
}

TEST(Engine, EndsWithAStateAlsoIfItIsStoppedBetweenARowAndItsState) {
  FakePinterest api = small_api();
  // Larger than the output's buffer, so that the test sees when it is written.
  api.fault = [](const Address& address, const http::Request&) -> Answer {
    if (address.path != "/pins") return std::nullopt;
    return respond(200, R"({"items":[{"id":"501","title":")" + std::string(300'000, 'x') + "\"}]}",
                   {kApiDate});
  };
  config::Config config = test_config();
  config.max_concurrency = 1;
  EngineRun run(api, config, {"campaigns", "pins"});
  run.clock.on_look([&] {
    if (run.output.size() > 300'000) run.engine.request_stop();
    run.clock.advance(kStateEvery);
  });
  run.run();
  EXPECT_EQ(run.result.ending, Ending::stopped);
  EXPECT_EQ(run.records("pins").size(), 1U);
  EXPECT_EQ(run.lines.back().at("type"), "STATE");
  EXPECT_EQ(std::prev(run.lines.end(), 2)->at("type"), "RECORD");
}

TEST(Engine, EndsQuietlyWhenNobodyReadsItsOutput) {
  std::signal(SIGPIPE, SIG_IGN);
  util::Pipe pipe = util::make_pipe();
  pipe.reader = {};
  const config::Config config = test_config();
  fakes::FakeClock clock;
  fakes::FakeServer server(small_api());
  Engine engine({.config = config,
                 .clock = clock,
                 .make_transport = server.factory(),
                 .output = pipe.writer.get(),
                 .random_seed = 1},
                fakes::select_streams(kAll, config), singer::State());
  EXPECT_EQ(engine.run().ending, Ending::output_closed);
}

TEST(Engine, SaysWhyItCannotWriteItsOutput) {
  const util::Descriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  if (full.get() < 0) GTEST_SKIP() << "only Linux has a /dev/full";
  const config::Config config = test_config();
  fakes::FakeClock clock;
  fakes::FakeServer server(small_api());
  Engine engine({.config = config,
                 .clock = clock,
                 .make_transport = server.factory(),
                 .output = full.get(),
                 .random_seed = 1},
                fakes::select_streams(kAll, config), singer::State());
  const RunResult result = engine.run();
  EXPECT_EQ(result.ending, Ending::incomplete);
  EXPECT_NE(result.message.find("No space left on device"), std::string::npos) << result.message;
}

TEST(Engine, CountsWhatItDid) {
  EngineRun run(small_api(), test_config(), kAll);
  run.run();
  const Report& report = run.engine.report();
  EXPECT_EQ(report.request_count(), run.server.requests().size());
  EXPECT_EQ(report.records.at("campaign_analytics"), 7U * 3);
  EXPECT_EQ(report.requests.at({"/ad_accounts/{ad_account_id}/campaigns", 200}), 4U);
  EXPECT_EQ(report.requests.at({"/pins/analytics", 200}), 4U);
  EXPECT_EQ(report.retries, 0U);
  EXPECT_EQ(report.token_renewals, 0U);
  EXPECT_EQ(run.engine.selected_streams(), std::vector<std::string>(kAll.begin(), kAll.end()));
}

}  // namespace
}  // namespace tap_pinterest::sync
