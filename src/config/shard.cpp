#include "tap_pinterest/config/shard.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

namespace tap_pinterest::config {
namespace {

// CRC-32 as zlib has it, which is at hand nearly everywhere.
std::uint32_t crc32(std::string_view text) {
  constexpr std::uint32_t kPolynomial = 0xEDB88320;
  constexpr int kBits = 8;
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < kBits; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0);
  }
  return ~crc;
}

std::optional<int> whole_number(std::string_view text) {
  int number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  return error == std::errc() && end == last ? std::optional(number) : std::nullopt;
}

}  // namespace

bool Shard::has(std::string_view account) const {
  return crc32(account) % static_cast<std::uint32_t>(count) == static_cast<std::uint32_t>(number - 1);
}

std::optional<Shard> parse_shard(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto number = whole_number(text.substr(0, slash));
  const auto count = whole_number(text.substr(slash + 1));
  if (!number || !count || *number < 1 || *number > *count || *count > kMostShards) return std::nullopt;
  return Shard{.number = *number, .count = *count};
}

std::string to_string(const Shard& shard) { return fmt::format("{}/{}", shard.number, shard.count); }

}  // namespace tap_pinterest::config
