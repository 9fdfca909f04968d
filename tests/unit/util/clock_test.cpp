#include "tap_pinterest/util/clock.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace tap_pinterest::util {
namespace {

TEST(RealClock, NeverGoesBack) {
  const SteadyTime before = real_clock().steady_now();
  EXPECT_LE(before, real_clock().steady_now());
}

TEST(RealClock, WaitForAPastDeadlineReturnsWithTheLockHeld) {
  std::mutex mutex;
  std::condition_variable wake;
  std::unique_lock lock(mutex);
  real_clock().wait_until(lock, wake, real_clock().steady_now());
  EXPECT_TRUE(lock.owns_lock());
}

TEST(RealClock, IsOneForTheWholeProgram) { EXPECT_EQ(&real_clock(), &real_clock()); }

}  // namespace
}  // namespace tap_pinterest::util
