// The JSON Schemas of schemas/, embedded in the binary when it is built.
#pragma once

#include <string_view>

namespace tap_pinterest::pinterest {

// The text of schemas/STREAM.json, or an empty view if there is no such file.
std::string_view schema_text(std::string_view stream);

}  // namespace tap_pinterest::pinterest
