// The transport of the real program: libcurl, one easy handle reused by the thread that owns it.
#pragma once

#include <memory>
#include <string>

#include "tap_pinterest/http/transport.hpp"

namespace tap_pinterest::http {

struct CurlOptions {
  std::string user_agent;
  // A file of certificate authorities (PEM) to trust beside those of find_authorities(); empty for none.
  std::string ca_file;
};

// Makes a transport for one thread. Throws std::runtime_error, which names the path, if `ca_file` cannot be
// read or holds no certificate.
//
// Verifies TLS always; neither an option nor the environment can switch that off. Connections are kept alive
// and reused, and compressed answers accepted. Of the environment only a file of certificate authorities
// (find_authorities()) and proxies are heeded (https_proxy, no_proxy), these as tunnels for https that never
// see a header of the request; plain http and loopback addresses are always reached directly. Takes
// SSLKEYLOGFILE out of the environment. The program must ignore SIGPIPE.
std::unique_ptr<Transport> make_curl_transport(const CurlOptions& options);

}  // namespace tap_pinterest::http
