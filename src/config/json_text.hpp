// JSON from people: parsed with limits, and with a place instead of a quotation when it is broken.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tap_pinterest::config {

using Json = nlohmann::ordered_json;

// Nothing, and the reason in `problem` ("is not valid JSON at line 3, column 7"), if `text` cannot be used.
std::optional<Json> parse_json(std::string_view text, std::string& problem);

// null or "", which is the same as leaving a setting out.
bool is_unset(const Json& value);

// A name from outside, fit for one line of a message: printable ASCII, not too long.
std::string printable(std::string_view name);

}  // namespace tap_pinterest::config
