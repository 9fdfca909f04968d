// A stream in a run: what the catalog made of it, compiled once.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tap_pinterest/pinterest/answers.hpp"
#include "tap_pinterest/singer/catalog.hpp"

namespace tap_pinterest::sync {

class StreamRun {
 public:
  // A selected stream.
  StreamRun(const pinterest::StreamDefinition& definition, const config::Config& config,
            singer::SelectedStream selected);
  // A list that is read only for the ids its children need.
  StreamRun(const pinterest::StreamDefinition& definition, const config::Config& config);

  const pinterest::StreamDefinition& definition() const { return *definition_; }
  std::string id() const { return std::string(definition_->id); }
  bool selected() const { return selected_; }
  // Only for a selected stream.
  const singer::SelectedStream& selection() const { return selection_; }
  bool incremental() const {
    return selected_ && selection_.method == singer::ReplicationMethod::incremental;
  }
  const pinterest::RecordFormat& format() const { return *format_; }
  // From now on these columns are summed as rows are read, if they add up.
  void sum_rows(const std::vector<std::string>& columns);
  // What analytics ask for: columns or metric types.
  const std::vector<std::string>& columns() const { return columns_; }
  // How many rows an id may have at one time: one, or as many as its targeting types have values.
  double rows_at_a_time() const { return rows_at_a_time_; }
  // An answer had so many for each id and time on average.
  void note_rows_at_a_time(double rows);
  // True once: for advice that is worth one line a stream.
  bool is_first_advice() { return !std::exchange(advised_, true); }
  // Whether several parents' lists came by one request, or were refused by it.
  void note_batch(bool is_read) {
    has_read_batches_ = has_read_batches_ || is_read;
    if (!is_read) ++batches_refused_;
  }
  bool has_read_batches() const { return has_read_batches_; }
  // The app cannot ask for several at once: once may be a matter of one of them.
  bool asks_one_by_one() const { return !has_read_batches_ && batches_refused_ > 1; }
  // The API is to be asked for `pin_metrics`.
  bool wants_pin_metrics() const;

  // Takes note of fields that Pinterest sends and the schema lacks.
  void note_unknown(const std::vector<std::string>& fields);
  // Names them in one line, unless they are written; at the end of the run.
  void say_unknown() const;

 private:
  const pinterest::StreamDefinition* definition_;
  bool selected_;
  singer::SelectedStream selection_;
  std::unique_ptr<singer::Projection> projection_;
  std::unique_ptr<pinterest::RecordFormat> format_;
  std::vector<std::string> columns_;
  std::set<std::string> unknown_;
  double rows_at_a_time_ = 1;
  bool advised_ = false;
  bool has_read_batches_ = false;
  int batches_refused_ = 0;
};

}  // namespace tap_pinterest::sync
