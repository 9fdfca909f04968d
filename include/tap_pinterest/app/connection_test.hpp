// --test: whether the configuration reaches Pinterest, and what it may read there.
#pragma once

#include <string>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/http/transport.hpp"

namespace tap_pinterest::app {

// Prints a short table to stdout. Returns the exit code.
int run_connection_test(const config::Config& config, const http::TransportFactory& make_transport);

}  // namespace tap_pinterest::app
