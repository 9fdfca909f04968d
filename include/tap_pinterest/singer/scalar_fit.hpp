// Makes a scalar fit the type its schema declares, where that loses nothing.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "tap_pinterest/singer/json_reader.hpp"

namespace tap_pinterest::singer {

// The scalar types that one schema node allows. Null is allowed always.
struct ScalarTypes {
  bool boolean = false;
  bool integer = false;
  bool number = false;
  bool string = false;
  bool date_time = false;  // of strings: format date-time
  // Of integers, if `bounded`; without it they may have any number of digits.
  bool bounded = false;
  std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();

  bool any() const { return boolean || integer || number || string; }
};

constexpr unsigned bit_of(TokenKind kind) { return 1U << static_cast<unsigned>(kind); }

// The kinds, as bits, of which append_fitted() takes every token as it came.
unsigned kinds_that_fit(const ScalarTypes& types);

// Appends the JSON text of `token` as one of `types`. The kind in which it came goes first; else "5", 5.0 or
// 5e0 become an integer, "1.10" the number 1.10 with the same digits, 5 and 5.0 the string "5", true the
// string "true". A text that is a number beyond what a double holds ("1e999") is none, since targets would
// make it Infinity; the reader lets no such number through. A date-time takes Unix seconds and any form that
// util::parse_date_time reads; its 0 is null. Returns whether it fitted; what does not is appended as null.
bool append_fitted(std::string& out, Token token, const ScalarTypes& types);

}  // namespace tap_pinterest::singer
