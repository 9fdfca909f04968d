// Pinterest's API in memory: lists in pages, and a row of analytics for every id and day that is asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/fake_server.hpp"
#include "fakes/test_config.hpp"
#include "tap_pinterest/singer/projection.hpp"

namespace tap_pinterest::fakes {

// An address taken apart. Values are as they were sent, still encoded.
struct Address {
  explicit Address(const std::string& url) {
    constexpr std::string_view kRoot = "https://api.test/v5";
    const std::size_t question = url.find('?');
    path = url.substr(kRoot.size(), question == std::string::npos ? question : question - kRoot.size());
    if (question == std::string::npos) return;
    for (std::size_t at = question + 1; at < url.size();) {
      const std::size_t end = std::min(url.find('&', at), url.size());
      const std::string pair = url.substr(at, end - at);
      query[pair.substr(0, pair.find('='))].push_back(pair.substr(pair.find('=') + 1));
      at = end + 1;
    }
  }

  std::string one(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second.front();
  }
  std::vector<std::uint64_t> ids() const {
    std::vector<std::uint64_t> ids;
    for (const char* name : {"campaign_ids", "ad_ids", "pin_ids"}) {
      const auto found = query.find(name);
      if (found == query.end()) continue;
      for (const std::string& id : found->second) ids.push_back(std::stoull(id));
    }
    return ids;
  }
  std::vector<std::string> days() const {
    std::vector<std::string> days;
    for (util::Day at = day(one("start_date")); at <= day(one("end_date")); at += std::chrono::days(1)) {
      days.push_back(util::format_day(at));
    }
    return days;
  }

  std::string path;
  std::map<std::string, std::vector<std::string>> query;
};

inline const http::Header kApiDate{"date", "Tue, 24 Nov 2026 10:00:00 GMT"};

inline http::Response api_error(int status, int code, const std::string& message) {
  return respond(status, R"({"code":)" + std::to_string(code) + R"(,"message":")" + message + "\"}",
                 {kApiDate});
}

struct FakePinterest {
  // By account and list ("campaigns", "ad_groups", "ads"), in the order in which they are served.
  std::map<std::string, std::map<std::string, std::vector<std::uint64_t>>> accounts;
  std::vector<std::uint64_t> pins;
  std::size_t page_size = 2;
  // Asked first; an answer of it stands.
  std::function<std::optional<http::Result>(const Address&, const http::Request&)> fault;

  http::Result operator()(const http::Request& request) const {
    const Address address(request.url);
    if (fault) {
      if (auto answer = fault(address, request)) return *answer;
    }
    return http::Result(respond(200, body_of(address).dump(), {kApiDate}));
  }

  // Updated times are all alike, long before the run.
  static constexpr long long kUpdated = 1'790'000'000;

 private:
  using Json = singer::Json;

  Json body_of(const Address& address) const {
    if (address.path == "/ad_accounts") {
      std::vector<std::string> ids;
      for (const auto& [id, lists] : accounts) ids.push_back(id);
      return page(address, ids, [](const std::string& id) {
        return Json{{"id", id}, {"name", "account " + id}};
      });
    }
    if (address.path == "/pins") {
      return page(address, pins, [](std::uint64_t id) {
        return Json{{"id", std::to_string(id)}, {"created_at", "2026-01-01T00:00:00"}};
      });
    }
    if (address.path.starts_with("/pins/")) return pin_analytics(address);
    const std::string rest = address.path.substr(std::string_view("/ad_accounts/").size());
    const std::string account = rest.substr(0, rest.find('/'));
    const std::string list = rest.substr(rest.find('/') + 1);
    if (list == "campaigns/analytics") return ads_analytics(address, "CAMPAIGN_ID");
    if (list == "ads/analytics") return ads_analytics(address, "AD_ID");
    return page(address, accounts.at(account).at(list), [&](std::uint64_t id) {
      return Json{{"id", std::to_string(id)}, {"ad_account_id", account}, {"updated_time", kUpdated}};
    });
  }

  template <typename Items, typename MakeItem>
  Json page(const Address& address, const Items& items, MakeItem&& make_item) const {
    const std::string bookmark = address.one("bookmark");
    const std::size_t begin = bookmark.empty() ? 0 : std::stoul(bookmark);
    const std::size_t end = std::min(begin + page_size, items.size());
    Json page = {{"items", Json::array()}, {"bookmark", nullptr}};
    for (std::size_t i = begin; i < end; ++i) page["items"].push_back(make_item(items[i]));
    if (end < items.size()) page["bookmark"] = std::to_string(end);
    return page;
  }

  static Json ads_analytics(const Address& address, const char* id_column) {
    Json rows = Json::array();
    for (const std::uint64_t id : address.ids()) {
      for (const std::string& date : address.days()) {
        rows.push_back({{"SPEND_IN_DOLLAR", id}, {id_column, id}, {"DATE", date}});
      }
    }
    return rows;
  }

  static Json pin_days(const Address& address, std::uint64_t id) {
    Json days = Json::array();
    for (const std::string& date : address.days()) {
      days.push_back(
          {{"date", date}, {"data_status", "READY"}, {"metrics", {{"IMPRESSION", id}, {"SAVE", 0}}}});
    }
    return {{"daily_metrics", std::move(days)}};
  }

  static Json pin_analytics(const Address& address) {
    Json body = Json::object();
    if (address.path == "/pins/analytics") {
      const std::string app = address.one("app_types");
      for (const std::uint64_t id : address.ids()) body[std::to_string(id)][app] = pin_days(address, id);
      return body;
    }
    const std::uint64_t id = std::stoull(address.path.substr(std::string_view("/pins/").size()));
    const bool split = address.one("split_field") == "APP_TYPE";
    for (const char* app : {"all", "mobile", "tablet", "web"}) {
      if (split || std::string_view(app) == "all") body[app] = pin_days(address, id);
    }
    return body;
  }
};

}  // namespace tap_pinterest::fakes
