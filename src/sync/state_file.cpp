#include "tap_pinterest/sync/state_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/util/replace_file.hpp"

namespace tap_pinterest::sync {
namespace {

// Each save waits for the disk, and a fast run writes many states.
constexpr std::chrono::seconds kSaveEvery{1};

}  // namespace

// Two runs that share the file by mistake do not share the one beside it: neither tears the other's.
StateFile::StateFile(const std::string& path, const util::Clock& clock)
    : path_(util::resolve_links(path)), new_path_(fmt::format("{}.{}.new", path_, getpid())), clock_(clock) {
  std::error_code unknown;
  if (std::filesystem::exists(path_, unknown) && !std::filesystem::is_regular_file(path_, unknown)) {
    throw util::FileError(fmt::format("{} is not a regular file", path));
  }
  const util::FileReplacement trial(path_, new_path_, std::nullopt);
}

void StateFile::keep(std::string state, std::uint64_t bytes_out) {
  const std::scoped_lock lock(mutex_);
  next_ = std::move(state);
  next_leaves_at_ = bytes_out;
}

void StateFile::left(std::uint64_t bytes_out) {
  const std::scoped_lock lock(mutex_);
  if (!next_ || bytes_out < next_leaves_at_) return;
  unsaved_ = std::exchange(next_, std::nullopt);
  ++left_;
}

bool StateFile::is_due() const {
  const std::scoped_lock lock(mutex_);
  return unsaved_ && (!saved_at_ || clock_.steady_now() - *saved_at_ >= kSaveEvery);
}

bool StateFile::has_unsaved() const {
  const std::scoped_lock lock(mutex_);
  return unsaved_.has_value();
}

std::string StateFile::problem() const {
  const std::scoped_lock lock(mutex_);
  return problem_;
}

void StateFile::save(const std::function<void()>& before) {
  const std::scoped_lock saving(saving_);
  std::string state;
  std::size_t number = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (!unsaved_) return;
    state = *unsaved_;
    number = left_;
    saved_at_ = clock_.steady_now();
  }
  before();
  std::string problem;
  try {
    util::FileReplacement file(path_, new_path_, std::nullopt);
    const auto doubt = file.commit(state);
    if (doubt) log::debug("the state is saved, but a power failure could undo that: {}", *doubt);
  } catch (const util::FileError& error) {
    problem = error.what();
  }
  const std::scoped_lock lock(mutex_);
  if (!problem.empty() && problem_.empty()) {
    log::warning("the state could not be saved: {}; trying again", problem);
  }
  if (problem.empty() && number == left_) unsaved_.reset();
  problem_ = std::move(problem);
}

}  // namespace tap_pinterest::sync
