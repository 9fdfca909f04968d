// A batch of ids while it is asked for: its requests, the smaller ones that take their places, and the search
// for ids that Pinterest refuses. Pure bookkeeping.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/sync/id_batches.hpp"
#include "tap_pinterest/sync/job.hpp"

namespace tap_pinterest::sync {

// A request that is to be sent, with what has happened to it so far.
struct Attempt {
  AnalyticsPart part;
  Tries tries;
};

class OpenBatch {
 public:
  // `parts`: how many requests ask for it.
  OpenBatch(std::vector<IdBatches::Id> ids, std::size_t parts) : ids_(std::move(ids)), parts_(parts) {}

  const std::vector<IdBatches::Id>& ids() const { return ids_; }
  // Requests that are still to be answered.
  std::size_t parts() const { return parts_; }
  bool anything_answered() const { return largest_answered_ > 0; }

  void answered(const AnalyticsPart& part);
  // A request was refused. Counts those with the same words since the last that had others.
  void refused(const std::string& words);
  bool refused_for_the_first_time() const { return refusals_ == 1; }
  // Refused so often, with nothing answered, that no single id can be the cause.
  bool is_hopeless() const;

  // Both put smaller requests in the place of `part`, and return those that can be sent now.

  // It was too large: halves of its ids, or of its days. Nothing if it cannot be smaller.
  std::vector<Attempt> halve(const AnalyticsPart& part, Tries tries, config::Granularity granularity);
  // It fails for some of its ids (at least two). As long as nothing of the batch was answered its parts wait
  // for each other: first the two halves, one of which succeeds if it is a single id, then some single ids.
  // `at_once`: any number may be refused, so nothing is learnt by waiting.
  std::vector<Attempt> narrow(const AnalyticsPart& part, Tries tries, bool at_once);
  // A request is done with; returns those that waited for it.
  std::vector<Attempt> end_part();

  // An id is left out. The warning (empty: it was given before) waits until it is known that it is the ids.
  void leave_out(std::string warning);
  bool knows_its_ids() const { return anything_answered() || parts_ == 1; }
  std::vector<std::string> take_warnings();

  // The most ids that worked in one request, if more were too many and no id was the cause.
  std::optional<std::size_t> proven_size() const;

 private:
  std::vector<Attempt> replace(std::vector<AnalyticsPart> parts, Tries tries);

  std::vector<IdBatches::Id> ids_;
  std::size_t parts_;
  std::vector<Attempt> held_;  // those of the parts that wait for the others
  std::size_t largest_answered_ = 0;
  bool was_too_large_ = false;
  bool has_refused_id_ = false;
  std::vector<std::string> warnings_;
  int refusals_ = 0;
  std::string words_;
};

}  // namespace tap_pinterest::sync
