// The seam between JSON text and everything that reads it: a reader hands on tokens, never values.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tap_pinterest::singer {

enum class TokenKind { null, boolean, integer, decimal, string };

// A scalar. `text` of a string is decoded UTF-8; of a number it is the sender's digits; of a boolean "true"
// or "false"; of null "null". It is valid only during the call that hands it on.
struct Token {
  TokenKind kind = TokenKind::null;
  std::string_view text;
};

class JsonSink {
 public:
  virtual ~JsonSink() = default;
  virtual void begin_object() = 0;
  virtual void end_object() = 0;
  virtual void begin_array() = 0;
  virtual void end_array() = 0;
  virtual void key(std::string_view name) = 0;
  virtual void scalar(Token token) = 0;
};

struct JsonError {
  std::size_t offset = 0;  // bytes from the beginning
  std::string message;
};

// Deeper nesting than this is refused; the API's answers need less than 12.
inline constexpr int kMaxJsonDepth = 100;

// Reads one JSON document (RFC 8259, strict UTF-8) and hands its tokens to `sink`; an exception that the sink
// throws passes through. Returns the error that ended the reading, or nothing.
std::optional<JsonError> read_json(std::string_view text, JsonSink& sink);

// The same of a document that comes in pieces: `next` gives one after the other, and an empty one at the end.
// A piece must stay as it is until the next one is asked for.
std::optional<JsonError> read_json(const std::function<std::string_view()>& next, JsonSink& sink);

// "at line 3, column 7" for the byte at `offset`; columns count characters.
std::string place_of(std::string_view text, std::size_t offset);

// Replaces each escaped surrogate that has no partner ("\ud83d" alone) with "\ufffd", in place.
// Returns how many there were. The reader refuses such text, so call this when reading has failed.
std::size_t repair_lone_surrogates(std::string& text);

// Whether a double holds a number of JSON's grammar, as most readers demand; the others make it Infinity.
bool is_finite(std::string_view number);

// Puts each number that is not finite in quotes, in place: then its field decides what becomes of it. Returns
// how many there were. The reader refuses such numbers, so call this when reading has failed.
std::size_t quote_infinite_numbers(std::string& text);

// The text of a JSON string that needs no unescaping, as ids and dates; other values as they are.
inline std::string_view without_quotes(std::string_view json) {
  if (json.size() >= 2 && json.front() == '"') return json.substr(1, json.size() - 2);
  return json;
}

// Appends `text` (valid UTF-8) as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace tap_pinterest::singer
