#include "tap_pinterest/pinterest/api_clock.hpp"

#include <gtest/gtest.h>

#include "fakes/fake_clock.hpp"
#include "fakes/fake_server.hpp"
#include "fakes/test_config.hpp"

namespace tap_pinterest::pinterest {
namespace {

using fakes::FakeClock;
using fakes::instant;
using fakes::respond;

const http::Header kDate{"date", "Tue, 24 Nov 2026 10:00:00 GMT"};

TEST(ApiClock, IsTheLocalClockBeforeTheFirstAnswer) {
  FakeClock clock;
  clock.set_local_time(instant("1999-01-01T00:00:00Z"));
  const ApiClock api(clock);
  EXPECT_EQ(api.now(), instant("1999-01-01T00:00:00Z"));
  EXPECT_EQ(api.first_answer(), instant("1999-01-01T00:00:00Z"));
}

TEST(ApiClock, IsTheDateOfTheFirstAnswerPlusSteadyTimeSince) {
  FakeClock clock;
  ApiClock api(clock);
  api.observe(respond(200, "", {kDate}));
  clock.advance(std::chrono::hours(15));
  EXPECT_EQ(api.now(), instant("2026-11-25T01:00:00Z"));
  EXPECT_EQ(api.first_answer(), instant("2026-11-24T10:00:00Z"));
}

TEST(ApiClock, IsNotMovedByTheLocalClock) {
  FakeClock clock;
  ApiClock api(clock);
  api.observe(respond(200, "", {kDate}));
  clock.set_local_time(instant("2031-01-01T00:00:00Z"));
  EXPECT_EQ(api.now(), instant("2026-11-24T10:00:00Z"));
}

TEST(ApiClock, IsNotMovedByLaterAnswers) {
  FakeClock clock;
  ApiClock api(clock);
  api.observe(respond(500, "", {kDate}));
  api.observe(respond(200, "", {{"date", "Wed, 25 Nov 2026 10:00:00 GMT"}}));
  EXPECT_EQ(api.now(), instant("2026-11-24T10:00:00Z"));
}

TEST(ApiClock, PassesOverAGatewayThatFailsWithoutADate) {
  FakeClock clock;
  ApiClock api(clock);
  api.observe(respond(503, "", {}));
  EXPECT_FALSE(api.uses_local_clock());
  api.observe(respond(200, "", {kDate}));
  EXPECT_EQ(api.now(), instant("2026-11-24T10:00:00Z"));
  EXPECT_FALSE(api.uses_local_clock());
}

TEST(ApiClock, FallsBackToTheLocalClockIfTheFirstAnswerHasNoUsableDate) {
  for (const std::vector<http::Header>& headers :
       {std::vector<http::Header>{}, std::vector<http::Header>{{"date", "yesterday"}}}) {
    FakeClock clock;
    clock.set_local_time(instant("2026-11-24T09:00:00Z"));
    ApiClock api(clock);
    EXPECT_FALSE(api.uses_local_clock());
    api.observe(respond(200, "", headers));
    api.observe(respond(200, "", {kDate}));
    clock.advance(std::chrono::minutes(5));
    EXPECT_EQ(api.now(), instant("2026-11-24T09:05:00Z"));
    EXPECT_TRUE(api.uses_local_clock());
  }
}

}  // namespace
}  // namespace tap_pinterest::pinterest
