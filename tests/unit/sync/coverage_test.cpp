#include "tap_pinterest/sync/coverage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "fakes/print_days.hpp"
#include "fakes/test_config.hpp"

namespace tap_pinterest::sync {
namespace {

using config::Granularity;
using fakes::day;
using fakes::instant;
using pinterest::DayRange;
using pinterest::DaySet;
using pinterest::Plan;
using std::chrono::days;
using util::Day;
using Texts = std::vector<std::string>;

const util::Instant kNow = instant("2026-11-24T10:30:00Z");

DayRange range(const char* first, const char* last) { return {day(first), day(last)}; }

CoverageRules rules_of(Granularity granularity = Granularity::day) {
  return {.granularity = granularity,
          .lookback_days = 3,
          .reach = pinterest::ads_reach(granularity),
          .entity_statuses = Texts{"ACTIVE"},
          .rows = "rows",
          .basis = "basis"};
}

// What an entry says after days of ACTIVE were read.
Entry entry_of(DayRange covered) {
  Entry entry;
  entry.bookmark = covered.last;
  entry.covered = {covered};
  entry.entity_statuses = Texts{"ACTIVE"};
  entry.granularity = "DAY";
  entry.rows = "rows";
  return entry;
}

TEST(Coverage, BeginsWithWhatTheRunWants) {
  Coverage coverage({}, rules_of());
  const Plan plan = coverage.plan(kNow);
  ASSERT_EQ(plan.windows.size(), 1U);
  EXPECT_EQ(plan.windows[0], range("2026-10-25", "2026-11-24"));
  coverage.complete(coverage.open(plan.windows[0], kNow), kNow);
  EXPECT_EQ(coverage.covered(), (DaySet{range("2026-10-25", "2026-11-23")}));
  EXPECT_EQ(coverage.entry().bookmark, instant("2026-11-23"));
  EXPECT_EQ(coverage.entry().granularity, "DAY");
  EXPECT_EQ(coverage.entry().entity_statuses, Texts{"ACTIVE"});
  EXPECT_EQ(coverage.entry().rows, "rows");
}

TEST(Coverage, CountsAsEmptyForAnotherKindOfRows) {
  const Entry entry = entry_of(range("2026-10-01", "2026-11-23"));
  CoverageRules more = rules_of();
  more.entity_statuses = Texts{"ACTIVE", "PAUSED"};
  EXPECT_TRUE(Coverage(entry, more).covered().empty());
  EXPECT_TRUE(Coverage(entry, rules_of(Granularity::week)).covered().empty());
  CoverageRules fewer = rules_of();
  fewer.entity_statuses = Texts{};
  EXPECT_EQ(Coverage(entry, fewer).covered(), entry.covered);
  CoverageRules none = rules_of();
  none.entity_statuses.reset();
  EXPECT_EQ(Coverage(entry, none).covered(), entry.covered) << "pins have no statuses";
}

TEST(Coverage, IsWrittenAnewWhereAStatusWasAdded) {
  CoverageRules rules = rules_of();
  rules.entity_statuses = Texts{"ACTIVE", "PAUSED"};
  rules.start_date = day("2026-10-01");
  rules.end_date = day("2026-10-31");
  Coverage coverage(entry_of(range("2026-10-01", "2026-11-23")), rules);
  const Plan plan = coverage.plan(kNow);
  EXPECT_EQ(plan.windows, std::vector{range("2026-10-01", "2026-10-31")});
  coverage.complete(coverage.open(plan.windows[0], kNow), kNow);
  EXPECT_EQ(coverage.covered(), (DaySet{range("2026-10-01", "2026-10-31")}))
      << "days after end_date were not read for the new status";
  EXPECT_EQ(coverage.entry().bookmark, instant("2026-11-23")) << "it never moves back";
}

TEST(Coverage, GoesOnWithAWindowOfTheSameBasisOnly) {
  Coverage coverage({}, rules_of());
  const Window window = coverage.open(range("2026-10-25", "2026-11-24"), kNow);
  EXPECT_FALSE(window.resumed);
  EXPECT_FALSE(coverage.resume());
  coverage.mark(window, 7);

  const auto resumed = Coverage(coverage.entry(), rules_of()).resume();
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->range, window.range);
  EXPECT_EQ(resumed->after_id, 7U);
  EXPECT_EQ(resumed->bookmark, window.bookmark);
  EXPECT_EQ(resumed->covered_to, day("2026-11-23"));
  EXPECT_TRUE(resumed->resumed);

  CoverageRules others = rules_of();
  others.basis = "another";
  Coverage changed(coverage.entry(), others);
  EXPECT_FALSE(changed.resume());
  EXPECT_FALSE(changed.entry().resume);
}

TEST(Coverage, DoesNotTakeWhatRanWhenAWindowWasOpenedForWholeLater) {
  const util::Instant later = kNow + days(5);
  Coverage before({}, rules_of());
  before.mark(before.open(range("2026-10-25", "2026-11-24"), kNow), 7);
  Coverage coverage(before.entry(), rules_of());
  coverage.complete(*coverage.resume(), later);
  EXPECT_EQ(coverage.covered(), (DaySet{range("2026-10-25", "2026-11-23")}));
  EXPECT_EQ(coverage.entry().bookmark, instant("2026-11-23"));
  EXPECT_FALSE(coverage.entry().resume);
  EXPECT_EQ(coverage.plan(later).windows, std::vector{range("2026-11-20", "2026-11-29")});
}

TEST(Coverage, LeavesOutDaysThatWereCut) {
  Coverage coverage({}, rules_of());
  Window window = coverage.open(range("2026-10-25", "2026-11-24"), kNow);
  window.cut = {range("2026-10-25", "2026-10-26")};
  EXPECT_EQ(coverage.miss(window.cut), window.cut);
  coverage.complete(window, kNow);
  EXPECT_EQ(coverage.covered(), (DaySet{range("2026-10-27", "2026-11-23")}));
  EXPECT_EQ(coverage.entry().missed, window.cut);
}

TEST(Coverage, RemembersDaysThatWereCutBeforeADeath) {
  Coverage before({}, rules_of());
  const Window window = before.open(range("2026-10-25", "2026-11-24"), kNow);
  const DaySet cut = {range("2026-10-25", "2026-10-26")};
  before.miss(cut);
  before.mark(window, 7);  // the last id: nothing is left to be asked for, and nothing to be cut
  Coverage coverage(before.entry(), rules_of());
  coverage.complete(*coverage.resume(), kNow);
  EXPECT_EQ(coverage.covered(), (DaySet{range("2026-10-27", "2026-11-23")}));
  EXPECT_EQ(coverage.entry().missed, cut);
}

TEST(Coverage, NamesMissedDaysOnce) {
  Coverage coverage({}, rules_of());
  EXPECT_EQ(coverage.miss({range("2026-01-01", "2026-01-31")}), (DaySet{range("2026-01-01", "2026-01-31")}));
  EXPECT_EQ(coverage.miss({range("2026-01-15", "2026-02-02")}), (DaySet{range("2026-02-01", "2026-02-02")}));
  EXPECT_TRUE(coverage.miss({range("2026-01-15", "2026-02-02")}).empty());
  EXPECT_EQ(coverage.entry().missed, (DaySet{range("2026-01-01", "2026-02-02")}));
}

TEST(Coverage, MissesNothingThatIsRead) {
  Coverage coverage({}, rules_of());
  coverage.miss({range("2026-10-20", "2026-11-10")});
  coverage.complete(coverage.open(range("2026-11-01", "2026-11-24"), kNow), kNow);
  EXPECT_EQ(coverage.entry().missed, (DaySet{range("2026-10-20", "2026-10-31")}));
}

TEST(Coverage, DoesNotLeaveTheRestOfARunningMonthToALaterStart) {
  Entry entry;
  entry.bookmark = instant("2026-11-01T00:00:00Z");
  entry.granularity = "MONTH";
  const Coverage coverage(entry, {.granularity = config::Granularity::month,
                                  .start_date = day("2026-12-20"),
                                  .reach = pinterest::ads_reach(config::Granularity::month)});
  EXPECT_EQ(coverage.plan(instant("2027-01-19T10:00:00Z")).windows.at(0).first, day("2026-11-01"));
}

TEST(Coverage, MissesNothingThatOnlyMoreStatusesLack) {
  Coverage coverage(entry_of(range("2026-10-01", "2026-11-23")), rules_of());
  coverage.miss({range("2026-09-30", "2026-10-05")});  // as a run for more statuses found
  coverage.complete(coverage.open(range("2026-11-24", "2026-11-24"), kNow), kNow);
  EXPECT_EQ(coverage.entry().missed, (DaySet{range("2026-09-30", "2026-09-30")}));
}

TEST(Coverage, BringsBackABookmarkThatAnotherGranularityLeftAhead) {
  Entry entry = entry_of(range("2026-10-01", "2026-11-23"));
  entry.granularity = "HOUR";
  entry.bookmark = instant("2026-11-24T09:00:00Z");
  Coverage coverage(entry, rules_of());
  const Plan plan = coverage.plan(kNow);
  ASSERT_EQ(plan.windows.size(), 1U);
  coverage.complete(coverage.open(plan.windows[0], kNow), kNow);
  EXPECT_EQ(coverage.entry().bookmark, instant("2026-11-23")) << "not a bookmark of today";
}

TEST(Coverage, KeepsNoDaysOfTotals) {
  Coverage coverage({}, rules_of(Granularity::total));
  const Window window = coverage.open(range("2026-10-25", "2026-11-24"), kNow);
  EXPECT_FALSE(window.bookmark);
  EXPECT_FALSE(window.covered_to);
  coverage.complete(window, kNow);
  EXPECT_TRUE(coverage.covered().empty());
  EXPECT_FALSE(coverage.entry().bookmark);
}

TEST(Coverage, ForgetsAnEntryThatSpeaksOfTheFuture) {
  Entry by_days = entry_of(range("2026-10-01", "2026-11-25"));
  by_days.bookmark.reset();
  Entry by_bookmark = entry_of(range("2026-10-01", "2026-11-23"));
  by_bookmark.bookmark = instant("2026-11-25T00:00:00Z");
  for (Entry entry : {by_days, by_bookmark}) {
    entry.resume = ResumeMarker{.range = range("2026-10-01", "2026-11-25"),
                                .after_id = 7,
                                .bookmark = {},
                                .covered_to = {},
                                .basis = "basis"};
    Coverage coverage(entry, rules_of());
    EXPECT_TRUE(coverage.forget_future(kNow));
    EXPECT_FALSE(coverage.entry().bookmark);
    EXPECT_TRUE(coverage.covered().empty());
    EXPECT_FALSE(coverage.resume());
    EXPECT_FALSE(coverage.forget_future(kNow));
  }
  Coverage coverage(entry_of(range("2026-10-01", "2026-11-23")), rules_of());
  EXPECT_FALSE(coverage.forget_future(kNow));
  EXPECT_FALSE(coverage.covered().empty());
}

TEST(Coverage, KeepsAHundredIdsThatWereLeftOut) {
  Coverage coverage({}, rules_of());
  for (std::uint64_t id = kMostLeftOut; id > 0; --id) EXPECT_TRUE(coverage.leave_out(id));
  EXPECT_TRUE(std::ranges::is_sorted(coverage.entry().left_out));
  EXPECT_TRUE(coverage.leave_out(7)) << "it is there already";
  EXPECT_FALSE(coverage.leave_out(kMostLeftOut + 1));
  EXPECT_EQ(coverage.entry().left_out.size(), kMostLeftOut);
  coverage.readmit(7);
  coverage.readmit(7);
  EXPECT_TRUE(coverage.leave_out(kMostLeftOut + 1));
}

TEST(Coverage, AsksForLeftOutIdsFromTheStartOfWhatIsCovered) {
  CoverageRules rules = rules_of();
  rules.start_date = day("2026-11-01");
  Coverage coverage(entry_of(range("2026-09-15", "2026-11-23")), rules);
  const Plan plan = coverage.plan_for_left_out(kNow);
  EXPECT_EQ(plan.windows, std::vector{range("2026-09-15", "2026-11-24")});
  EXPECT_TRUE(plan.missed.empty());

  rules.start_date = day("2026-08-01");
  const Plan earlier = Coverage(entry_of(range("2026-09-15", "2026-11-23")), rules).plan_for_left_out(kNow);
  EXPECT_EQ(earlier.windows, std::vector{range("2026-08-27", "2026-11-24")});
  EXPECT_EQ(earlier.missed, (DaySet{range("2026-08-01", "2026-08-26")}));
}

TEST(Coverage, AsksForLeftOutIdsToTheEndOfWhatIsCovered) {
  CoverageRules rules = rules_of();
  rules.start_date = day("2026-10-01");
  rules.end_date = day("2026-10-31");
  const Coverage coverage(entry_of(range("2026-10-01", "2026-11-20")), rules);
  EXPECT_EQ(coverage.plan_for_left_out(kNow).windows, std::vector{range("2026-10-01", "2026-11-20")});
}

TEST(Coverage, HoldsForNoGranularityOnceRowsOfTwoAreMixed) {
  Coverage weeks(entry_of(range("2026-10-01", "2026-11-23")), rules_of(Granularity::week));
  weeks.mark(weeks.open(weeks.plan(kNow).windows.at(0), kNow), 7);
  Coverage coverage(weeks.entry(), rules_of());
  EXPECT_TRUE(coverage.covered().empty()) << "some Mondays hold weeks now";
  const Plan plan = coverage.plan(kNow);
  EXPECT_EQ(plan.windows, std::vector{range("2026-10-01", "2026-11-24")}) << "from where the entry began";
  coverage.complete(coverage.open(plan.windows[0], kNow), kNow);
  EXPECT_EQ(coverage.entry().granularity, "DAY");
  EXPECT_EQ(coverage.covered(), (DaySet{range("2026-10-01", "2026-11-23")}));
}

// Random histories of one entry, compared with a model that knows for each id and day whether its rows were
// read. Nothing here counts in ranges.

constexpr int kSeeds = 300;
constexpr int kRuns = 12;
constexpr int kIds = 6;
const Texts kStatuses = {"ACTIVE", "PAUSED", "ARCHIVED"};

using Days = std::set<Day>;

Days plain(const DaySet& set) {
  Days result;
  for (const DayRange& part : set.ranges()) {
    for (Day day = part.first; day <= part.last; day += days(1)) result.insert(day);
  }
  return result;
}

// What was really read: bits by id, each set if the day's period was over when its rows were asked for, and
// cleared when its row was replaced by one of another granularity.
class Model {
 public:
  void read(Granularity granularity, int id, DayRange days_read, Day today) {
    log_.push_back({granularity, id, days_read, today});
    note(log_.back());
  }
  // How much was read so far.
  std::size_t size() const { return log_.size(); }
  // Forgets all but the first reads.
  void shrink(std::size_t size) {
    log_.resize(size);
    read_.clear();
    for (const Read& read : log_) note(read);
  }
  // Whether the rows of all these ids were read.
  bool has(Granularity granularity, unsigned ids, Day day) const {
    const auto by_day = read_.find(granularity);
    if (by_day == read_.end()) return ids == 0;
    const auto found = by_day->second.find(day);
    return ((found == by_day->second.end() ? 0 : found->second) & ids) == ids;
  }
  static unsigned bits_of(const Texts& statuses) {
    unsigned bits = 0;
    for (const int id : ids_of(statuses)) bits |= 1U << id;
    return bits;
  }
  // Ids have the statuses in turn.
  static std::vector<int> ids_of(const Texts& statuses) {
    std::vector<int> ids;
    for (int id = 0; id < kIds; ++id) {
      const std::string& status = kStatuses[static_cast<std::size_t>(id) % kStatuses.size()];
      if (std::ranges::find(statuses, status) != statuses.end()) ids.push_back(id);
    }
    return ids;
  }

 private:
  struct Read {
    Granularity granularity;
    int id;
    DayRange range;
    Day today;
  };

  void note(const Read& read) {
    for (Day day = read.range.first; day <= read.range.last; day += days(1)) {
      if (pinterest::period_begin(day, read.granularity) == day) replace(read, day);
      if (pinterest::period_end(day, read.granularity) < read.today) {
        read_[read.granularity][day] |= 1U << read.id;
      }
    }
  }
  // Rows of days, weeks and months have the same keys.
  void replace(const Read& read, Day day) {
    if (read.granularity == Granularity::hour) return;
    for (auto& [granularity, by_day] : read_) {
      if (granularity == Granularity::hour || granularity == read.granularity) continue;
      if (const auto found = by_day.find(day); found != by_day.end()) found->second &= ~(1U << read.id);
    }
  }

  std::vector<Read> log_;
  std::map<Granularity, std::map<Day, unsigned>> read_;
};

class History {
 public:
  explicit History(int seed) : random_(static_cast<std::mt19937::result_type>(seed)) {
    short_reach_ = one_in(4);
    now_ = instant("2026-01-15T00:00:00Z") + std::chrono::hours(below(24 * 365));
    granularity_ = any_granularity();
    statuses_ = any_statuses();
    if (one_in(3)) start_ = today() - days(below(150));
    if (one_in(4)) begin_with_old_state();
    points_.push_back({.state = state_, .reads = model_.size()});
  }

  void run() {
    change_settings();
    trace_ += "\n" + describe_run();
    Texts warnings;
    Entry entry = read_entry(
        &state_, {.replication_key = "DATE", .start_date = start_, .lookback_days = lookback_}, warnings);
    EXPECT_TRUE(warnings.empty()) << testing::PrintToString(warnings);
    coverage_ = Coverage(std::move(entry), rules());
    EXPECT_FALSE(coverage_.forget_future(now_));
    passes_.clear();
    runs_left_ = one_in(3) ? below(8) : 1'000;
    begun_.reset();
    const auto marker = coverage_.entry().resume;
    if (const auto window = coverage_.resume()) {
      passes_.push_back(*window);
    } else {
      if (marker) begun_ = marker->range.first;
      add(plan());
    }
    while (!passes_.empty()) {
      if (!read_window()) {
        // What was not written is not known to the next run.
        named_ = points_.back().named;
        return;
      }
      finish_window();
    }
    save();
    check_end();
  }

  // The target has printed an earlier state than the last, and the run that follows goes on from there.
  void rest() {
    if (one_in(4)) {
      const std::size_t back = std::min<std::size_t>(points_.size(), 1 + static_cast<std::size_t>(below(6)));
      points_.resize(points_.size() - back + 1);
      state_ = points_.back().state;
      named_ = points_.back().named;
      model_.shrink(points_.back().reads);
      trace_ += "\n  killed, back to " + state_.dump();
    }
    const int rest = one_in(3) ? below(121) : below(4);
    now_ += days(rest) + std::chrono::minutes(below(24 * 60));
  }

  const std::string& trace() const { return trace_; }

 private:
  struct Point {
    singer::Json state;
    Days named = {};
    std::size_t reads = 0;
  };

  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  bool one_in(int times) { return below(times) == 0; }
  Day today() const { return util::day_of(now_); }

  Granularity any_granularity() {
    constexpr Granularity kAll[] = {Granularity::day, Granularity::week, Granularity::month,
                                    Granularity::hour};
    return kAll[below(4)];
  }
  Texts any_statuses() {
    Texts statuses;
    for (const std::string& status : kStatuses) {
      if (below(3) > 0) statuses.push_back(status);
    }
    return statuses.empty() ? Texts{"ACTIVE"} : statuses;
  }

  pinterest::Reach reach() const {
    if (granularity_ != Granularity::hour && short_reach_) return {.days_back = 29, .longest_range = 30};
    return pinterest::ads_reach(granularity_);
  }

  // As version 0.1.0 wrote it, which read everything from start_date to the bookmark.
  void begin_with_old_state() {
    const Day bookmark = today() - days(1 + below(40));
    const Day first = bookmark - days(below(60));
    const bool by_hour = granularity_ == Granularity::hour;
    const Day period = pinterest::period_begin(bookmark, granularity_);
    state_ = {{"replication_key", "DATE"},
              {"replication_key_value",
               by_hour ? util::format_day(bookmark) + "T23:00:00Z" : util::format_day(period)},
              {"start_date", util::format_day(std::min(first, period))},
              {"granularity", std::string(config::to_string(granularity_))},
              {"entity_statuses", statuses_}};
    for (const int id : Model::ids_of(statuses_)) {
      model_.read(granularity_, id, {pinterest::period_begin(first, granularity_), bookmark},
                  bookmark + days(1));
    }
  }

  void change_settings() {
    if (one_in(5)) statuses_ = any_statuses();
    if (one_in(3)) granularity_ = any_granularity();
    if (one_in(10)) ++columns_;
    if (one_in(4)) lookback_ = below(40);
    if (one_in(4)) {
      start_.reset();
      if (!one_in(4)) start_ = today() - days(below(150));
    }
    end_.reset();
    if (one_in(4)) end_ = today() - days(below(60) - 3);
    days_less_ = one_in(10) ? 1 : 0;
  }

  CoverageRules rules() const {
    std::string basis = std::to_string(columns_) + std::string(config::to_string(granularity_));
    for (const std::string& status : statuses_) basis += status;
    return {.granularity = granularity_,
            .start_date = start_,
            .end_date = end_,
            .lookback_days = lookback_,
            .reach = reach(),
            .entity_statuses = statuses_,
            .rows = std::to_string(columns_),
            .basis = basis};
  }

  std::string describe_run() const {
    std::string text = util::format_date_time(now_) + " " + std::string(config::to_string(granularity_));
    for (const std::string& status : statuses_) text += " " + status;
    text += " start " + (start_ ? util::format_day(*start_) : "-") + " end " +
            (end_ ? util::format_day(*end_) : "-") + " look-back " + std::to_string(lookback_) + " columns " +
            std::to_string(columns_) + (days_less_ > 0 ? " a day less" : "") + " from " + state_.dump();
    return text;
  }

  // The definition in windows.hpp, in single days.
  Days wanted() const {
    const Entry& entry = coverage_.entry();
    const Days known = plain(entry.covered);
    Days ever = known;
    for (const Day day : plain(entry.missed)) ever.insert(day);
    if (begun_) ever.insert(*begun_);
    Day first = start_.value_or(ever.empty() ? today() - days(pinterest::kDefaultStartDays) : *ever.begin());
    if (start_ && !known.empty()) {
      const int back = coverage_.covered().empty() ? lookback_ : -1;
      first = std::min(first, *known.rbegin() - days(back));
    }
    // A day, week or month that was running has a bookmark and covers nothing yet.
    if (start_ && known.empty() && entry.bookmark) {
      first = std::min(first, last_read_day(*entry.bookmark, granularity_of(entry)) + days(1));
    }
    Days result;
    for (Day day = first; day <= std::min(end_.value_or(today()), today()); day += days(1))
      result.insert(day);
    return result;
  }

  // Of the periods that `day` may belong to, whether one whose rows can be asked for now.
  bool within_reach(Day day) const {
    return pinterest::period_begin(day, granularity_) >= today() - days(reach().days_back);
  }

  Plan plan() {
    wanted_ = wanted();
    planned_on_ = today();
    const Plan result = coverage_.plan(now_);
    Days periods;
    for (const Day day : wanted_) periods.insert(pinterest::period_begin(day, granularity_));
    for (const Day day : plain(result.missed)) {
      EXPECT_TRUE(periods.contains(pinterest::period_begin(day, granularity_)))
          << util::format_day(day) << " is not wanted, and cannot be missed";
      EXPECT_FALSE(within_reach(day)) << util::format_day(day) << " can be read";
      EXPECT_FALSE(coverage_.covered().contains(day)) << util::format_day(day) << " was read";
    }
    for (const Day day : plain(DaySet(result.windows)))
      EXPECT_TRUE(within_reach(day)) << util::format_day(day);
    note_missed(result.missed);
    return result;
  }

  void add(const Plan& plan) {
    for (const DayRange& part : plan.windows) passes_.push_back(coverage_.open(part, now_));
  }

  void note_missed(const DaySet& set) {
    for (const Day day : plain(coverage_.miss(set))) {
      EXPECT_TRUE(named_.insert(day).second) << util::format_day(day) << " is named a second time";
    }
  }

  void save() {
    const Entry& entry = coverage_.entry();
    state_ = write_entry(entry, "DATE", /*as_date=*/granularity_ != Granularity::hour);
    points_.push_back({.state = state_, .named = named_, .reads = model_.size()});
  }

  // False if the run is cut short.
  bool read_window() {
    Window& window = passes_.front();
    for (const int id : Model::ids_of(statuses_)) {
      const auto number = static_cast<std::uint64_t>(id) + 1;
      if (number <= window.after_id) continue;
      if (runs_left_-- == 0) return false;
      if (one_in(8)) now_ += std::chrono::minutes(below(18 * 60));
      send(window, id);
      coverage_.mark(window, number);
      save();
    }
    return runs_left_-- != 0;
  }

  void send(Window& window, int id) {
    const Day judged_on = util::day_of(now_ + std::chrono::minutes(1));
    for (const DayRange& part : pinterest::split_range(window.range, reach().longest_range)) {
      const DayRange sent =
          pinterest::within_reach(part, granularity_, reach().days_back - days_less_, judged_on);
      const DaySet cut = DaySet{part} - DaySet{sent};
      if (!cut.empty()) {
        window.cut = window.cut | cut;
        note_missed(cut - coverage_.covered());
      }
      if (!sent.empty()) model_.read(granularity_, id, sent, today());
    }
  }

  void finish_window() {
    const Window window = passes_.front();
    passes_.pop_front();
    const Entry before = coverage_.entry();
    coverage_.complete(window, now_);
    for (const Day day : plain(coverage_.entry().covered)) named_.erase(day);
    save();
    EXPECT_EQ(named_, plain(coverage_.entry().missed));
    check_covered();
    if (before.bookmark && granularity_of(before) == config::to_string(granularity_)) {
      EXPECT_GE(coverage_.entry().bookmark, before.bookmark);
    }
    if (!window.resumed) return;
    Plan next = plan();
    if (window.range.last == today()) {
      next.windows = (DaySet(next.windows) - DaySet{window.range}).ranges();
    }
    add(next);
  }

  void check_covered() const {
    const Entry& entry = coverage_.entry();
    EXPECT_EQ(entry.covered, coverage_.covered());
    const unsigned ids = Model::bits_of(statuses_);
    for (const Day day : plain(entry.covered)) {
      EXPECT_TRUE(model_.has(granularity_, ids, day)) << util::format_day(day) << " was not read whole";
      EXPECT_LT(pinterest::period_end(day, granularity_), today()) << util::format_day(day) << " is running";
    }
  }

  // Every wanted day that was over when the run was planned.
  void check_end() const {
    const DaySet covered = coverage_.covered();
    const unsigned ids = Model::bits_of(statuses_);
    for (const Day day : wanted_) {
      if (pinterest::period_end(day, granularity_) >= planned_on_) continue;
      const bool missed = coverage_.entry().missed.contains(day);
      EXPECT_TRUE(covered.contains(day) || missed) << util::format_day(day) << " is lost in silence";
      EXPECT_TRUE(model_.has(granularity_, ids, day) || missed) << util::format_day(day) << " was not read";
    }
  }

  std::mt19937 random_;
  std::string trace_;
  Model model_;
  util::Instant now_;

  // Settings.
  Granularity granularity_ = Granularity::day;
  Texts statuses_;
  std::optional<Day> start_;
  std::optional<Day> end_;
  int lookback_ = 3;
  int columns_ = 1;
  int days_less_ = 0;
  bool short_reach_ = false;

  // What the target has printed, and which days were named as missed by then.
  singer::Json state_ = singer::Json::object();
  Days named_;
  std::vector<Point> points_;

  // The run.
  Coverage coverage_;
  std::deque<Window> passes_;
  Days wanted_;
  // Where a window began that was cut short and cannot be gone on with.
  std::optional<Day> begun_;
  Day planned_on_;
  int runs_left_ = 0;
};

TEST(Coverage, LosesNoDayInSilenceWhateverHappens) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    History history(seed);
    for (int run = 0; run < kRuns; ++run) {
      history.run();
      history.rest();
      ASSERT_FALSE(HasFailure()) << "seed " << seed << history.trace();
    }
  }
}

}  // namespace
}  // namespace tap_pinterest::sync
