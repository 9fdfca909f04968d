// The endpoints of the API: which there are, what they allow, what they answer. Pure, given world and clock.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "query.hpp"
#include "world.hpp"

namespace simulator {

class Reports;
struct Collection;

struct Endpoint;

struct Match {
  const Endpoint* endpoint = nullptr;
  Pairs places{};  // of the path: their names and what stands there, decoded

  // Empty if the path has no such place.
  std::string place(std::string_view name) const;
};

// A request that may pass: its token, path and parameters are in order.
struct Call {
  const World& world;
  Instant now;
  std::string target;
  Arguments arguments;
  int account = -1;  // of the path
  const Match& match;
  // Set by lists: the bookmark that leads to this very page again.
  std::string own_bookmark;
  std::string body{};
  // Where links to reports lead, as in `http://127.0.0.1:8080`.
  std::string origin{};
  Reports* reports = nullptr;
};

// The body of a good answer, or why there is none.
using Result = std::variant<std::string, Refusal>;

struct Endpoint {
  std::string_view method;
  std::string_view path;  // a template, below /v5
  std::string_view category;
  std::vector<std::string_view> scopes;
  std::vector<Parameter> parameters;
  Result (*handle)(Call&);
  // What faults and counters call it, where another method has the path.
  std::string_view other_label{};
  std::vector<Parameter> places{};         // rules for what stands in the places of the path
  const Collection* collection = nullptr;  // what `handle` is to list, where one handler lists many

  std::string_view label() const { return other_label.empty() ? path : other_label; }
};

// The endpoint of a path below /v5, of another method if it has none of this one; null in `endpoint` if there
// is none at all.
Match find_endpoint(std::string_view method, std::string_view path);

// Handlers, and the parameters they take.
Result get_user_account(Call& call);
Result get_ad_account(Call& call);
Result list_ad_accounts(Call& call);
Result list_campaigns(Call& call);
Result list_ad_groups(Call& call);
Result list_ads(Call& call);
Result list_product_group_promotions(Call& call);
Result list_pins(Call& call);
Result campaign_analytics(Call& call);
Result ad_group_analytics(Call& call);
Result ad_analytics(Call& call);
Result ad_account_analytics(Call& call);
Result product_group_analytics(Call& call);
Result ad_account_targeting_analytics(Call& call);
Result campaign_targeting_analytics(Call& call);
Result ad_group_targeting_analytics(Call& call);
Result ad_targeting_analytics(Call& call);
Result pins_analytics(Call& call);
Result pin_analytics(Call& call);
Result user_account_analytics(Call& call);
Result create_report(Call& call);
Result create_template_report(Call& call);
Result get_report(Call& call);

}  // namespace simulator
