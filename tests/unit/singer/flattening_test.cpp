#include "tap_pinterest/singer/flattening.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace tap_pinterest::singer {
namespace {

const Json kSchema = Json::parse(R"({
  "type": "object",
  "required": ["id", "owner"],
  "properties": {
    "id": {"type": "string"},
    "owner": {
      "type": ["null", "object"],
      "properties": {
        "name": {"type": ["null", "string"], "description": "Who"},
        "place": {"type": ["object", "null"], "properties": {"city": {"type": ["null", "string"]}}}
      }
    },
    "tags": {"type": ["array", "null"], "items": {"type": "string"}},
    "free": {"type": "object"}
  }
})");

Json columns(int max_depth, const std::string& separator = "__") {
  return flatten(kSchema, {max_depth, separator}).at("properties");
}

// What one record looks like.
std::string render(std::string_view record, int max_depth, const std::string& separator = "__") {
  const Projection projection(kSchema, kSchema, {max_depth, separator});
  RecordBuilder builder(projection);
  const auto error = read_json(record, builder);
  EXPECT_FALSE(error) << error->message;
  std::string out;
  builder.render(out);
  return out;
}

TEST(Flatten, LeavesTheSchemaAsItIsAtDepthNought) { EXPECT_EQ(flatten(kSchema, {}), kSchema); }

TEST(Flatten, SpreadsObjectsAndMakesTheRestText) {
  EXPECT_EQ(columns(1), Json::parse(R"({
    "id": {"type": "string"},
    "owner__name": {"type": ["null", "string"], "description": "Who"},
    "owner__place": {"type": ["string", "null"]},
    "tags": {"type": ["string", "null"]},
    "free": {"type": "string"}
  })"));
  EXPECT_TRUE(columns(2).contains("owner__place__city"));
  EXPECT_EQ(columns(2), columns(100));
  EXPECT_TRUE(columns(2, ".").contains("owner.place.city"));
}

TEST(Flatten, RequiresNoFieldThatIsGone) {
  EXPECT_EQ(flatten(kSchema, {1, "__"}).at("required"), Json({"id"}));
}

TEST(Flatten, RefusesTwoFieldsOfOneName) {
  Json schema = kSchema;
  schema["properties"]["owner_name"] = {{"type", "string"}};
  EXPECT_NO_THROW(flatten(schema, {1, "__"}));
  try {
    flatten(schema, {1, "_"});
    FAIL() << "no error";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("'owner_name'"), std::string::npos) << error.what();
  }
}

TEST(FlatRecord, HasTheColumnsOfItsSchema) {
  constexpr std::string_view kRecord =
      R"({"id":"1","owner":{"name":"A","place":{"city":"B\"C"}},"tags":["x"],"free":{"k":[1]}})";
  EXPECT_EQ(
      render(kRecord, 1),
      R"({"id":"1","owner__name":"A","owner__place":"{\"city\":\"B\\\"C\"}","tags":"[\"x\"]","free":"{\"k\":[1]}"})");
  EXPECT_EQ(render(kRecord, 2, "."),
            R"({"id":"1","owner.name":"A","owner.place.city":"B\"C","tags":"[\"x\"]","free":"{\"k\":[1]}"})");
}

TEST(FlatRecord, HasNullForEveryColumnOfAnObjectThatIsNotThere) {
  constexpr std::string_view kNothing =
      R"({"id":"1","owner__name":null,"owner__place__city":null,"tags":null,"free":null})";
  EXPECT_EQ(render(R"({"id":"1"})", 2), kNothing);
  EXPECT_EQ(render(R"({"id":"1","owner":null,"tags":null,"free":null})", 2), kNothing);
}

TEST(FlatRecord, KeepsNothingOfTheRecordBefore) {
  const Projection projection(kSchema, kSchema, {2, "__"});
  RecordBuilder builder(projection);
  ASSERT_FALSE(read_json(R"({"id":"1","owner":{"name":"A","place":{"city":"B"}}})", builder));
  ASSERT_FALSE(read_json(R"({"id":"2","owner":{}})", builder));
  std::string out;
  builder.render(out);
  EXPECT_EQ(out, R"({"id":"2","owner__name":null,"owner__place__city":null,"tags":null,"free":null})");
}

TEST(FlatRecord, ReportsAScalarInTheObjectsPlace) {
  Json schema = kSchema;
  schema["properties"]["owner"]["type"] = {"object", "string"};
  const Projection projection(schema, schema, {1, "__"});
  RecordBuilder builder(projection);
  ASSERT_FALSE(read_json(R"({"id":"1","owner":"somebody"})", builder));
  EXPECT_EQ(builder.misfits(), std::vector<std::string>{"owner"});
}

TEST(FlatRecord, BeginsWithItsFirstColumnWhateverComesBefore) {
  const Json schema = Json::parse(R"({"type":"object","properties":{
    "empty":{"type":"object","properties":{}},
    "outer":{"type":"object","properties":{"inner":{"type":"object","properties":{"a":{"type":"integer"}}}}},
    "b":{"type":"integer"}}})");
  const Projection projection(schema, schema, {5, "__"});
  RecordBuilder builder(projection);
  ASSERT_FALSE(read_json(R"({"b":2,"outer":{"inner":{"a":1}}})", builder));
  std::string out;
  builder.render(out);
  EXPECT_EQ(out, R"({"outer__inner__a":1,"b":2})");
}

}  // namespace
}  // namespace tap_pinterest::singer
