// What the rows add up to that a run has read of one stream and account, and which days they are. No clock,
// no requests.
#pragma once

#include "tap_pinterest/pinterest/day_sums.hpp"
#include "tap_pinterest/util/day_set.hpp"

namespace tap_pinterest::sync {

class Tally {
 public:
  // Rows of the window that is being read.
  void add(const pinterest::SumsByDate& sums) { pinterest::add(window_, sums); }
  // That window begins, or begins anew: what was added since the last has not been read to its end.
  void begin_window() { window_.clear(); }
  // It is read: what earlier windows had of its days is replaced. `complete` are those of its days of which
  // every row is there, and no more will come.
  void end_window(util::DayRange range, const util::DaySet& complete);
  // What was added is of ids that the days before lacked: it belongs to those, and nothing else is known.
  void end_of_left_out();

  const pinterest::SumsByDate& sums() const { return sums_; }
  // The days that were read.
  const util::DaySet& read() const { return read_; }
  // Of them: those that can be compared.
  const util::DaySet& complete() const { return complete_; }

 private:
  pinterest::SumsByDate window_;
  pinterest::SumsByDate sums_;
  util::DaySet read_;
  util::DaySet complete_;
};

}  // namespace tap_pinterest::sync
