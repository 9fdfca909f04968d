#include "tap_pinterest/sync/entry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "fakes/test_config.hpp"

namespace tap_pinterest::sync {
namespace {

using fakes::day;
using fakes::instant;
using pinterest::DaySet;
using pinterest::Source;
using singer::Json;
using Texts = std::vector<std::string>;

constexpr int kLookback = 3;

const pinterest::StreamDefinition& stream_of(Source source) {
  return *std::ranges::find(pinterest::streams(), source, &pinterest::StreamDefinition::source);
}

Entry read(const std::string& json, Texts* warnings = nullptr, std::optional<util::Day> start_date = {}) {
  Texts ignored;
  const Json document = Json::parse(json);
  return read_entry(&document,
                    {.replication_key = "DATE", .start_date = start_date, .lookback_days = kLookback},
                    warnings == nullptr ? ignored : *warnings);
}

DaySet covered_days(const char* first, const char* last) { return {{day(first), day(last)}}; }

TEST(Entry, IsEmptyWithoutState) {
  Texts warnings;
  const Entry entry = read_entry(nullptr, {.replication_key = "DATE", .lookback_days = kLookback}, warnings);
  EXPECT_FALSE(entry.bookmark);
  EXPECT_FALSE(entry.entity_statuses);
  EXPECT_TRUE(entry.covered.empty());
  EXPECT_FALSE(entry.single_route_since);
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
  entry.covered = covered_days("2026-09-01", "2026-09-30") | covered_days("2026-10-05", "2026-11-20");
  entry.entity_statuses = Texts{"ACTIVE", "PAUSED"};
  entry.granularity = "WEEK";
  entry.missed = covered_days("2026-08-03", "2026-08-03");
  entry.left_out = {7, 18'000'000'000'000'000'000U};
  entry.rows = "1f0c22ab|30|30|1|TIME_OF_AD_ACTION";
  entry.resume = ResumeMarker{.range = {day("2026-10-01"), day("2026-11-24")},
                              .after_id = 18'000'000'000'000'000'000U,
                              .bookmark = instant("2026-11-23T05:00:00Z"),
                              .covered_to = day("2026-11-22"),
                              .basis = "abc"};
  entry.single_route_since = day("2026-11-18");
  const Json json = write_entry(entry, "DATE", /*as_date=*/true);
  EXPECT_EQ(json, Json::parse(R"({
      "replication_key": "DATE", "replication_key_value": "2026-11-20",
      "covered": [["2026-09-01", "2026-09-30"], ["2026-10-05", "2026-11-20"]],
      "missed": [["2026-08-03", "2026-08-03"]],
      "left_out": ["7", "18000000000000000000"],
      "entity_statuses": ["ACTIVE", "PAUSED"], "granularity": "WEEK",
      "rows": "1f0c22ab|30|30|1|TIME_OF_AD_ACTION",
      "route": "single", "route_since": "2026-11-18",
      "resume": {"from": "2026-10-01", "to": "2026-11-24", "after_id": "18000000000000000000",
                 "bookmark": "2026-11-23T05:00:00Z", "covered_to": "2026-11-22", "basis": "abc"}})"));
  Texts warnings;
  const Entry back = read(json.dump(), &warnings);
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(back.bookmark, entry.bookmark);
  EXPECT_EQ(back.covered, entry.covered);
  EXPECT_EQ(back.missed, entry.missed);
  EXPECT_EQ(back.left_out, entry.left_out);
  EXPECT_EQ(back.entity_statuses, entry.entity_statuses);
  EXPECT_EQ(back.granularity, entry.granularity);
  EXPECT_EQ(back.rows, entry.rows);
  EXPECT_EQ(back.single_route_since, entry.single_route_since);
  ASSERT_TRUE(back.resume);
  EXPECT_EQ(back.resume->range, entry.resume->range);
  EXPECT_EQ(back.resume->after_id, entry.resume->after_id);
  EXPECT_EQ(back.resume->bookmark, entry.resume->bookmark);
  EXPECT_EQ(back.resume->covered_to, entry.resume->covered_to);
  EXPECT_EQ(back.resume->basis, entry.resume->basis);
}

TEST(Entry, KeepsThatAWindowCoversNothing) {
  Entry entry;
  entry.resume = ResumeMarker{.range = {day("2026-11-24"), day("2026-11-24")},
                              .after_id = 7,
                              .bookmark = instant("2026-11-23"),
                              .covered_to = {},
                              .basis = "abc"};
  const Entry back = read(write_entry(entry, "DATE", true).dump());
  ASSERT_TRUE(back.resume);
  EXPECT_FALSE(back.resume->covered_to);
}

TEST(Entry, KeepsThatNoDayIsCoveredThoughThereIsABookmark) {
  Entry entry;
  entry.bookmark = instant("2026-11-23");
  entry.granularity = "DAY";
  const Entry back = read(write_entry(entry, "DATE", true).dump(), nullptr, day("2026-10-01"));
  EXPECT_EQ(back.bookmark, entry.bookmark);
  EXPECT_TRUE(back.covered.empty());
}

TEST(Entry, OfAListCoversNoDays) {
  const Json json =
      Json::parse(R"({"replication_key":"updated_time","replication_key_value":"2026-11-20T07:00:00Z"})");
  Texts warnings;
  const Entry entry = read_entry(&json, {.replication_key = "updated_time"}, warnings);
  EXPECT_TRUE(entry.covered.empty());
  EXPECT_EQ(write_entry(entry, "updated_time", /*as_date=*/false), json);
}

TEST(Entry, SortsAndTakesOnlyIdsThatWereLeftOut) {
  EXPECT_EQ(read(R"({"left_out":["30","7","x","-1",8]})").left_out, (std::vector<std::uint64_t>{7, 30}));
}

TEST(Entry, ReadsDaysAgainThatItCannotUnderstandWithAWarning) {
  for (const char* days_text : {R"("2026-11-20")", R"(["2026-11-20"])", R"([["2026-11-20"]])", R"([[1, 2]])",
                                R"([["2026-11-20", "soon"]])", R"([["2026-11-20", "2026-11-19"]])",
                                R"([["2026-11-18", "2026-11-19"], null])", "null"}) {
    for (const char* name : {"covered", "missed"}) {
      Texts warnings;
      const Entry entry =
          read(std::string(R"({"replication_key":"DATE","replication_key_value":"2026-11-20",)"
                           R"("granularity":"DAY",")") +
                   name + "\":" + days_text + (std::string(name) == "missed" ? R"(,"covered":[]})" : "}"),
               &warnings);
      EXPECT_TRUE(entry.covered.empty()) << days_text;
      EXPECT_TRUE(entry.missed.empty()) << days_text;
      EXPECT_EQ(warnings.size(), 1U) << name << " " << days_text;
    }
  }
}

// Version 0.1.0 wrote no "covered", other taps write hardly more than the bookmark.
TEST(Entry, OfAnOlderVersionCoversFromItsStartDateToItsBookmark) {
  struct Row {
    const char* name;
    const char* json;  // besides the replication key
    const char* start_date;
    DaySet expected;
  };
  const std::vector<Row> rows = {
      {"its own start_date",
       R"("replication_key_value":"2026-11-20","start_date":"2026-10-01","granularity":"DAY")", "",
       covered_days("2026-10-01", "2026-11-20")},
      {"which counts before the configured one",
       R"("replication_key_value":"2026-11-20","start_date":"2026-10-01","granularity":"DAY")", "2026-01-01",
       covered_days("2026-10-01", "2026-11-20")},
      {"which lies after the bookmark: no day was over",
       R"("replication_key_value":"2026-11-20","start_date":"2026-11-21","granularity":"DAY")",
       "",
       {}},
      {"hours, the last of a day",
       R"("replication_key_value":"2026-11-20T23:00:00Z","start_date":"2026-11-18","granularity":"HOUR")", "",
       covered_days("2026-11-18", "2026-11-20")},
      {"hours, the last but one of a day",
       R"("replication_key_value":"2026-11-20T22:00:00Z","start_date":"2026-11-18","granularity":"HOUR")", "",
       covered_days("2026-11-18", "2026-11-19")},
      {"weeks: the bookmark's may have been running",
       R"("replication_key_value":"2026-11-16","start_date":"2026-10-19","granularity":"WEEK")", "",
       covered_days("2026-10-19", "2026-11-15")},
      {"months: the bookmark's may have been running",
       R"("replication_key_value":"2026-11-01","start_date":"2026-09-01","granularity":"MONTH")", "",
       covered_days("2026-09-01", "2026-10-31")},
      {"of another tap: the configured start_date", R"("replication_key_value":"2026-11-20")", "2026-10-15",
       covered_days("2026-10-15", "2026-11-20")},
      {"of another tap, with a time", R"("replication_key_value":"2026-11-20T07:30:00+00:00")", "2026-10-15",
       covered_days("2026-10-15", "2026-11-20")},
      {"of another tap, in seconds", R"("replication_key_value":1795132800)", "2026-10-15",
       covered_days("2026-10-15", "2026-11-20")},
      {"of another tap, without start_date: the look-back", R"("replication_key_value":"2026-11-20")", "",
       covered_days("2026-11-17", "2026-11-20")},
      {"of another tap, with a later start_date: the bookmark's day, so that no day after it is lost",
       R"("replication_key_value":"2026-11-20")", "2026-11-23", covered_days("2026-11-20", "2026-11-20")},
      {"no bookmark", R"("start_date":"2026-10-01","granularity":"DAY")", "2026-10-01", {}},
      {"covered says it all",
       R"("replication_key_value":"2026-11-20","covered":[["2026-11-01","2026-11-02"]])", "2026-10-15",
       covered_days("2026-11-01", "2026-11-02")},
  };
  for (const Row& row : rows) {
    Texts warnings;
    const auto start = util::parse_day(row.start_date);
    const Entry entry = read(std::string(R"({"replication_key":"DATE",)") + row.json + "}", &warnings, start);
    EXPECT_EQ(entry.covered, row.expected) << row.name << ": " << describe(entry.covered);
    EXPECT_TRUE(warnings.empty()) << row.name;
  }
}

TEST(Entry, OfAnotherTapCoversNothingWhereItsBookmarkIsOfAnotherKey) {
  EXPECT_TRUE(read(R"({"replication_key":"updated_time","replication_key_value":"2026-11-20"})", nullptr,
                   day("2026-10-01"))
                  .covered.empty());
}

TEST(Entry, OfAnOlderVersionHasAMarkerThatIsNotTrusted) {
  Texts warnings;
  const Entry entry = read(
      R"({"granularity":"DAY","resume":{"from":"2026-10-01","to":"2026-11-24","after_id":"7","basis":"a","bookmark":"2026-11-23"}})",
      &warnings);
  EXPECT_FALSE(entry.resume);
  EXPECT_EQ(warnings.size(), 1U);
}

TEST(Entry, TrustsARouteOnlyWithTheDayOnWhichItWasProven) {
  EXPECT_EQ(read(R"({"route":"single","route_since":"2026-11-18"})").single_route_since, day("2026-11-18"));
  for (const char* json :
       {R"({"route":"single"})", R"({"route":"single","route_since":"lately"})",
        R"({"route":"bulk","route_since":"2026-11-18"})", R"({"route_since":"2026-11-18"})"}) {
    EXPECT_FALSE(read(json).single_route_since) << json;
  }
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
      R"({"resume":{"from":"2026-10-01","to":"2026-11-24","after_id":"7","bookmark":"2026-11-23","covered_to":null,"basis":"a"}})";
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
      [](Config& c) { c.analytics.granularity = config::Granularity::week; },
      [](Config& c) { c.analytics.click_window_days = 7; },
      [](Config& c) { c.analytics.engagement_window_days = 7; },
      [](Config& c) { c.analytics.view_window_days = 7; },
      [](Config& c) { c.analytics.conversion_report_time = "TIME_OF_CONVERSION"; },
      [](Config& c) { c.pin_split = config::PinSplit::no_split; },
      [](Config& c) { c.pin_metric_types = {"SAVE"}; },
      [](Config& c) { c.entity_statuses = {"ACTIVE"}; },
  };
  const Config config = fakes::test_config();
  std::set<std::string> seen = {window_basis(config, stream_of(Source::ads_analytics), {"A", "B"}),
                                window_basis(config, stream_of(Source::ads_analytics), {"A"})};
  for (const auto& change : changes) {
    Config changed = config;
    change(changed);
    seen.insert(window_basis(changed, stream_of(Source::ads_analytics), {"A", "B"}));
  }
  EXPECT_EQ(seen.size(), changes.size() + 2);
  Config changed = config;
  changed.analytics.targeting_types = {"GENDER"};
  EXPECT_TRUE(seen.insert(window_basis(config, stream_of(Source::targeting_analytics), {"A", "B"})).second);
  EXPECT_TRUE(seen.insert(window_basis(changed, stream_of(Source::targeting_analytics), {"A", "B"})).second);
  EXPECT_FALSE(seen.insert(window_basis(changed, stream_of(Source::ads_analytics), {"A", "B"})).second);
}

TEST(WindowBasis, IsTheSameWhateverElseIsConfigured) {
  config::Config config = fakes::test_config();
  const std::string basis = window_basis(config, stream_of(Source::ads_analytics), {"A"});
  config.max_concurrency = 3;
  config.analytics.start_date = day("2026-01-01");
  config.access_token = util::Secret("another");
  EXPECT_EQ(window_basis(config, stream_of(Source::ads_analytics), {"A"}), basis);
}

TEST(RowSettings, NameWhatHasChanged) {
  using config::Config;
  struct Row {
    const char* name;
    Source source;
    std::function<void(Config&)> change;
    Texts expected;
  };
  const std::vector<Row> rows = {
      {"nothing", Source::ads_analytics, [](Config&) {}, {}},
      {"the click window",
       Source::ads_analytics,
       [](Config& c) { c.analytics.click_window_days = 7; },
       {"click_window_days"}},
      {"two windows",
       Source::ads_analytics,
       [](Config& c) {
         c.analytics.engagement_window_days = 7;
         c.analytics.view_window_days = 7;
       },
       {"engagement_window_days", "view_window_days"}},
      {"the report time",
       Source::ads_analytics,
       [](Config& c) { c.analytics.conversion_report_time = "TIME_OF_CONVERSION"; },
       {"conversion_report_time"}},
      {"what rows of ads do not depend on",
       Source::ads_analytics,
       [](Config& c) {
         c.pin_split = config::PinSplit::no_split;
         c.entity_statuses = {"ACTIVE"};
         c.analytics.granularity = config::Granularity::week;
       },
       {}},
      {"the split of pins",
       Source::pin_analytics,
       [](Config& c) { c.pin_split = config::PinSplit::no_split; },
       {"pin_analytics_split_field"}},
      {"the breakdowns",
       Source::targeting_analytics,
       [](Config& c) {
         c.analytics.view_window_days = 7;
         c.analytics.targeting_types = {"GENDER"};
         c.analytics.attribution_types = {"HOUSEHOLD"};
       },
       {"view_window_days", "targeting_types", "attribution_types"}},
      {"what rows of ads do not depend on either",
       Source::ads_analytics,
       [](Config& c) { c.analytics.targeting_types = {"GENDER"}; },
       {}},
      {"what rows of pins do not depend on",
       Source::pin_analytics,
       [](Config& c) { c.analytics.click_window_days = 7; },
       {}},
  };
  const Config config = fakes::test_config();
  for (const Row& row : rows) {
    Config changed = config;
    row.change(changed);
    EXPECT_EQ(changed_settings(row_settings(config, stream_of(row.source), {"A", "B"}),
                               row_settings(changed, stream_of(row.source), {"A", "B"}), row.source),
              row.expected)
        << row.name;
  }
  EXPECT_EQ(changed_settings(row_settings(config, stream_of(Source::ads_analytics), {"A"}),
                             row_settings(config, stream_of(Source::ads_analytics), {"A", "B"}),
                             Source::ads_analytics),
            Texts{"analytics_columns"});
  EXPECT_EQ(changed_settings(row_settings(config, stream_of(Source::pin_analytics), {"A"}),
                             row_settings(config, stream_of(Source::pin_analytics), {"A", "B"}),
                             Source::pin_analytics),
            Texts{"pin_metric_types"});
}

TEST(RowSettings, OfATextThatIsCutOrStrangeAreOthers) {
  const std::string now = row_settings(fakes::test_config(), stream_of(Source::ads_analytics), {"A"});
  EXPECT_EQ(changed_settings("", now, Source::ads_analytics).size(), 5U);
  EXPECT_EQ(changed_settings(now.substr(0, now.find('|')), now, Source::ads_analytics).size(), 4U);
  EXPECT_TRUE(changed_settings(now + "|more", now, Source::ads_analytics).empty());
}

}  // namespace
}  // namespace tap_pinterest::sync
