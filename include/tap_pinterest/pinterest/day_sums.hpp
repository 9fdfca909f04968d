// What the rows of analytics add up to, by their DATE: exact, and only of columns that add up at all.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/config/columns.hpp"
#include "tap_pinterest/singer/projection.hpp"
#include "tap_pinterest/util/dates.hpp"
#include "tap_pinterest/util/decimal_sum.hpp"

namespace tap_pinterest::pinterest {

// Of a column: the rows that have a value, and their sum.
struct ColumnSum {
  util::DecimalSum sum;
  std::uint32_t rows = 0;
};

// Of an identity: the rows that have its total and a part of it.
struct IdentitySum {
  util::DecimalSum total;
  util::DecimalSum difference;  // the totals less their parts
  std::uint32_t rows = 0;
  std::uint32_t differing = 0;  // of them: those in which it does not hold
};

// In the order of Addends.
struct DaySums {
  std::vector<ColumnSum> columns;
  std::vector<IdentitySum> identities;
};

using SumsByDate = std::map<std::string, DaySums, std::less<>>;

// The day that a DATE is, or that its hour, week or month begins with; nothing if it is none.
std::optional<util::Day> day_of_date(std::string_view date);

// What of the rows of a stream is summed; immutable, and shared by all threads.
class Addends {
 public:
  // Those of `columns` that add up, and the identities between them. `projection` makes the rows.
  Addends(const std::vector<std::string>& columns, const singer::Projection& projection);

  // The names of the columns.
  const std::vector<std::string_view>& columns() const { return columns_; }
  std::vector<const config::Identity*> identities() const;

  // Adds a finished row, whose DATE is `date`.
  void add_row(const singer::RecordBuilder& row, std::string_view date, SumsByDate& sums) const;

 private:
  struct Sides {
    const config::Identity* identity;
    std::size_t total;  // a place in the row, as are the parts
    std::vector<std::size_t> parts;
  };

  std::vector<std::string_view> columns_;
  std::vector<std::size_t> places_;  // of the columns in a row
  std::vector<Sides> identities_;
};

// Adds `more` to `sums`, of the same addends.
void add(SumsByDate& sums, const SumsByDate& more);

}  // namespace tap_pinterest::pinterest
