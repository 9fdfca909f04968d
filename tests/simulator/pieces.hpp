// Long bodies in pieces: made as they are sent, so that a gigabyte needs no memory.
#pragma once

#include <cstdint>

#include "message.hpp"

namespace simulator {

constexpr std::size_t kPieceBytes = 65'536;

// Makes all of it, and forgets it.
std::uint64_t length_of(const Pieces& pieces);
// The same without its first bytes.
Pieces without_first(Pieces pieces, std::uint64_t bytes);
// The same, compressed as gzip does.
Pieces gzipped(Pieces pieces);

}  // namespace simulator
