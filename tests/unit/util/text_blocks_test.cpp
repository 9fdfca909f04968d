#include "tap_pinterest/util/text_blocks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tap_pinterest::util {
namespace {

TEST(TextBlocks, HoldsPiecesInTheirOrder) {
  TextBlocks blocks;
  EXPECT_TRUE(blocks.empty());
  std::string expected;
  std::vector<std::pair<TextBlocks::Span, std::string>> pieces;
  for (std::size_t i = 0; i < 300; ++i) {
    // Now and then one that is larger than a block.
    const std::string piece(i % 100 == 50 ? 100'000 : 3 * i, static_cast<char>('a' + i % 26));
    pieces.emplace_back(blocks.append(piece), piece);
    expected += piece;
  }
  EXPECT_EQ(blocks.text(), expected);
  EXPECT_EQ(blocks.size(), expected.size());
  EXPECT_GT(blocks.block_count(), 3U);
  for (const auto& [span, piece] : pieces) EXPECT_EQ(blocks.piece(span), piece);
}

TEST(TextBlocks, TakesWhatWasWrittenIntoTheRoomItGave) {
  TextBlocks blocks;
  char* const room = blocks.begin(1000);
  EXPECT_EQ(blocks.piece(blocks.end(std::ranges::copy(std::string_view("abc"), room).out)), "abc");
  blocks.begin(1000);  // and nothing written
  EXPECT_EQ(blocks.text(), "abc");
}

TEST(TextBlocks, TakesPiecesOutAgain) {
  TextBlocks blocks;
  std::string expected;
  std::vector<TextBlocks::Span> gone;
  for (std::size_t i = 0; i < 5000; ++i) {
    const std::string piece = std::to_string(i) + "\n" + std::string(i % 50, '.');
    const TextBlocks::Span span = blocks.append(piece);
    if (i % 3 == 0) {
      gone.push_back(span);
    } else {
      expected += piece;
    }
  }
  blocks.remove(gone);
  EXPECT_EQ(blocks.text(), expected);
  EXPECT_EQ(blocks.size(), expected.size());
}

TEST(TextBlocks, AreEmptyOnceMoved) {
  TextBlocks blocks;
  blocks.append("abc");
  TextBlocks taken = std::move(blocks);
  EXPECT_EQ(taken.text(), "abc");
  blocks = {};
  EXPECT_TRUE(blocks.empty());
  EXPECT_EQ(blocks.block_count(), 0U);
  blocks.append("new");
  taken = std::move(blocks);
  EXPECT_EQ(taken.text(), "new");
}

}  // namespace
}  // namespace tap_pinterest::util
