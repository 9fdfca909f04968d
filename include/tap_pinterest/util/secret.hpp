// A string that must never be seen: it has no way to be printed, only to be revealed on purpose.
#pragma once

#include <string>
#include <utility>

namespace tap_pinterest::util {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  // The text itself, for the one place that sends or stores it. Never pass it to a log or an error.
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

}  // namespace tap_pinterest::util
