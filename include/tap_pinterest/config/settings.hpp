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

enum class Kind {
  string,
  secret,
  path,
  url,  // https, or http to this machine
  date,
  integer,
  number,
  boolean,
  choice,       // one of `choices`
  list,         // an array of `choices`
  id_list,      // an array of ids, which are digits
  object,       // its members are settings of their own, named "object.member"
  object_list,  // an array of objects, whose members are settings of another table
};

std::string_view to_string(Kind kind);  // "id list"

struct Setting {
  std::string_view name;  // "oauth_credentials.refresh_token" for one inside an object
  Kind kind = Kind::string;
  std::string_view title;
  std::string_view description;
  // The default as JSON text; empty if there is none or if it is computed (then `description` says how).
  std::string_view default_json = {};
  // What a choice or the elements of a list may be; of an integer: the only values allowed.
  std::span<const std::string_view> choices = {};
  // Bounds of an integer or a number, both inclusive unless `above_minimum`.
  std::optional<double> minimum = {};
  std::optional<double> maximum = {};
  bool above_minimum = false;
  // Of an object: a member that is not in the table is a problem, not only a warning.
  bool closed = false;
  // Among the few that nearly every configuration has.
  bool essential = false;
  // Of a list: `allow_unknown_values` lets it hold other names.
  bool extensible = false;
};

// All settings, in the order of the documentation; an object stands before its members.
std::span<const Setting> settings();
// Settings that belong together, for those who read about them.
struct SettingGroup {
  std::string_view title;
  std::span<const Setting> settings;
};
// All settings, in their order, and the members of a custom report.
std::vector<SettingGroup> setting_groups();
// The members of an entry of `custom_reports`.
std::span<const Setting> custom_report_settings();
// The setting of that name in a table, or null.
const Setting* find_setting(std::string_view name, std::span<const Setting> table = settings());
// The environment variable of a setting: "TAP_PINTEREST_OAUTH_CREDENTIALS__REFRESH_TOKEN".
std::string environment_name(const Setting& setting);

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

// What must be there differs: discovery reads nothing but files, a login needs an app and a place for tokens.
enum class Purpose { sync, discover, login };

// Reads and merges `sources` in order, later ones overriding setting by setting: paths of JSON files, or
// "ENV". The environment, if named anywhere, wins over files. Null and "" mean not set. `today` is the local
// clock's day, used only to check the length of a TOTAL window whose end_date is not stated or lies in the
// future.
LoadResult load_config(std::span<const std::string> sources, const Environment& environment, util::Day today,
                       Purpose purpose);

// A warning for each of these names of environment variables that begins with TAP_PINTEREST_ and is no
// setting's.
std::vector<std::string> find_unknown_variables(std::span<const std::string> names);

// Reads the JSON object of a file for `what` ("config", "catalog", "state"). On failure appends one problem,
// which names the file and, for broken JSON, line and column, and quotes nothing of its content. Files over
// 64 MB, nesting over 500 levels and what is not UTF-8 are refused. Of a repeated key the last value counts.
std::optional<nlohmann::ordered_json> read_json_file(std::string_view what, const std::string& path,
                                                     std::vector<std::string>& problems);

}  // namespace tap_pinterest::config
