// The parameters of endpoints, as the OpenAPI document has them: what the tables of endpoints are made of.
#pragma once

#include <array>

#include "query.hpp"

namespace simulator::rules {

using enum ParameterType;
using enum ParameterStyle;
using Texts = std::span<const std::string_view>;

inline constexpr std::array<std::string_view, 2> kOrders{"ASCENDING", "DESCENDING"};
inline constexpr std::array<std::string_view, 13> kCreativeTypes{"REGULAR",
                                                                 "VIDEO",
                                                                 "SHOPPING",
                                                                 "CAROUSEL",
                                                                 "MAX_VIDEO",
                                                                 "SHOP_THE_PIN",
                                                                 "COLLECTION",
                                                                 "IDEA",
                                                                 "SHOWCASE",
                                                                 "QUIZ",
                                                                 "COLLAGE",
                                                                 "MAX_WIDTH_REGULAR_COLLECTION",
                                                                 "MAX_WIDTH_VIDEO_COLLECTION"};
inline constexpr std::array<std::string_view, 4> kAppTypes{"ALL", "MOBILE", "TABLET", "WEB"};
inline constexpr std::array<std::string_view, 3> kClaimed{"OTHER", "CLAIMED", "BOTH"};
inline constexpr std::array<std::string_view, 8> kPinFormats{
    "ALL",          "ORGANIC_IMAGE", "ORGANIC_PRODUCT", "ORGANIC_VIDEO",
    "ADS_STANDARD", "ADS_PRODUCT",   "ADS_VIDEO",       "ADS_IDEA"};
inline constexpr std::array<std::string_view, 3> kContentTypes{"ALL", "PAID", "ORGANIC"};
inline constexpr std::array<std::string_view, 3> kSources{"ALL", "YOUR_PINS", "OTHER_PINS"};

inline Parameter ids(std::string_view name, std::size_t most, std::size_t length, bool required = false) {
  return {.name = name,
          .type = kDigits,
          .style = kRepeated,
          .required = required,
          .max_items = most,
          .max_length = length,
          .values = {}};
}
inline Parameter choice(std::string_view name, Texts values, bool required = false) {
  return {.name = name, .type = kEnum, .required = required, .values = values};
}
inline Parameter several(std::string_view name, Texts values, ParameterStyle style, bool required = false) {
  return {.name = name, .type = kEnum, .style = style, .required = required, .values = values};
}
inline Parameter at_most(std::size_t items, Parameter parameter) {
  parameter.max_items = items;
  return parameter;
}
inline Parameter flag(std::string_view name, bool required = false) {
  return {.name = name, .type = kBoolean, .required = required, .values = {}};
}
inline Parameter date(std::string_view name, bool required = true) {
  return {.name = name, .type = kDate, .required = required, .values = {}};
}
inline Parameter bookmark() { return {.name = "bookmark", .values = {}}; }
inline Parameter page_size() {
  return {.name = "page_size", .type = kInteger, .minimum = 1, .maximum = 250, .values = {}};
}
inline Parameter as_account() {
  return {.name = "ad_account_id", .type = kDigits, .max_length = 18, .values = {}};
}

inline Parameter digits(std::string_view name, std::size_t length = 0) {
  return {.name = name, .type = kDigits, .max_length = length, .values = {}};
}
inline Parameter text(std::string_view name, std::size_t length = 0) {
  return {.name = name, .max_length = length, .values = {}};
}
inline Parameter integer(std::string_view name, std::int64_t minimum, std::int64_t maximum) {
  return {.name = name, .type = kInteger, .minimum = minimum, .maximum = maximum, .values = {}};
}

}  // namespace simulator::rules
