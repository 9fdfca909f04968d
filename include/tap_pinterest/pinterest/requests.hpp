// The addresses of the API's requests, built from streams, ids and days.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/pinterest/windows.hpp"

namespace tap_pinterest::pinterest {

// The largest `page_size` of the OpenAPI document.
inline constexpr int kPageSize = 250;
// Servers and proxies on the way commonly refuse addresses of 8 KiB.
inline constexpr std::size_t kMaxUrlBytes = 7500;

// How pin analytics are asked for: many pins in one request (beta), or one.
enum class PinRoute { bulk, single };

// What analytics are asked for in one request.
struct AnalyticsRequest {
  const StreamDefinition* stream = nullptr;
  std::string account = {};
  std::vector<std::uint64_t> ids = {};
  DayRange range = {};
  // For pins on the bulk route: ALL, MOBILE, TABLET or WEB.
  std::string_view app_type = {};
  PinRoute route = PinRoute::bulk;
  // An asynchronous report of the whole account; `ids` is the account's then.
  bool by_report = false;
  // Of a report by targeting.
  std::vector<std::string> targeting_types = {};
};

// A value for a slot of a list's address, and for a column of its rows. Slots of an ancestor's address fill
// columns alone.
struct Fill {
  std::string_view slot;
  std::string value;
  std::string_view column;
};
using Fills = std::vector<Fill>;

struct ListRequest {
  const StreamDefinition* stream = nullptr;
  std::string account = {};
  Fills fills = {};
  // The page to read; empty for the first.
  std::string bookmark = {};
  // The API's numbers of each pin, wanted only if that field is selected.
  bool pin_metrics = false;
};

// The number of digits; nothing if there is anything else, or more than 64 bits.
std::optional<std::uint64_t> parse_id(std::string_view text);

// Whether `text` is an id as the API gives them: digits without leading zeros, so that each number has one
// text. Nothing else may become a part of an address.
bool is_id(std::string_view text);

// `text` percent-encoded for a query (RFC 3986: everything but unreserved characters).
std::string encode_query(std::string_view text);

// Every combination of the values of the stream's slots: one where it has none. `is_for_others`: only those
// that other streams need.
std::vector<Fills> combinations(const StreamDefinition& stream, const config::Config& config, util::Day today,
                                bool is_for_others = false);

std::string list_url(const config::Config& config, const ListRequest& request);

// What a stream costs, for people: "1 request per ad account, 1 per row of campaigns". Further pages
// and windows come on top.
std::string cost_of(const StreamDefinition& stream, const config::Config& config);

// `columns` are the columns or metric types to ask for.
std::string analytics_url(const config::Config& config, const AnalyticsRequest& request,
                          const std::vector<std::string>& columns);

// The parts of one batch that are asked for separately beside days: app types on the bulk route of pins that
// is to be split; otherwise one, empty or ALL.
std::vector<std::string_view> app_types(const StreamDefinition& stream, PinRoute route,
                                        config::PinSplit split);

// How many of `ids`, from the first on, fit into one request of at most `limit` ids: at least 1. `shape`
// holds the rest of the request and one id.
std::size_t batch_size(const config::Config& config, const AnalyticsRequest& shape,
                       const std::vector<std::string>& columns, std::span<const std::uint64_t> ids,
                       std::size_t limit);

}  // namespace tap_pinterest::pinterest
