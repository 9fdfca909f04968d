// A sync from beginning to end: runs the engine, watches signals, reports.
#pragma once

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/singer/catalog.hpp"
#include "tap_pinterest/singer/state.hpp"
#include "tap_pinterest/sync/state_file.hpp"

namespace tap_pinterest::app {

// `state_file` may be null. Returns the exit code.
int run_sync(const config::Config& config, const singer::Selection& selection, singer::State state,
             sync::StateFile* state_file, http::TransportFactory make_transport);

}  // namespace tap_pinterest::app
