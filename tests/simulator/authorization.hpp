// The authorization page: where a person allows or denies an app what it asks for.
#pragma once

#include "message.hpp"
#include "tokens.hpp"

namespace simulator {

// GET shows the page, POST is a button pressed on it: a redirect with a code, or with access_denied. Who is
// not a registered app with a registered redirect URI is told so on a page and never sent anywhere.
Answer authorize(const Options& options, Tokens& tokens, Instant now, const Request& request,
                 std::string_view query);

}  // namespace simulator
