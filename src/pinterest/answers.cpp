#include "tap_pinterest/pinterest/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_map>
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

// Gathers the RECORD lines of one answer.
class RowCollector {
 public:
  RowCollector(const RecordFormat& format, std::string_view time_extracted, Duplicates duplicates)
      : format_(format),
        suffix_(singer::record_suffix(time_extracted)),
        duplicates_(duplicates),
        builder_(*format.projection) {}

  RecordBuilder& builder() { return builder_; }

  void reserve(std::size_t bytes) { rows_.lines.reserve(bytes); }

  // The key of the finished record, for people and for finding repeats.
  std::string key() const {
    std::string key;
    for (const std::size_t slot : format_.key) {
      const std::string_view value = builder_.value(slot);
      if (value == kNull) throw UnusableRow("a record without a usable key" + near_key());
      if (!key.empty()) key += ", ";
      key += without_quotes(value);
    }
    return key;
  }

  // Writes the finished record, whose DATE is `date` if it may be summed.
  void add(std::string_view date = {}) {
    std::string record_key = key();
    note_misfits(record_key);
    const std::size_t begin = rows_.lines.size();
    rows_.lines += format_.prefix;
    builder_.render(rows_.lines);
    rows_.lines += suffix_;
    const Span span{begin, rows_.lines.size() - begin};
    const auto [known, is_new] = by_key_.try_emplace(std::move(record_key), span);
    if (is_new) {
      ++rows_.records;
      if (format_.addends) format_.addends->add_row(builder_, date, sums_);
    } else {
      repeat(known->first, known->second, span);
    }
  }

  Rows finish() {
    drop_replaced();
    rows_.sums = std::move(sums_);
    rows_.unknown_fields = builder_.unknown_fields();
    return std::move(rows_);
  }

  // For answers that are given away in pieces: no key comes in two of them.
  void forget_keys() { by_key_.clear(); }
  std::size_t bytes() const { return rows_.lines.size(); }
  Rows take() { return std::exchange(rows_, {}); }

 private:
  struct Span {
    std::size_t begin;
    std::size_t length;
  };

  std::string_view text(Span span) const {
    return std::string_view(rows_.lines).substr(span.begin, span.length);
  }

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

  void repeat(const std::string& record_key, Span& first, Span second) {
    if (duplicates_ == Duplicates::last_wins) {
      replaced_.push_back(first);
      first = second;
      return;
    }
    if (text(first) != text(second)) {
      throw UnusableRow(fmt::format("two different rows with the key {}: one of them is wrong", record_key));
    }
    rows_.lines.resize(second.begin);
  }

  void drop_replaced() {
    std::ranges::sort(replaced_, std::ranges::greater{}, &Span::begin);
    for (const Span span : replaced_) rows_.lines.erase(span.begin, span.length);
  }

  void note_misfits(const std::string& record_key) {
    for (const std::string& field : builder_.misfits()) {
      const bool noted = std::ranges::find(rows_.misfits, field, &Misfit::field) != rows_.misfits.end();
      if (!noted) rows_.misfits.push_back({field, record_key});
    }
  }

  const RecordFormat& format_;
  std::string suffix_;
  Duplicates duplicates_;
  RecordBuilder builder_;
  Rows rows_;
  std::unordered_map<std::string, Span> by_key_;
  std::vector<Span> replaced_;
  SumsByDate sums_;  // of all pieces
};

// Walks an answer down to its rows and hands their tokens to the builder. What stands around the rows is for
// the derived class, which calls start_row() or skip() for a value that begins.
class RowSink : public JsonSink {
 public:
  explicit RowSink(RowCollector& rows) : rows_(rows) {}

  void begin_object() final { open(true); }
  void begin_array() final { open(false); }
  void end_object() final { close(true); }
  void end_array() final { close(false); }

  void key(std::string_view name) final {
    if (mode_ == Mode::around) {
      key_ = name;
      if (!around_key()) return;
    }
    if (mode_ == Mode::row) {
      if (nesting_ == 1) row_key(name);
      rows_.builder().key(name);
    }
  }

  void scalar(Token token) final {
    if (mode_ == Mode::around) {
      value(token);
    } else if (mode_ == Mode::row) {
      if (nesting_ == 1) row_value(token);
      rows_.builder().scalar(token);
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
  // A key and a scalar directly in a row.
  virtual void row_key(std::string_view) {}
  virtual void row_value(Token) {}
  // The first brace of a row, and everything after its last.
  virtual void begin_row() { rows_.builder().begin_object(); }
  virtual void end_row() = 0;

  void start_row() {
    mode_ = Mode::row;
    nesting_ = 1;
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
  }

  void check_whole() const {
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

  void begin_row() override {
    RowSink::begin_row();
    also_.fill({});
  }

  void row_key(std::string_view name) override {
    wanted_ = static_cast<std::size_t>(std::ranges::find(options_.also, name) - options_.also.begin());
  }

  void row_value(Token token) override {
    const std::size_t wanted = std::exchange(wanted_, kFieldsBesides);
    if (wanted < kFieldsBesides && token.kind != TokenKind::null) also_.at(wanted) = token.text;
  }

  void end_row() override {
    ++list_.items;
    fill_columns();
    RecordBuilder& builder = rows().builder();
    builder.end_object();
    const std::string key = rows().key();
    const bool listed = !options_.only || options_.only(key);
    std::optional<long long> changed;
    if (format_.replication_key) changed = micros(builder.value(*format_.replication_key));
    if (changed) list_.newest = std::max(list_.newest.value_or(*changed), *changed);
    const bool is_old = options_.since && changed && *changed < *options_.since;
    if (listed) {
      list_.ids.emplace_back(without_quotes(builder.value(format_.key.back())));
      if (!options_.also.front().empty()) list_.also.push_back(also_);
    }
    if (options_.write && listed && !is_old) rows().add();
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
  // Of the row.
  std::size_t wanted_ = kFieldsBesides;  // which of the fields comes next
  std::array<std::string, kFieldsBesides> also_;
};

// The value of a key column, kept until the row is complete.
struct KeptToken {
  TokenKind kind = TokenKind::null;
  std::string text = std::string(kNull);

  void keep(Token token) {
    kind = token.kind;
    text = token.text;
  }
  bool is_null() const { return kind == TokenKind::null; }
  Token token() const { return {kind, text}; }
};

// A flat row {"CAMPAIGN_ID": ..., "DATE": ..., COLUMN: ...} becomes `metrics`, its key stands on top as well.
class AdsRowSink : public RowSink {
 public:
  AdsRowSink(RowCollector& rows, const RecordFormat& format, const AnalyticsOptions& options)
      : RowSink(rows),
        id_column_(format.stream->key[0]),
        second_id_column_(format.stream->key[1] == "DATE" ? std::string_view() : format.stream->key[1]),
        has_account_(format.projection->index_of("ad_account_id").has_value()),
        options_(options) {}

  void check_whole() const {}

 protected:
  // Ends `metrics` and writes the key; then the record may get more.
  void finish_metrics() {
    RecordBuilder& builder = rows().builder();
    builder.end_object();
    builder.key(id_column_);
    builder.scalar(id_.token());
    if (!second_id_column_.empty()) {
      builder.key(second_id_column_);
      builder.scalar(second_id_.token());
    }
    builder.key("DATE");
    check_id();
    check_date();
    builder.scalar({TokenKind::string, date_.text});
    if (has_account_) {
      builder.key("ad_account_id");
      builder.scalar({TokenKind::string, options_.account});
    }
  }
  void finish_record() {
    rows().builder().end_object();
    // A catalog may have DATE written in another form.
    rows().add(date_.text);
  }
  void write_targeting() {
    RecordBuilder& builder = rows().builder();
    builder.key("targeting_type");
    builder.scalar(type_.token());
    builder.key("targeting_value");
    builder.scalar(value_.token());
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
  // Targeting stands in the row itself.
  bool is_targeting_inside_ = false;

 private:
  KeptToken* place_of(std::string_view name) {
    if (name == id_column_) return &id_;
    if (name == second_id_column_) return &second_id_;
    if (name == "DATE") return &date_;
    if (!is_targeting_inside_) return nullptr;
    if (name == "TARGETING_TYPE") return &type_;
    return name == "TARGETING_VALUE" ? &value_ : nullptr;
  }

  void begin_row() final {
    RecordBuilder& builder = rows().builder();
    builder.begin_object();
    builder.key("metrics");
    builder.begin_object();
    id_ = second_id_ = {};
    date_ = {};
    if (is_targeting_inside_) type_ = value_ = {};
    place_ = nullptr;
  }

  void row_key(std::string_view name) final {
    place_ = place_of(name);
    if (place_ != nullptr) *place_ = {};  // of a repeated key the last counts, whatever its value is
  }

  void row_value(Token token) final {
    if (place_ != nullptr) place_->keep(token);
    place_ = nullptr;
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
    } else if (!is_day) {
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
  std::string_view second_id_column_;  // empty: none
  // Not where the id is that of the account: many databases do not tell cases apart.
  bool has_account_;
  const AnalyticsOptions& options_;
  KeptToken* place_ = nullptr;
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

  void check_whole() const {
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
    type_ = {};
    value_ = {};
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
      : AdsRowSink(rows, format, options), emit_(emit) {
    is_targeting_inside_ = format.stream->source == Source::targeting_analytics;
  }

  // Rows of an id that comes twice might differ.
  void check_whole() {
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

  void check_whole() const {}

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
    rows().add();
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

// Reads `body` into rows. The reader refuses lone surrogates and numbers that no double holds, so they are
// repaired then and it is read again.
template <typename MakeSink>
Rows read_rows(const RecordFormat& format, std::string& body, std::string_view time_extracted,
               Duplicates duplicates, MakeSink&& make_sink) {
  std::size_t repaired = 0;
  for (bool again = false;; again = true) {
    RowCollector rows(format, time_extracted, duplicates);
    // With the default columns the lines take 1.4 times the body: no copies of a string that grows.
    rows.reserve(body.size() / 2 * 3);
    auto sink = make_sink(rows);
    const auto error = singer::read_json(body, sink);
    if (!error) {
      sink.check_whole();
      Rows result = rows.finish();
      result.repaired = repaired;
      return result;
    }
    if (again) throw UnreadableAnswer(error->message);
    repaired = singer::repair_lone_surrogates(body);
    if (repaired + singer::quote_infinite_numbers(body) == 0) throw UnreadableAnswer(error->message);
  }
}

// Pieces of a file for the reader. Lone surrogates, which it refuses, are repaired on the way; so each piece
// ends after a comma, which stands within no escape.
class PieceReader {
 public:
  explicit PieceReader(const util::Spool& spool) : spool_(spool) {}

  std::string_view next() {
    std::size_t end = 0;
    piece_ = std::move(rest_);
    while (end == 0 && offset_ < spool_.size()) {
      const std::string more = spool_.read(offset_, kPieceBytes);
      offset_ += more.size();
      piece_ += more;
      end = piece_.rfind(',') + 1;  // 0 if there is none
    }
    if (offset_ == spool_.size()) end = piece_.size();
    rest_ = piece_.substr(end);
    piece_.resize(end);
    repaired_ += singer::repair_lone_surrogates(piece_);
    return piece_;
  }

  std::size_t repaired() const { return repaired_; }

 private:
  const util::Spool& spool_;
  std::size_t offset_ = 0;
  std::string piece_;
  std::string rest_;
  std::size_t repaired_ = 0;
};

}  // namespace

RecordFormat::RecordFormat(const StreamDefinition& definition, const singer::Projection& record_projection,
                           const std::string& stream_name)
    : stream(&definition), projection(&record_projection), prefix(singer::record_prefix(stream_name)) {
  for (const std::string_view property : definition.key) {
    if (!property.empty()) key.push_back(projection->index_of(property).value());
  }
  replication_key = projection->index_of(definition.replication_key);
}

ListRows read_list(const RecordFormat& format, std::string& body, const ListOptions& options,
                   std::string_view time_extracted) {
  ListRows list;
  static_cast<Rows&>(list) =
      read_rows(format, body, time_extracted, Duplicates::last_wins, [&](RowCollector& rows) {
        list = ListRows();
        return ListSink(rows, format, options, list);
      });
  return list;
}

Rows read_ads_analytics(const RecordFormat& format, std::string& body, const AnalyticsOptions& options,
                        std::string_view time_extracted) {
  return read_rows(format, body, time_extracted, Duplicates::must_be_equal,
                   [&](RowCollector& rows) { return AdsAnalyticsSink(rows, format, options); });
}

Rows read_targeting_analytics(const RecordFormat& format, std::string& body, const AnalyticsOptions& options,
                              std::string_view time_extracted) {
  return read_rows(format, body, time_extracted, Duplicates::must_be_equal,
                   [&](RowCollector& rows) { return TargetingSink(rows, format, options); });
}

Rows read_report(const RecordFormat& format, util::Spool& spool, const AnalyticsOptions& options,
                 std::string_view time_extracted, const EmitRows& emit) {
  if (spool.size() == 0) return {};
  if (spool.in_memory()) {
    return read_rows(format, spool.text(), time_extracted, Duplicates::must_be_equal,
                     [&](RowCollector& rows) { return ReportSink(rows, format, options, nullptr); });
  }
  RowCollector rows(format, time_extracted, Duplicates::must_be_equal);
  ReportSink sink(rows, format, options, &emit);
  PieceReader pieces(spool);
  const auto error = singer::read_json([&] { return pieces.next(); }, sink);
  if (error) throw UnreadableAnswer(error->message);
  sink.check_whole();
  Rows last = rows.finish();
  last.repaired = pieces.repaired();
  return last;
}

Rows read_pin_analytics(const RecordFormat& format, std::string& body, const AnalyticsOptions& options,
                        std::string_view time_extracted) {
  return read_rows(format, body, time_extracted, Duplicates::must_be_equal,
                   [&](RowCollector& rows) { return PinAnalyticsSink(rows, format, options); });
}

}  // namespace tap_pinterest::pinterest
