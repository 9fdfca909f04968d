// What the world holds, for tests to compare with: one JSON object a line, in pieces.
#pragma once

#include <string_view>
#include <variant>

#include "message.hpp"
#include "query.hpp"
#include "world.hpp"

namespace simulator {

// `stream` is one of the eight streams of a tap; README.md tells the parameters.
std::variant<Answer, Refusal> truth(const World& world, Instant now, std::string_view stream,
                                    std::string_view query);

}  // namespace simulator
