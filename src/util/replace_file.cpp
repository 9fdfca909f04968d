#include "tap_pinterest/util/replace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "reason.hpp"
#include "tap_pinterest/util/descriptor.hpp"

namespace tap_pinterest::util {
namespace {

constexpr mode_t kAnyFile = 0666;
constexpr mode_t kPermissions = 07777;
constexpr mode_t kPrivateFolder = 0700;

std::optional<mode_t> mode_of(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? std::optional(status.st_mode & kPermissions) : std::nullopt;
}

// Some file systems know no such thing (EINVAL).
std::optional<std::string> sync_folder(const std::string& folder) {
  const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0 && (fsync(directory.get()) == 0 || errno == EINVAL)) return std::nullopt;
  return "cannot sync " + folder + ": " + reason(errno);
}

}  // namespace

FileReplacement::FileReplacement(std::string path, std::string new_path, std::optional<mode_t> mode)
    : path_(std::move(path)), new_path_(std::move(new_path)) {
  unlink(new_path_.c_str());
  const std::optional<mode_t> wanted = mode ? mode : mode_of(path_);
  descriptor_ = open(new_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                     wanted ? kPrivateFile : kAnyFile);
  if (descriptor_ < 0) fail("cannot make");
  if (!wanted || fchmod(descriptor_, *wanted) == 0) return;
  const int error = errno;
  close(descriptor_);
  unlink(new_path_.c_str());
  errno = error;
  fail("cannot protect");
}

FileReplacement::~FileReplacement() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(new_path_.c_str());
}

void FileReplacement::fail(std::string_view what) const {
  throw FileError(std::string(what) + " " + new_path_ + ": " + reason(errno));
}

void FileReplacement::write_all(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t count = write(descriptor_, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot write");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void FileReplacement::reserve(std::size_t bytes) {
  write_all(std::string(bytes, ' '));
  if (fsync(descriptor_) != 0) fail("cannot write");
}

std::optional<std::string> FileReplacement::commit(std::string_view text) {
  if (lseek(descriptor_, 0, SEEK_SET) != 0) fail("cannot write");
  write_all(text);
  if (ftruncate(descriptor_, static_cast<off_t>(text.size())) != 0) fail("cannot write");
  if (fsync(descriptor_) != 0) fail("cannot write");
  if (rename(new_path_.c_str(), path_.c_str()) != 0) {
    throw FileError("cannot replace " + path_ + ": " + reason(errno));
  }
  close(std::exchange(descriptor_, -1));
  return sync_folder(folder_of(path_));
}

std::string resolve_links(const std::string& path) {
  std::error_code unknown;
  const auto target = std::filesystem::weakly_canonical(path, unknown);
  return unknown ? path : target.string();
}

std::string folder_of(const std::string& path) {
  return std::filesystem::absolute(path).parent_path().string();
}

bool make_private_folder(const std::string& path) {
  if (mkdir(path.c_str(), kPrivateFolder) == 0) return true;
  const std::string above = folder_of(path);
  if (errno == ENOENT && above != path) {
    make_private_folder(above);
    if (mkdir(path.c_str(), kPrivateFolder) == 0) return true;
  }
  const int error = errno;
  // Whatever else is wrong with it shows when a file is made there.
  if (error == EEXIST || std::filesystem::is_directory(path)) return false;
  throw FileError("cannot create the folder " + path + ": " + reason(error));
}

}  // namespace tap_pinterest::util
