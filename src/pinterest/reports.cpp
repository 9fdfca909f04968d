#include "tap_pinterest/pinterest/reports.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>

#include "path_of.hpp"
#include "tap_pinterest/pinterest/answers.hpp"
#include "text_of.hpp"

namespace tap_pinterest::pinterest {
namespace {

// No report is larger, whatever its status says: a tebibyte.
constexpr double kMostBytes = 1024.0 * 1024 * 1024 * 1024;
constexpr auto kWaits = std::to_array<int>({2, 4, 8, 15, 30});  // seconds

// Columns that the synchronous endpoints alone have.
constexpr auto kOnlySynchronous = std::to_array<std::string_view>({"QUIZ_PIN_RESULT_OPEN"});
// Reach and frequency: refused with a breakdown of anything but the account.
constexpr auto kNotByTargeting =
    std::to_array<std::string_view>({"TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY"});

// Targeting types that the synchronous endpoints alone have.
constexpr auto kOnlySynchronousTypes = std::to_array<std::string_view>({"CREATIVE_TYPE", "QUIZ_RESULT"});
// "Reporting query cost limit exceeded".
constexpr int kCodeReportCost = 2726;

bool holds(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::string reports_url(const config::Config& config, const std::string& account) {
  return config.api_url + path_of(kReportsPath, account);
}

std::string report_status_url(const config::Config& config, const std::string& account,
                              const std::string& token) {
  return reports_url(config, account) + "?token=" + encode_query(token);
}

std::string report_body(const config::Config& config, const AnalyticsRequest& request,
                        const std::vector<std::string>& columns) {
  nlohmann::json body = {{"start_date", util::format_day(request.range.first)},
                         {"end_date", util::format_day(request.range.last)},
                         {"granularity", config::to_string(config.granularity)},
                         {"level", request.stream->report_level},
                         {"columns", columns},
                         {"click_window_days", config.click_window_days},
                         {"engagement_window_days", config.engagement_window_days},
                         {"view_window_days", config.view_window_days},
                         {"conversion_report_time", config.conversion_report_time},
                         {"primary_sort", "BY_ID"},
                         {"report_format", "JSON"}};
  if (request.stream->source == Source::targeting_analytics) {
    body["targeting_types"] = request.targeting_types;
    if (!config.attribution_types.empty()) body["attribution_types"] = config.attribution_types;
  }
  return body.dump();
}

std::vector<std::string> report_columns(const StreamDefinition& stream,
                                        const std::vector<std::string>& columns) {
  const bool by_targeting = stream.source == Source::targeting_analytics && !stream.is_of_account();
  std::vector<std::string> kept;
  for (const std::string& column : columns) {
    if (holds(kOnlySynchronous, column) || (by_targeting && holds(kNotByTargeting, column))) continue;
    kept.push_back(column);
  }
  // A report needs at least one, and the id tells whose a row is.
  const std::string id(stream.key[0]);
  if (std::ranges::find(kept, id) == kept.end()) kept.push_back(id);
  return kept;
}

std::vector<std::string> report_targeting_types(const std::vector<std::string>& types) {
  std::vector<std::string> kept;
  std::ranges::copy_if(types, std::back_inserter(kept),
                       [](const std::string& type) { return !holds(kOnlySynchronousTypes, type); });
  return kept;
}

bool has_reports(const StreamDefinition& stream, const config::Config& config) {
  if (stream.report_level.empty()) return false;
  return stream.source != Source::targeting_analytics ||
         !report_targeting_types(config.targeting_types).empty();
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
