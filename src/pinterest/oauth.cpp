#include "tap_pinterest/pinterest/oauth.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/pinterest/errors.hpp"
#include "tap_pinterest/pinterest/requests.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::pinterest {
namespace {

using nlohmann::json;
using util::Secret;

// The answer may hold the only refresh token that still works, so even a run that is told to stop waits for
// it: less than what the run may take to stop.
constexpr std::chrono::seconds kGrace{3};
// A token answer is a few hundred bytes.
constexpr std::size_t kMaxTokenBodyBytes = 256UL * 1024;

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::optional<std::chrono::seconds> seconds_of(const json& document, const char* name) {
  const auto found = document.find(name);
  if (found == document.end() || !found->is_number()) return std::nullopt;
  const auto value = found->get<double>();
  constexpr double kLongestSeconds = 1e10;
  if (!(value >= 0 && value < kLongestSeconds)) return std::nullopt;
  return std::chrono::seconds(static_cast<long long>(value));
}

std::string string_of(const json& document, const char* name) {
  const auto found = document.find(name);
  return found != document.end() && found->is_string() ? found->get<std::string>() : std::string();
}

http::Request token_post(const config::Config& config, std::string url, std::string_view content_type,
                         Secret authorization, std::string body) {
  http::Request request;
  request.method = "POST";
  request.url = std::move(url);
  request.headers = {{"Content-Type", std::string(content_type)}, {"Accept", "application/json"}};
  request.authorization = std::move(authorization);
  request.body = Secret(std::move(body));
  request.timeout = config.request_timeout;
  request.grace = kGrace;
  request.max_body_bytes = kMaxTokenBodyBytes;
  return request;
}

http::Request app_post(const config::Config& config, const config::AppCredentials& app, std::string form) {
  return token_post(config, fmt::format("{}{}", config.api_url, kTokenEndpoint),
                    "application/x-www-form-urlencoded", Secret("Basic " + basic_credentials(app).reveal()),
                    std::move(form));
}

std::optional<util::Instant> after(util::Instant now, const std::optional<std::chrono::seconds>& duration) {
  return duration ? std::optional<util::Instant>(now + *duration) : std::nullopt;
}

}  // namespace

std::optional<TokenAnswer> parse_token_answer(std::string_view body) {
  const json document = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return std::nullopt;
  TokenAnswer answer;
  answer.access_token = Secret(string_of(document, "access_token"));
  if (answer.access_token.empty()) return std::nullopt;
  answer.expires_in = seconds_of(document, "expires_in");
  answer.refresh_token = Secret(string_of(document, "refresh_token"));
  answer.refresh_token_expires_in = seconds_of(document, "refresh_token_expires_in");
  answer.scope = string_of(document, "scope");
  return answer;
}

Secret basic_credentials(const config::AppCredentials& app) {
  return Secret(base64(app.client_id + ":" + app.client_secret.reveal()));
}

http::Request app_token_request(const config::Config& config, const config::AppCredentials& app,
                                const Secret& refresh_token) {
  std::string body;
  if (refresh_token.empty()) {
    body = "grant_type=client_credentials&scope=" + encode_query(kAllScopes);
  } else {
    body = "grant_type=refresh_token&refresh_token=" + encode_query(refresh_token.reveal()) +
           "&continuous_refresh=true";
  }
  return app_post(config, app, std::move(body));
}

http::Request code_token_request(const config::Config& config, const config::AppCredentials& app,
                                 const Secret& code, std::string_view redirect_uri) {
  return app_post(config, app,
                  "grant_type=authorization_code&code=" + encode_query(code.reveal()) +
                      "&redirect_uri=" + encode_query(redirect_uri) + "&continuous_refresh=true");
}

http::Request proxy_token_request(const config::Config& config, const config::ProxyCredentials& proxy,
                                  const Secret& refresh_token) {
  const json body = {{"grant_type", "refresh_token"}, {"refresh_token", refresh_token.reveal()}};
  return token_post(config, proxy.url, "application/json", proxy.auth,
                    body.dump(-1, ' ', false, json::error_handler_t::replace));
}

TokenSource::TokenSource(const config::Config& config, ApiClock& clock) : config_(config), clock_(clock) {
  if (!config.access_token.empty()) kinds_.push_back(Kind::fixed);
  if (config.proxy) kinds_.push_back(Kind::proxy);
  if (config.app) kinds_.push_back(Kind::app);
}

std::optional<AccessToken> TokenSource::current() const {
  const util::Instant now = clock_.now();
  const std::scoped_lock lock(mutex_);
  if (access_token_.empty() || refused_ || (expires_at_ && *expires_at_ <= now)) return std::nullopt;
  return AccessToken{access_token_, generation_, issued_};
}

bool TokenSource::wants_renewal() const {
  const util::Instant now = clock_.now();
  const std::scoped_lock lock(mutex_);
  return access_token_.empty() || refused_ || (renew_at_ && *renew_at_ <= now);
}

bool TokenSource::can_renew() const { return config_.proxy.has_value() || config_.app.has_value(); }

void TokenSource::refused(std::uint64_t generation) {
  const std::scoped_lock lock(mutex_);
  if (generation == generation_) refused_ = true;
}

std::string TokenSource::scope() const {
  const std::scoped_lock lock(mutex_);
  return scope_;
}

std::optional<util::Instant> TokenSource::expires_at() const {
  const std::scoped_lock lock(mutex_);
  return expires_at_;
}

const Secret& TokenSource::configured_refresh_token() const {
  return kind() == Kind::proxy ? config_.proxy->refresh_token : config_.app->refresh_token;
}

bool TokenSource::uses_file() const { return kind() != Kind::fixed && !config_.token_file.empty(); }

bool TokenSource::descends_from_configuration(const StoredToken& stored) const {
  const Secret& configured = configured_refresh_token();
  return configured.empty() || stored.descends_from == sha256_hex(configured.reveal());
}

Renewal TokenSource::renew(http::Transport& transport, const std::stop_token& stop) {
  try {
    if (!entered_) {
      entered_ = true;
      Renewal entered = use_credentials();
      if (current()) return entered;
    } else if (kind() == Kind::fixed) {
      return refuse_credentials("access_token was refused (401)", advice());
    }
    return request_token(transport, stop);
  } catch (const TokenFileError& error) {
    return {.outcome = Renewal::Outcome::fatal, .message = error.what(), .wait = {}};
  }
}

// Takes what can be had of the credentials at position_ without a request.
Renewal TokenSource::use_credentials() {
  if (kind() == Kind::fixed) {
    set_access(config_.access_token, std::nullopt, std::nullopt, /*issued=*/false);
    return {};
  }
  refresh_token_ = configured_refresh_token();
  refresh_token_expires_at_.reset();
  if (uses_file()) {
    const std::optional<StoredToken> stored = read_token_file(config_.token_file);
    if (stored && descends_from_configuration(*stored)) {
      adopt_stored(*stored);
      return {};
    }
    if (stored) {
      log::info("token_file belongs to another refresh_token than the configured one, which is used now");
    }
  }
  if (kind() == Kind::proxy && !config_.proxy->access_token.empty()) {
    set_access(config_.proxy->access_token, std::nullopt, std::nullopt, /*issued=*/false);
  }
  return {};
}

// Uses a stored token: its refresh token from now on, and its access token if that is a usable other one than
// the present. Returns whether it was.
bool TokenSource::adopt_stored(const StoredToken& stored) {
  refresh_token_ = stored.refresh_token;
  refresh_token_expires_at_ = stored.refresh_token_expires_at;
  log::mask(stored.refresh_token);
  log::mask(stored.access_token);
  const auto& expires = stored.access_token_expires_at;
  if (stored.access_token.empty() || !expires || *expires - kRenewBefore <= clock_.now()) return false;
  {
    const std::scoped_lock lock(mutex_);
    if (stored.access_token == access_token_) return false;
  }
  set_access(stored.access_token, expires, *expires - kRenewBefore, /*issued=*/false);
  // Not before: a request would give a new refresh token most of the time.
  warn_of_end();
  return true;
}

void TokenSource::set_access(Secret token, std::optional<util::Instant> expires,
                             std::optional<util::Instant> renew_at, bool issued) {
  log::mask(token);
  const std::scoped_lock lock(mutex_);
  access_token_ = std::move(token);
  ++generation_;
  refused_ = false;
  issued_ = issued;
  expires_at_ = expires;
  renew_at_ = renew_at;
}

http::Request TokenSource::token_request() const {
  if (kind() == Kind::proxy) return proxy_token_request(config_, *config_.proxy, refresh_token_);
  return app_token_request(config_, *config_.app, refresh_token_);
}

Renewal TokenSource::request_token(http::Transport& transport, const std::stop_token& stop) {
  std::optional<TokenFileLock> lock;
  std::optional<TokenFileWriter> writer;
  if (uses_file()) {
    lock.emplace(config_.token_file, stop);
    // A token that could not be stored is newer than what the file holds.
    if (!has_pending()) {
      const std::optional<StoredToken> stored = read_token_file(config_.token_file);
      if (stored && descends_from_configuration(*stored) && adopt_stored(*stored)) return {};
    }
    if (!refresh_token_.empty()) writer.emplace(config_.token_file);
  }
  if (refresh_token_.empty()) {
    log::info(
        "there is no refresh token: the client_credentials grant reads what the app's owner can read, and "
        "'tap-pinterest login' signs in as anybody");
  }

  const http::Result result = transport.send(token_request(), stop);
  Renewal renewal = take_answer(result, writer ? &*writer : nullptr);
  renewal.requests = 1;
  if (const auto* response = std::get_if<http::Response>(&result)) {
    renewal.status = response->status;
    renewal.elapsed = response->elapsed;
  } else {
    renewal.elapsed = std::get<http::TransportError>(result).elapsed;
  }
  return renewal;
}

Renewal TokenSource::take_answer(const http::Result& result, TokenFileWriter* writer) {
  using Outcome = Renewal::Outcome;
  if (const auto* error = std::get_if<http::TransportError>(&result)) {
    const bool passing = error->failure != http::Failure::tls && error->failure != http::Failure::invalid;
    if (!passing) {
      return refuse_credentials(
          "the token could not be renewed: " + error->message,
          fmt::format("check {} and ca_file",
                      kind() == Kind::proxy ? "oauth_credentials.refresh_proxy_url" : "api_url"));
    }
    return {.outcome = Outcome::retry, .message = error->message, .wait = {}};
  }
  const auto& response = std::get<http::Response>(result);
  if (kind() == Kind::app) clock_.observe(response);
  const ApiError error = read_error(response);
  const Action action = judge(error);
  if (action == Action::accept) {
    const auto answer = parse_token_answer(response.body);
    if (!answer) {
      return {.outcome = Outcome::retry,
              .message = "the answer to the token request holds no access_token",
              .wait = {}};
    }
    adopt(*answer, writer);
    return {};
  }
  if (action == Action::retry) return {.outcome = Outcome::retry, .message = error.describe(), .wait = {}};
  if (action == Action::wait) {
    return {.outcome = Outcome::retry,
            .message = error.describe(),
            .wait = requested_wait(error, response, clock_.now())};
  }
  return refuse_credentials(
      fmt::format("{} was refused: {}",
                  refresh_token_.empty() ? "the client_credentials grant" : "the refresh token",
                  error.describe()),
      remedy(error.status));
}

// What may help when a token request is refused.
std::string TokenSource::remedy(int status) const {
  constexpr int kUnauthorized = 401;
  std::string check =
      fmt::format("check {}", kind() == Kind::proxy ? "oauth_credentials.refresh_proxy_url_auth"
                                                    : "client_id and client_secret");
  // It may stand for the app or the proxy's caller, or for the token.
  return status == kUnauthorized || refresh_token_.empty() ? fmt::format("{}, or {}", check, advice())
                                                           : advice();
}

// How to come by a new token.
std::string TokenSource::advice() const {
  if (kind() != Kind::app) return "sign in to Pinterest again and put the new token into the configuration";
  return fmt::format("sign in to Pinterest again: {}run 'tap-pinterest login'",
                     config_.token_file.empty() ? "set token_file and " : "");
}

// The credentials at position_ do not work: the next ones are tried, if there are any.
Renewal TokenSource::refuse_credentials(const std::string& why, std::string_view remedy) {
  if (position_ + 1 < kinds_.size()) {
    ++position_;
    entered_ = false;
    log::warning("{}; trying {}", why,
                 kind() == Kind::proxy ? "oauth_credentials" : "client_id and client_secret");
    return {.outcome = Renewal::Outcome::retry, .message = why, .wait = std::chrono::milliseconds(0)};
  }
  return {.outcome = Renewal::Outcome::fatal, .message = fmt::format("{}; {}", why, remedy), .wait = {}};
}

void TokenSource::adopt(const TokenAnswer& answer, TokenFileWriter* writer) {
  const util::Instant now = clock_.now();
  std::optional<util::Instant> renew_at;
  if (answer.expires_in) {
    const std::chrono::seconds before = std::min(kRenewBefore, *answer.expires_in / 4);
    renew_at = now + *answer.expires_in - before;
  }
  {
    const std::scoped_lock lock(mutex_);
    scope_ = answer.scope;
  }
  const bool rotated = !answer.refresh_token.empty() && answer.refresh_token != refresh_token_;
  if (rotated) {
    log::mask(answer.refresh_token);
    refresh_token_ = answer.refresh_token;
  }
  if (rotated || answer.refresh_token_expires_in) {
    refresh_token_expires_at_ = after(now, answer.refresh_token_expires_in);
  }
  warn_of_end();
  if (writer != nullptr) {
    store(*writer, {.refresh_token = refresh_token_,
                    .refresh_token_expires_at = refresh_token_expires_at_,
                    .access_token = answer.access_token,
                    .access_token_expires_at = after(now, answer.expires_in),
                    .descends_from = descent_of(configured_refresh_token())});
  } else if (rotated && !std::exchange(warned_not_kept_, true)) {
    log::warning(
        "Pinterest gave a new refresh token, which is not kept because token_file is not set; the configured "
        "one ends {} days after it was issued",
        kRefreshTokenLife.count());
  }
  // Last, so that nothing is done with a token that is not yet kept.
  set_access(answer.access_token, after(now, answer.expires_in), renew_at, /*issued=*/true);
}

bool TokenSource::has_pending() const {
  const std::scoped_lock lock(mutex_);
  return pending_.has_value();
}

void TokenSource::store(TokenFileWriter& writer, const StoredToken& token) {
  try {
    writer.commit(token);
    const std::scoped_lock lock(mutex_);
    pending_.reset();
  } catch (const TokenFileError& error) {
    log::error("{}; the new token is kept in memory and writing is tried again", error.what());
    const std::scoped_lock lock(mutex_);
    pending_ = token;
    pending_error_ = error.what();
  }
}

std::optional<std::string> TokenSource::store_pending(const std::stop_token& stop) {
  const std::scoped_lock lock(mutex_);
  if (!pending_) return std::nullopt;
  try {
    const TokenFileLock file_lock(config_.token_file, stop);
    TokenFileWriter writer(config_.token_file);
    writer.commit(*pending_);
    pending_.reset();
    return std::nullopt;
  } catch (const TokenFileError& error) {
    pending_error_ = error.what();
    return pending_error_;
  }
}

void TokenSource::warn_of_end() {
  if (!refresh_token_expires_at_ || *refresh_token_expires_at_ - kWarnBefore > clock_.now()) return;
  if (std::exchange(warned_of_end_, true)) return;
  log::warning("the refresh token ends on {}; before then, {}",
               util::format_date_time(*refresh_token_expires_at_), advice());
}

}  // namespace tap_pinterest::pinterest
