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

std::string list_url(const config::Config& config, const ListRequest& request) {
  std::string url = config.api_url + path_of(request.stream->path, request.account);
  if (request.stream->is_object) return url;
  add(url, "page_size", fmt::format("{}", kPageSize));
  if (request.stream->has_statuses) {
    for (const auto& status : config.entity_statuses) add(url, "entity_statuses", status);
    add(url, "order", "ASCENDING");
  }
  if (request.stream->id == "ad_accounts") {
    add(url, "include_shared_accounts", config.include_shared_accounts ? "true" : "false");
  }
  if (!request.stream->parameters.empty()) url.append("&").append(request.stream->parameters);
  if (!request.parent.empty()) add(url, request.stream->ids_parameter, request.parent);
  // Otherwise some of the user's own pins are hidden.
  if (request.stream->id == "pins") add(url, "include_protected_pins", "true");
  if (request.pin_metrics) add(url, "pin_metrics", "true");
  if (!request.bookmark.empty()) add(url, "bookmark", request.bookmark);
  return url;
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
  if (single_pin || stream.ids_parameter.empty()) return url;
  for (const std::uint64_t id : request.ids) {
    url += '&';
    url += stream.ids_parameter;
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
    bytes += shape.stream->ids_parameter.size() + 2 + digits(ids[count]);
    if (bytes >= kMaxUrlBytes) break;
    ++count;
  }
  return count;
}

}  // namespace tap_pinterest::pinterest
