#include "tap_pinterest/sync/bookmarks.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakes/fake_clock.hpp"
#include "fakes/output_file.hpp"

namespace tap_pinterest::sync {
namespace {

using singer::Json;

singer::State state_of(const std::string& json) {
  std::vector<std::string> problems;
  auto state = singer::State::parse(Json::parse(json), problems);
  EXPECT_TRUE(problems.empty());
  return state;
}

struct Written {
  explicit Written(const std::string& state = "{}")
      // A false alarm: members declared before are there. NOLINTNEXTLINE(clang-analyzer-optin.cplusplus.*)
      : bookmarks(state_of(state), emitter, clock, [this] { ++before; }) {}

  std::vector<Json> states() const {
    std::vector<Json> values;
    for (const Json& line : out.lines()) {
      if (line.at("type") == "STATE") values.push_back(line.at("value"));
    }
    return values;
  }

  fakes::FakeClock clock;
  fakes::OutputFile out;
  Emitter emitter{out.descriptor(), clock};
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
  EXPECT_EQ(run.bookmarks.find("ads", "2"), nullptr);
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

TEST(Bookmarks, DoNotRepeatTheSameStateWithoutARecord) {
  Written run;
  run.bookmarks.put("pins", "", kEntry);
  run.bookmarks.write_last();
  run.bookmarks.put("pins", "", kEntry);
  run.bookmarks.write_last();
  EXPECT_EQ(run.states().size(), 1U);
}

TEST(Bookmarks, DoNotRepeatTheSameStateInTheMiddleOfARun) {
  Written run;
  for (int times = 0; times < 2; ++times) {
    run.bookmarks.records_written(kStateEveryRecords);
    run.bookmarks.put("pins", "", kEntry);
    run.bookmarks.write_if_due();
  }
  EXPECT_EQ(run.states().size(), 1U);
  run.bookmarks.write_last();
  EXPECT_EQ(run.states().size(), 2U) << "records were written since";
}

TEST(Bookmarks, RepeatTheStateAtTheEndAfterARecord) {
  Written run;
  run.bookmarks.put("pins", "", kEntry);
  run.bookmarks.write_last();
  run.emitter.write("{\"type\":\"RECORD\"}\n", 1);
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

}  // namespace
}  // namespace tap_pinterest::sync
