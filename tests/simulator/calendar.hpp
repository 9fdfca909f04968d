// Dates and moments in UTC, read and written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "options.hpp"

namespace simulator {

// `YYYY-MM-DD` of a day that exists.
std::optional<Day> parse_day(std::string_view text);
// `YYYY-MM-DDTHH:MM:SSZ`.
std::optional<Instant> parse_instant(std::string_view text);

void append_day(std::string& out, Day day);
std::string format_day(Day day);
// `YYYY-MM-DDTHH:MM:SS`, without an offset.
std::string format_seconds(std::int64_t unix_seconds);
// The same, with and without offset, and now and then in another one.
std::string format_moment(std::int64_t unix_seconds, std::uint64_t roll);
// As in the `Date` header of HTTP.
std::string format_http_date(Instant now);

Day day_of(Instant now);
std::int64_t unix_seconds(Instant now);
Day monday_of(Day day);
Day first_of_month(Day day);

}  // namespace simulator
