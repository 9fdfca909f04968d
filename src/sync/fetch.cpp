#include "tap_pinterest/sync/fetch.hpp"

#include <fmt/format.h>

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

decltype(Fetched::outcome) read_answer(const config::Config& config, const Job& job, http::Response& response,
                                       util::Instant now) {
  const std::string extracted = text_of(now);
  try {
    if (const ReportProgress* const report = job.report()) {
      pinterest::ReportStatus status = pinterest::read_report_status(response.body);
      if (report->step == ReportStep::create && status.token.empty()) {
        throw pinterest::UnreadableAnswer("a report without a token");
      }
      return status;
    }
    if (const auto* list = std::get_if<ListJob>(&job.work)) {
      pinterest::ListOptions options = list->list->options(*list);
      const std::string_view day_column = list->list->stream().definition().day_column;
      if (!day_column.empty()) options.columns.push_back({day_column, util::format_day(util::day_of(now))});
      return pinterest::read_list(list->list->stream().format(), response.body, options, extracted);
    }
    const auto& work = std::get<AnalyticsJob>(job.work);
    const std::string first_day = util::format_day(work.request.range.first);
    const bool single = work.request.route == PinRoute::single;
    const std::string pin = single ? fmt::format("{}", work.request.ids.at(0)) : std::string();
    const pinterest::AnalyticsOptions options{
        .account = work.request.account,
        .granularity = pinterest::settings_of(*work.request.stream, config).granularity,
        .total_date = first_day,
        .app_type = work.request.app_type,
        .pin_id = pin};
    const pinterest::RecordFormat& format = work.partition->stream().format();
    switch (work.request.stream->source) {
      case Source::pin_analytics:
      case Source::user_analytics:
        return pinterest::read_pin_analytics(format, response.body, options, extracted);
      case Source::targeting_analytics:
        return pinterest::read_targeting_analytics(format, response.body, options, extracted);
      case Source::data_quality:
        return compare(work,
                       pinterest::read_ads_analytics(work.partition->totals()->format(), response.body,
                                                     options, extracted),
                       now);
      default:
        return pinterest::read_ads_analytics(format, response.body, options, extracted);
    }
  } catch (const pinterest::UnreadableAnswer& error) {
    return make_fault(Fault::Kind::unreadable, Action::retry,
                      pinterest::is_html(response)
                          ? pinterest::describe_html(response.status, config.api_url)
                          : fmt::format("an answer that cannot be read: {}", error.what()));
  } catch (const pinterest::UnusableRow& error) {
    return make_fault(Fault::Kind::unusable, Action::fail, error.what());
  }
}

std::size_t bytes_of(const Fetched& fetched, std::size_t body) {
  if (const auto* list = std::get_if<pinterest::ListRows>(&fetched.outcome)) return body + list->lines.size();
  if (const auto* rows = std::get_if<pinterest::Rows>(&fetched.outcome)) return body + rows->lines.size();
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
        if (into.spool.size() == 0) into.spool.reserve(report.finished.bytes);
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

  Fetched fetched;
  fetched.endpoint = endpoint_of(job);
  http::Result result = transport.send(request, std::move(stop));
  if (const auto* error = std::get_if<http::TransportError>(&result)) {
    fetched.elapsed = error->elapsed;
    fetched.outcome = transport_fault(*error);
    return fetched;
  }
  auto& response = std::get<http::Response>(result);
  clock.observe(response);
  fetched.status = response.status;
  fetched.elapsed = response.elapsed;
  const util::Instant now = clock.now();
  fetched.rate_limit = http::read_rate_limit_headers(response.headers, now);
  if (!is_success(response.status)) {
    Fault fault = api_fault(config, response, now);
    if (says_none(job, fault.error)) {
      fetched.outcome = pinterest::ListRows();
    } else {
      fetched.outcome = std::move(fault);
    }
  } else if (response.body_cut) {
    fetched.outcome = make_fault(Fault::Kind::api, Action::halve,
                                 fmt::format("an answer of more than {} MB", kMaxBodyBytes >> 20U));
  } else {
    fetched.outcome = read_answer(config, job, response, now);
    fetched.bytes = bytes_of(fetched, response.body.size());
  }
  return fetched;
}

}  // namespace tap_pinterest::sync
