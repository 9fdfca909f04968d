#include "tap_pinterest/util/dates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace tap_pinterest::util {
namespace {

using std::chrono::microseconds;

// RFC 3339 writes a year in four digits; what lies outside cannot be written back.
constexpr std::chrono::sys_days kFirstDay{std::chrono::year{0} / 1 / 1};
constexpr std::chrono::sys_days kDayAfterLast{std::chrono::year{10000} / 1 / 1};

// Reads a text from left to right. A take that fails leaves the rest as it was.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  bool take(char expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool take_one_of(std::string_view expected) {
    if (rest_.empty() || expected.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <std::size_t Count>
  std::optional<int> digits() {
    if (rest_.size() < Count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < Count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(Count);
    return value;
  }

  // The index of the word of `words` that comes next; all have `length` characters.
  template <std::size_t Count>
  std::optional<int> word(const std::array<std::string_view, Count>& words, std::size_t length) {
    const auto found = std::find(words.begin(), words.end(), rest_.substr(0, length));
    if (found == words.end()) return std::nullopt;
    rest_.remove_prefix(length);
    return static_cast<int>(found - words.begin());
  }

 private:
  std::string_view rest_;
};

std::optional<Day> make_day(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return Day{date};
}

// YYYY-MM-DD
std::optional<Day> scan_day(Scanner& scanner) {
  const auto year = scanner.digits<4>();
  if (!year || !scanner.take('-')) return std::nullopt;
  const auto month = scanner.digits<2>();
  if (!month || !scanner.take('-')) return std::nullopt;
  const auto day = scanner.digits<2>();
  if (!day) return std::nullopt;
  return make_day(*year, *month, *day);
}

// Nothing at all, or a point and at least one digit.
std::optional<microseconds> scan_fraction(Scanner& scanner) {
  if (!scanner.take('.')) return microseconds{0};
  microseconds fraction{0};
  microseconds place = std::chrono::milliseconds{100};
  bool any = false;
  while (const auto digit = scanner.digits<1>()) {
    fraction += *digit * place;
    place /= 10;
    any = true;
  }
  if (!any) return std::nullopt;
  return fraction;
}

// HH, HH:MM, HH:MM:SS or HH:MM:SS with a fraction.
std::optional<microseconds> scan_time(Scanner& scanner) {
  const auto hour = scanner.digits<2>();
  if (!hour || *hour > 23) return std::nullopt;
  const microseconds whole_hours = std::chrono::hours{*hour};
  if (!scanner.take(':')) return whole_hours;
  const auto minute = scanner.digits<2>();
  if (!minute || *minute > 59) return std::nullopt;
  const microseconds whole_minutes = whole_hours + std::chrono::minutes{*minute};
  if (!scanner.take(':')) return whole_minutes;
  const auto second = scanner.digits<2>();
  if (!second || *second > 60) return std::nullopt;
  const auto fraction = scan_fraction(scanner);
  if (!fraction) return std::nullopt;
  // A leap second has no place in Unix time: it becomes the second before it.
  return whole_minutes + std::chrono::seconds{std::min(*second, 59)} + *fraction;
}

// Nothing at all (UTC), Z, +HH, +HHMM or +HH:MM.
std::optional<microseconds> scan_offset(Scanner& scanner) {
  if (scanner.at_end() || scanner.take_one_of("Zz")) return microseconds{0};
  const bool west = scanner.take('-');
  if (!west && !scanner.take('+')) return std::nullopt;
  const auto hours = scanner.digits<2>();
  if (!hours || *hours > 23) return std::nullopt;
  int minutes = 0;
  if (!scanner.at_end()) {
    scanner.take(':');
    const auto given = scanner.digits<2>();
    if (!given || *given > 59) return std::nullopt;
    minutes = *given;
  }
  const microseconds offset = std::chrono::hours{*hours} + std::chrono::minutes{minutes};
  return west ? -offset : offset;
}

void write_digits(std::string& text, std::size_t at, std::size_t count, long long value) {
  for (std::size_t i = count; i > 0; --i, value /= 10) text[at + i - 1] = static_cast<char>('0' + value % 10);
}

void write_day(std::string& text, Day day) {
  const std::chrono::year_month_day date{day};
  write_digits(text, 0, 4, static_cast<int>(date.year()));
  write_digits(text, 5, 2, static_cast<unsigned>(date.month()));
  write_digits(text, 8, 2, static_cast<unsigned>(date.day()));
}

}  // namespace

Day day_of(Instant instant) { return std::chrono::floor<std::chrono::days>(instant); }

std::optional<Day> parse_day(std::string_view text) {
  Scanner scanner(text);
  const auto day = scan_day(scanner);
  if (!scanner.at_end()) return std::nullopt;
  return day;
}

std::string format_day(Day day) {
  std::string text = "0000-00-00";
  write_day(text, day);
  return text;
}

std::optional<Instant> parse_date_time(std::string_view text) {
  Scanner scanner(text);
  const auto day = scan_day(scanner);
  if (!day) return std::nullopt;
  if (scanner.at_end()) return Instant{*day};
  if (!scanner.take_one_of("Tt ")) return std::nullopt;
  const auto time = scan_time(scanner);
  if (!time) return std::nullopt;
  const auto offset = scan_offset(scanner);
  if (!offset || !scanner.at_end()) return std::nullopt;
  const Instant instant = *day + *time - *offset;
  if (instant < kFirstDay || instant >= kDayAfterLast) return std::nullopt;
  return instant;
}

std::optional<Instant> parse_unix_time(std::string_view text) {
  constexpr double kMostSeconds = 1e11;  // the year 5138; as milliseconds 1973
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const double seconds = std::abs(value) > kMostSeconds ? value / 1000 : value;
  if (!(std::abs(seconds) < kMostSeconds)) return std::nullopt;
  return Instant(std::chrono::round<microseconds>(std::chrono::duration<double>(seconds)));
}

std::string describe(std::chrono::seconds duration) {
  using namespace std::chrono;
  struct Unit {
    seconds length;
    const char* name;
  };
  constexpr auto kUnits =
      std::to_array<Unit>({{days(1), "days"}, {hours(1), "h"}, {minutes(1), "min"}, {seconds(1), "s"}});
  std::string text;
  int named = 0;
  for (const Unit& unit : kUnits) {
    const auto count = duration / unit.length;
    duration -= count * unit.length;
    if (count > 0) {
      const bool is_one_day = unit.length == days(1) && count == 1;
      text += fmt::format("{}{} {}", text.empty() ? "" : " ", count, is_one_day ? "day" : unit.name);
    }
    if (!text.empty() && ++named == 2) break;
  }
  return text.empty() ? "0 s" : text;
}

std::string format_date_time(Instant instant) {
  const Day day = day_of(instant);
  const std::chrono::hh_mm_ss time{instant - day};
  std::string text = "0000-00-00T00:00:00";
  write_day(text, day);
  write_digits(text, 11, 2, time.hours().count());
  write_digits(text, 14, 2, time.minutes().count());
  write_digits(text, 17, 2, time.seconds().count());
  if (time.subseconds().count() != 0) text += fmt::format(".{:06}", time.subseconds().count());
  return text += 'Z';
}

std::optional<Instant> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 7> kWeekdays = {"Mon, ", "Tue, ", "Wed, ", "Thu, ",
                                                         "Fri, ", "Sat, ", "Sun, "};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Scanner scanner(text);
  // The date says the weekday again; a server that gets it wrong still gives its time.
  if (!scanner.word(kWeekdays, 5)) return std::nullopt;
  const auto day_of_month = scanner.digits<2>();
  if (!day_of_month || !scanner.take(' ')) return std::nullopt;
  const auto month = scanner.word(kMonths, 3);
  if (!month || !scanner.take(' ')) return std::nullopt;
  const auto year = scanner.digits<4>();
  if (!year || !scanner.take(' ')) return std::nullopt;
  const auto day = make_day(*year, *month + 1, *day_of_month);
  const auto time = scan_time(scanner);
  if (!day || !time || !scanner.word(std::array<std::string_view, 1>{" GMT"}, 4) || !scanner.at_end()) {
    return std::nullopt;
  }
  return *day + *time;
}

}  // namespace tap_pinterest::util
