#include "tap_pinterest/pinterest/oauth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::pinterest {
namespace {

using util::Secret;
using Kind = Credentials::Kind;

std::string missing_login(const std::string& token_file) {
  return fmt::format(
      "token_file: not signed in yet: {} does not exist, and refresh_token is not set; run 'tap-pinterest "
      "login', or remove token_file to read what the app's owner can read",
      token_file);
}

bool is_usable(const StoredToken& stored, util::Instant now) {
  const auto& ends = stored.access_token_expires_at;
  return !stored.access_token.empty() && (!ends || renewal_time(now, *ends) > now);
}

// How to come by a new token.
std::string sign_in_again(const Credentials& credentials) {
  if (credentials.kind != Kind::app) {
    return "sign in to Pinterest again and put the new token into the configuration";
  }
  return fmt::format("sign in to Pinterest again: {}run 'tap-pinterest login'",
                     credentials.token_file.empty() ? "set token_file and " : "");
}

}  // namespace

std::deque<Credentials> credentials_of(const config::Config& config) {
  std::deque<Credentials> all;
  if (!config.access_token.empty()) all.push_back({.kind = Kind::fixed, .access_token = config.access_token});
  if (const auto& proxy = config.proxy)
    all.push_back({Kind::proxy, proxy->access_token, proxy->refresh_token, config.token_file});
  if (const auto& app = config.app) all.push_back({Kind::app, {}, app->refresh_token, config.token_file});
  return all;
}

std::optional<std::string> find_missing_login(const config::Config& config) {
  const Credentials first = credentials_of(config).front();
  if (first.kind != Kind::app || !first.refresh_token.empty() || first.token_file.empty()) {
    return std::nullopt;
  }
  std::error_code ignored;
  const auto status = std::filesystem::symlink_status(first.token_file, ignored);
  if (status.type() != std::filesystem::file_type::not_found) return std::nullopt;
  return missing_login(first.token_file);
}

util::Instant renewal_time(util::Instant now, util::Instant ends) {
  return ends - std::min<util::Instant::duration>(kRenewBefore, (ends - now) / 4);
}

Health health_of(const std::optional<HeldToken>& held, util::Instant now) {
  if (!held || held->refusal || (held->ends && *held->ends <= now)) return Health::unusable;
  return held->renew_at && *held->renew_at <= now ? Health::due : Health::good;
}

Step next_step(const Credentials& credentials, const Secret& held, const std::optional<StoredToken>& stored,
               const Secret& refresh_token, util::Instant now) {
  if (stored && stored->access_token != held && is_usable(*stored, now)) return Step::use_stored;
  if (held.empty() && !credentials.access_token.empty()) return Step::use_configured;
  if (credentials.kind == Kind::fixed) return Step::give_up;
  return refresh_token.empty() && !credentials.token_file.empty() ? Step::log_in : Step::request;
}

std::string remedy(const Credentials& credentials, Blame blame) {
  const bool is_proxy = credentials.kind == Kind::proxy;
  std::string check_secret =
      is_proxy ? "check oauth_credentials.refresh_proxy_url_auth" : "check client_id and client_secret";
  switch (blame) {
    case Blame::connection:
      return fmt::format("check {} and ca_file",
                         is_proxy ? "oauth_credentials.refresh_proxy_url" : "api_url");
    case Blame::secret:
      return check_secret;
    case Blame::grant:
      return sign_in_again(credentials);
    case Blame::app:
      return std::string(kCheckApp);
    case Blame::unknown:
      break;
  }
  return fmt::format("{}, or {}", check_secret, sign_in_again(credentials));
}

TokenSource::TokenSource(const config::Config& config, ApiClock& clock, std::string scopes)
    : config_(config), clock_(clock), scopes_(std::move(scopes)), credentials_(credentials_of(config)) {
  grant_.refresh_token = credentials_.front().refresh_token;
}

std::optional<AccessToken> TokenSource::current() const {
  const util::Instant now = clock_.now();
  const std::scoped_lock lock(mutex_);
  if (health_of(held_, now) == Health::unusable) return std::nullopt;
  return held_->token;
}

bool TokenSource::wants_renewal() const {
  const util::Instant now = clock_.now();
  const std::scoped_lock lock(mutex_);
  return health_of(held_, now) != Health::good;
}

bool TokenSource::can_renew() const { return config_.proxy.has_value() || config_.app.has_value(); }

void TokenSource::refused(std::uint64_t generation, const std::string& words) {
  const std::scoped_lock lock(mutex_);
  if (held_ && held_->token.generation == generation) held_->refusal = words;
}

std::string TokenSource::scope() const {
  const std::scoped_lock lock(mutex_);
  return scope_;
}

std::optional<util::Instant> TokenSource::expires_at() const {
  const std::scoped_lock lock(mutex_);
  return held_ ? held_->ends : std::nullopt;
}

Renewal TokenSource::renew(http::Transport& transport, const std::stop_token& stop) {
  try {
    if (auto renewal = renew_without_request()) return *renewal;
    const std::string& file = credentials_.front().token_file;
    if (file.empty()) return request(transport, stop, nullptr);
    const TokenFileLock lock(file, stop);
    // Another run may have stored a new token until now.
    if (auto renewal = renew_without_request()) return *renewal;
    TokenFileWriter writer(file);
    return request(transport, stop, &writer);
  } catch (const TokenFileError& error) {
    return {.outcome = Renewal::Outcome::fatal, .message = error.what()};
  }
}

// What can be had of the credentials in use without a request; nothing if it takes one.
std::optional<Renewal> TokenSource::renew_without_request() {
  const Credentials& credentials = credentials_.front();
  const std::optional<StoredToken> stored = read_stored();
  std::optional<HeldToken> held;
  {
    const std::scoped_lock lock(mutex_);
    held = held_;
  }
  switch (next_step(credentials, held ? held->token.value : Secret(), stored, grant_.refresh_token,
                    clock_.now())) {
    case Step::use_stored:
      hold(stored->access_token, stored->access_token_expires_at, /*issued=*/false);
      // Not before: a request would give a new refresh token most of the time.
      warn_of_end();
      return Renewal{};
    case Step::use_configured:
      hold(credentials.access_token, std::nullopt, /*issued=*/false);
      return Renewal{};
    case Step::request:
      return std::nullopt;
    case Step::log_in:
      return Renewal{.outcome = Renewal::Outcome::fatal, .message = missing_login(credentials.token_file)};
    case Step::give_up:
      break;
  }
  return give_up(fmt::format("access_token was refused: {}", held ? held->refusal.value_or("") : ""),
                 sign_in_again(credentials));
}

// What the token file holds for the credentials in use; its refresh token is used from now on.
std::optional<StoredToken> TokenSource::read_stored() {
  const Credentials& credentials = credentials_.front();
  if (credentials.token_file.empty()) return std::nullopt;
  {
    const std::scoped_lock lock(mutex_);
    if (pending_) return std::nullopt;
  }
  std::optional<StoredToken> stored = read_token_file(credentials.token_file);
  if (!stored) return std::nullopt;
  const Secret& configured = credentials.refresh_token;
  if (!configured.empty() && stored->descends_from != descent_of(configured)) {
    say_once(log::Level::info, "token_file belongs to a different refresh_token; using the configured one");
    return std::nullopt;
  }
  use(*stored);
  return stored;
}

Renewal TokenSource::request(http::Transport& transport, const std::stop_token& stop,
                             TokenFileWriter* writer) {
  if (grant_.refresh_token.empty()) {
    say_once(log::Level::info,
             "no refresh token: the client_credentials grant reads what the app's owner can read; "
             "'tap-pinterest login' signs in as any user");
  }
  const http::Result result = transport.send(token_request(), stop);
  const auto* response = std::get_if<http::Response>(&result);
  if (response != nullptr && credentials_.front().kind == Kind::app) clock_.observe(*response);

  const TokenReply reply = read_token_reply(result, clock_.now());
  Renewal renewal;
  switch (reply.outcome) {
    case TokenReply::Outcome::granted:
      take(reply.answer, writer);
      break;
    case TokenReply::Outcome::passing:
      renewal = {.outcome = Renewal::Outcome::retry, .message = reply.problem, .wait = reply.wait};
      break;
    case TokenReply::Outcome::refused:
      renewal = give_up(
          fmt::format("{} {}: {}",
                      grant_.refresh_token.empty() ? "the client_credentials grant" : "the refresh token",
                      reply.blame == Blame::connection ? "could not be used" : "was refused", reply.problem),
          remedy(credentials_.front(), reply.blame));
      break;
  }
  renewal.requests = 1;
  renewal.status = response == nullptr ? 0 : response->status;
  renewal.elapsed = response == nullptr ? std::get<http::TransportError>(result).elapsed : response->elapsed;
  return renewal;
}

http::Request TokenSource::token_request() const {
  if (credentials_.front().kind == Kind::proxy) {
    return proxy_token_request(config_, *config_.proxy, grant_.refresh_token);
  }
  return app_token_request(config_, *config_.app, grant_.refresh_token, scopes_);
}

void TokenSource::take(TokenAnswer answer, TokenFileWriter* writer) {
  StoredToken& token = answer.token;
  token.descends_from = descent_of(credentials_.front().refresh_token);
  const bool rotated = !token.refresh_token.empty() && token.refresh_token != grant_.refresh_token;
  if (!rotated) {
    token.refresh_token = grant_.refresh_token;
    if (!token.refresh_token_expires_at) token.refresh_token_expires_at = grant_.refresh_token_expires_at;
  }
  use(token);
  warn_of_end();
  if (writer != nullptr) {
    store(*writer, token);
  } else if (rotated) {
    say_once(log::Level::warning,
             fmt::format("Pinterest sent a new refresh token, which is not kept because token_file is not "
                         "set; the configured one expires {} days after it was issued",
                         kRefreshTokenLife.count()));
  }
  {
    const std::scoped_lock lock(mutex_);
    scope_ = answer.scope;
  }
  // Last, so that nothing is done with a token that is not yet kept.
  hold(token.access_token, token.access_token_expires_at, /*issued=*/true);
}

void TokenSource::store(TokenFileWriter& writer, const StoredToken& token) {
  std::optional<StoredToken> pending;
  try {
    writer.commit(token);
  } catch (const TokenFileError& error) {
    log::error("{}; keeping the new token in memory and trying again", error.what());
    pending = token;
  }
  const std::scoped_lock lock(mutex_);
  pending_ = std::move(pending);
}

std::optional<std::string> TokenSource::store_pending(const std::stop_token& stop) {
  {
    const std::scoped_lock lock(mutex_);
    if (!pending_) return std::nullopt;
  }
  try {
    // The file's lock before this object's, as in renew(), which may store a newer one meanwhile.
    const TokenFileLock file_lock(config_.token_file, stop);
    TokenFileWriter writer(config_.token_file);
    const std::scoped_lock lock(mutex_);
    if (pending_) writer.commit(*pending_);
    pending_.reset();
    return std::nullopt;
  } catch (const TokenFileError& error) {
    return error.what();
  }
}

void TokenSource::hold(const Secret& token, std::optional<util::Instant> ends, bool issued) {
  log::mask(token);
  const util::Instant now = clock_.now();
  const std::scoped_lock lock(mutex_);
  held_ = {.token = {token, ++generation_, issued}, .ends = ends, .renew_at = {}, .refusal = {}};
  if (ends) held_->renew_at = renewal_time(now, *ends);
}

// The credentials in use do not work: the next ones are tried, if there are any.
Renewal TokenSource::give_up(const std::string& why, const std::string& remedy) {
  if (credentials_.size() == 1) {
    return {.outcome = Renewal::Outcome::fatal, .message = fmt::format("{}; {}", why, remedy)};
  }
  credentials_.pop_front();
  grant_ = {};
  grant_.refresh_token = credentials_.front().refresh_token;
  {
    const std::scoped_lock lock(mutex_);
    held_.reset();
  }
  log::warning(
      "{}; trying {}", why,
      credentials_.front().kind == Kind::proxy ? "oauth_credentials" : "client_id and client_secret");
  return {.outcome = Renewal::Outcome::retry, .message = why, .wait = std::chrono::milliseconds(0)};
}

// Renews with its refresh token from now on.
void TokenSource::use(const StoredToken& token) {
  log::mask(token.refresh_token);
  log::mask(token.access_token);
  grant_ = token;
}

void TokenSource::warn_of_end() {
  const auto& ends = grant_.refresh_token_expires_at;
  if (!ends || *ends - kWarnBefore > clock_.now()) return;
  say_once(log::Level::warning,
           fmt::format("the refresh token expires on {}; before then, {}", util::format_date_time(*ends),
                       sign_in_again(credentials_.front())));
}

void TokenSource::say_once(log::Level level, const std::string& text) {
  if (said_.insert(text).second) log::write(level, {}, text);
}

}  // namespace tap_pinterest::pinterest
