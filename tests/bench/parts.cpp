// Reads answers that were saved to files, by parts of the program and by simdjson, and says what that costs:
//
//   bench-parts STREAM list|analytics|report FILE...
//
// Prints a line of JSON: bytes, rows, and the CPU time of one reading of all files in seconds, the median of
// several: `simdjson` (its own parse into a tree), `tokens` (our reader alone), `lines` (to RECORD lines,
// from pieces as libcurl gives them), and `spool` (the same from a file, of a report).
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "fakes/test_config.hpp"
#include "tap_pinterest/pinterest/answers.hpp"

namespace {

using namespace tap_pinterest;

constexpr std::size_t kPieceBytes = std::size_t{64} * 1024;
constexpr std::string_view kNow = "2026-11-24T10:00:00Z";

class Nowhere final : public singer::JsonSink {
 public:
  void begin_object() override {}
  void end_object() override {}
  void begin_array() override {}
  void end_array() override {}
  void key(std::string_view name) override { bytes += name.size(); }
  void scalar(singer::Token token) override { bytes += token.json.size(); }

  std::size_t bytes = 0;
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  constexpr double kNanosecond = 1e-9;
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * kNanosecond;
}

template <typename Run>
double median_seconds(const Run& run) {
  std::array<double, 5> seconds{};
  run();
  for (double& one : seconds) {
    const double begin = cpu_seconds();
    run();
    one = cpu_seconds() - begin;
  }
  std::ranges::sort(seconds);
  return seconds[seconds.size() / 2];
}

std::string content(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int run(std::string_view stream, std::string_view kind, const std::vector<std::string>& texts) {
  const config::Config config = fakes::test_config();
  const pinterest::StreamDefinition& definition = *pinterest::find_stream(stream);
  const singer::Json schema = pinterest::describe(definition, config).schema;
  const singer::Projection projection(schema, schema);
  const pinterest::RecordFormat format(definition, projection, std::string(stream));
  const pinterest::ListOptions list_options;
  const pinterest::AnalyticsOptions options{.account = "77", .total_date = {}, .app_type = {}, .pin_id = {}};

  std::size_t bytes = 0;
  std::vector<simdjson::padded_string> padded;
  for (const std::string& text : texts) {
    bytes += text.size();
    padded.emplace_back(text);
  }
  simdjson::dom::parser parser;
  const double simdjson_seconds = median_seconds([&] {
    for (const simdjson::padded_string& text : padded) {
      if (parser.parse(text).error() != simdjson::SUCCESS) std::exit(1);
    }
  });
  const double token_seconds = median_seconds([&] {
    for (const std::string& text : texts) {
      Nowhere nowhere;
      if (singer::read_json(text, nowhere)) std::exit(1);
    }
  });

  std::size_t rows = 0;
  const auto analytics_kind =
      kind == "report" ? pinterest::AnswerKind::report : pinterest::AnswerKind::ads_analytics;
  const double line_seconds = median_seconds([&] {
    rows = 0;
    for (const std::string& text : texts) {
      auto reader = kind == "list"
                        ? std::make_unique<pinterest::AnswerReader>(format, list_options, kNow)
                        : std::make_unique<pinterest::AnswerReader>(analytics_kind, format, options, kNow);
      for (std::size_t at = 0; at < text.size(); at += kPieceBytes) {
        reader->read(std::string_view(text).substr(at, kPieceBytes));
      }
      rows += reader->finish().records;
    }
  });

  double spool_seconds = 0;
  if (kind == "report") {
    util::Spool spool("/tmp", 0);
    spool.append(texts.front());
    spool_seconds = median_seconds([&] {
      const pinterest::EmitRows drop = [](const pinterest::Rows&) { return true; };
      pinterest::read_report(format, spool, options, kNow, drop);
    });
  }
  std::cout << R"({"bytes":)" << bytes << R"(,"rows":)" << rows << R"(,"simdjson":)" << simdjson_seconds
            << R"(,"tokens":)" << token_seconds << R"(,"lines":)" << line_seconds << R"(,"spool":)"
            << spool_seconds << "}\n";
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) return 2;
  std::vector<std::string> texts;
  for (int i = 3; i < count; ++i) texts.push_back(content(arguments[i]));
  return run(arguments[1], arguments[2], texts);
}
