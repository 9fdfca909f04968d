// Takes what is deselected out of a catalog's schema, and holds the rest against what the tap can write.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/singer/projection.hpp"
#include "tap_pinterest/singer/stream_metadata.hpp"

namespace tap_pinterest::singer {

class SchemaFilter {
 public:
  // `known` is the tap's own schema of the stream; `automatic` its fields that cannot be deselected.
  // All three must outlive the filter.
  SchemaFilter(const Json& known, const std::vector<std::string>& automatic, const StreamMetadata& metadata);

  // The catalog's schema without what is deselected or unknown to the tap. Automatic fields that it lacks are
  // added, and so are properties of `configured_object`. `schema` must have `properties`.
  Json filter(const Json& schema, std::string_view configured_object);

  const std::vector<std::string>& warnings() const { return warnings_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  // A field on its way through the filter.
  struct Place {
    Breadcrumb breadcrumb;
    std::string path;  // "a.b[].c"
  };

  std::optional<Json> filter_field(const Json& schema, const Json& known_parent, const Place& place);
  std::optional<Json> filter_node(const Json& schema, const Json& known, const Place& place);
  Json filter_properties(const Json& schema, const Json& known, const Place& place);
  void add_configured(Json& kept, const Json& schema, const Json& known, const Place& place);
  void add_automatic(Json& properties);
  bool is_automatic(const Breadcrumb& breadcrumb) const;
  void warn_of_orphans(const Json& schema, const Place& place);
  void warn_of_lists();

  const Json& known_;
  const std::vector<std::string>& automatic_;
  const StreamMetadata& metadata_;
  std::string configured_object_;
  std::vector<std::string> unknown_;
  std::vector<std::string> added_;
  std::vector<std::string> warnings_;
  std::vector<std::string> problems_;
};

}  // namespace tap_pinterest::singer
