#include "tap_pinterest/singer/output_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

#include "schema_types.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::singer {

// What stands around the record goes here, and the record to its check.
class OutputCheck::LineReader : public JsonSink {
 public:
  LineReader(const std::map<std::string, Stream, std::less<>>& streams, RecordCheck& record)
      : streams_(streams), record_(record) {}

  void begin_object() override {
    if (depth_ == 0) is_object_ = true;
    if (begin_value(/*is_object=*/true)) record_.begin_object();
    ++depth_;
  }
  void begin_array() override {
    if (begin_value(/*is_object=*/false)) record_.begin_array();
    ++depth_;
  }
  void end_object() override {
    if (end_value()) record_.end_object();
  }
  void end_array() override {
    if (end_value()) record_.end_array();
  }
  void key(std::string_view name) override {
    if (in_record_) {
      record_.key(name);
    } else if (depth_ == 1) {
      key_ = name;
      is_repeated_ = is_repeated_ || !keys_.emplace(name).second;
    }
  }
  void scalar(Token token) override {
    if (in_record_) {
      record_.scalar(token);
      return;
    }
    if (depth_ != 1 || token.kind != TokenKind::string) return;
    if (key_ == "type") type = token.text;
    if (key_ == "stream") stream = token.text;
    if (key_ == "time_extracted") time_extracted = token.text;
  }

  bool is_object() const { return is_object_; }
  // A member comes twice: what was read may belong to another stream.
  bool is_repeated() const { return is_repeated_; }
  bool has_record() const { return has_record_; }
  bool has_read_record() const { return has_read_record_; }

  std::string type;
  std::string stream;
  std::string time_extracted;

 private:
  // Whether the value belongs to a record that is being read.
  bool begin_value(bool is_object) {
    if (depth_ != 1 || in_record_ || key_ != "record" || !is_object) return in_record_;
    has_record_ = true;
    const auto found = type == "RECORD" ? streams_.find(stream) : streams_.end();
    if (found == streams_.end()) return false;
    record_.start(found->second.schema);
    in_record_ = has_read_record_ = true;
    return true;
  }
  bool end_value() {
    const bool belonged = in_record_;
    if (--depth_ == 1) in_record_ = false;
    return belonged;
  }

  const std::map<std::string, Stream, std::less<>>& streams_;
  RecordCheck& record_;
  int depth_ = 0;
  std::string key_;
  std::set<std::string, std::less<>> keys_;
  bool is_object_ = false;
  bool is_repeated_ = false;
  bool has_record_ = false;
  bool has_read_record_ = false;
  bool in_record_ = false;
};

OutputCheck::OutputCheck(FindingSink findings, RecordListener& listener)
    : findings_(std::move(findings)), listener_(listener) {}

// Mixes eight bytes at a time into two halves that go different ways. No guard against who wants equal ones.
OutputCheck::Digest OutputCheck::digest_of(std::string_view text) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15U;
  constexpr std::uint64_t kOther = 0xC2B2AE3D27D4EB4FU;
  constexpr int kTurn = 29;
  constexpr int kOtherTurn = 37;
  constexpr int kFold = 32;
  Digest digest{text.size(), ~text.size()};
  for (std::size_t at = 0; at < text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, std::min(sizeof(word), text.size() - at));
    digest.first = std::rotl((digest.first ^ word) * kOdd, kTurn);
    digest.second = std::rotl((digest.second + word) * kOther, kOtherTurn) ^ word;
  }
  for (std::uint64_t* const half : {&digest.first, &digest.second}) {
    *half = (*half ^ *half >> kFold) * kOdd;
    *half ^= *half >> kFold;
  }
  return digest;
}

void OutputCheck::find(std::string_view kind, std::string text) { findings_({kind, line_, std::move(text)}); }

void OutputCheck::read(std::string_view text) {
  ++line_;
  ends_with_state_ = false;
  LineReader line(streams_, record_);
  if (const auto error = read_json(text, line)) {
    find("json", fmt::format("not JSON: {} (byte {})", error->message, error->offset + 1));
    return;
  }
  if (!line.is_object()) {
    find("json", "not a JSON object");
  } else if (line.is_repeated()) {
    find("json", "a message with a member twice");
  } else if (line.type == "RECORD") {
    // Members in another order: what the record has to be is known only now.
    if (line.has_record() && !line.has_read_record() && streams_.contains(line.stream)) read_json(text, line);
    read_record(line);
  } else if (line.type == "SCHEMA") {
    read_schema(Json::parse(text));
  } else if (line.type == "STATE") {
    ends_with_state_ = true;
    read_state(Json::parse(text));
  } else {
    find("type", line.type.empty()
                     ? "a message without a type"
                     : fmt::format("a message of the type {}: the tap writes SCHEMA, RECORD and "
                                   "STATE",
                                   line.type));
  }
}

void OutputCheck::end(bool is_cut) {
  ++line_;
  if (is_cut) {
    find("end", "the last line is cut short: it has no line break");
  } else if (!ends_with_state_) {
    --line_;
    find("end", "the output ends without a STATE: it was cut short");
  }
}

void OutputCheck::read_schema(const Json& message) {
  const auto stream = message.find("stream");
  const Json* const schema = find_object(message, "schema");
  if (stream == message.end() || !stream->is_string() || schema == nullptr) {
    find("schema", "a SCHEMA without a stream or without a schema");
    return;
  }
  const auto name = stream->get<std::string>();
  RecordSchema compiled(*schema);
  for (const std::string& keyword : compiled.unknown_keywords()) {
    find("keyword", fmt::format("{}: cannot check {}", name, keyword));
  }
  const auto [found, is_new] = streams_.try_emplace(name, Stream(counts_.size(), compiled));
  if (is_new) {
    counts_.push_back({name});
  } else {
    find("schema", name + ": a second SCHEMA");
  }
  Stream& known = found->second;
  if (!is_new) known.schema = std::move(compiled);
  known.key_names.clear();
  known.key.clear();
  const auto keys = message.find("key_properties");
  const bool is_list = keys != message.end() && keys->is_array();
  if (!is_list) find("schema", fmt::format("{}: the SCHEMA has no list of key_properties", name));
  for (const Json& key : is_list ? *keys : Json::array()) {
    const auto column = key.is_string() ? known.schema.find_column(key.get<std::string>()) : std::nullopt;
    if (column) {
      known.key_names.push_back(key.get<std::string>());
      known.key.push_back(*column);
    } else {
      find("schema", fmt::format("{}: the key property {} is not in the SCHEMA", name, key.dump()));
    }
  }
  listener_.schema(name, known.schema);
}

void OutputCheck::read_record(const LineReader& line) {
  const auto found = streams_.find(line.stream);
  if (found == streams_.end()) {
    find("order", fmt::format("a RECORD of {} without a SCHEMA before it",
                              line.stream.empty() ? "no stream" : line.stream));
    return;
  }
  if (!line.has_read_record()) {
    find("record", fmt::format("a RECORD of {} without an object in it", line.stream));
    return;
  }
  Stream& stream = found->second;
  ++counts_[stream.place].records;
  for (const std::string& misfit : record_.misfits()) find("value", line.stream + ": " + misfit);
  for (const std::string& name : record_.strangers()) {
    find("property", fmt::format("{}: {} is not in the SCHEMA", line.stream, name));
  }
  const auto extracted = util::parse_date_time(line.time_extracted);
  if (!extracted) find("time", line.stream + ": time_extracted is missing or is no date-time");
  const auto key = key_of(stream);
  if (!key || !extracted) return;
  listener_.record(line.stream, record_, note(stream, *key, *extracted), line_);
}

std::optional<std::string> OutputCheck::key_of(const Stream& stream) {
  std::string key;
  bool is_whole = true;
  for (std::size_t i = 0; i < stream.key.size(); ++i) {
    const Token value = record_.value(stream.key[i]);
    if (value.kind == TokenKind::null) {
      find("key", fmt::format("{}: no value of the key property {}", counts_[stream.place].stream,
                              stream.key_names[i]));
      is_whole = false;
    }
    if (!key.empty()) key += ", ";
    append_json_string(key, value.text);
  }
  return is_whole ? std::optional(key) : std::nullopt;
}

KeyState OutputCheck::note(Stream& stream, const std::string& key, util::Instant extracted) {
  if (stream.key.empty()) return KeyState::first;
  StreamCounts& counts = counts_[stream.place];
  const Version version{digest_of(record_.content()).first, extracted};
  const auto [known, is_new] = stream.versions.try_emplace(digest_of(key), version);
  if (is_new) {
    ++counts.keys;
    return KeyState::first;
  }
  Version& before = known->second;
  if (before.content == version.content) {
    ++counts.repeats;
    before.extracted = std::max(before.extracted, extracted);
    return KeyState::repeat;
  }
  ++counts.changed;
  if (extracted <= before.extracted) {
    find("stale",
         fmt::format("{}: the record {} differs from an earlier line, but was read {}", counts.stream, key,
                     extracted == before.extracted ? "at the same time" : "before that one"));
  }
  before = {version.content, std::max(before.extracted, extracted)};
  return KeyState::changed;
}

void OutputCheck::read_state(const Json& message) {
  const auto value = message.find("value");
  const std::vector<std::string> problems = states_.read(value == message.end() ? Json() : *value);
  for (const std::string& problem : problems) find("state", problem);
}

}  // namespace tap_pinterest::singer
