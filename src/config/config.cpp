#include "tap_pinterest/config/config.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tap_pinterest::config {
namespace {

// Conversions arrive late even where no attribution window is open, and pins' numbers settle in about a week.
constexpr int kLeastAdsLookbackDays = 3;
constexpr int kPinsLookbackDays = 7;

constexpr std::array<std::string_view, 5> kGranularityNames = {"TOTAL", "DAY", "HOUR", "WEEK", "MONTH"};

}  // namespace

std::string_view to_string(Granularity granularity) {
  return kGranularityNames.at(static_cast<std::size_t>(granularity));
}

Granularity granularity_from(std::string_view text) {
  const auto* const found = std::ranges::find(kGranularityNames, text);
  if (found == kGranularityNames.end()) throw std::logic_error("no such granularity: " + std::string(text));
  return static_cast<Granularity>(found - kGranularityNames.begin());
}

std::string_view to_string(AnalyticsSource source) {
  constexpr std::array<std::string_view, 3> kSourceNames = {"auto", "direct", "reports"};
  return kSourceNames.at(static_cast<std::size_t>(source));
}

std::string_view to_string(PinSplit split) {
  switch (split) {
    case PinSplit::app_type:
      return "APP_TYPE";
    case PinSplit::no_split:
      return "NO_SPLIT";
  }
  return {};
}

int AnalyticsSettings::days_read_again() const {
  return lookback_days.value_or(
      std::max({kLeastAdsLookbackDays, click_window_days, engagement_window_days, view_window_days}));
}

int Config::pins_lookback_days() const { return analytics.lookback_days.value_or(kPinsLookbackDays); }

}  // namespace tap_pinterest::config
