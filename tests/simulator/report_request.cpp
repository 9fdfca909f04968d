#include "report_request.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "calendar.hpp"
#include "reach.hpp"

namespace simulator {
namespace {

using Json = nlohmann::json;
using Texts = std::span<const std::string_view>;
using std::chrono::days;

// --- the fields of the document --------------------------------------------------------------------------

enum class FieldType {
  kText,
  kDate,
  kBoolean,
  kHour,
  kWindow,
  kChoice,
  kChoices,
  kColumns,
  kIds,
  kMetricFilters,
  kEvents
};
using enum FieldType;

struct Field {
  std::string_view name;
  FieldType type;
  bool required = false;
  std::size_t most = 0;  // of a list; 0: no limit, and an empty one passes
  Texts values{};
};

constexpr std::array<std::string_view, 5> kGranularities{"TOTAL", "DAY", "HOUR", "WEEK", "MONTH"};
constexpr std::array<std::string_view, 2> kReportTimes{"TIME_OF_AD_ACTION", "TIME_OF_CONVERSION"};
constexpr std::array<std::string_view, 2> kAttributions{"INDIVIDUAL", "HOUSEHOLD"};
constexpr std::array<std::string_view, 2> kSorts{"BY_ID", "BY_DATE"};
constexpr std::array<std::string_view, 2> kFormats{"JSON", "CSV"};
constexpr std::array<std::string_view, 2> kTimezones{"PINTEREST_TIME_ZONE", "AD_ACCOUNT_TIME_ZONE"};
constexpr std::array<std::string_view, 8> kStatuses{
    "RUNNING",  "PAUSED", "NOT_STARTED",  "COMPLETED", "ADVERTISER_DISABLED",
    "ARCHIVED", "DRAFT",  "DELETED_DRAFT"};
constexpr std::array<std::string_view, 8> kAdStatuses{
    "APPROVED", "PAUSED", "PENDING", "REJECTED", "ADVERTISER_DISABLED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"};
constexpr std::array<std::string_view, 4> kProductGroupStatuses{"RUNNING", "PAUSED", "EXCLUDED", "ARCHIVED"};
// The last three are of 5.28.0.
constexpr std::array<std::string_view, 8> kObjectives{"AWARENESS",     "CONSIDERATION",    "WEB_CONVERSION",
                                                      "CATALOG_SALES", "VIDEO_COMPLETION", "SALES",
                                                      "APP_INSTALL",   "CTV_CONSIDERATION"};
constexpr std::array<std::string_view, 2> kFilterColumns{"SPEND_IN_DOLLAR", "TOTAL_IMPRESSION"};
constexpr std::array<std::string_view, 2> kOperators{"LESS_THAN", "GREATER_THAN"};
constexpr std::array<std::int64_t, 6> kWindows{0, 1, 7, 14, 30, 60};

constexpr std::size_t kMostIds = 500;
constexpr std::size_t kMostStatuses = 6;
constexpr std::size_t kMostObjectives = 7;
constexpr std::size_t kMostTargetingTypes = 5;

Texts level_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    all.reserve(levels().size());
    for (const ReportLevel& level : levels()) all.push_back(level.name);
    return all;
  }();
  return names;
}

// AdsAnalyticsCreateAsyncRequest of 5.23.0, and campaign_custom_label of 5.28.0.
const std::vector<Field>& fields() {
  static const std::vector<Field> table{
      {"start_date", kDate, true},
      {"end_date", kDate, true},
      {"granularity", kChoice, true, 0, kGranularities},
      {"level", kChoice, true, 0, level_names()},
      {"columns", kColumns, true},
      {"start_hour", kHour},
      {"end_hour", kHour},
      {"click_window_days", kWindow},
      {"engagement_window_days", kWindow},
      {"view_window_days", kWindow},
      {"conversion_report_time", kChoice, false, 0, kReportTimes},
      {"attribution_types", kChoices, false, 0, kAttributions},
      {"targeting_types", kChoices, false, kMostTargetingTypes, targeting_types()},
      {"combine_targeting_types", kBoolean},
      {"campaign_ids", kIds, false, kMostIds},
      {"ad_group_ids", kIds, false, kMostIds},
      {"ad_ids", kIds, false, kMostIds},
      {"product_group_ids", kIds, false, kMostIds},
      {"product_item_ids", kIds, false, kMostIds},
      {"campaign_statuses", kChoices, false, kMostStatuses, kStatuses},
      {"ad_group_statuses", kChoices, false, kMostStatuses, kStatuses},
      {"ad_statuses", kChoices, false, kMostStatuses, kAdStatuses},
      {"product_group_statuses", kChoices, false, kMostStatuses, kProductGroupStatuses},
      {"campaign_objective_types", kChoices, false, kMostObjectives, kObjectives},
      {"campaign_brand_label", kText},
      {"campaign_custom_label", kText},
      {"metrics_filters", kMetricFilters},
      {"custom_conversion_event_metrics", kEvents},
      {"primary_sort", kChoice, false, 0, kSorts},
      {"report_format", kChoice, false, 0, kFormats},
      {"reporting_timezone", kChoice, false, 0, kTimezones},
  };
  return table;
}

// --- what is wrong with a value, in the words of the API --------------------------------------------------

using Problem = std::optional<std::string>;

Problem wrong(const Json& value, std::string_view expected) {
  return fmt::format("{} is not {}", value.dump(-1, ' ', false, Json::error_handler_t::replace), expected);
}

Problem not_one_of(std::string_view value, Texts values) {
  return fmt::format("'{}' is not one of ['{}']", value, fmt::join(values, "', '"));
}

Problem check_choice(const Json& value, Texts values) {
  if (!value.is_string()) return wrong(value, "of type 'string'");
  const auto& text = value.get_ref<const std::string&>();
  return std::ranges::find(values, text) == values.end() ? not_one_of(text, values) : std::nullopt;
}

template <typename Check>
Problem check_list(const Json& value, std::size_t most, const Check& check) {
  if (!value.is_array()) return wrong(value, "of type 'array'");
  if (most > 0 && value.empty()) return "[] is too short";
  if (most > 0 && value.size() > most) return fmt::format("a list of {} is too long", value.size());
  for (const Json& item : value) {
    if (auto problem = check(item)) return problem;
  }
  return std::nullopt;
}

Problem check_id(const Json& value) {
  if (!value.is_string()) return wrong(value, "of type 'string'");
  const auto& text = value.get_ref<const std::string&>();
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return digits ? std::nullopt : wrong(value, "a match of '^\\\\d+$'");
}

Problem check_number(const Json& value) {
  return value.is_number() ? std::nullopt : wrong(value, "of type 'number'");
}

// An object that has these keys and no others.
Problem check_keys(const Json& value, Texts keys) {
  if (!value.is_object()) return wrong(value, "of type 'object'");
  for (const std::string_view key : keys) {
    if (!value.contains(key)) return fmt::format("'{}' is a required property", key);
  }
  return value.size() == keys.size() ? std::nullopt : wrong(value, "free of additional properties");
}

Problem check_metric_filter(const Json& value) {
  constexpr std::array<std::string_view, 3> kKeys{"field", "operator", "values"};
  if (auto problem = check_keys(value, kKeys)) return problem;
  if (auto problem = check_choice(value["field"], kFilterColumns)) return problem;
  if (auto problem = check_choice(value["operator"], kOperators)) return problem;
  return check_list(value["values"], std::string::npos, check_number);
}

Problem check_field(const Field& field, const Json& value) {
  switch (field.type) {
    case kText:
      return value.is_string() ? std::nullopt : wrong(value, "of type 'string'");
    case kDate:
      if (!value.is_string()) return wrong(value, "of type 'string'");
      return parse_day(value.get_ref<const std::string&>()) ? std::nullopt : wrong(value, "a date");
    case kBoolean:
      return value.is_boolean() ? std::nullopt : wrong(value, "of type 'boolean'");
    case kHour: {
      const bool fits = value.is_number_integer() && value >= 0 && value <= 23;
      return fits ? std::nullopt : wrong(value, "an hour");
    }
    case kWindow: {
      const bool fits = value.is_number_integer() &&
                        std::ranges::find(kWindows, value.get<std::int64_t>()) != kWindows.end();
      return fits ? std::nullopt : wrong(value, "one of [0, 1, 7, 14, 30, 60]");
    }
    case kChoice:
      return check_choice(value, field.values);
    case kChoices:
      return check_list(value, field.most,
                        [&](const Json& item) { return check_choice(item, field.values); });
    case kIds:
      return check_list(value, field.most, check_id);
    case kMetricFilters:
      return check_list(value, std::string::npos, check_metric_filter);
    case kColumns:  // by level: check_columns
    case kEvents:
      return check_list(value, 0, [](const Json&) { return Problem{}; });
  }
  return std::nullopt;
}

Problem check_fields(const Json& body) {
  if (!body.is_object()) return wrong(body, "of type 'object'");
  for (const auto& [name, value] : body.items()) {
    if (std::ranges::find(fields(), name, &Field::name) == fields().end()) {
      return fmt::format("Additional properties are not allowed ('{}' was unexpected)", name);
    }
  }
  for (const Field& field : fields()) {
    const auto found = body.find(field.name);
    if (found == body.end()) {
      if (field.required) return fmt::format("'{}' is a required property", field.name);
    } else if (auto problem = check_field(field, *found)) {
      return problem;
    }
  }
  return std::nullopt;
}

// The columns of a level: an unknown one is told all that there are, a known one that it is not for this
// level.
Problem read_columns(const Json& columns, const ReportLevel& level, Report& report) {
  std::vector<std::string_view> refused;
  for (const Json& value : columns) {
    if (!value.is_string()) return wrong(value, "of type 'string'");
    const Column* const column = find_report_column(value.get_ref<const std::string&>());
    if (column == nullptr) {
      std::vector<std::string_view> taken;
      for (const Column& known : report_columns()) {
        if (!refuses(level, known.name)) taken.push_back(known.name);
      }
      return not_one_of(value.get<std::string>(), taken);
    }
    if (refuses(level, column->name)) refused.push_back(column->name);
    if (std::ranges::find(report.columns, column) == report.columns.end()) report.columns.push_back(column);
  }
  if (!refused.empty()) return fmt::format("Columns {} are not available.", fmt::join(refused, ", "));
  return std::nullopt;
}

// --- what fits together ----------------------------------------------------------------------------------

// "186 days": the first and the last among them.
constexpr Reach kReach{days{914}, days{185}};
constexpr Reach kHourReach{days{8}, days{2}};
constexpr Reach kItemReach{days{92}, days{30}};

const Reach& reach_of(const ReportRequest& request) {
  if (request.report.granularity == Granularity::kHour) return kHourReach;
  return request.level->scope == Scope::kProductItem ? kItemReach : kReach;
}

std::vector<std::string> texts(const Json& body, std::string_view name) {
  return body.contains(name) ? body[std::string(name)].get<std::vector<std::string>>()
                             : std::vector<std::string>{};
}

Problem read_targeting(const Json& body, ReportRequest& request) {
  const ReportLevel& level = *request.level;
  if (body.contains("targeting_types") && !level.targeting) {
    return fmt::format("targeting_types are not allowed at level {}.", level.name);
  }
  for (const std::string& type : texts(body, "targeting_types")) {
    if ((type == "AUDIENCE_MULTIPLIER" && level.name != "CAMPAIGN_TARGETING") ||
        (type == "MEDIA_TYPE" && level.name != "PRODUCT_ITEM_TARGETING")) {
      return fmt::format("Targeting type {} is not available at level {}.", type, level.name);
    }
    const TargetingType* const found = find_targeting_type(type);
    if (std::ranges::find(request.targeting_types, found) == request.targeting_types.end()) {
      request.targeting_types.push_back(found);
    }
  }
  return std::nullopt;
}

// What the document has and this simulator does not.
std::optional<Refusal> check_simulated(const Json& body, const ReportRequest& request) {
  if (body.contains("reporting_timezone")) return Refusal{403, 29, "reporting_timezone is a closed beta."};
  for (const std::string_view name : {"start_hour", "end_hour", "campaign_brand_label",
                                      "campaign_custom_label", "custom_conversion_event_metrics"}) {
    if (body.contains(name)) return Refusal{501, 0, fmt::format("{} is not simulated.", name)};
  }
  if (body.value("combine_targeting_types", false)) {
    return Refusal{501, 0, "combine_targeting_types is not simulated."};
  }
  if (body.value("report_format", "JSON") != "JSON") return Refusal{501, 0, "CSV is not simulated."};
  if (request.level->targeting && request.targeting_types.empty()) {
    return Refusal{501, 0, "A targeting level without targeting_types is not simulated."};
  }
  return std::nullopt;
}

// --- filters ---------------------------------------------------------------------------------------------

struct FilterField {
  std::string_view name;
  Scope scope;
  std::string (*property)(const World& world, const Subject& subject);
};

std::string own_id(const World& world, const Subject& subject) {
  return std::to_string(subject_id(world, subject));
}
std::string own_status(const World& world, const Subject& subject) {
  return std::string(summary_status(world, subject));
}

constexpr std::array<FilterField, 10> kFilters{{
    {"campaign_ids", Scope::kCampaign,
     [](const World& world, const Subject& it) {
       return std::to_string(world.id(world.campaign_of(it.entity)));
     }},
    {"campaign_statuses", Scope::kCampaign,
     [](const World& world, const Subject& it) {
       return std::string(summary_status(world, world.campaign_of(it.entity)));
     }},
    {"campaign_objective_types", Scope::kCampaign,
     [](const World& world, const Subject& it) {
       return std::string(world.objective(world.campaign_of(it.entity)));
     }},
    {"ad_group_ids", Scope::kAdGroup,
     [](const World& world, const Subject& it) {
       return std::to_string(world.id(world.ad_group_of(it.entity)));
     }},
    {"ad_group_statuses", Scope::kAdGroup,
     [](const World& world, const Subject& it) {
       return std::string(summary_status(world, world.ad_group_of(it.entity)));
     }},
    {"ad_ids", Scope::kAd, own_id},
    {"ad_statuses", Scope::kAd, own_status},
    {"product_group_ids", Scope::kProductGroup, own_id},
    {"product_group_statuses", Scope::kProductGroup, own_status},
    {"product_item_ids", Scope::kProductItem, own_id},
}};

// A filter on what is below would leave sums of a part of it.
bool can_filter(Scope level, Scope by) {
  return level == by || (level > by && (by == Scope::kCampaign || by == Scope::kAdGroup));
}

std::optional<Refusal> read_filters(const Json& body, ReportRequest& request) {
  for (const FilterField& field : kFilters) {
    if (!body.contains(field.name)) continue;
    if (request.level->scope == Scope::kProductItem && field.scope == Scope::kAd) {
      return Refusal{400, 1, fmt::format("{} is not allowed at level PRODUCT_ITEM.", field.name)};
    }
    if (!can_filter(request.level->scope, field.scope)) {
      return Refusal{501, 0,
                     fmt::format("{} is not simulated at level {}.", field.name, request.level->name)};
    }
    const auto allowed = texts(body, field.name);
    request.filters.push_back({field.property, {allowed.begin(), allowed.end()}});
  }
  if (!body.contains("metrics_filters")) return std::nullopt;
  for (const Json& filter : body["metrics_filters"]) {
    request.metric_filters.push_back({request.report.columns.size(), filter["operator"] == "GREATER_THAN",
                                      filter["values"].get<std::vector<double>>()});
    request.report.columns.push_back(find_report_column(filter["field"].get_ref<const std::string&>()));
  }
  return std::nullopt;
}

}  // namespace

std::variant<ReportRequest, Refusal> read_report_request(std::string_view body, Day today) {
  const Json json = Json::parse(body, nullptr, false);
  const auto bad = [](Problem problem) { return Refusal{400, 1, *std::move(problem)}; };
  if (json.is_discarded()) return Refusal{400, 1, "The body is no JSON."};
  if (auto problem = check_fields(json)) return bad(std::move(problem));
  ReportRequest request;
  request.level = find_level(json["level"].get_ref<const std::string&>());
  request.report.granularity = *find_granularity(json["granularity"].get_ref<const std::string&>());
  request.report.start = *parse_day(json["start_date"].get_ref<const std::string&>());
  request.report.end = *parse_day(json["end_date"].get_ref<const std::string&>());
  request.by_date = json.value("primary_sort", "BY_ID") == "BY_DATE";
  if (auto problem = read_columns(json["columns"], *request.level, request.report))
    return bad(std::move(problem));
  request.visible_columns = request.report.columns.size();
  if (auto problem = read_targeting(json, request)) return bad(std::move(problem));
  if (auto refusal = check_range(request.report.start, request.report.end, today, reach_of(request)))
    return *refusal;
  if (json.contains("start_hour") || json.contains("end_hour")) {
    if (request.report.granularity != Granularity::kHour) {
      return Refusal{400, 1, "start_hour and end_hour are only allowed for hourly reports."};
    }
  }
  if (auto refusal = check_simulated(json, request)) return *refusal;
  if (auto refusal = read_filters(json, request)) return *refusal;
  return request;
}

}  // namespace simulator
