// A path with the account in its place.
#pragma once

#include <string>
#include <string_view>

namespace tap_pinterest::pinterest {

inline std::string path_of(std::string_view path_template, const std::string& account) {
  constexpr std::string_view kAccountPlace = "{ad_account_id}";
  std::string path(path_template);
  if (const std::size_t at = path.find(kAccountPlace); at != std::string::npos) {
    path.replace(at, kAccountPlace.size(), account);
  }
  return path;
}

}  // namespace tap_pinterest::pinterest
