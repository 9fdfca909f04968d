#include "tap_pinterest/http/transport.hpp"

#include <algorithm>

namespace tap_pinterest::http {

const std::string* Response::header(std::string_view name) const {
  const auto found = std::find_if(headers.rbegin(), headers.rend(),
                                  [name](const Header& header) { return header.name == name; });
  return found == headers.rend() ? nullptr : &found->value;
}

}  // namespace tap_pinterest::http
