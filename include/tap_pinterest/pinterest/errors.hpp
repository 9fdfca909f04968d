// What an answer means and what can be done about it: one table.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/util/clock.hpp"

namespace tap_pinterest::pinterest {

// Named by what can be done next.
enum class Action {
  accept,        // 2xx
  retry,         // passing: 5xx, 408, code 12
  wait,          // a rate limit: the whole category pauses
  authenticate,  // the token was refused
  deny_app,      // 401 with code 3: the app has no access, whatever the token
  halve,         // the request was too large
  deny,          // 403, 404: not there or not allowed
  fail,          // any other 4xx, a redirect: trying again changes nothing
};

// What to do where the app has no access.
inline constexpr std::string_view kCheckApp = "check the app's access at developers.pinterest.com/apps";

// Statuses that are told apart by what they say of an id.
inline constexpr int kBadRequest = 400;
inline constexpr int kNotFound = 404;
inline constexpr int kNotImplemented = 501;

// "Something went wrong on our end", with status 400 or 500.
inline constexpr int kCodePassing = 12;

// The API's own error: {"code": n, "message": "..."}, or what could be read of another body.
struct ApiError {
  int status = 0;
  std::optional<long long> code;
  // The body is a page for people: something else than the API has answered.
  bool is_html = false;
  // log::printable(), at most 500 bytes; without the body's text if that is not the API's form.
  std::string message;

  // "404 AdAccount not found. (code 2)"
  std::string describe() const;
};

ApiError read_error(const http::Response& response);

// Whether the body is HTML, as proxies, captive portals and web servers answer.
bool is_html(const http::Response& response);
// The host of an address, with its port, for people.
std::string_view host_of(std::string_view url);
// "an HTML page instead of JSON, with status 502 from HOST; …", for an answer that is_html().
std::string describe_html(int status, std::string_view url);

// The error of an answer with a status outside 2xx, classed.
Action judge(const ApiError& error);

// "You can only get data from the last 90 days", with status 400: Pinterest's day has turned before its clock
// said so, or its reach is a day shorter than documented.
bool says_too_old(const ApiError& error);

// How long the API asks to wait after a rate limit: "Retry after N seconds" in the message, Retry-After, or
// x-ratelimit-reset, whatever is there; nothing if it does not say.
std::optional<std::chrono::milliseconds> requested_wait(const ApiError& error, const http::Response& response,
                                                        util::Instant now);

}  // namespace tap_pinterest::pinterest
