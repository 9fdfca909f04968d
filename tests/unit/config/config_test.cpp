#include "tap_pinterest/config/config.hpp"

#include <gtest/gtest.h>

namespace tap_pinterest::config {
namespace {

TEST(Config, AdsLookBackOverTheWidestWindow) {
  Config config;
  EXPECT_EQ(config.analytics.days_read_again(), 30);
  config.analytics.view_window_days = 60;
  EXPECT_EQ(config.analytics.days_read_again(), 60);
}

TEST(Config, AdsLookBackAtLeastThreeDays) {
  Config config;
  config.analytics.click_window_days = config.analytics.engagement_window_days = 1;
  config.analytics.view_window_days = 0;
  EXPECT_EQ(config.analytics.days_read_again(), 3);
}

TEST(Config, PinsLookBackSevenDays) { EXPECT_EQ(Config().pins_lookback_days(), 7); }

TEST(Config, AStatedLookBackHoldsForBoth) {
  Config config;
  config.analytics.lookback_days = 0;
  EXPECT_EQ(config.analytics.days_read_again(), 0);
  EXPECT_EQ(config.pins_lookback_days(), 0);
}

TEST(Config, WithoutAShardHasEveryAccount) {
  Config config;
  EXPECT_TRUE(config.in_shard("1"));
  config.shard = Shard{.number = 1, .count = 2};
  EXPECT_FALSE(config.in_shard("1"));
  EXPECT_TRUE(config.in_shard("7"));
}

}  // namespace
}  // namespace tap_pinterest::config
