#include "pieces.hpp"

#include <algorithm>
#include <boost/beast/zlib/deflate_stream.hpp>
#include <boost/crc.hpp>
#include <memory>
#include <stdexcept>

namespace simulator {
namespace {

namespace zlib = boost::beast::zlib;

// A gzip stream: header, deflated bytes, checksum and length.
class Gzip {
 public:
  explicit Gzip(Pieces source) : source_(std::move(source)) {
    deflate_.reset(1, 15, 8, zlib::Strategy::normal);
  }

  bool next(std::string& out) {
    if (!begun_) out.append("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    begun_ = true;
    std::string piece;
    const bool more = source_(piece);
    checksum_.process_bytes(piece.data(), piece.size());
    length_ += piece.size();
    deflate(piece, more ? zlib::Flush::none : zlib::Flush::finish, out);
    if (!more) {
      append_number(checksum_.checksum(), out);
      append_number(static_cast<std::uint32_t>(length_), out);
    }
    return more;
  }

 private:
  void deflate(const std::string& piece, zlib::Flush flush, std::string& out) {
    zlib::z_params params;
    params.next_in = piece.data();
    params.avail_in = piece.size();
    boost::system::error_code error;
    do {
      const std::size_t end = out.size();
      out.resize(end + kPieceBytes);
      params.next_out = out.data() + end;
      params.avail_out = kPieceBytes;
      deflate_.write(params, flush, error);
      out.resize(out.size() - params.avail_out);
    } while (!error && params.avail_out == 0);
    if (error && error != zlib::error::end_of_stream && error != zlib::error::need_buffers) {
      throw std::runtime_error("cannot compress: " + error.message());
    }
  }

  static void append_number(std::uint32_t value, std::string& out) {
    for (int byte = 0; byte < 4; ++byte, value >>= 8U) out += static_cast<char>(value & 0xffU);
  }

  Pieces source_;
  zlib::deflate_stream deflate_;
  boost::crc_32_type checksum_;
  std::uint64_t length_ = 0;
  bool begun_ = false;
};

}  // namespace

std::uint64_t length_of(const Pieces& pieces) {
  std::uint64_t length = 0;
  std::string piece;
  for (bool more = true; more;) {
    piece.clear();
    more = pieces(piece);
    length += piece.size();
  }
  return length;
}

Pieces without_first(Pieces pieces, std::uint64_t bytes) {
  return [pieces = std::move(pieces), bytes](std::string& out) mutable {
    std::string piece;
    const bool more = pieces(piece);
    const auto skipped = std::min<std::uint64_t>(bytes, piece.size());
    bytes -= skipped;
    out.append(piece, skipped);
    return more;
  };
}

Pieces gzipped(Pieces pieces) {
  return [gzip = std::make_shared<Gzip>(std::move(pieces))](std::string& out) { return gzip->next(out); };
}

}  // namespace simulator
