#include "tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "calendar.hpp"
#include "json_text.hpp"

namespace simulator {
namespace {

constexpr std::chrono::days kRefreshLifetime{60};
// The longest that RFC 6749 (4.1.2) recommends.
constexpr std::chrono::minutes kCodeLifetime{10};

}  // namespace

Tokens::Tokens(const Options& options, Instant now) : options_(options) {
  access_[options.access_token] = {now + options.token_lifetime, options.scopes};
  refresh_[options.refresh_token] = {now + kRefreshLifetime, options.scopes};
}

std::optional<std::set<std::string>> Tokens::scopes_of(std::string_view access_token, Instant now) const {
  const std::scoped_lock lock(mutex_);
  const auto found = access_.find(access_token);
  if (found == access_.end() || found->second.expires <= now) return std::nullopt;
  return found->second.scopes;
}

std::string Tokens::issue_access(const std::set<std::string>& scopes, Instant now) {
  std::string token = fmt::format("access-token-{:06}", ++issued_);
  access_[token] = {now + options_.token_lifetime, scopes};
  return token;
}

std::optional<Grant> Tokens::refresh(const std::string& refresh_token, bool continuous, Instant now) {
  const std::scoped_lock lock(mutex_);
  const auto found = refresh_.find(refresh_token);
  if (found == refresh_.end() || found->second.expires <= now) return std::nullopt;
  Token token = found->second;
  Grant grant;
  grant.response_type = "refresh_token";
  grant.scopes = token.scopes;
  grant.access_token = issue_access(token.scopes, now);
  grant.refresh_token = refresh_token;
  if (continuous) {
    grant.refresh_token = fmt::format("refresh-token-{:06}", issued_);
    if (options_.kill_rotated_token) refresh_.erase(found);
    token.expires = now + kRefreshLifetime;
    refresh_[grant.refresh_token] = token;
  }
  grant.refresh_expires_at = unix_seconds(token.expires);
  grant.refresh_expires_in = grant.refresh_expires_at - unix_seconds(now);
  return grant;
}

std::string Tokens::authorize(const std::set<std::string>& scopes, const std::string& redirect_uri,
                              Instant now) {
  const std::scoped_lock lock(mutex_);
  std::string code = fmt::format("auth-code-{:06}", ++codes_issued_);
  codes_[code] = {now + kCodeLifetime, allowed(scopes), redirect_uri};
  return code;
}

std::optional<Grant> Tokens::redeem(const std::string& code, const std::string& redirect_uri, bool continuous,
                                    Instant now) {
  const std::scoped_lock lock(mutex_);
  const auto found = codes_.find(code);
  if (found == codes_.end()) return std::nullopt;
  const Code held = found->second;
  codes_.erase(found);
  if (held.expires <= now || held.redirect_uri != redirect_uri) return std::nullopt;
  Grant grant;
  grant.response_type = "authorization_code";
  grant.scopes = held.scopes;
  grant.access_token = issue_access(held.scopes, now);
  if (!continuous) return grant;
  grant.refresh_token = fmt::format("refresh-token-{:06}", issued_);
  refresh_[grant.refresh_token] = {now + kRefreshLifetime, held.scopes};
  grant.refresh_expires_at = unix_seconds(now + kRefreshLifetime);
  grant.refresh_expires_in = grant.refresh_expires_at - unix_seconds(now);
  return grant;
}

std::set<std::string> Tokens::allowed(const std::set<std::string>& scopes) const {
  std::set<std::string> both;
  std::ranges::set_intersection(scopes, options_.scopes, std::inserter(both, both.end()));
  return both;
}

Grant Tokens::client_credentials(const std::set<std::string>& scopes, Instant now) {
  const std::scoped_lock lock(mutex_);
  Grant grant;
  grant.response_type = "client_credentials";
  grant.scopes = allowed(scopes);
  grant.access_token = issue_access(grant.scopes, now);
  return grant;
}

std::int64_t Tokens::issued() const {
  const std::scoped_lock lock(mutex_);
  return issued_;
}

void Tokens::expire_access_tokens() {
  const std::scoped_lock lock(mutex_);
  access_.clear();
}

std::string Tokens::describe(Instant now) const {
  const std::scoped_lock lock(mutex_);
  std::string out;
  JsonText json(out);
  const auto list = [&](std::string_view name, const auto& tokens) {
    json.key(name).open_array();
    for (const auto& [token, detail] : tokens) {
      if (detail.expires <= now) continue;
      json.open_object().text("token", token);
      json.integer("expires_at", unix_seconds(detail.expires)).close_object();
    }
    json.close_array();
  };
  json.open_object();
  list("access_tokens", access_);
  list("refresh_tokens", refresh_);
  json.close_object();
  return out;
}

}  // namespace simulator
