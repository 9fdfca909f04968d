#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "calendar.hpp"
#include "columns.hpp"
#include "report_levels.hpp"
#include "simulator.hpp"

namespace simulator {
namespace {

using Json = nlohmann::json;

constexpr const char* kReports = "/v5/ad_accounts/549755885175/reports";
constexpr const char* kBearer = "Bearer access-token-000000";

std::string all_of(const Answer& answer) {
  std::string text = answer.body;
  for (bool more = answer.next_piece != nullptr; more;) more = answer.next_piece(text);
  return text;
}

std::string header(const Answer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return {};
}

// A simulator with a clock that stands still.
class ReportsTest : public testing::Test {
 protected:
  ReportsTest() {
    options_.limits = LimitTier::kOff;
    options_.plain_values = true;
  }

  Simulator& it() {
    if (!it_) it_ = std::make_unique<Simulator>(options_, [this] { return now_; });
    return *it_;
  }

  static Json request(const std::string& level = "CAMPAIGN") {
    return {{"start_date", "2025-10-01"},
            {"end_date", "2025-10-31"},
            {"granularity", "DAY"},
            {"level", level},
            {"columns", {"SPEND_IN_DOLLAR", "TOTAL_CONVERSIONS_QUANTITY", "CAMPAIGN_ID"}}};
  }

  Answer create(const Json& body, const std::string& target = kReports) {
    return create_text(body.dump(), target);
  }

  Answer create_text(const std::string& body, const std::string& target = kReports,
                     const std::string& type = "application/json") {
    return it()
        .handle({.method = "POST",
                 .target = target,
                 .authorization = kBearer,
                 .content_type = type,
                 .body = body})
        .answer;
  }

  Json poll(const std::string& token, const std::string& target = kReports) {
    const Answer answer = it().handle({.target = target + "?token=" + token,
                                       .authorization = kBearer,
                                       .content_type = {},
                                       .body = {},
                                       .host = "127.0.0.1:81"})
                              .answer;
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json::parse(answer.body);
  }

  std::string token_of(const Json& body) {
    const Answer answer = create(body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const Json json = Json::parse(answer.body);
    EXPECT_EQ(json["report_status"], "IN_PROGRESS");
    EXPECT_TRUE(json["message"].is_null());
    return json["token"];
  }

  // The last answer of as many polls as it takes.
  Json finished(const std::string& token) {
    for (int i = 0; i < options_.report_polls; ++i) EXPECT_EQ(poll(token)["report_status"], "IN_PROGRESS");
    return poll(token);
  }

  static std::string path_of(const std::string& url) { return url.substr(url.find("/_reports/")); }

  Answer download(const std::string& url, const Request& with = {}) {
    Request request = with;
    request.target = path_of(url);
    return it().handle(request).answer;
  }

  Json rows_of(const Json& body) {
    const Json end = finished(token_of(body));
    EXPECT_EQ(end["report_status"], "FINISHED");
    if (end["url"].is_null()) return Json::object();
    const std::string text = all_of(download(end["url"]));
    EXPECT_EQ(text.size(), end["size"].get<std::size_t>());
    return Json::parse(text);
  }

  void post(const std::string& target, const std::string& body) {
    const Answer answer =
        it().handle(
                {.method = "POST", .target = target, .authorization = {}, .content_type = {}, .body = body})
            .answer;
    EXPECT_EQ(answer.status, 200) << answer.body;
  }

  std::vector<Json> truth(const std::string& query) {
    const Answer answer =
        it().handle(
                {.target = "/_simulator/truth/" + query, .authorization = {}, .content_type = {}, .body = {}})
            .answer;
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::istringstream lines(all_of(answer));
    std::vector<Json> rows;
    for (std::string line; std::getline(lines, line);) rows.push_back(Json::parse(line));
    return rows;
  }

  Options options_;
  Instant now_ = *parse_instant("2026-03-01T12:30:00Z");
  std::unique_ptr<Simulator> it_;
};

TEST(ReportColumns, AreThoseOfTheDocument) {
  EXPECT_EQ(report_columns().size(), 626U);
  EXPECT_EQ(find_report_column("QUIZ_PIN_RESULT_OPEN"), nullptr);
  EXPECT_NE(find_column("QUIZ_PIN_RESULT_OPEN"), nullptr);
  EXPECT_NE(find_report_column("TOTAL_CONVERSIONS_QUANTITY"), nullptr);
  EXPECT_EQ(find_report_column("ADS_CREDIT_SPEND_IN_DOLLAR")->salt,
            find_report_column("ADS_CREDIT_SPEND_IN_MICRO_DOLLAR")->salt);
}

TEST_F(ReportsTest, RequestsAreHeldAgainstTheDocument) {
  struct Case {
    Json changes;  // a merge patch
    int status;
    std::string says;
  };
  const std::vector<Case> cases{
      {Json::object(), 200, ""},
      {{{"level", nullptr}}, 400, "'level' is a required property"},
      {{{"columns", nullptr}}, 400, "'columns' is a required property"},
      {{{"granularity", nullptr}}, 400, "'granularity' is a required property"},
      {{{"entity_statuses", {"ACTIVE"}}}, 400, "('entity_statuses' was unexpected)"},
      {{{"level", "AD"}}, 400, "'AD' is not one of ['ADVERTISER', "},
      {{{"granularity", "WEEKLY"}}, 400, "'WEEKLY' is not one of"},
      {{{"columns", {"SPEND"}}}, 400, "'SPEND' is not one of ['ADS_CREDIT_SPEND_IN_DOLLAR', '"},
      {{{"columns", {"QUIZ_PIN_RESULT_OPEN"}}}, 400, "'QUIZ_PIN_RESULT_OPEN' is not one of"},
      {{{"columns", "CTR"}}, 400, "is not of type 'array'"},
      {{{"columns", {1}}}, 400, "1 is not of type 'string'"},
      {{{"start_date", "2025-02-29"}}, 400, "is not a date"},
      {{{"start_date", "2025-11-01"}}, 400, "start_date is after end_date"},
      {{{"end_date", "2026-03-02"}}, 400, "end_date is in the future"},
      {{{"click_window_days", 7}, {"engagement_window_days", 0}, {"view_window_days", 60}}, 200, ""},
      {{{"click_window_days", 2}}, 400, "2 is not one of [0, 1, 7, 14, 30, 60]"},
      {{{"click_window_days", "7"}}, 400, "is not one of [0"},
      {{{"conversion_report_time", "TIME_OF_CONVERSION"}}, 200, ""},
      {{{"conversion_report_time", "LATER"}}, 400, "'LATER' is not one of"},
      {{{"attribution_types", {"INDIVIDUAL", "HOUSEHOLD"}}}, 200, ""},
      {{{"primary_sort", "BY_DATE"}}, 200, ""},
      {{{"primary_sort", "BY_NAME"}}, 400, "'BY_NAME' is not one of"},
      {{{"report_format", "XML"}}, 400, "'XML' is not one of"},
      {{{"report_format", "CSV"}}, 501, "CSV is not simulated"},
      {{{"reporting_timezone", "AD_ACCOUNT_TIME_ZONE"}}, 403, "closed beta"},
      {{{"start_hour", 3}}, 400, "only allowed for hourly reports"},
      {{{"start_hour", 24}}, 400, "24 is not an hour"},
      {{{"targeting_types", {"GENDER"}}}, 400, "targeting_types are not allowed at level CAMPAIGN"},
      {{{"campaign_ids", {"1"}}}, 200, ""},
      {{{"campaign_ids", {1}}}, 400, "1 is not of type 'string'"},
      {{{"campaign_ids", {"x"}}}, 400, "is not a match of"},
      {{{"campaign_ids", Json::array()}}, 400, "[] is too short"},
      {{{"campaign_ids", std::vector<std::string>(501, "1")}}, 400, "too long"},
      {{{"campaign_statuses", {"RUNNING", "ARCHIVED"}}}, 200, ""},
      {{{"campaign_statuses", {"ACTIVE"}}}, 400, "'ACTIVE' is not one of"},
      {{{"campaign_statuses", std::vector<std::string>(7, "DRAFT")}}, 400, "too long"},
      {{{"ad_ids", {"1"}}}, 501, "ad_ids is not simulated at level CAMPAIGN"},
      {{{"metrics_filters", {{{"field", "CTR"}, {"operator", "LESS_THAN"}, {"values", {1}}}}}},
       400,
       "'CTR' is not one of"},
      {{{"metrics_filters", {{{"field", "SPEND_IN_DOLLAR"}, {"operator", "LESS_THAN"}}}}},
       400,
       "'values' is a required property"},
      {{{"level", "KEYWORD"}, {"columns", {"TOTAL_IMPRESSION_USER", "CTR", "TOTAL_IMPRESSION_FREQUENCY"}}},
       400,
       "Columns TOTAL_IMPRESSION_USER, TOTAL_IMPRESSION_FREQUENCY are not available."},
      {{{"level", "PRODUCT_ITEM"}, {"columns", {"AD_ID"}}}, 400, "Columns AD_ID are not available."},
      {{{"level", "CAMPAIGN_TARGETING"}, {"columns", {"TOTAL_IMPRESSION_USER"}}}, 400, "are not available."},
      {{{"level", "PRODUCT_GROUP_TARGETING"}, {"columns", {"OUTBOUND_CTR"}}}, 400, "are not available."},
      {{{"level", "AD_GROUP_TARGETING"}}, 501, "without targeting_types is not simulated"},
      {{{"level", "AD_GROUP_TARGETING"}, {"targeting_types", {"GENDER", "REGION"}}}, 200, ""},
      {{{"level", "AD_GROUP_TARGETING"}, {"targeting_types", {"CREATIVE_TYPE"}}},
       400,
       "'CREATIVE_TYPE' is not one of"},
      {{{"level", "AD_GROUP_TARGETING"}, {"targeting_types", {"MEDIA_TYPE"}}},
       400,
       "Targeting type MEDIA_TYPE is not available at level AD_GROUP_TARGETING"},
      {{{"level", "AD_GROUP_TARGETING"}, {"targeting_types", std::vector<std::string>(6, "GENDER")}},
       400,
       "too long"},
  };
  for (const auto& [changes, status, says] : cases) {
    Json body = request();
    body.merge_patch(changes);
    const Answer answer = create(body);
    EXPECT_EQ(answer.status, status) << changes << "\n" << answer.body;
    EXPECT_NE(answer.body.find(says), std::string::npos) << changes << "\n" << answer.body;
  }
}

TEST_F(ReportsTest, TheBodyIsJsonAndThereIsNoQuery) {
  EXPECT_EQ(create_text("{").status, 400);
  EXPECT_EQ(create_text("[]").status, 400);
  EXPECT_EQ(create_text(request().dump(), kReports, "application/x-www-form-urlencoded").status, 415);
  EXPECT_EQ(create(request(), std::string(kReports) + "?level=CAMPAIGN").status, 400);
  EXPECT_EQ(create(request(), "/v5/ad_accounts/1/reports").status, 404);
}

TEST_F(ReportsTest, ReachEndsWhereTheDocumentEndsIt) {
  const auto status = [&](const char* level, const char* granularity, int back, int length) {
    const Day start = day_of(now_) - std::chrono::days{back};
    Json body = request(level);
    body["columns"] = {"CTR"};
    body["granularity"] = granularity;
    body["start_date"] = format_day(start);
    body["end_date"] = format_day(start + std::chrono::days{length - 1});
    return create(body).status;
  };
  EXPECT_EQ(status("CAMPAIGN", "DAY", 914, 186), 200);
  EXPECT_EQ(status("CAMPAIGN", "DAY", 915, 5), 400);
  EXPECT_EQ(status("CAMPAIGN", "TOTAL", 914, 187), 400);
  EXPECT_EQ(status("CAMPAIGN", "HOUR", 8, 3), 200);
  EXPECT_EQ(status("CAMPAIGN", "HOUR", 9, 3), 400);
  EXPECT_EQ(status("CAMPAIGN", "HOUR", 8, 4), 400);
  EXPECT_EQ(status("PRODUCT_ITEM", "DAY", 92, 31), 200);
  EXPECT_EQ(status("PRODUCT_ITEM", "DAY", 93, 31), 400);
  EXPECT_EQ(status("PRODUCT_ITEM", "DAY", 92, 32), 400);
}

TEST_F(ReportsTest, AReportLivesAnHourAndItsLinkFiveMinutes) {
  const std::string token = token_of(request());
  EXPECT_EQ(poll("0123"), Json::parse(R"({"report_status":"DOES_NOT_EXIST","url":null,"size":null})"));
  EXPECT_EQ(poll(token, "/v5/ad_accounts/549755886188/reports")["report_status"], "DOES_NOT_EXIST");
  const std::string url = finished(token)["url"];
  EXPECT_TRUE(url.starts_with("http://127.0.0.1:81/_reports/")) << url;
  EXPECT_EQ(download(url).status, 200);
  now_ += std::chrono::minutes{5};
  EXPECT_EQ(download(url).status, 403);
  const std::string fresh = poll(token)["url"];
  EXPECT_EQ(all_of(download(fresh)).front(), '{');
  now_ += std::chrono::minutes{55};
  EXPECT_EQ(poll(token)["report_status"], "EXPIRED");
  now_ += std::chrono::hours{1};
  EXPECT_EQ(poll(token)["report_status"], "DOES_NOT_EXIST");
}

TEST_F(ReportsTest, DownloadsWantTheSignatureAndNothingElse) {
  const std::string url = finished(token_of(request()))["url"];
  Request with_token;
  with_token.authorization = kBearer;
  EXPECT_EQ(download(url, with_token).status, 400);
  EXPECT_EQ(download(url.substr(0, url.find('?'))).status, 403);
  EXPECT_EQ(download(url + "0").status, 403);
  EXPECT_EQ(download("/_reports/0123?credentials=SIMULATED%2F1%2F2").status, 403);
  Request posted;
  posted.method = "POST";
  EXPECT_EQ(download(url, posted).status, 405);
}

TEST_F(ReportsTest, ADownloadGoesOnWhereItBroke) {
  const Json end = finished(token_of(request()));
  const std::string url = end["url"];
  const Answer whole = download(url);
  const std::string text = all_of(whole);
  EXPECT_EQ(whole.length, text.size());
  EXPECT_EQ(end["size"], text.size());
  const auto from = [&](const std::string& range) {
    Request request;
    request.range = range;
    return download(url, request);
  };
  for (const std::size_t begin : {std::size_t{0}, std::size_t{1}, text.size() / 2, text.size() - 1}) {
    const Answer rest = from("bytes=" + std::to_string(begin) + "-");
    EXPECT_EQ(rest.status, 206);
    EXPECT_EQ(rest.length, text.size() - begin);
    EXPECT_EQ(header(rest, "Content-Range"), "bytes " + std::to_string(begin) + "-" +
                                                 std::to_string(text.size() - 1) + "/" +
                                                 std::to_string(text.size()));
    EXPECT_EQ(all_of(rest), text.substr(begin));
  }
  const Answer beyond = from("bytes=" + std::to_string(text.size()) + "-");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(header(beyond, "Content-Range"), "bytes */" + std::to_string(text.size()));
}

TEST_F(ReportsTest, RangesMayBeIgnored) {
  options_.report_ranges = false;
  const std::string url = finished(token_of(request()))["url"];
  Request with_range;
  with_range.range = "bytes=10-";
  const Answer answer = download(url, with_range);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(all_of(answer), all_of(download(url)));
}

TEST_F(ReportsTest, GzipIsSpokenOnlyToThoseWhoAskForIt) {
  options_.gzip_reports = true;
  const std::string url = finished(token_of(request()))["url"];
  Request asking;
  asking.accept_encoding = "deflate, gzip";
  const Answer packed = download(url, asking);
  const std::string bytes = all_of(packed);
  EXPECT_EQ(header(packed, "Content-Encoding"), "gzip");
  EXPECT_EQ(packed.length, bytes.size());
  EXPECT_TRUE(bytes.starts_with("\x1f\x8b"));
  const std::string plain = all_of(download(url));
  EXPECT_EQ(plain.front(), '{');
  EXPECT_LT(bytes.size(), plain.size());
}

// The rows of a body with their id, by date or not, as `id date column` → text.
void flatten(const Json& body, const std::string& date, std::map<std::string, std::string>& out) {
  for (const auto& [key, value] : body.items()) {
    if (value.is_object()) {
      flatten(value, key, out);
      continue;
    }
    for (const Json& row : value) {
      EXPECT_TRUE(date.empty() || row.value("DATE", "") == date) << row;
      for (const auto& [column, cell] : row.items()) {
        std::string name = key;
        name.append(" ").append(row.value("DATE", "")).append(" ").append(column);
        out[name] = cell.dump();
      }
    }
  }
}

TEST_F(ReportsTest, RowsAreTheSameWhateverTheirOrder) {
  for (const char* granularity : {"DAY", "WEEK", "MONTH", "HOUR"}) {
    Json body = request();
    body["granularity"] = granularity;
    if (std::string(granularity) == "HOUR")
      body.update({{"start_date", "2026-02-26"}, {"end_date", "2026-02-28"}});
    std::map<std::string, std::string> by_id;
    flatten(rows_of(body), "", by_id);
    body["primary_sort"] = "BY_DATE";
    std::map<std::string, std::string> by_date;
    const Json dated = rows_of(body);
    flatten(dated, "", by_date);
    EXPECT_TRUE(dated.begin()->is_object());
    EXPECT_GT(by_id.size(), 20U) << granularity;
    EXPECT_EQ(by_id, by_date) << granularity;
  }
}

TEST_F(ReportsTest, AReportIsWhatTheSynchronousEndpointSaysButForZeros) {
  Json body = request("PIN_PROMOTION");
  body["columns"] = {"SPEND_IN_DOLLAR", "TOTAL_IMPRESSION"};
  const Json report = rows_of(body);
  std::size_t zeros = 0;
  std::size_t rows = 0;
  for (const Json& row : truth("ad_analytics?account=0&start_date=2025-10-01&end_date=2025-10-31"
                               "&columns=SPEND_IN_DOLLAR,TOTAL_IMPRESSION")) {
    const Json& metrics = row["metrics"];
    if (metrics["SPEND_IN_DOLLAR"] == "0.00" && metrics["TOTAL_IMPRESSION"] == "0") {
      ++zeros;
      continue;
    }
    ++rows;
    bool found = false;
    for (const Json& candidate : report.at(row["AD_ID"].get<std::string>())) {
      if (candidate["DATE"] != row["DATE"]) continue;
      found = true;
      EXPECT_EQ(candidate["AD_ID"], row["AD_ID"]);
      EXPECT_EQ(candidate["TOTAL_IMPRESSION"], std::stoll(metrics["TOTAL_IMPRESSION"].get<std::string>()));
    }
    EXPECT_TRUE(found) << row;
  }
  std::size_t reported = 0;
  for (const Json& of_ad : report) reported += of_ad.size();
  EXPECT_GT(zeros, 0U);
  EXPECT_EQ(reported, rows);
}

TEST_F(ReportsTest, EveryLevelHasRowsAndIsTheTruth) {
  for (const ReportLevel& level : levels()) {
    Json body = request(std::string(level.name));
    if (level.targeting) body["targeting_types"] = {"GENDER", "LOCATION"};
    body["start_date"] = "2026-02-01";
    body["end_date"] = "2026-02-05";
    body["columns"] = {"TOTAL_IMPRESSION", "AD_ACCOUNT_ID", "CAMPAIGN_STATUS", "AD_GROUP_ID"};
    const Json report = rows_of(body);
    const auto lines = truth(
        "reports?account=0&start_date=2026-02-01&end_date=2026-02-05&columns=TOTAL_IMPRESSION,"
        "AD_ACCOUNT_ID,CAMPAIGN_STATUS,AD_GROUP_ID&level=" +
        std::string(level.name) + (level.targeting ? "&targeting_types=GENDER,LOCATION" : ""));
    std::size_t rows = 0;
    for (const Json& of_id : report) rows += of_id.size();
    EXPECT_GT(rows, 0U) << level.name;
    EXPECT_EQ(rows, lines.size()) << level.name;
    for (const Json& line : lines) {
      const std::string id = line[std::string(id_column(level.scope))];
      ASSERT_TRUE(report.contains(id)) << level.name << " " << id;
      EXPECT_EQ(has_id_column(level.scope), report[id][0].contains(id_column(level.scope))) << level.name;
      EXPECT_EQ(report[id][0]["AD_ACCOUNT_ID"], "549755885175");
      EXPECT_EQ(report[id][0]["CAMPAIGN_STATUS"].is_null(), level.scope == Scope::kAdvertiser);
    }
  }
}

TEST_F(ReportsTest, LevelsAndTheirTargetingAddUp) {
  const auto total = [&](const std::string& level, const std::string& type) {
    Json body = request(level);
    body["columns"] = {"TOTAL_CONVERSIONS_QUANTITY"};
    if (!type.empty()) body["targeting_types"] = {type};
    std::int64_t sum = 0;
    for (const Json& of_id : rows_of(body)) {
      for (const Json& row : of_id) {
        sum += row["TOTAL_CONVERSIONS_QUANTITY"].get<std::int64_t>();
        EXPECT_EQ(row.value("TARGETING_TYPE", ""), type);
        EXPECT_EQ(row.contains("TARGETING_VALUE"), !type.empty());
      }
    }
    return sum;
  };
  const std::int64_t whole = total("ADVERTISER", "");
  EXPECT_GT(whole, 0);
  for (const std::string level : {"CAMPAIGN", "AD_GROUP", "PIN_PROMOTION"}) {
    EXPECT_EQ(total(level, ""), whole) << level;
    EXPECT_EQ(total(level + "_TARGETING", "GENDER"), whole) << level;
  }
  EXPECT_EQ(total("PRODUCT_GROUP_TARGETING", "GENDER"), total("PRODUCT_GROUP", ""));
  EXPECT_LT(total("KEYWORD", ""), whole);
}

TEST_F(ReportsTest, OddFormsAreAllowedInAReport) {
  options_.plain_values = false;
  Json body = request("CAMPAIGN_TARGETING");
  body["targeting_types"] = {"LOCATION"};
  std::map<std::string, int> ids;
  std::map<std::string, int> values;
  for (const Json& of_id : rows_of(body)) {
    for (const Json& row : of_id) {
      ++ids[row["CAMPAIGN_ID"].type_name()];
      ++values[row["TARGETING_VALUE"].type_name()];
    }
  }
  EXPECT_GT(ids["number"], 10);
  EXPECT_GT(ids["string"], 10);
  EXPECT_GT(values["number"], 10);
  EXPECT_GT(values["string"], 10);
}

TEST_F(ReportsTest, RowsMayLackTheirId) {
  options_.report_id_in_row = false;
  for (const Json& of_campaign : rows_of(request())) EXPECT_FALSE(of_campaign[0].contains("CAMPAIGN_ID"));
}

TEST_F(ReportsTest, FiltersLeaveWhatTheyName) {
  Json body = request();
  const std::string id = std::to_string(it().world().id({EntityKind::kCampaign, 0, 0}));
  body["campaign_ids"] = {id};
  EXPECT_EQ(rows_of(body).size(), 1U);
  Json running = request("AD_GROUP");
  running["campaign_statuses"] = {"RUNNING"};
  running["columns"] = {"TOTAL_IMPRESSION", "CAMPAIGN_STATUS"};
  for (const Json& of_group : rows_of(running)) EXPECT_EQ(of_group[0]["CAMPAIGN_STATUS"], "RUNNING");
  Json rich = request();
  rich["columns"] = {"TOTAL_IMPRESSION"};
  const Json poor_too = rows_of(rich);
  rich["metrics_filters"] = {{{"field", "SPEND_IN_DOLLAR"}, {"operator", "GREATER_THAN"}, {"values", {300}}}};
  const Json only_rich = rows_of(rich);
  EXPECT_FALSE(only_rich.empty());
  EXPECT_LT(only_rich.dump().size(), poor_too.dump().size());
  EXPECT_EQ(only_rich.dump().find("SPEND"), std::string::npos);
}

TEST_F(ReportsTest, WithoutRowsThereIsNoLink) {
  Json body = request();
  body["campaign_ids"] = {"1"};
  const Json end = finished(token_of(body));
  EXPECT_EQ(end, Json::parse(R"({"report_status":"FINISHED","url":null,"size":null})"));
}

TEST_F(ReportsTest, OrALinkToNothing) {
  options_.empty_report = EmptyReport::kBody;
  Json body = request();
  body["campaign_ids"] = {"1"};
  const Json end = finished(token_of(body));
  EXPECT_EQ(end["size"], 0);
  const Answer answer = download(end["url"]);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(all_of(answer), "");
}

TEST_F(ReportsTest, OrALinkToAnEmptyObject) {
  options_.empty_report = EmptyReport::kObject;
  Json body = request();
  body["campaign_ids"] = {"1"};
  const Json end = finished(token_of(body));
  EXPECT_EQ(end["size"], 2);
  EXPECT_EQ(all_of(download(end["url"])), "{}");
}

TEST_F(ReportsTest, ReportsEndAsTheRulesSay) {
  const std::map<std::string, std::string> ends{
      {"failed", R"({"report_status":"FAILED","url":null,"size":null})"},
      {"cancelled", R"({"report_status":"CANCELLED","url":null,"size":null})"},
      {"expired", R"({"report_status":"EXPIRED","url":null,"size":null})"},
      {"does_not_exist", R"({"report_status":"DOES_NOT_EXIST","url":null,"size":null})"},
      {"null_status", R"({"report_status":null,"url":null,"size":null})"},
      {"no_status", R"({"url":null,"size":null})"},
      {"never_ends", R"({"report_status":"IN_PROGRESS","url":null,"size":null})"},
  };
  for (const auto& [name, end] : ends) {
    post("/_simulator/faults", R"([{"endpoint": "POST /ad_accounts/{ad_account_id}/reports", "times": 1,
                                    "match": "\"level\":\"CAMPAIGN\"", "kind": "report", "report": ")" +
                                   name + R"("}])");
    EXPECT_EQ(finished(token_of(request("AD_GROUP")))["report_status"], "FINISHED") << name;
    EXPECT_EQ(finished(token_of(request())), Json::parse(end)) << name;
    EXPECT_EQ(finished(token_of(request()))["report_status"], "FINISHED") << name;
  }
}

TEST_F(ReportsTest, LinksLeadAstrayAsTheRulesSay) {
  const auto url_of = [&](const std::string& name) -> std::string {
    post("/_simulator/faults", R"([{"endpoint": "POST /ad_accounts/{ad_account_id}/reports", "times": 1,
                                    "kind": "report", "report": ")" +
                                   name + R"("}])");
    return finished(token_of(request()))["url"];
  };
  EXPECT_TRUE(url_of("foreign_link").starts_with("http://reports.example.com/"));
  EXPECT_TRUE(url_of("private_link").starts_with("https://10.0.0.7/"));
  const Answer answer = download(url_of("redirecting_link"));
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(download(header(answer, "Location")).status, 200);
  EXPECT_EQ(it().handle({.method = "POST",
                         .target = "/_simulator/faults",
                         .authorization = {},
                         .content_type = {},
                         .body = R"([{"kind": "report", "report": "lost"}])"})
                .answer.status,
            400);
}

TEST_F(ReportsTest, FaultsStrikeAllThreeEndpoints) {
  post(
      "/_simulator/faults",
      R"([{"endpoint": "POST /ad_accounts/{ad_account_id}/reports", "nth": 1, "kind": "status", "status": 400,
            "body": {"code": 12, "message": "Something went wrong on our end"}},
           {"endpoint": "/ad_accounts/{ad_account_id}/reports", "nth": 4, "kind": "status", "status": 503},
           {"endpoint": "/_reports/{name}", "nth": 1, "kind": "truncate", "after_bytes": 500}])");
  EXPECT_EQ(create(request()).body, R"({"code":12,"message":"Something went wrong on our end"})");
  const std::string token = token_of(request());
  const std::string url = finished(token)["url"];
  EXPECT_EQ(it().handle({.target = std::string(kReports) + "?token=" + token,
                         .authorization = kBearer,
                         .content_type = {},
                         .body = {}})
                .answer.status,
            503);
  const auto ask = [&] {
    return it().handle({.target = path_of(url), .authorization = {}, .content_type = {}, .body = {}});
  };
  const Reply first = ask();
  ASSERT_TRUE(first.wire);
  EXPECT_EQ(first.wire->after_bytes, 500U);
  EXPECT_FALSE(ask().wire);
}

TEST_F(ReportsTest, ReportsCostMoreThanTheirCalls) {
  options_.report_cost_limit = 2;
  EXPECT_EQ(create(request()).status, 200);
  EXPECT_EQ(create(request()).status, 200);
  const Answer answer = create(request());
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.body,
            R"({"code":2726,"message":"Reporting query cost limit exceeded. Retry after 60 seconds"})");
  now_ += std::chrono::minutes{1};
  EXPECT_EQ(create(request()).status, 200);
}

TEST_F(ReportsTest, CreatingAndPollingCountAgainstAdsAnalytics) {
  options_.limits = LimitTier::kStandard;
  options_.category_limits["ads_analytics"] = 3;
  const std::string token = token_of(request());
  poll(token);
  poll(token);
  EXPECT_EQ(create(request()).status, 429);
  now_ += std::chrono::minutes{1};
  const std::string url = poll(token)["url"];
  for (int i = 0; i < 5; ++i) EXPECT_EQ(download(url).status, 200);
}

TEST_F(ReportsTest, TheLogSaysWhoBroughtAToken) {
  const std::string url = finished(token_of(request()))["url"];
  Request with_token;
  with_token.authorization = kBearer;
  with_token.range = "bytes=5-";
  download(url, with_token);
  download(url);
  const Json log = Json::parse(it().counters().describe_requests("/_reports/"));
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0]["authorization"], true);
  EXPECT_EQ(log[0]["range"], "bytes=5-");
  EXPECT_EQ(log[1]["authorization"], false);
  EXPECT_EQ(log[1]["endpoint"], "/_reports/{name}");
  const Json created = Json::parse(it().counters().describe_requests(kReports))[0];
  EXPECT_EQ(created["method"], "POST");
  EXPECT_EQ(created["endpoint"], "POST /ad_accounts/{ad_account_id}/reports");
}

class UserAnalyticsTest : public ReportsTest {
 protected:
  Answer ask(const std::string& query) {
    return it()
        .handle({.target = "/v5/user_account/analytics?" + query,
                 .authorization = kBearer,
                 .content_type = {},
                 .body = {}})
        .answer;
  }
};

constexpr const char* kFebruary = "start_date=2026-02-01&end_date=2026-02-28";

TEST_F(UserAnalyticsTest, IsAsStrictAsTheDocument) {
  const std::string range = kFebruary;
  const std::map<std::string, int> cases{
      {range, 200},
      {range + "&metric_types=SAVE,PIN_CLICK_RATE", 200},
      {range + "&metric_types=SAVE&metric_types=IMPRESSION", 400},
      {range + "&metric_types=VIDEO_START", 400},
      {range + "&split_field=PIN_FORMAT", 200},
      {range + "&split_field=SOURCE,APP_TYPE", 400},
      {range + "&app_types=WEB&content_type=PAID&source=YOUR_PINS&pin_format=ADS_VIDEO", 200},
      {range + "&from_claimed_content=NEITHER", 400},
      {range + "&ad_account_id=549755885175", 200},
      {range + "&ad_account_id=1", 404},
      {range + "&columns=SAVE", 400},
      {"start_date=2026-02-01", 400},
      {"start_date=2025-12-01&end_date=2026-03-01", 200},
      {"start_date=2025-11-30&end_date=2026-02-01", 400},
  };
  for (const auto& [query, status] : cases) EXPECT_EQ(ask(query).status, status) << query;
}

TEST_F(UserAnalyticsTest, IsTheTruthInItsShape) {
  for (const char* split : {"NO_SPLIT", "APP_TYPE", "OWNED_CONTENT", "SOURCE", "PIN_FORMAT"}) {
    const std::string query = kFebruary + std::string("&metric_types=SAVE,IMPRESSION&split_field=") + split;
    const Json body = Json::parse(ask(query).body);
    std::size_t days = 0;
    for (const Json& part : body) {
      days += part["daily_metrics"].size();
      EXPECT_EQ(part.size(), 2U);
      EXPECT_TRUE(part["summary_metrics"].contains("SAVE"));
    }
    const auto lines = truth("user_account_analytics?" + query);
    EXPECT_EQ(days, lines.size()) << split;
    for (const Json& line : lines) {
      const std::string value = line["split_value"];
      ASSERT_TRUE(body.contains(value)) << value;
      EXPECT_EQ(line["data_status"], line["date"] == "2026-02-28" ? "PROCESSING" : "READY");
    }
    EXPECT_EQ(body.contains("all"), std::string(split) == "NO_SPLIT");
  }
}

TEST_F(UserAnalyticsTest, AppTypesAddUp) {
  options_.gaps = false;
  const auto summary = [&](const std::string& rest) {
    std::int64_t sum = 0;
    const Json body = Json::parse(ask(kFebruary + std::string("&metric_types=SAVE") + rest).body);
    for (const Json& part : body) sum += part["summary_metrics"]["SAVE"].get<std::int64_t>();
    return sum;
  };
  EXPECT_GT(summary(""), 0);
  EXPECT_EQ(summary(""), summary("&split_field=APP_TYPE"));
  EXPECT_EQ(summary("&app_types=WEB"), summary("&app_types=WEB&split_field=APP_TYPE"));
}

}  // namespace
}  // namespace simulator
