#include "tap_pinterest/log/options.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

namespace tap_pinterest::log {
namespace {

constexpr const char* kStructured = R"json({"()": "singer_sdk.logging.StructuredFormatter"})json";

using Variables = std::map<std::string, std::string>;

Options options_of(const Variables& variables) {
  return read_options([&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

// A file of its own for each test, gone afterwards.
class LogConfig : public testing::Test {
 protected:
  LogConfig()
      : path_(std::filesystem::temp_directory_path() /
              ("tap_pinterest_log_config_" + std::to_string(::getpid()))) {}
  ~LogConfig() override { std::filesystem::remove(path_); }

  Options with_file(const std::string& text, Variables variables = {}) {
    std::ofstream(path_) << text;
    variables["SINGER_SDK_LOG_CONFIG"] = path_.string();
    return options_of(variables);
  }

  // As Meltano writes it.
  static std::string config(const std::string& formatter, const std::string& level) {
    return R"({"version": 1, "disable_existing_loggers": true, "formatters": {"singer_formatter": )" +
           formatter +
           R"(}, "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "singer_formatter",)" +
           R"( "stream": "ext://sys.stderr"}}, "root": {"handlers": ["console"], "level": )" + level + "}}";
  }

  std::filesystem::path path_;
};

TEST(ParseLevel, KnowsPythonsNamesAndNumbers) {
  struct Row {
    std::string name;
    std::optional<Level> expected;
  };
  const Row rows[] = {{"DEBUG", Level::debug}, {"debug", Level::debug},       {"NOTSET", Level::debug},
                      {"Info", Level::info},   {"WARNING", Level::warning},   {"warn", Level::warning},
                      {"error", Level::error}, {"CRITICAL", Level::critical}, {"fatal", Level::critical},
                      {"10", Level::debug},    {"20", Level::info},           {"25", Level::warning},
                      {"40", Level::error},    {"50", Level::critical},       {"loud", std::nullopt},
                      {"", std::nullopt},      {"10x", std::nullopt},         {" INFO", std::nullopt}};
  for (const Row& row : rows) EXPECT_EQ(parse_level(row.name), row.expected) << row.name;
}

TEST(ReadOptions, DefaultIsTextAtInfo) {
  const Options options = options_of({});
  EXPECT_EQ(options.level, Level::info);
  EXPECT_EQ(options.form, Form::text);
  EXPECT_TRUE(options.warnings.empty());
}

TEST(ReadOptions, OwnVariableGoesBeforeTheCommonOne) {
  EXPECT_EQ(options_of({{"LOGLEVEL", "ERROR"}}).level, Level::error);
  EXPECT_EQ(options_of({{"LOGLEVEL", "ERROR"}, {"TAP_PINTEREST_LOGLEVEL", "debug"}}).level, Level::debug);
  EXPECT_EQ(options_of({{"LOGLEVEL", "ERROR"}, {"TAP_PINTEREST_LOGLEVEL", ""}}).level, Level::error);
}

TEST(ReadOptions, UnknownLevelIsSaidAndPassedOver) {
  const Options options = options_of({{"LOGLEVEL", "ERROR"}, {"TAP_PINTEREST_LOGLEVEL", "loud"}});
  EXPECT_EQ(options.level, Level::error);
  ASSERT_EQ(options.warnings.size(), 1U);
  EXPECT_NE(options.warnings[0].find("TAP_PINTEREST_LOGLEVEL"), std::string::npos);
}

TEST(ReadOptions, DumbTerminalGetsNoProgressLine) {
  EXPECT_TRUE(options_of({{"TERM", "xterm"}}).allow_progress);
  EXPECT_FALSE(options_of({{"TERM", "dumb"}}).allow_progress);
  EXPECT_FALSE(options_of({}).allow_progress);
}

TEST_F(LogConfig, StructuredFormatterOfMeltanoIsFollowed) {
  const Options options = with_file(config(kStructured, R"("WARNING")"));
  EXPECT_EQ(options.form, Form::structured);
  EXPECT_EQ(options.level, Level::warning);
  EXPECT_TRUE(options.warnings.empty());
}

TEST_F(LogConfig, MessageFormatIsFollowed) {
  EXPECT_EQ(with_file(config(R"({"format": "%(message)s"})", R"("INFO")")).form, Form::message);
}

TEST_F(LogConfig, OtherFormatsAreText) {
  EXPECT_EQ(with_file(config(R"({"format": "%(levelname)s %(message)s"})", R"("INFO")")).form, Form::text);
}

TEST_F(LogConfig, LevelVariableGoesBeforeTheFile) {
  const auto text = config(kStructured, R"("INFO")");
  const Options options = with_file(text, {{"TAP_PINTEREST_LOGLEVEL", "ERROR"}});
  EXPECT_EQ(options.level, Level::error);
  EXPECT_EQ(options.form, Form::structured);
}

TEST_F(LogConfig, LevelMayBeANumber) {
  EXPECT_EQ(with_file(config("{}", "40")).level, Level::error);
  EXPECT_EQ(with_file(config("{}", "4294967306")).level, Level::critical);
  EXPECT_EQ(with_file(config("{}", "18446744073709551615")).level, Level::critical);
}

TEST_F(LogConfig, DeepNestingDoesNotOverflowTheStack) {
  constexpr std::size_t kDeep = 300'000;
  const std::string deep = std::string(kDeep, '[') + std::string(kDeep, ']');
  EXPECT_EQ(
      with_file(R"({"handlers": )" + deep + R"(, "root": {"level": "ERROR", "x": )" + deep + "}}").level,
      Level::error);
}

TEST_F(LogConfig, EndlessFileIsOneWarning) {
  const Options options = options_of({{"SINGER_SDK_LOG_CONFIG", "/dev/zero"}});
  ASSERT_EQ(options.warnings.size(), 1U);
  EXPECT_NE(options.warnings[0].find("larger than 64 MB"), std::string::npos) << options.warnings[0];
}

TEST_F(LogConfig, BrokenFileIsOneWarningAndDefaults) {
  for (const std::string text : {"", "{", "[]", "version: 1\nroot:\n  level: DEBUG\n", "\xFF\xFE"}) {
    const Options options = with_file(text);
    EXPECT_EQ(options.form, Form::text) << text;
    EXPECT_EQ(options.level, Level::info) << text;
    EXPECT_EQ(options.warnings.size(), 1U) << text;
  }
}

TEST_F(LogConfig, FileOfAnotherShapeIsTolerated) {
  const std::string root = R"("root": {"handlers": ["x"]}, )";
  for (const std::string& text : {
           std::string("{}"),
           std::string(R"({"root": null})"),
           std::string(R"({"root": {"handlers": []}})"),
           std::string(R"({"root": {"handlers": [1]}})"),
           "{" + root + R"("handlers": {}})",
           "{" + root + R"("handlers": {"x": 1}})",
           "{" + root + R"("handlers": {"x": {"formatter": "f"}}, "formatters": 3})",
           "{" + root + R"("handlers": {"x": {"formatter": "f"}}, "formatters": {"f": {"class": 1}}})",
       }) {
    const Options options = with_file(text);
    EXPECT_EQ(options.form, Form::text) << text;
    EXPECT_TRUE(options.warnings.empty()) << text;
  }
}

TEST(ReadOptions, MissingFileIsOneWarning) {
  const Options options = options_of({{"SINGER_SDK_LOG_CONFIG", "/nonexistent/logging.json"}});
  EXPECT_EQ(options.form, Form::text);
  ASSERT_EQ(options.warnings.size(), 1U);
  EXPECT_NE(options.warnings[0].find("/nonexistent/logging.json"), std::string::npos);
}

}  // namespace
}  // namespace tap_pinterest::log
