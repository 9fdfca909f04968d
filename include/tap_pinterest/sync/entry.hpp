// What a state entry of this tap means, and what follows from it for a partition.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/pinterest/windows.hpp"
#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::sync {

// How far a window came that was cut short: every id up to `after_id` is written.
struct ResumeMarker {
  pinterest::DayRange range;
  std::uint64_t after_id = 0;
  // What the entry will say when the window is complete: fixed when its first request is sent.
  std::optional<util::Instant> bookmark;
  // The last day that the window will have covered; nothing if it covers none.
  std::optional<util::Day> covered_to;
  // A hash of everything that decides what the rows are.
  std::string basis;
};

struct Entry {
  std::optional<util::Instant> bookmark;
  // The days of which every id was read and written, under these statuses and this granularity.
  pinterest::DaySet covered;
  // What `covered` holds for; absent in state of other taps.
  std::optional<std::vector<std::string>> entity_statuses;
  std::optional<std::string> granularity;
  // Of a custom report: subject_of().
  std::string subject;
  // Days that were wanted and lay beyond every reach.
  pinterest::DaySet missed;
  // Ids that Pinterest refused one by one; sorted. They lack days of `covered`.
  std::vector<std::uint64_t> left_out;
  // What the newest rows are made of: row_settings().
  std::string rows;
  std::optional<ResumeMarker> resume;
  // Pins: the app was proven on this day to lack the bulk route.
  std::optional<util::Day> single_route_since;
};

// The most ids that an entry keeps as left out.
inline constexpr std::size_t kMostLeftOut = 100;

// What an entry is read against.
struct EntryContext {
  std::string replication_key;
  // For analytics without `covered`, which versions before 0.2 and other taps wrote: what they cover begins
  // at their own start_date, else at the configured one, else `lookback_days` before the bookmark. Lists have
  // none.
  std::optional<util::Day> start_date = {};
  std::optional<int> lookback_days = {};
};

// Reads an entry; null gives an empty one. A bookmark of another replication key is ignored, and told in
// `warnings`, as is everything that cannot be understood.
Entry read_entry(const singer::Json* json, const EntryContext& context, std::vector<std::string>& warnings);

// The entry without its context. The bookmark is written as a date-time, or as a date if `as_date`.
singer::Json write_entry(const Entry& entry, const std::string& replication_key, bool as_date);

// Whether a status is asked for now that the entry does not cover.
bool statuses_added(const Entry& entry, const std::vector<std::string>& now);

// Whether `now`, a text of row_settings(), has a targeting type that the entry's rows were read without.
bool targeting_types_added(const Entry& entry, const std::string& now);

// The granularity of the entry's rows; entries that do not say hold days.
std::string granularity_of(const Entry& entry);

// The last day that is certain to be read whole where only a bookmark says how far reading came. A bookmark
// of weeks or months is the beginning of one that may still have been running.
util::Day last_read_day(util::Instant bookmark, const std::string& granularity);

// The hash of what a custom report is about (level, filters, template): another has other rows. Empty for
// other streams.
std::string subject_of(const pinterest::StreamDefinition& stream);

// The hash of a marker's basis for one analytics stream.
std::string window_basis(const config::Config& config, const pinterest::StreamDefinition& stream,
                         const std::vector<std::string>& columns);

// The settings that decide what values rows hold, as a short text: "1f0c22ab|30|30|1|TIME_OF_AD_ACTION". Rows
// that were written under others stay as they are.
std::string row_settings(const config::Config& config, const pinterest::StreamDefinition& stream,
                         const std::vector<std::string>& columns);
// The names of the settings that differ between two such texts of one kind.
std::vector<std::string> changed_settings(const std::string& before, const std::string& now,
                                          pinterest::Source source);

}  // namespace tap_pinterest::sync
