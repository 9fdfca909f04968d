#include "tap_pinterest/singer/select_patterns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "schema_types.hpp"
#include "tap_pinterest/singer/stream_metadata.hpp"
#include "tap_pinterest/util/nearest.hpp"
#include "tap_pinterest/util/trim.hpp"

namespace tap_pinterest::singer {
namespace {

struct Pattern {
  std::string text;  // as it was written
  bool excludes = false;
  std::string stream;
  std::string field;  // empty: the stream itself
};

struct Field {
  Breadcrumb breadcrumb;
  std::string path;  // "metrics.CTR"
};

bool is_match(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), FNM_NOESCAPE) == 0;
}

Pattern parse(std::string text) {
  Pattern pattern{.text = text, .excludes = text.starts_with('!'), .stream = {}, .field = {}};
  if (pattern.excludes) text.erase(0, 1);
  const std::size_t dot = text.find('.');
  pattern.stream = text.substr(0, dot);
  if (dot != std::string::npos) pattern.field = text.substr(dot + 1);
  return pattern;
}

std::vector<Pattern> parse_all(const std::vector<std::string>& arguments) {
  std::vector<Pattern> patterns;
  for (std::string_view rest : arguments) {
    while (!rest.empty()) {
      std::string_view item = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(item.size() + 1, rest.size()));
      item = util::trim(item);
      if (!item.empty()) patterns.push_back(parse(std::string(item)));
    }
  }
  return patterns;
}

void append_fields(const Json& schema, const Field& parent, std::vector<Field>& fields) {
  const Json* const properties = schema.is_object() ? find_object(schema, "properties") : nullptr;
  if (properties == nullptr) return;
  for (const auto& [name, below] : properties->items()) {
    Field field = parent;
    field.breadcrumb.emplace_back("properties");
    field.breadcrumb.push_back(name);
    field.path += (field.path.empty() ? "" : ".") + name;
    if (std::ranges::find(fields, field.path, &Field::path) == fields.end()) fields.push_back(field);
    append_fields(below, field, fields);
  }
}

// Whether the pattern names the field or one that it is inside of.
bool covers(const Pattern& pattern, const std::string& path) {
  for (std::size_t end = path.find('.'); end != std::string::npos; end = path.find('.', end + 1)) {
    if (is_match(pattern.field, path.substr(0, end))) return true;
  }
  return is_match(pattern.field, path);
}

void set_selected(Json& entry, const Breadcrumb& breadcrumb, bool selected) {
  Json& metadata = entry["metadata"];
  if (metadata.is_null()) metadata = Json::array();
  if (!metadata.is_array()) return;  // a problem of the catalog, found when it is read
  const auto is_place = [&](const Json& item) {
    return item.is_object() && item.contains("breadcrumb") && item["breadcrumb"] == Json(breadcrumb) &&
           item.contains("metadata") && item["metadata"].is_object();
  };
  const auto found = std::ranges::find_if(metadata, is_place);
  if (found != metadata.end()) {
    (*found)["metadata"]["selected"] = selected;
  } else {
    metadata.push_back({{"breadcrumb", breadcrumb}, {"metadata", {{"selected", selected}}}});
  }
}

// A stream of the catalog with all that can be said of it.
struct Stream {
  std::string id;
  Json* entry;
  std::vector<Field> fields;
  std::vector<std::string> keys;
};

std::vector<Stream> streams_of(Json& catalog, const std::vector<StreamDescription>& descriptions) {
  std::vector<Stream> streams;
  if (!catalog.is_object() || !catalog.contains("streams") || !catalog["streams"].is_array()) return streams;
  for (Json& entry : catalog["streams"]) {
    const auto id = entry.is_object() ? entry.find("tap_stream_id") : entry.end();
    if (id == entry.end() || !id->is_string()) continue;
    Stream stream{.id = id->get<std::string>(), .entry = &entry, .fields = {}, .keys = {}};
    const auto known = std::ranges::find(descriptions, stream.id, &StreamDescription::id);
    if (known != descriptions.end()) {
      append_fields(known->schema, {}, stream.fields);
      stream.keys = known->key_properties;
      stream.keys.push_back(known->replication_key);
    }
    if (entry.contains("schema")) append_fields(entry["schema"], {}, stream.fields);
    streams.push_back(std::move(stream));
  }
  return streams;
}

// What the patterns say of one stream.
class Choice {
 public:
  Choice(const std::vector<Pattern>& patterns, const Stream& stream) : stream_(stream) {
    for (const Pattern& pattern : patterns) {
      if (!pattern.excludes) any_included_ = true;
      if (!is_match(pattern.stream, stream.id)) continue;
      const bool whole = pattern.field.empty();
      if (pattern.excludes) {
        if (whole || pattern.field == "*") is_excluded_ = true;
        excluded_.push_back(&pattern);
      } else {
        is_included_ = true;
        if (whole) {
          keeps_fields_ = true;
        } else {
          included_.push_back(&pattern);
        }
      }
    }
  }

  void write() const {
    if (is_excluded_ || any_included_) set_selected(*stream_.entry, {}, is_included_ && !is_excluded_);
    for (const Field& field : stream_.fields) {
      if (field.breadcrumb.size() == 2 && std::ranges::find(stream_.keys, field.path) != stream_.keys.end()) {
        continue;
      }
      if (const auto selected = decide(field)) set_selected(*stream_.entry, field.breadcrumb, *selected);
    }
  }

 private:
  static bool any_covers(const std::vector<const Pattern*>& patterns, const std::string& path) {
    return std::ranges::any_of(patterns, [&](const Pattern* pattern) { return covers(*pattern, path); });
  }

  bool is_wanted(const std::string& path) const {
    return any_covers(included_, path) && !any_covers(excluded_, path);
  }

  // Nothing where the catalog's own word stands.
  std::optional<bool> decide(const Field& field) const {
    if (any_covers(excluded_, field.path)) return false;
    if (included_.empty()) return std::nullopt;
    const bool holds_wanted = std::ranges::any_of(stream_.fields, [&](const Field& other) {
      return other.path.starts_with(field.path + ".") && is_wanted(other.path);
    });
    if (holds_wanted || is_wanted(field.path)) return true;
    return keeps_fields_ ? std::nullopt : std::optional(false);
  }

  const Stream& stream_;
  std::vector<const Pattern*> included_;  // those that name fields
  std::vector<const Pattern*> excluded_;
  bool any_included_ = false;  // of any stream
  bool is_included_ = false;
  bool is_excluded_ = false;
  bool keeps_fields_ = false;
};

// The whole name of a field that was named by its last part alone.
std::string field_that_ends_in(const std::string& name, const std::vector<std::string>& paths) {
  const auto found =
      std::ranges::find_if(paths, [&](const std::string& path) { return path.ends_with("." + name); });
  return found == paths.end() ? std::string() : *found;
}

std::string nearest_of(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  return std::string(util::nearest(word, names).value_or(""));
}

// Nothing if the pattern matches something.
std::string problem_of(const Pattern& pattern, const std::vector<Stream>& streams) {
  std::vector<std::string> ids;
  std::vector<std::string> paths;
  std::string first_match;
  for (const Stream& stream : streams) {
    ids.push_back(stream.id);
    if (!is_match(pattern.stream, stream.id)) continue;
    if (first_match.empty()) first_match = stream.id;
    for (const Field& field : stream.fields) paths.push_back(field.path);
  }
  const auto is_named = [&](const std::string& path) { return is_match(pattern.field, path); };
  if (!first_match.empty() && (pattern.field.empty() || std::ranges::any_of(paths, is_named))) return {};

  std::string meant;
  if (first_match.empty()) {
    meant = nearest_of(pattern.stream, ids);
    if (meant.empty()) {
      return fmt::format("'{}' matches nothing; the streams are {}", pattern.text, fmt::join(ids, ", "));
    }
    if (!pattern.field.empty()) meant += "." + pattern.field;
  } else {
    std::string field = field_that_ends_in(pattern.field, paths);
    if (field.empty()) field = nearest_of(pattern.field, paths);
    if (field.empty()) {
      return fmt::format("'{}' matches nothing; --discover lists the fields of {}", pattern.text,
                         first_match);
    }
    meant = first_match + "." + field;
  }
  return fmt::format("'{}' matches nothing; did you mean '{}{}'?", pattern.text, pattern.excludes ? "!" : "",
                     meant);
}

}  // namespace

std::vector<std::string> apply_patterns(const std::vector<std::string>& patterns,
                                        const std::vector<StreamDescription>& streams, Json& catalog) {
  const std::vector<Pattern> parsed = parse_all(patterns);
  if (parsed.empty()) return {"it contains no pattern; name a stream, as in --select ad_analytics"};
  const std::vector<Stream> there = streams_of(catalog, streams);
  std::vector<std::string> problems;
  for (const Pattern& pattern : parsed) {
    if (std::string problem = problem_of(pattern, there); !problem.empty()) {
      problems.push_back(std::move(problem));
    }
  }
  for (const Stream& stream : there) Choice(parsed, stream).write();
  return problems;
}

}  // namespace tap_pinterest::singer
