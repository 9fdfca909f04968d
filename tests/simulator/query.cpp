#include "query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "calendar.hpp"

namespace simulator {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text, char plus = ' ') {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += plus;
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

Refusal bad(std::string message) { return {400, 1, std::move(message)}; }

std::optional<std::int64_t> to_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool fits_type(std::string_view value, const Parameter& rule) {
  switch (rule.type) {
    case ParameterType::kText:
      return !value.empty();
    case ParameterType::kDigits:
      return is_digits(value);
    case ParameterType::kInteger: {
      const auto number = to_integer(value);
      return number && *number >= rule.minimum && *number <= rule.maximum;
    }
    case ParameterType::kBoolean:
      return value == "true" || value == "false";
    case ParameterType::kDate:
      return parse_day(value).has_value();
    case ParameterType::kEnum:
      return std::ranges::find(rule.values, value) != rule.values.end();
  }
  return false;
}

std::optional<Refusal> check_value(std::string_view value, const Parameter& rule) {
  if (!fits_type(value, rule) || (rule.max_length != 0 && value.size() > rule.max_length)) {
    return bad(fmt::format("Invalid value '{}' of parameter '{}'.", value.substr(0, 100), rule.name));
  }
  return std::nullopt;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t from = 0;;) {
    const std::size_t comma = text.find(',', from);
    parts.emplace_back(text.substr(from, comma - from));
    if (comma == std::string_view::npos) return parts;
    from = comma + 1;
  }
}

std::optional<Refusal> collect(const Pairs& query, const Parameter& rule, std::vector<std::string>& out) {
  for (const auto& [name, value] : query) {
    if (name != rule.name) continue;
    if (!out.empty() && rule.style != ParameterStyle::kRepeated) {
      return bad(fmt::format("Parameter '{}' is given more than once.", rule.name));
    }
    if (rule.style == ParameterStyle::kCommaSeparated) {
      out = split(value);
    } else {
      out.push_back(value);
    }
  }
  if (out.empty() && rule.required) return bad(fmt::format("Parameter '{}' is missing.", rule.name));
  if (rule.max_items != 0 && out.size() > rule.max_items) {
    return bad(fmt::format("Parameter '{}' has more than {} values.", rule.name, rule.max_items));
  }
  for (const std::string& value : out) {
    if (auto refusal = check_value(value, rule)) return refusal;
  }
  return std::nullopt;
}

}  // namespace

std::string decode_segment(std::string_view text) { return decode(text, '+').value_or(std::string(text)); }

std::optional<Pairs> decode_pairs(std::string_view text) {
  Pairs pairs;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals));
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return std::nullopt;
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

std::optional<Refusal> Arguments::check(const Pairs& query, std::span<const Parameter> rules,
                                        Arguments& out) {
  for (const auto& [name, value] : query) {
    if (std::ranges::find(rules, name, &Parameter::name) == rules.end()) {
      return bad(fmt::format("Unknown parameter '{}'.", name));
    }
  }
  for (const Parameter& rule : rules) {
    std::vector<std::string> values;
    if (auto refusal = collect(query, rule, values)) return refusal;
    out.values_.emplace_back(rule.name, std::move(values));
  }
  return std::nullopt;
}

const std::vector<std::string>& Arguments::all(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto found = std::ranges::find(values_, name, [](const auto& entry) { return entry.first; });
  return found == values_.end() ? none : found->second;
}

std::string Arguments::get(std::string_view name, std::string_view otherwise) const {
  const auto& values = all(name);
  return values.empty() ? std::string(otherwise) : values.front();
}

std::int64_t Arguments::integer(std::string_view name, std::int64_t otherwise) const {
  const auto& values = all(name);
  return values.empty() ? otherwise : to_integer(values.front()).value_or(otherwise);
}

bool Arguments::boolean(std::string_view name, bool otherwise) const {
  const auto& values = all(name);
  return values.empty() ? otherwise : values.front() == "true";
}

}  // namespace simulator
