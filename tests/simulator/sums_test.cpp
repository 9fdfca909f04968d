// What adds up in the simulated Pinterest, beside what the tap takes to add up.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "calendar.hpp"
#include "columns.hpp"
#include "entities.hpp"
#include "simulator.hpp"
#include "tap_pinterest/config/columns.hpp"
#include "tap_pinterest/util/decimal_sum.hpp"

namespace simulator {
namespace {

using Json = nlohmann::json;
using tap_pinterest::config::Identity;
using tap_pinterest::util::DecimalSum;

constexpr const char* kBearer = "Bearer access-token-000000";
constexpr const char* kAccount = "/v5/ad_accounts/549755885175";

// The names of all columns that add up, by whoever takes them.
std::vector<std::string> additive_names(std::span<const Column> columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) {
    if (is_additive(column.kind)) names.emplace_back(column.name);
  }
  return names;
}

// An integer may come as 1000.0 and a number as text. What nlohmann makes a double of has 15 digits at most,
// and so is the shortest decimal of that double; its own dump() at times is not.
void add(DecimalSum& sum, const Json& value) {
  if (value.is_null()) return;
  const std::string text = value.is_string()         ? value.get<std::string>()
                           : value.is_number_float() ? fmt::format("{}", value.get<double>())
                                                     : value.dump();
  EXPECT_TRUE(sum.add(text)) << value;
}

// By date (empty for TOTAL) and column: the exact sums that are not 0, as text.
using Totals = std::map<std::pair<std::string, std::string>, std::string>;

Totals totals_of(const std::vector<Json>& rows, const std::vector<std::string>& columns) {
  std::map<std::pair<std::string, std::string>, DecimalSum> sums;
  for (const Json& row : rows) {
    for (const std::string& column : columns) {
      add(sums[{row.value("DATE", ""), column}], row.value(column, Json()));
    }
  }
  Totals totals;
  for (const auto& [key, sum] : sums) {
    if (!sum.is_zero()) totals[key] = sum.text();
  }
  return totals;
}

// What of `totals` is not so in `others`, and the other way round.
Totals differing(const Totals& totals, const Totals& others) {
  Totals found;
  std::ranges::set_symmetric_difference(totals, others, std::inserter(found, found.end()));
  return found;
}

// How far the total is above its parts; what is null or missing counts as nothing.
DecimalSum excess(const Json& row, const Identity& identity) {
  DecimalSum difference;
  add(difference, row.value(std::string(identity.total), Json()));
  for (const std::string_view part : identity.parts) {
    DecimalSum value;
    if (!part.empty()) add(value, row.value(std::string(part), Json()));
    difference -= value;
  }
  return difference;
}

struct Level {
  EntityKind kind;
  std::string_view path;    // of direct requests
  std::string_view ids;     // the parameter that names the entities
  std::string_view report;  // its name in reports
};

constexpr auto kLevels =
    std::to_array<Level>({{EntityKind::kAccount, "", "", "ADVERTISER"},
                          {EntityKind::kCampaign, "/campaigns", "campaign_ids", "CAMPAIGN"},
                          {EntityKind::kAdGroup, "/ad_groups", "ad_group_ids", "AD_GROUP"},
                          {EntityKind::kAd, "/ads", "ad_ids", "PIN_PROMOTION"}});

struct Period {
  std::string_view granularity;
  std::string_view start;
  std::string_view end;
};

constexpr auto kPeriods = std::to_array<Period>({{"DAY", "2026-02-20", "2026-03-01"},
                                                 {"HOUR", "2026-02-28", "2026-03-01"},
                                                 {"WEEK", "2026-02-05", "2026-03-01"},
                                                 {"MONTH", "2026-01-05", "2026-03-01"},
                                                 {"TOTAL", "2026-02-20", "2026-03-01"}});

class SumsTest : public testing::TestWithParam<bool> {
 protected:
  SumsTest() {
    options_.limits = LimitTier::kOff;
    options_.plain_values = GetParam();
    options_.campaigns = 3;
    options_.ad_groups = 5;
    options_.ads = 11;
    options_.report_polls = 0;
  }

  Simulator& it() {
    if (!it_) {
      it_ = std::make_unique<Simulator>(options_, [this] { return now_; });
      it_->handle({.method = "POST",
                   .target = "/_simulator/generation",
                   .authorization = {},
                   .content_type = {},
                   .body = R"({"value": 1})"});
    }
    return *it_;
  }

  Json answer(const Request& request) {
    const Answer answer = it().handle(request).answer;
    std::string text = answer.body;
    for (bool more = answer.next_piece != nullptr; more;) more = answer.next_piece(text);
    EXPECT_EQ(answer.status, 200) << text;
    return Json::parse(text);
  }

  Json get(const std::string& target) {
    return answer({.target = target, .authorization = kBearer, .content_type = {}, .body = {}});
  }

  std::vector<Json> direct(const Level& level, const Period& period,
                           const std::vector<std::string>& columns) {
    std::string target =
        fmt::format("{}{}/analytics?granularity={}&start_date={}&end_date={}&columns={}", kAccount,
                    level.path, period.granularity, period.start, period.end, fmt::join(columns, ","));
    const World world = it().world();
    for (std::int64_t i = 0; !level.ids.empty() && i < world.count(level.kind, 0); ++i) {
      target += fmt::format("&{}={}", level.ids, world.id({level.kind, 0, i}));
    }
    return get(target).get<std::vector<Json>>();
  }

  std::vector<Json> by_report(const Level& level, const Period& period,
                              const std::vector<std::string>& columns) {
    const Json body{{"level", level.report},
                    {"granularity", period.granularity},
                    {"start_date", period.start},
                    {"end_date", period.end},
                    {"columns", columns}};
    const std::string reports = std::string(kAccount) + "/reports";
    const Json made = answer({.method = "POST",
                              .target = reports,
                              .authorization = kBearer,
                              .content_type = "application/json",
                              .body = body.dump()});
    const std::string url = get(reports + "?token=" + made["token"].get<std::string>())["url"];
    std::vector<Json> rows;
    for (const Json& of_id : answer({.target = url.substr(url.find("/_reports/")),
                             .authorization = {},
                             .content_type = {},
                             .body = {}})) {
      rows.insert(rows.end(), of_id.begin(), of_id.end());
    }
    return rows;
  }

  Options options_;
  Instant now_ = *parse_instant("2026-03-01T12:30:00Z");
  std::unique_ptr<Simulator> it_;
};

INSTANTIATE_TEST_SUITE_P(Values, SumsTest, testing::Bool(),
                         [](const auto& values) { return values.param ? "Plain" : "Odd"; });

TEST(SumColumns, AreTheTaps) {
  for (const auto columns : {all_columns(), report_columns()}) {
    for (const Column& column : columns) {
      const auto* const taps = tap_pinterest::config::find_report_column(column.name);
      ASSERT_NE(taps, nullptr) << column.name;
      EXPECT_EQ(taps->is_additive(), is_additive(column.kind)) << column.name;
      const bool is_text = column.kind == ColumnKind::kIdentity || column.kind == ColumnKind::kUnset;
      const bool is_price = column.name.ends_with("_PRICE");
      EXPECT_EQ(taps->is_text(), is_text || is_price) << column.name;
    }
  }
}

TEST(SumColumns, HaveThePartsThatTheTapKnows) {
  std::map<std::string_view, std::array<std::string_view, 3>> known;
  for (const Identity& identity : tap_pinterest::config::identities()) known[identity.total] = identity.parts;
  std::map<std::string_view, std::array<std::string_view, 3>> held;
  for (const Column& column : report_columns()) {
    if (column.parts[0] == nullptr) continue;
    for (std::size_t i = 0; i < 3; ++i) {
      held[column.name].at(i) = column.parts.at(i) == nullptr ? "" : column.parts.at(i)->name;
    }
  }
  EXPECT_EQ(held, known);
}

TEST_P(SumsTest, AllLevelsAreTheAccountAtEveryGranularity) {
  const auto columns = additive_names(all_columns());
  for (const Period& period : kPeriods) {
    const Totals account = totals_of(direct(kLevels[0], period, columns), columns);
    EXPECT_GT(account.size(), columns.size() / 2) << period.granularity;
    for (const Level& level : kLevels) {
      EXPECT_EQ(differing(totals_of(direct(level, period, columns), columns), account), Totals())
          << level.path << period.granularity;
    }
  }
}

TEST_P(SumsTest, ReportsAddUpToWhatDirectRequestsSayAndEveryIdentityHoldsInEveryRow) {
  const auto columns = additive_names(report_columns());
  auto shared = additive_names(all_columns());
  std::erase(shared, "QUIZ_PIN_RESULT_OPEN");
  EXPECT_EQ(columns.size(), 473U);
  std::set<std::string_view> with_value;
  for (const Period& period : kPeriods) {
    Totals account;
    for (const Level& level : kLevels) {
      const auto rows = by_report(level, period, columns);
      const Totals totals = totals_of(rows, columns);
      if (account.empty()) {
        account = totals;
        const auto directly = totals_of(direct(level, period, shared), shared);
        EXPECT_EQ(differing(totals_of(rows, shared), directly), Totals()) << period.granularity;
      }
      EXPECT_EQ(differing(totals, account), Totals()) << level.report << period.granularity;
      for (const Json& row : rows) {
        for (const Identity& identity : tap_pinterest::config::identities()) {
          EXPECT_TRUE(excess(row, identity).is_zero()) << identity.total << row;
          if (!row.value(std::string(identity.total), Json()).is_null()) with_value.insert(identity.total);
        }
      }
    }
    EXPECT_GT(account.size(), columns.size() / 2) << period.granularity;
  }
  EXPECT_EQ(with_value.size(), tap_pinterest::config::identities().size());
}

TEST_P(SumsTest, ABrokenIdentityIsOneRowOfEachLevelAndTheLevelsAddUp) {
  const std::vector<std::string> columns{"IMPRESSION_1", "IMPRESSION_2", "TOTAL_IMPRESSION"};
  const Identity identity{"TOTAL_IMPRESSION", {"IMPRESSION_1", "IMPRESSION_2", ""}};
  constexpr Period kDays{"DAY", "2026-01-01", "2026-02-28"};
  constexpr Period kHours{"HOUR", "2026-02-26", "2026-02-28"};
  for (const Period& period : {kDays, kHours}) {
    const bool by_day = period.granularity == "DAY";
    options_.broken_identity = by_day ? 3 : 1;
    it_.reset();
    const auto account = direct(kLevels[0], period, columns);
    std::map<std::string, std::string> broken;
    for (const Json& row : account) {
      const DecimalSum by = excess(row, identity);
      if (!by.is_zero()) broken[row["DATE"]] = by.text();
    }
    EXPECT_GE(broken.size(), by_day ? 10U : 3U);
    EXPECT_LT(broken.size(), account.size() / 2);
    for (const Level& level : kLevels) {
      const auto rows = direct(level, period, columns);
      EXPECT_EQ(totals_of(rows, columns), totals_of(account, columns)) << level.path;
      std::map<std::string, std::string> found;
      for (const Json& row : rows) {
        const DecimalSum by = excess(row, identity);
        if (by.is_zero()) continue;
        EXPECT_TRUE(found.emplace(row["DATE"], by.text()).second) << level.path << row;
        EXPECT_EQ(by.text(), "-1");
      }
      EXPECT_EQ(found, broken) << level.path;
    }
  }
}

TEST_P(SumsTest, AnAccountThatDiffersDoesSoOnItsDaysInAllItsColumns) {
  options_.account_difference = 2.5;
  const std::vector<std::string> columns{"SPEND_IN_DOLLAR", "SPEND_IN_MICRO_DOLLAR", "TOTAL_IMPRESSION",
                                         "LEADS"};
  const Period february{"DAY", "2026-02-01", "2026-02-28"};
  for (const bool report : {false, true}) {
    const auto rows = [&](const Level& level) {
      return report ? by_report(level, february, columns) : direct(level, february, columns);
    };
    const Totals account = totals_of(rows(kLevels[0]), columns);
    std::set<std::string> days;
    for (const auto& [key, total] : totals_of(rows(kLevels[1]), columns)) {
      if (account.at(key) != total) days.insert(key.first);
    }
    EXPECT_EQ(days,
              (std::set<std::string>{"2026-02-05", "2026-02-10", "2026-02-15", "2026-02-20", "2026-02-25"}));
  }
}

}  // namespace
}  // namespace simulator
