// The token endpoint: what it accepts and what it says.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "tokens.hpp"

namespace simulator {

// POST /v5/oauth/token: Basic authorization and a form.
std::variant<std::string, Refusal> grant_token(const Options& options, Tokens& tokens, Instant now,
                                               std::string_view authorization, std::string_view content_type,
                                               std::string_view form);

// POST /proxy/refresh: a proxy that holds the app's secret; JSON both ways.
std::variant<std::string, Refusal> refresh_by_proxy(const Options& options, Tokens& tokens, Instant now,
                                                    std::string_view authorization, std::string_view body);

}  // namespace simulator
