#include "tap_pinterest/cli/options.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tap_pinterest::cli {
namespace {

std::variant<Options, Finished> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "tap-pinterest");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

Options options(const std::vector<const char*>& arguments) {
  auto result = parse(arguments);
  if (const auto* finished = std::get_if<Finished>(&result)) {
    ADD_FAILURE() << finished->standard_error;
    return {};
  }
  return std::get<Options>(result);
}

Finished finished(const std::vector<const char*>& arguments) {
  auto result = parse(arguments);
  if (!std::holds_alternative<Finished>(result)) {
    ADD_FAILURE() << "accepted";
    return {};
  }
  return std::get<Finished>(result);
}

TEST(Options, WithoutArgumentsIsASyncOfNothingGiven) {
  const Options result = options({});
  EXPECT_EQ(result.mode, Mode::sync);
  EXPECT_TRUE(result.configs.empty());
  EXPECT_FALSE(result.catalog);
  EXPECT_FALSE(result.state);
}

TEST(Options, TakesTheShortNamesOfSingerPython) {
  const Options result = options({"-c", "a.json", "-d", "-s", "state.json", "-p", "catalog.json"});
  EXPECT_EQ(result.mode, Mode::discover);
  EXPECT_EQ(result.configs, std::vector<std::string>{"a.json"});
  EXPECT_EQ(result.state, "state.json");
  EXPECT_EQ(result.catalog, "catalog.json");
}

TEST(Options, ConfigRepeatsInOrder) {
  const Options result = options({"--config", "a.json", "--config=ENV", "-c", "b.json"});
  EXPECT_EQ(result.configs, (std::vector<std::string>{"a.json", "ENV", "b.json"}));
}

TEST(Options, ConfigTakesOneValueEach) { EXPECT_EQ(finished({"--config", "a.json", "b.json"}).exit_code, 2); }

TEST(Options, AFileMayHaveBracketsInItsName) {
  EXPECT_EQ(options({"--config", "[a,b]"}).configs, std::vector<std::string>{"[a,b]"});
}

TEST(Options, PropertiesIsTheOldNameOfCatalog) {
  EXPECT_EQ(options({"--properties", "catalog.json"}).catalog, "catalog.json");
  EXPECT_EQ(finished({"--properties", "a", "--catalog", "b"}).exit_code, 2);
}

TEST(Options, ModesAreTold) {
  EXPECT_EQ(options({"--discover"}).mode, Mode::discover);
  EXPECT_EQ(options({"--test"}).mode, Mode::test);
  EXPECT_EQ(options({"--about"}).mode, Mode::about);
}

TEST(Options, AFlagMayBeRepeated) { EXPECT_EQ(options({"-d", "--discover"}).mode, Mode::discover); }

TEST(Options, AboutHasThreeFormats) {
  EXPECT_EQ(options({"--about"}).about_format, AboutFormat::text);
  EXPECT_EQ(options({"--about", "--format=json"}).about_format, AboutFormat::json);
  EXPECT_EQ(options({"--format", "markdown", "--about"}).about_format, AboutFormat::markdown);
}

TEST(Options, VersionIsOneLine) {
  const Finished result = finished({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.standard_output, "tap-pinterest " TAP_PINTEREST_VERSION "\n");
  EXPECT_EQ(result.standard_error, "");
}

TEST(Options, HelpNamesEveryOptionAndEndsWithExamples) {
  const Finished result = finished({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  for (const char* name : {"--config", "--catalog", "--state", "--discover", "--test", "--about", "--format",
                           "--version", "--help", "ENV", "login", "Examples:", "Exit codes:"}) {
    EXPECT_NE(result.standard_output.find(name), std::string::npos) << name;
  }
  EXPECT_TRUE(result.standard_output.ends_with("\n"));
  EXPECT_EQ(result.standard_error, "");
}

TEST(Options, LoginIsACommandWithAddresses) {
  const Options result = options({"login", "--config", "a.json", "-c", "ENV"});
  EXPECT_EQ(result.mode, Mode::login);
  EXPECT_EQ(result.configs, (std::vector<std::string>{"a.json", "ENV"}));
  EXPECT_EQ(result.redirect_uri, "http://localhost:8085/");
  EXPECT_EQ(result.authorization_url, "https://www.pinterest.com/oauth/");
  const Options other =
      options({"login", "--redirect-uri", "https://h/x", "--authorization-url=http://[::1]/"});
  EXPECT_EQ(other.redirect_uri, "https://h/x");
  EXPECT_EQ(other.authorization_url, "http://[::1]/");
}

TEST(Options, LoginMayStandBehindTheInputsThatMeltanoGives) {
  const Options result =
      options({"--config", "a.json", "--catalog", "b.json", "login", "--config", "c.json"});
  EXPECT_EQ(result.mode, Mode::login);
  EXPECT_EQ(result.configs, (std::vector<std::string>{"a.json", "c.json"}));
}

TEST(Options, AFileMayBeCalledLogin) {
  const Options result = options({"--config", "login"});
  EXPECT_EQ(result.mode, Mode::sync);
  EXPECT_EQ(result.configs, std::vector<std::string>{"login"});
}

TEST(Options, LoginHasAHelpOfItsOwn) {
  const std::string help = finished({"login", "--help"}).standard_output;
  for (const char* name : {"--config", "--redirect-uri", "--authorization-url", "http://localhost:8085/",
                           "token_file", "Examples:", "Exit codes:"}) {
    EXPECT_NE(help.find(name), std::string::npos) << name;
  }
  EXPECT_EQ(help.find("-d,--discover"), std::string::npos);
}

class HelpTest : public testing::TestWithParam<std::vector<const char*>> {};

INSTANTIATE_TEST_SUITE_P(Options, HelpTest,
                         testing::Values(std::vector<const char*>{"-h"},
                                         std::vector<const char*>{"login", "-h"}));

TEST_P(HelpTest, FitsAScreen) {
  const std::string help = finished(GetParam()).standard_output;
  for (std::size_t begin = 0; begin < help.size();) {
    const std::size_t end = help.find('\n', begin);
    EXPECT_LE(end - begin, 110U) << help.substr(begin, end - begin);
    begin = end + 1;
  }
}

struct WrongUsage {
  const char* name;
  std::vector<const char*> arguments;
  const char* said;
};

class WrongUsageTest : public testing::TestWithParam<WrongUsage> {};

TEST_P(WrongUsageTest, EndsWithOneCriticalLineAndCode2) {
  const Finished result = finished(GetParam().arguments);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.standard_output, "");
  ASSERT_TRUE(result.standard_error.ends_with("\n"));
  const std::string text = result.standard_error.substr(0, result.standard_error.size() - 1);
  const std::string last = text.substr(text.rfind('\n') + 1);
  EXPECT_TRUE(last.starts_with("CRITICAL ")) << text;
  EXPECT_NE(last.find(GetParam().said), std::string::npos) << text;
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Options, WrongUsageTest,
    testing::Values(WrongUsage{"UnknownOption", {"--frobnicate"}, "--frobnicate"},
                    WrongUsage{"UnknownShortOption", {"-x"}, "-x"},
                    WrongUsage{"SecretAsOption", {"--access-token=hunter2"}, "--access-token"},
                    WrongUsage{"SecretAsArgument", {"--access-token", "hunter2"}, "--access-token"},
                    WrongUsage{"LooseArgument", {"hunter2"}, "argument"},
                    WrongUsage{"ConfigWithoutValue", {"--config"}, "--config"},
                    WrongUsage{"StateWithoutValue", {"--state", "--discover"}, "--state"},
                    WrongUsage{"EmptyState", {"--state", ""}, "--state"},
                    WrongUsage{"TwoStates", {"--state", "a", "--state", "b"}, "--state"},
                    WrongUsage{"DiscoverAndTest", {"--discover", "--test"}, "--discover"},
                    WrongUsage{"DiscoverAndAbout", {"--about", "--discover"}, "--discover"},
                    WrongUsage{"TestAndAbout", {"--test", "--about"}, "--about"},
                    WrongUsage{"UnknownFormat", {"--about", "--format", "xml"}, "text, json or markdown"},
                    WrongUsage{"FormatAlone", {"--format", "json"}, "--about"},
                    WrongUsage{"FlagWithValue", {"--test=hunter2"}, "test"},
                    WrongUsage{"FlagSwitchedOff", {"--discover=false"}, "discover"},
                    WrongUsage{"LoginAndTest", {"--test", "login"}, "login"},
                    WrongUsage{"LoginAndDiscover", {"login", "--discover"}, "--discover"},
                    WrongUsage{"LoginWithSecret", {"login", "--client-secret", "hunter2"}, "--client-secret"},
                    WrongUsage{"LoginWithArgument", {"login", "hunter2"}, "argument"},
                    WrongUsage{"RedirectInClear", {"login", "--redirect-uri", "http://hunter2/"}, "https"},
                    WrongUsage{"PageInClear", {"login", "--authorization-url", "http://hunter2/"}, "https"},
                    WrongUsage{"RedirectWithoutLogin", {"--redirect-uri", "https://h/"}, "--redirect-uri"},
                    WrongUsage{"LineBreak", {"--a\nCRITICAL b"}, "--a?CRITICAL b"}),
    [](const auto& test) { return test.param.name; });

TEST(Options, VerifyTakesFilesAndStandardInput) {
  const Options result = options({"--verify", "a.jsonl", "-", "b.jsonl"});
  EXPECT_EQ(result.mode, Mode::verify);
  EXPECT_EQ(result.verify, (std::vector<std::string>{"a.jsonl", "-", "b.jsonl"}));
}

TEST(Options, VerifyNeedsAFileAndNothingElse) {
  const std::vector<std::vector<const char*>> wrong = {
      {"--verify"},
      {"--verify", ""},
      {"--verify", "--x"},
      {"--verify", "a", "--discover"},
      {"--test", "--verify", "a"},
      {"--about", "--verify", "a"},
      {"--verify", "a", "--format", "json"},
      {"login", "--verify", "a"},
      {"--verify", "a", "login"},
      {"--config", "c", "--verify", "a"},
      {"--verify", "a", "--catalog", "c"},
      {"--verify", "a", "-s", "c"},
      {"--verify", "a", "--write-state", "c"},
      {"--verify", "a", "--select", "ads"},
  };
  for (const auto& arguments : wrong) EXPECT_EQ(finished(arguments).exit_code, 2) << arguments.back();
  EXPECT_NE(finished(wrong[9]).standard_error.find("--config excludes --verify"), std::string::npos);
}

}  // namespace
}  // namespace tap_pinterest::cli
