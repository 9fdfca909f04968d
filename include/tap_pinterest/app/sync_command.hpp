// A sync from beginning to end: runs the engine, watches signals, reports.
#pragma once

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/singer/catalog.hpp"
#include "tap_pinterest/singer/state.hpp"

namespace tap_pinterest::app {

// Returns the exit code.
int run_sync(const config::Config& config, const singer::Selection& selection, singer::State state,
             http::TransportFactory make_transport);

}  // namespace tap_pinterest::app
