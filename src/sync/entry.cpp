#include "tap_pinterest/sync/entry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "tap_pinterest/pinterest/token_file.hpp"
#include "tap_pinterest/singer/state.hpp"

namespace tap_pinterest::sync {
namespace {

using pinterest::PinRoute;
using singer::Json;

constexpr std::string_view kBulk = "bulk";
constexpr std::string_view kSingle = "single";
// Enough of a SHA-256 to tell two configurations apart.
constexpr std::size_t kBasisLength = 16;

std::optional<std::string> text(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::vector<std::string>> texts(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_array()) return std::nullopt;
  std::vector<std::string> values;
  for (const Json& value : *found) {
    if (value.is_string()) values.push_back(value.get<std::string>());
  }
  return values;
}

std::optional<std::uint64_t> id(const std::optional<std::string>& digits) {
  if (!digits) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits->data(), digits->data() + digits->size(), value);
  if (error != std::errc{} || end != digits->data() + digits->size()) return std::nullopt;
  return value;
}

std::optional<ResumeMarker> read_marker(const Json& json) {
  const auto found = json.find("resume");
  if (found == json.end() || !found->is_object()) return std::nullopt;
  const auto first = util::parse_day(text(*found, "from").value_or(""));
  const auto last = util::parse_day(text(*found, "to").value_or(""));
  const auto after = id(text(*found, "after_id"));
  const auto basis = text(*found, "basis");
  const auto bookmark = text(*found, "bookmark");
  const bool bookmark_is_odd = bookmark && !util::parse_date_time(*bookmark);
  if (!first || !last || *last < *first || !after || !basis || bookmark_is_odd) return std::nullopt;
  return ResumeMarker{.range = {*first, *last}, .after_id = *after, .bookmark = bookmark, .basis = *basis};
}

Json write_marker(const ResumeMarker& marker) {
  return {{"from", util::format_day(marker.range.first)},
          {"to", util::format_day(marker.range.last)},
          {"after_id", fmt::format("{}", marker.after_id)},
          {"bookmark", marker.bookmark ? Json(*marker.bookmark) : Json()},
          {"basis", marker.basis}};
}

}  // namespace

Entry read_entry(const Json* json, const std::string& replication_key, std::vector<std::string>& warnings) {
  Entry entry;
  if (json == nullptr) return entry;
  const auto key = text(*json, "replication_key");
  const auto value = json->find("replication_key_value");
  if (key && *key != replication_key) {
    warnings.push_back(fmt::format("the bookmark is of another replication key ({}) and is ignored", *key));
  } else if (value != json->end() && !value->is_null()) {
    const auto micros = singer::replication_value_micros(*value);
    if (micros) {
      entry.bookmark = util::Instant(std::chrono::microseconds(*micros));
    } else {
      warnings.push_back(fmt::format(
          "the bookmark {} is neither a date nor a number of seconds and is ignored", value->dump()));
    }
  }
  entry.entity_statuses = texts(*json, "entity_statuses");
  entry.granularity = text(*json, "granularity");
  if (const auto start = text(*json, "start_date")) entry.start_date = util::parse_day(*start);
  entry.resume = read_marker(*json);
  if (json->contains("resume") && !entry.resume) {
    warnings.emplace_back("the resume marker cannot be read and is ignored");
  }
  const auto route = text(*json, "route");
  if (route == kBulk) entry.route = PinRoute::bulk;
  if (route == kSingle) entry.route = PinRoute::single;
  return entry;
}

Json write_entry(const Entry& entry, const std::string& replication_key, bool as_date) {
  Json json = Json::object();
  if (entry.bookmark) {
    json["replication_key"] = replication_key;
    json["replication_key_value"] =
        as_date ? util::format_day(util::day_of(*entry.bookmark)) : util::format_date_time(*entry.bookmark);
  }
  if (entry.entity_statuses) json["entity_statuses"] = *entry.entity_statuses;
  if (entry.granularity) json["granularity"] = *entry.granularity;
  if (entry.start_date) json["start_date"] = util::format_day(*entry.start_date);
  if (entry.route != PinRoute::unknown) json["route"] = entry.route == PinRoute::bulk ? kBulk : kSingle;
  if (entry.resume) json["resume"] = write_marker(*entry.resume);
  return json;
}

bool statuses_added(const Entry& entry, const std::vector<std::string>& now) {
  if (!entry.entity_statuses) return true;
  return !std::ranges::all_of(now, [&](const std::string& status) {
    return std::ranges::find(*entry.entity_statuses, status) != entry.entity_statuses->end();
  });
}

std::string window_basis(const config::Config& config, const std::vector<std::string>& columns) {
  const std::string basis =
      fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}", config::to_string(config.granularity),
                  fmt::join(columns, ","), config.click_window_days, config.engagement_window_days,
                  config.view_window_days, config.conversion_report_time, config::to_string(config.pin_split),
                  fmt::join(config.pin_metric_types, ","), fmt::join(config.entity_statuses, ","));
  return pinterest::sha256_hex(basis).substr(0, kBasisLength);
}

}  // namespace tap_pinterest::sync
