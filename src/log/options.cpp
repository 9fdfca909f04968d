#include "tap_pinterest/log/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "tap_pinterest/util/read_file.hpp"

namespace tap_pinterest::log {
namespace {

using nlohmann::json;

constexpr auto kLevels = std::to_array<std::pair<std::string_view, Level>>({
    {"NOTSET", Level::debug},
    {"DEBUG", Level::debug},
    {"INFO", Level::info},
    {"WARNING", Level::warning},
    {"WARN", Level::warning},
    {"ERROR", Level::error},
    {"CRITICAL", Level::critical},
    {"FATAL", Level::critical},
});

// Python's numbers: the least of our levels that a number lets through.
Level level_of_number(double number) {
  if (number <= 10) return Level::debug;
  if (number <= 20) return Level::info;
  if (number <= 30) return Level::warning;
  return number <= 40 ? Level::error : Level::critical;
}

// The member of an object, or null where there is none.
json member(const json& value, const std::string& name) {
  return value.is_object() && value.contains(name) ? value[name] : json();
}

// The formatter of the root logger's first handler.
json root_formatter(const json& config) {
  const json handlers = member(member(config, "root"), "handlers");
  if (!handlers.is_array() || handlers.empty() || !handlers[0].is_string()) return {};
  const json formatter = member(member(member(config, "handlers"), handlers[0]), "formatter");
  return formatter.is_string() ? member(member(config, "formatters"), formatter) : json();
}

Form form_of(const json& formatter) {
  for (const char* key : {"()", "class"}) {
    const json factory = member(formatter, key);
    if (factory.is_string() && factory.get<std::string>().ends_with("StructuredFormatter")) {
      return Form::structured;
    }
  }
  const json format = member(formatter, "format");
  return format == "%(message)s" || format == "{message}" ? Form::message : Form::text;
}

std::optional<Level> level_of(const json& level) {
  if (level.is_number_integer()) return level_of_number(level.get<double>());
  return level.is_string() ? parse_level(level.get<std::string>()) : std::nullopt;
}

// Nothing deeper is looked at, and copying a deep value recurses: a stack must not be in the hands of a file.
bool keep_shallow(int depth, json::parse_event_t /*event*/, const json& /*value*/) {
  constexpr int kMaxDepth = 100;
  return depth < kMaxDepth;
}

void read_config_file(const char* path, Options& options) {
  std::string problem;
  const std::optional<std::string> text = util::read_file(path, problem);
  const json config = text ? json::parse(*text, keep_shallow, /*allow_exceptions=*/false) : json();
  if (!config.is_object()) {
    if (text) problem = "cannot be read as a JSON object";
    options.warnings.push_back(fmt::format("SINGER_SDK_LOG_CONFIG: {} {}; logging as usual", path, problem));
    return;
  }
  options.form = form_of(root_formatter(config));
  const json level = member(member(config, "root"), "level");
  if (const auto known = level_of(level)) {
    options.level = *known;
  } else if (!level.is_null()) {
    options.warnings.push_back(
        fmt::format("SINGER_SDK_LOG_CONFIG: {} has an unknown root level; using INFO", path));
  }
}

}  // namespace

std::optional<Level> parse_level(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  for (const auto& [known, level] : kLevels) {
    if (upper == known) return level;
  }
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return level_of_number(number);
}

Options read_options(const Environment& environment) {
  Options options;
  const auto get = [&environment](const char* name) -> const char* {
    const char* const value = environment(name);
    return value == nullptr || *value == '\0' ? nullptr : value;
  };
  if (const char* const path = get("SINGER_SDK_LOG_CONFIG")) read_config_file(path, options);
  for (const char* const name : {"TAP_PINTEREST_LOGLEVEL", "LOGLEVEL"}) {
    const char* const value = get(name);
    if (value == nullptr) continue;
    if (const auto level = parse_level(value)) {
      options.level = *level;
      break;
    }
    options.warnings.push_back(
        fmt::format("{}: \"{}\" is not a level; use DEBUG, INFO, WARNING, ERROR or CRITICAL", name, value));
  }
  const char* const terminal = get("TERM");
  options.allow_progress = terminal != nullptr && std::string_view(terminal) != "dumb";
  return options;
}

}  // namespace tap_pinterest::log
