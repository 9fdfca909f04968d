// Access tokens: where they come from, when they are renewed, and that this happens once for all threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/pinterest/api_clock.hpp"
#include "tap_pinterest/pinterest/token_file.hpp"
#include "tap_pinterest/pinterest/token_request.hpp"

namespace tap_pinterest::pinterest {

// How long before its end a token is renewed, so that no request carries one that ends on the way; at most a
// quarter of the time it still has when it is taken.
inline constexpr std::chrono::seconds kRenewBefore{300};
// Between two token requests of one run, also where every new token is refused.
inline constexpr std::chrono::seconds kBetweenRenewals{1};
// A refresh token that ends sooner than this is warned of.
inline constexpr std::chrono::days kWarnBefore{14};
// Refresh tokens are good for so long (pinterest.com developer documentation).
inline constexpr std::chrono::days kRefreshTokenLife{60};

// One of the ways to sign in.
struct Credentials {
  enum class Kind { fixed, proxy, app };
  Kind kind = Kind::fixed;
  util::Secret access_token = {};   // configured; may be empty
  util::Secret refresh_token = {};  // configured; may be empty
  std::string token_file = {};      // empty: none
};

// What `config` holds of them, in the order in which they are tried.
std::deque<Credentials> credentials_of(const config::Config& config);

// Why nothing can be read with this configuration: all depends on a login, and nobody has logged in yet.
std::optional<std::string> find_missing_login(const config::Config& config);

// An access token and which one it is: each new one has a larger number.
struct AccessToken {
  util::Secret value;
  std::uint64_t generation = 0;
  // It comes from a token request of this run, not from the configuration or a file.
  bool issued = false;
};

// The access token in hand.
struct HeldToken {
  AccessToken token;
  std::optional<util::Instant> ends;      // nothing: not known, so that it serves until it is refused
  std::optional<util::Instant> renew_at;  // renewal_time() when it was taken
  std::optional<std::string> refusal;     // the API's words when it refused the token
};

// When a token that is taken at `now` is to be renewed: later than `now`, unless it has ended by then.
util::Instant renewal_time(util::Instant now, util::Instant ends);

enum class Health {
  unusable,  // there is none, or it was refused or has ended
  due,       // it serves, and is to be renewed
  good,
};
Health health_of(const std::optional<HeldToken>& held, util::Instant now);

// How to come by an access token.
enum class Step {
  use_stored,      // the one in the token file
  use_configured,  // the one in the configuration
  request,         // a new one, by a token request
  log_in,          // none: there is no refresh token, since nobody has logged in
  give_up,         // none: these credentials have nothing more to offer
};
// `held` is the access token that these credentials have given already, and `stored` what the token file
// holds for them, if anything.
Step next_step(const Credentials& credentials, const util::Secret& held,
               const std::optional<StoredToken>& stored, const util::Secret& refresh_token,
               util::Instant now);

// What may help when a token request with these credentials is refused.
std::string remedy(const Credentials& credentials, Blame blame);

struct Renewal {
  enum class Outcome {
    done,   // there is a token now
    retry,  // a passing fault; `wait` if the server asked for one
    fatal,  // no credentials are left to try
  };
  Outcome outcome = Outcome::done;
  std::string message = {};  // for retry and fatal: what happened and what to do
  std::optional<std::chrono::milliseconds> wait = {};
  // What was sent for it, if anything: for the report. Status 0 is no answer.
  int requests = 0;
  int status = 0;
  std::chrono::microseconds elapsed{0};
};

// Safe for several threads at once; renew() is called by one thread at a time.
class TokenSource {
 public:
  // `scopes`, separated by commas, are asked for where the app signs in for itself.
  TokenSource(const config::Config& config, ApiClock& clock, std::string scopes);

  // The token to send now; nothing if there is none or it has ended or was refused.
  std::optional<AccessToken> current() const;
  // Whether renew() should be called: no usable token, or its end is near.
  bool wants_renewal() const;
  // There is more to try when a token is refused than the configured access_token itself.
  bool can_renew() const;
  // The API has refused this token with 401, in these words.
  void refused(std::uint64_t generation, const std::string& words);
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
  std::optional<Renewal> renew_without_request();
  std::optional<StoredToken> read_stored();
  Renewal request(http::Transport& transport, const std::stop_token& stop, TokenFileWriter* writer);
  http::Request token_request() const;
  void take(TokenAnswer answer, TokenFileWriter* writer);
  void store(TokenFileWriter& writer, const StoredToken& token);
  void hold(const util::Secret& token, std::optional<util::Instant> ends, bool issued);
  Renewal give_up(const std::string& why, const std::string& remedy);
  void use(const StoredToken& token);
  void warn_of_end();
  void say_once(log::Level level, const std::string& text);

  const config::Config& config_;
  ApiClock& clock_;
  const std::string scopes_;

  // Only renew() touches these.
  std::deque<Credentials> credentials_;  // the first are in use, the others still to be tried
  StoredToken grant_;  // whose refresh token asks for access tokens; empty: client_credentials
  std::set<std::string> said_;

  mutable std::mutex mutex_;
  std::optional<HeldToken> held_;  // given by the credentials in use
  std::uint64_t generation_ = 0;
  std::string scope_;
  std::optional<StoredToken> pending_;  // newer than what the token file holds, which could not be written
};

}  // namespace tap_pinterest::pinterest
