// From the bytes of an answer to RECORD lines: the hot path. No tree is built on the way.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/pinterest/day_sums.hpp"
#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/singer/projection.hpp"
#include "tap_pinterest/util/spool.hpp"
#include "tap_pinterest/util/text_blocks.hpp"

namespace tap_pinterest::pinterest {

// The body is no JSON, or JSON of another shape than this endpoint's. Trying again may help.
class UnreadableAnswer : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A row that cannot be written without damage: a key that does not fit, or rows of one key that differ.
class UnusableRow : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// How the rows of one stream become RECORD lines; made once a run and shared by all threads.
struct RecordFormat {
  RecordFormat(const StreamDefinition& definition, const singer::Projection& record_projection,
               const std::string& stream_name);

  const StreamDefinition* stream;
  const singer::Projection* projection;
  std::string prefix;
  std::vector<std::size_t> key;
  std::optional<std::size_t> replication_key;
  // Set where the rows are to be summed.
  std::optional<Addends> addends;
};

// How far the rows of a stream agree with the totals of its accounts, over days that can be compared.
struct Agreement {
  std::uint64_t days = 0;       // of all accounts
  std::uint64_t differing = 0;  // of them: those on which a column differs
  std::uint64_t not_ready = 0;  // of those: Pinterest has not booked everything yet
  double worst_percent = 0;
  // Differences above max_difference_percent, and the first of them, for people.
  std::uint64_t too_large = 0;
  std::string first_too_large = {};
  // Rows in which an identity does not hold, by identity.
  std::map<std::string, std::uint64_t> broken_identities = {};
};

struct Misfit {
  std::string field;
  std::string key;  // of the first record it was seen in
};

// What an answer gave.
struct Rows {
  // Whole RECORD lines.
  util::TextBlocks lines;
  std::size_t records = 0;
  // Each field once.
  std::vector<Misfit> misfits;
  std::vector<std::string> unknown_fields;
  // Lone surrogates that became U+FFFD.
  std::size_t repaired = 0;
  // Of analytics whose rows are summed.
  SumsByDate sums;
  // Of data_quality, by stream.
  std::map<std::string, Agreement> agreements;
};

struct ListRows : Rows {
  // The next page; empty at the end of the list.
  std::string bookmark;
  std::size_t items = 0;
  // The ids of the page (the last property of the key), in its order.
  std::vector<std::string> ids;
  // For each of them the texts of the fields that ListOptions::also names; empty where they are null.
  std::vector<std::array<std::string, kFieldsBesides>> also;
  // The newest replication value of all items, written or not, in microseconds since 1970.
  std::optional<long long> newest;
};

// A column that takes a value where the API sends none.
struct FilledColumn {
  std::string_view name;
  std::string value;
};

struct ListOptions {
  // Write records at or after this moment (microseconds since 1970), and those without one; nothing: all.
  std::optional<long long> since = {};
  // Leave out what is none of these ids; empty: take all.
  std::function<bool(std::string_view id)> only = {};
  // False if the stream is not selected and only the ids are wanted.
  bool write = true;
  // Fields that are wanted besides the ids; empty: none.
  std::array<std::string_view, kFieldsBesides> also = {};
  std::vector<FilledColumn> columns = {};
};

struct AnalyticsOptions {
  std::string_view account;
  config::Granularity granularity = config::Granularity::day;
  // The DATE of TOTAL rows.
  std::string_view total_date;
  // For pins: the app type that was asked for (empty: all of them), and the pin if the answer does not name
  // it.
  std::string_view app_type;
  std::string_view pin_id;
};

// Takes rows that are finished; false to stop.
using EmitRows = std::function<bool(Rows)>;
// It was told to stop.
class Interrupted : public std::exception {};

// The answers with analytics.
enum class AnswerKind { ads_analytics, targeting_analytics, pin_analytics, report };

// Reads an answer as it comes, so that no body has to be held. What its rows come to is given only at the
// end: an answer that breaks off, or cannot be read, has none. Not safe for several threads at once.
//
// Of an entity that comes more than once the last is written. Rows of analytics that are identical are
// written once; those of one key that differ are an UnusableRow. An answer of no bytes at all is unreadable.
class AnswerReader {
 public:
  // `format` and `options` must outlive the reader; `time_extracted` is RFC 3339 UTC.
  AnswerReader(const RecordFormat& format, const ListOptions& options, std::string_view time_extracted);
  // `emit` takes rows of a report as soon as there are many, and the end gives the last; null for never.
  AnswerReader(AnswerKind kind, const RecordFormat& format, const AnalyticsOptions& options,
               std::string_view time_extracted, const EmitRows* emit = nullptr);
  ~AnswerReader();

  // The next piece, however it is cut. Throws UnreadableAnswer, UnusableRow, and Interrupted.
  void read(std::string_view piece);
  // Throws as read() does. Analytics have nothing but what is in Rows.
  ListRows finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What a report holds. An empty one has no rows.
Rows read_report(const RecordFormat& format, const util::Spool& spool, const AnalyticsOptions& options,
                 std::string_view time_extracted, const EmitRows& emit);

}  // namespace tap_pinterest::pinterest
