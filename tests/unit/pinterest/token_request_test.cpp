#include "tap_pinterest/pinterest/token_request.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakes/fake_server.hpp"
#include "fakes/test_config.hpp"

namespace tap_pinterest::pinterest {
namespace {

using fakes::instant;
using fakes::no_answer;
using fakes::respond;
using std::chrono::seconds;
using util::Secret;

config::AppCredentials app_config() {
  return {.client_id = "1234", .client_secret = Secret("app-secret"), .refresh_token = Secret()};
}

const util::Instant kAnswered = instant("2026-11-24T10:00:00Z");

TEST(ParseTokenAnswer, ReadsWhatIsThere) {
  const auto answer = parse_token_answer(
      R"({"access_token":"a","expires_in":2592000,"refresh_token":"r","refresh_token_expires_in":5184000,)"
      R"("scope":"ads:read","response_type":"x"})",
      kAnswered);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->token.access_token, Secret("a"));
  EXPECT_EQ(answer->token.access_token_expires_at, kAnswered + std::chrono::days(30));
  EXPECT_EQ(answer->token.refresh_token, Secret("r"));
  EXPECT_EQ(answer->token.refresh_token_expires_at, kAnswered + std::chrono::days(60));
  EXPECT_EQ(answer->scope, "ads:read");
}

TEST(ParseTokenAnswer, IsNothingWithoutAnAccessToken) {
  for (const char* body : {"", "[]", "{}", R"({"access_token":""})", R"({"access_token":7})", "<html>"}) {
    EXPECT_FALSE(parse_token_answer(body, kAnswered)) << body;
  }
}

std::optional<util::Instant> end_of_life(const std::string& life) {
  return parse_token_answer(R"({"access_token":"a","expires_in":)" + life + "}", kAnswered)
      ->token.access_token_expires_at;
}

TEST(ParseTokenAnswer, KnowsNoEndWhereTheLifeMakesNoSense) {
  for (const char* life : {"0", "0.5", "-1", "1e300", "\"3600\"", "null"}) {
    EXPECT_FALSE(end_of_life(life)) << life;
  }
}

TEST(ParseTokenAnswer, DoesNotBelieveAVeryShortLife) {
  EXPECT_EQ(end_of_life("1"), kAnswered + kShortestLife);
  EXPECT_EQ(end_of_life("11"), kAnswered + seconds(11));
}

TEST(AppTokenRequest, IsFormEncodedWithBasicAuth) {
  const auto request = app_token_request(fakes::test_config(), app_config(), Secret("a+b/c="), "ads:read");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.test/v5/oauth/token");
  EXPECT_EQ(request.authorization.reveal(), "Basic MTIzNDphcHAtc2VjcmV0");
  EXPECT_EQ(request.headers.at(0).value, "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body.reveal(),
            "grant_type=refresh_token&refresh_token=a%2Bb%2Fc%3D&continuous_refresh=true");
}

TEST(AppTokenRequest, AsksForClientCredentialsWithoutARefreshToken) {
  const auto request = app_token_request(fakes::test_config(), app_config(), Secret(), "ads:read,pins:read");
  EXPECT_EQ(request.body.reveal(), "grant_type=client_credentials&scope=ads%3Aread,pins%3Aread");
}

TEST(ProxyTokenRequest, IsJsonWithTheProxysOwnAuthorization) {
  const config::ProxyCredentials proxy{.url = "https://proxy.test/refresh",
                                       .auth = Secret("proxy-auth"),
                                       .access_token = {},
                                       .refresh_token = {}};
  const auto request = proxy_token_request(fakes::test_config(), proxy, Secret("r\"1"));
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://proxy.test/refresh");
  EXPECT_EQ(request.authorization.reveal(), "proxy-auth");
  EXPECT_EQ(request.headers.at(0).value, "application/json");
  EXPECT_EQ(request.body.reveal(), R"({"grant_type":"refresh_token","refresh_token":"r\"1"})");
}

TEST(ReadTokenReply, TellsWhatWillPassFromWhatWillNot) {
  using Reply = TokenReply::Outcome;
  struct Row {
    http::Result result;
    Reply outcome;
    Blame blame;
  };
  const std::vector<Row> rows = {
      {respond(200, R"({"access_token":"a"})"), Reply::granted, Blame::unknown},
      {respond(200, "<html>"), Reply::passing, Blame::unknown},
      {respond(503, ""), Reply::passing, Blame::unknown},
      {respond(429, ""), Reply::passing, Blame::unknown},
      {no_answer(http::Failure::timeout, seconds(1)), Reply::passing, Blame::connection},
      {no_answer(http::Failure::tls, seconds(1)), Reply::refused, Blame::connection},
      {no_answer(http::Failure::invalid, seconds(1)), Reply::refused, Blame::connection},
      {respond(401, R"({"code":2,"message":"Authentication failed."})"), Reply::refused, Blame::secret},
      {respond(401, R"({"code":283,"message":"The authorization grant is invalid"})"), Reply::refused,
       Blame::grant},
      {respond(400, R"({"code":283,"message":"The authorization grant is invalid"})"), Reply::refused,
       Blame::grant},
      {respond(401, R"({"code":3,"message":"Your application consumer type is not supported"})"),
       Reply::refused, Blame::app},
      {respond(400, R"({"error":"invalid_grant"})"), Reply::refused, Blame::grant},
      {respond(401, R"({"error":"invalid_client","error_description":"No."})"), Reply::refused,
       Blame::secret},
      {respond(401, ""), Reply::refused, Blame::unknown},
      {respond(400, R"({"code":1,"message":"No."})"), Reply::refused, Blame::unknown},
  };
  for (const Row& row : rows) {
    const TokenReply reply = read_token_reply(row.result, kAnswered);
    EXPECT_EQ(reply.outcome, row.outcome) << reply.problem;
    EXPECT_EQ(reply.blame, row.blame) << reply.problem;
    EXPECT_EQ(reply.problem.empty(), row.outcome == Reply::granted);
  }
}

}  // namespace
}  // namespace tap_pinterest::pinterest
