#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <thread>

#include "config/files.hpp"
#include "tap_pinterest/config/settings.hpp"

namespace tap_pinterest::config {
namespace {

class JsonFile : public testing::Test {
 protected:
  std::optional<nlohmann::ordered_json> read(std::string_view text) {
    return read_json_file("catalog", directory_.write("file.json", text), problems_);
  }
  // What is wrong with a file of that text, without its name.
  std::string problem(std::string_view text) {
    problems_.clear();
    EXPECT_FALSE(read(text));
    EXPECT_EQ(problems_.size(), 1U);
    const std::string prefix = "catalog file " + directory_.path("file.json") + " ";
    if (problems_.empty() || !problems_.front().starts_with(prefix)) return "?";
    return problems_.front().substr(prefix.size());
  }

  Directory directory_;
  std::vector<std::string> problems_;
};

TEST_F(JsonFile, KeepsTheOrderOfMembers) {
  const auto document = read(R"({"b": 1, "a": [true, null]})");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->dump(), R"({"b":1,"a":[true,null]})");
  EXPECT_TRUE(problems_.empty());
}

TEST_F(JsonFile, TheLastOfARepeatedKeyCounts) {
  EXPECT_EQ(read(R"({"a": 1, "b": 2, "a": {"c": 3}})")->dump(), R"({"a":{"c":3},"b":2})");
}

TEST_F(JsonFile, AByteOrderMarkIsNoMistake) { EXPECT_TRUE(read("\xEF\xBB\xBF{}")); }

TEST_F(JsonFile, MissingFileIsTold) {
  EXPECT_FALSE(read_json_file("state", directory_.path("none.json"), problems_));
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_EQ(problems_.front(),
            "state file " + directory_.path("none.json") + " cannot be opened: No such file or directory");
}

TEST_F(JsonFile, DirectoryIsTold) {
  EXPECT_FALSE(read_json_file("state", directory_.path(), problems_));
  EXPECT_TRUE(any_contains(problems_, "cannot be read: Is a directory"));
}

TEST_F(JsonFile, APipeIsReadToItsEnd) {
  const std::string path = directory_.path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const std::jthread writer([&] { std::ofstream(path) << R"({"a": 1})"; });
  EXPECT_TRUE(read_json_file("config", path, problems_));
}

TEST_F(JsonFile, BrokenJsonIsToldByLineAndColumn) {
  EXPECT_EQ(problem("{\n  \"a\": 1,\n  \"b\": tru\n}"), "is not valid JSON at line 3, column 11");
  EXPECT_EQ(problem("{\"a\": 1"), "is not valid JSON at line 1, column 8");
  EXPECT_EQ(problem("}"), "is not valid JSON at line 1, column 1");
  EXPECT_EQ(problem("{} {}"), "is not valid JSON at line 1, column 4");
}

TEST_F(JsonFile, ColumnsCountCharactersNotBytes) {
  EXPECT_EQ(problem("{\"\xC3\xA4\xE2\x82\xAC\": !}"), "is not valid JSON at line 1, column 8");
}

TEST_F(JsonFile, NothingOfABrokenFileIsQuoted) {
  EXPECT_EQ(problem(R"({"refresh_token": "pinr.secret" "x"})").find("secret"), std::string::npos);
  EXPECT_EQ(problem("{\"refresh_token\": \"pinr.secret").find("secret"), std::string::npos);
  EXPECT_EQ(problem("pinr.secret").find("secret"), std::string::npos);
}

TEST_F(JsonFile, EmptyFileIsTold) {
  EXPECT_EQ(problem(""), "is empty; a JSON document is expected");
  EXPECT_EQ(problem(" \n"), "is empty; a JSON document is expected");
}

TEST_F(JsonFile, FiveHundredLevelsAreTheLimit) {
  EXPECT_TRUE(read(R"({"a":)" + std::string(499, '[') + std::string(499, ']') + "}"));
  EXPECT_EQ(problem(std::string(501, '[') + std::string(501, ']')),
            "is nested more than 500 levels deep at line 1, column 501");
}

TEST_F(JsonFile, TwoHundredThousandBracketsDoNotOverflowTheStack) {
  EXPECT_EQ(problem(std::string(200'000, '[')), "is nested more than 500 levels deep at line 1, column 501");
  std::string objects;
  for (int i = 0; i < 200'000; ++i) objects += R"({"a":)";
  EXPECT_TRUE(problem(objects).starts_with("is nested more than 500 levels"));
}

TEST_F(JsonFile, BracketsInStringsAreNoNesting) {
  EXPECT_TRUE(
      read(R"({"a": [")" + std::string(1000, '[') + R"(\"[\\", ")" + std::string(1000, '{') + "\"]}"));
}

TEST_F(JsonFile, WhatIsNotUtf8IsTold) {
  EXPECT_EQ(problem("{\n\"a\": \"\xFF\"}"), "is not UTF-8 text at line 2, column 7");
  for (const char* text : {"\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xE2\x82\"",
                           "\"\xF0\x80\x80\x80\"", "\"\xE0\x80\x80\"", "\"\x80\"", "\xFF\xFE{"}) {
    EXPECT_TRUE(problem(text).starts_with("is not UTF-8 text")) << problem(text);
  }
}

TEST_F(JsonFile, EveryLengthOfUtf8IsRead) {
  EXPECT_TRUE(read("{\"a\": \"\x24\xC2\xA2\xE2\x82\xAC\xED\x9F\xBF\xF0\x90\x8D\x88\xF4\x8F\xBF\xBF\"}"));
}

TEST_F(JsonFile, OtherRootsThanAnObjectAreTold) {
  for (const char* text : {"[]", "null", "\"text\"", "1", "true"})
    EXPECT_EQ(problem(text), "must contain a JSON object");
}

TEST_F(JsonFile, NumberBeyondADoubleIsTold) {
  EXPECT_EQ(problem(R"({"a": 1e999})"), "is not usable JSON: a number in it is too large");
}

TEST_F(JsonFile, FilesOver64MegabytesAreRefused) {
  EXPECT_EQ(problem(std::string(64'000'001, ' ')), "is larger than 64 MB");
}

}  // namespace
}  // namespace tap_pinterest::config
