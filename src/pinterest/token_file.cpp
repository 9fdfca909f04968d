#include "tap_pinterest/pinterest/token_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/sha.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/util/dates.hpp"
#include "tap_pinterest/util/descriptor.hpp"
#include "tap_pinterest/util/replace_file.hpp"
#include "text_of.hpp"

namespace tap_pinterest::pinterest {
namespace {

using nlohmann::json;
using util::Descriptor;

// Tokens are a few hundred bytes; a file this large is not ours.
constexpr std::size_t kMaxFileBytes = 64UL * 1024;
// What is reserved on disk before a token is asked for.
constexpr std::size_t kReservedBytes = 16UL * 1024;
constexpr std::chrono::milliseconds kLockPoll{50};

[[noreturn]] void fail(std::string_view what, const std::string& path, int error) {
  throw TokenFileError(
      fmt::format("token_file: {} {}: {}", what, path, std::generic_category().message(error)));
}

template <typename Function>
void as_token_file_error(const Function& function) {
  try {
    function();
  } catch (const util::FileError& error) {
    throw TokenFileError(fmt::format("token_file: {}", error.what()));
  }
}

std::string read_all(int descriptor, const std::string& path) {
  std::string text;
  std::array<char, 4096> buffer;
  while (true) {
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot read", path, errno);
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kMaxFileBytes) fail("is no token file:", path, EFBIG);
  }
}

json time_json(const std::optional<util::Instant>& instant) {
  return instant ? json(util::format_date_time(*instant)) : json();
}

std::string serialize(const StoredToken& token) {
  const json document = {
      {"refresh_token", token.refresh_token.reveal()},
      {"refresh_token_expires_at", time_json(token.refresh_token_expires_at)},
      {"access_token", token.access_token.reveal()},
      {"access_token_expires_at", time_json(token.access_token_expires_at)},
      {"descends_from", token.descends_from},
  };
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

std::string descent_of(const util::Secret& configured) {
  return configured.empty() ? std::string() : sha256_hex(configured.reveal());
}

std::optional<StoredToken> read_token_file(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    if (errno == ELOOP)
      throw TokenFileError("token_file: " + path + " is a symbolic link, which is not followed");
    fail("cannot open", path, errno);
  }
  const std::string text = read_all(file.get(), path);
  const json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  StoredToken token;
  if (document.is_object()) {
    token.refresh_token = util::Secret(text_of(document, "refresh_token"));
    token.refresh_token_expires_at = util::parse_date_time(text_of(document, "refresh_token_expires_at"));
    token.access_token = util::Secret(text_of(document, "access_token"));
    token.access_token_expires_at = util::parse_date_time(text_of(document, "access_token_expires_at"));
    token.descends_from = text_of(document, "descends_from");
  }
  if (token.refresh_token.empty()) {
    throw TokenFileError("token_file: " + path +
                         " contains no refresh_token; remove it or name another file");
  }
  return token;
}

TokenFileLock::TokenFileLock(const std::string& path, const std::stop_token& stop) {
  const std::string folder = util::folder_of(path);
  as_token_file_error([&] {
    if (util::make_private_folder(folder)) log::info("created the folder {} for token_file", folder);
  });
  descriptor_ = open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, util::kPrivateFile);
  if (descriptor_ < 0) fail("cannot open the lock", path + ".lock", errno);
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  bool said = false;
  while (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    if (error == EINTR) continue;
    if (error != EWOULDBLOCK || stop.stop_requested()) {
      close(descriptor_);
      fail("cannot lock", path + ".lock", error);
    }
    if (!std::exchange(said, true)) log::info("waiting for another run, which holds {}.lock", path);
    wake.wait_for(lock, stop, kLockPoll, [] { return false; });
  }
}

TokenFileLock::~TokenFileLock() { close(descriptor_); }

TokenFileWriter::TokenFileWriter(const std::string& path) {
  as_token_file_error([&] {
    file_.emplace(path, path + ".new", util::kPrivateFile);
    file_->reserve(kReservedBytes);
  });
}

void TokenFileWriter::commit(const StoredToken& token) {
  as_token_file_error([&] {
    const auto doubt = file_->commit(serialize(token));
    if (doubt)
      log::warning("token_file: the new token is saved, but a power failure could undo that: {}", *doubt);
  });
}

}  // namespace tap_pinterest::pinterest
