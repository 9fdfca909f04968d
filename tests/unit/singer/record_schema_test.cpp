#include "tap_pinterest/singer/record_schema.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace tap_pinterest::singer {
namespace {

// What is wrong with a record whose property `x` has this schema.
std::vector<std::string> misfits_of(const std::string& property, const std::string& record) {
  const RecordSchema schema(Json::parse(R"({"type": "object", "properties": {"x": )" + property + "}}"));
  EXPECT_TRUE(schema.unknown_keywords().empty()) << property;
  RecordCheck check;
  check.start(schema);
  EXPECT_FALSE(read_json(record, check)) << record;
  EXPECT_TRUE(check.strangers().empty()) << record;
  return check.misfits();
}

bool fits(const std::string& property, const std::string& value) {
  return misfits_of(property, R"({"x": )" + value + "}").empty();
}

std::set<std::string> unknown_keywords(const std::string& schema) {
  return RecordSchema(Json::parse(schema)).unknown_keywords();
}

TEST(RecordSchema, HoldsValuesAgainstTheirTypes) {
  const std::vector<std::string> names = {"null",   "boolean", "integer", "number",
                                          "string", "object",  "array"};
  const std::vector<std::string> values = {"null", "true", "7", "7.5", R"("7")", "{}", "[]"};
  for (std::size_t type = 0; type < names.size(); ++type) {
    for (std::size_t value = 0; value < values.size(); ++value) {
      const bool is_integer_for_number = names[type] == "number" && names[value] == "integer";
      EXPECT_EQ(fits(R"({"type": ")" + names[type] + R"("})", values[value]),
                type == value || is_integer_for_number)
          << names[type] << " " << values[value];
    }
  }
}

TEST(RecordSchema, TakesSeveralTypesOrAny) {
  EXPECT_TRUE(fits(R"({"type": ["integer", "null"]})", "null"));
  EXPECT_TRUE(fits("{}", "[null]"));
  EXPECT_EQ(misfits_of(R"({"type": ["integer", "null"]})", R"({"x": 0.5})"),
            std::vector<std::string>{"x has the type number, and the SCHEMA wants null or integer"});
}

TEST(RecordSchema, ARecordIsAnObjectToo) {
  const RecordSchema schema(Json::parse(R"({"type": ["null"]})"));
  RecordCheck check;
  check.start(schema);
  EXPECT_FALSE(read_json("{}", check));
  EXPECT_EQ(check.misfits(),
            std::vector<std::string>{"the record has the type object, and the SCHEMA wants null"});
}

TEST(RecordSchema, KnowsDatesAndDateTimes) {
  const std::string date = R"({"type": "string", "format": "date"})";
  EXPECT_TRUE(fits(date, R"("2028-02-29")"));
  for (const char* const bad : {R"("2026-02-29")", R"("2026-02-01T00:00:00Z")", R"("")"}) {
    EXPECT_FALSE(fits(date, bad)) << bad;
  }
  const std::string date_time = R"({"type": "string", "format": "date-time"})";
  for (const char* const good : {R"("2026-02-01T00:00:00Z")", R"("2026-02-01t00:00:00.5+02:00")"}) {
    EXPECT_TRUE(fits(date_time, good)) << good;
  }
  for (const char* const bad :
       {R"("2026-02-01")", R"("2026-02-01 00:00:00Z")", R"("2026-02-01T00:00:00")", R"("2026-02-01T00:00Z")",
        R"("2026-02-01T00:00:00+0200")", R"("2026-02-01T24:00:00Z")", R"("")"}) {
    EXPECT_FALSE(fits(date_time, bad)) << bad;
  }
}

TEST(RecordSchema, ComparesWithBoundsToTheLastDigit) {
  const std::string bounded =
      R"({"type": "number", "minimum": -9223372036854775808, "maximum": 9223372036854775807})";
  EXPECT_TRUE(fits(bounded, "9223372036854775807"));
  EXPECT_FALSE(fits(bounded, "9223372036854775808"));
  EXPECT_TRUE(fits(bounded, "-9223372036854775808"));
  EXPECT_FALSE(fits(bounded, "-9223372036854775809"));
  EXPECT_FALSE(fits(bounded, "1e300"));
  EXPECT_TRUE(fits(R"({"minimum": 1})", "1.5"));
  EXPECT_FALSE(fits(R"({"minimum": 1})", "0.5"));
}

TEST(RecordSchema, LooksIntoObjectsAndLists) {
  const std::string nested =
      R"({"type": "array", "items": {"properties": {"a": {"type": "array", "items": {"type": "string"}}}}})";
  EXPECT_EQ(misfits_of(nested, R"({"x": [{}, {"a": ["", 1, ""]}, {"a": [2]}]})"),
            (std::vector<std::string>{"x[].a[] has the type integer, and the SCHEMA wants string",
                                      "x[].a[] has the type integer, and the SCHEMA wants string"}));
}

TEST(RecordSchema, NothingIsSaidOfWhatIsInAFreeObject) {
  EXPECT_TRUE(fits(R"({"type": "object"})", R"({"a": {"b": [1]}})"));
  EXPECT_TRUE(fits(R"({"type": "array"})", R"([{"b": [1]}])"));
}

TEST(RecordSchema, WantsWhatIsRequiredAndNothingTwice) {
  const std::string property = R"({"required": ["b"], "properties": {"a": {}, "b": {}}})";
  EXPECT_EQ(misfits_of(property, R"({"x": {"a": 1}})"),
            std::vector<std::string>{"x.b is missing, and the SCHEMA requires it"});
  EXPECT_TRUE(fits(property, R"({"b": null})"));
  EXPECT_EQ(misfits_of(property, R"({"x": {"b": 1, "b": 1}})"),
            std::vector<std::string>{"x.b comes twice in one object"});
}

TEST(RecordSchema, NamesPropertiesThatItLacks) {
  const RecordSchema schema(
      Json::parse(R"({"additionalProperties": true, "properties": {"a": {"properties": {}}}})"));
  RecordCheck check;
  check.start(schema);
  EXPECT_FALSE(read_json(R"({"b": {"c": 1}, "a": {"d": 1}})", check));
  EXPECT_EQ(check.strangers(), (std::vector<std::string>{"b", "a.d"}));
}

TEST(RecordSchema, SaysWhatItCannotCheck) {
  EXPECT_EQ(unknown_keywords(R"({"properties": {"a": {"items": {"pattern": "x"}}}, "anyOf": []})"),
            (std::set<std::string>{"anyOf", "pattern"}));
  EXPECT_EQ(unknown_keywords(R"({"format": "email"})"), std::set<std::string>{"format \"email\""});
  EXPECT_EQ(unknown_keywords(R"({"minimum": 0.5})"), std::set<std::string>{"minimum 0.5"});
  EXPECT_EQ(unknown_keywords(R"({"maximum": 9223372036854775808})"),
            std::set<std::string>{"maximum 9223372036854775808"});
  EXPECT_EQ(unknown_keywords(R"({"required": ["a"]})"), std::set<std::string>{"required \"a\""});
  EXPECT_EQ(unknown_keywords(R"({"required": 1})"), (std::set<std::string>{"required", "required 1"}));
  EXPECT_EQ(unknown_keywords(R"({"type": "text"})"), std::set<std::string>{"type"});
  EXPECT_EQ(unknown_keywords(R"({"additionalProperties": {}})"),
            std::set<std::string>{"additionalProperties"});
  EXPECT_EQ(unknown_keywords(R"({"items": [{}]})"), std::set<std::string>{"a schema that is no object"});
  EXPECT_TRUE(unknown_keywords(R"({"title": "", "description": "", "default": 1, "examples": []})").empty());
}

TEST(RecordSchema, GivesTheScalarsOfItsColumns) {
  const RecordSchema schema(Json::parse(R"({"properties": {"a": {"properties": {"b": {}}}, "c": {}}})"));
  EXPECT_EQ(schema.columns(), (std::vector<std::string>{"a", "a.b", "c"}));
  RecordCheck check;
  check.start(schema);
  EXPECT_FALSE(read_json(R"({"c": "text", "a": {"b": 1.50}})", check));
  EXPECT_EQ(check.value(*schema.find_column("a.b")).text, "1.50");
  EXPECT_EQ(check.value(*schema.find_column("c")).text, "text");
  check.start(schema);
  EXPECT_FALSE(read_json("{}", check));
  EXPECT_EQ(check.value(*schema.find_column("c")).kind, TokenKind::null);
}

TEST(RecordSchema, DifferentRecordsHaveDifferentContents) {
  const RecordSchema schema(Json::parse("{}"));
  std::set<std::string> contents;
  const std::vector<std::string> records = {
      "{}",           R"({"a": 1})",  R"({"a": "1"})", R"({"a": [1]})", R"({"b": 1})", R"({"a": "", "b": 1})",
      R"({"a": {}})", R"({"a": []})", R"({"a": 1.0})"};
  for (const std::string& record : records) {
    RecordCheck check;
    check.start(schema);
    EXPECT_FALSE(read_json(record, check));
    contents.emplace(check.content());
  }
  EXPECT_EQ(contents.size(), records.size());
}

}  // namespace
}  // namespace tap_pinterest::singer
