// One of several runs that divide the ad accounts of a token among them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tap_pinterest::config {

inline constexpr int kMostShards = 1000;

struct Shard {
  int number = 1;  // from 1 to `count`
  int count = 1;

  // Whether this ad account is in the shard. Each is in exactly one of `count`, and the same in every
  // version: see docs/shards.md.
  bool has(std::string_view account) const;
};

// "2/8"; nothing if it is no such text.
std::optional<Shard> parse_shard(std::string_view text);
std::string to_string(const Shard& shard);

}  // namespace tap_pinterest::config
