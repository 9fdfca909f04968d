// Text in small JSON documents that others write: answers about tokens, errors, the token file.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tap_pinterest::pinterest {

// The text of the member `name`; empty if there is none or it is no text.
inline std::string text_of(const nlohmann::json& document, const char* name) {
  const auto found = document.find(name);
  return found != document.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace tap_pinterest::pinterest
