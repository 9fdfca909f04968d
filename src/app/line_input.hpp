// Standard input, a line at a time, beside other things that are waited for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "tap_pinterest/util/descriptor.hpp"

namespace tap_pinterest::app {

class LineInput {
 public:
  // More may come. An endless line ends it.
  bool is_open() const { return is_open_; }
  // The next line that is not empty, without blanks at its ends; nothing if none has been read.
  std::optional<std::string> next();
  // Reads what is there; blocks unless poll() says that something is.
  void read();

 private:
  bool is_open_ = true;
  std::string text_;
};

// Asks for a line on standard output. What is typed at a terminal does not show if it is `hidden`. Returns
// the line, or the signal that came instead, or neither if the input has ended.
std::variant<std::monostate, std::string, int> ask(std::string_view question, bool hidden, LineInput& input,
                                                   const util::Descriptor& signals);

}  // namespace tap_pinterest::app
