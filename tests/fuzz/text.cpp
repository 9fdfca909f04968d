// JSON as the seam to its reader hands it on, lines of the log, and the output of runs.
#include <algorithm>

#include "fuzz.hpp"
#include "tap_pinterest/log/format.hpp"
#include "tap_pinterest/pinterest/sum_check.hpp"
#include "tap_pinterest/singer/json_reader.hpp"
#include "tap_pinterest/singer/output_check.hpp"

namespace tap_pinterest::fuzz {
namespace {

// Writes the tokens as JSON again.
class Writer final : public singer::JsonSink {
 public:
  void begin_object() override { open('{'); }
  void end_object() override { close('}'); }
  void begin_array() override { open('['); }
  void end_array() override { close(']'); }
  void key(std::string_view name) override {
    separate();
    singer::append_json_string(text, name);
    text += ':';
  }
  void scalar(singer::Token token) override {
    separate();
    if (token.kind == singer::TokenKind::string) {
      singer::append_json_string(text, token.text);
    } else {
      text += token.text;
    }
  }

  std::string text;

 private:
  void separate() {
    if (!text.empty() && text.back() != '[' && text.back() != '{' && text.back() != ':') text += ',';
  }
  void open(char bracket) {
    separate();
    text += bracket;
  }
  void close(char bracket) { text += bracket; }
};

}  // namespace

void json(std::string_view input) {
  Writer writer;
  const auto error = singer::read_json(input, writer);
  const Json expected = Json::parse(input, nullptr, /*allow_exceptions=*/false);
  if (error) {
    check(error->offset <= input.size() && !error->message.empty(), "an error has a place and a reason");
    const bool too_deep = error->message.starts_with("nested deeper");
    check(expected.is_discarded() || too_deep, "what is JSON is read", input);
  } else {
    check(!expected.is_discarded(), "what is read is JSON", input);
    check(Json::parse(writer.text) == expected, "what is read is what was written", writer.text);
  }
  std::string repaired(input);
  if (singer::repair_lone_surrogates(repaired) > 0) {
    check(repaired.size() == input.size(), "a repair keeps the length");
    check(singer::repair_lone_surrogates(repaired) == 0, "a repaired text needs no repair", repaired);
  } else {
    check(repaired == input, "what needs no repair stays");
  }
  if (singer::quote_infinite_numbers(repaired) > 0) {
    check(singer::quote_infinite_numbers(repaired) == 0, "what is quoted is no number", repaired);
  } else {
    check(repaired.size() == input.size(), "finite numbers stay");
  }
}

// What --verify reads: each line is checked, whatever came before.
void output(std::string_view input) {
  const auto lines = split(input, '\n');
  const auto check_finding = [&](const singer::Finding& finding) {
    check(!finding.kind.empty() && !finding.text.empty(), "a finding is said");
    check(finding.line >= 1 && finding.line <= lines.size() + 1, "a finding has its line", finding.text);
  };
  pinterest::SumCheck sums;
  singer::OutputCheck output(check_finding, sums);
  for (const std::string_view line : lines) output.read(line);
  output.end(/*is_cut=*/false);
  check(!sums.finish(check_finding).empty(), "what came of the sums is said");
  for (const singer::StreamCounts& stream : output.counts()) {
    check(stream.keys + stream.repeats + stream.changed <= stream.records, "no record counts twice",
          stream.stream);
  }
}

void log_line(std::string_view input) {
  const std::size_t form = choose(input, 3);
  const auto pieces = split(input, '\x1e');
  const log::Line line{.level = log::Level::error,
                       .stream = pieces.size() > 1 ? pieces[1] : std::string_view(),
                       .message = pieces[0],
                       .metric = nullptr};
  const std::string text =
      log::render(static_cast<log::Form>(form), line,
                  {.time = util::Instant{}, .pid = 1, .thread_name = std::string(pieces.back())});
  constexpr std::size_t kMostBytes = 65536;
  check(text.size() < kMostBytes, "a line is as short as its readers need");
  check(std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }),
        "a line has no control character", text);
  if (static_cast<log::Form>(form) == log::Form::structured) {
    check(Json::accept(text), "a structured line is JSON", text);
  } else {
    check(Json::accept(Json(text).dump()), "a line is UTF-8", text);
  }
  check(log::fit_to_width(text, 20).size() <= 80, "a row of the terminal is cut");

  log::Redactor redactor;
  const util::Secret secret{std::string(pieces.back())};
  redactor.add(secret);
  constexpr std::size_t kShortestSecret = 6;
  const bool masked = secret.reveal().size() >= kShortestSecret;
  const std::string redacted = redactor.redact(pieces[0]);
  // A mask can be part of a secret such as "redact" only by its own letters.
  check(!masked || secret.reveal().find_first_of("[redacted]") != std::string::npos ||
            redacted.find(secret.reveal()) == std::string::npos,
        "no secret is left", redacted);
}

}  // namespace tap_pinterest::fuzz
