#include "tap_pinterest/log/format.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace tap_pinterest::log {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMaxLineBytes = 64 * 1024;

std::string text_of(std::string_view message, std::string_view stream = "", Level level = Level::info) {
  return render(Form::text, {level, stream, message}, {});
}

json structured_of(const Line& line) {
  return json::parse(render(Form::structured, line,
                            {util::Instant{std::chrono::microseconds{1764000000250000}}, 42, "worker"}));
}

TEST(RenderText, NamesTheLevelAndTheStream) {
  EXPECT_EQ(text_of("all is well"), "INFO all is well");
  EXPECT_EQ(text_of("it ends", "", Level::critical), "CRITICAL it ends");
  EXPECT_EQ(text_of("3 pages left", "ads", Level::warning), "WARNING ads: 3 pages left");
  EXPECT_EQ(text_of("", "", Level::debug), "DEBUG ");
}

TEST(RenderText, DoesNotSayTheStreamTwice) {
  EXPECT_EQ(text_of("ads: 3 pages left", "ads", Level::error), "ERROR ads: 3 pages left");
  EXPECT_EQ(text_of("ads_x: 3 pages left", "ads"), "INFO ads: ads_x: 3 pages left");
}

TEST(RenderText, MetricHasTheFormThatMeltanoKnows) {
  const ordered_json point = {
      {"type", "counter"}, {"metric", "record_count"}, {"value", 3}, {"tags", {{"stream", "ads"}}}};
  const std::string text = point.dump();
  EXPECT_EQ(render(Form::text, {Level::info, "ads", text, &point}, {}),
            R"(INFO METRIC: {"type":"counter","metric":"record_count","value":3,"tags":{"stream":"ads"}})");
  EXPECT_EQ(render(Form::message, {Level::info, "ads", text, &point}, {}), "METRIC: " + text);
}

TEST(RenderMessage, LeavesOutTheLevelButOfCritical) {
  EXPECT_EQ(render(Form::message, {Level::warning, "ads", "late"}, {}), "ads: late");
  EXPECT_EQ(render(Form::message, {Level::critical, "", "it ends"}, {}), "CRITICAL it ends");
}

TEST(RenderText, NothingBreaksTheLine) {
  EXPECT_EQ(text_of("a\nb\r\nc\td"), "INFO a b  c d");
  EXPECT_EQ(text_of("red \x1b[31m bell \x07 del \x7f"), "INFO red  [31m bell   del  ");
  EXPECT_EQ(text_of("nel \xC2\x85 csi \xC2\x9B lines \xE2\x80\xA8\xE2\x80\xA9"), "INFO nel   csi   lines   ");
  EXPECT_EQ(text_of(std::string_view("nul \0.", 6)), "INFO nul  .");
  EXPECT_EQ(text_of("late", "a\nb"), "INFO a b: late");
}

TEST(RenderText, InvalidUtf8IsReplacedAndTheRestKept) {
  EXPECT_EQ(text_of("caf\xC3\xA9 \xF0\x9F\x93\x8C"), "INFO caf\xC3\xA9 \xF0\x9F\x93\x8C");
  EXPECT_EQ(text_of("a\xFFz"), "INFO a\xEF\xBF\xBDz");
  EXPECT_EQ(text_of("end \xE2\x82"), "INFO end \xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(text_of("\xED\xA0\x80"), "INFO \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate
  EXPECT_EQ(text_of("\xC0\xAF"), "INFO \xEF\xBF\xBD\xEF\xBF\xBD");                  // overlong
}

TEST(Render, LongMessagesAreCutBetweenCharacters) {
  const std::string mark = "\xE2\x80\xA6[cut]";
  EXPECT_EQ(text_of(std::string(kMaxMessageBytes, 'x')), "INFO " + std::string(kMaxMessageBytes, 'x'));
  EXPECT_EQ(text_of(std::string(kMaxMessageBytes + 1, 'x')),
            "INFO " + std::string(kMaxMessageBytes, 'x') + mark);
  std::string wide = "x";
  for (int i = 0; i < 40'000; ++i) wide += "\xC3\xA9";
  EXPECT_EQ(text_of(wide), "INFO " + wide.substr(0, kMaxMessageBytes - 1) + mark);
}

TEST(Render, NoLineIsLongerThanItsReadersTake) {
  const std::string quotes(200'000, '"');
  const std::string name(200'000, '\\');
  const ordered_json point = {{"type", quotes}};
  for (const Form form : {Form::text, Form::message, Form::structured}) {
    EXPECT_LT(render(form, {Level::info, name, quotes}, {{}, 1, name}).size(), kMaxLineBytes);
    EXPECT_LT(render(form, {Level::info, name, point.dump(), &point}, {{}, 1, name}).size(), kMaxLineBytes);
  }
}

TEST(RenderStructured, HasAllThatMeltanoAsksFor) {
  const json line = structured_of({Level::warning, "ads", "a \"quoted\"\nmessage"});
  EXPECT_EQ(line, (json{{"level", "warning"},
                        {"pid", 42},
                        {"logger_name", "tap-pinterest"},
                        {"ts", 1764000000.25},
                        {"thread_name", "worker"},
                        {"app_name", "tap-pinterest"},
                        {"stream_name", "ads"},
                        {"message", "ads: a \"quoted\" message"},
                        {"extra", json::object()}}));
}

TEST(RenderStructured, WhatIsNotKnownIsNull) {
  const json line = json::parse(render(Form::structured, {Level::info, "", "x"}, {}));
  EXPECT_TRUE(line.at("stream_name").is_null());
  EXPECT_TRUE(line.at("thread_name").is_null());
}

TEST(RenderStructured, MetricGoesIntoMetricInfo) {
  const ordered_json point = {{"type", "counter"}, {"metric", "record_count"}, {"value", 3}};
  const std::string text = point.dump();
  const json line = structured_of({Level::info, "ads", text, &point});
  EXPECT_EQ(line.at("message"), "METRIC");
  EXPECT_EQ(line.at("metric_info"), json::parse(text));
  EXPECT_EQ(line.at("stream_name"), "ads");
}

TEST(FitToWidth, CountsCharactersNotBytes) {
  EXPECT_EQ(fit_to_width("caf\xC3\xA9s", 4), "caf\xC3\xA9");
  EXPECT_EQ(fit_to_width("short", 80), "short");
  EXPECT_EQ(fit_to_width("two\nlines", 80), "two lines");
  EXPECT_EQ(fit_to_width("none", 0), "");
}

TEST(Redactor, MasksEveryOccurrenceInEveryForm) {
  Redactor redactor;
  redactor.add(util::Secret("p+s /\"w\xC3\xA9rd"));
  EXPECT_EQ(redactor.redact("a p+s /\"w\xC3\xA9rd b p+s /\"w\xC3\xA9rd"), "a [redacted] b [redacted]");
  EXPECT_EQ(redactor.redact("?t=p%2Bs%20%2F%22w%C3%A9rd&x"), "?t=[redacted]&x");
  EXPECT_EQ(redactor.redact("?t=p%2bs%20%2f%22w%c3%a9rd&x"), "?t=[redacted]&x");
  EXPECT_EQ(redactor.redact("t=p%2Bs+%2F%22w%C3%A9rd&x"), "t=[redacted]&x");
  EXPECT_EQ(redactor.redact("{\"t\":\"p+s /\\\"w\xC3\xA9rd\"}"), "{\"t\":\"[redacted]\"}");
}

TEST(Redactor, SecretThatBeginsAnotherLeavesNoTail) {
  Redactor redactor;
  redactor.add(util::Secret("pina_AB"));
  redactor.add(util::Secret("pina_ABCDEF"));
  EXPECT_EQ(redactor.redact("pina_ABCDEF, pina_AB"), "[redacted], [redacted]");
}

TEST(Redactor, LeavesShortTextsAlone) {
  Redactor redactor;
  redactor.add(util::Secret("short"));
  redactor.add(util::Secret(""));
  EXPECT_EQ(redactor.redact("a short text"), "a short text");
  redactor.add(util::Secret("longer"));
  EXPECT_EQ(redactor.redact("a longer text"), "a [redacted] text");
}

}  // namespace
}  // namespace tap_pinterest::log
