#include "tap_pinterest/http/curl_transport.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>

#include "http/canned_server.hpp"

namespace tap_pinterest::http {
namespace {

using namespace std::chrono_literals;
using Then = Canned::Then;

std::string ok(const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

Request get(std::string url) {
  Request request;
  request.url = std::move(url);
  request.timeout = 60s;
  request.max_body_bytes = 1 << 20;
  return request;
}

Result send(const Request& request, std::stop_token stop = {}) {
  return make_curl_transport({.user_agent = "tap-test/1", .ca_file = ""})->send(request, std::move(stop));
}

// The outcome, or a failed test.
Response response_of(Result result) {
  if (const auto* error = std::get_if<TransportError>(&result)) {
    ADD_FAILURE() << error->message;
    return {};
  }
  return std::get<Response>(std::move(result));
}

TransportError error_of(Result result) {
  if (const auto* response = std::get_if<Response>(&result)) {
    ADD_FAILURE() << "status " << response->status << " and no error";
    return {};
  }
  return std::get<TransportError>(std::move(result));
}

// Sets a variable of the environment for the time of a test.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(CurlTransport, GivesStatusHeadersInLowerCaseAndBody) {
  CannedServer server({{ok("hello", "X-RateLimit-Reset: 7\r\nDATE:  now \r\nX-Empty:\r\n")}});
  const Response response = response_of(send(get(server.url("/v5/pins?page_size=250"))));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
  EXPECT_FALSE(response.body_cut);
  EXPECT_GT(response.elapsed.count(), 0);
  ASSERT_NE(response.header("x-ratelimit-reset"), nullptr);
  EXPECT_EQ(*response.header("x-ratelimit-reset"), "7");
  EXPECT_EQ(*response.header("date"), "now");
  EXPECT_EQ(*response.header("x-empty"), "");
  EXPECT_EQ(response.header("X-Empty"), nullptr);
}

TEST(CurlTransport, LastOfRepeatedHeadersIsFound) {
  CannedServer server({{ok("", "X-A: 1\r\nX-A: 2\r\n")}});
  EXPECT_EQ(*response_of(send(get(server.url()))).header("x-a"), "2");
}

TEST(CurlTransport, SendsWhatItWasGiven) {
  CannedServer server({{ok("")}});
  Request request = get(server.url("/token"));
  request.method = "POST";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Empty", ""}};
  request.authorization = util::Secret("Basic abc");
  request.body = util::Secret("grant_type=refresh_token");
  EXPECT_EQ(response_of(send(request)).status, 200);
  const std::string sent = server.requests().at(0);
  EXPECT_TRUE(sent.starts_with("POST /token HTTP/1.1\r\n")) << sent;
  for (const std::string line :
       {"User-Agent: tap-test/1", "Authorization: Basic abc",
        "X-Empty:", "Accept-Encoding: ", "Content-Type: application/x-www-form-urlencoded\r\n"}) {
    EXPECT_NE(sent.find("\r\n" + line), std::string::npos) << line;
  }
  EXPECT_EQ(sent.find("Expect"), std::string::npos);
  EXPECT_TRUE(sent.ends_with("\r\n\r\ngrant_type=refresh_token"));
}

TEST(CurlTransport, ForgetsTheRequestBefore) {
  CannedServer server({{ok("")}, {ok("")}});
  const auto transport = make_curl_transport({.user_agent = "tap-test/1", .ca_file = ""});
  Request request = get(server.url("/token"));
  request.method = "POST";
  request.authorization = util::Secret("Basic abc");
  request.body = util::Secret("secret body");
  transport->send(request, {});
  transport->send(get(server.url("/next")), {});
  const std::string sent = server.requests().at(1);
  EXPECT_TRUE(sent.starts_with("GET /next ")) << sent;
  EXPECT_EQ(sent.find("Authorization"), std::string::npos);
  EXPECT_EQ(sent.find("secret body"), std::string::npos);
}

TEST(CurlTransport, ReusesItsConnection) {
  CannedServer server({{ok("a"), Then::keep}, {ok("b"), Then::keep}, {ok("c"), Then::keep}});
  const auto transport = make_curl_transport({.user_agent = "", .ca_file = ""});
  for (const std::string body : {"a", "b", "c"}) {
    EXPECT_EQ(response_of(transport->send(get(server.url()), {})).body, body);
  }
  EXPECT_EQ(server.connections(), 1);
}

// libcurl repeats a request whose reused connection turns out to be dead. A refresh token dies when it is
// used.
TEST(CurlTransport, PostNeverUsesAKeptConnection) {
  CannedServer server({{ok("a"), Then::keep}, {ok("b"), Then::keep}});
  const auto transport = make_curl_transport({.user_agent = "", .ca_file = ""});
  Request request = get(server.url());
  EXPECT_EQ(response_of(transport->send(request, {})).body, "a");
  request.method = "POST";
  EXPECT_EQ(response_of(transport->send(request, {})).body, "b");
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlTransport, ReadsAChunkedBody) {
  CannedServer server(
      {{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"}});
  EXPECT_EQ(response_of(send(get(server.url()))).body, "abcde");
}

TEST(CurlTransport, AnyStatusIsAnAnswer) {
  CannedServer server({{"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nRetry-After: 3\r\n\r\nbusy"}});
  const Response response = response_of(send(get(server.url())));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "busy");
  EXPECT_EQ(*response.header("retry-after"), "3");
}

TEST(CurlTransport, FollowsNoRedirect) {
  CannedServer server(
      {{"HTTP/1.1 302 Found\r\nLocation: http://example.com/\r\nContent-Length: 0\r\n\r\n"}, {ok("no")}});
  const Response response = response_of(send(get(server.url())));
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(*response.header("location"), "http://example.com/");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(CurlTransport, HeadersOfAnInterimAnswerAreForgotten) {
  CannedServer server({{"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" + ok("x")}});
  const Response response = response_of(send(get(server.url())));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("x-early"), nullptr);
}

TEST(CurlTransport, BodyShorterThanAnnouncedIsTruncated) {
  CannedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"}});
  const TransportError error = error_of(send(get(server.url())));
  EXPECT_EQ(error.failure, Failure::truncated) << error.message;
}

TEST(CurlTransport, ChunksWithoutTheirEndAreTruncated) {
  CannedServer server({{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}});
  EXPECT_EQ(error_of(send(get(server.url()))).failure, Failure::truncated);
}

TEST(CurlTransport, BodyThatCannotBeDecompressedIsTruncated) {
  CannedServer server({{ok("this is no gzip", "Content-Encoding: gzip\r\n")}});
  EXPECT_EQ(error_of(send(get(server.url()))).failure, Failure::truncated);
}

TEST(CurlTransport, ResetNamesTheServerButNotTheQuery) {
  CannedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", Then::reset}});
  const TransportError error = error_of(send(get(server.url("/pins?token=hidden"))));
  EXPECT_EQ(error.failure, Failure::connection) << error.message;
  EXPECT_NE(error.message.find(server.authority()), std::string::npos) << error.message;
  EXPECT_EQ(error.message.find("hidden"), std::string::npos) << error.message;
}

TEST(CurlTransport, NoAnswerAtAllIsAConnectionFailure) {
  CannedServer server({{""}});
  EXPECT_EQ(error_of(send(get(server.url()))).failure, Failure::connection);
}

TEST(CurlTransport, AnswerThatIsNotHttpIsAConnectionFailure) {
  CannedServer server({{"220 mail.example.com ESMTP\r\n"}});
  EXPECT_EQ(error_of(send(get(server.url()))).failure, Failure::connection);
}

TEST(CurlTransport, RefusedConnectionIsAConnectionFailure) {
  std::string url;
  {
    const CannedServer gone({});
    url = gone.url();
  }
  EXPECT_EQ(error_of(send(get(url))).failure, Failure::connection);
}

TEST(CurlTransport, RefusedHandshakeIsATlsFailure) {
  CannedServer server({{ok("plain text on a TLS port")}});
  EXPECT_EQ(error_of(send(get("https://" + server.authority() + "/"))).failure, Failure::tls);
}

TEST(CurlTransport, HandshakeCutOffIsAConnectionFailureSinceItMayPass) {
  for (const Then then : {Then::close, Then::reset}) {
    CannedServer server({{"", then}});
    const TransportError error = error_of(send(get("https://" + server.authority() + "/")));
    EXPECT_EQ(error.failure, Failure::connection) << error.message;
  }
}

TEST(CurlTransport, TimeoutBeforeTheRequestIsSentIsAConnectionFailure) {
  CannedServer server({{"", Then::keep}});
  Request request = get("https://" + server.authority() + "/");
  request.timeout = 200ms;
  const TransportError error = error_of(send(request));
  EXPECT_EQ(error.failure, Failure::connection) << error.message;
}

TEST(CurlTransport, StallEndsWithTheTimeout) {
  CannedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome", Then::keep}});
  Request request = get(server.url());
  request.timeout = 200ms;
  const TransportError error = error_of(send(request));
  EXPECT_EQ(error.failure, Failure::timeout) << error.message;
  EXPECT_GE(error.elapsed, 200ms);
}

TEST(CurlTransport, StallOfAReusedConnectionEndsWithTheTimeoutToo) {
  CannedServer server({{ok("a"), Then::keep}, {"", Then::keep}});
  const auto transport = make_curl_transport({.user_agent = "", .ca_file = ""});
  Request request = get(server.url());
  EXPECT_EQ(response_of(transport->send(request, {})).body, "a");
  request.timeout = 200ms;
  const TransportError error = error_of(transport->send(request, {}));
  EXPECT_EQ(error.failure, Failure::timeout) << error.message;
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, StallEndsWhenAskedToStop) {
  CannedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome", Then::keep}});
  std::stop_source stop;
  const std::jthread stopper([&server, &stop] {
    server.wait_for_request();
    stop.request_stop();
  });
  EXPECT_EQ(error_of(send(get(server.url()), stop.get_token())).failure, Failure::cancelled);
}

TEST(CurlTransport, WaitsForAnAnswerThatMustNotBeLost) {
  std::stop_source stop;
  CannedServer server({{ok("a token")}}, [&] { stop.request_stop(); });
  Request request = get(server.url());
  request.grace = std::chrono::minutes(1);
  EXPECT_EQ(response_of(send(request, stop.get_token())).body, "a token");
}

TEST(CurlTransport, WaitsNoLongerThanItsGrace) {
  std::stop_source stop;
  CannedServer server({{"", Then::keep}}, [&] { stop.request_stop(); });
  Request request = get(server.url());
  request.grace = std::chrono::milliseconds(20);
  EXPECT_EQ(error_of(send(request, stop.get_token())).failure, Failure::cancelled);
}

TEST(CurlTransport, SendsNothingOnceAskedToStop) {
  CannedServer server({{ok("late")}});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(error_of(send(get(server.url()), stop.get_token())).failure, Failure::cancelled);
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlTransport, WorksAgainAfterAFailure) {
  CannedServer server({{"", Then::reset}, {ok("fine")}});
  const auto transport = make_curl_transport({.user_agent = "", .ca_file = ""});
  error_of(transport->send(get(server.url()), {}));
  EXPECT_EQ(response_of(transport->send(get(server.url()), {})).body, "fine");
}

TEST(CurlTransport, BodyBeyondTheLimitIsCutOffThere) {
  CannedServer server({{ok(std::string(1 << 20, 'x'), "X-A: 1\r\n")}, {ok("next")}});
  const auto transport = make_curl_transport({.user_agent = "", .ca_file = ""});
  Request request = get(server.url());
  request.max_body_bytes = 1000;
  const Response response = response_of(transport->send(request, {}));
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.body_cut);
  EXPECT_EQ(response.body, std::string(1000, 'x'));
  EXPECT_EQ(*response.header("x-a"), "1");
  EXPECT_EQ(response_of(transport->send(get(server.url()), {})).body, "next");
}

// 200,000 times 'x', compressed once and twice. The limit counts what comes out, so that no small answer can
// fill the memory.
TEST(CurlTransport, CompressedBodyIsCutOffWhereItGrowsBeyondTheLimit) {
  const auto bytes = [](std::string_view hex) {
    std::string text;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      text += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return text;
  };
  const std::string once = bytes("1f8b0800000000000203edc13101000000c2a0da8b6f067fa0") +
                           std::string(193, '\0') + bytes("80d7007202bf51400d0300");
  const std::string twice = bytes(
      "1f8b080000000000020393efe660000126e6b7070d19818c430b6e75e7b3d52f6018eaa0e13a4311d3fe40075e660600b8a0c5"
      "d2e5000000");
  for (const std::string& answer :
       {ok(once, "Content-Encoding: gzip\r\n"), ok(twice, "Content-Encoding: gzip, gzip\r\n")}) {
    for (const std::size_t limit : {std::size_t{1000}, std::size_t{200'000}}) {
      CannedServer server({{answer}});
      Request request = get(server.url());
      request.max_body_bytes = limit;
      const Response response = response_of(send(request));
      EXPECT_EQ(response.body_cut, limit < 200'000);
      EXPECT_EQ(response.body, std::string(limit, 'x'));
    }
  }
}

TEST(CurlTransport, BodyOfExactlyTheLimitIsWhole) {
  CannedServer server({{ok(std::string(1000, 'x'))}});
  Request request = get(server.url());
  request.max_body_bytes = 1000;
  EXPECT_FALSE(response_of(send(request)).body_cut);
}

TEST(CurlTransport, EndlessHeadersAreRefused) {
  std::string headers = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 300; ++i) headers += "X-Filler: " + std::string(1024, 'x') + "\r\n";
  CannedServer server({{headers + "\r\n"}});
  const TransportError error = error_of(send(get(server.url())));
  EXPECT_EQ(error.failure, Failure::connection);
  EXPECT_NE(error.message.find("headers"), std::string::npos) << error.message;
}

TEST(CurlTransport, EndlessInterimAnswersAreRefused) {
  std::string answers;
  for (int i = 0; i < 10'000; ++i) answers += "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n";
  CannedServer server({{answers + ok("late")}});
  const TransportError error = error_of(send(get(server.url())));
  EXPECT_EQ(error.failure, Failure::connection);
  EXPECT_NE(error.message.find("headers"), std::string::npos) << error.message;
}

TEST(CurlTransport, RefusesARequestThatCannotBeMade) {
  CannedServer server({});
  for (const std::string url : {"", "not an address", "ftp://127.0.0.1/", "file:///etc/passwd", "http://",
                                "http://user:password@127.0.0.1/"}) {
    EXPECT_EQ(error_of(send(get(url))).failure, Failure::invalid) << url;
  }
  Request header = get(server.url());
  header.headers = {{"X-A", "1\r\nX-Injected: 2"}};
  EXPECT_EQ(error_of(send(header)).failure, Failure::invalid);
  header.headers = {{"X-A: 1\r\nX-B", "1"}};
  EXPECT_EQ(error_of(send(header)).failure, Failure::invalid);
  Request authorization = get(server.url());
  authorization.authorization = util::Secret("Bearer hidden\n");
  const TransportError error = error_of(send(authorization));
  EXPECT_EQ(error.failure, Failure::invalid);
  EXPECT_EQ(error.message.find("hidden"), std::string::npos);
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlTransport, LoopbackIsNeverReachedThroughAProxy) {
  CannedServer server({{ok("direct")}});
  CannedServer proxy({{ok("proxied")}});
  const ScopedVariable http("http_proxy", "http://" + proxy.authority());
  const ScopedVariable all("all_proxy", "http://" + proxy.authority());
  const ScopedVariable none("no_proxy", "");
  EXPECT_EQ(response_of(send(get(server.url()))).body, "direct");
}

TEST(CurlTransport, ProxyOfATunnelSeesNoHeaderOfTheRequest) {
  CannedServer proxy({{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"}});
  const ScopedVariable variable("https_proxy", "http://" + proxy.authority());
  const ScopedVariable none("no_proxy", "");
  Request request = get("https://api.example.test/v5/pins?x=hidden");
  request.authorization = util::Secret("Bearer hidden");
  request.headers = {{"X-Private", "hidden"}};
  EXPECT_EQ(error_of(send(request)).failure, Failure::connection);
  ASSERT_EQ(proxy.requests().size(), 1U);
  const std::string sent = proxy.requests().at(0);
  EXPECT_TRUE(sent.starts_with("CONNECT api.example.test:443 HTTP/1.1\r\n")) << sent;
  EXPECT_EQ(sent.find("hidden"), std::string::npos) << sent;
}

TEST(CurlTransport, CaFileThatCannotBeUsedIsNamed) {
  const auto directory = std::filesystem::temp_directory_path();
  const std::string empty = (directory / ("tap_pinterest_no_ca_" + std::to_string(::getpid()))).string();
  std::ofstream(empty) << "not a certificate\n";
  for (const std::string& path :
       {std::string("/nonexistent/ca.pem"), directory.string(), empty, std::string("/dev/zero")}) {
    try {
      make_curl_transport({.user_agent = "", .ca_file = path});
      ADD_FAILURE() << path << " was accepted";
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos) << error.what();
    }
  }
  std::filesystem::remove(empty);
}

}  // namespace
}  // namespace tap_pinterest::http
