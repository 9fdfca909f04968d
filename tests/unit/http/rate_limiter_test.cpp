#include "tap_pinterest/http/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::http {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr util::SteadyTime kStart{1000h};

// Takes every permit that comes up to and at `until`; returns how many.
int drain(RateLimiter& limiter, util::SteadyTime from, util::SteadyTime until) {
  int taken = 0;
  for (util::SteadyTime now = limiter.ready_at(from); now <= until; now = limiter.ready_at(now)) {
    limiter.take(now);
    ++taken;
  }
  return taken;
}

TEST(RateLimiter, StartsWithOneSecondsWorth) {
  RateLimiter limiter(300, kStart);
  EXPECT_EQ(drain(limiter, kStart, kStart), 5);
}

TEST(RateLimiter, SlowRateStillHoldsOnePermit) {
  RateLimiter limiter(6, kStart);
  EXPECT_EQ(limiter.ready_at(kStart), kStart);
  limiter.take(kStart);
  const auto wait = limiter.ready_at(kStart) - kStart;
  EXPECT_NEAR(std::chrono::duration<double>(wait).count(), 10.0, 0.001);
}

TEST(RateLimiter, SustainsItsRateAndNoMore) {
  RateLimiter limiter(950, kStart);
  const int first_minute = drain(limiter, kStart, kStart + 1min);
  EXPECT_GE(first_minute, 960);  // the bucket is a second's worth on top
  EXPECT_LE(first_minute, 967);
  const int second_minute = drain(limiter, kStart + 1min, kStart + 2min);
  EXPECT_GE(second_minute, 949);
  EXPECT_LE(second_minute, 951);
}

TEST(RateLimiter, IdleTimeFillsTheBucketNoFurther) {
  RateLimiter limiter(300, kStart);
  drain(limiter, kStart, kStart);
  EXPECT_EQ(drain(limiter, kStart + 1h, kStart + 1h), 5);
}

TEST(RateLimiter, PermitIsThereAtThePromisedMoment) {
  RateLimiter limiter(7.3, kStart);
  util::SteadyTime now = kStart;
  for (int i = 0; i < 1000; ++i) {
    limiter.take(now);
    now = limiter.ready_at(now);
    ASSERT_EQ(limiter.ready_at(now), now) << i;
  }
}

TEST(RateLimiter, PauseHoldsUntilGivenMoment) {
  RateLimiter limiter(60, kStart);
  limiter.pause_until(kStart + 90s);
  EXPECT_EQ(limiter.ready_at(kStart), kStart + 90s);
  EXPECT_EQ(limiter.ready_at(kStart + 89s), kStart + 90s);
  EXPECT_EQ(limiter.ready_at(kStart + 91s), kStart + 91s);
}

TEST(RateLimiter, LaterPauseStays) {
  RateLimiter limiter(60, kStart);
  limiter.pause_until(kStart + 90s);
  limiter.pause_until(kStart + 10s);
  EXPECT_EQ(limiter.ready_at(kStart), kStart + 90s);
}

TEST(RateLimiter, ClockReadBeforeTheLastTakeDoesNotRewind) {
  RateLimiter limiter(60, kStart);
  limiter.take(kStart + 5s);
  EXPECT_GE(limiter.ready_at(kStart), kStart + 5s + 999ms);
}

TEST(RateLimiter, SpreadsWhatIsLeftOverTheWindow) {
  RateLimiter limiter(300, kStart);
  limiter.observe({.per_minute = {}, .remaining = 20, .reset = 40s, .retry_after = {}}, kStart);
  EXPECT_EQ(drain(limiter, kStart, kStart + 40s - 1ms), 20 - 1);  // the last one comes with the reset
  EXPECT_LE(drain(limiter, kStart + 40s - 1ms, kStart + 50s), 53);
}

TEST(RateLimiter, NeverSendsMoreThanIsLeftBeforeTheReset) {
  for (const double remaining : {1.0, 2.0, 3.0, 7.0, 100.0}) {
    RateLimiter limiter(1000, kStart);
    limiter.observe({.per_minute = {}, .remaining = remaining, .reset = 30s, .retry_after = {}}, kStart);
    EXPECT_LE(drain(limiter, kStart, kStart + 30s - 1ms), static_cast<int>(remaining)) << remaining;
  }
}

TEST(RateLimiter, EnoughLeftDoesNotSlow) {
  RateLimiter limiter(300, kStart);
  limiter.observe({.per_minute = {}, .remaining = 306, .reset = 60s, .retry_after = {}}, kStart);
  EXPECT_EQ(drain(limiter, kStart, kStart + 60s), 305);
}

TEST(RateLimiter, NewerHeadersLiftTheSlowness) {
  RateLimiter limiter(300, kStart);
  limiter.observe({.per_minute = {}, .remaining = 2, .reset = 60s, .retry_after = {}}, kStart);
  limiter.observe({.per_minute = {}, .remaining = 300, .reset = 30s, .retry_after = {}}, kStart + 1s);
  EXPECT_GE(drain(limiter, kStart + 1s, kStart + 11s), 50);
}

TEST(RateLimiter, DaysLimitIsUsedAtFullSpeedUntilItIsGone) {
  RateLimiter limiter(300, kStart);
  limiter.observe({.per_minute = {}, .remaining = 10, .reset = 67150s, .retry_after = {}}, kStart);
  EXPECT_EQ(drain(limiter, kStart, kStart), 5);
  limiter.observe({.per_minute = {}, .remaining = 0, .reset = 67150s, .retry_after = {}}, kStart);
  EXPECT_EQ(limiter.ready_at(kStart), kStart + 67150s);
}

TEST(RateLimiter, NothingLeftPausesUntilTheReset) {
  RateLimiter limiter(300, kStart);
  limiter.observe({.per_minute = {}, .remaining = 0, .reset = 12s, .retry_after = {}}, kStart);
  EXPECT_EQ(limiter.ready_at(kStart), kStart + 12s);
}

TEST(RateLimiter, HalfAHeaderSaysNothing) {
  RateLimiter limiter(300, kStart);
  limiter.observe({.per_minute = {}, .remaining = 0, .reset = {}, .retry_after = {}}, kStart);
  limiter.observe({.per_minute = {}, .remaining = {}, .reset = 30s, .retry_after = {}}, kStart);
  limiter.observe({}, kStart);
  EXPECT_EQ(drain(limiter, kStart, kStart), 5);
}

TEST(RateLimiter, WindowThatEndsNowDoesNotDivideByZero) {
  RateLimiter limiter(300, kStart);
  limiter.observe({.per_minute = {}, .remaining = 1, .reset = 0ms, .retry_after = {}}, kStart);
  EXPECT_EQ(limiter.ready_at(kStart), kStart);
  limiter.take(kStart);
  EXPECT_NEAR(std::chrono::duration<double>(limiter.ready_at(kStart) - kStart).count(), 0.2, 0.001);
}

TEST(RateLimiter, GoesAtANewRateFromThenOn) {
  RateLimiter limiter(300, kStart);
  drain(limiter, kStart, kStart);
  limiter.set_rate(60, kStart + 500ms);
  EXPECT_DOUBLE_EQ(limiter.per_minute(), 60);
  // Half a second at 5 a second has made 2.5 permits, of which the smaller bucket holds one.
  EXPECT_EQ(drain(limiter, kStart + 500ms, kStart + 500ms), 1);
  EXPECT_EQ(drain(limiter, kStart + 500ms, kStart + 60500ms), 60);
}

TEST(RateLimiter, AHigherRateGivesNoPermitsAtOnce) {
  RateLimiter limiter(60, kStart);
  limiter.take(kStart);
  limiter.set_rate(600, kStart);
  EXPECT_NEAR(std::chrono::duration<double>(limiter.ready_at(kStart) - kStart).count(), 0.1, 0.001);
  EXPECT_EQ(drain(limiter, kStart, kStart + 1s), 10);
}

TEST(RateLimiter, ANewRateKeepsAPauseAndWhatHeadersAskedFor) {
  RateLimiter limiter(300, kStart);
  limiter.pause_until(kStart + 90s);
  limiter.set_rate(600, kStart);
  EXPECT_EQ(limiter.ready_at(kStart), kStart + 90s);

  RateLimiter slowed(300, kStart);
  slowed.observe({.per_minute = {}, .remaining = 20, .reset = 40s, .retry_after = {}}, kStart);
  slowed.set_rate(600, kStart);
  EXPECT_LE(drain(slowed, kStart, kStart + 40s - 1ms), 20);
  EXPECT_DOUBLE_EQ(slowed.per_minute(), 600) << "slowness is not the rate";
}

TEST(RateLimiter, ANewRateBelowTheSlownessCounts) {
  RateLimiter limiter(600, kStart);
  limiter.observe({.per_minute = {}, .remaining = 120, .reset = 60s, .retry_after = {}}, kStart);
  limiter.set_rate(60, kStart);
  EXPECT_LE(drain(limiter, kStart, kStart + 60s - 1ms), 61);
}

const util::Instant kNow = *util::parse_date_time("2026-11-24T10:00:00Z");
const auto kUnixNow = std::chrono::floor<std::chrono::seconds>(kNow).time_since_epoch().count();

TEST(ReadRateLimitHeaders, ToleratesAnyFormOfAWait) {
  struct Row {
    std::string value;
    std::optional<milliseconds> expected;
  };
  const std::vector<Row> rows = {
      {"30", 30s},
      {"67150", 67150s},
      {"0", 0ms},
      {"-5", 0ms},
      {"1.5", 1500ms},
      {"  7 ", 7s},
      {"30, 3600;w=86400", 30s},
      {std::to_string(kUnixNow + 45), 45s},
      {std::to_string(kUnixNow - 45), 0ms},
      {std::to_string((kUnixNow + 45) * 1000 + 250), 45250ms},
      {"Tue, 24 Nov 2026 10:00:20 GMT", 20s},
      {"Tue, 24 Nov 2026 09:00:00 GMT", 0ms},
      {"2026-11-24T10:01:00Z", 60s},
      {"", std::nullopt},
      {"soon", std::nullopt},
      {"12abc", std::nullopt},
      {"nan", std::nullopt},
      {"inf", std::nullopt},
      {"1e300", std::nullopt},
      {"999999999", std::nullopt},  // 31 years
  };
  for (const Row& row : rows) {
    const auto limits = read_rate_limit_headers(
        {{"x-ratelimit-reset", row.value}, {"retry-after", row.value}, {"x-ratelimit-limit", "7"}}, kNow);
    EXPECT_EQ(limits.reset, row.expected) << row.value;
    EXPECT_EQ(limits.retry_after, row.expected) << row.value;
    EXPECT_FALSE(limits.remaining.has_value());
  }
}

TEST(ReadRateLimitHeaders, TakesTheFirstNumberOfRemaining) {
  struct Row {
    std::string value;
    std::optional<double> expected;
  };
  const std::vector<Row> rows = {
      {"99", 99}, {"99, 10;w=60", 99},    {"99;w=60", 99},    {"0", 0},
      {"-3", 0},  {"many", std::nullopt}, {"", std::nullopt}, {", 10", std::nullopt},
  };
  for (const Row& row : rows) {
    const auto limits = read_rate_limit_headers({{"x-ratelimit-remaining", row.value}}, kNow);
    EXPECT_EQ(limits.remaining, row.expected) << row.value;
  }
}

TEST(ReadRateLimitHeaders, TakesTheLimitOfAMinute) {
  struct Row {
    std::string limit;
    std::string reset;
    std::optional<double> expected;
  };
  const std::string live =
      R"(100, 100;w=1;name="safety_net_app_id_user_id", 1000;w=60;name="ads_read_app_id_user_id")";
  const std::vector<Row> rows = {
      {live, "", 1000},
      {live, "3600", 1000},  // it names its window, so the reset does not matter
      {R"(300;w=60;name="ads_analytics", 100;w=1)", "", 300},
      {"300;w=60", "", 300},
      {"60", "", 60},
      {"60", "30", 60},
      {"60", "60", 60},
      {"60", "3600", std::nullopt},     // an hour's
      {"1000", "67150", std::nullopt},  // a day's
      {R"(100, 100;w=1;name="safety_net_app_id_user_id")", "", std::nullopt},
      {"1000;w=86400", "", std::nullopt},
      {"1000;w=600", "", std::nullopt},
      {"0", "", std::nullopt},
      {"-5", "", std::nullopt},
      {"0;w=60", "", std::nullopt},
      {"many", "", std::nullopt},
      {"many;w=60", "", std::nullopt},
      {"", "", std::nullopt},
      {",;w=,;", "", std::nullopt},
  };
  for (const Row& row : rows) {
    std::vector<Header> headers = {{"x-ratelimit-limit", row.limit}};
    if (!row.reset.empty()) headers.push_back({"x-ratelimit-reset", row.reset});
    EXPECT_EQ(read_rate_limit_headers(headers, kNow).per_minute, row.expected)
        << row.limit << " " << row.reset;
    std::ranges::reverse(headers);
    EXPECT_EQ(read_rate_limit_headers(headers, kNow).per_minute, row.expected) << "in another order";
  }
}

TEST(ReadRateLimitHeaders, NoHeadersSayNothing) {
  const auto limits = read_rate_limit_headers({{"content-type", "application/json"}}, kNow);
  EXPECT_FALSE(limits.per_minute || limits.remaining || limits.reset || limits.retry_after);
}

}  // namespace
}  // namespace tap_pinterest::http
