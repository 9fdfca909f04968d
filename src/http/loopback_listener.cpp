#include "tap_pinterest/http/loopback_listener.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <system_error>

namespace tap_pinterest::http {
namespace {

// A browser sends the cookies of every program that ever ran on "localhost".
constexpr std::size_t kMaxHeadBytes = 64UL * 1024;
// A browser opens some connections in advance. Who comes when all places are taken has the oldest one's.
constexpr std::size_t kMaxVisitors = 32;

[[noreturn]] void fail() { throw std::system_error(errno, std::generic_category()); }

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    default:
      return "Bad Request";
  }
}

std::string render(const Page& page) {
  const std::string body = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>tap-pinterest</title></head>\n"
      "<body><p>{}</p></body></html>\n",
      page.text);
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n"
      "Content-Security-Policy: default-src 'none'\r\nReferrer-Policy: no-referrer\r\n"
      "Cache-Control: no-store\r\nConnection: close\r\n\r\n{}",
      page.status, reason_of(page.status), body.size(), body);
}

// A page is smaller than any socket's buffer, so that it leaves at once or the visitor is gone.
void send_page(int socket, const Page& page) {
  const std::string bytes = render(page);
  send(socket, bytes.data(), bytes.size(), 0);
  shutdown(socket, SHUT_WR);
}

}  // namespace

std::optional<RequestLine> parse_request_line(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (method.empty() || !std::ranges::all_of(method, is_letter)) return std::nullopt;
  if (!target.starts_with('/') || !std::ranges::all_of(target, is_visible)) return std::nullopt;
  if (!line.substr(last + 1).starts_with("HTTP/1.")) return std::nullopt;
  return RequestLine{.method = std::string(method), .target = std::string(target)};
}

LoopbackListener::LoopbackListener(const std::string& host, std::uint16_t port) {
  if (host != "localhost") {
    listen(host.find(':') == std::string::npos ? AF_INET : AF_INET6, host, port);
    return;
  }
  listen(AF_INET, "127.0.0.1", port);
  try {
    listen(AF_INET6, "::1", port);
  } catch (const std::system_error& error) {
    // A machine without IPv6; but where somebody else has the port, a browser may find him there.
    if (error.code() == std::errc::address_in_use) throw;
  }
}

void LoopbackListener::listen(int family, const std::string& address, std::uint16_t port) {
  util::Descriptor socket(::socket(family, SOCK_STREAM, 0));
  if (socket.get() < 0) fail();
  util::close_on_exec(socket);
  util::never_block(socket);
  // Connections of an earlier sign-in that have not quite ended yet are no reason to wait.
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  const bool is_v4 = family == AF_INET;
  inet_pton(family, address.c_str(), is_v4 ? static_cast<void*>(&v4.sin_addr) : &v6.sin6_addr);
  const auto* place = is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
  const auto size = static_cast<socklen_t>(is_v4 ? sizeof v4 : sizeof v6);
  if (bind(socket.get(), place, size) != 0) fail();
  if (::listen(socket.get(), static_cast<int>(kMaxVisitors)) != 0) fail();
  listeners_.push_back(std::move(socket));
}

void LoopbackListener::accept_from(const util::Descriptor& listener) {
  util::Descriptor socket(accept(listener.get(), nullptr, nullptr));
  if (socket.get() < 0) {
    // The visitor is gone again; or descriptors have run out, and the oldest gives up its own.
    if ((errno == EMFILE || errno == ENFILE) && !visitors_.empty()) visitors_.pop_front();
    return;
  }
  util::close_on_exec(socket);
  util::never_block(socket);
  if (visitors_.size() == kMaxVisitors) visitors_.pop_front();
  visitors_.push_back({.socket = std::move(socket), .head = {}});
}

bool LoopbackListener::read_from(Visitor& visitor, const std::function<Page(const RequestLine&)>& answer) {
  std::array<char, 16UL * 1024> buffer;
  const ssize_t count = recv(visitor.socket.get(), buffer.data(), buffer.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (count <= 0) return false;
  visitor.head.append(buffer.data(), static_cast<std::size_t>(count));
  if (visitor.head.size() > kMaxHeadBytes) return false;
  // The whole head is read, though one line of it is wanted: who closes a connection with something unread in
  // it resets it, and the page is lost.
  if (visitor.head.find("\r\n\r\n") == std::string::npos) return true;
  const auto request = parse_request_line(visitor.head);
  send_page(visitor.socket.get(), request ? answer(*request) : Page{.status = 400, .text = "Bad request."});
  return false;
}

void LoopbackListener::serve(const std::function<Page(const RequestLine&)>& answer) {
  std::vector<pollfd> ready = watched();
  if (poll(ready.data(), static_cast<nfds_t>(ready.size()), 0) <= 0) return;
  auto next = ready.begin();
  for (auto visitor = visitors_.begin(); visitor != visitors_.end(); ++next) {
    const bool stays = next->revents == 0 || read_from(*visitor, answer);
    visitor = stays ? std::next(visitor) : visitors_.erase(visitor);
  }
  for (const util::Descriptor& listener : listeners_) {
    if ((next++)->revents != 0) accept_from(listener);
  }
}

std::vector<pollfd> LoopbackListener::watched() const {
  std::vector<pollfd> all;
  for (const Visitor& visitor : visitors_) all.push_back({visitor.socket.get(), POLLIN, 0});
  for (const util::Descriptor& listener : listeners_) all.push_back({listener.get(), POLLIN, 0});
  return all;
}

}  // namespace tap_pinterest::http
