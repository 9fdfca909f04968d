#include "tap_pinterest/pinterest/token_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "fakes/temporary_folder.hpp"
#include "fakes/test_config.hpp"

namespace {

// What fsync() says of a folder; 0 for what the system says.
int folder_error = 0;

}  // namespace

// In the place of the C library's.
extern "C" int fsync(int descriptor) {
  struct stat status {};
  if (folder_error != 0 && fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    errno = folder_error;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

namespace tap_pinterest::pinterest {
namespace {

using fakes::instant;
using fakes::TemporaryFolder;
using util::Secret;

StoredToken some_token() {
  return {.refresh_token = Secret("refresh-1"),
          .refresh_token_expires_at = instant("2027-01-23T10:00:00Z"),
          .access_token = Secret("access-1"),
          .access_token_expires_at = instant("2026-12-24T10:00:00Z"),
          .descends_from = sha256_hex("configured")};
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string error_of(const std::string& path) {
  try {
    read_token_file(path);
  } catch (const TokenFileError& error) {
    return error.what();
  }
  return "";
}

TEST(Sha256, IsTheWellKnownOne) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(TokenFile, GivesBackWhatWasCommitted) {
  const TemporaryFolder folder;
  const std::string path = folder.file("token.json");
  TokenFileWriter(path).commit(some_token());
  const auto stored = read_token_file(path);
  ASSERT_TRUE(stored);
  const StoredToken expected = some_token();
  EXPECT_EQ(stored->refresh_token, expected.refresh_token);
  EXPECT_EQ(stored->refresh_token_expires_at, expected.refresh_token_expires_at);
  EXPECT_EQ(stored->access_token, expected.access_token);
  EXPECT_EQ(stored->access_token_expires_at, expected.access_token_expires_at);
  EXPECT_EQ(stored->descends_from, expected.descends_from);
}

TEST(TokenFile, IsForItsOwnerAloneAndHoldsNoFiller) {
  const TemporaryFolder folder;
  const std::string path = folder.file("token.json");
  write(path, "{}");
  std::filesystem::permissions(path, std::filesystem::perms::all);
  TokenFileWriter(path).commit(some_token());
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(read(path).find("  \n\n"), std::string::npos);
  EXPECT_EQ(read(path).back(), '\n');
  EXPECT_LT(read(path).size(), 1000U);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(TokenFile, IsNothingIfItIsNotThere) {
  const TemporaryFolder folder;
  EXPECT_FALSE(read_token_file(folder.file("none.json")));
}

TEST(TokenFile, IsRefusedWithItsPathAndNeverItsContent) {
  const TemporaryFolder folder;
  const std::string path = folder.file("token.json");
  for (const char* text :
       {"", "secret-text", "[]", R"({"access_token":"secret-text"})", R"({"refresh_token":7})"}) {
    write(path, text);
    const std::string error = error_of(path);
    EXPECT_NE(error.find(path), std::string::npos) << text;
    EXPECT_EQ(error.find("secret-text"), std::string::npos);
  }
  write(path, std::string(100'000, ' '));
  EXPECT_NE(error_of(path), "");
}

TEST(TokenFile, ToleratesMembersThatCannotBeRead) {
  const TemporaryFolder folder;
  const std::string path = folder.file("token.json");
  write(path, R"({"refresh_token":"r","access_token":7,"access_token_expires_at":"soon","more":{}})");
  const auto stored = read_token_file(path);
  ASSERT_TRUE(stored);
  EXPECT_TRUE(stored->access_token.empty());
  EXPECT_FALSE(stored->access_token_expires_at);
}

TEST(TokenFile, DoesNotFollowASymbolicLink) {
  const TemporaryFolder folder;
  write(folder.file("real.json"), R"({"refresh_token":"r"})");
  std::filesystem::create_symlink(folder.file("real.json"), folder.file("link.json"));
  EXPECT_NE(error_of(folder.file("link.json")).find("symbolic link"), std::string::npos);
}

TEST(TokenFileWriter, HasStoredATokenWhereTheFolderCannotBeSynchronised) {
  for (const int error : {EINVAL, EIO}) {
    const TemporaryFolder folder;
    const std::string path = folder.file("token.json");
    folder_error = error;
    EXPECT_NO_THROW(TokenFileWriter(path).commit(some_token()));
    folder_error = 0;
    EXPECT_TRUE(read_token_file(path));
  }
}

TEST(TokenFileWriter, MakesRoomBeforeATokenIsThere) {
  const TemporaryFolder folder;
  const std::string path = folder.file("token.json");
  const TokenFileWriter writer(path);
  EXPECT_GE(std::filesystem::file_size(path + ".new"), 4096U);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TokenFileWriter, LeavesTheOldFileIfNothingIsCommitted) {
  const TemporaryFolder folder;
  const std::string path = folder.file("token.json");
  write(path, "old");
  { const TokenFileWriter writer(path); }
  EXPECT_EQ(read(path), "old");
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(TokenFileWriter, ClearsAwayWhatAKilledRunHasLeft) {
  const TemporaryFolder folder;
  const std::string path = folder.file("token.json");
  write(path + ".new", "half a tok");
  TokenFileWriter(path).commit(some_token());
  EXPECT_TRUE(read_token_file(path));
}

TEST(TokenFileWriter, NamesTheFolderThatIsNotThere) {
  const TemporaryFolder folder;
  try {
    const TokenFileWriter writer(folder.file("none/token.json"));
    FAIL() << "no error";
  } catch (const TokenFileError& error) {
    EXPECT_NE(std::string(error.what()).find(folder.file("none/token.json")), std::string::npos);
  }
}

TEST(TokenFileLock, IsHeldByOneAtATime) {
  const TemporaryFolder folder;
  const std::string path = folder.file("token.json");
  std::atomic<bool> released = false;
  std::atomic<bool> overlapped = false;
  std::jthread second;
  {
    const TokenFileLock lock(path, {});
    second = std::jthread([&] {
      const TokenFileLock waits(path, {});
      overlapped = !released;
    });
    std::this_thread::yield();
    released = true;
  }
  second.join();
  EXPECT_FALSE(overlapped);
}

TEST(TokenFileLock, GivesUpWhenAskedToStop) {
  const TemporaryFolder folder;
  const std::string path = folder.file("token.json");
  const TokenFileLock lock(path, {});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(TokenFileLock(path, stop.get_token()), TokenFileError);
}

}  // namespace
}  // namespace tap_pinterest::pinterest
