#include "tap_pinterest/config/url_rule.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace tap_pinterest::config {
namespace {

// What RFC 3986 allows in a path beside letters and digits.
constexpr std::string_view kPathMarks = "-._~!$&'()*+,;=:@/%";
constexpr std::string_view kForm = "must be a URL like https://HOST[:PORT][/PATH]";

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

// No more than the standard allows, so that no client splits the address elsewhere than this file does.
bool is_path(std::string_view path) {
  return std::ranges::all_of(
      path, [](char c) { return is_alphanumeric(c) || kPathMarks.find(c) != std::string_view::npos; });
}

std::optional<std::uint16_t> parse_port(std::string_view port) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number == 0) return std::nullopt;
  return number;
}

enum class Place { loopback, remote };

// An address in brackets: [::1].
std::optional<Place> place_of_ipv6(const std::string& address) {
  in6_addr parsed{};
  if (inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return std::nullopt;
  return std::ranges::equal(parsed.s6_addr, in6addr_loopback.s6_addr) ? Place::loopback : Place::remote;
}

// A name or an IPv4 address. Only the form of four decimals is looked for: whatever else a resolver may take
// for 127.0.0.1 counts as remote.
std::optional<Place> place_of_host(const std::string& host) {
  const auto allowed = [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; };
  if (host.empty() || !std::ranges::all_of(host, allowed)) return std::nullopt;
  if (host == "localhost") return Place::loopback;
  in_addr parsed{};
  const bool is_loopback =
      inet_pton(AF_INET, host.c_str(), &parsed) == 1 && (ntohl(parsed.s_addr) >> 24U) == 127U;
  return is_loopback ? Place::loopback : Place::remote;
}

struct Authority {
  std::string host;  // in lower case, without brackets
  std::optional<std::uint16_t> port;
  Place place = Place::remote;
};

std::optional<Authority> parse_authority(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const std::size_t bracket = bracketed ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t colon = text.find(':', bracket);
  const std::size_t host_end = std::min(colon, text.size());
  if (bracketed && host_end != bracket + 1) return std::nullopt;
  Authority authority;
  if (colon != std::string_view::npos) {
    authority.port = parse_port(text.substr(colon + 1));
    if (!authority.port) return std::nullopt;
  }
  authority.host = bracketed ? text.substr(1, bracket - 1) : lower_case(text.substr(0, host_end));
  const auto place = bracketed ? place_of_ipv6(authority.host) : place_of_host(authority.host);
  if (!place) return std::nullopt;
  authority.place = *place;
  return authority;
}

}  // namespace

std::string url_problem(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::string(kForm);
  const std::string scheme = lower_case(url.substr(0, scheme_end));
  if (scheme != "https" && scheme != "http") return "must start with https://";

  const std::string_view rest = url.substr(scheme_end + 3);
  if (rest.find_first_of("?#") != std::string_view::npos) return "must have neither a query nor a fragment";
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) return "must not contain a user name or password";

  const auto parsed = parse_authority(authority);
  if (!parsed || !is_path(rest.substr(slash))) return std::string(kForm);
  if (scheme == "http" && parsed->place == Place::remote) {
    return "must be https: over http the token would travel unencrypted (http is allowed only for localhost, "
           "127.0.0.0/8 and [::1])";
  }
  return {};
}

std::optional<LoopbackPlace> loopback_place(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  constexpr std::uint16_t kHttpPort = 80;
  if (!url_problem(url).empty() || lower_case(url.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  const std::string_view rest = url.substr(kScheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const auto authority = parse_authority(rest.substr(0, slash));
  return LoopbackPlace{.host = authority->host,
                       .port = authority->port.value_or(kHttpPort),
                       .path = slash == rest.size() ? "/" : std::string(rest.substr(slash))};
}

}  // namespace tap_pinterest::config
