#include "simulator.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "calendar.hpp"
#include "entities.hpp"
#include "hash.hpp"
#include "metrics.hpp"
#include "pages.hpp"

namespace simulator {
namespace {

using Json = nlohmann::json;

constexpr const char* kAccount = "/v5/ad_accounts/549755885175";
constexpr const char* kQuestion =
    "client_id=app&redirect_uri=http%3A%2F%2Flocalhost%3A8085%2F&response_type=code&scope=ads%3Aread%2Cpins%"
    "3Aread"
    "&state=0123456789abcdef";
constexpr const char* kReport = "&granularity=DAY&columns=SPEND_IN_DOLLAR,TOTAL_IMPRESSION";

// A simulator with a clock that stands still, and what asks it.
class SimulatorTest : public testing::Test {
 protected:
  static Options small() {
    Options options;
    options.limits = LimitTier::kOff;
    return options;
  }

  static Options plain() {
    Options options = small();
    options.plain_values = true;
    options.short_pages = false;
    return options;
  }

  Simulator& start(Options options) {
    it_ = std::make_unique<Simulator>(std::move(options), [this] { return now_; });
    return *it_;
  }

  Answer ask(const std::string& target, const std::string& token = "access-token-000000") {
    return it_->handle({.target = target, .authorization = "Bearer " + token, .content_type = {}, .body = {}})
        .answer;
  }

  Json get(const std::string& target) {
    const Answer answer = ask(target);
    EXPECT_EQ(answer.status, 200) << target << "\n" << answer.body;
    return Json::parse(answer.body);
  }

  void post(const std::string& target, const std::string& body) {
    EXPECT_EQ(
        it_->handle(
               {.method = "POST", .target = target, .authorization = {}, .content_type = {}, .body = body})
            .answer.status,
        200);
  }

  Answer ask_for_token(const std::string& form) {
    return it_
        ->handle({.method = "POST",
                  .target = "/v5/oauth/token",
                  .authorization = "Basic " + base64("app:app-secret-000000"),
                  .content_type = "application/x-www-form-urlencoded",
                  .body = form})
        .answer;
  }

  Answer refresh(const std::string& token) {
    return ask_for_token("grant_type=refresh_token&continuous_refresh=true&refresh_token=" + token);
  }

  Answer press(const std::string& query, const std::string& form) {
    return it_
        ->handle({.method = "POST",
                  .target = "/oauth/?" + query,
                  .authorization = {},
                  .content_type = {},
                  .body = form})
        .answer;
  }

  static std::string location(const Answer& answer) {
    for (const auto& [name, value] : answer.headers) {
      if (name == "Location") return value;
    }
    return {};
  }

  // A code that a person has allowed.
  std::string allowed_code() {
    const std::string back = location(press(kQuestion, "decision=allow"));
    const std::size_t begin = back.find("code=") + 5;
    return back.substr(begin, back.find('&', begin) - begin);
  }

  Answer redeem(const std::string& code, const std::string& redirect_uri = "http%3A%2F%2Flocalhost%3A8085%2F",
                const std::string& rest = "&continuous_refresh=true") {
    return ask_for_token("grant_type=authorization_code&code=" + code + "&redirect_uri=" + redirect_uri +
                         rest);
  }

  static std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
      if (c == '+') {
        out += "%2B";
      } else if (c == '/') {
        out += "%2F";
      } else {
        out += c;
      }
    }
    return out;
  }

  // All items of a list, following bookmarks wherever they lead.
  std::vector<Json> read_list(const std::string& target, int& pages) {
    std::vector<Json> items;
    std::string bookmark;
    for (pages = 0; pages < 1'000;) {
      const Json page = get(bookmark.empty() ? target : target + "&bookmark=" + escaped(bookmark));
      ++pages;
      for (const Json& item : page["items"]) items.push_back(item);
      if (!page.contains("bookmark") || page["bookmark"].is_null() || page["bookmark"] == "") return items;
      EXPECT_NE(page["bookmark"], bookmark);
      bookmark = page["bookmark"];
    }
    ADD_FAILURE() << "the list has no end";
    return items;
  }

  std::string first_id(EntityKind kind) const { return std::to_string(it_->world().id({kind, 0, 0})); }

  Instant now_ = *parse_instant("2026-03-01T12:30:00Z");
  std::unique_ptr<Simulator> it_;
};

TEST(Hash, PermutationHasAnInverse) {
  for (const std::uint32_t value : {0U, 1U, 77U, 65'535U, 65'536U, 0xffffffffU}) {
    EXPECT_EQ(unpermute(permute(value, 5), 5), value);
  }
}

TEST(Calendar, KnowsWhichDaysExist) {
  EXPECT_TRUE(parse_day("2028-02-29"));
  EXPECT_FALSE(parse_day("2026-02-29"));
  EXPECT_FALSE(parse_day("2026-2-01"));
  EXPECT_FALSE(parse_day("2026-02-01x"));
  EXPECT_EQ(format_day(monday_of(*parse_day("2026-03-01"))), "2026-02-23");
  EXPECT_EQ(format_http_date(*parse_instant("2026-03-01T12:00:05Z")), "Sun, 01 Mar 2026 12:00:05 GMT");
}

TEST(Pages, Base64GoesThereAndBack) {
  for (const std::string text : {"", "a", "ab", "abc", "abcd"}) EXPECT_EQ(unbase64(base64(text)), text);
  EXPECT_EQ(base64("app:secret"), "YXBwOnNlY3JldA==");
}

TEST_F(SimulatorTest, IdsAscendAndLeadBack) {
  start(small());
  const World world = it_->world();
  for (const EntityKind kind : {EntityKind::kCampaign, EntityKind::kAdGroup, EntityKind::kAd}) {
    std::uint64_t last = 0;
    for (std::int64_t i = 0; i < world.count(kind, 1); ++i) {
      const std::uint64_t id = world.id({kind, 1, i});
      EXPECT_GT(id, last);
      last = id;
      ASSERT_TRUE(world.find(kind, 1, id));
      EXPECT_EQ(world.find(kind, 1, id)->index, i);
      EXPECT_FALSE(world.find(kind, 0, id));
    }
  }
  for (std::int64_t pin = 0; pin < world.pin_count(); ++pin)
    EXPECT_EQ(world.find_pin(world.pin_id(pin)), pin);
}

TEST_F(SimulatorTest, SameSeedSameAnswerOtherSeedOtherAnswer) {
  const std::string target = std::string(kAccount) + "/ads?page_size=250";
  start(small());
  const std::string first = ask(target).body;
  start(small());
  EXPECT_EQ(ask(target).body, first);
  Options other = small();
  other.seed = 2;
  start(other);
  EXPECT_NE(ask(target).body, first);
}

TEST_F(SimulatorTest, ListsAreCoveredOnceWhateverThePages) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Options options = small();
    options.seed = seed;
    start(options);
    int pages = 0;
    const auto items =
        read_list(std::string(kAccount) +
                      "/ads?order=ASCENDING&page_size=10&entity_statuses=ACTIVE&entity_statuses="
                      "PAUSED&entity_statuses=ARCHIVED&entity_statuses=DRAFT&entity_statuses="
                      "DELETED_DRAFT",
                  pages);
    ASSERT_EQ(items.size(), 120U);
    EXPECT_GT(pages, 12);
    for (std::size_t i = 0; i < items.size(); ++i) {
      EXPECT_EQ(items[i]["id"],
                std::to_string(it_->world().id({EntityKind::kAd, 0, static_cast<std::int64_t>(i)})));
    }
    std::set<std::string> pins;
    const auto pin_items = read_list("/v5/pins?page_size=7&include_protected_pins=true", pages);
    for (const Json& pin : pin_items) pins.insert(pin["id"].get<std::string>());
    EXPECT_EQ(pin_items.size(), 50U);
    EXPECT_EQ(pins.size(), 50U);
  }
}

TEST_F(SimulatorTest, PlainPagesAreFull) {
  start(plain());
  int pages = 0;
  EXPECT_EQ(read_list("/v5/pins?page_size=10&include_protected_pins=true", pages).size(), 50U);
  EXPECT_EQ(pages, 5);
}

TEST_F(SimulatorTest, ProtectedPinsAreListedOnlyIfAsked) {
  start(plain());
  int pages = 0;
  std::set<std::string> shown;
  for (const Json& pin : read_list("/v5/pins?page_size=25", pages))
    shown.insert(pin["id"].get<std::string>());
  for (std::int64_t pin = 0; pin < it_->world().pin_count(); ++pin) {
    const std::string id = std::to_string(it_->world().pin_id(pin));
    EXPECT_EQ(shown.contains(id), !pin_is_protected(it_->world(), pin)) << id;
  }
  EXPECT_LT(shown.size(), 50U);
  EXPECT_EQ(read_list("/v5/pins?include_protected_pins=false&page_size=25", pages).size(), shown.size());
}

TEST_F(SimulatorTest, ListsShowActiveAndPausedUnlessAsked) {
  start(plain());
  for (const Json& item : get(std::string(kAccount) + "/campaigns?page_size=250")["items"]) {
    EXPECT_TRUE(item["status"] == "ACTIVE" || item["status"] == "PAUSED");
  }
  for (const Json& item : get(std::string(kAccount) + "/campaigns?entity_statuses=ARCHIVED")["items"]) {
    EXPECT_EQ(item["status"], "ARCHIVED");
  }
}

TEST_F(SimulatorTest, BookmarksAreCheckedAndBoundToTheirList) {
  start(plain());
  const std::string bookmark =
      escaped(get(std::string(kAccount) + "/campaigns?page_size=2")["bookmark"].get<std::string>());
  EXPECT_EQ(ask(std::string(kAccount) + "/campaigns?page_size=2&bookmark=" + bookmark).status, 200);
  EXPECT_EQ(ask(std::string(kAccount) + "/campaigns?order=ASCENDING&bookmark=" + bookmark).status, 400);
  EXPECT_EQ(ask(std::string(kAccount) + "/ads?bookmark=" + bookmark).status, 400);
  EXPECT_EQ(ask(std::string(kAccount) + "/campaigns?bookmark=made-up").status, 400);
  EXPECT_EQ(ask(std::string(kAccount) + "/campaigns?bookmark=").status, 400);
}

TEST_F(SimulatorTest, IsAsStrictAsTheDocument) {
  start(small());
  const std::string account = kAccount;
  const std::string campaigns =
      account + "/campaigns/analytics?campaign_ids=" + first_id(EntityKind::kCampaign);
  const std::string range = "&start_date=2026-02-01&end_date=2026-02-28";
  const std::string groups = account + "/ad_groups/analytics?ad_group_ids=" + first_id(EntityKind::kAdGroup);
  const std::string whole = account + "/analytics?columns=CTR&granularity=DAY";
  std::string many_groups;
  for (int i = 0; i < 250; ++i) many_groups += "&ad_group_ids=1";
  const std::string targeting = "targeting_analytics?columns=CTR&granularity=DAY" + range;
  const std::string fourteen =
      "&targeting_types=KEYWORD,APPTYPE,GENDER,LOCATION,PLACEMENT,COUNTRY,TARGETED_INTEREST,PINNER_INTEREST,"
      "AUDIENCE_INCLUDE,GEO,AGE_BUCKET,REGION,AGE_BUCKET_AND_GENDER";
  const std::string pins = "/v5/pins/analytics?pin_ids=" + std::to_string(it_->world().pin_id(0));
  std::string many;
  for (int i = 0; i < 251; ++i) many += "&ad_ids=1";
  const std::map<std::string, int> cases{
      {account + "/campaigns?page_size=0", 400},
      {account + "/campaigns?page_size=251", 400},
      {account + "/campaigns?page_size=10&page_size=10", 400},
      {account + "/campaigns?pagesize=10", 400},
      {account + "/campaigns?order=UP", 400},
      {account + "/campaigns?entity_statuses=ACTIVE,PAUSED", 400},
      {account + "/campaigns?entity_statuses=RUNNING", 400},
      {account + "/campaigns?order=%zz", 400},
      {account + "/campaigns/", 404},
      {"/v5/ad_accounts/x1/campaigns", 400},
      {"/v5/ad_accounts/1/campaigns", 404},
      {"/v4/ad_accounts", 404},
      {campaigns + range + kReport, 200},
      {campaigns + range + "&granularity=DAY&columns=SPEND_IN_DOLLAR%2CCTR", 200},
      {campaigns + range + "&granularity=DAY&columns=SPEND_IN_DOLLAR&columns=CTR", 400},
      {campaigns + range + "&granularity=DAY&columns=SPEND", 400},
      {campaigns + range + "&granularity=DAY", 400},
      {campaigns + range + "&granularity=day&columns=CTR", 400},
      {campaigns + ",2" + range + kReport, 400},
      {campaigns + range + kReport + "&click_window_days=2", 400},
      {campaigns + range + kReport + "&view_window_days=60&conversion_report_time=TIME_OF_CONVERSION", 200},
      {campaigns + "&start_date=2026-02-29&end_date=2026-03-01" + kReport, 400},
      {campaigns + "&start_date=2026-02-02&end_date=2026-02-01" + kReport, 400},
      {campaigns + "&start_date=2026-02-02&end_date=2026-03-02" + kReport, 400},
      {account + "/campaigns/analytics?start_date=2026-02-01&end_date=2026-02-02" + kReport, 400},
      {account + "/ads/analytics?start_date=2026-02-01&end_date=2026-02-02" + kReport, 400},
      {account + "/ads/analytics?campaign_ids=1&start_date=2026-02-01&end_date=2026-02-02" + kReport, 400},
      {account + "/ads/analytics?campaign_ids=1&pin_ids=1&start_date=2026-02-01&end_date=2026-02-02" +
           kReport,
       200},
      {account + "/ads/analytics?start_date=2026-02-01&end_date=2026-02-02" + kReport + many, 400},
      {groups + range + kReport, 200},
      {groups + range + kReport + many_groups, 400},
      {groups + range + kReport + "&ad_ids=1", 400},
      {groups + "," + range + kReport, 400},
      {account + "/ad_groups/analytics?start_date=2026-02-01&end_date=2026-02-02" + kReport, 400},
      {whole + range, 200},
      {whole + range + "&ad_group_ids=1", 400},
      {whole + range + "&aggregate_report_rows=false", 400},
      {account + "/analytics?granularity=DAY" + range, 400},
      {whole + "&start_date=2026-02-01", 400},
      {account + "/product_group_promotions", 400},
      {account + "/product_group_promotions?ad_group_id=1&page_size=250&order=ASCENDING", 200},
      {account + "/product_group_promotions?ad_group_id=1&page_size=251", 400},
      {account + "/product_group_promotions?ad_group_id=1&ad_group_id=2", 400},
      {account + "/product_group_promotions?ad_group_ids=1", 400},
      {account + "/product_group_promotions?ad_group_id=1&entity_statuses=EXCLUDED", 400},
      {account + "/product_groups/analytics?product_group_ids=1" + range + kReport, 200},
      {account + "/product_groups/analytics?ad_group_ids=1" + range + kReport, 400},
      {account + "/product_groups/analytics?product_group_ids=1" + range + kReport + "&targeting_types=GEO",
       400},
      {account + "/" + targeting + fourteen, 200},
      {account + "/" + targeting, 400},
      {account + "/" + targeting + "&targeting_types=", 400},
      {account + "/" + targeting + "&targeting_types=GENDER&targeting_types=GEO", 400},
      {account + "/" + targeting + "&targeting_types=CREATIVE_TYPE", 400},
      {account + "/" + targeting + "&targeting_types=GENDER&attribution_types=INDIVIDUAL,HOUSEHOLD", 200},
      {account + "/" + targeting + "&targeting_types=GENDER&attribution_types=ALL", 400},
      {account + "/" + targeting + "&targeting_types=GENDER&aggregate_report_rows=true", 400},
      {account + "/" + targeting + "&targeting_types=GENDER&ad_ids=1", 400},
      {account + "/campaigns/" + targeting + "&targeting_types=GENDER", 400},
      {account + "/campaigns/" + targeting + fourteen + ",CREATIVE_TYPE&campaign_ids=1", 200},
      {account + "/campaigns/" + targeting + fourteen + ",CREATIVE_TYPE,AUDIENCE_MULTIPLIER&campaign_ids=1",
       400},
      {account + "/campaigns/" + targeting + "&targeting_types=QUIZ_RESULT&campaign_ids=1", 400},
      {account + "/ad_groups/" + targeting + "&targeting_types=CREATIVE_ENHANCEMENTS&ad_group_ids=1", 200},
      {account + "/ad_groups/" + targeting + "&targeting_types=GEO&ad_group_ids=1" + many_groups, 400},
      {account + "/ads/" + targeting + "&targeting_types=QUIZ_RESULT&ad_ids=1", 200},
      {account + "/ads/" + targeting + "&targeting_types=QUIZ_RESULT" + many, 400},
      {account + "/ads/" + targeting + "&targeting_types=QUIZ_RESULT&campaign_ids=1&pin_ids=1", 400},
      {pins + range + "&metric_types=IMPRESSION,SAVE_RATE", 200},
      {pins + range + "&metric_types=CLICKS", 400},
      {pins + range + "&metric_types=SAVE&app_types=ALL,WEB", 400},
      {pins + range + "&metric_types=SAVE&split_field=APP_TYPE", 400},
      {pins + "0" + range + "&metric_types=SAVE", 404},
      {"/v5/pins?pin_metrics=yes", 400},
      {"/v5/user_account", 200},
      {"/v5/pins?bookmark=" + std::string(9'000, 'x'), 414},
  };
  for (const auto& [target, status] : cases) {
    const Answer answer = ask(target);
    EXPECT_EQ(answer.status, status) << target.substr(0, 300) << "\n" << answer.body.substr(0, 300);
  }
  EXPECT_GT(it_->counters().refused(), 20);
}

TEST_F(SimulatorTest, ReachEndsWhereTheApiEndsIt) {
  start(small());
  const auto status = [&](const char* granularity, int back, int length) {
    const Day start = day_of(now_) - std::chrono::days{back};
    return ask(std::string(kAccount) + "/campaigns/analytics?columns=CTR&granularity=" + granularity +
               "&campaign_ids=" + first_id(EntityKind::kCampaign) + "&start_date=" + format_day(start) +
               "&end_date=" + format_day(start + std::chrono::days{length - 1}))
        .status;
  };
  const auto account_status = [&](const char* granularity, int back, int length) {
    const Day start = day_of(now_) - std::chrono::days{back};
    return ask(std::string(kAccount) + "/analytics?columns=CTR&granularity=" + granularity + "&start_date=" +
               format_day(start) + "&end_date=" + format_day(start + std::chrono::days{length - 1}))
        .status;
  };
  EXPECT_EQ(account_status("DAY", 89, 90), 200);
  EXPECT_EQ(account_status("DAY", 90, 5), 400);
  EXPECT_EQ(account_status("HOUR", 8, 9), 200);
  EXPECT_EQ(account_status("HOUR", 9, 3), 400);
  EXPECT_EQ(status("DAY", 89, 90), 200);
  EXPECT_EQ(status("DAY", 90, 5), 400);
  EXPECT_EQ(status("HOUR", 8, 3), 200);
  EXPECT_EQ(status("HOUR", 9, 3), 400);
  EXPECT_EQ(status("HOUR", 8, 4), 400);
}

// In millionths, from an integer or a decimal with at most six places.
std::int64_t micros(const std::string& number) {
  const std::size_t point = std::min(number.find('.'), number.size());
  std::string digits = number.substr(0, point);
  const std::string decimals = number.substr(std::min(point + 1, number.size()));
  digits += decimals;
  digits.append(6 - decimals.size(), '0');
  return std::stoll(digits);
}

TEST_F(SimulatorTest, LongerPeriodsAreTheSumOfTheirDays) {
  start(plain());
  const World world = it_->world();
  const Column* const spend = find_column("SPEND_IN_DOLLAR");
  const Column* const micro = find_column("SPEND_IN_MICRO_DOLLAR");
  const Column* const clicks = find_column("TOTAL_CLICKTHROUGH");
  const auto sums = [&](Granularity granularity, const char* from, const char* to) {
    std::array<std::int64_t, 3> sum{};
    const Report report{granularity, *parse_day(from), *parse_day(to), {spend, micro, clicks}};
    make_rows(world, {EntityKind::kAd, 0, 0}, report, now_, [&](const Row& row) {
      sum[0] += micros(std::string(row.cells[0].text()));
      sum[1] += std::stoll(std::string(row.cells[1].text()));
      sum[2] += std::stoll(std::string(row.cells[2].text()));
    });
    EXPECT_EQ(sum[0], sum[1]);
    return sum;
  };
  const auto days = sums(Granularity::kDay, "2025-12-10", "2026-02-28");
  EXPECT_GT(days[0], 0);
  EXPECT_EQ(sums(Granularity::kWeek, "2025-12-10", "2026-02-28"), days);
  EXPECT_EQ(sums(Granularity::kMonth, "2025-12-10", "2026-02-28"), days);
  EXPECT_EQ(sums(Granularity::kTotal, "2025-12-10", "2026-02-28"), days);
  EXPECT_EQ(sums(Granularity::kHour, "2026-02-22", "2026-02-28"),
            sums(Granularity::kDay, "2026-02-22", "2026-02-28"));
}

TEST_F(SimulatorTest, PeriodsAreDatedByTheirBeginning) {
  Options options = plain();
  options.gaps = false;
  start(options);
  const auto dates = [&](const std::string& granularity, const std::string& range) {
    std::vector<std::string> all;
    for (const Json& row : get(std::string(kAccount) + "/campaigns/analytics?columns=CTR&campaign_ids=" +
                               first_id(EntityKind::kCampaign) + range + "&granularity=" + granularity)) {
      all.push_back(row.value("DATE", "none"));
    }
    return all;
  };
  using Dates = std::vector<std::string>;
  EXPECT_EQ(dates("WEEK", "&start_date=2026-02-16&end_date=2026-03-01"), (Dates{"2026-02-16", "2026-02-23"}));
  EXPECT_EQ(dates("MONTH", "&start_date=2026-01-01&end_date=2026-03-01"),
            (Dates{"2026-01-01", "2026-02-01", "2026-03-01"}));
  EXPECT_EQ(dates("TOTAL", "&start_date=2026-01-01&end_date=2026-03-01"), (Dates{"none"}));
  const Dates hours = dates("HOUR", "&start_date=2026-02-28&end_date=2026-03-01");
  EXPECT_EQ(hours.size(), 24U + 13U);
  EXPECT_EQ(hours.back(), "2026-03-01T12:00:00");
}

// The lines of a stream's truth.
std::vector<Json> read_truth(const Answer& lines) {
  std::string text;
  while (lines.next_piece(text)) {
  }
  std::istringstream stream(text);
  std::vector<Json> rows;
  for (std::string line; std::getline(stream, line);) rows.push_back(Json::parse(line));
  return rows;
}

// A level of the ads: how its analytics are asked for, and what names its rows.
struct Level {
  const char* truth;
  const char* path;
  const char* ids;  // null where there are none
  const char* id_column;
  EntityKind kind;
};

constexpr auto kLevels = std::to_array<Level>({
    {"ad_account", "/", nullptr, "AD_ACCOUNT_ID", EntityKind::kAccount},
    {"campaign", "/campaigns/", "campaign_ids", "CAMPAIGN_ID", EntityKind::kCampaign},
    {"ad_group", "/ad_groups/", "ad_group_ids", "AD_GROUP_ID", EntityKind::kAdGroup},
    {"ad", "/ads/", "ad_ids", "AD_ID", EntityKind::kAd},
});

std::string all_ids(const World& world, const Level& level) {
  std::string ids;
  if (level.ids == nullptr) return ids;
  for (std::int64_t i = 0; i < world.count(level.kind, 0); ++i) {
    ids.append("&").append(level.ids).append("=").append(std::to_string(world.id({level.kind, 0, i})));
  }
  return ids;
}

// A value of an answer beside the text of the truth.
void expect_same(const Json& got, const Json& expected) {
  ASSERT_EQ(got.is_null(), expected.is_null());
  if (got.is_null()) return;
  EXPECT_DOUBLE_EQ(std::stod(expected.get<std::string>()),
                   got.is_string() ? std::stod(got.get<std::string>()) : got.get<double>());
}

TEST_F(SimulatorTest, TruthIsWhatTheEndpointsSay) {
  start(small());
  for (const Level& level : kLevels) {
    std::map<std::string, Json> truth;
    const std::string range = "start_date=2026-02-01&end_date=2026-03-01";
    for (const Json& row : read_truth(ask(std::string("/_simulator/truth/") + level.truth +
                                          "_analytics?account=0&columns=SPEND_IN_DOLLAR,CTR&" + range))) {
      truth[row[level.id_column].get<std::string>() + row["DATE"].get<std::string>()] = row["metrics"];
    }
    const Json rows = get(std::string(kAccount) + level.path + "analytics?" + range +
                          "&granularity=DAY&columns=SPEND_IN_DOLLAR,CTR" + all_ids(it_->world(), level));
    EXPECT_GT(rows.size(), 20U);
    EXPECT_EQ(rows.size(), truth.size());
    for (const Json& row : rows) {
      const Json& expected =
          truth.at(row[level.id_column].get<std::string>() + row["DATE"].get<std::string>());
      for (const char* const column : {"SPEND_IN_DOLLAR", "CTR"}) {
        expect_same(row.value(column, Json()), expected[column]);
      }
    }
  }
}

std::string additive_columns() {
  std::string names;
  for (const Column& column : all_columns()) {
    if (is_additive(column.kind)) names.append(names.empty() ? "" : ",").append(column.name);
  }
  return names;
}

// What to add up: by owner and date, the columns in millionths.
using Sums = std::map<std::pair<std::string, std::string>, std::map<std::string, std::int64_t>>;

void add_row(Sums& sums, const std::string& owner, const Json& row) {
  auto& sum = sums[{owner, row["DATE"].is_null() ? "" : row["DATE"].get<std::string>()}];
  for (const auto& [column, value] : row["metrics"].items()) {
    sum[column] += value.is_null() ? 0 : micros(value.get<std::string>());
  }
}

Entity parent_of(const World& world, const Entity& entity) {
  switch (entity.kind) {
    case EntityKind::kAd:
      return world.ad_group_of(entity);
    case EntityKind::kAdGroup:
      return world.campaign_of(entity);
    default:
      return {EntityKind::kAccount, entity.account, 0};
  }
}

TEST(Columns, WhichAddUp) {
  int additive = 0;
  for (const Column& column : all_columns()) additive += is_additive(column.kind) ? 1 : 0;
  EXPECT_EQ(additive, 97);
  const auto [paid, earned, none] = find_column("TOTAL_IMPRESSION")->parts;
  EXPECT_EQ(paid, find_column("IMPRESSION_1"));
  EXPECT_EQ(earned, find_column("IMPRESSION_2"));
  EXPECT_EQ(none, nullptr);
  EXPECT_EQ(find_column("TOTAL_CHECKOUT")->parts[2]->name, "TOTAL_VIEW_CHECKOUT");
  EXPECT_EQ(find_column("TOTAL_CONVERSIONS")->parts[0], nullptr);
}

TEST_F(SimulatorTest, LevelsAddUpExactly) {
  struct Size {
    std::int64_t campaigns;
    std::int64_t ad_groups;
    std::int64_t ads;
    bool gaps;
  };
  for (const auto& [campaigns, ad_groups, ads, gaps] :
       {Size{4, 6, 17, true}, Size{3, 5, 8, false}, Size{1, 1, 9, true}}) {
    Options options = small();
    options.campaigns = campaigns;
    options.ad_groups = ad_groups;
    options.ads = ads;
    options.gaps = gaps;
    start(options);
    post("/_simulator/generation", R"({"value": 1})");
    post("/_simulator/add", R"({"kind": "ads", "account": 0, "count": 3})");
    const World world = it_->world();
    for (const char* const period :
         {"DAY&start_date=2026-02-10&end_date=2026-03-01", "HOUR&start_date=2026-02-28&end_date=2026-03-01",
          "WEEK&start_date=2026-02-05&end_date=2026-03-01", "MONTH&start_date=2026-01-05&end_date=2026-03-01",
          "TOTAL&start_date=2026-02-20&end_date=2026-03-01"}) {
      Sums children;
      for (const Level& level : kLevels) {
        Sums own;
        Sums by_parent;
        for (const Json& row : read_truth(ask(std::string("/_simulator/truth/") + level.truth +
                                              "_analytics?account=0&granularity=" + period +
                                              "&columns=" + additive_columns()))) {
          const auto id = row[level.id_column].get<std::string>();
          add_row(own, id, row);
          if (level.kind == EntityKind::kAccount) continue;
          const Entity entity = *world.find(level.kind, 0, std::stoull(id));
          add_row(by_parent, std::to_string(world.id(parent_of(world, entity))), row);
        }
        EXPECT_FALSE(own.empty());
        if (level.kind != EntityKind::kAccount) {
          EXPECT_EQ(by_parent, children) << level.truth << period;
        }
        children = std::move(own);
        for (const auto& [owner, sum] : children) {
          EXPECT_EQ(sum.at("TOTAL_IMPRESSION"), sum.at("IMPRESSION_1") + sum.at("IMPRESSION_2"));
          EXPECT_EQ(sum.at("TOTAL_CLICKTHROUGH"), sum.at("CLICKTHROUGH_1") + sum.at("CLICKTHROUGH_2"));
          EXPECT_EQ(sum.at("TOTAL_ENGAGEMENT"), sum.at("ENGAGEMENT_1") + sum.at("ENGAGEMENT_2"));
          EXPECT_EQ(sum.at("SPEND_IN_MICRO_DOLLAR"), sum.at("SPEND_IN_DOLLAR") * 1'000'000);
        }
      }
    }
  }
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

TEST_F(SimulatorTest, TargetingValuesAddUpToTheEntity) {
  Options options = small();
  options.campaigns = 3;
  options.ad_groups = 5;
  options.ads = 12;
  start(options);
  const std::string columns = "&account=0&columns=SPEND_IN_DOLLAR,IMPRESSION_1_GROSS,TOTAL_IMPRESSION,LEADS";
  for (const Level& level : kLevels) {
    const std::string stream = std::string("/_simulator/truth/") + level.truth;
    for (const char* const period : {"DAY&start_date=2026-02-20&end_date=2026-03-01",
                                     "HOUR&start_date=2026-02-28&end_date=2026-02-28"}) {
      Sums own;
      for (const Json& row : read_truth(ask(stream + "_analytics?granularity=" + period + columns))) {
        add_row(own, row[level.id_column].get<std::string>(), row);
      }
      std::erase_if(own, [](const auto& entry) {
        return std::ranges::all_of(entry.second, [](const auto& cell) { return cell.second == 0; });
      });
      EXPECT_FALSE(own.empty());
      for (const char* const type : {"GENDER", "AGE_BUCKET", "APPTYPE", "PLACEMENT", "COUNTRY"}) {
        Sums parts;
        for (const Json& row : read_truth(ask(stream + "_targeting_analytics?granularity=" + period +
                                              columns + "&targeting_types=" + type))) {
          EXPECT_EQ(row["targeting_type"], type);
          add_row(parts, row[level.id_column].get<std::string>(), row);
        }
        EXPECT_EQ(parts, own) << level.truth << type << period;
      }
    }
  }
}

TEST_F(SimulatorTest, TargetingTruthIsWhatTheEndpointsSay) {
  for (const bool odd : {false, true}) {
    Options options = odd ? small() : plain();
    options.campaigns = 6;
    options.ad_groups = 10;
    options.ads = 20;
    start(options);
    int numbers = 0;
    int texts = 0;
    for (const Level& level : kLevels) {
      const std::string question =
          "&columns=TOTAL_IMPRESSION,CTR," + std::string(level.id_column) +
          "&targeting_types=LOCATION,GENDER&start_date=2026-02-20&end_date=2026-02-28";
      std::map<std::string, Json> truth;
      for (const Json& row : read_truth(ask(std::string("/_simulator/truth/") + level.truth +
                                            "_targeting_analytics?account=0" + question))) {
        const std::string key = text_of(row[level.id_column]) + text_of(row["DATE"]) +
                                text_of(row["targeting_type"]) + text_of(row["targeting_value"]);
        EXPECT_TRUE(truth.emplace(key, row["metrics"]).second) << key;
      }
      const Json rows = get(std::string(kAccount) + level.path + "targeting_analytics?granularity=DAY" +
                            question + all_ids(it_->world(), level))["data"];
      EXPECT_FALSE(rows.empty());
      EXPECT_EQ(rows.size(), truth.size());
      for (const Json& row : rows) {
        const Json& metrics = row["metrics"];
        const Json& expected = truth.at(text_of(metrics[level.id_column]) + text_of(metrics["DATE"]) +
                                        text_of(row["targeting_type"]) + text_of(row["targeting_value"]));
        for (const char* const column : {"TOTAL_IMPRESSION", "CTR"}) {
          expect_same(metrics.value(column, Json()), expected[column]);
        }
        if (row["targeting_type"] == "GENDER") continue;
        ++(row["targeting_value"].is_number() ? numbers : texts);
      }
    }
    EXPECT_GT(numbers, 0);
    EXPECT_EQ(texts > 0, odd);
  }
}

TEST_F(SimulatorTest, TargetingRowsNameTheirEntityOnlyIfAsked) {
  start(small());
  const Json rows = get(std::string(kAccount) +
                        "/targeting_analytics?granularity=DAY&columns=TOTAL_IMPRESSION&targeting_types=GENDER"
                        "&start_date=2026-02-01&end_date=2026-02-28")["data"];
  EXPECT_FALSE(rows.empty());
  for (const Json& row : rows) {
    EXPECT_FALSE(row["metrics"].contains("AD_ACCOUNT_ID"));
    EXPECT_TRUE(row["metrics"].contains("DATE"));
  }
}

TEST_F(SimulatorTest, OnlyCampaignsThatSellPromoteProductGroups) {
  start(small());
  const World world = it_->world();
  const std::string every =
      "&entity_statuses=ACTIVE&entity_statuses=PAUSED&entity_statuses=ARCHIVED&entity_statuses=DRAFT"
      "&entity_statuses=DELETED_DRAFT";
  std::set<std::string> listed;
  std::set<std::string> objectives;
  for (std::int64_t i = 0; i < world.count(EntityKind::kAdGroup, 0); ++i) {
    const Entity group{EntityKind::kAdGroup, 0, i};
    const std::string id = std::to_string(world.id(group));
    int pages = 0;
    const auto items = read_list(
        std::string(kAccount) + "/product_group_promotions?page_size=2&ad_group_id=" + id + every, pages);
    const std::string objective = world.objective(world.campaign_of(group));
    EXPECT_EQ(!items.empty(), objective == "SALES" || objective == "CATALOG_SALES") << objective;
    if (!items.empty()) objectives.insert(objective);
    for (const Json& item : items) {
      EXPECT_EQ(item["ad_group_id"], id);
      EXPECT_TRUE(listed.insert(item["id"].get<std::string>()).second);
    }
  }
  EXPECT_EQ(objectives.size(), 2U);
  std::set<std::string> truth;
  for (const Json& row : read_truth(ask("/_simulator/truth/product_group_promotions?account=0"))) {
    truth.insert(row["id"].get<std::string>());
  }
  EXPECT_EQ(listed, truth);
  // Ids go before an ad group.
  int pages = 0;
  const auto items = read_list(std::string(kAccount) + "/product_group_promotions?ad_group_id=1" + every +
                                   "&product_group_promotion_ids=" + *listed.begin(),
                               pages);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0]["id"], *listed.begin());
}

TEST_F(SimulatorTest, ProductGroupsAddUpToTheirAdGroup) {
  start(small());
  const World world = it_->world();
  const std::string question = "_analytics?account=0&start_date=2026-02-01&end_date=2026-03-01&columns=" +
                               std::string("SPEND_IN_DOLLAR,TOTAL_CLICKTHROUGH,LEADS");
  Sums parts;
  std::string ids;
  const auto truth = read_truth(ask("/_simulator/truth/product_group" + question));
  for (const Json& row : truth) {
    const auto id = row["PRODUCT_GROUP_ID"].get<std::string>();
    if (ids.find(id) == std::string::npos) ids += "&product_group_ids=" + id;
    const Entity entity = *world.find(EntityKind::kProductGroup, 0, std::stoull(id));
    add_row(parts, std::to_string(world.id(world.ad_group_of(entity))), row);
  }
  EXPECT_FALSE(parts.empty());
  Sums own;
  for (const Json& row : read_truth(ask("/_simulator/truth/ad_group" + question))) {
    const auto id = row["AD_GROUP_ID"].get<std::string>();
    const Entity group = *world.find(EntityKind::kAdGroup, 0, std::stoull(id));
    if (world.product_groups(group).count > 0) add_row(own, id, row);
  }
  EXPECT_EQ(parts, own);
  const Json rows =
      get(std::string(kAccount) + "/product_groups/analytics?start_date=2026-02-01&end_date=2026-03-01" +
          kReport + ids);
  EXPECT_EQ(rows.size(), truth.size());
  for (const Json& row : rows) EXPECT_TRUE(row.contains("PRODUCT_GROUP_ID") && row.contains("DATE"));
}

TEST_F(SimulatorTest, AnAccountMayDifferFromItsSumEveryFifthDay) {
  const std::string target =
      "/_simulator/truth/ad_account_analytics?account=0&start_date=2026-02-01&end_date=2026-03-01"
      "&columns=IMPRESSION_1_GROSS";
  start(plain());
  Sums before;
  for (const Json& row : read_truth(ask(target))) add_row(before, "", row);
  Options options = plain();
  options.account_difference = 1.3;
  start(options);
  int differing = 0;
  for (const Json& row : read_truth(ask(target))) {
    Sums after;
    add_row(after, "", row);
    const auto& [key, sum] = *after.begin();
    const auto date = row["DATE"].get<std::string>();
    const std::int64_t old = before.at(key).at("IMPRESSION_1_GROSS") / 1'000'000;
    const std::int64_t now = sum.at("IMPRESSION_1_GROSS") / 1'000'000;
    const bool differs = std::stoi(date.substr(8)) % 5 == 0;
    EXPECT_EQ(now, differs ? old + (old * 13 + 999) / 1'000 : old) << date;
    if (now != old) ++differing;
  }
  EXPECT_GT(differing, 3);
}

TEST_F(SimulatorTest, WhatIsAddedChangesNoDayBefore) {
  start(plain());
  const std::string target =
      "/_simulator/truth/ad_analytics?account=0&start_date=2026-01-01&end_date=2026-02-28"
      "&columns=IMPRESSION_1_GROSS,SPEND_IN_DOLLAR";
  const auto before = read_truth(ask(target));
  post("/_simulator/add", R"({"kind": "ads", "account": 0, "count": 30})");
  EXPECT_EQ(read_truth(ask(target)), before);
  EXPECT_FALSE(before.empty());
}

TEST_F(SimulatorTest, GenerationsRestateRecentDaysOnly) {
  start(plain());
  const std::string target = std::string(kAccount) +
                             "/ads/analytics?start_date=2026-02-01&end_date=2026-03-01" + kReport +
                             "&ad_ids=" + first_id(EntityKind::kAd);
  const Json before = get(target);
  post("/_simulator/generation", R"({"value": 1})");
  const Json after = get(target);
  ASSERT_EQ(before.size(), after.size());
  int changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] == after[i]) continue;
    ++changed;
    EXPECT_GE(before[i]["DATE"], "2026-02-26");
  }
  EXPECT_GT(changed, 0);
  post("/_simulator/advance", R"({"seconds": 864000})");
  EXPECT_EQ(get(target), after);
}

TEST_F(SimulatorTest, PinCountsOfAllAppsAddUp) {
  start(plain());
  const Json apps =
      get("/v5/pins/" + std::to_string(it_->world().pin_id(10)) +
          "/analytics?start_date=2026-02-01&end_date=2026-03-01&metric_types=IMPRESSION,SAVE_RATE"
          "&split_field=APP_TYPE");
  ASSERT_EQ(apps.size(), 4U);
  const auto sum = [&](const char* app) { return apps[app]["summary_metrics"]["IMPRESSION"].get<int>(); };
  EXPECT_EQ(sum("ALL"), sum("MOBILE") + sum("TABLET") + sum("WEB"));
  for (const Json& day : apps["ALL"]["daily_metrics"]) {
    EXPECT_EQ(day["data_status"], day["date"] < "2026-02-28" ? "READY" : "PROCESSING");
  }
}

TEST_F(SimulatorTest, TokensRotateAndExpire) {
  Options options = small();
  options.kill_rotated_token = true;
  options.token_lifetime = std::chrono::seconds{60};
  start(options);
  EXPECT_EQ(ask("/v5/ad_accounts", "wrong").status, 401);
  const Answer first = refresh("refresh-token-000000");
  ASSERT_EQ(first.status, 200);
  const Json grant = Json::parse(first.body);
  EXPECT_EQ(grant["refresh_token_expires_in"], 60 * 86'400);
  EXPECT_EQ(refresh("refresh-token-000000").status, 401);
  EXPECT_EQ(ask("/v5/ad_accounts", grant["access_token"]).status, 200);
  now_ += std::chrono::seconds{61};
  EXPECT_EQ(ask("/v5/ad_accounts", grant["access_token"]).status, 401);
  EXPECT_EQ(refresh(grant["refresh_token"]).status, 200);
}

TEST_F(SimulatorTest, APersonAllowsOrDeniesOnAPage) {
  start(small());
  const Answer page = ask(std::string("/oauth/?") + kQuestion);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.content_type.starts_with("text/html"));
  EXPECT_NE(page.body.find("ads:read, pins:read"), std::string::npos);
  EXPECT_EQ(location(press(kQuestion, "decision=allow")),
            "http://localhost:8085/?code=auth-code-000001&state=0123456789abcdef");
  EXPECT_TRUE(location(press(kQuestion, "decision=deny")).find("?error=access_denied&") != std::string::npos);
  EXPECT_EQ(press(kQuestion, "decision=perhaps").status, 400);
  EXPECT_EQ(press(kQuestion, "").status, 400);
}

TEST_F(SimulatorTest, TheAuthorizationPageIsStrictAndSendsNobodyAnywhereElse) {
  start(small());
  const auto changed = [](const std::string& from, const std::string& to) {
    std::string question = kQuestion;
    return question.replace(question.find(from), from.size(), to);
  };
  for (const std::string& question :
       {changed("client_id=app", "client_id=other"), changed("client_id=app&", ""), changed("8085", "8086"),
        changed("8085%2F", "8085"), changed("code", "token"), changed("pins%3Aread", "pins%3Aeat"),
        changed("ads%3Aread%2Cpins%3Aread", ""), changed("0123456789abcdef", "0123456789abcde"),
        changed("0123456789abcdef", std::string(513, 'x')), changed("&state=0123456789abcdef", ""),
        changed("client_id=app", "client_id=app&x=1"), changed("app", "<script>")}) {
    for (const Answer& answer : {ask("/oauth/?" + question), press(question, "decision=allow")}) {
      EXPECT_EQ(answer.status, 400) << question;
      EXPECT_EQ(location(answer), "") << question;
      EXPECT_EQ(answer.body.find("<script>"), std::string::npos);
    }
  }
}

TEST_F(SimulatorTest, ACodeWorksOnceSoonAndWithItsRedirectUri) {
  Options options = small();
  options.scopes = {"ads:read", "boards:read"};
  start(options);
  const std::string code = allowed_code();
  const Answer answer = redeem(code);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json grant = Json::parse(answer.body);
  EXPECT_EQ(grant["response_type"], "authorization_code");
  EXPECT_EQ(grant["scope"], "ads:read");
  EXPECT_EQ(grant["refresh_token_expires_in"], 60 * 86'400);
  EXPECT_EQ(ask("/v5/ad_accounts", grant["access_token"]).status, 200);
  EXPECT_EQ(refresh(grant["refresh_token"]).status, 200);
  EXPECT_EQ(redeem(code).status, 401);
  EXPECT_EQ(redeem(allowed_code(), "http%3A%2F%2Flocalhost%3A8086%2F").status, 401);
  EXPECT_EQ(ask_for_token("grant_type=authorization_code&code=" + allowed_code()).status, 400);
  EXPECT_FALSE(Json::parse(redeem(allowed_code(), "http%3A%2F%2Flocalhost%3A8085%2F", "").body)
                   .contains("refresh_token"));
  const std::string late = allowed_code();
  now_ += std::chrono::minutes{10};
  EXPECT_EQ(redeem(late).status, 401);
}

TEST_F(SimulatorTest, ScopesAndDeniedAccountsAreForbidden) {
  Options options = small();
  options.scopes = {"ads:read"};
  options.denied_accounts = {"549755885175"};
  start(options);
  EXPECT_EQ(ask("/v5/pins").status, 403);
  EXPECT_EQ(ask(std::string(kAccount) + "/ads").status, 403);
  EXPECT_EQ(ask("/v5/ad_accounts").status, 200);
}

TEST_F(SimulatorTest, LimitsCountByCategoryAndMinute) {
  Options options = small();
  options.limits = LimitTier::kStandard;
  start(options);
  const std::string analytics =
      std::string(kAccount) +
      "/campaigns/analytics?campaign_ids=1&start_date=2026-03-01&end_date=2026-03-01" + kReport;
  const auto ask_slowly = [&] {
    now_ += std::chrono::milliseconds{20};
    return ask(analytics);
  };
  now_ = *parse_instant("2026-03-01T12:00:00Z");
  for (int i = 0; i < 300; ++i) ASSERT_EQ(ask_slowly().status, 200);
  const Answer refused = ask_slowly();
  EXPECT_EQ(refused.status, 429);
  const std::map<std::string, std::string> headers(refused.headers.begin(), refused.headers.end());
  EXPECT_EQ(headers.at("x-ratelimit-remaining"), "0");
  EXPECT_EQ(headers.at("retry-after"), "54");
  EXPECT_EQ(ask("/v5/ad_accounts").status, 200);
  now_ += std::chrono::seconds{54};
  EXPECT_EQ(ask(analytics).status, 200);
}

TEST_F(SimulatorTest, ACategoryMayHaveALimitOfItsOwn) {
  Options options = small();
  options.limits = LimitTier::kStandard;
  options.category_limits = {{"ads_read", 2}};
  start(options);
  now_ = *parse_instant("2026-03-01T12:00:00Z");
  EXPECT_EQ(ask("/v5/pins").status, 200);
  for (const int status : {200, 200, 429}) {
    const Answer answer = ask("/v5/ad_accounts");
    EXPECT_EQ(answer.status, status);
    const std::map<std::string, std::string> headers(answer.headers.begin(), answer.headers.end());
    EXPECT_EQ(headers.at("x-ratelimit-limit"), "2");
  }
  EXPECT_EQ(ask("/v5/pins").status, 200);
  now_ += std::chrono::minutes{1};
  EXPECT_EQ(ask("/v5/ad_accounts").status, 200);
}

TEST_F(SimulatorTest, ARemovedAccountIsNeitherListedNorFound) {
  start(plain());
  post("/_simulator/remove-accounts", R"({"indices": [0]})");
  const Json accounts = get("/v5/ad_accounts")["items"];
  ASSERT_EQ(accounts.size(), 2U);
  EXPECT_NE(accounts[0]["id"], "549755885175");
  EXPECT_EQ(ask(kAccount).status, 404);
  EXPECT_EQ(ask(std::string(kAccount) + "/ads").status, 404);
  EXPECT_EQ(ask("/v5/pins?ad_account_id=549755885175").status, 404);
  post("/_simulator/remove-accounts", R"({"indices": [1, 2]})");
  EXPECT_TRUE(get("/v5/ad_accounts")["items"].empty());
}

TEST_F(SimulatorTest, FaultsStrikeInTheirTurn) {
  start(plain());
  post("/_simulator/faults", R"([{"endpoint": "/pins", "nth": [2, 3], "kind": "status", "status": 503},
                                 {"endpoint": "/ad_accounts", "kind": "duplicate_rows", "times": 1}])");
  std::vector<int> statuses;
  for (int i = 0; i < 4; ++i) statuses.push_back(ask("/v5/pins?page_size=3").status);
  EXPECT_EQ(statuses, (std::vector<int>{200, 503, 503, 200}));
  EXPECT_EQ(get("/v5/ad_accounts")["items"].size(), 4U);
  EXPECT_EQ(get("/v5/ad_accounts")["items"].size(), 3U);
  EXPECT_EQ(it_->handle({.method = "POST",
                         .target = "/_simulator/faults",
                         .authorization = {},
                         .content_type = {},
                         .body = R"([{"kind": "x"}])"})
                .answer.status,
            400);
}

TEST_F(SimulatorTest, ADelayedAnswerIsTheAnswer) {
  start(plain());
  post("/_simulator/faults", R"([{"endpoint": "/pins", "nth": 2, "kind": "delay", "stall_ms": 70}])");
  const auto ask_for_pins = [&] {
    return it_->handle({.target = "/v5/pins",
                        .authorization = "Bearer access-token-000000",
                        .content_type = {},
                        .body = {}});
  };
  const Reply prompt = ask_for_pins();
  const Reply late = ask_for_pins();
  EXPECT_EQ(prompt.delay, std::chrono::milliseconds{0});
  EXPECT_EQ(late.delay, std::chrono::milliseconds{70});
  EXPECT_EQ(late.answer.body, prompt.answer.body);
}

TEST_F(SimulatorTest, AnEmptyPageLosesNothingAndARepeatedBookmarkRepeats) {
  start(plain());
  post("/_simulator/faults", R"([{"endpoint": "/pins", "nth": 2, "kind": "empty_page"}])");
  int pages = 0;
  EXPECT_EQ(read_list("/v5/pins?page_size=10&include_protected_pins=true", pages).size(), 50U);
  EXPECT_EQ(pages, 6);
}

TEST_F(SimulatorTest, TouchedAndAddedEntitiesAreNew) {
  start(plain());
  now_ += std::chrono::hours{5};
  post("/_simulator/touch", R"({"kind": "ads", "account": 0, "indices": [5], "status": "ARCHIVED"})");
  post("/_simulator/add", R"({"kind": "ads", "account": 0, "count": 2})");
  post("/_simulator/add", R"({"kind": "pins", "count": 3})");
  const World world = it_->world();
  const Entity touched{EntityKind::kAd, 0, 5};
  EXPECT_EQ(world.updated(touched).unix_seconds, unix_seconds(now_));
  EXPECT_EQ(world.status(touched), Status::kArchived);
  EXPECT_EQ(world.count(EntityKind::kAd, 0), 122);
  EXPECT_EQ(world.count(EntityKind::kAd, 1), 120);
  EXPECT_EQ(world.updated({EntityKind::kAd, 0, 121}).unix_seconds, unix_seconds(now_));
  EXPECT_EQ(world.pin_created_seconds(52), unix_seconds(now_));
}

TEST_F(SimulatorTest, WithoutTheBetaPinsAreAskedOneByOne) {
  Options options = small();
  options.beta = false;
  options.beta_off_status = 404;
  start(options);
  const std::string pin = std::to_string(it_->world().pin_id(0));
  const std::string range = "start_date=2026-02-01&end_date=2026-03-01&metric_types=SAVE";
  EXPECT_EQ(ask("/v5/pins/analytics?pin_ids=" + pin + "&" + range).status, 404);
  EXPECT_EQ(ask("/v5/pins/" + pin + "/analytics?" + range).status, 200);
  post("/_simulator/kill-pins", R"({"indices": [0]})");
  EXPECT_EQ(ask("/v5/pins/" + pin + "/analytics?" + range).status, 404);
}

}  // namespace
}  // namespace simulator
