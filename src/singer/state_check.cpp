#include "tap_pinterest/singer/state_check.hpp"

#include <fmt/format.h>

#include <utility>

#include "schema_types.hpp"
#include "tap_pinterest/singer/state.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::singer {
namespace {

std::string text_of_member(const Json& entry, const char* name) {
  const auto member = entry.find(name);
  return member == entry.end() ? std::string() : member->dump();
}

// Nothing where it is not what the tap writes: states of other taps are passed on as they came.
util::DaySet read_covered(const Json& entry) {
  util::DaySet days;
  const auto covered = entry.find("covered");
  if (covered == entry.end() || !covered->is_array()) return days;
  for (const Json& pair : *covered) {
    const bool is_pair = pair.is_array() && pair.size() == 2 && pair[0].is_string() && pair[1].is_string();
    if (!is_pair) return {};
    const auto first = util::parse_day(pair[0].get_ref<const std::string&>());
    const auto last = util::parse_day(pair[1].get_ref<const std::string&>());
    if (!first || !last) return {};
    days.add({*first, *last});
  }
  return days;
}

}  // namespace

std::vector<std::string> StateCheck::read(const Json& state) {
  problems_.clear();
  if (const Json* const bookmarks = find_object(state, "bookmarks")) {
    for (const auto& [stream, entry] : bookmarks->items()) read_stream(stream, entry);
  } else {
    problems_.emplace_back("the STATE has no object of bookmarks");
  }
  return std::exchange(problems_, {});
}

void StateCheck::read_stream(const std::string& stream, const Json& entry) {
  if (!entry.is_object()) {
    problems_.push_back(fmt::format("the STATE's bookmarks.{} is no object", stream));
    return;
  }
  const auto partitions = entry.find("partitions");
  if (partitions == entry.end()) {
    read_entry(stream, entry);
    return;
  }
  if (!partitions->is_array()) {
    problems_.push_back(fmt::format("the STATE's bookmarks.{}.partitions is no list", stream));
    return;
  }
  for (const Json& partition : *partitions) {
    const Json* const context = find_object(partition, "context");
    if (context != nullptr) {
      read_entry(fmt::format("{} {}", stream, context->dump()), partition);
    } else {
      problems_.push_back(fmt::format("a partition in the STATE's bookmarks.{} has no context", stream));
    }
  }
}

void StateCheck::read_entry(const std::string& place, const Json& entry) {
  std::string text = entry.dump();
  Entry& before = entries_[place];
  if (before.text == text) return;
  Entry now;
  now.text = std::move(text);
  now.granularity = text_of_member(entry, "replication_key") + text_of_member(entry, "granularity");
  now.covered = read_covered(entry);
  now.basis = now.granularity;
  for (const char* const name : {"entity_statuses", "report", "rows"}) {
    now.basis += ' ' + text_of_member(entry, name);
  }
  if (const auto value = entry.find("replication_key_value"); value != entry.end()) {
    now.bookmark = replication_value_micros(*value);
  }
  // Weeks and months have bookmarks of their own.
  if (now.granularity == before.granularity && before.bookmark &&
      (!now.bookmark || *now.bookmark < *before.bookmark)) {
    problems_.push_back(fmt::format("the bookmark of {} moves back", place));
  }
  if (now.basis == before.basis && !(before.covered - now.covered).empty()) {
    problems_.push_back(fmt::format("{} no longer covers {}", place, describe(before.covered - now.covered)));
  }
  before = std::move(now);
}

}  // namespace tap_pinterest::singer
