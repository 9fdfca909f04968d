#include "tap_pinterest/util/utf8.hpp"

#include <algorithm>

namespace tap_pinterest::util {
namespace {

unsigned char byte(char c) { return static_cast<unsigned char>(c); }

std::size_t announced_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const unsigned char first = byte(text[0]);
  const std::size_t length = announced_length(first);
  if (length <= 1) return length;
  if (text.size() < length) return 0;
  const std::string_view rest = text.substr(1, length - 1);
  if (!std::ranges::all_of(rest, [](char c) { return (byte(c) & 0xC0U) == 0x80U; })) return 0;
  const unsigned char second = byte(text[1]);
  const bool is_overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool is_surrogate = first == 0xED && second > 0x9F;
  const bool is_beyond = first == 0xF4 && second > 0x8F;
  return is_overlong || is_surrogate || is_beyond ? 0 : length;
}

}  // namespace tap_pinterest::util
