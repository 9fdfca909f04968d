#include "tap_pinterest/sync/fetch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "tap_pinterest/sync/list_read.hpp"
#include "tap_pinterest/util/dates.hpp"
#include "tap_pinterest/util/replace_file.hpp"

namespace tap_pinterest::sync {
namespace {

using pinterest::Action;
using pinterest::PinRoute;
using pinterest::Source;

constexpr int kFirstSuccess = 200;
constexpr int kPartialContent = 206;
constexpr int kFirstRedirect = 300;
constexpr int kFirstClientError = 400;
constexpr int kFirstServerError = 500;
constexpr int kRangeNotSatisfiable = 416;

bool is_success(int status) { return status >= kFirstSuccess && status < kFirstRedirect; }

std::string url_of(const config::Config& config, const Job& job) {
  if (const auto* list = std::get_if<ListJob>(&job.work)) {
    return pinterest::list_url(config, list->list->request(*list));
  }
  const auto& work = std::get<AnalyticsJob>(job.work);
  if (const ReportProgress* const report = job.report()) {
    return report->step == ReportStep::create
               ? pinterest::new_report_url(config, work.request)
               : pinterest::report_status_url(config, work.request.account, report->token);
  }
  return pinterest::analytics_url(config, work.request, work.partition->stream().columns());
}

std::string endpoint_of(const Job& job) {
  if (const auto* list = std::get_if<ListJob>(&job.work)) {
    return std::string(list->list->stream().definition().path);
  }
  if (job.report() != nullptr) return std::string(pinterest::kReportsPath);
  const auto& request = std::get<AnalyticsJob>(job.work).request;
  return request.route == PinRoute::single ? "/pins/{pin_id}/analytics" : std::string(request.stream->path);
}

// Designated initialisers would be shorter, but make the compiler warn of members that are not there.
Fault make_fault(Fault::Kind kind, Action action, std::string message) {
  Fault fault;
  fault.kind = kind;
  fault.action = action;
  fault.message = std::move(message);
  return fault;
}

Fault transport_fault(const http::TransportError& error) {
  Fault fault = make_fault(Fault::Kind::transport, Action::retry, error.message);
  switch (error.failure) {
    case http::Failure::timeout:
      fault.slow = true;
      break;
    case http::Failure::tls:
      fault.kind = Fault::Kind::fatal;
      break;
    case http::Failure::invalid:
      fault.kind = Fault::Kind::unusable;
      break;
    case http::Failure::cancelled:
      fault.kind = Fault::Kind::cancelled;
      break;
    case http::Failure::connection:
    case http::Failure::truncated:
      break;
  }
  return fault;
}

Fault api_fault(const config::Config& config, const http::Response& response, util::Instant now) {
  Fault fault{.error = pinterest::read_error(response)};
  fault.action = pinterest::judge(fault.error);
  fault.message = fault.error.is_html ? pinterest::describe_html(response.status, config.api_url)
                                      : fault.error.describe();
  fault.slow = fault.error.code == pinterest::kCodePassing;
  if (fault.action == Action::wait) fault.wait = pinterest::requested_wait(fault.error, response, now);
  return fault;
}

// Whether the error means an empty list.
bool says_none(const Job& job, const pinterest::ApiError& error) {
  const auto* const list = std::get_if<ListJob>(&job.work);
  const int code = list == nullptr ? 0 : list->list->stream().definition().code_of_none;
  return code != 0 && error.code == code && list->bookmark.empty();
}

std::string text_of(util::Instant now) {
  return util::format_date_time(std::chrono::floor<std::chrono::milliseconds>(now));
}

// The totals of an account become rows of data_quality.
pinterest::Rows compare(const AnalyticsJob& work, const pinterest::Rows& totals, util::Instant now) {
  pinterest::Rows rows =
      pinterest::compare(work.partition->stream().format(), totals.sums,
                         work.partition->comparison(work.request.range, util::day_of(now)), text_of(now));
  rows.misfits = totals.misfits;
  return rows;
}

pinterest::AnswerKind kind_of(Source source) {
  switch (source) {
    case Source::pin_analytics:
    case Source::user_analytics:
      return pinterest::AnswerKind::pin_analytics;
    case Source::targeting_analytics:
      return pinterest::AnswerKind::targeting_analytics;
    default:
      return pinterest::AnswerKind::ads_analytics;
  }
}

pinterest::ReportStatus read_report_status(const ReportProgress& report, const std::string& body) {
  pinterest::ReportStatus status = pinterest::read_report_status(body);
  if (report.step == ReportStep::create && status.token.empty()) {
    throw pinterest::UnreadableAnswer("a report without a token");
  }
  return status;
}

// The API's answer to a job, as it comes.
class Answer {
 public:
  Answer(const config::Config& config, pinterest::ApiClock& clock, const Job& job)
      : config_(config), clock_(clock), job_(job) {
    if (std::holds_alternative<ListJob>(job.work)) return;
    const auto& work = std::get<AnalyticsJob>(job.work);
    first_day_ = util::format_day(work.request.range.first);
    if (work.request.route == PinRoute::single) pin_ = fmt::format("{}", work.request.ids.at(0));
    analytics_options_ = {.account = work.request.account,
                          .granularity = pinterest::settings_of(*work.request.stream, config).granularity,
                          .total_date = first_day_,
                          .app_type = work.request.app_type,
                          .pin_id = pin_};
  }

  // False to have no more of it: outcome() says why.
  bool take(const http::Response& head, std::string_view piece) {
    try {
      if (!reader_) begin(head);
      head_.body += piece.substr(0, kBeginning - std::min(kBeginning, head_.body.size()));
      bytes_ += piece.size();
      if (bytes_ > kMaxBodyBytes) return false;
      reader_->read(piece);
      return true;
    } catch (...) {
      // Not through the code of a library in C.
      problem_ = std::current_exception();
      return false;
    }
  }

  bool was_refused() const { return problem_ != nullptr || bytes_ > kMaxBodyBytes; }
  // The answer without its body, of which only the beginning is there.
  const http::Response& head() const { return head_; }

  // Once everything has come, or take() has refused the rest.
  decltype(Fetched::outcome) outcome(const http::Response& response) {
    if (const ReportProgress* const report = job_.report()) {
      return guarded(response, [&] { return read_report_status(*report, response.body); });
    }
    if (bytes_ > kMaxBodyBytes) {
      return make_fault(Fault::Kind::api, Action::halve,
                        fmt::format("an answer of more than {} MB", kMaxBodyBytes >> 20U));
    }
    if (!reader_) begin(response);
    return guarded(head_, [&]() -> decltype(Fetched::outcome) {
      if (problem_) std::rethrow_exception(problem_);
      pinterest::ListRows rows = reader_->finish();
      if (std::holds_alternative<ListJob>(job_.work)) return rows;
      const auto& work = std::get<AnalyticsJob>(job_.work);
      if (work.partition->totals() != nullptr) return compare(work, rows, clock_.now());
      return static_cast<pinterest::Rows&&>(rows);
    });
  }

 private:
  // Enough to tell what an answer is that cannot be read.
  static constexpr std::size_t kBeginning = 256;

  void begin(const http::Response& head) {
    clock_.observe(head);
    head_.status = head.status;
    head_.headers = head.headers;
    const std::string extracted = text_of(clock_.now());
    if (const auto* list = std::get_if<ListJob>(&job_.work)) {
      const StreamRun& stream = list->list->stream();
      // Only now: whether a bookmark lies in the future is known by the time of the first answer.
      list_options_ = list->list->options(*list);
      if (const std::string_view column = stream.definition().day_column; !column.empty()) {
        list_options_.columns.push_back({column, util::format_day(util::day_of(clock_.now()))});
      }
      reader_.emplace(stream.format(), list_options_, extracted);
      return;
    }
    const auto& work = std::get<AnalyticsJob>(job_.work);
    const StreamRun* const totals = work.partition->totals();
    const StreamRun& stream = totals == nullptr ? work.partition->stream() : *totals;
    reader_.emplace(kind_of(work.request.stream->source), stream.format(), analytics_options_, extracted);
  }

  template <typename Read>
  decltype(Fetched::outcome) guarded(const http::Response& response, Read&& read) const {
    try {
      return read();
    } catch (const pinterest::UnreadableAnswer& error) {
      return make_fault(Fault::Kind::unreadable, Action::retry,
                        pinterest::is_html(response)
                            ? pinterest::describe_html(response.status, config_.api_url)
                            : fmt::format("an answer that cannot be read: {}", error.what()));
    } catch (const pinterest::UnusableRow& error) {
      return make_fault(Fault::Kind::unusable, Action::fail, error.what());
    }
  }

  const config::Config& config_;
  pinterest::ApiClock& clock_;
  const Job& job_;
  pinterest::ListOptions list_options_;
  pinterest::AnalyticsOptions analytics_options_{
      .account = {}, .total_date = {}, .app_type = {}, .pin_id = {}};
  std::string first_day_;
  std::string pin_;
  std::optional<pinterest::AnswerReader> reader_;
  http::Response head_;
  std::size_t bytes_ = 0;
  std::exception_ptr problem_;
};

std::size_t bytes_of(const Fetched& fetched) {
  if (const auto* list = std::get_if<pinterest::ListRows>(&fetched.outcome)) return list->lines.size();
  if (const auto* rows = std::get_if<pinterest::Rows>(&fetched.outcome)) return rows->lines.size();
  return 0;
}

// What an answer of the host of reports means, which is not the API.
Fault download_fault(int status) {
  if (status >= kFirstRedirect && status < kFirstClientError) {
    return make_fault(Fault::Kind::unusable, Action::fail,
                      "the link to a report redirects to another, which is not followed");
  }
  const auto kind = status >= kFirstServerError ? Fault::Kind::transport : Fault::Kind::link;
  return make_fault(kind, Action::retry, fmt::format("status {} for the download of a report", status));
}

// Whether a Content-Range ("bytes 100-199/200") begins at `offset`.
bool begins_at(const std::string* content_range, std::size_t offset) {
  return content_range != nullptr && content_range->starts_with(fmt::format("bytes {}-", offset));
}

// Takes a report as far as it comes: what has arrived stays in the job.
std::optional<Fault> download(const config::Config& config, http::Transport& transport, const Job& job,
                              std::stop_token stop, Fetched& fetched) {
  const ReportProgress& report = *job.report();
  ReportProgress::Download& into = *report.download;
  http::Request request;
  request.url = report.finished.url.reveal();
  request.longest_stall = config.request_timeout;
  if (!into.can_go_on) into.spool.clear();
  if (into.spool.size() > 0) {
    request.headers.push_back({"Range", fmt::format("bytes={}-", into.spool.size())});
    if (!into.etag.empty()) request.headers.push_back({"If-Range", into.etag});
  }
  std::string disk_error;
  bool begun = false;
  bool fits = true;
  request.on_body = [&](const http::Response& head, std::string_view piece) {
    try {
      if (!std::exchange(begun, true)) {
        const std::string* const etag = head.header("etag");
        into.etag = etag == nullptr ? "" : *etag;
        into.can_go_on = head.header("content-encoding") == nullptr;
        if (head.status == kPartialContent) {
          fits = into.can_go_on && begins_at(head.header("content-range"), into.spool.size());
          if (!fits) return into.can_go_on = false;
        } else {
          into.spool.clear();
        }
        if (into.spool.size() == 0) into.spool.reserve(static_cast<std::size_t>(report.finished.bytes));
      }
      into.spool.append(piece);
      return true;
    } catch (const util::FileError& error) {
      disk_error = error.what();
      return false;
    }
  };
  http::Result result = transport.send(request, std::move(stop));
  std::visit([&](const auto& outcome) { fetched.elapsed = outcome.elapsed; }, result);
  if (!disk_error.empty()) {
    return make_fault(
        Fault::Kind::unusable, Action::fail,
        fmt::format("a report has no room: {}; set TMPDIR to a folder with enough", disk_error));
  }
  if (!fits) {
    return make_fault(Fault::Kind::transport, Action::retry,
                      "the rest of a report does not fit its beginning");
  }
  if (const auto* error = std::get_if<http::TransportError>(&result)) return transport_fault(*error);
  const int status = fetched.status = std::get<http::Response>(result).status;
  if (status == kRangeNotSatisfiable) into.can_go_on = false;
  if (!is_success(status)) return download_fault(status);
  return std::nullopt;
}

Fetched fetch_report(const config::Config& config, const pinterest::ApiClock& clock,
                     http::Transport& transport, const Job& job, std::stop_token stop,
                     const pinterest::EmitRows& emit) {
  Fetched fetched;
  const auto& work = std::get<AnalyticsJob>(job.work);
  // One without rows has no link.
  if (!work.report.finished.url.empty()) {
    fetched.endpoint = "report download";
    if (auto fault = download(config, transport, job, std::move(stop), fetched)) {
      fetched.outcome = std::move(*fault);
      return fetched;
    }
  }
  const std::string first_day = util::format_day(work.request.range.first);
  const pinterest::AnalyticsOptions options{
      .account = work.request.account,
      .granularity = pinterest::settings_of(*work.request.stream, config).granularity,
      .total_date = first_day,
      .app_type = {},
      .pin_id = {}};
  try {
    if (work.report.download->spool.size() == 0 && work.report.finished.bytes > 0) {
      throw pinterest::UnreadableAnswer("nothing arrived");
    }
    util::Spool& spool = work.report.download->spool;
    const util::Instant now = clock.now();
    if (const StreamRun* const totals = work.partition->totals()) {
      const auto drop = [](const pinterest::Rows&) { return true; };
      fetched.outcome =
          compare(work, pinterest::read_report(totals->format(), spool, options, text_of(now), drop), now);
    } else {
      fetched.outcome =
          pinterest::read_report(work.partition->stream().format(), spool, options, text_of(now), emit);
    }
  } catch (const pinterest::UnreadableAnswer& error) {
    work.report.download->can_go_on = false;
    fetched.outcome = make_fault(Fault::Kind::unreadable, Action::retry,
                                 fmt::format("a report that cannot be read: {}", error.what()));
  } catch (const pinterest::UnusableRow& error) {
    fetched.outcome = make_fault(Fault::Kind::unusable, Action::fail, error.what());
  } catch (const util::FileError& error) {
    fetched.outcome = make_fault(Fault::Kind::unusable, Action::fail, error.what());
  } catch (const pinterest::Interrupted&) {
    fetched.outcome = make_fault(Fault::Kind::cancelled, Action::fail, {});
  }
  return fetched;
}

}  // namespace

Fetched fetch(const config::Config& config, pinterest::ApiClock& clock, http::Transport& transport,
              const Job& job, const util::Secret& token, std::stop_token stop,
              const pinterest::EmitRows& emit) {
  const ReportProgress* const report = job.report();
  if (report != nullptr && report->step == ReportStep::download) {
    return fetch_report(config, clock, transport, job, std::move(stop), emit);
  }
  http::Request request;
  request.url = url_of(config, job);
  request.headers = {{"Accept", "application/json"}};
  request.authorization = util::Secret("Bearer " + token.reveal());
  request.timeout = config.request_timeout;
  request.max_body_bytes = kMaxBodyBytes;
  if (report != nullptr && report->step == ReportStep::create) {
    const auto& work = std::get<AnalyticsJob>(job.work);
    request.method = "POST";
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = util::Secret(pinterest::report_body(
        config, work.request,
        pinterest::report_columns(*work.request.stream, work.partition->stream().columns())));
  }

  Answer answer(config, clock, job);
  if (report == nullptr) {
    request.on_body = [&](const http::Response& head, std::string_view piece) {
      return answer.take(head, piece);
    };
  }

  Fetched fetched;
  fetched.endpoint = endpoint_of(job);
  const http::Result result = transport.send(request, std::move(stop));
  std::visit([&](const auto& outcome) { fetched.elapsed = outcome.elapsed; }, result);
  const auto* const error = std::get_if<http::TransportError>(&result);
  if (error != nullptr && !answer.was_refused()) {
    fetched.outcome = transport_fault(*error);
    return fetched;
  }
  const http::Response& response = answer.was_refused() ? answer.head() : std::get<http::Response>(result);
  fetched.status = response.status;
  if (report != nullptr || !is_success(response.status)) clock.observe(response);
  const util::Instant now = clock.now();
  fetched.rate_limit = http::read_rate_limit_headers(response.headers, now);
  if (is_success(response.status)) {
    fetched.outcome = answer.outcome(response);
    fetched.bytes = bytes_of(fetched);
    return fetched;
  }
  Fault fault = api_fault(config, response, now);
  if (says_none(job, fault.error)) {
    fetched.outcome = pinterest::ListRows();
  } else {
    fetched.outcome = std::move(fault);
  }
  return fetched;
}

}  // namespace tap_pinterest::sync
