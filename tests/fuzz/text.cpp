// JSON as the seam to its reader hands it on, lines of the log, and the output of runs.
#include <algorithm>
#include <optional>
#include <string>

#include "fuzz.hpp"
#include "tap_pinterest/log/format.hpp"
#include "tap_pinterest/pinterest/sum_check.hpp"
#include "tap_pinterest/singer/json_reader.hpp"
#include "tap_pinterest/singer/output_check.hpp"

namespace tap_pinterest::fuzz {
namespace {

// What the reader makes of a document, as JSON; and where it ended.
struct Reading {
  std::string text;
  std::optional<singer::JsonError> error;
  std::size_t repaired = 0;
};

// `sizes` gives the lengths of the pieces in which the document comes.
Reading read(std::string_view input, singer::Oddities oddities, std::string_view sizes = {}) {
  Reading reading;
  singer::JsonWriter writer(reading.text);
  singer::JsonReader reader(writer, oddities);
  std::size_t begin = 0;
  std::size_t end = 0;
  while (end < input.size() && !sizes.empty() && !reader.error()) {
    end = std::min(input.size(), end + static_cast<unsigned char>(sizes.front()));
    sizes.remove_prefix(1);
    // A copy of its own, so that nothing is read beyond its end.
    const std::string piece(input.substr(begin, end - begin));
    const std::size_t count = reader.read(piece, /*is_last=*/false);
    check(count <= piece.size(), "a piece is not read beyond its end");
    begin += count;
  }
  if (!reader.error()) reader.read(std::string(input.substr(begin)), /*is_last=*/true);
  reading.error = reader.error();
  reading.repaired = reader.repaired();
  return reading;
}

}  // namespace

// nlohmann's parser, which is as strict, tells what is right.
void json(std::string_view input) {
  const std::size_t count = choose(input, 9);
  const std::string_view sizes = input.substr(0, count);
  input.remove_prefix(sizes.size());

  const Reading whole = read(input, singer::Oddities::refused);
  const Json expected = Json::parse(input, nullptr, /*allow_exceptions=*/false);
  if (whole.error) {
    check(whole.error->offset <= input.size() && !whole.error->message.empty(),
          "an error has a place and a reason");
    const bool too_deep = whole.error->message.starts_with("nested deeper");
    // nlohmann's parser takes a zero byte for the end of the text.
    const bool has_zero = input.find('\0') != std::string_view::npos;
    check(expected.is_discarded() || too_deep || has_zero, "what is JSON is read", input);
  } else {
    check(!expected.is_discarded(), "what is read is JSON", input);
    check(Json::parse(whole.text) == expected, "what is read is what was written", whole.text);
  }
  for (const auto oddities : {singer::Oddities::refused, singer::Oddities::repaired}) {
    const Reading at_once = read(input, oddities);
    const Reading in_pieces = read(input, oddities, sizes);
    check(at_once.text == in_pieces.text && at_once.repaired == in_pieces.repaired,
          "pieces are read as the whole", in_pieces.text);
    check(at_once.error.has_value() == in_pieces.error.has_value() &&
              (!at_once.error || at_once.error->offset == in_pieces.error->offset),
          "pieces fail where the whole does");
    if (!at_once.error) check(Json::accept(at_once.text), "what is written is JSON", at_once.text);
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
