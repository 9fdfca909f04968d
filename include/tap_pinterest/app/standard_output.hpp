// What is printed by commands that write no records.
#pragma once

#include <string_view>

namespace tap_pinterest::app {

// Writes `text` and flushes. If that fails a CRITICAL line says why.
bool write_to_stdout(std::string_view text);

}  // namespace tap_pinterest::app
