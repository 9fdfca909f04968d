#include "own_config.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "signals.hpp"
#include "tap_pinterest/app/exit_code.hpp"
#include "tap_pinterest/app/standard_output.hpp"
#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/util/replace_file.hpp"

namespace tap_pinterest::app {
namespace {

constexpr int kIndent = 2;

struct Question {
  const char* setting;
  std::string_view text;
  bool hidden;
};
constexpr auto kQuestions = std::to_array<Question>({
    {"client_id", "App ID: ", false},
    {"client_secret", "App secret key (hidden): ", true},
});

constexpr std::string_view kIntroduction =
    "Create an app at https://developers.pinterest.com/apps/ if you do not have one, add the redirect "
    "URI\n{} to it, and copy its ID and secret key from there.\n";

// Of a value that was copied with the quotes around it.
std::string unquoted(std::string text) {
  const bool is_quoted =
      text.size() > 2 && (text.front() == '"' || text.front() == '\'') && text.front() == text.back();
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

std::string own_config_path(const config::Environment& environment) {
  constexpr std::string_view kPlace = "tap-pinterest/config.json";
  const std::string folder = environment("XDG_CONFIG_HOME").value_or("");
  // A relative one is to be ignored (XDG Base Directory Specification).
  if (folder.starts_with('/')) return fmt::format("{}/{}", folder, kPlace);
  const std::string home = environment("HOME").value_or("");
  return home.empty() ? std::string() : fmt::format("{}/.config/{}", home, kPlace);
}

OwnConfig::OwnConfig(std::string path, std::vector<std::string>& problems) : path_(std::move(path)) {
  std::error_code unknown;
  if (!std::filesystem::exists(path_, unknown)) return;
  path_ = util::resolve_links(path_);
  if (auto document = config::read_json_file("config", path_, problems)) document_ = std::move(*document);
}

bool OwnConfig::has(const std::string& name) const {
  const auto found = document_.find(name);
  if (found == document_.end() || found->is_null()) return false;
  return !found->is_string() || !found->get_ref<const std::string&>().empty();
}

std::optional<int> OwnConfig::complete(const std::string& redirect_uri, LineInput& input,
                                       const util::Descriptor& signals) {
  bool introduced = false;
  for (const Question& question : kQuestions) {
    if (has(question.setting)) continue;
    if (!std::exchange(introduced, true) && !write_to_stdout(fmt::format(kIntroduction, redirect_uri)))
      return kExitFailure;
    const auto answer = ask(question.text, question.hidden, input, signals);
    if (const auto* signal = std::get_if<int>(&answer)) {
      log::critical("stopped by {}: not signed in", signal_name(*signal));
      return kExitSignal + *signal;
    }
    const auto* text = std::get_if<std::string>(&answer);
    if (text == nullptr) {
      log::critical("not signed in: {} is missing; enter it, or pass --config with a file that has it",
                    question.setting);
      return kExitUsage;
    }
    added_[question.setting] = unquoted(*text);
  }
  if (!has("token_file")) added_["token_file"] = util::folder_of(path_) + "/token.json";
  return std::nullopt;
}

config::Environment OwnConfig::additions(config::Environment others) const {
  std::map<std::string, std::string> variables;
  for (const auto& [name, value] : added_) {
    variables[config::environment_name(*config::find_setting(name))] = value;
  }
  return [variables = std::move(variables),
          others = std::move(others)](const std::string& name) -> std::optional<std::string> {
    if (const auto found = variables.find(name); found != variables.end()) return found->second;
    return name.starts_with("TAP_PINTEREST_") ? std::nullopt : others(name);
  };
}

void OwnConfig::try_to_write() const {
  util::make_private_folder(util::folder_of(path_));
  const util::FileReplacement trial(path_, path_ + ".new", util::kPrivateFile);
}

std::string OwnConfig::save() const try {
  if (added_.empty()) return {};
  nlohmann::ordered_json document = document_;
  for (const auto& [name, value] : added_) document[name] = value;
  util::FileReplacement file(path_, path_ + ".new", util::kPrivateFile);
  const auto doubt = file.commit(document.dump(kIndent) + "\n");
  if (doubt) log::warning("{} is saved, but a power failure could undo that: {}", path_, *doubt);
  return {};
} catch (const util::FileError& error) {
  return error.what();
}

}  // namespace tap_pinterest::app
