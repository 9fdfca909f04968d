#include "tap_pinterest/singer/select_patterns.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tap_pinterest::singer {
namespace {

using Names = std::vector<std::string>;

std::vector<StreamDescription> patterned_streams() {
  StreamDescription ads{.id = "ads",
                        .schema = Json::parse(R"({"type":"object","properties":{"id":{"type":"string"},
      "name":{"type":["string","null"]},"bid":{"type":["integer","null"]},
      "quiz":{"type":["object","null"],"properties":{"title":{"type":["string","null"]},
        "text":{"type":["string","null"]}}},
      "updated_time":{"type":["string","null"],"format":"date-time"}}})"),
                        .key_properties = {"id"},
                        .replication_key = "updated_time",
                        .whole_by_configuration = false,
                        .configured_object = ""};
  StreamDescription pins = ads;
  pins.id = "pins";
  return {ads, pins};
}

// "ads.id ads.quiz.text": what is selected by the patterns.
std::string chosen(const Names& patterns, const Json* catalog = nullptr) {
  Json whole = catalog == nullptr ? discover(patterned_streams()) : *catalog;
  EXPECT_EQ(apply_patterns(patterns, patterned_streams(), whole), Names{});
  std::string result;
  for (const SelectedStream& stream : select(patterned_streams(), &whole).streams) {
    for (const auto& [name, field] : stream.schema["properties"].items()) {
      if (field.contains("properties")) {
        for (const auto& [inner, unused] : field["properties"].items()) {
          result += stream.id + "." + name + "." + inner + " ";
        }
      } else if (name != "id" && name != "updated_time") {
        result += stream.id + "." + name + " ";
      }
    }
  }
  return result;
}

TEST(SelectPatterns, ChooseStreamsAndFields) {
  const std::string ads = "ads.name ads.bid ads.quiz.title ads.quiz.text ";
  EXPECT_EQ(chosen({"ads"}), ads);
  EXPECT_EQ(chosen({"ads.*"}), ads);
  EXPECT_EQ(chosen({"a?s"}), ads);
  EXPECT_EQ(chosen({"!pins"}), ads);
  EXPECT_EQ(chosen({"!pins.*"}), ads);
  EXPECT_EQ(chosen({"*", "!pins"}), ads);
  EXPECT_EQ(chosen({"ads.name"}), "ads.name ");
  EXPECT_EQ(chosen({"ads.name", "ads"}), ads);
  EXPECT_EQ(chosen({"ads.name,pins.b*"}), "ads.name pins.bid ");
  EXPECT_EQ(chosen({"*.name"}), "ads.name pins.name ");
  EXPECT_EQ(chosen({"ads.id"}), "");
}

TEST(SelectPatterns, AFieldBringsWhatIsInsideAndAround) {
  EXPECT_EQ(chosen({"ads.quiz"}), "ads.quiz.title ads.quiz.text ");
  EXPECT_EQ(chosen({"ads.quiz.text"}), "ads.quiz.text ");
  EXPECT_EQ(chosen({"ads.quiz", "!ads.quiz.text"}), "ads.quiz.title ");
  EXPECT_EQ(chosen({"ads", "!ads.quiz"}), "ads.name ads.bid ");
  EXPECT_EQ(chosen({"ads", "!*.*t*"}), "ads.name ads.bid ");
}

TEST(SelectPatterns, GoOverACatalogThatHasNoMetadata) {
  const Json bare =
      Json::parse(R"({"streams":[{"tap_stream_id":"ads"},{"tap_stream_id":"pins","selected":true}]})");
  EXPECT_EQ(chosen({"ads.name"}, &bare), "ads.name ");
  EXPECT_EQ(chosen({"!pins.quiz"}, &bare), "pins.name pins.bid ");
}

TEST(SelectPatterns, AMalformedCatalogIsLeftToWhoReadsIt) {
  for (const char* text : {"[]", "{}", R"({"streams":{}})", R"({"streams":[1,{}]})"}) {
    Json catalog = Json::parse(text);
    EXPECT_EQ(apply_patterns({"ads"}, patterned_streams(), catalog).size(), 1U) << text;
  }
  Json catalog = Json::parse(R"({"streams":[{"tap_stream_id":"ads","metadata":7,"schema":[]}]})");
  EXPECT_EQ(apply_patterns({"ads"}, patterned_streams(), catalog), Names{});
}

}  // namespace
}  // namespace tap_pinterest::singer
