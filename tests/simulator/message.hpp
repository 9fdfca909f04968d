// A request and its answer, as far as the simulator cares; no socket in sight.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace simulator {

struct Request {
  std::string method = "GET";
  std::string target;  // path and query
  std::string authorization;
  std::string content_type;
  std::string body;
  std::string host{};
  std::string range{};
  std::string accept_encoding{};
};

// Appends the next piece of something long; false at its end.
using Pieces = std::function<bool(std::string&)>;

struct Answer {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  // If set, the body comes in pieces: in chunks, or after a Content-Length if that is set too.
  Pieces next_piece;
  std::optional<std::uint64_t> length{};
};

// A fault on the wire, for the server to act out after the answer has been made.
struct WireFault {
  enum class Kind { kReset, kTruncate, kStall, kClose } kind;
  std::size_t after_bytes = 0;
  std::chrono::milliseconds stall{0};  // 0: until the client leaves
};

struct Reply {
  Answer answer;
  std::optional<WireFault> wire;
  std::chrono::milliseconds delay{0};  // until the answer leaves
};

}  // namespace simulator
