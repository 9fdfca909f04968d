// The narrow door to the network: one blocking call, so that everything behind it can be replaced in a test.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tap_pinterest/util/secret.hpp"

namespace tap_pinterest::http {

struct Header {
  std::string name;
  std::string value;
};

struct Response;

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers;
  // The value of the Authorization header; none is sent if it is empty.
  util::Secret authorization;
  // Sent with POST. A secret, since the bodies this program sends hold refresh tokens.
  util::Secret body;
  // From the start of the connection to the last byte of the body; 0 for no limit.
  std::chrono::milliseconds timeout{0};
  // So long an answer is still waited for after a request to stop, for one that must not be lost.
  std::chrono::milliseconds grace{0};
  // A body that grows beyond this many bytes, after decompression, is cut off there; 0 for no limit.
  std::size_t max_body_bytes = 0;
  // So long a transfer may stand still; 0 for as long as it likes. For long answers, instead of `timeout`.
  std::chrono::seconds longest_stall{0};
  // Takes the body of an answer with 2xx in pieces, in place of Response::body and max_body_bytes. `head` is
  // the answer without it. False ends the transfer. Must not throw.
  std::function<bool(const Response& head, std::string_view piece)> on_body = {};
};

struct Response {
  int status = 0;
  // As received, in order, names in lower case.
  std::vector<Header> headers;
  std::string body;
  // The body was longer than max_body_bytes; `body` holds no more than that.
  bool body_cut = false;
  std::chrono::microseconds elapsed{0};

  // The last header of that name (lower case), or null.
  const std::string* header(std::string_view name) const;
};

enum class Failure {
  timeout,     // connected, but no whole answer within Request::timeout
  connection,  // not connected in time or at all, reset, or an answer that is not HTTP
  truncated,   // the body ended before its announced end, or could not be decompressed
  tls,         // the server's certificate or the handshake was refused: trying again changes nothing
  cancelled,   // the stop token asked to end
  invalid,     // the request could not be made at all (a bad address): trying again changes nothing
};

struct TransportError {
  Failure failure = Failure::connection;
  // One line for people, without secrets and without the query of the address.
  std::string message;
  std::chrono::microseconds elapsed{0};
};

// An answer with any status is a successful call.
using Result = std::variant<Response, TransportError>;

class Transport {
 public:
  virtual ~Transport() = default;
  // Blocks until the whole answer is there. Ends within one second of a request to stop (and the request's
  // grace), and sends nothing after one. Follows no redirect.
  virtual Result send(const Request& request, std::stop_token stop) = 0;
};

// Makes one transport for each thread that sends.
using TransportFactory = std::function<std::unique_ptr<Transport>()>;

}  // namespace tap_pinterest::http
