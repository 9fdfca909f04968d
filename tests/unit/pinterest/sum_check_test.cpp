#include "tap_pinterest/pinterest/sum_check.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tap_pinterest/config/columns.hpp"

namespace tap_pinterest::pinterest {
namespace {

using Lines = std::vector<std::string>;

const std::string kQualitySchema = R"({"type": "SCHEMA", "stream": "data_quality", "schema": {"properties": {
  "ad_account_id": {}, "stream": {}, "DATE": {}, "metric": {}, "account_value": {}, "stream_value": {},
  "difference": {}, "rows": {}, "rows_that_differ": {}, "is_complete": {}, "conversion_metrics_ready": {},
  "non_conversion_metrics_ready": {}}}, "key_properties": ["ad_account_id", "stream", "DATE", "metric"]})";

std::string ads_schema_line(const std::string& properties) {
  return R"({"type": "SCHEMA", "stream": "ad_analytics", "schema": {"properties": {"AD_ID": {}, "DATE": {},
           "ad_account_id": {}, )" +
         properties + R"(}}, "key_properties": ["AD_ID", "DATE"]})";
}
const std::string kNestedSchema =
    ads_schema_line(R"("metrics": {"properties": {"SPEND_IN_DOLLAR": {}, "PAID_IMPRESSION": {}}})");

std::string ad_row(const std::string& ad, const std::string& values, const std::string& second = "00",
                   const std::string& account = "5") {
  return fmt::format(
      R"({{"type": "RECORD", "stream": "ad_analytics", "record": {{"AD_ID": "{}", "DATE": "2026-03-09",
         "ad_account_id": "{}", {}}}, "time_extracted": "2026-03-10T12:00:{}Z"}})",
      ad, account, values, second);
}

std::string spend(const std::string& ad, const std::string& value, const std::string& second = "00") {
  return ad_row(ad, R"("metrics": {"SPEND_IN_DOLLAR": )" + value + "}", second);
}

// A line of data_quality, of a day that may be compared.
struct QualityLine {
  std::string metric = "SPEND_IN_DOLLAR";
  std::string account_value = "100";
  std::string stream_value = "100";
  std::string difference = "0";
  std::string rows = "1";
  std::string rows_that_differ = "null";
  std::string is_complete = "true";
  std::string is_ready = "true";
  std::string second = "30";
};

std::string quality_line(const QualityLine& line) {
  return fmt::format(
      R"({{"type": "RECORD", "stream": "data_quality", "record": {{"ad_account_id": "5", "stream": "ad_analytics",
         "DATE": "2026-03-09", "metric": "{}", "account_value": {}, "stream_value": {}, "difference": {}, "rows": {},
         "rows_that_differ": {}, "is_complete": {}, "conversion_metrics_ready": {},
         "non_conversion_metrics_ready": true}}, "time_extracted": "2026-03-10T12:00:{}Z"}})",
      line.metric, line.account_value, line.stream_value, line.difference, line.rows, line.rows_that_differ,
      line.is_complete, line.is_ready, line.second);
}

struct SumOutcome {
  Lines findings;
  std::string told;
};

SumOutcome outcome_of(const Lines& lines) {
  SumOutcome outcome;
  const singer::FindingSink note = [&outcome](const singer::Finding& finding) {
    outcome.findings.push_back(std::to_string(finding.line) + ": " + finding.text);
  };
  SumCheck sums;
  singer::OutputCheck check(note, sums);
  for (std::string line : lines) {
    check.read(line);
  }
  outcome.told = sums.finish(note);
  return outcome;
}

// What comes of rows and lines of data_quality under nested schemas.
SumOutcome outcome_below(Lines lines) {
  lines.insert(lines.begin(), {kNestedSchema, kQualitySchema});
  return outcome_of(lines);
}

const std::string kAllChecked = "sums: 1 of 1 line of data_quality recomputed";
constexpr std::string_view kOthers =
    "; the others are about rows that changed while they were read, or columns that are not selected";

// A catalog may have numbers and dates written in other forms.
TEST(SumCheck, ReadsNumbersInTextAndDatesWithATime) {
  std::string row = spend("1", R"("100")");
  row.replace(row.find("2026-03-09"), 10, "2026-03-09T00:00:00Z");
  EXPECT_EQ(outcome_of({kQualitySchema, kNestedSchema, row, quality_line({})}).findings, Lines());
}

TEST(SumCheck, AddsUpWhatIsWritten) {
  const SumOutcome outcome = outcome_below(
      {spend("1", "0.1"), spend("2", "0.2"), spend("3", "99.7"), spend("4", "null"),
       ad_row("5", R"("metrics": {"SPEND_IN_DOLLAR": 7})", "00", "6"), quality_line({.rows = "3"})});
  EXPECT_EQ(outcome.findings, Lines{});
  EXPECT_EQ(outcome.told, kAllChecked);
}

TEST(SumCheck, ARepeatedRowCountsOnce) {
  EXPECT_EQ(outcome_below({spend("1", "100"), spend("1", "100", "01"), quality_line({})}).findings, Lines{});
}

TEST(SumCheck, ADayWhoseRowsChangedIsLeftOut) {
  const SumOutcome outcome = outcome_below({spend("1", "50"), spend("1", "100", "01"), quality_line({})});
  EXPECT_EQ(outcome.findings, Lines{});
  EXPECT_EQ(outcome.told, "sums: 0 of 1 line of data_quality recomputed" + std::string(kOthers));
}

TEST(SumCheck, FindsSumsThatAreNot) {
  EXPECT_EQ(outcome_below({spend("1", "99.99"), quality_line({})}).findings,
            Lines{"4: account 5, ad_analytics on 2026-03-09: SPEND_IN_DOLLAR: stream_value is 100, "
                  "difference is 0, but 1 "
                  "row of this output add up to 99.99 (difference 0.01)"});
  EXPECT_EQ(outcome_below({spend("1", "100"), quality_line({.rows = "2"})}).findings.size(), 1);
  EXPECT_EQ(outcome_below({spend("1", "100"), quality_line({.account_value = "100.5"})}).findings.size(), 1);
  EXPECT_EQ(outcome_below({quality_line({})}).findings.size(), 1);
  // Whether the day is complete or not.
  EXPECT_EQ(outcome_below({spend("1", "99"), quality_line({.is_complete = "false"})}).findings.size(), 1);
}

TEST(SumCheck, OfTwoReadingsTheLaterCounts) {
  EXPECT_EQ(
      outcome_below({quality_line({.second = "01"}), spend("1", "100"), quality_line({.difference = "0.0"})})
          .findings,
      Lines{});
}

TEST(SumCheck, NamesWhatDiffersFromTheAccount) {
  const Lines less{
      "4: account 5, ad_analytics on 2026-03-09: SPEND_IN_DOLLAR is 12.5 less than the account's total of "
      "100 (12.5 %)"};
  const QualityLine line{.stream_value = "87.5", .difference = "12.5"};
  EXPECT_EQ(outcome_below({spend("1", "87.5"), quality_line(line)}).findings, less);
  EXPECT_EQ(outcome_below({spend("1", "1"),
                           quality_line({.account_value = "0", .stream_value = "1", .difference = "-1"})})
                .findings,
            Lines{"4: account 5, ad_analytics on 2026-03-09: SPEND_IN_DOLLAR is 1 more than the account's "
                  "total of 0"});
  QualityLine incomplete = line;
  incomplete.is_complete = "false";
  QualityLine unready = line;
  unready.is_ready = "false";
  QualityLine unknown = line;
  unknown.is_ready = "null";
  for (const QualityLine& other : {incomplete, unready, unknown}) {
    EXPECT_EQ(outcome_below({spend("1", "87.5"), quality_line(other)}).findings, Lines{});
  }
}

TEST(SumCheck, HoldsIdentitiesAgainstEachRow) {
  const auto found_identity =
      std::ranges::find(config::identities(), "TOTAL_IMPRESSION", &config::Identity::total);
  ASSERT_NE(found_identity, config::identities().end());
  const config::Identity& identity = *found_identity;
  ASSERT_TRUE(identity.parts[2].empty());
  const std::string name = fmt::format("{} = {} + {}", identity.total, identity.parts[0], identity.parts[1]);
  const std::string schema =
      ads_schema_line(fmt::format(R"("metrics": {{"properties": {{"{}": {{}}, "{}": {{}}, "{}": {{}}}}}})",
                                  identity.total, identity.parts[0], identity.parts[1]));
  const auto values = [&identity](const std::string& total, const std::string& part,
                                  const std::string& other) {
    return fmt::format(R"("metrics": {{"{}": {}, "{}": {}, "{}": {}}})", identity.total, total,
                       identity.parts[0], part, identity.parts[1], other);
  };
  const Lines rows = {schema,
                      kQualitySchema,
                      ad_row("1", values("3", "1", "2")),
                      ad_row("2", values("3", "1", "null")),
                      ad_row("3", values("1", "2", "1")),
                      ad_row("4", values("9", "null", "null")),
                      ad_row("5", values("null", "1", "1"))};
  const auto found = [&rows](const QualityLine& line) {
    Lines lines = rows;
    lines.push_back(quality_line(line));
    return outcome_of(lines).findings;
  };
  QualityLine line{
      .metric = name, .account_value = "null", .stream_value = "7", .rows = "3", .rows_that_differ = "2"};
  EXPECT_EQ(found(line), Lines{"8: account 5, ad_analytics on 2026-03-09: " + name +
                               " does not hold in 2 of 3 rows (difference 0)"});
  line.is_ready = "false";
  EXPECT_EQ(found(line), Lines{});
  line.rows_that_differ = "1";
  EXPECT_EQ(found(line).size(), 1);
  line = {.metric = name,
          .account_value = "null",
          .stream_value = "16",
          .rows = "3",
          .rows_that_differ = "2",
          .is_ready = "false"};
  EXPECT_EQ(found(line).size(), 1);
}

TEST(SumCheck, FindsTheColumnsOfFlattenedRecords) {
  // The second ends with the name of the first.
  const std::string schema =
      ads_schema_line(R"("metrics_x_TOTAL_IMPRESSION_SAVE": {}, "metrics_x_IMPRESSION_2": {},
                                            "metrics_x_SPEND_IN_DOLLAR": {}, "SPEND_IN_DOLLAR": {})");
  const Lines lines = {schema, kQualitySchema,
                       ad_row("1", R"("SPEND_IN_DOLLAR": 7, "metrics_x_SPEND_IN_DOLLAR": 100)"),
                       quality_line({})};
  EXPECT_EQ(outcome_of(lines).findings, Lines{});
  EXPECT_EQ(outcome_of(lines).told, kAllChecked);
}

TEST(SumCheck, SaysWhatItCannotRecompute) {
  const SumOutcome unselected = outcome_below({quality_line({.metric = "TOTAL_CLICKTHROUGH"})});
  EXPECT_EQ(unselected.findings, Lines{});
  EXPECT_EQ(unselected.told, "sums: 0 of 1 line of data_quality recomputed" + std::string(kOthers));
  EXPECT_EQ(outcome_of({kQualitySchema, quality_line({})}).told, unselected.told);
}

TEST(SumCheck, SaysThatThereIsNothingToCheckBy) {
  const std::string told =
      "sums: not checked; select the stream data_quality, with all its columns, to have them checked";
  EXPECT_EQ(outcome_of({kNestedSchema, spend("1", "1")}).told, told);
  std::string lacking = kQualitySchema;
  lacking.replace(lacking.find("\"difference\""), 12, "\"other\"");
  EXPECT_EQ(outcome_of({kNestedSchema, lacking, spend("1", "1")}).told, told);
}

}  // namespace
}  // namespace tap_pinterest::pinterest
