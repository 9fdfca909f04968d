#include "tap_pinterest/singer/output_check.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tap_pinterest::singer {
namespace {

using Lines = std::vector<std::string>;

class Listener final : public RecordListener {
 public:
  void schema(std::string_view /*stream*/, const RecordSchema& /*schema*/) override {}
  void record(std::string_view /*stream*/, const RecordCheck& /*record*/, KeyState state,
              std::size_t line) override {
    heard.emplace_back(line, state);
  }
  std::vector<std::pair<std::size_t, KeyState>> heard;
};

struct CheckOutcome {
  Lines findings;  // "LINE: TEXT"
  std::vector<StreamCounts> counts;
  std::vector<std::pair<std::size_t, KeyState>> heard;
};

CheckOutcome outcome_of(const Lines& lines, bool is_cut = false) {
  CheckOutcome outcome;
  Listener listener;
  OutputCheck check(
      [&outcome](const Finding& finding) {
        outcome.findings.push_back(std::to_string(finding.line) + ": " + finding.text);
      },
      listener);
  for (const std::string& line : lines) check.read(line);
  check.end(is_cut);
  outcome.counts = check.counts();
  outcome.heard = listener.heard;
  return outcome;
}

const std::string kAdsSchema =
    R"({"type": "SCHEMA", "stream": "ads", "schema": {"type": "object", "properties": {"id": {"type": "string"},
        "n": {"type": ["integer", "null"]}}}, "key_properties": ["id"]})";
const std::string kEmptyState = R"({"type": "STATE", "value": {"bookmarks": {}}})";

std::string record_line(const std::string& record, const std::string& time = "2026-03-10T12:00:00Z") {
  return R"({"type": "RECORD", "stream": "ads", "record": )" + record + R"(, "time_extracted": ")" + time +
         "\"}";
}

// What is found between a SCHEMA and a STATE.
Lines found(Lines lines) {
  lines.insert(lines.begin(), kAdsSchema);
  lines.push_back(kEmptyState);
  return outcome_of(lines).findings;
}

std::string state_line(const std::string& entry) {
  return R"({"type": "STATE", "value": {"bookmarks": {"ads": {"partitions": [{"context": {"id": "1"}, )" +
         entry + "}]}}}}";
}

// Whose record it is would depend on which of them counts.
TEST(OutputCheck, FindsAMemberThatComesTwice) {
  const Lines findings =
      outcome_of({kAdsSchema,
                  R"({"type": "SCHEMA", "stream": "b", "schema": {"type": "object", "properties":
                                         {"x": {}, "y": {}, "z": {}, "key": {}}}, "key_properties": ["key"]})",
                  R"({"type": "RECORD", "stream": "ads", "record": {"id": "1"}, "stream": "b",
                                         "time_extracted": "2026-03-10T12:00:00Z"})",
                  kEmptyState})
          .findings;
  EXPECT_EQ(findings, Lines{"3: a message with a member twice"});
}

TEST(OutputCheck, FindsNothingInGoodOutputAndCounts) {
  const CheckOutcome outcome =
      outcome_of({kAdsSchema, record_line(R"({"id": "1", "n": 1})"), kEmptyState,
                  record_line(R"({"id": "2", "n": null})"), record_line(R"({"id": "1", "n": 1})"),
                  record_line(R"({"id": "2", "n": 2})", "2026-03-10T12:00:00.001Z"), kEmptyState});
  EXPECT_EQ(outcome.findings, Lines{});
  ASSERT_EQ(outcome.counts.size(), 1);
  EXPECT_EQ(outcome.counts[0].stream, "ads");
  EXPECT_EQ(outcome.counts[0].records, 4);
  EXPECT_EQ(outcome.counts[0].keys, 2);
  EXPECT_EQ(outcome.counts[0].repeats, 1);
  EXPECT_EQ(outcome.counts[0].changed, 1);
  EXPECT_EQ(outcome.heard,
            (std::vector<std::pair<std::size_t, KeyState>>{
                {2, KeyState::first}, {4, KeyState::first}, {5, KeyState::repeat}, {6, KeyState::changed}}));
}

TEST(OutputCheck, EveryLineIsAMessage) {
  EXPECT_EQ(found({"[1]"}), Lines{"2: not a JSON object"});
  EXPECT_EQ(found({"1"}), Lines{"2: not a JSON object"});
  EXPECT_EQ(found({"{} {}"}).size(), 1);
  EXPECT_EQ(found({""}).size(), 1);
  EXPECT_EQ(found({"{}"}), Lines{"2: a message without a type"});
  EXPECT_EQ(found({R"({"type": 1})"}), Lines{"2: a message without a type"});
  EXPECT_EQ(found({R"({"type": "ACTIVATE_VERSION"})"}),
            Lines{"2: a message of the type ACTIVATE_VERSION: the tap writes SCHEMA, RECORD and STATE"});
}

TEST(OutputCheck, HostileLinesAreFindings) {
  const std::string zeros(100, '\0');
  for (const std::string& line :
       {std::string(200'000, '['), R"({"type": "RECORD", "x": 1e999})" + std::string(), zeros,
        record_line("{\"id\": \"\xff\"}"), record_line(R"({"id": "\ud83d"})"), std::string("\"type\"")}) {
    EXPECT_EQ(found({line}).size(), 1) << line.substr(0, 80);
  }
  EXPECT_EQ(found({record_line(R"({"id": "1", "n": 1)" + std::string(400, '0') + "}")}).size(), 1);
  EXPECT_EQ(found({record_line(R"({"id": {"id": [{}]}, "record": {"record": 1}, "n": []})")}).size(), 4);
}

TEST(OutputCheck, ALineWithoutItsBreakIsCut) {
  EXPECT_EQ(outcome_of({kEmptyState}, /*is_cut=*/true).findings,
            Lines{"2: the last line is cut short: it has no line break"});
}

TEST(OutputCheck, EndsWithAState) {
  const Lines cut{"1: the output ends without a STATE: it was cut short"};
  EXPECT_EQ(outcome_of({kAdsSchema}).findings, cut);
  EXPECT_EQ(outcome_of({kEmptyState, kAdsSchema}).findings, Lines{"2" + cut[0].substr(1)});
  EXPECT_EQ(outcome_of({}).findings, Lines{"0" + cut[0].substr(1)});
}

TEST(OutputCheck, ASchemaIsWhole) {
  EXPECT_EQ(outcome_of({R"({"type": "SCHEMA", "schema": {}, "key_properties": []})", kEmptyState}).findings,
            Lines{"1: a SCHEMA without a stream or without a schema"});
  EXPECT_EQ(
      outcome_of({R"({"type": "SCHEMA", "stream": "ads", "key_properties": []})", kEmptyState}).findings,
      Lines{"1: a SCHEMA without a stream or without a schema"});
  EXPECT_EQ(outcome_of({R"({"type": "SCHEMA", "stream": "ads", "schema": {}})", kEmptyState}).findings,
            Lines{"1: ads: the SCHEMA has no list of key_properties"});
  EXPECT_EQ(outcome_of({R"({"type": "SCHEMA", "stream": "ads", "schema": {}, "key_properties": ["id"]})",
                        kEmptyState})
                .findings,
            Lines{"1: ads: the key property \"id\" is not in the SCHEMA"});
  EXPECT_EQ(found({kAdsSchema}), Lines{"2: ads: a second SCHEMA"});
}

TEST(OutputCheck, SaysWhatItCannotCheckOnce) {
  const std::string schema =
      R"({"type": "SCHEMA", "stream": "ads", "schema": {"properties": {"id": {"pattern": "x"}}}, "key_properties": []})";
  EXPECT_EQ(outcome_of({schema, record_line(R"({"id": "1"})"), record_line(R"({"id": "2"})"), kEmptyState})
                .findings,
            Lines{"1: ads: cannot check pattern"});
}

TEST(OutputCheck, ARecordHasItsSchemaBefore) {
  const std::string record = record_line(R"({"id": "1"})");
  EXPECT_EQ(outcome_of({record, kAdsSchema, kEmptyState}).findings,
            Lines{"1: a RECORD of ads without a SCHEMA before it"});
  EXPECT_EQ(found({R"({"type": "RECORD", "record": {}})"}),
            Lines{"2: a RECORD of no stream without a SCHEMA before it"});
  EXPECT_EQ(found({record_line("[]")}), Lines{"2: a RECORD of ads without an object in it"});
}

TEST(OutputCheck, ARecordFitsItsSchema) {
  EXPECT_EQ(found({record_line(R"({"id": "1", "n": "1"})")}),
            Lines{"2: ads: n has the type string, and the SCHEMA wants null or integer"});
  EXPECT_EQ(found({record_line(R"({"id": "1", "m": 1})")}), Lines{"2: ads: m is not in the SCHEMA"});
}

TEST(OutputCheck, MembersMayComeInAnyOrder) {
  const std::string turned =
      R"({"record": {"id": "1", "n": ""}, "time_extracted": "2026-03-10T12:00:00Z", "stream": "ads", "type": "RECORD"})";
  EXPECT_EQ(found({turned}), Lines{"2: ads: n has the type string, and the SCHEMA wants null or integer"});
}

TEST(OutputCheck, KeysAreThereAndNotNull) {
  EXPECT_EQ(found({record_line(R"({"n": 1})")}), Lines{"2: ads: no value of the key property id"});
  const std::string schema =
      R"({"type": "SCHEMA", "stream": "ads", "schema": {"properties": {"id": {}}}, "key_properties": ["id"]})";
  EXPECT_EQ(outcome_of({schema, record_line(R"({"id": null})"), kEmptyState}).findings,
            Lines{"2: ads: no value of the key property id"});
}

TEST(OutputCheck, ALaterLineIsNotOlder) {
  const std::string first = record_line(R"({"id": "1", "n": 1})");
  EXPECT_EQ(found({first, record_line(R"({"id": "1", "n": 2})")}),
            Lines{"3: ads: the record \"1\" differs from an earlier line, but was read at the same time"});
  EXPECT_EQ(found({first, record_line(R"({"id": "1", "n": 2})", "2026-03-10T11:59:59.999Z")}),
            Lines{"3: ads: the record \"1\" differs from an earlier line, but was read before that one"});
  EXPECT_EQ(found({first, record_line(R"({"id": "1", "n": 1})", "2020-01-01T00:00:00Z")}), Lines{});
  // A repeat was read later, so that what comes now is older than that.
  EXPECT_EQ(found({first, record_line(R"({"id": "1", "n": 1})", "2026-03-10T14:00:00Z"),
                   record_line(R"({"id": "1", "n": 2})", "2026-03-10T13:00:00Z")})
                .size(),
            1);
}

TEST(OutputCheck, KeysOfSeveralPartsAreNotConfused) {
  const std::string schema =
      R"({"type": "SCHEMA", "stream": "ads", "schema": {"properties": {"a": {}, "b": {}}}, "key_properties": ["a", "b"]})";
  const CheckOutcome outcome = outcome_of({schema, record_line(R"({"a": "1\", \"2", "b": "3"})"),
                                           record_line(R"({"a": "1", "b": "2\", \"3"})"), kEmptyState});
  EXPECT_EQ(outcome.findings, Lines{});
  EXPECT_EQ(outcome.counts[0].keys, 2);
}

TEST(OutputCheck, TimesAreDateTimes) {
  EXPECT_EQ(found({record_line(R"({"id": "1"})", "yesterday")}),
            Lines{"2: ads: time_extracted is missing or is no date-time"});
  EXPECT_EQ(found({R"({"type": "RECORD", "stream": "ads", "record": {"id": "1"}})"}),
            Lines{"2: ads: time_extracted is missing or is no date-time"});
}

TEST(OutputCheck, AStateHasBookmarks) {
  EXPECT_EQ(outcome_of({R"({"type": "STATE"})"}).findings, Lines{"1: the STATE has no object of bookmarks"});
  EXPECT_EQ(outcome_of({R"({"type": "STATE", "value": {"bookmarks": []}})"}).findings,
            Lines{"1: the STATE has no object of bookmarks"});
  EXPECT_EQ(outcome_of({R"({"type": "STATE", "value": {"bookmarks": {"ads": 1}}})"}).findings,
            Lines{"1: the STATE's bookmarks.ads is no object"});
  EXPECT_EQ(
      outcome_of({R"({"type": "STATE", "value": {"bookmarks": {"ads": {"partitions": {}}}}})"}).findings,
      Lines{"1: the STATE's bookmarks.ads.partitions is no list"});
  EXPECT_EQ(
      outcome_of({R"({"type": "STATE", "value": {"bookmarks": {"ads": {"partitions": [{}]}}}})"}).findings,
      Lines{"1: a partition in the STATE's bookmarks.ads has no context"});
}

TEST(OutputCheck, ABookmarkDoesNotMoveBack) {
  const auto at = [](const std::string& value, const std::string& more = "") {
    return state_line(R"("replication_key": "DATE", "replication_key_value": ")" + value + "\"" + more);
  };
  const Lines back{R"(2: the bookmark of ads {"id":"1"} moves back)"};
  EXPECT_EQ(outcome_of({at("2026-03-09"), at("2026-03-10"), at("2026-03-10T00:00:00Z")}).findings, Lines{});
  EXPECT_EQ(outcome_of({at("2026-03-10"), at("2026-03-09")}).findings, back);
  EXPECT_EQ(outcome_of({at("2026-03-10"), state_line(R"("replication_key": "DATE")")}).findings, back);
  // Weeks and months have their own.
  EXPECT_EQ(outcome_of({at("2026-03-10"), at("2026-03-02", R"(, "granularity": "WEEK")")}).findings, Lines{});
  const std::string other = state_line(R"("replication_key": "date", "replication_key_value": "2026-03-09")");
  EXPECT_EQ(outcome_of({at("2026-03-10"), other}).findings, Lines{});
  // Another account, and a stream without accounts.
  const std::string own =
      R"({"type": "STATE", "value": {"bookmarks": {"ads": {"replication_key_value": "2026-03-01"}}}})";
  EXPECT_EQ(outcome_of({at("2026-03-10"), own}).findings, Lines{});
}

TEST(OutputCheck, CoveredDaysDoNotShrink) {
  const std::string before = state_line(
      R"("granularity": "DAY", "entity_statuses": ["ACTIVE"], "covered": [["2026-03-01", "2026-03-09"]])");
  const auto after = [](const std::string& granularity, const std::string& status, const std::string& last) {
    return state_line(R"("granularity": ")" + granularity + R"(", "entity_statuses": [")" + status +
                      R"("], "covered": [["2026-03-01", ")" + last + "\"]]");
  };
  EXPECT_EQ(outcome_of({before, after("DAY", "ACTIVE", "2026-03-10")}).findings, Lines{});
  EXPECT_EQ(outcome_of({before, after("DAY", "ACTIVE", "2026-03-07")}).findings,
            Lines{R"(2: ads {"id":"1"} no longer covers 2026-03-08 to 2026-03-09)"});
  EXPECT_EQ(outcome_of({before, after("WEEK", "ACTIVE", "2026-03-07")}).findings, Lines{});
  EXPECT_EQ(outcome_of({before, after("DAY", "PAUSED", "2026-03-07")}).findings, Lines{});
  for (const char* const basis : {"report", "rows"}) {
    const auto of = [basis](const std::string& value, const std::string& last) {
      return state_line("\"" + std::string(basis) + "\": \"" + value + R"(", "covered": [["2026-03-01", ")" +
                        last + "\"]]");
    };
    EXPECT_EQ(outcome_of({of("a", "2026-03-09"), of("a", "2026-03-07")}).findings.size(), 1);
    EXPECT_EQ(outcome_of({of("a", "2026-03-09"), of("b", "2026-03-07")}).findings, Lines{});
  }
  // What other taps write there means nothing.
  EXPECT_EQ(outcome_of({state_line(R"("covered": [["x", "y"], [1]])"), state_line(R"("covered": [1, 2])")})
                .findings,
            Lines{});
}

}  // namespace
}  // namespace tap_pinterest::singer
