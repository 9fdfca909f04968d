#include "tap_pinterest/http/retry_policy.hpp"

#include <algorithm>

namespace tap_pinterest::http {
namespace {

using std::chrono::milliseconds;

// One second is what a passing fault of a web service usually takes.
constexpr milliseconds kBase = std::chrono::seconds{1};
// One minute is the window of the API's limits: waiting longer gains nothing.
constexpr milliseconds kCap = std::chrono::seconds{60};
// From here on the cap holds, and a larger shift would overflow.
constexpr int kMostDoublings = 6;
static_assert(kBase * (1 << kMostDoublings) >= kCap);

}  // namespace

milliseconds backoff(int failures, double random) {
  const int doublings = std::clamp(failures - 1, 0, kMostDoublings);
  const milliseconds longest = std::min(kCap, kBase * (1 << doublings));
  return milliseconds{static_cast<milliseconds::rep>(static_cast<double>(longest.count()) * random)};
}

}  // namespace tap_pinterest::http
