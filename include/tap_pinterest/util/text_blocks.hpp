// A long text that grows without being copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tap_pinterest::util {

// Pieces of text, one after the other, in blocks. The blocks come from a stock that all threads share, and go
// back to it: memory that is new is mapped page by page, which takes longer than filling it.
class TextBlocks {
 public:
  // Where a piece lies.
  struct Span {
    std::uint32_t block = 0;
    std::uint32_t begin = 0;
    std::uint32_t length = 0;
  };

  TextBlocks() = default;
  ~TextBlocks();
  TextBlocks(TextBlocks&& other) noexcept;
  TextBlocks& operator=(TextBlocks&& other) noexcept;
  TextBlocks(const TextBlocks&) = delete;
  TextBlocks& operator=(const TextBlocks&) = delete;

  // Room for a piece of at most so many bytes (below 4 GB); end() takes what has been written there up to
  // `end`. A piece lies in one block. Without end() there is none.
  char* begin(std::size_t most_bytes);
  Span end(const char* end);
  Span append(std::string_view piece);
  std::string_view piece(Span span) const {
    return {blocks_[span.block].text.get() + span.begin, span.length};
  }
  // Takes pieces out, each once.
  void remove(std::vector<Span> pieces);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t block_count() const { return blocks_.size(); }
  std::string_view block(std::size_t index) const { return {blocks_[index].text.get(), blocks_[index].size}; }
  // All of it as one.
  std::string text() const;

  struct Block {
    // Memory that nobody sets to zero first. NOLINTNEXTLINE(modernize-avoid-c-arrays)
    std::unique_ptr<char[]> text;
    std::size_t size = 0;
    std::size_t capacity = 0;
  };

 private:
  std::vector<Block> blocks_;
  std::size_t size_ = 0;
};

}  // namespace tap_pinterest::util
