#include "simulator.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "authorization.hpp"
#include "calendar.hpp"
#include "control.hpp"
#include "json_text.hpp"
#include "oauth.hpp"

namespace simulator {
namespace {

constexpr std::string_view kControl = "/_simulator";
constexpr std::string_view kBase = "/v5";
constexpr std::string_view kTokenPath = "/oauth/token";
constexpr std::string_view kProxyPath = "/proxy/refresh";
// The page is at another host than the API.
constexpr std::string_view kAuthorizationPath = "/oauth/";
constexpr std::string_view kDownload = "/_reports/{name}";
constexpr std::string_view kUnknown = "(unknown)";
constexpr std::size_t kLongestTarget = 8 * 1024;
constexpr std::size_t kLongestId = 18;

bool is_account_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestId &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Answer from_result(std::string body) {
  Answer answer;
  answer.body = std::move(body);
  return answer;
}

// What faults, counters and refusals call the endpoint of a path.
std::string_view label_of(std::string_view path, const Match& match) {
  if (match.endpoint != nullptr) return match.endpoint->label();
  if (path.starts_with(kReportsPath)) return kDownload;
  if (path == std::string(kBase) + std::string(kTokenPath)) return kTokenPath;
  if (path == kAuthorizationPath) return kAuthorizationPath;
  return path == kProxyPath ? kProxyPath : kUnknown;
}

}  // namespace

Clock system_clock() {
  return [] { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); };
}

Clock clock_from(Instant start) {
  return [start, begin = std::chrono::steady_clock::now()] {
    return start + std::chrono::floor<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  };
}

Simulator::Simulator(Options options, Clock clock)
    : options_(std::move(options)),
      clock_(std::move(clock)),
      world_(options_, options_.epoch.value_or(clock_())),
      tokens_(options_, clock_()),
      limits_(options_),
      reports_(options_, limits_) {}

Instant Simulator::now() const {
  const std::scoped_lock lock(mutex_);
  return clock_() + offset_;
}

World Simulator::world() const {
  const std::scoped_lock lock(mutex_);
  return world_;
}

void Simulator::advance(std::chrono::microseconds step) {
  const std::scoped_lock lock(mutex_);
  offset_ += step;
}

void Simulator::set_now(Instant now) {
  const std::scoped_lock lock(mutex_);
  offset_ = now - clock_();
}

Reply Simulator::handle(const Request& request) {
  Reply reply;
  if (request.target.starts_with(kControl)) {
    reply.answer = Control(*this).handle(request, std::string_view(request.target).substr(kControl.size()));
  } else {
    reply = handle_api(request);
  }
  reply.answer.headers.emplace_back("Date", format_http_date(now()));
  return reply;
}

Reply Simulator::handle_api(const Request& request) {
  const std::size_t mark = std::min(request.target.find('?'), request.target.size());
  const std::string path = request.target.substr(0, mark);
  const std::string query = request.target.substr(std::min(mark + 1, request.target.size()));
  const Match match =
      path.starts_with(kBase) ? find_endpoint(request.method, path.substr(kBase.size())) : Match{};
  const std::string_view label = label_of(path, match);
  const auto fault = faults_.pick(label, request);
  Reply reply;
  if (fault && !comes_after_work(fault->kind)) {
    reply.answer = substitute(*fault);
  } else if (request.target.size() > kLongestTarget) {
    reply.answer = refuse({414, 1, "The URL is too long."}, label, query);
  } else {
    std::string own_bookmark;
    if (label == kTokenPath) {
      reply.answer = token_answer(request);
    } else if (label == kProxyPath) {
      reply.answer = proxy_answer(request);
    } else if (label == kAuthorizationPath) {
      reply.answer = authorize(options_, tokens_, now(), request, query);
    } else if (label == kDownload) {
      reply.answer = reports_.download(request, now(), origin(request));
    } else {
      reply.answer = work(request, match, query, own_bookmark);
    }
    if (fault) disturb(*fault, own_bookmark, reply);
    if (fault && fault->kind == FaultKind::kReport) reports_.decide(reply.answer.body, fault->fate);
  }
  counters_.count(label, request, reply.answer.status, now());
  return reply;
}

Answer Simulator::refuse(const Refusal& refusal, std::string_view endpoint, std::string_view query) {
  counters_.count_refused({std::string(endpoint), refusal.status, refusal.message, std::string(query)});
  Answer answer;
  answer.status = refusal.status;
  JsonText json(answer.body);
  json.open_object().integer("code", refusal.code).text("message", refusal.message).close_object();
  return answer;
}

std::optional<Answer> Simulator::limit(std::string_view category, Answer& headers) {
  const LimitState state = limits_.take(category, now());
  if (state.limit == 0) return std::nullopt;
  const auto add = [&](const char* name, std::int64_t value) {
    if (options_.limit_headers.contains(name)) headers.headers.emplace_back(name, std::to_string(value));
  };
  add("x-ratelimit-limit", state.limit);
  add("x-ratelimit-remaining", state.remaining);
  add("x-ratelimit-reset", state.reset_seconds);
  if (state.allowed) return std::nullopt;
  add("retry-after", state.reset_seconds);
  counters_.count_rate_limited();
  headers.status = 429;
  headers.body = R"({"code":8,"message":"This request exceeded a rate limit."})";
  return headers;
}

std::optional<Refusal> Simulator::check_token(const Request& request, const Endpoint& endpoint) const {
  constexpr std::string_view kBearer = "Bearer ";
  if (!request.authorization.starts_with(kBearer)) return Refusal{401, 2, "Authentication failed."};
  const auto scopes =
      tokens_.scopes_of(std::string_view(request.authorization).substr(kBearer.size()), now());
  if (!scopes) return Refusal{401, 2, "Authentication failed."};
  for (const std::string_view scope : endpoint.scopes) {
    if (!scopes->contains(std::string(scope))) {
      return Refusal{403, 3, fmt::format("Your application lacks the scope '{}'.", scope)};
    }
  }
  return std::nullopt;
}

std::string Simulator::origin(const Request& request) const {
  const char* const scheme = options_.tls_certificate_file.empty() ? "http" : "https";
  const unsigned short port = download_port_;
  return fmt::format("{}://{}", scheme, port == 0 ? request.host : fmt::format("127.0.0.1:{}", port));
}

Answer Simulator::work(const Request& request, const Match& match, std::string_view query,
                       std::string& own_bookmark) {
  if (match.endpoint == nullptr) return refuse({404, 1, "No such path."}, kUnknown, request.target);
  const Endpoint& endpoint = *match.endpoint;
  if (request.method != endpoint.method) {
    return refuse({405, 1, "Method not allowed."}, endpoint.label(), query);
  }
  if (auto refusal = check_token(request, endpoint)) return refuse(*refusal, endpoint.label(), query);
  Answer headers;
  if (auto limited = limit(endpoint.category, headers)) return *limited;
  Result result = call(request, match, query, own_bookmark);
  Answer answer;
  if (const auto* refusal = std::get_if<Refusal>(&result)) {
    answer = refuse(*refusal, endpoint.label(), query);
  } else {
    answer = from_result(std::get<std::string>(std::move(result)));
  }
  answer.headers = std::move(headers.headers);
  return answer;
}

Result Simulator::call(const Request& request, const Match& match, std::string_view query,
                       std::string& own_bookmark) {
  const World world = this->world();
  Call call{.world = world,
            .now = now(),
            .target = request.target,
            .arguments = {},
            .account = -1,
            .match = match,
            .own_bookmark = {},
            .body = request.body,
            .origin = origin(request),
            .reports = &reports_};
  if (match.endpoint->path.starts_with("/ad_accounts/{ad_account_id}")) {
    const std::string account_id = match.place("ad_account_id");
    if (!is_account_id(account_id)) return Refusal{400, 1, "Invalid ad_account_id."};
    const auto account = world.find_account(account_id);
    if (!account) return Refusal{404, 2, "AdAccount not found."};
    if (options_.denied_accounts.contains(account_id)) {
      return Refusal{403, 29, "You are not permitted to access that resource."};
    }
    call.account = *account;
  }
  Arguments places;
  if (!match.endpoint->places.empty()) {
    if (auto refusal = Arguments::check(match.places, match.endpoint->places, places)) return *refusal;
  }
  const auto pairs = decode_pairs(query);
  if (!pairs) return Refusal{400, 1, "The query cannot be read."};
  if (auto refusal = Arguments::check(*pairs, match.endpoint->parameters, call.arguments)) return *refusal;
  if (request.method == "POST" && !request.content_type.starts_with("application/json")) {
    return Refusal{415, 1, "The Content-Type must be application/json."};
  }
  Result result = match.endpoint->handle(call);
  own_bookmark = call.own_bookmark;
  return result;
}

Answer Simulator::token_answer(const Request& request) {
  if (request.method != "POST") return refuse({405, 1, "Method not allowed."}, kTokenPath, {});
  Answer headers;
  if (auto limited = limit("org_read", headers)) return *limited;
  auto result =
      grant_token(options_, tokens_, now(), request.authorization, request.content_type, request.body);
  if (const auto* refusal = std::get_if<Refusal>(&result)) return refuse(*refusal, kTokenPath, {});
  Answer answer = from_result(std::get<std::string>(std::move(result)));
  answer.headers = std::move(headers.headers);
  return answer;
}

Answer Simulator::proxy_answer(const Request& request) {
  if (request.method != "POST") return refuse({405, 1, "Method not allowed."}, kProxyPath, {});
  auto result = refresh_by_proxy(options_, tokens_, now(), request.authorization, request.body);
  if (const auto* refusal = std::get_if<Refusal>(&result)) return refuse(*refusal, kProxyPath, {});
  return from_result(std::get<std::string>(std::move(result)));
}

}  // namespace simulator
