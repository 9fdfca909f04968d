// The table of streams. A stream is one entry here and one file in schemas/.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/singer/catalog.hpp"

namespace tap_pinterest::pinterest {

// Rate-limit categories: `x-ratelimit-category` of each operation in the OpenAPI document.
// Downloads of reports come from another host and have no limit.
enum class Category { ads_read, ads_analytics, org_read, org_analytics, download };
inline constexpr std::size_t kCategories = 5;
std::string_view to_string(Category category);

enum class Source {
  list,                 // pages of {"items": [...], "bookmark": ...}
  ads_analytics,        // an array of flat rows
  targeting_analytics,  // {"data": [{"targeting_type", "targeting_value", "metrics": {a flat row}}]}
  pin_analytics,        // {PIN: {APP: {"daily_metrics": [...]}}}, or without PIN for a single one
};

struct StreamDefinition {
  std::string_view id;
  Source source;
  // After api_url; {ad_account_id} stands for the account.
  std::string_view path;
  Category category;
  // Up to four key properties; unused places are empty.
  std::array<std::string_view, 4> key;
  std::string_view replication_key;  // empty: FULL_TABLE only
  // One partition for each ad account; otherwise one for the user.
  bool by_account;
  // The list takes `entity_statuses` and `order`.
  bool has_statuses;
  // For analytics: the list whose ids are asked for, the parameter that takes them, and how many at once
  // (`maxItems` in the OpenAPI document). Without a parent the ad account itself is asked for.
  std::string_view parent = {};
  std::string_view ids_parameter = {};
  std::size_t batch = 0;
  // OAuth scopes it needs, separated by commas.
  std::string_view scopes = {};
  bool selected_by_default = true;
  // Its `level` in asynchronous reports; empty: it has none.
  std::string_view report_level = {};

  // Analytics of the ad account itself.
  bool is_of_account() const { return source != Source::list && parent.empty(); }
};

// All streams, in the order in which they are discovered; parents come before their children.
std::span<const StreamDefinition> streams();
// What is wrong with the targeting types of the configuration for a stream: those its level does not have.
// Empty if nothing is.
std::string find_targeting_problem(const StreamDefinition& stream, const config::Config& config);
// The stream of that name, or null.
const StreamDefinition* find_stream(std::string_view id);

// Its rows come by account, with no list of ids before: of the account itself, or by reports alone.
bool needs_no_list(const StreamDefinition& stream, const config::Config& config);

// Days of analytics read again before the bookmark: those of pins or of ads.
int lookback_days(const StreamDefinition& stream, const config::Config& config);

// The scopes of the streams selected by default, as they are asked for.
inline constexpr std::string_view kAllScopes = "ads:read,boards:read,pins:read";

// Which streams selected by default `granted` (separated by blanks or commas) is not enough for:
// "pins (boards:read)", in order.
std::vector<std::string> lacking_scopes(std::string_view granted);

// A stream for discovery: its schema from schemas/, with singer::kAdditionalFields where it is a list, the
// configured columns as properties of `metrics`,
// the DATE of the configured granularity, and no replication key where the granularity has no bookmark.
singer::StreamDescription describe(const StreamDefinition& stream, const config::Config& config);

}  // namespace tap_pinterest::pinterest
