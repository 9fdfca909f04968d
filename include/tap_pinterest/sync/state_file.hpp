// The file of --write-state: the last STATE that has left the program, for shells whose target keeps none.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "tap_pinterest/util/clock.hpp"

namespace tap_pinterest::sync {

// Safe for several threads at once.
class StateFile {
 public:
  // Follows a symbolic link to the file that is replaced. Throws util::FileError if there is something else
  // than a file, or if none can be made beside it.
  StateFile(const std::string& path, const util::Clock& clock);

  // Takes a state whose line has left once so many bytes of the output have.
  void keep(std::string state, std::uint64_t bytes_out);
  // So many have left: then the state may be saved, and replaces one that waits for that.
  void left(std::uint64_t bytes_out);
  // Whether a state waits to be saved, and the last one was saved a second ago or more.
  bool is_due() const;
  bool has_unsaved() const;
  // Puts what waits in the file, after a call of `before`, whose exceptions pass through. If that fails it
  // still waits, with a warning the first time. Waits for others who save.
  void save(const std::function<void()>& before);
  // Why the last save() failed.
  std::string problem() const;

 private:
  std::string path_;
  std::string new_path_;
  const util::Clock& clock_;
  std::mutex saving_;                // whoever holds it saves
  mutable std::mutex mutex_;         // guards what follows, and is held for moments only
  std::optional<std::string> next_;  // its line has not left, as far as is known
  std::uint64_t next_leaves_at_ = 0;
  std::optional<std::string> unsaved_;
  std::size_t left_ = 0;  // states, so far
  std::optional<util::SteadyTime> saved_at_;
  std::string problem_;
};

}  // namespace tap_pinterest::sync
