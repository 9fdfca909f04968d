// The life of an asynchronous report: created, asked for until it is finished, downloaded. Each step is a job
// of its own turn in the queue, so nobody waits for one.
#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/sync/engine.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::sync {
namespace {

using pinterest::Category;

// A report that comes to nothing is asked for once more.
constexpr int kMostCreations = 2;
// So many links to one report that cannot be used are no accident.
constexpr int kMostLinks = 5;
// The body and the lines of a report that is held in memory, as parts of its size; and the pieces of others.
constexpr double kBytesInMemory = 2.5;
constexpr std::size_t kBytesOfPieces = 8UL * 1024 * 1024;
// A cost limit that does not say how long it lasts.
constexpr std::chrono::minutes kCostPause{1};

std::string spool_folder() {
  const char* const folder = std::getenv("TMPDIR");
  return folder == nullptr || *folder == '\0' ? "/tmp" : folder;
}

std::size_t memory_for(std::uint64_t bytes) {
  if (bytes > kReportInMemory) return kBytesOfPieces;
  // A size that is not known may be any that is held in memory.
  const auto size = static_cast<double>(bytes == 0 ? kReportInMemory : bytes);
  return static_cast<std::size_t>(size * kBytesInMemory) + 1;
}

void go_to(Job& job, ReportStep step) {
  job.report()->step = step;
  job.category = step == ReportStep::download ? Category::download : Category::ads_analytics;
  job.known_bytes = step == ReportStep::download ? memory_for(job.report()->finished.bytes) : 0;
}

}  // namespace

// Brings a report's job up to date when its turn comes; false if it is put off.
bool Engine::prepare_report(Job& job) {
  ReportProgress& report = *job.report();
  auto& work = std::get<AnalyticsJob>(job.work);
  const util::SteadyTime now = clock_.steady_now();
  if (report.step == ReportStep::create) {
    if (now >= reports_paused_until_) return work.partition->prepare(work);
    queue_.push_again(std::move(job), reports_paused_until_);
    return false;
  }
  if (report.step == ReportStep::download && now - report.linked > pinterest::kLinkIsFresh) {
    go_to(job, ReportStep::poll);
    queue_.push_again(std::move(job), now);
    return false;
  }
  return true;
}

void Engine::report_answered(Job job, const pinterest::ReportStatus& status) {
  const util::SteadyTime now = clock_.steady_now();
  ReportProgress& report = *job.report();
  // It has no rows and no link, and had none before: there is nothing to fetch, but to read.
  const bool is_empty =
      status.url.empty() && status.bytes == 0 && (!report.download || report.finished.url.empty());
  if (report.step == ReportStep::create) {
    job.tries = {};
    report.token = status.token;
    report.created = last_report_created_ = now;
    go_to(job, ReportStep::poll);
    queue_.push_again(std::move(job), now + pinterest::wait_for_report(0));
  } else if (status.state == "FINISHED" && (!status.url.empty() || is_empty)) {
    if (!is_empty && !pinterest::is_safe_link(status.url.reveal(), config_.api_url)) {
      fail(job, "the link to a report is not https, so the report is not fetched");
      return;
    }
    report.finished = status;
    report.linked = now;
    if (!report.download) {
      report.download = std::make_shared<ReportProgress::Download>(
          ReportProgress::Download{.spool = util::Spool(spool_folder(), kReportInMemory)});
    }
    go_to(job, ReportStep::download);
    if (is_empty) job.known_bytes = 1;
    queue_.push_again(std::move(job), now);
  } else if (status.state == "IN_PROGRESS" && now - report.created < config_.report_timeout) {
    job.tries = {};
    const auto wait = pinterest::wait_for_report(++report.polls);
    queue_.push_again(std::move(job), now + wait);
  } else {
    report_lost(std::move(job), status.state.empty() ? "no status" : "status " + status.state);
  }
}

void Engine::report_lost(Job job, const std::string& how) {
  const int created = job.report()->created_before + 1;
  if (created == kMostCreations) {
    fail(job,
         fmt::format("a report was created {} times and not finished, the last time with {}", created, how));
    return;
  }
  const auto& work = std::get<AnalyticsJob>(job.work);
  log::write(log::Level::info, work.partition->stream().id(),
             fmt::format("a report{} was not finished ({}); creating it again",
                         of_account(work.request.account), how));
  *job.report() = ReportProgress{.created_before = created};
  job.tries = {};
  go_to(job, ReportStep::create);
  queue_.push_again(std::move(job), clock_.steady_now());
}

// The link may have expired.
void Engine::refresh_link(Job job, const std::string& why) {
  if (++job.report()->links_refused > kMostLinks) {
    report_lost(std::move(job), why);
    return;
  }
  ++report_.retries;
  const auto wait = backoff(job.report()->links_refused);
  go_to(job, ReportStep::poll);
  queue_.push_again(std::move(job), clock_.steady_now() + wait);
}

// Reports may not be created for a while; all else goes on.
void Engine::delay_report(Job job, const Fault& fault) {
  ++report_.rate_limited;
  const util::SteadyTime now = clock_.steady_now();
  const auto wait = std::max(fault.wait.value_or(kCostPause), std::chrono::milliseconds(Pauses::kShortest));
  // Others may be created meanwhile: then it goes on.
  ReportProgress& report = *job.report();
  if (!report.delayed_since) report.delayed_since = now;
  if (now + wait - std::max(*report.delayed_since, last_report_created_) > config_.max_rate_limit_wait) {
    fail(job,
         fmt::format("Pinterest's limit for reports lasts longer than max_rate_limit_wait_seconds ({}): {}",
                     config_.max_rate_limit_wait.count(), fault.message));
    return;
  }
  if (now + wait > reports_paused_until_) {
    log::info("Pinterest's limit for creating reports is reached: waiting {}",
              util::describe(std::chrono::ceil<std::chrono::seconds>(wait)));
    reports_paused_until_ = now + wait;
  }
  queue_.push_again(std::move(job), now + wait);
}

}  // namespace tap_pinterest::sync
