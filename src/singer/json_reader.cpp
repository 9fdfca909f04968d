#include "tap_pinterest/singer/json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace tap_pinterest::singer {
namespace {

// The last quote of the string that begins at `at`, or the end of the text.
std::size_t last_quote(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at;
}

// Where the bracket stands that opens one level more than is allowed. Needed only once reading has failed.
std::size_t offset_of_depth(std::string_view text, int depth) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      i = last_quote(text, i);
    } else if (c == '{' || c == '[') {
      if (--depth < 0) return i;
    } else if (c == '}' || c == ']') {
      ++depth;
    }
  }
  return text.size();
}

// The parser's own message without what it read last and without its exception's prefix: the text may hold
// secrets.
std::string short_message(std::string_view what) {
  if (const auto begin = what.find("syntax error"); begin != std::string_view::npos) {
    what.remove_prefix(begin);
  } else if (const auto bracket = what.find("] "); bracket != std::string_view::npos) {
    what.remove_prefix(bracket + 2);
  }
  return std::string(what.substr(0, std::min(what.find("; last read: "), what.find(" parsing '"))));
}

// Hands what nlohmann's parser finds on to a JsonSink.
class SaxAdapter {
 public:
  explicit SaxAdapter(JsonSink& sink) : sink_(sink) {}

  bool null() {
    sink_.scalar({TokenKind::null, "null"});
    return true;
  }
  bool boolean(bool value) {
    sink_.scalar({TokenKind::boolean, value ? "true" : "false"});
    return true;
  }
  bool number_integer(std::int64_t value) { return integer(value); }
  bool number_unsigned(std::uint64_t value) { return integer(value); }
  // Decimals, and integers longer than 64 bits: the parser gives their digits.
  bool number_float(double /*value*/, const std::string& digits) {
    const bool is_decimal =
        std::any_of(digits.begin(), digits.end(), [](char c) { return c == '.' || c == 'e' || c == 'E'; });
    sink_.scalar({is_decimal ? TokenKind::decimal : TokenKind::integer, digits});
    return true;
  }
  bool string(const std::string& value) {
    sink_.scalar({TokenKind::string, value});
    return true;
  }
  bool binary(nlohmann::json::binary_t& /*value*/) { return false; }
  bool start_object(std::size_t /*elements*/) {
    if (!deeper()) return false;
    sink_.begin_object();
    return true;
  }
  bool key(const std::string& name) {
    sink_.key(name);
    return true;
  }
  bool end_object() {
    --depth_;
    sink_.end_object();
    return true;
  }
  bool start_array(std::size_t /*elements*/) {
    if (!deeper()) return false;
    sink_.begin_array();
    return true;
  }
  bool end_array() {
    --depth_;
    sink_.end_array();
    return true;
  }
  bool parse_error(std::size_t bytes_read, const std::string& /*last_token*/,
                   const nlohmann::json::exception& error) {
    error_ = {bytes_read == 0 ? 0 : bytes_read - 1, short_message(error.what())};
    return false;
  }

  bool too_deep() const { return depth_ > kMaxJsonDepth; }
  const JsonError& error() const { return error_; }

 private:
  template <typename Integer>
  bool integer(Integer value) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    sink_.scalar({TokenKind::integer, {digits.data(), static_cast<std::size_t>(end - digits.data())}});
    return true;
  }
  bool deeper() {
    if (++depth_ <= kMaxJsonDepth) return true;
    error_.message = "nested deeper than " + std::to_string(kMaxJsonDepth) + " levels";
    return false;
  }

  JsonSink& sink_;
  int depth_ = 0;
  JsonError error_;
};

// Walks over pieces as over one text.
class PieceIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  // The end.
  PieceIterator() = default;
  explicit PieceIterator(const std::function<std::string_view()>& next) : next_(&next) { load(); }

  reference operator*() const { return *at_; }
  PieceIterator& operator++() {
    if (++at_ == end_) load();
    return *this;
  }
  bool operator==(const PieceIterator& other) const { return at_ == other.at_; }

 private:
  void load() {
    const std::string_view piece = (*next_)();
    at_ = piece.empty() ? nullptr : piece.data();
    end_ = at_ + piece.size();
  }

  const std::function<std::string_view()>* next_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
};

// The code unit of an escape "\uXXXX" that begins at `at`, or nothing if there is none.
std::optional<unsigned> escaped_unit(std::string_view text, std::size_t at) {
  constexpr std::size_t kEscapeLength = 6;
  if (text.size() - at < kEscapeLength || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  const char* const last = text.data() + at + kEscapeLength;
  unsigned unit = 0;
  const auto [end, error] = std::from_chars(text.data() + at + 2, last, unit, 16);
  if (error != std::errc() || end != last) return std::nullopt;
  return unit;
}

bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

constexpr std::array<bool, 256> needs_escape() {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = true;
  table['"'] = true;
  table['\\'] = true;
  return table;
}
constexpr auto kNeedsEscape = needs_escape();

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4U];
      out += kHex[static_cast<unsigned char>(c) & 0xFU];
  }
}

}  // namespace

std::optional<JsonError> read_json(std::string_view text, JsonSink& sink) {
  SaxAdapter adapter(sink);
  const char* const begin = text.data();
  if (nlohmann::json::sax_parse(begin, begin + text.size(), &adapter)) return std::nullopt;
  JsonError error = adapter.error();
  error.offset =
      adapter.too_deep() ? offset_of_depth(text, kMaxJsonDepth) : std::min(error.offset, text.size());
  return error;
}

std::optional<JsonError> read_json(const std::function<std::string_view()>& next, JsonSink& sink) {
  SaxAdapter adapter(sink);
  if (nlohmann::json::sax_parse(PieceIterator(next), PieceIterator(), &adapter)) return std::nullopt;
  return adapter.error();
}

std::string place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t newline = before.rfind('\n');
  const std::string_view row = newline == std::string_view::npos ? before : before.substr(newline + 1);
  const auto column = 1 + std::ranges::count_if(row, [](char c) { return (c & 0xC0) != 0x80; });
  return fmt::format("at line {}, column {}", line, column);
}

std::size_t repair_lone_surrogates(std::string& text) {
  constexpr std::string_view kReplacement = "\\ufffd";
  std::size_t repaired = 0;
  std::size_t at = text.find('\\');
  while (at != std::string::npos) {
    std::size_t length = 2;  // an escape, or the backslash that another one escapes
    if (const auto unit = escaped_unit(text, at)) {
      length = kReplacement.size();
      const auto next = is_high_surrogate(*unit) ? escaped_unit(text, at + length) : std::nullopt;
      if (next && is_low_surrogate(*next)) {
        length *= 2;
      } else if (is_high_surrogate(*unit) || is_low_surrogate(*unit)) {
        text.replace(at, length, kReplacement);
        ++repaired;
      }
    }
    at = at + length < text.size() ? text.find('\\', at + length) : std::string::npos;
  }
  return repaired;
}

bool is_finite(std::string_view number) {
  // Without an exponent: below 1e308, and a double goes up to 1.8e308.
  constexpr std::size_t kSurelyFiniteDigits = std::numeric_limits<double>::max_exponent10;
  if (number.size() <= kSurelyFiniteDigits && number.find_first_of("eE") == std::string_view::npos)
    return true;
  return std::isfinite(std::strtod(std::string(number).c_str(), nullptr));
}

std::size_t quote_infinite_numbers(std::string& text) {
  constexpr std::string_view kOfNumbers = "0123456789+-.eE";
  std::string out;
  std::size_t quoted = 0;
  for (std::size_t at = 0; at < text.size();) {
    const bool is_string = text[at] == '"';
    const std::size_t end = is_string ? last_quote(text, at) + 1 : text.find_first_not_of(kOfNumbers, at);
    const std::string piece = text.substr(at, std::max(end - at, std::size_t{1}));
    const bool is_infinite = !is_string && !is_finite(piece);
    out += is_infinite ? '"' + piece + '"' : piece;
    quoted += is_infinite ? 1 : 0;
    at += piece.size();
  }
  text = std::move(out);
  return quoted;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kNeedsEscape[static_cast<unsigned char>(text[i])]) continue;
    out.append(text.data() + run, i - run);
    append_escaped(out, text[i]);
    run = i + 1;
  }
  out.append(text.data() + run, text.size() - run);
  out += '"';
}

}  // namespace tap_pinterest::singer
