// A server for the one visit that a program waits for on its own machine: a browser that is sent back to it.
#pragma once

#include <poll.h>

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/util/descriptor.hpp"

namespace tap_pinterest::http {

// The first line of a request: "GET /?code=1 HTTP/1.1".
struct RequestLine {
  std::string method;
  std::string target;  // path and query; printable ASCII
};

// Nothing if `head` does not begin with such a line.
std::optional<RequestLine> parse_request_line(std::string_view head);

struct Page {
  int status = 200;
  // Said as it is: no part of it may come from the request.
  std::string_view text;
};

// Whoever can connect may be hostile: what a visitor can take is limited, and none makes another wait. The
// program must ignore SIGPIPE.
class LoopbackListener {
 public:
  // Listens at once. `host` is "localhost", which is 127.0.0.1 and, where there is one, ::1, or a numeric
  // address. Throws std::system_error, also where somebody else listens already.
  LoopbackListener(const std::string& host, std::uint16_t port);

  // What to wait for with poll(): when one of them is readable, there is something to serve.
  std::vector<pollfd> watched() const;
  // Takes up what has come, without waiting. Calls `answer` for each whole request and sends what it returns
  // as a small page of HTML.
  void serve(const std::function<Page(const RequestLine&)>& answer);

 private:
  struct Visitor {
    util::Descriptor socket;
    std::string head;
  };

  void listen(int family, const std::string& address, std::uint16_t port);
  void accept_from(const util::Descriptor& listener);
  // False if there is nothing more to do for that visitor.
  static bool read_from(Visitor& visitor, const std::function<Page(const RequestLine&)>& answer);

  std::vector<util::Descriptor> listeners_;
  std::list<Visitor> visitors_;  // the oldest first
};

}  // namespace tap_pinterest::http
