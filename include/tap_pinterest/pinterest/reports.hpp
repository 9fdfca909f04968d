// Asynchronous reports: a report is created, asked for until it is finished, and downloaded from another
// host. Facts from the OpenAPI document, "ads analytics reports".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/pinterest/errors.hpp"
#include "tap_pinterest/pinterest/requests.hpp"
#include "tap_pinterest/util/secret.hpp"

namespace tap_pinterest::pinterest {

// `targeting_types` of one report: maxItems.
inline constexpr std::size_t kTargetingTypesOfReport = 5;
// A link lives 5 minutes.
inline constexpr std::chrono::minutes kLinkIsFresh{4};

// What the API says of a report.
struct ReportStatus {
  // Of a report that was just created.
  std::string token;
  // IN_PROGRESS, FINISHED, …; empty if it does not say.
  std::string state;
  // Where a finished report is, signed: whoever has it can read it. Empty if it has no rows.
  util::Secret url;
  // 0 if it does not say.
  std::uint64_t bytes = 0;
};

// Where a report is created, and where the one of that token is asked for.
std::string new_report_url(const config::Config& config, const AnalyticsRequest& request);
std::string report_status_url(const config::Config& config, const std::string& account,
                              const std::string& token);

// The body that asks for a report: all entities of the account, whatever their status. Empty for a template.
std::string report_body(const config::Config& config, const AnalyticsRequest& request,
                        const std::vector<std::string>& columns);

// Of the columns of a stream those that its reports have.
std::vector<std::string> report_columns(const StreamDefinition& stream,
                                        const std::vector<std::string>& columns);

// Of targeting types those that reports have.
std::vector<std::string> report_targeting_types(const std::vector<std::string>& types);

// Whether a stream can be read by report as it is configured.
bool has_reports(const StreamDefinition& stream, const config::Config& config);

// Whether a refusal with 429 is about the cost of reports: they may not be created for a while, but they can
// be asked for.
bool says_cost_limit(const ApiError& error);

// Throws UnreadableAnswer.
ReportStatus read_report_status(const std::string& body);

// How long to wait before a report is asked for, the first time and the `polls` times after.
std::chrono::seconds wait_for_report(int polls);

// Whether a report may be fetched from `url`: https, or http to this machine if `api_url` is there too.
bool is_safe_link(std::string_view url, std::string_view api_url);

}  // namespace tap_pinterest::pinterest
