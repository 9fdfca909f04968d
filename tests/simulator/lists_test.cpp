// The lists that are made from the table of collections.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "calendar.hpp"
#include "collections.hpp"
#include "entities.hpp"
#include "simulator.hpp"

namespace simulator {
namespace {

using Json = nlohmann::json;

constexpr const char* kAccount = "/ad_accounts/549755885175";

// What stands in a place of a path so that it leads somewhere.
const std::map<std::string_view, std::string> kPlaces{{"{ad_account_id}", "549755885175"},
                                                      {"{board_id}", "394205842000000000"},
                                                      {"{section_id}", "5000000000000000000"},
                                                      {"{product_group_id}", "443727190000"},
                                                      {"{feed_id}", "2680059592000"},
                                                      {"{processing_result_id}", "5224000000000"},
                                                      {"{business_id}", "383791336903000000"},
                                                      {"{targeting_type}", "GENDER"},
                                                      {"{region}", "GB%2BIE"},
                                                      {"{trend_type}", "growing"}};

std::string path_of(const Collection& list) {
  std::string path(list.path);
  for (const auto& [place, value] : kPlaces) {
    const std::size_t at = path.find(place);
    if (at != std::string::npos) path.replace(at, place.size(), value);
  }
  return path;
}

// The parameters that have to be there, but for `omitted`.
std::string required(const Collection& list, std::string_view omitted = {}) {
  std::string query = "?";
  for (const Parameter& rule : list.parameters) {
    if (!rule.required || rule.name == omitted) continue;
    const std::string_view value = rule.type == ParameterType::kEnum   ? rule.values.front()
                                   : rule.type == ParameterType::kDate ? "2026-02-01"
                                                                       : "false";
    query.append(rule.name).append("=").append(value).append("&");
  }
  return query;
}

bool has(const Collection& list, std::string_view parameter) {
  return std::ranges::find(list.parameters, parameter, &Parameter::name) != list.parameters.end();
}

std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("+/", at)) != std::string::npos; ++at) {
    text.replace(at, 1, text[at] == '+' ? "%2B" : "%2F");
  }
  return text;
}

class ListsTest : public testing::Test {
 protected:
  void SetUp() override { start(usual()); }

  static Options usual() {
    Options options;
    options.limits = LimitTier::kOff;
    options.scopes.insert({"billing:read", "biz_access:read", "catalogs:read"});
    return options;
  }

  void start(Options options) {
    it_ = std::make_unique<Simulator>(std::move(options), [this] { return now_; });
  }

  Answer ask(const std::string& target) {
    return it_
        ->handle({.target = "/v5" + target,
                  .authorization = "Bearer access-token-000000",
                  .content_type = {},
                  .body = {}})
        .answer;
  }
  int status(const std::string& target) { return ask(target).status; }

  Json get(const std::string& target) {
    const Answer answer = ask(target);
    EXPECT_EQ(answer.status, 200) << target << "\n" << answer.body;
    return Json::parse(answer.body);
  }

  // The rows of an answer, whatever they are wrapped in.
  static std::vector<Json> rows_of(const Json& answer) {
    const Json* rows = &answer;
    for (const char* const name : {"items", "trends", "pins"}) {
      if (answer.is_object() && answer.contains(name)) rows = &answer[name];
    }
    if (!rows->is_array()) return {answer};
    std::vector<Json> all;
    for (const Json& row : *rows) {
      const Json inner = row.is_object() && row.contains("labels") ? row["labels"] : Json::array({row});
      all.insert(all.end(), inner.begin(), inner.end());
    }
    return all;
  }

  std::vector<Json> read(const std::string& target) {
    std::vector<Json> rows;
    std::string bookmark;
    const bool open = target.ends_with('?') || target.ends_with('&');
    for (int pages = 0; pages < 300; ++pages) {
      const Json page =
          get(bookmark.empty() ? target : target + (open ? "bookmark=" : "&bookmark=") + escaped(bookmark));
      const auto more = rows_of(page);
      rows.insert(rows.end(), more.begin(), more.end());
      if (!page.is_object() || !page.contains("bookmark") || page["bookmark"].is_null() ||
          page["bookmark"] == "" || target.find("processing_results?") != std::string::npos) {
        return rows;
      }
      bookmark = page["bookmark"];
    }
    ADD_FAILURE() << target << " has no end";
    return rows;
  }

  std::vector<std::string> ids_of(const std::string& target, const char* name = "id") {
    std::vector<std::string> ids;
    for (const Json& row : read(target)) ids.push_back(row[name].get<std::string>());
    return ids;
  }

  std::string id(EntityKind kind, std::int64_t index, int account = 0) const {
    return std::to_string(it_->world().id({kind, account, index}));
  }

  Instant now_ = *parse_instant("2026-03-01T12:30:00Z");
  std::unique_ptr<Simulator> it_;
};

TEST_F(ListsTest, AreServedToTheEndWithoutRepeats) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    Options options = usual();
    options.seed = seed;
    start(options);
    for (const Collection& list : collections()) {
      const std::string target = path_of(list) + required(list);
      const auto rows = read(target);
      std::set<std::string> different;
      for (const Json& row : rows) different.insert(row.dump());
      EXPECT_FALSE(rows.empty()) << target;
      EXPECT_EQ(different.size(), rows.size()) << target;
      if (list.row.starts_with(R"({"id")")) {
        const auto all = ids_of(target);
        EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size()) << target;
      }
    }
  }
  EXPECT_GE(collections().size(), 38U);
}

TEST_F(ListsTest, AreTheSameForOneSeedAndOthersForAnother) {
  std::map<std::string, std::string> first;
  for (const Collection& list : collections()) first[path_of(list) + required(list)] = {};
  for (auto& [target, body] : first) body = ask(target).body;
  start(usual());
  for (const auto& [target, body] : first) EXPECT_EQ(ask(target).body, body) << target;
  Options other = usual();
  other.seed = 2;
  start(other);
  EXPECT_NE(ask(std::string(kAccount) + "/audiences").body, first[std::string(kAccount) + "/audiences?"]);
}

TEST_F(ListsTest, RefuseWhatTheDocumentDoesNotKnow) {
  for (const Collection& list : collections()) {
    const std::string path = path_of(list);
    const std::string target = path + required(list);
    EXPECT_EQ(status(target + "no_such=1"), 400) << target;
    EXPECT_EQ(status(path + "/no_such"), 404) << target;
    if (has(list, "page_size")) {
      for (const char* const size : {"0", "251", "many"}) {
        EXPECT_EQ(status(target + "page_size=" + size), 400) << target;
      }
      EXPECT_EQ(status(target + "page_size=250"), 200) << target;
      EXPECT_EQ(status(target + "bookmark=made-up"), list.bookmark_fails ? 200 : 400) << target;
    }
    for (const Parameter& rule : list.parameters) {
      if (rule.required) {
        EXPECT_EQ(status(path + required(list, rule.name)), 400) << path << rule.name;
      }
      if (rule.type == ParameterType::kEnum && !rule.required) {
        EXPECT_EQ(status(target + std::string(rule.name) + "=NONE"), 400) << path << rule.name;
      }
    }
    if (has(list, "ad_account_id")) {
      EXPECT_EQ(status(target + "ad_account_id=1"), 404) << target;
    }
  }
}

TEST_F(ListsTest, NeedTheirScopes) {
  for (const Collection& list : collections()) {
    for (const std::string_view scope : list.scopes) {
      Options options = usual();
      options.scopes.erase(std::string(scope));
      start(options);
      EXPECT_EQ(status(path_of(list) + required(list)), 403) << list.path << scope;
    }
  }
}

TEST_F(ListsTest, CountForTheLimitOfTheirCategory) {
  for (const Collection& list : collections()) {
    Options options = usual();
    options.limits = LimitTier::kStandard;
    options.category_limits[std::string(list.category)] = 1;
    start(options);
    const std::string target = path_of(list) + required(list);
    EXPECT_EQ(status(target), 200) << target;
    EXPECT_EQ(status(target), 429) << target;
  }
}

TEST_F(ListsTest, KnowTheirParents) {
  for (const Collection& list : collections()) {
    for (const auto& [place, value] : kPlaces) {
      if (list.path.find(place) == std::string_view::npos || !place.ends_with("_id}")) continue;
      std::string path = path_of(list);
      path.replace(path.find(value), value.size(), "1");
      EXPECT_EQ(status(path + required(list)), 404) << path;
      path.replace(path.rfind("/1"), 2, "/x");
      EXPECT_EQ(status(path + required(list)), 400) << path;
    }
  }
  EXPECT_EQ(status("/catalogs/feeds/2680059592001/processing_results"), 200);
  EXPECT_TRUE(read("/catalogs/feeds/2680059592001/processing_results?").empty());
  EXPECT_EQ(status("/catalogs/feeds/2680059592005/processing_results"), 404);
  EXPECT_EQ(status("/catalogs/processing_results/5224000000003/item_issues"), 404);
}

TEST_F(ListsTest, AudiencesAreOwnedOrReceivedAndOneIsBoth) {
  const std::string path = std::string(kAccount) + "/audiences?page_size=250&ownership_type=";
  const auto owned = ids_of(path + "OWNED");
  const auto received = ids_of(path + "RECEIVED");
  EXPECT_EQ(owned.size(), 260U);
  EXPECT_EQ(received.size(), 30U);
  std::set<std::string> all(owned.begin(), owned.end());
  all.insert(received.begin(), received.end());
  EXPECT_EQ(all.size(), owned.size() + received.size() - 1);
  EXPECT_EQ(ids_of(std::string(kAccount) + "/audiences?page_size=250"), owned);
  auto backwards = ids_of(std::string(kAccount) + "/audiences?page_size=250&order=DESCENDING");
  std::ranges::reverse(backwards);
  EXPECT_EQ(backwards, owned);
}

TEST_F(ListsTest, KeywordsHaveOneKindOfParent) {
  const std::string path = std::string(kAccount) + "/keywords?page_size=250";
  EXPECT_EQ(read(path).size(), 260U);
  EXPECT_EQ(read(path).front()["parent_id"], "549755885175");
  const auto of_campaign = read(path + "&campaign_id=" + id(EntityKind::kCampaign, 0));
  ASSERT_EQ(of_campaign.size(), 3U);
  EXPECT_EQ(of_campaign[0]["parent_id"], id(EntityKind::kCampaign, 0));

  std::string groups = path;
  std::vector<std::string> one_by_one;
  for (std::int64_t i = 0; i < 10; ++i) {
    groups += "&ad_group_ids=" + id(EntityKind::kAdGroup, i);
    const auto own = ids_of(path + "&ad_group_id=" + id(EntityKind::kAdGroup, i));
    one_by_one.insert(one_by_one.end(), own.begin(), own.end());
  }
  EXPECT_EQ(ids_of(groups), one_by_one);
  EXPECT_EQ(one_by_one.size(), 20U);
  EXPECT_EQ(status(groups + "&campaign_id=" + id(EntityKind::kCampaign, 0)), 400);
  EXPECT_EQ(status(groups + "&ad_group_ids=" + id(EntityKind::kAdGroup, 0, 1)), 404);
  for (int i = 0; i < 241; ++i) groups += "&ad_group_ids=1";
  EXPECT_EQ(status(groups), 400);

  Options options = usual();
  options.keyword_batches = false;
  start(options);
  EXPECT_EQ(status(path + "&ad_group_ids=" + id(EntityKind::kAdGroup, 0)), 400);
  EXPECT_EQ(status(path + "&ad_group_id=" + id(EntityKind::kAdGroup, 0)), 200);
}

TEST_F(ListsTest, LabelsShareItems) {
  const std::string path = std::string(kAccount) + "/labels?page_size=10";
  const std::string both = "&entity_statuses=ACTIVE&entity_statuses=ARCHIVED";
  EXPECT_EQ(read(path).size(), 60U);
  EXPECT_EQ(read(path + both).size(), 90U);
  std::set<bool> wrapped;
  for (std::uint64_t seed = 1; seed < 30; ++seed) {
    Options options = usual();
    options.seed = seed;
    start(options);
    EXPECT_EQ(read(path + both).size(), 90U);
    const Json page = get(path);
    for (const Json& item : page["items"]) wrapped.insert(item.contains("labels"));
  }
  EXPECT_EQ(wrapped.size(), 2U);
}

TEST_F(ListsTest, BoardsAreThoseOfThePins) {
  EXPECT_EQ(ids_of("/boards?").size(), 1U);
  const auto boards = ids_of("/boards?privacy=ALL");
  EXPECT_EQ(boards.size(), 3U);
  EXPECT_EQ(ids_of("/boards?privacy=PUBLIC_AND_SECRET").size(), 2U);
  std::map<std::string, Json> listed;
  std::size_t in_sections = 0;
  for (const std::string& board : boards) {
    for (const Json& pin : read("/boards/" + board + "/pins?page_size=10")) {
      EXPECT_EQ(pin["board_id"], board);
      listed[pin["id"]] = pin;
    }
    for (const std::string& section : ids_of("/boards/" + board + "/sections?")) {
      for (const Json& pin : read("/boards/" + board + "/sections/" + section + "/pins?page_size=10")) {
        EXPECT_EQ(pin["board_section_id"], section);
        EXPECT_EQ(listed.at(pin["id"]), pin);
        ++in_sections;
      }
    }
  }
  EXPECT_EQ(listed.size(), 50U);
  EXPECT_EQ(in_sections, static_cast<std::size_t>(std::ranges::count_if(listed, [](const auto& it) {
              return !it.second["board_section_id"].is_null();
            })));
  for (const Json& pin : read("/pins?include_protected_pins=true")) EXPECT_EQ(listed.at(pin["id"]), pin);
  EXPECT_EQ(status("/boards/394205842000000001/sections/5000000000000000000/pins"), 404);
}

TEST_F(ListsTest, TopPinsComeInOrder) {
  const std::string path = "/user_account/analytics/top_pins?end_date=2026-02-28&sort_by=SAVE&start_date=";
  const Json answer = get(path + "2026-01-30&num_of_pins=50");
  EXPECT_EQ(answer["sort_by"], "SAVE");
  ASSERT_EQ(answer["pins"].size(), 50U);
  std::set<std::string> pins;
  for (std::size_t i = 0; i < 50; ++i) {
    const Json& pin = answer["pins"][i];
    pins.insert(pin["pin_id"]);
    EXPECT_TRUE(pin["data_status"]["SAVE"].is_string());
    if (i > 0) {
      EXPECT_LT(pin["metrics"]["SAVE"], answer["pins"][i - 1]["metrics"]["SAVE"]);
    }
  }
  EXPECT_EQ(pins.size(), 50U);
  EXPECT_EQ(get(path + "2026-01-30")["pins"].size(), 10U);
  EXPECT_EQ(get(path + "2026-01-30&metric_types=IMPRESSION,SAVE")["pins"][0]["data_status"].size(), 2U);
  EXPECT_EQ(status(path + "2026-01-30&num_of_pins=51"), 400);
  EXPECT_EQ(status(path + "2025-11-01"), 400);
}

TEST_F(ListsTest, FeedsHoldCredentialsAndResultsHaveNoSecondPage) {
  EXPECT_NE(ask("/catalogs/feeds").body.find("feed-password-SECRET"), std::string::npos);
  const std::string path = "/catalogs/feeds/2680059592002/processing_results?page_size=20";
  const Json first = get(path);
  EXPECT_EQ(first["items"].size(), 20U);
  EXPECT_EQ(get(path + "&bookmark=" + first["bookmark"].get<std::string>()), first);
  EXPECT_EQ(get("/catalogs/feeds/2680059592002/processing_results?page_size=250")["items"].size(), 30U);
}

TEST_F(ListsTest, WithoutACatalogProductGroupsAreAConflict) {
  Options options = usual();
  options.catalog = false;
  start(options);
  const Answer answer = ask("/catalogs/product_groups");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(Json::parse(answer.body)["code"], 4182);
  EXPECT_TRUE(read("/catalogs?").empty());
  EXPECT_TRUE(read("/catalogs/feeds?").empty());
}

TEST_F(ListsTest, TargetingOptionsAreAMap) {
  const Json genders = get("/resources/targeting/GENDER");
  ASSERT_EQ(genders.size(), 1U);
  EXPECT_EQ(genders[0].size(), 3U);
  EXPECT_EQ(get("/resources/targeting/LOCATION")[0].size(), 60U);
  EXPECT_EQ(status("/resources/targeting/PLACEMENT"), 400);
}

TEST_F(ListsTest, MetricsAreReadyInTime) {
  const std::string path = "/resources/metrics_ready_state?date=";
  const auto ready = [&](const char* day) {
    const Json answer = get(path + day);
    return std::pair(answer["conversion_metrics_ready"], answer["non_conversion_metrics_ready"]);
  };
  EXPECT_EQ(ready("2026-02-27"), std::pair(Json(true), Json(true)));
  EXPECT_EQ(ready("2026-02-28"), std::pair(Json(false), Json(true)));
  EXPECT_EQ(ready("2026-03-01"), std::pair(Json(false), Json(false)));
  EXPECT_EQ(status(path + "2026-03-02"), 400);
  EXPECT_EQ(status(path + "2026-02-30"), 400);
  EXPECT_EQ(status(path + "yesterday"), 400);
  EXPECT_EQ(status(path + "2026-02-28&ad_account_id=549755885175"), 400);
  EXPECT_EQ(status("/resources/metrics_ready_state"), 400);
  EXPECT_EQ(it_->counters().requests().at("/resources/metrics_ready_state"), 8);
}

TEST_F(ListsTest, TrendsAreOfRegionsThatExist) {
  EXPECT_EQ(get("/trends/keywords/GB%2BIE/top/growing")["trends"].size(), 50U);
  EXPECT_EQ(get("/trends/keywords/GB+IE/top/growing?limit=7")["trends"].size(), 7U);
  EXPECT_EQ(get("/trends/keywords/US/top/seasonal")["trends"].size(), 5U);
  EXPECT_EQ(status("/trends/keywords/GB/top/growing"), 400);
  EXPECT_EQ(status("/trends/keywords/US/top/daily"), 400);
  EXPECT_EQ(status("/trends/keywords/US/top/growing?limit=51"), 400);
}

TEST_F(ListsTest, FollowTheirSlotsAndFilters) {
  const std::string insights = std::string(kAccount) + "/audience_insights?audience_insight_type=";
  EXPECT_TRUE(get(insights + "YOUR_TOTAL_AUDIENCE")["date"].is_string());
  EXPECT_TRUE(get(insights + "PINTEREST_TOTAL_AUDIENCE")["date"].is_null());
  EXPECT_LT(read(std::string(kAccount) + "/conversion_tags?filter_deleted=true").size(),
            read(std::string(kAccount) + "/conversion_tags?").size() + 1);
  EXPECT_EQ(read(std::string(kAccount) + "/billing_profiles?is_active=true").size(), 1U);
  EXPECT_EQ(read("/catalogs/product_groups?id=443727190001,443727190002").size(), 2U);
  EXPECT_EQ(read("/catalogs/processing_results/5224000000000/item_issues?item_numbers=7").size(), 1U);
  const std::string business = "/businesses/383791336903000000";
  EXPECT_EQ(read(business + "/members?page_size=250&start_index=255").size(), 5U);
  EXPECT_TRUE(read(business + "/members?")[0]["assets_summary"].is_null());
  EXPECT_TRUE(read(business + "/members?assets_summary=true")[0]["assets_summary"].is_object());
  EXPECT_EQ(read(business + "/partners?partner_type=EXTERNAL").size(), 30U);
  EXPECT_TRUE(read(business + "/assets?asset_type=ASSET_GROUP").empty());
  EXPECT_EQ(read(business + "/assets?asset_type=PROFILE")[0]["asset_type"], "PROFILE");
}

TEST_F(ListsTest, GrowIfTheyAreToldTo) {
  Options options = usual();
  options.unknown_fields = true;
  start(options);
  const auto rows = read(std::string(kAccount) + "/audiences?page_size=250");
  const auto grown =
      std::ranges::count_if(rows, [](const Json& row) { return row.contains("brand_new_field"); });
  EXPECT_GT(grown, 20);
  EXPECT_LT(grown, 100);
}

}  // namespace
}  // namespace simulator
