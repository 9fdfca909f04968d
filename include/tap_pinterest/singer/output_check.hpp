// Checks what a tap has written, line by line, without keeping it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tap_pinterest/singer/record_schema.hpp"
#include "tap_pinterest/singer/state_check.hpp"

namespace tap_pinterest::singer {

struct Finding {
  // Findings of one kind say the same about different lines.
  std::string_view kind;
  std::size_t line = 0;  // from 1
  std::string text;
};
using FindingSink = std::function<void(const Finding&)>;

// What is known of a record's key.
enum class KeyState {
  first,
  repeat,   // the same record came before
  changed,  // another record came before
};

// Is told of every SCHEMA and RECORD that can be read.
class RecordListener {
 public:
  virtual ~RecordListener() = default;
  virtual void schema(std::string_view stream, const RecordSchema& schema) = 0;
  virtual void record(std::string_view stream, const RecordCheck& record, KeyState state,
                      std::size_t line) = 0;
};

struct StreamCounts {
  std::string stream;
  std::uint64_t records = 0;
  std::uint64_t keys = 0;
  std::uint64_t repeats = 0;
  std::uint64_t changed = 0;
};

// It keeps a hash of each key and of the record that came with it: about 60 bytes.
class OutputCheck {
 public:
  OutputCheck(FindingSink findings, RecordListener& listener);

  // The next line, without its line break.
  void read(std::string_view text);
  // Nothing follows. The last line has no line break if `is_cut`, and was not read.
  void end(bool is_cut);

  // In the order of their SCHEMA.
  const std::vector<StreamCounts>& counts() const { return counts_; }

 private:
  class LineReader;
  struct Digest {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    friend bool operator==(const Digest&, const Digest&) = default;
  };
  struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept {
      return static_cast<std::size_t>(digest.first);
    }
  };
  struct Version {
    std::uint64_t content = 0;
    util::Instant extracted;
  };
  struct Stream {
    Stream(std::size_t place_in_counts, RecordSchema compiled)
        : place(place_in_counts), schema(std::move(compiled)) {}

    std::size_t place;
    RecordSchema schema;
    std::vector<std::string> key_names;
    std::vector<std::size_t> key;  // columns
    std::unordered_map<Digest, Version, DigestHash> versions;
  };

  static Digest digest_of(std::string_view text);
  void find(std::string_view kind, std::string text);
  void read_schema(const Json& message);
  void read_record(const LineReader& line);
  void read_state(const Json& message);
  KeyState note(Stream& stream, const std::string& key, util::Instant extracted);
  // Nothing if a part of it is null.
  std::optional<std::string> key_of(const Stream& stream);

  FindingSink findings_;
  RecordListener& listener_;
  std::size_t line_ = 0;
  bool ends_with_state_ = false;
  std::map<std::string, Stream, std::less<>> streams_;
  std::vector<StreamCounts> counts_;
  StateCheck states_;
  RecordCheck record_;
};

}  // namespace tap_pinterest::singer
