// Reads the sources of the configuration and lays them over each other, setting by setting.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json_text.hpp"
#include "tap_pinterest/config/settings.hpp"

namespace tap_pinterest::config {

struct Stated {
  // By the name in the table; what is null or "" is not here.
  std::map<std::string_view, Json> values;
  // A source could not be read, so that what seems to be missing may stand there.
  bool incomplete = false;
};

Stated read_sources(std::span<const std::string> sources, const Environment& environment,
                    std::vector<std::string>& problems, std::vector<std::string>& warnings);

}  // namespace tap_pinterest::config
