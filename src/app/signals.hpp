// Signals, and the end of a thread, as something that poll() waits for.
#pragma once

#include <optional>
#include <string>

#include "tap_pinterest/util/descriptor.hpp"

namespace tap_pinterest::app {

// The signals that ask for an end (SIGHUP, SIGINT, SIGTERM) as something to be read; blocked in this thread
// and those it starts from now on. One that whoever started us ignores (nohup, a shell's background) stays
// ignored. Throws std::system_error.
util::Descriptor take_signals();
// Gives the signals of take_signals() back to this thread and those it starts from now on.
void leave_signals();
// The number of the signal that has come, if `signals` is readable.
std::optional<int> read_signal(const util::Descriptor& signals);
// "SIGTERM"
std::string signal_name(int number);

// Becomes readable with eventfd_write(). Throws std::system_error.
util::Descriptor make_event();

}  // namespace tap_pinterest::app
