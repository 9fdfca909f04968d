#include "tap_pinterest/sync/entry.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "fakes/test_config.hpp"

namespace tap_pinterest::sync {
namespace {

using fakes::day;
using fakes::instant;
using pinterest::PinRoute;
using singer::Json;
using Texts = std::vector<std::string>;

Entry read(const std::string& json, Texts* warnings = nullptr) {
  Texts ignored;
  const Json document = Json::parse(json);
  return read_entry(&document, "DATE", warnings == nullptr ? ignored : *warnings);
}

TEST(Entry, IsEmptyWithoutState) {
  Texts warnings;
  const Entry entry = read_entry(nullptr, "DATE", warnings);
  EXPECT_FALSE(entry.bookmark);
  EXPECT_FALSE(entry.entity_statuses);
  EXPECT_EQ(entry.route, PinRoute::unknown);
  EXPECT_TRUE(warnings.empty());
}

TEST(Entry, ReadsBookmarksOfEveryForm) {
  for (const char* value :
       {R"("2026-11-20")", R"("2026-11-20T00:00:00Z")", R"("2026-11-20T01:00:00+01:00")", "1795132800"}) {
    const Entry entry =
        read(std::string(R"({"replication_key":"DATE","replication_key_value":)") + value + "}");
    EXPECT_EQ(entry.bookmark, instant("2026-11-20T00:00:00Z")) << value;
  }
}

TEST(Entry, IgnoresABookmarkOfAnotherReplicationKeyWithAWarning) {
  Texts warnings;
  EXPECT_FALSE(
      read(R"({"replication_key":"updated_time","replication_key_value":"2026-11-20"})", &warnings).bookmark);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("updated_time"), std::string::npos);
}

TEST(Entry, IgnoresABookmarkThatIsNoTimeWithAWarning) {
  for (const char* value : {R"("soon")", "{}", "1.5", "true"}) {
    Texts warnings;
    EXPECT_FALSE(
        read(std::string(R"({"replication_key":"DATE","replication_key_value":)") + value + "}", &warnings)
            .bookmark);
    EXPECT_EQ(warnings.size(), 1U) << value;
  }
  Texts warnings;
  EXPECT_FALSE(read(R"({"replication_key":"DATE","replication_key_value":null})", &warnings).bookmark);
  EXPECT_TRUE(warnings.empty());
}

TEST(Entry, ComesBackAsItWasWritten) {
  Entry entry;
  entry.bookmark = instant("2026-11-20T00:00:00Z");
  entry.entity_statuses = Texts{"ACTIVE", "PAUSED"};
  entry.granularity = "WEEK";
  entry.start_date = day("2026-10-01");
  entry.route = PinRoute::single;
  entry.resume = ResumeMarker{.range = {day("2026-10-01"), day("2026-11-24")},
                              .after_id = 18'000'000'000'000'000'000U,
                              .bookmark = "2026-11-23",
                              .basis = "abc"};
  const Json json = write_entry(entry, "DATE", /*as_date=*/true);
  EXPECT_EQ(json.at("replication_key"), "DATE");
  EXPECT_EQ(json.at("replication_key_value"), "2026-11-20");
  Texts warnings;
  const Entry back = read_entry(&json, "DATE", warnings);
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(back.bookmark, entry.bookmark);
  EXPECT_EQ(back.entity_statuses, entry.entity_statuses);
  EXPECT_EQ(back.granularity, entry.granularity);
  EXPECT_EQ(back.start_date, entry.start_date);
  EXPECT_EQ(back.route, entry.route);
  ASSERT_TRUE(back.resume);
  EXPECT_EQ(back.resume->range, entry.resume->range);
  EXPECT_EQ(back.resume->after_id, entry.resume->after_id);
  EXPECT_EQ(back.resume->bookmark, entry.resume->bookmark);
  EXPECT_EQ(back.resume->basis, entry.resume->basis);
}

TEST(Entry, WritesDateTimesWhereTheyAreWanted) {
  Entry entry;
  entry.bookmark = instant("2026-11-20T07:00:00Z");
  EXPECT_EQ(write_entry(entry, "DATE", /*as_date=*/false).at("replication_key_value"),
            "2026-11-20T07:00:00Z");
}

TEST(Entry, WritesNothingThatItDoesNotKnow) { EXPECT_EQ(write_entry({}, "DATE", true), Json::object()); }

TEST(Entry, IgnoresAMarkerThatCannotBeReadWithAWarning) {
  const std::string whole =
      R"({"resume":{"from":"2026-10-01","to":"2026-11-24","after_id":"7","bookmark":"2026-11-23","basis":"a"}})";
  EXPECT_TRUE(read(whole).resume);
  const Json good = Json::parse(whole);
  const std::vector<std::pair<const char*, Json>> damages = {
      {"from", "yesterday"}, {"to", nullptr},      {"after_id", 7},    {"after_id", "-7"},
      {"after_id", "7x"},    {"bookmark", "soon"}, {"basis", nullptr}, {"to", "2026-09-30"},
  };
  for (const auto& [name, value] : damages) {
    Json bad = good;
    bad["resume"][name] = value;
    Texts warnings;
    EXPECT_FALSE(read(bad.dump(), &warnings).resume) << bad;
    EXPECT_EQ(warnings.size(), 1U) << bad;
  }
}

TEST(StatusesAdded, IsTrueOnlyForAStatusThatTheEntryLacks) {
  Entry entry;
  EXPECT_TRUE(statuses_added(entry, {"ACTIVE"})) << "other taps do not say";
  entry.entity_statuses = Texts{"ACTIVE", "PAUSED"};
  EXPECT_FALSE(statuses_added(entry, {"ACTIVE"}));
  EXPECT_FALSE(statuses_added(entry, {"PAUSED", "ACTIVE"}));
  EXPECT_TRUE(statuses_added(entry, {"ACTIVE", "ARCHIVED", "PAUSED"}));
}

TEST(WindowBasis, DiffersWithEverythingThatDecidesWhatTheRowsAre) {
  using config::Config;
  const std::vector<std::function<void(Config&)>> changes = {
      [](Config& c) { c.granularity = config::Granularity::week; },
      [](Config& c) { c.click_window_days = 7; },
      [](Config& c) { c.engagement_window_days = 7; },
      [](Config& c) { c.view_window_days = 7; },
      [](Config& c) { c.conversion_report_time = "TIME_OF_CONVERSION"; },
      [](Config& c) { c.pin_split = config::PinSplit::no_split; },
      [](Config& c) { c.pin_metric_types = {"SAVE"}; },
      [](Config& c) { c.entity_statuses = {"ACTIVE"}; },
  };
  const Config config = fakes::test_config();
  std::set<std::string> seen = {window_basis(config, {"A", "B"}), window_basis(config, {"A"})};
  for (const auto& change : changes) {
    Config changed = config;
    change(changed);
    seen.insert(window_basis(changed, {"A", "B"}));
  }
  EXPECT_EQ(seen.size(), changes.size() + 2);
}

TEST(WindowBasis, IsTheSameWhateverElseIsConfigured) {
  config::Config config = fakes::test_config();
  const std::string basis = window_basis(config, {"A"});
  config.max_concurrency = 3;
  config.start_date = day("2026-01-01");
  config.access_token = util::Secret("another");
  EXPECT_EQ(window_basis(config, {"A"}), basis);
}

}  // namespace
}  // namespace tap_pinterest::sync
