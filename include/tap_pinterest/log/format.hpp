// How one line of the log looks: pure functions, so that tests need no stderr.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/util/clock.hpp"
#include "tap_pinterest/util/secret.hpp"

namespace tap_pinterest::log {

enum class Form {
  text,        // LEVEL STREAM: MESSAGE
  stamped,     // the same after the time: 2026-11-24T15:04:00Z
  message,     // what a Python formatter of "%(message)s" gives; only CRITICAL keeps its name
  structured,  // a JSON object a line, as the Meltano SDK's StructuredFormatter writes it
};

// A line holds at most this much of its message. Readers take up to 64 KiB a line; the rest of it needs room.
inline constexpr std::size_t kMaxMessageBytes = 60'000;

struct Line {
  Level level = Level::info;
  // The stream the line is about; empty for none.
  std::string_view stream;
  std::string_view message;
  // Null, or a metric point, of which `message` is the text.
  const nlohmann::ordered_json* metric = nullptr;
};

// What a structured line says of where it comes from.
struct Origin {
  util::Instant time;
  int pid = 0;
  std::string thread_name;
};

// The line without its line break. Control characters become spaces, invalid UTF-8 becomes U+FFFD.
std::string render(Form form, const Line& line, const Origin& origin);

// One line of valid UTF-8 without control characters, cut so that even in a JSON string it has no more than
// `max_bytes` and the mark "…[cut]".
std::string one_line(std::string_view text, std::size_t max_bytes);

// `text` for one row of a terminal that is `columns` wide, without control characters.
std::string fit_to_width(std::string_view text, std::size_t columns);

// Finds secrets in a text and masks them.
class Redactor {
 public:
  // Also masks the forms a secret takes in an address, in a form-encoded body and in JSON.
  void add(const util::Secret& secret);
  std::string redact(std::string_view text) const;

 private:
  // Longest first, so that a secret that begins another leaves no tail behind.
  std::vector<util::Secret> forms_;
};

}  // namespace tap_pinterest::log
