#include "tap_pinterest/sync/route_probe.hpp"

#include <gtest/gtest.h>

namespace tap_pinterest::sync {
namespace {

using pinterest::PinRoute;

constexpr std::uint64_t kPin = 7;

TEST(RouteProbe, UsesTheBulkRequestWhereNothingIsToBeFoundOut) {
  const RouteProbe probe;
  EXPECT_EQ(probe.route(), PinRoute::bulk);
  EXPECT_FALSE(probe.unknown());
  EXPECT_FALSE(probe.untried());
  EXPECT_FALSE(probe.proof());
}

TEST(RouteProbe, KnowsTheBulkRouteAfterItsFirstAnswer) {
  RouteProbe probe(/*single=*/false);
  EXPECT_EQ(probe.route(), PinRoute::bulk);
  EXPECT_TRUE(probe.unknown());
  EXPECT_TRUE(probe.untried());
  EXPECT_FALSE(probe.answered(PinRoute::bulk, kPin));
  EXPECT_EQ(probe.route(), PinRoute::bulk);
  EXPECT_FALSE(probe.unknown());
}

TEST(RouteProbe, AsksTheBulkRouteForTheFirstPinThatCanBeRead) {
  RouteProbe probe(/*single=*/false);
  probe.doubt();
  EXPECT_EQ(probe.route(), PinRoute::single) << "a refused batch proves nothing: one dead pin refuses it too";
  EXPECT_TRUE(probe.unknown());
  EXPECT_FALSE(probe.untried());
  EXPECT_FALSE(probe.proof());
  EXPECT_TRUE(probe.answered(PinRoute::single, kPin));
  EXPECT_EQ(probe.proof(), kPin);
  EXPECT_TRUE(probe.unknown());
  EXPECT_FALSE(probe.answered(PinRoute::single, kPin + 1)) << "one proof at a time";
  EXPECT_EQ(probe.proof(), kPin);
}

TEST(RouteProbe, GoesBackToTheBulkRouteWhereTheProofIsAnswered) {
  RouteProbe probe(/*single=*/false);
  probe.doubt();
  probe.answered(PinRoute::single, kPin);
  EXPECT_FALSE(probe.answered(PinRoute::bulk, kPin));
  EXPECT_EQ(probe.route(), PinRoute::bulk);
  EXPECT_FALSE(probe.unknown());
  EXPECT_FALSE(probe.proof());
}

TEST(RouteProbe, StaysWithSinglePinsWhereTheProofIsRefused) {
  RouteProbe probe(/*single=*/false);
  probe.doubt();
  probe.answered(PinRoute::single, kPin);
  probe.disproved();
  EXPECT_EQ(probe.route(), PinRoute::single);
  EXPECT_FALSE(probe.unknown());
  EXPECT_FALSE(probe.proof());
  EXPECT_FALSE(probe.answered(PinRoute::single, kPin)) << "nothing is to be proven any more";
}

TEST(RouteProbe, TakesAnotherPinWhereTheProofCouldNotBeAskedFor) {
  RouteProbe probe(/*single=*/false);
  probe.doubt();
  probe.answered(PinRoute::single, kPin);
  probe.withdraw();
  EXPECT_FALSE(probe.proof());
  EXPECT_TRUE(probe.unknown());
  EXPECT_TRUE(probe.answered(PinRoute::single, kPin + 1));
  EXPECT_EQ(probe.proof(), kPin + 1);
}

TEST(RouteProbe, TrustsWhatWasFoundOutLately) {
  RouteProbe probe(/*single=*/true);
  EXPECT_EQ(probe.route(), PinRoute::single);
  EXPECT_FALSE(probe.unknown());
  EXPECT_FALSE(probe.answered(PinRoute::single, kPin));
}

}  // namespace
}  // namespace tap_pinterest::sync
