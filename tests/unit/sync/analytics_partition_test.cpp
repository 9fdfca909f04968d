#include "tap_pinterest/sync/analytics_partition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
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
  config.analytics.start_date = day(start);
  config.analytics.lookback_days = 3;
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
        owner(std::make_shared<AnalyticsPartition>(context, run_of_stream, id == "pin_analytics" ? "" : "7")),
        partition(*owner) {}

  Json entry_now() const { return entry(run_of_stream.id(), partition.account()); }

  StreamRun& run_of_stream;
  std::shared_ptr<AnalyticsPartition> owner;
  AnalyticsPartition& partition;
};

Json range(const std::string& first, const std::string& last) {
  return Json::array({Json::array({first, last})});
}

Json entry_json(const std::string& bookmark) {
  return {{"replication_key", "DATE"},
          {"replication_key_value", bookmark},
          {"covered", range("2026-10-01", bookmark)},
          {"entity_statuses", {"ACTIVE", "ARCHIVED", "PAUSED"}},
          {"granularity", "DAY"}};
}

// The bookmark as of a state in which everything from `start` on is read.
Json entry_from(const std::string& start, const std::string& bookmark) {
  Json entry = entry_json(bookmark);
  entry["covered"] = range(start, bookmark);
  return entry;
}

Json with_marker(Json entry, const config::Config& config, const std::string& from, const std::string& to,
                 const std::string& after_id, const std::string& bookmark) {
  entry["resume"] = {{"from", from},
                     {"to", to},
                     {"after_id", after_id},
                     {"bookmark", bookmark},
                     {"covered_to", bookmark},
                     {"basis", window_basis(config, *pinterest::find_stream("campaign_analytics"),
                                            {"SPEND_IN_DOLLAR", "CAMPAIGN_ID", "AD_ID"})}};
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
  const Json expected = entry_from("2026-11-20", "2026-11-23");
  Json entry = test.entry_now();
  entry.erase("context");
  entry.erase("rows");
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
  EXPECT_EQ(entry.at("resume").at("bookmark"), "2026-11-23T00:00:00Z");
  EXPECT_EQ(entry.at("resume").at("covered_to"), "2026-11-23");
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
  now.analytics.click_window_days = 7;
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
                               with_marker(entry_from("2026-01-01", "2026-02-01"), config, "2026-01-20",
                                           "2026-03-01", "1", "2026-02-28")));
  test.partition.add_ids(ids(1, 2));
  test.partition.end_of_list();
  const auto next = test.take_all();
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].request.ids, (Ids{1, 2})) << "not the rest of the old window";
  EXPECT_EQ(next[0].request.range, (DayRange{day("2026-08-27"), day("2026-11-24")}));
  test.partition.part_done(next[0]);
  EXPECT_EQ(test.entry_now().at("covered"),
            Json::parse(R"([["2026-01-01", "2026-02-01"], ["2026-08-27", "2026-11-23"]])"));
  EXPECT_EQ(test.entry_now().at("missed"), range("2026-02-02", "2026-03-01")) << "until the report is read";
  auto report = test.take_all();
  ASSERT_EQ(report.size(), 1U);
  EXPECT_TRUE(report[0].request.by_report);
  EXPECT_EQ(report[0].request.range, (DayRange{day("2026-02-02"), day("2026-08-05")}));
  test.partition.part_done(report[0]);
  EXPECT_EQ(test.entry_now().at("covered"),
            Json::parse(R"([["2026-01-01", "2026-08-05"], ["2026-08-27", "2026-11-23"]])"));
  report = test.take_all();
  ASSERT_EQ(report.size(), 1U);
  EXPECT_EQ(report[0].request.range, (DayRange{day("2026-08-06"), day("2026-08-26")}));
  test.partition.part_done(report[0]);
  EXPECT_EQ(test.entry_now().at("covered"), range("2026-01-01", "2026-11-23"));
  EXPECT_FALSE(test.entry_now().contains("missed"));
  EXPECT_TRUE(test.partition.closed());
}

TEST(AnalyticsPartition, LeavesADayToAReportThatGoesOutOfReachAtMidnight) {
  Case test(config_from("2026-08-27"));
  test.partition.add_ids(ids(1, 2));
  test.partition.end_of_list();
  test.clock.advance(std::chrono::hours(15));
  auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.range, (DayRange{day("2026-08-28"), day("2026-11-24")}));
  test.partition.part_done(jobs[0]);
  jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_TRUE(jobs[0].request.by_report);
  EXPECT_EQ(jobs[0].request.range, (DayRange{day("2026-08-27"), day("2026-08-27")}));
  test.partition.part_done(jobs[0]);
  EXPECT_EQ(test.entry_now().at("covered"), range("2026-08-27", "2026-11-23"));
  EXPECT_FALSE(test.entry_now().contains("missed"));
  EXPECT_TRUE(test.partition.closed());
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
  EXPECT_EQ(test.entry_now().at("covered"), range("2026-10-01", "2026-11-23"));
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
  Json entry = entry_from("2026-10-20", "2026-11-22");
  entry.erase("granularity");
  config::Config config = config_from("2026-10-20");
  Case same(config, state_with(kStream, "7", entry));
  same.partition.add_ids(ids(1, 250));
  EXPECT_EQ(same.take_all().at(0).request.range.first, day("2026-11-19")) << "missing counts as DAY";

  config.analytics.granularity = config::Granularity::week;
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
  config.analytics.granularity = config::Granularity::hour;
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
  config.analytics.granularity = config::Granularity::total;
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
  test.partition.add_ids(ids(1, 500));
  test.partition.end_of_list();
  AnalyticsJob job = *test.take_analytics();
  EXPECT_EQ(job.request.range.first, day("2026-08-27"));
  test.clock.advance(std::chrono::hours(15));
  const AnalyticsJob late = *test.take_analytics();
  EXPECT_EQ(late.request.range, (DayRange{day("2026-08-28"), day("2026-11-24")}));
  ASSERT_TRUE(test.partition.prepare(job)) << "to be sent again";
  EXPECT_EQ(job.request.range, (DayRange{day("2026-08-28"), day("2026-11-24")}));
  test.partition.part_done(job);
  test.partition.part_done(late);
  EXPECT_EQ(test.entry_now().at("covered"), range("2026-08-28", "2026-11-23"));
  EXPECT_EQ(test.entry_now().at("missed"), range("2026-08-27", "2026-08-27"));
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

TEST(AnalyticsPartition, WarnsOnceOfDaysOutOfReachAndRemembersThem) {
  const config::Config config = config_from("2024-05-01");
  testing::internal::CaptureStderr();
  Case first(config);
  first.partition.end_of_list();
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("WARNING campaign_analytics: 2024-05-01 to 2024-05-24 of account 7"), std::string::npos)
      << said;
  EXPECT_EQ(first.entry_now().at("missed"), range("2024-05-01", "2024-05-24"));

  testing::internal::CaptureStderr();
  Case second(config, state_with(kStream, "7", first.entry_now()));
  second.partition.end_of_list();
  EXPECT_EQ(testing::internal::GetCapturedStderr().find("WARNING"), std::string::npos);
  second.report.missed(kStream, "8", {{day("2024-05-01"), day("2024-05-24")}}, /*is_new=*/false);
  testing::internal::CaptureStderr();
  second.report.say_missed();
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "INFO campaign_analytics: 2024-05-01 to 2024-05-24 of accounts 7, 8 are still missing\n");
}

TEST(AnalyticsPartition, ReadsWhatAnEarlierStartAdds) {
  testing::internal::CaptureStderr();
  Case test(config_from("2026-09-01"), state_with(kStream, "7", entry_json("2026-11-23")));
  test.partition.add_ids(ids(1, 300));
  test.partition.end_of_list();
  EXPECT_NE(testing::internal::GetCapturedStderr().find(
                "2026-09-01 to 2026-09-30 of account 7 now, in at least 2 requests"),
            std::string::npos);
  // One request reaches over all, where two would cost two.
  for (const AnalyticsJob& job : test.take_all()) {
    EXPECT_EQ(job.request.range, (DayRange{day("2026-09-01"), day("2026-11-24")}));
    test.partition.part_done(job);
  }
  EXPECT_EQ(test.entry_now().at("covered"), range("2026-09-01", "2026-11-23"));
}

TEST(AnalyticsPartition, ReadsTheDaysBetweenTheLastOneAndALaterStart) {
  Case test(config_from("2026-11-10"), state_with(kStream, "7", entry_json("2026-10-20")));
  test.partition.add_ids(ids(1, 1));
  test.partition.end_of_list();
  EXPECT_EQ(test.take_all().at(0).request.range, (DayRange{day("2026-10-21"), day("2026-11-24")}));
}

TEST(AnalyticsPartition, DoesNotTickOffWhatAStatusAddedBeforeAnEndDateLacks) {
  config::Config config = config_from("2026-10-01");
  config.end_date = day("2026-11-10");
  Json entry = entry_json("2026-11-23");
  entry["entity_statuses"] = {"ACTIVE", "PAUSED"};
  Case first(config, state_with(kStream, "7", entry));
  first.partition.add_ids(ids(1, 1));
  first.partition.end_of_list();
  first.partition.part_done(first.take_all().at(0));
  EXPECT_EQ(first.entry_now().at("covered"), range("2026-10-01", "2026-11-10"));
  EXPECT_EQ(first.entry_now().at("replication_key_value"), "2026-11-23") << "it never moves back";

  Case second(config_from("2026-10-01"), state_with(kStream, "7", first.entry_now()));
  second.partition.add_ids(ids(1, 1));
  second.partition.end_of_list();
  EXPECT_EQ(second.take_all().at(0).request.range, (DayRange{day("2026-11-07"), day("2026-11-24")}));
}

TEST(AnalyticsPartition, ReadsByReportWhatAStatusAddedLaterCannotReachDirectly) {
  const config::Config config = config_from("2026-08-01");
  Json entry = entry_from("2026-08-01", "2026-11-10");
  entry["entity_statuses"] = {"ACTIVE", "PAUSED"};
  Case test(config, state_with(kStream, "7",
                               with_marker(entry, config, "2026-08-14", "2026-11-11", "1", "2026-11-10")));
  test.partition.add_ids(ids(1, 2));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.range, (DayRange{day("2026-08-27"), day("2026-11-11")}));
  test.partition.part_done(jobs[0]);
  EXPECT_EQ(test.entry_now().at("covered"), range("2026-08-27", "2026-11-10"));
  std::vector<DayRange> reports;
  for (auto job = test.take_analytics(); job; job = test.take_analytics()) {
    if (job->request.by_report) reports.push_back(job->request.range);
    test.partition.part_done(*job);
  }
  EXPECT_EQ(reports, (std::vector<DayRange>{{day("2026-08-01"), day("2026-08-26")}}));
  EXPECT_EQ(test.entry_now().at("covered"), range("2026-08-01", "2026-11-23"));
  EXPECT_FALSE(test.entry_now().contains("missed"));
}

TEST(AnalyticsPartition, WritesNoBookmarkOfTodayWhenHoursBecomeDays) {
  Json entry = entry_json("2026-11-24T05:00:00Z");
  entry["covered"] = range("2026-11-20", "2026-11-23");
  entry["granularity"] = "HOUR";
  Case test(config_from("2026-11-20"), state_with(kStream, "7", entry));
  test.partition.end_of_list();
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
}

TEST(AnalyticsPartition, IgnoresAnEntryOfDaysThatHaveNotBeen) {
  for (const char* bookmark : {"2027-05-05", "2026-11-25"}) {
    Json entry = entry_json(bookmark);
    entry.erase("covered");
    testing::internal::CaptureStderr();
    Case test(config_from("2026-11-01"), state_with(kStream, "7", entry));
    test.partition.add_ids(ids(1, 1));
    test.partition.end_of_list();
    const auto jobs = test.take_all();
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(jobs[0].request.range.first, day("2026-11-01"));
    test.partition.part_done(jobs[0]);
    EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
    EXPECT_NE(testing::internal::GetCapturedStderr().find("in the future"), std::string::npos);
  }
}

TEST(AnalyticsPartition, SkipsNoIdsForAMarkerInTheFuture) {
  const config::Config config = config_from("2026-11-20");
  Case test(config, state_with(kStream, "7",
                               with_marker(entry_json("2027-05-05"), config, "2027-05-01", "2027-05-05",
                                           "250", "2027-05-04")));
  test.partition.add_ids(ids(1, 300));
  test.partition.end_of_list();
  EXPECT_EQ(test.take_all().size(), 2U);
}

TEST(AnalyticsPartition, ForgetsNoDayWithAMarkerThatCannotBeGoneOnWith) {
  config::Config config = config_from("2026-11-20");
  const config::Config before = config;
  config.analytics.start_date.reset();
  config.analytics.click_window_days = 7;
  Case test(
      config,
      state_with(kStream, "7",
                 {{"resume",
                   with_marker({}, before, "2026-10-01", "2026-10-31", "250", "2026-10-30").at("resume")}}));
  test.partition.add_ids(ids(1, 250));
  EXPECT_EQ(test.take_all().at(0).request.range.first, day("2026-10-01"));
}

TEST(AnalyticsPartition, NamesTheSettingsThatMakeNewRowsDiffer) {
  const config::Config before = config_from("2026-11-20");
  Case first(before);
  first.partition.end_of_list();
  config::Config now = before;
  now.analytics.click_window_days = 7;
  now.analytics.conversion_report_time = "TIME_OF_CONVERSION";
  testing::internal::CaptureStderr();
  Case second(now, state_with(kStream, "7", first.entry_now()));
  second.partition.end_of_list();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("click_window_days, conversion_report_time changed"),
            std::string::npos);
  testing::internal::CaptureStderr();
  Case third(now, state_with(kStream, "7", second.entry_now()));
  third.partition.end_of_list();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
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

TEST(AnalyticsPartition, AsksForWhatHasWorkedOnceMoreWasTooLarge) {
  config::Config config = config_from("2026-11-20");
  config.max_concurrency = 1;
  Case test(config);
  const auto other = std::make_shared<AnalyticsPartition>(test.context, test.run_of_stream, "8");
  test.partition.add_ids(ids(1, 250 * 6));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 4U) << "as far ahead as is allowed";
  ASSERT_TRUE(test.partition.halve(jobs[0]));
  const auto halves = test.take_all();
  ASSERT_EQ(halves.size(), 2U);
  test.partition.part_done(halves[0]);
  test.partition.part_done(halves[1]);
  const auto next = test.take_all();
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].request.ids.size(), 125U);
  other->add_ids(ids(1, 250));
  EXPECT_EQ(test.take_analytics()->request.ids.size(), 250U) << "what one account taught concerns no other";
}

TEST(AnalyticsPartition, PartsThatAreCutGoOnWithWhatWasSpent) {
  Case test;
  test.partition.add_ids(ids(1, 250));
  test.partition.end_of_list();
  ASSERT_TRUE(test.partition.halve(test.take_all().at(0),
                                   {.failures = 3, .slow = 1, .spent = std::chrono::seconds(20)}));
  int parts = 0;
  for (auto part = test.take(); part; part = test.take(), ++parts) {
    EXPECT_EQ(part->tries.failures, 3);
    EXPECT_EQ(part->tries.spent, std::chrono::seconds(20));
    EXPECT_EQ(part->tries.slow, 0) << "of this size none was slow yet";
  }
  EXPECT_EQ(parts, 2);
}

// ---- Ids that Pinterest refuses.

const pinterest::ApiError kInvalid{.status = 400, .code = 1, .message = "Invalid."};

// Refuses every request that has one of `bad`, answers the others, and says how many were made.
int serve(Case& test, const std::set<std::uint64_t>& bad, const pinterest::ApiError& error = kInvalid) {
  int requests = 0;
  for (auto job = test.take_analytics(); job; job = test.take_analytics()) {
    ++requests;
    const bool is_refused = std::ranges::any_of(job->request.ids, [&](auto id) { return bad.contains(id); });
    if (is_refused) {
      test.partition.refused(*job, error);
    } else {
      test.partition.part_done(*job);
    }
  }
  return requests;
}

TEST(AnalyticsPartition, KeepsTheHourOfABookmarkWhereARunByDaysReadsNothing) {
  Json entry = entry_json("2026-11-23");
  entry["granularity"] = "HOUR";
  entry["replication_key_value"] = "2026-11-24T08:00:00Z";
  config::Config config = config_from("2024-01-01");
  config.end_date = day("2024-01-31");
  Case test(config, state_with(kStream, "7", entry));
  test.partition.end_of_list();
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-24T08:00:00Z");
}

TEST(LeftOut, IsTheOneIdThatIsRefusedAndTheRestGoesOn) {
  testing::internal::CaptureStderr();
  Case test;
  test.partition.add_ids(ids(1, 500));
  test.partition.end_of_list();
  const int requests = serve(test, {77});
  EXPECT_NE(
      testing::internal::GetCapturedStderr().find("WARNING campaign_analytics: campaign 77 of account 7 "
                                                  "is left out: 400 Invalid. (code 1)"),
      std::string::npos);
  EXPECT_LE(requests, 2 + 2 * 8) << "two batches, and halves down to one of 250";
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.entry_now().at("left_out"), Json{"77"});
  EXPECT_EQ(test.entry_now().at("covered"), range("2026-11-20", "2026-11-23"));
  ASSERT_EQ(test.report.causes().size(), 1U);
  EXPECT_NE(test.report.causes()[0].find("77"), std::string::npos);
}

TEST(LeftOut, LeavesTheOtherBatchesTheirSize) {
  config::Config config = config_from("2026-11-20");
  config.max_concurrency = 1;
  Case test(config);
  test.partition.add_ids(ids(1, 250 * 10));
  test.partition.end_of_list();
  EXPECT_LE(serve(test, {77}), 10 + 2 * 8);
}

TEST(LeftOut, IsAskedForAgainFromTheStartOfWhatIsCovered) {
  Json entry = entry_json("2026-11-22");
  entry["left_out"] = {"2", "99"};
  Case test(config_from("2026-10-15"), state_with(kStream, "7", entry));
  test.partition.add_ids(ids(1, 3));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.ids, (Ids{1, 3}));
  EXPECT_EQ(jobs[0].request.range.first, day("2026-11-19"));
  test.partition.part_done(jobs[0]);
  const auto again = test.take_all();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].request.ids, Ids{2});
  EXPECT_EQ(again[0].request.range, (DayRange{day("2026-10-01"), day("2026-11-24")}));
  test.partition.part_done(again[0]);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.entry_now().at("left_out"), Json{"99"}) << "the list may name it again";
  EXPECT_TRUE(test.report.causes().empty());
}

TEST(LeftOut, StaysLeftOutWhereFewerStatusesAreListedThanAreCovered) {
  Json entry = entry_json("2026-11-22");
  entry["left_out"] = {"999"};
  config::Config config = config_from("2026-10-15");
  config.entity_statuses = {"ACTIVE"};
  Case test(config, state_with(kStream, "7", entry));
  test.partition.add_ids(ids(1, 250 * 2));
  test.partition.end_of_list();
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 2U);
  test.partition.part_done(jobs[0]);
  EXPECT_EQ(test.entry_now().at("left_out"), Json{"999"}) << "the entry still speaks of all statuses";
}

TEST(LeftOut, StaysLeftOutAsLongAsItIsRefused) {
  Json entry = entry_json("2026-11-22");
  entry["left_out"] = Json::array();
  for (int id = 1; id <= 20; ++id) entry["left_out"].push_back(std::to_string(id));
  Case test(config_from("2026-10-15"), state_with(kStream, "7", entry));
  test.partition.add_ids(ids(1, 30));
  test.partition.end_of_list();
  std::set<std::uint64_t> bad;
  for (std::uint64_t id = 1; id <= 20; ++id) bad.insert(id);
  EXPECT_LE(serve(test, bad), 1 + 8) << "eight refusals say enough of what was refused before";
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.entry_now().at("left_out").size(), 20U);
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
  EXPECT_EQ(test.report.causes().size(), 1U);
}

TEST(LeftOut, IsNoIdIfEightRequestsOfABatchAreRefusedWithTheSameWords) {
  Case test;
  test.partition.add_ids(ids(1, 250));
  test.partition.end_of_list();
  std::set<std::uint64_t> all;
  for (std::uint64_t id = 1; id <= 250; ++id) all.insert(id);
  EXPECT_EQ(serve(test, all), 8);
  EXPECT_TRUE(test.partition.closed());
  ASSERT_EQ(test.report.causes().size(), 1U);
  EXPECT_NE(test.report.causes()[0].find("Invalid. (code 1); asked for"), std::string::npos)
      << test.report.causes()[0];
  EXPECT_TRUE(test.entry_now().is_null());
}

TEST(LeftOut, IsNoIdIfNoneOfAFewCanBeRead) {
  for (const std::uint64_t count : {1U, 3U}) {
    Case test;
    test.partition.add_ids(ids(1, count));
    test.partition.end_of_list();
    serve(test, {1, 2, 3});
    EXPECT_TRUE(test.partition.closed());
    EXPECT_EQ(test.report.causes().size(), 1U);
    EXPECT_TRUE(test.entry_now().is_null()) << "nothing may be covered by what nobody has read";
  }
}

TEST(LeftOut, IsFoundWhereverItStands) {
  for (std::uint64_t bad = 1; bad <= 250; ++bad) {
    Case test;
    test.partition.add_ids(ids(1, 250));
    test.partition.end_of_list();
    EXPECT_LE(serve(test, {bad}), 1 + 2 * 8) << bad;
    EXPECT_EQ(test.entry_now().at("left_out"), Json{std::to_string(bad)});
    EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
  }
}

TEST(LeftOut, MayBeManyOfABatch) {
  Case test;
  test.partition.add_ids(ids(1, 250));
  test.partition.end_of_list();
  std::set<std::uint64_t> bad;
  for (std::uint64_t id = 1; id <= 250; id += 6) bad.insert(id);
  serve(test, bad);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.entry_now().at("left_out").size(), bad.size());
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
}

TEST(LeftOut, CoversNothingIfThereAreTooManyButReadsTheRest) {
  Case test;
  test.partition.add_ids(ids(1, 1000));
  test.partition.end_of_list();
  std::set<std::uint64_t> bad;
  for (std::uint64_t id = 4; id <= 1000; id += 9) bad.insert(id);
  ASSERT_GT(bad.size(), 100U);
  serve(test, bad);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.report.causes().size(), 1U);
  EXPECT_FALSE(test.entry_now().contains("covered"));
}

TEST(LeftOut, IsFoundAmongRequestsThatKeepFailing) {
  const pinterest::ApiError kPassing{.status = 500, .code = 12, .message = "Something went wrong."};
  Case test;
  test.partition.add_ids(ids(1, 4));
  test.partition.end_of_list();
  ASSERT_TRUE(test.partition.isolate(test.take_all().at(0), kPassing, {.failures = 2}));
  auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U) << "one half, and then the other";
  EXPECT_EQ(jobs[0].request.ids, (Ids{1, 2}));
  ASSERT_TRUE(test.partition.isolate(jobs[0], kPassing, {.failures = 4}));
  jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.ids, (Ids{3, 4}));
  test.partition.part_done(jobs[0]);
  jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 2U) << "now that some are answered";
  std::ranges::sort(jobs, {}, [](const AnalyticsJob& job) { return job.request.ids.front(); });
  EXPECT_EQ(jobs[0].request.ids, Ids{1});
  test.partition.part_done(jobs[1]);
  EXPECT_FALSE(test.partition.isolate(jobs[0], kPassing, {})) << "days are not the cause";
  ASSERT_TRUE(test.partition.leave_out_alone(jobs[0], kPassing, /*others_succeed=*/false));
  for (auto job = test.take_analytics(); job; job = test.take_analytics()) test.partition.part_done(*job);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.entry_now().at("left_out"), Json{"1"});
}

TEST(LeftOut, IsNotLookedForLongWhereNothingIsAnswered) {
  const pinterest::ApiError kPassing{.status = 500, .code = 12, .message = "Something went wrong."};
  Case test;
  test.partition.add_ids(ids(1, 250));
  test.partition.end_of_list();
  int requests = 0;
  int kept = 0;
  for (auto job = test.take_analytics(); job; job = test.take_analytics(), ++requests) {
    if (!test.partition.isolate(*job, kPassing, {})) ++kept;
  }
  EXPECT_EQ(requests, 4) << "the batch, its halves, and one id";
  EXPECT_EQ(kept, 1) << "which is tried again as it is";
}

TEST(AnalyticsPartition, AsksForADayLessWhereTheFirstIsTooOld) {
  Case test(config_from("2026-08-27"));
  test.partition.add_ids(ids(1, 250));
  test.partition.end_of_list();
  AnalyticsJob job = test.take_all().at(0);
  EXPECT_TRUE(test.partition.shorten_reach(job));
  ASSERT_TRUE(test.partition.prepare(job));
  EXPECT_EQ(job.request.range.first, day("2026-08-28"));
  EXPECT_FALSE(test.partition.shorten_reach(job)) << "more than a day is another fault";
  test.partition.part_done(job);
  const auto report = test.take_all();
  ASSERT_EQ(report.size(), 1U);
  EXPECT_TRUE(report[0].request.by_report);
  EXPECT_EQ(report[0].request.range, (DayRange{day("2026-08-27"), day("2026-08-27")}));
}

TEST(AnalyticsPartition, MakesItsRequestsNoLargerThanMemoryAllows) {
  Case test;
  test.partition.add_ids(ids(1, 250));
  const double units_of_one_id = 5 * 3;  // days and columns
  EXPECT_EQ(std::get<AnalyticsJob>(test.partition.next(units_of_one_id * 100)->work).request.ids.size(),
            100U);
  EXPECT_EQ(std::get<AnalyticsJob>(test.partition.next(1)->work).request.ids.size(), 1U);
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
  EXPECT_FALSE(test.entry_now().contains("route"));
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
  EXPECT_FALSE(test.entry_now().contains("entity_statuses"));
}

TEST(PinPartition, GivesTheRouteUpIfAPinThatCanBeReadAloneIsRefusedToo) {
  Pins test;
  test.list(250);
  test.partition.refused(test.take_all().at(0), kForbidden);
  auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U) << "one pin at a time";
  EXPECT_EQ(jobs[0].request.ids, Ids{1});
  EXPECT_EQ(jobs[0].request.route, PinRoute::single);
  test.partition.part_done(jobs[0]);
  jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_TRUE(jobs[0].is_proof);
  EXPECT_EQ(jobs[0].request.ids, Ids{1});
  EXPECT_EQ(jobs[0].request.route, PinRoute::bulk);
  EXPECT_EQ(jobs[0].request.range, (DayRange{day("2026-11-24"), day("2026-11-24")}));
  test.partition.refused(jobs[0], kForbidden);
  jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 64U) << "4 times max_concurrency ahead";
  EXPECT_EQ(jobs[0].request.ids, Ids{2});
  EXPECT_EQ(jobs[0].request.route, PinRoute::single);
  EXPECT_TRUE(test.report.causes().empty());
}

TEST(PinPartition, FindsTheRouteThoughEveryBatchHasADeadPin) {
  Pins test;
  test.list(300);
  test.partition.refused(test.take_all().at(0), kNotFound);
  test.partition.refused(test.take_all().at(0), kNotFound);  // pin 1 is gone
  auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.ids, Ids{2});
  test.partition.part_done(jobs[0]);
  test.partition.part_done(test.take_all().at(0));
  EXPECT_FALSE(test.partition.probing());
  jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 12U) << "3 batches of 4 app types";
  EXPECT_EQ(jobs[0].request.ids, numbers(3, 102));
}

TEST(PinPartition, StoresNoRouteThatIsNotProven) {
  Pins test;
  test.list(1);
  test.partition.refused(test.take_all().at(0), kNotFound);
  auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].request.route, PinRoute::single);
  test.partition.refused(jobs[0], kNotFound);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_FALSE(test.entry_now().contains("route"));
}

TEST(PinPartition, AsksForADeadPinInNoFurtherAppType) {
  Pins test;
  test.list(4);
  test.partition.part_done(test.take_all().at(0));  // ALL; the others are held back until then
  auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 3U);
  test.partition.refused(jobs[0], kNotFound);
  auto halves = test.take_all();
  test.partition.refused(halves.at(0), kNotFound);
  test.partition.part_done(halves.at(1));
  auto singles = test.take_all();
  test.partition.refused(singles.at(0), kNotFound);
  test.partition.part_done(singles.at(1));
  ASSERT_TRUE(test.partition.prepare(jobs[1])) << "to be sent again";
  EXPECT_EQ(jobs[1].request.ids, (Ids{2, 3, 4}));
  test.partition.part_done(jobs[1]);
  test.partition.part_done(jobs[2]);
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

TEST(PinPartition, IgnoresWhatIsStillUnderWayWhenTheFirstBatchIsGivenBack) {
  Pins test;
  test.list(100);
  // Too large, so that two halves are under way when one is refused.
  ASSERT_TRUE(test.partition.halve(test.take_all().at(0)));
  const auto halves = test.take_all();
  test.partition.refused(halves.at(0), kForbidden);
  EXPECT_FALSE(test.partition.wants(halves.at(1)));
  EXPECT_TRUE(test.partition.wants(test.take_all().at(0)));
}

Json pins_entry(const Json& more) {
  Json entry = {{"replication_key", "date"}, {"replication_key_value", "2026-11-23"}};
  entry.update(more);
  return {{"bookmarks", {{"pin_analytics", entry}}}};
}

TEST(PinPartition, TakesTheSingleRouteForAWeekAfterItWasProven) {
  for (const auto& [since, jobs] : std::map<std::string, std::size_t>{
           {"2026-11-24", 2}, {"2026-11-18", 2}, {"2026-11-17", 1}, {"2026-12-24", 1}}) {
    Pins test(pins_entry({{"route", "single"}, {"route_since", since}}));
    test.list(2);
    EXPECT_EQ(test.take_all().size(), jobs) << since;
  }
  Pins unproven(pins_entry({{"route", "single"}}));
  unproven.list(2);
  EXPECT_EQ(unproven.take_all().size(), 1U) << "versions before 0.2 did not prove it";
}

// The first batch is refused, a single pin is read, and it is refused on the bulk route.
void give_up_bulk_route(Pins& test) {
  test.partition.refused(test.take_all().at(0), kForbidden);
  test.partition.part_done(test.take_all().at(0));
  test.partition.refused(test.take_all().at(0), kForbidden);
}

TEST(PinPartition, KeepsTheSingleRouteInItsEntry) {
  Pins test;
  test.list(2);
  give_up_bulk_route(test);
  test.partition.part_done(test.take_all().at(0));
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.entry_now().at("route"), "single");
  EXPECT_EQ(test.entry_now().at("route_since"), "2026-11-24");
}

TEST(PinPartition, ForgetsAProofThatHoldsNoMore) {
  Pins test(pins_entry({{"route", "single"}, {"route_since", "2026-11-01"}}));
  test.list(1);
  for (auto job = test.take_analytics(); job; job = test.take_analytics()) test.partition.part_done(*job);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_FALSE(test.entry_now().contains("route"));
}

TEST(PinPartition, FailsIfEveryPinIsForbiddenHoweverFewThereAre) {
  for (const std::size_t count : {2U, 10U}) {
    Pins test;
    test.list(count);
    for (auto job = test.take_analytics(); job; job = test.take_analytics()) {
      EXPECT_FALSE(test.partition.closed());
      test.partition.refused(*job, kForbidden);
    }
    EXPECT_TRUE(test.partition.closed());
    EXPECT_EQ(test.report.causes().size(), 1U);
    EXPECT_EQ(test.entry_now(), Json()) << "neither a bookmark nor a marker may pass what nobody has read";
  }
}

TEST(PinPartition, ReadsTheOthersWhenTheFirstPinsAreForbidden) {
  Pins test;
  test.list(10);
  test.partition.refused(test.take_all().at(0), kForbidden);
  for (int i = 0; i < 4; ++i) test.partition.refused(test.take_all().at(0), kForbidden);
  EXPECT_EQ(test.entry_now(), Json());
  test.partition.part_done(test.take_all().at(0));
  EXPECT_EQ(test.entry_now().at("resume").at("after_id"), "5");
  for (auto job = test.take_analytics(); job; job = test.take_analytics()) test.partition.part_done(*job);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.report.causes().size(), 1U) << "what is refused is missing";
  EXPECT_EQ(test.report.pins_refused, (std::set<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(test.entry_now().at("left_out"), (Json{"1", "2", "3", "4"}));
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
}

TEST(PinPartition, AsksForNoMorePinsAfterAHundredAreForbiddenAndNoneIsRead) {
  Pins test;
  test.list(150);
  int asked = 0;
  for (auto job = test.take_analytics(); job; job = test.take_analytics(), ++asked) {
    test.partition.refused(*job, kForbidden);
  }
  EXPECT_EQ(asked, 1 + 101);
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
  test.list(90);
  for (auto job = test.take_analytics(); job; job = test.take_analytics()) {
    test.partition.refused(*job, kNotFound);
  }
  EXPECT_TRUE(test.partition.closed());
  EXPECT_TRUE(test.report.causes().empty());
  EXPECT_EQ(test.report.pins_refused.size(), 90U);
  EXPECT_EQ(test.entry_now().at("replication_key_value"), "2026-11-23");
}

TEST(PinPartition, DoesNotBelieveThatAHundredPinsOfAListAreGoneIfNoneIsRead) {
  Pins test;
  test.list(150);
  int asked = 0;
  for (auto job = test.take_analytics(); job; job = test.take_analytics(), ++asked) {
    test.partition.refused(*job, kNotFound);
  }
  EXPECT_EQ(asked, 1 + 100);
  EXPECT_TRUE(test.partition.closed());
  EXPECT_EQ(test.report.causes().size(), 1U);
  EXPECT_TRUE(test.entry_now().is_null());
}

TEST(PinPartition, DoesNotTakeAPartThatWasNeverAskedForAsProofOfTheRoute) {
  const config::Config config = config_from("2026-11-24");
  const Json marker = {
      {"from", "2026-01-20"},
      {"to", "2026-03-01"},
      {"after_id", "1"},
      {"bookmark", "2026-02-28"},
      {"covered_to", "2026-02-28"},
      {"basis", window_basis(config, *pinterest::find_stream("pin_analytics"), {"IMPRESSION", "SAVE"})}};
  Pins test(pins_entry({{"replication_key_value", "2026-02-01"}, {"resume", marker}}), config);
  test.list(2);
  const auto jobs = test.take_all();
  ASSERT_EQ(jobs.size(), 1U) << "of the old window nothing can be asked";
  EXPECT_TRUE(test.partition.probing());
  EXPECT_EQ(jobs[0].request.range.last, day("2026-11-24"));
}

TEST(PinPartition, ReadsDaysWhateverGranularityIsConfigured) {
  config::Config config = config_from("2026-11-18");
  config.analytics.granularity = config::Granularity::month;
  Pins test({}, config);
  test.list(1);
  EXPECT_EQ(test.take_all().at(0).request.range, (DayRange{day("2026-11-18"), day("2026-11-24")}));
}

}  // namespace
}  // namespace tap_pinterest::sync
