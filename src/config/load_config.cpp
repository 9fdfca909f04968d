#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "custom_reports.hpp"
#include "sources.hpp"
#include "tap_pinterest/config/settings.hpp"
#include "tap_pinterest/util/home.hpp"
#include "values.hpp"

namespace tap_pinterest::config {
namespace {

using Problems = std::vector<std::string>;

constexpr std::chrono::days kLongestTotal{90};

constexpr auto kAnalyticsSources = std::to_array<AnalyticsSource>(
    {AnalyticsSource::automatic, AnalyticsSource::direct, AnalyticsSource::reports});
constexpr auto kPinSplitValues = std::to_array<PinSplit>({PinSplit::app_type, PinSplit::no_split});

// The enumerator that is written as `text`, which has been checked.
template <typename Enumerators>
auto from_string(const Enumerators& enumerators, const std::string& text) {
  return *std::ranges::find(enumerators, text, [](auto value) { return to_string(value); });
}

std::string without_slash_at_end(std::string url) {
  url.erase(url.find_last_not_of('/') + 1);
  return url;
}

std::optional<ProxyCredentials> proxy_of(const Values& values) {
  if (!values.stated("oauth_credentials.refresh_proxy_url")) return std::nullopt;
  return ProxyCredentials{
      .url = values.text("oauth_credentials.refresh_proxy_url"),
      .auth = values.secret("oauth_credentials.refresh_proxy_url_auth"),
      .access_token = values.secret("oauth_credentials.access_token"),
      .refresh_token = values.secret("oauth_credentials.refresh_token"),
  };
}

std::optional<AppCredentials> app_of(const Values& values) {
  if (!values.stated("client_id")) return std::nullopt;
  return AppCredentials{
      .client_id = values.text("client_id"),
      .client_secret = values.secret("client_secret"),
      .refresh_token = values.secret("refresh_token"),
  };
}

std::map<std::string, double> rate_limits_of(const Values& values) {
  constexpr std::string_view kPrefix = "rate_limits.";
  std::map<std::string, double> limits;
  for (const Setting& setting : settings()) {
    if (!setting.name.starts_with(kPrefix)) continue;
    limits.emplace(setting.name.substr(kPrefix.size()), values.number(setting.name));
  }
  return limits;
}

std::vector<std::string> sorted(std::vector<std::string> items) {
  std::ranges::sort(items);
  return items;
}

singer::Flattening flattening_of(const Values& values) {
  if (!values.boolean("flattening_enabled")) return {};
  return {.max_depth = values.integer("flattening_max_depth"),
          .separator = values.text("flattening_separator")};
}

AnalyticsSettings analytics_of(const Values& values) {
  return {.start_date = values.day("start_date"),
          .columns = values.list("analytics_columns"),
          .granularity = granularity_from(values.text("analytics_granularity")),
          .click_window_days = values.integer("click_window_days"),
          .engagement_window_days = values.integer("engagement_window_days"),
          .view_window_days = values.integer("view_window_days"),
          .conversion_report_time = values.text("conversion_report_time"),
          .lookback_days = values.optional_integer("lookback_days"),
          .targeting_types = values.list("targeting_types"),
          .attribution_types = values.list("attribution_types")};
}

Config store(const Values& values) {
  Config config;
  config.access_token = values.secret("access_token");
  config.proxy = proxy_of(values);
  config.app = app_of(values);
  config.token_file = values.text("token_file");
  config.api_url = without_slash_at_end(values.text("api_url"));
  config.ca_file = values.text("ca_file");
  config.analytics = analytics_of(values);
  config.end_date = values.day("end_date");
  config.analytics_source = from_string(kAnalyticsSources, values.text("analytics_source"));
  config.pin_metric_types = values.list("pin_metric_types");
  config.pin_split = from_string(kPinSplitValues, values.text("pin_analytics_split_field"));
  config.user_split = values.text("user_account_split_field");
  config.top_pins_days = values.integer("top_pins_days");
  config.trend_regions = values.list("trend_regions");
  config.entity_statuses = sorted(values.list("entity_statuses"));
  config.ad_account_ids = values.list("ad_account_ids");
  config.shard = parse_shard(values.text("shard"));
  config.full_table_streams = values.list("full_table_streams");
  config.max_difference_percent = values.optional_number("max_difference_percent");
  config.include_shared_accounts = values.boolean("include_shared_accounts");
  config.trial_access = values.text("access_tier") == "trial";
  config.rate_limits = rate_limits_of(values);
  config.rate_limit_share =
      values.optional_number("rate_limit_share").value_or(config.shard ? 1.0 / config.shard->count : 1.0);
  config.max_concurrency = values.integer("max_concurrency");
  config.request_timeout = std::chrono::seconds(values.integer("request_timeout_seconds"));
  config.max_retry = std::chrono::seconds(values.integer("max_retry_seconds"));
  config.max_rate_limit_wait = std::chrono::seconds(values.integer("max_rate_limit_wait_seconds"));
  config.report_timeout = std::chrono::seconds(values.integer("report_timeout_seconds"));
  config.user_agent = values.text("user_agent");
  config.flattening = flattening_of(values);
  return config;
}

// Settings that only make sense together.
struct CredentialSet {
  std::span<const std::string_view> members;  // one of them stated asks for all that are required
  std::span<const std::string_view> required;
};

constexpr auto kProxyMembers = std::to_array<std::string_view>(
    {"oauth_credentials.refresh_proxy_url", "oauth_credentials.refresh_proxy_url_auth",
     "oauth_credentials.access_token", "oauth_credentials.refresh_token"});
constexpr auto kProxyRequired = std::to_array<std::string_view>(
    {"oauth_credentials.refresh_proxy_url", "oauth_credentials.refresh_token"});
constexpr auto kAppMembers = std::to_array<std::string_view>({"client_id", "client_secret", "refresh_token"});
constexpr auto kAppRequired = std::to_array<std::string_view>({"client_id", "client_secret"});
constexpr auto kCredentialSets =
    std::to_array<CredentialSet>({{kProxyMembers, kProxyRequired}, {kAppMembers, kAppRequired}});

// What is set but not read helps whoever forgot to name it.
std::string unread_environment(std::span<const std::string> sources, const Environment& environment) {
  if (std::ranges::find(sources, "ENV") != sources.end()) return {};
  for (const Setting& setting : settings()) {
    const std::string name = environment_name(setting);
    if (environment(name))
      return fmt::format("; {} is set, but the environment is read only with --config ENV", name);
  }
  return {};
}

void check_credentials(const Values& values, std::string_view hint, Problems& problems) {
  const auto stated = [&](std::string_view name) { return values.stated(name); };
  bool any = values.stated("access_token");
  for (const CredentialSet& set : kCredentialSets) {
    const auto first = std::ranges::find_if(set.members, stated);
    if (first == set.members.end()) continue;
    any = true;
    for (const std::string_view name : set.required) {
      if (!values.stated(name)) problems.push_back(fmt::format("{}: missing; {} needs it", name, *first));
    }
  }
  // An object that is none has been complained about already, and may have been meant as credentials.
  if (any || values.stated("oauth_credentials")) return;
  problems.push_back(fmt::format(
      "no credentials: run 'tap-pinterest login', or set access_token, or client_id and client_secret, or "
      "oauth_credentials.refresh_proxy_url and oauth_credentials.refresh_token{}",
      hint));
}

// A login gets what other credentials would be, so that only the app and the place for its tokens are needed.
void check_login(const Values& values, LoadResult& result) {
  for (const std::string_view name : {"client_id", "client_secret", "token_file"}) {
    if (!values.stated(name)) result.problems.push_back(fmt::format("{}: missing; login needs it", name));
  }
  for (const std::string_view name : {"access_token", "oauth_credentials.refresh_proxy_url"}) {
    if (!values.stated(name)) continue;
    result.warnings.push_back(
        fmt::format("{}: takes precedence over the tokens of a login; remove it", name));
  }
}

void check_shard(const Values& values, const Config& config, Problems& problems) {
  if (config.shard || !values.usable("shard")) return;
  problems.push_back(fmt::format("shard: must be I/N, such as 2/8, with 1 <= I <= N <= {}", kMostShards));
}

// The days of a TOTAL window are one request, and the API takes no longer one.
void check_total(const Values& values, const Config& config, util::Day today, Problems& problems) {
  if (config.analytics.granularity != Granularity::total) return;
  if (!values.stated("start_date")) {
    problems.emplace_back("start_date: missing; analytics_granularity TOTAL needs it");
  }
  if (!config.analytics.start_date || values.broken("end_date")) return;
  const util::Day end = std::min(config.end_date.value_or(today), today);
  if (end - *config.analytics.start_date >= kLongestTotal) {
    problems.push_back(
        fmt::format("start_date: with analytics_granularity TOTAL, at most {} days before end_date (today if "
                    "that is not set)",
                    kLongestTotal.count()));
  }
}

// What names a file may begin with ~.
void expand_paths(const Environment& environment, Config& config, Problems& problems) {
  const std::string home = environment("HOME").value_or("");
  for (const auto& [name, path] :
       {std::pair("token_file", &config.token_file), {"ca_file", &config.ca_file}}) {
    *path = util::expand_home(std::move(*path), home);
    if (path->starts_with("~/"))
      problems.push_back(fmt::format("{}: starts with ~, but HOME is not set", name));
  }
}

// An offset can turn a moment into another day than the one that is written.
void warn_of_offset(std::string_view name, const Stated& stated, const std::optional<util::Day>& day,
                    LoadResult& result) {
  const auto value = stated.values.find(name);
  if (!day || value == stated.values.end()) return;
  const auto& text = value->second.get_ref<const std::string&>();
  const std::string used = util::format_day(*day);
  const std::string written = text.substr(0, used.size());
  if (written == used) return;
  result.warnings.push_back(
      fmt::format("{}: falls on {} in UTC, which is used instead of {}", name, used, written));
}

void check_dates(const Values& values, const Stated& stated, const Config& config, util::Day today,
                 LoadResult& result) {
  if (config.analytics.start_date && config.end_date && *config.analytics.start_date > *config.end_date) {
    result.problems.emplace_back("start_date: is after end_date");
  } else if (config.analytics.start_date && *config.analytics.start_date > today) {
    result.warnings.push_back(fmt::format("start_date: {} is in the future; no analytics are read until then",
                                          util::format_day(*config.analytics.start_date)));
  }
  warn_of_offset("start_date", stated, config.analytics.start_date, result);
  warn_of_offset("end_date", stated, config.end_date, result);
  check_total(values, config, today, result.problems);
}

}  // namespace

LoadResult load_config(std::span<const std::string> sources, const Environment& environment, util::Day today,
                       Purpose purpose) {
  LoadResult result;
  const Stated stated = read_sources(sources, environment, result.problems, result.warnings);
  const Values values(settings(), stated.values, result.problems);
  Config config = store(values);
  check_shard(values, config, result.problems);
  config.custom_reports = read_custom_reports(values, config, today, result.problems);
  expand_paths(environment, config, result.problems);
  // What seems to be missing may stand in a source that could not be read.
  if (!stated.incomplete && purpose == Purpose::sync) {
    check_credentials(values, unread_environment(sources, environment), result.problems);
  }
  if (!stated.incomplete && purpose == Purpose::login) check_login(values, result);
  if (!stated.incomplete) check_dates(values, stated, config, today, result);
  if (result.problems.empty()) result.config = std::move(config);
  return result;
}

}  // namespace tap_pinterest::config
