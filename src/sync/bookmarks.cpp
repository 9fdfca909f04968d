#include "tap_pinterest/sync/bookmarks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "tap_pinterest/singer/messages.hpp"

namespace tap_pinterest::sync {
namespace {

constexpr std::string_view kContextKey = "ad_account_id";
constexpr std::string_view kShardMark = "shard";

// So many names tell whose state it is.
constexpr std::size_t kStreamsNamed = 5;

std::string_view context_key(std::string_view account) { return account.empty() ? "" : kContextKey; }

// Older taps write {STREAM: {REPLICATION_KEY: VALUE}}, and other ones have other contexts.
bool is_of_use(const singer::State& state, const pinterest::StreamDefinition& stream) {
  if (stream.by_account()) return !state.contexts(stream.id, kContextKey).empty();
  const auto entry = state.find(stream.id, {}, {});
  return entry && !entry->contains(stream.replication_key);
}

}  // namespace

Bookmarks::Bookmarks(singer::State state, Emitter& emitter, const util::Clock& clock,
                     std::function<void()> before_state, StateFile* state_file)
    : state_(std::move(state)),
      emitter_(emitter),
      clock_(clock),
      before_state_(std::move(before_state)),
      state_file_(state_file),
      written_at_(clock.steady_now()) {}

std::optional<singer::Json> Bookmarks::find(std::string_view stream, std::string_view account) const {
  return state_.find(stream, context_key(account), account);
}

void Bookmarks::put(std::string_view stream, std::string_view account, const singer::Json& entry) {
  moved_ = state_.put(stream, context_key(account), account, entry) || moved_;
}

std::vector<std::string> Bookmarks::accounts(std::span<const pinterest::StreamDefinition> streams) const {
  std::set<std::string> accounts;
  for (const pinterest::StreamDefinition& stream : streams) {
    accounts.merge(state_.contexts(stream.id, kContextKey));
  }
  return {accounts.begin(), accounts.end()};
}

void Bookmarks::records_written(std::size_t count) {
  records_since_ += count;
  record_since_ = record_since_ || count > 0;
}

bool Bookmarks::write_if_due() {
  const bool due = records_since_ >= kStateEveryRecords || clock_.steady_now() - written_at_ >= kStateEvery;
  const bool writes = moved_ && due && is_affordable();
  if (writes) write(/*last=*/false);
  return writes || (state_file_ != nullptr && state_file_->is_due());
}

void Bookmarks::send() {
  emitter_.flush();
  if (state_file_ == nullptr) return;
  state_file_->left(emitter_.bytes_out());
  if (state_file_->is_due()) save();
}

// Room is left for the last one, which is written whatever it costs.
bool Bookmarks::is_affordable() const {
  const std::size_t bytes = state_.bytes();
  return bytes <= kSmallStateBytes || kOutputPerState * (large_bytes_ + 2 * bytes) <= emitter_.bytes_out();
}

void Bookmarks::write_last() {
  if (moved_ || record_since_ || !last_hash_) write(/*last=*/true);
}

// A file of records reaches the disk before the state that speaks of them.
void Bookmarks::save() {
  state_file_->save([this] { emitter_.sync(); });
}

std::string Bookmarks::save_last() {
  if (state_file_ == nullptr) return {};
  state_file_->left(emitter_.bytes_out());
  if (!state_file_->has_unsaved()) return {};
  try {
    save();
  } catch (const OutputFailed& error) {
    return error.what();
  }
  return state_file_->problem();
}

void Bookmarks::write(bool last) {
  before_state_();
  const std::string line = singer::state_line(state_);
  const std::size_t hash = std::hash<std::string>()(line);
  moved_ = false;
  // Entries may have moved there and back. The same state is worth a line only to follow the last record.
  if (hash == last_hash_ && !(last && record_since_)) return;
  records_since_ = 0;
  written_at_ = clock_.steady_now();
  record_since_ = false;
  last_hash_ = hash;
  if (state_file_ != nullptr) state_file_->left(emitter_.bytes_out());
  const std::uint64_t leaves_at = emitter_.post(line);
  if (line.size() > kSmallStateBytes) large_bytes_ += line.size();
  if (state_file_ == nullptr) return;
  std::string text;
  text.reserve(line.size());
  state_.append_to(text);
  state_file_->keep(text += '\n', leaves_at);
}

std::string claim_state(singer::State& state, const std::optional<config::Shard>& shard) {
  const auto describe = [](const std::string& mark) {
    return mark.empty() ? std::string("a run without shard") : "shard " + mark;
  };
  const std::string ours = shard ? to_string(*shard) : std::string();
  const std::string theirs = state.mark(kShardMark);
  if (ours == theirs) return {};
  // A state of nothing is anybody's.
  if (theirs.empty() && state.streams().empty()) {
    state.add_mark(kShardMark, ours);
    return {};
  }
  return fmt::format("it belongs to {}, and this is {}; each shard needs a state of its own (docs/shards.md)",
                     describe(theirs), describe(ours));
}

std::vector<std::string> unused_bookmarks(const singer::State& state,
                                          std::span<const pinterest::StreamDefinition> streams) {
  const std::vector<std::string> ids = state.streams();
  std::vector<std::string> warnings;
  bool all = !ids.empty();
  for (const std::string& id : ids) {
    const auto stream = std::ranges::find(streams, id, &pinterest::StreamDefinition::id);
    if (stream == streams.end()) continue;
    if (is_of_use(state, *stream)) {
      all = false;
    } else {
      warnings.push_back(fmt::format(
          "the state's bookmarks.{} cannot be used; reading the stream as if it had no bookmark", id));
    }
  }
  if (!all) return warnings;
  return {
      fmt::format("nothing in the state belongs to this tap (it has bookmarks for {}); reading everything as "
                  "if there were no state",
                  fmt::join(std::span(ids).first(std::min(ids.size(), kStreamsNamed)), ", "))};
}

}  // namespace tap_pinterest::sync
