// UTF-8 as RFC 3629 has it.
#pragma once

#include <cstddef>
#include <string_view>

namespace tap_pinterest::util {

// How many bytes the character has that `text` begins with; 0 if there is none, or it is not well-formed: cut
// off, overlong, a surrogate, or beyond U+10FFFF.
std::size_t utf8_length(std::string_view text);

}  // namespace tap_pinterest::util
