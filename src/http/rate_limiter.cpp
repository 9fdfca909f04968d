#include "tap_pinterest/http/rate_limiter.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "tap_pinterest/util/dates.hpp"
#include "tap_pinterest/util/trim.hpp"

namespace tap_pinterest::http {
namespace {

using std::chrono::milliseconds;
using Seconds = std::chrono::duration<double>;

constexpr double kSecondsAMinute = 60;
// A number of seconds above this is a moment, not a wait: 10^9 s are 32 years, and in Unix time 2001.
constexpr double kSmallestUnixSeconds = 1e9;
// Above this a moment is given in milliseconds: as seconds it would be the year 33658.
constexpr double kSmallestUnixMilliseconds = 1e12;
// No limit lasts longer; what says so is garbage.
constexpr Seconds kLongestWait = std::chrono::days{366};
// A limit with a longer window is a day's: spread over it, the run would crawl from the first request on.
constexpr milliseconds kLongestWindowToSpread = std::chrono::minutes{1};
// Forgives what is lost in adding fractions, so that a permit is there at the moment that was promised.
constexpr double kWholePermit = 1.0 - 1e-6;

constexpr std::string_view kWindow = ";w=";

// The first number of a list such as "99, 10;w=60".
std::optional<double> first_number(std::string_view text) {
  text = util::trim(text.substr(0, text.find_first_of(",;")));
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<double> limit_a_minute(std::string_view text) {
  constexpr std::string_view kMinute = "60";
  if (text.find(kWindow) == std::string_view::npos) return first_number(text);
  while (!text.empty()) {
    const std::string_view item = text.substr(0, std::min(text.find(','), text.size()));
    text.remove_prefix(std::min(item.size() + 1, text.size()));
    const std::size_t window = item.find(kWindow);
    if (window == std::string_view::npos) continue;
    const std::string_view seconds = item.substr(window + kWindow.size());
    if (seconds.substr(0, seconds.find(';')) == kMinute) return first_number(item);
  }
  return std::nullopt;
}

std::optional<milliseconds> to_wait(Seconds wait) {
  if (wait > kLongestWait) return std::nullopt;
  return std::chrono::ceil<milliseconds>(std::max(wait, Seconds{0}));
}

// Seconds, Unix seconds, Unix milliseconds, an HTTP date or a date-time, as time from now.
std::optional<milliseconds> time_from_now(std::string_view text, util::Instant now) {
  if (const auto number = first_number(text)) {
    const Seconds unix_now = now.time_since_epoch();
    if (*number >= kSmallestUnixMilliseconds) return to_wait(Seconds{*number / 1000} - unix_now);
    if (*number >= kSmallestUnixSeconds) return to_wait(Seconds{*number} - unix_now);
    return to_wait(Seconds{*number});
  }
  auto moment = util::parse_http_date(util::trim(text));
  if (!moment) moment = util::parse_date_time(util::trim(text));
  if (!moment) return std::nullopt;
  return to_wait(*moment - now);
}

util::SteadyTime after(util::SteadyTime start, Seconds wait) {
  return start + std::chrono::ceil<util::SteadyTime::duration>(wait);
}

}  // namespace

RateLimitHeaders read_rate_limit_headers(const std::vector<Header>& headers, util::Instant now) {
  RateLimitHeaders limits;
  bool names_window = false;
  for (const Header& header : headers) {
    if (header.name == "x-ratelimit-limit") {
      names_window = header.value.find(kWindow) != std::string::npos;
      if (const auto limit = limit_a_minute(header.value); limit && *limit >= 1) limits.per_minute = limit;
    } else if (header.name == "x-ratelimit-remaining") {
      if (const auto remaining = first_number(header.value)) limits.remaining = std::max(*remaining, 0.0);
    } else if (header.name == "x-ratelimit-reset") {
      if (const auto reset = time_from_now(header.value, now)) limits.reset = reset;
    } else if (header.name == "retry-after") {
      if (const auto wait = time_from_now(header.value, now)) limits.retry_after = wait;
    }
  }
  // A number alone may be a day's limit, as a reset far away tells.
  if (!names_window && limits.reset > kLongestWindowToSpread) limits.per_minute.reset();
  return limits;
}

RateLimiter::RateLimiter(double per_minute, util::SteadyTime now)
    : per_second_(per_minute / kSecondsAMinute),
      capacity_(std::max(1.0, per_second_)),
      tokens_(capacity_),
      updated_(now),
      paused_until_(now),
      slowed_per_second_(per_second_),
      slowed_until_(now) {}

double RateLimiter::tokens_at(util::SteadyTime now) const {
  // Threads read the clock before they hold the lock, so `now` may lie a little before the last change.
  const util::SteadyTime end = std::max(now, updated_);
  const util::SteadyTime slow_end = std::clamp(slowed_until_, updated_, end);
  const double slow = Seconds{slow_end - updated_}.count() * slowed_per_second_;
  const double full = Seconds{end - slow_end}.count() * per_second_;
  return std::min(capacity_, tokens_ + slow + full);
}

util::SteadyTime RateLimiter::ready_at(util::SteadyTime now) const {
  const util::SteadyTime start = std::max(now, paused_until_);
  double missing = kWholePermit - tokens_at(start);
  if (missing <= 0) return start;
  util::SteadyTime from = std::max(start, updated_);
  if (slowed_until_ > from) {
    const double while_slow = Seconds{slowed_until_ - from}.count() * slowed_per_second_;
    if (while_slow >= missing) return after(from, Seconds{missing / slowed_per_second_});
    missing -= while_slow;
    from = slowed_until_;
  }
  return after(from, Seconds{missing / per_second_});
}

void RateLimiter::set_rate(double per_minute, util::SteadyTime now) {
  tokens_ = tokens_at(now);
  updated_ = std::max(now, updated_);
  per_second_ = per_minute / kSecondsAMinute;
  capacity_ = std::max(1.0, per_second_);
  tokens_ = std::min(tokens_, capacity_);
  slowed_per_second_ = std::min(slowed_per_second_, per_second_);
}

double RateLimiter::per_minute() const { return per_second_ * kSecondsAMinute; }

std::chrono::seconds RateLimiter::least_time(std::size_t requests) const {
  return std::chrono::ceil<std::chrono::seconds>(
      std::chrono::duration<double>(kSecondsAMinute * static_cast<double>(requests) / per_minute()));
}

void RateLimiter::take(util::SteadyTime now) {
  tokens_ = tokens_at(now) - 1;
  updated_ = std::max(now, updated_);
}

void RateLimiter::pause_until(util::SteadyTime until) { paused_until_ = std::max(paused_until_, until); }

void RateLimiter::observe(const RateLimitHeaders& headers, util::SteadyTime now) {
  if (!headers.remaining || !headers.reset) return;
  const double remaining = *headers.remaining;
  const util::SteadyTime reset = now + *headers.reset;
  if (remaining < 1) {
    pause_until(reset);
    return;
  }
  if (*headers.reset > kLongestWindowToSpread) return;

  const double tokens = tokens_at(now);
  const double window = Seconds{*headers.reset}.count();
  tokens_ = tokens;
  updated_ = std::max(now, updated_);
  if (remaining >= tokens + per_second_ * window) {
    slowed_until_ = updated_;
    return;
  }
  // What is left is spread over the window, but for one permit that may be used now.
  tokens_ = std::min(tokens, 1.0);
  slowed_per_second_ = window > 0 ? std::max(0.0, remaining - std::max(tokens_, 0.0)) / window : per_second_;
  slowed_until_ = reset;
}

}  // namespace tap_pinterest::http
