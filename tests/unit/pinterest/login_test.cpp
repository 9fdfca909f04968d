#include "tap_pinterest/pinterest/login.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "fakes/fake_clock.hpp"
#include "fakes/fake_server.hpp"
#include "fakes/temporary_folder.hpp"
#include "fakes/test_config.hpp"
#include "tap_pinterest/pinterest/token_file.hpp"

namespace tap_pinterest::pinterest {
namespace {

using fakes::FakeClock;
using fakes::FakeServer;
using fakes::instant;
using fakes::no_answer;
using fakes::respond;
using util::Secret;
using RedirectOutcome = Redirect::Outcome;

constexpr std::string_view kState = "0123456789abcdef";

TEST(RandomState, IsLongAndNeverTheSame) {
  const std::string state = random_state();
  EXPECT_EQ(state.size(), 64U);
  EXPECT_EQ(state.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(state, random_state());
}

TEST(AuthorizationAddress, EscapesWhatItIsGiven) {
  EXPECT_EQ(
      authorization_address(kAuthorizationUrl, "1&2", "http://localhost:8085/", "ads:read,pins:read", kState),
      "https://www.pinterest.com/oauth/?client_id=1%262&redirect_uri=http%3A%2F%2Flocalhost%3A8085%2F"
      "&response_type=code&scope=ads%3Aread,pins%3Aread&state=0123456789abcdef");
}

TEST(ReadRedirect, FindsTheCodeWhereverItStands) {
  for (const char* address :
       {"/?code=a%2Fb&state=0123456789abcdef", "/x?state=0123456789abcdef&code=a%2fb",
        "http://localhost:8085/?code=a/b&state=0123456789abcdef#fragment",
        "https://example.com/callback?x&y=&code=a/b&&state=01234567%38%39abcdef&code=second"}) {
    const Redirect redirect = read_redirect(address, kState);
    EXPECT_EQ(redirect.outcome, RedirectOutcome::granted) << address << ": " << redirect.message;
    EXPECT_EQ(redirect.code, Secret("a/b")) << address;
  }
}

TEST(ReadRedirect, WithoutItsStateItIsForeignWhateverElseItSays) {
  for (const char* address : {"", "/", "?", "/?code=a", "/?code=a&state=", "/?code=a&state=0123456789abcdeF",
                              "/?code=a&state=0123456789abcde", "/?code=a&state=0123456789abcdef0",
                              "/?code=a#&state=0123456789abcdef", "/?code=a&STATE=0123456789abcdef",
                              "/?code=a&xstate=0123456789abcdef", "/?error=access_denied", "/?code=a&state=%",
                              "/?code=a&state=%4", "/?code=a&state=%zz", "/?code=a&state=%+1",
                              "/?state=x&state=0123456789abcdef&code=a", "state=0123456789abcdef&code=a"}) {
    EXPECT_EQ(read_redirect(address, kState).outcome, RedirectOutcome::foreign) << address;
  }
}

TEST(ReadPasted, TakesTheAddressItsQueryOrTheCodeWithWhateverStandsAroundThem) {
  for (const char* text :
       {"http://localhost:8085/?code=abcdef-012345&state=0123456789abcdef",
        "\"http://localhost:8085/?code=abcdef-012345&state=0123456789abcdef\"",
        "  <https://example.com/callback?state=0123456789abcdef&code=abcdef-012345> ",
        "?code=abcdef-012345&state=0123456789abcdef", "code=abcdef-012345&state=0123456789abcdef",
        "code=abcdef-012345", "abcdef-012345", "'abcdef-012345'"}) {
    const Redirect redirect = read_pasted(text, kState);
    EXPECT_EQ(redirect.outcome, RedirectOutcome::granted) << text << ": " << redirect.message;
    EXPECT_EQ(redirect.code, Secret("abcdef-012345")) << text;
  }
}

TEST(ReadPasted, RefusesTheAnswerToAnotherQuestionAndWhatIsNone) {
  for (const char* text : {"", "\"", "yes", "what is this?", "http://localhost:8085/", "code=", "code=ab",
                           "http://localhost:8085/?code=abcdef-012345&state=0123456789abcdee",
                           "http://localhost:8085/?code=abcdef-012345", "code=abcdef-012345&state=guessed"}) {
    EXPECT_EQ(read_pasted(text, kState).outcome, RedirectOutcome::foreign) << text;
  }
  EXPECT_EQ(read_pasted(R"("?error=access_denied&state=0123456789abcdef")", kState).outcome,
            RedirectOutcome::denied);
  const std::string page =
      authorization_address(kAuthorizationUrl, "1", "http://localhost:8085/", "ads:read,pins:read", kState);
  EXPECT_EQ(read_pasted(page, kState).outcome, RedirectOutcome::foreign);
  EXPECT_NE(read_pasted(page, kState).message.find("the URL to open"), std::string::npos);
}

TEST(ReadRedirect, AnEmptyStateIsNeverRight) {
  EXPECT_EQ(read_redirect("/?code=a&state=0", "").outcome, RedirectOutcome::foreign);
}

TEST(ReadRedirect, WithoutACodeItIsForeign) {
  for (const char* address : {"/?state=0123456789abcdef", "/?code=&state=0123456789abcdef",
                              "/?code=%&state=0123456789abcdef", "/?code&state=0123456789abcdef"}) {
    EXPECT_EQ(read_redirect(address, kState).outcome, RedirectOutcome::foreign) << address;
  }
}

TEST(ReadRedirect, AnErrorIsDenialEvenBesideACode) {
  const Redirect redirect = read_redirect(
      "/?error=access_denied&error_description=The+user+said+no&code=a&state=0123456789abcdef", kState);
  EXPECT_EQ(redirect.outcome, RedirectOutcome::denied);
  EXPECT_EQ(redirect.message, "access_denied: The user said no");
  EXPECT_TRUE(redirect.code.empty());
}

// A sign-in with a token file in a folder of its own.
class SignInTest : public testing::Test {
 protected:
  SignInTest() {
    config_.access_token = Secret();
    config_.app = {.client_id = "1234", .client_secret = Secret("app-secret"), .refresh_token = Secret()};
    config_.token_file = folder_.file("token.json");
    clock_.set_local_time(instant("2026-11-24T10:00:00Z"));
  }

  SignIn sign_in(FakeServer& server, const std::stop_token& stop = {}) {
    ApiClock clock(clock_);
    return pinterest::sign_in(config_, Secret("the code"), "http://localhost:8085/", *server.factory()(),
                              clock, stop);
  }

  static http::Response good() {
    return respond(200,
                   R"({"access_token":"a-1","expires_in":3600,"refresh_token":"r-1",)"
                   R"("refresh_token_expires_in":86400,"scope":"ads:read pins:read","token_type":"bearer"})",
                   {{"date", "Tue, 24 Nov 2026 12:00:00 GMT"}});
  }

  fakes::TemporaryFolder folder_;
  config::Config config_ = fakes::test_config();
  FakeClock clock_;
};

TEST_F(SignInTest, ExchangesTheCodeAndWritesTheTokenFile) {
  FakeServer server([](const http::Request&) { return good(); });
  const SignIn result = sign_in(server);
  EXPECT_EQ(result.problem, "");
  EXPECT_EQ(result.scope, "ads:read pins:read");
  EXPECT_EQ(result.refresh_token_expires_at, instant("2026-11-25T12:00:00Z"));

  ASSERT_EQ(server.requests().size(), 1U);
  const http::Request request = server.requests()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.test/v5/oauth/token");
  EXPECT_EQ(request.authorization, Secret("Basic MTIzNDphcHAtc2VjcmV0"));
  EXPECT_EQ(request.body, Secret("grant_type=authorization_code&code=the%20code"
                                 "&redirect_uri=http%3A%2F%2Flocalhost%3A8085%2F&continuous_refresh=true"));

  const auto stored = read_token_file(config_.token_file);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->refresh_token, Secret("r-1"));
  EXPECT_EQ(stored->refresh_token_expires_at, instant("2026-11-25T12:00:00Z"));
  EXPECT_EQ(stored->access_token, Secret("a-1"));
  EXPECT_EQ(stored->access_token_expires_at, instant("2026-11-24T13:00:00Z"));
  EXPECT_EQ(stored->descends_from, "");
}

TEST_F(SignInTest, TakesThePlaceOfAConfiguredRefreshToken) {
  config_.app->refresh_token = Secret("configured");
  FakeServer server([](const http::Request&) { return good(); });
  EXPECT_EQ(sign_in(server).problem, "");
  EXPECT_EQ(read_token_file(config_.token_file)->descends_from, sha256_hex("configured"));
}

struct Refusal {
  http::Result answer;
  const char* said;
  std::size_t requests;
};

TEST_F(SignInTest, WritesNothingWithoutARefreshToken) {
  const auto fault = [](http::Failure failure) { return no_answer(failure, std::chrono::seconds(1)); };
  const auto refusals = std::to_array<Refusal>({
      {respond(400, R"({"code":283,"message":"Invalid code."})"), "that the redirect URI is one", 1},
      {respond(401, R"({"code":283,"message":"Invalid code."})"), "that the redirect URI is one", 1},
      {respond(401, R"({"code":3,"message":"No."})"), "check the app's access", 1},
      {respond(401, R"({"code":2,"message":"No."})"), "check client_id and client_secret", 1},
      {respond(429, R"({"code":8,"message":"Limit."})"), "sign in again later", 1},
      {respond(500, "<html>"), "sign in again later", 3},
      {respond(200, "<html>"), "no access_token", 1},
      {respond(200, R"({"access_token":"a"})"), "no refresh token", 1},
      {fault(http::Failure::connection), "no answer", 3},
      // The code may have been used.
      {fault(http::Failure::timeout), "no answer", 1},
      {fault(http::Failure::tls), "no answer", 1},
  });
  for (const Refusal& refusal : refusals) {
    FakeServer server([&](const http::Request&) { return refusal.answer; });
    const SignIn result = sign_in(server);
    EXPECT_NE(result.problem.find(refusal.said), std::string::npos) << result.problem;
    EXPECT_EQ(server.requests().size(), refusal.requests) << refusal.said;
    EXPECT_FALSE(std::filesystem::exists(config_.token_file));
    EXPECT_FALSE(std::filesystem::exists(config_.token_file + ".new"));
  }
}

TEST_F(SignInTest, WhatIsNoTokenFileIsNotTriedFor) {
  EXPECT_NO_THROW(try_token_file(config_, {}));
  EXPECT_FALSE(std::filesystem::exists(config_.token_file));
  std::filesystem::create_symlink("elsewhere", config_.token_file);
  EXPECT_THROW(try_token_file(config_, {}), TokenFileError);
}

}  // namespace
}  // namespace tap_pinterest::pinterest
