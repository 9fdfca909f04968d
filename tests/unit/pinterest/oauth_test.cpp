#include "tap_pinterest/pinterest/oauth.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
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
        source(config, api_clock, "ads:read"),
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
  void refuse() { source.refused(source.current()->generation, "401 No. (code 2)"); }
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

TEST(RenewalTime, LiesFiveMinutesBeforeTheEndAndWithinTheLastQuarter) {
  const util::Instant now = instant("2026-11-24T10:00:00Z");
  for (const auto& [life, before] : std::vector<std::pair<seconds, seconds>>{
           {seconds(2'592'000), kRenewBefore}, {seconds(1200), seconds(300)}, {seconds(100), seconds(25)}}) {
    EXPECT_EQ(renewal_time(now, now + life), now + life - before);
  }
  EXPECT_LE(renewal_time(now, now), now) << "what has ended is not taken any more";
  EXPECT_LE(renewal_time(now, now - seconds(1)), now);
}

TEST(HealthOf, SaysWhatATokenIsGoodFor) {
  const util::Instant now = instant("2026-11-24T10:00:00Z");
  const auto held = [&](seconds renew, seconds end) {
    return HeldToken{.token = {}, .ends = now + end, .renew_at = now + renew, .refusal = {}};
  };
  EXPECT_EQ(health_of(std::nullopt, now), Health::unusable);
  EXPECT_EQ(health_of(HeldToken{}, now), Health::good) << "it serves until it is refused";
  EXPECT_EQ(health_of(held(seconds(1), seconds(2)), now), Health::good);
  EXPECT_EQ(health_of(held(seconds(0), seconds(1)), now), Health::due);
  EXPECT_EQ(health_of(held(seconds(-1), seconds(0)), now), Health::unusable);
  HeldToken refused = held(seconds(1), seconds(2));
  refused.refusal = "";
  EXPECT_EQ(health_of(refused, now), Health::unusable);
}

TEST(NextStep, TriesWhatCostsNothingFirst) {
  const util::Instant now = instant("2026-11-24T10:00:00Z");
  const auto stored = [&](const std::string& access, std::optional<seconds> life) {
    StoredToken token;
    token.access_token = Secret(access);
    if (life) token.access_token_expires_at = now + *life;
    return token;
  };
  using Kind = Credentials::Kind;
  const std::string file = "token.json";
  struct Row {
    const char* name;
    Kind kind;
    const char* configured_access;
    std::string token_file;
    const char* held;
    std::optional<StoredToken> stored;
    const char* refresh_token;
    Step step;
  };
  const std::vector<Row> rows = {
      {"a given token", Kind::fixed, "a", "", "", {}, "", Step::use_configured},
      {"a given token once more", Kind::fixed, "a", "", "a", {}, "", Step::give_up},
      {"the proxy's own token", Kind::proxy, "a", "", "", {}, "r", Step::use_configured},
      {"the proxy after that", Kind::proxy, "a", "", "a", {}, "r", Step::request},
      {"the file before the proxy's own", Kind::proxy, "a", file, "", stored("s", seconds(1)), "r",
       Step::use_stored},
      {"not the proxy's own after the file's", Kind::proxy, "a", file, "s", stored("s", seconds(1)), "r",
       Step::request},
      {"a stored token", Kind::app, "", file, "", stored("s", seconds(1)), "r", Step::use_stored},
      {"a stored token that does not say its end", Kind::app, "", file, "", stored("s", {}), "r",
       Step::use_stored},
      {"another run's newer token", Kind::app, "", file, "old", stored("s", seconds(1)), "r",
       Step::use_stored},
      {"the one that is held already", Kind::app, "", file, "s", stored("s", seconds(1)), "r", Step::request},
      {"a stored token that has ended", Kind::app, "", file, "", stored("s", seconds(0)), "r", Step::request},
      {"no access token is stored", Kind::app, "", file, "", stored("", {}), "r", Step::request},
      {"no file yet", Kind::app, "", file, "", {}, "r", Step::request},
      {"no login yet", Kind::app, "", file, "", {}, "", Step::log_in},
      {"the app's owner", Kind::app, "", "", "", {}, "", Step::request},
  };
  for (const Row& row : rows) {
    const Credentials credentials{.kind = row.kind,
                                  .access_token = Secret(row.configured_access),
                                  .refresh_token = {},
                                  .token_file = row.token_file};
    EXPECT_EQ(next_step(credentials, Secret(row.held), row.stored, Secret(row.refresh_token), now), row.step)
        << row.name;
  }
}

TEST(Remedy, NamesWhatIsToBlame) {
  Credentials app{.kind = Credentials::Kind::app, .access_token = {}, .refresh_token = {}, .token_file = "t"};
  EXPECT_EQ(remedy(app, Blame::secret), "check client_id and client_secret");
  EXPECT_EQ(remedy(app, Blame::grant), "sign in to Pinterest again: run 'tap-pinterest login'");
  EXPECT_EQ(remedy(app, Blame::app), kCheckApp);
  EXPECT_EQ(remedy(app, Blame::connection), "check api_url and ca_file");
  EXPECT_EQ(remedy(app, Blame::unknown), remedy(app, Blame::secret) + ", or " + remedy(app, Blame::grant));
  app.kind = Credentials::Kind::proxy;
  EXPECT_EQ(remedy(app, Blame::secret), "check oauth_credentials.refresh_proxy_url_auth");
  EXPECT_EQ(remedy(app, Blame::grant),
            "sign in to Pinterest again and put the new token into the configuration");
  EXPECT_EQ(remedy(app, Blame::connection), "check oauth_credentials.refresh_proxy_url and ca_file");
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
  EXPECT_EQ(
      renewal.message,
      "access_token was refused: 401 No. (code 2); sign in to Pinterest again and put the new token into "
      "the configuration");
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
               [](const http::Request&) { return respond(401, R"({"code":283,"message":"Bad token"})"); });
  const Renewal renewal = run.renew();
  EXPECT_EQ(renewal.outcome, Outcome::fatal);
  EXPECT_EQ(
      renewal.message,
      "the refresh token was refused: 401 Bad token (code 283); sign in to Pinterest again: set token_file "
      "and run 'tap-pinterest login'");
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
                 [tokens = Tokens(), answer = fault, first = true](const http::Request& request) mutable {
                   return std::exchange(first, false) ? answer : tokens(request);
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

TEST(TokenSource, DoesNotBelieveThatATokenLivesForASecond) {
  config::Config config = without_credentials();
  config.app = app();
  TokenRun run(config, [](const http::Request&) { return token(R"("access_token":"a","expires_in":1)"); });
  run.renewed();
  run.clock.advance(seconds(7));
  EXPECT_EQ(run.current(), "a");
  EXPECT_FALSE(run.source.wants_renewal());
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
  run.source.refused(old, "401 No. (code 2)");
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

TEST_F(TokenSourceWithFile, AsksForALoginWhereNeitherIsThere) {
  TokenRun run(config(""), no_request);
  EXPECT_TRUE(find_missing_login(run.config));
  const Renewal renewal = run.renew();
  EXPECT_EQ(renewal.outcome, Outcome::fatal);
  EXPECT_NE(renewal.message.find(path() + " does not exist"), std::string::npos) << renewal.message;
  EXPECT_NE(renewal.message.find("run 'tap-pinterest login'"), std::string::npos) << renewal.message;
}

TEST_F(TokenSourceWithFile, MissesALoginOnlyWhereAllDependsOnIt) {
  config::Config settings = config("");
  settings.access_token = Secret("a");
  EXPECT_FALSE(find_missing_login(settings));
  settings.access_token = Secret();
  settings.proxy = proxy();
  EXPECT_FALSE(find_missing_login(settings));
  EXPECT_FALSE(find_missing_login(config("configured-refresh")));
  settings = config("");
  settings.token_file = "";
  EXPECT_FALSE(find_missing_login(settings));
  std::filesystem::create_symlink("nowhere", path());
  EXPECT_FALSE(find_missing_login(config(""))) << "a link is refused when it is opened";
}

TEST_F(TokenSourceWithFile, SharesATokenThatLivesForLessThanFiveMinutes) {
  const auto handler = [count = 0](const http::Request&) mutable {
    const std::string number = std::to_string(++count);
    return token(R"("access_token":"access-)" + number + R"(","expires_in":240,"refresh_token":"refresh-)" +
                 number + "\"");
  };
  TokenRun first(config(), handler);
  EXPECT_EQ(first.renewed(), "access-1");
  TokenRun second(config(), no_request);
  EXPECT_EQ(second.renewed(), "access-1");
  EXPECT_FALSE(second.source.wants_renewal());

  first.clock.advance(seconds(180));
  second.clock.advance(seconds(180));
  EXPECT_TRUE(first.source.wants_renewal());
  EXPECT_TRUE(second.source.wants_renewal());
  EXPECT_EQ(first.renewed(), "access-2");
  EXPECT_EQ(second.renewed(), "access-2");
}

TEST_F(TokenSourceWithFile, SharesATokenWhoseEndIsNotKnown) {
  TokenRun first(config(), [](const http::Request&) {
    return token(R"("access_token":"a","expires_in":0,"refresh_token":"refresh-1")");
  });
  EXPECT_EQ(first.renewed(), "a");
  EXPECT_FALSE(first.source.wants_renewal());
  TokenRun second(config(), no_request);
  EXPECT_EQ(second.renewed(), "a");
  second.clock.advance(std::chrono::days(30));
  EXPECT_FALSE(second.source.wants_renewal());
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
  std::ofstream(folder_.file("plain")) << "no folder";
  settings.token_file = folder_.file("plain/token.json");
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
