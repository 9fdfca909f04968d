#include "tap_pinterest/cli/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "identity.hpp"

namespace tap_pinterest::cli {
namespace {

constexpr int kUsageError = 2;
constexpr std::size_t kHelpColumn = 32;

constexpr std::string_view kFooter = R"(
Examples:
  tap-pinterest --config config.json --discover > catalog.json
  tap-pinterest --config config.json --catalog catalog.json --state state.json | target-jsonl > state.jsonl
  TAP_PINTEREST_ACCESS_TOKEN=... tap-pinterest --config ENV --test
  tap-pinterest --about --format markdown

Exit codes: 0 all selected data written; 1 the run failed or is incomplete; 2 bad usage, config, catalog or
state; 128+N stopped by signal N.)";

struct Format {
  std::string_view name;
  AboutFormat format;
};
constexpr auto kFormats = std::to_array<Format>(
    {{"text", AboutFormat::text}, {"json", AboutFormat::json}, {"markdown", AboutFormat::markdown}});

std::string check_format(const std::string& name) {
  const bool known = std::ranges::find(kFormats, name, &Format::name) != kFormats.end();
  return known ? std::string() : "must be text, json or markdown";
}

// What the parser fills in; the modes exclude each other, so that at most one of them is set.
struct Raw {
  std::vector<std::string> configs;
  std::string catalog;
  std::string state;
  std::string format = "text";
  bool discover = false;
  bool test = false;
  bool about = false;
};

// An option in the place of a file name is a file name forgotten.
std::string check_file(const std::string& name) {
  return name.empty() || name.starts_with('-') ? "the name of a file is missing" : std::string();
}

void add_inputs(CLI::App& app, Raw& raw) {
  auto* config = app.add_option("-c,--config", raw.configs,
                                "Config file, or ENV to read TAP_PINTEREST_<SETTING> from the\n"
                                "environment; repeated, later files override and ENV wins")
                     ->type_name("FILE|ENV")
                     ->allow_extra_args(false);
  auto* catalog = app.add_option("-p,--properties,--catalog", raw.catalog,
                                 "Catalog file with what is selected; without it everything is")
                      ->type_name("FILE");
  auto* state = app.add_option("-s,--state", raw.state, "State file, from the last line of the run before")
                    ->type_name("FILE");
  for (CLI::Option* option : {config, catalog, state}) option->check(check_file)->group("Input");
}

void add_modes(CLI::App& app, Raw& raw) {
  auto* discover =
      app.add_flag("-d,--discover", raw.discover, "Print the catalog; needs neither network nor credentials");
  auto* test =
      app.add_flag("--test", raw.test, "Check the connection, the scopes and the accounts, and exit");
  auto* about = app.add_flag("--about", raw.about, "Print what the tap is and all of its settings");
  auto* format = app.add_option("--format", raw.format, "Form of --about: text, json or markdown")
                     ->check(check_format)
                     ->needs(about);
  discover->excludes(test)->excludes(about);
  test->excludes(about);
  // A text of their own keeps the parser's list of what excludes what out of the help.
  for (CLI::Option* flag : {discover, test, about}) flag->disable_flag_override()->option_text(" ");
  format->option_text("FORMAT");
  for (CLI::Option* option : {discover, test, about, format}) option->group("Modes, one at most");
}

Options to_options(const CLI::App& app, const Raw& raw) {
  Options options;
  if (raw.discover) options.mode = Mode::discover;
  if (raw.test) options.mode = Mode::test;
  if (raw.about) options.mode = Mode::about;
  options.configs = raw.configs;
  if (app.count("--catalog") > 0) options.catalog = raw.catalog;
  if (app.count("--state") > 0) options.state = raw.state;
  options.about_format = std::ranges::find(kFormats, raw.format, &Format::name)->format;
  return options;
}

// The names of unexpected options. A value may be a secret that was meant for another place, so that nothing
// but names is shown.
std::string describe_unexpected(const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const std::string& argument : arguments) {
    if (argument.size() > 1 && argument.starts_with('-'))
      names.push_back(argument.substr(0, argument.find('=')));
  }
  if (names.empty()) return "no argument without an option is expected";
  return fmt::format("no such option: {}", fmt::join(names, ", "));
}

std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, '?');
  return text;
}

Finished usage_error(const std::string& what) {
  return {.exit_code = kUsageError,
          .standard_output = {},
          .standard_error =
              fmt::format("Run '{} --help' for all options.\nCRITICAL {}\n", kName, one_line(what))};
}

}  // namespace

std::variant<Options, Finished> parse_options(int argc, const char* const* argv) {
  Raw raw;
  CLI::App app(fmt::format("{}.", kDescription), std::string(kName));
  app.get_formatter()->column_width(kHelpColumn);
  app.footer(std::string(kFooter));
  add_inputs(app, raw);
  add_modes(app, raw);
  app.set_help_flag("-h,--help", "Print this help and exit")->group("Other");
  app.set_version_flag("--version", fmt::format("{} {}", kName, kVersion), "Print the version and exit")
      ->group("Other");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Finished{.exit_code = 0, .standard_output = app.help(), .standard_error = {}};
  } catch (const CLI::CallForVersion& version) {
    return Finished{
        .exit_code = 0, .standard_output = fmt::format("{}\n", version.what()), .standard_error = {}};
  } catch (const CLI::ExtrasError&) {
    return usage_error(describe_unexpected(app.remaining()));
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what());
  }
  return to_options(app, raw);
}

}  // namespace tap_pinterest::cli
