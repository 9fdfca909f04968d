#include "tap_pinterest/pinterest/requests.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "path_of.hpp"

namespace tap_pinterest::pinterest {
namespace {

// Adds "?name=value" or "&name=value"; the value is encoded.
void add(std::string& url, std::string_view name, std::string_view value) {
  url += url.find('?') == std::string::npos ? '?' : '&';
  url += name;
  url += '=';
  url += encode_query(value);
}

std::string join(const std::vector<std::string>& values) { return fmt::format("{}", fmt::join(values, ",")); }

// Whether its own address takes it, and not only that of an ancestor.
bool has_slot(const StreamDefinition& stream, std::string_view name) {
  const auto takes_it_in = [&](const Parent& parent) { return parent.takes_in(name); };
  return std::ranges::any_of(stream.parents, takes_it_in) ||
         std::ranges::find(stream.slots, name, &Slot::name) != stream.slots.end();
}

std::size_t digits(std::uint64_t id) { return fmt::formatted_size("{}", id); }

}  // namespace

std::optional<std::uint64_t> parse_id(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.front() != '0' &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string encode_query(std::string_view text) {
  // A comma separates the values of one parameter; it may stand in a query as it is (RFC 3986, sub-delims).
  constexpr std::string_view kPlain = "-._~,";
  std::string out;
  for (const char c : text) {
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (alphanumeric || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::vector<Fills> combinations(const StreamDefinition& stream, const config::Config& config, util::Day today,
                                bool is_for_others) {
  std::vector<Fills> all = {{}};
  for (const Slot& slot : stream.slots) {
    if (slot.name.empty()) break;
    std::vector<std::string> values(slot.words.begin(), slot.words.end());
    if (slot.computed != nullptr) values = slot.computed(config, today);
    if (is_for_others && slot.enough_for_others > 0) {
      values.erase(values.begin(),
                   values.end() - std::min(std::ssize(values), std::ptrdiff_t{slot.enough_for_others}));
    }
    std::vector<Fills> longer;
    for (const Fills& fills : all) {
      for (const std::string& value : values) {
        longer.push_back(fills);
        longer.back().push_back({slot.name, value, slot.column.empty() ? slot.name : slot.column});
      }
    }
    all = std::move(longer);
  }
  return all;
}

std::string list_url(const config::Config& config, const ListRequest& request) {
  const StreamDefinition& stream = *request.stream;
  std::string path = path_of(stream.path, request.account);
  std::string query;
  for (const Fill& fill : request.fills) {
    if (!fill_place(path, fill.slot, encode_query(fill.value)) && has_slot(stream, fill.slot)) {
      query += fmt::format("&{}={}", fill.slot, encode_query(fill.value));
    }
  }
  std::string url = config.api_url + path;
  if (stream.paging != Paging::none && stream.rows.form != RowsAt::Form::object) {
    add(url, "page_size", fmt::format("{}", kPageSize));
  }
  if (stream.has_statuses) {
    for (const auto& status : config.entity_statuses) add(url, "entity_statuses", status);
    add(url, "order", "ASCENDING");
  }
  if (stream.id == "ad_accounts") {
    add(url, "include_shared_accounts", config.include_shared_accounts ? "true" : "false");
  }
  if (!stream.parameters.empty()) query.append("&").append(stream.parameters);
  if (!query.empty() && url.find('?') == std::string::npos) query.front() = '?';
  url += query;
  if (request.pin_metrics) add(url, "pin_metrics", "true");
  if (!request.bookmark.empty()) add(url, "bookmark", request.bookmark);
  return url;
}

std::string cost_of(const StreamDefinition& stream, const config::Config& config) {
  const std::string_view whose = stream.by_account() ? " per ad account" : "";
  if (stream.is_only_by_report()) return fmt::format("1 report{} and 185 days", whose);
  const std::size_t each = combinations(stream, config, util::Day()).size();
  std::string cost;
  const auto add_cost = [&](const std::string& of) {
    const std::string_view what = each == 1 ? " request" : " requests";
    cost += fmt::format("{}{}{}{}", cost.empty() ? "" : ", ", each, cost.empty() ? what : "", of);
  };
  if (stream.parent().slot.empty()) add_cost(std::string(whose));
  for (const Parent& parent : stream.parents) {
    if (parent.slot.empty()) continue;
    const bool one = parent.batch == 1;
    const std::string_view which = parent.condition.list.empty() ? "" : " that may have any";
    add_cost(one ? fmt::format(" per row of {}{}", parent.list, which)
                 : fmt::format(" per {} rows of {}", parent.batch, parent.list));
  }
  return stream.source == Source::list ? cost : cost + " and 90 days";
}

std::string analytics_url(const config::Config& config, const AnalyticsRequest& request,
                          const std::vector<std::string>& columns) {
  const StreamDefinition& stream = *request.stream;
  const bool pins = stream.source == Source::pin_analytics;
  const bool single_pin = pins && request.route == PinRoute::single;
  const config::AnalyticsSettings& settings = settings_of(stream, config);
  std::string url = config.api_url;
  url += single_pin ? fmt::format("/pins/{}/analytics", request.ids.at(0))
                    : path_of(stream.path, request.account);
  add(url, "start_date", util::format_day(request.range.first));
  add(url, "end_date", util::format_day(request.range.last));
  add(url, stream.is_organic() ? "metric_types" : "columns", join(columns));
  if (stream.source == Source::user_analytics) {
    add(url, "split_field", config.user_split);
  } else if (single_pin) {
    add(url, "split_field", config::to_string(config.pin_split));
  } else if (pins) {
    add(url, "app_types", request.app_type);
  } else {
    add(url, "granularity", config::to_string(settings.granularity));
    add(url, "click_window_days", fmt::format("{}", settings.click_window_days));
    add(url, "engagement_window_days", fmt::format("{}", settings.engagement_window_days));
    add(url, "view_window_days", fmt::format("{}", settings.view_window_days));
    add(url, "conversion_report_time", settings.conversion_report_time);
  }
  if (stream.source == Source::targeting_analytics) {
    add(url, "targeting_types", join(settings.targeting_types));
    if (!settings.attribution_types.empty()) add(url, "attribution_types", join(settings.attribution_types));
  }
  const std::string_view parameter = stream.parent().slot;
  if (single_pin || parameter.empty()) return url;
  for (const std::uint64_t id : request.ids) {
    url += '&';
    url += parameter;
    url += fmt::format("={}", id);
  }
  return url;
}

std::vector<std::string_view> app_types(const StreamDefinition& stream, PinRoute route,
                                        config::PinSplit split) {
  if (stream.source != Source::pin_analytics || route == PinRoute::single) return {{}};
  if (split == config::PinSplit::no_split) return {"ALL"};
  return {"ALL", "MOBILE", "TABLET", "WEB"};
}

std::size_t batch_size(const config::Config& config, const AnalyticsRequest& shape,
                       const std::vector<std::string>& columns, std::span<const std::uint64_t> ids,
                       std::size_t limit) {
  if (shape.route == PinRoute::single) return 1;
  std::size_t bytes = analytics_url(config, shape, columns).size();
  std::size_t count = 1;
  while (count < ids.size() && count < limit) {
    bytes += shape.stream->parent().slot.size() + 2 + digits(ids[count]);
    if (bytes >= kMaxUrlBytes) break;
    ++count;
  }
  return count;
}

}  // namespace tap_pinterest::pinterest
