// What a target has of the lines of one run after another.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/singer/projection.hpp"
#include "tap_pinterest/util/day_set.hpp"

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
    const singer::Json record = singer::Json::parse(line)["record"];
    for (const std::string_view name : stream->key) {
      if (!name.empty()) key += " " + record[std::string(name)].get<std::string>();
    }
    return key;
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

  using Entries = std::map<std::string, nlohmann::json>;

  // Of all streams, by stream and context.
  Entries entries() const {
    Entries found;
    const nlohmann::json bookmarks_now = nlohmann::json(state).value("bookmarks", nlohmann::json::object());
    for (const auto& [stream, bookmarks] : bookmarks_now.items()) {
      const nlohmann::json alone = nlohmann::json::array({bookmarks});
      for (const nlohmann::json& entry : bookmarks.value("partitions", alone)) {
        found[fmt::format("{} {}", stream, entry.value("context", nlohmann::json()).dump())] = entry;
      }
    }
    return found;
  }

  // The days of `covered`, by their names: YYYY-MM-DD.
  static util::DaySet days_of(const nlohmann::json& entry) {
    util::DaySet days;
    for (const nlohmann::json& range : entry.value("covered", nlohmann::json::array())) {
      days.add({util::parse_day(range[0].get<std::string>()).value(),
                util::parse_day(range[1].get<std::string>()).value()});
    }
    return days;
  }

  // No entry is lost. As long as rows are of one granularity its bookmark never moves back, and as long as
  // they are of the same entities, too, no day is lost of what it covers.
  void check_progress() {
    Entries next = entries();
    for (const auto& [name, before] : entries_) {
      const auto found = next.find(name);
      if (found == next.end()) throw std::runtime_error("the state lost " + name);
      const nlohmann::json& now = found->second;
      for (const auto& [key, value] : before.items()) {
        if (!kPassing.contains(key) && !now.contains(key)) {
          throw std::runtime_error(fmt::format("the state lost {} of {}", key, name));
        }
      }
      if (before.value("granularity", "") != now.value("granularity", "")) continue;
      const char* const key = "replication_key_value";
      if (before.contains(key) && now[key] < before[key]) {
        throw std::runtime_error(fmt::format("{} moved back from {}", name, before[key].dump()));
      }
      const bool same_entities =
          before.value("entity_statuses", nlohmann::json()) == now.value("entity_statuses", nlohmann::json());
      const util::DaySet lost = days_of(before) - days_of(now);
      if (same_entities && !lost.empty()) {
        throw std::runtime_error(fmt::format("{} lost {}", name, util::describe(lost)));
      }
    }
    entries_ = std::move(next);
  }

  // What an entry says only for a while.
  inline static const std::set<std::string> kPassing = {"resume", "missed", "left_out", "route",
                                                        "route_since"};

  Entries entries_;  // of the last state
};

}  // namespace tap_pinterest::fakes
