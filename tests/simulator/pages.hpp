// Bookmarks: opaque, bound to the list and filter they came from, and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simulator {

struct Position {
  std::int64_t next = 0;     // the place in the list where the page begins
  bool after_empty = false;  // an empty page was just served here
};

std::string make_bookmark(std::uint64_t filter, const Position& position);
// Nothing if it was made up, or belongs to another list.
std::optional<Position> read_bookmark(std::uint64_t filter, std::string_view bookmark);

// Now and then a page is short, or empty although more follows.
struct PageShape {
  std::int64_t size;
  bool empty;
  bool trailing;  // after the last record another, empty page is promised
};

PageShape page_shape(std::uint64_t seed, std::uint64_t filter, const Position& position,
                     std::int64_t page_size, bool short_pages);

// How the end of a list is told: null, an empty text, or nothing at all.
enum class EndForm { kNull, kEmpty, kAbsent };

EndForm end_form(std::uint64_t seed, std::uint64_t filter, bool short_pages);

std::string base64(std::string_view bytes);
std::optional<std::string> unbase64(std::string_view text);

}  // namespace simulator
