#include "json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "tap_pinterest/singer/json_reader.hpp"

namespace tap_pinterest::config {
namespace {

constexpr int kMaxDepth = 500;
constexpr std::size_t kMaxShown = 200;

// How many bytes the character at `offset` has; 0 if it is not well-formed UTF-8 (RFC 3629).
std::size_t utf8_length(std::string_view text, std::size_t offset) {
  const auto byte = [&](std::size_t i) {
    return offset + i < text.size() ? static_cast<std::uint8_t>(text[offset + i]) : std::uint8_t{0};
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const std::uint8_t first = byte(0);
  const std::uint8_t second = byte(1);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !continues(1)) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return !overlong && !surrogate && continues(2) ? 3 : 0;
  }
  const bool overlong = first == 0xF0 && second < 0x90;
  const bool beyond = first == 0xF4 && second > 0x8F;
  return !overlong && !beyond && continues(2) && continues(3) ? 4 : 0;
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const std::size_t length = utf8_length(text, offset);
    if (length == 0) return offset;
    offset += length;
  }
  return std::nullopt;
}

// Where nesting first goes deeper than the limit. A look ahead of the parser, since copying and writing a
// deep value recurses, and a stack must not be in the hands of a file.
std::optional<std::size_t> find_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return i;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text, std::string& problem) {
  if (std::ranges::all_of(text, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; })) {
    problem = "is empty; a JSON document is expected";
    return std::nullopt;
  }
  if (const auto offset = find_invalid_utf8(text)) {
    problem = fmt::format("is not UTF-8 text {}", singer::place_of(text, *offset));
    return std::nullopt;
  }
  if (const auto offset = find_too_deep(text)) {
    problem =
        fmt::format("is nested more than {} levels deep {}", kMaxDepth, singer::place_of(text, *offset));
    return std::nullopt;
  }
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    // Only the place: the parser's own words quote the text, which may hold a secret.
    problem =
        fmt::format("is not valid JSON {}", singer::place_of(text, std::max<std::size_t>(error.byte, 1) - 1));
  } catch (const Json::exception&) {
    problem = "is not usable JSON: a number in it is too large";
  }
  return std::nullopt;
}

bool is_unset(const Json& value) {
  return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty());
}

std::string printable(std::string_view name) {
  std::string shown(name.substr(0, kMaxShown));
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  if (name.size() > kMaxShown) shown += "...";
  return shown;
}

}  // namespace tap_pinterest::config
