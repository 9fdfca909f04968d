#include "tap_pinterest/util/text_blocks.hpp"

#include <algorithm>
#include <functional>
#include <mutex>
#include <tuple>
#include <utility>

namespace tap_pinterest::util {
namespace {

// What a pipe takes at once.
constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;
// So much is kept for later.
constexpr std::size_t kMostInStock = (std::size_t{32} << 20U) / kBlockBytes;

using Block = TextBlocks::Block;

Block make_block(std::size_t bytes) {
  return {std::make_unique_for_overwrite<char[]>(bytes), 0, bytes};  // NOLINT(modernize-avoid-c-arrays)
}

class Stock {
 public:
  // False alarms: who takes a block owns it.
  // NOLINTBEGIN(clang-analyzer-cplusplus.NewDeleteLeaks)
  Block take(std::size_t bytes) {
    if (bytes > kBlockBytes) return make_block(bytes);
    const std::scoped_lock lock(mutex_);
    if (blocks_.empty()) return make_block(kBlockBytes);
    Block block = std::move(blocks_.back());
    blocks_.pop_back();
    return block;
  }
  // NOLINTEND(clang-analyzer-cplusplus.NewDeleteLeaks)

  // Longer ones are the exception, and not kept.
  void give_back(std::vector<Block>& blocks) {
    const std::scoped_lock lock(mutex_);
    for (Block& block : blocks) {
      if (block.capacity != kBlockBytes || blocks_.size() == kMostInStock) continue;
      block.size = 0;
      blocks_.push_back(std::move(block));
    }
    blocks.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<Block> blocks_;
};

Stock& stock() {
  static Stock one;
  return one;
}

}  // namespace

TextBlocks::~TextBlocks() {
  if (!blocks_.empty()) stock().give_back(blocks_);
}

TextBlocks::TextBlocks(TextBlocks&& other) noexcept
    : blocks_(std::exchange(other.blocks_, {})), size_(std::exchange(other.size_, 0)) {}

TextBlocks& TextBlocks::operator=(TextBlocks&& other) noexcept {
  std::swap(blocks_, other.blocks_);
  std::swap(size_, other.size_);
  return *this;
}

char* TextBlocks::begin(std::size_t most_bytes) {
  if (blocks_.empty() || blocks_.back().capacity - blocks_.back().size < most_bytes) {
    blocks_.push_back(stock().take(most_bytes));
  }
  return blocks_.back().text.get() + blocks_.back().size;
}

TextBlocks::Span TextBlocks::end(const char* end) {
  Block& block = blocks_.back();
  const auto length = static_cast<std::size_t>(end - block.text.get()) - block.size;
  const Span span{static_cast<std::uint32_t>(blocks_.size() - 1), static_cast<std::uint32_t>(block.size),
                  static_cast<std::uint32_t>(length)};
  block.size += length;
  size_ += length;
  return span;
}

TextBlocks::Span TextBlocks::append(std::string_view piece) {
  return end(std::ranges::copy(piece, begin(piece.size())).out);
}

void TextBlocks::remove(std::vector<Span> pieces) {
  // From the back, so that those in front stay where they are.
  std::ranges::sort(pieces, std::ranges::greater{},
                    [](Span span) { return std::tuple(span.block, span.begin); });
  for (const Span span : pieces) {
    Block& block = blocks_[span.block];
    const char* const after = block.text.get() + span.begin + span.length;
    std::copy(after, static_cast<const char*>(block.text.get()) + block.size, block.text.get() + span.begin);
    block.size -= span.length;
    size_ -= span.length;
  }
}

std::string TextBlocks::text() const {
  std::string text;
  text.reserve(size_);
  for (std::size_t i = 0; i < blocks_.size(); ++i) text += block(i);
  return text;
}

}  // namespace tap_pinterest::util
