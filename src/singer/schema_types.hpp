// Questions to a JSON Schema.
#pragma once

#include <string_view>

#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::singer {

// A member that is an object, or null.
const Json* find_object(const Json& schema, std::string_view keyword);

// Whether `type` is or contains this name.
bool has_type(const Json& schema, std::string_view name);

// Takes names out of `required` that `properties` does not have (any more).
void filter_required(Json& schema);

}  // namespace tap_pinterest::singer
