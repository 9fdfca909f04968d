// The person's browser.
#pragma once

#include <string>

namespace tap_pinterest::app {

// Shows `address` in a browser where there is a display. That it could not is no error.
void open_in_browser(std::string address);

}  // namespace tap_pinterest::app
