#include "server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "calendar.hpp"

namespace simulator {
namespace {

// A client of a few lines: one connection, raw text in, raw text out until the server closes.
class Client {
 public:
  explicit Client(unsigned short port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client(Client&&) = delete;
  Client& operator=(Client&&) = delete;

  std::string ask(const std::string& text) {
    EXPECT_TRUE(connected_);
    EXPECT_EQ(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    std::string out;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::recv(socket_, buffer.data(), buffer.size(), 0)) != 0;) {
      if (got < 0) {
        was_reset_ = true;
        break;
      }
      out.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return out;
  }

  bool was_reset() const { return was_reset_; }

 private:
  int socket_;
  bool connected_ = false;
  bool was_reset_ = false;
};

std::string get(const std::string& target, const char* connection = "close") {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: " + connection +
         "\r\nAuthorization: Bearer access-token-000000\r\n\r\n";
}

std::string post(const std::string& target, const std::string& body) {
  return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

class ServerTest : public testing::Test {
 protected:
  std::string ask(const std::string& text) { return Client(server_.port()).ask(text); }

  Simulator simulator_{Options{}};
  Server server_{simulator_};
};

TEST_F(ServerTest, AnswersWithDateAndLength) {
  const std::string answer = ask(get("/v5/user_account"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("\r\nDate: "), std::string::npos);
  EXPECT_NE(answer.find("\r\nContent-Length: "), std::string::npos);
  EXPECT_EQ(simulator_.counters().requests().at("/user_account"), 1);
  EXPECT_EQ(simulator_.counters().most_in_flight(), 1);
}

TEST_F(ServerTest, KeepsTheConnection) {
  const std::string answers = ask(get("/v5/user_account", "keep-alive") + get("/v5/ad_accounts"));
  EXPECT_NE(answers.find("simulated_user"), std::string::npos);
  EXPECT_NE(answers.find("\"items\""), std::string::npos);
}

TEST_F(ServerTest, ActsOutFaults) {
  ask(post(
      "/_simulator/faults",
      R"([{"nth": 1, "kind": "truncate", "after_bytes": 90}, {"nth": 2, "kind": "reset", "after_bytes": 20},
               {"nth": 3, "kind": "stall", "after_bytes": 30, "stall_ms": 1}, {"nth": 4, "kind": "close_before_answer"}])"));
  EXPECT_EQ(ask(get("/v5/user_account")).size(), 90U);
  Client reset(server_.port());
  EXPECT_LE(reset.ask(get("/v5/user_account")).size(), 20U);
  EXPECT_TRUE(reset.was_reset());
  EXPECT_EQ(ask(get("/v5/user_account")).size(), 30U);
  EXPECT_EQ(ask(get("/v5/user_account")), "");
  EXPECT_TRUE(ask(get("/v5/user_account")).starts_with("HTTP/1.1 200"));
}

TEST_F(ServerTest, StreamsTheTruthInChunks) {
  const std::string answer = ask(get("/_simulator/truth/pins"));
  EXPECT_NE(answer.find("chunked"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("0\r\n\r\n"));
}

// All of an answer's body that came.
std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

TEST_F(ServerTest, StreamsReportsAndBreaksThemOff) {
  const std::string target = "/v5/ad_accounts/549755885175/reports";
  const std::string day = format_day(day_of(simulator_.now()) - std::chrono::days{1});
  const std::string body =
      R"({"level":"PIN_PROMOTION","granularity":"TOTAL","columns":["CTR"],"start_date":")" + day +
      R"(","end_date":")" + day + R"("})";
  const std::string created = body_of(ask(
      "POST " + target +
      " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nAuthorization: "
      "Bearer access-token-000000\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body));
  const std::string token = nlohmann::json::parse(created)["token"];
  std::string polled;
  for (int i = 0; i < 3; ++i) polled = body_of(ask(get(target + "?token=" + token)));
  const nlohmann::json end = nlohmann::json::parse(polled);
  const std::string url = end["url"];
  EXPECT_TRUE(url.starts_with("http://localhost/_reports/")) << url;
  const std::string download =
      "GET " + url.substr(url.find("/_reports/")) + " HTTP/1.1\r\nHost: localhost\r\n";
  const std::string whole = ask(download + "Connection: close\r\n\r\n");
  EXPECT_EQ(body_of(whole).size(), end["size"].get<std::size_t>());
  const std::string rest = ask(download + "Range: bytes=100-\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(rest.starts_with("HTTP/1.1 206"));
  EXPECT_EQ(body_of(rest), body_of(whole).substr(100));
  ask(post("/_simulator/faults",
           R"([{"endpoint": "/_reports/{name}", "kind": "truncate", "after_bytes": 400}])"));
  const std::string broken = ask(download + "Connection: close\r\n\r\n");
  EXPECT_EQ(broken.size(), 400U);
  EXPECT_NE(broken.find("Content-Length: " + std::to_string(body_of(whole).size())), std::string::npos);
  EXPECT_TRUE(body_of(whole).starts_with(body_of(broken)));
}

TEST(Server, LeavesAlthoughClientsStayAndAnswersStall) {
  Simulator simulator{Options{}};
  auto server = std::make_unique<Server>(simulator);
  const Client idle(server->port());
  server.reset();
}

}  // namespace
}  // namespace simulator
