// The file that keeps a rotated refresh token between runs, and shares it between runs at the same time.
#pragma once

#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>

#include "tap_pinterest/util/clock.hpp"
#include "tap_pinterest/util/replace_file.hpp"
#include "tap_pinterest/util/secret.hpp"

namespace tap_pinterest::pinterest {

// The file, its lock or its folder cannot be used; the message names the path and the system's reason.
class TokenFileError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct StoredToken {
  util::Secret refresh_token;
  std::optional<util::Instant> refresh_token_expires_at;
  util::Secret access_token;  // may be empty
  std::optional<util::Instant> access_token_expires_at;
  // descent_of() the configured refresh token.
  std::string descends_from;
};

std::string sha256_hex(std::string_view text);

// By what a stored token names the configured refresh token that it descends from: its sha256_hex, or nothing
// if none is configured.
std::string descent_of(const util::Secret& configured);

// Nothing if there is no such file. A symbolic link is refused, never followed.
std::optional<StoredToken> read_token_file(const std::string& path);

// Holds the lock on PATH.lock, which other runs respect, until it is destroyed. Makes the folder (0700) if it
// is missing.
class TokenFileLock {
 public:
  // Waits for whoever holds it; gives up with TokenFileError if `stop` is requested.
  TokenFileLock(const std::string& path, const std::stop_token& stop);
  ~TokenFileLock();
  TokenFileLock(const TokenFileLock&) = delete;
  TokenFileLock& operator=(const TokenFileLock&) = delete;

 private:
  int descriptor_ = -1;
};

// Writes the file so that a crash or a full disk leaves the old one or the new one, whole. Room for the new
// one is made before the token is asked for, since a rotated token that cannot be stored may be lost.
class TokenFileWriter {
 public:
  // Makes PATH.new (mode 0600) and fills it to size; it is removed unless it was committed. Needs the lock.
  explicit TokenFileWriter(const std::string& path);

  // Puts `token` in place of the file, synchronised to disk.
  void commit(const StoredToken& token);

 private:
  std::optional<util::FileReplacement> file_;
};

}  // namespace tap_pinterest::pinterest
