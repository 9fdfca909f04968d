#include "tap_pinterest/pinterest/answers.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "fakes/test_config.hpp"

namespace tap_pinterest::pinterest {
namespace {

using fakes::test_config;
using singer::Json;

constexpr const char* kNow = "2026-11-24T10:00:00Z";

// A stream with all of its fields.
class Format {
 public:
  explicit Format(std::string_view stream, const config::Config& config = test_config())
      : definition_(*find_stream(stream)),
        schema_(with_row_columns(describe(definition_, config).schema)),
        projection_(schema_, schema_),
        format_(definition_, projection_, std::string(stream)) {}

  const RecordFormat& get() const { return format_; }

 private:
  static Json with_row_columns(Json schema) {
    if (schema["properties"].contains("DATE")) {
      schema["properties"]["metrics"]["properties"]["DATE"] = {{"type", {"string", "null"}}};
    }
    return schema;
  }

  const StreamDefinition& definition_;
  Json schema_;
  singer::Projection projection_;
  RecordFormat format_;
};

std::vector<Json> records(const Rows& rows) {
  std::vector<Json> found;
  std::istringstream lines(rows.lines.text());
  for (std::string line; std::getline(lines, line);) {
    Json message = Json::parse(line);
    EXPECT_EQ(message.at("type"), "RECORD");
    EXPECT_EQ(message.at("time_extracted"), kNow);
    found.push_back(message.at("record"));
  }
  EXPECT_EQ(found.size(), rows.records);
  return found;
}

std::vector<std::string> column(const std::vector<Json>& rows, const std::string& name) {
  std::vector<std::string> values;
  for (const Json& row : rows)
    values.push_back(row.at(name).is_null() ? "null" : row.at(name).get<std::string>());
  return values;
}

// What comes of a body that arrives in pieces of so many bytes: the lines, or why there are none.
template <typename MakeReader>
std::string in_pieces(const MakeReader& make_reader, const std::string& body, std::size_t size) {
  AnswerReader reader = make_reader();
  try {
    for (std::size_t at = 0; at < body.size(); at += size) reader.read(std::string(body, at, size));
    return reader.finish().lines.text();
  } catch (const std::exception& error) {
    return error.what();
  }
}

// Reads a body at once, and holds all ways to cut it to the same.
template <typename MakeReader>
ListRows read(const MakeReader& make_reader, const std::string& body) {
  const std::string whole = in_pieces(make_reader, body, std::max<std::size_t>(body.size(), 1));
  for (const std::size_t size : {1U, 2U, 3U, 50U})
    EXPECT_EQ(in_pieces(make_reader, body, size), whole) << body;
  AnswerReader reader = make_reader();
  reader.read(body);
  return reader.finish();
}

Rows read(const Format& format, AnswerKind kind, const AnalyticsOptions& options, const std::string& body) {
  return read([&] { return AnswerReader(kind, format.get(), options, kNow); }, body);
}

ListRows list(const std::string& body, const ListOptions& options = {},
              std::string_view stream = "campaigns") {
  const Format format(stream);
  return read([&] { return AnswerReader(format.get(), options, kNow); }, body);
}

Rows campaign_rows(const std::string& body, config::Granularity granularity = config::Granularity::day) {
  config::Config config = test_config();
  config.analytics.granularity = granularity;
  return read(
      Format("campaign_analytics", config), AnswerKind::ads_analytics,
      {.account = "77", .granularity = granularity, .total_date = "2026-11-01", .app_type = {}, .pin_id = {}},
      body);
}

Rows targeting_rows(const std::string& body, std::string_view stream = "campaign_targeting_analytics") {
  return read(Format(stream), AnswerKind::targeting_analytics,
              {.account = "77", .total_date = {}, .app_type = {}, .pin_id = {}}, body);
}

constexpr std::size_t kAlwaysInMemory = 1U << 20U;

Rows report_rows(const std::string& body, std::string_view stream = "campaign_analytics") {
  util::Spool spool("/nowhere", kAlwaysInMemory);
  spool.append(body);
  return read_report(Format(stream).get(), spool,
                     {.account = "77", .total_date = {}, .app_type = {}, .pin_id = {}}, kNow,
                     [](const Rows&) { return true; });
}

Rows pin_rows(const std::string& body, std::string_view app_type, std::string_view pin) {
  return read(Format("pin_analytics"), AnswerKind::pin_analytics,
              {.account = {}, .total_date = {}, .app_type = app_type, .pin_id = pin}, body);
}

using Texts = std::vector<std::string>;

TEST(ReadList, FindsRowsWhereverTheyAre) {
  EXPECT_EQ(column(records(list(R"([{"username":"a"},{"username":"b"}])", {}, "linked_business_accounts")),
                   "username"),
            (Texts{"a", "b"}));
  EXPECT_EQ(column(records(list(R"({"date_availability":{"a":[1]},"pins":[{"pin_id":"7"}],"sort_by":"SAVE"})",
                                {.columns = {{"sort_by", "SAVE"}, {"window_end", "2026-01-01"}}},
                                "user_account_top_pins")),
                   "pin_id"),
            Texts{"7"});
  for (const char* other : {R"({"items":[]})", R"({"username":"a"})", "null", "7"}) {
    EXPECT_THROW(list(other, {}, "linked_business_accounts"), UnreadableAnswer) << other;
  }
  for (const char* other : {R"([])", R"({})", R"({"items":{}})", R"({"items":[7]})", R"({"items":null})"}) {
    EXPECT_THROW(list(other, {}, "boards"), UnreadableAnswer) << other;
  }
}

TEST(ReadList, MakesARowOfEachEntryOfAMap) {
  const ListOptions options{.columns = {{"targeting_type", "GENDER"}}};
  const auto all = records(
      list(R"([{"female":"Female","male":null},{"unknown":"Unknown"}])", options, "targeting_options"));
  EXPECT_EQ(column(all, "code"), (Texts{"female", "male", "unknown"}));
  EXPECT_EQ(column(all, "name"), (Texts{"Female", "null", "Unknown"}));
  EXPECT_EQ(column(all, "targeting_type"), (Texts{"GENDER", "GENDER", "GENDER"}));
  EXPECT_EQ(list("null", options, "targeting_options").records, 0U) << "the document allows it";
  for (const char* other : {R"([{"a":{"b":"c"}}])", R"([["a"]])", R"({"a":"b"})", R"(["a"])"}) {
    EXPECT_THROW(list(other, options, "targeting_options"), UnreadableAnswer) << other;
  }
}

TEST(ReadList, FindsRowsInObjectsThatHoldSomeOrTakesThemAsTheyAre) {
  EXPECT_EQ(column(records(list(R"({"items":[{"labels":[{"id":"1"},{"id":"2"}],"errors":[]},)"
                                R"({"errors":[{"data":{}}],"labels":[{"id":"3"}]},{"labels":null},)"
                                R"({"id":"4","value":"x"}],"bookmark":null})",
                                {}, "labels")),
                   "id"),
            (Texts{"1", "2", "3", "4"}));
  EXPECT_THROW(list(R"({"items":[{"labels":{"id":"1"}}]})", {}, "labels"), UnreadableAnswer);
  EXPECT_THROW(list(R"({"items":[{"labels":[7]}]})", {}, "labels"), UnreadableAnswer);
}

TEST(ReadList, FillsColumnsOnlyWhereTheRowHasNothing) {
  const ListOptions options{.columns = {{"ad_account_id", "77"}, {"type", "A"}, {"date", "2026-01-02"}}};
  const auto all = records(list(R"({"type":"B","date":null,"size":5})", options, "audience_insights"));
  EXPECT_EQ(column(all, "ad_account_id"), Texts{"77"});
  EXPECT_EQ(column(all, "type"), Texts{"B"});
  EXPECT_EQ(column(all, "date"), Texts{"2026-01-02"});
}

TEST(ReadList, RanksRowsByTheirPlace) {
  const auto all = records(list(R"({"pins":[{"pin_id":"8"},{"pin_id":"7"}]})",
                                {.columns = {{"sort_by", "SAVE"}, {"window_end", "2026-01-01"}}},
                                "user_account_top_pins"));
  EXPECT_EQ(all.at(0).at("rank"), 1);
  EXPECT_EQ(all.at(1).at("rank"), 2);
}

TEST(ReadList, IgnoresABookmarkThatLeadsNowhere) {
  const char* const page = R"({"items":[{"id":"1"}],"bookmark":"more"})";
  EXPECT_EQ(list(page, {}, "catalogs_feed_processing_results").bookmark, "");
  EXPECT_EQ(list(page, {}, "catalogs").bookmark, "more");
}

TEST(ReadList, GivesTheIdsOfRowsWhoseKeyIsMore) {
  const ListRows rows =
      list(R"({"items":[{"id":"1"},{"id":"2"}]})", {.columns = {{"board_id", "9"}}}, "board_sections");
  EXPECT_EQ(rows.ids, (Texts{"1", "2"}));
  EXPECT_EQ(column(records(rows), "board_id"), (Texts{"9", "9"}));
}

TEST(ReadReport, TakesTheIdFromTheRowOrFromAroundIt) {
  const auto all = records(report_rows(
      R"({"1":[{"DATE":"2026-01-01","CAMPAIGN_ID":1,"SPEND_IN_DOLLAR":1.50},{"DATE":"2026-01-02"}],"2":[],"3":null,)"
      R"("4":[{"CAMPAIGN_ID":"4","DATE":"2026-01-01"}]})"));
  EXPECT_EQ(column(all, "CAMPAIGN_ID"), (Texts{"1", "1", "4"}));
  EXPECT_EQ(column(all, "DATE"), (Texts{"2026-01-01", "2026-01-02", "2026-01-01"}));
  EXPECT_EQ(column(all, "ad_account_id"), (Texts{"77", "77", "77"}));
  EXPECT_EQ(all.at(1).at("metrics").at("CAMPAIGN_ID"), "1");
}

TEST(ReadReport, ReadsRowsByDateToo) {
  const Texts ids = {"1", "2", "1"};
  const Texts dates = {"2026-01-01", "2026-01-01", "2026-01-02"};
  for (const char* body :
       {R"({"2026-01-01":{"1":[{}],"2":[{"CAMPAIGN_ID":2}]},"2026-01-02":{"1":[{"DATE":"2026-01-02"}]}})",
        R"({"2026-01-01":[{"CAMPAIGN_ID":1},{"CAMPAIGN_ID":2}],"2026-01-02":[{"CAMPAIGN_ID":1}]})"}) {
    const auto all = records(report_rows(body));
    EXPECT_EQ(column(all, "CAMPAIGN_ID"), ids) << body;
    EXPECT_EQ(column(all, "DATE"), dates) << body;
  }
}

TEST(ReadReport, OfKeywordsAndItemsHasTheIdAroundItsRows) {
  const auto keywords = records(
      report_rows(R"({"5":[{"DATE":"2026-01-01","AD_GROUP_ID":7},{"DATE":"2026-01-01","AD_GROUP_ID":"8"}]})",
                  "keyword_report"));
  EXPECT_EQ(column(keywords, "KEYWORD_ID"), (Texts{"5", "5"}));
  EXPECT_EQ(column(keywords, "AD_GROUP_ID"), (Texts{"7", "8"}));
  EXPECT_THROW(report_rows(R"({"5":[{"DATE":"2026-01-01"}]})", "keyword_report"), UnusableRow);
  const auto items = records(report_rows(
      R"({"0012":[{"DATE":"2026-01-01"}],"sku-7":[{"DATE":"2026-01-01"}]})", "product_item_report"));
  EXPECT_EQ(column(items, "PRODUCT_ITEM_ID"), (Texts{"0012", "sku-7"}));
}

TEST(ReadReport, CannotReadAnIdThatStandsThereTwice) {
  EXPECT_THROW(report_rows(R"({"1":[{"DATE":"2026-01-01"}],"1":[{"DATE":"2026-01-02"}]})"), UnreadableAnswer);
}

TEST(ReadReport, ReadsTargetingFromTheRow) {
  const auto all =
      records(report_rows(R"({"1":[{"DATE":"2026-01-01","TARGETING_TYPE":"LOCATION","TARGETING_VALUE":500},)"
                          R"({"DATE":"2026-01-01","TARGETING_TYPE":"GENDER","TARGETING_VALUE":"male"}]})",
                          "campaign_targeting_analytics"));
  EXPECT_EQ(column(all, "targeting_type"), (Texts{"LOCATION", "GENDER"}));
  EXPECT_EQ(column(all, "targeting_value"), (Texts{"500", "male"}));
  EXPECT_THROW(report_rows(R"({"1":[{"DATE":"2026-01-01"}]})", "campaign_targeting_analytics"), UnusableRow);
}

TEST(ReadReport, WithoutRowsIsEmpty) {
  for (const char* body : {"", "{}", R"({"1":[]})", R"({"2026-01-01":{}})"}) {
    EXPECT_EQ(report_rows(body).records, 0U) << body;
  }
}

TEST(ReadReport, RefusesWhatIsNoReport) {
  for (const char* body :
       {"[]", "3", "null", " \n", R"({"1":3})", R"({"1":[3]})", R"({"1":[null]})", R"({"1":[[]]})",
        R"({"1":{"2":{"3":[]}}})", R"({"1":[],"1":[]})", "{", R"({"1":[{}])"}) {
    EXPECT_THROW(report_rows(body), std::runtime_error) << body;
  }
}

TEST(ReadReport, RefusesRowsThatContradictTheirPlaceOrHaveNoKey) {
  for (const char* body : {R"({"1":[{"CAMPAIGN_ID":"2","DATE":"2026-01-01"}]})",
                           R"({"1":[{"SPEND_IN_DOLLAR":1}]})", R"({"2026-01-01":[{"SPEND_IN_DOLLAR":1}]})",
                           R"({"1":[{"DATE":"2026-01-01"},{"DATE":"2026-01-01","SPEND_IN_DOLLAR":1}]})"}) {
    EXPECT_THROW(report_rows(body), UnusableRow) << body;
  }
}

TEST(ReadReport, GivesALargeReportAwayPieceByPieceAndRepairsItOnTheWay) {
  config::Config config = test_config();
  config.analytics.columns = {"CAMPAIGN_NAME", "SPEND_IN_DOLLAR"};
  const Format format("campaign_analytics", config);
  std::string body = "{";
  constexpr int kIds = 30'000;
  for (int id = 1; id <= kIds; ++id) {
    body += fmt::format(
        R"({}"{}":[{{"DATE":"2026-01-01","CAMPAIGN_NAME":"\ud83d {} \ud83d\ude00 \\\\","SPEND_IN_DOLLAR":{}.50}}])",
        id == 1 ? "" : ",", id, id, id);
  }
  body += "}";
  const AnalyticsOptions options{.account = "77", .total_date = {}, .app_type = {}, .pin_id = {}};
  const auto read = [&](std::size_t most_in_memory, std::string& lines) {
    util::Spool spool("/tmp", most_in_memory);
    spool.append(body);
    std::size_t pieces = 0;
    std::size_t records = 0;
    Rows last = read_report(format.get(), spool, options, kNow, [&](const Rows& rows) {
      lines += rows.lines.text();
      records += rows.records;
      ++pieces;
      return true;
    });
    lines += last.lines.text();
    EXPECT_EQ(records + last.records, std::size_t{kIds});
    EXPECT_EQ(last.repaired, std::size_t{kIds});
    return pieces;
  };
  std::string in_memory;
  std::string in_pieces;
  EXPECT_EQ(read(body.size(), in_memory), 0U);
  EXPECT_GT(read(1000, in_pieces), 2U);
  EXPECT_TRUE(in_memory == in_pieces);
  util::Spool spool("/tmp", 1000);
  spool.append(body);
  EXPECT_THROW(read_report(format.get(), spool, options, kNow, [](const Rows&) { return false; }),
               Interrupted);
}

TEST(ReadTargetingAnalytics, WritesARowForEachValueWhateverTheOrderOfItsParts) {
  const Rows rows = targeting_rows(
      R"({"data":[{"targeting_type":"GENDER","targeting_value":"female",)"
      R"("metrics":{"CAMPAIGN_ID":1,"DATE":"2026-11-01","SPEND_IN_DOLLAR":1.50}},)"
      R"({"metrics":{"DATE":"2026-11-01","CAMPAIGN_ID":"1"},"targeting_value":500,"targeting_type":"LOCATION"}]})");
  const auto all = records(rows);
  EXPECT_EQ(column(all, "CAMPAIGN_ID"), (Texts{"1", "1"}));
  EXPECT_EQ(column(all, "DATE"), (Texts{"2026-11-01", "2026-11-01"}));
  EXPECT_EQ(column(all, "ad_account_id"), (Texts{"77", "77"}));
  EXPECT_EQ(column(all, "targeting_type"), (Texts{"GENDER", "LOCATION"}));
  EXPECT_EQ(column(all, "targeting_value"), (Texts{"female", "500"}));
  EXPECT_NE(rows.lines.text().find(R"("SPEND_IN_DOLLAR":1.50)"), std::string::npos);
  EXPECT_EQ(rows.unknown_fields, Texts{});
}

TEST(ReadTargetingAnalytics, GivesTheAccountsOwnRowsOneColumnForItsId) {
  const auto all = records(targeting_rows(
      R"({"data":[{"targeting_type":"GENDER","targeting_value":"male","metrics":{"AD_ACCOUNT_ID":"77","DATE":"2026-11-01"}}]})",
      "ad_account_targeting_analytics"));
  EXPECT_EQ(column(all, "AD_ACCOUNT_ID"), Texts{"77"});
  EXPECT_FALSE(all.at(0).contains("ad_account_id"));
}

TEST(ReadTargetingAnalytics, PassesOverWhatElseIsThereAndTakesNoRowsForNone) {
  EXPECT_EQ(targeting_rows(R"({"data":[],"x":[{"metrics":1}],"y":2})").records, 0U);
  EXPECT_EQ(
      targeting_rows(R"({"data":[{"targeting_type":"GENDER","targeting_value":"male","more":{"metrics":1},)"
                     R"("metrics":{"CAMPAIGN_ID":"1","DATE":"2026-11-01"}}]})")
          .records,
      1U);
}

TEST(ReadTargetingAnalytics, RefusesAnswersOfAnotherShape) {
  for (const char* body :
       {"[]", "{}", "3", R"({"data":null})", R"({"data":{}})", R"({"data":[1]})", R"({"data":[[]]})",
        R"({"data":[{"targeting_type":"GENDER","targeting_value":"male"}]})",
        R"({"data":[{"targeting_type":"GENDER","targeting_value":"male","metrics":[]}]})",
        R"({"data":[{"targeting_type":"GENDER","targeting_value":"male","metrics":null}]})",
        R"({"data":[{"metrics":{},"metrics":{}}]})", R"({"data":[],"data":[]})"}) {
    EXPECT_THROW(targeting_rows(body), std::runtime_error) << body;
  }
}

TEST(ReadTargetingAnalytics, WritesNoRowWhoseKeyIsNotWhole) {
  for (
      const char* item :
      {R"({"targeting_value":"male","metrics":{"CAMPAIGN_ID":"1","DATE":"2026-11-01"}})",
       R"({"targeting_type":"GENDER","targeting_value":null,"metrics":{"CAMPAIGN_ID":"1","DATE":"2026-11-01"}})",
       R"({"targeting_type":"GENDER","targeting_value":"male","metrics":{"DATE":"2026-11-01"}})",
       R"({"targeting_type":"GENDER","targeting_value":"male","metrics":{"CAMPAIGN_ID":"1"}})"}) {
    EXPECT_THROW(targeting_rows(std::string(R"({"data":[)") + item + "]}"), UnusableRow) << item;
  }
}

TEST(ReadTargetingAnalytics, RefusesTwoRowsOfOneKeyThatDiffer) {
  const std::string row =
      R"({"targeting_type":"GENDER","targeting_value":"male","metrics":{"CAMPAIGN_ID":"1","DATE":"2026-11-01"}})";
  const std::string other =
      R"({"targeting_type":"GENDER","targeting_value":"male","metrics":{"CAMPAIGN_ID":"1","DATE":"2026-11-01","SPEND_IN_DOLLAR":1}})";
  EXPECT_EQ(targeting_rows(R"({"data":[)" + row + "," + row + "]}").records, 1U);
  EXPECT_THROW(targeting_rows(R"({"data":[)" + row + "," + other + "]}"), UnusableRow);
}

TEST(ReadList, WritesEachItemAndTellsTheNextPage) {
  const ListRows page = list(R"({"items":[{"id":"1","name":"a"},{"id":2,"name":"b"}],"bookmark":"next"})");
  EXPECT_EQ(page.bookmark, "next");
  EXPECT_EQ(page.items, 2U);
  EXPECT_EQ(page.ids, (Texts{"1", "2"}));
  EXPECT_EQ(column(records(page), "id"), (Texts{"1", "2"}));
}

TEST(ReadList, EndsAtAMissingNullOrEmptyBookmark) {
  for (const char* body :
       {R"({"items":[]})", R"({"items":[],"bookmark":null})", R"({"bookmark":"","items":[]})"}) {
    EXPECT_EQ(list(body).bookmark, "") << body;
  }
}

TEST(ReadList, DoesNotTakeAnOddBookmarkForTheEnd) {
  EXPECT_EQ(list(R"({"items":[],"bookmark":17})").bookmark, "17");
  EXPECT_THROW(list(R"({"items":[],"bookmark":{"next":"x"}})"), UnreadableAnswer);
}

TEST(ReadList, GoesOnAfterAnEmptyPageWithABookmark) {
  const ListRows page = list(R"({"items":[],"bookmark":"more"})");
  EXPECT_EQ(page.bookmark, "more");
  EXPECT_EQ(page.items, 0U);
}

TEST(ReadList, PassesOverWhatElseStandsOnThePage) {
  const ListRows page =
      list(R"({"x":{"items":[{"id":"9"}]},"y":[[1]],"z":1,"items":[{"id":"1"}],"bookmark":null})");
  EXPECT_EQ(page.ids, Texts{"1"});
  EXPECT_EQ(page.unknown_fields, Texts{});
}

TEST(ReadList, WritesOnlyWhatIsAtOrAfterTheBookmarkOrHasNoTime) {
  // 100 is older, 200 ties, 300 is newer, 0 is none.
  const ListRows page = list(
      R"({"items":[{"id":"1","updated_time":100},{"id":"2","updated_time":200},{"id":"3","updated_time":300},)"
      R"({"id":"4","updated_time":0},{"id":"5"}]})",
      {.since = 200'000'000});
  EXPECT_EQ(column(records(page), "id"), (Texts{"2", "3", "4", "5"}));
  EXPECT_EQ(page.ids, (Texts{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(page.newest, 300'000'000);
}

TEST(ReadList, TellsTheNewestTimeOfItemsThatAreNotWritten) {
  const ListRows page = list(R"({"items":[{"id":"1","updated_time":100}]})", {.since = 200'000'000});
  EXPECT_EQ(page.newest, 100'000'000);
  EXPECT_EQ(page.records, 0U);
}

TEST(ReadList, GivesIdsAloneOfAStreamThatIsNotSelected) {
  const ListRows page = list(R"({"items":[{"id":"1"}]})", {.write = false});
  EXPECT_TRUE(page.lines.empty());
  EXPECT_EQ(page.ids, Texts{"1"});
}

TEST(ReadList, TakesOnlyTheListedIds) {
  const ListRows page = list(R"({"items":[{"id":"1"},{"id":"2"}]})",
                             {.only = [](std::string_view id) { return id == "2"; }}, "ad_accounts");
  EXPECT_EQ(page.ids, Texts{"2"});
  EXPECT_EQ(column(records(page), "id"), Texts{"2"});
  EXPECT_EQ(page.items, 2U);
}

TEST(ReadList, WritesTheLastOfARepeatedEntity) {
  const ListRows page = list(
      R"({"items":[{"id":"1","name":"old"},{"id":"2","name":"b"},{"id":"1","name":"mid"},{"id":"1","name":"new"}]})");
  const auto rows = records(page);
  EXPECT_EQ(column(rows, "id"), (Texts{"2", "1"}));
  EXPECT_EQ(column(rows, "name"), (Texts{"b", "new"}));
}

TEST(ReadList, WritesUnixSecondsAsDateTimes) {
  const auto rows = records(list(R"({"items":[{"id":"1","updated_time":1795514400,"start_time":0}]})"));
  EXPECT_EQ(rows.at(0).at("updated_time"), "2026-11-24T10:00:00Z");
  EXPECT_TRUE(rows.at(0).at("start_time").is_null());
}

TEST(ReadList, MakesAMisfitNullAndNamesItsFieldAndFirstKey) {
  const ListRows page =
      list(R"({"items":[{"id":"1","daily_spend_cap":"a lot"},{"id":"2","daily_spend_cap":[]}]})");
  EXPECT_TRUE(records(page).at(0).at("daily_spend_cap").is_null());
  ASSERT_EQ(page.misfits.size(), 1U);
  EXPECT_EQ(page.misfits[0].field, "daily_spend_cap");
  EXPECT_EQ(page.misfits[0].key, "1");
}

TEST(ReadList, HasNothingToSayAboutAMisfitThatIsNotWritten) {
  const ListRows page =
      list(R"({"items":[{"id":"1","updated_time":100,"daily_spend_cap":"a lot"}]})", {.since = 200'000'000});
  EXPECT_TRUE(page.misfits.empty());
}

TEST(ReadList, NamesUnknownFieldsOnce) {
  const ListRows page = list(R"({"items":[{"id":"1","brand_new":1},{"id":"2","brand_new":2}]})");
  EXPECT_EQ(page.unknown_fields, Texts{"brand_new"});
}

TEST(ReadList, RepairsLoneSurrogates) {
  const ListRows page = list(R"({"items":[{"id":"1","name":"a\ud83db"}]})");
  EXPECT_EQ(page.repaired, 1U);
  EXPECT_EQ(records(page).at(0).at("name"), "a\uFFFDb");
  EXPECT_EQ(page.ids, Texts{"1"});
}

TEST(ReadList, RefusesAnItemWithoutAUsableId) {
  for (const char* body :
       {R"({"items":[{"name":"a"}]})", R"({"items":[{"id":null}]})", R"({"items":[{"id":{}}]})"}) {
    EXPECT_THROW(list(body), UnusableRow) << body;
  }
}

struct OddValue {
  std::string name;
  // In a campaign or a row of analytics, after its key.
  std::string sent;
  // What must be in the line; without it the answer is refused.
  std::optional<std::string> written;
  std::size_t misfits = 0;
};

const auto kDigits = std::string("123456789012345678901234567890");
const auto kDeepList = [](int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
};

// Right, or refused as a whole: never something else in its place.
TEST(ReadList, GivesOddValuesRightOrNotAtAll) {
  const std::vector<OddValue> rows = {
      {"a zero byte", R"("name":"a\u0000b")", R"("name":"a\u0000b")"},
      {"four bytes of UTF-8", "\"name\":\"\xF0\x9F\x8D\xB0\"", "\"name\":\"\xF0\x9F\x8D\xB0\""},
      {"a pair of surrogates", R"("name":"\ud83c\udf70")", "\"name\":\"\xF0\x9F\x8D\xB0\""},
      {"half a pair", R"("name":"\ud83c!")", "\"name\":\"\xEF\xBF\xBD!\""},
      {"half a pair in a key", R"("\ud83c":1,"name":"x")", R"("name":"x")"},
      {"no UTF-8", "\"name\":\"\xFF\"", {}},
      {"a surrogate in UTF-8", "\"name\":\"\xED\xA0\xBC\"", {}},
      {"a raw line break", "\"name\":\"a\nb\"", {}},
      {"a key with a zero byte", R"("name\u0000":"y","name":"x")", R"("name":"x")"},
      {"30 digits, more than its schema allows", R"("daily_spend_cap":)" + kDigits,
       R"("daily_spend_cap":null)", 1},
      {"30 digits in text", R"("daily_spend_cap":")" + kDigits + '"', R"("daily_spend_cap":null)", 1},
      {"30 digits as a name", R"("name":)" + kDigits, R"("name":")" + kDigits + '"'},
      {"30 digits as a time", R"("updated_time":)" + kDigits, R"("updated_time":null)", 1},
      {"a negative zero", R"("daily_spend_cap":-0)", R"("daily_spend_cap":0)"},
      {"a negative zero with a fraction", R"("daily_spend_cap":-0.0)", R"("daily_spend_cap":0)"},
      {"more than a double holds", R"("daily_spend_cap":1e400)", R"("daily_spend_cap":null)", 1},
      {"more than a double holds, unknown", R"("brand_new":1e400,"name":"x")", R"("name":"x")"},
      {"more than a double holds, as a name", R"("name":-1e400)", R"("name":"-1e400")"},
      {"more than a double holds, in text", R"("daily_spend_cap":"1e400")", R"("daily_spend_cap":null)", 1},
      {"less than a double holds", R"("daily_spend_cap":1e-400)", R"("daily_spend_cap":null)", 1},
      {"a repeated key", R"("name":"a","name":"b")", R"("name":"b")"},
      {"a repeated key that ends in null", R"("name":"a","name":null)", R"("name":null)"},
      {"a repeated key of another kind", R"("name":"a","name":[])", R"("name":null)", 1},
      {"a repeated object", R"("tracking_urls":{"click":["u"]},"tracking_urls":{})",
       R"("click":null,"engagement":null,"impression":null})"},
      {"a repeated list", R"("tracking_urls":{"click":["u"],"click":["v"]})", R"("click":["v"])"},
      {"an id twice", R"("id":"6")", R"("id":"6")"},
      {"deep where it is unknown", R"("brand_new":)" + kDeepList(97), R"("name":null)"},
      {"deep where it does not fit", R"("name":)" + kDeepList(97), R"("name":null)", 1},
      {"too deep", R"("brand_new":)" + kDeepList(98), {}},
  };
  for (const OddValue& row : rows) {
    const std::string body = R"({"items":[{"id":"5",)" + row.sent + "}]}";
    if (!row.written) {
      EXPECT_THROW(list(body), UnreadableAnswer) << row.name;
      continue;
    }
    const ListRows page = list(body);
    EXPECT_EQ(records(page).size(), 1U) << row.name;
    EXPECT_NE(page.lines.text().find(*row.written), std::string::npos)
        << row.name << ": " << page.lines.text();
    EXPECT_EQ(page.misfits.size(), row.misfits) << row.name;
  }
}

TEST(ReadAdsAnalytics, GivesOddValuesRightOrNotAtAll) {
  const std::vector<OddValue> rows = {
      {"30 digits", R"("SPEND_IN_DOLLAR":)" + kDigits, R"("SPEND_IN_DOLLAR":)" + kDigits},
      {"30 digits and a fraction", R"("SPEND_IN_DOLLAR":)" + kDigits + ".10", kDigits + ".10"},
      {"a negative zero", R"("SPEND_IN_DOLLAR":-0.0)", R"("SPEND_IN_DOLLAR":-0.0)"},
      {"less than a double holds", R"("SPEND_IN_DOLLAR":1e-400)", R"("SPEND_IN_DOLLAR":1e-400)"},
      {"more than a double holds", R"("SPEND_IN_DOLLAR":1e400)", R"("SPEND_IN_DOLLAR":null)", 1},
      {"a metric twice", R"("SPEND_IN_DOLLAR":1,"SPEND_IN_DOLLAR":2)", R"("SPEND_IN_DOLLAR":2)"},
      {"a metric twice, then no number", R"("SPEND_IN_DOLLAR":1,"SPEND_IN_DOLLAR":"?")",
       R"("SPEND_IN_DOLLAR":null)", 1},
      {"a date twice", R"("DATE":"2026-11-21")", R"("DATE":"2026-11-21","ad_account_id":"77")"},
      {"an id twice", R"("CAMPAIGN_ID":6)", R"("CAMPAIGN_ID":"6")"},
      {"a name of the tap's own", R"("metrics":{"SPEND_IN_DOLLAR":9},"ad_account_id":"1")",
       R"("ad_account_id":"77")"},
  };
  for (const OddValue& row : rows) {
    const std::string body = R"([{"CAMPAIGN_ID":"5","DATE":"2026-11-20",)" + row.sent + "}]";
    const Rows found = campaign_rows(body);
    EXPECT_EQ(records(found).size(), 1U) << row.name;
    EXPECT_NE(found.lines.text().find(*row.written), std::string::npos)
        << row.name << ": " << found.lines.text();
    EXPECT_EQ(found.misfits.size(), row.misfits) << row.name;
  }
}

TEST(ReadList, CannotReadWhatIsNoPage) {
  for (const char* body :
       {"", "<html></html>", "null", "[]", "7", R"([{"id":"1"}])", R"({"code":1,"message":"x"})",
        R"({"items":null})", R"({"items":{}})", R"({"items":[1]})", R"({"items":[[]]})",
        R"({"items":[{"id":"1"}])", R"({"items":[{"id":"1","name":"x)",
        "{\"items\":[{\"id\":\"1\",\"name\":\"\xff\"}]}"}) {
    EXPECT_THROW(list(body), UnreadableAnswer) << body;
  }
}

// Of two that differ, which is right? The wrong one would lose entities without a word.
TEST(ReadList, CannotReadAPageThatSaysItsItemsOrItsBookmarkTwice) {
  for (const char* body : {R"({"items":[{"id":"1"}],"items":[{"id":"2"}]})", R"({"items":[],"items":[]})",
                           R"({"items":[{"id":"1"}],"items":null})", R"({"items":null,"items":[]})",
                           R"({"items":[{"id":"1"}],"bookmark":"next","bookmark":null})",
                           R"({"bookmark":"","bookmark":"","items":[]})"}) {
    EXPECT_THROW(list(body), UnreadableAnswer) << body;
  }
}

TEST(ReadAdsAnalytics, PutsTheRowIntoMetricsAndItsKeyOnTop) {
  const Rows rows = campaign_rows(R"([{"SPEND_IN_DOLLAR":1.10,"CAMPAIGN_ID":5,"DATE":"2026-11-20"}])");
  const auto found = records(rows);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("CAMPAIGN_ID"), "5");
  EXPECT_EQ(found[0].at("DATE"), "2026-11-20");
  EXPECT_EQ(found[0].at("ad_account_id"), "77");
  EXPECT_EQ(found[0].at("metrics").at("CAMPAIGN_ID"), "5");
  EXPECT_NE(rows.lines.text().find(R"("SPEND_IN_DOLLAR":1.10)"), std::string::npos) << "the API's digits";
  EXPECT_TRUE(rows.unknown_fields.empty());
}

TEST(ReadAdsAnalytics, WritesNullForAColumnThatIsLeftOut) {
  const auto found = records(campaign_rows(R"([{"CAMPAIGN_ID":"5","DATE":"2026-11-20"}])"));
  EXPECT_TRUE(found.at(0).at("metrics").at("SPEND_IN_DOLLAR").is_null());
}

TEST(ReadAdsAnalytics, ReadsNoRowsAsNone) { EXPECT_EQ(campaign_rows("[]").records, 0U); }

TEST(ReadAdsAnalytics, WritesIdenticalRowsOnce) {
  const Rows rows = campaign_rows(R"([{"CAMPAIGN_ID":"5","DATE":"2026-11-20","SPEND_IN_DOLLAR":1},)"
                                  R"({"DATE":"2026-11-20","CAMPAIGN_ID":5,"SPEND_IN_DOLLAR":1},)"
                                  R"({"CAMPAIGN_ID":"5","DATE":"2026-11-21","SPEND_IN_DOLLAR":1}])");
  EXPECT_EQ(column(records(rows), "DATE"), (Texts{"2026-11-20", "2026-11-21"}));
}

TEST(ReadAdsAnalytics, RefusesRowsOfOneKeyThatDiffer) {
  EXPECT_THROW(campaign_rows(R"([{"CAMPAIGN_ID":"5","DATE":"2026-11-20","SPEND_IN_DOLLAR":1},)"
                             R"({"CAMPAIGN_ID":"5","DATE":"2026-11-20","SPEND_IN_DOLLAR":2}])"),
               UnusableRow);
}

TEST(ReadAdsAnalytics, RefusesARowWithoutAUsableKey) {
  for (const char* body :
       {R"([{"DATE":"2026-11-20"}])", R"([{"CAMPAIGN_ID":"5"}])", R"([{"CAMPAIGN_ID":"5","DATE":null}])",
        R"([{"CAMPAIGN_ID":"5","DATE":"2026-02-30"}])", R"([{"CAMPAIGN_ID":"5","DATE":20261120}])",
        R"([{"CAMPAIGN_ID":"5","DATE":"2026-11-20","DATE":{}}])",
        R"([{"CAMPAIGN_ID":"5","DATE":"2026-11-20","CAMPAIGN_ID":[]}])",
        R"([{"CAMPAIGN_ID":{},"DATE":"2026-11-20"}])", R"([{"CAMPAIGN_ID":"007","DATE":"2026-11-20"}])"}) {
    EXPECT_THROW(campaign_rows(body), UnusableRow) << body;
  }
}

TEST(ReadAdsAnalytics, TakesThePeriodsDateFromTheRow) {
  for (const auto granularity : {config::Granularity::week, config::Granularity::month}) {
    const auto found = records(campaign_rows(R"([{"CAMPAIGN_ID":"5","DATE":"2026-11-01"}])", granularity));
    EXPECT_EQ(found.at(0).at("DATE"), "2026-11-01");
  }
}

TEST(ReadAdsAnalytics, TakesTheDayOfADateTimeUnlessHoursAreWanted) {
  const char* body = R"([{"CAMPAIGN_ID":"5","DATE":"2026-11-20T07:00:00"}])";
  EXPECT_EQ(records(campaign_rows(body)).at(0).at("DATE"), "2026-11-20");
  EXPECT_EQ(records(campaign_rows(body, config::Granularity::hour)).at(0).at("DATE"), "2026-11-20T07:00:00Z");
}

std::string hour_row(const std::string& date) { return R"([{"CAMPAIGN_ID":"5","DATE":)" + date + "}]"; }

TEST(ReadAdsAnalytics, ReadsAnHourInEveryPlausibleForm) {
  for (const std::string date : {R"("2026-11-20T05:00:00")", R"("2026-11-20T05:00")", R"("2026-11-20T05")",
                                 R"("2026-11-20 05:00")", R"("2026-11-20T07:00+02:00")", "1795150800",
                                 R"("1795150800")", "1795150800.0", "1795150800000", R"("1795150800000")"}) {
    const auto found = records(campaign_rows(hour_row(date), config::Granularity::hour));
    EXPECT_EQ(found.at(0).at("DATE"), "2026-11-20T05:00:00Z") << date;
  }
}

TEST(ReadAdsAnalytics, RefusesAnHourWithoutItsTime) {
  for (const std::string date : {R"("2026-11-20")", "20261120", R"("20261120")", "2026112005", "0", "null",
                                 "1e999", "202611200500", "20261120050000"}) {
    EXPECT_THROW(campaign_rows(hour_row(date), config::Granularity::hour), UnusableRow) << date;
  }
}

TEST(ReadAdsAnalytics, DatesATotalByTheFirstDay) {
  const auto found = records(campaign_rows(R"([{"CAMPAIGN_ID":"5"}])", config::Granularity::total));
  EXPECT_EQ(found.at(0).at("DATE"), "2026-11-01");
}

TEST(ReadAdsAnalytics, CannotReadWhatIsNoArrayOfRows) {
  for (const char* body : {"", "{}", "null", "[1]", "[[]]", "[null]", R"({"code":1,"message":"x"})",
                           R"([{"CAMPAIGN_ID":"5","DATE":"2026-11-20"})", "<html>"}) {
    EXPECT_THROW(campaign_rows(body), UnreadableAnswer) << body;
  }
}

TEST(ReadPinAnalytics, ReadsManyPinsOfOneAppType) {
  const auto found = records(pin_rows(
      R"({"11":{"MOBILE":{"lifetime_metrics":{"x":[1]},"daily_metrics":[)"
      R"({"date":"2026-11-20","data_status":"READY","metrics":{"IMPRESSION":3,"SAVE":1.0}}],"summary_metrics":{}}},)"
      R"("12":{"MOBILE":{"daily_metrics":[{"date":"2026-11-20","metrics":{}}]}}})",
      "MOBILE", ""));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(column(found, "pin_id"), (Texts{"11", "12"}));
  EXPECT_EQ(column(found, "app_type"), (Texts{"MOBILE", "MOBILE"}));
  EXPECT_EQ(found[0].at("data_status"), "READY");
  EXPECT_EQ(found[0].at("metrics").at("IMPRESSION"), 3);
  EXPECT_TRUE(found[1].at("data_status").is_null());
}

TEST(ReadPinAnalytics, NamesTheAskedAppTypeWhereTheAnswerSaysAll) {
  const char* body = R"({"11":{"all":{"daily_metrics":[{"date":"2026-11-20","metrics":{}}]}}})";
  EXPECT_EQ(column(records(pin_rows(body, "WEB", "")), "app_type"), Texts{"WEB"});
  EXPECT_EQ(column(records(pin_rows(body, "ALL", "")), "app_type"), Texts{"ALL"});
}

TEST(ReadPinAnalytics, ReadsOnePinOfAllAppTypesInUpperCase) {
  const auto found = records(pin_rows(
      R"({"all":{"daily_metrics":[{"date":"2026-11-20","metrics":{}}]},)"
      R"("mobile":{"daily_metrics":[{"date":"2026-11-20","metrics":{}}]},"Web":{"daily_metrics":[]}})",
      "", "11"));
  EXPECT_EQ(column(found, "pin_id"), (Texts{"11", "11"}));
  EXPECT_EQ(column(found, "app_type"), (Texts{"ALL", "MOBILE"}));
}

TEST(ReadPinAnalytics, ReadsNothingWhereNothingIs) {
  EXPECT_EQ(pin_rows("{}", "ALL", "").records, 0U);
  EXPECT_EQ(
      pin_rows(R"({"11":null,"12":{"ALL":null},"13":{"ALL":{"daily_metrics":null}}})", "ALL", "").records,
      0U);
  EXPECT_EQ(pin_rows("{}", "", "11").records, 0U);
}

TEST(ReadPinAnalytics, RefusesRowsOfOneKeyThatDiffer) {
  EXPECT_THROW(pin_rows(R"({"11":{"ALL":{"daily_metrics":[{"date":"2026-11-20","metrics":{"SAVE":1}},)"
                        R"({"date":"2026-11-20","metrics":{"SAVE":2}}]}}})",
                        "ALL", ""),
               UnusableRow);
}

TEST(ReadPinAnalytics, RefusesARowWithoutItsDay) {
  EXPECT_THROW(pin_rows(R"({"11":{"ALL":{"daily_metrics":[{"metrics":{}}]}}})", "ALL", ""), UnusableRow);
}

TEST(ReadPinAnalytics, DoesNotTakeNullForAPinWithoutAnalytics) {
  EXPECT_THROW(pin_rows("null", "ALL", ""), UnreadableAnswer);
  EXPECT_THROW(pin_rows("null", "", "11"), UnreadableAnswer);
}

TEST(ReadPinAnalytics, CannotReadAnotherShape) {
  for (const char* body :
       {"", "[]", "7", R"({"code":1,"message":"x"})", R"({"11":[]})", R"({"11":{"ALL":[]}})",
        R"({"11":{"ALL":{"daily_metrics":{}}}})", R"({"11":{"ALL":{"daily_metrics":[1]}}})",
        R"({"11":{"ALL":{)", R"({"items":null})", R"({"items":{}})", R"({"":{}})"}) {
    EXPECT_THROW(pin_rows(body, "ALL", ""), UnreadableAnswer) << body;
  }
}

}  // namespace
}  // namespace tap_pinterest::pinterest
