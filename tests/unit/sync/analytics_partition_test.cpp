#include "tap_pinterest/sync/analytics_partition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sync/partition_harness.hpp"

namespace tap_pinterest::sync {
namespace {

using fakes::day;
using pinterest::DayRange;
using pinterest::PinRoute;
using Ids = std::vector<std::uint64_t>;

constexpr const char* kStream = "campaign_analytics";

config::Config config_from(const std::string& start) {
  config::Config config = fakes::test_config();
  config.start_date = day(start);
  config.lookback_days = 3;
  return config;
}

std::vector<std::string> ids(std::uint64_t first, std::uint64_t last) {
  std::vector<std::string> texts;
  for (std::uint64_t id = first; id <= last; ++id) texts.push_back(std::to_string(id));
  return texts;
}

Ids numbers(std::uint64_t first, std::uint64_t last) {
  Ids found;
  for (std::uint64_t id = first; id <= last; ++id) found.push_back(id);
  return found;
}

// A partition of account 7, with its run.
struct Case : PartitionHarness {
  explicit Case(config::Config settings = config_from("2026-11-20"), const Json& state = Json::object(),
                std::string_view id = kStream)
      : PartitionHarness(std::move(settings), state),
        run_of_stream(stream(id)),
        partition(context, run_of_stream, id == "pin_analytics" ? "" : "7") {}

  Json entry_now() const { return entry(run_of_stream.id(), partition.account()); }

  StreamRun& run_of_stream;
  AnalyticsPartition partition;
};

Json entry_json(const std::string& bookmark) {
  return {{"replication_key", "DATE"},
          {"replication_key_value", bookmark},
          {"entity_statuses", {"ACTIVE", "ARCHIVED", "PAUSED"}},
          {"granularity", "DAY"},
          {"start_date", "2026-10-01"}};
}

Json with_marker(Json entry, const config::Config& config, const std::string& from, const std::string& to,
                 const std::string& after_id, const std::string& bookmark) {
  entry["resume"] = {{"from", from},
                     {"to", to},
                     {"after_id", after_id},
                     {"bookmark", bookmark},
                     {"basis", window_basis(config, {"SPEND_IN_DOLLAR", "CAMPAIGN_ID", "AD_ID"})}};
  return entry;
}

TEST(AnalyticsPartition, CarriesIdsAcrossPagesUntilABatchIsFull) {
  Case test;
  test.partition.add_ids(ids(1, 200));
  EXPECT_TRUE(test.take_all().empty());
  test.partition.add_ids(ids(201, 400));
  auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.ids, numbers(1, 250));
  EXPECT_EQ(jobs[0].request.account, "7");
  EXPECT_EQ(jobs[0].request.range, (DayRange{day("2026-11-20"), day("2026-11-24")}));
  test.partition.end_of_list();
  jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.ids, numbers(251, 400));
}

TEST(AnalyticsPartition, MovesItsBookmarkWhenEveryIdIsDone) {
  Case test;
  test.partition.add_ids(ids(1, 300));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 2U);
  test.partition.part_done(jobs[1]);
  EXPECT_FALSE(test.entry_now().contains("replication_key_value"));
  EXPECT_FALSE(test.partition.closed());
  test.partition.part_done(jobs[0]);
  EXPECT_TRUE(test.partition.closed());
  Json expected = entry_json("2026-11-23");
  expected["start_date"] = "2026-11-20";
  Json entry = test.entry_now();
  entry.erase("context");
  EXPECT_EQ(entry, expected);
}

TEST(AnalyticsPartition, MovesItsBookmarkOverAnEmptyWindow) {
  Case test;
  test.partition.end_of_list();
  EXPECT_TRUE(test.partition.closed());
  EXPECT_TRUE(test.take_all().empty());
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
}

TEST(AnalyticsPartition, LeavesAMarkerOfWhatIsWrittenWhileItsWindowIsOpen) {
  const config::Config config = config_from("2026-11-01");
  Case test(config, state_with(kStream, "7", entry_json("2026-11-20")));
  test.partition.add_ids(ids(1, 750));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 3U);
  test.partition.part_done(jobs[2]);
  EXPECT_FALSE(test.entry_now().contains("resume")) << "nothing before batch 3 is done";
  test.partition.part_done(jobs[0]);
  const Json entry = test.entry_now();
  EXPECT_EQ(entry.at("replication_key_value"), "2026-11-20");
  EXPECT_EQ(entry.at("resume").at("from"), "2026-11-17");
  EXPECT_EQ(entry.at("resume").at("to"), "2026-11-24");
  EXPECT_EQ(entry.at("resume").at("after_id"), "250");
  EXPECT_EQ(entry.at("resume").at("bookmark"), "2026-11-23");
  EXPECT_EQ(entry.at("resume").at("basis").get<std::string>().size(), 16U);
}

TEST(AnalyticsPartition, FailsWithoutTouchingItsBookmarkButKeepsItsMarker) {
  Case test(config_from("2026-11-01"), state_with(kStream, "7", entry_json("2026-11-20")));
  test.partition.add_ids(ids(1, 500));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  test.partition.part_done(jobs.at(0));
  test.partition.fail("400 Invalid column");
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.report.causes().at(0), "campaign_analytics of account 7 is incomplete: 400 Invalid column");
  test.partition.part_done(jobs.at(1));
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-20");
  EXPECT_EQ(test.entry_now().at("resume").at("after_id"), "250");
}

TEST(AnalyticsPartition, ResumesAfterTheMarkerAndReadsTheNextWindowInTheSameRun) {
  const config::Config config = config_from("2026-10-01");
  Case test(config, state_with(kStream, "7",
                               with_marker(entry_json("2026-11-10"), config, "2026-11-07", "2026-11-15",
                                           "250", "2026-11-14")));
  test.partition.add_ids(ids(1, 400));
  test.partition.end_of_list();
  auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.ids, numbers(251, 400));
  EXPECT_EQ(jobs[0].request.range, (DayRange{day("2026-11-07"), day("2026-11-15")}));
  test.partition.part_done(jobs[0]);
  EXPECT_FALSE(test.partition.closed());
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-14");
  EXPECT_FALSE(test.entry_now().contains("resume"));

  jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].request.ids, numbers(1, 250));
  EXPECT_EQ(jobs[0].request.range, (DayRange{day("2026-11-11"), day("2026-11-24")}));
  for (const AnalyticsJob& job : jobs) test.partition.part_done(job);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
}

TEST(AnalyticsPartition, EndsAfterAWindowThatWasCutShortToday) {
  const config::Config config = config_from("2026-10-01");
  Case test(config, state_with(kStream, "7",
                               with_marker(entry_json("2026-11-20"), config, "2026-11-17", "2026-11-24", "1",
                                           "2026-11-23")));
  test.partition.add_ids(ids(1, 2));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.ids, Ids{2});
  test.partition.part_done(jobs[0]);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
}

TEST(AnalyticsPartition, BeginsItsWindowAnewIfWhatTheRowsAreHasChanged) {
  const config::Config before = config_from("2026-10-01");
  config::Config now = before;
  now.click_window_days = 7;
  Case test(now, state_with(kStream, "7",
                            with_marker(entry_json("2026-11-20"), before, "2026-11-01", "2026-11-15", "250",
                                        "2026-11-14")));
  test.partition.add_ids(ids(1, 300));
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.ids, numbers(1, 250));
  EXPECT_EQ(jobs[0].request.range, (DayRange{day("2026-11-17"), day("2026-11-24")}));
}

TEST(AnalyticsPartition, PassesOverAnOldWindowThatIsOutOfReachWithoutARequest) {
  const config::Config config = config_from("2026-10-01");
  Case test(config, state_with(kStream, "7",
                               with_marker(entry_json("2026-02-01"), config, "2026-01-20", "2026-03-01", "1",
                                           "2026-02-28")));
  test.partition.add_ids(ids(1, 2));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_FALSE(test.partition.within_reach(jobs[0]));
  test.partition.pass_over(jobs[0]);
  const auto next = test.take_all();
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].request.range, (DayRange{day("2026-10-01"), day("2026-11-24")}));
}

TEST(AnalyticsPartition, BeginsAgainWhenAStatusWasAdded) {
  Json entry = entry_json("2026-11-23");
  entry["entity_statuses"] = {"ACTIVE", "PAUSED"};
  Case test(config_from("2026-10-01"), state_with(kStream, "7", entry));
  test.partition.add_ids(ids(1, 1));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.range, (DayRange{day("2026-10-01"), day("2026-11-24")}));
  test.partition.part_done(jobs[0]);
  EXPECT_EQ(test.entry_now().at("entity_statuses"), (Json{"ACTIVE", "ARCHIVED", "PAUSED"}));
}

TEST(AnalyticsPartition, KeepsTheOldBasisInItsEntryUntilItHasBegunAgainToTheEnd) {
  Json entry = entry_json("2026-11-23");
  entry["entity_statuses"] = {"ACTIVE", "PAUSED"};
  Case test(config_from("2026-10-01"), state_with(kStream, "7", entry));
  test.partition.add_ids(ids(1, 500));
  test.partition.end_of_list();
  test.partition.part_done(test.take_all().at(0));
  EXPECT_EQ(test.entry_now().at("entity_statuses"), (Json{"ACTIVE", "PAUSED"}));
  EXPECT_TRUE(test.entry_now().contains("resume"));
}

TEST(AnalyticsPartition, BeginsAgainWhenTheGranularityDiffers) {
  Json entry = entry_json("2026-11-22");
  entry.erase("granularity");
  config::Config config = config_from("2026-10-20");
  Case same(config, state_with(kStream, "7", entry));
  same.partition.add_ids(ids(1, 250));
  EXPECT_EQ(same.take_all().at(0).request.range.first, day("2026-11-19")) << "missing counts as DAY";

  config.granularity = config::Granularity::week;
  Case other(config, state_with(kStream, "7", entry));
  other.partition.add_ids(ids(1, 250));
  const auto jobs = other.take_all();
  EXPECT_EQ(jobs.at(0).request.range.first, day("2026-10-19"));
  other.partition.end_of_list();
  other.partition.part_done(jobs.at(0));
  EXPECT_EQ(other.entry_now().at("granularity"), "WEEK");
  EXPECT_EQ(other.entry_now().at("replication_key_value"), "2026-11-23");
}

TEST(AnalyticsPartition, ReadsHoursInPiecesOfThreeDays) {
  config::Config config = config_from("2026-11-16");
  config.granularity = config::Granularity::hour;
  Case test(config);
  test.partition.add_ids(ids(1, 2));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(jobs[2].request.range, (DayRange{day("2026-11-22"), day("2026-11-24")}));
  test.partition.part_done(jobs[2]);
  test.partition.part_done(jobs[0]);
  EXPECT_TRUE(test.entry_now().is_null()) << "not all pieces of the batch are written";
  test.partition.part_done(jobs[1]);
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-24T09:00:00Z");
}

TEST(AnalyticsPartition, HasNoBookmarkForATotal) {
  config::Config config = config_from("2026-11-01");
  config.granularity = config::Granularity::total;
  Case test(config);
  test.partition.add_ids(ids(1, 1));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  test.partition.part_done(jobs[0]);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_TRUE(test.entry_now().is_null());
}

TEST(AnalyticsPartition, CutsARequestToTheReachOfTheDayItIsSentOn) {
  Case test(config_from("2026-08-27"));
  test.partition.add_ids(ids(1, 250));
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(test.partition.within_reach(jobs[0])->range.first, day("2026-08-27"));
  test.clock.advance(std::chrono::hours(15));
  const auto request = test.partition.within_reach(jobs[0]);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->range, (DayRange{day("2026-08-28"), day("2026-11-24")}));
}

TEST(AnalyticsPartition, StartsNoBatchTooFarBeyondTheFirstThatIsNotDone) {
  config::Config config = config_from("2026-11-20");
  config.max_concurrency = 1;
  Case test(config);
  test.partition.add_ids(ids(1, 250 * 20));
  auto jobs = test.take_all();
  EXPECT_EQ(jobs.size(), 4U);
  // Later batches are done, the first is stuck: no more is asked for beyond it.
  for (std::size_t i = 1; i < jobs.size(); ++i) test.partition.part_done(jobs[i]);
  EXPECT_TRUE(test.take_all().empty());
  test.partition.part_done(jobs[0]);
  EXPECT_EQ(test.take_all().size(), 4U);
}

TEST(AnalyticsPartition, FailsOnAnIdThatIsNoNumber) {
  for (const char* id : {"abc", "0", "-5", "", "99999999999999999999999"}) {
    Case test;
    test.partition.add_ids({id});
    EXPECT_TRUE(test.partition.closed()) << id;
    EXPECT_EQ(test.report.causes().size(), 1U) << id;
  }
}

TEST(AnalyticsPartition, WarnsOfDaysOutOfReachButNotThatTheStartHasMoved) {
  const config::Config config = config_from("2025-10-20");
  testing::internal::CaptureStderr();
  Case first(config);
  first.partition.end_of_list();
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("2025-10-20 to 2026-08-26"), std::string::npos) << said;

  testing::internal::CaptureStderr();
  Case second(config, state_with(kStream, "7", first.entry_now()));
  second.partition.end_of_list();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(AnalyticsPartition, SaysThatAnEarlierStartReadsNothingAgain) {
  testing::internal::CaptureStderr();
  Case test(config_from("2026-09-01"), state_with(kStream, "7", entry_json("2026-11-23")));
  test.partition.add_ids(ids(1, 250));
  EXPECT_NE(testing::internal::GetCapturedStderr().find("start_date"), std::string::npos);
  EXPECT_EQ(test.take_all().at(0).request.range.first, day("2026-11-20"));
}

TEST(AnalyticsPartition, HalvesIdsFirstAndThenDays) {
  Case test(config_from("2026-11-21"));
  test.partition.add_ids(ids(1, 3));
  test.partition.end_of_list();
  ASSERT_TRUE(test.partition.halve(test.take_all().at(0)));
  auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].request.ids, (Ids{1, 2}));
  EXPECT_EQ(jobs[1].request.ids, Ids{3});
  const AnalyticsJob third = jobs[1];
  ASSERT_TRUE(test.partition.halve(jobs[0]));
  const auto singles = test.take_all();
  ASSERT_EQ(singles.size(), 2U);
  ASSERT_TRUE(test.partition.halve(singles[0]));
  jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].request.range, (DayRange{day("2026-11-21"), day("2026-11-22")}));
  EXPECT_EQ(jobs[1].request.range, (DayRange{day("2026-11-23"), day("2026-11-24")}));

  test.partition.part_done(jobs[0]);
  test.partition.part_done(singles[1]);
  test.partition.part_done(third);
  EXPECT_TRUE(test.entry_now().is_null());
  test.partition.part_done(jobs[1]);
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
}

TEST(AnalyticsPartition, CannotHalveOneIdOnOneDay) {
  Case test(config_from("2026-11-24"));
  test.partition.add_ids(ids(1, 1));
  test.partition.end_of_list();
  EXPECT_FALSE(test.partition.halve(test.take_all().at(0)));
}

TEST(AnalyticsPartition, KeepsTheSizeThatWorks) {
  Case test;
  test.partition.add_ids(ids(1, 700));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 3U);
  ASSERT_TRUE(test.partition.halve(jobs[0]));
  EXPECT_EQ(test.run_of_stream.max_ids, 125U);
  for (const AnalyticsJob& half : test.take_all()) EXPECT_FALSE(test.partition.cut_to_size(half));

  ASSERT_TRUE(test.partition.cut_to_size(jobs[2]));
  const auto parts = test.take_all();
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].request.ids, numbers(501, 625));
  EXPECT_EQ(parts[1].request.ids, numbers(626, 700));
  EXPECT_EQ(test.run_of_stream.max_ids, 125U) << "nobody has found 125 too large";
}

TEST(AnalyticsPartition, PartsThatAreCutGoOnWithWhatWasSpent) {
  Case test;
  test.partition.add_ids(ids(1, 500));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_TRUE(test.partition.halve(jobs.at(0)));
  test.take_all();
  ASSERT_TRUE(
      test.partition.cut_to_size(jobs.at(1), {.failures = 3, .slow = 1, .spent = std::chrono::seconds(20)}));
  int parts = 0;
  for (auto part = test.take(); part; part = test.take(), ++parts) {
    EXPECT_EQ(part->tries.failures, 3);
    EXPECT_EQ(part->tries.spent, std::chrono::seconds(20));
    EXPECT_EQ(part->tries.slow, 0) << "of this size none was slow yet";
  }
  EXPECT_EQ(parts, 2);
}

TEST(AnalyticsPartition, KeepsTheDaysThatWork) {
  Case test(config_from("2026-11-21"));
  test.partition.add_ids(ids(1, 1));
  test.partition.end_of_list();
  const AnalyticsJob job = test.take_all().at(0);
  ASSERT_TRUE(test.partition.halve(job));
  EXPECT_EQ(test.run_of_stream.max_days, 2);
  test.take_all();
  ASSERT_TRUE(test.partition.cut_to_size(job));
  const auto parts = test.take_all();
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_FALSE(test.partition.cut_to_size(parts[0]));
}

TEST(AnalyticsPartition, CountsTheRequestsThatAreLeft) {
  Case test;
  EXPECT_EQ(test.partition.requests_left(), 0U);
  test.partition.add_ids(ids(1, 700));
  test.partition.end_of_list();
  EXPECT_EQ(test.partition.requests_left(), 3U);
  test.partition.part_done(test.take_all().at(0));
  EXPECT_EQ(test.partition.requests_left(), 2U);
  test.partition.drop();
  EXPECT_EQ(test.partition.requests_left(), 0U);
}

// ---- Pins: which of two routes the app has is found out by asking.

struct Pins : Case {
  explicit Pins(const Json& state = Json::object(), config::Config settings = config_from("2026-11-24"))
      : Case(std::move(settings), state, "pin_analytics") {}

  void list(std::uint64_t count) {
    partition.add_ids(ids(1, count));
    partition.end_of_list();
  }
};

const pinterest::ApiError kForbidden{.status = 403, .code = 3, .message = "Authorization failed."};
const pinterest::ApiError kNotFound{.status = 404, .code = 50, .message = "Pin not found."};

TEST(PinPartition, AsksForNothingElseUntilTheRouteIsKnown) {
  Pins test;
  test.list(250);
  const auto probe = test.take_all();
  ASSERT_EQ(probe.size(), 1U);
  EXPECT_EQ(probe[0].request.ids, numbers(1, 100));
  EXPECT_EQ(probe[0].request.app_type, "ALL");
  EXPECT_TRUE(test.partition.probing());
}

TEST(PinPartition, AsksForEveryAppTypeOfEveryBatchOnceTheRouteIsFound) {
  Pins test;
  test.list(250);
  test.partition.part_done(test.take_all().at(0));
  EXPECT_FALSE(test.partition.probing());
  const auto jobs = test.take_all();
  EXPECT_EQ(jobs.size(), 11U) << "3 batches of 4 app types, one is done";
  for (const AnalyticsJob& job : jobs) test.partition.part_done(job);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.entry_now().at("route"), "bulk");
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
  EXPECT_FALSE(test.entry_now().contains("entity_statuses"));
}

TEST(PinPartition, GivesTheRouteUpAfterBothHalvesAreRefusedToo) {
  Pins test;
  test.list(250);
  test.partition.refused(test.take_all().at(0), kForbidden);
  const auto halves = test.take_all();
  ASSERT_EQ(halves.size(), 2U);
  EXPECT_EQ(halves[0].request.ids.size(), 50U);
  test.partition.refused(halves[0], kForbidden);
  EXPECT_TRUE(test.take_all().empty());
  test.partition.refused(halves[1], kForbidden);
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 64U) << "4 times max_concurrency ahead";
  EXPECT_EQ(jobs[0].request.ids, Ids{1});
  EXPECT_EQ(jobs[0].request.route, PinRoute::single);
  EXPECT_TRUE(test.report.causes().empty());
}

TEST(PinPartition, GivesTheRouteUpAtOnceIfTheFirstBatchIsOnePin) {
  Pins test;
  test.list(1);
  test.partition.refused(test.take_all().at(0), kNotFound);
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.route, PinRoute::single);
}

TEST(PinPartition, FindsTheRouteByTheHalfWithoutADeadPin) {
  Pins test;
  test.list(4);
  test.partition.refused(test.take_all().at(0), kNotFound);
  auto halves = test.take_all();
  test.partition.refused(halves.at(0), kNotFound);
  test.partition.part_done(halves.at(1));
  EXPECT_FALSE(test.partition.probing());
  // The refused half is not asked for as it was a second time, and the other app types wait no longer.
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 5U);
  EXPECT_EQ(std::ranges::count(jobs, std::size_t{1},
                               [](const AnalyticsJob& job) { return job.request.ids.size(); }),
            2);
  for (const AnalyticsJob& job : jobs) {
    if (job.request.ids == Ids{1}) {
      test.partition.refused(job, kNotFound);
    } else {
      test.partition.part_done(job);
    }
  }
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.report.pins_refused, std::set<std::uint64_t>{1});
  EXPECT_TRUE(test.report.causes().empty()) << "a pin that is gone is no fault";
}

TEST(PinPartition, HalvesDownToThePinOnceTheRouteHasWorked) {
  Pins test({}, [] {
    config::Config config = config_from("2026-11-24");
    config.pin_split = config::PinSplit::no_split;
    return config;
  }());
  test.list(104);
  test.partition.part_done(test.take_all().at(0));
  auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  test.partition.refused(jobs[0], kForbidden);
  jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 2U);
  test.partition.refused(jobs[0], kForbidden);
  test.partition.part_done(jobs[1]);
  jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].request.ids, Ids{101});
  test.partition.refused(jobs[0], kForbidden);
  test.partition.part_done(jobs[1]);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.report.pins_refused, std::set<std::uint64_t>{101});
}

TEST(PinPartition, IgnoresWhatIsStillUnderWayWhenTheRouteIsGivenUp) {
  Pins test;
  test.list(100);
  // Too large, so that more than two halves are under way when two of them are refused.
  ASSERT_TRUE(test.partition.halve(test.take_all().at(0)));
  const auto halves = test.take_all();
  test.partition.refused(halves.at(0), kForbidden);
  const auto quarters = test.take_all();
  test.partition.refused(quarters.at(0), kForbidden);
  test.partition.refused(quarters.at(1), kForbidden);
  EXPECT_FALSE(test.partition.probing());
  EXPECT_FALSE(test.partition.wants(halves.at(1)));
  EXPECT_TRUE(test.partition.wants(test.take_all().at(0)));
}

TEST(PinPartition, TriesTheRouteOfItsEntryFirst) {
  const auto state = [](const char* route) {
    return Json{
        {"bookmarks",
         {{"pin_analytics",
           {{"replication_key", "date"}, {"replication_key_value", "2026-11-23"}, {"route", route}}}}}};
  };
  Pins single(state("single"));
  single.list(2);
  EXPECT_EQ(single.take_all().size(), 2U);
  Pins bulk(state("bulk"));
  bulk.list(2);
  EXPECT_EQ(bulk.take_all().size(), 1U) << "the app may have lost it";
}

TEST(PinPartition, KeepsTheSingleRouteInItsEntry) {
  Pins test;
  test.list(1);
  test.partition.refused(test.take_all().at(0), kForbidden);
  test.partition.part_done(test.take_all().at(0));
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.entry_now().at("route"), "single");
}

// The route is given up; what is taken next are single pins.
void give_up_bulk_route(Pins& test) {
  test.partition.refused(test.take_all().at(0), kForbidden);
  for (const AnalyticsJob& half : test.take_all()) test.partition.refused(half, kForbidden);
}

TEST(PinPartition, FailsIfEveryPinIsForbiddenHoweverFewThereAre) {
  for (const std::size_t count : {2U, 10U}) {
    Pins test;
    test.list(count);
    give_up_bulk_route(test);
    for (const AnalyticsJob& job : test.take_all()) {
      EXPECT_FALSE(test.partition.closed());
      test.partition.refused(job, kForbidden);
    }
    EXPECT_TRUE(test.partition.closed());
    EXPECT_EQ(test.report.causes().size(), 1U);
    EXPECT_EQ(test.entry_now(), Json()) << "neither a bookmark nor a marker may pass what nobody has read";
  }
}

TEST(PinPartition, ReadsTheOthersWhenTheFirstPinsAreForbidden) {
  Pins test;
  test.list(10);
  give_up_bulk_route(test);
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 10U);
  for (std::size_t i = 0; i < 4; ++i) test.partition.refused(jobs[i], kForbidden);
  EXPECT_EQ(test.entry_now(), Json());
  test.partition.part_done(jobs[4]);
  EXPECT_EQ(test.entry_now().at("resume").at("after_id"), "5");
  for (std::size_t i = 5; i < 10; ++i) test.partition.part_done(jobs[i]);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_TRUE(test.report.causes().empty());
  EXPECT_EQ(test.report.pins_refused, (std::set<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
}

TEST(PinPartition, AsksForNoMorePinsAfterAHundredAreForbiddenAndNoneIsRead) {
  Pins test;
  test.list(150);
  give_up_bulk_route(test);
  int asked = 0;
  for (auto job = test.take_analytics(); job; job = test.take_analytics()) {
    if (test.partition.closed()) break;
    test.partition.refused(*job, kForbidden);
    ++asked;
  }
  EXPECT_EQ(asked, 100);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.report.causes().size(), 1U);
}

TEST(PinPartition, CountsWhatItHoldsBackOnce) {
  Pins test;
  test.list(130);
  EXPECT_EQ(test.partition.requests_left(), 8U) << "two batches of four app types";
  test.partition.part_done(test.take_all().at(0));
  EXPECT_EQ(test.partition.requests_left(), 7U);
}

TEST(PinPartition, LeavesOutAnyNumberOfPinsThatAreGone) {
  Pins test;
  test.list(10);
  test.partition.refused(test.take_all().at(0), kNotFound);
  for (const AnalyticsJob& half : test.take_all()) test.partition.refused(half, kNotFound);
  for (const AnalyticsJob& job : test.take_all()) test.partition.refused(job, kNotFound);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_TRUE(test.report.causes().empty());
  EXPECT_EQ(test.report.pins_refused.size(), 10U);
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
}

TEST(PinPartition, DoesNotTakeAPartThatWasNeverAskedForAsProofOfTheRoute) {
  const config::Config config = config_from("2026-11-24");
  const Json entry = {{"replication_key", "date"},
                      {"replication_key_value", "2026-02-01"},
                      {"resume",
                       {{"from", "2026-01-20"},
                        {"to", "2026-03-01"},
                        {"after_id", "1"},
                        {"bookmark", "2026-02-28"},
                        {"basis", window_basis(config, {"IMPRESSION", "SAVE"})}}}};
  Pins test({{"bookmarks", {{"pin_analytics", entry}}}}, config);
  test.list(2);
  for (int part = 0; part < 4; ++part) {
    const auto jobs = test.take_all();
    ASSERT_EQ(jobs.size(), 1U) << part;
    EXPECT_FALSE(test.partition.within_reach(jobs[0]));
    test.partition.pass_over(jobs[0]);
    EXPECT_TRUE(test.partition.probing());
  }
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.range.last, day("2026-11-24"));
}

TEST(PinPartition, ReadsDaysWhateverGranularityIsConfigured) {
  config::Config config = config_from("2026-11-18");
  config.granularity = config::Granularity::month;
  Pins test({}, config);
  test.list(1);
  EXPECT_EQ(test.take_all().at(0).request.range, (DayRange{day("2026-11-18"), day("2026-11-24")}));
}

}  // namespace
}  // namespace tap_pinterest::sync
