#include "tap_pinterest/http/curl_transport.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "tap_pinterest/http/authorities.hpp"
#include "tap_pinterest/util/read_file.hpp"
#include "tap_pinterest/util/trim.hpp"

// Before 7.87 a name lookup could not be left behind at cancellation (CURLOPT_QUICK_EXIT).
#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 or later is needed"
#endif

namespace tap_pinterest::http {
namespace {

using std::chrono::milliseconds;

// A server that takes longer to accept is not there.
constexpr milliseconds kLongestConnect = std::chrono::seconds{30};
// How often the loop looks around without being woken; a request to stop wakes it at once.
constexpr milliseconds kPollInterval = std::chrono::milliseconds{500};
// Read from the socket at once. libcurl's 16 KiB would take four times the calls; more fill the cache.
constexpr long kReceiveBytes = 64L * 1024;
// All header lines of an answer together; the API's are a few kilobytes.
constexpr std::size_t kMaxHeaderBytes = std::size_t{256} * 1024;
// Probes keep a connection open through gateways that forget idle ones after a minute or more.
constexpr std::chrono::seconds kKeepAliveIdle{45};

struct CurlEasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct CurlMultiDeleter {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct CurlUrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct CurlListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct CurlStringDeleter {
  void operator()(char* text) const { curl_free(text); }
};
using CurlUrl = std::unique_ptr<CURLU, CurlUrlDeleter>;
using CurlList = std::unique_ptr<curl_slist, CurlListDeleter>;

void initialize_curl_once() {
  // Never undone: other threads may still hold handles when the program ends.
  static const CURLcode result = [] {
    // libcurl would write the keys of every connection there, with which a recorded one can be read.
    ::unsetenv("SSLKEYLOGFILE");
    return curl_global_init(CURL_GLOBAL_DEFAULT);
  }();
  if (result != CURLE_OK) throw std::runtime_error("libcurl cannot be initialized");
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// ---- What libcurl's codes mean for the caller ----

// All that is not listed may pass: it is a connection that failed.
constexpr auto kFailures = std::to_array<std::pair<CURLcode, Failure>>({
    {CURLE_OPERATION_TIMEDOUT, Failure::timeout},
    {CURLE_PARTIAL_FILE, Failure::truncated},
    {CURLE_BAD_CONTENT_ENCODING, Failure::truncated},
    {CURLE_SSL_CONNECT_ERROR, Failure::tls},
    {CURLE_SSL_ENGINE_NOTFOUND, Failure::tls},
    {CURLE_SSL_ENGINE_SETFAILED, Failure::tls},
    {CURLE_SSL_ENGINE_INITFAILED, Failure::tls},
    {CURLE_SSL_CERTPROBLEM, Failure::tls},
    {CURLE_SSL_CIPHER, Failure::tls},
    {CURLE_PEER_FAILED_VERIFICATION, Failure::tls},
    {CURLE_SSL_CACERT_BADFILE, Failure::tls},
    {CURLE_SSL_CRL_BADFILE, Failure::tls},
    {CURLE_SSL_ISSUER_ERROR, Failure::tls},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, Failure::tls},
    {CURLE_SSL_INVALIDCERTSTATUS, Failure::tls},
    {CURLE_SSL_CLIENTCERT, Failure::tls},
    {CURLE_ABORTED_BY_CALLBACK, Failure::cancelled},
    {CURLE_URL_MALFORMAT, Failure::invalid},
    {CURLE_LOGIN_DENIED, Failure::invalid},
    {CURLE_BAD_FUNCTION_ARGUMENT, Failure::invalid},
    {CURLE_UNKNOWN_OPTION, Failure::invalid},
    {CURLE_NOT_BUILT_IN, Failure::invalid},
});

// The same code stands for a handshake that was refused and one that was merely cut off.
bool handshake_was_cut_off(std::string_view text) {
  return text.starts_with("OpenSSL SSL_connect:") || text.find("unexpected eof") != std::string_view::npos ||
         text.find("onnection reset") != std::string_view::npos;
}

Failure failure_of(CURLcode code, std::string_view text, bool sent) {
  if (code == CURLE_OPERATION_TIMEDOUT && !sent) return Failure::connection;
  if (code == CURLE_SSL_CONNECT_ERROR && handshake_was_cut_off(text)) return Failure::connection;
  const auto* const row = std::find_if(std::begin(kFailures), std::end(kFailures),
                                       [code](const auto& r) { return r.first == code; });
  return row == std::end(kFailures) ? Failure::connection : row->second;
}

// ---- Addresses ----

// What is needed of an address; `authority` can be shown to people.
struct Address {
  std::string scheme;
  std::string host;
  std::string authority;
};

std::string url_part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  const std::unique_ptr<char, CurlStringDeleter> owned(text);
  return text;
}

std::optional<Address> parse_address(const std::string& text) {
  const CurlUrl url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
    return std::nullopt;
  }
  Address address;
  address.scheme = url_part(url.get(), CURLUPART_SCHEME);
  address.host = url_part(url.get(), CURLUPART_HOST);
  if (address.scheme != "https" && address.scheme != "http") return std::nullopt;
  address.authority = address.host + ":" + url_part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  return address;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

// The variables of libcurl that apply to https, in its order; nothing else is ever sent to a proxy.
constexpr std::string_view kProxyVariables = "HTTPS_PROXY or ALL_PROXY";

const char* configured_proxy() {
  for (const char* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}

// ---- Headers of the request ----

bool is_token(std::string_view name) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

// Whether a value could end its line and begin another header.
bool breaks_line(std::string_view value) {
  return value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool append(CurlList& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return false;
  static_cast<void>(list.release());
  list.reset(longer);
  return true;
}

// ---- Certificate authorities ----

AuthorityFile trusted_authorities(CURL* handle) {
  char* built_in = nullptr;
  const bool has_one =
      curl_easy_getinfo(handle, CURLINFO_CAINFO, &built_in) == CURLE_OK && built_in != nullptr;
  return find_authorities([](const char* name) { return std::getenv(name); }, has_one ? built_in : "",
                          [](const std::string& path) { return ::access(path.c_str(), R_OK) == 0; });
}

std::string read_authorities(std::string_view what, const std::string& path) {
  std::string problem;
  auto text = util::read_file(path, problem);
  if (!text) throw std::runtime_error(fmt::format("{} {} {}", what, path, problem));
  if (text->find("CERTIFICATE-----") == std::string::npos) {
    throw std::runtime_error(fmt::format("{} {} contains no PEM certificate", what, path));
  }
  return std::move(*text);
}

// libcurl takes one bundle, so the trusted file and the added one become one text.
std::string bundle_of(const std::string& trusted, const std::string& added) {
  std::string bundle = trusted.empty() ? "" : read_authorities("the certificate authorities", trusted);
  return bundle + "\n" + read_authorities("ca_file", added) + "\n";
}

// ---- One answer, as it arrives ----

class Receiver {
 public:
  Receiver(CURL* handle, const Request& request)
      : handle_(handle),
        request_(request),
        max_body_bytes_(request.max_body_bytes > 0 ? request.max_body_bytes
                                                   : std::numeric_limits<std::size_t>::max()) {}

  Response response;
  bool headers_too_large = false;
  bool sent = false;  // or may have been: the connection was up

  static int on_connected(void* self, char*, char*, int, int) {
    static_cast<Receiver*>(self)->sent = true;
    return CURL_PREREQFUNC_OK;
  }
  static std::size_t on_header(const char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Receiver*>(self)->add_header({data, size * count}) ? size * count : 0;
  }
  static std::size_t on_body(const char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Receiver*>(self)->add_body({data, size * count}) ? size * count : 0;
  }

 private:
  bool add_header(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > kMaxHeaderBytes) {
      headers_too_large = true;
      return false;
    }
    std::vector<Header>& headers = response.headers;
    if (line.starts_with("HTTP/")) {  // also of the answer that follows a 100
      headers.clear();
    } else if ((line.starts_with(' ') || line.starts_with('\t')) && !headers.empty()) {
      headers.back().value.append(" ").append(util::trim(line));  // an old way to continue a line
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      std::string name(util::trim(line.substr(0, colon)));
      std::transform(name.begin(), name.end(), name.begin(), to_lower);
      headers.push_back({std::move(name), std::string(util::trim(line.substr(colon + 1)))});
    }
    return true;
  }

  bool add_body(std::string_view data) {
    if (request_.on_body && is_success()) return request_.on_body(response, data);
    std::string& body = response.body;
    if (body.empty()) reserve_announced();
    const std::size_t room = max_body_bytes_ - body.size();
    body.append(data.substr(0, room));
    response.body_cut = data.size() > room;
    return !response.body_cut;
  }

  bool is_success() {
    constexpr int kHundred = 100;
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    return status / kHundred == 2;
  }

  // Spares the copies of a string that grows, and the moments in which it is held twice.
  void reserve_announced() {
    curl_off_t announced = 0;
    curl_easy_getinfo(handle_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    constexpr std::size_t kMostOnTrust = std::size_t{16} * 1024 * 1024;
    if (announced > 0) {
      response.body.reserve(std::min({static_cast<std::size_t>(announced), max_body_bytes_, kMostOnTrust}));
    }
  }

  CURL* handle_;
  const Request& request_;
  std::size_t max_body_bytes_;
  std::size_t header_bytes_ = 0;
};

// ---- The transport ----

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(const CurlOptions& options) : user_agent_(options.user_agent) {
    initialize_curl_once();
    easy_.reset(curl_easy_init());
    multi_.reset(curl_multi_init());
    if (!easy_ || !multi_) throw std::runtime_error("libcurl cannot be initialized");
    trusted_ = trusted_authorities(easy_.get());
    if (!options.ca_file.empty()) bundle_ = bundle_of(trusted_.path, options.ca_file);
  }

  Result send(const Request& request, std::stop_token stop) override {
    const auto start = std::chrono::steady_clock::now();
    Result result = exchange(request, stop);
    const auto elapsed =
        std::chrono::ceil<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    std::visit([elapsed](auto& outcome) { outcome.elapsed = elapsed; }, result);
    return result;
  }

 private:
  Result exchange(const Request& request, const std::stop_token& stop) {
    const auto invalid = [](std::string message) {
      return TransportError{Failure::invalid, std::move(message), {}};
    };
    const auto address = parse_address(request.url);
    if (!address) return invalid("the URL is neither http nor https");
    if (!is_token(request.method)) return invalid("the request's method is invalid");
    const auto header_list = make_header_list(request);
    if (!header_list) return invalid(fmt::format("a header cannot be sent ({})", address->authority));

    Receiver receiver(easy_.get(), request);
    configure(request, *address, header_list->get(), receiver);
    if (setup_result_ != CURLE_OK) {
      curl_easy_reset(easy_.get());
      return invalid(fmt::format("{} ({})", curl_easy_strerror(setup_result_), address->authority));
    }
    const std::optional<CURLcode> code = transfer(stop, request.grace);
    Result result =
        !code ? TransportError{Failure::cancelled, "cancelled", {}} : make_result(*code, receiver, *address);
    // Nothing of the request stays behind in the handle.
    curl_easy_reset(easy_.get());
    return result;
  }

  std::optional<CurlList> make_header_list(const Request& request) const {
    CurlList list;
    if (breaks_line(user_agent_) || breaks_line(request.authorization.reveal())) return std::nullopt;
    for (const Header& header : request.headers) {
      if (!is_token(header.name) || breaks_line(header.value)) return std::nullopt;
      // A name with a colon and nothing else would mean to libcurl: do not send it.
      const std::string line =
          header.value.empty() ? header.name + ";" : fmt::format("{}: {}", header.name, header.value);
      if (!append(list, line)) return std::nullopt;
    }
    if (!request.authorization.empty() && !append(list, "Authorization: " + request.authorization.reveal())) {
      return std::nullopt;
    }
    // No pause to ask whether a long body is welcome.
    if (!append(list, "Expect:")) return std::nullopt;
    return list;
  }

  template <typename Value>
  void set(CURLoption option, Value value) {
    const CURLcode result = curl_easy_setopt(easy_.get(), option, value);
    if (setup_result_ == CURLE_OK) setup_result_ = result;
  }

  void configure(const Request& request, const Address& address, curl_slist* header_list,
                 Receiver& receiver) {
    setup_result_ = CURLE_OK;
    error_text_.fill('\0');
    set(CURLOPT_ERRORBUFFER, error_text_.data());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_USERAGENT, user_agent_.c_str());
    set(CURLOPT_HTTPHEADER, header_list);
    set(CURLOPT_ACCEPT_ENCODING, "");
    set(CURLOPT_BUFFERSIZE, kReceiveBytes);
    configure_method(request);
    configure_trust(address);
    configure_time(request);
    set(CURLOPT_PREREQFUNCTION, &Receiver::on_connected);
    set(CURLOPT_PREREQDATA, static_cast<void*>(&receiver));
    set(CURLOPT_HEADERFUNCTION, &Receiver::on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&receiver));
    set(CURLOPT_WRITEFUNCTION, &Receiver::on_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&receiver));
  }

  void configure_method(const Request& request) {
    const std::string& body = request.body.reveal();
    if (request.method == "GET") {
      set(CURLOPT_HTTPGET, 1L);
      return;
    }
    set(CURLOPT_POST, 1L);
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_POSTFIELDS, body.data());
    // libcurl silently repeats what failed on a reused connection; a refresh token must not be sent twice.
    set(CURLOPT_FRESH_CONNECT, 1L);
  }

  void configure_trust(const Address& address) {
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
    set(CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
    if (!bundle_.empty()) {
      curl_blob blob{bundle_.data(), bundle_.size(), CURL_BLOB_NOCOPY};
      set(CURLOPT_CAINFO_BLOB, &blob);
      set(CURLOPT_PROXY_CAINFO_BLOB, &blob);
    } else if (!trusted_.path.empty()) {
      set(CURLOPT_CAINFO, trusted_.path.c_str());
      set(CURLOPT_PROXY_CAINFO, trusted_.path.c_str());
    }
    if (trusted_.is_from_the_environment) {  // the system's directory of authorities does not count then
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
      set(CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
    }
    set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (address.scheme == "http" || is_loopback(address.host)) set(CURLOPT_PROXY, "");
  }

  void configure_time(const Request& request) {
    const milliseconds timeout = request.timeout;
    if (request.longest_stall.count() > 0) {
      set(CURLOPT_LOW_SPEED_LIMIT, 1L);  // bytes a second
      set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.longest_stall.count()));
    }
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    const milliseconds connect = timeout.count() > 0 ? std::min(timeout, kLongestConnect) : kLongestConnect;
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect.count()));
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_TCP_KEEPIDLE, static_cast<long>(kKeepAliveIdle.count()));
    set(CURLOPT_TCP_KEEPINTVL, static_cast<long>(kKeepAliveIdle.count()));
  }

  // Nothing if it was asked to stop. Goes through the multi interface, since only that can be woken.
  std::optional<CURLcode> transfer(const std::stop_token& stop, milliseconds grace) {
    if (stop.stop_requested()) return std::nullopt;
    if (curl_multi_add_handle(multi_.get(), easy_.get()) != CURLM_OK) return CURLE_FAILED_INIT;
    const auto remove = [this](CURL* handle) { curl_multi_remove_handle(multi_.get(), handle); };
    const std::unique_ptr<CURL, decltype(remove)> attached(easy_.get(), remove);
    const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi_.get()); });
    std::optional<std::chrono::steady_clock::time_point> end;  // of the grace
    for (;;) {
      int running = 0;
      if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
      if (running == 0) return finished_code();
      if (stop.stop_requested()) {
        const auto now = std::chrono::steady_clock::now();
        if (!end) end = now + grace;
        if (now >= *end) return std::nullopt;
      }
      const int wait = static_cast<int>(kPollInterval.count());
      if (curl_multi_poll(multi_.get(), nullptr, 0, wait, nullptr) != CURLM_OK) return CURLE_FAILED_INIT;
    }
  }

  CURLcode finished_code() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg == CURLMSG_DONE) return message->data.result;
    }
    return CURLE_FAILED_INIT;
  }

  Result make_result(CURLcode code, Receiver& receiver, const Address& address) {
    if (receiver.headers_too_large) {
      return TransportError{Failure::connection,
                            fmt::format("the response headers are longer than {} KiB ({})",
                                        kMaxHeaderBytes / 1024, address.authority),
                            {}};
    }
    if (code == CURLE_OK || receiver.response.body_cut) {
      long status = 0;
      curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
      receiver.response.status = static_cast<int>(status);
      return std::move(receiver.response);
    }
    const std::string_view text = util::trim(error_text_.data());
    std::string message(text.empty() ? curl_easy_strerror(code) : text);
    if (const std::string proxy = failed_proxy(message); !proxy.empty()) {
      message = fmt::format("the proxy {} (of {}) failed: {}", proxy, kProxyVariables, message);
    }
    if (message.find(address.host) == std::string::npos) message += fmt::format(" ({})", address.authority);
    return TransportError{failure_of(code, text, receiver.sent), std::move(message), {}};
  }

  // The proxy, if it was it that failed; without the credentials that its address may hold.
  std::string failed_proxy(const std::string& message) {
    const CurlUrl url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, configured_proxy(), CURLU_GUESS_SCHEME) != CURLUE_OK) {
      return {};
    }
    const std::string host = url_part(url.get(), CURLUPART_HOST);
    long answer = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &answer);
    constexpr long kTunnelStands = 200;
    const bool refused = answer != 0 && answer != kTunnelStands;
    if (!refused && message.find(host) == std::string::npos) return {};
    const std::string port = url_part(url.get(), CURLUPART_PORT);
    return port.empty() ? host : host + ":" + port;
  }

  std::string user_agent_;
  AuthorityFile trusted_;
  // PEM text of these and of ca_file, which libcurl reads in place; empty without ca_file.
  std::string bundle_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  CURLcode setup_result_ = CURLE_OK;
  // The multi handle holds the connections and so must go last.
  std::unique_ptr<CURLM, CurlMultiDeleter> multi_;
  std::unique_ptr<CURL, CurlEasyDeleter> easy_;
};

}  // namespace

std::unique_ptr<Transport> make_curl_transport(const CurlOptions& options) {
  return std::make_unique<CurlTransport>(options);
}

}  // namespace tap_pinterest::http
