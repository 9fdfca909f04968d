#include "reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "api.hpp"
#include "calendar.hpp"
#include "hash.hpp"
#include "json_text.hpp"

namespace simulator {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr minutes kLinkLives{5};
constexpr hours kReportLives{1};
// Then nothing is left, not even the knowledge that there was a report.
constexpr hours kTokenLives{2};
// `{}`
constexpr std::uint64_t kLengthOfNothing = 2;
constexpr std::string_view kKey = "SIMULATED";

struct FateInfo {
  std::string_view name;
  std::string_view status;  // as JSON; empty: left out
};

constexpr std::array<FateInfo, 11> kFates{{
    {"none", R"("FINISHED")"},
    {"failed", R"("FAILED")"},
    {"cancelled", R"("CANCELLED")"},
    {"expired", R"("EXPIRED")"},
    {"does_not_exist", R"("DOES_NOT_EXIST")"},
    {"null_status", "null"},
    {"no_status", ""},
    {"never_ends", R"("IN_PROGRESS")"},
    {"foreign_link", R"("FINISHED")"},
    {"private_link", R"("FINISHED")"},
    {"redirecting_link", R"("FINISHED")"},
}};

// Saved in Ads Manager; every account has them.
struct Template {
  std::string_view id;
  std::string_view body;
};
constexpr std::array<Template, 2> kTemplates{{
    {"730001", R"({"level": "CAMPAIGN", "columns": ["SPEND_IN_DOLLAR", "CAMPAIGN_NAME", "CAMPAIGN_STATUS"],
                   "start_date": "2026-03-01", "end_date": "2026-03-02", "granularity": "DAY"})"},
    {"730002", R"({"level": "PIN_PROMOTION_TARGETING", "columns": ["SPEND_IN_DOLLAR"],
                   "targeting_types": ["GENDER"], "start_date": "2026-03-01", "end_date": "2026-03-02",
                   "granularity": "DAY"})"},
}};

std::string status_only(std::string_view status) {
  std::string body;
  JsonText json(body);
  json.open_object();
  if (!status.empty()) json.verbatim("report_status", status);
  json.null("url").null("size").close_object();
  return body;
}

// As the storage says it.
Answer storage_error(int status, std::string_view code, std::string_view message) {
  Answer answer;
  answer.status = status;
  answer.content_type = "application/xml";
  answer.body = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message></Error>", code,
      message);
  return answer;
}

Answer denied(std::string_view message) { return storage_error(403, "AccessDenied", message); }

// N of `bytes=N-`.
std::optional<std::uint64_t> range_begin(std::string_view range) {
  constexpr std::string_view kBytes = "bytes=";
  if (!range.starts_with(kBytes)) return std::nullopt;
  range.remove_prefix(kBytes.size());
  std::uint64_t begin = 0;
  const auto [end, error] = std::from_chars(range.data(), range.data() + range.size(), begin);
  const bool open = error == std::errc{} && end + 1 == range.data() + range.size() && *end == '-';
  return open ? std::optional(begin) : std::nullopt;
}

}  // namespace

std::optional<Fate> find_fate(std::string_view name) {
  const auto* const found = std::ranges::find(kFates, name, &FateInfo::name);
  if (found == kFates.end()) return std::nullopt;
  return static_cast<Fate>(found - kFates.begin());
}

std::variant<std::string, Refusal> Reports::create(ReportSource source) {
  const LimitState cost = limits_.take_report(source.now);
  if (!cost.allowed) {
    return Refusal{
        429, 2726,
        fmt::format("Reporting query cost limit exceeded. Retry after {} seconds", cost.reset_seconds)};
  }
  auto job = std::make_shared<Job>();
  const std::uint64_t seed = source.world.options().seed;
  job->source = std::make_shared<const ReportSource>(std::move(source));
  const std::scoped_lock lock(mutex_);
  const std::string token =
      fmt::format("{:016x}{:016x}", mix(seed, 70, jobs_.size()), mix(seed, 71, jobs_.size()));
  jobs_.emplace(token, std::move(job));
  std::string body;
  JsonText(body)
      .open_object()
      .text("token", token)
      .text("report_status", "IN_PROGRESS")
      .null("message")
      .close_object();
  return body;
}

std::shared_ptr<Reports::Job> Reports::find(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  const auto found = jobs_.find(token);
  return found == jobs_.end() ? nullptr : found->second;
}

void Reports::decide(std::string_view created, Fate fate) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [token, job] : jobs_) {
    if (created.find(token) != std::string_view::npos) job->fate = fate;
  }
}

Pieces Reports::body(const Job& job) const { return report_pieces(job.source); }

std::uint64_t Reports::length(Job& job) const {
  std::call_once(job.measured, [&] { job.length = length_of(body(job)); });
  return job.length;
}

std::uint64_t Reports::signature(std::string_view token, std::int64_t expires) const {
  return mix(options_.seed, 72, hash_text(token), expires);
}

std::string Reports::link(std::string_view token, Instant now, std::string_view origin) const {
  const std::int64_t expires = unix_seconds(now + kLinkLives);
  return fmt::format("{}{}{}?credentials={}%2F{}%2F{:016x}", origin, kReportsPath, token, kKey, expires,
                     signature(token, expires));
}

std::string Reports::poll(int account, std::string_view token, Instant now, std::string_view origin) {
  const auto job = find(token);
  if (!job || job->source->account != account || now - job->source->now >= kTokenLives) {
    return status_only(R"("DOES_NOT_EXIST")");
  }
  if (now - job->source->now >= kReportLives) return status_only(R"("EXPIRED")");
  Fate fate = Fate::kNone;
  {
    const std::scoped_lock lock(mutex_);
    if (job->polls++ < options_.report_polls) return status_only(R"("IN_PROGRESS")");
    fate = job->fate;
  }
  const std::string_view status = kFates.at(static_cast<std::size_t>(fate)).status;
  if (status != R"("FINISHED")") return status_only(status);
  std::uint64_t size = length(*job);
  if (size == kLengthOfNothing) {
    if (options_.empty_report == EmptyReport::kNull) return status_only(status);
    if (options_.empty_report == EmptyReport::kBody) size = 0;
  }
  std::string url = link(token, now, origin);
  if (fate == Fate::kForeignLink) url = link(token, now, "http://reports.example.com");
  if (fate == Fate::kPrivateLink) url = link(token, now, "https://10.0.0.7");
  if (fate == Fate::kRedirectingLink) url += "&redirect=1";
  std::string body;
  JsonText json(body);
  json.open_object().verbatim("report_status", status).text("url", url);
  json.integer("size", static_cast<std::int64_t>(size)).close_object();
  return body;
}

Answer Reports::download(const Request& request, Instant now, std::string_view origin) {
  if (request.method != "GET") return storage_error(405, "MethodNotAllowed", "The method is not allowed.");
  if (!request.authorization.empty()) {
    return storage_error(400, "InvalidArgument", "Only one auth mechanism allowed.");
  }
  std::string_view target = request.target;
  target.remove_prefix(kReportsPath.size());
  const std::size_t mark = std::min(target.find('?'), target.size());
  const std::string_view token = target.substr(0, mark);
  const auto pairs = decode_pairs(target.substr(std::min(mark + 1, target.size())));
  const auto job = find(token);
  if (!job || !pairs || pairs->empty() || pairs->front().first != "credentials")
    return denied("Access Denied");
  std::int64_t expires = 0;
  const std::string& credentials = pairs->front().second;
  const std::size_t begin = kKey.size() + 1;
  if (credentials.size() > begin) {
    std::from_chars(credentials.data() + begin, credentials.data() + credentials.size(), expires);
  }
  if (credentials != fmt::format("{}/{}/{:016x}", kKey, expires, signature(token, expires))) {
    return denied("Access Denied");
  }
  if (unix_seconds(now) >= expires) return denied("Request has expired");
  Answer answer;
  if (pairs->back().first == "redirect") {
    answer.status = 302;
    answer.headers.emplace_back("Location", link(token, now, origin));
    return answer;
  }
  answer.content_type = "text/plain";
  if (options_.empty_report == EmptyReport::kBody && length(*job) == kLengthOfNothing) return answer;
  answer.next_piece = body(*job);
  answer.length = length(*job);
  if (options_.gzip_reports && request.accept_encoding.find("gzip") != std::string::npos) {
    answer.headers.emplace_back("Content-Encoding", "gzip");
    answer.length = length_of(gzipped(body(*job)));
    answer.next_piece = gzipped(std::move(answer.next_piece));
  }
  if (!options_.report_ranges) return answer;
  answer.headers.emplace_back("Accept-Ranges", "bytes");
  const auto first = range_begin(request.range);
  if (!first) return answer;
  const std::uint64_t whole = *answer.length;
  if (*first >= whole) {
    Answer refused = storage_error(416, "InvalidRange", "The requested range is not satisfiable");
    refused.headers.emplace_back("Content-Range", fmt::format("bytes */{}", whole));
    return refused;
  }
  answer.status = 206;
  answer.headers.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", *first, whole - 1, whole));
  answer.length = whole - *first;
  answer.next_piece = without_first(std::move(answer.next_piece), *first);
  return answer;
}

// --- endpoints -------------------------------------------------------------------------------------------

Result create_report(Call& call) {
  auto request = read_report_request(call.body, day_of(call.now));
  if (auto* const refusal = std::get_if<Refusal>(&request)) return std::move(*refusal);
  return call.reports->create(
      {call.world, call.account, std::get<ReportRequest>(std::move(request)), call.now});
}

Result create_template_report(Call& call) {
  const auto* const found = std::ranges::find(kTemplates, call.match.place("template_id"), &Template::id);
  if (found == kTemplates.end()) return Refusal{404, 50, "Template not found."};
  auto body = nlohmann::json::parse(found->body);
  for (const char* const name : {"start_date", "end_date", "granularity"}) {
    if (call.arguments.has(name)) body[name] = call.arguments.get(name);
  }
  call.body = body.dump();
  return create_report(call);
}

Result get_report(Call& call) {
  return call.reports->poll(call.account, call.arguments.get("token"), call.now, call.origin);
}

}  // namespace simulator
