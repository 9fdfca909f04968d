// The state of the run and when it is written: a STATE covers only lines that leave before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/singer/state.hpp"
#include "tap_pinterest/sync/emitter.hpp"
#include "tap_pinterest/sync/entry.hpp"
#include "tap_pinterest/sync/state_file.hpp"

namespace tap_pinterest::sync {

// A STATE is written after so many records or so much time, if something moved.
inline constexpr std::size_t kStateEveryRecords = 10'000;
inline constexpr std::chrono::seconds kStateEvery{60};
// Those that are larger than this are together at most one part in so many of the output.
inline constexpr std::size_t kSmallStateBytes = 64UL * 1024;
inline constexpr std::size_t kOutputPerState = 10;

// Not safe for several threads at once, but for send() and save_last(): the engine holds its lock, so that no
// STATE overtakes another.
class Bookmarks {
 public:
  // `before_state` is called before each STATE line, to store what must not be lost. `state_file`, if there
  // is one, gets each state once its line has left.
  Bookmarks(singer::State state, Emitter& emitter, const util::Clock& clock,
            std::function<void()> before_state, StateFile* state_file = nullptr);

  // `account` is empty for a stream of one partition.
  std::optional<singer::Json> find(std::string_view stream, std::string_view account) const;
  void put(std::string_view stream, std::string_view account, const singer::Json& entry);

  // The accounts that have an entry of any of these streams, sorted.
  std::vector<std::string> accounts(std::span<const pinterest::StreamDefinition> streams) const;

  void records_written(std::size_t count);
  // Gives the emitter a STATE if one is due. Returns whether send() has something to do.
  bool write_if_due();
  // The last line of a run.
  void write_last();
  // Has what was given to the emitter written, and saves the last state if that is due. Waits for the reader:
  // the engine does not hold its lock.
  void send();
  // Saves the last state that has left, whatever has become of the output since. Returns why that failed, or
  // nothing.
  std::string save_last();

 private:
  bool is_affordable() const;
  void write(bool last);
  void save();

  singer::State state_;
  Emitter& emitter_;
  const util::Clock& clock_;
  std::function<void()> before_state_;
  StateFile* state_file_;
  std::optional<std::size_t> last_hash_;  // of the last STATE
  bool moved_ = false;
  bool record_since_ = false;
  std::size_t records_since_ = 0;
  util::SteadyTime written_at_;
  std::size_t large_bytes_ = 0;  // of the large states that were written
};

// Makes a state that of the configured shard, or of a run without one, as every STATE then says. Gives why it
// cannot be: it is that of another. Empty if it can.
std::string claim_state(singer::State& state, const std::optional<config::Shard>& shard);

// A warning for each of the tap's streams whose bookmarks are of no use to it, or a single one if that is so
// of everything in the state, as in that of another tap.
std::vector<std::string> unused_bookmarks(const singer::State& state,
                                          std::span<const pinterest::StreamDefinition> streams);

}  // namespace tap_pinterest::sync
