// The query of a request, and the rules of the OpenAPI document that it has to obey.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulator {

// A refusal with the status and body that the API would send.
struct Refusal {
  int status;
  int code;
  std::string message;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Form or query text, decoded, in its order. Nothing if an escape is broken.
std::optional<Pairs> decode_pairs(std::string_view text);

// One segment of a path, decoded; as it stands if an escape is broken.
std::string decode_segment(std::string_view text);

enum class ParameterType { kText, kDigits, kInteger, kBoolean, kDate, kEnum };
// How more than one value is sent: not at all, by repeating the key, or as one comma-separated value.
enum class ParameterStyle { kSingle, kRepeated, kCommaSeparated };

struct Parameter {
  std::string_view name;
  ParameterType type = ParameterType::kText;
  ParameterStyle style = ParameterStyle::kSingle;
  bool required = false;
  std::size_t max_items = 0;   // 0: no limit
  std::size_t max_length = 0;  // 0: no limit
  std::int64_t minimum = 0;
  std::int64_t maximum = 0;
  std::span<const std::string_view> values;  // of an enum
};

// The values of a query that passed its rules.
class Arguments {
 public:
  // Refuses what the rules do not allow: names unknown, values of the wrong form, too many, or missing.
  static std::optional<Refusal> check(const Pairs& query, std::span<const Parameter> rules, Arguments& out);

  bool has(std::string_view name) const { return !all(name).empty(); }
  const std::vector<std::string>& all(std::string_view name) const;
  std::string get(std::string_view name, std::string_view otherwise = {}) const;
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  bool boolean(std::string_view name, bool otherwise) const;
  // All that the rules know, in their order.
  const auto& entries() const { return values_; }

 private:
  std::vector<std::pair<std::string_view, std::vector<std::string>>> values_;
};

}  // namespace simulator
