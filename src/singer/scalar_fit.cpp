#include "tap_pinterest/singer/scalar_fit.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>

#include "tap_pinterest/util/dates.hpp"
#include "tap_pinterest/util/digits.hpp"

namespace tap_pinterest::singer {
namespace {

// A longer integer does not come out of an exponent: 1e999999999 is refused, not written out.
constexpr std::size_t kMaxExpandedDigits = 40;
// The years 0001 to 9999, in Unix seconds. What lies beyond are milliseconds, which begin in 1978 there.
constexpr std::int64_t kFirstUnixSecond = -62135596800;
constexpr std::int64_t kLastUnixSecond = 253402300799;
constexpr std::int64_t kLastMillisecond = 253402300799'999;

// The pieces of a finite number in JSON's grammar.
struct NumberParts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::string_view exponent;  // with its sign
};

std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), util::is_digit);
  const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

std::optional<NumberParts> parse_number(std::string_view text) {
  if (!is_finite(text)) return std::nullopt;
  NumberParts parts;
  if (text.starts_with('-')) {
    parts.negative = true;
    text.remove_prefix(1);
  }
  parts.whole = take_digits(text);
  if (parts.whole.empty() || (parts.whole.size() > 1 && parts.whole.front() == '0')) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    parts.fraction = take_digits(text);
    if (parts.fraction.empty()) return std::nullopt;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    const std::string_view exponent = text.substr(1);
    text.remove_prefix(exponent.starts_with('-') || exponent.starts_with('+') ? 2 : 1);
    if (take_digits(text).empty()) return std::nullopt;
    parts.exponent = exponent;
  }
  if (!text.empty()) return std::nullopt;
  return parts;
}

bool all_zeros(std::string_view digits) { return digits.find_first_not_of('0') == std::string_view::npos; }

// The digits of whole + fraction, times ten to the exponent; nothing if the result is no whole number.
std::optional<std::string> shift_point(const NumberParts& parts) {
  std::string digits(parts.whole);
  digits += parts.fraction;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) return "0";

  std::string_view exponent = parts.exponent;
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  int power = 0;
  if (std::from_chars(exponent.data(), exponent.data() + exponent.size(), power).ec != std::errc()) {
    return std::nullopt;
  }
  const auto shift = static_cast<std::int64_t>(power) - static_cast<std::int64_t>(parts.fraction.size());
  if (shift >= 0) {
    if (digits.size() + static_cast<std::size_t>(shift) > kMaxExpandedDigits) return std::nullopt;
    return digits.append(static_cast<std::size_t>(shift), '0');
  }
  const auto cut = static_cast<std::size_t>(-shift);
  if (cut >= digits.size() || !all_zeros(std::string_view(digits).substr(digits.size() - cut))) {
    return std::nullopt;
  }
  digits.resize(digits.size() - cut);
  return digits;
}

// Appends a number as an integer; says whether it is one.
bool append_integral(std::string& out, const NumberParts& parts) {
  if (parts.exponent.empty()) {
    if (!all_zeros(parts.fraction)) return false;
    if (parts.negative && parts.whole != "0") out += '-';
    out += parts.whole;
    return true;
  }
  const auto digits = shift_point(parts);
  if (!digits) return false;
  if (parts.negative && *digits != "0") out += '-';
  out += *digits;
  return true;
}

bool in_bounds(std::string_view integer, const ScalarTypes& types) {
  if (!types.bounded) return true;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(integer.data(), integer.data() + integer.size(), value);
  return error == std::errc() && value >= types.minimum && value <= types.maximum;
}

bool append_as_integer(std::string& out, std::string_view text, const ScalarTypes& types) {
  const std::size_t start = out.size();
  const auto parts = parse_number(text);
  if (parts && append_integral(out, *parts) && in_bounds(std::string_view(out).substr(start), types)) {
    return true;
  }
  out.resize(start);
  return false;
}

// Unix seconds, or milliseconds, as a date-time; 0 means "none" in the API.
bool append_unix_time(std::string& out, std::string_view text) {
  std::string digits;
  const auto parts = parse_number(text);
  if (!parts || !append_integral(digits, *parts)) return false;
  std::int64_t number = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc()) return false;
  if (number == 0) {
    out += "null";
    return true;
  }
  util::Instant instant;
  if (number < kFirstUnixSecond) return false;
  if (number <= kLastUnixSecond) {
    instant = util::Instant(std::chrono::seconds(number));
  } else {
    if (number > kLastMillisecond) return false;
    instant = util::Instant(std::chrono::milliseconds(number));
  }
  out += '"';
  out += util::format_date_time(instant);
  out += '"';
  return true;
}

bool append_date_time(std::string& out, std::string_view text) {
  const auto instant = util::parse_date_time(text);
  if (!instant) return append_unix_time(out, text);
  out += '"';
  out += util::format_date_time(*instant);
  out += '"';
  return true;
}

bool append_number_as_string(std::string& out, std::string_view text) {
  out += '"';
  const auto parts = parse_number(text);
  if (!parts || !append_integral(out, *parts)) out += text;
  out += '"';
  return true;
}

bool fit_boolean(std::string& out, std::string_view text, const ScalarTypes& types) {
  if (types.boolean) {
    out += text;
    return true;
  }
  if (!types.string || types.date_time) return false;
  out += '"';
  out += text;
  out += '"';
  return true;
}

bool fit_integer(std::string& out, std::string_view text, const ScalarTypes& types) {
  if (types.number || (types.integer && in_bounds(text, types))) {
    out += text;
    return true;
  }
  if (!types.string) return false;
  return types.date_time ? append_unix_time(out, text) : append_number_as_string(out, text);
}

bool fit_decimal(std::string& out, std::string_view text, const ScalarTypes& types) {
  if (types.number) {
    out += text;
    return true;
  }
  if (types.integer && append_as_integer(out, text, types)) return true;
  if (!types.string) return false;
  return types.date_time ? append_unix_time(out, text) : append_number_as_string(out, text);
}

bool fit_string(std::string& out, Token token, const ScalarTypes& types) {
  const std::string_view text = token.text;
  if (types.string) {
    if (types.date_time) return append_date_time(out, text);
    append_json(out, token);
    return true;
  }
  if (types.boolean && (text == "true" || text == "false")) {
    out += text;
    return true;
  }
  if (types.integer && append_as_integer(out, text, types)) return true;
  if (!types.number || !parse_number(text)) return false;
  out += text;
  return true;
}

bool fit(std::string& out, Token token, const ScalarTypes& types) {
  switch (token.kind) {
    case TokenKind::null:
      out += "null";
      return true;
    case TokenKind::boolean:
      return fit_boolean(out, token.text, types);
    case TokenKind::integer:
      return fit_integer(out, token.text, types);
    case TokenKind::decimal:
      return fit_decimal(out, token.text, types);
    case TokenKind::string:
      return fit_string(out, token, types);
  }
  return false;
}

}  // namespace

unsigned kinds_that_fit(const ScalarTypes& types) {
  unsigned kinds = 0;
  if (types.boolean) kinds |= bit_of(TokenKind::boolean);
  if (types.number || (types.integer && !types.bounded)) kinds |= bit_of(TokenKind::integer);
  if (types.number) kinds |= bit_of(TokenKind::decimal);
  if (types.string && !types.date_time) kinds |= bit_of(TokenKind::string);
  return kinds;
}

bool append_fitted(std::string& out, Token token, const ScalarTypes& types) {
  if (fit(out, token, types)) return true;
  out += "null";
  return false;
}

}  // namespace tap_pinterest::singer
