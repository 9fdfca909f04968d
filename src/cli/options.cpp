#include "tap_pinterest/cli/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "identity.hpp"
#include "tap_pinterest/config/url_rule.hpp"
#include "tap_pinterest/pinterest/login.hpp"
#include "tap_pinterest/util/home.hpp"
#include "tap_pinterest/util/nearest.hpp"

namespace tap_pinterest::cli {
namespace {

constexpr int kUsageError = 2;
constexpr std::size_t kHelpColumn = 32;

constexpr std::string_view kFooter = R"(
Without --config, ~/.config/tap-pinterest/config.json is read if it exists; login writes it. HTTPS_PROXY
names a proxy to use, and NO_PROXY the hosts to reach without it.

Examples:
  tap-pinterest login
  tap-pinterest --select ad_analytics,campaigns --state state.json --write-state state.json > new.jsonl
  tap-pinterest --config config.json --discover --select '!pins' > catalog.json
  tap-pinterest --config config.json --catalog catalog.json --state state.json | target-jsonl > states.jsonl
  TAP_PINTEREST_ACCESS_TOKEN=... tap-pinterest --config ENV --test
  tap-pinterest --about --format markdown

Exit codes: 0 all selected data written; 1 the run failed or is incomplete; 2 bad usage, config, catalog or
state; 128+N stopped by signal N.)";

constexpr std::string_view kLoginFooter = R"(
Without --config, it asks for the app's ID and secret key and saves them in
~/.config/tap-pinterest/config.json (or under $XDG_CONFIG_HOME), with the tokens next to it. Every other
command without --config uses that file. A config file of your own needs client_id, client_secret, and
token_file.

The redirect URI must be one of the app's redirect URIs at developers.pinterest.com. If the browser runs on
another machine, paste the address it ends up at, or the code in it, and press Enter.

Examples:
  tap-pinterest login
  tap-pinterest login --config config.json
  tap-pinterest login --select 'ads,campaigns,catalogs*'
  tap-pinterest login --config config.json --redirect-uri https://example.com/callback

Exit codes: 0 signed in; 1 not signed in; 2 bad usage or config; 128+N stopped by signal N.)";

constexpr std::string_view kRedirectUri = "http://localhost:8085/";

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
  std::string write_state;
  std::vector<std::string> select;
  std::vector<std::string> verify;
  std::string format = "text";
  std::vector<std::string> login_configs;
  std::vector<std::string> scopes;
  std::string redirect_uri{kRedirectUri};
  std::string authorization_url{pinterest::kAuthorizationUrl};
  bool discover = false;
  bool test = false;
  bool about = false;
};

// An option in the place of a file name is a file name forgotten.
std::string check_file(const std::string& name) {
  return name.empty() || name.starts_with('-') ? "the name of a file is missing" : std::string();
}

std::string check_output(const std::string& name) { return name == "-" ? std::string() : check_file(name); }

// Takes one value each time it is given: CLI11 splits [a,b] for an option that takes several at once.
CLI::Option* repeatable(CLI::Option* option) {
  return option->expected(1)->allow_extra_args(false)->take_all();
}

CLI::Option* add_config(CLI::App& app, std::vector<std::string>& configs) {
  return repeatable(app.add_option("-c,--config", configs,
                                   "Config file, or ENV to read TAP_PINTEREST_<SETTING> from the\n"
                                   "environment; repeated, later files override and ENV wins"))
      ->type_name("FILE|ENV")
      ->check(check_file)
      ->group("Input");
}

void add_catalog(CLI::App& app, Raw& raw) {
  app.add_option("-p,--properties,--catalog", raw.catalog,
                 "Catalog file with your selection; without it, the streams that\n"
                 "--discover marks as selected are read")
      ->type_name("FILE")
      ->check(check_file)
      ->group("Input");
}

void add_select(CLI::App& app, Raw& raw) {
  repeatable(app.add_option("--select", raw.select,
                            "Streams and fields to read, as in meltano select: 'ads,campaigns.name'\n"
                            "or '!pins,!ads.*_url'. Naming a stream deselects the others; keys\n"
                            "always stay. Works with --discover, --test and login too"))
      ->type_name("PATTERNS")
      ->group("Input");
}

void add_inputs(CLI::App& app, Raw& raw) {
  add_config(app, raw.configs);
  add_catalog(app, raw);
  auto* state = app.add_option("-s,--state", raw.state,
                               "State file to resume from. It need not exist yet if --write-state\n"
                               "names the same file")
                    ->type_name("FILE");
  auto* write_state = app.add_option("--write-state", raw.write_state,
                                     "Save the last STATE written to stdout in this file, in one step. If\n"
                                     "your target prints states, save those instead")
                          ->type_name("FILE");
  add_select(app, raw);
  for (CLI::Option* option : {state, write_state}) option->check(check_file)->group("Input");
}

void add_login(CLI::App& login, Raw& raw) {
  login.footer(std::string(kLoginFooter));
  login.set_help_flag("-h,--help", "Print this help and exit")->group("Other");
  add_config(login, raw.login_configs);
  add_catalog(login, raw);
  add_select(login, raw);
  repeatable(login.add_option("--scope", raw.scopes,
                              "Scope to ask for besides those of the selected streams, such as\n"
                              "catalogs:read; repeated or separated by commas"))
      ->type_name("SCOPE")
      ->group("Input");
  auto* redirect =
      login.add_option("--redirect-uri", raw.redirect_uri,
                       fmt::format("Where the browser is sent back to (default\n{})", kRedirectUri));
  auto* page = login.add_option("--authorization-url", raw.authorization_url,
                                "Pinterest's sign-in page, or a stand-in for tests and proxies");
  redirect->group("Addresses");
  page->group("Addresses");
  for (CLI::Option* option : {redirect, page}) {
    option->type_name("URL")->check([](const std::string& url) { return config::url_problem(url); });
  }
}

void add_modes(CLI::App& app, Raw& raw) {
  auto* discover =
      app.add_flag("-d,--discover", raw.discover, "Print the catalog; needs no network and no credentials");
  auto* test = app.add_flag("--test", raw.test, "Check the connection, scopes, and accounts, then exit");
  auto* about = app.add_flag("--about", raw.about, "Print the tap's description and all its settings");
  auto* format = app.add_option("--format", raw.format, "Format of --about: text, json or markdown")
                     ->check(check_format)
                     ->needs(about);
  auto* verify = app.add_option("--verify", raw.verify,
                                "Check the output of earlier runs, in files or standard input (-)")
                     ->type_name("FILE")
                     ->check(check_output);
  auto* login = app.add_subcommand("login", "Sign in to Pinterest in a browser; writes token_file")
                    ->excludes(discover)
                    ->excludes(test)
                    ->excludes(about)
                    ->excludes(verify)
                    ->group("Commands");
  add_login(*login, raw);
  discover->excludes(test)->excludes(about);
  test->excludes(about);
  verify->excludes(discover)->excludes(test)->excludes(about);
  // A text of their own keeps the parser's list of what excludes what out of the help.
  for (CLI::Option* flag : {discover, test, about}) flag->disable_flag_override()->option_text(" ");
  format->option_text("FORMAT");
  verify->option_text("FILE...");
  for (CLI::Option* option : {discover, test, verify, about, format}) option->group("Modes (at most one)");
}

// As a shell would have done where it did not, as in --config=~/x.
std::string path_of(const std::string& stated) {
  const char* home = std::getenv("HOME");
  return util::expand_home(stated, home == nullptr ? "" : home);
}

Options to_options(const CLI::App& app, const Raw& raw) {
  Options options;
  if (raw.discover) options.mode = Mode::discover;
  if (raw.test) options.mode = Mode::test;
  if (raw.about) options.mode = Mode::about;
  if (!raw.verify.empty()) options.mode = Mode::verify;
  if (app.got_subcommand("login")) options.mode = Mode::login;
  options.configs = raw.configs;
  options.configs.insert(options.configs.end(), raw.login_configs.begin(), raw.login_configs.end());
  for (std::string& config : options.configs) config = path_of(config);
  if (!raw.catalog.empty()) options.catalog = path_of(raw.catalog);
  if (app.count("--state") > 0) options.state = path_of(raw.state);
  if (app.count("--write-state") > 0) options.write_state = path_of(raw.write_state);
  options.select = raw.select;
  for (const std::string& path : raw.verify) options.verify.push_back(path_of(path));
  options.scopes = raw.scopes;
  options.redirect_uri = raw.redirect_uri;
  options.authorization_url = raw.authorization_url;
  options.about_format = std::ranges::find(kFormats, raw.format, &Format::name)->format;
  return options;
}

// A value may be a secret that was meant for another place, so that only names of options and of JSON files
// are shown.
std::string describe_unexpected(const CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const std::string& argument : arguments) {
    if (argument.size() > 1 && argument.starts_with('-'))
      names.push_back(argument.substr(0, argument.find('=')));
  }
  if (names.empty()) {
    const bool is_file = arguments.front().ends_with(".json");
    return is_file ? fmt::format("unexpected argument '{0}'; did you mean --config {0}?", arguments.front())
                   : "unexpected argument without an option";
  }
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  return fmt::format(
      "no such option: {}{}", fmt::join(names, ", "),
      util::did_you_mean(names.front(), std::vector<std::string_view>(known.begin(), known.end())));
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
    return usage_error(describe_unexpected(app, app.remaining(/*recurse=*/true)));
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what());
  }
  if (!raw.verify.empty()) {
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_group() == "Input" && option->count() > 0) {
        return usage_error(fmt::format("{} excludes --verify", option->get_name()));
      }
    }
  }
  return to_options(app, raw);
}

}  // namespace tap_pinterest::cli
