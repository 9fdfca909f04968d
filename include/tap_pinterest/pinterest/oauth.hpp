// Access tokens: where they come from, when they are renewed, and that this happens once for all threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/pinterest/api_clock.hpp"
#include "tap_pinterest/pinterest/token_file.hpp"

namespace tap_pinterest::pinterest {

// How long before its end a token is renewed, so that no request carries one that ends on the way; at most a
// quarter of its life.
inline constexpr std::chrono::seconds kRenewBefore{300};
// A refresh token that ends sooner than this is warned of.
inline constexpr std::chrono::days kWarnBefore{14};
// Refresh tokens are good for so long (pinterest.com developer documentation).
inline constexpr std::chrono::days kRefreshTokenLife{60};

struct TokenAnswer {
  util::Secret access_token;
  std::optional<std::chrono::seconds> expires_in;
  util::Secret refresh_token;  // empty: the old one stays
  std::optional<std::chrono::seconds> refresh_token_expires_in;
  std::string scope;
};

// The body of a successful token request; nothing if it is not one.
std::optional<TokenAnswer> parse_token_answer(std::string_view body);

// What follows "Basic" in a token request of the app.
util::Secret basic_credentials(const config::AppCredentials& app);
// POST {api_url}/oauth/token, form-encoded, with Basic auth. With an empty refresh token the
// client_credentials grant.
http::Request app_token_request(const config::Config& config, const config::AppCredentials& app,
                                const util::Secret& refresh_token);
// The same with what the browser brought back from the authorization page. `continuous_refresh` asks for a
// refresh token that can be renewed for ever.
http::Request code_token_request(const config::Config& config, const config::AppCredentials& app,
                                 const util::Secret& code, std::string_view redirect_uri);
// POST JSON to the proxy.
http::Request proxy_token_request(const config::Config& config, const config::ProxyCredentials& proxy,
                                  const util::Secret& refresh_token);

// An access token and which one it is: each new one has a larger number.
struct AccessToken {
  util::Secret value;
  std::uint64_t generation = 0;
  // It comes from a token request of this run, not from the configuration or a file.
  bool issued = false;
};

struct Renewal {
  enum class Outcome {
    done,   // there is a token now
    retry,  // a passing fault; `wait` if the server asked for one
    fatal,  // no credentials are left to try
  };
  Outcome outcome = Outcome::done;
  std::string message;  // for retry and fatal: what happened and what to do
  std::optional<std::chrono::milliseconds> wait;
  // What was sent for it, if anything: for the report. Status 0 is no answer.
  int requests = 0;
  int status = 0;
  std::chrono::microseconds elapsed{0};
};

// Token requests in reports, whoever answers them.
inline constexpr std::string_view kTokenEndpoint = "/oauth/token";

// Safe for several threads at once; renew() is called by one thread at a time.
class TokenSource {
 public:
  TokenSource(const config::Config& config, ApiClock& clock);

  // The token to send now; nothing if there is none or it has ended or was refused.
  std::optional<AccessToken> current() const;
  // Whether renew() should be called: no usable token, or its end is near.
  bool wants_renewal() const;
  // There is more to try when a token is refused than the configured access_token itself.
  bool can_renew() const;
  // The API has refused this token with 401.
  void refused(std::uint64_t generation);
  // Gets a new token: from the token file if another run has put one there, else by a request.
  Renewal renew(http::Transport& transport, const std::stop_token& stop);

  // Tries again to write a rotated token that could not be stored. Returns the error if it still cannot be.
  // Waits for another run that holds the file until `stop` is requested.
  std::optional<std::string> store_pending(const std::stop_token& stop);

  // The scopes that the last answer granted, or empty if it is not known.
  std::string scope() const;
  // When the current access token ends, if that is known.
  std::optional<util::Instant> expires_at() const;

 private:
  enum class Kind { fixed, proxy, app };

  Renewal use_credentials();
  Renewal request_token(http::Transport& transport, const std::stop_token& stop);
  Renewal take_answer(const http::Result& result, TokenFileWriter* writer);
  std::string remedy(int status) const;
  std::string advice() const;
  Renewal refuse_credentials(const std::string& why, std::string_view remedy);
  bool adopt_stored(const StoredToken& stored);
  void adopt(const TokenAnswer& answer, TokenFileWriter* writer);
  void set_access(util::Secret token, std::optional<util::Instant> expires,
                  std::optional<util::Instant> renew_at, bool issued);
  bool has_pending() const;
  void store(TokenFileWriter& writer, const StoredToken& token);
  void warn_of_end();
  bool descends_from_configuration(const StoredToken& stored) const;
  const util::Secret& configured_refresh_token() const;
  bool uses_file() const;
  http::Request token_request() const;
  Kind kind() const { return kinds_.at(position_); }

  const config::Config& config_;
  ApiClock& clock_;

  // Only renew() touches these.
  std::vector<Kind> kinds_;
  std::size_t position_ = 0;
  bool entered_ = false;  // the credentials at position_ have been looked at
  util::Secret refresh_token_;
  std::optional<util::Instant> refresh_token_expires_at_;
  bool warned_not_kept_ = false;
  bool warned_of_end_ = false;

  mutable std::mutex mutex_;
  util::Secret access_token_;
  std::uint64_t generation_ = 0;
  bool refused_ = false;
  bool issued_ = false;
  std::optional<util::Instant> expires_at_;
  std::optional<util::Instant> renew_at_;
  std::string scope_;
  std::optional<StoredToken> pending_;
  std::string pending_error_;
};

}  // namespace tap_pinterest::pinterest
