#include "tap_pinterest/util/utf8.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>
#include <utility>

namespace tap_pinterest::util {
namespace {

TEST(Utf8Length, TellsCharactersFromWhatIsNone) {
  constexpr auto kTexts = std::to_array<std::pair<std::string_view, std::size_t>>({
      {"", 0},
      {"ab", 1},
      {"\x7F", 1},
      {"\x80", 0},
      {"\xC1\xBF", 0},  // overlong
      {"\xC2\x80x", 2},
      {"\xC2", 0},  // cut off
      {"\xC2x", 0},
      {"\xE0\x9F\xBF", 0},  // overlong
      {"\xE0\xA0\x80", 3},
      {"\xED\x9F\xBF", 3},
      {"\xED\xA0\x80", 0},  // a surrogate
      {"\xEF\xBF\xBD", 3},
      {"\xF0\x8F\xBF\xBF", 0},  // overlong
      {"\xF0\x9F\x98\x80x", 4},
      {"\xF0\x9F\x98", 0},
      {"\xF4\x8F\xBF\xBF", 4},
      {"\xF4\x90\x80\x80", 0},  // beyond U+10FFFF
      {"\xF5\x80\x80\x80", 0},
      {"\xFF", 0},
  });
  for (const auto& [text, length] : kTexts) EXPECT_EQ(utf8_length(text), length) << text;
}

}  // namespace
}  // namespace tap_pinterest::util
