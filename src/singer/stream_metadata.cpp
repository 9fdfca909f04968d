#include "tap_pinterest/singer/stream_metadata.hpp"

#include <algorithm>
#include <utility>

namespace tap_pinterest::singer {
namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

std::optional<Breadcrumb> parse_breadcrumb(const Json& item) {
  const auto value = item.find("breadcrumb");
  if (value == item.end() || !value->is_array()) return std::nullopt;
  Breadcrumb breadcrumb;
  for (const Json& step : *value) {
    if (!step.is_string()) return std::nullopt;
    breadcrumb.push_back(step.get<std::string>());
  }
  return breadcrumb;
}

// What is wrong with one element of `metadata`; empty if it can be used.
std::string problem_of(const Json& item) {
  if (!item.is_object()) return "is not an object";
  if (!parse_breadcrumb(item)) return "has no breadcrumb that is a list of names";
  const auto metadata = item.find("metadata");
  if (metadata == item.end() || !metadata->is_object()) return "has no metadata object";
  for (const char* const keyword : {"selected", "selected-by-default"}) {
    const auto flag = metadata->find(keyword);
    if (flag != metadata->end() && !flag->is_null() && !parse_flag(*flag)) {
      return std::string("has a '") + keyword + "' that is neither true nor false";
    }
  }
  return "";
}

}  // namespace

std::optional<bool> parse_flag(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (!value.is_string()) return std::nullopt;
  const std::string text = lower_case(value.get<std::string>());
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

StreamMetadata StreamMetadata::parse(const Json& entry, std::vector<std::string>& problems) {
  StreamMetadata result;
  const auto list = entry.find("metadata");
  if (list == entry.end() || list->is_null()) return result;
  if (!list->is_array()) {
    problems.emplace_back("its metadata is not a list");
    return result;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& item = (*list)[i];
    if (std::string problem = problem_of(item); !problem.empty()) {
      problems.push_back("metadata[" + std::to_string(i) + "] " + std::move(problem));
      continue;
    }
    result.values_[*parse_breadcrumb(item)] = item.at("metadata");
  }
  return result;
}

const Json* StreamMetadata::find(const Breadcrumb& breadcrumb, std::string_view keyword) const {
  const auto metadata = values_.find(breadcrumb);
  if (metadata == values_.end()) return nullptr;
  const auto value = metadata->second.find(keyword);
  return value == metadata->second.end() || value->is_null() ? nullptr : &*value;
}

std::optional<bool> StreamMetadata::selected(const Breadcrumb& breadcrumb) const {
  const Json* const value = find(breadcrumb, "selected");
  return value == nullptr ? std::nullopt : parse_flag(*value);
}

std::optional<bool> StreamMetadata::decides(const Breadcrumb& breadcrumb, const Json& schema) const {
  const auto in_schema = [&](const char* keyword) -> const Json* {
    if (!schema.is_object()) return nullptr;
    const auto value = schema.find(keyword);
    return value == schema.end() ? nullptr : &*value;
  };
  const Json* inclusion = find(breadcrumb, "inclusion");
  if (inclusion == nullptr) inclusion = in_schema("inclusion");
  if (inclusion != nullptr && *inclusion == "unsupported") return false;
  if (inclusion != nullptr && *inclusion == "automatic") return true;
  if (const auto flag = selected(breadcrumb)) return flag;
  if (const Json* const flag = in_schema("selected"); flag != nullptr && parse_flag(*flag)) {
    return parse_flag(*flag);
  }
  const Json* const by_default = find(breadcrumb, "selected-by-default");
  return by_default == nullptr ? std::nullopt : parse_flag(*by_default);
}

}  // namespace tap_pinterest::singer
