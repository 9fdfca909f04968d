// Signals, and the end of a thread, as something that poll() waits for.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
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

// Runs `work` in a thread of its own, and asks it to stop when a signal comes. Returns that signal once it
// has ended. Throws what `work` throws.
std::optional<int> run_until_signal(const util::Descriptor& signals,
                                    const std::function<void(const std::stop_token&)>& work);

// Becomes readable with eventfd_write(). Throws std::system_error.
util::Descriptor make_event();

}  // namespace tap_pinterest::app
