// Which addresses a credential may be sent to.
#pragma once

#include <string>
#include <string_view>

namespace tap_pinterest::config {

// Empty if `url` is https, or http to this machine, and nothing but scheme, host, port and path; otherwise
// what is wrong with it, without quoting it. What is not understood is refused.
std::string url_problem(std::string_view url);

}  // namespace tap_pinterest::config
