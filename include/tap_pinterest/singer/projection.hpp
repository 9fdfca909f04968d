// A schema with its selection, compiled once, and the builder that turns tokens into records of that shape.
#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/singer/json_reader.hpp"

namespace tap_pinterest::singer {

using Json = nlohmann::ordered_json;

// Which nested fields become columns of their own; see flattening.hpp.
struct Flattening {
  int max_depth = 0;  // levels of objects that are spread; 0: records stay nested
  std::string separator = "__";
};

// The top-level property (a free object) that takes what the API sends and the schema lacks: each value by
// its path ("new", "owner.new", "items[2].new"), null if there is none. It costs nothing unless it is
// selected.
inline constexpr std::string_view kAdditionalFields = "additional_fields";

// A tree of the schema's shape. Immutable; shared by all threads.
class Projection {
 public:
  // `selected` is the schema of the record that is written: what is deselected is already gone from it.
  // `known` is the schema with everything the API is known to send: a field in `known` but not in `selected`
  // is dropped silently, one in neither is reported as unknown, and kept if kAdditionalFields is selected.
  // Records are rendered flat if `flattening` says so. Throws std::invalid_argument, naming the field, for a
  // schema that cannot be compiled ($ref, anyOf, no type, ...).
  Projection(const Json& selected, const Json& known, const Flattening& flattening = {});
  ~Projection();
  Projection(Projection&&) noexcept;
  Projection& operator=(Projection&&) noexcept;

  // The position of a top-level property, for RecordBuilder::value.
  std::optional<std::size_t> index_of(std::string_view property) const;
  // The place of a property of a top-level object, for RecordBuilder::scalar_at; nothing if there is none.
  std::optional<std::size_t> place_of(std::string_view object, std::string_view property) const;

  struct Node;
  const Node& root() const { return *root_; }

 private:
  std::unique_ptr<Node> root_;
};

// Builds one record at a time from the tokens of one JSON object: begin_object() first, end_object() last.
// An object's slots are written in schema order, absent ones null; a repeated key clears its node, so that
// the last wins; an array appends each finished element; an object without `properties` copies its tokens;
// null for an object is null. Not safe for several threads at once; memory is reused from record to record.
//
// A value is made to fit its declared type where that loses nothing: "5" or 5.0 for an integer, 5 or 5.0 for
// a string, "1.10" for a number, "true" for a boolean, Unix seconds or any date-time for a string of format
// date-time (0 becomes null). What does not fit becomes null and is reported.
//
// Between two pieces of a text that is read (JsonReader::read), keep() has to be called.
class RecordBuilder final : public JsonSink {
 public:
  explicit RecordBuilder(const Projection& projection);
  ~RecordBuilder() override;

  // Forgets the record in hand.
  void clear();
  // Copies what of the record in hand still lies in the text that is being read.
  void keep();

  void begin_object() override;
  void end_object() override;
  void begin_array() override;
  void end_array() override;
  void key(std::string_view name) override;
  void scalar(Token token) override;

  // Sets a top-level property of the record in hand, between its values, by its position.
  void set(std::size_t index, Token token);

  // Writes the finished record as a JSON object to `to`, where there are most_bytes() of room, and returns
  // where it ends.
  char* render(char* to) const;
  std::size_t most_bytes() const;
  // Appends it.
  void render(std::string& out) const;
  // The JSON text of a top-level property of the finished record ("null" if it is absent), by its position.
  std::string_view value(std::size_t index) const;
  // The JSON text of a scalar in the finished record, by Projection::place_of; empty if it is null or absent.
  // Its object must have begun.
  std::string_view scalar_at(std::size_t place) const;

  // Fields (dotted names, "items[]" for elements) whose value did not fit in the record in hand.
  const std::vector<std::string>& misfits() const;
  // Fields that neither schema knows, each once in the life of this builder, whether they are kept or not.
  const std::vector<std::string>& unknown_fields() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tap_pinterest::singer
