// The validated configuration: every setting with its type, its default applied.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/config/shard.hpp"
#include "tap_pinterest/singer/projection.hpp"
#include "tap_pinterest/util/dates.hpp"
#include "tap_pinterest/util/secret.hpp"

namespace tap_pinterest::config {

enum class Granularity { total, day, hour, week, month };
enum class PinSplit { app_type, no_split };

// Ads analytics: direct requests as far as they reach and asynchronous reports beyond, or one of them alone.
enum class AnalyticsSource { automatic, direct, reports };

std::string_view to_string(Granularity granularity);  // "DAY"
Granularity granularity_from(std::string_view text);  // one of those texts
std::string_view to_string(AnalyticsSource source);   // "auto"
std::string_view to_string(PinSplit split);           // "APP_TYPE"

// Refresh through a proxy that holds the app's secret.
struct ProxyCredentials {
  std::string url;
  util::Secret auth;          // sent as Authorization; may be empty
  util::Secret access_token;  // may be empty
  util::Secret refresh_token;
};

// An OAuth2 app; without a refresh token the one in token_file, without token_file the client_credentials
// grant.
struct AppCredentials {
  std::string client_id;
  util::Secret client_secret;
  util::Secret refresh_token;  // may be empty
};

// What ads analytics are asked for.
struct AnalyticsSettings {
  std::optional<util::Day> start_date = {};  // as stated; absent: 30 days before today
  std::vector<std::string> columns = {};
  Granularity granularity = Granularity::day;
  int click_window_days = 30;
  int engagement_window_days = 30;
  int view_window_days = 1;
  std::string conversion_report_time = {};
  std::optional<int> lookback_days = {};  // as stated
  std::vector<std::string> targeting_types = {};
  std::vector<std::string> attribution_types = {};  // empty: Pinterest's default

  // Days read again before the bookmark: as stated, else the widest attribution window, at least 3.
  int days_read_again() const;
};

// A stream of its own, which is read by asynchronous reports.
struct CustomReport {
  std::string name;
  std::string level;  // as the API calls it
  AnalyticsSettings analytics = {};
  // Further fields of the request for a report, as a JSON object; empty: none.
  std::string filters = {};
  // A template saved in Ads Manager, which decides on the columns, and its account; empty: none.
  std::string template_id = {};
  std::string ad_account_id = {};
};

struct Config {
  // Tried in this order; at least one is there.
  util::Secret access_token;  // empty: none
  std::optional<ProxyCredentials> proxy;
  std::optional<AppCredentials> app;
  std::string token_file;  // empty: none

  std::string api_url;  // without a slash at the end
  std::string ca_file;  // empty: none

  AnalyticsSettings analytics;
  AnalyticsSource analytics_source = AnalyticsSource::automatic;
  std::vector<CustomReport> custom_reports;
  std::optional<util::Day> end_date;  // as stated; absent: today
  std::vector<std::string> pin_metric_types;
  PinSplit pin_split = PinSplit::app_type;
  std::string user_split;  // as the API calls it
  int top_pins_days = 30;
  std::vector<std::string> trend_regions;
  std::vector<std::string> entity_statuses;  // sorted, unique
  std::vector<std::string> ad_account_ids;   // empty: all
  std::optional<Shard> shard;                // absent: everything
  std::vector<std::string> full_table_streams;
  // Of data_quality: a larger difference fails the run; nothing: none does.
  std::optional<double> max_difference_percent;
  bool include_shared_accounts = true;

  bool trial_access = false;  // 1,000 requests a day; the limits a minute are those of standard access
  // Requests a minute by category, after tier and overrides, before share and margin.
  std::map<std::string, double> rate_limits;
  double rate_limit_share = 1.0;
  int max_concurrency = 16;
  std::chrono::seconds request_timeout{120};
  std::chrono::seconds max_retry{600};
  std::chrono::seconds max_rate_limit_wait{900};
  std::chrono::seconds report_timeout{1800};
  std::string user_agent;
  singer::Flattening flattening;

  // Whether this ad account is left to this run.
  bool in_shard(std::string_view account) const { return !shard || shard->has(account); }
  // Days read again before the bookmark of pins: as stated, else 7.
  int pins_lookback_days() const;
};

}  // namespace tap_pinterest::config
