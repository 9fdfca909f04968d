#include "table.hpp"

namespace tap_pinterest::pinterest {
namespace {

// Recorded from the API, with status 409: a business without a catalog has no product groups.
constexpr int kNoCatalog = 4182;

constexpr auto kCatalogsStreams = std::to_array<StreamDefinition>({
    {.id = "catalogs",
     .path = "/catalogs",
     .category = Category::catalogs_read,
     .replication_key = "updated_at",
     .scopes = kCatalogScopes},
    {.id = "catalogs_feeds",
     .path = "/catalogs/feeds",
     .category = Category::catalogs_read,
     .replication_key = "updated_at",
     .dropped = "credentials",
     .scopes = kCatalogScopes},
    {.id = "catalogs_product_groups",
     .path = "/catalogs/product_groups",
     .category = Category::catalogs_read,
     .replication_key = "updated_at",
     .code_of_none = kNoCatalog,
     .scopes = kCatalogScopes},
    {.id = "catalogs_product_group_counts",
     .path = "/catalogs/product_groups/{product_group_id}/product_counts",
     .category = Category::catalogs_read,
     .key = {"product_group_id"},
     .parents = {{{.list = "catalogs_product_groups", .slot = "product_group_id", .may_be_gone = true}}},
     .rows = {RowsAt::Form::object},
     .scopes = kCatalogScopes},
    {.id = "catalogs_feed_processing_results",
     .path = "/catalogs/feeds/{feed_id}/processing_results",
     .category = Category::catalogs_read,
     .replication_key = "updated_at",
     .parents = {{{.list = "catalogs_feeds", .slot = "feed_id", .may_be_gone = true}}},
     .paging = Paging::first_page,
     .scopes = kCatalogScopes},
    {.id = "catalogs_item_issues",
     .path = "/catalogs/processing_results/{processing_result_id}/item_issues",
     .category = Category::catalogs_read,
     .key = {"processing_result_id", "item_number"},
     .parents = {{{.list = "catalogs_feed_processing_results",
                   .slot = "processing_result_id",
                   .may_be_gone = true}}},
     .scopes = kCatalogScopes},
});

}  // namespace

std::span<const StreamDefinition> catalogs_streams() { return kCatalogsStreams; }

}  // namespace tap_pinterest::pinterest
