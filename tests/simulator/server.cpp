#include "server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <condition_variable>
#include <list>
#include <sstream>
#include <thread>

namespace simulator {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using TlsStream = asio::ssl::stream<tcp::socket>;

// Above the longest target that gets its 414, so that the answer comes from the simulator.
constexpr std::uint32_t kLongestHeader = 128 * 1024;
constexpr std::uint64_t kLongestBody = 64ULL * 1024 * 1024;

class Stop {
 public:
  void request() {
    const std::scoped_lock lock(mutex_);
    requested_ = true;
    changed_.notify_all();
  }
  bool requested() const { return requested_; }
  // Sleeps, but not through a stop.
  void sleep(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [this] { return requested_.load(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> requested_{false};
};

tcp::socket& socket_of(tcp::socket& stream) { return stream; }
tcp::socket& socket_of(TlsStream& stream) { return stream.next_layer(); }

bool is_api(std::string_view target) { return !target.starts_with("/_simulator"); }

// Counts a request while it lives.
class InFlight {
 public:
  InFlight(Counters& counters, bool counts) : counters_(counters), counts_(counts) {
    if (counts_) counters_.enter();
  }
  ~InFlight() {
    if (counts_) counters_.leave();
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  InFlight(InFlight&&) = delete;
  InFlight& operator=(InFlight&&) = delete;

 private:
  Counters& counters_;
  bool counts_;
};

Request to_request(http::request<http::string_body>& from) {
  Request request;
  request.method = std::string(from.method_string());
  request.target = std::string(from.target());
  request.authorization = std::string(from[http::field::authorization]);
  request.content_type = std::string(from[http::field::content_type]);
  request.host = std::string(from[http::field::host]);
  request.range = std::string(from[http::field::range]);
  request.accept_encoding = std::string(from[http::field::accept_encoding]);
  request.body = std::move(from.body());
  return request;
}

template <typename Message>
void set_head(Message& message, const Answer& answer, bool keep_alive) {
  message.result(static_cast<unsigned>(answer.status));
  message.set(http::field::content_type, answer.content_type);
  for (const auto& [name, value] : answer.headers) message.set(name, value);
  message.keep_alive(keep_alive);
}

// One connection: requests in, replies out, until either side has had enough.
template <typename Stream>
class Session {
 public:
  Session(Simulator& simulator, Stop& stop, Stream& stream)
      : simulator_(simulator), stop_(stop), stream_(stream) {}

  void run() {
    while (!stop_.requested() && serve_one()) {
    }
  }

 private:
  bool serve_one() {
    http::request_parser<http::string_body> parser;
    parser.header_limit(kLongestHeader);
    parser.body_limit(kLongestBody);
    http::read(stream_, buffer_, parser);
    auto message = parser.release();
    const bool keep_alive = message.keep_alive();
    const Request request = to_request(message);
    const InFlight in_flight(simulator_.counters(), is_api(request.target));
    const Reply reply = simulator_.handle(request);
    if (is_api(request.target) && simulator_.options().latency.count() > 0) {
      stop_.sleep(simulator_.options().latency);
    }
    if (reply.delay.count() > 0) stop_.sleep(reply.delay);
    if (reply.wire) return act_out(*reply.wire, reply.answer);
    if (reply.answer.next_piece) return send_pieces(reply.answer, keep_alive);
    return send(reply.answer, keep_alive);
  }

  bool send(const Answer& answer, bool keep_alive) {
    // Header and body in one gathered write; the body is not copied.
    using Body = http::span_body<const char>;
    http::response<Body> response;
    response.body() = {answer.body.data(), answer.body.size()};
    set_head(response, answer, keep_alive);
    response.content_length(answer.body.size());
    http::write(stream_, response);
    return keep_alive;
  }

  bool send_pieces(const Answer& answer, bool keep_alive) {
    http::response<http::empty_body> response;
    set_head(response, answer, keep_alive);
    if (answer.length) {
      response.content_length(*answer.length);
    } else {
      response.chunked(true);
    }
    http::response_serializer<http::empty_body> serializer(response);
    http::write_header(stream_, serializer);
    for (bool more = true; more && !stop_.requested();) {
      std::string piece;
      more = answer.next_piece(piece);
      if (piece.empty()) continue;
      if (answer.length) {
        asio::write(stream_, asio::buffer(piece));
      } else {
        asio::write(stream_, http::make_chunk(asio::buffer(piece)));
      }
    }
    if (!answer.length) asio::write(stream_, http::make_chunk_last());
    return keep_alive;
  }

  static std::string serialized_head(const Answer& answer) {
    http::response<http::empty_body> response;
    set_head(response, answer, true);
    response.content_length(answer.length.value_or(answer.body.size()));
    std::ostringstream out;
    out << response.base();
    return std::move(out).str();
  }

  // Never keeps the connection.
  bool act_out(const WireFault& fault, const Answer& answer) {
    const std::string head = serialized_head(answer);
    const std::uint64_t length = answer.length.value_or(answer.body.size());
    std::uint64_t left = fault.after_bytes;
    if (fault.kind == WireFault::Kind::kTruncate && left == 0) left = head.size() + length - length / 2 - 1;
    const auto send = [&](const std::string& bytes) {
      const std::uint64_t size = std::min<std::uint64_t>(left, bytes.size());
      asio::write(stream_, asio::buffer(bytes.data(), size));
      left -= size;
    };
    send(head);
    send(answer.body);
    for (bool more = answer.next_piece != nullptr; more && left > 0 && !stop_.requested();) {
      std::string piece;
      more = answer.next_piece(piece);
      send(piece);
    }
    if (fault.kind == WireFault::Kind::kStall) wait_for_client(fault.stall);
    if (fault.kind == WireFault::Kind::kReset) {
      socket_of(stream_).set_option(asio::socket_base::linger(true, 0));
      socket_of(stream_).close();
      was_reset_ = true;
    }
    return false;
  }

  // Until the client leaves, the time is over (0: there is none), or the server stops.
  void wait_for_client(std::chrono::milliseconds time) {
    const auto begin = std::chrono::steady_clock::now();
    constexpr std::chrono::milliseconds kStep{20};
    while (!stop_.requested()) {
      pollfd poll_entry{socket_of(stream_).native_handle(), POLLIN | POLLRDHUP, 0};
      poll(&poll_entry, 1, static_cast<int>(kStep.count()));
      if (poll_entry.revents != 0) return;
      if (time.count() > 0 && std::chrono::steady_clock::now() - begin >= time) return;
    }
  }

 public:
  bool was_reset() const { return was_reset_; }

 private:
  Simulator& simulator_;
  Stop& stop_;
  Stream& stream_;
  beast::flat_buffer buffer_;
  bool was_reset_ = false;
};

}  // namespace

class Server::Impl {
 public:
  Impl(Simulator& simulator, unsigned short port)
      : simulator_(simulator), acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), port)) {
    const Options& options = simulator.options();
    if (!options.tls_certificate_file.empty()) {
      tls_.emplace(asio::ssl::context::tls_server);
      tls_->use_certificate_chain_file(options.tls_certificate_file);
      tls_->use_private_key_file(options.tls_key_file, asio::ssl::context::pem);
    }
    listener_ = std::thread([this] { listen(); });
  }

  ~Impl() {
    stop_.request();
    // Wakes accept(), which closing would not.
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    listener_.join();
    {
      const std::scoped_lock lock(mutex_);
      for (const Connection& connection : connections_) {
        if (!connection.done) ::shutdown(connection.handle, SHUT_RDWR);
      }
    }
    for (Connection& connection : connections_) connection.thread.join();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  unsigned short port() const { return acceptor_.local_endpoint().port(); }

 private:
  struct Connection {
    int handle = -1;
    bool done = false;
    std::thread thread;
  };

  void listen() {
    while (!stop_.requested()) {
      boost::system::error_code error;
      tcp::socket socket(io_);
      acceptor_.accept(socket, error);
      if (error) {
        // Out of file descriptors, at worst: no reason to spin.
        stop_.sleep(std::chrono::milliseconds{5});
        continue;
      }
      simulator_.counters().count_connection();
      start(std::move(socket));
    }
  }

  void start(tcp::socket socket) {
    const std::scoped_lock lock(mutex_);
    remove_finished();
    Connection& connection = connections_.emplace_back();
    connection.handle = socket.native_handle();
    connection.thread = std::thread(
        [this, &connection, taken = std::move(socket)]() mutable { serve(std::move(taken), connection); });
  }

  void remove_finished() {
    for (auto it = connections_.begin(); it != connections_.end();) {
      if (!it->done) {
        ++it;
        continue;
      }
      it->thread.join();
      it = connections_.erase(it);
    }
  }

  void serve(tcp::socket socket, Connection& connection) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    if (tls_) {
      TlsStream stream(std::move(socket), *tls_);
      run(stream, [&] { stream.handshake(asio::ssl::stream_base::server); });
      finish(connection, stream.next_layer());
    } else {
      run(socket, [] {});
      finish(connection, socket);
    }
  }

  template <typename Stream, typename Begin>
  void run(Stream& stream, Begin begin) {
    try {
      begin();
      Session<Stream> session(simulator_, stop_, stream);
      session.run();
      if (session.was_reset()) return;
    } catch (const std::exception&) {
      // The client left, or does not speak HTTP: nothing to tell anybody.
      return;
    }
    boost::system::error_code ignored;
    socket_of(stream).shutdown(tcp::socket::shutdown_send, ignored);
  }

  // Once done is set nobody touches the handle any more, so it may be closed and used again.
  void finish(Connection& connection, tcp::socket& socket) {
    const std::scoped_lock lock(mutex_);
    connection.done = true;
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  Simulator& simulator_;
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::optional<asio::ssl::context> tls_;
  Stop stop_;
  std::mutex mutex_;
  std::list<Connection> connections_;
  std::thread listener_;
};

Server::Server(Simulator& simulator, unsigned short port) : impl_(std::make_unique<Impl>(simulator, port)) {}
Server::~Server() = default;
unsigned short Server::port() const { return impl_->port(); }

}  // namespace simulator
