// --test: whether the configuration reaches Pinterest, and what it may read there.
#pragma once

#include <vector>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/pinterest/streams.hpp"

namespace tap_pinterest::app {

// Prints a short table to stdout, with a line for each stream. Fails where one of `selected` cannot be read.
// Returns the exit code.
int run_connection_test(const config::Config& config, std::vector<pinterest::StreamDefinition> selected,
                        const http::TransportFactory& make_transport);

}  // namespace tap_pinterest::app
