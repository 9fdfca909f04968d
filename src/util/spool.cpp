#include "tap_pinterest/util/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "reason.hpp"
#include "tap_pinterest/util/replace_file.hpp"

namespace tap_pinterest::util {

void Spool::reserve(std::size_t bytes) {
  if (bytes <= most_in_memory_) return;
  open_file();
  // Where the system or the file system cannot do that, a full disk shows up later.
#if _POSIX_ADVISORY_INFO > 0
  const int error = posix_fallocate(file_.get(), 0, static_cast<off_t>(bytes));
  if (error == 0 || error == EOPNOTSUPP || error == EINVAL) return;
  throw FileError("no room for " + std::to_string(bytes) + " bytes in " + folder_ + ": " + reason(error));
#endif
}

void Spool::append(std::string_view bytes) {
  if (in_memory() && size_ + bytes.size() > most_in_memory_) open_file();
  if (in_memory()) {
    text_ += bytes;
  } else {
    write_at(size_, bytes);
  }
  size_ += bytes.size();
}

void Spool::clear() {
  text_.clear();
  file_ = Descriptor();
  size_ = 0;
}

std::size_t Spool::read(std::size_t offset, std::size_t count, std::string& out) const {
  count = offset < size_ ? std::min(count, size_ - offset) : 0;
  if (in_memory()) {
    out.append(text_, offset, count);
    return count;
  }
  const std::size_t before = out.size();
  out.resize(before + count);
  for (std::size_t have = 0; have < count;) {
    const ssize_t got =
        pread(file_.get(), out.data() + before + have, count - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw FileError("cannot read a temporary file in " + folder_ + ": " + reason(errno));
    have += static_cast<std::size_t>(got);
  }
  return count;
}

void Spool::open_file() {
  if (!in_memory()) return;
  std::string name = folder_ + "/tap-pinterest-XXXXXX";
  file_ = Descriptor(mkostemp(name.data(), O_CLOEXEC));
  if (in_memory()) throw FileError("cannot make a temporary file in " + folder_ + ": " + reason(errno));
  unlink(name.c_str());
  write_at(0, text_);
  text_ = {};
}

void Spool::write_at(std::size_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw FileError("cannot write a temporary file in " + folder_ + ": " + reason(errno));
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::size_t>(count);
  }
}

}  // namespace tap_pinterest::util
