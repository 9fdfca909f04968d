#include "tap_pinterest/sync/tally.hpp"

#include <string>

namespace tap_pinterest::sync {

void Tally::end_window(util::DayRange range, const util::DaySet& complete) {
  // Dates and hours begin with their day, so that they are in the order of days.
  const std::string first = util::format_day(range.first);
  const std::string behind = util::format_day(range.last + std::chrono::days(1));
  sums_.erase(sums_.lower_bound(first), sums_.lower_bound(behind));
  sums_.merge(window_);
  begin_window();
  read_.add(range);
  complete_ = (complete_ - util::DaySet{range}) | complete;
}

void Tally::end_of_left_out() {
  std::erase_if(window_, [this](const auto& sums) {
    const auto day = pinterest::day_of_date(sums.first);
    return !day || !read_.contains(*day);
  });
  pinterest::add(sums_, window_);
  begin_window();
}

}  // namespace tap_pinterest::sync
