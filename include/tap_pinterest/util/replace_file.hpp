// Files that are replaced whole: a crash, a kill or a full disk leaves the old one or the new one.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tap_pinterest::util {

// The message names the file and the system's reason.
class FileError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// For its owner alone.
inline constexpr mode_t kPrivateFile = 0600;

class FileReplacement {
 public:
  // Makes `new_path`, which must be in the folder of `path`; what a killed run left there is removed. Without
  // `mode` the new file has that of the old one, or what the umask leaves. Throws FileError.
  FileReplacement(std::string path, std::string new_path, std::optional<mode_t> mode);
  // Removes the new file unless it was committed.
  ~FileReplacement();
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;

  // Takes so much room on the disk now, so that commit() finds it. Throws FileError.
  void reserve(std::size_t bytes);
  // Puts `text` in place of the file, synchronised to disk. Throws FileError. What it returns is no failure:
  // why a loss of power may still bring the old file back.
  [[nodiscard]] std::optional<std::string> commit(std::string_view text);

 private:
  void write_all(std::string_view text) const;
  [[noreturn]] void fail(std::string_view what) const;

  std::string path_;
  std::string new_path_;
  int descriptor_ = -1;
};

// Where links lead to: the file that is to be replaced, so that a link to it stays one. `path` itself where
// that cannot be told.
std::string resolve_links(const std::string& path);

// The folder of a file, as an absolute path.
std::string folder_of(const std::string& path);

// Makes a folder and those above it that are missing, for their owner alone (0700). Says whether any was
// made. Throws FileError.
bool make_private_folder(const std::string& path);

}  // namespace tap_pinterest::util
