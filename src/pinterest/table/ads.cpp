#include "table.hpp"

namespace tap_pinterest::pinterest {
namespace {

constexpr auto kOwnerships = std::to_array<std::string_view>({"OWNED", "RECEIVED"});
constexpr auto kInsights = std::to_array<std::string_view>(
    {"YOUR_TOTAL_AUDIENCE", "YOUR_ENGAGED_AUDIENCE", "PINTEREST_TOTAL_AUDIENCE"});
constexpr auto kLookbacks = std::to_array<std::string_view>({"1d", "14d"});

constexpr std::string_view kEveryStatus =
    "entity_statuses=ACTIVE&entity_statuses=PAUSED&entity_statuses=ARCHIVED&entity_statuses=DRAFT"
    "&entity_statuses=DELETED_DRAFT&order=ASCENDING";

// Of 250, the API's most, ids of 20 digits would make an address of more than kMaxUrlBytes.
constexpr std::size_t kAdGroupsAtOnce = 200;

constexpr auto kAdsStreams = std::to_array<StreamDefinition>({
    {.id = "ad_accounts", .path = "/ad_accounts", .scopes = kAdsScopes, .selected_by_default = true},
    {.id = "campaigns",
     .path = "/ad_accounts/{ad_account_id}/campaigns",
     .replication_key = "updated_time",
     .has_statuses = true,
     .scopes = kAdsScopes,
     .selected_by_default = true},
    {.id = "ad_groups",
     .path = "/ad_accounts/{ad_account_id}/ad_groups",
     .replication_key = "updated_time",
     .has_statuses = true,
     .scopes = kAdsScopes,
     .selected_by_default = true},
    {.id = "ads",
     .path = "/ad_accounts/{ad_account_id}/ads",
     .replication_key = "updated_time",
     .has_statuses = true,
     .scopes = kAdsScopes,
     .selected_by_default = true},
    {.id = "product_group_promotions",
     .path = "/ad_accounts/{ad_account_id}/product_group_promotions",
     .parents = {{{.list = "ad_groups",
                   .slot = "ad_group_id",
                   .condition = {"campaign_id", "campaigns", "objective_type", {"CATALOG_SALES", "SALES"}}}}},
     .parameters = kEveryStatus,
     .scopes = kAdsScopes},
    {.id = "keywords",
     .path = "/ad_accounts/{ad_account_id}/keywords",
     .parents = {{{},
                  {.list = "campaigns", .slot = "campaign_id"},
                  {.list = "ad_groups",
                   .slot = "ad_group_ids",
                   .batch = kAdGroupsAtOnce,
                   .single_slot = "ad_group_id",
                   .named_in = "parent_id"}}},
     .scopes = kAdsScopes},
    // One that is received today may have been updated long ago: they are read whole.
    {.id = "audiences",
     .path = "/ad_accounts/{ad_account_id}/audiences",
     .key = {"id", "ownership_type"},
     .slots = {{{"ownership_type", kOwnerships}}},
     .parameters = kOldestFirst,
     .scopes = kAdsScopes},
    {.id = "audience_insights",
     .path = "/ad_accounts/{ad_account_id}/audience_insights",
     .key = {"ad_account_id", "type", "date"},
     .rows = {RowsAt::Form::object},
     .slots = {{{.name = "audience_insight_type", .words = kInsights, .column = "type"}}},
     .day_column = "date",
     .scopes = kAdsScopes},
    {.id = "customer_lists",
     .path = "/ad_accounts/{ad_account_id}/customer_lists",
     .replication_key = "updated_time",
     .parameters = kOldestFirst,
     .scopes = kAdsScopes},
    {.id = "conversion_tags",
     .path = "/ad_accounts/{ad_account_id}/conversion_tags",
     .paging = Paging::none,
     .parameters = "filter_deleted=false",
     .scopes = kAdsScopes},
    {.id = "conversion_event_quality",
     .path = "/ad_accounts/{ad_account_id}/conversion_eqs",
     .key = {"ad_account_id", "lookback_period", "source_platform", "ingestion_source"},
     .rows = {.member = {}},
     .paging = Paging::none,
     .slots = {{{"lookback_period", kLookbacks}}},
     .scopes = kAdsScopes},
    {.id = "advertiser_defined_events",
     .path = "/ad_accounts/{ad_account_id}/advertiser_defined_events",
     .key = {"ad_account_id", "name"},
     .paging = Paging::none,
     .scopes = kAdsScopes},
    {.id = "order_lines",
     .path = "/ad_accounts/{ad_account_id}/order_lines",
     .parameters = kOldestFirst,
     .scopes = kAdsScopes},
    {.id = "promotions",
     .path = "/ad_accounts/{ad_account_id}/promotions",
     .parameters = kOldestFirst,
     .scopes = kAdsScopes},
    {.id = "lead_forms",
     .path = "/ad_accounts/{ad_account_id}/lead_forms",
     .replication_key = "updated_time",
     .parameters = kOldestFirst,
     .scopes = kAdsScopes},
    {.id = "targeting_templates",
     .path = "/ad_accounts/{ad_account_id}/targeting_templates",
     .replication_key = "updated_time",
     .parameters = kOldestFirst,
     .scopes = kAdsScopes},
    {.id = "report_templates",
     .path = "/ad_accounts/{ad_account_id}/templates",
     .replication_key = "updated_time",
     .parameters = kOldestFirst,
     .scopes = kAdsScopes},
    {.id = "labels",
     .path = "/ad_accounts/{ad_account_id}/labels",
     .rows = {.inner = "labels"},
     .parameters = "entity_statuses=ACTIVE&entity_statuses=ARCHIVED",
     .scopes = kAdsScopes},
    // An invoice's status changes, and no field says when: it is read whole.
    {.id = "billing_invoices",
     .path = "/ad_accounts/{ad_account_id}/billing_invoices",
     .parameters = kOldestFirst,
     .scopes = kBillingScopes},
    // The parameter is required, and false gives all.
    {.id = "billing_profiles",
     .path = "/ad_accounts/{ad_account_id}/billing_profiles",
     .parameters = "is_active=false",
     .scopes = kBillingScopes},
});

}  // namespace

std::span<const StreamDefinition> ads_streams() { return kAdsStreams; }

}  // namespace tap_pinterest::pinterest
