#include "tap_pinterest/cli/about.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "identity.hpp"
#include "tap_pinterest/config/settings.hpp"
#include "tap_pinterest/pinterest/requests.hpp"

namespace tap_pinterest::cli {
namespace {

using config::Kind;
using config::Setting;

// Only what works.
constexpr auto kCapabilities = std::to_array<std::string_view>(
    {"catalog", "discover", "state", "about", "schema-flattening", "structured-logging"});

// A list longer than this is shown by --format json alone.
constexpr std::size_t kMaxShownChoices = 10;

constexpr std::size_t kLineWidth = 100;

nlohmann::ordered_json streams_json() {
  auto list = nlohmann::ordered_json::array();
  const auto nothing_set = [](const std::string&) { return std::optional<std::string>(); };
  const config::Config defaults =
      config::load_config({}, nothing_set, util::Day(), config::Purpose::discover).config.value();
  for (const pinterest::StreamDefinition& stream : pinterest::streams()) {
    list.push_back({{"name", stream.id},
                    {"path", stream.path},
                    {"scopes", stream.scopes},
                    {"cost", pinterest::cost_of(stream, defaults)},
                    {"selected_by_default", stream.selected_by_default}});
  }
  return list;
}

std::string about_json() {
  const nlohmann::ordered_json about = {
      {"name", kName},
      {"description", kDescription},
      {"version", kVersion},
      {"capabilities", kCapabilities},
      {"streams", streams_json()},
      {"settings", config::settings_schema()},
  };
  return about.dump(2) + "\n";
}

std::string describe(const Setting& setting) {
  const auto count = setting.choices.size();
  if (count == 0) return std::string(setting.description);
  const std::string_view what = setting.kind == Kind::list ? "Any of" : "One of";
  if (count > kMaxShownChoices) {
    return fmt::format("{} {} {} values; `tap-pinterest --about --format json` lists them.",
                       setting.description, what, count);
  }
  return fmt::format("{} {} {}.", setting.description, what, fmt::join(setting.choices, ", "));
}

// The default as a person would write it; empty if there is none.
std::string shown_default(const Setting& setting) {
  std::string text;
  if (setting.default_json.empty()) return text;
  const auto value = nlohmann::ordered_json::parse(setting.default_json);
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  for (const auto& item : value) {
    if (!text.empty()) text += ", ";
    text += item.get<std::string>();
  }
  return text;
}

// Breaks `text` at blanks into lines that begin with `indent`.
std::string wrap(std::string_view text, std::string_view indent) {
  std::string out;
  while (!text.empty()) {
    const std::size_t room = kLineWidth - indent.size();
    std::size_t end = text.size() <= room ? text.size() : text.rfind(' ', room);
    if (end == std::string_view::npos) end = std::min(text.find(' '), text.size());
    out += fmt::format("{}{}\n", indent, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string about_text() {
  constexpr std::string_view kIndent = "      ";
  std::string out = fmt::format("{} {}\n{}.\n\nCapabilities: {}\n", kName, kVersion, kDescription,
                                fmt::join(kCapabilities, ", "));
  for (const config::SettingGroup& group : config::setting_groups()) {
    out += fmt::format("\n{}\n", group.title);
    for (const Setting& setting : group.settings) {
      out += fmt::format("\n  {} ({})\n", setting.name, config::to_string(setting.kind));
      out += wrap(describe(setting), kIndent);
      const std::string value = shown_default(setting);
      if (!value.empty()) out += wrap(fmt::format("Default: {}", value), kIndent);
    }
  }
  return out;
}

std::string about_markdown() {
  std::string out =
      fmt::format("# {}\n\n{}.\n\nVersion {}\n\n## Capabilities\n\n", kName, kDescription, kVersion);
  for (const std::string_view capability : kCapabilities) out += fmt::format("- `{}`\n", capability);
  out += "\n## Settings\n\nMost configurations need only those in **bold**.\n";
  for (const config::SettingGroup& group : config::setting_groups()) {
    out += fmt::format("\n### {}\n\n| Setting | Kind | Default | Description |\n| --- | --- | --- | --- |\n",
                       group.title);
    for (const Setting& setting : group.settings) {
      const std::string value = shown_default(setting);
      const std::string_view mark = setting.essential ? "**" : "";
      out += fmt::format("| {}`{}`{} | {} | {} | {} |\n", mark, setting.name, mark,
                         config::to_string(setting.kind), value.empty() ? value : fmt::format("`{}`", value),
                         describe(setting));
    }
  }
  return out;
}

}  // namespace

std::string about(AboutFormat format) {
  switch (format) {
    case AboutFormat::json:
      return about_json();
    case AboutFormat::markdown:
      return about_markdown();
    case AboutFormat::text:
      return about_text();
  }
  return {};
}

}  // namespace tap_pinterest::cli
