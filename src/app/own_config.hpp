// The config file that is used where none is named: login writes it, and everything else finds it there.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "line_input.hpp"
#include "tap_pinterest/config/settings.hpp"
#include "tap_pinterest/util/descriptor.hpp"

namespace tap_pinterest::app {

// $XDG_CONFIG_HOME/tap-pinterest/config.json, or in ~/.config; empty where neither can be told.
std::string own_config_path(const config::Environment& environment);

// The file with what a login adds to it.
class OwnConfig {
 public:
  // Reads the file, which may be missing; appends to `problems` what makes it unusable.
  OwnConfig(std::string path, std::vector<std::string>& problems);

  // Asks for client id and secret if the file lacks them, and names the token file if it does. Returns the
  // exit code if that ends the login.
  std::optional<int> complete(const std::string& redirect_uri, LineInput& input,
                              const util::Descriptor& signals);
  // What complete() has added, as environment variables.
  config::Environment additions(config::Environment others) const;
  // Whether it can be written, before anybody is asked to consent. Makes its folder. Throws util::FileError.
  void try_to_write() const;
  // Writes what was added to the file (0600). Returns why it could not, or nothing.
  std::string save() const;
  const std::string& path() const { return path_; }

 private:
  bool has(const std::string& name) const;

  std::string path_;  // of the file itself, where a link leads to it
  nlohmann::ordered_json document_ = nlohmann::ordered_json::object();
  std::map<std::string, std::string> added_;
};

}  // namespace tap_pinterest::app
