#include "tap_pinterest/pinterest/data_quality.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "fakes/test_config.hpp"

namespace tap_pinterest::pinterest {
namespace {

constexpr const char* kReadAt = "2026-03-10T12:00:00Z";

util::Day date(const char* text) { return util::parse_day(text).value(); }

config::Config summing_config() {
  config::Config config = fakes::test_config();
  config.analytics.columns = {"SPEND_IN_DOLLAR", "IMPRESSION_1", "IMPRESSION_2", "TOTAL_IMPRESSION", "CTR"};
  return config;
}

// A stream whose rows are summed.
class Summed {
 public:
  explicit Summed(std::string_view stream)
      : schema_(describe(*find_stream(stream), summing_config()).schema),
        projection_(schema_, schema_),
        format_(*find_stream(stream), projection_, std::string(stream)) {
    format_.addends.emplace(summing_config().analytics.columns, projection_);
  }

  const Addends& addends() const { return *format_.addends; }
  SumsByDate read(const std::string& body) const {
    const AnalyticsOptions options{.account = "7", .total_date = {}, .app_type = {}, .pin_id = {}};
    AnswerReader reader(AnswerKind::ads_analytics, format_, options, kReadAt);
    reader.read(body);
    return reader.finish().sums;
  }

 private:
  singer::Json schema_;
  singer::Projection projection_;
  RecordFormat format_;
};

class DataQuality : public testing::Test {
 protected:
  std::vector<std::string> compared() {
    const Comparison comparison{.account = "7",
                                .range = {date("2026-03-01"), date("2026-03-10")},
                                .granularity = granularity,
                                .levels = {{"ad_analytics", ads.addends(), sums, read, complete}},
                                .addends = account.addends(),
                                .ready = ready,
                                .today = date("2026-03-10"),
                                .max_difference_percent = most};
    const singer::Json schema = describe(*find_stream("data_quality"), summing_config()).schema;
    const singer::Projection projection(schema, schema);
    const RecordFormat format(*find_stream("data_quality"), projection, "data_quality");
    Rows rows = compare(format, totals, comparison, kReadAt);
    std::vector<std::string> texts;
    std::istringstream lines(rows.lines.text());
    for (std::string line; std::getline(lines, line);) {
      const singer::Json row = singer::Json::parse(line).at("record");
      EXPECT_EQ(row.at("ad_account_id"), "7");
      EXPECT_EQ(row.at("stream"), "ad_analytics");
      EXPECT_EQ(row.at("read_at"), kReadAt);
      std::string text;
      for (const char* const name :
           {"DATE", "metric", "account_value", "stream_value", "difference", "rows", "rows_that_differ",
            "is_complete", "conversion_metrics_ready", "non_conversion_metrics_ready"}) {
        text += (text.empty() ? "" : "|") +
                (row.at(name).is_string() ? row.at(name).get<std::string>() : row.at(name).dump());
      }
      texts.push_back(text);
    }
    EXPECT_EQ(rows.records, texts.size());
    agreement = rows.agreements["ad_analytics"];
    return texts;
  }

  Summed ads{"ad_analytics"};
  Summed account{"ad_account_analytics"};
  SumsByDate sums;
  SumsByDate totals;
  util::DaySet read{{date("2026-03-01"), date("2026-03-10")}};
  util::DaySet complete{{date("2026-03-01"), date("2026-03-09")}};
  ReadyStates ready;
  config::Granularity granularity = config::Granularity::day;
  std::optional<double> most;
  Agreement agreement;
};

TEST_F(DataQuality, PutsTheTotalBesideTheSumToTheLastDigit) {
  sums = ads.read(R"([{"AD_ID":"1","DATE":"2026-03-01","SPEND_IN_DOLLAR":0.1,"CTR":0.5},
                      {"AD_ID":"2","DATE":"2026-03-01","SPEND_IN_DOLLAR":"0.20"},
                      {"AD_ID":"3","DATE":"2026-03-01","SPEND_IN_DOLLAR":null},
                      {"AD_ID":"1","DATE":"2026-03-01","SPEND_IN_DOLLAR":0.1,"CTR":0.5}])");
  totals =
      account.read(R"([{"AD_ACCOUNT_ID":"7","DATE":"2026-03-01","SPEND_IN_DOLLAR":0.3000000000000000001}])");
  EXPECT_EQ(compared(),
            std::vector<std::string>({"2026-03-01|SPEND_IN_DOLLAR|0.3|0.3|1e-19|2|null|true|true|true"}));
  EXPECT_EQ(agreement.days, 1U);
  EXPECT_EQ(agreement.differing, 1U);
}

TEST_F(DataQuality, HasNoRowWhereNeitherSideHasAValueAndZeroWhereOneHasNone) {
  sums = ads.read(R"([{"AD_ID":"1","DATE":"2026-03-02","IMPRESSION_1":5}])");
  totals =
      account.read(R"([{"AD_ACCOUNT_ID":"7","DATE":"2026-03-01","IMPRESSION_1":7,"SPEND_IN_DOLLAR":null}])");
  EXPECT_EQ(compared(), std::vector<std::string>({"2026-03-01|IMPRESSION_1|7|0|7|0|null|true|true|true",
                                                  "2026-03-02|IMPRESSION_1|0|5|-5|1|null|true|true|true"}));
  EXPECT_EQ(agreement.worst_percent, 100);
}

TEST_F(DataQuality, CountsTheRowsInWhichAnIdentityDoesNotHold) {
  sums =
      ads.read(R"([{"AD_ID":"1","DATE":"2026-03-01","TOTAL_IMPRESSION":5,"IMPRESSION_1":3,"IMPRESSION_2":2},
                      {"AD_ID":"2","DATE":"2026-03-01","TOTAL_IMPRESSION":5,"IMPRESSION_1":5},
                      {"AD_ID":"3","DATE":"2026-03-01","TOTAL_IMPRESSION":9},
                      {"AD_ID":"4","DATE":"2026-03-01","TOTAL_IMPRESSION":5,"IMPRESSION_1":4,"IMPRESSION_2":2}])");
  const std::vector<std::string> rows = compared();
  EXPECT_EQ(rows.back(),
            "2026-03-01|TOTAL_IMPRESSION = IMPRESSION_1 + IMPRESSION_2|null|15|-1|3|1|true|true|true");
  EXPECT_EQ(agreement.broken_identities.at("TOTAL_IMPRESSION = IMPRESSION_1 + IMPRESSION_2"), 1U);
}

TEST_F(DataQuality, SaysWhatIsReadyOfADay) {
  ready = {{date("2026-03-08"), {true, true}}, {date("2026-03-09"), {false, true}}};
  for (const char* const day : {"2026-03-02", "2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"}) {
    add(totals, account.read(fmt::format(R"([{{"AD_ACCOUNT_ID":"7","DATE":"{}","IMPRESSION_1":7}}])", day)));
  }
  EXPECT_EQ(compared(), std::vector<std::string>({"2026-03-02|IMPRESSION_1|7|0|7|0|null|true|true|true",
                                                  "2026-03-07|IMPRESSION_1|7|0|7|0|null|true|null|null",
                                                  "2026-03-08|IMPRESSION_1|7|0|7|0|null|true|true|true",
                                                  "2026-03-09|IMPRESSION_1|7|0|7|0|null|true|false|true",
                                                  "2026-03-10|IMPRESSION_1|7|0|7|0|null|false|false|false"}));
  EXPECT_EQ(agreement.days, 4U);
  EXPECT_EQ(agreement.not_ready, 2U);
}

TEST_F(DataQuality, FindsDifferencesThatAreTooLargeOnlyOnReadyAndCompleteDays) {
  most = 1;
  ready = {{date("2026-03-03"), {true, true}}};
  totals = account.read(R"([{"AD_ACCOUNT_ID":"7","DATE":"2026-03-01","IMPRESSION_1":100},
                            {"AD_ACCOUNT_ID":"7","DATE":"2026-03-02","IMPRESSION_1":1000},
                            {"AD_ACCOUNT_ID":"7","DATE":"2026-03-07","IMPRESSION_1":100},
                            {"AD_ACCOUNT_ID":"7","DATE":"2026-03-10","IMPRESSION_1":100}])");
  sums = ads.read(R"([{"AD_ID":"1","DATE":"2026-03-01","IMPRESSION_1":99},
                      {"AD_ID":"1","DATE":"2026-03-02","IMPRESSION_1":989},
                      {"AD_ID":"1","DATE":"2026-03-03","IMPRESSION_1":1}])");
  compared();
  EXPECT_EQ(agreement.too_large, 2U);
  EXPECT_EQ(agreement.first_too_large,
            "ad_analytics of account 7 on 2026-03-02: IMPRESSION_1 adds up to 989, but the account has 1000");
  most = 2;
  compared();
  EXPECT_EQ(agreement.too_large, 1U) << "a difference from nothing is always too large";
  complete = {};
  compared();
  EXPECT_EQ(agreement.too_large, 0U);
  EXPECT_EQ(agreement.days, 0U);
}

TEST_F(DataQuality, AWeekIsCompleteAndReadyWithAllItsDays) {
  granularity = config::Granularity::week;
  complete = {{date("2026-03-02"), date("2026-03-08")}};
  ready = {{date("2026-03-07"), {true, true}}, {date("2026-03-08"), {true, false}}};
  for (util::Day day = date("2026-03-03"); day < date("2026-03-07"); day += std::chrono::days(1)) {
    ready[day] = {true, true};
  }
  totals = account.read(R"([{"AD_ACCOUNT_ID":"7","DATE":"2026-03-02","IMPRESSION_1":7},
                            {"AD_ACCOUNT_ID":"7","DATE":"2026-03-09","IMPRESSION_1":7}])");
  EXPECT_EQ(compared(), std::vector<std::string>({"2026-03-02|IMPRESSION_1|7|0|7|0|null|true|true|false",
                                                  "2026-03-09|IMPRESSION_1|7|0|7|0|null|false|false|false"}));
}

TEST_F(DataQuality, HasNoDayThatTheLevelHasNotRead) {
  read = {{date("2026-03-02"), date("2026-03-02")}};
  totals = account.read(R"([{"AD_ACCOUNT_ID":"7","DATE":"2026-03-01","IMPRESSION_1":7},
                            {"AD_ACCOUNT_ID":"7","DATE":"2026-03-02","IMPRESSION_1":7}])");
  EXPECT_EQ(compared().size(), 1U);
}

}  // namespace
}  // namespace tap_pinterest::pinterest
