// A configuration as the settings would make it, with small values.
#pragma once

#include <stdexcept>
#include <string>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::fakes {

inline util::Day day(const std::string& text) {
  const auto parsed = util::parse_day(text);
  if (!parsed) throw std::invalid_argument(text);
  return *parsed;
}

inline util::Instant instant(const std::string& text) {
  const auto parsed = util::parse_date_time(text);
  if (!parsed) throw std::invalid_argument(text);
  return *parsed;
}

inline config::Config test_config() {
  config::Config config;
  config.access_token = util::Secret("configured-access");
  config.api_url = "https://api.test/v5";
  config.analytics.columns = {"SPEND_IN_DOLLAR", "CAMPAIGN_ID", "AD_ID"};
  config.analytics.conversion_report_time = "TIME_OF_AD_ACTION";
  config.pin_metric_types = {"IMPRESSION", "SAVE"};
  config.analytics.targeting_types = {"GENDER", "COUNTRY"};
  config.trend_regions = {"US"};
  config.entity_statuses = {"ACTIVE", "ARCHIVED", "PAUSED"};
  for (const char* category :
       {"ads_read", "ads_analytics", "org_read", "org_analytics", "catalogs_read", "trends_read"}) {
    config.rate_limits[category] = 60'000;
  }
  config.user_agent = "test";
  return config;
}

}  // namespace tap_pinterest::fakes
