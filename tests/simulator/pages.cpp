#include "pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "hash.hpp"

namespace simulator {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint64_t checksum(std::uint64_t filter, const Position& position) {
  return mix(filter, static_cast<std::uint64_t>(position.next), position.after_empty ? 1 : 0) & 0xffffffffU;
}

// Makes text look like nothing in particular, and back again.
std::string scramble(std::string text) {
  std::uint64_t state = 0x5eed;
  for (char& c : text) {
    state = mix(state);
    c = static_cast<char>(static_cast<unsigned char>(c) ^ static_cast<unsigned char>(state));
  }
  return text;
}

template <typename Number>
bool read_number(std::string_view& text, Number& out, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty()) text.remove_prefix(1);
  return true;
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += kAlphabet[(bits >> (count - 6)) & 63U];
  }
  if (count > 0) out += kAlphabet[(bits << (6 - count)) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::optional<std::string> unbase64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xffU);
    }
  }
  return out;
}

std::string make_bookmark(std::uint64_t filter, const Position& position) {
  return base64(scramble(
      fmt::format("{}|{}|{:x}", position.next, position.after_empty ? 1 : 0, checksum(filter, position))));
}

std::optional<Position> read_bookmark(std::uint64_t filter, std::string_view bookmark) {
  const auto bytes = unbase64(bookmark);
  if (!bytes) return std::nullopt;
  const std::string plain = scramble(*bytes);
  std::string_view rest = plain;
  Position position;
  int after_empty = 0;
  std::uint64_t sum = 0;
  if (!read_number(rest, position.next, 10) || !read_number(rest, after_empty, 10) ||
      !read_number(rest, sum, 16) || !rest.empty()) {
    return std::nullopt;
  }
  position.after_empty = after_empty != 0;
  if (sum != checksum(filter, position)) return std::nullopt;
  return position;
}

PageShape page_shape(std::uint64_t seed, std::uint64_t filter, const Position& position,
                     std::int64_t page_size, bool short_pages) {
  if (!short_pages) return {page_size, false, false};
  const std::uint64_t roll = mix(seed, filter, position.next) % 24;
  if (roll < 2 && !position.after_empty) return {page_size, true, false};
  if (roll < 6) return {std::max<std::int64_t>(1, page_size * 2 / 3), false, false};
  return {page_size, false, roll < 10};
}

EndForm end_form(std::uint64_t seed, std::uint64_t filter, bool short_pages) {
  if (!short_pages) return EndForm::kNull;
  return static_cast<EndForm>(mix(seed, filter, 7) % 3);
}

}  // namespace simulator
