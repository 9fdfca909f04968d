#include "tap_pinterest/singer/catalog.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "tap_pinterest/singer/flattening.hpp"
#include "tap_pinterest/singer/schema_filter.hpp"
#include "tap_pinterest/singer/stream_metadata.hpp"
#include "tap_pinterest/util/nearest.hpp"

namespace tap_pinterest::singer {
namespace {

constexpr std::string_view kFullTable = "FULL_TABLE";
constexpr std::string_view kIncremental = "INCREMENTAL";

std::string quote(std::string_view text) { return fmt::format("'{}'", text); }

// Keys and replication key: they cannot be deselected.
std::vector<std::string> automatic_fields(const StreamDescription& stream) {
  std::vector<std::string> names = stream.key_properties;
  if (!stream.replication_key.empty()) names.push_back(stream.replication_key);
  return names;
}

// Every property at every depth; tools take one without metadata for automatic. Fields inside of array
// elements have no metadata of their own in Singer.
void append_field_metadata(Json& metadata, const Json& schema, const Breadcrumb& parent,
                           const std::vector<std::string>& automatic) {
  const auto properties = schema.find("properties");
  if (properties == schema.end()) return;
  for (const auto& [name, field] : properties->items()) {
    Breadcrumb breadcrumb = parent;
    breadcrumb.emplace_back("properties");
    breadcrumb.push_back(name);
    const bool is_automatic =
        parent.empty() && std::find(automatic.begin(), automatic.end(), name) != automatic.end();
    Json values;
    if (is_automatic) {
      values["inclusion"] = "automatic";
    } else {
      values["inclusion"] = "available";
      values["selected-by-default"] = !parent.empty() || name != kAdditionalFields;
    }
    metadata.push_back({{"breadcrumb", breadcrumb}, {"metadata", std::move(values)}});
    append_field_metadata(metadata, field, breadcrumb, automatic);
  }
}

Json stream_metadata(const StreamDescription& stream) {
  Json values;
  values["inclusion"] = "available";
  values[stream.selected_by_default ? "selected" : "selected-by-default"] = stream.selected_by_default;
  values["table-key-properties"] = stream.key_properties;
  values["valid-replication-keys"] = Json::array();
  if (stream.replication_key.empty()) {
    values["forced-replication-method"] = kFullTable;
  } else {
    values["valid-replication-keys"].push_back(stream.replication_key);
  }
  Json metadata = Json::array();
  metadata.push_back({{"breadcrumb", Json::array()}, {"metadata", std::move(values)}});
  append_field_metadata(metadata, stream.schema, {}, automatic_fields(stream));
  return metadata;
}

SelectedStream select_whole(const StreamDescription& stream) {
  const bool incremental = !stream.replication_key.empty();
  SelectedStream selected{stream.id, stream.schema, stream.key_properties,
                          incremental ? ReplicationMethod::incremental : ReplicationMethod::full_table,
                          stream.replication_key};
  selected.schema["properties"].erase(std::string(kAdditionalFields));
  return selected;
}

// A member that is there and not null.
const Json* find_value(const Json& object, std::string_view name) {
  const auto member = object.find(name);
  return member == object.end() || member->is_null() ? nullptr : &*member;
}

// Reads one entry of the catalog.
class EntryReader {
 public:
  EntryReader(std::string id, const Json& entry) : id_(std::move(id)), entry_(entry) {
    metadata_ = StreamMetadata::parse(entry, problems_);
  }

  bool is_selected() const {
    const Json* const schema = find_value(entry_, "schema");
    if (const auto decision = metadata_.decides({}, schema == nullptr ? Json() : *schema)) return *decision;
    const Json* const selected = find_value(entry_, "selected");
    return selected != nullptr && parse_flag(*selected).value_or(false);
  }

  SelectedStream read(const StreamDescription& stream) {
    SelectedStream result = select_whole(stream);
    read_name();
    read_keys(stream);
    read_replication(stream, result);
    read_schema(stream, result);
    return result;
  }

  // Sentences that begin with the stream's name.
  std::vector<std::string> warnings() const { return with_name(warnings_); }
  std::vector<std::string> problems() const { return with_name(problems_); }

 private:
  std::vector<std::string> with_name(const std::vector<std::string>& sentences) const {
    std::vector<std::string> result;
    result.reserve(sentences.size());
    for (const std::string& sentence : sentences) result.push_back("stream " + quote(id_) + ": " + sentence);
    return result;
  }

  // The metadata wins over the entry's own field.
  const Json* find_setting(std::string_view in_metadata, std::string_view in_entry) const {
    const Json* const value = metadata_.find({}, in_metadata);
    return value != nullptr ? value : find_value(entry_, in_entry);
  }

  void read_name() {
    const Json* const name = find_value(entry_, "stream");
    if (name != nullptr && *name != id_) {
      warnings_.push_back("the name " + name->dump() + " in 'stream' is not used, records are written as " +
                          quote(id_));
    }
  }

  void read_keys(const StreamDescription& stream) {
    for (const Json* const value :
         {metadata_.find({}, "table-key-properties"), find_value(entry_, "key_properties")}) {
      if (value == nullptr) continue;
      const Json expected = stream.key_properties;
      if (!value->is_array() ||
          !std::is_permutation(value->begin(), value->end(), expected.begin(), expected.end())) {
        problems_.push_back("its key_properties cannot be changed to " + value->dump() + ", they are " +
                            expected.dump());
      }
    }
  }

  void read_replication(const StreamDescription& stream, SelectedStream& result) {
    if (const Json* const method = find_setting("replication-method", "replication_method")) {
      if (*method == kFullTable) {
        result.method = ReplicationMethod::full_table;
      } else if (*method != kIncremental) {
        problems_.push_back("its replication-method cannot be " + method->dump() + ", only FULL_TABLE" +
                            (stream.replication_key.empty() ? "" : " or INCREMENTAL"));
      } else if (stream.whole_by_configuration) {
        warnings_.emplace_back(
            "it is written whole (FULL_TABLE), because this configuration gives it no bookmark");
      } else if (stream.replication_key.empty()) {
        problems_.emplace_back("its replication-method cannot be INCREMENTAL: it has no replication key");
      }
    }
    if (result.method == ReplicationMethod::full_table) {
      result.replication_key.clear();
      return;
    }
    const Json* const key = find_setting("replication-key", "replication_key");
    if (key != nullptr && *key != stream.replication_key) {
      problems_.push_back("field " + key->dump() + " cannot be its replication key, that is " +
                          quote(stream.replication_key));
    }
  }

  void read_schema(const StreamDescription& stream, SelectedStream& result) {
    const Json* schema = find_value(entry_, "schema");
    if (schema == nullptr) schema = &stream.schema;
    if (!schema->is_object() || !schema->contains("properties") || !schema->at("properties").is_object()) {
      problems_.emplace_back("its schema is not an object with properties");
      return;
    }
    std::vector<std::string> automatic = result.key_properties;
    if (!result.replication_key.empty()) automatic.push_back(result.replication_key);
    SchemaFilter filter(stream.schema, automatic, metadata_);
    result.schema = filter.filter(*schema, stream.configured_object);
    warnings_.insert(warnings_.end(), filter.warnings().begin(), filter.warnings().end());
    problems_.insert(problems_.end(), filter.problems().begin(), filter.problems().end());
    try {
      const Projection compiled(result.schema, stream.schema);
    } catch (const std::invalid_argument& error) {
      problems_.emplace_back(error.what());
    }
  }

  std::string id_;
  const Json& entry_;
  StreamMetadata metadata_;
  std::vector<std::string> warnings_;
  std::vector<std::string> problems_;
};

void append(std::vector<std::string>& to, std::vector<std::string> from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

std::string unknown_stream(const std::string& id, const std::vector<StreamDescription>& streams) {
  std::vector<std::string_view> known;
  known.reserve(streams.size());
  for (const StreamDescription& stream : streams) known.emplace_back(stream.id);
  return fmt::format("stream '{}': selected in the catalog, but this tap has no such stream; it has {}{}", id,
                     fmt::join(known, ", "), util::did_you_mean(id, known));
}

using SelectedById = std::map<std::string, SelectedStream>;

void read_entry(const Json& entry, const std::string& id, const std::vector<StreamDescription>& streams,
                Selection& selection, SelectedById& selected) {
  EntryReader reader(id, entry);
  if (reader.is_selected()) {
    const auto stream = std::find_if(streams.begin(), streams.end(),
                                     [&](const StreamDescription& candidate) { return candidate.id == id; });
    if (stream == streams.end()) {
      selection.problems.push_back(unknown_stream(id, streams));
    } else {
      selected.emplace(id, reader.read(*stream));
    }
  }
  append(selection.warnings, reader.warnings());
  append(selection.problems, reader.problems());
}

void read_catalog(const Json& catalog, const std::vector<StreamDescription>& streams, Selection& selection) {
  const Json* const entries = catalog.is_object() ? find_value(catalog, "streams") : nullptr;
  if (entries == nullptr || !entries->is_array()) {
    selection.problems.emplace_back("the catalog is not an object with a list 'streams'");
    return;
  }
  std::set<std::string> seen;
  SelectedById selected;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const Json& entry = (*entries)[i];
    const Json* const id = entry.is_object() ? find_value(entry, "tap_stream_id") : nullptr;
    if (id == nullptr || !id->is_string()) {
      selection.problems.push_back("streams[" + std::to_string(i) + "] of the catalog has no tap_stream_id");
    } else if (!seen.insert(id->get<std::string>()).second) {
      selection.problems.push_back("stream " + quote(id->get<std::string>()) +
                                   ": it is in the catalog twice");
    } else {
      read_entry(entry, id->get<std::string>(), streams, selection, selected);
    }
  }
  for (const StreamDescription& stream : streams) {
    const auto found = selected.find(stream.id);
    if (found != selected.end()) selection.streams.push_back(std::move(found->second));
  }
}

void check_columns(const Flattening& flattening, Selection& selection) {
  for (const SelectedStream& stream : selection.streams) {
    try {
      flatten(stream.schema, flattening);
    } catch (const std::invalid_argument& error) {
      selection.problems.push_back("stream " + quote(stream.id) + ": " + error.what());
    }
  }
}

}  // namespace

Json discover(const std::vector<StreamDescription>& streams) {
  Json entries = Json::array();
  for (const StreamDescription& stream : streams) {
    Json entry;
    entry["tap_stream_id"] = stream.id;
    entry["stream"] = stream.id;
    entry["key_properties"] = stream.key_properties;
    if (stream.replication_key.empty()) {
      entry["replication_method"] = kFullTable;
    } else {
      entry["replication_method"] = kIncremental;
      entry["replication_key"] = stream.replication_key;
    }
    entry["schema"] = stream.schema;
    entry["metadata"] = stream_metadata(stream);
    entries.push_back(std::move(entry));
  }
  Json catalog;
  catalog["streams"] = std::move(entries);
  return catalog;
}

Selection select(const std::vector<StreamDescription>& streams, const Json* catalog,
                 const Flattening& flattening) {
  Selection selection;
  if (catalog == nullptr) {
    for (const StreamDescription& stream : streams) {
      if (stream.selected_by_default) selection.streams.push_back(select_whole(stream));
    }
  } else {
    read_catalog(*catalog, streams, selection);
  }
  if (selection.problems.empty()) check_columns(flattening, selection);
  return selection;
}

}  // namespace tap_pinterest::singer
