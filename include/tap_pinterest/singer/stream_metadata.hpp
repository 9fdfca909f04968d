// The metadata of one stream in a catalog: what was said about the stream and about each of its fields.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::singer {

// The way to a field: {"properties", "metrics", "properties", "CTR"}; empty for the stream itself.
using Breadcrumb = std::vector<std::string>;

class StreamMetadata {
 public:
  // Reads the `metadata` of a catalog entry; appends a sentence to `problems` for each part of it that is
  // malformed.
  static StreamMetadata parse(const Json& entry, std::vector<std::string>& problems);

  // A value, or null if it is absent or JSON's null.
  const Json* find(const Breadcrumb& breadcrumb, std::string_view keyword) const;

  // Whether the user or the tap has said that a field is in or out, and nothing if the parent decides.
  // `schema` is the field's own, where old catalogs keep `inclusion` and `selected`.
  std::optional<bool> decides(const Breadcrumb& breadcrumb, const Json& schema) const;

  // Whether the user has said so.
  std::optional<bool> selected(const Breadcrumb& breadcrumb) const;

 private:
  std::map<Breadcrumb, Json> values_;
};

// Booleans, and the strings "true" and "false" that some tools write instead.
std::optional<bool> parse_flag(const Json& value);

}  // namespace tap_pinterest::singer
