// Signals, and the end of a thread, as something that poll() waits for.
#pragma once

#include <optional>

#include "tap_pinterest/util/descriptor.hpp"

namespace tap_pinterest::app {

// SIGINT and SIGTERM as something to be read; blocked in this thread and those it starts from now on. SIGPIPE
// is ignored: a closed output is seen where it is written. Throws std::system_error.
util::Descriptor take_signals();
// The number of the signal that has come, if `signals` is readable.
std::optional<int> read_signal(const util::Descriptor& signals);

// Becomes readable with eventfd_write(). Throws std::system_error.
util::Descriptor make_event();

}  // namespace tap_pinterest::app
