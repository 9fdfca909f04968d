#include "tap_pinterest/pinterest/errors.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "tap_pinterest/http/rate_limiter.hpp"
#include "tap_pinterest/log/log.hpp"
#include "text_of.hpp"

namespace tap_pinterest::pinterest {
namespace {

constexpr std::size_t kMaxMessageBytes = 500;
constexpr std::size_t kMaxErrorBodyBytes = 64UL * 1024;
constexpr int kAny = -1;
// "This request exceeded a rate limit."
constexpr int kCodeRateLimit = 8;
// "Your application consumer type is not supported", "… does not have access to this restricted feature".
constexpr int kCodeApp = 3;

struct Rule {
  int first_status;
  int last_status;
  int code;
  bool asks_to_wait;
  Action action;
};

// The first rule that fits decides. The status comes before the code: code 2 is "not authenticated" with 401
// but "not found" with 404.
constexpr auto kRules = std::to_array<Rule>({
    {200, 299, kAny, false, Action::accept},
    {429, 429, kAny, false, Action::wait},
    {400, 599, kCodeRateLimit, false, Action::wait},
    {400, 599, kAny, true, Action::wait},
    {401, 401, kCodeApp, false, Action::deny_app},
    {401, 401, kAny, false, Action::authenticate},
    {413, 414, kAny, false, Action::halve},
    {431, 431, kAny, false, Action::halve},
    {400, 400, kCodePassing, false, Action::retry},
    {403, 404, kAny, false, Action::deny},
    {408, 408, kAny, false, Action::retry},
    {kNotImplemented, kNotImplemented, kAny, false, Action::deny},
    {500, 599, kAny, false, Action::retry},
    {0, 999, kAny, false, Action::fail},
});

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

// The N of "Retry after N seconds", in any case.
std::optional<std::chrono::seconds> wait_in_message(std::string_view message) {
  constexpr std::string_view kPhrase = "retry after ";
  const std::string lower = lower_case(message);
  const std::size_t at = lower.find(kPhrase);
  if (at == std::string::npos) return std::nullopt;
  std::int32_t seconds = 0;
  const char* begin = lower.data() + at + kPhrase.size();
  const auto [end, error] = std::from_chars(begin, lower.data() + lower.size(), seconds);
  if (error != std::errc{} || seconds < 0) return std::nullopt;
  if (!std::string_view(end, lower.data() + lower.size()).starts_with(" second")) return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace

std::string ApiError::describe() const {
  std::string text = fmt::format("{}", status);
  if (!message.empty()) text += fmt::format(" {}", message);
  if (code) text += fmt::format(" (code {})", *code);
  return text;
}

ApiError read_error(const http::Response& response) {
  ApiError error;
  error.status = response.status;
  nlohmann::json body;
  if (response.body.size() <= kMaxErrorBodyBytes) {
    body = nlohmann::json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  }
  if (!body.is_object()) {
    error.is_html = is_html(response);
    error.message = fmt::format("(a body of {} bytes that is not an API error)", response.body.size());
    return error;
  }
  if (const auto code = body.find("code"); code != body.end() && code->is_number_integer()) {
    error.code = code->get<long long>();
  }
  if (const auto message = body.find("message"); message != body.end() && message->is_string()) {
    error.message = log::printable(message->get_ref<const std::string&>(), kMaxMessageBytes);
  } else if (const std::string name = text_of(body, "error"); !name.empty()) {
    // The form of OAuth (RFC 6749, 5.2), which proxies for tokens use.
    const std::string description = text_of(body, "error_description");
    error.message = log::printable(description.empty() ? name : name + ": " + description, kMaxMessageBytes);
  }
  return error;
}

bool is_html(const http::Response& response) {
  const std::string_view body = response.body;
  const std::size_t begin = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return begin != std::string_view::npos && body[begin] == '<';
}

std::string_view host_of(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

std::string describe_html(int status, std::string_view url) {
  return fmt::format(
      "an HTML page instead of JSON, with status {} from {}; is api_url right, or is a proxy answering?",
      status, host_of(url));
}

Action judge(const ApiError& error) {
  const bool asks_to_wait = wait_in_message(error.message).has_value();
  for (const Rule& rule : kRules) {
    if (error.status < rule.first_status || error.status > rule.last_status) continue;
    if (rule.code != kAny && error.code != rule.code) continue;
    if (rule.asks_to_wait && !asks_to_wait) continue;
    return rule.action;
  }
  return Action::fail;
}

bool says_too_old(const ApiError& error) {
  return error.status == kBadRequest &&
         lower_case(error.message).find("only get data from the last") != std::string::npos;
}

std::optional<std::chrono::milliseconds> requested_wait(const ApiError& error, const http::Response& response,
                                                        util::Instant now) {
  if (const auto wait = wait_in_message(error.message)) return *wait;
  const http::RateLimitHeaders headers = http::read_rate_limit_headers(response.headers, now);
  if (headers.retry_after) return headers.retry_after;
  return headers.reset;
}

}  // namespace tap_pinterest::pinterest
