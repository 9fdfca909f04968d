// The state: entries by stream and partition, kept as the text that is written back.
#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tap_pinterest/singer/json_reader.hpp"
#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::singer {

// {"bookmarks": {STREAM: {"partitions": [{"context": {KEY: VALUE}, "replication_key": ..., ...}]}}}, or the
// entry directly under STREAM for a stream without partitions. Everything that is not put() is written back
// as it came, digit for digit. Finding and putting an entry takes the same time however many there are.
//
// Not safe for several threads at once.
class State {
 public:
  // {"bookmarks": {}}
  State() = default;
  // Reads a state, or the STATE message that holds one; {} is an empty state. Appends to `problems` what
  // makes it unusable ("bookmarks.ads is not an object"); quotes nothing but names of keys.
  static State parse(std::string_view text, std::vector<std::string>& problems);

  // The entry of a stream (context_key empty) or of its partition whose context has `context_value` under
  // `context_key`. Other state has finer contexts (an account and a campaign): of several entries of one
  // context value, the one with the oldest replication_key_value is returned; one without a value is passed
  // over, unless its `progress_markers` say that its reading was begun and not finished: then it is the
  // oldest. Nothing if there is none.
  // Entries of a stream without partitions are looked for in finer partitions likewise.
  std::optional<Json> find(std::string_view stream, std::string_view context_key,
                           std::string_view context_value) const;

  // Writes `entry` (without its context, which this adds first) in place of every entry of that partition.
  // Returns whether that changes anything.
  bool put(std::string_view stream, std::string_view context_key, std::string_view context_value,
           const Json& entry);

  // A member of the document beside the bookmarks; empty if there is none.
  std::string mark(std::string_view name) const;
  // Adds one, which must not be there yet.
  void add_mark(std::string_view name, std::string_view value);

  // The streams of which the state holds anything, in its order.
  std::vector<std::string> streams() const;
  // What the contexts of a stream have under `context_key`.
  std::set<std::string> contexts(std::string_view stream, std::string_view context_key) const;

  // About how long the document is.
  std::size_t bytes() const { return bytes_; }
  // Appends the document: {"bookmarks": {...}}, never {}.
  void append_to(std::string& out) const;

 private:
  class Reader;

  struct Stream {
    std::string name;
    // Its text, which partitions divide: {"note":1,"partitions":[ and ]}. Without partitions `end` is empty.
    std::string begin = "{}";
    std::string end;
    std::vector<std::string> partitions;  // an empty text is none
    // Where the partitions are whose context holds a value. One that was replaced may still be named.
    std::multimap<std::string, std::size_t, std::less<>> places;
  };

  const Stream* find_stream(std::string_view name) const;
  Stream& stream(std::string_view name);
  static void add(Stream& stream, std::string partition);
  static std::vector<std::pair<std::size_t, Json>> partitions_of(const Stream& stream, std::string_view key,
                                                                 std::string_view value);
  // Replaces a text, of which the document is made.
  bool replace(std::string& text, std::string other);

  // What stands around the bookmarks.
  std::string begin_ = R"({"bookmarks":{)";
  std::string end_ = "}}";
  std::vector<Stream> streams_;
  std::size_t bytes_ = 0;
};

// Orders two replication_key_values as they occur in states: integers, also in strings, are Unix seconds;
// other strings are dates or date-times. Returns the value as an instant in microseconds since 1970, or
// nothing if it is neither.
std::optional<long long> replication_value_micros(const Json& value);

}  // namespace tap_pinterest::singer
