#include "oauth.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <nlohmann/json.hpp>

#include "json_text.hpp"
#include "pages.hpp"

namespace simulator {
namespace {

using Outcome = std::variant<std::string, Refusal>;

std::string describe(const Options& options, const Grant& grant) {
  std::string out;
  JsonText json(out);
  json.open_object().text("access_token", grant.access_token).text("response_type", grant.response_type);
  json.text("token_type", "bearer").integer("expires_in", options.token_lifetime.count());
  json.text("scope", fmt::format("{}", fmt::join(grant.scopes, " ")));
  if (!grant.refresh_token.empty()) {
    json.text("refresh_token", grant.refresh_token);
    json.integer("refresh_token_expires_in", grant.refresh_expires_in);
    json.integer("refresh_token_expires_at", grant.refresh_expires_at);
  }
  json.close_object();
  return out;
}

constexpr std::array<std::string_view, 3> kGrants{"authorization_code", "refresh_token",
                                                  "client_credentials"};
constexpr std::array<std::string_view, 2> kFlags{"true", "false"};

const std::array<Parameter, 6>& form_rules() {
  static const std::array<Parameter, 6> rules{{
      {.name = "grant_type", .type = ParameterType::kEnum, .required = true, .values = kGrants},
      {.name = "code", .values = {}},
      {.name = "redirect_uri", .values = {}},
      {.name = "refresh_token", .values = {}},
      {.name = "scope", .values = {}},
      {.name = "continuous_refresh", .type = ParameterType::kEnum, .values = kFlags},
  }};
  return rules;
}

// Scopes are separated by commas or spaces.
std::set<std::string> split_scopes(std::string_view text) {
  std::set<std::string> scopes;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(", "), text.size());
    if (end > 0) scopes.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return scopes;
}

Outcome refresh(const Options& options, Tokens& tokens, Instant now, const std::string& token,
                bool continuous) {
  const auto grant = tokens.refresh(token, continuous, now);
  if (!grant) return Refusal{401, 283, "Invalid or expired refresh token."};
  return describe(options, *grant);
}

Outcome redeem(const Options& options, Tokens& tokens, Instant now, const Arguments& form) {
  for (const char* name : {"code", "redirect_uri"}) {
    if (!form.has(name)) return Refusal{400, 1, fmt::format("Parameter '{}' is missing.", name)};
  }
  const auto grant = tokens.redeem(form.get("code"), form.get("redirect_uri"),
                                   form.boolean("continuous_refresh", false), now);
  if (!grant) return Refusal{401, 283, "Invalid or expired authorization code."};
  return describe(options, *grant);
}

}  // namespace

Outcome grant_token(const Options& options, Tokens& tokens, Instant now, std::string_view authorization,
                    std::string_view content_type, std::string_view form) {
  const std::string expected = "Basic " + base64(options.client_id + ":" + options.client_secret);
  if (authorization != expected) return Refusal{401, 2, "Authentication failed: client id or secret."};
  if (!content_type.starts_with("application/x-www-form-urlencoded")) {
    return Refusal{415, 1, "The body must be application/x-www-form-urlencoded."};
  }
  const auto pairs = decode_pairs(form);
  if (!pairs) return Refusal{400, 1, "The form cannot be read."};
  Arguments arguments;
  if (auto refusal = Arguments::check(*pairs, form_rules(), arguments)) return *refusal;
  if (arguments.get("grant_type") == "client_credentials") {
    if (!arguments.has("scope")) return Refusal{400, 1, "Parameter 'scope' is missing."};
    return describe(options, tokens.client_credentials(split_scopes(arguments.get("scope")), now));
  }
  if (arguments.get("grant_type") == "authorization_code") return redeem(options, tokens, now, arguments);
  if (!arguments.has("refresh_token")) return Refusal{400, 1, "Parameter 'refresh_token' is missing."};
  return refresh(options, tokens, now, arguments.get("refresh_token"),
                 arguments.boolean("continuous_refresh", false));
}

Outcome refresh_by_proxy(const Options& options, Tokens& tokens, Instant now, std::string_view authorization,
                         std::string_view body) {
  if (authorization != options.proxy_auth) return Refusal{401, 2, "Authentication failed: proxy."};
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || json.value("grant_type", "") != "refresh_token" ||
      !json.contains("refresh_token") || !json["refresh_token"].is_string()) {
    return Refusal{400, 1, "The body must be JSON with grant_type and refresh_token."};
  }
  return refresh(options, tokens, now, json["refresh_token"].get<std::string>(), true);
}

}  // namespace simulator
