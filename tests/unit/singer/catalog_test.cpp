#include "tap_pinterest/singer/catalog.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace tap_pinterest::singer {
namespace {

using Names = std::vector<std::string>;

std::vector<StreamDescription> streams() {
  return {
      {.id = "ad_accounts",
       .schema = Json::parse(R"({"type":"object","properties":{"id":{"type":"string"},
         "owner":{"type":["object","null"],"properties":{"id":{"type":["string","null"]},
           "username":{"type":["string","null"]}}},
         "permissions":{"type":["array","null"],"items":{"type":["string","null"]}}}})"),
       .key_properties = {"id"},
       .replication_key = "",
       .whole_by_configuration = false,
       .configured_object = ""},
      {.id = "ads",
       .schema = Json::parse(R"({"type":"object","properties":{"id":{"type":"string"},
         "name":{"type":["string","null"]},"bid":{"type":["integer","null"]},
         "quiz":{"type":["object","null"],"properties":{"questions":{"type":["array","null"],"items":
           {"type":["object","null"],"properties":{"text":{"type":["string","null"]}}}}}},
         "multipliers":{"type":["object","null"]},
         "updated_time":{"type":["string","null"],"format":"date-time"}}})"),
       .key_properties = {"id"},
       .replication_key = "updated_time",
       .whole_by_configuration = false,
       .configured_object = ""},
      {.id = "ad_analytics",
       .schema = Json::parse(R"({"type":"object","properties":{"AD_ID":{"type":"string"},
         "DATE":{"type":"string","format":"date"},
         "metrics":{"type":"object","properties":{"SPEND":{"type":["number","null"]},
           "CTR":{"type":["number","null"]}}}}})"),
       .key_properties = {"AD_ID", "DATE"},
       .replication_key = "DATE",
       .whole_by_configuration = false,
       .configured_object = "metrics"},
  };
}

Selection select(const Json& catalog) { return singer::select(streams(), &catalog); }

// A discovered catalog to be changed by a test.
class Catalog {
 public:
  Catalog() : json(discover(streams())) {}

  Json& entry(std::string_view stream) {
    for (Json& item : json["streams"]) {
      if (item["tap_stream_id"] == stream) return item;
    }
    throw std::out_of_range("no such stream");
  }
  Json& metadata(std::string_view stream, const Names& fields) {
    Json breadcrumb = Json::array();
    for (const std::string& field : fields) {
      breadcrumb.push_back("properties");
      breadcrumb.push_back(field);
    }
    Json& list = entry(stream)["metadata"];
    for (Json& item : list) {
      if (item["breadcrumb"] == breadcrumb) return item["metadata"];
    }
    list.push_back({{"breadcrumb", breadcrumb}, {"metadata", Json::object()}});
    return list.back()["metadata"];
  }
  Json& properties(std::string_view stream) { return entry(stream)["schema"]["properties"]; }
  Catalog& set(std::string_view stream, const Names& fields, const char* keyword, const Json& value) {
    metadata(stream, fields)[keyword] = value;
    return *this;
  }
  // Leaves one stream in the catalog.
  Catalog& only(std::string_view stream) {
    const Json kept = entry(stream);
    json["streams"] = Json::array({kept});
    return *this;
  }

  Json json;
};

Names names_of(const Json& object) {
  Names names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

Names ids_of(const Selection& selection) {
  Names ids;
  for (const SelectedStream& stream : selection.streams) ids.push_back(stream.id);
  return ids;
}

const SelectedStream& stream_of(const Selection& selection, std::string_view id) {
  const auto stream = std::find_if(selection.streams.begin(), selection.streams.end(),
                                   [&](const SelectedStream& candidate) { return candidate.id == id; });
  if (stream == selection.streams.end()) throw std::out_of_range("not selected");
  return *stream;
}

Names fields_of(const Selection& selection, std::string_view id) {
  return names_of(stream_of(selection, id).schema.at("properties"));
}

// The problems that one change to a discovered catalog makes.
Names problems_after(const std::function<void(Catalog&)>& change) {
  Catalog catalog;
  change(catalog);
  return select(catalog.json).problems;
}

TEST(Discover, DescribesEachStream) {
  const Json catalog = discover(streams());
  ASSERT_EQ(names_of(catalog), Names{"streams"});
  const Json& ads = catalog["streams"][1];
  EXPECT_EQ(names_of(ads), (Names{"tap_stream_id", "stream", "key_properties", "replication_method",
                                  "replication_key", "schema", "metadata"}));
  EXPECT_EQ(ads["tap_stream_id"], "ads");
  EXPECT_EQ(ads["stream"], "ads");
  EXPECT_EQ(ads["key_properties"], Json::array({"id"}));
  EXPECT_EQ(ads["replication_method"], "INCREMENTAL");
  EXPECT_EQ(ads["replication_key"], "updated_time");
  EXPECT_EQ(ads["schema"], streams()[1].schema);
  EXPECT_EQ(catalog["streams"][0]["replication_method"], "FULL_TABLE");
  EXPECT_FALSE(catalog["streams"][0].contains("replication_key"));
}

TEST(Discover, StreamMetadataSaysHowAStreamCanBeReplicated) {
  const Json catalog = discover(streams());
  EXPECT_EQ(catalog["streams"][1]["metadata"][0],
            Json::parse(R"({"breadcrumb":[],"metadata":{"inclusion":"available","selected":true,
              "table-key-properties":["id"],"valid-replication-keys":["updated_time"]}})"));
  EXPECT_EQ(catalog["streams"][0]["metadata"][0],
            Json::parse(R"({"breadcrumb":[],"metadata":{"inclusion":"available","selected":true,
              "table-key-properties":["id"],"valid-replication-keys":[],
              "forced-replication-method":"FULL_TABLE"}})"));
}

TEST(Discover, EveryPropertyAtEveryDepthHasMetadata) {
  const Json catalog = discover(streams());
  Names places;
  for (const Json& item : catalog["streams"][0]["metadata"]) {
    places.push_back(item["breadcrumb"].dump() + " " + item["metadata"]["inclusion"].get<std::string>());
  }
  EXPECT_EQ(places,
            (Names{"[] available", R"(["properties","id"] automatic)", R"(["properties","owner"] available)",
                   R"(["properties","owner","properties","id"] available)",
                   R"(["properties","owner","properties","username"] available)",
                   R"(["properties","permissions"] available)"}));
}

TEST(Select, WithoutACatalogTakesEverything) {
  const Selection selection = singer::select(streams(), nullptr);
  EXPECT_EQ(ids_of(selection), (Names{"ad_accounts", "ads", "ad_analytics"}));
  EXPECT_EQ(selection.streams[0].method, ReplicationMethod::full_table);
  EXPECT_EQ(selection.streams[1].method, ReplicationMethod::incremental);
  EXPECT_EQ(selection.streams[1].replication_key, "updated_time");
  EXPECT_EQ(selection.streams[1].schema, streams()[1].schema);
}

TEST(Select, LeavesOutWhatIsNotSelectedByDefaultUnlessTheCatalogSelectsIt) {
  std::vector<StreamDescription> some = streams();
  some[1].selected_by_default = false;
  EXPECT_EQ(ids_of(singer::select(some, nullptr)), (Names{"ad_accounts", "ad_analytics"}));
  Json catalog = discover(some);
  Json& metadata = catalog["streams"][1]["metadata"][0]["metadata"];
  EXPECT_EQ(metadata.at("selected-by-default"), false);
  EXPECT_FALSE(metadata.contains("selected"));
  EXPECT_EQ(ids_of(singer::select(some, &catalog)), (Names{"ad_accounts", "ad_analytics"}));
  metadata["selected"] = true;
  EXPECT_EQ(ids_of(singer::select(some, &catalog)), (Names{"ad_accounts", "ads", "ad_analytics"}));
}

TEST(Select, ADiscoveredCatalogTakesEverythingUnchanged) {
  const Selection selection = select(Catalog().json);
  EXPECT_EQ(ids_of(selection), (Names{"ad_accounts", "ads", "ad_analytics"}));
  EXPECT_EQ(selection.warnings, Names{});
  EXPECT_EQ(selection.problems, Names{});
  for (std::size_t i = 0; i < streams().size(); ++i) {
    EXPECT_EQ(selection.streams[i].schema.dump(), streams()[i].schema.dump());
    EXPECT_EQ(selection.streams[i].key_properties, streams()[i].key_properties);
    EXPECT_EQ(selection.streams[i].replication_key, streams()[i].replication_key);
  }
}

TEST(Select, StreamsComeInTheTapsOrder) {
  Catalog catalog;
  std::reverse(catalog.json["streams"].begin(), catalog.json["streams"].end());
  EXPECT_EQ(ids_of(select(catalog.json)), (Names{"ad_accounts", "ads", "ad_analytics"}));
}

TEST(Select, AStreamIsTakenByTheFirstThatIsSaid) {
  struct Row {
    std::string_view metadata;
    bool selected;
  };
  const std::vector<Row> rows = {
      {R"({"selected":true})", true},
      {R"({"selected":"true"})", true},
      {R"({"selected":false})", false},
      {R"({"selected":"False"})", false},
      {R"({"selected":true,"inclusion":"unsupported"})", false},
      {R"({"selected":false,"inclusion":"automatic"})", true},
      {R"({"selected":false,"selected-by-default":true})", false},
      {R"({"selected-by-default":true})", true},
      {R"({"selected":null,"selected-by-default":true})", true},
      {R"({"inclusion":"available"})", false},
      {"{}", false},
  };
  for (const Row& row : rows) {
    Catalog catalog;
    catalog.only("ads").metadata("ads", {}) = Json::parse(row.metadata);
    EXPECT_EQ(ids_of(select(catalog.json)), row.selected ? Names{"ads"} : Names{}) << row.metadata;
  }
}

TEST(Select, ACatalogWithoutMetadataSelectsInItsSchema) {
  for (const bool in_schema : {true, false}) {
    Catalog catalog;
    catalog.only("ads").entry("ads").erase("metadata");
    EXPECT_EQ(ids_of(select(catalog.json)), Names{});
    if (in_schema) {
      catalog.entry("ads")["schema"]["selected"] = true;
      catalog.properties("ads")["name"]["selected"] = false;
    } else {
      catalog.entry("ads")["selected"] = true;
      catalog.properties("ads")["name"]["inclusion"] = "unsupported";
    }
    const Selection selection = select(catalog.json);
    EXPECT_EQ(fields_of(selection, "ads"), (Names{"id", "bid", "quiz", "multipliers", "updated_time"}));
    EXPECT_EQ(stream_of(selection, "ads").schema.dump().find("selected"), std::string::npos);
  }
}

TEST(Select, AFieldIsTakenByTheFirstThatIsSaid) {
  struct Row {
    std::string_view metadata;
    bool selected;
  };
  const std::vector<Row> rows = {
      {"{}", true},
      {R"({"selected":false})", false},
      {R"({"selected":"false"})", false},
      {R"({"selected":false,"inclusion":"automatic"})", true},
      {R"({"selected":true,"inclusion":"unsupported"})", false},
      {R"({"selected":true,"selected-by-default":false})", true},
      {R"({"selected-by-default":false})", false},
  };
  for (const Row& row : rows) {
    Catalog catalog;
    catalog.only("ads").metadata("ads", {"name"}) = Json::parse(row.metadata);
    const Names fields = fields_of(select(catalog.json), "ads");
    EXPECT_EQ(std::count(fields.begin(), fields.end(), "name"), row.selected ? 1 : 0) << row.metadata;
  }
}

TEST(Select, KeysStayWhateverIsSaid) {
  Catalog catalog;
  catalog.metadata("ads", {"id"}) = Json::parse(R"({"inclusion":"available","selected":false})");
  catalog.metadata("ads", {"updated_time"}) = Json::parse(R"({"inclusion":"unsupported"})");
  const Names fields = fields_of(select(catalog.json), "ads");
  EXPECT_EQ(std::count(fields.begin(), fields.end(), "id"), 1);
  EXPECT_EQ(std::count(fields.begin(), fields.end(), "updated_time"), 1);
}

TEST(Select, DeselectedFieldsLeaveSchemaAndRequiredAtEveryDepth) {
  Catalog catalog;
  catalog.set("ad_accounts", {"owner", "username"}, "selected", false)
      .set("ad_accounts", {"permissions"}, "selected", false);
  catalog.entry("ad_accounts")["schema"]["required"] = {"id", "permissions"};
  catalog.properties("ad_accounts")["owner"]["required"] = {"username"};
  const Selection selection = select(catalog.json);
  EXPECT_EQ(selection.warnings, Names{});
  EXPECT_EQ(stream_of(selection, "ad_accounts").schema,
            Json::parse(R"({"type":"object","properties":{"id":{"type":"string"},
              "owner":{"type":["object","null"],"properties":{"id":{"type":["string","null"]}}}},
              "required":["id"]})"));
}

TEST(Select, FieldsInsideOfArrayElementsCanBeDeselected) {
  Catalog catalog;
  catalog.properties("ads")["quiz"]["properties"]["questions"]["items"]["properties"]["text"]["selected"] =
      false;
  const Selection selection = select(catalog.json);
  EXPECT_EQ(fields_of(selection, "ads"), (Names{"id", "name", "bid", "multipliers", "updated_time"}));
}

TEST(Select, AnObjectWithEveryChildDeselectedIsLeftOutWithAWarning) {
  Catalog catalog;
  catalog.set("ad_accounts", {"owner"}, "selected", true)
      .set("ad_accounts", {"owner", "id"}, "selected", false)
      .set("ad_accounts", {"owner", "username"}, "selected", false);
  const Selection selection = select(catalog.json);
  EXPECT_EQ(fields_of(selection, "ad_accounts"), (Names{"id", "permissions"}));
  EXPECT_EQ(selection.warnings, Names{"stream 'ad_accounts': field 'owner' is selected, but every field "
                                      "inside it is deselected; leaving it out"});
}

TEST(Select, ADeselectedParentTakesItsChildrenAlong) {
  Catalog catalog;
  catalog.set("ad_accounts", {"owner"}, "selected", false)
      .set("ad_accounts", {"owner", "id"}, "selected", true)
      .set("ad_accounts", {"owner", "username"}, "selected", true);
  Selection selection = select(catalog.json);
  EXPECT_EQ(fields_of(selection, "ad_accounts"), (Names{"id", "permissions"}));
  EXPECT_EQ(selection.warnings, Names{});

  // Single fields picked out of it: most likely a mistake.
  catalog.set("ad_accounts", {"owner", "username"}, "selected", false);
  selection = select(catalog.json);
  EXPECT_EQ(selection.warnings,
            Names{"stream 'ad_accounts': field 'owner' is deselected, so what is selected "
                  "inside it is left out: 'owner.id'; select 'owner' too"});
}

TEST(Select, TheCatalogsOwnSchemaIsUsed) {
  Catalog catalog;
  catalog.properties("ads")["updated_time"] = {{"type", {"integer", "null"}}};
  catalog.properties("ads")["bid"] = {{"type", {"string", "null"}}, {"description", "mine"}};
  catalog.properties("ads")["quiz"] = {{"type", "object"}};
  catalog.properties("ads")["multipliers"] =
      Json::parse(R"({"type":"object","properties":{"any":{"type":"number"}}})");
  const Selection selection = select(catalog.json);
  EXPECT_EQ(selection.problems, Names{});
  EXPECT_EQ(stream_of(selection, "ads").schema, catalog.entry("ads")["schema"]);
}

TEST(Select, WithoutASchemaTheTapsOwnIsFiltered) {
  Catalog catalog;
  catalog.entry("ads").erase("schema");
  catalog.set("ads", {"name"}, "selected", false);
  EXPECT_EQ(fields_of(select(catalog.json), "ads"),
            (Names{"id", "bid", "quiz", "multipliers", "updated_time"}));
}

TEST(Select, ShapesCannotBeChanged) {
  EXPECT_EQ(
      problems_after([](Catalog& catalog) {
        catalog.properties("ads")["quiz"] = {{"type", "string"}};
        catalog.properties("ad_accounts")["owner"]["properties"]["id"] = {{"type", {"object", "null"}}};
        catalog.properties("ad_accounts")["permissions"]["items"] = {{"type", "array"}};
      }),
      (Names{
          R"(stream 'ad_accounts': field 'owner.id': its type cannot be changed from ["string","null"] to ["object","null"])",
          R"(stream 'ad_accounts': field 'permissions[]': its type cannot be changed from ["string","null"] to "array")",
          R"(stream 'ads': field 'quiz': its type cannot be changed from ["object","null"] to "string")"}));
}

TEST(Select, SchemasThatCannotBeCompiledAreProblems) {
  EXPECT_EQ(
      problems_after([](Catalog& catalog) {
        catalog.properties("ads")["name"] = Json::parse(R"({"anyOf":[{"type":"string"}]})");
        catalog.properties("ad_accounts")["id"] = true;
        catalog.entry("ad_analytics")["schema"].erase("type");
      }),
      (Names{"stream 'ad_accounts': field 'id' has a schema that is not an object",
             "stream 'ads': field 'name' has no type", "stream 'ad_analytics': the schema has no type"}));
  for (const Json& schema : {Json(7), Json::object(), Json{{"properties", 1}}}) {
    EXPECT_EQ(problems_after([&](Catalog& catalog) { catalog.entry("ads")["schema"] = schema; }),
              Names{"stream 'ads': its schema is not an object with properties"});
  }
}

TEST(Select, FieldsUnknownToTheTapAreLeftOutWithOneWarning) {
  Catalog catalog;
  catalog.properties("ads")["gone"] = {{"type", "string"}};
  catalog.properties("ads")["quiz"]["properties"]["gone"] = {{"type", "string"}};
  catalog.properties("ads")["hidden"] = {{"type", "string"}};
  catalog.set("ads", {"hidden"}, "selected", false);
  const Selection selection = select(catalog.json);
  EXPECT_EQ(stream_of(selection, "ads").schema, streams()[1].schema);
  EXPECT_EQ(selection.warnings, Names{"stream 'ads': leaving out fields of the catalog that this tap does "
                                      "not have: 'quiz.gone', 'gone'"});
}

TEST(Select, FieldsThatAnOldCatalogLacksStayOut) {
  Catalog catalog;
  catalog.properties("ads").erase("name");
  catalog.properties("ads")["quiz"]["properties"].erase("questions");
  const Selection selection = select(catalog.json);
  EXPECT_EQ(stream_of(selection, "ads").schema, catalog.entry("ads")["schema"]);
  EXPECT_EQ(selection.warnings, Names{});
}

TEST(Select, KeysThatAnOldCatalogLacksAreAdded) {
  Catalog catalog;
  catalog.properties("ads").erase("id");
  catalog.properties("ads").erase("updated_time");
  Selection selection = select(catalog.json);
  EXPECT_EQ(fields_of(selection, "ads"), (Names{"name", "bid", "quiz", "multipliers", "id", "updated_time"}));
  EXPECT_EQ(selection.warnings,
            Names{"stream 'ads': adding fields that the catalog lacks: 'id', 'updated_time'"});

  catalog.set("ads", {}, "replication-method", "FULL_TABLE");
  EXPECT_EQ(fields_of(select(catalog.json), "ads"), (Names{"name", "bid", "quiz", "multipliers", "id"}));
}

TEST(Select, ConfiguredColumnsThatAnOldCatalogLacksAreAdded) {
  Catalog catalog;
  Json& metrics = catalog.properties("ad_analytics")["metrics"]["properties"];
  metrics.erase("CTR");
  metrics["OLD"] = {{"type", "number"}};
  Selection selection = select(catalog.json);
  EXPECT_EQ(names_of(stream_of(selection, "ad_analytics").schema["properties"]["metrics"]["properties"]),
            (Names{"SPEND", "CTR"}));
  EXPECT_EQ(selection.warnings,
            (Names{"stream 'ad_analytics': leaving out fields of the catalog that this tap does not have: "
                   "'metrics.OLD'",
                   "stream 'ad_analytics': adding fields that the catalog lacks: 'metrics.CTR'"}));

  catalog.set("ad_analytics", {"metrics", "CTR"}, "selected", false);
  selection = select(catalog.json);
  EXPECT_EQ(names_of(stream_of(selection, "ad_analytics").schema["properties"]["metrics"]["properties"]),
            Names{"SPEND"});

  catalog.set("ad_analytics", {"metrics"}, "selected", false);
  EXPECT_EQ(fields_of(select(catalog.json), "ad_analytics"), (Names{"AD_ID", "DATE"}));
}

TEST(Select, TheReplicationMethodOfTheMetadataWins) {
  Catalog catalog;
  catalog.entry("ads")["replication_method"] = "FULL_TABLE";
  Selection selection = select(catalog.json);
  EXPECT_EQ(stream_of(selection, "ads").method, ReplicationMethod::full_table);
  EXPECT_EQ(stream_of(selection, "ads").replication_key, "");

  catalog.set("ads", {}, "replication-method", "INCREMENTAL");
  selection = select(catalog.json);
  EXPECT_EQ(stream_of(selection, "ads").method, ReplicationMethod::incremental);
  EXPECT_EQ(stream_of(selection, "ads").replication_key, "updated_time");

  catalog.metadata("ads", {}).erase("replication-method");
  catalog.entry("ads")["replication_method"] = nullptr;
  EXPECT_EQ(stream_of(select(catalog.json), "ads").method, ReplicationMethod::incremental);
}

TEST(Select, ACatalogFromBeforeTheConfigurationTookTheBookmarkAwayStillWorks) {
  std::vector<StreamDescription> now = streams();
  now[2].replication_key.clear();
  now[2].whole_by_configuration = true;
  const Json before = discover(streams());
  const Selection selection = singer::select(now, &before);
  EXPECT_EQ(selection.problems, Names{});
  EXPECT_EQ(stream_of(selection, "ad_analytics").method, ReplicationMethod::full_table);
  EXPECT_EQ(selection.warnings, Names{"stream 'ad_analytics': it is written whole (FULL_TABLE), because this "
                                      "configuration gives it no bookmark"});
}

TEST(Select, WhatCannotBeDoneIsAProblem) {
  EXPECT_EQ(
      problems_after([](Catalog& catalog) {
        catalog.set("ads", {}, "replication-method", "LOG_BASED");
        catalog.set("ad_accounts", {}, "replication-method", "INCREMENTAL");
      }),
      (Names{
          "stream 'ad_accounts': its replication-method cannot be INCREMENTAL: it has no replication key",
          R"(stream 'ads': its replication-method cannot be "LOG_BASED", only FULL_TABLE or INCREMENTAL)"}));
  EXPECT_EQ(
      problems_after([](Catalog& catalog) { catalog.set("ads", {}, "replication-key", "created_time"); }),
      Names{R"(stream 'ads': field "created_time" cannot be its replication key, that is 'updated_time')"});
  EXPECT_EQ(problems_after([](Catalog& catalog) { catalog.entry("ads")["replication_key"] = "id"; }),
            Names{R"(stream 'ads': field "id" cannot be its replication key, that is 'updated_time')"});
  EXPECT_EQ(problems_after([](Catalog& catalog) { catalog.entry("ads")["key_properties"] = {"name"}; }),
            Names{R"(stream 'ads': its key_properties cannot be changed to ["name"], they are ["id"])"});
  EXPECT_EQ(problems_after([](Catalog& catalog) { catalog.set("ads", {}, "table-key-properties", "id"); }),
            Names{R"(stream 'ads': its key_properties cannot be changed to "id", they are ["id"])"});
}

TEST(Select, KeysMayComeInAnyOrder) {
  EXPECT_EQ(problems_after([](Catalog& catalog) {
              catalog.entry("ad_analytics")["key_properties"] = {"DATE", "AD_ID"};
            }),
            Names{});
}

TEST(Select, StreamsOutOfTheCatalogAreOutAndUnknownOnesAreProblems) {
  Catalog catalog;
  catalog.only("ads").json["streams"].push_back({{"tap_stream_id", "boards"}});
  EXPECT_EQ(ids_of(select(catalog.json)), Names{"ads"});
  EXPECT_EQ(select(catalog.json).problems, Names{});
  catalog.set("boards", {}, "selected", true);
  EXPECT_EQ(select(catalog.json).problems, Names{"stream 'boards': selected in the catalog, but this tap has "
                                                 "no such stream; it has ad_accounts, ads, ad_analytics"});
}

TEST(Select, AnotherNameInStreamIsNotUsed) {
  Catalog catalog;
  catalog.only("ads").entry("ads")["stream"] = "my_ads";
  const Selection selection = select(catalog.json);
  EXPECT_EQ(ids_of(selection), Names{"ads"});
  EXPECT_EQ(
      selection.warnings,
      Names{R"(stream 'ads': the name "my_ads" in 'stream' is not used, records are written as 'ads')"});
}

TEST(Select, MalformedCatalogsAreProblems) {
  for (const std::string_view text : {"null", "[]", "{}", R"({"streams":{}})", R"({"streams":null})"}) {
    EXPECT_EQ(select(Json::parse(text)).problems, Names{"the catalog is not an object with a list 'streams'"})
        << text;
  }
  EXPECT_EQ(
      select(Json::parse(R"({"streams":[1,{"stream":"ads"},{"tap_stream_id":5},
              {"tap_stream_id":"ads"},{"tap_stream_id":"ads"}]})"))
          .problems,
      (Names{"streams[0] of the catalog has no tap_stream_id",
             "streams[1] of the catalog has no tap_stream_id",
             "streams[2] of the catalog has no tap_stream_id", "stream 'ads': it is in the catalog twice"}));
  EXPECT_EQ(select(Json::parse(R"({"streams":[{"tap_stream_id":"ads","metadata":{}}]})")).problems,
            Names{"stream 'ads': its metadata is not a list"});
  EXPECT_EQ(select(Json::parse(R"({"streams":[{"tap_stream_id":"ads","metadata":[1,{},{"breadcrumb":[1]},
              {"breadcrumb":[]},{"breadcrumb":[],"metadata":{"selected":"yes"}},
              {"breadcrumb":[],"metadata":{"selected-by-default":1}}]}]})"))
                .problems,
            (Names{"stream 'ads': metadata[0] is not an object",
                   "stream 'ads': metadata[1] has no breadcrumb that is a list of names",
                   "stream 'ads': metadata[2] has no breadcrumb that is a list of names",
                   "stream 'ads': metadata[3] has no metadata object",
                   "stream 'ads': metadata[4] has a 'selected' that is neither true nor false",
                   "stream 'ads': metadata[5] has a 'selected-by-default' that is neither true nor false"}));
}

TEST(Select, RefusesAFlatteningThatMakesTwoFieldsOneColumn) {
  std::vector<StreamDescription> streams(1);
  streams[0].id = "ads";
  streams[0].key_properties = {"a_b"};
  streams[0].schema = Json::parse(R"({"type":"object","properties":{
    "a_b":{"type":"string"},"a":{"type":"object","properties":{"b":{"type":"string"}}}}})");
  EXPECT_EQ(singer::select(streams, nullptr, {1, "__"}).problems, Names{});
  EXPECT_EQ(singer::select(streams, nullptr, {1, "_"}).problems,
            Names{"stream 'ads': two fields become the column 'a_b': choose another flattening_separator"});
}

}  // namespace
}  // namespace tap_pinterest::singer
