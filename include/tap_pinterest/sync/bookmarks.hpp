// The state of the run and when it is written: a STATE covers only lines that are already out.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "tap_pinterest/singer/state.hpp"
#include "tap_pinterest/sync/emitter.hpp"
#include "tap_pinterest/sync/entry.hpp"

namespace tap_pinterest::sync {

// A STATE is written after so many records or so much time, if something moved.
inline constexpr std::size_t kStateEveryRecords = 10'000;
inline constexpr std::chrono::seconds kStateEvery{60};

// Not safe for several threads at once: the engine holds its lock, so that no STATE overtakes another.
class Bookmarks {
 public:
  // `before_state` is called before each STATE line, to store what must not be lost.
  Bookmarks(singer::State state, Emitter& emitter, const util::Clock& clock,
            std::function<void()> before_state);

  // `account` is empty for a stream of one partition.
  const singer::Json* find(std::string_view stream, std::string_view account) const;
  void put(std::string_view stream, std::string_view account, const singer::Json& entry);

  void records_written(std::size_t count);
  // Writes a STATE if one is due.
  void write_if_due();
  // The last line of a run.
  void write_last();

 private:
  void write(bool is_last);

  singer::State state_;
  Emitter& emitter_;
  const util::Clock& clock_;
  std::function<void()> before_state_;
  std::string last_line_;
  bool moved_ = false;
  bool record_since_ = false;
  std::size_t records_since_ = 0;
  util::SteadyTime written_at_;
};

}  // namespace tap_pinterest::sync
