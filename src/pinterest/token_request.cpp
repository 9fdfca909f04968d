#include "tap_pinterest/pinterest/token_request.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "tap_pinterest/pinterest/requests.hpp"
#include "text_of.hpp"

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

// When what lives for `name` seconds from now on ends; nothing, also for 0, if that is not known.
std::optional<util::Instant> end_of(const json& document, const char* name, util::Instant now) {
  const auto found = document.find(name);
  if (found == document.end() || !found->is_number()) return std::nullopt;
  const auto value = found->get<double>();
  constexpr double kLongestSeconds = 1e10;
  if (!(value >= 1 && value < kLongestSeconds)) return std::nullopt;
  return now + std::max(kShortestLife, std::chrono::seconds(static_cast<long long>(value)));
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

struct BlameRule {
  long long code;
  std::string_view word;
  Blame blame;
};

constexpr auto kBlameRules = std::to_array<BlameRule>({
    {2, "invalid_client", Blame::secret},    // "Authentication failed."
    {3, "unauthorized_client", Blame::app},  // "Your application consumer type is not supported"
    {283, "invalid_grant", Blame::grant},    // "The authorization grant is invalid"
});

}  // namespace

Secret basic_credentials(const config::AppCredentials& app) {
  return Secret(base64(app.client_id + ":" + app.client_secret.reveal()));
}

http::Request app_token_request(const config::Config& config, const config::AppCredentials& app,
                                const Secret& refresh_token, std::string_view scopes) {
  std::string body;
  if (refresh_token.empty()) {
    body = "grant_type=client_credentials&scope=" + encode_query(scopes);
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

std::optional<TokenAnswer> parse_token_answer(std::string_view body, util::Instant now) {
  const json document = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return std::nullopt;
  TokenAnswer answer;
  answer.token.access_token = Secret(text_of(document, "access_token"));
  if (answer.token.access_token.empty()) return std::nullopt;
  answer.token.access_token_expires_at = end_of(document, "expires_in", now);
  answer.token.refresh_token = Secret(text_of(document, "refresh_token"));
  answer.token.refresh_token_expires_at = end_of(document, "refresh_token_expires_in", now);
  answer.scope = text_of(document, "scope");
  return answer;
}

Blame blame(const ApiError& error) {
  const auto* rule = std::ranges::find_if(kBlameRules, [&](const BlameRule& each) {
    return error.code == each.code || error.message.starts_with(each.word);
  });
  return rule == kBlameRules.end() ? Blame::unknown : rule->blame;
}

TokenReply read_token_reply(const http::Result& result, util::Instant now) {
  using Outcome = TokenReply::Outcome;
  if (const auto* error = std::get_if<http::TransportError>(&result)) {
    const bool stays = error->failure == http::Failure::tls || error->failure == http::Failure::invalid;
    return {.outcome = stays ? Outcome::refused : Outcome::passing,
            .problem = error->message,
            .blame = Blame::connection};
  }
  const auto& response = std::get<http::Response>(result);
  const ApiError error = read_error(response);
  switch (judge(error)) {
    case Action::accept:
      if (const auto answer = parse_token_answer(response.body, now)) return {.answer = *answer};
      return {.outcome = Outcome::passing, .problem = "the token response contains no access_token"};
    case Action::retry:
      return {.outcome = Outcome::passing, .problem = error.describe()};
    case Action::wait:
      return {.outcome = Outcome::passing,
              .problem = error.describe(),
              .wait = requested_wait(error, response, now)};
    default:
      return {.outcome = Outcome::refused, .problem = error.describe(), .blame = blame(error)};
  }
}

}  // namespace tap_pinterest::pinterest
