#include "tap_pinterest/sync/fetch.hpp"

#include <fmt/format.h>

#include <utility>

#include "tap_pinterest/sync/list_read.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::sync {
namespace {

using pinterest::Action;
using pinterest::PinRoute;
using pinterest::Source;

std::string url_of(const config::Config& config, const Job& job) {
  if (const auto* list = std::get_if<ListJob>(&job.work)) {
    return pinterest::list_url(config, list->list->request(list->bookmark));
  }
  const auto& work = std::get<AnalyticsJob>(job.work);
  return pinterest::analytics_url(config, work.request, work.partition->stream().columns());
}

std::string endpoint_of(const Job& job) {
  if (const auto* list = std::get_if<ListJob>(&job.work)) {
    return std::string(list->list->stream().definition().path);
  }
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

std::variant<Fault, pinterest::ListRows, pinterest::Rows> read_answer(const config::Config& config,
                                                                      const Job& job,
                                                                      http::Response& response,
                                                                      util::Instant now) {
  const std::string extracted = util::format_date_time(std::chrono::floor<std::chrono::milliseconds>(now));
  try {
    if (const auto* list = std::get_if<ListJob>(&job.work)) {
      return pinterest::read_list(list->list->stream().format(), response.body, list->list->options(),
                                  extracted);
    }
    const auto& work = std::get<AnalyticsJob>(job.work);
    const std::string first_day = util::format_day(work.request.range.first);
    const bool single = work.request.route == PinRoute::single;
    const std::string pin = single ? fmt::format("{}", work.request.ids.at(0)) : std::string();
    const pinterest::AnalyticsOptions options{.account = work.request.account,
                                              .granularity = config.granularity,
                                              .total_date = first_day,
                                              .app_type = work.request.app_type,
                                              .pin_id = pin};
    const pinterest::RecordFormat& format = work.partition->stream().format();
    switch (work.request.stream->source) {
      case Source::pin_analytics:
        return pinterest::read_pin_analytics(format, response.body, options, extracted);
      case Source::targeting_analytics:
        return pinterest::read_targeting_analytics(format, response.body, options, extracted);
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

}  // namespace

Fetched fetch(const config::Config& config, pinterest::ApiClock& clock, http::Transport& transport,
              const Job& job, const util::Secret& token, std::stop_token stop) {
  http::Request request;
  request.url = url_of(config, job);
  request.headers = {{"Accept", "application/json"}};
  request.authorization = util::Secret("Bearer " + token.reveal());
  request.timeout = config.request_timeout;
  request.max_body_bytes = kMaxBodyBytes;

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
  constexpr int kFirstSuccess = 200;
  constexpr int kFirstRedirect = 300;
  if (response.status < kFirstSuccess || response.status >= kFirstRedirect) {
    fetched.outcome = api_fault(config, response, now);
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
