// Files and sources for the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/config/settings.hpp"

namespace tap_pinterest::config {

// A directory of its own for each test, gone afterwards.
class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "tap-pinterest-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::filesystem::filesystem_error("mkdtemp", {});
    path_ = name;
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string path(std::string_view name = {}) const { return (path_ / name).string(); }
  std::string write(std::string_view name, std::string_view text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

inline bool any_contains(const std::vector<std::string>& lines, std::string_view text) {
  for (const std::string& line : lines) {
    if (line.find(text) != std::string::npos) return true;
  }
  return false;
}

// Loads configurations out of texts, with an environment and a today of its own.
class Loader {
 public:
  std::map<std::string, std::string> environment;
  util::Day today = std::chrono::year{2026} / 10 / 24;
  Purpose purpose = Purpose::sync;

  LoadResult load_sources(const std::vector<std::string>& sources) const {
    const Environment look_up = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment.find(name);
      return found == environment.end() ? std::nullopt : std::optional(found->second);
    };
    return load_config(sources, look_up, today, purpose);
  }
  LoadResult load(const std::vector<std::string>& texts) const {
    std::vector<std::string> sources;
    sources.reserve(texts.size());
    for (const std::string& text : texts) {
      sources.push_back(directory_.write(std::to_string(sources.size()) + ".json", text));
    }
    return load_sources(sources);
  }
  // One file with an access token beside `members` ("\"a\": 1"), so that only they can be wrong.
  LoadResult load_members(const std::string& members) const {
    return load({R"({"access_token": "token-1")" + (members.empty() ? "" : ", " + members) + "}"});
  }
  LoadResult load_environment() const { return load_sources({"ENV"}); }

  Config good(const LoadResult& result) const {
    for (const std::string& problem : result.problems) ADD_FAILURE() << problem;
    return result.config.value_or(Config());
  }
  // The only problem of a configuration that must be refused.
  std::string problem(const LoadResult& result) const {
    EXPECT_FALSE(result.config);
    EXPECT_EQ(result.problems.size(), 1U) << testing::PrintToString(result.problems);
    return result.problems.empty() ? std::string() : result.problems.front();
  }

 private:
  Directory directory_;
};

}  // namespace tap_pinterest::config
