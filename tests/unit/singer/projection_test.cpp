#include "tap_pinterest/singer/projection.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace tap_pinterest::singer {
namespace {

Json object_of(std::string_view properties) {
  return {{"type", "object"}, {"properties", Json::parse(properties)}};
}

// A projection with its builder.
class Projector {
 public:
  Projector(const Json& selected, const Json& known) : projection(selected, known), builder(projection) {}
  explicit Projector(const Json& schema) : Projector(schema, schema) {}

  std::string project(std::string_view text) {
    const auto error = read_json(text, builder);
    EXPECT_FALSE(error) << error->message;
    std::string out;
    builder.render(out);
    constexpr std::size_t kShort = 500;
    for (std::size_t cut = 0; cut <= text.size() && text.size() < kShort; ++cut) {
      EXPECT_EQ(project_in_pieces(text, cut), out) << text << " cut at " << cut;
    }
    return out;
  }

  // A text that comes in two pieces, of which the first is gone when the second comes.
  std::string project_in_pieces(std::string_view text, std::size_t cut) const {
    RecordBuilder own(projection);
    JsonReader reader(own);
    auto piece = std::make_unique<std::string>(text.substr(0, cut));
    const std::size_t read = reader.read(*piece, /*is_last=*/false);
    own.keep();
    piece = std::make_unique<std::string>(text.substr(read));
    reader.read(*piece, /*is_last=*/true);
    EXPECT_FALSE(reader.error());
    std::string out;
    own.render(out);
    return out;
  }

  const Projection projection;
  RecordBuilder builder;
};

std::string project(std::string_view properties, std::string_view text) {
  return Projector(object_of(properties)).project(text);
}

std::string refusal(const Json& schema) {
  try {
    const Projection projection(schema, schema);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

using Names = std::vector<std::string>;

TEST(Projection, WritesSlotsInSchemaOrderAndAbsentOnesNull) {
  EXPECT_EQ(project(R"({"a":{"type":"string"},"b":{"type":["null","integer"]},"c":{"type":"boolean"}})",
                    R"({"c":true,"a":"x"})"),
            R"({"a":"x","b":null,"c":true})");
}

TEST(Projection, KeepsWhatLiesInAPieceThatIsGone) {
  Projector projector(object_of(
      R"({"a":{"type":"string"},"map":{"type":"object"},"list":{"type":"array","items":{"type":"object","properties":
      {"b":{"type":"string"},"map":{"type":"object"},"inner":{"type":"object","properties":{"c":{"type":"number"}}}}}},
      "additional_fields":{"type":"object"}})"));
  EXPECT_EQ(
      projector.project(R"({"new":"x","a":"A","map":{"k":"v","l":[1,"w"]},"list":[{"b":"B","map":{"m":"n"},)"
                        R"("inner":{"c":1.50}},{"inner":{"c":2,"other":[3]},"b":"C"}],"a":"D"})"),
      R"({"a":"D","map":{"k":"v","l":[1,"w"]},"list":[{"b":"B","map":{"m":"n"},"inner":{"c":1.50}},)"
      R"({"b":"C","map":null,"inner":{"c":2}}],"additional_fields":{"new":"x","list[1].inner.other":[3]}})");
}

TEST(Projection, WritesAnObjectWithoutProperties) { EXPECT_EQ(project("{}", "{}"), "{}"); }

TEST(Projection, EscapesNamesAndValues) {
  EXPECT_EQ(project(R"({"a\"b":{"type":"string"}})", R"({"a\"b":"\u0001é"})"), R"({"a\"b":"\u0001é"})");
}

TEST(Projection, ForgetsThePreviousRecord) {
  Projector projector(object_of(R"({"a":{"type":"integer"},
    "o":{"type":"object","properties":{"x":{"type":"integer"},"l":{"type":"array","items":{"type":"integer"}}}}})"));
  EXPECT_EQ(projector.project(R"({"a":1,"o":{"x":2,"l":[3]}})"), R"({"a":1,"o":{"x":2,"l":[3]}})");
  EXPECT_EQ(projector.project(R"({"o":{}})"), R"({"a":null,"o":{"x":null,"l":null}})");
  EXPECT_EQ(projector.project("{}"), R"({"a":null,"o":null})");
}

TEST(Projection, ClearForgetsARecordThatWasNotFinished) {
  Projector projector(object_of(R"({"a":{"type":"integer"},"m":{"type":"object"}})"));
  EXPECT_TRUE(read_json(R"({"a":1,"m":{"x":[)", projector.builder));
  projector.builder.clear();
  EXPECT_EQ(projector.project(R"({"m":{}})"), R"({"a":null,"m":{}})");
  EXPECT_TRUE(read_json(R"({"unknown":{"x":[)", projector.builder));
  projector.builder.clear();
  EXPECT_EQ(projector.project(R"({"a":2})"), R"({"a":2,"m":null})");
}

TEST(Projection, NestedObjectsKeepTheirShape) {
  constexpr std::string_view kProperties =
      R"({"o":{"type":["object","null"],"properties":{"p":{"type":"object","properties":{"x":{"type":"number"}}}}}})";
  EXPECT_EQ(project(kProperties, R"({"o":{"p":{"x":1.10}}})"), R"({"o":{"p":{"x":1.10}}})");
  EXPECT_EQ(project(kProperties, R"({"o":{}})"), R"({"o":{"p":null}})");
  EXPECT_EQ(project(kProperties, R"({"o":null})"), R"({"o":null})");
}

TEST(Projection, ArraysAppendEachElement) {
  Projector projector(object_of(R"({"l":{"type":"array","items":{"type":["string","null"]}}})"));
  EXPECT_EQ(projector.project(R"({"l":["a",5,null,"b"]})"), R"({"l":["a","5",null,"b"]})");
  EXPECT_EQ(projector.project(R"({"l":[]})"), R"({"l":[]})");
  EXPECT_EQ(projector.project(R"({"l":null})"), R"({"l":null})");
}

TEST(Projection, ArraysOfObjectsAndArraysNest) {
  constexpr std::string_view kProperties =
      R"({"q":{"type":"array","items":{"type":["object","null"],"properties":{
      "t":{"type":"string"},
      "o":{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"}}}},
      "g":{"type":"array","items":{"type":"array","items":{"type":"integer"}}}}}}})";
  EXPECT_EQ(
      project(kProperties, R"({"q":[{"t":"1","o":[{"x":1},{}],"g":[[1,2],[]]},{"o":[{"x":3}]},null,{}]})"),
      R"({"q":[{"t":"1","o":[{"x":1},{"x":null}],"g":[[1,2],[]]},)"
      R"({"t":null,"o":[{"x":3}],"g":null},null,{"t":null,"o":null,"g":null}]})");
}

TEST(Projection, FreeMapsAndArraysAreCopied) {
  constexpr std::string_view kProperties =
      R"({"m":{"type":"object"},"a":{"type":"array"},"l":{"type":"array","items":{"type":"object"}}})";
  Projector projector(object_of(kProperties));
  EXPECT_EQ(projector.project(R"({ "m": {"k": 1.10, "l": [1, {"x": "\n", "y": null}, []], "o": {}, "b": true},
                             "a": [1, [2.50], {"c": "d"}], "l": [{"x": 1, "y": 2}, {}, null] })"),
            R"({"m":{"k":1.10,"l":[1,{"x":"\n","y":null},[]],"o":{},"b":true},)"
            R"("a":[1,[2.50],{"c":"d"}],"l":[{"x":1,"y":2},{},null]})");
  EXPECT_EQ(projector.builder.unknown_fields(), Names{});
}

TEST(Projection, OfARepeatedKeyTheLastWins) {
  Projector projector(object_of(R"({"a":{"type":"integer"},"l":{"type":"array","items":{"type":"integer"}},
    "o":{"type":"object","properties":{"x":{"type":"integer"},"y":{"type":"integer"}}},"m":{"type":"object"}})"));
  EXPECT_EQ(
      projector.project(R"({"a":1,"o":{"x":1},"l":[1,2],"m":{"k":1},"a":2,"o":{"y":2},"l":[3],"m":{}})"),
      R"({"a":2,"l":[3],"o":{"x":null,"y":2},"m":{}})");
  EXPECT_EQ(projector.project(R"({"o":{"x":1},"a":1,"l":[1],"o":null,"a":null,"l":null})"),
            R"({"a":null,"l":null,"o":null,"m":null})");
}

TEST(Projection, WhatDoesNotFitIsNullAndNamed) {
  Projector projector(object_of(R"({"a":{"type":"integer"},"s":{"type":"string"},"m":{"type":"object"},
    "l":{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"}}}},
    "o":{"type":"object","properties":{"x":{"type":"number"}}},"z":{"type":"integer"}})"));
  EXPECT_EQ(
      projector.project(R"({"a":"no","s":{"deep":[{"x":1}]},"m":[1,{"x":2}],
                                  "l":[{"x":"no"},{"x":1.5},7,[{"x":1}],{"x":2}],"o":{"x":"NaN"},"z":1})"),
      R"({"a":null,"s":null,"m":null,"l":[{"x":null},{"x":null},null,null,{"x":2}],"o":{"x":null},"z":1})");
  EXPECT_EQ(projector.builder.misfits(), (Names{"a", "s", "m", "l[].x", "l[]", "o.x"}));

  EXPECT_EQ(projector.project(R"({"l":{"x":1},"o":[{"x":1}],"z":2})"),
            R"({"a":null,"s":null,"m":null,"l":null,"o":null,"z":2})");
  EXPECT_EQ(projector.builder.misfits(), (Names{"l", "o"}));

  projector.project(R"({"l":"x","o":1})");
  EXPECT_EQ(projector.builder.misfits(), (Names{"l", "o"}));
  projector.project("{}");
  EXPECT_EQ(projector.builder.misfits(), Names{});
}

TEST(Projection, DeselectedFieldsAreDroppedWhole) {
  const Json known = object_of(R"({"a":{"type":"string"},"o":{"type":"object","properties":
    {"x":{"type":"string"},"y":{"type":"string"}}},"l":{"type":"array","items":{"type":"object","properties":
    {"x":{"type":"string"},"y":{"type":"string"}}}},"big":{"type":"object","properties":{}}})");
  const Json selected = object_of(R"({"o":{"type":"object","properties":{"x":{"type":"string"}}},
    "l":{"type":"array","items":{"type":"object","properties":{"y":{"type":"string"}}}}})");
  Projector projector(selected, known);
  EXPECT_EQ(projector.project(R"({"a":"1","big":{"a":[{"o":{"x":"9"}}]},"o":{"x":"2","y":"3"},
                                  "l":[{"x":"4","y":"5"}]})"),
            R"({"o":{"x":"2"},"l":[{"y":"5"}]})");
  EXPECT_EQ(projector.builder.unknown_fields(), Names{});
  EXPECT_EQ(projector.builder.misfits(), Names{});
}

TEST(Projection, UnknownFieldsAreNamedOnceInTheLifeOfABuilder) {
  Projector projector(object_of(R"({"a":{"type":"string"},"o":{"type":"object","properties":{}},
    "l":{"type":"array","items":{"type":"object","properties":{}}},"m":{"type":"object"}})"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(
        projector.project(R"({"new":{"o":{"x":1}},"a":"x","o":{"y":[1]},"l":[{"z":1},{"z":2}],"m":{"w":1}})"),
        R"({"a":"x","o":{},"l":[{},{}],"m":{"w":1}})");
  }
  EXPECT_EQ(projector.builder.unknown_fields(), (Names{"new", "o.y", "l[].z"}));
}

TEST(Projection, EverNewKeysDoNotFillTheMemory) {
  Projector projector(object_of(R"({"a":{"type":"integer"}})"));
  for (int i = 0; i < 3000; ++i) {
    const Json record = {{std::to_string(i), 0}, {"a", i}};
    EXPECT_EQ(projector.project(record.dump()), Json({{"a", i}}).dump());
  }
  EXPECT_EQ(projector.builder.unknown_fields().size(), 1000U);
}

TEST(Projection, AdditionalFieldsKeepWhatTheSchemaLacks) {
  Projector projector(
      object_of(R"({"a":{"type":"string"},"o":{"type":"object","properties":{"x":{"type":"string"}}},
    "l":{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"},
      "k":{"type":"array","items":{"type":"object","properties":{}}}}}},
    "m":{"type":"object"},"additional_fields":{"type":["object","null"]}})"));
  EXPECT_EQ(
      projector.project(R"({"new":{"o":{"x":1.10}},"a":"x","o":{"y":[1],"x":"z"},"m":{"w":1},"old":null,
                           "l":[{"x":1},{"z":"q","k":[{},{"n":true}]}],"additional_fields":5,"t":"\n"})"),
      R"({"a":"x","o":{"x":"z"},"l":[{"x":1,"k":null},{"x":null,"k":[{},{}]}],"m":{"w":1},)"
      R"("additional_fields":{"new":{"o":{"x":1.10}},"o.y":[1],"old":null,"l[1].z":"q","l[1].k[1].n":true,)"
      R"("additional_fields":5,"t":"\n"}})");
  EXPECT_EQ(projector.builder.misfits(), Names{});
  EXPECT_EQ(projector.project(R"({"a":"y","new":7})"),
            R"({"a":"y","o":null,"l":null,"m":null,"additional_fields":{"new":7}})");
  EXPECT_EQ(projector.project(R"({"a":"y"})"),
            R"({"a":"y","o":null,"l":null,"m":null,"additional_fields":null})");
}

TEST(Projection, AdditionalFieldsOfARepeatedKeyAreThoseOfTheLast) {
  Projector projector(object_of(R"({"o":{"type":"object","properties":{"k":{"type":["string","null"]}}},
    "a":{"type":["string","null"]},"additional_fields":{"type":["object","null"]}})"));
  EXPECT_EQ(singer::Json::parse(
                projector.project(R"({"o":{"x":1,"k":"b"},"new":7,"a":"y","o":{"y":2.50},"a":"z"})")),
            singer::Json::parse(R"({"o":{"k":null},"a":"z","additional_fields":{"new":7,"o.y":2.50}})"));
  EXPECT_EQ(projector.project(R"({"o":{"x":1},"a":"y","o":{},"a":"z"})"),
            R"({"o":{"k":null},"a":"z","additional_fields":null})");
  EXPECT_EQ(singer::Json::parse(projector.project(R"({"a":"y","o":{"x":1},"a":"z","b":{"n":2}})")),
            singer::Json::parse(R"({"o":{"k":null},"a":"z","additional_fields":{"o.x":1,"b":{"n":2}}})"));
}

TEST(Projection, AdditionalFieldsLeaveOutWhatIsDeselected) {
  const Json known =
      object_of(R"({"a":{"type":"string"},"o":{"type":"object","properties":{"x":{"type":"string"}}},
    "additional_fields":{"type":"object"}})");
  Projector projector(object_of(R"({"additional_fields":{"type":"object"}})"), known);
  EXPECT_EQ(projector.project(R"({"a":"1","o":{"x":"2","y":3},"b":4})"), R"({"additional_fields":{"b":4}})");
}

TEST(Projection, NoAdditionalFieldIsLostHoweverManyThereAre) {
  Projector projector(object_of(R"({"additional_fields":{"type":"object"}})"));
  constexpr int kMany = 3000;
  Json record;
  for (int i = 0; i < kMany; ++i) record[std::to_string(i)] = i;
  const Json written = Json::parse(projector.project(record.dump()));
  EXPECT_EQ(written["additional_fields"], record);
}

TEST(Projection, KeysMayComeInAnyOrder) {
  Projector projector(object_of(R"({"a":{"type":"integer"},"b":{"type":"integer"},"c":{"type":"integer"}})"));
  for (const std::string_view text :
       {R"({"a":1,"b":2,"c":3})", R"({"c":3,"b":2,"a":1})", R"({"b":2,"a":1,"c":3})",
        R"({"a":1,"b":2,"c":3})", R"({"a":1,"c":3,"b":2})"}) {
    EXPECT_EQ(projector.project(text), R"({"a":1,"b":2,"c":3})");
  }
}

TEST(Projection, AMapThatTheCatalogTypesHasNoUnknownFields) {
  const Json known = object_of(R"({"m":{"type":"object"}})");
  const Json selected = object_of(R"({"m":{"type":"object","properties":{"x":{"type":"integer"}}}})");
  Projector projector(selected, known);
  EXPECT_EQ(projector.project(R"({"m":{"x":1,"y":2}})"), R"({"m":{"x":1}})");
  EXPECT_EQ(projector.builder.unknown_fields(), Names{});
}

TEST(Projection, TypesThatACatalogChangedAreHonoured) {
  EXPECT_EQ(project(R"({"updated_time":{"type":["integer","null"]},"id":{"type":"integer"},
    "o":{"type":["object","string","null"],"properties":{"x":{"type":"string"}}}})",
                    R"({"updated_time":1451431341,"id":"549755885175","o":"text"})"),
            R"({"updated_time":1451431341,"id":549755885175,"o":"text"})");
}

TEST(Projection, BoundsOfIntegersAreKept) {
  Projector projector(object_of(R"({"a":{"type":"integer","minimum":-9223372036854775808,
    "maximum":9223372036854775807},"b":{"type":"integer"},"c":{"type":"integer","maximum":18446744073709551615}})"));
  EXPECT_EQ(projector.project(R"({"a":9223372036854775808,"b":9223372036854775808,"c":9223372036854775807})"),
            R"({"a":null,"b":9223372036854775808,"c":9223372036854775807})");
  EXPECT_EQ(projector.builder.misfits(), Names{"a"});
}

TEST(Projection, ValuesAreReadFromTheirSlots) {
  Projector projector(object_of(R"({"id":{"type":"string"},"t":{"type":"string","format":"date-time"},
    "o":{"type":"object","properties":{"x":{"type":"integer"}}},"l":{"type":"array","items":{"type":"integer"}},
    "m":{"type":"object"}})"));
  projector.project(R"({"id":5,"t":1451431341,"o":{"x":1},"l":[1,2],"m":{"k":1}})");
  const auto value = [&](std::string_view name) {
    return std::string(projector.builder.value(projector.projection.index_of(name).value()));
  };
  EXPECT_EQ(value("id"), R"("5")");
  EXPECT_EQ(value("t"), R"("2015-12-29T23:22:21Z")");
  EXPECT_EQ(value("o"), R"({"x":1})");
  EXPECT_EQ(value("l"), "[1,2]");
  EXPECT_EQ(value("m"), R"({"k":1})");
  projector.project("{}");
  EXPECT_EQ(value("id"), "null");
  EXPECT_EQ(value("o"), "null");
  EXPECT_FALSE(projector.projection.index_of("absent"));
}

TEST(Projection, TokensOutsideOfARecordAreIgnored) {
  Projector projector(object_of(R"({"a":{"type":"integer"}})"));
  EXPECT_EQ(projector.project(R"([1, {"a": 2}])"), R"({"a":null})");
  EXPECT_EQ(projector.project(R"(7)"), R"({"a":null})");
  EXPECT_EQ(projector.project(R"({"a":3})"), R"({"a":3})");
}

TEST(Projection, RefusesSchemasItCannotCompile) {
  const auto refused = [](std::string_view field) {
    return refusal(
        object_of(std::string(R"({"o":{"type":"object","properties":{"f":)") + std::string(field) + "}}}"));
  };
  EXPECT_EQ(refused("{}"), "field 'o.f' has no type");
  EXPECT_EQ(refused(R"({"$ref":"#/x"})"), "field 'o.f' has no type");
  EXPECT_EQ(refused(R"({"anyOf":[{"type":"string"}]})"), "field 'o.f' has no type");
  EXPECT_EQ(refused(R"({"type":[]})"), "field 'o.f' has no type");
  EXPECT_EQ(refused(R"({"type":"text"})"), "field 'o.f' has an unknown type");
  EXPECT_EQ(refused(R"({"type":[1]})"), "field 'o.f' has a type that is not a string");
  EXPECT_EQ(refused("true"), "field 'o.f' has a schema that is not an object");
  EXPECT_EQ(refused(R"({"type":"object","properties":[]})"),
            "field 'o.f' has properties that are not an object");
  EXPECT_EQ(refused(R"({"type":"array","items":{}})"), "field 'o.f[]' has no type");
  EXPECT_EQ(refusal({{"type", "object"}}), "the schema is not an object with properties");
  EXPECT_EQ(refusal({{"type", "string"}}), "the schema is not an object with properties");
  EXPECT_EQ(refusal(Json()), "the schema is not an object with properties");
}

}  // namespace
}  // namespace tap_pinterest::singer
