// What a state entry of this tap means, and what follows from it for a partition.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tap_pinterest/pinterest/requests.hpp"
#include "tap_pinterest/pinterest/windows.hpp"
#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::sync {

// How far a window came that was cut short: every id up to `after_id` is written.
struct ResumeMarker {
  pinterest::DayRange range;
  std::uint64_t after_id = 0;
  // What the entry will say when the window is complete.
  std::optional<std::string> bookmark;
  // A hash of everything that decides what the rows are.
  std::string basis;
};

struct Entry {
  std::optional<util::Instant> bookmark;
  // What the bookmark depends on; absent in state of other taps.
  std::optional<std::vector<std::string>> entity_statuses;
  std::optional<std::string> granularity;
  // The earliest day that was read, if it is known.
  std::optional<util::Day> start_date;
  std::optional<ResumeMarker> resume;
  pinterest::PinRoute route = pinterest::PinRoute::unknown;
};

// Reads an entry; null gives an empty one. A bookmark of another replication key is ignored, and told in
// `warnings`, as is a value or a marker that cannot be understood.
Entry read_entry(const singer::Json* json, const std::string& replication_key,
                 std::vector<std::string>& warnings);

// The entry without its context. The bookmark is written as a date-time, or as a date if `as_date`.
singer::Json write_entry(const Entry& entry, const std::string& replication_key, bool as_date);

// Whether a status is asked for now that the entry does not cover.
bool statuses_added(const Entry& entry, const std::vector<std::string>& now);

// The hash of a marker's basis for one analytics stream.
std::string window_basis(const config::Config& config, const std::vector<std::string>& columns);

}  // namespace tap_pinterest::sync
