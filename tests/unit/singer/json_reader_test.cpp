#include "tap_pinterest/singer/json_reader.hpp"

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace tap_pinterest::singer {
namespace {

// Writes down every token it is handed.
class Recorder final : public JsonSink {
 public:
  void begin_object() override { log += "{ "; }
  void end_object() override { log += "} "; }
  void begin_array() override { log += "[ "; }
  void end_array() override { log += "] "; }
  void key(std::string_view name) override { log += std::string(name) + ": "; }
  void scalar(Token token) override {
    constexpr std::array<std::string_view, 5> kKinds = {"null", "boolean", "integer", "decimal", "string"};
    log += kKinds[static_cast<std::size_t>(token.kind)];
    log += '(';
    log += token.text;
    log += ") ";
  }

  std::string log;
};

// Passes over all but scalars.
class ScalarSink : public JsonSink {
 public:
  void begin_object() override {}
  void end_object() override {}
  void begin_array() override {}
  void end_array() override {}
  void key(std::string_view /*name*/) override {}
};

std::string tokens(std::string_view text) {
  Recorder recorder;
  const auto error = read_json(text, recorder);
  EXPECT_FALSE(error) << error->message;
  return recorder.log;
}

std::optional<JsonError> error_of(std::string_view text) {
  Recorder recorder;
  return read_json(text, recorder);
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonReader, HandsOnTokensInOrder) {
  EXPECT_EQ(tokens(R"({"a": [1, -2.50, "x", null, true, {"b": false}]})"),
            "{ a: [ integer(1) decimal(-2.50) string(x) null(null) boolean(true) { b: boolean(false) } ] } ");
}

TEST(JsonReader, KeepsTheDigitsOfNumbers) {
  EXPECT_EQ(tokens("1.10"), "decimal(1.10) ");
  EXPECT_EQ(tokens("0.1000000000000000055511151231257827"), "decimal(0.1000000000000000055511151231257827) ");
  EXPECT_EQ(tokens("1E2"), "decimal(1E2) ");
  EXPECT_EQ(tokens("-9223372036854775808"), "integer(-9223372036854775808) ");
  EXPECT_EQ(tokens("18446744073709551615"), "integer(18446744073709551615) ");
  EXPECT_EQ(tokens("123456789012345678901234567890"), "integer(123456789012345678901234567890) ");
}

TEST(JsonReader, DecodesEscapesToUtf8) {
  EXPECT_EQ(tokens(R"("\u00e9\ud83d\ude00\n\/")"), "string(\xC3\xA9\xF0\x9F\x98\x80\n/) ");
}

TEST(JsonReader, HandsOnRepeatedKeysTwice) {
  EXPECT_EQ(tokens(R"({"a":1,"a":2})"), "{ a: integer(1) a: integer(2) } ");
}

TEST(JsonReader, IsStrict) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{'a':1}",
                                      "{\"a\" 1}",
                                      "nul",
                                      "NaN",
                                      "+1",
                                      "01",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "[1] x",
                                      "{} {}",
                                      "\"\x01\"",
                                      "\"\xFF\"",
                                      "\"\xED\xA0\x80\"",
                                      R"("\ud83d")",
                                      R"("\x")",
                                      "// a\n1",
                                      "1e999"}) {
    EXPECT_TRUE(error_of(text)) << text;
  }
}

TEST(JsonReader, NamesTheOffsetOfAnError) {
  EXPECT_EQ(error_of(R"({"a": tru!})")->offset, 9U);
  EXPECT_EQ(error_of("[1, 2")->offset, 5U);
  EXPECT_EQ(error_of("")->offset, 0U);
  EXPECT_EQ(error_of("[1] x")->offset, 4U);
}

TEST(JsonReader, ErrorsDoNotQuoteTheText) {
  for (const std::string_view text :
       {R"({"token": "secret)", R"({"token": secret})", R"({"secret" 1})", "[secret", R"("secret\ud83d")",
        R"("secret; last read: secret)", "[1,2] secret", R"({"a":"secret" "secret"})"}) {
    const auto error = error_of(text);
    ASSERT_TRUE(error) << text;
    EXPECT_EQ(error->message.find("secret"), std::string::npos) << error->message;
    EXPECT_NE(error->message, "");
  }
}

TEST(JsonReader, RefusesANumberThatNoDoubleHoldsWithoutQuotingIt) {
  EXPECT_EQ(error_of("[1e999]")->message, "a number beyond the range of a double");
}

TEST(JsonReader, KnowsWhichNumbersADoubleHolds) {
  const std::string digits(308, '9');
  const std::vector<std::string> finite = {"0", "-1.5", "1e308", "-1.7976931348623157e308", "1e-999", digits};
  const std::vector<std::string> infinite = {"1e309", "-1E+999", "1.8e308", digits + "9", digits + "9.5"};
  for (const std::string& number : finite) EXPECT_TRUE(is_finite(number)) << number;
  for (const std::string& number : infinite) EXPECT_FALSE(is_finite(number)) << number;
}

TEST(JsonReader, HandsOnANumberThatNoDoubleHoldsAsAString) {
  Recorder recorder;
  JsonReader reader(recorder, Oddities::repaired);
  reader.read("[1e999, -1E+999, 1e9]", /*is_last=*/true);
  EXPECT_EQ(recorder.log, "[ string(1e999) string(-1E+999) decimal(1e9) ] ");
  EXPECT_FALSE(reader.error());
  EXPECT_EQ(reader.repaired(), 0U);
}

TEST(JsonReader, GivesTheTextOfAScalarThatMayBeWrittenAsItIs) {
  class Texts final : public ScalarSink {
   public:
    void scalar(Token token) override {
      texts.emplace_back(token.json);
      written.emplace_back();
      append_json(written.back(), token);
    }
    std::vector<std::string> texts;
    std::vector<std::string> written;
  } sink;
  // Of several escapes for a character the shortest is written.
  ASSERT_FALSE(read_json(R"(["a\"\n", "", "\/", "\u00e9", "\u0009", 1.10, null, true])", sink));
  EXPECT_EQ(sink.texts,
            (std::vector<std::string>{R"("a\"\n")", R"("")", "", "", "", "1.10", "null", "true"}));
  EXPECT_EQ(sink.written, (std::vector<std::string>{R"("a\"\n")", R"("")", R"("/")", "\"\xC3\xA9\"",
                                                    R"("\t")", "1.10", "null", "true"}));
}

TEST(JsonReader, ReadsPiecesAsTheWhole) {
  const std::string text =
      "\xEF\xBB\xBF"
      R"( {"a\n": [1, -2.5e1, "\ud83d\ude00\u00e9)"
      "\xC3\xA9\xF0\x9F\x98\x80"
      R"(", null, true, false, {}], "b": [] } )";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      Recorder recorder;
      JsonReader reader(recorder);
      std::size_t begin = reader.read(text.substr(0, first), /*is_last=*/false);
      begin += reader.read(text.substr(begin, second - begin), /*is_last=*/false);
      reader.read(text.substr(begin), /*is_last=*/true);
      ASSERT_FALSE(reader.error()) << first << ' ' << second << ' ' << reader.error()->message;
      ASSERT_EQ(recorder.log, tokens(text)) << first << ' ' << second;
    }
  }
}

TEST(JsonReader, CountsFromTheBeginningOfTheDocumentInPiecesToo) {
  Recorder recorder;
  JsonReader reader(recorder);
  EXPECT_EQ(reader.read("[1, tr", /*is_last=*/false), 4U);
  EXPECT_EQ(reader.read("tru!", /*is_last=*/false), 0U);
  EXPECT_EQ(reader.error()->offset, 7U);
}

TEST(JsonReader, RefusesDeepNestingWithItsPlace) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_FALSE(error_of(nested(kMaxJsonDepth)));
  const auto error = error_of(nested(kMaxJsonDepth + 1));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->offset, static_cast<std::size_t>(kMaxJsonDepth));
  EXPECT_EQ(error->message, "nested deeper than 100 levels");

  // Brackets in strings and closed ones do not count.
  const std::string prefix = R"(["[[[\"[[", [], [[]], )";
  EXPECT_EQ(error_of(prefix + nested(200'000))->offset, prefix.size() + kMaxJsonDepth - 1);
}

TEST(JsonReader, LetsTheSinksExceptionsPass) {
  class Thrower final : public ScalarSink {
   public:
    void scalar(Token /*token*/) override { throw std::runtime_error("stop"); }
  } thrower;
  EXPECT_THROW(read_json("[1]", thrower), std::runtime_error);
}

TEST(JsonReader, RepairsOnlySurrogatesWithoutPartner) {
  struct Row {
    std::string_view text;
    std::string_view read;
    std::size_t repaired;
  };
  const std::vector<Row> rows = {
      {R"("plain")", "plain", 0},
      {R"("\ud83d\ude00")", "\xF0\x9F\x98\x80", 0},
      {R"("\ud83d")", "\xEF\xBF\xBD", 1},
      {R"("\uDE00")", "\xEF\xBF\xBD", 1},
      {R"("\ude00\ud83d")", "\xEF\xBF\xBD\xEF\xBF\xBD", 2},
      {R"("\ud83d\ud83d\ude00")", "\xEF\xBF\xBD\xF0\x9F\x98\x80", 1},
      {R"("\ud83d\n")", "\xEF\xBF\xBD\n", 1},
      {R"("\ud83dx\ude00")", "\xEF\xBF\xBDx\xEF\xBF\xBD", 2},
      {R"("\\ud83d")", R"(\ud83d)", 0},
      {R"("\\\ud83d")", "\\\xEF\xBF\xBD", 1},
      {R"("\ud83d\\ude00")", "\xEF\xBF\xBD\\ude00", 1},
  };
  for (const Row& row : rows) {
    Recorder recorder;
    JsonReader reader(recorder, Oddities::repaired);
    reader.read(row.text, /*is_last=*/true);
    EXPECT_FALSE(reader.error()) << row.text;
    EXPECT_EQ(recorder.log, "string(" + std::string(row.read) + ") ") << row.text;
    EXPECT_EQ(reader.repaired(), row.repaired) << row.text;
    EXPECT_TRUE(row.repaired == 0 || error_of(row.text)) << row.text;
  }
}

TEST(JsonWriter, WritesWhatWasRead) {
  std::string text = "before ";
  JsonWriter writer(text);
  ASSERT_FALSE(read_json(R"( { "a" : [ 1 , { } , [ ] , "x" ], "\u0062" : null, "c": {"d": 1.0} } )", writer));
  EXPECT_EQ(text, R"(before {"a":[1,{},[],"x"],"b":null,"c":{"d":1.0}})");
}

TEST(AppendJsonString, EscapesWhatMustBeAndNothingMore) {
  EXPECT_EQ(json_string("plain"), R"("plain")");
  EXPECT_EQ(json_string(""), R"("")");
  EXPECT_EQ(json_string("a\"b\\c\n\t\r\b\f/"), R"("a\"b\\c\n\t\r\b\f/")");
  EXPECT_EQ(json_string(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(json_string("\xC3\xA9\xF0\x9F\x98\x80"), "\"\xC3\xA9\xF0\x9F\x98\x80\"");
}

TEST(AppendJsonString, IsReadBackAsItWas) {
  std::string every_byte;
  for (int c = 0; c < 0x80; ++c) every_byte += static_cast<char>(c);
  EXPECT_EQ(nlohmann::json::parse(json_string(every_byte)).get<std::string>(), every_byte);
}

}  // namespace
}  // namespace tap_pinterest::singer
