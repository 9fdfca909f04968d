// What the user hands over: files and the environment.
#include <fmt/ranges.h>

#include <map>
#include <optional>
#include <set>

#include "fakes/test_config.hpp"
#include "fuzz.hpp"
#include "tap_pinterest/config/settings.hpp"
#include "tap_pinterest/log/options.hpp"
#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/singer/messages.hpp"
#include "tap_pinterest/singer/state.hpp"
#include "tap_pinterest/sync/bookmarks.hpp"
#include "tap_pinterest/sync/entry.hpp"

namespace tap_pinterest::fuzz {
namespace {

std::vector<singer::StreamDescription> describe_streams(const config::Config& config) {
  std::vector<singer::StreamDescription> descriptions;
  for (const pinterest::StreamDefinition& stream : pinterest::streams_of(config)) {
    descriptions.push_back(pinterest::describe(stream, config));
  }
  return descriptions;
}

void check_sentences(const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) {
    check(!sentence.empty(), "a problem is said");
    check(Json::accept(Json(sentence).dump()), "a problem is said in UTF-8", sentence);
  }
}

// A selection can be announced and written.
void check_selection(const singer::Selection& selection) {
  for (const singer::SelectedStream& stream : selection.streams) {
    const std::vector<Json> lines = parse_lines(singer::schema_line(stream));
    check(lines.size() == 1 && lines[0].at("schema") == stream.schema, "a SCHEMA line says the schema");
    const singer::Projection projection(stream.schema, stream.schema);
    for (const std::string& key : stream.key_properties) {
      check(projection.index_of(key).has_value(), "a key is always written", key);
    }
    check(stream.replication_key.empty() || projection.index_of(stream.replication_key).has_value(),
          "a replication key is always written");
  }
}

// https, or a host of this machine.
bool is_safe(std::string url) {
  for (char& c : url) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (url.starts_with("https://")) return true;
  for (const std::string_view host : {"http://localhost", "http://127.", "http://[::1]", "http://[0:"}) {
    if (url.starts_with(host)) return true;
  }
  return false;
}

// All that a configuration decides, as text.
std::string text_of(const config::Config& config) {
  Json text = {config.access_token.reveal(),
               config.token_file,
               config.api_url,
               config.ca_file,
               config.analytics.start_date ? util::format_day(*config.analytics.start_date) : "",
               config.end_date ? util::format_day(*config.end_date) : "",
               std::string(config::to_string(config.analytics.granularity)),
               config.rate_limits,
               config.rate_limit_share,
               config.max_concurrency,
               config.ad_account_ids,
               config.shard ? to_string(*config.shard) : "",
               sync::window_basis(config, *pinterest::find_stream("campaign_targeting_analytics"),
                                  config.analytics.columns),
               config.user_agent,
               config.include_shared_accounts,
               config.trial_access};
  if (config.app) text.push_back({config.app->client_id, config.app->client_secret.reveal()});
  for (const config::CustomReport& report : config.custom_reports) {
    text.push_back({report.name, report.level, report.analytics.columns, report.filters, report.template_id,
                    report.ad_account_id});
  }
  if (config.proxy) text.push_back({config.proxy->url, config.proxy->auth.reveal()});
  return text.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

// A file, and NAME=VALUE for each variable after it.
void config(std::string_view input) {
  const auto pieces = split(input, '\x1e');
  std::map<std::string, std::string, std::less<>> variables;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const std::size_t equals = pieces[i].find('=');
    if (equals != std::string_view::npos)
      variables.emplace(pieces[i].substr(0, equals), pieces[i].substr(equals + 1));
  }
  const config::Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  std::vector<std::string> sources = {file_with(pieces[0])};
  if (pieces.size() > 1) sources.emplace_back("ENV");
  const util::Day today = fakes::day("2026-11-24");
  const auto loaded = config::load_config(sources, environment, today, config::Purpose::sync);
  check(loaded.config.has_value() == loaded.problems.empty(), "a configuration is usable or has problems");
  check_sentences(loaded.problems);
  check_sentences(loaded.warnings);
  if (!loaded.config) return;
  const config::Config& config = *loaded.config;
  check(text_of(config) ==
            text_of(*config::load_config(sources, environment, today, config::Purpose::sync).config),
        "a configuration says the same each time");
  check(is_safe(config.api_url) && (!config.proxy || is_safe(config.proxy->url)), "a token travels safely",
        config.api_url);
  check(config.max_concurrency >= 1 && config.max_concurrency <= 64, "concurrency is in its range");
  check(!config.access_token.empty() || config.proxy || config.app, "there are credentials");
  // Few of these are new, and each takes long.
  static std::set<std::string> discovered;
  const std::string kinds =
      fmt::format("{} {} {}", config::to_string(config.analytics.granularity),
                  fmt::join(config.analytics.columns, ","), fmt::join(config.pin_metric_types, ","));
  if (!discovered.insert(kinds).second) return;
  const auto descriptions = describe_streams(config);
  const Json catalog = singer::discover(descriptions);
  check(Json::parse(catalog.dump()) == catalog, "the catalog is JSON");
  const singer::Selection selection = singer::select(descriptions, &catalog);
  check(selection.problems.empty() && selection.warnings.empty(), "what is discovered can be selected");
  const auto by_default =
      std::ranges::count_if(descriptions, &singer::StreamDescription::selected_by_default);
  check(std::ssize(selection.streams) == by_default, "what is selected by default is discovered as selected");
  check_selection(selection);
}

void catalog(std::string_view input) {
  static const auto descriptions = describe_streams(fakes::test_config());
  std::vector<std::string> problems;
  const auto document = config::read_json_file("catalog", file_with(input), problems);
  check_sentences(problems);
  if (!document) return;
  const singer::Selection selection = singer::select(descriptions, &*document);
  check_sentences(selection.problems);
  check_sentences(selection.warnings);
  if (selection.problems.empty()) check_selection(selection);
}

void state(std::string_view input) {
  std::vector<std::string> problems;
  singer::State state = singer::State::parse(input, problems);
  check_sentences(problems);
  if (!problems.empty()) return;
  check_sentences(sync::unused_bookmarks(state, pinterest::streams()));
  const std::string line = singer::state_line(state);
  const auto lines = parse_lines(line);
  check(lines.size() == 1 && lines[0].at("value").contains("bookmarks"), "a STATE line says the state");
  const Json before = lines[0].at("value");
  std::string text;
  state.append_to(text);
  const singer::State again = singer::State::parse(text, problems);
  check(problems.empty() && singer::state_line(again) == line, "a state that is written is read as it was");

  for (const pinterest::StreamDefinition& stream : pinterest::streams()) {
    if (stream.replication_key.empty()) continue;
    const std::string replication_key(stream.replication_key);
    sync::EntryContext expected{.replication_key = replication_key};
    if (!stream.parent().list.empty()) expected.lookback_days = 30;
    const std::string_view context = stream.by_account() ? "ad_account_id" : "";
    std::vector<std::string> warnings;
    const auto old = state.find(stream.id, context, "549755885175");
    const sync::Entry entry = sync::read_entry(old ? &*old : nullptr, expected, warnings);
    check_sentences(warnings);
    const Json written = sync::write_entry(entry, replication_key, /*as_date=*/false);
    state.put(stream.id, context, "549755885175", written);
    const auto found = state.find(stream.id, context, "549755885175");
    check(found.has_value(), "an entry that was put is found", written.dump());
    warnings.clear();
    const sync::Entry reread = sync::read_entry(&*found, expected, warnings);
    check(warnings.empty(), "an entry that was written needs no warning",
          written.dump() + (warnings.empty() ? "" : warnings[0]));
    check(sync::write_entry(reread, replication_key, /*as_date=*/false) == written &&
              reread.bookmark == entry.bookmark,
          "an entry that was written is read as it was", written.dump());
  }
  const Json after = parse_lines(singer::state_line(state))[0].at("value");
  for (const auto& [name, value] : before.items()) {
    check(name == "bookmarks" || after.at(name) == value, "what is not ours stays");
  }
}

void log_config(std::string_view input) {
  const auto pieces = split(input, '\x1e');
  const std::string path = file_with(pieces[0]);
  const std::string level(pieces.size() > 1 ? pieces[1] : std::string_view());
  const log::Options options = log::read_options([&](const char* name) -> const char* {
    if (std::string_view(name) == "SINGER_SDK_LOG_CONFIG") return path.c_str();
    return std::string_view(name) == "LOGLEVEL" ? level.c_str() : nullptr;
  });
  check(options.warnings.size() <= 2, "one word about each");
}

}  // namespace tap_pinterest::fuzz
