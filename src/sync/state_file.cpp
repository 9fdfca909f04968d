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

void StateFile::keep(std::string state) { unsaved_ = std::move(state); }

bool StateFile::is_due() const {
  return unsaved_ && (!saved_at_ || clock_.steady_now() - *saved_at_ >= kSaveEvery);
}

void StateFile::save() {
  saved_at_ = clock_.steady_now();
  try {
    util::FileReplacement file(path_, new_path_, std::nullopt);
    const auto doubt = file.commit(*unsaved_);
    if (doubt) log::debug("the state is saved, but a power failure could undo that: {}", *doubt);
    unsaved_.reset();
    problem_.clear();
  } catch (const util::FileError& error) {
    if (problem_.empty()) log::warning("the state could not be saved: {}; trying again", error.what());
    problem_ = error.what();
  }
}

}  // namespace tap_pinterest::sync
