// Pseudo-random numbers as pure functions, so that nothing of the world has to be remembered.
#pragma once

#include <cstdint>
#include <string_view>

namespace simulator {

// The finalizer of splitmix64.
constexpr std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31U);
}

template <typename... Rest>
constexpr std::uint64_t mix(std::uint64_t first, std::uint64_t second, Rest... rest) {
  return mix(mix(first) ^ second, static_cast<std::uint64_t>(rest)...);
}

constexpr std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix(hash);
}

// A bijection on 32 bits (four Feistel rounds), and its inverse.
constexpr std::uint32_t permute(std::uint32_t value, std::uint64_t key) {
  std::uint32_t left = value >> 16U;
  std::uint32_t right = value & 0xffffU;
  for (std::uint64_t round = 0; round < 4; ++round) {
    const auto next = left ^ static_cast<std::uint32_t>(mix(key, round, right) & 0xffffU);
    left = right;
    right = next;
  }
  return (left << 16U) | right;
}

constexpr std::uint32_t unpermute(std::uint32_t value, std::uint64_t key) {
  std::uint32_t left = value >> 16U;
  std::uint32_t right = value & 0xffffU;
  for (std::uint64_t round = 4; round-- > 0;) {
    const auto previous = right ^ static_cast<std::uint32_t>(mix(key, round, left) & 0xffffU);
    right = left;
    left = previous;
  }
  return (left << 16U) | right;
}

}  // namespace simulator
