#include "tap_pinterest/singer/projection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <limits>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "tap_pinterest/singer/flattening.hpp"
#include "tap_pinterest/singer/scalar_fit.hpp"

namespace tap_pinterest::singer {
namespace {

// Small texts are copied in steps of so many bytes, past their ends: there is room for that.
constexpr std::size_t kStep = 16;

// A text that put() may read past.
class PaddedText {
 public:
  PaddedText() = default;
  explicit PaddedText(std::string text) : size_(text.size()), text_(std::move(text)) {
    text_.append(kStep, '\0');
  }

  std::size_t size() const { return size_; }
  const char* data() const { return text_.data(); }

 private:
  std::size_t size_ = 0;
  std::string text_;
};

// Each of these copies a text to `to`, and returns where it ends. Most texts have a few bytes: calling memcpy
// would take longer than copying them.

char* put(char* to, const PaddedText& text) {
  for (std::size_t at = 0; at < text.size(); at += kStep) std::memcpy(to + at, text.data() + at, kStep);
  return to + text.size();
}

// The first and the last `Count` bytes, which may overlap.
template <std::size_t Count>
void copy_ends(char* to, std::string_view text) {
  std::memcpy(to, text.data(), Count);
  std::memcpy(to + text.size() - Count, text.data() + text.size() - Count, Count);
}

char* put(char* to, std::string_view text) {
  const std::size_t size = text.size();
  if (size > kStep) {
    std::memcpy(to, text.data(), size);
  } else if (size >= 8) {
    copy_ends<8>(to, text);
  } else if (size >= 4) {
    copy_ends<4>(to, text);
  } else if (size > 0) {
    to[0] = text[0];
    to[size / 2] = text[size / 2];
    to[size - 1] = text[size - 1];
  }
  return to + size;
}

char* put(char* to, char c) {
  *to = c;
  return to + 1;
}

template <typename Word>
Word word_at(const char* text) {
  Word word = 0;
  std::memcpy(&word, text, sizeof word);
  return word;
}

inline bool is_same(std::string_view one, std::string_view other) {
  const std::size_t size = one.size();
  if (size != other.size()) return false;
  const auto differ = [&]<typename Word>(std::size_t at, Word) {
    return word_at<Word>(one.data() + at) != word_at<Word>(other.data() + at);
  };
  if (size >= sizeof(std::uint64_t)) {
    const std::size_t last = size - sizeof(std::uint64_t);
    for (std::size_t at = 0; at < last; at += sizeof(std::uint64_t)) {
      if (differ(at, std::uint64_t{})) return false;
    }
    return !differ(last, std::uint64_t{});
  }
  if (size >= sizeof(std::uint32_t)) {
    return !differ(0, std::uint32_t{}) && !differ(size - sizeof(std::uint32_t), std::uint32_t{});
  }
  return std::ranges::equal(one, other);
}

// How a node takes an object or an array: not at all, token by token as it comes, or by its own children.
enum class Form { none, copied, typed };

}  // namespace

// One place in the schema. Siblings have adjacent slots, so that an object that begins clears its properties
// in one sweep; what lies deeper is cleared when it begins itself.
struct Projection::Node {
  std::string path;   // "a.b[].c"
  PaddedText prefix;  // what stands before the value in its object: ,"name":
  Column column = Column::plain;
  ScalarTypes scalar;
  unsigned as_it_is = 0;  // the kinds of scalars that fit as they come, as bits
  Form object_form = Form::none;
  Form array_form = Form::none;
  std::size_t slot = 0;
  std::size_t object = 0;  // position among the typed objects
  std::size_t array = 0;   // position among the typed arrays

  std::vector<std::string> names;  // of `children`
  std::vector<Node> children;
  std::vector<std::string> dropped;  // keys that are known but not selected
  bool open = false;                 // every other key is known too
  const Node* rest = nullptr;        // takes the values of unknown keys; null: they are dropped
  std::unique_ptr<Node> items;
};

namespace {

using Node = Projection::Node;

[[noreturn]] void refuse(const std::string& path, std::string_view reason) {
  throw std::invalid_argument((path.empty() ? "the schema " : "field '" + path + "' ") + std::string(reason));
}

void read_type(const Json& type, Node& node) {
  if (!type.is_string()) refuse(node.path, "has a type that is not a string");
  const auto& name = type.get_ref<const std::string&>();
  if (name == "object") {
    node.object_form = Form::copied;
  } else if (name == "array") {
    node.array_form = Form::copied;
  } else if (name == "boolean") {
    node.scalar.boolean = true;
  } else if (name == "integer") {
    node.scalar.integer = true;
  } else if (name == "number") {
    node.scalar.number = true;
  } else if (name == "string") {
    node.scalar.string = true;
  } else if (name != "null") {
    refuse(node.path, "has an unknown type");
  }
}

void read_bound(const Json& schema, std::string_view keyword, std::int64_t& bound, bool& bounded) {
  const auto value = schema.find(keyword);
  if (value == schema.end() || !value->is_number_integer()) return;
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  const bool too_large =
      value->is_number_unsigned() && value->get<std::uint64_t>() > static_cast<std::uint64_t>(kMost);
  bound = too_large ? kMost : value->get<std::int64_t>();
  bounded = true;
}

void read_types(const Json& schema, Node& node) {
  if (!schema.is_object()) refuse(node.path, "has a schema that is not an object");
  const auto type = schema.find("type");
  if (type == schema.end() || (type->is_array() && type->empty())) refuse(node.path, "has no type");
  if (type->is_array()) {
    for (const Json& one : *type) read_type(one, node);
  } else {
    read_type(*type, node);
  }
  const auto format = schema.find("format");
  node.scalar.date_time = node.scalar.string && format != schema.end() && *format == "date-time";
  read_bound(schema, "minimum", node.scalar.minimum, node.scalar.bounded);
  read_bound(schema, "maximum", node.scalar.maximum, node.scalar.bounded);
  node.as_it_is = kinds_that_fit(node.scalar);
}

const Json& member_or_null(const Json& schema, std::string_view name) {
  static const Json null;
  if (!schema.is_object()) return null;
  const auto member = schema.find(name);
  return member == schema.end() ? null : *member;
}

// An object whose members are columns: the record itself and what is spread.
struct Row {
  std::string column;  // its own name
  int depth = 0;
};

// Turns schemas into nodes and numbers them.
class Compiler {
 public:
  explicit Compiler(const Flattening& flattening) : flattening_(flattening) {}

  void compile_record(const Json& selected, const Json& known, Node& node) {
    const Row record;
    compile(selected, known, node, &record);
    const auto rest = std::ranges::find(node.names, kAdditionalFields);
    if (rest == node.names.end() || node.open) return;
    Node& child = node.children[static_cast<std::size_t>(rest - node.names.begin())];
    if (child.object_form != Form::copied) refuse(child.path, "must be an object without properties");
    child.array_form = Form::copied;
    child.scalar = {};  // so that scalars leave the fast way
    child.as_it_is = 0;
    share_rest(child, node);
  }

 private:
  void compile(const Json& selected, const Json& known, Node& node, const Row* row) {
    read_types(selected, node);
    if (node.object_form != Form::none) compile_object(selected, known, node, row);
    if (node.array_form != Form::none) compile_array(selected, known, node);
  }

  // `row` is null for an object that is rendered as one.
  void compile_object(const Json& selected, const Json& known, Node& node, const Row* row) {
    const Json& properties = member_or_null(selected, "properties");
    if (properties.is_null()) return;
    if (!properties.is_object()) refuse(node.path, "has properties that are not an object");
    node.object_form = Form::typed;
    node.object = objects_++;

    const Json& known_properties = member_or_null(known, "properties");
    node.open = !known_properties.is_object();
    if (known_properties.is_object()) {
      for (const auto& [name, unused] : known_properties.items()) {
        if (!properties.contains(name)) node.dropped.push_back(name);
      }
    }
    const std::size_t first_slot = slots_;
    slots_ += properties.size();
    node.children.resize(properties.size());
    std::size_t position = 0;
    for (const auto& [name, schema] : properties.items()) {
      Node& child = node.children[position];
      child.path = node.path.empty() ? name : node.path + '.' + name;
      child.slot = first_slot + position;
      node.names.push_back(name);
      const Json& known_child = member_or_null(known_properties, name);
      if (row == nullptr) {
        child.prefix = prefix(name, /*first=*/position == 0);
        compile(schema, known_child, child, nullptr);
      } else {
        compile_column(name, schema, known_child, child, *row);
      }
      ++position;
    }
  }

  void compile_column(const std::string& name, const Json& selected, const Json& known, Node& node,
                      const Row& row) {
    const Row own{column_name(row.column, name, flattening_), row.depth + 1};
    node.column = column_kind(selected, row.depth, flattening_);
    if (node.column == Column::spread) {
      compile(selected, known, node, &own);
      node.scalar = {};  // there is no column for one
      node.as_it_is = 0;
    } else {
      node.prefix = prefix(own.column, /*first=*/columns_++ == 0);
      compile(selected, known, node, nullptr);
    }
  }

  static void share_rest(const Node& rest, Node& node) {
    if (!node.open) node.rest = &rest;
    for (Node& child : node.children) share_rest(rest, child);
    if (node.items) share_rest(rest, *node.items);
  }

  static PaddedText prefix(const std::string& name, bool first) {
    std::string text = first ? "" : ",";
    append_json_string(text, name);
    text += ':';
    return PaddedText(std::move(text));
  }

  void compile_array(const Json& selected, const Json& known, Node& node) {
    const Json& items = member_or_null(selected, "items");
    if (items.is_null()) return;
    node.array_form = Form::typed;
    node.array = arrays_++;
    node.items = std::make_unique<Node>();
    node.items->path = node.path + "[]";
    node.items->slot = slots_++;
    compile(items, member_or_null(known, "items"), *node.items, nullptr);
  }

  const Flattening& flattening_;
  std::size_t columns_ = 0;
  std::size_t slots_ = 1;  // the first is the record's own
  std::size_t objects_ = 0;
  std::size_t arrays_ = 0;
};

}  // namespace

Projection::Projection(const Json& selected, const Json& known, const Flattening& flattening)
    : root_(std::make_unique<Node>()) {
  if (selected.is_object()) Compiler(flattening).compile_record(selected, known, *root_);
  if (root_->object_form != Form::typed) {
    throw std::invalid_argument("the schema is not an object with properties");
  }
}

Projection::~Projection() = default;
Projection::Projection(Projection&&) noexcept = default;
Projection& Projection::operator=(Projection&&) noexcept = default;

std::optional<std::size_t> Projection::index_of(std::string_view property) const {
  const auto name = std::find(root_->names.begin(), root_->names.end(), property);
  if (name == root_->names.end()) return std::nullopt;
  return static_cast<std::size_t>(name - root_->names.begin());
}

std::optional<std::size_t> Projection::place_of(std::string_view object, std::string_view property) const {
  const auto index = index_of(object);
  if (!index) return std::nullopt;
  const Node& node = root_->children.at(*index);
  const auto name = std::find(node.names.begin(), node.names.end(), property);
  if (name == node.names.end()) return std::nullopt;
  return node.children.at(static_cast<std::size_t>(name - node.names.begin())).slot;
}

namespace {

// An API that sends ever new keys must not fill the memory: no more than these are remembered for one object.
constexpr std::size_t kMaxUnknownKeys = 1000;
// Where their values are kept, the answer itself is the limit.
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max() / 2;

// Finds the child that a key names. Keys come in the same order record after record, or nearly: the two that
// followed the last one before are tried first.
class KeyTable {
 public:
  explicit KeyTable(const Node& node) : node_(&node) {
    for (std::size_t i = 0; i < node.names.size(); ++i) add(node.names[i], &node.children[i]);
    for (const std::string& name : node.dropped) add(name, nullptr);
    max_keys_ = keys_.size() + (node.rest == nullptr ? kMaxUnknownKeys : kNoLimit);
  }
  // A copy's keys would name those of the original.
  KeyTable(const KeyTable&) = delete;
  KeyTable(KeyTable&&) = default;

  void begin() { next_ = &first_; }

  // The child, or null for a key whose value is dropped; nothing unless the key has followed the one before.
  std::optional<const Node*> find_expected(std::string_view name) {
    Next& next = *next_;
    if (next.last == nullptr || !is_same(next.last->name, name)) {
      std::swap(next.last, next.other);
      if (next.last == nullptr || !is_same(next.last->name, name)) return std::nullopt;
    }
    return step(*next.last);
  }

  // The same of any other key; `unknown` is set if it is met for the first time.
  const Node* find_unexpected(std::string_view name, bool& unknown) {
    Key* const found = look_up(name, unknown);
    if (found == nullptr) return nullptr;
    next_->last = found;
    return step(*found);
  }

  // The key that was found last.
  const std::string& found() const { return found_->name; }

 private:
  struct Key;
  // The keys that followed one, the last time and another time before.
  struct Next {
    Key* last = nullptr;
    Key* other = nullptr;
  };
  struct Key {
    std::string name;
    const Node* child = nullptr;
    Next next = {};
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  const Node* step(Key& key) {
    found_ = &key;
    next_ = &key.next;
    return key.child;
  }

  Key* add(std::string_view name, const Node* child) {
    Key& key = keys_.emplace_back(Key{std::string(name), child});
    by_name_.emplace(name, &key);
    return &key;
  }

  Key* look_up(std::string_view name, bool& unknown) {
    if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
    if (keys_.size() >= max_keys_) return nullptr;
    unknown = !node_->open;
    return add(name, node_->rest);
  }

  const Node* node_;
  std::deque<Key> keys_;  // which stay where they are
  std::unordered_map<std::string, Key*, Hash, std::equal_to<>> by_name_;
  std::size_t max_keys_ = 0;
  Next first_;
  Next* next_ = &first_;
  Key* found_ = nullptr;
};

enum class Content : unsigned char { absent, null, borrowed, text, object, array, rest };

// The value of one property of the record in hand. What is borrowed lies in the text that is being read, and
// text in the arena.
struct Slot {
  Content content = Content::absent;
  std::size_t offset = 0;
  std::size_t length = 0;
  const char* borrowed = nullptr;
};

// What of the additional fields came with a property.
struct RestSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// An object or array that has begun and not ended.
struct Frame {
  const Node* node = nullptr;
  KeyTable* keys = nullptr;  // of an object; an array has none
  std::size_t arena_mark = 0;
  std::size_t elements = 0;     // of an array: those that have begun or ended
  const Node* child = nullptr;  // of an object: the last that a key named

  bool is_array() const { return keys == nullptr; }
};

}  // namespace

struct RecordBuilder::Impl {
  explicit Impl(const Node& root_node) : root(&root_node) { adopt(root_node); }

  void adopt(const Node& node);
  void clear();
  void begin(bool is_array);
  void enter_object(const Node& node);
  void leave_object();
  void leave_array();
  [[gnu::noinline]] void rare_key(std::string_view name);
  [[gnu::noinline]] void rare_scalar(Token token);
  void put_null(const Node& node, bool fits);
  bool is_rest(const Node& node) const { return &node == root->rest; }
  std::string& begin_rest();
  std::string_view text(const Slot& slot) const {
    return {slot.content == Content::borrowed ? slot.borrowed : arena.data() + slot.offset, slot.length};
  }
  void keep_members(const Node& node);
  void note_child();
  const Node* target() const;
  std::string& element_text(Frame& frame);
  std::size_t most_bytes() const;
  char* render_object(const Node& node, char* to) const;
  char* render_members(const Node& node, bool is_there, char* to) const;
  char* render_text(const Node& node, char* to) const;
  char* render_value(const Node& node, char* to) const;
  template <typename Render>
  std::string_view render_aside(Render&& render) const;
  void report_misfit(const Node& node);
  void report_unknown(const Node& node, std::string_view name);

  // Free maps and arrays: tokens go out as they come.
  void begin_copy(bool is_array);
  void end_copy();

  const Node* root;
  std::vector<Slot> slots;
  std::vector<KeyTable> key_tables;      // of typed objects
  std::vector<std::string> array_texts;  // of typed arrays: the finished elements
  std::string arena;
  std::vector<Frame> frames;
  const Node* property = nullptr;  // what the last key names; null if its value is dropped

  int skip_depth = 0;  // > 0: inside of something that is dropped
  int copy_depth = 0;  // > 0: inside of something that is copied
  const Node* copy_node = nullptr;
  std::optional<JsonWriter> copier;
  std::string copied;  // of a property

  std::vector<std::string> misfits;
  std::vector<std::string> unknown_fields;
  std::string rendered_value;
  mutable std::vector<char> aside;  // for what is rendered before it has its place
  std::size_t fixed_bytes = 0;      // what all nodes take besides their values
  std::size_t borrowed_bytes = 0;   // at least the length of all that is borrowed
  bool has_text_columns = false;
  std::string rest_text;             // the members of `additional_fields`
  std::vector<RestSpan> rest_spans;  // of the properties, by their slots
};

void RecordBuilder::Impl::adopt(const Node& node) {
  constexpr std::string_view kNullAndBrackets = "null[]{}";
  fixed_bytes += node.prefix.size() + kNullAndBrackets.size();
  has_text_columns = has_text_columns || node.column == Column::text;
  slots.resize(std::max(slots.size(), node.slot + 1));
  rest_spans.resize(slots.size());
  if (node.object_form == Form::typed) key_tables.emplace_back(node);  // in the order they were numbered
  for (const Node& child : node.children) adopt(child);
  if (node.items) {
    array_texts.resize(std::max(array_texts.size(), node.array + 1));
    adopt(*node.items);
  }
}

void RecordBuilder::Impl::clear() {
  arena.clear();
  borrowed_bytes = 0;
  frames.clear();
  misfits.clear();
  rest_text.clear();
  for (std::string& text : array_texts) text.clear();
  for (const Node& child : root->children) slots[child.slot].content = Content::absent;
  property = nullptr;
  skip_depth = 0;
  copy_depth = 0;
}

// Where the value that comes next belongs; null if it is dropped.
const Node* RecordBuilder::Impl::target() const {
  if (frames.empty()) return nullptr;
  return frames.back().is_array() ? frames.back().node->items.get() : property;
}

// The text of the array of `frame`, ready for one more element.
std::string& RecordBuilder::Impl::element_text(Frame& frame) {
  ++frame.elements;
  std::string& text = array_texts[frame.node->array];
  if (!text.empty()) text += ',';
  return text;
}

void RecordBuilder::Impl::report_misfit(const Node& node) {
  if (std::find(misfits.begin(), misfits.end(), node.path) == misfits.end()) misfits.push_back(node.path);
}

void RecordBuilder::Impl::report_unknown(const Node& node, std::string_view name) {
  std::string path = node.path;
  if (!path.empty()) path += '.';
  path += name;
  unknown_fields.push_back(std::move(path));
}

// Names the value that comes next among the additional fields by its path, as in "items[2].name".
std::string& RecordBuilder::Impl::begin_rest() {
  std::string path;
  std::string_view rest_of_path = frames.back().node->path;
  for (const Frame& frame : frames) {
    if (!frame.is_array()) continue;
    const std::size_t bracket = rest_of_path.find("[]");
    path += fmt::format("{}[{}]", rest_of_path.substr(0, bracket), frame.elements);
    rest_of_path.remove_prefix(bracket + 2);
  }
  path += rest_of_path;
  if (!path.empty()) path += '.';
  path += frames.back().keys->found();
  if (!rest_text.empty()) rest_text += ',';
  append_json_string(rest_text, path);
  rest_text += ':';
  slots[root->rest->slot].content = Content::rest;
  return rest_text;
}

// Of a repeated key the last counts: what the additional fields have of an earlier one is blanked.
void RecordBuilder::Impl::note_child() {
  Frame& frame = frames.back();
  if (frame.child != nullptr) rest_spans[frame.child->slot].end = rest_text.size();
  frame.child = property != nullptr && !is_rest(*property) ? property : nullptr;
  if (frame.child == nullptr) return;
  RestSpan& span = rest_spans[frame.child->slot];
  if (slots[frame.child->slot].content != Content::absent) {
    const std::size_t length = span.end - span.begin;
    rest_text.replace(span.begin, length, length, ' ');
  }
  span = {rest_text.size(), rest_text.size()};
}

void RecordBuilder::Impl::put_null(const Node& node, bool fits) {
  if (!fits) report_misfit(node);
  if (frames.back().is_array()) {
    element_text(frames.back()) += "null";
  } else {
    slots[node.slot].content = Content::null;
  }
}

void RecordBuilder::Impl::enter_object(const Node& node) {
  KeyTable& keys = key_tables[node.object];
  keys.begin();
  frames.push_back({&node, &keys, arena.size()});
  for (const Node& child : node.children) slots[child.slot].content = Content::absent;
  property = nullptr;
}

void RecordBuilder::Impl::begin(bool is_array) {
  if (skip_depth > 0) {
    ++skip_depth;
    return;
  }
  if (copy_depth > 0) {
    begin_copy(is_array);
    return;
  }
  const Node* const node = target();
  const Form form = node == nullptr ? Form::none : (is_array ? node->array_form : node->object_form);
  if (form == Form::none) {
    skip_depth = 1;
    if (node != nullptr) put_null(*node, false);
    return;
  }
  if (form == Form::copied) {
    copy_node = node;
    copied.clear();
    copier.emplace(is_rest(*node)             ? begin_rest()
                   : frames.back().is_array() ? element_text(frames.back())
                                              : copied);
    begin_copy(is_array);
    return;
  }
  if (is_array) {
    array_texts[node->array].clear();
    frames.push_back({node, nullptr, arena.size()});
  } else {
    enter_object(*node);
  }
}

void RecordBuilder::Impl::leave_object() {
  const Frame frame = frames.back();
  frames.pop_back();
  if (frames.empty()) return;
  if (!frames.back().is_array()) {
    slots[frame.node->slot].content = Content::object;
    return;
  }
  element_text(frames.back()) += render_aside([&](char* to) { return render_object(*frame.node, to); });
  arena.resize(frame.arena_mark);  // the element's own texts are of no more use
}

void RecordBuilder::Impl::leave_array() {
  const Frame frame = frames.back();
  frames.pop_back();
  if (!frames.back().is_array()) {
    slots[frame.node->slot].content = Content::array;
    return;
  }
  std::string& text = element_text(frames.back());
  text += '[';
  text += array_texts[frame.node->array];
  text += ']';
}

// A record has no more bytes than this, nor has a part of it. Within a string quotes and backslashes take
// two.
std::size_t RecordBuilder::Impl::most_bytes() const {
  std::size_t bytes = fixed_bytes + arena.size() + borrowed_bytes + rest_text.size();
  for (const std::string& text : array_texts) bytes += text.size();
  return (has_text_columns ? 2 : 1) * bytes + kStep;
}

// Valid until the next.
template <typename Render>
std::string_view RecordBuilder::Impl::render_aside(Render&& render) const {
  if (aside.size() < most_bytes()) aside.resize(most_bytes());
  const char* const end = render(aside.data());
  return {aside.data(), static_cast<std::size_t>(end - aside.data())};
}

char* RecordBuilder::Impl::render_object(const Node& node, char* to) const {
  return put(render_members(node, /*is_there=*/true, put(to, '{')), '}');
}

// The columns of an object that is not there are null.
char* RecordBuilder::Impl::render_members(const Node& node, bool is_there, char* to) const {
  for (const Node& child : node.children) {
    if (child.column == Column::spread) {
      to = render_members(child, is_there && slots[child.slot].content == Content::object, to);
      continue;
    }
    to = put(to, child.prefix);
    if (!is_there) {
      to = put(to, "null");
    } else if (child.column == Column::text) {
      to = render_text(child, to);
    } else {
      to = render_value(child, to);
    }
  }
  return to;
}

// Objects and arrays as JSON in a string, anything else as it is.
char* RecordBuilder::Impl::render_text(const Node& node, char* to) const {
  const std::string_view value = render_aside([&](char* aside_to) { return render_value(node, aside_to); });
  if (value.front() != '{' && value.front() != '[') return put(to, value);
  std::string text;
  append_json_string(text, value);
  return put(to, text);
}

char* RecordBuilder::Impl::render_value(const Node& node, char* to) const {
  const Slot& slot = slots[node.slot];
  switch (slot.content) {
    case Content::absent:
    case Content::null:
      break;
    case Content::borrowed:
    case Content::text:
      return put(to, text(slot));
    case Content::object:
      return render_object(node, to);
    case Content::array:
      return put(put(put(to, '['), array_texts[node.array]), ']');
    case Content::rest: {
      const std::size_t begin = rest_text.find_first_not_of(" ,");
      if (begin == std::string::npos) break;
      return put(put(put(to, '{'), std::string_view(rest_text).substr(begin)), '}');
    }
  }
  return put(to, "null");
}

void RecordBuilder::Impl::keep_members(const Node& node) {
  for (const Node& child : node.children) {
    Slot& slot = slots[child.slot];
    if (slot.content == Content::object) keep_members(child);
    if (slot.content != Content::borrowed) continue;
    slot.offset = arena.size();
    arena += text(slot);
    slot.content = Content::text;
  }
}

void RecordBuilder::Impl::begin_copy(bool is_array) {
  ++copy_depth;
  if (is_array) {
    copier->begin_array();
  } else {
    copier->begin_object();
  }
}

// The copy may have ended: then it is a property's value, unless an element or the rest has taken it already.
void RecordBuilder::Impl::end_copy() {
  if (--copy_depth > 0 || frames.back().is_array() || is_rest(*copy_node)) return;
  slots[copy_node->slot] = {Content::text, arena.size(), copied.size()};
  arena += copied;
}

RecordBuilder::RecordBuilder(const Projection& projection)
    : impl_(std::make_unique<Impl>(projection.root())) {}

RecordBuilder::~RecordBuilder() = default;

void RecordBuilder::clear() { impl_->clear(); }

void RecordBuilder::begin_object() {
  Impl& impl = *impl_;
  if (impl.frames.empty() && impl.skip_depth == 0) {
    impl.clear();
    impl.enter_object(*impl.root);
  } else {
    impl.begin(false);
  }
}

void RecordBuilder::end_object() {
  Impl& impl = *impl_;
  if (impl.skip_depth > 0) {
    --impl.skip_depth;
  } else if (impl.copy_depth > 0) {
    impl.copier->end_object();
    impl.end_copy();
  } else {
    impl.leave_object();
  }
}

void RecordBuilder::begin_array() { impl_->begin(true); }

void RecordBuilder::end_array() {
  Impl& impl = *impl_;
  if (impl.skip_depth > 0) {
    --impl.skip_depth;
  } else if (impl.copy_depth > 0) {
    impl.copier->end_array();
    impl.end_copy();
  } else {
    impl.leave_array();
  }
}

// key() and scalar() are called for each cell: what is rare is apart, so that the rest needs few registers.

void RecordBuilder::key(std::string_view name) {
  Impl& impl = *impl_;
  if (impl.skip_depth > 0 || impl.frames.empty()) return;
  if (impl.copy_depth == 0) {
    if (const auto child = impl.frames.back().keys->find_expected(name)) {
      impl.property = *child;
      if (impl.root->rest != nullptr) impl.note_child();
      return;
    }
  }
  impl.rare_key(name);
}

void RecordBuilder::Impl::rare_key(std::string_view name) {
  if (copy_depth > 0) {
    copier->key(name);
    return;
  }
  const Frame& frame = frames.back();
  bool unknown = false;
  property = frame.keys->find_unexpected(name, unknown);
  if (unknown) report_unknown(*frame.node, name);
  if (root->rest != nullptr) note_child();
}

void RecordBuilder::scalar(Token token) {
  Impl& impl = *impl_;
  if (impl.skip_depth > 0) return;
  if (impl.copy_depth == 0) {
    const Node* const node = impl.target();
    if (node == nullptr) return;
    const bool fits = (node->as_it_is & bit_of(token.kind)) != 0;
    if (fits && !impl.frames.back().is_array() && !token.json.empty()) {
      impl.slots[node->slot] = {Content::borrowed, 0, token.json.size(), token.json.data()};
      impl.borrowed_bytes += token.json.size();
      return;
    }
  }
  impl.rare_scalar(token);
}

void RecordBuilder::Impl::rare_scalar(Token token) {
  if (copy_depth > 0) {
    copier->scalar(token);
    return;
  }
  const Node* const node = target();
  if (token.kind == TokenKind::null || !node->scalar.any()) {
    if (is_rest(*node)) {
      append_json(begin_rest(), token);
      return;
    }
    put_null(*node, token.kind == TokenKind::null);
    return;
  }
  const bool in_array = frames.back().is_array();
  std::string& out = in_array ? element_text(frames.back()) : arena;
  const std::size_t start = out.size();
  if (!append_fitted(out, token, node->scalar)) report_misfit(*node);
  if (!in_array) slots[node->slot] = {Content::text, start, out.size() - start};
}

void RecordBuilder::keep() {
  Impl& impl = *impl_;
  impl.keep_members(*impl.root);
  for (const Frame& frame : impl.frames) {
    if (!frame.is_array()) impl.keep_members(*frame.node);
  }
  // What has been copied has to outlive the elements that are open.
  for (Frame& frame : impl.frames) frame.arena_mark = impl.arena.size();
}

void RecordBuilder::set(std::size_t index, Token token) {
  impl_->property = &impl_->root->children.at(index);
  scalar(token);
}

std::size_t RecordBuilder::most_bytes() const { return impl_->most_bytes(); }

char* RecordBuilder::render(char* to) const { return impl_->render_object(*impl_->root, to); }

void RecordBuilder::render(std::string& out) const {
  const std::size_t begin = out.size();
  out.resize(begin + most_bytes());
  out.resize(static_cast<std::size_t>(render(out.data() + begin) - out.data()));
}

std::string_view RecordBuilder::value(std::size_t index) const {
  Impl& impl = *impl_;
  const Node& node = impl.root->children.at(index);
  const Slot& slot = impl.slots[node.slot];
  if (slot.content == Content::borrowed || slot.content == Content::text) return impl.text(slot);
  if (slot.content == Content::absent || slot.content == Content::null) return "null";
  std::string& value = impl.rendered_value;
  value.resize(impl.most_bytes());
  value.resize(static_cast<std::size_t>(impl.render_value(node, value.data()) - value.data()));
  return value;
}

std::string_view RecordBuilder::scalar_at(std::size_t place) const {
  const Slot& slot = impl_->slots[place];
  if (slot.content != Content::borrowed && slot.content != Content::text) return {};
  return impl_->text(slot);
}

const std::vector<std::string>& RecordBuilder::misfits() const { return impl_->misfits; }

const std::vector<std::string>& RecordBuilder::unknown_fields() const { return impl_->unknown_fields; }

}  // namespace tap_pinterest::singer
