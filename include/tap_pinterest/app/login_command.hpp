// login: has a person allow the app to read, and keeps the tokens in token_file.
#pragma once

#include <string>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/http/transport.hpp"

namespace tap_pinterest::app {

struct LoginAddresses {
  // Where the browser is sent back to. If it is http to this machine it is listened to.
  std::string redirect_uri;
  // The page where access is allowed.
  std::string authorization_url;
};

// Prints the address of the page, opens it where there is a display, and waits for the browser to come back
// or for its address on stdin. Returns the exit code.
int run_login(const config::Config& config, const LoginAddresses& addresses,
              const http::TransportFactory& make_transport);

}  // namespace tap_pinterest::app
