#include "tap_pinterest/pinterest/data_quality.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>

#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/singer/json_reader.hpp"
#include "tap_pinterest/singer/messages.hpp"

namespace tap_pinterest::pinterest {
namespace {

using singer::Token;
using singer::TokenKind;

constexpr double kWholePercent = 100;

// A row about one metric of a level and date.
struct Finding {
  std::string metric;
  std::optional<std::string> account_value;
  std::string stream_value;
  std::string difference;
  std::uint32_t rows = 0;
  std::optional<std::uint32_t> rows_that_differ;
};

// False where it is false of one part, and unknown where it is unknown of one.
std::optional<bool> both(std::optional<bool> left, std::optional<bool> right) {
  if (left == false || right == false) return false;
  if (!left || !right) return std::nullopt;
  return true;
}

Token token_of(const std::optional<bool>& value) {
  if (!value) return {};
  return {TokenKind::boolean, *value ? "true" : "false"};
}

Token number_token(std::string_view text) {
  return {text.find('.') == std::string_view::npos ? TokenKind::integer : TokenKind::decimal, text};
}

// In per cent of the account's value: a difference from nothing is all of it.
double percent_of(const std::string& difference, const std::string& account_value) {
  const double account = std::abs(std::strtod(account_value.c_str(), nullptr));
  return account > 0 ? std::abs(std::strtod(difference.c_str(), nullptr)) / account * kWholePercent
                     : kWholePercent;
}

class Comparer {
 public:
  Comparer(const RecordFormat& format, const SumsByDate& totals, const Comparison& comparison,
           std::string_view time_extracted)
      : format_(format),
        totals_(totals),
        comparison_(comparison),
        read_at_(time_extracted),
        suffix_(singer::record_suffix(time_extracted)),
        builder_(*format.projection) {}

  Rows run() {
    for (const LevelSums& level : comparison_.levels) {
      Agreement& agreement = rows_.agreements[std::string(level.stream)];
      find_places(level.addends.columns());
      std::set<std::string_view> dates;
      for (const SumsByDate* const sums : {&totals_, &level.sums}) {
        for (const auto& [date, unused] : *sums) dates.insert(date);
      }
      for (const std::string_view date : dates) compare_date(level, date, agreement);
    }
    return std::move(rows_);
  }

 private:
  void find_places(const std::vector<std::string_view>& columns) {
    const auto& asked = comparison_.addends.columns();
    places_.clear();
    for (const std::string_view column : columns) {
      const auto place = std::ranges::find(asked, column);
      places_.push_back(place == asked.end()
                            ? std::nullopt
                            : std::optional(static_cast<std::size_t>(place - asked.begin())));
    }
  }

  static const DaySums& on(std::string_view date, const SumsByDate& sums) {
    static const DaySums none;
    const auto found = sums.find(date);
    return found == sums.end() ? none : found->second;
  }

  void compare_date(const LevelSums& level, std::string_view date, Agreement& agreement) {
    const auto first = day_of_date(date);
    const DayRange& range = comparison_.range;
    if (!first || *first < range.first || *first > range.last || !level.read.contains(*first)) return;
    const bool is_total = comparison_.granularity == config::Granularity::total;
    const DayRange period{*first, is_total ? range.last : period_end(*first, comparison_.granularity)};
    const std::vector<Finding> findings = find(level, date, agreement);
    if (findings.empty()) return;
    const bool is_complete = (DaySet{period} - level.complete).empty();
    const ReadyState ready = ready_state(period);
    for (const Finding& finding : findings) write(level, date, finding, is_complete, ready);
    if (is_complete) judge(level, date, findings, ready, agreement);
  }

  std::vector<Finding> find(const LevelSums& level, std::string_view date, Agreement& agreement) const {
    const DaySums& sums = on(date, level.sums);
    const DaySums& totals = on(date, totals_);
    std::vector<Finding> findings;
    const auto& columns = level.addends.columns();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!places_[i]) continue;
      const ColumnSum of_stream = sums.columns.empty() ? ColumnSum() : sums.columns[i];
      ColumnSum total = totals.columns.empty() ? ColumnSum() : totals.columns[*places_[i]];
      if (of_stream.rows + total.rows == 0) continue;
      Finding finding{.metric = std::string(columns[i]),
                      .account_value = total.sum.text(),
                      .stream_value = of_stream.sum.text(),
                      .difference = {},
                      .rows = of_stream.rows,
                      .rows_that_differ = {}};
      total.sum -= of_stream.sum;
      finding.difference = total.sum.text();
      findings.push_back(std::move(finding));
    }
    const auto identities = level.addends.identities();
    for (std::size_t i = 0; i < sums.identities.size(); ++i) {
      const IdentitySum& sum = sums.identities[i];
      if (sum.rows == 0) continue;
      findings.push_back({.metric = config::describe(*identities[i]),
                          .account_value = {},
                          .stream_value = sum.total.text(),
                          .difference = sum.difference.text(),
                          .rows = sum.rows,
                          .rows_that_differ = sum.differing});
      if (sum.differing > 0) agreement.broken_identities[findings.back().metric] += sum.differing;
    }
    return findings;
  }

  // That of all its days. Of those that Pinterest is not asked about, the old ones are ready.
  ReadyState ready_state(DayRange period) const {
    ReadyState state{true, true};
    for (util::Day day = period.first; day <= period.last; day += std::chrono::days(1)) {
      const ReadyState of_day = ready_state(day);
      state = {both(state.conversion_metrics, of_day.conversion_metrics),
               both(state.non_conversion_metrics, of_day.non_conversion_metrics)};
    }
    return state;
  }

  ReadyState ready_state(util::Day day) const {
    if (day >= comparison_.today) return {false, false};
    const auto found = comparison_.ready.find(day);
    if (found != comparison_.ready.end()) return found->second;
    const bool is_old = day < comparison_.today - std::chrono::days(kDaysThatMayBeOpen);
    return is_old ? ReadyState{true, true} : ReadyState();
  }

  void write(const LevelSums& level, std::string_view date, const Finding& finding, bool is_complete,
             const ReadyState& ready) {
    builder_.clear();
    builder_.begin_object();
    const auto put = [this](std::string_view name, Token token) {
      builder_.key(name);
      builder_.scalar(token);
    };
    const std::string rows = std::to_string(finding.rows);
    const std::string differing = std::to_string(finding.rows_that_differ.value_or(0));
    put("ad_account_id", {TokenKind::string, comparison_.account});
    put("stream", {TokenKind::string, level.stream});
    put("DATE", {TokenKind::string, date});
    put("metric", {TokenKind::string, finding.metric});
    if (finding.account_value) put("account_value", number_token(*finding.account_value));
    put("stream_value", number_token(finding.stream_value));
    put("difference", number_token(finding.difference));
    put("rows", number_token(rows));
    if (finding.rows_that_differ) put("rows_that_differ", number_token(differing));
    put("is_complete", token_of(is_complete));
    put("conversion_metrics_ready", token_of(ready.conversion_metrics));
    put("non_conversion_metrics_ready", token_of(ready.non_conversion_metrics));
    put("read_at", {TokenKind::string, read_at_});
    builder_.end_object();
    std::string line = format_.prefix;
    builder_.render(line);
    line += suffix_;
    rows_.lines.append(line);
    ++rows_.records;
  }

  void judge(const LevelSums& level, std::string_view date, const std::vector<Finding>& findings,
             const ReadyState& ready, Agreement& agreement) const {
    const bool is_ready = ready.conversion_metrics == true && ready.non_conversion_metrics == true;
    double worst = 0;
    for (const Finding& finding : findings) {
      if (!finding.account_value || finding.difference == "0") continue;
      const double percent = percent_of(finding.difference, *finding.account_value);
      worst = std::max(worst, percent);
      const auto& most = comparison_.max_difference_percent;
      const bool is_too_large = most && (percent > *most || *finding.account_value == "0");
      if (!is_ready || !is_too_large) continue;
      if (agreement.too_large++ > 0) continue;
      agreement.first_too_large = fmt::format(
          "{} of account {} on {}: {} adds up to {}, but the account has {}", level.stream,
          comparison_.account, date, finding.metric, finding.stream_value, *finding.account_value);
    }
    ++agreement.days;
    if (worst == 0) return;
    ++agreement.differing;
    if (!is_ready) ++agreement.not_ready;
    agreement.worst_percent = std::max(agreement.worst_percent, worst);
  }

  const RecordFormat& format_;
  const SumsByDate& totals_;
  const Comparison& comparison_;
  std::string read_at_;
  std::string suffix_;
  singer::RecordBuilder builder_;
  // Of the level's columns among those that the account was asked for; nothing where it was not.
  std::vector<std::optional<std::size_t>> places_;
  Rows rows_;
};

}  // namespace

Rows compare(const RecordFormat& format, const SumsByDate& totals, const Comparison& comparison,
             std::string_view time_extracted) {
  return Comparer(format, totals, comparison, time_extracted).run();
}

}  // namespace tap_pinterest::pinterest
