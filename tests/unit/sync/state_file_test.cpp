#include "tap_pinterest/sync/state_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fakes/fake_clock.hpp"
#include "fakes/output_file.hpp"
#include "fakes/temporary_folder.hpp"
#include "tap_pinterest/sync/bookmarks.hpp"
#include "tap_pinterest/util/replace_file.hpp"

namespace tap_pinterest::sync {
namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(StateFile, IsSavedAtOnceAndThenOnceASecond) {
  const fakes::TemporaryFolder folder;
  fakes::FakeClock clock;
  StateFile file(folder.file("state.json"), clock);
  EXPECT_FALSE(file.is_due());
  EXPECT_FALSE(std::filesystem::exists(folder.file("state.json")));
  file.keep("1", 10);
  EXPECT_FALSE(file.has_unsaved());
  file.left(9);
  EXPECT_FALSE(file.has_unsaved());
  file.left(10);
  ASSERT_TRUE(file.is_due());
  file.save([] {});
  EXPECT_FALSE(file.has_unsaved());
  file.keep("2", 20);
  file.left(25);
  EXPECT_FALSE(file.is_due());
  clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(file.is_due());
  EXPECT_EQ(content(folder.file("state.json")), "1");
  file.save([] {});
  EXPECT_EQ(content(folder.file("state.json")), "2");
}

TEST(StateFile, KeepsWhatItCannotSave) {
  const fakes::TemporaryFolder folder;
  const fakes::FakeClock clock;
  std::filesystem::create_directory(folder.file("gone"));
  StateFile file(folder.file("gone/state.json"), clock);
  std::filesystem::remove(folder.file("gone"));
  file.keep("1", 0);
  file.left(0);
  file.save([] {});
  EXPECT_TRUE(file.has_unsaved());
  EXPECT_NE(file.problem().find("No such file or directory"), std::string::npos);
  std::filesystem::create_directory(folder.file("gone"));
  file.save([] {});
  EXPECT_EQ(file.problem(), "");
  EXPECT_EQ(content(folder.file("gone/state.json")), "1");
}

TEST(StateFile, RefusesAPlaceWhereNoFileCanBeReplaced) {
  const fakes::TemporaryFolder folder;
  const fakes::FakeClock clock;
  for (const char* path : {".", "none/state.json"}) {
    EXPECT_THROW(StateFile(folder.file(path), clock), util::FileError) << path;
  }
  EXPECT_THROW(StateFile("/dev/null", clock), util::FileError);
}

TEST(StateFile, GetsEachStateOfTheBookmarksOnceItsLineHasLeft) {
  const fakes::TemporaryFolder folder;
  fakes::FakeClock clock;
  const fakes::OutputFile out;
  Emitter emitter(out.descriptor());
  StateFile file(folder.file("state.json"), clock);
  Bookmarks bookmarks(
      {}, emitter, clock, [&] { EXPECT_FALSE(file.has_unsaved()); }, &file);
  bookmarks.put("ads", "1", {{"replication_key_value", "2026-11-24"}});
  clock.advance(kStateEvery);
  EXPECT_TRUE(bookmarks.write_if_due());
  EXPECT_EQ(out.text(), "");
  bookmarks.send();
  EXPECT_FALSE(bookmarks.write_if_due());
  const singer::Json state = singer::Json::parse(content(folder.file("state.json")));
  EXPECT_EQ(out.lines().back().at("value"), state);
  bookmarks.put("ads", "2", {{"replication_key_value", "2026-11-25"}});
  bookmarks.write_last();
  bookmarks.send();
  EXPECT_EQ(bookmarks.save_last(), "");
  EXPECT_EQ(singer::Json::parse(content(folder.file("state.json"))), out.lines().back().at("value"));
}

// A state that could not leave any more must not be taken for one that has.
TEST(StateFile, HasTheLastStateThatHasLeftAfterTheOutputHasFailed) {
  const fakes::TemporaryFolder folder;
  fakes::FakeClock clock;
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  std::signal(SIGPIPE, SIG_IGN);
  Emitter emitter(pipe_ends[1]);
  StateFile file(folder.file("state.json"), clock);
  Bookmarks bookmarks(
      {}, emitter, clock, [] {}, &file);
  const auto write_state = [&](const char* day) {
    bookmarks.put("ads", "1", {{"replication_key_value", day}});
    clock.advance(kStateEvery);
    EXPECT_TRUE(bookmarks.write_if_due());
  };
  write_state("2026-11-24");
  bookmarks.send();
  write_state("2026-11-25");
  emitter.flush();
  close(pipe_ends[0]);
  write_state("2026-11-26");
  EXPECT_THROW(bookmarks.send(), OutputClosed);
  EXPECT_EQ(bookmarks.save_last(), "");
  EXPECT_NE(content(folder.file("state.json")).find("2026-11-25"), std::string::npos);
  close(pipe_ends[1]);
}

}  // namespace
}  // namespace tap_pinterest::sync
