// Everything that goes to stderr: text for people, or JSON lines in the structured form of the Meltano SDK.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "tap_pinterest/util/secret.hpp"

namespace tap_pinterest::log {

enum class Level { debug, info, warning, error, critical };

// One line. `stream` is the stream it is about, empty for none: the `stream_name` of structured lines, and
// what a line of text begins with, unless the message does already. Line breaks in a message become spaces.
void write(Level level, std::string_view stream, std::string_view message);

template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::debug, {}, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::info, {}, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warning, {}, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::error, {}, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void critical(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::critical, {}, fmt::format(format, std::forward<Args>(args)...));
}

// One METRIC line at level info, on a terminal at level debug; `point` is {"type", "metric", "value",
// "tags"}.
void metric(const nlohmann::ordered_json& point);

// From now on the text of `secret` is masked wherever it would appear in a line. A second fence: no caller
// should ever pass one. Its forms in an address, a form-encoded body and JSON are masked too; its Base64 is
// another secret. Secrets shorter than 6 characters are not masked.
void mask(const util::Secret& secret);

// `text` as one line that may be shown anywhere: masked as in lines, control characters as spaces, invalid
// UTF-8 as U+FFFD, cut after `max_bytes`.
std::string printable(std::string_view text, std::size_t max_bytes);

// Reads SINGER_SDK_LOG_CONFIG, TAP_PINTEREST_LOGLEVEL and LOGLEVEL from the environment and opens stderr.
// Before this call lines are text at level info.
void init();

// The program is to end soon. From now on a stderr that takes nothing for 2 s is given up, with all that is
// still to be said; until then whoever logs waits for its reader.
void hurry();

// Whether a progress line may be shown: stderr is a terminal, text and not structured, and stdout is none.
bool interactive();
// Shows `text` as the progress line, in place of the one before; empty removes it, as must be done before
// the program ends. Does nothing unless interactive().
void progress(std::string_view text);

}  // namespace tap_pinterest::log
