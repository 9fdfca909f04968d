// Nested fields as columns of their own, the way the Meltano SDK does it: {"owner": {"id": 1}} becomes
// {"owner__id": 1}.
#pragma once

#include <string>
#include <string_view>

#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::singer {

// The schema of flattened records: objects down to `max_depth` are spread over columns, and deeper ones and
// all arrays are JSON in a string. Names and types are those of flatten_schema() of the Meltano SDK
// (singer_sdk 0.54), but names are not shortened: its limit is 255 characters. `schema` as it is if nothing
// is flattened. Throws std::invalid_argument, naming the column, if two fields would become the same one.
Json flatten(const Json& schema, const Flattening& flattening);

// How one field is written.
enum class Column {
  plain,   // as it is
  spread,  // its members are columns
  text,    // an object or array as JSON in a string
};
// `depth` counts from 0, the top level.
Column column_kind(const Json& field, int depth, const Flattening& flattening);

// The name of a field's column; `parent` is that of the object around it, empty at the top level.
std::string column_name(std::string_view parent, std::string_view name, const Flattening& flattening);

}  // namespace tap_pinterest::singer
