#include "tap_pinterest/pinterest/sum_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <utility>

#include "tap_pinterest/config/columns.hpp"
#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/util/plural.hpp"

namespace tap_pinterest::pinterest {
namespace {

using singer::RecordCheck;
using singer::RecordSchema;
using singer::TokenKind;
using util::DecimalSum;

constexpr std::string_view kQualityStream = "data_quality";
constexpr std::array<std::string_view, 12> kStatementColumns = {"ad_account_id",
                                                                "stream",
                                                                "DATE",
                                                                "metric",
                                                                "account_value",
                                                                "stream_value",
                                                                "difference",
                                                                "rows",
                                                                "rows_that_differ",
                                                                "is_complete",
                                                                "conversion_metrics_ready",
                                                                "non_conversion_metrics_ready"};
constexpr std::string_view kMetricsObject = "metrics";

// A catalog may have DATE written as a date-time.
std::string_view date_of(std::string_view text) {
  constexpr std::string_view kMidnight = "T00:00:00Z";
  if (text.ends_with(kMidnight)) text.remove_suffix(kMidnight.size());
  return text;
}

// The metric of a column "metrics.CTR", or whatever else is between the two where records are flattened:
// the longest name that stands at the end. Empty for other columns.
std::string_view metric_of(std::string_view column) {
  std::string_view longest;
  if (!column.starts_with(kMetricsObject)) return longest;
  column.remove_prefix(kMetricsObject.size());
  for (const config::Column& metric : config::analytics_columns()) {
    if (metric.name.size() > longest.size() && column.ends_with(metric.name)) longest = metric.name;
  }
  return longest;
}

DecimalSum decimal_of(const std::optional<std::string>& number) {
  DecimalSum sum;
  if (number) sum.add(*number);
  return sum;
}

bool is_equal(const std::optional<std::string>& number, const DecimalSum& sum) {
  DecimalSum rest;
  if (!number || !rest.add(*number)) return false;
  rest -= sum;
  return rest.is_zero();
}

bool is_equal(const std::optional<std::string>& number, std::uint64_t count) {
  return is_equal(number, decimal_of(std::to_string(count)));
}

std::string shown_number(const std::optional<std::string>& number) { return number.value_or("null"); }

// "12.5 less than the account's total of 100 (12.5 %)"
std::string describe_difference(const std::optional<std::string>& difference,
                                const std::optional<std::string>& account_value) {
  std::string text = shown_number(difference);
  const bool is_more = text.starts_with('-');
  const double total = std::strtod(shown_number(account_value).c_str(), nullptr);
  const double share = std::abs(100 * std::strtod(text.c_str(), nullptr) / total);
  const std::string percent = total == 0 ? "" : fmt::format(" ({:.3g} %)", share);
  return fmt::format("is {} {} than the account's total of {}{}", text.substr(is_more ? 1 : 0),
                     is_more ? "more" : "less", shown_number(account_value), percent);
}

}  // namespace

void SumCheck::schema(std::string_view stream, const RecordSchema& schema) {
  if (stream == kQualityStream) {
    columns_.clear();
    for (const std::string_view name : kStatementColumns) {
      if (const auto column = schema.find_column(name)) columns_.emplace(name, *column);
    }
    has_statements_ = columns_.size() == kStatementColumns.size();
  }
  if (!is_compared(stream)) return;
  const auto account = schema.find_column("ad_account_id");
  const auto date = schema.find_column("DATE");
  if (!account || !date) return;
  std::map<std::string_view, std::size_t> found;
  Level level{.account = *account, .date = *date, .metrics = {}, .days = {}};
  for (std::size_t i = 0; i < schema.columns().size(); ++i) {
    const std::string_view metric = metric_of(schema.columns()[i]);
    const config::Column* const column = config::find_column(metric);
    if (column == nullptr || !column->is_additive()) continue;
    found[metric] = i;
    level.metrics.push_back({std::string(metric), {i}});
  }
  for (const config::Identity& identity : config::identities()) {
    std::vector<std::string_view> parts(identity.parts.begin(), identity.parts.end());
    std::erase(parts, std::string_view());
    Metric metric{config::describe(identity), {}};
    parts.insert(parts.begin(), identity.total);
    for (const std::string_view name : parts) {
      if (const auto column = found.find(name); column != found.end())
        metric.columns.push_back(column->second);
    }
    if (metric.columns.size() == parts.size()) level.metrics.push_back(std::move(metric));
  }
  levels_.insert_or_assign(std::string(stream), std::move(level));
}

void SumCheck::record(std::string_view stream, const RecordCheck& record, singer::KeyState state,
                      std::size_t line) {
  if (!has_statements_) return;
  if (const auto level = levels_.find(stream); level != levels_.end()) add_row(level->second, record, state);
  if (stream != kQualityStream) return;
  const auto text = [&](std::string_view name) -> std::optional<std::string> {
    const singer::Token value = record.value(columns_.find(name)->second);
    if (value.kind == TokenKind::null) return std::nullopt;
    return std::string(value.text);
  };
  const bool is_ready = text("is_complete") == "true" && text("conversion_metrics_ready") == "true" &&
                        text("non_conversion_metrics_ready") == "true";
  StatementKey key{text("ad_account_id").value_or(""), text("stream").value_or(""), text("DATE").value_or(""),
                   text("metric").value_or("")};
  statements_[std::move(key)] = {line,
                                 is_ready,
                                 text("account_value"),
                                 text("stream_value"),
                                 text("difference"),
                                 text("rows"),
                                 text("rows_that_differ")};
}

void SumCheck::add_row(Level& level, const RecordCheck& record, singer::KeyState state) {
  if (state == singer::KeyState::repeat) return;
  std::string place(record.value(level.account).text);
  place.append(1, '\n').append(date_of(record.value(level.date).text));
  Day& day = level.days[std::move(place)];
  day.is_changed = day.is_changed || state == singer::KeyState::changed;
  day.totals.resize(level.metrics.size());
  for (std::size_t i = 0; i < level.metrics.size(); ++i) add(level.metrics[i], record, day.totals[i]);
}

void SumCheck::add(const Metric& metric, const RecordCheck& record, Total& total) {
  // Numbers in text count too: a catalog may have them written so.
  DecimalSum whole;
  if (!whole.add(record.value(metric.columns.front()).text)) return;
  if (metric.columns.size() > 1) {
    DecimalSum difference = whole;
    bool has_part = false;
    for (std::size_t i = 1; i < metric.columns.size(); ++i) {
      DecimalSum part;
      has_part = part.add(record.value(metric.columns[i]).text) || has_part;
      difference -= part;
    }
    if (!has_part) return;
    if (!difference.is_zero()) ++total.rows_that_differ;
    total.difference += difference;
  }
  total.sum += whole;
  ++total.rows;
}

std::optional<std::string> SumCheck::compare(const StatementKey& key, const Statement& statement) const {
  const auto& [account, stream, date, name] = key;
  const auto level = levels_.find(stream);
  if (level == levels_.end()) return std::nullopt;
  const auto metric = std::ranges::find(level->second.metrics, name, &Metric::name);
  if (metric == level->second.metrics.end()) return std::nullopt;
  const auto day = level->second.days.find(fmt::format("{}\n{}", account, date_of(date)));
  Total total;
  if (day != level->second.days.end()) {
    if (day->second.is_changed) return std::nullopt;
    total = day->second.totals[static_cast<std::size_t>(metric - level->second.metrics.begin())];
  }
  const bool is_identity = metric->columns.size() > 1;
  if (!is_identity) {
    total.difference = decimal_of(statement.account_value);
    total.difference -= total.sum;
  }
  std::vector<std::string> wrong;
  const auto note = [&wrong](std::string_view what, const std::optional<std::string>& said, const auto& is) {
    if (!is_equal(said, is)) wrong.push_back(fmt::format("{} is {}", what, shown_number(said)));
  };
  note("stream_value", statement.stream_value, total.sum);
  note("difference", statement.difference, total.difference);
  note("rows", statement.rows, total.rows);
  if (is_identity) note("rows_that_differ", statement.rows_that_differ, total.rows_that_differ);
  if (wrong.empty()) return "";
  return fmt::format("account {}, {} on {}: {}: {}, but {} of this output add up to {} (difference {}{})",
                     account, stream, date, name, fmt::join(wrong, ", "),
                     util::plural(total.rows, "row", "rows"), total.sum.text(), total.difference.text(),
                     is_identity ? fmt::format(", {} that differ", total.rows_that_differ) : "");
}

std::string SumCheck::finish(const singer::FindingSink& findings) const {
  if (!has_statements_)
    return "sums: not checked; select the stream data_quality, with all its columns, to have them checked";
  std::uint64_t checked = 0;
  for (const auto& [key, statement] : statements_) {
    const auto& [account, stream, date, name] = key;
    const std::optional<std::string> wrong = compare(key, statement);
    if (wrong) ++checked;
    if (wrong && !wrong->empty()) findings({"sum", statement.line, *wrong});
    if (!statement.is_ready) continue;
    const std::string where = fmt::format("account {}, {} on {}", account, stream, date);
    if (name.find(" = ") != std::string::npos) {
      if (!is_equal(statement.rows_that_differ, std::uint64_t{0})) {
        findings({"identity", statement.line,
                  fmt::format("{}: {} does not hold in {} of {} rows (difference {})", where, name,
                              shown_number(statement.rows_that_differ), shown_number(statement.rows),
                              shown_number(statement.difference))});
      }
    } else if (!is_equal(statement.difference, DecimalSum())) {
      findings({"difference", statement.line,
                fmt::format("{}: {} {}", where, name,
                            describe_difference(statement.difference, statement.account_value))});
    }
  }
  std::string text = fmt::format("sums: {} of {} recomputed", checked,
                                 util::plural(statements_.size(), "line", "lines") + " of data_quality");
  if (checked < statements_.size()) {
    text += "; the others are about rows that changed while they were read, or columns that are not selected";
  }
  return text;
}

}  // namespace tap_pinterest::pinterest
