#include "tap_pinterest/config/config.hpp"

#include <gtest/gtest.h>

namespace tap_pinterest::config {
namespace {

TEST(Config, AdsLookBackOverTheWidestWindow) {
  Config config;
  EXPECT_EQ(config.ads_lookback_days(), 30);
  config.view_window_days = 60;
  EXPECT_EQ(config.ads_lookback_days(), 60);
}

TEST(Config, AdsLookBackAtLeastThreeDays) {
  Config config;
  config.click_window_days = config.engagement_window_days = 1;
  config.view_window_days = 0;
  EXPECT_EQ(config.ads_lookback_days(), 3);
}

TEST(Config, PinsLookBackSevenDays) { EXPECT_EQ(Config().pins_lookback_days(), 7); }

TEST(Config, AStatedLookBackHoldsForBoth) {
  Config config;
  config.lookback_days = 0;
  EXPECT_EQ(config.ads_lookback_days(), 0);
  EXPECT_EQ(config.pins_lookback_days(), 0);
}

}  // namespace
}  // namespace tap_pinterest::config
