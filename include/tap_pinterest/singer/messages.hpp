// The lines of the Singer protocol. Every function returns or appends whole lines, newline included.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/singer/catalog.hpp"
#include "tap_pinterest/singer/state.hpp"

namespace tap_pinterest::singer {

// With the schema of the flattened records. Throws as flatten() does.
std::string schema_line(const SelectedStream& stream, const Flattening& flattening = {});
std::string state_line(const State& state);

// What stands before and after the record object in a RECORD line; made once an answer, since all of its
// records were extracted at the same time. `time_extracted` is RFC 3339 UTC.
std::string record_prefix(std::string_view stream);
std::string record_suffix(std::string_view time_extracted);

}  // namespace tap_pinterest::singer
