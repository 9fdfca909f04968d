// Analytics of the user's account: what they are divided into, and whose numbers the parts are.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics.hpp"

namespace simulator {

// All metric types, which is what is told without any.
std::span<const std::string_view> user_metrics();

// The parameters that select, with the defaults of the document.
struct UserFilter {
  std::string from_claimed_content = "BOTH";
  std::string pin_format = "ALL";
  std::string content_type = "ALL";
  std::string source = "ALL";
  AppType app = AppType::kAll;
};

struct UserSplit {
  std::string name;
  std::int64_t pin;  // stands in for the account, and is older than all pins
  AppType app;
};

std::vector<UserSplit> user_splits(const UserFilter& filter, std::string_view split_field);

}  // namespace simulator
