// Whether one STATE after the other only moves forward.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tap_pinterest/singer/projection.hpp"
#include "tap_pinterest/util/day_set.hpp"

namespace tap_pinterest::singer {

class StateCheck {
 public:
  // Takes the value of the next STATE; says what is wrong with it.
  std::vector<std::string> read(const Json& state);

 private:
  struct Entry {
    std::string text;
    std::string granularity;
    std::string basis;  // what `covered` holds for
    std::optional<long long> bookmark;
    util::DaySet covered;
  };

  void read_stream(const std::string& stream, const Json& entry);
  void read_entry(const std::string& place, const Json& entry);

  std::map<std::string, Entry> entries_;  // by stream and context
  std::vector<std::string> problems_;
};

}  // namespace tap_pinterest::singer
