#include "tap_pinterest/pinterest/reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>

#include "path_of.hpp"
#include "tap_pinterest/config/columns.hpp"
#include "tap_pinterest/pinterest/answers.hpp"
#include "text_of.hpp"

namespace tap_pinterest::pinterest {
namespace {

// No report is larger, whatever its status says: a tebibyte.
constexpr double kMostBytes = 1024.0 * 1024 * 1024 * 1024;
constexpr auto kWaits = std::to_array<int>({2, 4, 8, 15, 30});  // seconds

// Columns that a level refuses, as other connectors have found.
constexpr auto kReach =
    std::to_array<std::string_view>({"TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY"});
constexpr auto kReachAndOutbound = std::to_array<std::string_view>(
    {"TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY", "OUTBOUND_CTR", "COST_PER_OUTBOUND_CLICK"});
constexpr auto kOfAds =
    std::to_array<std::string_view>({"PIN_ID", "PIN_PROMOTION_ID", "AD_ID", "AD_NAME", "AD_STATUS",
                                     "PIN_PROMOTION_STATUS", "PIN_PROMOTION_NAME"});
struct Refused {
  std::string_view level;
  std::span<const std::string_view> columns;
};
constexpr auto kRefused = std::to_array<Refused>({{"CAMPAIGN_TARGETING", kReach},
                                                  {"AD_GROUP_TARGETING", kReach},
                                                  {"PIN_PROMOTION_TARGETING", kReach},
                                                  {"KEYWORD", kReach},
                                                  {"PRODUCT_GROUP_TARGETING", kReachAndOutbound},
                                                  {"PRODUCT_ITEM", kOfAds},
                                                  {"PRODUCT_ITEM_TARGETING", kOfAds}});
// What is asked for where nothing else can be.
constexpr std::string_view kAnyColumn = "SPEND_IN_DOLLAR";

// "Reporting query cost limit exceeded".
constexpr int kCodeReportCost = 2726;

std::string reports_url(const config::Config& config, const std::string& account) {
  return config.api_url + path_of(kReportsPath, account);
}

bool holds(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Of what only `direct` names, reports have nothing; what neither names may be new.
bool is_only_direct(std::span<const std::string_view> direct, std::span<const std::string_view> reported,
                    std::string_view name) {
  return holds(direct, name) && !holds(reported, name);
}

bool reports_have(std::string_view level, std::string_view column) {
  const auto* const refused = std::ranges::find(kRefused, level, &Refused::level);
  return !is_only_direct(config::analytics_column_names(), config::report_column_names(), column) &&
         (refused == kRefused.end() || !holds(refused->columns, column));
}

}  // namespace

std::string report_status_url(const config::Config& config, const std::string& account,
                              const std::string& token) {
  return reports_url(config, account) + "?token=" + encode_query(token);
}

std::string new_report_url(const config::Config& config, const AnalyticsRequest& request) {
  const config::CustomReport* const custom = request.stream->custom;
  if (!request.stream->is_of_template()) return reports_url(config, request.account);
  return fmt::format("{}/ad_accounts/{}/templates/{}/reports?start_date={}&end_date={}&granularity={}",
                     config.api_url, request.account, custom->template_id,
                     util::format_day(request.range.first), util::format_day(request.range.last),
                     config::to_string(custom->analytics.granularity));
}

std::string report_body(const config::Config& config, const AnalyticsRequest& request,
                        const std::vector<std::string>& columns) {
  const config::CustomReport* const custom = request.stream->custom;
  if (request.stream->is_of_template()) return {};
  const config::AnalyticsSettings& settings = settings_of(*request.stream, config);
  nlohmann::json body = {{"start_date", util::format_day(request.range.first)},
                         {"end_date", util::format_day(request.range.last)},
                         {"granularity", config::to_string(settings.granularity)},
                         {"level", request.stream->report_level},
                         {"columns", columns},
                         {"click_window_days", settings.click_window_days},
                         {"engagement_window_days", settings.engagement_window_days},
                         {"view_window_days", settings.view_window_days},
                         {"conversion_report_time", settings.conversion_report_time},
                         {"primary_sort", "BY_ID"},
                         {"report_format", "JSON"}};
  if (request.stream->source == Source::targeting_analytics) {
    body["targeting_types"] = request.targeting_types;
  }
  const bool takes_attribution = custom != nullptr || request.stream->source == Source::targeting_analytics;
  if (takes_attribution && !settings.attribution_types.empty()) {
    body["attribution_types"] = settings.attribution_types;
  }
  if (custom != nullptr && !custom->filters.empty()) body.update(nlohmann::json::parse(custom->filters));
  return body.dump();
}

std::vector<std::string> report_columns(const StreamDefinition& stream,
                                        const std::vector<std::string>& columns) {
  std::vector<std::string> kept;
  std::ranges::copy_if(columns, std::back_inserter(kept),
                       [&](const std::string& column) { return reports_have(stream.report_level, column); });
  // Whose a row is; keywords and product items have no column for it.
  for (const std::string_view key : stream.key) {
    const bool is_column = config::find_report_column(key) != nullptr;
    if (is_column && std::ranges::find(kept, key) == kept.end()) kept.emplace_back(key);
  }
  if (kept.empty()) kept.emplace_back(kAnyColumn);
  return kept;
}

std::vector<std::string> report_targeting_types(const std::vector<std::string>& types) {
  std::vector<std::string> kept;
  std::ranges::copy_if(types, std::back_inserter(kept), [](const std::string& type) {
    return !is_only_direct(config::targeting_types(), config::report_targeting_types(), type);
  });
  return kept;
}

bool has_reports(const StreamDefinition& stream, const config::Config& config) {
  if (stream.report_level.empty()) return false;
  return stream.source != Source::targeting_analytics ||
         !report_targeting_types(settings_of(stream, config).targeting_types).empty();
}

bool says_cost_limit(const ApiError& error) {
  return error.code == kCodeReportCost || error.message.find("cost limit") != std::string::npos;
}

ReportStatus read_report_status(const std::string& body) {
  const nlohmann::json answer = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object()) throw UnreadableAnswer("not the status of a report");
  ReportStatus status{.token = text_of(answer, "token"),
                      .state = text_of(answer, "report_status"),
                      .url = util::Secret(text_of(answer, "url"))};
  const auto url = answer.find("url");
  if (url != answer.end() && !url->is_null() && !url->is_string()) {
    throw UnreadableAnswer("a report whose url is no text");
  }
  const auto size = answer.find("size");
  if (size != answer.end() && size->is_number()) {
    status.bytes = static_cast<std::uint64_t>(std::clamp(size->get<double>(), 0.0, kMostBytes));
  }
  return status;
}

std::chrono::seconds wait_for_report(int polls) {
  return std::chrono::seconds(kWaits.at(std::min(static_cast<std::size_t>(polls), kWaits.size() - 1)));
}

bool is_safe_link(std::string_view url, std::string_view api_url) {
  constexpr std::string_view kPlain = "http://";
  if (url.starts_with("https://")) return true;
  if (host_of(url).find('@') != std::string_view::npos) return false;
  const auto without_port = [](std::string_view host) { return host.substr(0, host.rfind(':')); };
  return url.starts_with(kPlain) && api_url.starts_with(kPlain) &&
         without_port(host_of(url)) == without_port(host_of(api_url));
}

}  // namespace tap_pinterest::pinterest
