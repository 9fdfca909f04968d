// Discovery and selection: what a tap can give, and what a catalog asks of it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::singer {

enum class ReplicationMethod { full_table, incremental };

// A stream as the tap knows it.
struct StreamDescription {
  std::string id;
  Json schema;
  std::vector<std::string> key_properties;
  // The replication key; empty if the stream can only be FULL_TABLE (forced in the metadata).
  std::string replication_key;
  // There is no replication key only because of the configuration: INCREMENTAL in a catalog from before is no
  // mistake then, and gets a warning.
  bool whole_by_configuration = false;
  // A top-level object whose properties come from the configuration ("metrics"): one that an old catalog
  // lacks is added to the catalog's schema with a warning. Empty for none.
  std::string configured_object;
  // Discovery selects it, and a run without a catalog reads it.
  bool selected_by_default = true;
};

// A stream as the catalog selects it.
struct SelectedStream {
  std::string id;
  // The schema for the SCHEMA line: the catalog's own, without what is deselected.
  Json schema;
  std::vector<std::string> key_properties;
  ReplicationMethod method = ReplicationMethod::full_table;
  std::string replication_key;  // empty if the method is FULL_TABLE
};

struct Selection {
  std::vector<SelectedStream> streams;  // in the order of the tap's own table
  std::vector<std::string> warnings;
  std::vector<std::string> problems;  // not empty: the catalog cannot be used
};

// The catalog that --discover prints.
Json discover(const std::vector<StreamDescription>& streams);

// Applies a catalog. Without a catalog (null) the streams selected by default are read whole, but for
// kAdditionalFields. That the records can be flattened is checked too, but schemas stay nested here.
Selection select(const std::vector<StreamDescription>& streams, const Json* catalog,
                 const Flattening& flattening = {});

}  // namespace tap_pinterest::singer
