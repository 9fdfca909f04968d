// What the engine does about requests that fail.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "tap_pinterest/http/retry_policy.hpp"
#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/sync/engine.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::sync {
namespace {

using pinterest::Action;
using pinterest::PinRoute;
using pinterest::Source;
using pinterest::StreamDefinition;

// An answer that is not what the endpoint answers is worth so many tries.
constexpr int kUnreadableTries = 3;
// So many timeouts of one analytics request mean that it is too large.
constexpr int kSlowTries = 2;
// "Authentication failed", with 401. A batch of pins is refused with other codes.
constexpr int kCodeNotAuthenticated = 2;
// So many refusals for a first day that is too old may come of a clock of Pinterest's that runs ahead.
constexpr int kTooOldTries = 3;

// Pins are refused one by one, and one of their routes may be closed to an app: such refusals say nothing of
// the token.
bool is_of_pins(const Job& job) {
  const auto* work = std::get_if<AnalyticsJob>(&job.work);
  return work != nullptr && work->request.stream->source == Source::pin_analytics;
}

// Reports, and streams that are not read by default: an app may lack them, and all else goes on.
bool is_optional(const Job& job) {
  if (const auto* list = std::get_if<ListJob>(&job.work)) {
    return !list->list->stream().definition().selected_by_default;
  }
  const auto* work = std::get_if<AnalyticsJob>(&job.work);
  return work != nullptr && (work->request.by_report || !work->request.stream->selected_by_default);
}

bool is_batch(const Job& job) {
  const auto* work = std::get_if<AnalyticsJob>(&job.work);
  return work != nullptr && work->request.route == PinRoute::bulk;
}

// What a request asks for: "campaigns of account 1", "ad_analytics of account 1 from 2026-03-01 to
// 2026-03-09".
std::string describe(const Job& job) {
  if (const auto* list = std::get_if<ListJob>(&job.work)) {
    return fmt::format("{}{}{}", list->list->stream().id(), of_account(list->list->account()),
                       list->bookmark.empty() ? "" : ", a later page");
  }
  const pinterest::AnalyticsRequest& request = std::get<AnalyticsJob>(job.work).request;
  if (request.by_report) {
    return fmt::format("{}{}, a report from {} to {}", request.stream->id, of_account(request.account),
                       util::format_day(request.range.first), util::format_day(request.range.last));
  }
  return fmt::format("{}{}, {} ids from {} to {}", request.stream->id, of_account(request.account),
                     request.ids.size(), util::format_day(request.range.first),
                     util::format_day(request.range.last));
}

}  // namespace

void Engine::handle(Job job, const Fault& fault, const pinterest::AccessToken& token) {
  if (ReportProgress* const report = job.report(); report != nullptr && report->download) {
    // Slow, but it comes: nothing is spent as long as more arrives.
    if (const std::size_t size = report->download->spool.size(); size > report->had) {
      report->had = size;
      job.tries = {};
    }
  }
  switch (fault.kind) {
    case Fault::Kind::link:
      refresh_link(std::move(job), fault.message);
      return;
    case Fault::Kind::cancelled:
      return;
    case Fault::Kind::fatal:
      // The configuration has worked in this run: one bad server of many.
      if (answers_ > 0) {
        try_again(std::move(job), fault);
      } else {
        end(fmt::format("cannot connect to api_url: {}; check api_url and ca_file", fault.message));
      }
      return;
    case Fault::Kind::unusable:
      fail(job, fault.message);
      return;
    case Fault::Kind::unreadable:
      if (++job.tries.unreadable >= kUnreadableTries) {
        fail(job, fault.message);
        return;
      }
      try_again(std::move(job), fault);
      return;
    case Fault::Kind::transport:
      try_again(std::move(job), fault);
      return;
    case Fault::Kind::api:
      handle_answer(std::move(job), fault, token);
      return;
  }
}

void Engine::handle_answer(Job job, const Fault& fault, const pinterest::AccessToken& token) {
  auto* analytics = std::get_if<AnalyticsJob>(&job.work);
  switch (fault.action) {
    case Action::retry:
      try_again(std::move(job), fault);
      return;
    case Action::wait:
      if (job.report() != nullptr && pinterest::says_cost_limit(fault.error)) {
        delay_report(std::move(job), fault);
      } else {
        pause(std::move(job), fault);
      }
      return;
    case Action::authenticate:
      authenticate(std::move(job), fault, token);
      return;
    case Action::deny_app:
      if (is_of_pins(job) || is_optional(job)) {
        deny(job, fault);
      } else {
        end(fmt::format("Pinterest refuses the app: {}; {}", fault.message, pinterest::kCheckApp));
      }
      return;
    case Action::halve:
      ++report_.halved;
      if (analytics == nullptr || !analytics->partition->halve(*analytics, job.tries)) {
        fail(job, fault.message);
      }
      return;
    case Action::deny:
      deny(job, fault);
      return;
    case Action::accept:
    case Action::fail:
      refuse(std::move(job), fault);
      return;
  }
}

// Trying again changes nothing, but one id or one day may be the cause.
void Engine::refuse(Job job, const Fault& fault) {
  const auto* list = std::get_if<ListJob>(&job.work);
  if (list != nullptr && list->list->ask_one_by_one(*list)) return;
  auto* analytics = std::get_if<AnalyticsJob>(&job.work);
  if (analytics == nullptr || fault.error.status != pinterest::kBadRequest) {
    fail(job, fault.message + "; check the settings, or report it");
    return;
  }
  if (!pinterest::says_too_old(fault.error)) {
    analytics->partition->refused(*analytics, fault.error);
    return;
  }
  if (++job.tries.too_old <= kTooOldTries) {
    ++report_.retries;
    const auto wait = backoff(job.tries.too_old);
    queue_.push_again(std::move(job), clock_.steady_now() + wait);
  } else if (analytics->partition->shorten_reach(*analytics)) {
    job.tries.too_old = 0;
    queue_.push_again(std::move(job), clock_.steady_now());
  } else {
    fail(job, fault.message);
  }
}

std::chrono::milliseconds Engine::backoff(int failures) {
  std::uniform_real_distribution<double> random(0, 1);
  return http::backoff(failures, random(random_));
}

void Engine::try_again(Job job, const Fault& fault) {
  ++job.tries.failures;
  const auto wait = backoff(job.tries.failures);
  job.tries.spent += wait;
  const bool in_time = job.tries.spent <= config_.max_retry;
  // Code 12 comes soon, and narrowing ends soon; timeouts would spend the time again for each half.
  const bool can_narrow = job.report() == nullptr || job.report()->step == ReportStep::create;
  const bool may_narrow = can_narrow && fault.slow && (in_time || fault.kind == Fault::Kind::api);
  if (may_narrow && (++job.tries.slow >= kSlowTries || !in_time) && make_smaller(job, fault)) {
    ++report_.halved;
    return;
  }
  if (in_time) {
    ++report_.retries;
    const std::string where = describe(job);
    log::debug("{}: retrying in {} ms: {}", where, wait.count(), fault.message);
    // Until there is an answer the configuration or the network may be wrong: that is worth a word.
    if (fault.kind == Fault::Kind::transport && answers_ == 0) {
      report_.say_once(
          log::Level::info, {},
          fmt::format("no answer from {} yet ({}); retrying for up to {}",
                      pinterest::host_of(config_.api_url), fault.message, util::describe(config_.max_retry)));
    }
    queue_.push_again(std::move(job), clock_.steady_now() + wait);
    return;
  }
  const bool is_download = job.category == pinterest::Category::download;
  if (fault.kind == Fault::Kind::transport && job.tries.answers_before == answers_ && !is_download) {
    end(fmt::format("no answer from api_url for {}: {}; check the network and run again",
                    util::describe(config_.max_retry), fault.message));
    return;
  }
  auto* analytics = std::get_if<AnalyticsJob>(&job.work);
  const bool others_succeed = job.tries.successes_before != successes_;
  if (analytics != nullptr && fault.kind == Fault::Kind::api &&
      analytics->partition->leave_out_alone(*analytics, fault.error, others_succeed)) {
    return;
  }
  fail(job, fmt::format("{} attempts failed, the last with: {}", job.tries.failures, fault.message));
}

// Halves analytics that timed out twice, or met code 12.
bool Engine::make_smaller(const Job& job, const Fault& fault) {
  const auto* analytics = std::get_if<AnalyticsJob>(&job.work);
  if (analytics == nullptr) return false;
  if (fault.kind == Fault::Kind::api) {
    return analytics->partition->isolate(*analytics, fault.error, job.tries);
  }
  // Where others are answered its size may be the cause, and the halves have all the time there is.
  const bool others_are_answered = job.tries.answers_before != answers_;
  return analytics->partition->halve(*analytics, others_are_answered ? Tries() : job.tries);
}

void Engine::pause(Job job, const Fault& fault) {
  ++report_.rate_limited;
  const util::SteadyTime now = clock_.steady_now();
  const auto wait = pauses_.refused(
      job.category, fault.wait, [this](int refusals) { return backoff(refusals); },
      config_.max_rate_limit_wait, now);
  http::RateLimiter& limiter = queue_.limiter(job.category);
  if (now + wait > limiter.paused_until()) {
    const bool stops = wait > config_.max_rate_limit_wait;
    log::info("Pinterest's limit for {} is reached: {} {}", to_string(job.category),
              stops ? "it resets in" : "waiting",
              util::describe(std::chrono::ceil<std::chrono::seconds>(wait)));
  }
  limiter.pause_until(now + wait);
  queue_.push_again(std::move(job), now);
}

void Engine::authenticate(Job job, const Fault& fault, const pinterest::AccessToken& token) {
  const bool is_about_the_token = fault.error.code.value_or(kCodeNotAuthenticated) == kCodeNotAuthenticated;
  // A token of the configuration or of a file may have ended long ago: only a new one settles it.
  const bool was_renewed = job.tries.authenticated_again && token.issued;
  const bool renewing_is_vain = !tokens_.can_renew() || token.generation == refused_with_pins_;
  const bool is_about_the_request = !is_about_the_token || was_renewed;
  const bool is_about_the_route = is_batch(job) && renewing_is_vain;
  if (is_of_pins(job) ? is_about_the_request || is_about_the_route
                      : is_optional(job) && is_about_the_request) {
    if (is_of_pins(job) && was_renewed) refused_with_pins_ = token.generation;
    deny(job, fault);
    return;
  }
  const auto current = tokens_.current();
  if (!current || current->generation == token.generation) {
    if (was_renewed) {
      end(fmt::format("Pinterest refuses a token that was just renewed: {}; {}", fault.message,
                      pinterest::kCheckApp));
      return;
    }
    job.tries.authenticated_again = true;
    tokens_.refused(token.generation, fault.message);
  }
  queue_.push_again(std::move(job), clock_.steady_now());
}

void Engine::deny(const Job& job, const Fault& fault) {
  if (const auto* list = std::get_if<ListJob>(&job.work)) {
    const std::string_view scopes = list->list->stream().definition().scopes;
    if (is_optional(job)) {
      // 501 is what item issues of some catalogs answer.
      const bool is_gone =
          fault.error.status == pinterest::kNotFound || fault.error.status == pinterest::kNotImplemented;
      if (list->list->ask_one_by_one(*list) || list->list->skip_one(*list, is_gone, fault.message)) return;
      refuse_stream(list->list, fmt::format("Pinterest refuses it: {}", fault.message));
    } else if (list->list->account().empty() && fault.error.status == pinterest::kNotFound &&
               successes_ == 0) {
      end(
          fmt::format("api_url is wrong: {} answers 404 to {}; it must be the URL of the API, such as "
                      "https://api.pinterest.com/v5",
                      pinterest::host_of(config_.api_url), list->list->stream().definition().path));
    } else if (list->list->account().empty()) {
      list->list->fail(
          fault.message,
          fmt::format("the token needs the scopes {}: sign in again with 'tap-pinterest login' and run again",
                      scopes));
    } else {
      skip_account(list->list->account(), fault.message);
    }
    return;
  }
  const auto& work = std::get<AnalyticsJob>(job.work);
  if (work.request.by_report && work.report.step == ReportStep::poll) {
    report_lost(job, fault.message);
  } else if (!work.request.stream->selected_by_default) {
    refuse_stream(work.partition, fmt::format("Pinterest refuses it: {}", fault.message));
  } else if (work.request.by_report) {
    work.partition->fail(fmt::format("Pinterest refuses reports: {}", fault.message));
  } else if (work.partition->account().empty()) {
    work.partition->refused(work, fault.error);
  } else {
    skip_account(work.partition->account(), fault.message);
  }
}

// What helps where a stream is refused.
std::string Engine::remedy_of(const StreamDefinition& stream) {
  // It may be read for the sake of others alone.
  std::vector<std::string_view> selected;
  for (const StreamDefinition& each : definitions_) {
    const bool needs_it = each.id == stream.id || pinterest::depends_on(each, stream.id);
    if (needs_it && selected_stream(each.id) != nullptr) selected.push_back(each.id);
  }
  const std::string lacking = pinterest::find_lacking_scopes(stream, tokens_.scope());
  if (!lacking.empty()) {
    return fmt::format(
        "the token lacks the scope {}: grant it with 'tap-pinterest login --scope {}', or deselect {}",
        lacking, lacking, fmt::join(selected, ", "));
  }
  return fmt::format("it needs {}; deselect {}, or ask Pinterest for access", stream.scopes,
                     fmt::join(selected, ", "));
}

// Of an account that nobody has asked for by name, and of which nothing was read before, that is a warning.
template <typename Part>
void Engine::refuse_stream(const std::shared_ptr<Part>& reading, const std::string& why) {
  const StreamDefinition& definition = reading->stream().definition();
  const std::string& account = reading->account();
  const auto& wanted = config_.ad_account_ids;
  const bool is_of_template = definition.custom != nullptr && !definition.custom->ad_account_id.empty();
  const bool is_known = account.empty() || reading->had_entry() || reading->anything_answered() ||
                        is_of_template || std::ranges::find(wanted, account) != wanted.end();
  if (is_known) {
    reading->fail(why, remedy_of(definition));
    return;
  }
  log::write(log::Level::warning, reading->stream().id(),
             fmt::format("{}{} is left out: {}", definition.id, of_account(account), why));
  std::string& refused = refused_[reading->stream().id()];
  refused = why;
  reading->leave_out();
}

// Refused for every account: then it was selected in vain.
void Engine::say_what_is_refused() {
  for (const auto& [id, why] : refused_) {
    if (answered_.contains(id)) continue;
    report_.stream_incomplete(id, fmt::format("{} cannot be read for any ad account: {}", id, why),
                              remedy_of(*std::ranges::find(definitions_, id, &StreamDefinition::id)));
  }
}

void Engine::skip_account(const std::string& id, const std::string& why) {
  Account& account = accounts_.at(id);
  if (std::exchange(account.skipped, true)) return;
  bool is_known = std::ranges::find(config_.ad_account_ids, id) != config_.ad_account_ids.end();
  for (const auto& list : account.reading.lists) {
    is_known = is_known || list->had_entry();
    list->drop();
  }
  for (const auto& partition : account.reading.partitions) {
    is_known = is_known || partition->had_entry();
    partition->drop();
  }
  report_.skipped_accounts.push_back(id);
  const std::string cause = fmt::format("account {} cannot be read and is skipped: {}", id, why);
  log::warning("{}", cause);
  if (is_known) report_.incomplete(cause, kCheckAccount);
}

void Engine::fail(const Job& job, const std::string& why) {
  if (const auto* list = std::get_if<ListJob>(&job.work)) {
    list->list->fail_one(*list, why);
    return;
  }
  const auto& work = std::get<AnalyticsJob>(job.work);
  if (work.request.by_report) {
    work.partition->fail_report(work, why);
  } else {
    work.partition->fail(why);
  }
}

}  // namespace tap_pinterest::sync
