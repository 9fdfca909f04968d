// Whether the stream data_quality says what the rows add up to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "tap_pinterest/singer/output_check.hpp"
#include "tap_pinterest/util/decimal_sum.hpp"

namespace tap_pinterest::pinterest {

// Adds up each metric by account and date, if a SCHEMA of data_quality with all its columns comes before the
// rows.
class SumCheck final : public singer::RecordListener {
 public:
  void schema(std::string_view stream, const singer::RecordSchema& schema) override;
  void record(std::string_view stream, const singer::RecordCheck& record, singer::KeyState state,
              std::size_t line) override;

  // Holds the lines of data_quality against the sums; returns what came of it, for people.
  std::string finish(const singer::FindingSink& findings) const;

 private:
  struct Total {
    util::DecimalSum sum;
    util::DecimalSum difference;  // identities only, as is the last
    std::uint64_t rows = 0;
    std::uint64_t rows_that_differ = 0;
  };
  struct Day {
    bool is_changed = false;  // a row came again with other values
    std::vector<Total> totals;
  };
  struct Metric {
    std::string name;
    // The columns of the metric, or of the total of an identity and its parts.
    std::vector<std::size_t> columns;
  };
  // A stream whose rows are added up.
  struct Level {
    std::size_t account = 0;
    std::size_t date = 0;
    std::vector<Metric> metrics;
    std::unordered_map<std::string, Day> days;  // by account and date
  };
  // A line of data_quality: its numbers as they were written, null as nothing.
  struct Statement {
    std::size_t line = 0;
    bool is_ready = false;
    std::optional<std::string> account_value;
    std::optional<std::string> stream_value;
    std::optional<std::string> difference;
    std::optional<std::string> rows;
    std::optional<std::string> rows_that_differ;
  };
  using StatementKey = std::tuple<std::string, std::string, std::string, std::string>;

  void add_row(Level& level, const singer::RecordCheck& record, singer::KeyState state);
  static void add(const Metric& metric, const singer::RecordCheck& record, Total& total);
  // What differs from the sums; nothing if it cannot be told.
  std::optional<std::string> compare(const StatementKey& key, const Statement& statement) const;

  bool has_statements_ = false;
  std::map<std::string, std::size_t, std::less<>> columns_;  // of data_quality
  std::map<std::string, Level, std::less<>> levels_;
  std::map<StatementKey, Statement> statements_;  // by account, stream, date and metric; the last is right
};

}  // namespace tap_pinterest::pinterest
