#include "tap_pinterest/util/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "tap_pinterest/util/digits.hpp"

namespace tap_pinterest::util {
namespace {

// Longer than any name, and short enough to compare with all of them.
constexpr std::size_t kLongestName = 60;
constexpr std::ptrdiff_t kMostDigits = 4;
// So many letters to one that may be wrong.
constexpr std::size_t kLettersToAMistake = 3;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Of each beginning of `b` to the beginning of `a` that ends here, one and two letters before.
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  std::vector<std::size_t> above = row;
  std::vector<std::size_t> two_above = row;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(two_above, above);
    std::swap(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      const bool swapped =
          i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > kLongestName) return std::nullopt;
  std::size_t least = std::max<std::size_t>(word.size() / kLettersToAMistake, 1) + 1;
  std::optional<std::string_view> found;
  for (const std::string_view name : known) {
    const std::size_t distance = edit_distance(word, name);
    if (distance >= least) continue;
    least = distance;
    found = name;
  }
  return found;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const auto name = nearest(word, known);
  return name ? fmt::format("; did you mean {}?", *name) : std::string();
}

bool is_plain_name(std::string_view text) {
  const auto digits = std::ranges::count_if(text, is_digit);
  const bool has_lower = std::ranges::any_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
  const bool has_others = std::ranges::any_of(
      text, [](char c) { return (lower(c) < 'a' || lower(c) > 'z') && !is_digit(c) && c != '_'; });
  return !text.empty() && text.size() <= kLongestName && !has_others &&
         digits <= (has_lower ? 0 : kMostDigits);
}

}  // namespace tap_pinterest::util
