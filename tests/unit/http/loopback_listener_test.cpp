#include "tap_pinterest/http/loopback_listener.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <random>
#include <system_error>
#include <vector>

namespace tap_pinterest::http {
namespace {

struct Line {
  const char* head;
  const char* method;  // null: it is no request line
  const char* target;
};

TEST(ParseRequestLine, TakesWhatABrowserSendsAndNothingElse) {
  const auto lines = std::to_array<Line>({
      {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET", "/"},
      {"GET /?code=a%20b&state=c HTTP/1.1\r\n\r\n", "GET", "/?code=a%20b&state=c"},
      {"POST /x HTTP/1.0\r\n\r\n", "POST", "/x"},
      {"", nullptr, nullptr},
      {"\r\n", nullptr, nullptr},
      {"GET", nullptr, nullptr},
      {"GET /", nullptr, nullptr},
      {"GET HTTP/1.1\r\n", nullptr, nullptr},
      {"GET  HTTP/1.1\r\n", nullptr, nullptr},
      {" / HTTP/1.1\r\n", nullptr, nullptr},
      {"get / HTTP/1.1\r\n", nullptr, nullptr},
      {"GET x HTTP/1.1\r\n", nullptr, nullptr},
      {"GET http://localhost/ HTTP/1.1\r\n", nullptr, nullptr},
      {"GET /a b HTTP/1.1\r\n", nullptr, nullptr},
      {"GET /a\tb HTTP/1.1\r\n", nullptr, nullptr},
      {"GET /\x1b[2J HTTP/1.1\r\n", nullptr, nullptr},
      {"GET /\xc3\xa4 HTTP/1.1\r\n", nullptr, nullptr},
      {"GET / HTTP/2\r\n", nullptr, nullptr},
      {"GET / FTP/1.1\r\n", nullptr, nullptr},
  });
  for (const Line& line : lines) {
    const auto parsed = parse_request_line(line.head);
    ASSERT_EQ(parsed.has_value(), line.method != nullptr) << line.head;
    if (!parsed) continue;
    EXPECT_EQ(parsed->method, line.method);
    EXPECT_EQ(parsed->target, line.target);
  }
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

util::Descriptor new_socket() { return util::Descriptor(socket(AF_INET, SOCK_STREAM, 0)); }

// A port that nobody else gets, since it is bound, and where one can listen, since this one does not.
class KeptPort {
 public:
  KeptPort() : socket_(new_socket()) {
    const int on = 1;
    setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    number_ = ntohs(address.sin_port);
  }
  std::uint16_t number() const { return number_; }
  void listen() const { EXPECT_EQ(::listen(socket_.get(), 1), 0); }

 private:
  util::Descriptor socket_;
  std::uint16_t number_ = 0;
};

class Visitors : public testing::Test {
 protected:
  Visitors() { std::signal(SIGPIPE, SIG_IGN); }

  util::Descriptor connect() const {
    util::Descriptor visitor = new_socket();
    const sockaddr_in address = loopback(port_.number());
    EXPECT_EQ(::connect(visitor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return visitor;
  }

  // Serves until nothing is left to do.
  void serve() {
    std::vector<pollfd> watched;
    while (watched = listener_.watched(), poll(watched.data(), static_cast<nfds_t>(watched.size()), 0) > 0) {
      listener_.serve([this](const RequestLine& request) {
        requests_.push_back(request.target);
        return Page{.status = 200, .text = "Hello."};
      });
    }
  }

  static void send(const util::Descriptor& visitor, const std::string& bytes) {
    ::send(visitor.get(), bytes.data(), bytes.size(), 0);
  }

  // What has come until the other side closed; it must have been served.
  static std::string received(const util::Descriptor& visitor) {
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t count = 0; (count = recv(visitor.get(), buffer.data(), buffer.size(), 0)) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

  KeptPort port_;
  LoopbackListener listener_{"127.0.0.1", port_.number()};
  std::vector<std::string> requests_;
};

TEST_F(Visitors, GetAPageWhenTheirRequestIsWhole) {
  const util::Descriptor visitor = connect();
  for (const char* part : {"GET /a", "?b=c HT", "TP/1.1\r\nHost: x\r\n", "\r"}) {
    send(visitor, part);
    serve();
    EXPECT_TRUE(requests_.empty()) << part;
  }
  send(visitor, "\n");
  serve();
  EXPECT_EQ(requests_, std::vector<std::string>{"/a?b=c"});
  const std::string page = received(visitor);
  EXPECT_TRUE(page.starts_with("HTTP/1.1 200 OK\r\n")) << page;
  EXPECT_TRUE(page.ends_with("<body><p>Hello.</p></body></html>\n")) << page;
}

TEST_F(Visitors, WhoSaysNothingLosesHisPlaceToWhoComesLater) {
  std::vector<util::Descriptor> silent;
  for (int i = 0; i < 100; ++i) {
    silent.push_back(connect());
    serve();
  }
  const util::Descriptor visitor = connect();
  send(visitor, "GET / HTTP/1.1\r\n\r\n");
  serve();
  EXPECT_EQ(requests_.size(), 1U);
  EXPECT_EQ(received(silent.front()), "");
}

TEST_F(Visitors, WhereDescriptorsRunOutTheOldestMakesRoom) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "UBSan, which runs beside ASan, opens a pipe to look at an object";
#endif
  const util::Descriptor silent = connect();
  serve();
  const util::Descriptor visitor = connect();
  send(visitor, "GET / HTTP/1.1\r\n\r\n");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = util::Descriptor(dup(visitor.get())).get();
  const rlimit none_left{.rlim_cur = static_cast<rlim_t>(next), .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none_left), 0);
  serve();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(requests_.size(), 1U);
  EXPECT_EQ(received(silent), "");
}

TEST_F(Visitors, AHeadWithoutEndIsGivenUp) {
  const util::Descriptor visitor = connect();
  const std::string part(8UL * 1024, 'x');
  for (int i = 0; i < 9; ++i) {
    send(visitor, part);
    serve();
  }
  EXPECT_EQ(received(visitor), "");
  EXPECT_TRUE(requests_.empty());
}

TEST_F(Visitors, WhateverTheySendTheNextOneIsServed) {
  std::minstd_rand random(1);
  for (int i = 0; i < 300; ++i) {
    const util::Descriptor visitor = connect();
    std::string bytes(random() % 200, '\0');
    for (char& byte : bytes) byte = " \r\nGET/HTTP1.\0\xff"[random() % 16];
    send(visitor, bytes);
    serve();
  }
  requests_.clear();
  const util::Descriptor visitor = connect();
  send(visitor, "GET /last HTTP/1.1\r\n\r\n");
  serve();
  EXPECT_EQ(requests_, std::vector<std::string>{"/last"});
}

TEST(LoopbackListener, APortThatIsTakenIsAnError) {
  const KeptPort port;
  port.listen();
  for (const char* host : {"127.0.0.1", "localhost"}) {
    try {
      const LoopbackListener listener(host, port.number());
      ADD_FAILURE() << host;
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::address_in_use) << host;
    }
  }
}

}  // namespace
}  // namespace tap_pinterest::http
