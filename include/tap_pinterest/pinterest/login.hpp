// Signing in: from an app and a person's consent to a token file (OAuth 2.0, authorization code grant).
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/pinterest/api_clock.hpp"
#include "tap_pinterest/util/secret.hpp"

namespace tap_pinterest::pinterest {

// `authorizationUrl` of the OpenAPI document.
inline constexpr std::string_view kAuthorizationUrl = "https://www.pinterest.com/oauth/";

// 256 bits that nobody can guess, in hexadecimal. What the browser brings back must hold them, else the
// answer is to somebody else's question.
std::string random_state();

// Where a person allows the app these scopes, separated by commas. `page` is kAuthorizationUrl or what stands
// for it.
std::string authorization_address(std::string_view page, std::string_view client_id,
                                  std::string_view redirect_uri, std::string_view scopes,
                                  std::string_view state);

// What a browser brings back from that address.
struct Redirect {
  enum class Outcome {
    granted,  // `code` can be exchanged
    denied,   // Pinterest says no: see `message`
    foreign,  // no answer to this sign-in: see `message`
  };
  Outcome outcome = Outcome::foreign;
  util::Secret code;
  std::string message;
};

// Reads the address that the browser was sent to, or its path and query.
Redirect read_redirect(std::string_view address, std::string_view state);

// Reads what a person has pasted: that address, with quotes or angle brackets around it or not, its query, or
// the code alone, which needs no state, since no page of a stranger can paste.
Redirect read_pasted(std::string_view text, std::string_view state);

struct SignIn {
  std::string problem;  // why nothing was written and what to do; empty if the tokens are in token_file
  std::string scope;    // as granted
  std::optional<util::Instant> refresh_token_expires_at;
};

// Whether there is room for token_file: an unusable one is found before anybody is asked to consent. Throws
// TokenFileError.
void try_token_file(const config::Config& config, const std::stop_token& stop);

// Exchanges a code (which works once) for tokens and writes them to token_file. `config` has an app and a
// token_file. Throws TokenFileError.
SignIn sign_in(const config::Config& config, const util::Secret& code, const std::string& redirect_uri,
               http::Transport& transport, ApiClock& clock, const std::stop_token& stop);

}  // namespace tap_pinterest::pinterest
