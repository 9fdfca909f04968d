// A path with values in its places.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace tap_pinterest::pinterest {

// Puts a value, encoded where it needs that, in the place {name}. False if there is none.
inline bool fill_place(std::string& path, std::string_view name, std::string_view value) {
  const std::string place = fmt::format("{{{}}}", name);
  const std::size_t at = path.find(place);
  if (at == std::string::npos) return false;
  path.replace(at, place.size(), value);
  return true;
}

inline std::string path_of(std::string_view path_template, const std::string& account) {
  std::string path(path_template);
  fill_place(path, "ad_account_id", account);
  return path;
}

}  // namespace tap_pinterest::pinterest
