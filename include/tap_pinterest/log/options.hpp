// How the log is to be written, read from the environment as the Meltano SDK does.
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/log/format.hpp"
#include "tap_pinterest/log/log.hpp"

namespace tap_pinterest::log {

struct Options {
  Level level = Level::info;
  Form form = Form::text;
  // A terminal that can take a progress line, should the output be one.
  bool allow_progress = true;
  // What in the environment could not be used; to be logged once.
  std::vector<std::string> warnings;
};

// The value of a variable, or null.
using Environment = std::function<const char*(const char* name)>;

// A level by its Python name, in any case, or its Python number.
std::optional<Level> parse_level(std::string_view name);

// TAP_PINTEREST_LOGLEVEL, then LOGLEVEL, then the root level of the file that SINGER_SDK_LOG_CONFIG names.
Options read_options(const Environment& environment);

// From now on lines go to `out`, which must stay open until the next call, in the form of `options`.
void init(std::FILE* out, const Options& options);

}  // namespace tap_pinterest::log
