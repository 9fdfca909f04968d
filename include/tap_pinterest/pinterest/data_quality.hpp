// The stream data_quality: an account's own totals beside the sums of the rows that a run has read.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "tap_pinterest/pinterest/answers.hpp"
#include "tap_pinterest/pinterest/day_sums.hpp"
#include "tap_pinterest/pinterest/windows.hpp"

namespace tap_pinterest::pinterest {

// Whether Pinterest has booked everything of a day; nothing where that is not known.
struct ReadyState {
  std::optional<bool> conversion_metrics;
  std::optional<bool> non_conversion_metrics;
};
using ReadyStates = std::map<util::Day, ReadyState>;

// What a run has read of one level (a stream) of an account.
struct LevelSums {
  std::string_view stream;
  const Addends& addends;
  const SumsByDate& sums;
  const DaySet& read;
  const DaySet& complete;  // of them: those that can be compared
};

struct Comparison {
  std::string_view account;
  DayRange range = {};  // of the account's totals
  config::Granularity granularity = config::Granularity::day;
  std::vector<LevelSums> levels = {};
  const Addends& addends;  // of the account's totals: other columns are not compared
  const ReadyStates& ready;
  util::Day today;
  // A larger difference on a day that is complete and ready is too large; nothing: none is.
  std::optional<double> max_difference_percent = {};
};

// The rows of data_quality: `totals` of the account, one row a date, beside the sums of each level. What
// neither side has is no row.
Rows compare(const RecordFormat& format, const SumsByDate& totals, const Comparison& comparison,
             std::string_view time_extracted);

}  // namespace tap_pinterest::pinterest
