#include "tap_pinterest/singer/json_reader.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <utility>

#include "tap_pinterest/util/digits.hpp"
#include "tap_pinterest/util/utf8.hpp"

namespace tap_pinterest::singer {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t kLongestCharacter = 4;
// A longer number may be more than a double holds without an exponent.
constexpr std::size_t kLongNumber = 300;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

bool is_plain(char c) { return static_cast<signed char>(c) >= 0x20 && c != '"' && c != '\\'; }

constexpr std::uint64_t eight_times(unsigned char byte) { return ~std::uint64_t{0} / 0xFF * byte; }
// The top bit of each byte that is zero. Above the lowest of them it may also mark others.
constexpr std::uint64_t zero_bytes(std::uint64_t word) { return (word - eight_times(1)) & ~word; }

// The end of what stands for itself in a string: ASCII but quotes, backslashes and control characters.
// Eight bytes at a time, where the first of them is the lowest.
const char* skip_plain(const char* at, const char* end) {
  constexpr std::size_t kBitsOfByte = 8;
  std::uint64_t word = 0;
  while (std::endian::native == std::endian::little && end - at >= std::ptrdiff_t{sizeof word}) {
    std::memcpy(&word, at, sizeof word);
    const std::uint64_t special =
        (((word - eight_times(0x20)) & ~word) | zero_bytes(word ^ eight_times('"')) |
         zero_bytes(word ^ eight_times('\\')) | word) &
        eight_times(0x80);
    if (special != 0) return at + static_cast<std::size_t>(std::countr_zero(special)) / kBitsOfByte;
    at += sizeof word;
  }
  while (at != end && is_plain(*at)) ++at;
  return at;
}

const char* skip_digits(const char* at, const char* end) {
  while (at != end && util::is_digit(*at)) ++at;
  return at;
}

void append_utf8(std::string& out, unsigned code) {
  constexpr unsigned kContinued = 0x3F;
  const auto continuation = [code](unsigned shift) {
    return static_cast<char>(0x80U | (code >> shift & kContinued));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | code >> 6U);
    out += continuation(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | code >> 12U);
    out += continuation(6);
    out += continuation(0);
  } else {
    out += static_cast<char>(0xF0U | code >> 18U);
    out += continuation(12);
    out += continuation(6);
    out += continuation(0);
  }
}

// What "\n" and others with one letter mean; 0 if nothing.
char meaning_of(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

}  // namespace

// Flattened: the calls, one a token, would take half as long again as what they do.
[[gnu::flatten]] std::size_t JsonReader::read(std::string_view text, bool is_last) {
  begin_ = at_ = text.data();
  end_ = begin_ + text.size();
  is_last_ = is_last;
  if (offset_ == 0) {
    if (!is_last && text.size() < kByteOrderMark.size()) return 0;
    if (text.starts_with(kByteOrderMark)) at_ += kByteOrderMark.size();
  }
  Outcome outcome = Outcome::done;
  while (outcome == Outcome::done) {
    while (at_ != end_ && is_space(*at_)) ++at_;
    if (at_ == end_) break;
    outcome = read_next();
  }
  const bool is_whole = outcome == Outcome::done && expected_ == Expected::end;
  if (is_last && !is_whole && !error_) fail(end_, "unexpected end of the text");
  const auto count = static_cast<std::size_t>(at_ - begin_);
  offset_ += count;
  return count;
}

JsonReader::Outcome JsonReader::fail(const char* at, std::string message) {
  error_ = {offset_ + static_cast<std::size_t>(at - begin_), std::move(message)};
  return Outcome::failed;
}

JsonReader::Outcome JsonReader::missing(const char* at, std::string_view what) {
  if (at == end_) return Outcome::cut;
  return fail(at, "expected " + std::string(what));
}

// Leaves it in string_.
inline JsonReader::Outcome JsonReader::read_string() {
  const char* const begin = at_ + 1;
  const char* const at = skip_plain(begin, end_);
  if (at == end_ || *at != '"') return read_rest_of_string(at);
  string_ = {TokenKind::string, between(begin, at), between(at_, at + 1)};
  at_ = at + 1;
  return Outcome::done;
}

// One token; a comma or colon goes with what is before it.
JsonReader::Outcome JsonReader::read_next() {
  switch (expected_) {
    case Expected::first_element:
    case Expected::value:
      if (*at_ == ']' && expected_ == Expected::first_element) return close();
      return read_value();
    case Expected::first_key:
    case Expected::key:
      if (*at_ == '}' && expected_ == Expected::first_key) return close();
      if (*at_ != '"') return missing(at_, expected_ == Expected::key ? "a key" : "a key or '}'");
      if (const Outcome outcome = read_string(); outcome != Outcome::done) return outcome;
      sink_.key(string_.text);
      expected_ = Expected::colon;
      if (at_ == end_ || *at_ != ':') return Outcome::done;
      [[fallthrough]];
    case Expected::colon:
      if (*at_ != ':') return missing(at_, "':'");
      ++at_;
      expected_ = Expected::value;
      return Outcome::done;
    case Expected::comma: {
      const char closing = closing_[depth_ - 1];
      if (*at_ == closing) return close();
      if (*at_ != ',') return missing(at_, closing == '}' ? "',' or '}'" : "',' or ']'");
      ++at_;
      expected_ = closing == '}' ? Expected::key : Expected::value;
      return Outcome::done;
    }
    case Expected::end:
      return fail(at_, "text after the end of the document");
  }
  return Outcome::failed;
}

JsonReader::Outcome JsonReader::read_value() {
  Outcome outcome = Outcome::done;
  switch (*at_) {
    case '{':
      return open('}');
    case '[':
      return open(']');
    case '"':
      outcome = read_string();
      if (outcome == Outcome::done) sink_.scalar(string_);
      break;
    case 'n':
      outcome = read_word("null", TokenKind::null);
      break;
    case 't':
      outcome = read_word("true", TokenKind::boolean);
      break;
    case 'f':
      outcome = read_word("false", TokenKind::boolean);
      break;
    default:
      outcome = read_number();
  }
  if (outcome == Outcome::done) expected_ = depth_ == 0 ? Expected::end : Expected::comma;
  return outcome;
}

JsonReader::Outcome JsonReader::open(char closing) {
  if (depth_ == closing_.size()) {
    return fail(at_, "nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
  }
  ++at_;
  closing_[depth_++] = closing;
  if (closing == '}') {
    expected_ = Expected::first_key;
    sink_.begin_object();
  } else {
    expected_ = Expected::first_element;
    sink_.begin_array();
  }
  return Outcome::done;
}

JsonReader::Outcome JsonReader::close() {
  ++at_;
  const char closing = closing_[--depth_];
  expected_ = depth_ == 0 ? Expected::end : Expected::comma;
  if (closing == '}') {
    sink_.end_object();
  } else {
    sink_.end_array();
  }
  return Outcome::done;
}

JsonReader::Outcome JsonReader::read_word(std::string_view word, TokenKind kind) {
  const char* const different = std::mismatch(word.begin(), word.end(), at_, end_).second;
  if (different != at_ + word.size()) return missing(different, "a value");
  at_ += word.size();
  sink_.scalar({kind, word, word});
  return Outcome::done;
}

JsonReader::Outcome JsonReader::read_number() {
  const char* at = at_;
  bool is_decimal = false;
  bool has_exponent = false;
  if (*at == '-') ++at;
  if (at == end_ || !util::is_digit(*at)) return missing(at, at == at_ ? "a value" : "a digit");
  at = *at == '0' ? at + 1 : skip_digits(at, end_);
  if (at != end_ && *at == '.') {
    is_decimal = true;
    const char* const fraction = at + 1;
    at = skip_digits(fraction, end_);
    if (at == fraction) return missing(at, "a digit");
  }
  if (at != end_ && (*at == 'e' || *at == 'E')) {
    is_decimal = has_exponent = true;
    ++at;
    if (at != end_ && (*at == '+' || *at == '-')) ++at;
    const char* const exponent = at;
    at = skip_digits(exponent, end_);
    if (at == exponent) return missing(at, "a digit");
  }
  if (at == end_ && !is_last_) return Outcome::cut;
  std::string_view digits = between(at_, at);
  if (digits == "-0") digits.remove_prefix(1);  // many readers would make it a decimal
  Token token{is_decimal ? TokenKind::decimal : TokenKind::integer, digits, digits};
  if ((has_exponent || digits.size() > kLongNumber) && !is_finite(digits)) {
    if (oddities_ == Oddities::refused) return fail(at_, "a number beyond the range of a double");
    token = {TokenKind::string, digits};
  }
  at_ = at;
  sink_.scalar(token);
  return Outcome::done;
}

// From the first character on that does not stand for itself.
JsonReader::Outcome JsonReader::read_rest_of_string(const char* at) {
  const char* const begin = at_ + 1;
  const char* copied = begin;  // what is before has gone to decoded_
  const std::size_t repaired = repaired_;
  bool is_canonical = true;
  for (; at != end_; at = skip_plain(at, end_)) {
    if (*at == '"') {
      const std::string_view text = copied == begin ? between(begin, at) : decoded_.append(copied, at);
      // Escapes that are not the shortest are written anew.
      string_ = {TokenKind::string, text, is_canonical ? between(at_, at + 1) : std::string_view()};
      at_ = at + 1;
      return Outcome::done;
    }
    if (*at == '\\') {
      if (copied == begin) decoded_.clear();
      decoded_.append(copied, at);
      if (end_ - at < 2) break;
      is_canonical = is_canonical && at[1] != '/' && at[1] != 'u';
      const Outcome outcome = read_escape(at);
      if (outcome == Outcome::cut) break;
      if (outcome == Outcome::failed) return outcome;
      copied = at;
    } else {
      const std::size_t length = util::utf8_length(between(at, end_).substr(0, kLongestCharacter));
      if (length == 1) return fail(at, "a control character in a string");
      if (length == 0 && !is_last_ && end_ - at < std::ptrdiff_t{kLongestCharacter}) break;
      if (length == 0) return fail(at, "not UTF-8");
      at += length;
    }
  }
  // It will be read again.
  repaired_ = repaired;
  return Outcome::cut;
}

// Appends what the escape at `at` means to decoded_, and moves behind it.
JsonReader::Outcome JsonReader::read_escape(const char*& at) {
  if (at[1] == 'u') return read_escaped_character(at);
  const char meaning = meaning_of(at[1]);
  if (meaning == 0) return fail(at, "an unknown escape");
  decoded_ += meaning;
  at += 2;
  return Outcome::done;
}

// The code unit of "\uXXXX", whose first two characters are there.
JsonReader::Outcome JsonReader::read_unit(const char* at, unsigned& unit) {
  constexpr std::ptrdiff_t kLength = 6;
  constexpr int kHexadecimal = 16;
  const char* const last = at + std::min(kLength, end_ - at);
  const auto parsed = std::from_chars(at + 2, last, unit, kHexadecimal);
  if (parsed.ptr != last) return fail(at, "an unknown escape");
  return last - at < kLength ? Outcome::cut : Outcome::done;
}

JsonReader::Outcome JsonReader::read_escaped_character(const char*& at) {
  constexpr std::size_t kLength = 6;
  unsigned unit = 0;
  if (const Outcome outcome = read_unit(at, unit); outcome != Outcome::done) return outcome;
  const char* const next = at + kLength;
  if (is_high_surrogate(unit)) {
    if (end_ - next < 2) {
      if (end_ == next || *next == '\\') return Outcome::cut;
    } else if (next[0] == '\\' && next[1] == 'u') {
      unsigned low = 0;
      if (const Outcome outcome = read_unit(next, low); outcome != Outcome::done) return outcome;
      if (is_low_surrogate(low)) {
        append_utf8(decoded_, 0x10000U + ((unit & 0x3FFU) << 10U) + (low & 0x3FFU));
        at = next + kLength;
        return Outcome::done;
      }
    }
  }
  if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
    if (oddities_ == Oddities::refused) return fail(at, "half a surrogate pair");
    ++repaired_;
    decoded_ += kReplacement;
  } else {
    append_utf8(decoded_, unit);
  }
  at = next;
  return Outcome::done;
}

std::optional<JsonError> read_json(std::string_view text, JsonSink& sink) {
  JsonReader reader(sink);
  reader.read(text, /*is_last=*/true);
  return reader.error();
}

}  // namespace tap_pinterest::singer
