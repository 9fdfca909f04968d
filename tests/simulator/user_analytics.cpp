#include "user_analytics.hpp"

#include <algorithm>
#include <array>

#include "hash.hpp"

namespace simulator {
namespace {

constexpr std::array<std::string_view, 9> kMetrics{
    "ENGAGEMENT", "ENGAGEMENT_RATE", "IMPRESSION", "OUTBOUND_CLICK", "OUTBOUND_CLICK_RATE",
    "PIN_CLICK",  "PIN_CLICK_RATE",  "SAVE",       "SAVE_RATE"};

struct Split {
  std::string_view field;
  std::string UserFilter::*filter;
  std::vector<std::string> values;
};

const std::array<Split, 3>& splits() {
  static const std::array<Split, 3> table{{
      {"OWNED_CONTENT", &UserFilter::from_claimed_content, {"OTHER", "CLAIMED"}},
      {"SOURCE", &UserFilter::source, {"YOUR_PINS", "OTHER_PINS"}},
      {"PIN_FORMAT",
       &UserFilter::pin_format,
       {"ORGANIC_IMAGE", "ORGANIC_PRODUCT", "ORGANIC_VIDEO", "ADS_STANDARD", "ADS_PRODUCT", "ADS_VIDEO",
        "ADS_IDEA"}},
  }};
  return table;
}

// Pins from 0 on are those that are listed; some below them would be too young.
std::int64_t stand_in(const UserFilter& filter) {
  const std::uint64_t roll = mix(hash_text(filter.from_claimed_content), hash_text(filter.pin_format),
                                 hash_text(filter.content_type), hash_text(filter.source));
  return -16 - static_cast<std::int64_t>(roll >> 40U);
}

}  // namespace

std::span<const std::string_view> user_metrics() { return kMetrics; }

std::vector<UserSplit> user_splits(const UserFilter& filter, std::string_view split_field) {
  std::vector<UserSplit> parts;
  if (split_field == "APP_TYPE") {
    for (const AppType app : {AppType::kMobile, AppType::kTablet, AppType::kWeb}) {
      if (filter.app != AppType::kAll && filter.app != app) continue;
      parts.push_back({app_type_name(app), stand_in(filter), app});
    }
    return parts;
  }
  const auto* const split = std::ranges::find(splits(), split_field, &Split::field);
  if (split == splits().end()) return {{"all", stand_in(filter), filter.app}};
  for (const std::string& value : split->values) {
    UserFilter part = filter;
    if (part.*split->filter != UserFilter{}.*split->filter && part.*split->filter != value) continue;
    part.*split->filter = value;
    parts.push_back({value, stand_in(part), filter.app});
  }
  return parts;
}

}  // namespace simulator
