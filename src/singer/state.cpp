#include "tap_pinterest/singer/state.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <utility>

#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::singer {
namespace {

constexpr long long kMicrosPerSecond = 1'000'000;

const Json* find_member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto member = object.find(name);
  return member == object.end() ? nullptr : &*member;
}

const Json* find_list(const Json& object, std::string_view name) {
  const Json* const list = find_member(object, name);
  return list != nullptr && list->is_array() ? list : nullptr;
}

// Ids in contexts are strings, or numbers in states that other taps wrote.
bool is_in_context(const Json& entry, std::string_view key, std::string_view value) {
  const Json* const context = find_member(entry, "context");
  const Json* const id = context == nullptr ? nullptr : find_member(*context, key);
  if (id == nullptr) return false;
  return id->is_string() ? id->get_ref<const std::string&>() == value
                         : id->is_number_integer() && id->dump() == value;
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
  void offer(const Json& entry) {
    const auto age = age_of(entry);
    if (oldest_ != nullptr && (!age || (age_ && *age >= *age_))) return;
    oldest_ = &entry;
    age_ = age;
  }
  const Json* get() const { return oldest_; }

 private:
  const Json* oldest_ = nullptr;
  std::optional<long long> age_;
};

void check_entry(const std::string& stream, const Json& entry, std::vector<std::string>& problems) {
  const std::string place = "bookmarks." + stream;
  if (entry.is_null()) return;
  if (!entry.is_object()) {
    problems.push_back("the state's " + place + " is not an object");
    return;
  }
  const Json* const partitions = find_member(entry, "partitions");
  if (partitions == nullptr || partitions->is_null()) return;
  if (!partitions->is_array()) {
    problems.push_back("the state's " + place + ".partitions is not a list");
    return;
  }
  if (!std::all_of(partitions->begin(), partitions->end(),
                   [](const Json& item) { return item.is_object(); })) {
    problems.push_back("the state's " + place + ".partitions has an element that is not an object");
  }
}

}  // namespace

State::State() { document_["bookmarks"] = Json::object(); }

State State::parse(Json document, std::vector<std::string>& problems) {
  State state;
  if (!document.is_object()) {
    problems.emplace_back("the state is not an object");
    return state;
  }
  Json& bookmarks = document["bookmarks"];
  if (bookmarks.is_null()) bookmarks = Json::object();
  if (!bookmarks.is_object()) {
    problems.emplace_back("the state's bookmarks are not an object");
    return state;
  }
  for (const auto& [stream, entry] : bookmarks.items()) check_entry(stream, entry, problems);
  state.document_ = std::move(document);
  return state;
}

const Json* State::find(std::string_view stream, std::string_view context_key,
                        std::string_view context_value) const {
  const Json* const entry = find_member(document_.at("bookmarks"), stream);
  if (entry == nullptr || !entry->is_object()) return nullptr;
  const Json* const partitions = find_list(*entry, "partitions");
  OldestEntry oldest;
  if (context_key.empty() && (partitions == nullptr || partitions->empty() || value_of(*entry) != nullptr)) {
    oldest.offer(*entry);
  }
  if (partitions == nullptr) return oldest.get();
  for (const Json& partition : *partitions) {
    if (!partition.is_object()) continue;
    if (context_key.empty() || is_in_context(partition, context_key, context_value)) oldest.offer(partition);
  }
  return oldest.get();
}

void State::put(std::string_view stream, std::string_view context_key, std::string_view context_value,
                Json entry) {
  Json& stored = document_["bookmarks"][std::string(stream)];
  if (context_key.empty()) {
    stored = std::move(entry);
    return;
  }
  Json partition;
  partition["context"][std::string(context_key)] = context_value;
  for (auto& [name, value] : entry.items()) {
    if (name != "context") partition[name] = std::move(value);
  }

  if (!stored.is_object()) stored = Json::object();
  Json& partitions = stored["partitions"];
  if (!partitions.is_array()) partitions = Json::array();
  const auto is_same = [&](const Json& other) { return is_in_context(other, context_key, context_value); };
  const auto place = std::find_if(partitions.begin(), partitions.end(), is_same);
  if (place == partitions.end()) {
    partitions.push_back(std::move(partition));
    return;
  }
  *place = std::move(partition);
  partitions.erase(std::remove_if(std::next(place), partitions.end(), is_same), partitions.end());
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
