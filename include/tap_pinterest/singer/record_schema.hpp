// A SCHEMA message's schema, compiled to hold records against it token by token.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/singer/json_reader.hpp"
#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::singer {

// Knows the keywords that the tap writes, and says which others there are.
class RecordSchema {
 public:
  enum class Format { none, date, date_time };
  struct Property;
  struct Node {
    unsigned types = 0;  // a bit for each of JSON Schema's types; 0 allows all
    Format format = Format::none;
    std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
    std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
    bool has_minimum = false;
    bool has_maximum = false;
    bool has_properties = false;
    std::vector<Property> properties;
    std::vector<Node> items;  // one or none
    std::optional<std::size_t> column;
  };
  struct Property {
    std::string name;
    Node node;
    bool is_required = false;
  };

  // `schema` is nested no deeper than kMaxJsonDepth.
  explicit RecordSchema(const Json& schema);

  const Node& root() const { return root_; }
  // The properties outside of lists, "metrics.CTR", in the schema's order.
  const std::vector<std::string>& columns() const { return columns_; }
  std::optional<std::size_t> find_column(std::string_view name) const;
  // What records cannot be held against, as "pattern" or "format email".
  const std::set<std::string>& unknown_keywords() const { return unknown_; }

 private:
  Node compile(const Json& schema, const std::string& path, bool is_in_list);
  void compile_properties(const Json& schema, const std::string& path, bool is_in_list, Node& node);
  void compile_bound(const Json& schema, const char* keyword, std::int64_t& bound, bool& has_bound);

  std::vector<std::string> columns_;
  std::set<std::string> unknown_;
  Node root_;
};

// Holds one record after the other against its schema, from the record's tokens. Reuses its memory.
class RecordCheck final : public JsonSink {
 public:
  // The tokens of a record follow, of which `schema` is; it must outlive the reading.
  void start(const RecordSchema& schema);

  void begin_object() override;
  void end_object() override;
  void begin_array() override;
  void end_array() override;
  void key(std::string_view name) override;
  void scalar(Token token) override;

  // What is wrong with the values, and which properties the schema does not have.
  const std::vector<std::string>& misfits() const { return misfits_; }
  const std::vector<std::string>& strangers() const { return strangers_; }
  // The scalar of a column; null where there is none.
  Token value(std::size_t column) const;
  // Equal for equal records only.
  std::string_view content() const { return content_; }

 private:
  struct Frame {
    const RecordSchema::Node* node = nullptr;  // null: anything may be in it
    bool is_list = false;
    std::size_t current = 0;  // the property whose value comes next; none if it is no property's position
    std::size_t seen = 0;     // where its properties begin in seen_
  };
  struct Span {
    TokenKind kind = TokenKind::null;
    std::size_t begin = 0;
    std::size_t length = 0;
  };

  const RecordSchema::Node* next_node() const;
  void open(unsigned type, bool is_list);
  void close();
  void append(char kind, std::string_view text);
  void add_misfit(std::string_view what);
  void check_scalar(Token token, const RecordSchema::Node& node);
  std::string path() const;

  const RecordSchema* schema_ = nullptr;
  std::vector<Frame> frames_;
  std::vector<bool> seen_;
  std::vector<Span> values_;
  std::string content_;
  std::vector<std::string> misfits_;
  std::vector<std::string> strangers_;
};

}  // namespace tap_pinterest::singer
