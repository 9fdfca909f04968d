// A server without a network: every request goes to one function, and is remembered.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tap_pinterest/http/transport.hpp"

namespace tap_pinterest::fakes {

inline http::Response respond(int status, std::string body, std::vector<http::Header> headers = {}) {
  http::Response response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = std::move(body);
  return response;
}

inline http::TransportError no_answer(http::Failure failure, std::chrono::seconds elapsed) {
  return {.failure = failure, .message = "no answer from the fake server", .elapsed = elapsed};
}

// What becomes of an answer on its way: one with 2xx comes in pieces where the request wants that.
inline http::Result deliver(const http::Request& request, http::Result result) {
  constexpr int kHundred = 100;
  auto* const response = std::get_if<http::Response>(&result);
  if (response == nullptr || response->status / kHundred != 2 || !request.on_body) return result;
  const std::string body = std::exchange(response->body, {});
  constexpr std::size_t kPiece = 100;
  for (std::size_t at = 0; at < body.size(); at += kPiece) {
    if (!request.on_body(*response, std::string_view(body).substr(at, kPiece))) {
      return no_answer(http::Failure::connection, {});
    }
  }
  return result;
}

// Safe for several threads at once; answers one request at a time, so that the function may use plain
// variables.
class FakeServer {
 public:
  using Handler = std::function<http::Result(const http::Request&)>;

  explicit FakeServer(Handler handler) : handler_(std::move(handler)) {}

  http::Result answer(const http::Request& request) {
    const std::scoped_lock lock(mutex_);
    requests_.push_back(request);
    return handler_(request);
  }

  http::TransportFactory factory() {
    return [this] { return std::make_unique<Door>(*this); };
  }

  std::vector<http::Request> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }
  // How many requests had `part` in their address.
  std::size_t count(std::string_view part) const {
    const std::scoped_lock lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(requests_, [&](const http::Request& request) {
      return request.url.find(part) != std::string::npos;
    }));
  }

 private:
  class Door final : public http::Transport {
   public:
    explicit Door(FakeServer& server) : server_(server) {}
    http::Result send(const http::Request& request, std::stop_token stop) override {
      if (stop.stop_requested()) return no_answer(http::Failure::cancelled, {});
      return deliver(request, server_.answer(request));
    }

   private:
    FakeServer& server_;
  };

  mutable std::mutex mutex_;
  Handler handler_;
  std::vector<http::Request> requests_;
};

}  // namespace tap_pinterest::fakes
