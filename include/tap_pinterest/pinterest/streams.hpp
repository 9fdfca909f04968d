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
  list,                 // pages of {"items": [...], "bookmark": ...}, or one object
  ads_analytics,        // an array of flat rows
  targeting_analytics,  // {"data": [{"targeting_type", "targeting_value", "metrics": {a flat row}}]}
  pin_analytics,        // {PIN: {APP: {"daily_metrics": [...]}}}, or without PIN for a single one
  user_analytics,       // {SPLIT: {"daily_metrics": [...]}}
};

inline constexpr std::string_view kReportsPath = "/ad_accounts/{ad_account_id}/reports";

// Which rows of a parent a list is not asked for: those whose field `by` names a row of `list`, in whose
// `field` something else than these `values` stands.
struct Condition {
  std::string_view by = {};
  std::string_view list = {};
  std::string_view field = {};
  std::array<std::string_view, 2> values = {};
};

struct StreamDefinition {
  std::string_view id;
  Source source;
  // After api_url; {ad_account_id} stands for the account. kReportsPath where only reports read it.
  std::string_view path;
  Category category;
  // Up to four key properties; unused places are empty.
  std::array<std::string_view, 4> key;
  std::string_view replication_key;  // empty: FULL_TABLE only
  // One partition for each ad account; otherwise one for the user.
  bool by_account;
  // The list takes `entity_statuses` and `order`.
  bool has_statuses;
  // The list whose ids are asked for, the parameter that takes them, and how many at once (`maxItems` in the
  // OpenAPI document): a list takes one. Analytics without a parent are those of the ad account itself.
  std::string_view parent = {};
  std::string_view ids_parameter = {};
  std::size_t batch = 0;
  // Of a list: the whole answer is its only row.
  bool is_object = false;
  // Only some rows of the parent; without a list, all.
  Condition condition = {};
  // Parameters that are always sent, as they stand in an address.
  std::string_view parameters = {};
  // OAuth scopes it needs, separated by commas.
  std::string_view scopes = {};
  bool selected_by_default = true;
  // Its `level` in asynchronous reports; empty: it has none.
  std::string_view report_level = {};
  // Of a stream that the configuration adds; null for those of the table.
  const config::CustomReport* custom = nullptr;

  // Analytics of the ad account itself.
  bool is_of_account() const { return source != Source::list && parent.empty(); }
  // Of Pins and the user's account, which are by day whatever is configured.
  bool is_organic() const { return category == Category::org_analytics; }
  bool is_only_by_report() const { return path == kReportsPath; }
};

// The table, in the order in which streams are discovered; parents come before their children.
std::span<const StreamDefinition> streams();
// The table and the custom reports of `config`, which must outlive them.
std::vector<StreamDefinition> streams_of(const config::Config& config);
// What is wrong with the names of custom reports: one is that of another stream. Empty if nothing is.
std::string find_name_problem(const config::Config& config);
// How the analytics of a stream are read: as its custom report says, or as all.
const config::AnalyticsSettings& settings_of(const StreamDefinition& stream, const config::Config& config);
// The columns or metric types of a stream of analytics, as they are configured.
std::vector<std::string> metrics_of(const StreamDefinition& stream, const config::Config& config);
// What of the configuration a selected stream cannot have: targeting types that are not those of its level,
// or a total that no report spans. Empty if nothing is.
std::string find_stream_problem(const StreamDefinition& stream, const config::Config& config);
// The stream of that name in the table, or null.
const StreamDefinition* find_stream(std::string_view id);

// Whether some of its days, or all, are read by report as it is configured.
bool may_use_reports(const StreamDefinition& stream, const config::Config& config);
bool reads_all_by_report(const StreamDefinition& stream, const config::Config& config);

// Its rows come by account, with no list of ids before: of the account itself, or by reports alone.
bool needs_no_list(const StreamDefinition& stream, const config::Config& config);

// Whether `stream` needs the rows of the list `list`: their ids, or what its condition says of them.
bool needs_rows_of(const StreamDefinition& stream, std::string_view list);

// Days of analytics read again before the bookmark: those of pins or of ads.
int lookback_days(const StreamDefinition& stream, const config::Config& config);

// The scopes of the streams selected by default, as they are asked for.
inline constexpr std::string_view kAllScopes = "ads:read,boards:read,pins:read";

// Which streams selected by default `granted` (separated by blanks or commas) is not enough for:
// "pins (boards:read)", in order.
std::vector<std::string> lacking_scopes(std::string_view granted);

// A scope that `stream` needs and `granted` does not name; empty if there is none, or if nothing is known of
// what was granted.
std::string find_lacking_scope(const StreamDefinition& stream, std::string_view granted);

// A stream for discovery: its schema from schemas/, with singer::kAdditionalFields where it is a list, the
// configured columns as properties of `metrics`,
// the DATE of the configured granularity, and no replication key where the granularity has no bookmark.
singer::StreamDescription describe(const StreamDefinition& stream, const config::Config& config);

}  // namespace tap_pinterest::pinterest
