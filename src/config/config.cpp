#include "tap_pinterest/config/config.hpp"

#include <algorithm>
#include <array>

namespace tap_pinterest::config {
namespace {

// Conversions arrive late even where no attribution window is open, and pins' numbers settle in about a week.
constexpr int kLeastAdsLookbackDays = 3;
constexpr int kPinsLookbackDays = 7;

}  // namespace

std::string_view to_string(Granularity granularity) {
  switch (granularity) {
    case Granularity::total:
      return "TOTAL";
    case Granularity::day:
      return "DAY";
    case Granularity::hour:
      return "HOUR";
    case Granularity::week:
      return "WEEK";
    case Granularity::month:
      return "MONTH";
  }
  return {};
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

int Config::ads_lookback_days() const {
  return lookback_days.value_or(
      std::max({kLeastAdsLookbackDays, click_window_days, engagement_window_days, view_window_days}));
}

int Config::pins_lookback_days() const { return lookback_days.value_or(kPinsLookbackDays); }

}  // namespace tap_pinterest::config
