// What a target has of the lines of one run after another.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::fakes {

inline bool is_state(std::string_view line) { return line.starts_with(R"({"type":"STATE")"); }
inline bool is_record(std::string_view line) { return line.starts_with(R"({"type":"RECORD")"); }

inline std::string_view text_after(std::string_view line, std::string_view mark) {
  const std::size_t begin = line.find(mark);
  if (begin == std::string_view::npos) throw std::runtime_error(fmt::format("a line without {}", mark));
  line.remove_prefix(begin + mark.size());
  return line.substr(0, line.find('"'));
}

// The stream and the key of a RECORD line. No other member of a row is named as a part of its key is, but an
// account's owner has an id, too.
inline std::string key_of(std::string_view line) {
  const auto* stream = pinterest::find_stream(text_after(line, R"("stream":")"));
  std::string key(stream->id);
  if (stream->source == pinterest::Source::list) {
    return key + " " + singer::Json::parse(line)["record"]["id"].get<std::string>();
  }
  for (const std::string_view name : stream->key) {
    if (!name.empty()) key += fmt::format(" {}", text_after(line, fmt::format(R"("{}":")", name)));
  }
  return key;
}

struct Delivery {
  // The records of each key as text, in the digits in which they were written.
  std::map<std::string, std::string> table;
  singer::Json state;

  // Takes the lines up to the STATE number `last_state`, as a target that died after it had done. Throws if
  // the state goes back.
  void take(const std::vector<std::string>& lines,
            std::size_t last_state = std::numeric_limits<std::size_t>::max()) {
    std::size_t states = 0;
    for (const std::string& line : lines) {
      if (is_record(line)) table[key_of(line)] = record_text(line);
      if (!is_state(line)) continue;
      state = singer::Json::parse(line)["value"];
      check_progress();
      if (++states == last_state) return;
    }
  }

 private:
  static std::string record_text(const std::string& line) {
    const std::size_t begin = line.find(R"("record":)");
    return line.substr(begin, line.rfind(R"(,"time_extracted":)") - begin);
  }

  // Bookmarks never move back, and no entry gets lost.
  void check_progress() {
    const nlohmann::json next = nlohmann::json(state["bookmarks"]).flatten();
    for (const auto& [path, value] : bookmarks_.items()) {
      if (path.empty() || path.find("/resume") != std::string::npos) continue;
      const auto now = next.find(path);
      if (now == next.end()) throw std::runtime_error("the state lost " + path);
      if (path.ends_with("/replication_key_value") && *now < value) {
        throw std::runtime_error(fmt::format("{} moved back from {}", path, value.dump()));
      }
    }
    bookmarks_ = next;
  }

  nlohmann::json bookmarks_;  // of the last state, flat
};

}  // namespace tap_pinterest::fakes
