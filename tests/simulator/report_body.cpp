#include "report_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "calendar.hpp"
#include "json_text.hpp"

namespace simulator {
namespace {

using std::chrono::days;

bool is_metric(const Column& column) {
  return column.kind != ColumnKind::kIdentity && column.kind != ColumnKind::kUnset &&
         column.kind != ColumnKind::kConstant;
}

bool has_value(const Cell& cell) {
  return cell.form != Cell::Form::kAbsent && cell.form != Cell::Form::kNull;
}

double number_of(const Cell& cell) {
  return has_value(cell) ? std::strtod(std::string(cell.text()).c_str(), nullptr) : 0;
}

bool passes(const MetricFilter& filter, const Row& row) {
  const double number = number_of(row.cells[filter.column]);
  return std::ranges::all_of(filter.values,
                             [&](double value) { return filter.greater ? number > value : number < value; });
}

// Writes the rows of one subject after the other.
class RowWriter {
 public:
  explicit RowWriter(const ReportSource& source)
      : source_(source), report_(source.request.report), scope_(source.request.level->scope) {
    const Options& options = source.world.options();
    const std::string_view id = id_column(scope_);
    for (std::size_t i = 0; i < source.request.visible_columns; ++i) {
      if (report_.columns[i]->name == id) continue;
      columns_.emplace_back(i, fmt::format("\"{}\":", report_.columns[i]->name));
    }
    id_in_row_ = options.report_id_in_row && has_id_column(scope_);
  }

  // Appends `"<id>":[rows]` with a comma before it where one is needed; nothing if there are no rows between
  // these days, or none of this date.
  bool write(std::string& out, std::int64_t index, Day start, Day end, std::string_view date = {}) {
    const ReportRequest& request = source_.request;
    const Subject subject = subject_at(scope_, source_.account, index);
    if (!is_reported(source_.world, request, subject)) return false;
    report_.start = start;
    report_.end = end;
    id_ = std::to_string(subject_id(source_.world, subject));
    bool any = false;
    make_level_rows(source_.world, subject, report_, request.targeting_types, source_.now,
                    [&](const Row& row, const Target* target) {
                      if ((!date.empty() && row.date != date) || !is_reported(request, row)) return;
                      if (!any) {
                        separate(out);
                        fmt::format_to(std::back_inserter(out), "\"{}\":[", id_);
                      }
                      any = true;
                      separate(out);
                      write_row(out, row, target);
                    });
    if (any) out += ']';
    return any;
  }

  static void separate(std::string& out) {
    if (!out.empty() && (out.back() == '}' || out.back() == ']')) out += ',';
  }

 private:
  void write_row(std::string& out, const Row& row, const Target* target) const {
    out += '{';
    if (!row.date.empty()) fmt::format_to(std::back_inserter(out), R"("DATE":"{}",)", row.date);
    if (id_in_row_) {
      const bool as_number = !source_.world.options().plain_values && row.roll % 4 == 1;
      const std::string_view quote = as_number ? "" : "\"";
      fmt::format_to(std::back_inserter(out), "\"{}\":{}{}{},", id_column(scope_), quote, id_, quote);
    }
    if (target != nullptr) {
      fmt::format_to(std::back_inserter(out), R"("TARGETING_TYPE":"{}","TARGETING_VALUE":)",
                     target->type->name);
      append_targeting_value(out, target->value().text, row.roll);
      out += ',';
    }
    for (const auto& [i, label] : columns_) {
      if (row.cells[i].form == Cell::Form::kAbsent) continue;
      out += label;
      append_cell(out, row.cells[i]);
      out += ',';
    }
    if (out.back() == ',') out.pop_back();
    out += '}';
  }

  // Digits are at times a number.
  void append_targeting_value(std::string& out, std::string_view value, std::uint64_t roll) const {
    const bool digits =
        value.find_first_not_of("0123456789") == std::string_view::npos && value.front() != '0';
    if (digits && !source_.world.options().plain_values && roll % 2 == 0) {
      out += value;
    } else {
      append_quoted(out, value);
    }
  }

  const ReportSource& source_;
  Report report_;
  Scope scope_;
  std::vector<std::pair<std::size_t, std::string>> columns_;
  bool id_in_row_;
  std::string id_;
};

// The period of one date.
struct Slot {
  Day start;
  Day end;
  std::string date;
};

std::vector<Slot> slots_of(const Report& report) {
  std::vector<Slot> slots;
  for (Day day = report.start; day <= report.end;) {
    Day next = day + days{1};
    if (report.granularity == Granularity::kWeek) next = monday_of(day) + days{7};
    if (report.granularity == Granularity::kMonth) next = first_of_month(first_of_month(day) + days{32});
    const Day end = std::min(next - days{1}, report.end);
    if (report.granularity == Granularity::kHour) {
      for (int hour = 0; hour < 24; ++hour) {
        slots.push_back({day, end, fmt::format("{}T{:02}:00:00", format_day(day), hour)});
      }
    } else {
      const bool week = report.granularity == Granularity::kWeek;
      const bool month = report.granularity == Granularity::kMonth;
      slots.push_back({day, end, format_day(week ? monday_of(day) : month ? first_of_month(day) : day)});
    }
    day = next;
  }
  return slots;
}

class BodyWriter {
 public:
  explicit BodyWriter(std::shared_ptr<const ReportSource> source)
      : source_(std::move(source)),
        writer_(*source_),
        count_(subject_count(source_->world, source_->request.level->scope, source_->account)) {
    const Report& report = source_->request.report;
    if (source_->request.by_date && report.granularity != Granularity::kTotal) slots_ = slots_of(report);
  }

  bool next(std::string& out) {
    // Kept between pieces for its last character, which tells whether a comma is due.
    std::string piece(1, last_);
    if (last_ == '\0') piece = "{";
    const std::size_t begin = last_ == '\0' ? 0 : 1;
    while (piece.size() < kPieceBytes && !done())
      slots_.empty() ? write_subject(piece) : write_of_slot(piece);
    last_ = piece.back();
    if (done()) piece += '}';
    out.append(piece, begin);
    return !done();
  }

 private:
  bool done() const { return slots_.empty() ? index_ >= count_ : slot_ >= slots_.size(); }

  void write_subject(std::string& out) {
    const Report& report = source_->request.report;
    writer_.write(out, index_++, report.start, report.end);
  }

  void write_of_slot(std::string& out) {
    const Slot& slot = slots_[slot_];
    std::string rows;
    if (index_ < count_ && writer_.write(rows, index_, slot.start, slot.end, slot.date)) {
      RowWriter::separate(out);
      if (!slot_open_) fmt::format_to(std::back_inserter(out), "\"{}\":{{", slot.date);
      slot_open_ = true;
      out += rows;
    }
    if (++index_ < count_) return;
    if (slot_open_) out += '}';
    slot_open_ = false;
    index_ = 0;
    ++slot_;
  }

  std::shared_ptr<const ReportSource> source_;
  RowWriter writer_;
  std::int64_t count_;
  std::int64_t index_ = 0;
  std::vector<Slot> slots_;
  std::size_t slot_ = 0;
  bool slot_open_ = false;
  char last_ = '\0';
};

}  // namespace

bool is_reported(const ReportRequest& request, const Row& row) {
  if (!std::ranges::all_of(request.metric_filters, [&](const MetricFilter& it) { return passes(it, row); })) {
    return false;
  }
  bool any_metric = false;
  for (std::size_t i = 0; i < request.visible_columns; ++i) {
    if (!is_metric(*request.report.columns[i])) continue;
    any_metric = true;
    const Cell& cell = row.cells[i];
    if (has_value(cell) && number_of(cell) != 0) return true;
  }
  return !any_metric;
}

bool is_reported(const World& world, const ReportRequest& request, const Subject& subject) {
  return world.exists(subject.entity) &&
         std::ranges::all_of(request.filters, [&](const SubjectFilter& filter) {
           return filter.allowed.contains(filter.property(world, subject));
         });
}

Pieces report_pieces(std::shared_ptr<const ReportSource> source) {
  return [writer = std::make_shared<BodyWriter>(std::move(source))](std::string& out) {
    return writer->next(out);
  };
}

}  // namespace simulator
