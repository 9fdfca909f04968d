#include "json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "tap_pinterest/singer/json_reader.hpp"
#include "tap_pinterest/util/utf8.hpp"

namespace tap_pinterest::config {
namespace {

constexpr int kMaxDepth = 500;
constexpr std::size_t kMaxShown = 200;

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const std::size_t length = util::utf8_length(text.substr(offset));
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
