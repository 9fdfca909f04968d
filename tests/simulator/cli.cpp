#include "cli.hpp"

#include <CLI/CLI.hpp>
#include <map>

#include "calendar.hpp"

namespace simulator {
namespace {

// An option whose value is a moment like 2026-03-01T12:00:00Z.
void add_moment(CLI::App& app, const std::string& name, std::optional<Instant>& out,
                const std::string& help) {
  app.add_option_function<std::string>(
      name,
      [&out, name](const std::string& text) {
        out = parse_instant(text);
        if (!out) throw CLI::ValidationError(name, "must look like 2026-03-01T12:00:00Z");
      },
      help);
}

void add_world(CLI::App& app, CommandLine& line) {
  Options& it = line.options;
  app.add_option("--accounts", it.accounts, "Ad accounts")->check(CLI::Range(0, 20'000));
  app.add_option("--campaigns", it.campaigns, "Campaigns an account");
  app.add_option("--ad-groups", it.ad_groups, "Ad groups an account");
  app.add_option("--ads", it.ads, "Ads an account");
  app.add_option("--pins", it.pins, "Pins of the user");
  app.add_option("--seed", it.seed, "Another seed, another world");
  add_moment(app, "--now", line.now, "Where the clock starts; real time if not given");
  add_moment(app, "--epoch", it.epoch, "The moment the world is laid out around; default: --now");
}

void add_looks(CLI::App& app, Options& it) {
  app.add_flag("--short-pages,!--no-short-pages", it.short_pages, "Short and empty pages now and then (on)");
  app.add_flag("--plain-values,!--strings", it.plain_values, "No odd forms of values, nothing missing (off)");
  app.add_flag("--gaps,!--no-gaps", it.gaps, "Days without delivery are left out (on)");
  app.add_flag("--restate,!--no-restate", it.restate, "Recent days follow the generation counter (on)");
  app.add_flag("--unknown-fields", it.unknown_fields, "Fields that the OpenAPI document does not know");
  app.add_flag("--lone-surrogates", it.lone_surrogates, "Titles of pins with half a character");
  app.add_option("--account-difference", it.account_difference,
                 "Per cent by which an account's own total is too high, every fifth day of a month")
      ->check(CLI::Range(0.0, 1'000.0));
  app.add_option("--broken-identity", it.broken_identity,
                 "On one of so many days an entity of each level has one IMPRESSION_2 too many; 0: never");
  app.add_option("--pins-end", it.pins_end, "How deep the list of pins goes");
}

void add_reports(CLI::App& app, Options& it) {
  app.add_option("--report-polls", it.report_polls, "Polls that find a report unfinished");
  const std::map<std::string, bool> answers{{"yes", true}, {"no", false}};
  app.add_option("--report-id-in-row", it.report_id_in_row, "Rows of reports hold their id: yes or no")
      ->transform(CLI::CheckedTransformer(answers));
  const std::map<std::string, EmptyReport> forms{
      {"null", EmptyReport::kNull}, {"body", EmptyReport::kBody}, {"object", EmptyReport::kObject}};
  app.add_option("--empty-report", it.empty_report,
                 "A report without rows: null (no link), body (a link to nothing) or object (a link to {})")
      ->transform(CLI::CheckedTransformer(forms));
  app.add_flag("!--no-ranges", it.report_ranges, "Downloads ignore Range");
  app.add_flag("--gzip-reports", it.gzip_reports, "Downloads are compressed for those who accept it");
  app.add_option("--report-cost-limit", it.report_cost_limit, "Reports a minute; 0: no limit");
  app.add_option("--download-port", it.download_port,
                 "Links to reports lead to this port; 0 picks a free one");
}

void add_rules(CLI::App& app, Options& it) {
  app.add_flag("!--no-beta", it.beta, "/pins/analytics is not there for this app");
  app.add_option("--beta-off-status", it.beta_off_status, "What it says then")
      ->check(CLI::IsMember({401, 403, 404}));
  app.add_flag("--bulk-keys-by-app", it.bulk_keys_by_app, "/pins/analytics names the app type, not `all`");
  app.add_flag("!--no-keyword-batches", it.keyword_batches, "Lists of keywords do not know ad_group_ids");
  app.add_flag("!--no-catalog", it.catalog, "The user has no catalog: product groups say 409");
  app.add_option("--deny-account", it.denied_accounts, "403 for everything of this account; repeatable");
  const std::map<std::string, LimitTier> tiers{
      {"standard", LimitTier::kStandard}, {"trial", LimitTier::kTrial}, {"off", LimitTier::kOff}};
  app.add_option("--limits", it.limits, "Rate limits: standard, trial or off")
      ->transform(CLI::CheckedTransformer(tiers));
  app.add_option("--limit-scale", it.limit_scale, "A minute of the limits lasts 60 s divided by this")
      ->check(CLI::PositiveNumber);
  app.add_option_function<std::vector<std::string>>(
      "--category-limit",
      [&it](const std::vector<std::string>& all) {
        for (const std::string& text : all) {
          const std::size_t mark = std::min(text.find('='), text.size());
          std::int64_t limit = 0;
          if (mark == text.size() || !CLI::detail::lexical_cast(text.substr(mark + 1), limit) || limit < 1) {
            throw CLI::ValidationError("--category-limit", "must look like org_analytics=60");
          }
          it.category_limits[text.substr(0, mark)] = limit;
        }
      },
      "Requests a minute of one category, as org_analytics=60; repeatable");
  app.add_option_function<std::string>(
      "--limit-headers",
      [&it](const std::string& text) {
        if (text == "on") return;
        it.limit_headers.clear();
        if (text == "off") return;
        for (const std::string& name : CLI::detail::split(text, ',')) it.limit_headers.insert(name);
      },
      "on, off, or a list of x-ratelimit-limit,x-ratelimit-remaining,x-ratelimit-reset,retry-after");
}

void add_credentials(CLI::App& app, Options& it) {
  app.add_option_function<std::int64_t>(
      "--token-lifetime", [&it](std::int64_t s) { it.token_lifetime = std::chrono::seconds{s}; },
      "Seconds an access token lives");
  app.add_option_function<std::string>(
         "--rotate", [&it](const std::string& text) { it.kill_rotated_token = text == "kill"; },
         "The old refresh token: keep or kill")
      ->check(CLI::IsMember({"keep", "kill"}));
  app.add_option("--client-id", it.client_id);
  app.add_option("--client-secret", it.client_secret);
  app.add_option("--refresh-token", it.refresh_token);
  app.add_option("--access-token", it.access_token, "Valid from the start");
  app.add_option("--redirect-uri", it.redirect_uris, "Registered for the app; repeatable");
  app.add_option("--proxy-auth", it.proxy_auth, "The Authorization that /proxy/refresh wants");
  app.add_option_function<std::vector<std::string>>(
         "--scopes",
         [&it](const std::vector<std::string>& all) {
           it.scopes = {all.begin(), all.end()};
         },
         "What tokens may do, comma-separated")
      ->delimiter(',');
}

void add_wire(CLI::App& app, CommandLine& line) {
  Options& it = line.options;
  app.add_option("--port", it.port, "Port on 127.0.0.1; 0 picks a free one");
  app.add_option_function<std::int64_t>(
      "--latency-ms", [&it](std::int64_t ms) { it.latency = std::chrono::milliseconds{ms}; },
      "Added to each answer");
  auto* const certificate =
      app.add_option("--tls-cert", it.tls_certificate_file, "PEM file: https")->check(CLI::ExistingFile);
  auto* const key = app.add_option("--tls-key", it.tls_key_file, "PEM file")->check(CLI::ExistingFile);
  certificate->needs(key);
  key->needs(certificate);
  app.add_flag("--exit-with-stdin", line.exit_with_stdin, "Leave when stdin closes");
}

}  // namespace

std::optional<int> parse_command_line(int argc, char** argv, CommandLine& out) {
  CLI::App app{"A simulated Pinterest API v5"};
  add_world(app, out);
  add_looks(app, out.options);
  add_reports(app, out.options);
  add_rules(app, out.options);
  add_credentials(app, out.options);
  add_wire(app, out);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return std::nullopt;
}

}  // namespace simulator
