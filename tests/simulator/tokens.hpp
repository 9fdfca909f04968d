// Access and refresh tokens: issued, rotated, expired.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "options.hpp"
#include "query.hpp"

namespace simulator {

struct Grant {
  std::string access_token;
  std::set<std::string> scopes;
  std::string response_type;
  // Of a refresh and of a code.
  std::string refresh_token;
  std::int64_t refresh_expires_in = 0;
  std::int64_t refresh_expires_at = 0;
};

class Tokens {
 public:
  Tokens(const Options& options, Instant now);

  // The scopes of a live access token, or nothing.
  std::optional<std::set<std::string>> scopes_of(std::string_view access_token, Instant now) const;
  // `continuous` asks for a new refresh token; without it the old one is given back.
  std::optional<Grant> refresh(const std::string& refresh_token, bool continuous, Instant now);
  // A code for what a person has allowed: it works once, soon, and with that redirect URI.
  std::string authorize(const std::set<std::string>& scopes, const std::string& redirect_uri, Instant now);
  // Without `continuous` there is no refresh token: the kind that was given before is no longer supported.
  std::optional<Grant> redeem(const std::string& code, const std::string& redirect_uri, bool continuous,
                              Instant now);
  Grant client_credentials(const std::set<std::string>& scopes, Instant now);

  std::int64_t issued() const;
  // Access tokens now expire: the test of what a run does in its middle.
  void expire_access_tokens();
  // JSON: what is valid now.
  std::string describe(Instant now) const;

 private:
  struct Token {
    Instant expires;
    std::set<std::string> scopes;
  };

  struct Code {
    Instant expires;
    std::set<std::string> scopes;
    std::string redirect_uri;
  };

  std::set<std::string> allowed(const std::set<std::string>& scopes) const;
  std::string issue_access(const std::set<std::string>& scopes, Instant now);

  const Options& options_;
  mutable std::mutex mutex_;
  std::map<std::string, Token, std::less<>> access_;
  std::map<std::string, Token, std::less<>> refresh_;
  std::map<std::string, Code, std::less<>> codes_;
  std::int64_t codes_issued_ = 0;
  std::int64_t issued_ = 0;
};

}  // namespace simulator
