#include "tap_pinterest/sync/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tap_pinterest/util/dates.hpp"
#include "tap_pinterest/util/plural.hpp"

namespace tap_pinterest::sync {
namespace {

std::string describe(const std::string& stream, const pinterest::Agreement& agreement) {
  constexpr double kTenth = 0.1;
  if (agreement.days == 0) {
    return "no day could be compared with the totals of its accounts";
  }
  const std::string days = util::plural(agreement.days, "day", "days");
  if (agreement.differing == 0) return fmt::format("{} adds up to its accounts on {}", stream, days);
  const std::string percent = agreement.worst_percent < kTenth
                                  ? "less than 0.1"
                                  : fmt::format("up to {:.1f}", agreement.worst_percent);
  const std::string open =
      agreement.not_ready > 0 ? fmt::format(", {} of them not final yet", agreement.not_ready) : "";
  return fmt::format("{} adds up to its accounts on {} of {}; {} {} by {} %{} (data_quality says which)",
                     stream, agreement.days - agreement.differing, days, agreement.differing,
                     agreement.differing == 1 ? "differs" : "differ", percent, open);
}

}  // namespace

std::string name_accounts(std::span<const std::string> accounts) {
  const auto named = accounts.first(std::min(accounts.size(), kMostAccountsNamed));
  const std::string more =
      named.size() < accounts.size() ? fmt::format(" and {} more", accounts.size() - named.size()) : "";
  return fmt::format("account{} {}{}", accounts.size() == 1 ? "" : "s", fmt::join(named, ", "), more);
}

std::string of_account(const std::string& account) {
  return account.empty() ? "" : fmt::format(" of account {}", account);
}

void Report::incomplete(std::string cause, std::string_view remedy) {
  if (causes_.empty()) first_remedy_ = remedy;
  causes_.push_back(std::move(cause));
}

void Report::stream_incomplete(const std::string& stream, const std::string& cause, std::string_view remedy) {
  incomplete_streams.insert(stream);
  log::write(log::Level::error, stream, cause);
  incomplete(cause, remedy);
}

std::string Report::last_line() const {
  const std::string more =
      causes_.size() > 1 ? fmt::format(" (and {} more, see above)", causes_.size() - 1) : "";
  return fmt::format("{}{}; {}", causes_.front(), more, first_remedy_);
}

void Report::add_request(const std::string& endpoint, int status, std::chrono::microseconds elapsed) {
  ++requests[{endpoint, status}];
  request_time[{endpoint, status}] += elapsed;
}

void Report::add_stream_time(const std::string& stream, util::SteadyTime begin, util::SteadyTime end) {
  Span& span = stream_time.try_emplace(stream, Span{begin, end}).first->second;
  span.begin = std::min(span.begin, begin);
  span.end = std::max(span.end, end);
}

void Report::say_once(log::Level level, std::string_view stream, const std::string& message) {
  if (said_.insert(fmt::format("{}: {}", stream, message)).second) log::write(level, stream, message);
}

void Report::missed(const std::string& stream, const std::string& account, const util::DaySet& days,
                    bool is_new) {
  if (days.empty()) return;
  if (!is_new) {
    missed_[{stream, util::describe(days)}].push_back(account);
    return;
  }
  log::write(log::Level::warning, stream,
             fmt::format("{}{} were never read, and Pinterest no longer answers for days that old",
                         util::describe(days), of_account(account)));
}

void Report::say_missed() const {
  for (const auto& [what, accounts] : missed_) {
    const std::string where = accounts.front().empty() ? "" : " of " + name_accounts(accounts);
    log::write(log::Level::info, what.first, fmt::format("{}{} are still missing", what.second, where));
  }
}

void Report::add_agreement(const std::string& stream, const pinterest::Agreement& agreement) {
  pinterest::Agreement& all = agreements_[stream];
  all.days += agreement.days;
  all.differing += agreement.differing;
  all.not_ready += agreement.not_ready;
  all.worst_percent = std::max(all.worst_percent, agreement.worst_percent);
  all.too_large += agreement.too_large;
  if (all.first_too_large.empty()) all.first_too_large = agreement.first_too_large;
  for (const auto& [identity, rows] : agreement.broken_identities) all.broken_identities[identity] += rows;
}

void Report::say_what_adds_up() {
  for (const auto& [stream, agreement] : agreements_) {
    log::write(log::Level::info, stream, describe(stream, agreement));
    for (const auto& [identity, rows] : agreement.broken_identities) {
      log::write(log::Level::info, stream,
                 fmt::format("{} does not hold in {} (data_quality says where)", identity,
                             util::plural(rows, "row", "rows")));
    }
    if (agreement.too_large == 0) continue;
    const std::string more =
        agreement.too_large > 1 ? fmt::format(" ({} such differences in all)", agreement.too_large) : "";
    const std::string cause =
        fmt::format("{}; that exceeds max_difference_percent{}", agreement.first_too_large, more);
    log::write(log::Level::error, stream, cause);
    incomplete(cause, "data_quality has every difference");
  }
}

std::uint64_t Report::request_count() const {
  std::uint64_t count = 0;
  for (const auto& [endpoint, requests_made] : requests) count += requests_made;
  return count;
}

std::vector<std::string> Report::table(const std::vector<std::string>& streams,
                                       std::chrono::seconds duration) const {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{:<20} {:>12}", "stream", "records"));
  for (const std::string& stream : streams) {
    const auto found = records.find(stream);
    lines.push_back(fmt::format("{:<20} {:>12}", stream, found == records.end() ? 0 : found->second));
  }
  lines.push_back(fmt::format("{} in {}; {}, {}, {}, {}",
                              util::plural(request_count(), "request", "requests"), util::describe(duration),
                              util::plural(retries, "retry", "retries"),
                              util::plural(rate_limited, "rate-limit pause", "rate-limit pauses"),
                              util::plural(halved, "batch halved", "batches halved"),
                              util::plural(token_renewals, "token renewal", "token renewals")));
  if (!pins_refused.empty()) {
    lines.push_back(util::plural(pins_refused.size(), "pin is gone or cannot be read",
                                 "pins are gone or cannot be read"));
  }
  if (!skipped_accounts.empty()) {
    lines.push_back(fmt::format("skipped accounts: {}", fmt::join(skipped_accounts, ", ")));
  }
  return lines;
}

}  // namespace tap_pinterest::sync
