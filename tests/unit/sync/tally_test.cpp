#include "tap_pinterest/sync/tally.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tap_pinterest::sync {
namespace {

util::Day of_march(int number) { return util::Day(std::chrono::year(2026) / 3 / number); }
util::DayRange march(int first, int last) { return {of_march(first), of_march(last)}; }

pinterest::SumsByDate spent(const std::string& date, const std::string& amount) {
  pinterest::SumsByDate sums;
  auto& columns = sums[date].columns;
  columns.resize(1);
  columns[0].sum.add(amount);
  columns[0].rows = 1;
  return sums;
}

std::string spend_on(const Tally& tally, const std::string& date) {
  const auto day = tally.sums().find(date);
  return day == tally.sums().end() ? "nothing" : day->second.columns.at(0).sum.text();
}

TEST(Tally, AddsWhatIsReadOfAWindow) {
  Tally tally;
  tally.add(spent("2026-03-01", "1.5"));
  tally.add(spent("2026-03-01", "1.5"));
  EXPECT_TRUE(tally.read().empty());
  tally.end_window(march(1, 3), util::DaySet{march(1, 2)});
  EXPECT_EQ(spend_on(tally, "2026-03-01"), "3");
  EXPECT_EQ(tally.read(), util::DaySet{march(1, 3)});
  EXPECT_EQ(tally.complete(), util::DaySet{march(1, 2)});
}

TEST(Tally, ALaterReadingOfADayReplacesTheEarlier) {
  Tally tally;
  tally.add(spent("2026-03-01", "1"));
  tally.add(spent("2026-03-03", "1"));
  tally.end_window(march(1, 3), {});
  tally.begin_window();
  tally.add(spent("2026-03-03", "5"));
  tally.end_window(march(2, 4), util::DaySet{march(2, 4)});
  EXPECT_EQ(spend_on(tally, "2026-03-01"), "1");
  EXPECT_EQ(spend_on(tally, "2026-03-03"), "5");
  EXPECT_EQ(tally.complete(), util::DaySet{march(2, 4)});
  tally.begin_window();
  tally.end_window(march(3, 3), {});
  EXPECT_EQ(spend_on(tally, "2026-03-03"), "nothing");
  EXPECT_EQ(tally.complete(), (util::DaySet{march(2, 2), march(4, 4)}));
}

TEST(Tally, HoursBelongToTheirDay) {
  Tally tally;
  tally.add(spent("2026-03-02T23:00:00Z", "1"));
  tally.end_window(march(2, 2), {});
  tally.begin_window();
  tally.end_window(march(3, 3), {});
  EXPECT_EQ(spend_on(tally, "2026-03-02T23:00:00Z"), "1");
  tally.end_window(march(2, 2), {});
  EXPECT_EQ(spend_on(tally, "2026-03-02T23:00:00Z"), "nothing");
}

TEST(Tally, WhatWasNotReadToItsEndCountsForNothing) {
  Tally tally;
  tally.add(spent("2026-03-01", "1"));
  tally.begin_window();
  tally.end_window(march(1, 1), {});
  EXPECT_EQ(spend_on(tally, "2026-03-01"), "nothing");
}

TEST(Tally, IdsThatWereLeftOutBeforeBelongToTheDaysThatWereRead) {
  Tally tally;
  tally.add(spent("2026-03-02", "1"));
  tally.end_window(march(2, 3), {});
  tally.begin_window();
  for (const char* const date : {"2026-03-01", "2026-03-02", "2026-03-03"}) tally.add(spent(date, "7"));
  tally.end_of_left_out();
  EXPECT_EQ(spend_on(tally, "2026-03-01"), "nothing");
  EXPECT_EQ(spend_on(tally, "2026-03-02"), "8");
  EXPECT_EQ(spend_on(tally, "2026-03-03"), "7") << "nobody else has rows on that day";
  EXPECT_EQ(tally.read(), util::DaySet{march(2, 3)});
}

}  // namespace
}  // namespace tap_pinterest::sync
