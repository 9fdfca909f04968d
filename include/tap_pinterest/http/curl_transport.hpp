// The transport of the real program: libcurl, one easy handle reused by the thread that owns it.
#pragma once

#include <memory>
#include <string>

#include "tap_pinterest/http/transport.hpp"

namespace tap_pinterest::http {

struct CurlOptions {
  std::string user_agent;
  // A file of certificate authorities (PEM) to trust beside the system's; empty for none.
  std::string ca_file;
};

// Verifies TLS always; neither an option nor the environment can switch that off. Connections are kept alive
// and reused. Accepts compressed answers. Call once before threads start: see `make_curl_transports`.
std::unique_ptr<Transport> make_curl_transport(const CurlOptions& options);

}  // namespace tap_pinterest::http
