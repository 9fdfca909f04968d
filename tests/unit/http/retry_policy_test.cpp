#include "tap_pinterest/http/retry_policy.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tap_pinterest::http {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToTheCapAndIsJitteredInFull) {
  struct Row {
    const char* name;
    int failures;
    double random;
    std::chrono::milliseconds expected;
  };
  const Row rows[] = {
      {"no luck waits nothing", 1, 0.0, 0ms},
      {"first failure", 1, 0.5, 500ms},
      {"second failure", 2, 0.5, 1000ms},
      {"third failure", 3, 0.5, 2000ms},
      {"sixth failure", 6, 0.5, 16000ms},
      {"the cap holds from the seventh", 7, 0.5, 30000ms},
      {"and stays", 8, 0.5, 30000ms},
      {"however many failures", std::numeric_limits<int>::max(), 0.5, 30000ms},
      {"just below the cap", 100, 0.9999, 59994ms},
      {"no failure counts as one", 0, 0.5, 500ms},
      {"a negative number too", -5, 0.5, 500ms},
  };
  for (const Row& row : rows) EXPECT_EQ(backoff(row.failures, row.random), row.expected) << row.name;
}

}  // namespace
}  // namespace tap_pinterest::http
