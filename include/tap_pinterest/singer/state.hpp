// The state document: entries by stream and partition, everything else kept as it came.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::singer {

// {"bookmarks": {STREAM: {"partitions": [{"context": {KEY: VALUE}, "replication_key": ..., ...}]}}}, or the
// entry directly under STREAM for a stream without partitions.
//
// Not safe for several threads at once.
class State {
 public:
  // An empty state.
  State();
  // Takes a parsed state file as it is; unknown keys are kept. Returns the problems if it cannot be used
  // (root or `bookmarks` not an object, ...), each a sentence.
  static State parse(Json document, std::vector<std::string>& problems);

  // The entry of a stream (context_key empty) or of its partition whose context has `context_value` under
  // `context_key`. Other state has finer contexts (an account and a campaign): of several entries of one
  // context value, the one with the oldest replication_key_value is returned; one without a value is passed
  // over, unless its `progress_markers` say that its reading was begun and not finished: then it is the
  // oldest. Null if there is none.
  // Entries of a stream without partitions are looked for in finer partitions likewise.
  const Json* find(std::string_view stream, std::string_view context_key,
                   std::string_view context_value) const;

  // Writes `entry` (without its context, which this adds first) in place of every entry of that partition.
  void put(std::string_view stream, std::string_view context_key, std::string_view context_value, Json entry);

  // {"bookmarks": {...}}, never {}.
  const Json& document() const { return document_; }

 private:
  Json document_;
};

// Orders two replication_key_values as they occur in states: integers, also in strings, are Unix seconds;
// other strings are dates or date-times. Returns the value as an instant in microseconds since 1970, or
// nothing if it is neither.
std::optional<long long> replication_value_micros(const Json& value);

}  // namespace tap_pinterest::singer
