#include "tap_pinterest/sync/bookmarks.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakes/fake_clock.hpp"
#include "fakes/output_file.hpp"

namespace tap_pinterest::sync {
namespace {

using singer::Json;

singer::State parsed(const std::string& json) {
  std::vector<std::string> problems;
  auto state = singer::State::parse(json, problems);
  EXPECT_TRUE(problems.empty());
  return state;
}

struct Written {
  explicit Written(const std::string& state = "{}")
      // A false alarm: members declared before are there. NOLINTNEXTLINE(clang-analyzer-optin.cplusplus.*)
      : bookmarks(parsed(state), emitter, clock, [this] { ++before; }) {}

  std::vector<Json> states() {
    emitter.flush();
    std::vector<Json> values;
    for (const Json& line : out.lines()) {
      if (line.at("type") == "STATE") values.push_back(line.at("value"));
    }
    return values;
  }

  fakes::FakeClock clock;
  fakes::OutputFile out;
  Emitter emitter{out.descriptor()};
  int before = 0;
  Bookmarks bookmarks;
};

const Json kEntry = {{"replication_key", "updated_time"}, {"replication_key_value", "2026-11-24"}};

TEST(Bookmarks, EndsWithAStateEvenIfThereIsNoneAndNeverAnEmptyObject) {
  Written run;
  run.bookmarks.write_last();
  ASSERT_EQ(run.states().size(), 1U);
  EXPECT_EQ(run.states()[0], Json::parse(R"({"bookmarks":{}})"));
}

TEST(Bookmarks, WritesEntriesBackThatNobodyTouched) {
  const std::string state =
      R"({"bookmarks":{"other":{"x":1},"campaigns":{"partitions":[{"context":{"ad_account_id":"1"},"y":2}]}},"z":3})";
  Written run(state);
  run.bookmarks.put("campaigns", "2", kEntry);
  run.bookmarks.write_last();
  Json expected = Json::parse(state);
  expected["bookmarks"]["campaigns"]["partitions"].push_back(Json::parse(
      R"({"context":{"ad_account_id":"2"},"replication_key":"updated_time","replication_key_value":"2026-11-24"})"));
  EXPECT_EQ(run.states().at(0), expected);
}

TEST(Bookmarks, FindsTheEntryOfAnAccountOrOfTheUser) {
  const Written run(
      R"({"bookmarks":{"pins":{"replication_key_value":"a"},"ads":{"partitions":[{"context":{"ad_account_id":"1"},"b":1}]}}})");
  EXPECT_EQ(run.bookmarks.find("pins", "")->at("replication_key_value"), "a");
  EXPECT_EQ(run.bookmarks.find("ads", "1")->at("b"), 1);
  EXPECT_FALSE(run.bookmarks.find("ads", "2"));
}

TEST(Bookmarks, AreWrittenAfterAMinuteIfSomethingMoved) {
  Written run;
  run.clock.advance(kStateEvery);
  run.bookmarks.write_if_due();
  EXPECT_TRUE(run.states().empty()) << "nothing moved";
  run.bookmarks.put("pins", "", kEntry);
  run.bookmarks.write_if_due();
  EXPECT_EQ(run.states().size(), 1U);
  run.bookmarks.put("pins", "", {{"replication_key_value", "2026-11-25"}});
  run.bookmarks.write_if_due();
  EXPECT_EQ(run.states().size(), 1U) << "not a minute yet";
  run.clock.advance(kStateEvery);
  run.bookmarks.write_if_due();
  EXPECT_EQ(run.states().size(), 2U);
}

TEST(Bookmarks, AreWrittenAfterManyRecordsIfSomethingMoved) {
  Written run;
  run.bookmarks.records_written(kStateEveryRecords);
  run.bookmarks.write_if_due();
  EXPECT_TRUE(run.states().empty());
  run.bookmarks.put("pins", "", kEntry);
  run.bookmarks.write_if_due();
  EXPECT_EQ(run.states().size(), 1U);
}

TEST(Bookmarks, NameTheAccountsOfAllStreamsOfThisTap) {
  Written run(R"({"bookmarks":{"ads":{"partitions":[{"context":{"ad_account_id":"2"}}]},
    "campaigns":{"partitions":[{"context":{"ad_account_id":1}},{"context":{"ad_account_id":"2"}}]},
    "other":{"partitions":[{"context":{"ad_account_id":"9"}}]},"pins":{"x":1}}})");
  run.bookmarks.put("ad_analytics", "3", kEntry);
  EXPECT_EQ(run.bookmarks.accounts(pinterest::streams()), (std::vector<std::string>{"1", "2", "3"}));
}

TEST(Bookmarks, ThatAreLargeWaitUntilTheyAreASmallPartOfTheOutput) {
  Written run;
  const Json entry = {{"x", std::string(kSmallStateBytes, 'x')}};
  const std::string record = std::string(kSmallStateBytes, ' ') + "{\"type\":\"RECORD\"}\n";
  std::size_t written = 0;
  for (int i = 0; i < 100; ++i) {
    run.bookmarks.put("pins", "", {{"x", entry}, {"i", i}});
    run.emitter.post(record);
    run.bookmarks.records_written(kStateEveryRecords);
    run.clock.advance(kStateEvery);
    run.bookmarks.write_if_due();
    run.bookmarks.send();
  }
  run.bookmarks.write_last();
  for (const Json& state : run.states()) written += state.dump().size();
  EXPECT_GE(run.states().size(), 9U);
  EXPECT_LE(written * kOutputPerState, run.emitter.bytes_out());
  EXPECT_EQ(run.states().back()["bookmarks"]["pins"]["i"], 99);
}

TEST(Bookmarks, ThatMovedThereAndBackAreNotRepeated) {
  Written run;
  run.bookmarks.put("pins", "", kEntry);
  run.clock.advance(kStateEvery);
  run.bookmarks.write_if_due();
  run.bookmarks.put("pins", "", {{"replication_key_value", "2026-11-25"}});
  run.bookmarks.put("pins", "", kEntry);
  run.clock.advance(kStateEvery);
  run.bookmarks.write_if_due();
  run.bookmarks.write_last();
  EXPECT_EQ(run.states().size(), 1U);
}

TEST(Bookmarks, DoNotRepeatTheSameStateWithoutARecord) {
  Written run;
  run.bookmarks.put("pins", "", kEntry);
  run.bookmarks.write_last();
  run.bookmarks.put("pins", "", kEntry);
  run.bookmarks.write_last();
  EXPECT_EQ(run.states().size(), 1U);
}

TEST(Bookmarks, DoNotRepeatTheSameStateBeforeTheEnd) {
  Written run;
  run.bookmarks.put("pins", "", kEntry);
  run.clock.advance(kStateEvery);
  run.bookmarks.write_if_due();
  run.emitter.post("{\"type\":\"RECORD\"}\n");
  run.bookmarks.records_written(kStateEveryRecords);
  run.bookmarks.put("pins", "", kEntry);
  run.bookmarks.write_if_due();
  EXPECT_EQ(run.states().size(), 1U);
  run.bookmarks.put("pins", "", {{"replication_key_value", "2026-11-25"}});
  run.bookmarks.write_if_due();
  EXPECT_EQ(run.states().size(), 2U) << "due since then";
}

TEST(Bookmarks, RepeatTheStateAfterARecord) {
  Written run;
  run.bookmarks.put("pins", "", kEntry);
  run.bookmarks.write_last();
  run.emitter.post("{\"type\":\"RECORD\"}\n");
  run.bookmarks.records_written(1);
  run.bookmarks.write_last();
  EXPECT_EQ(run.states().size(), 2U);
  EXPECT_EQ(run.out.lines().back().at("type"), "STATE");
}

TEST(Bookmarks, CallBeforeEachState) {
  Written run;
  run.bookmarks.put("pins", "", kEntry);
  run.bookmarks.write_last();
  EXPECT_EQ(run.before, 1);
}

std::string claim(singer::State& state, std::string_view shard) {
  return claim_state(state, config::parse_shard(shard));
}

TEST(ClaimState, MarksAStateOfNothing) {
  for (const auto* text : {"{}", R"({"bookmarks":{"ads":{},"pins":null}})"}) {
    singer::State state = parsed(text);
    EXPECT_EQ(claim(state, "1/2"), "");
    EXPECT_EQ(state.mark("shard"), "1/2");
    EXPECT_EQ(claim(state, "1/2"), "") << "its own";
    EXPECT_EQ(claim(state, "2/2"),
              "it belongs to shard 1/2, and this is shard 2/2; each shard needs a state "
              "of its own (docs/shards.md)");
    EXPECT_EQ(claim(state, "1/4"),
              "it belongs to shard 1/2, and this is shard 1/4; each shard needs a state "
              "of its own (docs/shards.md)");
    EXPECT_EQ(claim(state, ""),
              "it belongs to shard 1/2, and this is a run without shard; each shard needs "
              "a state of its own (docs/shards.md)");
  }
}

TEST(ClaimState, LeavesAStateWithoutShardsAsItIs) {
  const std::string text = R"({"bookmarks":{"pins":{"x":1}}})";
  singer::State state = parsed(text);
  EXPECT_EQ(claim(state, ""), "");
  EXPECT_NE(claim(state, "1/1"), "");
  std::string written;
  state.append_to(written);
  EXPECT_EQ(written, text);
}

std::vector<std::string> unused(const std::string& state) {
  return unused_bookmarks(parsed(state), pinterest::streams());
}

TEST(UnusedBookmarks, AreSilentWhereThereAreNoneOrSomeAreOfUse) {
  for (const auto* state :
       {"{}", R"({"bookmarks":{"ads":{},"pins":null}})",
        R"({"bookmarks":{"other":{},"x":{"partitions":[]}}})",
        R"({"bookmarks":{"other":{"x":1},"ads":{"partitions":[{"context":{"ad_account_id":1}}]}}})",
        R"({"bookmarks":{"pins":{"replication_key":"created_at","replication_key_value":"2026-01-01"}}})"}) {
    EXPECT_EQ(unused(state), std::vector<std::string>{}) << state;
  }
}

TEST(UnusedBookmarks, AreNamedByStream) {
  const std::vector<std::string> warnings = unused(R"({"bookmarks":{"ads":{"updated_time":"2026-01-01"},
    "ad_analytics":{"partitions":[{"context":{"account":"1"}}]},"pins":{"created_at":"2026-01-01"},
    "campaigns":{"partitions":[{"context":{"ad_account_id":"1"}}]}}})");
  ASSERT_EQ(warnings.size(), 3U);
  EXPECT_EQ(warnings[0],
            "the state's bookmarks.ads cannot be used; reading the stream as if it had no bookmark");
}

TEST(UnusedBookmarks, OfAnotherTapAreOneWarning) {
  const std::vector<std::string> warnings = unused(
      R"({"bookmarks":{"users":{"x":1},"ads":{"partitions":[{"context":{"act_id":"1"}}]},"empty":{}}})");
  EXPECT_EQ(warnings,
            std::vector<std::string>{"nothing in the state belongs to this tap (it has bookmarks for users, "
                                     "ads); reading everything as if there were no state"});
}

}  // namespace
}  // namespace tap_pinterest::sync
