#include "tap_pinterest/config/shard.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace tap_pinterest::config {
namespace {

// From Python: zlib.crc32(b"549755885175") % 8 + 1. None of them may ever change.
struct Home {
  const char* account;
  std::array<int, 6> shards;  // of so many as kCounts says
};
constexpr std::array<int, 6> kCounts = {1, 2, 3, 7, 8, 1000};
const auto kHomes = std::to_array<Home>({{"1", {1, 2, 3, 3, 8, 584}},
                                         {"7", {1, 1, 1, 5, 3, 347}},
                                         {"549755885175", {1, 1, 2, 1, 5, 885}},
                                         {"549755886188", {1, 1, 3, 6, 1, 561}},
                                         {"18446744073709551615", {1, 1, 1, 7, 3, 163}}});

TEST(Shard, HasTheAccountsThatItHasInEveryVersion) {
  for (const Home& home : kHomes) {
    for (std::size_t i = 0; i < kCounts.size(); ++i) {
      std::vector<int> found;
      for (int number = 1; number <= kCounts.at(i); ++number) {
        if (Shard{.number = number, .count = kCounts.at(i)}.has(home.account)) found.push_back(number);
      }
      EXPECT_EQ(found, std::vector<int>{home.shards.at(i)}) << home.account << " of " << kCounts.at(i);
    }
  }
}

TEST(Shard, HasItsPartOfManyAccounts) {
  constexpr int kAccounts = 8000;
  constexpr long long kFirst = 549'755'885'175;
  std::array<int, 8> sizes{};
  for (int i = 0; i < kAccounts; ++i) {
    for (int number = 1; number <= 8; ++number) {
      if (Shard{.number = number, .count = 8}.has(std::to_string(kFirst + i)))
        ++sizes.at(static_cast<std::size_t>(number - 1));
    }
  }
  for (const int size : sizes) EXPECT_NEAR(size, 1000, 50);
}

TEST(Shard, IsWrittenAsItIsRead) {
  for (const auto* text : {"1/1", "2/8", "8/8", "1000/1000"}) {
    const auto shard = parse_shard(text);
    ASSERT_TRUE(shard) << text;
    EXPECT_EQ(to_string(*shard), text);
  }
  EXPECT_EQ(to_string(parse_shard("02/08").value()), "2/8");
}

TEST(Shard, IsNothingElse) {
  for (const auto* text : {"", "/", "1", "1/", "/2", "0/2", "3/2", "-1/2", "+1/2", "1/-2", "1/2/3", "1 /2",
                           "1/2 ", "1.0/2", "a/b", "1/1001", "1/99999999999999999999", "1-2"}) {
    EXPECT_FALSE(parse_shard(text)) << text;
  }
}

}  // namespace
}  // namespace tap_pinterest::config
