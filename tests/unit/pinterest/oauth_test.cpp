#include "tap_pinterest/pinterest/oauth.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "fakes/fake_clock.hpp"
#include "fakes/fake_server.hpp"
#include "fakes/temporary_folder.hpp"
#include "fakes/test_config.hpp"

namespace tap_pinterest::pinterest {
namespace {

using fakes::FakeClock;
using fakes::FakeServer;
using fakes::instant;
using fakes::no_answer;
using fakes::respond;
using fakes::TemporaryFolder;
using std::chrono::seconds;
using util::Secret;
using Outcome = Renewal::Outcome;

config::Config without_credentials() {
  config::Config config = fakes::test_config();
  config.access_token = Secret();
  return config;
}

config::AppCredentials app(const std::string& refresh_token = "configured-refresh") {
  return {.client_id = "1234", .client_secret = Secret("app-secret"), .refresh_token = Secret(refresh_token)};
}

config::ProxyCredentials proxy(const std::string& access_token = "") {
  return {.url = "https://proxy.test/refresh",
          .auth = Secret("proxy-auth"),
          .access_token = Secret(access_token),
          .refresh_token = Secret("proxy-refresh")};
}

http::Response token(const std::string& members) {
  return respond(200, "{\"token_type\":\"bearer\"," + members + "}",
                 {{"date", "Tue, 24 Nov 2026 10:00:00 GMT"}});
}

// Answers "access-1", "access-2" ... with refresh tokens "refresh-1", "refresh-2" ..., each good for an hour.
class Tokens {
 public:
  http::Result operator()(const http::Request&) {
    const std::string number = std::to_string(++count_);
    return token(R"("access_token":"access-)" + number + R"(","expires_in":3600,"refresh_token":"refresh-)" +
                 number + R"(","refresh_token_expires_in":5184000)");
  }

 private:
  int count_ = 0;
};

// One run's tokens.
struct TokenRun {
  TokenRun(config::Config settings, FakeServer::Handler handler)
      : config(std::move(settings)),
        api_clock(clock),
        source(config, api_clock),
        server(std::move(handler)),
        transport(server.factory()()) {
    clock.set_local_time(instant("2026-11-24T10:00:00Z"));
  }

  Renewal renew() { return source.renew(*transport, {}); }
  // The access token after a renewal that must have worked.
  std::string renewed() {
    const Renewal renewal = renew();
    EXPECT_EQ(renewal.outcome, Outcome::done) << renewal.message;
    return current();
  }
  std::string current() const {
    const auto access = source.current();
    return access ? access->value.reveal() : "none";
  }
  void refuse() { source.refused(source.current()->generation); }
  std::string sent(std::size_t request) const { return server.requests().at(request).body.reveal(); }

  config::Config config;
  FakeClock clock;
  ApiClock api_clock;
  TokenSource source;
  FakeServer server;
  std::unique_ptr<http::Transport> transport;
};

http::Result no_request(const http::Request& request) {
  ADD_FAILURE() << "a request to " << request.url;
  return respond(500, "");
}

TEST(ParseTokenAnswer, ReadsWhatIsThere) {
  const auto answer = parse_token_answer(
      R"({"access_token":"a","expires_in":2592000,"refresh_token":"r","refresh_token_expires_in":5184000,)"
      R"("scope":"ads:read","response_type":"x"})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->access_token, Secret("a"));
  EXPECT_EQ(answer->expires_in, seconds(2'592'000));
  EXPECT_EQ(answer->refresh_token, Secret("r"));
  EXPECT_EQ(answer->refresh_token_expires_in, seconds(5'184'000));
  EXPECT_EQ(answer->scope, "ads:read");
}

TEST(ParseTokenAnswer, IsNothingWithoutAnAccessToken) {
  for (const char* body : {"", "[]", "{}", R"({"access_token":""})", R"({"access_token":7})", "<html>"}) {
    EXPECT_FALSE(parse_token_answer(body)) << body;
  }
}

TEST(ParseTokenAnswer, ToleratesTimesThatMakeNoSense) {
  for (const char* value : {"-1", "1e300", "\"3600\"", "null"}) {
    const auto answer = parse_token_answer(std::string(R"({"access_token":"a","expires_in":)") + value + "}");
    ASSERT_TRUE(answer) << value;
    EXPECT_FALSE(answer->expires_in) << value;
  }
}

TEST(AppTokenRequest, IsFormEncodedWithBasicAuth) {
  const auto request = app_token_request(without_credentials(), app(), Secret("a+b/c="));
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.test/v5/oauth/token");
  EXPECT_EQ(request.authorization.reveal(), "Basic MTIzNDphcHAtc2VjcmV0");
  EXPECT_EQ(request.headers.at(0).value, "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body.reveal(),
            "grant_type=refresh_token&refresh_token=a%2Bb%2Fc%3D&continuous_refresh=true");
}

TEST(AppTokenRequest, AsksForClientCredentialsWithoutARefreshToken) {
  const auto request = app_token_request(without_credentials(), app(""), Secret());
  EXPECT_EQ(request.body.reveal(),
            "grant_type=client_credentials&scope=ads%3Aread,boards%3Aread,pins%3Aread");
}

TEST(ProxyTokenRequest, IsJsonWithTheProxysOwnAuthorization) {
  const auto request = proxy_token_request(without_credentials(), proxy(), Secret("r\"1"));
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://proxy.test/refresh");
  EXPECT_EQ(request.authorization.reveal(), "proxy-auth");
  EXPECT_EQ(request.headers.at(0).value, "application/json");
  EXPECT_EQ(request.body.reveal(), R"({"grant_type":"refresh_token","refresh_token":"r\"1"})");
}

TEST(TokenSource, UsesTheConfiguredAccessTokenAsItIs) {
  TokenRun run(fakes::test_config(), no_request);
  EXPECT_TRUE(run.source.wants_renewal());
  EXPECT_EQ(run.renewed(), "configured-access");
  EXPECT_FALSE(run.source.wants_renewal());
  EXPECT_FALSE(run.source.can_renew());
  EXPECT_FALSE(run.source.current()->issued);
}

TEST(TokenSource, HasNothingLeftWhenTheOnlyAccessTokenIsRefused) {
  TokenRun run(fakes::test_config(), no_request);
  run.renewed();
  run.refuse();
  EXPECT_EQ(run.current(), "none");
  const Renewal renewal = run.renew();
  EXPECT_EQ(renewal.outcome, Outcome::fatal);
  EXPECT_NE(renewal.message.find("access_token was refused"), std::string::npos);
}

TEST(TokenSource, TriesAccessTokenThenProxyThenApp) {
  config::Config config = fakes::test_config();
  config.proxy = proxy("proxy-access");
  config.app = app();
  TokenRun run(config, [tokens = Tokens()](const http::Request& request) mutable -> http::Result {
    if (request.url.starts_with("https://proxy.test")) return respond(400, R"({"message":"invalid_grant"})");
    return tokens(request);
  });
  EXPECT_EQ(run.renewed(), "configured-access");
  run.refuse();
  EXPECT_EQ(run.renew().outcome, Outcome::retry);
  EXPECT_EQ(run.renewed(), "proxy-access");
  EXPECT_EQ(run.server.requests().size(), 0U);
  run.refuse();
  EXPECT_EQ(run.renew().outcome, Outcome::retry);
  EXPECT_EQ(run.renewed(), "access-1");
  EXPECT_TRUE(run.source.current()->issued);
  EXPECT_EQ(run.sent(1), "grant_type=refresh_token&refresh_token=configured-refresh&continuous_refresh=true");
}

TEST(TokenSource, EndsWhenTheLastCredentialsAreRefused) {
  config::Config config = without_credentials();
  config.app = app();
  TokenRun run(config,
               [](const http::Request&) { return respond(401, R"({"code":2,"message":"Bad token"})"); });
  const Renewal renewal = run.renew();
  EXPECT_EQ(renewal.outcome, Outcome::fatal);
  EXPECT_NE(renewal.message.find("the refresh token was refused: 401 Bad token (code 2)"), std::string::npos);
  EXPECT_EQ(renewal.message.find("configured-refresh"), std::string::npos);
}

TEST(TokenSource, TriesAgainAfterPassingFaults) {
  config::Config config = without_credentials();
  config.app = app();
  const std::vector<std::pair<http::Result, std::optional<std::chrono::milliseconds>>> faults = {
      {no_answer(http::Failure::timeout, seconds(120)), {}},
      {no_answer(http::Failure::connection, seconds(1)), {}},
      {respond(503, ""), {}},
      {respond(200, "<html>"), {}},
      {respond(429, "", {{"retry-after", "7"}}), seconds(7)},
      {respond(400, R"({"message":"Retry after 2 seconds"})"), seconds(2)},
  };
  for (const auto& [fault, wait] : faults) {
    TokenRun run(config,
                 [tokens = Tokens(), fault = fault, first = true](const http::Request& request) mutable {
                   return std::exchange(first, false) ? fault : tokens(request);
                 });
    const Renewal renewal = run.renew();
    EXPECT_EQ(renewal.outcome, Outcome::retry) << renewal.message;
    EXPECT_EQ(renewal.wait, wait) << renewal.message;
    EXPECT_EQ(run.renewed(), "access-1");
  }
}

TEST(TokenSource, DoesNotTryAgainWhatCannotWork) {
  config::Config config = without_credentials();
  config.app = app();
  for (const http::Failure failure : {http::Failure::tls, http::Failure::invalid}) {
    TokenRun run(config, [&](const http::Request&) { return no_answer(failure, {}); });
    EXPECT_EQ(run.renew().outcome, Outcome::fatal);
  }
}

TEST(TokenSource, RenewsBeforeTheEndAndServesTheOldTokenUntilThen) {
  config::Config config = without_credentials();
  config.app = app();
  TokenRun run(config, Tokens());
  EXPECT_EQ(run.renewed(), "access-1");
  EXPECT_EQ(run.source.expires_at(), instant("2026-11-24T11:00:00Z"));
  run.clock.advance(seconds(3299));
  EXPECT_FALSE(run.source.wants_renewal());
  run.clock.advance(seconds(1));
  EXPECT_TRUE(run.source.wants_renewal());
  EXPECT_EQ(run.current(), "access-1");
  run.clock.advance(seconds(300));
  EXPECT_EQ(run.current(), "none");
}

TEST(TokenSource, RenewsAShortLivedTokenInItsLastQuarter) {
  config::Config config = without_credentials();
  config.app = app();
  TokenRun run(config, [](const http::Request&) { return token(R"("access_token":"a","expires_in":100)"); });
  run.renewed();
  run.clock.advance(seconds(74));
  EXPECT_FALSE(run.source.wants_renewal());
  run.clock.advance(seconds(1));
  EXPECT_TRUE(run.source.wants_renewal());
}

TEST(TokenSource, TellsARenewalByRequestFromOneWithout) {
  config::Config config = fakes::test_config();
  config.app = app();
  TokenRun run(config, Tokens());
  EXPECT_EQ(run.renew().requests, 0) << "the configured access_token";
  run.refuse();
  EXPECT_EQ(run.renew().requests, 0) << "on to the next credentials";
  EXPECT_EQ(run.renew().requests, 1);
}

TEST(TokenSource, UsesTheRotatedRefreshTokenNext) {
  config::Config config = without_credentials();
  config.app = app();
  TokenRun run(config, Tokens());
  run.renewed();
  run.refuse();
  EXPECT_EQ(run.renewed(), "access-2");
  EXPECT_EQ(run.sent(1), "grant_type=refresh_token&refresh_token=refresh-1&continuous_refresh=true");
}

TEST(TokenSource, IgnoresThatAnOlderTokenWasRefused) {
  config::Config config = without_credentials();
  config.app = app();
  TokenRun run(config, Tokens());
  run.renewed();
  const auto old = run.source.current()->generation;
  run.refuse();
  run.renewed();
  run.source.refused(old);
  EXPECT_EQ(run.current(), "access-2");
  EXPECT_FALSE(run.source.wants_renewal());
}

TEST(TokenSource, TellsTheTimeFromTheApiAndNotFromTheProxy) {
  config::Config config = without_credentials();
  config.app = app();
  TokenRun by_app(config, Tokens());
  by_app.clock.set_local_time(instant("1999-01-01T00:00:00Z"));
  by_app.renewed();
  EXPECT_EQ(by_app.api_clock.now(), instant("2026-11-24T10:00:00Z"));

  config.app.reset();
  config.proxy = proxy();
  TokenRun by_proxy(config, Tokens());
  by_proxy.clock.set_local_time(instant("1999-01-01T00:00:00Z"));
  by_proxy.renewed();
  EXPECT_EQ(by_proxy.api_clock.now(), instant("1999-01-01T00:00:00Z"));
}

class TokenSourceWithFile : public testing::Test {
 protected:
  config::Config config(const std::string& refresh_token = "configured-refresh") const {
    config::Config config = without_credentials();
    config.app = app(refresh_token);
    config.token_file = path();
    return config;
  }
  std::string path() const { return folder_.file("token.json"); }
  std::string stored_refresh_token() const { return read_token_file(path())->refresh_token.reveal(); }

  const TemporaryFolder folder_;
};

TEST_F(TokenSourceWithFile, KeepsTheRotatedTokenForTheNextRun) {
  TokenRun first(config(), Tokens());
  first.renewed();
  EXPECT_EQ(stored_refresh_token(), "refresh-1");

  TokenRun second(config(), no_request);
  EXPECT_EQ(second.renewed(), "access-1");
  EXPECT_EQ(second.source.expires_at(), instant("2026-11-24T11:00:00Z"));
}

TEST_F(TokenSourceWithFile, RefreshesWithTheStoredTokenWhenItsAccessTokenHasEnded) {
  TokenRun first(config(), Tokens());
  first.renewed();
  TokenRun second(config(), Tokens());
  second.clock.set_local_time(instant("2026-11-25T10:00:00Z"));
  second.renewed();
  EXPECT_EQ(second.sent(0), "grant_type=refresh_token&refresh_token=refresh-1&continuous_refresh=true");
}

TEST_F(TokenSourceWithFile, UsesANewerTokenOfAnotherRunWithoutARequest) {
  TokenRun first(config(), Tokens());
  first.renewed();
  TokenRun second(config(), Tokens());
  second.renewed();
  first.refuse();
  EXPECT_EQ(first.renewed(), "access-2");
  EXPECT_EQ(stored_refresh_token(), "refresh-2");

  second.refuse();
  EXPECT_EQ(second.renewed(), "access-2");
  EXPECT_EQ(second.server.requests().size(), 0U);
}

TEST_F(TokenSourceWithFile, IgnoresATokenThatDescendsFromAnotherConfiguredOne) {
  TokenRun first(config(), Tokens());
  first.renewed();
  TokenRun second(config("signed-in-again"), Tokens());
  EXPECT_EQ(second.renewed(), "access-1");
  EXPECT_EQ(second.sent(0), "grant_type=refresh_token&refresh_token=signed-in-again&continuous_refresh=true");
  EXPECT_EQ(read_token_file(path())->descends_from, sha256_hex("signed-in-again"));
}

TEST_F(TokenSourceWithFile, TakesTheStoredTokenAsItIsWhereNoneIsConfigured) {
  TokenRun first(config(), Tokens());
  first.renewed();
  TokenRun second(config(""), Tokens());
  second.clock.set_local_time(instant("2026-11-25T10:00:00Z"));
  second.renewed();
  EXPECT_EQ(second.sent(0), "grant_type=refresh_token&refresh_token=refresh-1&continuous_refresh=true");
}

TEST_F(TokenSourceWithFile, AsksForClientCredentialsWhereNeitherIsThere) {
  TokenRun run(config(""),
               [](const http::Request&) { return token(R"("access_token":"a","expires_in":100)"); });
  EXPECT_EQ(run.renewed(), "a");
  EXPECT_TRUE(run.sent(0).starts_with("grant_type=client_credentials"));
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(TokenSourceWithFile, RotatesTheProxysTokenIntoTheSameFile) {
  config::Config settings = config();
  settings.app.reset();
  settings.proxy = proxy("proxy-access");
  TokenRun first(settings, Tokens());
  EXPECT_EQ(first.renewed(), "proxy-access");
  first.refuse();
  EXPECT_EQ(first.renewed(), "access-1");
  EXPECT_EQ(stored_refresh_token(), "refresh-1");
  TokenRun second(settings, no_request);
  EXPECT_EQ(second.renewed(), "access-1");
}

TEST_F(TokenSourceWithFile, KeepsTheEndOfARefreshTokenThatIsNotRotated) {
  TokenRun first(config(), Tokens());
  first.renewed();
  TokenRun second(config(),
                  [](const http::Request&) { return token(R"("access_token":"b","expires_in":3600)"); });
  second.renewed();
  second.refuse();
  EXPECT_EQ(second.renewed(), "b");
  EXPECT_EQ(stored_refresh_token(), "refresh-1");
  EXPECT_EQ(read_token_file(path())->refresh_token_expires_at, instant("2027-01-23T10:00:00Z"));
}

TEST_F(TokenSourceWithFile, SendsNothingWhenTheFileCannotBeWritten) {
  config::Config settings = config();
  settings.token_file = folder_.file("none/token.json");
  TokenRun run(settings, no_request);
  const Renewal renewal = run.renew();
  EXPECT_EQ(renewal.outcome, Outcome::fatal);
  EXPECT_NE(renewal.message.find(settings.token_file), std::string::npos);
}

TEST_F(TokenSourceWithFile, KeepsATokenThatCannotBeStoredAndTriesAgain) {
  // The path becomes a folder after room was made for the new file.
  TokenRun run(config(), [this, tokens = Tokens()](const http::Request& request) mutable {
    std::filesystem::create_directories(path() + "/in-the-way");
    return tokens(request);
  });
  EXPECT_EQ(run.renewed(), "access-1");
  EXPECT_TRUE(run.source.store_pending({}));
  std::filesystem::remove_all(path());
  EXPECT_FALSE(run.source.store_pending({}));
  EXPECT_EQ(stored_refresh_token(), "refresh-1");
  EXPECT_FALSE(run.source.store_pending({}));
}

TEST_F(TokenSourceWithFile, DoesNotFallBackToTheOlderFileWhileItsNewTokenIsNotStored) {
  TokenRun first(config(), Tokens());
  first.renewed();
  bool in_the_way = true;
  TokenRun second(config(), [&, count = 1](const http::Request&) mutable {
    // The file is gone while the new one is to take its place, and then back with its old content.
    if (in_the_way) {
      std::filesystem::rename(path(), path() + ".old");
      std::filesystem::create_directories(path() + "/in-the-way");
    }
    const std::string number = std::to_string(++count);
    return token(R"("access_token":"access-)" + number + R"(","expires_in":3600,"refresh_token":"refresh-)" +
                 number + "\"");
  });
  second.renewed();
  second.refuse();
  EXPECT_EQ(second.renewed(), "access-2");
  in_the_way = false;
  std::filesystem::remove_all(path());
  std::filesystem::rename(path() + ".old", path());
  second.refuse();
  EXPECT_EQ(second.renewed(), "access-3");
  EXPECT_EQ(second.sent(1), "grant_type=refresh_token&refresh_token=refresh-2&continuous_refresh=true");
  EXPECT_EQ(stored_refresh_token(), "refresh-3");
}

}  // namespace
}  // namespace tap_pinterest::pinterest
