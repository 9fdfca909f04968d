// How long to wait before the next try: a pure function.
#pragma once

#include <chrono>

namespace tap_pinterest::http {

// Exponential backoff with full jitter: a random part of min(cap, base * 2^(failures - 1)).
// `failures` >= 1 is how many tries have failed; `random` is in [0, 1).
std::chrono::milliseconds backoff(int failures, double random);

}  // namespace tap_pinterest::http
