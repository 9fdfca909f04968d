#include "tap_pinterest/singer/schema_filter.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "schema_types.hpp"
#include "tap_pinterest/util/nearest.hpp"

namespace tap_pinterest::singer {
namespace {

bool has_scalar_type(const Json& schema) {
  constexpr std::array kScalars{"boolean", "integer", "number", "string"};
  return std::any_of(kScalars.begin(), kScalars.end(),
                     [&](const char* name) { return has_type(schema, name); });
}

// Whether what the API sends for `known` can be written as `schema`: scalars can be converted into each
// other, objects and arrays cannot be anything else.
bool can_become(const Json& known, const Json& schema) {
  if (has_type(known, "object") && has_type(schema, "object")) return true;
  if (has_type(known, "array") && has_type(schema, "array")) return true;
  return has_scalar_type(known) && has_scalar_type(schema);
}

// Old catalogs keep selection in the schema; it is none of a target's business.
Json without_selection(const Json& schema) {
  Json result = schema;
  if (!result.is_object()) return result;
  result.erase("selected");
  result.erase("inclusion");
  return result;
}

Breadcrumb step(Breadcrumb breadcrumb, const std::string& name) {
  breadcrumb.emplace_back("properties");
  breadcrumb.push_back(name);
  return breadcrumb;
}

std::string join(const std::vector<std::string>& names) {
  std::string result;
  for (const std::string& name : names) result += (result.empty() ? "'" : ", '") + name + "'";
  return result;
}

}  // namespace

SchemaFilter::SchemaFilter(const Json& known, const std::vector<std::string>& automatic,
                           const StreamMetadata& metadata)
    : known_(known), automatic_(automatic), metadata_(metadata) {}

Json SchemaFilter::filter(const Json& schema, std::string_view configured_object) {
  configured_object_ = configured_object;
  Json result = filter_properties(schema, known_, {});
  add_automatic(result["properties"]);
  warn_of_lists();
  return result;
}

// One warning for all such fields: columns that left the configuration can be many.
void SchemaFilter::warn_of_lists() {
  if (!unknown_.empty()) {
    warnings_.push_back("leaving out fields of the catalog that this tap does not have: " +
                        fmt::format("{}", fmt::join(unknown_, ", ")));
  }
  if (!added_.empty()) warnings_.push_back("adding fields that the catalog lacks: " + join(added_));
}

bool SchemaFilter::is_automatic(const Breadcrumb& breadcrumb) const {
  return breadcrumb.size() == 2 &&
         std::find(automatic_.begin(), automatic_.end(), breadcrumb.back()) != automatic_.end();
}

void SchemaFilter::add_automatic(Json& properties) {
  const Json* const known = find_object(known_, "properties");
  for (const std::string& name : automatic_) {
    if (properties.contains(name) || known == nullptr || !known->contains(name)) continue;
    properties[name] = known->at(name);
    added_.push_back(name);
  }
}

void SchemaFilter::add_configured(Json& kept, const Json& schema, const Json& known, const Place& place) {
  const Json* const known_properties = find_object(known, "properties");
  if (known_properties == nullptr) return;
  for (const auto& [name, field] : known_properties->items()) {
    if (schema.at("properties").contains(name)) continue;
    if (!metadata_.decides(step(place.breadcrumb, name), Json()).value_or(true)) continue;
    kept[name] = field;
    added_.push_back(place.path + '.' + name);
  }
}

Json SchemaFilter::filter_properties(const Json& schema, const Json& known, const Place& place) {
  Json kept = Json::object();
  for (const auto& [name, field] : schema.at("properties").items()) {
    const Place below{step(place.breadcrumb, name), place.path.empty() ? name : place.path + '.' + name};
    if (auto filtered = filter_field(field, known, below)) kept[name] = std::move(*filtered);
  }
  if (!configured_object_.empty() && place.path == configured_object_) {
    add_configured(kept, schema, known, place);
  }
  Json result = without_selection(schema);
  result["properties"] = std::move(kept);
  filter_required(result);
  return result;
}

std::optional<Json> SchemaFilter::filter_field(const Json& schema, const Json& known_parent,
                                               const Place& place) {
  const bool by_default = place.path != kAdditionalFields;
  if (!is_automatic(place.breadcrumb) && !metadata_.decides(place.breadcrumb, schema).value_or(by_default)) {
    warn_of_orphans(schema, place);
    return std::nullopt;
  }
  const Json* const siblings = find_object(known_parent, "properties");
  if (siblings == nullptr) return filter_node(schema, Json(), place);  // a free map: it may hold anything
  const auto known = siblings->find(place.breadcrumb.back());
  if (known == siblings->end()) {
    std::vector<std::string_view> names;
    for (const auto& [name, field] : siblings->items()) names.emplace_back(name);
    const auto meant = util::nearest(place.breadcrumb.back(), names);
    unknown_.push_back(meant ? fmt::format("'{}' (did you mean '{}'?)", place.path, *meant)
                             : fmt::format("'{}'", place.path));
    return std::nullopt;
  }
  return filter_node(schema, *known, place);
}

std::optional<Json> SchemaFilter::filter_node(const Json& schema, const Json& known, const Place& place) {
  // A schema without a type is refused later, by its compilation.
  if (known.is_object() && schema.is_object() && schema.contains("type") && !can_become(known, schema)) {
    problems_.push_back("field '" + place.path + "': its type cannot be changed from " +
                        known.at("type").dump() + " to " + schema.at("type").dump());
    return std::nullopt;
  }
  Json result = without_selection(schema);
  if (const Json* const properties = find_object(schema, "properties")) {
    const std::size_t unknown_before = unknown_.size();
    result = filter_properties(schema, known, place);
    if (result["properties"].empty() && !properties->empty()) {
      if (unknown_.size() - unknown_before < properties->size()) {
        warnings_.push_back("field '" + place.path +
                            "' is selected, but every field inside it is deselected; leaving it out");
      }
      return std::nullopt;
    }
  }
  if (const Json* const items = find_object(schema, "items")) {
    const Json* const known_items = find_object(known, "items");
    Place below{place.breadcrumb, place.path + "[]"};
    below.breadcrumb.emplace_back("items");
    auto filtered = filter_node(*items, known_items == nullptr ? Json() : *known_items, below);
    if (!filtered) return std::nullopt;
    result["items"] = std::move(*filtered);
  }
  return result;
}

// Whoever picks single fields of an object that is itself deselected gets none of them: that is the rule, but
// seldom the wish. All children selected is no such sign: deselecting an object does not touch them.
void SchemaFilter::warn_of_orphans(const Json& schema, const Place& place) {
  const Json* const properties = find_object(schema, "properties");
  if (properties == nullptr) return;
  std::vector<std::string> orphans;
  bool some_are_deselected = false;
  for (const auto& [name, unused] : properties->items()) {
    const auto selected = metadata_.selected(step(place.breadcrumb, name));
    if (selected == true) orphans.push_back(place.path + '.' + name);
    if (selected == false) some_are_deselected = true;
  }
  if (orphans.empty() || !some_are_deselected) return;
  warnings_.push_back("field '" + place.path +
                      "' is deselected, so what is selected inside it is left out: " + join(orphans) +
                      "; select '" + place.path + "' too");
}

}  // namespace tap_pinterest::singer
