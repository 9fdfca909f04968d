#include "tap_pinterest/sync/entry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>

#include "tap_pinterest/pinterest/requests.hpp"
#include "tap_pinterest/pinterest/token_file.hpp"
#include "tap_pinterest/singer/state.hpp"

namespace tap_pinterest::sync {
namespace {

using pinterest::DayRange;
using pinterest::DaySet;
using singer::Json;

constexpr std::string_view kSingle = "single";
// Enough of a SHA-256 to tell two configurations apart.
constexpr std::size_t kBasisLength = 16;
// Enough to tell that somebody has changed the columns; every entry carries it.
constexpr std::size_t kColumnsLength = 8;

// What row_settings() lists, in its order.
constexpr std::array<std::string_view, 7> kTargetingSettings = {
    "analytics_columns",      "click_window_days", "engagement_window_days", "view_window_days",
    "conversion_report_time", "targeting_types",   "attribution_types"};
constexpr std::size_t kAdsSettings = 5;  // of them
constexpr std::array<std::string_view, 2> kUserSettings = {"metrics", "user_account_split_field"};
constexpr std::array<std::string_view, 2> kPinSettings = {"pin_metric_types", "pin_analytics_split_field"};

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t end = 0;
  while (end != std::string_view::npos) {
    end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end != std::string_view::npos) text.remove_prefix(end + 1);
  }
  return parts;
}

// Reports take attribution types without any targeting, too.
bool has_targeting_settings(const pinterest::StreamDefinition& stream) {
  return stream.custom != nullptr || stream.source == pinterest::Source::targeting_analytics;
}

std::string targeting_settings(const config::AnalyticsSettings& settings) {
  return fmt::format("{}|{}", fmt::join(settings.targeting_types, ","),
                     fmt::join(settings.attribution_types, ","));
}

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

std::optional<util::Day> day(const Json& json, const char* name) {
  return util::parse_day(text(json, name).value_or(""));
}

// Nothing if it is there and is not a list of ranges.
std::optional<DaySet> days(const Json& json, const char* name) {
  DaySet set;
  const auto found = json.find(name);
  if (found == json.end()) return set;
  if (!found->is_array()) return std::nullopt;
  for (const Json& pair : *found) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) {
      return std::nullopt;
    }
    const auto first = util::parse_day(pair[0].get_ref<const std::string&>());
    const auto last = util::parse_day(pair[1].get_ref<const std::string&>());
    if (!first || !last || *last < *first) return std::nullopt;
    set.add({*first, *last});
  }
  return set;
}

Json write_days(const DaySet& set) {
  Json ranges = Json::array();
  for (const DayRange& range : set.ranges()) {
    ranges.push_back({util::format_day(range.first), util::format_day(range.last)});
  }
  return ranges;
}

// Versions before 0.2 wrote no covered_to, and markers of lists that had not ended: those are not trusted.
std::optional<ResumeMarker> read_marker(const Json& json) {
  const auto found = json.find("resume");
  if (found == json.end() || !found->is_object()) return std::nullopt;
  const auto first = day(*found, "from");
  const auto last = day(*found, "to");
  const auto after = pinterest::parse_id(text(*found, "after_id").value_or(""));
  const auto basis = text(*found, "basis");
  const auto bookmark = text(*found, "bookmark");
  const auto bookmark_instant = util::parse_date_time(bookmark.value_or(""));
  const bool is_whole = first && last && *first <= *last && after && basis && found->contains("covered_to") &&
                        bookmark.has_value() == bookmark_instant.has_value();
  if (!is_whole) return std::nullopt;
  return ResumeMarker{.range = {*first, *last},
                      .after_id = *after,
                      .bookmark = bookmark_instant,
                      .covered_to = day(*found, "covered_to"),
                      .basis = *basis};
}

Json write_marker(const ResumeMarker& marker) {
  return {{"from", util::format_day(marker.range.first)},
          {"to", util::format_day(marker.range.last)},
          {"after_id", fmt::format("{}", marker.after_id)},
          {"bookmark", marker.bookmark ? Json(util::format_date_time(*marker.bookmark)) : Json()},
          {"covered_to", marker.covered_to ? Json(util::format_day(*marker.covered_to)) : Json()},
          {"basis", marker.basis}};
}

}  // namespace

util::Day last_read_day(util::Instant bookmark, const std::string& granularity) {
  if (granularity == "HOUR") return util::day_of(bookmark + std::chrono::hours(1)) - std::chrono::days(1);
  if (granularity == "DAY") return util::day_of(bookmark);
  return util::day_of(bookmark) - std::chrono::days(1);
}

Entry read_entry(const Json* json, const EntryContext& context, std::vector<std::string>& warnings) {
  Entry entry;
  if (json == nullptr) return entry;
  const auto key = text(*json, "replication_key");
  const auto value = json->find("replication_key_value");
  if (key && *key != context.replication_key) {
    warnings.push_back(
        fmt::format("ignoring the bookmark, which belongs to another replication key ({})", *key));
  } else if (value != json->end() && !value->is_null()) {
    const auto micros = singer::replication_value_micros(*value);
    if (micros) {
      entry.bookmark = util::Instant(std::chrono::microseconds(*micros));
    } else {
      warnings.push_back(fmt::format(
          "ignoring the bookmark {}, which is neither a date nor a number of seconds", value->dump()));
    }
  }
  entry.entity_statuses = texts(*json, "entity_statuses");
  entry.granularity = text(*json, "granularity");
  entry.subject = text(*json, "report").value_or("");
  const auto covered = days(*json, "covered");
  const auto missed = days(*json, "missed");
  if (!covered || !missed) {
    warnings.emplace_back("the days in the entry cannot be read; reading all of them again");
  }
  entry.covered = covered.value_or(DaySet());
  entry.missed = missed.value_or(DaySet());
  if (context.lookback_days && entry.bookmark && !json->contains("covered")) {
    entry.granularity = granularity_of(entry);
    const util::Day last = last_read_day(*entry.bookmark, granularity_of(entry));
    const util::Day lookback = last - std::chrono::days(*context.lookback_days);
    const auto first = day(*json, "start_date");
    entry.covered.add({first ? *first : std::min(context.start_date.value_or(lookback), last), last});
  }
  for (const std::string& id : texts(*json, "left_out").value_or(std::vector<std::string>())) {
    if (const auto number = pinterest::parse_id(id)) entry.left_out.push_back(*number);
  }
  std::ranges::sort(entry.left_out);
  entry.rows = text(*json, "rows").value_or("");
  entry.resume = read_marker(*json);
  if (json->contains("resume") && !entry.resume) {
    warnings.emplace_back("ignoring the resume marker, which cannot be read");
  }
  if (text(*json, "route") == kSingle) entry.single_route_since = day(*json, "route_since");
  return entry;
}

Json write_entry(const Entry& entry, const std::string& replication_key, bool as_date) {
  Json json = Json::object();
  if (entry.bookmark) {
    json["replication_key"] = replication_key;
    json["replication_key_value"] =
        as_date ? util::format_day(util::day_of(*entry.bookmark)) : util::format_date_time(*entry.bookmark);
  }
  // Also where no day is: without it the entry would be taken for one of an older version.
  if (entry.granularity || !entry.covered.empty()) json["covered"] = write_days(entry.covered);
  if (!entry.missed.empty()) json["missed"] = write_days(entry.missed);
  if (!entry.left_out.empty()) {
    Json& ids = json["left_out"] = Json::array();
    for (const std::uint64_t id : entry.left_out) ids.push_back(fmt::format("{}", id));
  }
  if (entry.entity_statuses) json["entity_statuses"] = *entry.entity_statuses;
  if (entry.granularity) json["granularity"] = *entry.granularity;
  if (!entry.subject.empty()) json["report"] = entry.subject;
  if (!entry.rows.empty()) json["rows"] = entry.rows;
  if (entry.single_route_since) {
    json["route"] = kSingle;
    json["route_since"] = util::format_day(*entry.single_route_since);
  }
  if (entry.resume) json["resume"] = write_marker(*entry.resume);
  return json;
}

std::string granularity_of(const Entry& entry) { return entry.granularity.value_or("DAY"); }

bool statuses_added(const Entry& entry, const std::vector<std::string>& now) {
  if (!entry.entity_statuses) return true;
  return !std::ranges::all_of(now, [&](const std::string& status) {
    return std::ranges::find(*entry.entity_statuses, status) != entry.entity_statuses->end();
  });
}

bool targeting_types_added(const Entry& entry, const std::string& now) {
  const auto types_of = [](const std::string& rows) {
    const std::vector<std::string_view> settings = parts_of(rows, '|');
    const bool has_types = settings.size() == kTargetingSettings.size();
    return parts_of(has_types ? settings[kAdsSettings] : std::string_view(), ',');
  };
  const std::vector<std::string_view> before = types_of(entry.rows);
  return !std::ranges::all_of(types_of(now), [&](std::string_view type) {
    return entry.rows.empty() || std::ranges::find(before, type) != before.end();
  });
}

std::string subject_of(const pinterest::StreamDefinition& stream) {
  if (stream.custom == nullptr) return {};
  const config::CustomReport& custom = *stream.custom;
  const std::string subject =
      fmt::format("{}|{}|{}|{}", custom.level, custom.filters, custom.template_id, custom.ad_account_id);
  return pinterest::sha256_hex(subject).substr(0, kBasisLength);
}

std::string window_basis(const config::Config& config, const pinterest::StreamDefinition& stream,
                         const std::vector<std::string>& columns) {
  const config::AnalyticsSettings& settings = pinterest::settings_of(stream, config);
  std::string basis = fmt::format(
      "{}|{}|{}|{}|{}|{}|{}|{}|{}", config::to_string(settings.granularity), fmt::join(columns, ","),
      settings.click_window_days, settings.engagement_window_days, settings.view_window_days,
      settings.conversion_report_time, config::to_string(config.pin_split),
      fmt::join(config.pin_metric_types, ","), fmt::join(config.entity_statuses, ","));
  if (has_targeting_settings(stream)) basis += "|" + targeting_settings(settings);
  if (stream.source == pinterest::Source::user_analytics) basis += "|" + config.user_split;
  return pinterest::sha256_hex(basis + subject_of(stream)).substr(0, kBasisLength);
}

std::string row_settings(const config::Config& config, const pinterest::StreamDefinition& stream,
                         const std::vector<std::string>& columns) {
  const std::string asked =
      pinterest::sha256_hex(fmt::format("{}", fmt::join(columns, ","))).substr(0, kColumnsLength);
  if (stream.source == pinterest::Source::pin_analytics) {
    return fmt::format("{}|{}", asked, config::to_string(config.pin_split));
  }
  if (stream.source == pinterest::Source::user_analytics) {
    return fmt::format("{}|{}", asked, config.user_split);
  }
  const config::AnalyticsSettings& settings = pinterest::settings_of(stream, config);
  std::string text =
      fmt::format("{}|{}|{}|{}|{}", asked, settings.click_window_days, settings.engagement_window_days,
                  settings.view_window_days, settings.conversion_report_time);
  if (has_targeting_settings(stream)) text += "|" + targeting_settings(settings);
  return text;
}

std::vector<std::string> changed_settings(const std::string& before, const std::string& now,
                                          pinterest::Source source) {
  const std::vector<std::string_view> old_values = parts_of(before, '|');
  const std::vector<std::string_view> new_values = parts_of(now, '|');
  const auto value = [](const std::vector<std::string_view>& values, std::size_t place) {
    return place < values.size() ? values[place] : std::string_view();
  };
  std::span<const std::string_view> names = kTargetingSettings;
  if (source == pinterest::Source::pin_analytics) names = kPinSettings;
  if (source == pinterest::Source::user_analytics) names = kUserSettings;
  if (source == pinterest::Source::ads_analytics && new_values.size() <= kAdsSettings) {
    names = names.first(kAdsSettings);
  }
  std::vector<std::string> changed;
  for (std::size_t place = 0; place < names.size(); ++place) {
    if (value(old_values, place) != value(new_values, place)) changed.emplace_back(names[place]);
  }
  return changed;
}

}  // namespace tap_pinterest::sync
