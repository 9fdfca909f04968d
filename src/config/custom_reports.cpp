#include "custom_reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "tap_pinterest/config/columns.hpp"
#include "tap_pinterest/util/digits.hpp"
#include "tap_pinterest/util/nearest.hpp"

namespace tap_pinterest::config {
namespace {

constexpr std::string_view kSetting = "custom_reports";
// PostgreSQL's limit, the lowest of those in use.
constexpr std::size_t kLongestName = 63;
// What one report may span, a day less than the API allows.
constexpr std::chrono::days kLongestReport{185};
constexpr std::chrono::days kLongestReportOfItems{30};
constexpr std::string_view kByTargeting = "_TARGETING";

// Targeting types that one level alone has.
struct OwnType {
  std::string_view type;
  std::string_view level;
};
constexpr auto kOwnTypes = std::to_array<OwnType>(
    {{"AUDIENCE_MULTIPLIER", "CAMPAIGN_TARGETING"}, {"MEDIA_TYPE", "PRODUCT_ITEM_TARGETING"}});

// Fields of AdsAnalyticsCreateAsyncRequest that narrow a report; all others follow from its settings.
constexpr auto kFilters = std::to_array<std::string_view>(
    {"campaign_ids", "ad_group_ids", "ad_ids", "product_group_ids", "product_item_ids", "campaign_statuses",
     "ad_group_statuses", "ad_statuses", "product_group_statuses", "campaign_objective_types",
     "campaign_brand_label", "campaign_custom_label", "metrics_filters", "custom_conversion_event_metrics",
     "combine_targeting_types", "reporting_timezone"});

// Those others: two answers to one question would be worse than none.
constexpr auto kOwnFields = std::to_array<std::string_view>(
    {"start_date", "end_date", "start_hour", "end_hour", "granularity", "level", "columns", "targeting_types",
     "click_window_days", "engagement_window_days", "view_window_days", "conversion_report_time",
     "attribution_types", "primary_sort", "report_format"});

bool is_digits(std::string_view text) { return std::ranges::all_of(text, util::is_digit); }

// Databases differ in what else they take, and in whether they tell cases apart.
bool is_table_name(std::string_view name) {
  constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyz_0123456789";
  constexpr std::string_view kLetters = kNameCharacters.substr(0, kNameCharacters.find('0'));
  return name.size() <= kLongestName && kLetters.find(name.front()) != std::string_view::npos &&
         name.find_first_not_of(kNameCharacters) == std::string_view::npos;
}

bool holds(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool level_has(std::string_view level, std::string_view type) {
  const auto* const own = std::ranges::find(kOwnTypes, type, &OwnType::type);
  const bool is_only_direct = holds(targeting_types(), type) && !holds(report_targeting_types(), type);
  return !is_only_direct && (own == kOwnTypes.end() || own->level == level);
}

// Reads one entry.
class EntryReader {
 public:
  EntryReader(const Json& entry, std::string place, const Config& config, util::Day today, bool allow_unknown,
              std::vector<std::string>& problems)
      : entry_(entry),
        place_(std::move(place)),
        config_(config),
        today_(today),
        allow_unknown_(allow_unknown),
        problems_(problems),
        values_(custom_report_settings(), stated(), problems, place_ + ".", allow_unknown) {}

  CustomReport read() {
    CustomReport report{.name = values_.text("name"),
                        .level = values_.text("level"),
                        .analytics = config_.analytics,
                        .filters = {},
                        .template_id = values_.text("template_id"),
                        .ad_account_id = values_.text("ad_account_id")};
    read_analytics(report);
    report.filters = read_filters();
    check_identity(report);
    check_source(report);
    check_targeting(report);
    check_dates(report);
    return report;
  }

 private:
  std::map<std::string_view, Json> stated() {
    std::map<std::string_view, Json> found;
    for (const auto& [name, value] : entry_.items()) {
      const Setting* const setting = find_setting(name, custom_report_settings());
      if (setting == nullptr) {
        std::vector<std::string_view> known;
        for (const Setting& each : custom_report_settings()) known.push_back(each.name);
        problem(printable(name), fmt::format("unknown setting{}", util::did_you_mean(name, known)));
      } else if (!is_unset(value)) {
        found.emplace(setting->name, value);
      }
    }
    return found;
  }

  void problem(std::string_view name, std::string_view what) {
    problems_.push_back(fmt::format("{}.{}: {}", place_, name, what));
  }

  void read_analytics(CustomReport& report) {
    AnalyticsSettings& analytics = report.analytics;
    if (values_.stated("start_date")) analytics.start_date = values_.day("start_date");
    analytics.columns = values_.list("columns");
    if (values_.usable("granularity")) analytics.granularity = granularity_from(values_.text("granularity"));
    for (const auto& [name, days] : {std::pair("click_window_days", &analytics.click_window_days),
                                     {"engagement_window_days", &analytics.engagement_window_days},
                                     {"view_window_days", &analytics.view_window_days}}) {
      if (values_.usable(name)) *days = values_.integer(name);
    }
    if (values_.usable("conversion_report_time")) {
      analytics.conversion_report_time = values_.text("conversion_report_time");
    }
    if (values_.usable("lookback_days")) analytics.lookback_days = values_.integer("lookback_days");
    if (values_.usable("attribution_types")) analytics.attribution_types = values_.list("attribution_types");
    if (values_.usable("targeting_types")) analytics.targeting_types = values_.list("targeting_types");
  }

  std::string read_filters() {
    if (!values_.usable("filters")) return {};
    const Json& filters = values_.json("filters");
    for (const auto& [name, value] : filters.items()) {
      if (holds(kFilters, name) || (allow_unknown_ && !holds(kOwnFields, name))) continue;
      problem("filters", fmt::format("{} is no filter of reports{}", printable(name),
                                     util::did_you_mean(name, kFilters)));
    }
    // In the order of names, so that another order is no other report.
    return nlohmann::json(filters).dump();
  }

  void check_identity(const CustomReport& report) {
    if (!values_.stated("name")) problem("name", "missing");
    if (values_.usable("name") && !is_table_name(report.name)) {
      problem("name",
              fmt::format("must be a table name: lower-case letters, digits, and underscores, at most {}",
                          kLongestName));
    }
    if (!values_.stated("level")) problem("level", "missing");
  }

  void check_source(const CustomReport& report) {
    for (const auto* const id : {"template_id", "ad_account_id"}) {
      if (values_.usable(id) && !is_digits(values_.text(id))) problem(id, "must be an id (digits only)");
    }
    if (report.template_id.empty()) {
      if (!values_.stated("columns")) problem("columns", "missing; or set template_id");
      if (values_.stated("ad_account_id")) problem("ad_account_id", "is of use only with template_id");
      return;
    }
    for (const auto* const name :
         {"columns", "filters", "targeting_types", "click_window_days", "engagement_window_days",
          "view_window_days", "conversion_report_time", "attribution_types"}) {
      if (values_.stated(name)) problem(name, "the template decides");
    }
    if (!values_.stated("ad_account_id")) problem("ad_account_id", "missing; template_id needs it");
    const auto& wanted = config_.ad_account_ids;
    if (!wanted.empty() && std::ranges::find(wanted, report.ad_account_id) == wanted.end()) {
      problem("ad_account_id", "not among ad_account_ids");
    }
  }

  void check_targeting(CustomReport& report) {
    auto& types = report.analytics.targeting_types;
    if (!report.level.ends_with(kByTargeting) || !report.template_id.empty()) {
      if (values_.stated("targeting_types") && report.template_id.empty()) {
        problem("targeting_types", "needs a level that ends with _TARGETING");
      }
      types.clear();
      return;
    }
    if (values_.usable("targeting_types")) {
      for (const std::string& type : types) {
        if (!level_has(report.level, type)) {
          problem("targeting_types", fmt::format("{} has no {}", report.level, type));
        }
      }
      return;
    }
    std::erase_if(types, [&](const std::string& type) { return !level_has(report.level, type); });
    if (types.empty()) problem("targeting_types", fmt::format("missing; {} needs it", report.level));
  }

  // A row of TOTAL is one report.
  void check_dates(const CustomReport& report) {
    if (values_.usable("start_date") && config_.end_date &&
        *report.analytics.start_date > *config_.end_date) {
      problem("start_date", "is after end_date");
      return;
    }
    if (report.analytics.granularity != Granularity::total) return;
    if (!report.analytics.start_date) {
      problem("start_date", "missing; granularity TOTAL needs it");
      return;
    }
    const bool of_items = report.level.starts_with("PRODUCT_ITEM");
    const auto longest = of_items ? kLongestReportOfItems : kLongestReport;
    if (std::min(config_.end_date.value_or(today_), today_) - *report.analytics.start_date >= longest) {
      problem("start_date", fmt::format("with granularity TOTAL, at most {} days before end_date (today if "
                                        "that is not set)",
                                        longest.count()));
    }
  }

  const Json& entry_;
  const std::string place_;
  const Config& config_;
  const util::Day today_;
  const bool allow_unknown_;
  std::vector<std::string>& problems_;
  const Values values_;
};

}  // namespace

std::vector<CustomReport> read_custom_reports(const Values& values, const Config& config, util::Day today,
                                              std::vector<std::string>& problems) {
  std::vector<CustomReport> reports;
  if (!values.usable(kSetting)) return reports;
  for (const Json& entry : values.json(kSetting)) {
    std::string place = fmt::format("{}[{}]", kSetting, reports.size());
    CustomReport report = EntryReader(entry, place, config, today, values.allows_unknown(), problems).read();
    if (std::ranges::find(reports, report.name, &CustomReport::name) != reports.end() &&
        !report.name.empty()) {
      problems.push_back(fmt::format("{}.name: another entry has it", place));
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace tap_pinterest::config
