// Days and date-times as text. All are UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tap_pinterest/util/clock.hpp"

namespace tap_pinterest::util {

using Day = std::chrono::sys_days;

// For people: "45 s", "12 min 5 s", "18 h 39 min", "3 days 2 h".
std::string describe(std::chrono::seconds duration);

// The day an instant lies in.
Day day_of(Instant instant);

// "2026-02-28"; nothing for any other form or a day that does not exist.
std::optional<Day> parse_day(std::string_view text);
std::string format_day(Day day);

// A date-time: "2026-10-24T18:24:24", to the second, the minute or the hour, a space or 't' instead of the T,
// a fraction of a second of any length (cut after microseconds), and an offset ("Z", "+02:00", "+0200",
// "+02") or none, which means UTC. A date alone is its midnight. Second 60 becomes 59. Nothing for any other
// form or a moment that does not exist.
std::optional<Instant> parse_date_time(std::string_view text);
// Unix time in digits: seconds, or above 10^11 milliseconds.
std::optional<Instant> parse_unix_time(std::string_view text);
// RFC 3339 in UTC: "2026-10-24T18:24:24Z", with a fraction of six digits only if it is not zero.
std::string format_date_time(Instant instant);

// The form of an HTTP Date header, "Tue, 24 Nov 2026 10:00:00 GMT" (RFC 9110, IMF-fixdate).
std::optional<Instant> parse_http_date(std::string_view text);

}  // namespace tap_pinterest::util
