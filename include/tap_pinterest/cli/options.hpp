// The command line: raw options, checked for usage only.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tap_pinterest::cli {

enum class Mode { sync, discover, test, about, verify, login };
enum class AboutFormat { text, json, markdown };

struct Options {
  Mode mode = Mode::sync;
  std::vector<std::string> configs;  // paths or "ENV", in order
  std::optional<std::string> catalog;
  std::optional<std::string> state;
  std::optional<std::string> write_state;
  std::vector<std::string> select;  // patterns, several in one by commas
  std::vector<std::string> verify;  // paths, or "-" for standard input
  AboutFormat about_format = AboutFormat::text;
  // Of login: what is asked for besides.
  std::vector<std::string> scopes;
  // Both are https, or http to this machine.
  std::string redirect_uri;
  std::string authorization_url;
};

// The command line asked for text only (help, version) or was wrong.
struct Finished {
  int exit_code = 0;
  std::string standard_output;
  std::string standard_error;
};

std::variant<Options, Finished> parse_options(int argc, const char* const* argv);

}  // namespace tap_pinterest::cli
