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
  list.page_done(page({"1"}, "b"), {});
  EXPECT_EQ(next_page(run), "b");
  list.page_done(page({}, "c"), {});
  EXPECT_EQ(next_page(run), "c") << "an empty page is not the end";
  list.page_done(page({"2"}), {});
  EXPECT_EQ(next_page(run), "no request");
  EXPECT_TRUE(list.ended());
}

TEST(ListRead, FailsWhenABookmarkRepeatsInsteadOfLoopingForEver) {
  PartitionHarness run;
  ListRead& list = run.list(run.stream("campaigns"), "7");
  list.page_done(page({"1"}, "b"), {});
  list.page_done(page({"2"}, "c"), {});
  EXPECT_FALSE(list.ended());
  list.page_done(page({"3"}, "b"), {});
  EXPECT_TRUE(list.ended());
  EXPECT_EQ(run.report.causes().size(), 1U);
  EXPECT_TRUE(run.entry("campaigns", "7").is_null());
}

TEST(ListRead, FailsWhenPagesBringNothingNewInsteadOfLoopingForEver) {
  for (const std::vector<std::string>& ids : {std::vector<std::string>(), {"1", "2"}}) {
    PartitionHarness run;
    ListRead& list = run.list(run.stream("campaigns"), "7");
    list.page_done(page({"1", "2"}, "first"), {});
    int idle = 0;
    const auto go_on = [&](int pages) {
      for (int i = 0; i < pages; ++i) list.page_done(page(ids, "idle " + std::to_string(idle++)), {});
    };
    go_on(999);
    list.page_done(page({"3"}, "something new"), {});
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
  list.start();
  run.take();
  list.page_done(page({"1"}, "b", micros("2026-11-20T00:00:00Z")), {});
  EXPECT_TRUE(run.entry("campaigns", "7").is_null());
  list.page_done(page({"2"}, "", micros("2026-11-10T00:00:00Z")), {});
  const Json entry = run.entry("campaigns", "7");
  EXPECT_EQ(entry.at("replication_key"), "updated_time");
  EXPECT_EQ(entry.at("replication_key_value"), "2026-11-20T00:00:00Z");
  EXPECT_EQ(entry.at("entity_statuses"), (Json{"ACTIVE", "ARCHIVED", "PAUSED"}));
}

TEST(ListRead, BookmarksNothingLaterThanFiveMinutesBeforeTheFirstAnswer) {
  PartitionHarness run;
  run.clock.advance(std::chrono::hours(2));
  ListRead& list = run.list(run.stream("campaigns"), "7");
  list.start();
  run.take();
  list.page_done(page({"1"}, "", micros("2026-11-24T09:58:00Z")), {});
  EXPECT_EQ(run.entry("campaigns", "7").at("replication_key_value"), "2026-11-24T09:55:00Z");
}

TEST(ListRead, NeverMovesItsBookmarkBack) {
  PartitionHarness run(fakes::test_config(), state_with("campaigns", "7", kSomeEntry));
  ListRead& list = run.list(run.stream("campaigns"), "7");
  list.page_done(page({"1"}, "", micros("2026-10-01T00:00:00Z")), {});
  EXPECT_EQ(run.entry("campaigns", "7").at("replication_key_value"), "2026-11-01T00:00:00Z");
}

TEST(ListRead, LeavesNoEntryWhereNothingHasATime) {
  PartitionHarness run;
  ListRead& list = run.list(run.stream("campaigns"), "7");
  list.page_done(page({"1"}), {});
  EXPECT_TRUE(run.entry("campaigns", "7").is_null());
}

TEST(ListRead, WritesFromTheBookmarkOn) {
  PartitionHarness run(fakes::test_config(), state_with("campaigns", "7", kSomeEntry));
  EXPECT_EQ(run.list(run.stream("campaigns"), "7").options({}).since, micros("2026-11-01T00:00:00Z"));
  EXPECT_FALSE(run.list(run.stream("campaigns"), "8").options({}).since) << "another account";
}

TEST(ListRead, WritesAllOfItOnceAStatusWasAdded) {
  Json entry = kSomeEntry;
  entry["entity_statuses"] = {"ACTIVE", "PAUSED"};
  PartitionHarness added(fakes::test_config(), state_with("campaigns", "7", entry));
  EXPECT_FALSE(added.list(added.stream("campaigns"), "7").options({}).since);
  entry.erase("entity_statuses");
  PartitionHarness foreign(fakes::test_config(), state_with("campaigns", "7", entry));
  EXPECT_FALSE(foreign.list(foreign.stream("campaigns"), "7").options({}).since);
}

TEST(ListRead, OfAFullTableStreamNeitherReadsNorWritesABookmark) {
  PartitionHarness run;
  singer::SelectedStream selected = fakes::selected_stream("campaigns", run.config);
  selected.method = singer::ReplicationMethod::full_table;
  selected.replication_key.clear();
  StreamRun stream(*pinterest::find_stream("campaigns"), run.config, selected);
  ListRead& list = run.list(stream, "7");
  list.start();
  run.take();
  EXPECT_FALSE(list.options({}).since);
  list.page_done(page({"1"}, "", micros("2026-11-20T00:00:00Z")), {});
  EXPECT_TRUE(list.ended());
  EXPECT_TRUE(run.entry("campaigns", "7").is_null());
}

TEST(ListRead, OfAStreamThatIsNotSelectedWritesNothing) {
  PartitionHarness run(fakes::test_config(), state_with("campaigns", "7", kSomeEntry));
  ListRead& list = run.list(run.unselected_stream("campaigns"), "7");
  EXPECT_FALSE(list.options({}).write);
  EXPECT_FALSE(list.options({}).since);
  list.page_done(page({"1"}, "", micros("2026-11-20T00:00:00Z")), {});
  EXPECT_EQ(run.entry("campaigns", "7").at("replication_key_value"), "2026-11-01T00:00:00Z");
}

TEST(ListRead, OfAccountsTakesTheListedOnesAlone) {
  config::Config config = fakes::test_config();
  config.ad_account_ids = {"7"};
  PartitionHarness run(config);
  const auto only = run.list(run.stream("ad_accounts"), "").options({}).only;
  EXPECT_TRUE(only("7"));
  EXPECT_FALSE(only("8"));
  EXPECT_FALSE(run.list(run.stream("campaigns"), "7").options({}).only);
}

TEST(ListRead, OfAccountsTakesThoseOfTheShardAlone) {
  config::Config config = fakes::test_config();
  config.shard = config::Shard{.number = 1, .count = 2};
  PartitionHarness run(config);
  EXPECT_TRUE(run.list(run.stream("ad_accounts"), "").options({}).only("7"));
  EXPECT_FALSE(run.list(run.stream("ad_accounts"), "").options({}).only("1"));
  config.ad_account_ids = {"1"};
  PartitionHarness both(config);
  EXPECT_FALSE(both.list(both.stream("ad_accounts"), "").options({}).only("7"));
  EXPECT_FALSE(both.list(both.stream("ad_accounts"), "").options({}).only("1"));
}

TEST(ListRead, OfPinsIsIncompleteWhereTheApiCutsLists) {
  PartitionHarness run;
  const auto child = std::make_shared<AnalyticsPartition>(run.context, run.stream("pin_analytics"), "");
  ListRead& list = run.list(run.stream("pins"), "", {child});
  list.start();
  run.take();
  pinterest::ListRows rows = page({"1"}, "", micros("2026-11-20T00:00:00Z"));
  rows.items = 100'000;
  list.page_done(rows, {});
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
  config.analytics.start_date = fakes::day("2026-11-23");
  PartitionHarness run(config);
  const auto child = std::make_shared<AnalyticsPartition>(run.context, run.stream("campaign_analytics"), "7");
  ListRead& list = run.list(run.stream("campaigns"), "7", {child});
  list.start();
  run.take();
  list.page_done(page({"1", "2"}, "b"), {});
  EXPECT_EQ(next_page(run), "b");
  list.page_done(page({"3"}), {});
  const auto job = run.take_analytics();
  ASSERT_TRUE(job);
  EXPECT_EQ(job->request.ids, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(ListRead, ThatFailsMakesItsChildrenIncompleteToo) {
  PartitionHarness run;
  const auto child = std::make_shared<AnalyticsPartition>(run.context, run.stream("campaign_analytics"), "7");
  ListRead& list = run.list(run.stream("campaigns"), "7", {child});
  list.page_done(page({"1", "2"}, "b"), {});
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

// Of which row of the parent the next page is asked for, and which page.
std::string next_of_parent(PartitionHarness& run) {
  const auto job = run.take();
  if (!job) return "no request";
  const auto& list = std::get<ListJob>(job->work);
  return list.fills.at(0).value + " " + list.bookmark;
}

ListJob of(std::string ad_group) {
  return {.list = {}, .fills = {{"ad_group_id", std::move(ad_group), "ad_group_id"}}};
}

pinterest::ListRows page_of(std::vector<std::string> ids, std::vector<std::string> also) {
  pinterest::ListRows rows = page(std::move(ids));
  for (std::string& text : also) rows.also.push_back({std::move(text)});
  return rows;
}

class FedList : public testing::Test {
 protected:
  FedList() {
    for (const auto& parent : {campaigns, ad_groups}) parent->feed(fed);
  }

  std::shared_ptr<ListRead> list(const char* stream,
                                 std::vector<std::shared_ptr<AnalyticsPartition>> children = {}) {
    auto read = std::make_shared<ListRead>(run.context, run.stream(stream), "7", std::move(children));
    if (read->stream().definition().parent().list.empty()) {
      read->start();
      run.take();
    }
    return read;
  }

  PartitionHarness run;
  std::shared_ptr<AnalyticsPartition> child =
      std::make_shared<AnalyticsPartition>(run.context, run.stream("product_group_analytics"), "7");
  std::shared_ptr<ListRead> fed = list("product_group_promotions", {child});
  std::shared_ptr<ListRead> campaigns = list("campaigns");
  std::shared_ptr<ListRead> ad_groups = list("ad_groups");
};

TEST_F(FedList, IsAskedForOnceForEachRowOfItsParentThatItsConditionAllows) {
  EXPECT_EQ(campaigns->options({}).also.front(), "objective_type");
  EXPECT_EQ(ad_groups->options({}).also.front(), "campaign_id");
  ad_groups->page_done(page_of({"11", "12", "13", "11"}, {"1", "2", "3", "1"}), {});
  EXPECT_EQ(next_of_parent(run), "no request") << "the condition is not known yet";
  campaigns->page_done(page_of({"1", "2", "3"}, {"CATALOG_SALES", "AWARENESS", ""}), {});
  EXPECT_EQ(next_of_parent(run), "11 ");
  EXPECT_EQ(next_of_parent(run), "13 ");
  EXPECT_EQ(next_of_parent(run), "no request");
  fed->page_done(page({"101"}, "more"), of("11"));
  EXPECT_EQ(next_of_parent(run), "11 more");
  fed->page_done(page({"301"}, "more"), of("13"));
  EXPECT_EQ(next_of_parent(run), "13 more") << "another row's list may have the same bookmark";
  fed->page_done(page({"102"}), of("11"));
  EXPECT_FALSE(fed->ended());
  fed->page_done(page({}), of("13"));
  EXPECT_TRUE(fed->ended());
  const auto job = run.take_analytics();
  ASSERT_TRUE(job);
  EXPECT_EQ(job->request.ids, (std::vector<std::uint64_t>{101, 102, 301}));
}

TEST_F(FedList, IsAskedForWhereItIsNotKnownWhetherItsConditionAllows) {
  ad_groups->page_done(page_of({"11", "12"}, {"1", ""}), {});
  campaigns->page_done(page_of({"2"}, {"AWARENESS"}), {});
  EXPECT_EQ(next_of_parent(run), "11 ") << "its campaign is not listed";
  EXPECT_EQ(next_of_parent(run), "12 ") << "it names no campaign";
}

TEST_F(FedList, EndsWhereNoRowIsWanted) {
  campaigns->page_done(page_of({"1"}, {"AWARENESS"}), {});
  EXPECT_FALSE(fed->ended());
  ad_groups->page_done(page_of({"11"}, {"1"}), {});
  EXPECT_TRUE(fed->ended());
  EXPECT_TRUE(child->closed());
  EXPECT_TRUE(run.report.causes().empty());
}

constexpr bool kIsGone = true;

TEST_F(FedList, GoesOnWithoutTheListOfOneParentAndIsIncomplete) {
  ad_groups->page_done(page_of({"11", "12", "13"}, {"", "", ""}), {});
  campaigns->page_done(page({}), {});
  EXPECT_TRUE(fed->skip_one(of("11"), kIsGone, "404 Not found."));
  EXPECT_TRUE(run.report.causes().empty()) << "perhaps all are refused";
  fed->page_done(page({"121"}), of("12"));
  ASSERT_EQ(run.report.causes().size(), 1U) << "ad groups do not vanish";
  EXPECT_NE(run.report.last_line().find("leaving out product_group_promotions of account 7 with ad_group_id "
                                        "11: 404 Not found."),
            std::string::npos);
  EXPECT_TRUE(child->closed()) << "its coverage would claim what was not listed";
  EXPECT_FALSE(fed->ended());
  fed->page_done(page({"131"}), of("13"));
  EXPECT_TRUE(fed->ended());
}

TEST_F(FedList, IsRefusedIfTheListsOfAllParentsAre) {
  ad_groups->page_done(page_of({"11", "12"}, {"", ""}), {});
  campaigns->page_done(page({}), {});
  EXPECT_TRUE(fed->skip_one(of("11"), !kIsGone, "403 No."));
  EXPECT_FALSE(fed->skip_one(of("12"), !kIsGone, "403 No."));
}

TEST_F(FedList, IsRefusedIfManyInARowAreButNotIfSomeAreAnsweredBetween) {
  std::vector<std::string> ids;
  for (int id = 11; id < 40; ++id) ids.push_back(std::to_string(id));
  ad_groups->page_done(page_of(ids, std::vector<std::string>(ids.size())), {});
  campaigns->page_done(page({}), {});
  for (int id = 11; id < 18; ++id) EXPECT_TRUE(fed->skip_one(of(std::to_string(id)), !kIsGone, "403 No."));
  fed->page_done(page({}), of("18"));
  for (int id = 19; id < 26; ++id) EXPECT_TRUE(fed->skip_one(of(std::to_string(id)), !kIsGone, "403 No."));
  EXPECT_FALSE(fed->skip_one(of("26"), !kIsGone, "403 No."));
}

TEST_F(FedList, IsIncompleteWithItsChildrenIfWhatFeedsItIs) {
  ad_groups->page_done(page_of({"11"}, {"1"}), {});
  campaigns->fail("the server is down");
  EXPECT_TRUE(fed->ended());
  EXPECT_TRUE(child->closed());
  EXPECT_TRUE(run.report.incomplete_streams.contains("product_group_promotions"));
  EXPECT_TRUE(run.report.incomplete_streams.contains("product_group_analytics"));
  EXPECT_EQ(next_of_parent(run), "no request");
}

}  // namespace
}  // namespace tap_pinterest::sync
