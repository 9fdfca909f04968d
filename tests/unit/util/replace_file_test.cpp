#include "tap_pinterest/util/replace_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fakes/temporary_folder.hpp"
#include "tap_pinterest/util/home.hpp"

namespace tap_pinterest::util {
namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  stat(path.c_str(), &status);
  return status.st_mode & 0777;
}

class ReplaceFile : public ::testing::Test {
 protected:
  fakes::TemporaryFolder folder;
  std::string path = folder.file("file");
  std::string new_path = folder.file("file.new");
};

TEST_F(ReplaceFile, TakesThePlaceOfTheOldOneWholeAndLeavesNothingBeside) {
  std::ofstream(path) << "what was there before";
  FileReplacement file(path, new_path, kPrivateFile);
  file.reserve(1000);
  EXPECT_EQ(content(path), "what was there before");
  EXPECT_EQ(file.commit("new"), std::nullopt);
  EXPECT_EQ(content(path), "new");
  EXPECT_EQ(mode_of(path), kPrivateFile);
  EXPECT_FALSE(std::filesystem::exists(new_path));
}

TEST_F(ReplaceFile, LeavesEverythingAsItWasUntilItIsCommitted) {
  std::ofstream(path) << "old";
  { const FileReplacement file(path, new_path, std::nullopt); }
  EXPECT_EQ(content(path), "old");
  EXPECT_FALSE(std::filesystem::exists(new_path));
}

TEST_F(ReplaceFile, RemovesWhatAKilledRunHasLeftAndKeepsTheModeOfTheOldOne) {
  std::ofstream(new_path) << "half";
  std::ofstream(path) << "old";
  chmod(path.c_str(), 0640);
  EXPECT_EQ(FileReplacement(path, new_path, std::nullopt).commit("x"), std::nullopt);
  EXPECT_EQ(content(path), "x");
  EXPECT_EQ(mode_of(path), 0640U);
}

TEST_F(ReplaceFile, NamesTheFileAndTheReason) {
  try {
    const FileReplacement file(path, path + "/none", std::nullopt);
    FAIL();
  } catch (const FileError& error) {
    EXPECT_EQ(error.what(), "cannot make " + path + "/none: No such file or directory");
  }
}

TEST_F(ReplaceFile, MakesPrivateFoldersAllTheWay) {
  const std::string deep = folder.file("a/b");
  EXPECT_TRUE(make_private_folder(deep));
  EXPECT_FALSE(make_private_folder(deep));
  EXPECT_EQ(mode_of(folder.file("a")), 0700U);
  EXPECT_EQ(mode_of(deep), 0700U);
  std::ofstream(path) << "x";
  EXPECT_THROW(make_private_folder(path + "/below"), FileError);
}

TEST(Home, StandsForATildeAtTheBeginningAlone) {
  EXPECT_EQ(expand_home("~/x", "/home/me"), "/home/me/x");
  EXPECT_EQ(expand_home("~", "/home/me"), "/home/me");
  for (const char* path : {"~you/x", "/a/~/b", "x", ""}) EXPECT_EQ(expand_home(path, "/home/me"), path);
  EXPECT_EQ(expand_home("~/x", ""), "~/x");
}

}  // namespace
}  // namespace tap_pinterest::util
