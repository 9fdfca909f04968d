#include "tap_pinterest/pinterest/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <string>
#include <utility>
#include <vector>

#include "tap_pinterest/pinterest/requests.hpp"
#include "tap_pinterest/singer/messages.hpp"
#include "tap_pinterest/singer/state.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::pinterest {
namespace {

using singer::JsonSink;
using singer::RecordBuilder;
using singer::Token;
using singer::TokenKind;
using singer::without_quotes;

constexpr std::string_view kNull = "null";
// Of a large report so much is read, and so much is written, at a time.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20U;

enum class Duplicates {
  last_wins,      // entities: the later one is newer
  must_be_equal,  // analytics: one of two that differ is wrong
};

using Span = util::TextBlocks::Span;

// Where the row of each key lies. The keys stand one after the other in one text: no allocation a row.
class RowIndex {
 public:
  // Where the row with this key lies, and whether it is new: its place is for the caller to fill then.
  std::pair<Span*, bool> insert(std::string_view key) {
    if (2 * rows_.size() >= places_.size()) grow();
    const std::size_t hash = std::hash<std::string_view>()(key);
    std::size_t place = hash & (places_.size() - 1);
    while (places_[place] != 0) {
      Row& row = rows_[places_[place] - 1];
      if (row.hash == hash && std::string_view(keys_).substr(row.key_begin, row.key_length) == key) {
        return {&row.span, false};
      }
      place = (place + 1) & (places_.size() - 1);
    }
    rows_.push_back({hash, keys_.size(), key.size(), {}});
    keys_ += key;
    places_[place] = static_cast<std::uint32_t>(rows_.size());
    return {&rows_.back().span, true};
  }

  void clear() {
    std::ranges::fill(places_, 0);
    rows_.clear();
    keys_.clear();
  }

 private:
  struct Row {
    std::size_t hash;
    std::size_t key_begin;
    std::size_t key_length;
    Span span;
  };

  void grow() {
    constexpr std::size_t kFewest = 64;
    places_.assign(std::max(kFewest, 4 * places_.size()), 0);
    for (std::uint32_t number = 1; number <= rows_.size(); ++number) {
      std::size_t place = rows_[number - 1].hash & (places_.size() - 1);
      while (places_[place] != 0) place = (place + 1) & (places_.size() - 1);
      places_[place] = number;
    }
  }

  std::string keys_;
  std::vector<Row> rows_;
  std::vector<std::uint32_t> places_;  // by hash: the row's number, counted from 1; 0: none
};

// Gathers the RECORD lines of one answer.
class RowCollector {
 public:
  RowCollector(const RecordFormat& format, std::string_view time_extracted, Duplicates duplicates)
      : format_(format),
        suffix_(singer::record_suffix(time_extracted)),
        duplicates_(duplicates),
        builder_(*format.projection) {}

  RecordBuilder& builder() { return builder_; }

  // The key of the finished record, for people and for finding repeats; valid until the next.
  std::string_view key() {
    key_.clear();
    for (const std::size_t slot : format_.key) {
      const std::string_view value = builder_.value(slot);
      if (value == kNull) throw UnusableRow("a record without a usable key" + near_key());
      if (!key_.empty()) key_ += ", ";
      key_ += without_quotes(value);
    }
    return key_;
  }

  // Writes the finished record, whose key() is `key`, and whose DATE is `date` if it may be summed.
  void add(std::string_view key, std::string_view date = {}) {
    note_misfits(key);
    char* const line = rows_.lines.begin(format_.prefix.size() + builder_.most_bytes() + suffix_.size());
    char* end = std::ranges::copy(format_.prefix, line).out;
    end = std::ranges::copy(suffix_, builder_.render(end)).out;
    const auto [known, is_new] = index_.insert(key);
    if (!is_new && duplicates_ == Duplicates::must_be_equal) {
      if (rows_.lines.piece(*known) == std::string_view(line, static_cast<std::size_t>(end - line))) return;
      throw UnusableRow(fmt::format("two different rows with the key {}: one of them is wrong", key));
    }
    if (!is_new) replaced_.push_back(*known);
    *known = rows_.lines.end(end);
    if (!is_new) return;
    ++rows_.records;
    if (format_.addends) format_.addends->add_row(builder_, date, sums_);
  }

  Rows finish() {
    rows_.lines.remove(std::exchange(replaced_, {}));
    rows_.sums = std::move(sums_);
    rows_.unknown_fields = builder_.unknown_fields();
    return std::move(rows_);
  }

  // For answers that are given away in pieces: no key comes in two of them.
  void forget_keys() { index_.clear(); }
  std::size_t bytes() const { return rows_.lines.size(); }
  Rows take() { return std::exchange(rows_, {}); }

 private:
  // What else of the key is there, to find the record by.
  std::string near_key() const {
    std::string known;
    for (const std::size_t slot : format_.key) {
      const std::string_view value = builder_.value(slot);
      known += known.empty() ? " (" : ", ";
      known += without_quotes(value);
    }
    return known + ")";
  }

  void note_misfits(std::string_view record_key) {
    for (const std::string& field : builder_.misfits()) {
      const bool noted = std::ranges::find(rows_.misfits, field, &Misfit::field) != rows_.misfits.end();
      if (!noted) rows_.misfits.push_back({field, std::string(record_key)});
    }
  }

  const RecordFormat& format_;
  std::string suffix_;
  Duplicates duplicates_;
  RecordBuilder builder_;
  Rows rows_;
  std::string key_;
  RowIndex index_;
  std::vector<Span> replaced_;
  SumsByDate sums_;  // of all rows, given away or not
};

// A scalar that outlives the call that hands it on.
struct KeptToken {
  TokenKind kind = TokenKind::null;
  std::string text = std::string(kNull);

  void keep(Token token) {
    kind = token.kind;
    text = token.text;
  }
  void clear() { keep({TokenKind::null, kNull}); }
  bool is_null() const { return kind == TokenKind::null; }
  Token token() const { return {kind, text}; }
};

// A field directly in a row that is wanted besides the record; null where it is absent or no scalar.
struct Wanted {
  std::string_view name;
  KeptToken* token = nullptr;
};

// Walks an answer down to its rows and hands their tokens to the builder. What stands around the rows is for
// the derived class, which calls start_row() or skip() for a value that begins.
class RowSink : public JsonSink {
 public:
  explicit RowSink(RowCollector& rows) : rows_(rows) {}

  // Throws UnreadableAnswer if something is missing at the end of the answer.
  virtual void check_whole() {}

  void begin_object() final { open(true); }
  void begin_array() final { open(false); }
  void end_object() final { close(true); }
  void end_array() final { close(false); }

  void key(std::string_view name) final {
    if (mode_ == Mode::around) {
      key_ = name;
      if (!around_key()) return;
    }
    if (mode_ != Mode::row) return;
    if (nesting_ == 1) want(name);
    rows_.builder().key(name);
  }

  void scalar(Token token) final {
    if (mode_ == Mode::row) {
      if (wanted_ != nullptr && nesting_ == 1) wanted_->keep(token);
      rows_.builder().scalar(token);
    } else if (mode_ == Mode::around) {
      value(token);
    }
  }

 protected:
  // An object or array begins, or ends, around the rows; the key before it is in current_key().
  virtual void enter(bool object) = 0;
  virtual void leave() = 0;
  // A scalar around the rows.
  virtual void value(Token) {}
  // A key around the rows; true if it is the first of a row, which has been started.
  virtual bool around_key() { return false; }
  // The first brace of a row, and everything after its last.
  virtual void begin_row() { rows_.builder().begin_object(); }
  virtual void end_row() = 0;

  void want(std::string_view name, KeptToken& token) {
    fields_.push_back({name, &token});
    wanted_lengths_.set(name.size());
  }
  void start_row() {
    mode_ = Mode::row;
    nesting_ = 1;
    wanted_ = nullptr;
    for (const Wanted& field : fields_) field.token->clear();
    rows_.builder().clear();
    begin_row();
  }
  void skip() {
    mode_ = Mode::skipped;
    nesting_ = 1;
  }
  const std::string& current_key() const { return key_; }
  RowCollector& rows() { return rows_; }

 private:
  enum class Mode { around, row, skipped };

  // Of a repeated key the last counts, whatever its value is.
  void want(std::string_view name) {
    wanted_ = nullptr;
    if (name.size() >= wanted_lengths_.size() || !wanted_lengths_[name.size()]) return;
    const auto field = std::ranges::find(fields_, name, &Wanted::name);
    if (field == fields_.end()) return;
    wanted_ = field->token;
    wanted_->clear();
  }

  void open(bool object) {
    if (mode_ == Mode::around) {
      enter(object);
      return;
    }
    ++nesting_;
    if (mode_ != Mode::row) return;
    if (object) {
      rows_.builder().begin_object();
    } else {
      rows_.builder().begin_array();
    }
  }

  void close(bool object) {
    if (mode_ == Mode::around) {
      leave();
      return;
    }
    --nesting_;
    if (nesting_ == 0) {
      const bool row = mode_ == Mode::row;
      mode_ = Mode::around;
      if (row) end_row();
      return;
    }
    if (mode_ != Mode::row) return;
    if (object) {
      rows_.builder().end_object();
    } else {
      rows_.builder().end_array();
    }
  }

  RowCollector& rows_;
  Mode mode_ = Mode::around;
  int nesting_ = 0;
  std::string key_;
  std::vector<Wanted> fields_;
  std::bitset<64> wanted_lengths_;  // of their names: most keys are told from them by that
  KeptToken* wanted_ = nullptr;     // the field that the last key of the row names
};

// The rows of a list, wherever RowsAt says, and the bookmark beside them.
class ListSink final : public RowSink {
 public:
  ListSink(RowCollector& rows, const RecordFormat& format, const ListOptions& options, ListRows& list)
      : RowSink(rows), format_(format), options_(options), list_(list), at_(format.stream->rows) {
    for (const FilledColumn& column : options.columns) {
      if (const auto index = format.projection->index_of(column.name)) {
        filled_.push_back({*index, column.name, column.value});
      }
    }
    ranked_ = format.projection->index_of(format.stream->rank_column).has_value();
    for (std::size_t i = 0; i < also_.size(); ++i) {
      if (!options.also.at(i).empty()) want(options.also.at(i), also_.at(i));
    }
  }

  void check_whole() override {
    if (!has_rows_) throw unreadable();
  }

 private:
  // Inside of what the reader is: the answer, the array of rows, one of its objects that holds rows (or may),
  // the array in that.
  enum Level { kOutside, kAnswer, kRows, kItem, kInner };
  struct Filled {
    std::size_t index;
    std::string_view name;
    std::string_view value;
  };

  void enter(bool object) override {
    switch (level_) {
      case kOutside:
        enter_answer(object);
        return;
      case kAnswer:
        enter_member(object);
        return;
      case kRows:
      case kInner:
        enter_row(object);
        return;
      case kItem:
        // A map's entries are scalars, and beside the inner rows stands what went wrong with others.
        if (at_.form == RowsAt::Form::map || (current_key() == at_.inner && object)) throw unreadable();
        if (current_key() == at_.inner) {
          level_ = kInner;
        } else {
          skip();
        }
        return;
    }
  }

  void enter_answer(bool object) {
    if (at_.form == RowsAt::Form::object) {
      if (!object) throw unreadable();
      has_rows_ = true;
      start_row();
      return;
    }
    const bool is_bare = at_.form == RowsAt::Form::map || at_.member.empty();
    if (object == is_bare) throw unreadable();
    has_rows_ = is_bare;
    level_ = is_bare ? kRows : kAnswer;
  }

  void enter_member(bool object) {
    if (current_key() != at_.member) {
      if (current_key() == kBookmark) throw unreadable();
      skip();
      return;
    }
    if (has_rows_ || object) throw unreadable();
    has_rows_ = true;
    level_ = kRows;
  }

  void enter_row(bool object) {
    if (!object) throw unreadable();
    if (level_ == kInner || (at_.form == RowsAt::Form::array && at_.inner.empty())) {
      start_row();
    } else {
      level_ = kItem;
      is_undecided_ = at_.form == RowsAt::Form::array;
    }
  }

  void leave() override { level_ = level_ == kRows && is_bare() ? kOutside : static_cast<Level>(level_ - 1); }
  bool is_bare() const { return at_.form == RowsAt::Form::map || at_.member.empty(); }

  // The first key tells whether an object is a row or holds some.
  bool around_key() override {
    if (level_ != kItem || !std::exchange(is_undecided_, false)) return false;
    if (current_key() == at_.inner || current_key() == kErrors) return false;
    level_ = kRows;
    start_row();
    return true;
  }

  void value(Token token) override {
    if (level_ == kItem && at_.form == RowsAt::Form::map) {
      add_entry(token);
      return;
    }
    const bool is_nothing = token.kind == TokenKind::null;
    // The document says that the map may be null.
    if (level_ == kOutside && at_.form == RowsAt::Form::map && is_nothing) {
      has_rows_ = true;
      return;
    }
    if (level_ == kItem && is_nothing) return;
    if (level_ != kAnswer || current_key() == at_.member) throw unreadable();
    if (current_key() != kBookmark || format_.stream->paging == Paging::first_page) return;
    // Of two that differ one would end the list early or leave out a page.
    if (std::exchange(has_bookmark_, true)) throw unreadable();
    // Only null and the empty text end a list; to take anything else for its end would lose the rest.
    list_.bookmark = is_nothing ? "" : token.text;
  }

  void add_entry(Token token) {
    RecordBuilder& builder = rows().builder();
    builder.begin_object();
    builder.key("code");
    builder.scalar({TokenKind::string, current_key()});
    builder.key("name");
    builder.scalar(token);
    end_row();
  }

  static UnreadableAnswer unreadable() { return UnreadableAnswer("not a page with one list of items"); }

  void end_row() override {
    ++list_.items;
    fill_columns();
    RecordBuilder& builder = rows().builder();
    builder.end_object();
    const std::string_view key = rows().key();
    const bool listed = !options_.only || options_.only(key);
    std::optional<long long> changed;
    if (format_.replication_key) changed = micros(builder.value(*format_.replication_key));
    if (changed) list_.newest = std::max(list_.newest.value_or(*changed), *changed);
    const bool is_old = options_.since && changed && *changed < *options_.since;
    if (listed) {
      list_.ids.emplace_back(without_quotes(builder.value(format_.key.back())));
      if (!options_.also.front().empty()) note_also();
    }
    if (options_.write && listed && !is_old) rows().add(key);
  }

  void note_also() {
    auto& fields = list_.also.emplace_back();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!also_.at(i).is_null()) fields.at(i) = also_.at(i).text;
    }
  }

  void fill_columns() {
    RecordBuilder& builder = rows().builder();
    for (const Filled& column : filled_) {
      if (builder.value(column.index) != kNull) continue;
      builder.key(column.name);
      builder.scalar({TokenKind::string, column.value});
    }
    if (!ranked_) return;
    builder.key(format_.stream->rank_column);
    builder.scalar({TokenKind::integer, std::to_string(list_.items)});
  }

  static std::optional<long long> micros(std::string_view json) {
    // A date-time has been brought to its form, but a catalog may give the field another type.
    if (const auto moment = util::parse_date_time(without_quotes(json))) {
      return moment->time_since_epoch().count();
    }
    return singer::replication_value_micros(singer::Json::parse(json));
  }

  static constexpr std::string_view kBookmark = "bookmark";
  static constexpr std::string_view kErrors = "errors";

  const RecordFormat& format_;
  const ListOptions& options_;
  ListRows& list_;
  const RowsAt& at_;
  std::vector<Filled> filled_;
  bool ranked_ = false;
  Level level_ = kOutside;
  bool has_rows_ = false;
  bool has_bookmark_ = false;
  bool is_undecided_ = false;  // of the object that has begun: whether it is a row
  std::array<KeptToken, kFieldsBesides> also_;
};

// A flat row {"CAMPAIGN_ID": ..., "DATE": ..., COLUMN: ...} becomes `metrics`, its key stands on top as well.
class AdsRowSink : public RowSink {
 public:
  AdsRowSink(RowCollector& rows, const RecordFormat& format, const AnalyticsOptions& options)
      : RowSink(rows),
        id_column_(format.stream->key[0]),
        id_index_(format.projection->index_of(id_column_).value()),
        date_index_(format.projection->index_of("DATE").value()),
        account_index_(format.projection->index_of("ad_account_id")),
        options_(options) {
    want(id_column_, id_);
    want("DATE", date_);
    if (const std::string_view second_id = format.stream->key[1]; second_id != "DATE") {
      second_id_index_ = format.projection->index_of(second_id);
      want(second_id, second_id_);
    }
  }

 protected:
  // Ends `metrics` and writes the key; then the record may get more.
  void finish_metrics() {
    RecordBuilder& builder = rows().builder();
    builder.end_object();
    builder.set(id_index_, id_.token());
    if (second_id_index_) builder.set(*second_id_index_, second_id_.token());
    check_id();
    check_date();
    builder.set(date_index_, {TokenKind::string, date_.text});
    if (account_index_) builder.set(*account_index_, {TokenKind::string, options_.account});
  }
  void finish_record() {
    rows().builder().end_object();
    // A catalog may have DATE written in another form.
    rows().add(rows().key(), date_.text);
  }
  void write_targeting() {
    RecordBuilder& builder = rows().builder();
    builder.key("targeting_type");
    builder.scalar(type_.token());
    builder.key("targeting_value");
    builder.scalar(value_.token());
  }

  // Targeting stands in the row itself.
  void want_targeting() {
    want("TARGETING_TYPE", type_);
    want("TARGETING_VALUE", value_);
  }

  std::string_view id_column() const { return id_column_; }
  // Product items have the ids that their catalog gives them.
  bool has_own_ids() const { return id_column_ == "PRODUCT_ITEM_ID"; }

  // Of the row.
  KeptToken id_;
  KeptToken second_id_;
  KeptToken date_;
  KeptToken type_;
  KeptToken value_;

 private:
  void begin_row() final {
    RecordBuilder& builder = rows().builder();
    builder.begin_object();
    builder.key("metrics");
    builder.begin_object();
  }

  // 007 was asked for as 7, whose rows it would not join.
  void check_id() const {
    if (!has_own_ids() && id_.text.size() > 1 && id_.text.front() == '0') {
      throw UnusableRow(fmt::format("the {} {} has leading zeros", id_column_, id_.text));
    }
  }

  // Makes DATE what its granularity demands.
  void check_date() {
    if (options_.granularity == config::Granularity::total) {
      date_.text = options_.total_date;
      return;
    }
    const bool is_day = util::parse_day(date_.text).has_value();
    const bool is_hour = options_.granularity == config::Granularity::hour;
    if (is_day && !is_hour) return;
    std::optional<util::Instant> moment;
    if (date_.kind == TokenKind::string) moment = util::parse_date_time(date_.text);
    if (is_hour && !moment) moment = unix_hour(date_.text);
    if (!moment) throw UnusableRow(fmt::format("a row of {} {} without a usable DATE", id_column_, id_.text));
    if (is_hour) {
      if (is_day) {
        throw UnusableRow(
            fmt::format("an HOUR row of {} {} whose DATE {} has no time: its hour would be lost", id_column_,
                        id_.text, date_.text));
      }
      date_.text = util::format_date_time(*moment);
    } else {
      date_.text = util::format_day(util::day_of(*moment));
    }
  }

  // Digits that are no Unix time, as 2026112005 or 20261120, would give an hour of another year. In every
  // time zone an hour begins on a quarter, and Pinterest began in 2010.
  static std::optional<util::Instant> unix_hour(std::string_view text) {
    constexpr util::Day kFirstDay{std::chrono::year{2010} / 1 / 1};
    const auto moment = util::parse_unix_time(text);
    if (!moment || *moment < kFirstDay) return std::nullopt;
    const bool is_quarter = moment->time_since_epoch() % std::chrono::minutes{15} == std::chrono::minutes{0};
    return is_quarter ? moment : std::nullopt;
  }

  std::string_view id_column_;
  // Where the columns of the key stand in the record.
  std::size_t id_index_;
  std::size_t date_index_;
  std::optional<std::size_t> second_id_index_;
  // Not where the id is that of the account: many databases do not tell cases apart.
  std::optional<std::size_t> account_index_;
  const AnalyticsOptions& options_;
};

// [row, ...]
class AdsAnalyticsSink final : public AdsRowSink {
  using AdsRowSink::AdsRowSink;

  void enter(bool object) override {
    if (object != inside_) throw unreadable();
    if (inside_) start_row();
    inside_ = true;
  }
  void leave() override { inside_ = false; }
  void value(Token) override { throw unreadable(); }

  static UnreadableAnswer unreadable() { return UnreadableAnswer("not an array of rows"); }

  void end_row() override {
    finish_metrics();
    finish_record();
  }

  bool inside_ = false;  // the array
};

// {"data": [{"targeting_type": ..., "targeting_value": ..., "metrics": row}, ...]}
class TargetingSink final : public AdsRowSink {
 public:
  using AdsRowSink::AdsRowSink;

  void check_whole() override {
    if (!has_data_) throw unreadable();
  }

 private:
  // Inside of what the reader is.
  enum Level { kOutside, kAnswer, kData, kItem };

  void enter(bool object) override {
    const bool is_known = level_ == kAnswer ? current_key() == "data" : level_ != kItem || is_metrics();
    if (!is_known) {
      skip();
      return;
    }
    const bool repeated = (level_ == kAnswer && has_data_) || (level_ == kItem && has_metrics_);
    if (repeated || object == (level_ == kAnswer)) throw unreadable();
    if (level_ == kItem) {
      has_metrics_ = true;
      start_row();
      return;
    }
    has_data_ = has_data_ || level_ == kAnswer;
    level_ = static_cast<Level>(level_ + 1);
    if (level_ != kItem) return;
    has_metrics_ = false;
    type_.clear();
    value_.clear();
  }

  void leave() override {
    if (level_ == kItem) {
      if (!has_metrics_) throw unreadable();
      write_targeting();
      finish_record();
    }
    level_ = static_cast<Level>(level_ - 1);
  }

  void value(Token token) override {
    if (level_ == kOutside || level_ == kData) throw unreadable();
    if (level_ == kAnswer && current_key() == "data") throw unreadable();
    if (level_ != kItem) return;
    if (is_metrics()) throw unreadable();
    if (current_key() == "targeting_type") type_.keep(token);
    if (current_key() == "targeting_value") value_.keep(token);
  }

  void end_row() override { finish_metrics(); }

  bool is_metrics() const { return current_key() == "metrics"; }
  static UnreadableAnswer unreadable() { return UnreadableAnswer("not an object with rows in data"); }

  Level level_ = kOutside;
  bool has_data_ = false;
  bool has_metrics_ = false;
};

// {ID: [row, ...], ...}, or {DATE: {ID: [row, ...]}}: what a row lacks of its key stands around it.
class ReportSink final : public AdsRowSink {
 public:
  // `emit` takes lines as soon as there are many; null for never.
  ReportSink(RowCollector& rows, const RecordFormat& format, const AnalyticsOptions& options,
             const EmitRows* emit)
      : AdsRowSink(rows, format, options),
        is_targeting_inside_(format.stream->source == Source::targeting_analytics),
        emit_(emit) {
    if (is_targeting_inside_) want_targeting();
  }

  // Rows of an id that comes twice might differ.
  void check_whole() override {
    std::ranges::sort(seen_);
    if (std::ranges::adjacent_find(seen_) != seen_.end()) throw UnreadableAnswer("an id stands there twice");
  }

 private:
  // Inside of what the reader is.
  enum Level { kOutside, kReport, kDate, kRows };

  void enter(bool object) override {
    if (level_ == kRows) {
      if (!object) throw unreadable();
      start_row();
      return;
    }
    const bool may_be_rows = level_ == kReport || level_ == kDate;
    if (object ? level_ == kDate : !may_be_rows) throw unreadable();
    if (level_ == kReport) {
      outer_ = current_key();
      seen_.push_back(std::hash<std::string>()(outer_));
    }
    if (object) {
      level_ = static_cast<Level>(level_ + 1);
      return;
    }
    inner_ = current_key();
    is_by_date_ = level_ == kDate;
    level_ = kRows;
  }

  void leave() override {
    level_ = level_ == kRows && is_by_date_ ? kDate : (level_ == kReport ? kOutside : kReport);
    if (level_ != kReport) return;
    rows().forget_keys();
    if (emit_ != nullptr && rows().bytes() >= kPieceBytes && !(*emit_)(rows().take())) throw Interrupted();
  }

  // null in the place of an array is no rows.
  void value(Token token) override {
    if (token.kind != TokenKind::null || level_ == kOutside || level_ == kRows) throw unreadable();
  }

  void end_row() override {
    for (const std::string* const around : {&outer_, &inner_}) {
      if (date_.is_null() && util::parse_day(*around)) date_.keep({TokenKind::string, *around});
    }
    if (may_be_id(inner_)) {
      if (id_.is_null()) {
        id_.keep({TokenKind::string, inner_});
        rows().builder().key(id_column());
        rows().builder().scalar(id_.token());
      }
      if (id_.text != inner_) {
        throw UnusableRow(fmt::format("the report has a row of {} among those of {}", id_.text, inner_));
      }
    }
    finish_metrics();
    if (is_targeting_inside_) write_targeting();
    finish_record();
  }

  bool may_be_id(const std::string& key) const {
    return has_own_ids() ? !util::parse_day(key).has_value() : is_id(key);
  }

  static UnreadableAnswer unreadable() { return UnreadableAnswer("not a report of rows by id"); }

  bool is_targeting_inside_;
  const EmitRows* emit_;
  Level level_ = kOutside;
  bool is_by_date_ = false;
  std::string outer_;
  std::string inner_;
  std::vector<std::size_t> seen_;  // hashes of ids: there may be millions
};

// {PIN: {APP: {"daily_metrics": [{"date", "data_status", "metrics"}], ...}}}, for a single pin without PIN;
// {SPLIT: {"daily_metrics": [...]}} for the user.
class PinAnalyticsSink final : public RowSink {
 public:
  PinAnalyticsSink(RowCollector& rows, const RecordFormat& format, const AnalyticsOptions& options)
      : RowSink(rows),
        is_user_(format.stream->source == Source::user_analytics),
        names_pins_(!is_user_ && options.pin_id.empty()),
        options_(options),
        level_(names_pins_ ? kOutside : kPins),
        pin_(options.pin_id) {}

 private:
  // Inside of what the reader is.
  enum Level { kOutside, kPins, kApps, kMetrics, kDays };

  void enter(bool object) override {
    check_pin();
    if (level_ == kMetrics && current_key() != "daily_metrics") {
      skip();
      return;
    }
    if (object == (level_ == kMetrics)) throw unreadable();
    if (level_ == kDays) {
      start_row();
      return;
    }
    if (level_ == kPins && names_pins_) pin_ = current_key();
    if (level_ == kApps) app_ = app_type();
    level_ = static_cast<Level>(level_ + 1);
  }

  void leave() override { level_ = static_cast<Level>(level_ - 1); }

  void value(Token token) override {
    check_pin();
    const bool whole_answer = level_ == kOutside || (level_ == kPins && !names_pins_);
    const bool nothing_there = token.kind == TokenKind::null && !whole_answer && level_ != kDays;
    const bool is_beside_days = level_ == kMetrics && current_key() != "daily_metrics";
    if (!nothing_there && !is_beside_days) throw unreadable();
  }

  void end_row() override {
    RecordBuilder& builder = rows().builder();
    if (!is_user_) {
      builder.key("pin_id");
      builder.scalar({TokenKind::string, pin_});
    }
    builder.key(is_user_ ? "split_value" : "app_type");
    builder.scalar({TokenKind::string, app_});
    builder.end_object();
    rows().add(rows().key());
  }

  // In the answer for several pins each is named by its id.
  void check_pin() const {
    if (level_ != kPins || !names_pins_) return;
    if (!is_id(current_key())) throw unreadable();
  }

  // One route names app types in lower case. A request for one app type may be answered under "all".
  std::string app_type() const {
    std::string name = current_key();
    for (char& c : name) c = (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
    return name == "ALL" && !options_.app_type.empty() ? std::string(options_.app_type) : name;
  }

  static UnreadableAnswer unreadable() { return UnreadableAnswer("not analytics by day"); }

  bool is_user_;
  bool names_pins_;  // there are several, each by its id
  const AnalyticsOptions& options_;
  Level level_;
  std::string pin_;
  std::string app_;
};

std::unique_ptr<RowSink> make_sink(AnswerKind kind, RowCollector& rows, const RecordFormat& format,
                                   const AnalyticsOptions& options, const EmitRows* emit) {
  switch (kind) {
    case AnswerKind::ads_analytics:
      break;
    case AnswerKind::targeting_analytics:
      return std::make_unique<TargetingSink>(rows, format, options);
    case AnswerKind::pin_analytics:
      return std::make_unique<PinAnalyticsSink>(rows, format, options);
    case AnswerKind::report:
      return std::make_unique<ReportSink>(rows, format, options, emit);
  }
  return std::make_unique<AdsAnalyticsSink>(rows, format, options);
}

}  // namespace

RecordFormat::RecordFormat(const StreamDefinition& definition, const singer::Projection& record_projection,
                           const std::string& stream_name)
    : stream(&definition), projection(&record_projection), prefix(singer::record_prefix(stream_name)) {
  for (const std::string_view property : definition.key) {
    if (!property.empty()) key.push_back(projection->index_of(property).value());
  }
  replication_key = projection->index_of(definition.replication_key);
}

struct AnswerReader::Impl {
  Impl(const RecordFormat& format, const ListOptions& options, std::string_view time_extracted)
      : rows(format, time_extracted, Duplicates::last_wins),
        sink(std::make_unique<ListSink>(rows, format, options, list)),
        reader(*sink, singer::Oddities::repaired) {}
  Impl(AnswerKind kind, const RecordFormat& format, const AnalyticsOptions& options,
       std::string_view time_extracted, const EmitRows* emit)
      : rows(format, time_extracted, Duplicates::must_be_equal),
        sink(make_sink(kind, rows, format, options, emit)),
        reader(*sink, singer::Oddities::repaired) {}

  // How much of `text` is done with.
  std::size_t read(std::string_view text, bool is_last) {
    const std::size_t count = reader.read(text, is_last);
    if (reader.error()) throw UnreadableAnswer(reader.error()->message);
    return count;
  }

  ListRows list;
  RowCollector rows;
  std::unique_ptr<RowSink> sink;
  singer::JsonReader reader;
  std::string rest;        // what has come of a token that does not end yet
  std::size_t enough = 0;  // so much of it is worth another try
};

AnswerReader::AnswerReader(const RecordFormat& format, const ListOptions& options,
                           std::string_view time_extracted)
    : impl_(std::make_unique<Impl>(format, options, time_extracted)) {}

AnswerReader::AnswerReader(AnswerKind kind, const RecordFormat& format, const AnalyticsOptions& options,
                           std::string_view time_extracted, const EmitRows* emit)
    : impl_(std::make_unique<Impl>(kind, format, options, time_extracted, emit)) {}

AnswerReader::~AnswerReader() = default;

void AnswerReader::read(std::string_view piece) {
  std::string& rest = impl_->rest;
  const bool goes_on = !rest.empty();
  if (goes_on) rest += piece;
  if (rest.size() < impl_->enough) return;
  const std::string_view text = goes_on ? rest : piece;
  const std::size_t count = impl_->read(text, /*is_last=*/false);
  // A long token is read anew only when twice as much of it is there, not for each piece.
  impl_->enough = count == 0 ? 2 * text.size() : 0;
  // The row in hand must not lie in what goes now.
  impl_->rows.builder().keep();
  if (goes_on) {
    rest.erase(0, count);
  } else {
    rest = text.substr(count);
  }
}

ListRows AnswerReader::finish() {
  impl_->read(impl_->rest, /*is_last=*/true);
  impl_->sink->check_whole();
  ListRows list = std::move(impl_->list);
  static_cast<Rows&>(list) = impl_->rows.finish();
  list.repaired = impl_->reader.repaired();
  return list;
}

Rows read_report(const RecordFormat& format, const util::Spool& spool, const AnalyticsOptions& options,
                 std::string_view time_extracted, const EmitRows& emit) {
  if (spool.size() == 0) return {};
  AnswerReader reader(AnswerKind::report, format, options, time_extracted,
                      spool.in_memory() ? nullptr : &emit);
  std::string piece;
  for (std::size_t offset = 0; offset < spool.size();) {
    piece.clear();
    offset += spool.read(offset, kPieceBytes, piece);
    reader.read(piece);
  }
  return reader.finish();
}

}  // namespace tap_pinterest::pinterest
