// A server for the one visit that a program waits for on its own machine: a browser that is sent back to it.
#pragma once

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

// Whoever can connect may be hostile: what a visitor can take is limited, and none makes another wait.
class LoopbackListener {
 public:
  // Listens at once. `host` is "localhost", which is 127.0.0.1 and, where there is one, ::1, or a numeric
  // address. Throws std::system_error, also where somebody else listens already.
  LoopbackListener(const std::string& host, std::uint16_t port);

  // Readable (poll) when there is something to serve.
  int descriptor() const { return events_.get(); }
  // Takes up what has come, without waiting. Calls `answer` for each whole request and sends what it returns
  // as a small page of HTML.
  void serve(const std::function<Page(const RequestLine&)>& answer);

 private:
  struct Visitor {
    util::Descriptor socket;
    std::string head;
  };

  void listen(int family, const std::string& address, std::uint16_t port);
  void watch(int descriptor) const;
  void accept_from(int listener);
  // False if there is nothing more to do for that visitor.
  static bool read_from(Visitor& visitor, const std::function<Page(const RequestLine&)>& answer);

  util::Descriptor events_;
  std::vector<util::Descriptor> listeners_;
  std::list<Visitor> visitors_;  // the oldest first
};

}  // namespace tap_pinterest::http
