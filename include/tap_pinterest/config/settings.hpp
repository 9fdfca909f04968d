// The one table of settings: validation, defaults, --about and the Meltano definition all follow from it.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/config/config.hpp"

namespace tap_pinterest::config {

enum class Kind { string, secret, path, url, date, integer, number, boolean, choice, list, object };

struct Setting {
  std::string_view name;  // "oauth_credentials.refresh_token" for one inside an object
  Kind kind;
  std::string_view title;
  std::string_view description;
  // The default as JSON text; empty if there is none or if it is computed (then `description` says how).
  std::string_view default_json;
};

// All settings, in the order of the documentation.
std::span<const Setting> settings();

// The JSON Schema of the configuration, for --about: `title`, `description`, `default`, enums, and
// `secret: true` with `writeOnly: true`.
nlohmann::ordered_json settings_schema();

struct LoadResult {
  // Absent if there are problems.
  std::optional<Config> config;
  // Every problem at once, each with the setting's name or the file and place; never a value.
  std::vector<std::string> problems;
  std::vector<std::string> warnings;
};

// Looks up an environment variable; nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// For discovery missing credentials are no problem: it reads nothing but files.
enum class Purpose { sync, discover };

// Reads and merges `sources` in order, later ones overriding: paths of JSON files, or "ENV". The environment,
// if named anywhere, wins over files. `today` is the local clock's day, used only where no end_date is stated
// to check the length of a TOTAL window.
LoadResult load_config(std::span<const std::string> sources, const Environment& environment, util::Day today,
                       Purpose purpose);

// Reads a whole JSON file for `what` ("config", "catalog", "state"). On failure appends one problem, which
// names the file and, for broken JSON, line and column. Files over 64 MB and nesting over 500 levels are
// refused.
std::optional<nlohmann::ordered_json> read_json_file(std::string_view what, const std::string& path,
                                                     std::vector<std::string>& problems);

}  // namespace tap_pinterest::config
