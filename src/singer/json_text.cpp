#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "tap_pinterest/singer/json_reader.hpp"

namespace tap_pinterest::singer {
namespace {

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

std::string place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t newline = before.rfind('\n');
  const std::string_view row = newline == std::string_view::npos ? before : before.substr(newline + 1);
  const auto column = 1 + std::ranges::count_if(row, [](char c) { return (c & 0xC0) != 0x80; });
  return fmt::format("at line {}, column {}", line, column);
}

bool is_finite(std::string_view number) {
  // Without an exponent: below 1e308, and a double goes up to 1.8e308.
  constexpr std::size_t kSurelyFiniteDigits = std::numeric_limits<double>::max_exponent10;
  if (number.size() <= kSurelyFiniteDigits && number.find_first_of("eE") == std::string_view::npos)
    return true;
  return std::isfinite(std::strtod(std::string(number).c_str(), nullptr));
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto special =
        std::ranges::find_if(text, [](char c) { return kNeedsEscape[static_cast<unsigned char>(c)]; });
    out.append(text.begin(), special);
    if (special == text.end()) break;
    append_escaped(out, *special);
    text.remove_prefix(static_cast<std::size_t>(special + 1 - text.begin()));
  }
  out += '"';
}

}  // namespace tap_pinterest::singer
