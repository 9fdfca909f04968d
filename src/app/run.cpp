#include "tap_pinterest/app/run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "login_command.hpp"
#include "own_config.hpp"
#include "signals.hpp"
#include "tap_pinterest/app/connection_test.hpp"
#include "tap_pinterest/app/exit_code.hpp"
#include "tap_pinterest/app/standard_output.hpp"
#include "tap_pinterest/app/sync_command.hpp"
#include "tap_pinterest/app/verify_command.hpp"
#include "tap_pinterest/cli/about.hpp"
#include "tap_pinterest/cli/options.hpp"
#include "tap_pinterest/config/settings.hpp"
#include "tap_pinterest/http/curl_transport.hpp"
#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/pinterest/oauth.hpp"
#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/singer/catalog.hpp"
#include "tap_pinterest/singer/select_patterns.hpp"
#include "tap_pinterest/singer/state.hpp"
#include "tap_pinterest/sync/bookmarks.hpp"
#include "tap_pinterest/util/environment.hpp"
#include "tap_pinterest/util/plural.hpp"
#include "tap_pinterest/util/read_file.hpp"
#include "tap_pinterest/util/replace_file.hpp"
#include "tap_pinterest/util/trim.hpp"

namespace tap_pinterest::app {
namespace {

constexpr int kCatalogIndent = 2;

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// The names of all environment variables.
std::vector<std::string> variable_names() {
  std::vector<std::string> names;
  for (const std::string_view text : util::environment_entries()) {
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

int print(const std::string& text) { return write_to_stdout(text) ? kExitSuccess : kExitFailure; }

// A descriptor that was closed before would be given to the next file or connection, which would then get
// what is meant for standard output or error. What stands in for it refuses to be written.
void occupy_standard_descriptors() {
  int descriptor = 0;
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0) close(descriptor);
}

// Ends with the one line that callers look for; several problems are said before it.
int refuse(std::string_view what, const std::vector<std::string>& problems) {
  if (problems.size() == 1) {
    log::critical("{} cannot be used: {}", what, problems.front());
    return kExitUsage;
  }
  for (const std::string& problem : problems) log::error("{}", problem);
  log::critical("{} cannot be used: {} problems, see above", what, problems.size());
  return kExitUsage;
}

void mask_secrets(const config::Config& config) {
  log::mask(config.access_token);
  if (config.proxy) {
    log::mask(config.proxy->auth);
    log::mask(config.proxy->access_token);
    log::mask(config.proxy->refresh_token);
  }
  if (config.app) {
    log::mask(config.app->client_secret);
    log::mask(pinterest::basic_credentials(*config.app));
    log::mask(config.app->refresh_token);
  }
}

std::vector<singer::StreamDescription> describe_streams(
    std::span<const pinterest::StreamDefinition> definitions, const config::Config& config) {
  std::vector<singer::StreamDescription> descriptions;
  for (const pinterest::StreamDefinition& stream : definitions) {
    descriptions.push_back(pinterest::describe(stream, config));
  }
  return descriptions;
}

http::TransportFactory transports(const config::Config& config) {
  return [options = http::CurlOptions{.user_agent = config.user_agent, .ca_file = config.ca_file}] {
    return http::make_curl_transport(options);
  };
}

// What keeps a transport from being made, as certificate authorities that cannot be read.
std::optional<std::string> find_transport_problem(const http::TransportFactory& make_transport) {
  try {
    make_transport();
    return std::nullopt;
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

// Whether --state and --write-state name one file.
bool has_one_state_file(const cli::Options& options) {
  if (!options.state || !options.write_state) return false;
  return util::resolve_links(*options.state) == util::resolve_links(*options.write_state);
}

bool is_blank(std::string_view text) { return util::trim(text).empty(); }

// An empty file is what a first run of a script leaves behind: no state. None at all is what a first run
// meets that will write it.
singer::State read_state(const cli::Options& options, std::vector<std::string>& problems) {
  const std::string& path = *options.state;
  std::error_code unknown;
  if (has_one_state_file(options) && !std::filesystem::exists(path, unknown)) {
    log::info("state file {} does not exist yet; starting without a state", path);
    return {};
  }
  std::string problem;
  const std::optional<std::string> text = util::read_file(path, problem);
  if (!text) {
    const bool exists = std::filesystem::exists(path, unknown);
    problems.push_back(fmt::format(
        "state file {} {}{}", path, problem,
        exists ? "" : "; on a first run, leave out --state or pass the same file to --write-state"));
    return {};
  }
  if (is_blank(*text)) {
    log::warning("state file {} is empty; starting without a state", path);
    return {};
  }
  std::vector<std::string> unusable;
  singer::State state = singer::State::parse(*text, unusable);
  for (const std::string& what : unusable) problems.push_back(fmt::format("state file {}: {}", path, what));
  return state;
}

// Whether the file is missing, empty or a state: nothing else, such as a config, is overwritten.
bool can_be_replaced(const std::string& path) {
  std::string problem;
  const std::optional<std::string> text = util::read_file(path, problem);
  if (!text || is_blank(*text)) return true;
  std::vector<std::string> problems;
  singer::State::parse(*text, problems);
  return problems.empty();
}

// What a catalog and --select make of these streams; nothing after their problems have been said.
std::optional<singer::Selection> select(const cli::Options& options, const config::Config& config,
                                        std::span<const pinterest::StreamDefinition> definitions) {
  std::vector<std::string> problems;
  std::optional<singer::Json> catalog;
  if (options.catalog) catalog = config::read_json_file("catalog", *options.catalog, problems);
  const std::vector<singer::StreamDescription> streams = describe_streams(definitions, config);
  std::string_view what = "the catalog";
  if (problems.empty() && !options.select.empty()) {
    if (!catalog) catalog = singer::discover(streams);
    problems = singer::apply_patterns(options.select, streams, *catalog);
    what = "--select";
  }
  if (!problems.empty()) {
    refuse(what, problems);
    return std::nullopt;
  }
  singer::Selection selection = singer::select(streams, catalog ? &*catalog : nullptr, config.flattening);
  if (!selection.problems.empty()) {
    refuse("the catalog", selection.problems);
    return std::nullopt;
  }
  return selection;
}

int sync(const cli::Options& options, const std::vector<std::string>& sources, const config::Config& config) {
  std::vector<std::string> problems;
  singer::State state;
  if (options.state) state = read_state(options, problems);
  if (const std::string problem = sync::claim_state(state, config.shard); !problem.empty()) {
    problems.push_back(fmt::format("state file {}: {}", *options.state, problem));
  }
  std::optional<sync::StateFile> state_file;
  // What is read as the state has been looked at.
  if (options.write_state && !has_one_state_file(options) && !can_be_replaced(*options.write_state)) {
    problems.push_back(
        fmt::format("--write-state: {} is not a state file; refusing to overwrite it", *options.write_state));
  }
  try {
    if (options.write_state) state_file.emplace(*options.write_state, util::real_clock());
  } catch (const util::FileError& error) {
    problems.push_back(fmt::format("--write-state: {}", error.what()));
  }
  if (!problems.empty()) return refuse("the state", problems);

  const std::vector<pinterest::StreamDefinition> definitions = pinterest::streams_of(config);
  const auto selection = select(options, config, definitions);
  if (!selection) return kExitUsage;
  for (const pinterest::StreamDefinition& stream : pinterest::selected_streams(definitions, *selection)) {
    const std::string problem = pinterest::find_stream_problem(stream, config);
    if (!problem.empty()) return refuse("the configuration", {problem});
  }
  for (const std::string& warning : selection->warnings) log::warning("{}", warning);
  for (const std::string& warning : sync::unused_bookmarks(state, definitions)) log::warning("{}", warning);
  if (selection->streams.empty()) log::warning("no stream is selected: nothing to do");
  log::info("tap-pinterest {} reads {}; config {}, catalog {}, state {}", TAP_PINTEREST_VERSION,
            util::plural(selection->streams.size(), "stream", "streams"), fmt::join(sources, ", "),
            options.catalog.value_or("none"), options.state.value_or("none"));
  return run_sync(config, *selection, std::move(state), state_file ? &*state_file : nullptr,
                  transports(config));
}

int test(const cli::Options& options, const config::Config& config) {
  const std::vector<pinterest::StreamDefinition> definitions = pinterest::streams_of(config);
  const auto selection = select(options, config, definitions);
  if (!selection) return kExitUsage;
  return run_connection_test(config, pinterest::selected_streams(definitions, *selection),
                             transports(config));
}

// What a sign-in asks for: enough for the streams that are chosen, and for the profile.
std::optional<std::string> scopes_to_ask_for(const cli::Options& options, const config::Config& config) {
  const std::vector<pinterest::StreamDefinition> definitions = pinterest::streams_of(config);
  const auto selection = select(options, config, definitions);
  if (!selection) return std::nullopt;
  std::string more = fmt::format("{}", fmt::join(options.scopes, ","));
  if (!options.catalog && options.select.empty()) more += ",user_accounts:read";
  return pinterest::scopes_of(pinterest::selected_streams(definitions, *selection), more);
}

int discover(const cli::Options& options, const config::Config& config) {
  const std::vector<singer::StreamDescription> streams =
      describe_streams(pinterest::streams_of(config), config);
  singer::Json catalog = singer::discover(streams);
  if (!options.select.empty()) {
    const std::vector<std::string> mistakes = singer::apply_patterns(options.select, streams, catalog);
    if (!mistakes.empty()) return refuse("--select", mistakes);
  }
  return print(catalog.dump(kCatalogIndent) + "\n");
}

// The configuration, or nothing after its problems have been said.
std::optional<config::Config> load(const std::vector<std::string>& sources,
                                   const config::Environment& variables, config::Purpose purpose) {
  config::LoadResult loaded =
      config::load_config(sources, variables, util::day_of(util::real_clock().system_now()), purpose);
  for (const std::string& warning : loaded.warnings) log::warning("{}", warning);
  if (std::ranges::find(sources, "ENV") != sources.end()) {
    for (const std::string& warning : config::find_unknown_variables(variable_names())) {
      log::warning("{}", warning);
    }
  }
  if (loaded.config) {
    mask_secrets(*loaded.config);
  } else {
    refuse("the configuration", loaded.problems);
  }
  return std::move(loaded.config);
}

void add_own_config(std::vector<std::string>& sources) {
  const std::string path = own_config_path(environment);
  std::error_code unknown;
  if (path.empty() || !std::filesystem::exists(path, unknown)) return;
  log::info("no --config given; using {}", path);
  sources.push_back(path);
}

int login(const cli::Options& options) {
  LineInput input;
  const util::Descriptor signals = take_signals();
  std::vector<std::string> sources = options.configs;
  config::Environment variables = environment;
  std::optional<OwnConfig> own_config;
  if (sources.empty()) {
    const std::string path = own_config_path(environment);
    if (path.empty()) {
      return refuse("the configuration", {"neither XDG_CONFIG_HOME nor HOME is set; pass --config"});
    }
    add_own_config(sources);
    std::vector<std::string> problems;
    own_config.emplace(path, problems);
    if (!problems.empty()) return refuse("the configuration", problems);
    if (const auto code = own_config->complete(options.redirect_uri, input, signals)) return *code;
    variables = own_config->additions(environment);
    sources.emplace_back("ENV");
  }
  const auto config = load(sources, variables, config::Purpose::login);
  if (!config) return kExitUsage;
  if (const auto problem = find_transport_problem(transports(*config)))
    return refuse("the configuration", {*problem});
  const auto scopes = scopes_to_ask_for(options, *config);
  if (!scopes) return kExitUsage;
  std::string command = "tap-pinterest";
  for (const std::string& source : options.configs) command += " --config " + source;
  return run_login(*config,
                   {.redirect_uri = options.redirect_uri,
                    .authorization_url = options.authorization_url,
                    .scopes = *scopes,
                    .own_config = own_config ? &*own_config : nullptr,
                    .command = command},
                   input, signals, transports(*config));
}

int run_mode(const cli::Options& options) {
  if (options.mode == cli::Mode::about) return print(cli::about(options.about_format));

  if (options.mode == cli::Mode::verify) return run_verify(options.verify);
  if (options.mode == cli::Mode::login) return login(options);

  const auto purpose =
      options.mode == cli::Mode::discover ? config::Purpose::discover : config::Purpose::sync;
  std::vector<std::string> sources = options.configs;
  if (sources.empty()) add_own_config(sources);
  const auto loaded = load(sources, environment, purpose);
  if (!loaded) return kExitUsage;
  const config::Config& config = *loaded;

  if (const std::string problem = pinterest::find_name_problem(config); !problem.empty())
    return refuse("the configuration", {problem});
  if (options.mode == cli::Mode::discover) return discover(options, config);
  if (const auto problem = find_transport_problem(transports(config)))
    return refuse("the configuration", {*problem});
  if (const auto problem = pinterest::find_missing_login(config))
    return refuse("the configuration", {*problem});
  if (options.mode == cli::Mode::test) return test(options, config);
  return sync(options, sources, config);
}

}  // namespace

int run(int argc, const char* const* argv) {
  // A closed output is seen where it is written.
  std::signal(SIGPIPE, SIG_IGN);
  occupy_standard_descriptors();
  const auto parsed = cli::parse_options(argc, argv);
  if (const auto* finished = std::get_if<cli::Finished>(&parsed)) {
    std::fputs(finished->standard_error.c_str(), stderr);
    return write_to_stdout(finished->standard_output) ? finished->exit_code : kExitFailure;
  }
  log::init();
  try {
    return run_mode(std::get<cli::Options>(parsed));
  } catch (const std::exception& error) {
    log::critical("internal error: {}; please report it", error.what());
    return kExitFailure;
  }
}

}  // namespace tap_pinterest::app
