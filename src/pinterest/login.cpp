#include "tap_pinterest/pinterest/login.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/pinterest/errors.hpp"
#include "tap_pinterest/pinterest/oauth.hpp"
#include "tap_pinterest/pinterest/requests.hpp"
#include "tap_pinterest/pinterest/token_file.hpp"
#include "tap_pinterest/pinterest/token_request.hpp"
#include "tap_pinterest/util/trim.hpp"

namespace tap_pinterest::pinterest {
namespace {

constexpr std::size_t kStateBytes = 32;
constexpr int kTries = 3;
// A word typed by chance is shorter than a code, and what is much longer is something else.
constexpr std::size_t kLeastCodeBytes = 12;
constexpr std::size_t kMostCodeBytes = 1024;

// What stands in an address as it is (RFC 3986).
bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

std::optional<std::string> decode_query(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    unsigned char byte = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (error != std::errc() || end != digits.data() + 2) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

// The value of the first parameter of that name; empty if there is none or it cannot be read.
std::string parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return decode_query(pair.substr(equals + 1)).value_or("");
    }
  }
  return {};
}

bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Redirect foreign(std::string message) {
  return {.outcome = Redirect::Outcome::foreign, .code = {}, .message = std::move(message)};
}

std::string what_to_check(Blame blame) {
  if (blame == Blame::grant || blame == Blame::unknown)
    return "check that the redirect URI is one of the app's";
  return remedy({.kind = Credentials::Kind::app}, blame);
}

// Why a reply brings no tokens, and what to do; empty if it does.
std::string problem_of(const TokenReply& reply) {
  switch (reply.outcome) {
    case TokenReply::Outcome::passing:
      return fmt::format("the code could not be exchanged: {}; sign in again later", reply.problem);
    case TokenReply::Outcome::refused:
      return fmt::format(
          "{}: {}; {}, and sign in again",
          reply.blame == Blame::connection ? "the code could not be exchanged" : "Pinterest refused the code",
          reply.problem, what_to_check(reply.blame));
    case TokenReply::Outcome::granted:
      break;
  }
  return reply.answer.token.refresh_token.empty()
             ? "Pinterest sent no refresh token, so there is nothing to keep"
             : "";
}

// Whether the code, which works once, has certainly not been taken.
bool may_send_again(const http::Result& sent) {
  if (const auto* error = std::get_if<http::TransportError>(&sent)) {
    return error->failure == http::Failure::connection;
  }
  return judge(read_error(std::get<http::Response>(sent))) == Action::retry;
}

}  // namespace

std::string random_state() {
  std::array<unsigned char, kStateBytes> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("the system provides no random numbers");
  }
  std::string state;
  for (const unsigned char byte : bytes) state += fmt::format("{:02x}", byte);
  return state;
}

std::string authorization_address(std::string_view page, std::string_view client_id,
                                  std::string_view redirect_uri, std::string_view scopes,
                                  std::string_view state) {
  return fmt::format("{}?client_id={}&redirect_uri={}&response_type=code&scope={}&state={}", page,
                     encode_query(client_id), encode_query(redirect_uri), encode_query(scopes),
                     encode_query(state));
}

Redirect read_redirect(std::string_view address, std::string_view state) {
  const std::size_t mark = address.find('?');
  if (mark == std::string_view::npos) return foreign("it has no parameters");
  const std::string_view query = address.substr(mark + 1, address.find('#', mark) - mark - 1);
  if (!is_same(parameter(query, "state"), state)) {
    return foreign("its state does not match this sign-in: it belongs to another one, or is forged");
  }
  if (std::string error = parameter(query, "error"); !error.empty()) {
    const std::string description = parameter(query, "error_description");
    if (!description.empty()) error += ": " + description;
    return {.outcome = Redirect::Outcome::denied, .code = {}, .message = std::move(error)};
  }
  std::string code = parameter(query, "code");
  if (code.empty()) return foreign("it holds no code");
  return {.outcome = Redirect::Outcome::granted, .code = util::Secret(std::move(code)), .message = {}};
}

Redirect read_pasted(std::string_view text, std::string_view state) {
  constexpr std::string_view kMarks = "\"'`<>() \t";
  constexpr std::string_view kName = "code=";
  text = util::trim(text, kMarks);
  const std::string_view code = text.starts_with(kName) ? text.substr(kName.size()) : text;
  if (code.size() >= kLeastCodeBytes && code.size() <= kMostCodeBytes &&
      std::ranges::all_of(code, is_unreserved)) {
    return {.outcome = Redirect::Outcome::granted, .code = util::Secret(std::string(code)), .message = {}};
  }
  const bool is_query = text.find('?') == std::string_view::npos && text.find('=') != std::string_view::npos;
  Redirect redirect = read_redirect(is_query ? fmt::format("?{}", text) : std::string(text), state);
  if (text.find("response_type=code") != std::string_view::npos) {
    redirect.message = "it is the URL to open, not the one the browser ends up at";
  }
  return redirect;
}

void try_token_file(const config::Config& config, const std::stop_token& stop) {
  // What is there and is no token file is not overwritten.
  read_token_file(config.token_file);
  const TokenFileLock lock(config.token_file, stop);
  const TokenFileWriter writer(config.token_file);
}

SignIn sign_in(const config::Config& config, const util::Secret& code, const std::string& redirect_uri,
               http::Transport& transport, ApiClock& clock, const std::stop_token& stop) {
  const TokenFileLock lock(config.token_file, stop);
  TokenFileWriter writer(config.token_file);
  const http::Request request = code_token_request(config, *config.app, code, redirect_uri);
  SignIn result;
  for (int i = 0; i < kTries; ++i) {
    const http::Result sent = transport.send(request, stop);
    if (const auto* response = std::get_if<http::Response>(&sent)) clock.observe(*response);
    const TokenReply reply = read_token_reply(sent, clock.now());
    result.problem = problem_of(reply);
    if (result.problem.empty()) {
      StoredToken token = reply.answer.token;
      log::mask(token.access_token);
      log::mask(token.refresh_token);
      // It takes the place of a configured refresh token as if it descended from it.
      token.descends_from = descent_of(config.app->refresh_token);
      result.scope = reply.answer.scope;
      result.refresh_token_expires_at = token.refresh_token_expires_at;
      writer.commit(token);
    }
    if (!may_send_again(sent)) break;
  }
  return result;
}

}  // namespace tap_pinterest::pinterest
