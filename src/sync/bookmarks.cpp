#include "tap_pinterest/sync/bookmarks.hpp"

#include <utility>

#include "tap_pinterest/singer/messages.hpp"

namespace tap_pinterest::sync {
namespace {

constexpr std::string_view kContextKey = "ad_account_id";

std::string_view context_key(std::string_view account) { return account.empty() ? "" : kContextKey; }

}  // namespace

Bookmarks::Bookmarks(singer::State state, Emitter& emitter, const util::Clock& clock,
                     std::function<void()> before_state)
    : state_(std::move(state)),
      emitter_(emitter),
      clock_(clock),
      before_state_(std::move(before_state)),
      written_at_(clock.steady_now()) {}

const singer::Json* Bookmarks::find(std::string_view stream, std::string_view account) const {
  return state_.find(stream, context_key(account), account);
}

void Bookmarks::put(std::string_view stream, std::string_view account, const singer::Json& entry) {
  state_.put(stream, context_key(account), account, entry);
  moved_ = true;
}

void Bookmarks::records_written(std::size_t count) {
  records_since_ += count;
  record_since_ = record_since_ || count > 0;
}

void Bookmarks::write_if_due() {
  if (!moved_) return;
  const bool due = records_since_ >= kStateEveryRecords || clock_.steady_now() - written_at_ >= kStateEvery;
  if (due) write(false);
}

void Bookmarks::write_last() {
  if (moved_ || record_since_ || last_line_.empty()) write(true);
  emitter_.flush();
}

void Bookmarks::write(bool is_last) {
  before_state_();
  std::string line = singer::state_line(state_.document());
  moved_ = false;
  records_since_ = 0;
  written_at_ = clock_.steady_now();
  // A target hands the state on only after the records before it: so one more ends a run, and only there.
  if (line == last_line_ && !(is_last && record_since_)) return;
  record_since_ = false;
  emitter_.write(line, 0);
  emitter_.flush();
  last_line_ = std::move(line);
}

}  // namespace tap_pinterest::sync
