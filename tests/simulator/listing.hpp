// Lists in pages.
#pragma once

#include <algorithm>
#include <functional>

#include "api.hpp"
#include "json_text.hpp"

namespace simulator {

// Something that can be paged through by index.
struct Listing {
  std::int64_t first;  // index of the first place
  std::int64_t end;    // one past the last place, in the direction of `step`
  std::int64_t step;
  std::function<bool(std::int64_t)> matches;
  std::function<void(JsonText&, std::int64_t)> write;
  // So many rows share an item {"labels": […], "errors": []}, on most pages; 0: each row is one.
  std::int64_t group = 0;
};

inline Listing ascending(std::int64_t count) { return {0, count, 1, {}, {}}; }
// From the newest to the oldest, but no deeper than `depth`.
inline Listing descending(std::int64_t count, std::int64_t depth) {
  return {count - 1, std::max<std::int64_t>(-1, count - 1 - depth), -1, {}, {}};
}

// The page that the bookmark of the request leads to.
Result page(Call& call, const Listing& listing);

// Refuses an `ad_account_id` in the query that is not there.
std::optional<Refusal> check_operating_account(const Call& call);

}  // namespace simulator
