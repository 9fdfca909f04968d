// Streams as a catalog would select them: whole.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/singer/catalog.hpp"

namespace tap_pinterest::fakes {

inline singer::SelectedStream selected_stream(std::string_view id, const config::Config& config) {
  auto description = pinterest::describe(*pinterest::find_stream(id), config);
  return {.id = description.id,
          .schema = std::move(description.schema),
          .key_properties = std::move(description.key_properties),
          .method = description.replication_key.empty() ? singer::ReplicationMethod::full_table
                                                        : singer::ReplicationMethod::incremental,
          .replication_key = description.replication_key};
}

// In the order of the tap's own table.
inline singer::Selection select_streams(const std::vector<std::string_view>& ids,
                                        const config::Config& config) {
  singer::Selection selection;
  for (const pinterest::StreamDefinition& stream : pinterest::streams()) {
    if (std::ranges::find(ids, stream.id) == ids.end()) continue;
    selection.streams.push_back(selected_stream(stream.id, config));
  }
  return selection;
}

}  // namespace tap_pinterest::fakes
