// A run: workers that take jobs, and what becomes of their outcomes.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "tap_pinterest/config/config.hpp"
#include "tap_pinterest/http/transport.hpp"
#include "tap_pinterest/pinterest/oauth.hpp"
#include "tap_pinterest/singer/catalog.hpp"
#include "tap_pinterest/singer/state.hpp"
#include "tap_pinterest/sync/analytics_partition.hpp"
#include "tap_pinterest/sync/fetch.hpp"
#include "tap_pinterest/sync/list_read.hpp"
#include "tap_pinterest/sync/pauses.hpp"
#include "tap_pinterest/sync/renewal_timing.hpp"

namespace tap_pinterest::sync {

struct Dependencies {
  const config::Config& config;
  util::Clock& clock;
  http::TransportFactory make_transport;
  // Where Singer lines go: a file descriptor.
  int output;
  // Of the jitter of backoff.
  std::uint64_t random_seed;
  // Where each state is saved once its line has left; null for nowhere.
  StateFile* state_file = nullptr;
};

enum class Ending {
  complete,       // everything selected is written
  incomplete,     // something is missing; `message` says what
  stopped,        // request_stop() was called
  output_closed,  // nobody reads the output any more
};

struct RunResult {
  Ending ending = Ending::complete;
  // For people, if the run is incomplete: what happened, where, and what to do.
  std::string message;
};

class Engine {
 public:
  Engine(const Dependencies& dependencies, const singer::Selection& selection, singer::State state);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Runs to the end on `max_concurrency` threads of its own, or as many as can be had. The last line it
  // writes is a STATE.
  RunResult run();

  // Ends the run soon: requests in flight are dropped. May be called from any thread, and never blocks.
  void request_stop();
  // To be called about once a second while run() runs: flushes what is old, writes a STATE that is due. May
  // block on the output.
  void tick();
  // Grows while somebody reads the output.
  std::uint64_t bytes_out() const { return emitter_.bytes_out(); }
  // One line for people: how far the run is. Empty if it is busy just now.
  std::string progress();
  // After run().
  const Report& report() const { return report_; }
  std::vector<std::string> selected_streams() const;

 private:
  using Lock = std::unique_lock<std::mutex>;

  // What a worker does next.
  struct End {};
  struct Renew {};
  struct Wait {
    util::SteadyTime until;
  };
  struct Run {
    Job job;
    pinterest::AccessToken token;
  };
  using Step = std::variant<End, Renew, Wait, Run>;

  // What helps where an account cannot be read.
  static constexpr std::string_view kCheckAccount =
      "check the token's access to the account, and ad_account_ids";

  void compile(const singer::Selection& selection);
  void prepare_comparison();
  void write_schemas();
  void begin();
  StreamRun& list_stream(std::string_view id);
  StreamRun* selected_stream(std::string_view id);
  bool is_needed(const pinterest::StreamDefinition& list);
  bool reads(std::string_view list) const;
  // What is read of an account or the user.
  struct Reading {
    std::vector<std::shared_ptr<ListRead>> lists;
    std::vector<std::shared_ptr<AnalyticsPartition>> partitions;
    // The one of them that waits for the others, to compare what they have read; null: none does.
    std::shared_ptr<AnalyticsPartition> proof = {};

    bool empty() const { return lists.empty() && partitions.empty(); }
    bool ended() const;
  };

  void add_list(Reading& reading, const pinterest::StreamDefinition& list, const std::string& account);
  std::vector<std::shared_ptr<AnalyticsPartition>> add_partitions(Reading& reading, std::string_view parent,
                                                                  const std::string& account);
  void add_account(const std::string& id);
  bool begin_accounts();
  bool compare_what_is_read(std::span<const std::string> ended);
  template <typename Function>
  void for_each_reading(const Function& function) const;
  void accounts_listed();
  void note_lack_of_accounts();

  void work();
  void work_until_the_end(http::Transport& transport);
  Step next_step();
  void renew(Lock& lock, http::Transport& transport);
  void store_pending_token();
  void run_job(Lock& lock, http::Transport& transport, Job job, const pinterest::AccessToken& token);

  void apply(Job job, const Fetched& fetched, const pinterest::AccessToken& token);
  void note_answer(const Job& job, const Fetched& fetched);
  void page_done(const ListJob& work, const pinterest::ListRows& rows);
  bool prepare(Job& job);
  void note_ready_state(const pinterest::ListRows& rows);
  void note_rows(const StreamRun& stream, const pinterest::Rows& rows);

  // In engine_faults.cpp: what is done about requests that fail.
  void handle(Job job, const Fault& fault, const pinterest::AccessToken& token);
  void handle_answer(Job job, const Fault& fault, const pinterest::AccessToken& token);
  std::chrono::milliseconds backoff(int failures);
  void try_again(Job job, const Fault& fault);
  bool make_smaller(const Job& job, const Fault& fault);
  void refuse(Job job, const Fault& fault);
  void pause(Job job, const Fault& fault);
  void authenticate(Job job, const Fault& fault, const pinterest::AccessToken& token);
  void deny(const Job& job, const Fault& fault);
  template <typename Part>
  void refuse_stream(const std::shared_ptr<Part>& reading, const std::string& why);
  void say_what_is_refused();
  std::string remedy_of(const pinterest::StreamDefinition& stream);
  void skip_account(const std::string& id, const std::string& why);
  void fail(const Job& job, const std::string& why);

  // In engine_reports.cpp: the life of an asynchronous report.
  bool prepare_report(Job& job);
  void report_answered(Job job, const pinterest::ReportStatus& status);
  void report_lost(Job job, const std::string& how);
  void refresh_link(Job job, const std::string& why);
  void delay_report(Job job, const Fault& fault);

  // One line for each stream when all of its parts are known, and one when they have ended.
  void say_what_begins();
  std::string begin_of(const StreamRun& stream, std::span<const std::string> accounts) const;
  void say_what_ended();
  void say_what_remains();
  bool stop_for_long_pause(const JobQueue::Taken& taken);
  // Ends the run, incomplete, with a message for its last line.
  void end(const std::string& message);
  bool ending() const { return ended_ || stop_.stop_requested(); }
  void note_unfinished();
  RunResult finish();

  const config::Config& config_;
  std::vector<pinterest::StreamDefinition> definitions_;
  std::vector<const pinterest::StreamDefinition*> lists_;  // of them: those that are read, parents first
  util::Clock& clock_;
  http::TransportFactory make_transport_;
  Emitter emitter_;
  pinterest::ApiClock api_clock_;
  pinterest::TokenSource tokens_;
  Report report_;
  Bookmarks bookmarks_;
  JobQueue queue_;
  RunContext context_;

  std::map<std::string, std::unique_ptr<StreamRun>, std::less<>> streams_;
  // Of data_quality: how the totals of accounts are read, and which days are final.
  std::unique_ptr<StreamRun> totals_;
  std::shared_ptr<ListRead> ready_list_;
  pinterest::ReadyStates ready_;
  struct Account {
    Reading reading;
    bool skipped = false;
  };
  Reading user_;
  std::map<std::string, Account> accounts_;
  std::deque<std::string> waiting_accounts_;  // not begun yet
  std::size_t open_accounts_ = 0;

  // Guards everything above but the emitter, the clocks and the tokens, which guard themselves.
  std::mutex mutex_;
  std::condition_variable wake_;
  std::stop_source stop_;
  bool ended_ = false;
  bool output_closed_ = false;
  std::string fatal_;
  std::size_t in_flight_ = 0;
  std::mt19937_64 random_;
  std::uint64_t answers_ = 0;
  std::uint64_t successes_ = 0;
  Pauses pauses_;
  // No report is created before.
  util::SteadyTime reports_paused_until_;
  util::SteadyTime last_report_created_;
  bool said_what_remains_ = false;
  bool accounts_known_ = false;
  // Streams that an app may lack, and that were refused for accounts that nobody has asked for: why.
  std::map<std::string, std::string> refused_;
  // Streams of which a request has succeeded.
  std::set<std::string_view> answered_;
  std::set<std::string> ended_streams_;
  util::SteadyTime started_;

  // The newest token that was renewed for a batch of pins and refused all the same.
  std::uint64_t refused_with_pins_ = 0;
  RenewalTiming renewals_;
};

}  // namespace tap_pinterest::sync
