#include "table.hpp"

namespace tap_pinterest::pinterest {
namespace {

constexpr auto kPartnerTypes = std::to_array<std::string_view>({"INTERNAL", "EXTERNAL"});
constexpr auto kAssetTypes =
    std::to_array<std::string_view>({"AD_ACCOUNT", "PROFILE", "ASSET_GROUP", "CATALOG", "CONSUMER"});
constexpr std::string_view kWithAssets = "assets_summary=true";
constexpr Parent kOfBusiness{.list = "business_employers", .slot = "business_id"};

constexpr auto kBusinessStreams = std::to_array<StreamDefinition>({
    {.id = "business_employers", .path = "/businesses/employers", .scopes = kBusinessScopes},
    {.id = "business_members",
     .path = "/businesses/{business_id}/members",
     .key = {"business_id", "id"},
     .parents = {{kOfBusiness}},
     .parameters = kWithAssets,
     .scopes = kBusinessScopes},
    {.id = "business_partners",
     .path = "/businesses/{business_id}/partners",
     // The same partner may be both: then its assets are another's in each.
     .key = {"business_id", "partner_type", "id"},
     .parents = {{kOfBusiness}},
     .slots = {{{"partner_type", kPartnerTypes}}},
     .parameters = kWithAssets,
     .scopes = kBusinessScopes},
    {.id = "business_assets",
     .path = "/businesses/{business_id}/assets",
     .key = {"business_id", "asset_type", "asset_id"},
     .parents = {{kOfBusiness}},
     .slots = {{{"asset_type", kAssetTypes}}},
     .scopes = kBusinessScopes},
});

}  // namespace

std::span<const StreamDefinition> business_streams() { return kBusinessStreams; }

}  // namespace tap_pinterest::pinterest
