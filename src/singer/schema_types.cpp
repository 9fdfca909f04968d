#include "schema_types.hpp"

#include <algorithm>
#include <utility>

namespace tap_pinterest::singer {

const Json* find_object(const Json& schema, std::string_view keyword) {
  if (!schema.is_object()) return nullptr;
  const auto value = schema.find(keyword);
  return value == schema.end() || !value->is_object() ? nullptr : &*value;
}

bool has_type(const Json& schema, std::string_view name) {
  if (!schema.is_object() || !schema.contains("type")) return false;
  const Json& type = schema.at("type");
  if (!type.is_array()) return type == name;
  return std::find(type.begin(), type.end(), name) != type.end();
}

void filter_required(Json& schema) {
  const auto required = schema.find("required");
  if (required == schema.end() || !required->is_array()) return;
  Json kept = Json::array();
  for (const Json& name : *required) {
    if (name.is_string() && schema.at("properties").contains(name.get<std::string>())) kept.push_back(name);
  }
  if (kept.empty()) {
    schema.erase("required");  // Draft 4 does not allow an empty list
  } else {
    *required = std::move(kept);
  }
}

}  // namespace tap_pinterest::singer
