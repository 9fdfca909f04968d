#include "sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "tap_pinterest/util/nearest.hpp"
#include "tap_pinterest/util/trim.hpp"

namespace tap_pinterest::config {
namespace {

constexpr std::string_view kEnvironmentSource = "ENV";

// Settings of the Meltano SDK that this tap does not have, and what to do instead.
struct ForeignSetting {
  std::string_view name;
  std::string_view advice;
};
constexpr std::string_view kUseMapper =
    "this tap does not map streams; use a mapper such as meltano-map-transform";
constexpr std::string_view kNamesStayLong = "column names are not shortened; none comes near 255 characters";
constexpr auto kForeignSettings = std::to_array<ForeignSetting>({
    {"stream_maps", kUseMapper},
    {"stream_map_config", kUseMapper},
    {"flattening_max_key_length", kNamesStayLong},
});

class Reader {
 public:
  Reader(const Environment& environment, std::vector<std::string>& problems,
         std::vector<std::string>& warnings)
      : environment_(environment), problems_(problems), warnings_(warnings) {}

  void read_file(const std::string& path) {
    const auto document = read_json_file("config", path, problems_);
    if (!document) {
      stated_.incomplete = true;
      return;
    }
    for (const auto& [name, value] : document->items()) take(name, value);
  }

  void read_environment() {
    for (const Setting& setting : settings()) {
      const std::string variable = environment_name(setting);
      const auto text = environment_(variable);
      if (!text || text->empty()) continue;
      std::string problem;
      if (const auto value = from_text(setting, *text, problem)) {
        take(setting.name, *value);
      } else {
        add(problems_, fmt::format("{}: {} {}", setting.name, variable, problem));
        stated_.incomplete = true;
      }
    }
  }

  Stated result() { return std::move(stated_); }

 private:
  // Arrays are JSON or comma-separated, objects are JSON, everything else is the text itself.
  static std::optional<Json> from_text(const Setting& setting, const std::string& text,
                                       std::string& problem) {
    const bool is_list = setting.kind == Kind::list || setting.kind == Kind::id_list;
    const bool is_json = setting.kind == Kind::object || setting.kind == Kind::object_list;
    if (is_json || (is_list && text.find('[') != std::string::npos)) {
      return parse_json(text, problem);
    }
    return is_list ? split(text) : Json(text);
  }

  static Json split(std::string_view text) {
    Json items = Json::array();
    while (true) {
      const std::size_t comma = text.find(',');
      items.push_back(util::trim(text.substr(0, comma), " \t"));
      if (comma == std::string_view::npos) return items;
      text.remove_prefix(comma + 1);
    }
  }

  void take(std::string_view name, const Json& value) {
    if (is_unset(value)) return;
    const Setting* setting = find_setting(name);
    if (setting == nullptr) {
      take_unknown(name, value);
    } else if (setting->kind == Kind::object && value.is_object()) {
      for (const auto& [member, inner] : value.items()) take(fmt::format("{}.{}", name, member), inner);
    } else {
      stated_.values.insert_or_assign(setting->name, value);
    }
  }

  void take_unknown(std::string_view name, const Json& value) {
    const auto foreign = std::ranges::find(kForeignSettings, name, &ForeignSetting::name);
    if (foreign != kForeignSettings.end()) {
      if (value != Json(false)) add(warnings_, fmt::format("{}: {}", name, foreign->advice));
      return;
    }
    const Setting* object = find_setting(name.substr(0, name.find('.')));
    if (object != nullptr && object->closed) {
      add(problems_, fmt::format("{}: not one of {}{}", printable(name), members_of(*object), meant(name)));
    } else {
      add(warnings_, fmt::format("{}: unknown setting, ignored{}", printable(name), meant(name)));
    }
  }

  static std::string meant(std::string_view name) {
    // Of an object's member only its own name can be wrong.
    const std::string_view object = name.substr(0, name.rfind('.') + 1);
    std::vector<std::string_view> members;
    for (const Setting& setting : settings()) {
      if (setting.name.starts_with(object)) members.push_back(setting.name.substr(object.size()));
    }
    return util::did_you_mean(name.substr(object.size()), members);
  }

  static std::string members_of(const Setting& object) {
    const std::string prefix = fmt::format("{}.", object.name);
    std::string names;
    for (const Setting& setting : settings()) {
      if (!setting.name.starts_with(prefix)) continue;
      if (!names.empty()) names += ", ";
      names += setting.name;
    }
    return names;
  }

  // Several sources may say the same thing.
  static void add(std::vector<std::string>& lines, std::string line) {
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
  }

  const Environment& environment_;
  std::vector<std::string>& problems_;
  std::vector<std::string>& warnings_;
  Stated stated_;
};

}  // namespace

std::vector<std::string> find_unknown_variables(std::span<const std::string> names) {
  // Meltano sets names with two underscores for its own extras.
  constexpr std::string_view kPrefix = "TAP_PINTEREST_";
  constexpr std::string_view kOfMeltano = "TAP_PINTEREST__";
  constexpr std::string_view kOfTheLog = "TAP_PINTEREST_LOGLEVEL";
  std::vector<std::string> known;
  for (const Setting& setting : settings()) known.push_back(environment_name(setting));
  const std::vector<std::string_view> views(known.begin(), known.end());
  std::vector<std::string> warnings;
  for (const std::string& name : names) {
    if (!name.starts_with(kPrefix) || name.starts_with(kOfMeltano) || name == kOfTheLog) continue;
    if (std::ranges::find(known, name) != known.end()) continue;
    warnings.push_back(
        fmt::format("{}: matches no setting, ignored{}", printable(name), util::did_you_mean(name, views)));
  }
  return warnings;
}

Stated read_sources(std::span<const std::string> sources, const Environment& environment,
                    std::vector<std::string>& problems, std::vector<std::string>& warnings) {
  Reader reader(environment, problems, warnings);
  for (const std::string& source : sources) {
    if (source != kEnvironmentSource) reader.read_file(source);
  }
  // Last, so that it wins wherever it was named.
  if (std::ranges::find(sources, kEnvironmentSource) != sources.end()) reader.read_environment();
  return reader.result();
}

}  // namespace tap_pinterest::config
