// The word that was probably meant.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tap_pinterest::util {

// The least number of letters to insert, delete, replace or swap with their neighbour to make `a` of `b`,
// whatever the case (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

// The one of `known` that is nearest to `word`, or nothing if none is near: a third of its letters may be
// wrong. Of several the first counts.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

// "; did you mean NAME?", or nothing if none is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

// Whether a message may repeat `text`, which came as a value: a name of letters and underscores, in capitals
// with a digit here and there. Tokens and most passwords are not.
bool is_plain_name(std::string_view text);

}  // namespace tap_pinterest::util
