// The table of streams. A stream is one entry here and one file in schemas/.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/singer/catalog.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::pinterest {

// Rate-limit categories: `x-ratelimit-category` of each operation in the OpenAPI document.
// Downloads of reports come from another host and have no limit.
enum class Category {
  ads_read,
  ads_analytics,
  org_read,
  org_analytics,
  catalogs_read,
  trends_read,
  download
};
inline constexpr std::size_t kCategories = 7;
std::string_view to_string(Category category);

enum class Source {
  list,                 // what `RowsAt` says
  ads_analytics,        // an array of flat rows
  targeting_analytics,  // {"data": [{"targeting_type", "targeting_value", "metrics": {a flat row}}]}
  pin_analytics,        // {PIN: {APP: {"daily_metrics": [...]}}}, or without PIN for a single one
  user_analytics,       // {SPLIT: {"daily_metrics": [...]}}
  data_quality,         // as ads_analytics, of an account whose totals are compared with what was read
};

// The list that says which days are final, and for how many days that may change: Pinterest advises to wait
// for 37 hours.
inline constexpr std::string_view kReadyStateList = "metrics_ready_state";
inline constexpr int kDaysThatMayBeOpen = 7;

// The streams that data_quality compares with their accounts.
bool is_compared(std::string_view stream);

// So many fields of a list's rows may be wanted besides its ids.
inline constexpr std::size_t kFieldsBesides = 2;

inline constexpr std::string_view kReportsPath = "/ad_accounts/{ad_account_id}/reports";

// Where the rows of a list are in its answer.
struct RowsAt {
  enum class Form {
    array,   // objects in the array `member`; without a member the answer is the array
    object,  // the answer is the only row
    map,     // [{KEY: VALUE, ...}]: a row of each entry, with the columns `code` and `name`
  };
  Form form = Form::array;
  std::string_view member = "items";
  // Each object of the array may hold rows in its array of this name, instead of being one; empty: it is one.
  std::string_view inner = {};
};

enum class Paging {
  bookmark,    // pages, each with a bookmark that leads to the next
  none,        // everything at once; should there be a bookmark all the same, it is followed
  first_page,  // there is a bookmark, but it leads nowhere
};

// Which rows of a parent a list is not asked for: those whose field `by` names a row of `list`, in whose
// `field` something else than these `values` stands.
struct Condition {
  std::string_view by = {};
  std::string_view list = {};
  std::string_view field = {};
  std::array<std::string_view, 2> values = {};
};

// The list whose ids are asked for.
struct Parent {
  std::string_view list = {};
  // What takes them: a place {slot} in the path, or a parameter. Empty: nothing, but the list comes first.
  std::string_view slot = {};
  // How many at once (`maxItems` in the OpenAPI document, or fewer).
  std::size_t batch = 1;
  // Only some of its rows; empty: all.
  Condition condition = {};
  // Of a list: the parameter for one id, for apps that cannot ask for several, and the field of its rows that
  // names the parent.
  std::string_view single_slot = {};
  std::string_view named_in = {};
  // Its rows may be gone by the time they are asked for: deleted by a person.
  bool may_be_gone = false;

  // Whether its ids fill this slot, several or one.
  bool takes_in(std::string_view name) const { return name == slot || name == single_slot; }
};

// A place {name} in the path, or a parameter: a list is read for each of its values.
struct Slot {
  std::string_view name = {};
  // The values, or what they depend on.
  std::span<const std::string_view> words = {};
  std::vector<std::string> (*computed)(const config::Config& config, util::Day today) = nullptr;
  // The column that takes the value where the API sends none, if it has another name.
  std::string_view column = {};
  // How many of the last values are enough where the list is read for other streams alone; 0: all.
  int enough_for_others = 0;
};

struct StreamDefinition {
  std::string_view id;
  Source source = Source::list;
  // After api_url; {ad_account_id} stands for the account. kReportsPath where only reports read it.
  std::string_view path;
  Category category = Category::ads_read;
  // Up to four key properties; unused places are empty.
  std::array<std::string_view, 4> key = {"id"};
  std::string_view replication_key = {};  // empty: FULL_TABLE only
  // It takes `entity_statuses` and `order`, or its parent does.
  bool has_statuses = false;
  // Analytics have one at most; without it they are those of the ad account itself. A list is read for each
  // row of all of them, and without any where the first is empty.
  std::array<Parent, 3> parents = {};
  // Of a list.
  RowsAt rows = {};
  Paging paging = Paging::bookmark;
  std::array<Slot, 3> slots = {};
  // Parameters that are always sent, as they stand in an address.
  std::string_view parameters = {};
  // Columns that take the day of reading, where the API sends none, and the place in the list, from 1 on.
  std::string_view day_column = {};
  std::string_view rank_column = {};
  // Fields that other streams want to know.
  std::array<std::string_view, kFieldsBesides> told = {};
  // A field that is a secret, and never leaves the program.
  std::string_view dropped = {};
  // The error by which the API says that there is nothing.
  int code_of_none = 0;
  // OAuth scopes it needs, separated by commas.
  std::string_view scopes = {};
  bool selected_by_default = false;
  // Its `level` in asynchronous reports; empty: it has none.
  std::string_view report_level = {};
  // Of a stream that the configuration adds; null for those of the table.
  const config::CustomReport* custom = nullptr;

  // One partition for each ad account; otherwise one for the user.
  bool by_account() const { return path.starts_with("/ad_accounts/{"); }
  // What its analytics are of.
  const Parent& parent() const { return parents[0]; }
  // Analytics of the ad account itself.
  bool is_of_account() const { return source != Source::list && parent().list.empty(); }
  // Of Pins and the user's account, which are by day whatever is configured.
  bool is_organic() const { return source == Source::pin_analytics || source == Source::user_analytics; }
  bool is_only_by_report() const { return path == kReportsPath; }
  bool is_of_template() const { return custom != nullptr && !custom->template_id.empty(); }
};

// The table, in the order in which streams are discovered; parents come before their children.
std::span<const StreamDefinition> streams();
// The table and the custom reports of `config`, which must outlive them.
std::vector<StreamDefinition> streams_of(const config::Config& config);
// What is wrong with the names of streams in the configuration: that of a custom report is another stream's,
// or one of full_table_streams is none's. Empty if nothing is.
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

// Whether it is read in the configured shard: what belongs to no ad account is in the first alone.
bool is_in_shard(const StreamDefinition& stream, const config::Config& config);

// Its rows come by account, with no list of ids before: of the account itself, or by reports alone.
bool needs_no_list(const StreamDefinition& stream, const config::Config& config);

// Whether `stream` needs the rows of the list `list`: their ids, or what its condition says of them.
bool needs_rows_of(const StreamDefinition& stream, std::string_view list);

// The same, or of a list that needs them.
bool depends_on(const StreamDefinition& stream, std::string_view list);

// Days of analytics read again before the bookmark: those of pins or of ads.
int lookback_days(const StreamDefinition& stream, const config::Config& config);

std::vector<StreamDefinition> streams_by_default();
// Those of `streams` that the selection names.
std::vector<StreamDefinition> selected_streams(std::span<const StreamDefinition> streams,
                                               const singer::Selection& selection);

// The scopes that all of these streams need, and `more` (separated by commas): sorted, each once, separated
// by commas.
std::string scopes_of(std::span<const StreamDefinition> streams, std::string_view more = {});

// Those of `wanted` that `granted` does not name; all are separated by blanks or commas, what is returned by
// commas.
std::string scopes_without(std::string_view wanted, std::string_view granted);

// The scopes that `stream` needs and `granted` does not name; empty if there are none, or if nothing is known
// of what was granted.
std::string find_lacking_scopes(const StreamDefinition& stream, std::string_view granted);

// A stream for discovery: its schema from schemas/, with singer::kAdditionalFields where it is a list, the
// configured columns as properties of `metrics`,
// the DATE of the configured granularity, and no replication key where the granularity has no bookmark.
singer::StreamDescription describe(const StreamDefinition& stream, const config::Config& config);

}  // namespace tap_pinterest::pinterest
