// What the engine does about requests that fail.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "tap_pinterest/http/retry_policy.hpp"
#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/sync/engine.hpp"

namespace tap_pinterest::sync {
namespace {

using pinterest::Action;
using pinterest::PinRoute;
using pinterest::Source;

// An answer that is not what the endpoint answers is worth so many tries.
constexpr int kUnreadableTries = 3;
// So many timeouts of one analytics request mean that it is too large.
constexpr int kSlowTries = 2;
// "Authentication failed", with 401. A batch of pins is refused with other codes.
constexpr int kCodeNotAuthenticated = 2;
// A pause that the API asks for without saying how long, or of no time at all, is at least this.
constexpr std::chrono::milliseconds kShortestPause{1000};

// It goes to a route that an app may lack.
bool is_pins_batch(const Job& job) {
  const auto* work = std::get_if<AnalyticsJob>(&job.work);
  return work != nullptr && work->request.stream->source == Source::pin_analytics &&
         work->request.route != PinRoute::single;
}

// What a request asked for, for the message of a refusal.
std::string describe_request(const config::Config& config, const Job& job) {
  const auto* work = std::get_if<AnalyticsJob>(&job.work);
  if (work == nullptr) return {};
  std::string text =
      fmt::format("; asked for {} ids, {} to {}, columns {}", work->request.ids.size(),
                  util::format_day(work->request.range.first), util::format_day(work->request.range.last),
                  fmt::join(work->partition->stream().columns(), ","));
  if (work->request.stream->source == Source::ads_analytics) {
    text += fmt::format(", windows of {} (click), {} (engagement) and {} (view) days",
                        config.click_window_days, config.engagement_window_days, config.view_window_days);
  }
  return text;
}

}  // namespace

void Engine::handle(Job job, const Fault& fault, const pinterest::AccessToken& token) {
  switch (fault.kind) {
    case Fault::Kind::cancelled:
      return;
    case Fault::Kind::fatal:
      // What has worked before is configured well: one of many machines fails.
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
      pause(std::move(job), fault);
      return;
    case Action::authenticate:
      authenticate(std::move(job), fault, token);
      return;
    case Action::deny_app:
      if (is_pins_batch(job)) {
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
      fail(job, fault.message + describe_request(config_, job) + "; check the settings, or report it");
      return;
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
  if (job.tries.spent <= config_.max_retry) {
    if (fault.slow && halve_slow(job, fault)) return;
    ++report_.retries;
    log::debug("trying again in {} ms: {}", wait.count(), fault.message);
    queue_.push_again(std::move(job), clock_.steady_now() + wait);
    return;
  }
  if (fault.kind == Fault::Kind::transport && job.tries.answers_before == answers_) {
    end(fmt::format("no answer from api_url for {} s: {}; check the network and run again",
                    config_.max_retry.count(), fault.message));
    return;
  }
  fail(job, fmt::format("{} tries failed, the last with: {}", job.tries.failures, fault.message));
}

// Halves analytics that took too long twice.
bool Engine::halve_slow(Job& job, const Fault& fault) {
  auto* analytics = std::get_if<AnalyticsJob>(&job.work);
  if (analytics == nullptr || ++job.tries.slow < kSlowTries) return false;
  Tries tries = job.tries;
  const bool others_are_answered = tries.answers_before != answers_;
  // Then its size may be the cause, and the halves have all the time there is.
  if (fault.kind == Fault::Kind::transport && others_are_answered) tries = {};
  if (!analytics->partition->halve(*analytics, tries)) return false;
  ++report_.halved;
  return true;
}

void Engine::pause(Job job, const Fault& fault) {
  ++report_.rate_limited;
  const util::SteadyTime now = clock_.steady_now();
  Pauses& pauses = pauses_.at(static_cast<std::size_t>(job.category));
  if (pauses.in_a_row++ == 0) pauses.since = now;
  auto wait = std::max(kShortestPause, fault.wait.value_or(backoff(pauses.in_a_row)));
  // An API that says "soon" again and again asks for a long wait, too.
  const bool too_long = now + wait - pauses.since > config_.max_rate_limit_wait;
  if (too_long)
    wait = std::max<std::chrono::milliseconds>(wait, config_.max_rate_limit_wait + kShortestPause);
  http::RateLimiter& limiter = queue_.limiter(job.category);
  if (now + wait > limiter.paused_until()) {
    log::info("Pinterest's limit for {} is reached: waiting {} s", to_string(job.category),
              std::chrono::ceil<std::chrono::seconds>(wait).count());
  }
  limiter.pause_until(now + wait);
  queue_.push_again(std::move(job), now);
}

void Engine::authenticate(Job job, const Fault& fault, const pinterest::AccessToken& token) {
  const bool about_the_token = fault.error.code == kCodeNotAuthenticated && tokens_.can_renew() &&
                               token.generation != refused_with_pins_;
  // A token of the configuration or of a file may have ended long ago: only a new one settles it.
  const bool was_renewed = job.tries.authenticated_again && token.issued;
  if (is_pins_batch(job) && (!about_the_token || was_renewed)) {
    if (was_renewed) refused_with_pins_ = token.generation;
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
    if (list->list->account().empty()) {
      list->list->fail(fault.message + "; check that the token has the scopes " +
                       std::string(list->list->stream().definition().scopes));
    } else {
      skip_account(list->list->account(), fault.message);
    }
    return;
  }
  const auto& work = std::get<AnalyticsJob>(job.work);
  if (work.partition->account().empty()) {
    work.partition->refused(work, fault.error);
  } else {
    skip_account(work.partition->account(), fault.message);
  }
}

void Engine::skip_account(const std::string& id, const std::string& why) {
  Account& account = accounts_.at(id);
  if (std::exchange(account.skipped, true)) return;
  bool is_known = std::ranges::find(config_.ad_account_ids, id) != config_.ad_account_ids.end();
  for (ListRead* list : account.lists) {
    is_known = is_known || list->had_bookmark();
    list->drop();
  }
  for (AnalyticsPartition* partition : account.partitions) {
    is_known = is_known || partition->had_bookmark();
    partition->drop();
  }
  report_.skipped_accounts.push_back(id);
  const std::string cause = fmt::format("account {} cannot be read and is skipped: {}", id, why);
  log::warning("{}", cause);
  if (is_known) report_.incomplete(cause, kCheckAccount);
}

void Engine::fail(const Job& job, const std::string& why) {
  if (const auto* list = std::get_if<ListJob>(&job.work)) {
    list->list->fail(why);
  } else {
    std::get<AnalyticsJob>(job.work).partition->fail(why);
  }
}

}  // namespace tap_pinterest::sync
