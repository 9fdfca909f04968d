// Which addresses a credential may be sent to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tap_pinterest::config {

// Empty if `url` is https, or http to this machine, and nothing but scheme, host, port and path; otherwise
// what is wrong with it, without quoting it. What is not understood is refused.
std::string url_problem(std::string_view url);

// Where a program listens that is to be reached at an address.
struct LoopbackPlace {
  std::string host;  // "localhost" or a numeric address, without brackets
  std::uint16_t port = 0;
  std::string path;  // as a client asks for it: "/" if the address has none
};

// Nothing unless `url`, which url_problem() allows, is http to this machine.
std::optional<LoopbackPlace> loopback_place(std::string_view url);

}  // namespace tap_pinterest::config
