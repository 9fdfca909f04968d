// The columns of the analytics endpoints, from Pinterest's OpenAPI document 5.23.0.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace tap_pinterest::config {

enum class ColumnKind {
  text,      // a name, status, type, id, label, tag or yes/no
  ratio,     // a number that does not add up
  additive,  // a number whose values of ads add up to those of ad groups, campaigns and the account
};

struct Column {
  std::string_view name;
  ColumnKind kind;

  bool is_text() const { return kind == ColumnKind::text; }
  bool is_additive() const { return kind == ColumnKind::additive; }
};

// A column that is the sum of two or three others in each row. All are additive.
struct Identity {
  std::string_view total;
  std::array<std::string_view, 3> parts;  // the third may be empty
};

// All columns that the synchronous ads analytics endpoints take, in the document's order.
std::span<const Column> analytics_columns();
// Their names alone.
std::span<const std::string_view> analytics_column_names();
// The column of exactly that name, or null.
const Column* find_column(std::string_view name);
// All columns that asynchronous reports take: most of the above, and what they alone have.
std::span<const std::string_view> report_column_names();
// The column of either kind of exactly that name, or null.
const Column* find_report_column(std::string_view name);
// All identities among the columns of either kind: what is paid and what is earned, and what people did after
// a click, after another engagement and after a view, make the total.
std::span<const Identity> identities();
// "TOTAL_X = X_1 + X_2"
std::string describe(const Identity& identity);
// All targeting types of asynchronous reports; some levels have not all of them.
std::span<const std::string_view> report_targeting_types();
// The columns requested when `analytics_columns` is not set.
std::span<const std::string_view> default_analytics_columns();
// The metric types of pin analytics that the tap takes.
std::span<const std::string_view> pin_metric_types();
// The metric types of the user's account.
std::span<const std::string_view> user_metric_types();
// All targeting types of the synchronous targeting analytics; some levels have not all of them.
std::span<const std::string_view> targeting_types();
// The targeting types requested when `targeting_types` is not set.
std::span<const std::string_view> default_targeting_types();

}  // namespace tap_pinterest::config
