// A list that is being read, page by page: once a run, however many streams need it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "tap_pinterest/sync/analytics_partition.hpp"
#include "tap_pinterest/sync/list_plan.hpp"

namespace tap_pinterest::sync {

class ListRead : public std::enable_shared_from_this<ListRead> {
 public:
  // `account` is empty for a list of the user. `children` take the list's ids.
  ListRead(RunContext& context, StreamRun& stream, std::string account,
           std::vector<std::shared_ptr<AnalyticsPartition>> children);

  const StreamRun& stream() const { return stream_; }
  const std::string& account() const { return account_; }
  // Read to its end, failed or dropped; its children may go on.
  bool ended() const { return ended_; }
  // The state had a bookmark for it, or for what needs it, when the run began.
  bool had_entry() const;
  // A page has arrived.
  bool anything_answered() const { return answered_; }

  // Which of its records are written, and what they are given.
  pinterest::ListOptions options(const ListJob& job) const;
  pinterest::ListRequest request(const ListJob& job) const;

  // Hands its rows to `child`, which is asked for once for each of those that it wants.
  void feed(std::shared_ptr<ListRead> child);
  // Asks for the first pages, unless what feeds it has to come to its end before.
  void start();
  // Takes a page whose records are written: passes on its ids, asks for the next page or ends.
  void page_done(const pinterest::ListRows& rows, const ListJob& job);
  // Asks for each of several parents alone, if that is what can be done about a refusal.
  bool ask_one_by_one(const ListJob& job);
  // Goes on without the list of one parent: it is refused, or the parent is gone. False where that is not it:
  // all are refused, or too many.
  bool skip_one(const ListJob& job, bool is_gone, const std::string& why);
  // Goes on without the list of one parent, which cannot be read; fails if there have been several.
  void fail_one(const ListJob& job, const std::string& why);
  // Requests that are to come, at least.
  std::size_t requests_left() const { return open_ + plan_.size(); }
  // The list cannot be read to its end: it is incomplete, and so are its children.
  void fail(const std::string& why, std::string_view remedy = kRunAgain);
  // Ends with everything that needs it, without a word.
  void leave_out();
  // Ends without a word; what the state says of it stays.
  void drop();

 private:
  // The list of one parent that is not read.
  struct Skipped {
    bool is_gone;
    std::string cause;
  };

  bool is_in_future(util::Instant bookmark) const;
  std::array<std::string_view, pinterest::kFieldsBesides> also() const;
  void take(const ListRead& from, const pinterest::ListRows& rows, const pinterest::Fills& fills);
  void end_of_feed();
  void begin();
  void push_lists();
  void list_done();
  void say_cost() const;
  void say_what_is_skipped();
  void ask_for_the_doubtful();
  void note_answer(const pinterest::ListRows& rows, const ListJob& job);
  void lose(const ListRead& from);
  void drop_children();
  void end();
  void end_of_pages();
  void push_page(const pinterest::Fills& fills, std::string bookmark);
  void move_bookmark();
  void note_cut();

  RunContext& context_;
  StreamRun& stream_;
  const std::string account_;
  std::vector<std::shared_ptr<AnalyticsPartition>> children_;
  std::vector<std::shared_ptr<ListRead>> fed_;
  std::size_t feeding_ = 0;  // lists that feed it and have not ended
  ListPlan plan_;
  std::size_t open_ = 0;  // lists whose pages have not come to their end
  std::vector<Skipped> skipped_;
  std::size_t said_ = 0;  // of them
  std::size_t skipped_in_a_row_ = 0;
  std::vector<pinterest::Fills> doubtful_;  // batches that gave nothing
  bool has_rows_of_its_own_ = false;        // besides those of parents
  bool parent_answered_ = false;
  Entry entry_;
  bool had_entry_ = false;
  std::optional<util::Instant> since_;
  std::optional<long long> newest_;
  std::size_t items_ = 0;
  std::unordered_set<std::size_t> seen_bookmarks_;  // hashes
  std::unordered_set<std::size_t> seen_pages_;      // hashes of their ids
  std::size_t idle_pages_ = 0;                      // in a row
  bool answered_ = false;
  bool ended_ = false;
};

}  // namespace tap_pinterest::sync
