// A TCP server on a free loopback port that gives each request the next of its canned answers.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <csignal>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tap_pinterest::http {

struct Canned {
  enum class Then { keep, close, reset };
  std::string bytes;
  // What happens to the connection afterwards; `keep` reads the next request, for as long as the client
  // likes.
  Then then = Then::close;
};

// Must outlive the transports that talk to it: it waits for their connections to end.
class CannedServer {
 public:
  // `before_answer` is called when a request has come.
  explicit CannedServer(
      std::vector<Canned> answers, std::function<void()> before_answer = [] {})
      : answers_(std::move(answers)), before_answer_(std::move(before_answer)) {
    std::signal(SIGPIPE, SIG_IGN);  // some clients leave before their answer
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || ::bind(listener_, generic, length) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, generic, &length) != 0) {
      throw std::runtime_error("no port for the test server");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }

  ~CannedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;

  std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url(const std::string& target = "/") const { return "http://" + authority() + target; }

  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }
  void wait_for_request() const {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !requests_.empty(); });
  }

 private:
  void serve() {
    std::vector<std::jthread> peers;
    for (int peer = 0; (peer = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      {
        const std::lock_guard lock(mutex_);
        ++connections_;
      }
      peers.emplace_back([this, peer] {
        while (answer_one(peer)) {
        }
        ::close(peer);
      });
    }
  }

  // False when the connection is to be closed.
  bool answer_one(int peer) {
    const std::string request = read_request(peer);
    if (request.empty()) return false;
    Canned answer;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      if (requests_.size() <= answers_.size()) answer = answers_[requests_.size() - 1];
    }
    arrived_.notify_all();
    before_answer_();
    std::size_t sent = 0;
    while (sent < answer.bytes.size()) {
      const auto n = ::send(peer, answer.bytes.data() + sent, answer.bytes.size() - sent, 0);
      if (n <= 0) return false;
      sent += static_cast<std::size_t>(n);
    }
    if (answer.then == Canned::Then::reset) {
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      ::setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    return answer.then == Canned::Then::keep;
  }

  // Head and body of one request, or the first bytes of a TLS handshake; empty at the end of the connection.
  static std::string read_request(int peer) {
    std::string request;
    std::array<char, 4096> buffer{};
    for (;;) {
      const auto head_end = request.find("\r\n\r\n");
      if (head_end != std::string::npos && request.size() >= head_end + 4 + body_length(request))
        return request;
      const auto n = ::recv(peer, buffer.data(), buffer.size(), 0);
      if (n <= 0) return {};
      request.append(buffer.data(), static_cast<std::size_t>(n));
      if (request.front() == '\x16') return request;
    }
  }

  static std::size_t body_length(const std::string& request) {
    const std::string name = "Content-Length: ";
    const auto at = request.find(name);
    return at == std::string::npos ? 0 : std::stoul(request.substr(at + name.size()));
  }

  std::vector<Canned> answers_;
  const std::function<void()> before_answer_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable arrived_;
  std::vector<std::string> requests_;
  int connections_ = 0;
  std::jthread thread_;
};

}  // namespace tap_pinterest::http
