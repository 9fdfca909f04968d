#include "tap_pinterest/pinterest/errors.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakes/fake_server.hpp"
#include "fakes/test_config.hpp"
#include "tap_pinterest/log/log.hpp"

namespace tap_pinterest::pinterest {
namespace {

using fakes::respond;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Judge, SaysWhatCanBeDone) {
  struct Row {
    const char* name;
    int status;
    const char* body;
    Action action;
  };
  const std::vector<Row> rows = {
      {"success", 200, R"([])", Action::accept},
      {"another success", 204, "", Action::accept},
      {"rate limit", 429, R"({"code":8,"message":"This request exceeded a rate limit."})", Action::wait},
      {"rate limit without a body", 429, "", Action::wait},
      {"code 8 with another status", 403, R"({"code":8,"message":"limit"})", Action::wait},
      {"code 8 with 500", 500, R"({"code":8,"message":"limit"})", Action::wait},
      {"a 400 that asks to wait", 400, R"({"code":1,"message":"Too fast. Retry after 2 seconds"})",
       Action::wait},
      {"a 403 that asks to wait is about no account", 403, R"({"code":29,"message":"Retry after 5 seconds"})",
       Action::wait},
      {"a 503 that asks to wait", 503, R"({"code":1,"message":"Retry after 1 second"})", Action::wait},
      {"asks in another case", 400, R"({"code":1,"message":"RETRY AFTER 1 SECOND."})", Action::wait},
      {"speaks of waiting without a number", 400, R"({"code":1,"message":"retry after a while"})",
       Action::fail},
      {"not authenticated", 401, R"({"code":2,"message":"Authentication failed."})", Action::authenticate},
      {"the app has no access", 401,
       R"({"code":3,"message":"Your application consumer type is not supported, please contact support."})",
       Action::deny_app},
      {"401 without code", 401, "", Action::authenticate},
      {"code 2 with 404 is not found", 404, R"({"code":2,"message":"AdAccount not found."})", Action::deny},
      {"not allowed", 403, R"({"code":29,"message":"You are not permitted"})", Action::deny},
      {"not allowed, code 3", 403, R"({"code":3,"message":"Authorization failed."})", Action::deny},
      {"too large a body", 413, "", Action::halve},
      {"too long an address", 414, "<html>", Action::halve},
      {"too long a head", 431, "", Action::halve},
      {"code 12 with 400", 400, R"({"code":12,"message":"Something went wrong on our end."})", Action::retry},
      {"code 12 with 500", 500, R"({"code":12,"message":"Something went wrong on our end."})", Action::retry},
      {"gateway", 502, "<html>Bad gateway</html>", Action::retry},
      {"timeout of the server", 408, "", Action::retry},
      {"bad request", 400, R"({"code":1,"message":"Invalid column"})", Action::fail},
      {"unprocessable", 422, "", Action::fail},
      {"redirect", 302, "", Action::fail},
      {"no status that exists", 999, "", Action::fail},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(judge(read_error(respond(row.status, row.body))), row.action);
  }
}

TEST(SaysTooOld, KnowsTheRefusalOfAFirstDayBeyondTheReach) {
  struct Row {
    const char* name;
    int status;
    const char* body;
    bool expected;
  };
  const std::vector<Row> rows = {
      {"as it is answered", 400, R"({"code":1,"message":"You can only get data from the last 90 days."})",
       true},
      {"with more around it, in another case", 400,
       R"({"code":1,"message":"Invalid start_date: YOU CAN ONLY GET DATA FROM THE LAST 89 DAYS"})", true},
      {"hours", 400, R"({"code":1,"message":"You can only get data from the last 8 days"})", true},
      {"with another status", 403, R"({"code":1,"message":"You can only get data from the last 90 days."})",
       false},
      {"of days, but something else", 400, R"({"code":1,"message":"start_date must be within 90 days"})",
       false},
      {"without words", 400, "", false},
  };
  for (const Row& row : rows) {
    const ApiError error = read_error(respond(row.status, row.body));
    EXPECT_EQ(says_too_old(error), row.expected) << row.name;
    if (row.expected) {
      EXPECT_EQ(judge(error), Action::fail) << row.name;
    }
  }
}

TEST(ReadError, TakesTheApisOwnMessageAndCode) {
  const ApiError error = read_error(respond(404, R"({"code":2,"message":"AdAccount not found."})"));
  EXPECT_EQ(error.code, 2);
  EXPECT_EQ(error.describe(), "404 AdAccount not found. (code 2)");
}

TEST(ReadError, DoesNotRepeatABodyOfAnotherForm) {
  const ApiError error = read_error(respond(502, "<html>token abc</html>"));
  EXPECT_EQ(error.message.find("abc"), std::string::npos);
  EXPECT_EQ(error.describe(), "502 (a body of 22 bytes that is not an API error)");
}

TEST(ReadError, ToleratesMembersOfOtherTypes) {
  const ApiError error = read_error(respond(400, R"({"code":"x","message":["a"]})"));
  EXPECT_FALSE(error.code);
  EXPECT_EQ(error.describe(), "400");
}

TEST(ReadError, CutsALongMessageBetweenCharacters) {
  std::string text(499, 'x');
  text += "\u00E9\u00E9";
  const ApiError error = read_error(respond(400, R"({"message":")" + text + "\"}"));
  EXPECT_EQ(error.message, std::string(499, 'x') + "…[cut]");
}

TEST(ReadError, KeepsNothingThatATerminalWouldObey) {
  const ApiError error =
      read_error(respond(400, "{\"message\":\"a\\u001b[2J\\r\\nscopes   ok\\u0007\\u009b1A\"}"));
  EXPECT_EQ(error.message, "a [2J  scopes   ok  1A");
}

TEST(ReadError, LeavesNoHalfOfASecretBehindWhereItCuts) {
  log::mask(util::Secret("half-a-secret-is-one-too"));
  const std::string text = std::string(490, 'x') + "half-a-secret-is-one-too";
  const ApiError error = read_error(respond(400, R"({"message":")" + text + "\"}"));
  EXPECT_EQ(error.message.find("half-"), std::string::npos);
}

TEST(ReadError, TakesTheFormOfOAuthToo) {
  const char* const body = R"({"error":"invalid_grant","error_description":"It has ended."})";
  EXPECT_EQ(read_error(respond(400, body)).describe(), "400 invalid_grant: It has ended.");
  EXPECT_EQ(read_error(respond(400, R"({"error":"invalid_grant"})")).describe(), "400 invalid_grant");
}

TEST(RequestedWait, TakesWhateverSaysHowLong) {
  struct Row {
    const char* name;
    const char* body;
    std::vector<http::Header> headers;
    std::optional<milliseconds> wait;
  };
  const std::vector<Row> rows = {
      {"message", R"({"message":"Retry after 12 seconds."})", {}, seconds(12)},
      {"message before header",
       R"({"message":"Retry after 12 seconds."})",
       {{"retry-after", "3"}},
       seconds(12)},
      {"Retry-After", "", {{"retry-after", "3"}, {"x-ratelimit-reset", "40"}}, seconds(3)},
      {"Retry-After as a date", "", {{"retry-after", "Tue, 24 Nov 2026 10:00:30 GMT"}}, seconds(30)},
      {"reset", "", {{"x-ratelimit-reset", "67150"}}, seconds(67150)},
      {"nothing", "", {}, std::nullopt},
      {"nonsense", "", {{"retry-after", "soon"}}, std::nullopt},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const http::Response response = respond(429, row.body, row.headers);
    EXPECT_EQ(requested_wait(read_error(response), response, fakes::instant("2026-11-24T10:00:00Z")),
              row.wait);
  }
}

}  // namespace
}  // namespace tap_pinterest::pinterest
