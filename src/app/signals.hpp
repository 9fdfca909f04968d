// Turns signals into events for poll().
#pragma once

#include <poll.h>

#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>

#include "tap_pinterest/util/descriptor.hpp"

namespace tap_pinterest::app {

// The signals that ask for an end (SIGHUP, SIGINT, SIGTERM) as something to be read, with wait_for() and
// read_signal(). They are blocked in this thread and those it starts from now on, so that they interrupt
// nothing else. One that was ignored at startup (nohup, a shell's background) stays ignored. Called once
// in a program. Throws std::system_error.
util::Descriptor take_signals();
// Restores what these signals do by default, in this thread and those it starts from now on.
void leave_signals();

constexpr int kForEver = -1;
// poll() with the signals of take_signals() unblocked. Nothing is readable on timeout. Throws
// std::system_error.
void wait_for(std::span<pollfd> watched, int milliseconds = kForEver);
// The number of the signal that has come, if `signals` is readable.
std::optional<int> read_signal(const util::Descriptor& signals);
// "SIGTERM"
std::string_view signal_name(int number);

// Runs `work` in a thread of its own, and asks it to stop when a signal comes. Returns that signal once it
// has ended. Throws what `work` throws.
std::optional<int> run_until_signal(const util::Descriptor& signals,
                                    const std::function<void(const std::stop_token&)>& work);

}  // namespace tap_pinterest::app
