#include "tap_pinterest/util/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace tap_pinterest::util {
namespace {

// One letter in so many may be wrong, and two of any word, as where they changed places.
constexpr std::size_t kLettersPerMistake = 3;
constexpr std::size_t kMistakesOfAny = 2;

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// How many letters have to be changed, added or taken away (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (to_lower(a[i]) == to_lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> known) {
  std::size_t least = std::max(kMistakesOfAny, word.size() / kLettersPerMistake) + 1;
  std::string result;
  for (const std::string& candidate : known) {
    const std::size_t mistakes = distance(word, candidate);
    // What has nothing in common with a short word is not near it.
    if (mistakes >= least || mistakes >= std::max(word.size(), candidate.size()) - 1) continue;
    least = mistakes;
    result = candidate;
  }
  return result;
}

}  // namespace tap_pinterest::util
