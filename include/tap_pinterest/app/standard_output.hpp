// What is printed by commands that write no records.
#pragma once

#include <string_view>

namespace tap_pinterest::app {

// Writes `text` and flushes; says whether that went well. If not a CRITICAL line says why, unless the reader
// has gone (as `head` does), who needs no explanation.
bool write_to_stdout(std::string_view text);

}  // namespace tap_pinterest::app
