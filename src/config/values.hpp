// What the sources say of each setting, in the form of its kind, with the default where they say nothing.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json_text.hpp"
#include "tap_pinterest/config/settings.hpp"

namespace tap_pinterest::config {

// Turns a stated value into the form of the setting's kind where that loses nothing ("30" into 30, "day" into
// "DAY"), or says in `problem` what is expected. Dates become "YYYY-MM-DD". `allow_unknown` lets an
// extensible list hold other names.
std::optional<Json> convert(const Setting& setting, const Json& stated, bool allow_unknown,
                            std::string& problem);

// Looked up by name; a name that the table lacks is a mistake of the program (std::logic_error).
class Values {
 public:
  // Takes stated values of the settings of a table as the sources have them, and appends a problem for each
  // that is of no use, with `place` before its name.
  Values(std::span<const Setting> table, const std::map<std::string_view, Json>& stated,
         std::vector<std::string>& problems, std::string_view place = {}, bool allow_unknown = false);

  // A source names it, with a value that is of use or not.
  bool stated(std::string_view name) const;
  // A source names it with a value that is of no use.
  bool broken(std::string_view name) const;
  // A source names it with a value that is of use.
  bool usable(std::string_view name) const { return stated(name) && !broken(name); }
  // Lists may hold names that are not known.
  bool allows_unknown() const { return allow_unknown_; }

  std::string text(std::string_view name) const;  // empty if there is neither a value nor a default
  util::Secret secret(std::string_view name) const { return util::Secret(text(name)); }
  std::optional<util::Day> day(std::string_view name) const;
  int integer(std::string_view name) const;
  std::optional<int> optional_integer(std::string_view name) const;
  double number(std::string_view name) const;
  std::optional<double> optional_number(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;
  const Json& json(std::string_view name) const { return at(name).value; }

 private:
  struct Value {
    Json value;  // null if there is none
    bool stated = false;
    bool broken = false;
  };

  const Value& at(std::string_view name) const;

  bool allow_unknown_;
  std::map<std::string_view, Value> values_;
};

}  // namespace tap_pinterest::config
