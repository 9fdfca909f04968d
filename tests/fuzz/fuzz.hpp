// The fuzz targets: each reads arbitrary bytes as one of the program's parsers does, and holds the outcome to
// what must be true of it. One program holds them all:
//
//   cmake --preset fuzz && cmake --build --preset fuzz
//   tests/fuzz/run.sh 600 seconds                    # ten minutes each
//   build/fuzz/tests/fuzz/fuzz --target=list FILE    # one input again
//
// What a long run finds interesting stays in build/fuzz/corpus, what fails in build/fuzz/failed.
//
// corpus/TARGET holds the inputs to begin with; an input that once failed belongs there too.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tap_pinterest::fuzz {

using Json = nlohmann::ordered_json;

void list(std::string_view input);
void ads_analytics(std::string_view input);
void pin_analytics(std::string_view input);
void token(std::string_view input);
void error(std::string_view input);
void headers(std::string_view input);

void config(std::string_view input);
void catalog(std::string_view input);
void state(std::string_view input);
void log_config(std::string_view input);

void json(std::string_view input);
void output(std::string_view input);
void log_line(std::string_view input);

// Ends the program with a report unless `holds`.
void check(bool holds, std::string_view what, std::string_view detail = {});

// Takes the first byte off: a choice between `count` ways to read the rest.
std::size_t choose(std::string_view& input, std::size_t count);

// The pieces between separators, which no text format uses otherwise.
std::vector<std::string_view> split(std::string_view input, char separator);

// Holds `lines` to be whole lines of JSON objects in UTF-8, and gives them back parsed.
std::vector<Json> parse_lines(std::string_view lines);

// A file with this content; its path is good until the next call.
std::string file_with(std::string_view content);

}  // namespace tap_pinterest::fuzz
