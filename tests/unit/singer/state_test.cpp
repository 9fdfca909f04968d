#include "tap_pinterest/singer/state.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tap_pinterest::singer {
namespace {

State state_of(std::string_view text) {
  std::vector<std::string> problems;
  State state = State::parse(text, problems);
  EXPECT_EQ(problems, std::vector<std::string>{});
  return state;
}

std::vector<std::string> problems_of(std::string_view text) {
  std::vector<std::string> problems;
  State::parse(text, problems);
  return problems;
}

std::string text_of(const State& state) {
  std::string text;
  state.append_to(text);
  return text;
}

// The replication_key_value of the entry found, or "none".
Json found(const State& state, std::string_view stream, std::string_view key, std::string_view value) {
  const std::optional<Json> entry = state.find(stream, key, value);
  return entry ? entry->value("replication_key_value", Json()) : Json("none");
}

constexpr std::string_view kTwoAccounts = R"({"bookmarks":{
  "ads":{"partitions":[
    {"context":{"ad_account_id":"1"},"replication_key":"updated_time","replication_key_value":"2026-01-01T00:00:00Z"},
    {"context":{"ad_account_id":"2"},"replication_key":"updated_time","replication_key_value":"2026-01-02T00:00:00Z"}]},
  "pins":{"replication_key":"created_at","replication_key_value":"2026-01-03T00:00:00Z"}}})";

TEST(State, IsNeverAnEmptyObject) {
  constexpr std::string_view kEmpty = R"({"bookmarks":{}})";
  EXPECT_EQ(text_of(State()), kEmpty);
  for (const auto* text : {"{}", " { } ", R"({"bookmarks":{}})", R"({"bookmarks":null})"}) {
    EXPECT_EQ(text_of(state_of(text)), kEmpty) << text;
  }
}

TEST(State, WritesBackWhatNobodyTouchedDigitForDigit) {
  for (
      const std::string_view text : {
          R"({"currently_syncing":null,"bookmarks":{"other":{"x":[1,{"y":2}]},"ads":{"updated_time":"2020"}},"z":1.5})",
          R"({"bookmarks":{},"a":{"bookmarks":[{}],"partitions":3},"b":"]}"})",
          R"({"bookmarks":{"other":{"x":123456789012345678901234567890,"y":1.10,"z":1e5,"t":"a\"\\\n{"}}})",
          R"({"bookmarks":{"ads":{"a":1,"partitions":[{"context":{"ad_account_id":"1"},"n":0.10},{}],"b":2},"c":{}}})",
          R"({"bookmarks":{"ads":{"partitions":[]},"pins":{"partitions":[{"partitions":[1]}]}}})",
      }) {
    EXPECT_EQ(text_of(state_of(text)), text);
  }
  EXPECT_EQ(text_of(state_of("{ \"bookmarks\" : {\n \"x\": { \"y\" : [ 1 , \"\\u00e9\" ] } } }\n")),
            R"({"bookmarks":{"x":{"y":[1,"é"]}}})");
}

TEST(State, NullIsAsGoodAsEmpty) {
  EXPECT_EQ(text_of(state_of(R"({"bookmarks":{"pins":null,"ads":{"partitions":null}}})")),
            R"({"bookmarks":{"pins":{},"ads":{"partitions":[]}}})");
}

TEST(State, IsTakenOutOfAMessage) {
  EXPECT_EQ(text_of(state_of(R"({"type":"STATE","value":{"bookmarks":{"pins":{"a":1.10}}}})")),
            R"({"bookmarks":{"pins":{"a":1.10}}})");
  EXPECT_EQ(text_of(state_of(R"({"value":{},"type":"STATE"})")), R"({"bookmarks":{}})");
}

TEST(State, NamesWhatCannotBeUsed) {
  using Problems = std::vector<std::string>;
  for (const auto* text : {"[]", "null", "1", "\"\""}) {
    EXPECT_EQ(problems_of(text), Problems{"the document is not an object"}) << text;
  }
  EXPECT_EQ(problems_of("{\n  \"a\": tru }"),
            Problems{"not valid JSON at line 2, column 11: expected a value"});
  EXPECT_EQ(problems_of(R"({"bookmarks":[]})"), Problems{"bookmarks is not an object"});
  EXPECT_EQ(
      problems_of(R"({"bookmarks":{"ads":"2026-01-01","pins":{"partitions":{}},)"
                  R"("x":{"partitions":[1,{},[],null]},"ads":{},"y":{"partitions":[],"partitions":[]}}})"),
      (Problems{"bookmarks.ads is not an object", "bookmarks.pins.partitions is not a list",
                "an element of bookmarks.x.partitions is not an object", "bookmarks.ads is there twice",
                "bookmarks.y.partitions is there twice"}));
  EXPECT_EQ(problems_of(R"({"bookmarks":{},"bookmarks":{}})"), Problems{"bookmarks is there twice"});
}

TEST(State, IsNotWhatHasNoBookmarks) {
  using Problems = std::vector<std::string>;
  EXPECT_EQ(problems_of(R"({"streams":[]})"),
            Problems{"it has no bookmarks, but streams: this is not a state"});
  EXPECT_EQ(problems_of(R"({"value":{"bookmarks":{}}})"),
            Problems{"it has no bookmarks, but value: this is not a state"});
  EXPECT_EQ(problems_of(R"({"type":"RECORD","stream":"ads","record":{}})"),
            Problems{"it has no bookmarks, but type, stream, record: this is not a state"});
  EXPECT_EQ(problems_of(R"({"type":"STATE","value":{"streams":[]}})"),
            Problems{"it has no bookmarks, but streams: this is not a state"});
  EXPECT_EQ(problems_of(R"({"type":"STATE","value":[]})"), Problems{"the document is not an object"});
}

TEST(State, FindsPartitionsAndStreamsWithoutThem) {
  const State state = state_of(kTwoAccounts);
  EXPECT_EQ(found(state, "ads", "ad_account_id", "2"), "2026-01-02T00:00:00Z");
  EXPECT_EQ(found(state, "ads", "ad_account_id", "3"), "none");
  EXPECT_EQ(found(state, "ads", "other_id", "1"), "none");
  EXPECT_EQ(found(state, "campaigns", "ad_account_id", "1"), "none");
  EXPECT_EQ(found(state, "pins", "", ""), "2026-01-03T00:00:00Z");
}

TEST(State, OfFinerContextsTheOldestCounts) {
  const State state = state_of(R"({"bookmarks":{"ad_analytics":{"partitions":[
    {"context":{"ad_account_id":"1","ad_id":"10"},"replication_key_value":"2026-01-05"},
    {"context":{"ad_account_id":"1","ad_id":"11"},"replication_key_value":1767312000},
    {"context":{"ad_account_id":"1","ad_id":"12"}},
    {"context":{"ad_account_id":"2","ad_id":"20"},"replication_key_value":"2025-01-01"}]}}})");
  EXPECT_EQ(found(state, "ad_analytics", "ad_account_id", "1"), 1767312000);
  EXPECT_EQ(found(state, "ad_analytics", "", ""), "2025-01-01");
}

TEST(State, AnUnfinishedFirstReadingIsOlderThanEveryValue) {
  const State state = state_of(R"({"bookmarks":{"ads":{"partitions":[
    {"context":{"ad_account_id":"1","x":"a"},"replication_key_value":"2026-01-05"},
    {"context":{"ad_account_id":"1","x":"b"},"starting_replication_value":"2020-01-01",
     "progress_markers":{"replication_key":"updated_time","replication_key_value":"2026-02-01"}}]}}})");
  const std::optional<Json> entry = state.find("ads", "ad_account_id", "1");
  ASSERT_TRUE(entry);
  EXPECT_FALSE(entry->contains("replication_key_value"));
}

TEST(State, AnUnfinishedLaterReadingKeepsItsValue) {
  const State state = state_of(R"({"bookmarks":{"pins":{"replication_key_value":"2026-01-05",
    "replication_key_signpost":"2026-03-01","progress_markers":{"replication_key_value":"2026-02-01"}}}})");
  EXPECT_EQ(found(state, "pins", "", ""), "2026-01-05");
}

TEST(State, ContextsWithNumbersAreFound) {
  const State state = state_of(R"({"bookmarks":{"ads":{"partitions":[
    {"context":{"ad_account_id":549755885175},"replication_key_value":5},{"context":null},{"context":[]}, {}]}}})");
  EXPECT_EQ(found(state, "ads", "ad_account_id", "549755885175"), 5);
}

TEST(State, OldFormsAreIgnored) {
  const State state = state_of(R"({"bookmarks":{"ads":{"updated_time":"2020-01-01"},"pins":null}})");
  EXPECT_EQ(found(state, "ads", "ad_account_id", "1"), "none");
  EXPECT_EQ(found(state, "ads", "", ""), Json());
  EXPECT_EQ(found(state, "pins", "", ""), Json());
}

TEST(State, PutKeepsEverythingElseAndThePlace) {
  State state = state_of(kTwoAccounts);
  state.put("ads", "ad_account_id", "1", {{"replication_key_value", "2026-02-01T00:00:00Z"}});
  state.put("ads", "ad_account_id", "9", {{"replication_key_value", "2026-02-09T00:00:00Z"}});
  state.put("campaigns", "ad_account_id", "1", {{"context", "dropped"}, {"granularity", "DAY"}});
  EXPECT_EQ(Json::parse(text_of(state)), Json::parse(R"({"bookmarks":{
    "ads":{"partitions":[
      {"context":{"ad_account_id":"1"},"replication_key_value":"2026-02-01T00:00:00Z"},
      {"context":{"ad_account_id":"2"},"replication_key":"updated_time","replication_key_value":"2026-01-02T00:00:00Z"},
      {"context":{"ad_account_id":"9"},"replication_key_value":"2026-02-09T00:00:00Z"}]},
    "pins":{"replication_key":"created_at","replication_key_value":"2026-01-03T00:00:00Z"},
    "campaigns":{"partitions":[{"context":{"ad_account_id":"1"},"granularity":"DAY"}]}}})"));
}

TEST(State, PutReplacesFinerPartitionsByOne) {
  State state = state_of(R"({"bookmarks":{"ads":{"note":1,"partitions":[
    {"context":{"ad_account_id":"0"}},
    {"context":{"ad_account_id":"1","x":"a"}},
    {"context":{"ad_account_id":"2"}},
    {"context":{"ad_account_id":"1","x":"b"}}]}}})");
  state.put("ads", "ad_account_id", "1", {{"replication_key_value", 1}});
  EXPECT_EQ(
      text_of(state),
      R"({"bookmarks":{"ads":{"note":1,"partitions":[{"context":{"ad_account_id":"0"}},)"
      R"({"context":{"ad_account_id":"1"},"replication_key_value":1},{"context":{"ad_account_id":"2"}}]}}})");
}

TEST(State, PutOfAStreamWithoutPartitionsReplacesItsEntry) {
  State state = state_of(R"({"bookmarks":{"pins":{"partitions":[{"context":{"x":1}}]},"z":{}}})");
  state.put("pins", "", "", {{"replication_key_value", 1}});
  EXPECT_EQ(text_of(state), R"({"bookmarks":{"pins":{"replication_key_value":1},"z":{}}})");
}

TEST(State, PutTellsWhetherAnythingChanged) {
  State state = state_of(kTwoAccounts);
  const Json same = {{"replication_key", "updated_time"}, {"replication_key_value", "2026-01-01T00:00:00Z"}};
  EXPECT_FALSE(state.put("ads", "ad_account_id", "1", same));
  EXPECT_TRUE(state.put("ads", "ad_account_id", "2", same));
  EXPECT_TRUE(state.put("ads", "ad_account_id", "3", same));
  EXPECT_FALSE(state.put("ads", "ad_account_id", "3", same));
  EXPECT_TRUE(state.put("pins", "", "", same));
  EXPECT_FALSE(state.put("pins", "", "", same));
}

TEST(State, PutAddsPartitionsToWhatHasNone) {
  State state = state_of(R"({"bookmarks":{"ads":{"updated_time":"2020"},"pins":{}}})");
  state.put("ads", "ad_account_id", "1", {{"x", 1}});
  state.put("pins", "ad_account_id", "1", {{"x", 2}});
  EXPECT_EQ(
      text_of(state),
      R"({"bookmarks":{"ads":{"updated_time":"2020","partitions":[{"context":{"ad_account_id":"1"},"x":1}]},)"
      R"("pins":{"partitions":[{"context":{"ad_account_id":"1"},"x":2}]}}})");
}

TEST(State, ContextsAreToldApartByTheirKeys) {
  State state = state_of(R"({"bookmarks":{"ads":{"partitions":[
    {"context":{"board_id":"1"},"replication_key_value":1},
    {"context":{"ad_account_id":"2","board_id":"2"},"replication_key_value":2},
    {"context":{"ad_account_id":"1","board_id":"2"},"replication_key_value":3}]}}})");
  EXPECT_EQ(found(state, "ads", "ad_account_id", "1"), 3);
  EXPECT_EQ(state.contexts("ads", "ad_account_id"), (std::set<std::string>{"1", "2"}));
  EXPECT_TRUE(state.contexts("pins", "ad_account_id").empty());
  state.put("ads", "ad_account_id", "2", {{"replication_key_value", 4}});
  EXPECT_EQ(text_of(state),
            R"({"bookmarks":{"ads":{"partitions":[)"
            R"({"context":{"board_id":"1"},"replication_key_value":1},)"
            R"({"context":{"ad_account_id":"2"},"replication_key_value":4},)"
            R"({"context":{"ad_account_id":"1","board_id":"2"},"replication_key_value":3}]}}})");
}

TEST(State, KeepsMarksBesideTheBookmarks) {
  State state = state_of(R"({"a":1,"bookmarks":{"ads":{"shard":"x"}},"z":[2]})");
  EXPECT_EQ(state.mark("shard"), "");
  EXPECT_EQ(state.mark("a"), "1");
  state.add_mark("shard", "1/2");
  EXPECT_EQ(state.mark("shard"), "1/2");
  EXPECT_EQ(text_of(state), R"({"shard":"1/2","a":1,"bookmarks":{"ads":{"shard":"x"}},"z":[2]})");
  EXPECT_EQ(state_of(text_of(state)).mark("shard"), "1/2");
  State empty;
  empty.add_mark("shard", "1/2");
  EXPECT_EQ(text_of(empty), R"({"shard":"1/2","bookmarks":{}})");
}

TEST(State, KnowsItsSizeAndWhatItIsAbout) {
  State state = state_of(
      R"({"bookmarks":{"other":{"x":1},"ads":{"partitions":[]},"pins":{},"z":{"partitions":[{}]}}})");
  EXPECT_EQ(state.streams(), (std::vector<std::string>{"other", "z"}));
  const Json long_entry = {{"x", std::string(1'000, 'x')}};
  for (const std::string account : {"1", "2", "3"}) state.put("ads", "ad_account_id", account, long_entry);
  state.put("pins", "", "", long_entry);
  EXPECT_NEAR(static_cast<double>(state.bytes()), static_cast<double>(text_of(state).size()), 100);
  for (const std::string account : {"1", "2", "3"}) state.put("ads", "ad_account_id", account, {{"x", 1}});
  state.put("pins", "", "", {{"x", 1}});
  EXPECT_NEAR(static_cast<double>(state.bytes()), static_cast<double>(text_of(state).size()), 100);
}

TEST(ReplicationValue, OrdersSecondsDatesAndDateTimes) {
  EXPECT_EQ(replication_value_micros(1), 1'000'000);
  EXPECT_EQ(replication_value_micros("1451431341"), 1'451'431'341'000'000);
  EXPECT_EQ(replication_value_micros("1970-01-02"), 86'400'000'000);
  EXPECT_EQ(replication_value_micros("1970-01-01T00:00:01.5+00:00"), 1'500'000);
  for (const Json& value : {Json(), Json("soon"), Json(""), Json(true), Json(1.5), Json::array(),
                            Json(INT64_MAX), Json(INT64_MIN), Json(UINT64_MAX), Json("99999999999999999999"),
                            // One second before the year 1 and after 9999; milliseconds.
                            Json(-62'135'596'801), Json("253402300800"), Json(1'795'514'400'000)}) {
    EXPECT_EQ(replication_value_micros(value), std::nullopt) << value.dump();
  }
}

}  // namespace
}  // namespace tap_pinterest::singer
