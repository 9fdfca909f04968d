// Token requests: what is sent to get an access token, and what the answer means. Nothing here has a state.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/pinterest/errors.hpp"
#include "tap_pinterest/pinterest/token_file.hpp"
#include "tap_pinterest/util/clock.hpp"

namespace tap_pinterest::pinterest {

// Token requests in reports, whoever answers them.
inline constexpr std::string_view kTokenEndpoint = "/oauth/token";

// What follows "Basic" in a token request of the app.
util::Secret basic_credentials(const config::AppCredentials& app);
// POST {api_url}/oauth/token, form-encoded, with Basic auth. With an empty refresh token the
// client_credentials grant for these scopes, separated by commas.
http::Request app_token_request(const config::Config& config, const config::AppCredentials& app,
                                const util::Secret& refresh_token, std::string_view scopes);
// The same with what the browser brought back from the authorization page. `continuous_refresh` asks for a
// refresh token that can be renewed for ever.
http::Request code_token_request(const config::Config& config, const config::AppCredentials& app,
                                 const util::Secret& code, std::string_view redirect_uri);
// POST JSON to the proxy.
http::Request proxy_token_request(const config::Config& config, const config::ProxyCredentials& proxy,
                                  const util::Secret& refresh_token);

// A shorter life than this is not believed: the token serves for so long unless it is refused. Else a server
// that says "1 second" has the token renewed all the time.
inline constexpr std::chrono::seconds kShortestLife{10};

struct TokenAnswer {
  // The refresh token is empty if the old one stays. `descends_from` is for the caller to fill in.
  StoredToken token;
  std::string scope;
};

// The body of a successful token request that was answered at `now`; nothing if it is not one.
std::optional<TokenAnswer> parse_token_answer(std::string_view body, util::Instant now);

// What a refused token request is about.
enum class Blame {
  connection,  // no secure connection, or no usable address
  secret,      // the app's id and secret, or the proxy's authorization
  grant,       // the refresh token, or the code of a login
  app,         // the app has no access to the API
  unknown,     // the secret or the grant: the answer does not tell
};

// By Pinterest's code, or the word of RFC 6749, 5.2.
Blame blame(const ApiError& error);

// What came of a token request.
struct TokenReply {
  enum class Outcome {
    granted,  // see `answer`
    passing,  // may work later; `wait` if the server asked for one
    refused,  // see `blame`
  };
  Outcome outcome = Outcome::granted;
  TokenAnswer answer = {};
  std::string problem = {};
  std::optional<std::chrono::milliseconds> wait = {};
  Blame blame = Blame::unknown;
};

TokenReply read_token_reply(const http::Result& result, util::Instant now);

}  // namespace tap_pinterest::pinterest
