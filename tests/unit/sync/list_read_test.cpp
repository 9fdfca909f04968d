#include "tap_pinterest/sync/list_read.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sync/partition_harness.hpp"

namespace tap_pinterest::sync {
namespace {

using fakes::instant;

long long micros(const std::string& text) { return instant(text).time_since_epoch().count(); }

pinterest::ListRows page(std::vector<std::string> ids, std::string bookmark = "",
                         std::optional<long long> newest = {}) {
  pinterest::ListRows rows;
  rows.items = ids.size();
  rows.ids = std::move(ids);
  rows.bookmark = std::move(bookmark);
  rows.newest = newest;
  return rows;
}

const Json kSomeEntry = {{"replication_key", "updated_time"},
                         {"replication_key_value", "2026-11-01T00:00:00Z"},
                         {"entity_statuses", {"ACTIVE", "ARCHIVED", "PAUSED"}}};

std::string next_page(PartitionHarness& run) {
  const auto job = run.take();
  return job ? std::get<ListJob>(job->work).bookmark : "no request";
}

TEST(ListRead, AsksForOnePageAfterTheOther) {
  PartitionHarness run;
  ListRead& list = run.list(run.stream("campaigns"), "7");
  list.start();
  EXPECT_EQ(next_page(run), "");
  EXPECT_EQ(next_page(run), "no request");
  list.page_done(page({"1"}, "b"));
  EXPECT_EQ(next_page(run), "b");
  list.page_done(page({}, "c"));
  EXPECT_EQ(next_page(run), "c") << "an empty page is not the end";
  list.page_done(page({"2"}));
  EXPECT_EQ(next_page(run), "no request");
  EXPECT_TRUE(list.ended());
}

TEST(ListRead, FailsWhenABookmarkRepeatsInsteadOfLoopingForEver) {
  PartitionHarness run;
  ListRead& list = run.list(run.stream("campaigns"), "7");
  list.page_done(page({"1"}, "b"));
  list.page_done(page({"2"}, "c"));
  EXPECT_FALSE(list.ended());
  list.page_done(page({"3"}, "b"));
  EXPECT_TRUE(list.ended());
  EXPECT_EQ(run.report.causes().size(), 1U);
  EXPECT_TRUE(run.entry("campaigns", "7").is_null());
}

TEST(ListRead, FailsWhenPagesBringNothingNewInsteadOfLoopingForEver) {
  for (const std::vector<std::string>& ids : {std::vector<std::string>(), {"1", "2"}}) {
    PartitionHarness run;
    ListRead& list = run.list(run.stream("campaigns"), "7");
    list.page_done(page({"1", "2"}, "first"));
    int idle = 0;
    const auto go_on = [&](int pages) {
      for (int i = 0; i < pages; ++i) list.page_done(page(ids, "idle " + std::to_string(idle++)));
    };
    go_on(999);
    list.page_done(page({"3"}, "something new"));
    go_on(999);
    EXPECT_FALSE(list.ended());
    go_on(1);
    EXPECT_TRUE(list.ended());
    ASSERT_EQ(run.report.causes().size(), 1U);
    EXPECT_NE(run.report.causes()[0].find("1000 pages"), std::string::npos) << run.report.causes()[0];
    EXPECT_TRUE(run.entry("campaigns", "7").is_null());
  }
}

TEST(ListRead, BookmarksTheNewestTimeSeenWhenItHasEnded) {
  PartitionHarness run;
  ListRead& list = run.list(run.stream("campaigns"), "7");
  list.page_done(page({"1"}, "b", micros("2026-11-20T00:00:00Z")));
  EXPECT_TRUE(run.entry("campaigns", "7").is_null());
  list.page_done(page({"2"}, "", micros("2026-11-10T00:00:00Z")));
  const Json entry = run.entry("campaigns", "7");
  EXPECT_EQ(entry.at("replication_key"), "updated_time");
  EXPECT_EQ(entry.at("replication_key_value"), "2026-11-20T00:00:00Z");
  EXPECT_EQ(entry.at("entity_statuses"), (Json{"ACTIVE", "ARCHIVED", "PAUSED"}));
}

TEST(ListRead, BookmarksNothingLaterThanFiveMinutesBeforeTheFirstAnswer) {
  PartitionHarness run;
  run.clock.advance(std::chrono::hours(2));
  ListRead& list = run.list(run.stream("campaigns"), "7");
  list.page_done(page({"1"}, "", micros("2026-11-24T09:58:00Z")));
  EXPECT_EQ(run.entry("campaigns", "7").at("replication_key_value"), "2026-11-24T09:55:00Z");
}

TEST(ListRead, NeverMovesItsBookmarkBack) {
  PartitionHarness run(fakes::test_config(), state_with("campaigns", "7", kSomeEntry));
  ListRead& list = run.list(run.stream("campaigns"), "7");
  list.page_done(page({"1"}, "", micros("2026-10-01T00:00:00Z")));
  EXPECT_EQ(run.entry("campaigns", "7").at("replication_key_value"), "2026-11-01T00:00:00Z");
}

TEST(ListRead, LeavesNoEntryWhereNothingHasATime) {
  PartitionHarness run;
  ListRead& list = run.list(run.stream("campaigns"), "7");
  list.page_done(page({"1"}));
  EXPECT_TRUE(run.entry("campaigns", "7").is_null());
}

TEST(ListRead, WritesFromTheBookmarkOn) {
  PartitionHarness run(fakes::test_config(), state_with("campaigns", "7", kSomeEntry));
  EXPECT_EQ(run.list(run.stream("campaigns"), "7").options().since, micros("2026-11-01T00:00:00Z"));
  EXPECT_FALSE(run.list(run.stream("campaigns"), "8").options().since) << "another account";
}

TEST(ListRead, WritesAllOfItOnceAStatusWasAdded) {
  Json entry = kSomeEntry;
  entry["entity_statuses"] = {"ACTIVE", "PAUSED"};
  PartitionHarness added(fakes::test_config(), state_with("campaigns", "7", entry));
  EXPECT_FALSE(added.list(added.stream("campaigns"), "7").options().since);
  entry.erase("entity_statuses");
  PartitionHarness foreign(fakes::test_config(), state_with("campaigns", "7", entry));
  EXPECT_FALSE(foreign.list(foreign.stream("campaigns"), "7").options().since);
}

TEST(ListRead, OfAFullTableStreamNeitherReadsNorWritesABookmark) {
  PartitionHarness run;
  singer::SelectedStream selected = fakes::selected_stream("campaigns", run.config);
  selected.method = singer::ReplicationMethod::full_table;
  selected.replication_key.clear();
  StreamRun stream(*pinterest::find_stream("campaigns"), run.config, selected);
  ListRead& list = run.list(stream, "7");
  EXPECT_FALSE(list.options().since);
  list.page_done(page({"1"}, "", micros("2026-11-20T00:00:00Z")));
  EXPECT_TRUE(list.ended());
  EXPECT_TRUE(run.entry("campaigns", "7").is_null());
}

TEST(ListRead, OfAStreamThatIsNotSelectedWritesNothing) {
  PartitionHarness run(fakes::test_config(), state_with("campaigns", "7", kSomeEntry));
  ListRead& list = run.list(run.unselected_stream("campaigns"), "7");
  EXPECT_FALSE(list.options().write);
  EXPECT_FALSE(list.options().since);
  list.page_done(page({"1"}, "", micros("2026-11-20T00:00:00Z")));
  EXPECT_EQ(run.entry("campaigns", "7").at("replication_key_value"), "2026-11-01T00:00:00Z");
}

TEST(ListRead, OfAccountsTakesTheListedOnesAlone) {
  config::Config config = fakes::test_config();
  config.ad_account_ids = {"7"};
  PartitionHarness run(config);
  EXPECT_EQ(*run.list(run.stream("ad_accounts"), "").options().only, config.ad_account_ids);
  EXPECT_EQ(run.list(run.stream("campaigns"), "7").options().only, nullptr);
}

TEST(ListRead, OfPinsIsIncompleteWhereTheApiCutsLists) {
  PartitionHarness run;
  const auto child = std::make_shared<AnalyticsPartition>(run.context, run.stream("pin_analytics"), "");
  ListRead& list = run.list(run.stream("pins"), "", {child});
  pinterest::ListRows rows = page({"1"}, "", micros("2026-11-20T00:00:00Z"));
  rows.items = 100'000;
  list.page_done(rows);
  EXPECT_TRUE(list.ended());
  EXPECT_EQ(run.report.causes().size(), 1U);
  EXPECT_TRUE(run.entry("pins").is_null());
  // The pins that it names are all that can be had.
  const auto job = run.take_analytics();
  ASSERT_TRUE(job);
  EXPECT_EQ(job->request.ids, std::vector<std::uint64_t>{1});
}

TEST(ListRead, PassesItsIdsToItsChildren) {
  config::Config config = fakes::test_config();
  config.start_date = fakes::day("2026-11-23");
  PartitionHarness run(config);
  const auto child = std::make_shared<AnalyticsPartition>(run.context, run.stream("campaign_analytics"), "7");
  ListRead& list = run.list(run.stream("campaigns"), "7", {child});
  list.page_done(page({"1", "2"}, "b"));
  EXPECT_EQ(next_page(run), "b");
  list.page_done(page({"3"}));
  const auto job = run.take_analytics();
  ASSERT_TRUE(job);
  EXPECT_EQ(job->request.ids, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(ListRead, ThatFailsMakesItsChildrenIncompleteToo) {
  PartitionHarness run;
  const auto child = std::make_shared<AnalyticsPartition>(run.context, run.stream("campaign_analytics"), "7");
  ListRead& list = run.list(run.stream("campaigns"), "7", {child});
  list.page_done(page({"1", "2"}, "b"));
  list.fail("the server is down");
  EXPECT_TRUE(list.ended());
  EXPECT_TRUE(child->closed());
  ASSERT_EQ(run.report.causes().size(), 1U);
  EXPECT_EQ(run.report.causes()[0], "the list of campaigns of account 7 is incomplete: the server is down");
  EXPECT_EQ(run.report.last_line(),
            "the list of campaigns of account 7 is incomplete: the server is down; run again from the last "
            "state for the rest");
  EXPECT_TRUE(run.entry("campaigns", "7").is_null());
  EXPECT_TRUE(run.entry("campaign_analytics", "7").is_null());
}

}  // namespace
}  // namespace tap_pinterest::sync
