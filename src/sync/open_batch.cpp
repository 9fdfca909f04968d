#include "tap_pinterest/sync/open_batch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tap_pinterest/pinterest/windows.hpp"

namespace tap_pinterest::sync {
namespace {

// Refusals of one batch with the same words, and nothing of it answered: by then a few bad ids would have let
// another part succeed. They are the batch, its halves, and single ids.
constexpr int kHopelessRefusals = 8;
constexpr int kRefusalsBeforeSingles = 2;
constexpr std::size_t kSamples = kHopelessRefusals - kRefusalsBeforeSingles - 1;

AnalyticsPart with_ids(const AnalyticsPart& part, std::vector<IdBatches::Id> ids) {
  AnalyticsPart smaller = part;
  smaller.request.ids = std::move(ids);
  return smaller;
}

std::vector<AnalyticsPart> halves_of(const AnalyticsPart& part) {
  const auto& ids = part.request.ids;
  const auto middle = ids.begin() + static_cast<std::ptrdiff_t>((ids.size() + 1) / 2);
  return {with_ids(part, {ids.begin(), middle}), with_ids(part, {middle, ids.end()})};
}

// Some single ids from all over, and the rest.
std::vector<AnalyticsPart> samples_of(const AnalyticsPart& part) {
  std::vector<IdBatches::Id> rest = part.request.ids;
  std::vector<AnalyticsPart> parts;
  for (std::size_t sample = kSamples; sample > 0 && rest.size() > 1; --sample) {
    const auto place = rest.begin() + static_cast<std::ptrdiff_t>(rest.size() * sample / (kSamples + 1));
    parts.push_back(with_ids(part, {*place}));
    rest.erase(place);
  }
  parts.push_back(with_ids(part, std::move(rest)));
  return parts;
}

}  // namespace

void OpenBatch::answered(const AnalyticsPart& part) {
  largest_answered_ = std::max(largest_answered_, part.request.ids.size());
}

void OpenBatch::refused(const std::string& words) {
  refusals_ = words == words_ ? refusals_ + 1 : 1;
  words_ = words;
}

bool OpenBatch::is_hopeless() const { return !anything_answered() && refusals_ >= kHopelessRefusals; }

std::vector<Attempt> OpenBatch::replace(std::vector<AnalyticsPart> parts, Tries tries) {
  tries.slow = 0;
  parts_ += parts.size() - 1;
  std::vector<Attempt> attempts;
  attempts.reserve(parts.size());
  for (AnalyticsPart& part : parts) attempts.push_back({std::move(part), tries});
  return attempts;
}

std::vector<Attempt> OpenBatch::halve(const AnalyticsPart& part, Tries tries,
                                      config::Granularity granularity) {
  if (part.request.ids.size() > 1) {
    was_too_large_ = true;
    return replace(halves_of(part), tries);
  }
  const auto halves = pinterest::halve_range(part.request.range, granularity);
  if (!halves) return {};
  std::vector<AnalyticsPart> parts = {part, part};
  parts[0].request.range = halves->first;
  parts[1].request.range = halves->second;
  return replace(std::move(parts), tries);
}

std::vector<Attempt> OpenBatch::narrow(const AnalyticsPart& part, Tries tries, bool at_once) {
  if (anything_answered() || at_once) return replace(halves_of(part), {});
  const bool halves_were_refused = refusals_ > kRefusalsBeforeSingles;
  std::vector<Attempt> parts = replace(halves_were_refused ? samples_of(part) : halves_of(part), tries);
  // A half that waits already goes before those of the other.
  held_.insert(halves_were_refused ? held_.begin() : held_.end(), parts.begin(), parts.end());
  Attempt first = std::move(held_.front());
  held_.erase(held_.begin());
  return {std::move(first)};
}

std::vector<Attempt> OpenBatch::end_part() {
  --parts_;
  std::vector<Attempt> next;
  if (held_.empty()) return next;
  // One after another; once one is answered all at once, with all the time there is.
  const auto end = anything_answered() ? held_.end() : std::next(held_.begin());
  next.assign(std::make_move_iterator(held_.begin()), std::make_move_iterator(end));
  held_.erase(held_.begin(), end);
  if (anything_answered()) {
    for (Attempt& attempt : next) attempt.tries = {};
  }
  return next;
}

void OpenBatch::leave_out(std::string warning) {
  has_refused_id_ = true;
  if (!warning.empty()) warnings_.push_back(std::move(warning));
}

std::vector<std::string> OpenBatch::take_warnings() { return std::exchange(warnings_, {}); }

std::optional<std::size_t> OpenBatch::proven_size() const {
  if (!was_too_large_ || has_refused_id_ || !anything_answered()) return std::nullopt;
  return largest_answered_;
}

}  // namespace tap_pinterest::sync
