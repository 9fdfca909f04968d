#include "tap_pinterest/singer/state.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tap_pinterest::singer {
namespace {

State state_of(std::string_view text) {
  std::vector<std::string> problems;
  State state = State::parse(Json::parse(text), problems);
  EXPECT_EQ(problems, std::vector<std::string>{});
  return state;
}

std::vector<std::string> problems_of(std::string_view text) {
  std::vector<std::string> problems;
  State::parse(Json::parse(text), problems);
  return problems;
}

// The replication_key_value of the entry found, or "none".
Json found(const State& state, std::string_view stream, std::string_view key, std::string_view value) {
  const Json* const entry = state.find(stream, key, value);
  return entry == nullptr ? Json("none") : entry->value("replication_key_value", Json());
}

constexpr std::string_view kTwoAccounts = R"({"bookmarks":{
  "ads":{"partitions":[
    {"context":{"ad_account_id":"1"},"replication_key":"updated_time","replication_key_value":"2026-01-01T00:00:00Z"},
    {"context":{"ad_account_id":"2"},"replication_key":"updated_time","replication_key_value":"2026-01-02T00:00:00Z"}]},
  "pins":{"replication_key":"created_at","replication_key_value":"2026-01-03T00:00:00Z"}}})";

TEST(State, IsNeverAnEmptyObject) {
  EXPECT_EQ(State().document().dump(), R"({"bookmarks":{}})");
  EXPECT_EQ(state_of("{}").document().dump(), R"({"bookmarks":{}})");
  EXPECT_EQ(state_of(R"({"bookmarks":null})").document().dump(), R"({"bookmarks":{}})");
}

TEST(State, KeepsWhatItDoesNotKnow) {
  constexpr std::string_view kText =
      R"({"currently_syncing":null,"bookmarks":{"other":{"x":[1,{"y":2}]},"ads":{"updated_time":"2020"}},"z":1.5})";
  EXPECT_EQ(state_of(kText).document().dump(), kText);
}

TEST(State, NamesWhatCannotBeUsed) {
  using Problems = std::vector<std::string>;
  EXPECT_EQ(problems_of("[]"), Problems{"the state is not an object"});
  EXPECT_EQ(problems_of("null"), Problems{"the state is not an object"});
  EXPECT_EQ(problems_of(R"({"bookmarks":[]})"), Problems{"the state's bookmarks are not an object"});
  EXPECT_EQ(
      problems_of(R"({"bookmarks":{"ads":"2026-01-01","pins":{"partitions":{}},"x":{"partitions":[1]}}})"),
      (Problems{"the state's bookmarks.ads is not an object",
                "the state's bookmarks.pins.partitions is not a list",
                "the state's bookmarks.x.partitions has an element that is not an object"}));
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
  const Json* const entry = state.find("ads", "ad_account_id", "1");
  ASSERT_NE(entry, nullptr);
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
  EXPECT_EQ(found(state, "pins", "", ""), "none");
}

TEST(State, PutKeepsEverythingElseAndThePlace) {
  State state = state_of(kTwoAccounts);
  state.put("ads", "ad_account_id", "1", {{"replication_key_value", "2026-02-01T00:00:00Z"}});
  state.put("ads", "ad_account_id", "9", {{"replication_key_value", "2026-02-09T00:00:00Z"}});
  state.put("campaigns", "ad_account_id", "1", {{"context", "dropped"}, {"granularity", "DAY"}});
  EXPECT_EQ(state.document(), Json::parse(R"({"bookmarks":{
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
      state.document().dump(),
      R"({"bookmarks":{"ads":{"note":1,"partitions":[{"context":{"ad_account_id":"0"}},)"
      R"({"context":{"ad_account_id":"1"},"replication_key_value":1},{"context":{"ad_account_id":"2"}}]}}})");
}

TEST(State, PutOfAStreamWithoutPartitionsReplacesItsEntry) {
  State state = state_of(R"({"bookmarks":{"pins":{"partitions":[{"context":{"x":1}}]},"z":{}}})");
  state.put("pins", "", "", {{"replication_key_value", 1}});
  EXPECT_EQ(state.document().dump(), R"({"bookmarks":{"pins":{"replication_key_value":1},"z":{}}})");
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
