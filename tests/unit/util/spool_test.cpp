#include "tap_pinterest/util/spool.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "fakes/temporary_folder.hpp"
#include "tap_pinterest/util/replace_file.hpp"

namespace tap_pinterest::util {
namespace {

constexpr std::size_t kMost = 10;

std::string read(const Spool& spool, std::size_t offset, std::size_t count) {
  std::string bytes = "before ";
  const std::size_t before = bytes.size();
  const std::size_t read = spool.read(offset, count, bytes);
  EXPECT_EQ(bytes.size(), before + read);
  return bytes.substr(before);
}

TEST(Spool, KeepsFewBytesInMemory) {
  Spool spool("/nowhere", kMost);
  spool.reserve(kMost);
  spool.append("01234");
  spool.append("56789");
  EXPECT_TRUE(spool.in_memory());
  EXPECT_EQ(spool.text(), "0123456789");
  EXPECT_EQ(read(spool, 3, 4), "3456");
  EXPECT_EQ(read(spool, 8, 100), "89");
  EXPECT_EQ(read(spool, 10, 1), "");
}

TEST(Spool, MovesToAFileWithoutANameAndKeepsTheOrder) {
  const fakes::TemporaryFolder folder;
  Spool spool(folder.path(), kMost);
  spool.append("0123456");
  spool.append("789a");
  spool.append("bc");
  EXPECT_FALSE(spool.in_memory());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_EQ(spool.size(), 13U);
  EXPECT_EQ(read(spool, 0, 100), "0123456789abc");
  EXPECT_EQ(read(spool, 5, 4), "5678");
  EXPECT_EQ(read(spool, 13, 1), "");
}

TEST(Spool, BeginsAgainWhenItIsCleared) {
  const fakes::TemporaryFolder folder;
  Spool spool(folder.path(), kMost);
  spool.append("0123456789abc");
  spool.clear();
  EXPECT_EQ(spool.size(), 0U);
  spool.append("xy");
  EXPECT_TRUE(spool.in_memory());
  EXPECT_EQ(read(spool, 0, 100), "xy");
}

TEST(Spool, TakesTheRoomBeforeAnythingIsThere) {
  const fakes::TemporaryFolder folder;
  Spool spool(folder.path(), kMost);
  spool.reserve(100);
  EXPECT_FALSE(spool.in_memory());
  EXPECT_EQ(spool.size(), 0U);
  spool.append("abc");
  EXPECT_EQ(read(spool, 0, 100), "abc");
}

TEST(Spool, NamesTheFolderWhereThereIsNoRoom) {
  const auto why = [](const auto& action) -> std::string {
    try {
      action();
    } catch (const FileError& error) {
      return error.what();
    }
    return "";
  };
  Spool nowhere("/nowhere", kMost);
  EXPECT_EQ(why([&] { nowhere.append("0123456789abc"); }),
            "cannot make a temporary file in /nowhere: No such file or directory");
  constexpr auto kExbibyte = static_cast<std::size_t>(std::uint64_t{1} << 60U);
  if (kExbibyte == 0) GTEST_SKIP() << "32 bits cannot say what no disk has";
  const fakes::TemporaryFolder folder;
  Spool huge(folder.path(), kMost);
  EXPECT_NE(why([&] { huge.reserve(kExbibyte); }).find("no room for"), std::string::npos);
}

}  // namespace
}  // namespace tap_pinterest::util
