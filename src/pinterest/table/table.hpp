// The table of streams, a file for each subject. In each, parents come before their children.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/pinterest/streams.hpp"

namespace tap_pinterest::pinterest {

std::span<const StreamDefinition> ads_streams();
std::span<const StreamDefinition> analytics_streams();
std::span<const StreamDefinition> organic_streams();
std::span<const StreamDefinition> catalogs_streams();
std::span<const StreamDefinition> business_streams();
std::span<const StreamDefinition> reference_streams();
std::span<const StreamDefinition> proof_streams();

// The stream that a report of the configuration is.
StreamDefinition custom_stream(const config::CustomReport& custom);

inline constexpr std::string_view kProductItemLevel = "PRODUCT_ITEM";

inline constexpr std::string_view kAdsScopes = "ads:read";
inline constexpr std::string_view kBillingScopes = "ads:read,billing:read";
inline constexpr std::string_view kBoardScopes = "boards:read";
inline constexpr std::string_view kPinScopes = "boards:read,pins:read";
inline constexpr std::string_view kUserScopes = "user_accounts:read";
inline constexpr std::string_view kTopPinScopes = "pins:read,user_accounts:read";
inline constexpr std::string_view kCatalogScopes = "catalogs:read";
inline constexpr std::string_view kBusinessScopes = "biz_access:read";
inline constexpr std::string_view kDictionaryScopes = "ads:read,pins:read,user_accounts:read";

inline constexpr std::string_view kOldestFirst = "order=ASCENDING";

// The last so many days, up to yesterday: today's are not whole.
std::vector<std::string> last_days(util::Day today, int days);

}  // namespace tap_pinterest::pinterest
