// The seam between JSON text and everything that reads it: a reader hands on tokens, never values.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tap_pinterest::singer {

enum class TokenKind { null, boolean, integer, decimal, string };

// A scalar. `text` of a string is decoded UTF-8; of a number it is the sender's digits; of a boolean "true"
// or "false"; of null "null". It is valid only during the call that hands it on. `json` is what may be
// written for the scalar as it is, quotes included; it is valid as long as the text that is being read. It is
// empty if it has to be made from `text`.
struct Token {
  TokenKind kind = TokenKind::null;
  std::string_view text;
  std::string_view json = {};
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

// What to do with what JSON allows and most readers of our output refuse: half a surrogate pair ("\ud83d"
// alone), and numbers that no double holds (1e999), of which they would make Infinity.
enum class Oddities {
  refused,
  // U+FFFD for half a pair; such a number comes as a string: its field decides what becomes of it.
  repaired,
};

// Reads a JSON document (RFC 8259, strict UTF-8) that comes in pieces, and hands its tokens to a sink. An
// exception that the sink throws passes through; the reader is of no more use then.
class JsonReader {
 public:
  explicit JsonReader(JsonSink& sink, Oddities oddities = Oddities::refused)
      : sink_(sink), oddities_(oddities) {}

  // Reads what `text` has of the document, and returns how many bytes that were: fewer than all only if a
  // token begins and does not end there, or after an error. The next piece has to begin with those left over,
  // and to be longer. With the last piece the document has to end.
  std::size_t read(std::string_view text, bool is_last);

  const std::optional<JsonError>& error() const { return error_; }
  // Halves of surrogate pairs that became U+FFFD.
  std::size_t repaired() const { return repaired_; }

 private:
  // What may come next.
  enum class Expected { value, first_element, first_key, key, colon, comma, end };
  // Of a token that does not end: the text has to go on, or there is an error.
  enum class Outcome { done, cut, failed };

  Outcome read_next();
  Outcome read_value();
  Outcome read_string();
  [[gnu::noinline]] Outcome read_rest_of_string(const char* at);
  Outcome read_escape(const char*& at);
  Outcome read_unit(const char* at, unsigned& unit);
  Outcome read_escaped_character(const char*& at);
  Outcome read_number();
  Outcome read_word(std::string_view word, TokenKind kind);
  Outcome open(char closing);
  Outcome close();
  [[gnu::noinline]] Outcome fail(const char* at, std::string message);
  [[gnu::noinline]] Outcome missing(const char* at, std::string_view what);

  JsonSink& sink_;
  Oddities oddities_;
  Expected expected_ = Expected::value;
  // The piece, and what of it is not read yet.
  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool is_last_ = false;
  std::size_t offset_ = 0;                     // of the piece in the document
  std::array<char, kMaxJsonDepth> closing_{};  // the brackets that are to come, by depth
  std::size_t depth_ = 0;
  Token string_;         // the last
  std::string decoded_;  // its text, if it has escapes
  std::size_t repaired_ = 0;
  std::optional<JsonError> error_;
};

// Reads a whole document. Returns the error that ended the reading, or nothing.
std::optional<JsonError> read_json(std::string_view text, JsonSink& sink);

// "at line 3, column 7" for the byte at `offset`; columns count characters.
std::string place_of(std::string_view text, std::size_t offset);

// Whether a double holds a number of JSON's grammar, as most readers demand; the others make it Infinity.
bool is_finite(std::string_view number);

// The text of a JSON string that needs no unescaping, as ids and dates; other values as they are.
inline std::string_view without_quotes(std::string_view json) {
  if (json.size() >= 2 && json.front() == '"') return json.substr(1, json.size() - 2);
  return json;
}

// Appends `text` (valid UTF-8) as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

// Appends a scalar as JSON.
inline void append_json(std::string& out, Token token) {
  if (token.kind == TokenKind::string && token.json.empty()) {
    append_json_string(out, token.text);
  } else {
    out += token.kind == TokenKind::string ? token.json : token.text;
  }
}

// Writes the tokens of one document as JSON again, without spaces.
class JsonWriter final : public JsonSink {
 public:
  // Appends to `out`.
  explicit JsonWriter(std::string& out) : out_(out), begin_(out.size()) {}

  void begin_object() override { open('{'); }
  void end_object() override { out_ += '}'; }
  void begin_array() override { open('['); }
  void end_array() override { out_ += ']'; }
  void key(std::string_view name) override {
    separate();
    append_json_string(out_, name);
    out_ += ':';
  }
  void scalar(Token token) override {
    separate();
    append_json(out_, token);
  }

 private:
  void separate() {
    constexpr std::string_view kBefore = "{[:";
    if (out_.size() > begin_ && kBefore.find(out_.back()) == std::string_view::npos) out_ += ',';
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
  }

  std::string& out_;
  std::size_t begin_;
};

}  // namespace tap_pinterest::singer
