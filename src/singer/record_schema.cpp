#include "tap_pinterest/singer/record_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "schema_types.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::singer {
namespace {

constexpr std::array<std::string_view, 7> kTypes = {"null",   "boolean", "integer", "number",
                                                    "string", "object",  "array"};
constexpr unsigned kObject = 1U << 5U;
constexpr unsigned kArray = 1U << 6U;
// The types that a token of each TokenKind is of.
constexpr std::array<unsigned, 5> kTypesOfToken = {1U << 0U, 1U << 1U, 1U << 2U | 1U << 3U, 1U << 3U,
                                                   1U << 4U};
constexpr std::array<std::string_view, 8> kCheckedKeywords = {
    "type", "properties", "items", "format", "minimum", "maximum", "required", "additionalProperties"};
// They say nothing about values.
constexpr std::array<std::string_view, 10> kAnnotations = {
    "title",    "description", "default",   "examples",   "$comment",
    "readOnly", "writeOnly",   "inclusion", "deprecated", "selected"};

bool is_date(std::string_view text) { return util::parse_day(text).has_value(); }

// RFC 3339, which is stricter than what the tap reads: with seconds and an offset.
bool is_date_time(std::string_view text) {
  constexpr std::size_t kToSeconds = std::string_view("2026-03-10T12:00:00").size();
  constexpr std::size_t kOffset = std::string_view("+00:00").size();
  if (text.size() <= kToSeconds || (text[10] != 'T' && text[10] != 't') || text[16] != ':') return false;
  const char sign = text.size() < kToSeconds + kOffset ? '\0' : text[text.size() - kOffset];
  const bool has_offset = text.back() == 'Z' || text.back() == 'z' ||
                          ((sign == '+' || sign == '-') && text[text.size() - 3] == ':');
  return has_offset && util::parse_date_time(text).has_value();
}

std::string names_of(unsigned types) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if ((types >> i & 1U) != 0) names.push_back(kTypes[i]);
  }
  return fmt::format("{}", fmt::join(names, " or "));
}

// Where a number stands to an integer: -1, 0 or 1.
int compare(std::string_view number, std::int64_t bound) {
  const char* const end = number.data() + number.size();
  std::int64_t integer = 0;
  const auto [last, error] = std::from_chars(number.data(), end, integer);
  if (error == std::errc() && last == end) return integer < bound ? -1 : static_cast<int>(integer > bound);
  if (number.find_first_of(".eE") == std::string_view::npos) return number.front() == '-' ? -1 : 1;
  double decimal = 0;
  std::from_chars(number.data(), end, decimal);
  const auto limit = static_cast<double>(bound);
  return decimal < limit ? -1 : static_cast<int>(decimal > limit);
}

}  // namespace

RecordSchema::RecordSchema(const Json& schema) : root_(compile(schema, {}, /*is_in_list=*/false)) {}

std::optional<std::size_t> RecordSchema::find_column(std::string_view name) const {
  const auto found = std::ranges::find(columns_, name);
  if (found == columns_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns_.begin());
}

RecordSchema::Node RecordSchema::compile(const Json& schema, const std::string& path, bool is_in_list) {
  Node node;
  if (!schema.is_object()) {
    unknown_.insert("a schema that is no object");
    return node;
  }
  for (const auto& [keyword, value] : schema.items()) {
    const bool is_known = std::ranges::find(kCheckedKeywords, keyword) != kCheckedKeywords.end() ||
                          std::ranges::find(kAnnotations, keyword) != kAnnotations.end();
    if (!is_known) unknown_.insert(keyword);
  }
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (has_type(schema, kTypes[i])) node.types |= 1U << i;
  }
  if (node.types == 0 && schema.contains("type")) unknown_.insert("type");
  if (const auto format = schema.find("format"); format != schema.end()) {
    if (*format == "date") node.format = Format::date;
    if (*format == "date-time") node.format = Format::date_time;
    if (node.format == Format::none) unknown_.insert("format " + format->dump());
  }
  compile_bound(schema, "minimum", node.minimum, node.has_minimum);
  compile_bound(schema, "maximum", node.maximum, node.has_maximum);
  compile_properties(schema, path, is_in_list, node);
  if (const auto items = schema.find("items"); items != schema.end()) {
    node.items.push_back(compile(*items, path, /*is_in_list=*/true));
  }
  return node;
}

void RecordSchema::compile_properties(const Json& schema, const std::string& path, bool is_in_list,
                                      Node& node) {
  // What the properties lack is said in any case.
  if (const auto more = schema.find("additionalProperties"); more != schema.end() && !more->is_boolean()) {
    unknown_.insert("additionalProperties");
  }
  if (const Json* const properties = find_object(schema, "properties")) {
    node.has_properties = true;
    for (const auto& [name, property] : properties->items()) {
      const std::string child = fmt::format("{}{}{}", path, path.empty() ? "" : ".", name);
      std::optional<std::size_t> column;
      if (!is_in_list) {
        column = columns_.size();
        columns_.push_back(child);
      }
      node.properties.push_back({name, compile(property, child, is_in_list)});
      node.properties.back().node.column = column;
    }
  }
  const auto required = schema.find("required");
  if (required == schema.end()) return;
  if (!required->is_array()) unknown_.insert("required");
  for (const Json& name : *required) {
    const auto property = std::ranges::find_if(
        node.properties, [&name](const Property& candidate) { return name == candidate.name; });
    if (property == node.properties.end()) {
      unknown_.insert("required " + name.dump());
    } else {
      property->is_required = true;
    }
  }
}

void RecordSchema::compile_bound(const Json& schema, const char* keyword, std::int64_t& bound,
                                 bool& has_bound) {
  const auto value = schema.find(keyword);
  if (value == schema.end()) return;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const bool is_too_large =
      value->is_number_unsigned() && std::cmp_greater(value->get<std::uint64_t>(), kMost);
  if (!value->is_number_integer() || is_too_large) {
    unknown_.insert(fmt::format("{} {}", keyword, value->dump()));
    return;
  }
  bound = value->get<std::int64_t>();
  has_bound = true;
}

void RecordCheck::start(const RecordSchema& schema) {
  schema_ = &schema;
  frames_.clear();
  seen_.clear();
  values_.assign(schema.columns().size(), {});
  content_.clear();
  misfits_.clear();
  strangers_.clear();
}

void RecordCheck::begin_object() { open(kObject, /*is_list=*/false); }
void RecordCheck::begin_array() { open(kArray, /*is_list=*/true); }

void RecordCheck::end_object() {
  const Frame& frame = frames_.back();
  if (frame.node != nullptr) {
    for (std::size_t i = 0; i < frame.node->properties.size(); ++i) {
      const RecordSchema::Property& property = frame.node->properties[i];
      if (!property.is_required || seen_[frame.seen + i]) continue;
      frames_.back().current = i;
      add_misfit("is missing, and the SCHEMA requires it");
    }
  }
  close();
}

void RecordCheck::end_array() { close(); }

void RecordCheck::key(std::string_view name) {
  append('k', name);
  Frame& frame = frames_.back();
  if (frame.node == nullptr) return;
  const std::vector<RecordSchema::Property>& properties = frame.node->properties;
  // Mostly they come in the schema's order.
  const std::size_t next = frame.current + 1;
  if (next < properties.size() && properties[next].name == name) {
    frame.current = next;
  } else {
    const auto found = std::ranges::find(properties, name, &RecordSchema::Property::name);
    frame.current = static_cast<std::size_t>(found - properties.begin());
  }
  if (frame.current == properties.size()) {
    const std::string parent = path();
    strangers_.push_back(fmt::format("{}{}{}", parent, parent.empty() ? "" : ".", name));
    return;
  }
  const std::size_t place = frame.seen + frame.current;
  if (seen_[place]) add_misfit("comes twice in one object");
  seen_[place] = true;
}

void RecordCheck::scalar(Token token) {
  append(static_cast<char>('0' + static_cast<int>(token.kind)), token.text);
  const RecordSchema::Node* const node = next_node();
  if (node == nullptr) return;
  if (node->column)
    values_[*node->column] = {token.kind, content_.size() - token.text.size(), token.text.size()};
  check_scalar(token, *node);
}

void RecordCheck::check_scalar(Token token, const RecordSchema::Node& node) {
  const unsigned types = kTypesOfToken[static_cast<std::size_t>(token.kind)];
  if (node.types != 0 && (node.types & types) == 0) {
    add_misfit(fmt::format("has the type {}, and the SCHEMA wants {}", names_of(types & ~(types << 1U)),
                           names_of(node.types)));
    return;
  }
  if (token.kind == TokenKind::string) {
    if (node.format == RecordSchema::Format::date && !is_date(token.text)) add_misfit("is no date");
    if (node.format == RecordSchema::Format::date_time && !is_date_time(token.text)) {
      add_misfit("is no date-time");
    }
  } else if (token.kind == TokenKind::integer || token.kind == TokenKind::decimal) {
    if (node.has_minimum && compare(token.text, node.minimum) < 0) {
      add_misfit(fmt::format("is less than the SCHEMA's minimum {}", node.minimum));
    }
    if (node.has_maximum && compare(token.text, node.maximum) > 0) {
      add_misfit(fmt::format("is more than the SCHEMA's maximum {}", node.maximum));
    }
  }
}

Token RecordCheck::value(std::size_t column) const {
  const Span& span = values_[column];
  return {span.kind, std::string_view(content_).substr(span.begin, span.length)};
}

const RecordSchema::Node* RecordCheck::next_node() const {
  if (frames_.empty()) return &schema_->root();
  const Frame& frame = frames_.back();
  if (frame.node == nullptr) return nullptr;
  if (frame.is_list) return frame.node->items.empty() ? nullptr : &frame.node->items.front();
  const std::vector<RecordSchema::Property>& properties = frame.node->properties;
  return frame.current < properties.size() ? &properties[frame.current].node : nullptr;
}

void RecordCheck::open(unsigned type, bool is_list) {
  const RecordSchema::Node* node = next_node();
  if (node != nullptr && node->types != 0 && (node->types & type) == 0) {
    add_misfit(
        fmt::format("has the type {}, and the SCHEMA wants {}", names_of(type), names_of(node->types)));
    node = nullptr;
  }
  if (node != nullptr && !is_list && !node->has_properties) node = nullptr;
  content_ += is_list ? '[' : '{';
  // One before the first property.
  frames_.push_back({node, is_list, std::string::npos, seen_.size()});
  if (node != nullptr && !is_list) seen_.resize(seen_.size() + node->properties.size());
}

void RecordCheck::close() {
  content_ += '}';
  seen_.resize(frames_.back().seen);
  frames_.pop_back();
}

// With its length, so that no text can look like another's end.
void RecordCheck::append(char kind, std::string_view text) {
  const std::size_t size = text.size();
  std::array<char, sizeof(size)> bytes;
  std::memcpy(bytes.data(), &size, sizeof(size));
  content_ += kind;
  content_.append(bytes.data(), bytes.size());
  content_ += text;
}

void RecordCheck::add_misfit(std::string_view what) {
  const std::string where = path();
  misfits_.push_back(fmt::format("{} {}", where.empty() ? "the record" : where, what));
}

// Of the value that comes next.
std::string RecordCheck::path() const {
  std::string path;
  for (const Frame& frame : frames_) {
    if (frame.node == nullptr) break;
    if (frame.is_list) {
      path += "[]";
    } else if (frame.current < frame.node->properties.size()) {
      path += (path.empty() ? "" : ".") + frame.node->properties[frame.current].name;
    }
  }
  return path;
}

}  // namespace tap_pinterest::singer
