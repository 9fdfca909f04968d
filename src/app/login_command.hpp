// login: has a person allow the app to read, and keeps the tokens in token_file.
#pragma once

#include <string>

#include "line_input.hpp"
#include "own_config.hpp"
#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/util/descriptor.hpp"

namespace tap_pinterest::app {

struct LoginOptions {
  // Where the browser is sent back to. If it is http to this machine it is listened to.
  std::string redirect_uri;
  // The page where access is allowed.
  std::string authorization_url;
  // What is asked for, separated by commas.
  std::string scopes;
  // The config file to write once that has gone well; null where another one is named.
  const OwnConfig* own_config = nullptr;
  // How the program is called with the same configuration.
  std::string command;
};

// Prints the address of the page, opens it where there is a display, and waits for the browser to come back
// or for its address in `input`. Returns the exit code.
int run_login(const config::Config& config, const LoginOptions& options, LineInput& input,
              const util::Descriptor& signals, const http::TransportFactory& make_transport);

}  // namespace tap_pinterest::app
