#include "table.hpp"

namespace tap_pinterest::pinterest {
namespace {

constexpr auto kProofStreams = std::to_array<StreamDefinition>({
    {.id = "data_quality",
     .source = Source::data_quality,
     .path = "/ad_accounts/{ad_account_id}/analytics",
     .category = Category::ads_analytics,
     .key = {"ad_account_id", "stream", "DATE", "metric"},
     // It is of the account itself, but which days are final has to be known before.
     .parents = {{{}, {.list = kReadyStateList}}},
     .scopes = kAdsScopes,
     .report_level = "ADVERTISER"},
});

}  // namespace

std::span<const StreamDefinition> proof_streams() { return kProofStreams; }

}  // namespace tap_pinterest::pinterest
