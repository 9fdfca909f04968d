#include "calendar.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace simulator {
namespace {

using std::chrono::year_month_day;

// The digits of text[from, from + length) as a number, or -1.
int digits(std::string_view text, std::size_t from, std::size_t length) {
  int value = 0;
  for (const char c : text.substr(from, length)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return Day{date};
}

std::optional<Instant> parse_instant(std::string_view text) {
  if (text.size() != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z') {
    return std::nullopt;
  }
  const auto day = parse_day(text.substr(0, 10));
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (!day || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return std::nullopt;
  }
  return Instant{*day} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

void append_day(std::string& out, Day day) {
  const year_month_day date{day};
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string format_day(Day day) {
  std::string out;
  append_day(out, day);
  return out;
}

std::string format_seconds(std::int64_t unix_seconds) {
  const std::chrono::sys_seconds moment{std::chrono::seconds{unix_seconds}};
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::hh_mm_ss time{moment - day};
  return fmt::format("{}T{:02}:{:02}:{:02}", format_day(day), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

std::string format_moment(std::int64_t unix_seconds, std::uint64_t roll) {
  switch (roll % 4) {
    case 0:
      return format_seconds(unix_seconds);
    case 1:
      return format_seconds(unix_seconds) + "Z";
    case 2:
      return format_seconds(unix_seconds) + "+00:00";
    default:
      return format_seconds(unix_seconds - 5LL * 3'600) + "-05:00";
  }
}

std::string format_http_date(Instant now) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Day day = day_of(now);
  const year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(now - day)};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays.at(std::chrono::weekday{day}.c_encoding()), static_cast<unsigned>(date.day()),
                     kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

Day day_of(Instant now) { return std::chrono::floor<std::chrono::days>(now); }

std::int64_t unix_seconds(Instant now) {
  return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
}

Day monday_of(Day day) { return day - (std::chrono::weekday{day} - std::chrono::Monday); }

Day first_of_month(Day day) {
  const year_month_day date{day};
  return Day{date.year() / date.month() / std::chrono::day{1}};
}

}  // namespace simulator
