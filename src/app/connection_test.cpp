#include "tap_pinterest/app/connection_test.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <vector>

#include "signals.hpp"
#include "tap_pinterest/app/exit_code.hpp"
#include "tap_pinterest/app/standard_output.hpp"
#include "tap_pinterest/http/retry_policy.hpp"
#include "tap_pinterest/log/format.hpp"
#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/pinterest/errors.hpp"
#include "tap_pinterest/pinterest/oauth.hpp"
#include "tap_pinterest/pinterest/reports.hpp"
#include "tap_pinterest/pinterest/requests.hpp"
#include "tap_pinterest/singer/json_reader.hpp"

namespace tap_pinterest::app {
namespace {

using nlohmann::json;

constexpr int kTries = 3;
constexpr int kDecimal = 10;
// Requests are scarce, and accounts may be many.
constexpr std::size_t kMostAccountsTried = 20;
// One page of 250 entities is well below this.
constexpr std::size_t kMaxBodyBytes = 16UL * 1024 * 1024;

struct Reply {
  // Absent if the request failed; then `problem` says why.
  std::optional<json> body;
  std::string problem;
  // What the last answer called for, if there was one.
  std::optional<pinterest::Action> action;
};

class ConnectionTest {
 public:
  ConnectionTest(const config::Config& config, std::vector<pinterest::StreamDefinition> selected,
                 const http::TransportFactory& make_transport)
      : config_(config),
        selected_(std::move(selected)),
        transport_(make_transport()),
        clock_(util::real_clock()),
        tokens_(config, clock_, pinterest::scopes_of(selected_)) {}

  // Nothing more is sent once `stop` is requested, but a new token is kept.
  bool run(std::stop_token stop) {
    stop_ = std::move(stop);
    std::string problem = renew();
    Reply accounts;
    if (problem.empty()) accounts = get_page("ad_accounts");
    if (accounts.action == pinterest::Action::authenticate) problem = accounts.problem;
    say(problem.empty(), "access token", problem.empty() ? token_line_ : problem);
    if (problem.empty()) {
      check_accounts(accounts);
      check_scopes();
      check_reports();
      check_pins();
      list_streams();
    }
    if (const auto error = tokens_.store_pending(stop_)) {
      say(false, "token file", *error + "; sign in again if the next run is refused");
    }
    return good_;
  }

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  // Half a character in somebody's title is not what this test is about. The reader allows no nesting that
  // would take a copy of the document to the end of the stack.
  static json parse_leniently(std::string_view body) {
    std::string text;
    singer::JsonWriter writer(text);
    singer::JsonReader reader(writer, singer::Oddities::repaired);
    reader.read(body, /*is_last=*/true);
    if (reader.error()) return {json::value_t::discarded};
    return json::parse(text, nullptr, /*allow_exceptions=*/false);
  }

  // The ids of a page: those that are numbers, as all of Pinterest's are.
  static std::vector<std::string> ids_of(const json& page) {
    std::vector<std::string> ids;
    for (const json& item : page.at("items")) {
      const auto id = item.is_object() ? item.find("id") : item.end();
      if (id == item.end() || !id->is_string()) continue;
      const auto& text = id->get_ref<const std::string&>();
      if (pinterest::is_id(text)) ids.push_back(text);
    }
    return ids;
  }

  void say(bool good, std::string_view what, const std::string& detail) {
    good_ = good_ && good;
    lines_.push_back(log::printable(fmt::format("{:<18} {:<7} {}", what, good ? "ok" : "FAILED", detail),
                                    log::kMaxMessageBytes));
  }

  // Why there is no token; empty if there is one.
  std::string renew() {
    std::string problem;
    for (int i = 0; i < kTries; ++i) {
      const pinterest::Renewal renewal = tokens_.renew(*transport_, stop_);
      if (renewal.outcome == pinterest::Renewal::Outcome::done) {
        const auto expires = tokens_.expires_at();
        token_line_ = expires ? "good until " +
                                    util::format_date_time(std::chrono::floor<std::chrono::seconds>(*expires))
                              : "from the configuration; expiry unknown";
        return {};
      }
      problem = renewal.message;
      if (renewal.outcome == pinterest::Renewal::Outcome::fatal) break;
    }
    return problem;
  }

  Reply get(const std::string& url) { return ask(url, {}); }

  // POSTs `body`, if there is one.
  Reply ask(const std::string& url, const std::string& body) {
    Reply reply;
    for (int i = 0; i < kTries; ++i) {
      const auto token = tokens_.current();
      if (!token) {
        reply.problem = "no access token";
        return reply;
      }
      http::Request request;
      request.url = url;
      request.headers = {{"Accept", "application/json"}};
      if (!body.empty()) {
        request.method = "POST";
        request.headers.push_back({"Content-Type", "application/json"});
        request.body = util::Secret(body);
      }
      request.authorization = util::Secret("Bearer " + token->value.reveal());
      request.timeout = config_.request_timeout;
      request.max_body_bytes = kMaxBodyBytes;
      const http::Result result = transport_->send(request, stop_);
      if (const auto* error = std::get_if<http::TransportError>(&result)) {
        reply.problem = error->message;
        continue;
      }
      const auto& response = std::get<http::Response>(result);
      clock_.observe(response);
      const pinterest::ApiError error = pinterest::read_error(response);
      const pinterest::Action action = pinterest::judge(error);
      reply.action = action;
      if (action == pinterest::Action::accept) {
        json document = parse_leniently(response.body);
        if (!document.is_discarded()) {
          reply.body = std::move(document);
          return reply;
        }
        reply.problem = pinterest::is_html(response)
                            ? pinterest::describe_html(response.status, config_.api_url)
                            : "the answer is not JSON";
        continue;
      }
      reply.problem =
          error.is_html ? pinterest::describe_html(response.status, config_.api_url) : error.describe();
      if (action == pinterest::Action::authenticate) {
        tokens_.refused(token->generation, reply.problem);
        const std::string problem = renew();
        if (problem.empty()) continue;
        reply.problem = problem;
      }
      if (action != pinterest::Action::retry) return reply;
    }
    return reply;
  }

  // A list: an object with an array of items, or a problem.
  Reply get_page(std::string_view stream, const std::string& account = {}) {
    Reply reply =
        get(pinterest::list_url(config_, {.stream = pinterest::find_stream(stream), .account = account}));
    if (reply.body && !(reply.body->is_object() && reply.body->value("items", json()).is_array())) {
      reply.body.reset();
      reply.problem = "the answer is not a page of items";
    }
    return reply;
  }

  void check_accounts(const Reply& reply) {
    if (!reply.body) {
      say(false, "ad accounts", reply.problem);
      return;
    }
    std::vector<std::string> accounts = config_.ad_account_ids;
    bool more = false;
    if (accounts.empty()) {
      more = reply.body->value("bookmark", json()).is_string();
      accounts = ids_of(*reply.body);
    }
    std::erase_if(accounts, [this](const std::string& id) { return !config_.in_shard(id); });
    try_accounts(accounts, more);
  }

  // Pinterest lists accounts, too, that it lets nobody read.
  void try_accounts(const std::vector<std::string>& accounts, bool more) {
    std::vector<std::string> unreadable;
    const std::size_t tried = std::min(accounts.size(), kMostAccountsTried);
    for (std::size_t i = 0; i < tried; ++i) {
      const Reply reply = get_page("campaigns", accounts[i]);
      if (!reply.body) {
        unreadable.push_back(fmt::format("{} ({})", accounts[i], reply.problem));
      } else if (readable_account_.empty()) {
        readable_account_ = accounts[i];
      }
    }
    const std::size_t readable = accounts.size() - unreadable.size();
    std::string text = fmt::format("{}{} can be read", readable, more ? " or more" : "");
    if (tried < accounts.size()) text += fmt::format(", {} of them tried", tried);
    if (!unreadable.empty()) text += fmt::format("; but not {}", fmt::join(unreadable, ", "));
    const bool is_asked_for = !config_.ad_account_ids.empty();
    say(unreadable.empty() || (!is_asked_for && readable > 0), "ad accounts", text);
  }

  void check_scopes() {
    const std::string granted = tokens_.scope();
    if (granted.empty()) {
      say(true, "scopes", "unknown: Pinterest names them only when it issues a token");
      return;
    }
    const std::string lacking = pinterest::scopes_without(pinterest::scopes_of(selected_), granted);
    say(lacking.empty(), "scopes",
        lacking.empty() ? granted
                        : fmt::format("{}; lacking {}: grant it with 'tap-pinterest login --scope {}'",
                                      granted, lacking, lacking));
  }

  void list_streams() {
    const std::string granted = tokens_.scope();
    if (granted.empty()) return;
    for (const pinterest::StreamDefinition& stream : pinterest::streams_of(config_)) {
      const std::string missing = pinterest::find_lacking_scopes(stream, granted);
      lines_.push_back(fmt::format("  {:<32} {}", stream.id,
                                   missing.empty() ? "granted" : fmt::format("needs {}", missing)));
    }
  }

  // Only creating one tells: the smallest there is, which nobody fetches.
  void check_reports() {
    const bool never_wanted =
        config_.analytics_source == config::AnalyticsSource::direct && config_.custom_reports.empty();
    if (readable_account_.empty() || never_wanted) return;
    config::Config by_day = config_;
    by_day.analytics.granularity = config::Granularity::day;
    const util::Day yesterday = util::day_of(clock_.now()) - std::chrono::days(1);
    const pinterest::AnalyticsRequest request{.stream = pinterest::find_stream("ad_account_analytics"),
                                              .account = readable_account_,
                                              .range = {yesterday, yesterday},
                                              .by_report = true};
    const Reply reply = ask(pinterest::new_report_url(by_day, request),
                            pinterest::report_body(by_day, request, {"SPEND_IN_DOLLAR"}));
    const bool is_limited = reply.action == pinterest::Action::wait;
    const bool is_refused =
        reply.action == pinterest::Action::deny || reply.action == pinterest::Action::deny_app;
    if (reply.body) {
      say(true, "reports", "allowed: ads analytics reach back 913 days");
    } else if (is_limited) {
      say(true, "reports", "unknown: a rate limit is reached");
    } else {
      say(is_refused, "reports",
          is_refused ? fmt::format("refused ({}): ads analytics reach back 89 days", reply.problem)
                     : reply.problem);
    }
  }

  void check_pins() {
    const Reply reply = get_page("pins");
    if (!reply.body) {
      say(false, "pins", reply.problem);
      return;
    }
    const std::vector<std::string> pins = ids_of(*reply.body);
    say(true, "pins", pins.empty() ? "readable, but empty" : "readable");
    if (pins.empty()) return;
    const util::Day yesterday = util::day_of(clock_.now()) - std::chrono::days(1);
    const pinterest::AnalyticsRequest request{.stream = pinterest::find_stream("pin_analytics"),
                                              .ids = {std::strtoull(pins[0].c_str(), nullptr, kDecimal)},
                                              .range = {yesterday, yesterday},
                                              .app_type = "ALL"};
    const Reply analytics = get(pinterest::analytics_url(config_, request, config_.pin_metric_types));
    if (!analytics.body && analytics.action != pinterest::Action::deny &&
        analytics.action != pinterest::Action::deny_app) {
      say(false, "/pins/analytics", analytics.problem);
      return;
    }
    say(true, "/pins/analytics",
        analytics.body ? "beta endpoint available: 100 pins per request"
                       : "beta endpoint not available: one request per pin");
  }

  const config::Config& config_;
  const std::vector<pinterest::StreamDefinition> selected_;
  std::unique_ptr<http::Transport> transport_;
  pinterest::ApiClock clock_;
  pinterest::TokenSource tokens_;
  std::stop_token stop_;
  std::string token_line_;
  std::string readable_account_;
  std::vector<std::string> lines_;
  bool good_ = true;
};

}  // namespace

int run_connection_test(const config::Config& config, std::vector<pinterest::StreamDefinition> selected,
                        const http::TransportFactory& make_transport) {
  const util::Descriptor signals = take_signals();
  ConnectionTest test(config, std::move(selected), make_transport);
  bool good = false;
  const auto signal = run_until_signal(signals, [&](const std::stop_token& stop) { good = test.run(stop); });
  if (signal) {
    log::critical("stopped by {}", signal_name(*signal));
    return kExitSignal + *signal;
  }
  if (!write_to_stdout(fmt::format("{}\n", fmt::join(test.lines(), "\n")))) return kExitFailure;
  if (good) return kExitSuccess;
  log::critical("the connection test failed: see the lines marked FAILED");
  return kExitFailure;
}

}  // namespace tap_pinterest::app
