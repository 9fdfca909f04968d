#include "tap_pinterest/singer/flattening.hpp"

#include <stdexcept>

#include "schema_types.hpp"

namespace tap_pinterest::singer {
namespace {

void add_columns(const Json& properties, const std::string& parent, int depth, const Flattening& flattening,
                 Json& columns) {
  for (const auto& [name, field] : properties.items()) {
    const std::string column = column_name(parent, name, flattening);
    const Column kind = column_kind(field, depth, flattening);
    if (kind == Column::spread) {
      add_columns(field.at("properties"), column, depth + 1, flattening, columns);
      continue;
    }
    if (columns.contains(column)) {
      throw std::invalid_argument("two fields become the column '" + column +
                                  "': choose another flattening_separator");
    }
    const Json text = {{"type", has_type(field, "null") ? Json{"string", "null"} : Json("string")}};
    columns[column] = kind == Column::text ? text : field;
  }
}

}  // namespace

Json flatten(const Json& schema, const Flattening& flattening) {
  if (flattening.max_depth == 0) return schema;
  Json columns = Json::object();
  add_columns(schema.at("properties"), "", 0, flattening, columns);
  Json flat = schema;
  flat["properties"] = std::move(columns);
  filter_required(flat);
  return flat;
}

Column column_kind(const Json& field, int depth, const Flattening& flattening) {
  if (flattening.max_depth == 0) return Column::plain;
  const bool is_object = has_type(field, "object");
  const bool is_array = has_type(field, "array");
  if (is_object && !is_array && find_object(field, "properties") != nullptr && depth < flattening.max_depth) {
    return Column::spread;
  }
  return is_object || is_array ? Column::text : Column::plain;
}

std::string column_name(std::string_view parent, std::string_view name, const Flattening& flattening) {
  std::string column(parent);
  if (!parent.empty()) column += flattening.separator;
  column += name;
  return column;
}

}  // namespace tap_pinterest::singer
