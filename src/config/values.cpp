#include "values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "tap_pinterest/config/url_rule.hpp"
#include "tap_pinterest/util/nearest.hpp"

namespace tap_pinterest::config {
namespace {

// More than that are not spelt out in a message.
constexpr std::size_t kMaxNamedChoices = 10;
constexpr std::size_t kMaxNamedItems = 10;

constexpr std::string_view kNoControl = "must not contain a control character, such as a newline";

char upper_case(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, upper_case, upper_case);
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

// One of `choices` in its own spelling.
std::optional<Json> choose(std::span<const std::string_view> choices, const Json& stated) {
  if (!stated.is_string()) return std::nullopt;
  const auto& text = stated.get_ref<const std::string&>();
  const auto found = std::ranges::find_if(
      choices, [&](std::string_view choice) { return equal_ignoring_case(choice, text); });
  if (found == choices.end()) return std::nullopt;
  return Json(*found);
}

std::string named(std::span<const std::string_view> choices) {
  if (choices.size() <= kMaxNamedChoices) return fmt::format("one of {}", fmt::join(choices, ", "));
  return fmt::format("one of the {} values that `tap-pinterest --about --format json` lists", choices.size());
}

std::string range(const Setting& setting) {
  if (!setting.choices.empty()) return ", " + named(setting.choices);
  std::string text;
  if (setting.minimum) {
    text = fmt::format(" {} {}", setting.above_minimum ? "above" : "of at least", *setting.minimum);
  }
  if (setting.maximum)
    text += fmt::format("{} at most {}", setting.minimum ? " and" : " of", *setting.maximum);
  return text;
}

// The sentence for a value that is of no use.
std::string expectation(const Setting& setting) {
  switch (setting.kind) {
    case Kind::string:
    case Kind::secret:
    case Kind::path:
    case Kind::url:
      return "must be a string";
    case Kind::date:
      return "must be a valid date, as YYYY-MM-DD or a date-time (2026-10-24T18:24:24Z)";
    case Kind::integer:
      return "must be an integer" + range(setting);
    case Kind::number:
      return "must be a number" + range(setting);
    case Kind::boolean:
      return "must be true or false";
    case Kind::choice:
      return "must be " + named(setting.choices);
    case Kind::list:
      return "must be a list of strings, each " + named(setting.choices);
    case Kind::id_list:
      return "must be a list of ids (digits only)";
    case Kind::object:
      return "must be an object";
    case Kind::object_list:
      return "must be a list of objects";
  }
  return {};
}

std::optional<Json> convert_text(const Setting& setting, const Json& stated, std::string& problem) {
  if (!stated.is_string()) return std::nullopt;
  const auto& text = stated.get_ref<const std::string&>();
  if (has_control(text)) {
    problem = kNoControl;
  } else if (setting.kind == Kind::secret && (text.starts_with(' ') || text.ends_with(' '))) {
    problem = "must not start or end with a space";
  } else if (setting.kind == Kind::url) {
    problem = url_problem(text);
  }
  return problem.empty() ? std::optional(stated) : std::nullopt;
}

std::optional<Json> convert_date(const Json& stated) {
  if (!stated.is_string()) return std::nullopt;
  const auto instant = util::parse_date_time(stated.get_ref<const std::string&>());
  if (!instant) return std::nullopt;
  return Json(util::format_day(util::day_of(*instant)));
}

// A finite number, or one written as a string.
std::optional<double> to_number(const Json& stated) {
  if (stated.is_number()) return stated.get<double>();
  if (!stated.is_string()) return std::nullopt;
  const auto& text = stated.get_ref<const std::string&>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

bool in_range(const Setting& setting, double number) {
  if (setting.minimum && (setting.above_minimum ? number <= *setting.minimum : number < *setting.minimum)) {
    return false;
  }
  return !setting.maximum || number <= *setting.maximum;
}

std::optional<Json> convert_number(const Setting& setting, const Json& stated) {
  const auto number = to_number(stated);
  if (!number || !in_range(setting, *number)) return std::nullopt;
  return Json(*number);
}

std::optional<Json> convert_integer(const Setting& setting, const Json& stated) {
  const auto number = to_number(stated);
  if (!number || *number != std::trunc(*number) || !in_range(setting, *number)) return std::nullopt;
  if (std::abs(*number) > std::numeric_limits<int>::max()) return std::nullopt;
  const int integer = static_cast<int>(*number);
  if (!setting.choices.empty() && !choose(setting.choices, std::to_string(integer))) return std::nullopt;
  return Json(integer);
}

std::optional<Json> convert_boolean(const Json& stated) {
  if (stated.is_boolean()) return std::optional(stated);
  if (!stated.is_string()) return std::nullopt;
  const auto& text = stated.get_ref<const std::string&>();
  if (equal_ignoring_case(text, "true") || text == "1") return Json(true);
  if (equal_ignoring_case(text, "false") || text == "0") return Json(false);
  return std::nullopt;
}

std::optional<Json> convert_id(const Json& stated) {
  if (stated.is_number_unsigned()) return Json(stated.dump());
  if (!stated.is_string()) return std::nullopt;
  const auto& text = stated.get_ref<const std::string&>();
  const bool digits = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits ? std::optional(stated) : std::nullopt;
}

// "item 3 is", "items 1 (X) and 3 are", "items 1, 2, 3 and more are".
std::string name_items(std::vector<std::string> items) {
  if (items.size() == 1) return fmt::format("item {} is", items.front());
  const bool more = items.size() > kMaxNamedItems;
  const std::string last = more ? "more" : items.back();
  items.resize(more ? kMaxNamedItems : items.size() - 1);
  return fmt::format("items {} and {} are", fmt::join(items, ", "), last);
}

// A value that may be shown, as one of the wrong items of a list: "3 (SPEND)".
std::string name_item(std::size_t position, const Json& item) {
  const bool is_shown = item.is_string() && util::is_plain_name(item.get_ref<const std::string&>());
  return is_shown ? fmt::format("{} ({})", position, item.get_ref<const std::string&>())
                  : std::to_string(position);
}

std::string meant(const Setting& setting, const Json& stated) {
  return stated.is_string() ? util::did_you_mean(stated.get_ref<const std::string&>(), setting.choices)
                            : std::string();
}

// A name that Pinterest may have added.
std::optional<Json> convert_unknown(const Json& item) {
  if (!item.is_string() || !util::is_plain_name(item.get_ref<const std::string&>())) return std::nullopt;
  return std::optional(item);
}

std::string what_items_are(const Setting& setting) {
  if (setting.kind == Kind::id_list) return "an id (digits only)";
  return setting.choices.empty() ? "text" : named(setting.choices);
}

std::optional<Json> convert_item(const Setting& setting, const Json& item) {
  if (setting.kind == Kind::id_list) return convert_id(item);
  if (!setting.choices.empty()) return choose(setting.choices, item);
  return item.is_string() ? std::optional(item) : std::nullopt;
}

std::optional<Json> convert_list(const Setting& setting, const Json& stated, bool allow_unknown,
                                 std::string& problem) {
  if (!stated.is_array()) return std::nullopt;
  Json items = Json::array();
  std::vector<std::string> bad_items;
  std::string suggestion;
  for (std::size_t i = 0; i < stated.size(); ++i) {
    auto item = convert_item(setting, stated[i]);
    if (!item && allow_unknown && setting.extensible) item = convert_unknown(stated[i]);
    if (!item) {
      bad_items.push_back(name_item(i + 1, stated[i]));
      if (suggestion.empty()) suggestion = meant(setting, stated[i]);
    } else if (std::ranges::find(items, *item) == items.end()) {
      items.push_back(*item);
    }
  }
  if (!bad_items.empty()) {
    problem =
        fmt::format("{} not {}{}", name_items(std::move(bad_items)), what_items_are(setting), suggestion);
    return std::nullopt;
  }
  if (items.empty()) {
    problem = fmt::format("must have at least one item{}",
                          setting.kind == Kind::id_list ? "; leave it out to read all" : "");
    return std::nullopt;
  }
  return items;
}

std::optional<Json> convert_choice(const Setting& setting, const Json& stated, std::string& problem) {
  auto choice = choose(setting.choices, stated);
  if (choice || !convert_unknown(stated)) return choice;
  problem = fmt::format("must be {}, not {}{}", named(setting.choices), stated.get_ref<const std::string&>(),
                        meant(setting, stated));
  return std::nullopt;
}

// Their members are settings of a table of their own.
std::optional<Json> convert_objects(const Json& stated) {
  const auto is_object = [](const Json& item) { return item.is_object(); };
  return stated.is_array() && std::ranges::all_of(stated, is_object) ? std::optional(stated) : std::nullopt;
}

std::optional<Json> convert_by_kind(const Setting& setting, const Json& stated, bool allow_unknown,
                                    std::string& problem) {
  switch (setting.kind) {
    case Kind::string:
    case Kind::secret:
    case Kind::path:
    case Kind::url:
      return convert_text(setting, stated, problem);
    case Kind::date:
      return convert_date(stated);
    case Kind::integer:
      return convert_integer(setting, stated);
    case Kind::number:
      return convert_number(setting, stated);
    case Kind::boolean:
      return convert_boolean(stated);
    case Kind::choice:
      return convert_choice(setting, stated, problem);
    case Kind::list:
    case Kind::id_list:
      return convert_list(setting, stated, allow_unknown, problem);
    case Kind::object:
      // Members that are settings have been taken out.
      return stated.is_object() ? std::optional(stated) : std::nullopt;
    case Kind::object_list:
      return convert_objects(stated);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Json> convert(const Setting& setting, const Json& stated, bool allow_unknown,
                            std::string& problem) {
  std::optional<Json> value = convert_by_kind(setting, stated, allow_unknown, problem);
  if (!value && problem.empty()) problem = expectation(setting);
  return value;
}

Values::Values(std::span<const Setting> table, const std::map<std::string_view, Json>& stated,
               std::vector<std::string>& problems, std::string_view place, bool allow_unknown)
    : allow_unknown_(allow_unknown) {
  const auto allow = stated.find("allow_unknown_values");
  if (allow != stated.end()) allow_unknown_ = convert_boolean(allow->second) == Json(true);
  for (const Setting& setting : table) {
    Value& value = values_[setting.name];
    if (!setting.default_json.empty()) value.value = Json::parse(setting.default_json);
    const auto found = stated.find(setting.name);
    if (found == stated.end()) continue;
    value.stated = true;
    std::string problem;
    if (std::optional<Json> converted = convert(setting, found->second, allow_unknown_, problem)) {
      value.value = std::move(*converted);
    } else {
      value.broken = true;
      problems.push_back(fmt::format("{}{}: {}", place, setting.name, problem));
    }
  }
}

const Values::Value& Values::at(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::logic_error("no such setting: " + std::string(name));
  return found->second;
}

bool Values::stated(std::string_view name) const { return at(name).stated; }

bool Values::broken(std::string_view name) const { return at(name).broken; }

std::string Values::text(std::string_view name) const {
  const Json& value = at(name).value;
  return value.is_null() ? std::string() : value.get<std::string>();
}

std::optional<util::Day> Values::day(std::string_view name) const { return util::parse_day(text(name)); }

int Values::integer(std::string_view name) const { return at(name).value.get<int>(); }

std::optional<int> Values::optional_integer(std::string_view name) const {
  const Json& value = at(name).value;
  return value.is_null() ? std::nullopt : std::optional(value.get<int>());
}

std::optional<double> Values::optional_number(std::string_view name) const {
  const Json& value = at(name).value;
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

double Values::number(std::string_view name) const { return at(name).value.get<double>(); }

bool Values::boolean(std::string_view name) const { return at(name).value.get<bool>(); }

std::vector<std::string> Values::list(std::string_view name) const {
  const Json& value = at(name).value;
  return value.is_null() ? std::vector<std::string>() : value.get<std::vector<std::string>>();
}

}  // namespace tap_pinterest::config
