#include "tap_pinterest/singer/state.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::singer {
namespace {

constexpr long long kMicrosPerSecond = 1'000'000;
// So many keys tell what was taken for a state.
constexpr std::size_t kKeysNamed = 5;

const Json* find_member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto member = object.find(name);
  return member == object.end() ? nullptr : &*member;
}

// Ids in contexts are strings, or numbers in states that other taps wrote.
std::optional<std::string> text_of(const Json& id) {
  if (id.is_string()) return id.get<std::string>();
  return id.is_number_integer() ? std::optional(id.dump()) : std::nullopt;
}

std::optional<std::string> in_context(const Json& entry, std::string_view key) {
  const Json* const context = find_member(entry, "context");
  const Json* const id = context == nullptr ? nullptr : find_member(*context, key);
  return id == nullptr ? std::nullopt : text_of(*id);
}

const Json* value_of(const Json& entry) {
  const Json* const value = find_member(entry, "replication_key_value");
  return value == nullptr || value->is_null() ? nullptr : value;
}

// Where an entry stands among others of its context: without a value it has nothing to say, unless its
// reading was begun and never finished; then everything of it is still to come, which is older than any
// value.
std::optional<long long> age_of(const Json& entry) {
  constexpr long long kNothingRead = std::numeric_limits<long long>::min();
  if (const Json* const value = value_of(entry))
    return replication_value_micros(*value).value_or(kNothingRead);
  if (entry.contains("progress_markers")) return kNothingRead;
  return std::nullopt;
}

// The oldest of the entries that were offered; one that has nothing to say only if there is no other.
class OldestEntry {
 public:
  void offer(Json entry) {
    const auto age = age_of(entry);
    if (oldest_ && (!age || (age_ && *age >= *age_))) return;
    oldest_ = std::move(entry);
    age_ = age;
  }
  std::optional<Json> take() { return std::move(oldest_); }

 private:
  std::optional<Json> oldest_;
  std::optional<long long> age_;
};

}  // namespace

// Renders a document anew, compact and with its own digits, and cuts the text where entries begin and end.
class State::Reader : public JsonSink {
 public:
  explicit Reader(State& state) : state_(state) {}

  void begin_object() override { open('{'); }
  void end_object() override { close('}'); }
  void begin_array() override { open('['); }
  void end_array() override { close(']'); }
  void key(std::string_view name) override;
  void scalar(Token token) override;

  const std::vector<std::string>& problems() const { return problems_; }
  bool has_bookmarks() const { return has_bookmarks_; }
  const std::vector<std::string>& keys() const { return keys_; }
  // The value of a STATE message.
  std::optional<std::string> message() const { return is_message_ ? value_ : std::nullopt; }

 private:
  // The containers that are taken apart, each within the one before.
  enum Level { kNone, kDocument, kBookmarks, kStream, kPartitions, kEntry };

  // The bracket with which the next value has to begin; 0 if it may be anything.
  char expected() const;
  std::string place() const;
  void add_problem(std::string_view what);
  void open(char bracket);
  void close(char bracket);
  void begin_value();
  void end_value();

  State& state_;
  std::string text_;  // since the last cut
  std::size_t level_ = kNone;
  std::size_t depth_ = 0;  // the level, unless a value is being read that is kept as a whole
  std::array<std::string, kEntry + 1> key_;  // the last key of each level
  std::vector<std::string> problems_;

  bool has_bookmarks_ = false;
  std::vector<std::string> keys_;  // the first of the document
  std::size_t member_ = 0;         // where the document's last member begins in the text
  bool is_message_ = false;
  std::optional<std::string> value_;
};

char State::Reader::expected() const {
  if (level_ != depth_ || level_ == kEntry) return 0;
  if (level_ == kDocument) return key_[level_] == "bookmarks" ? '{' : '\0';
  if (level_ == kStream) return key_[level_] == "partitions" ? '[' : '\0';
  return '{';
}

std::string State::Reader::place() const {
  if (level_ == kNone) return "the document";
  if (level_ == kDocument) return "bookmarks";
  return fmt::format("{}bookmarks.{}{}", level_ == kPartitions ? "an element of " : "", key_[kBookmarks],
                     level_ == kBookmarks ? "" : ".partitions");
}

void State::Reader::add_problem(std::string_view what) {
  std::string problem = fmt::format("{} is {}", place(), what);
  if (problems_.empty() || problems_.back() != problem) problems_.push_back(std::move(problem));
}

void State::Reader::begin_value() {
  if (!text_.empty() && std::string_view("{[:").find(text_.back()) == std::string_view::npos) text_ += ',';
}

void State::Reader::key(std::string_view name) {
  begin_value();
  append_json_string(text_, name);
  text_ += ':';
  if (level_ != depth_) return;
  key_[level_] = name;
  if (level_ == kDocument) {
    if (keys_.size() < kKeysNamed) keys_.emplace_back(name);
    member_ = text_.size();
  } else if (level_ == kBookmarks) {
    if (state_.find_stream(name) != nullptr) add_problem("there twice");
    state_.stream(name);
    text_.clear();
  }
}

void State::Reader::scalar(Token token) {
  if (const char bracket = expected()) {
    if (token.kind == TokenKind::null && level_ != kNone && level_ != kPartitions) {
      open(bracket);
      close(bracket == '{' ? '}' : ']');
      return;
    }
    add_problem(bracket == '{' ? "not an object" : "not a list");
  }
  begin_value();
  if (token.kind == TokenKind::string) {
    append_json_string(text_, token.text);
  } else {
    text_ += token.text;
  }
  end_value();
}

void State::Reader::open(char bracket) {
  const char wanted = expected();
  if (wanted != 0 && wanted != bracket) add_problem(wanted == '{' ? "not an object" : "not a list");
  const bool is_taken_apart = wanted == bracket;
  const bool is_second =
      (level_ == kDocument && has_bookmarks_) || (level_ == kStream && !state_.streams_.back().end.empty());
  if (is_taken_apart && is_second) add_problem("there twice");
  begin_value();
  text_ += bracket;
  ++depth_;
  if (!is_taken_apart) return;
  ++level_;
  if (level_ == kBookmarks) {
    has_bookmarks_ = true;
    state_.begin_ = std::exchange(text_, {});
  } else if (level_ == kPartitions) {
    state_.streams_.back().begin = std::exchange(text_, {});
    state_.streams_.back().end = "]";
  }
}

void State::Reader::close(char bracket) {
  if (level_ == depth_) --level_;
  --depth_;
  text_ += bracket;
  end_value();
}

void State::Reader::end_value() {
  if (level_ != depth_) return;
  if (level_ == kNone) {
    state_.end_ = std::exchange(text_, {});
  } else if (level_ == kDocument) {
    if (key_[level_] == "type") is_message_ = text_.substr(member_) == R"("STATE")";
    if (key_[level_] == "value") value_ = text_.substr(member_);
  } else if (level_ == kBookmarks) {
    Stream& stream = state_.streams_.back();
    (stream.end.empty() ? stream.begin : stream.end) = std::exchange(text_, {});
  } else if (level_ == kPartitions) {
    add(state_.streams_.back(), std::exchange(text_, {}));
  }
}

State State::parse(std::string_view text, std::vector<std::string>& problems) {
  State state;
  Reader reader(state);
  if (const auto error = read_json(text, reader)) {
    problems.push_back(fmt::format("not valid JSON {}: {}", place_of(text, error->offset), error->message));
    return {};
  }
  problems.insert(problems.end(), reader.problems().begin(), reader.problems().end());
  if (!reader.problems().empty()) return {};
  if (!reader.has_bookmarks()) {
    if (const auto value = reader.message()) return parse(*value, problems);
    const auto& keys = reader.keys();
    if (!keys.empty()) {
      problems.push_back(
          fmt::format("it has no bookmarks, but {}: this is not a state", fmt::join(keys, ", ")));
    }
    return {};
  }
  state.bytes_ = state.begin_.size() + state.end_.size();
  for (const Stream& stream : state.streams_) {
    state.bytes_ += stream.begin.size() + stream.end.size();
    for (const std::string& partition : stream.partitions) state.bytes_ += partition.size() + 1;
  }
  return state;
}

const State::Stream* State::find_stream(std::string_view name) const {
  const auto found = std::ranges::find(streams_, name, &Stream::name);
  return found == streams_.end() ? nullptr : &*found;
}

State::Stream& State::stream(std::string_view name) {
  const auto found = std::ranges::find(streams_, name, &Stream::name);
  if (found != streams_.end()) return *found;
  Stream& added = streams_.emplace_back();
  added.name = name;
  return added;
}

void State::add(Stream& stream, std::string partition) {
  const Json entry = Json::parse(partition);
  if (const Json* const context = find_member(entry, "context"); context != nullptr && context->is_object()) {
    for (const Json& id : *context) {
      if (auto value = text_of(id)) stream.places.emplace(*std::move(value), stream.partitions.size());
    }
  }
  partition.shrink_to_fit();
  stream.partitions.push_back(std::move(partition));
}

std::vector<std::pair<std::size_t, Json>> State::partitions_of(const Stream& stream, std::string_view key,
                                                               std::string_view value) {
  std::vector<std::pair<std::size_t, Json>> found;
  const auto [first, last] = stream.places.equal_range(value);
  for (auto place = first; place != last; ++place) {
    const std::string& text = stream.partitions[place->second];
    if (text.empty()) continue;
    Json entry = Json::parse(text);
    if (in_context(entry, key) == value) found.emplace_back(place->second, std::move(entry));
  }
  return found;
}

std::optional<Json> State::find(std::string_view stream, std::string_view context_key,
                                std::string_view context_value) const {
  const Stream* const stored = find_stream(stream);
  if (stored == nullptr) return std::nullopt;
  OldestEntry oldest;
  if (!context_key.empty()) {
    for (auto& [place, entry] : partitions_of(*stored, context_key, context_value)) {
      oldest.offer(std::move(entry));
    }
    return oldest.take();
  }
  Json own = Json::parse(stored->begin + stored->end);
  if (stored->partitions.empty() || value_of(own) != nullptr) oldest.offer(std::move(own));
  for (const std::string& partition : stored->partitions) {
    if (!partition.empty()) oldest.offer(Json::parse(partition));
  }
  return oldest.take();
}

bool State::put(std::string_view stream, std::string_view context_key, std::string_view context_value,
                const Json& entry) {
  Stream& stored = this->stream(stream);
  if (context_key.empty()) {
    bool changed = replace(stored.begin, entry.dump());
    changed = replace(stored.end, {}) || changed;
    for (std::string& partition : stored.partitions) changed = replace(partition, {}) || changed;
    stored.partitions.clear();
    stored.places.clear();
    return changed;
  }
  Json partition;
  partition["context"][std::string(context_key)] = context_value;
  for (const auto& [name, value] : entry.items()) {
    if (name != "context") partition[name] = value;
  }
  std::string text = partition.dump();

  if (stored.end.empty()) {
    stored.begin.pop_back();
    stored.begin += stored.begin.size() > 1 ? R"(,"partitions":[)" : R"("partitions":[)";
    stored.end = "]}";
  }
  const auto replaced = partitions_of(stored, context_key, context_value);
  if (replaced.empty()) {
    bytes_ += text.size() + 1;
    add(stored, std::move(text));
    return true;
  }
  const std::size_t place = replaced.front().first;
  bool changed = replace(stored.partitions[place], std::move(text));
  for (const auto& [other, finer] : replaced) {
    if (other != place) changed = replace(stored.partitions[other], {}) || changed;
  }
  return changed;
}

std::string State::mark(std::string_view name) const {
  const Json document = Json::parse(begin_ + end_);
  const Json* const value = find_member(document, name);
  if (value == nullptr) return {};
  return value->is_string() ? value->get<std::string>() : value->dump();
}

void State::add_mark(std::string_view name, std::string_view value) {
  std::string member;
  append_json_string(member, name);
  member += ':';
  append_json_string(member, value);
  member += ',';
  // Behind the brace; the bookmarks come after it.
  begin_.insert(1, member);
  bytes_ += member.size();
}

std::vector<std::string> State::streams() const {
  std::vector<std::string> names;
  for (const Stream& stream : streams_) {
    Json own = Json::parse(stream.begin + stream.end);
    own.erase("partitions");
    if (!own.empty() || !stream.partitions.empty()) names.push_back(stream.name);
  }
  return names;
}

std::set<std::string> State::contexts(std::string_view stream, std::string_view context_key) const {
  std::set<std::string> values;
  if (const Stream* const stored = find_stream(stream)) {
    for (const std::string& partition : stored->partitions) {
      if (partition.empty()) continue;
      if (auto value = in_context(Json::parse(partition), context_key)) values.insert(*std::move(value));
    }
  }
  return values;
}

void State::append_to(std::string& out) const {
  out += begin_;
  for (const Stream& stream : streams_) {
    if (&stream != &streams_.front()) out += ',';
    append_json_string(out, stream.name);
    out += ':';
    out += stream.begin;
    bool is_first = true;
    for (const std::string& partition : stream.partitions) {
      if (partition.empty()) continue;
      if (!is_first) out += ',';
      is_first = false;
      out += partition;
    }
    out += stream.end;
  }
  out += end_;
}

bool State::replace(std::string& text, std::string other) {
  if (text == other) return false;
  bytes_ += other.size() - text.size();
  text = std::move(other);
  text.shrink_to_fit();
  return true;
}

std::optional<long long> replication_value_micros(const Json& value) {
  // The years 0001 to 9999: what lies outside could not be written back. Milliseconds lie outside of it.
  constexpr long long kFirstSecond = -62'135'596'800;
  constexpr long long kLastSecond = 253'402'300'799;
  const auto from_seconds = [](long long seconds) -> std::optional<long long> {
    if (seconds < kFirstSecond || seconds > kLastSecond) return std::nullopt;
    return seconds * kMicrosPerSecond;
  };
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(kLastSecond)) {
    return std::nullopt;
  }
  if (value.is_number_integer()) return from_seconds(value.get<long long>());
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (const auto instant = util::parse_date_time(text)) return instant->time_since_epoch().count();
  long long seconds = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, seconds);
  return error == std::errc() && end == last ? from_seconds(seconds) : std::nullopt;
}

}  // namespace tap_pinterest::singer
