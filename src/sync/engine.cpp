#include "tap_pinterest/sync/engine.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/singer/messages.hpp"
#include "tap_pinterest/util/dates.hpp"
#include "tap_pinterest/util/plural.hpp"
#include "tap_pinterest/util/thread.hpp"

namespace tap_pinterest::sync {
namespace {

using pinterest::Category;
using pinterest::Source;
using pinterest::StreamDefinition;

// What is used of a limit, so that clocks that differ a little do not cross it.
constexpr double kLimitMargin = 0.95;
// developers.pinterest.com, "Rate limits": what trial access allows in all.
constexpr double kTrialRequestsADay = 1000;
// Accounts whose lists and analytics are read at a time: enough to keep every limit busy, and few enough that
// thousands of them need no more memory than these.
constexpr std::size_t kMostOpenAccounts = 500;
// Fewer where each keeps what its rows add up to.
constexpr std::size_t kMostSummedAccounts = 50;

constexpr std::string_view kDataQuality = "data_quality";

// Requests a minute where nobody counts them.
constexpr double kUnlimited = 1e9;

// What this process may use of a limit of so many requests a minute.
double used_rate(const config::Config& config, double per_minute) {
  return per_minute * kLimitMargin * config.rate_limit_share;
}

JobQueue::Limiters make_limiters(const config::Config& config, util::SteadyTime now) {
  JobQueue::Limiters limiters;
  for (std::size_t i = 0; i < pinterest::kCategories; ++i) {
    const auto limit = config.rate_limits.find(std::string(to_string(static_cast<Category>(i))));
    limiters.emplace_back(limit == config.rate_limits.end() ? kUnlimited : used_rate(config, limit->second),
                          now);
  }
  return limiters;
}

bool is_dropped(const Job& job) {
  if (const auto* list = std::get_if<ListJob>(&job.work)) return list->list->ended();
  const auto& work = std::get<AnalyticsJob>(job.work);
  return !work.partition->wants(work);
}

const StreamRun& stream_of(const Job& job) {
  if (const auto* list = std::get_if<ListJob>(&job.work)) return list->list->stream();
  return std::get<AnalyticsJob>(job.work).partition->stream();
}

}  // namespace

Engine::Engine(const Dependencies& dependencies, const singer::Selection& selection, singer::State state)
    : config_(dependencies.config),
      definitions_(pinterest::streams_of(dependencies.config)),
      clock_(dependencies.clock),
      make_transport_(dependencies.make_transport),
      emitter_(dependencies.output),
      api_clock_(dependencies.clock),
      tokens_(dependencies.config, api_clock_,
              pinterest::scopes_of(pinterest::selected_streams(definitions_, selection))),
      bookmarks_(
          std::move(state), emitter_, dependencies.clock, [this] { store_pending_token(); },
          dependencies.state_file),
      queue_(make_limiters(dependencies.config, dependencies.clock.steady_now()), is_dropped,
             [this](Job& job) { return prepare(job); }),
      context_{.config = config_,
               .clock = api_clock_,
               .bookmarks = bookmarks_,
               .queue = queue_,
               .report = report_},
      random_(dependencies.random_seed),
      started_(dependencies.clock.steady_now()) {
  compile(selection);
}

Engine::~Engine() = default;

bool Engine::prepare(Job& job) {
  auto* const work = std::get_if<AnalyticsJob>(&job.work);
  if (work == nullptr) return true;
  return job.report() == nullptr ? work->partition->prepare(*work) : prepare_report(job);
}

// Before a STATE nobody is waited for: the next one tries again, and the end of the run does wait.
void Engine::store_pending_token() {
  std::stop_source at_once;
  at_once.request_stop();
  tokens_.store_pending(at_once.get_token());
}

void Engine::compile(const singer::Selection& selection) {
  std::vector<std::string> left;
  for (const singer::SelectedStream& selected : selection.streams) {
    const StreamDefinition& definition = *std::ranges::find(definitions_, selected.id, &StreamDefinition::id);
    if (!pinterest::is_in_shard(definition, config_)) {
      left.push_back(selected.id);
      continue;
    }
    streams_.emplace(selected.id, std::make_unique<StreamRun>(definition, config_, selected));
  }
  if (!left.empty()) {
    log::info("shard {} leaves to the first shard: {}", to_string(*config_.shard), fmt::join(left, ", "));
  }
  prepare_comparison();
  for (const StreamDefinition& list : definitions_) {
    if (list.source == Source::list && is_needed(list)) lists_.push_back(&list);
  }
}

void Engine::prepare_comparison() {
  const StreamRun* const proof = selected_stream(kDataQuality);
  if (proof == nullptr) {
    if (config_.max_difference_percent) {
      log::warning("max_difference_percent does nothing, since data_quality is not selected");
    }
    return;
  }
  bool has_levels = false;
  for (const auto& [id, stream] : streams_) {
    if (!pinterest::is_compared(id)) continue;
    stream->sum_rows(stream->columns());
    has_levels = true;
  }
  if (!has_levels || proof->columns().empty()) {
    log::write(log::Level::warning, kDataQuality,
               has_levels ? "none of analytics_columns adds up, so there is nothing to compare"
                          : "it compares campaign_analytics, ad_group_analytics and ad_analytics with their "
                            "accounts, but none of them is selected");
    return;
  }
  const StreamDefinition& accounts = *pinterest::find_stream("ad_account_analytics");
  totals_ = std::make_unique<StreamRun>(
      accounts, config_,
      singer::SelectedStream{.id = std::string(accounts.id),
                             .schema = pinterest::describe(accounts, config_).schema,
                             .key_properties = {},
                             .replication_key = {}});
  totals_->sum_rows(proof->columns());
}

std::vector<std::string> Engine::selected_streams() const {
  std::vector<std::string> ids;
  for (const StreamDefinition& definition : definitions_) {
    const auto found = streams_.find(definition.id);
    if (found != streams_.end() && found->second->selected()) ids.emplace_back(definition.id);
  }
  return ids;
}

StreamRun* Engine::selected_stream(std::string_view id) {
  const auto found = streams_.find(id);
  return found != streams_.end() && found->second->selected() ? found->second.get() : nullptr;
}

StreamRun& Engine::list_stream(std::string_view id) {
  auto& stream = streams_[std::string(id)];
  if (!stream) stream = std::make_unique<StreamRun>(*pinterest::find_stream(id), config_);
  return *stream;
}

bool Engine::is_needed(const StreamDefinition& list) {
  return std::ranges::any_of(definitions_, [&](const StreamDefinition& stream) {
    const bool needs_it = stream.id == list.id || pinterest::depends_on(stream, list.id);
    if (stream.source == Source::data_quality) return needs_it && totals_;
    const bool is_by_list = stream.source == Source::list || !pinterest::needs_no_list(stream, config_);
    return needs_it && is_by_list && selected_stream(stream.id) != nullptr;
  });
}

bool Engine::reads(std::string_view list) const {
  return std::ranges::find(lists_, list, &StreamDefinition::id) != lists_.end();
}

RunResult Engine::run() {
  try {
    write_schemas();
    begin();
    std::vector<std::jthread> workers;
    workers.reserve(static_cast<std::size_t>(config_.max_concurrency));
    while (std::ssize(workers) < config_.max_concurrency) {
      auto worker = util::start_thread([this] { work(); });
      if (!worker) break;
      workers.push_back(std::move(*worker));
    }
    if (std::ssize(workers) < config_.max_concurrency) {
      log::warning("could start only {} of {} threads; going on with those", workers.size(),
                   config_.max_concurrency);
    }
    if (workers.empty()) work();
  } catch (const OutputClosed&) {
    output_closed_ = true;
  } catch (const OutputFailed& error) {
    end(fmt::format("cannot write to standard output: {}", error.what()));
  }
  return finish();
}

void Engine::write_schemas() {
  for (const std::string& id : selected_streams()) {
    emitter_.post(singer::schema_line(selected_stream(id)->selection(), config_.flattening));
  }
}

// The first jobs: the lists that need nothing before them.
void Engine::begin() {
  const std::scoped_lock lock(mutex_);
  const bool needs_accounts = std::ranges::any_of(definitions_, [&](const StreamDefinition& stream) {
    return stream.by_account() && selected_stream(stream.id) != nullptr;
  });
  const StreamDefinition& accounts = *pinterest::find_stream("ad_accounts");
  // What is asked for without a list still needs an answer before it, which tells the day it is at Pinterest.
  const bool has_no_list = std::ranges::any_of(streams_, [this](const auto& stream) {
    return pinterest::needs_no_list(stream.second->definition(), config_);
  });
  const bool accounts_are_given = !config_.ad_account_ids.empty() && !has_no_list;
  if (reads(accounts.id) || (needs_accounts && !accounts_are_given)) {
    add_list(user_, accounts, "");
  } else if (needs_accounts) {
    for (const std::string& id : config_.ad_account_ids) {
      if (config_.in_shard(id)) add_account(id);
    }
    note_lack_of_accounts();
  }
  for (const StreamDefinition* const list : lists_) {
    if (!list->by_account() && list->id != accounts.id) add_list(user_, *list, "");
  }
  if (!needs_accounts || (accounts_are_given && !reads(accounts.id))) say_what_begins();
}

// From when on a stream is read: its oldest bookmark, or start_date.
std::string Engine::begin_of(const StreamRun& stream, std::span<const std::string> accounts) const {
  std::vector<std::string> bookmarks;
  for (const std::string& account : accounts) {
    const auto entry = bookmarks_.find(stream.id(), account);
    const auto value = entry ? entry->find("replication_key_value") : decltype(entry->find("")){};
    if (entry && value != entry->end() && value->is_string()) bookmarks.push_back(value->get<std::string>());
  }
  const Source source = stream.definition().source;
  if (stream.incremental() && !bookmarks.empty()) {
    const std::size_t without = accounts.size() - bookmarks.size();
    const auto lookback = static_cast<std::uint64_t>(pinterest::lookback_days(stream.definition(), config_));
    return fmt::format(
        "bookmark {}{}{}", std::ranges::min(bookmarks),
        source == Source::list ? "" : fmt::format(", look-back {}", util::plural(lookback, "day", "days")),
        without == 0 ? "" : fmt::format(" ({} without a bookmark)", without));
  }
  if (source == Source::list) return "everything";
  const auto& start = pinterest::settings_of(stream.definition(), config_).start_date;
  return start ? fmt::format("from {}", util::format_day(*start)) : "the last 30 days";
}

void Engine::say_what_begins() {
  if (std::exchange(accounts_known_, true)) return;
  std::vector<std::string> ids;
  for (const auto& [id, account] : accounts_) ids.push_back(id);
  for (const std::string& id : selected_streams()) {
    const StreamRun& stream = *selected_stream(id);
    const bool by_account = stream.definition().by_account();
    const std::string user;
    const auto accounts =
        by_account ? std::span<const std::string>(ids) : std::span<const std::string>(&user, 1);
    const std::string where = by_account ? util::plural(ids.size(), "ad account", "ad accounts") + ", " : "";
    const bool is_costly =
        stream.definition().source == Source::list && !stream.definition().parent().slot.empty();
    log::write(log::Level::info, id,
               fmt::format("starting: {}{}{}", where, begin_of(stream, accounts),
                           is_costly ? "; " + pinterest::cost_of(stream.definition(), config_) : ""));
  }
}

void Engine::say_what_ended() {
  if (!accounts_known_ || !waiting_accounts_.empty()) return;
  for (const std::string& id : selected_streams()) {
    if (context_.open[selected_stream(id)->definition().id] > 0 || !ended_streams_.insert(id).second)
      continue;
    const auto records = report_.records.find(id);
    const auto time = report_.stream_time.find(id);
    const std::uint64_t count = records == report_.records.end() ? 0 : records->second;
    const auto took = time == report_.stream_time.end() ? util::SteadyTime::duration(0)
                                                        : time->second.end - time->second.begin;
    log::write(log::Level::info, id,
               fmt::format("{}: {} in {}", report_.incomplete_streams.contains(id) ? "incomplete" : "done",
                           util::plural(count, "record", "records"),
                           util::describe(std::chrono::floor<std::chrono::seconds>(took))));
  }
}

bool Engine::Reading::ended() const {
  return std::ranges::all_of(lists, [](const auto& list) { return list->ended(); }) &&
         std::ranges::all_of(partitions, [](const auto& partition) { return partition->closed(); });
}

// The selected analytics of what a list names; where `parent` is empty, those that need no list.
std::vector<std::shared_ptr<AnalyticsPartition>> Engine::add_partitions(Reading& reading,
                                                                        std::string_view parent,
                                                                        const std::string& account) {
  std::vector<std::shared_ptr<AnalyticsPartition>> added;
  for (const StreamDefinition& definition : definitions_) {
    if (definition.source == Source::list || definition.source == Source::data_quality) continue;
    const bool needs_no_list = pinterest::needs_no_list(definition, config_);
    if (parent.empty() ? !needs_no_list : needs_no_list || definition.parent().list != parent) continue;
    // A template belongs to one account.
    const bool is_of_another = definition.custom != nullptr && !definition.custom->ad_account_id.empty() &&
                               definition.custom->ad_account_id != account;
    if (is_of_another) continue;
    if (StreamRun* const stream = selected_stream(definition.id)) {
      added.push_back(std::make_shared<AnalyticsPartition>(context_, *stream, account));
    }
  }
  reading.partitions.insert(reading.partitions.end(), added.begin(), added.end());
  return added;
}

void Engine::add_list(Reading& reading, const StreamDefinition& list, const std::string& account) {
  auto children = add_partitions(reading, list.id, account);
  auto read = std::make_shared<ListRead>(context_, list_stream(list.id), account, std::move(children));
  // Parents come first in the table.
  for (const auto& parent : reading.lists) {
    if (pinterest::needs_rows_of(list, parent->stream().definition().id)) parent->feed(read);
  }
  if (list.id == pinterest::kReadyStateList) ready_list_ = read;
  read->start();
  reading.lists.push_back(std::move(read));
}

void Engine::add_account(const std::string& id) {
  if (accounts_.try_emplace(id).second) waiting_accounts_.push_back(id);
}

// Forgets what has come to its end, and begins other accounts in its place. Returns whether any was begun.
bool Engine::begin_accounts() {
  const std::vector<std::string> ended = std::exchange(context_.ended, {});
  for (const std::string& id : ended) {
    Reading& reading = id.empty() ? user_ : accounts_.at(id).reading;
    const bool was_open = !reading.empty();
    if (reading.ended()) reading = {};
    if (!id.empty() && was_open && reading.empty()) --open_accounts_;
  }
  bool any = compare_what_is_read(ended);
  const std::size_t most_open = totals_ ? kMostSummedAccounts : kMostOpenAccounts;
  while (open_accounts_ < most_open && !waiting_accounts_.empty()) {
    const std::string id = std::move(waiting_accounts_.front());
    waiting_accounts_.pop_front();
    Reading& reading = accounts_.at(id).reading;
    for (const StreamDefinition* const list : lists_) {
      if (list->by_account()) add_list(reading, *list, id);
    }
    for (const auto& partition : add_partitions(reading, {}, id)) {
      partition->add_ids({id});
      partition->end_of_list();
    }
    if (reading.empty()) continue;
    if (totals_) {
      reading.proof = std::make_shared<AnalyticsPartition>(context_, *selected_stream(kDataQuality), id);
      reading.partitions.push_back(reading.proof);
    }
    ++open_accounts_;
    any = true;
  }
  if (!ended.empty()) say_what_ended();
  return any;
}

// Of the accounts in which something has ended: once everything is read that is compared, and it is known
// which days are final. Returns whether there is any.
bool Engine::compare_what_is_read(std::span<const std::string> ended) {
  if (!totals_ || !ready_list_ || !ready_list_->ended()) return false;
  bool any = false;
  const auto compare = [&](Reading& reading) {
    if (!reading.proof || reading.proof->closed()) return;
    AnalyticsPartition::Compared compared{.totals = *totals_, .ready = ready_, .levels = {}};
    for (const auto& partition : reading.partitions) {
      if (!pinterest::is_compared(partition->stream().definition().id)) continue;
      if (!partition->closed()) return;
      compared.levels.push_back(partition);
    }
    std::exchange(reading.proof, nullptr)->compare(std::move(compared));
    any = true;
  };
  for (const std::string& id : ended) {
    if (!id.empty()) {
      compare(accounts_.at(id).reading);
      continue;
    }
    for (auto& [account, waiting] : accounts_) compare(waiting.reading);
  }
  return any;
}

void Engine::note_lack_of_accounts() {
  if (!accounts_.empty()) return;
  if (config_.shard) {
    log::info("no ad accounts are in shard {}", to_string(*config_.shard));
  } else {
    log::warning("Pinterest lists no ad accounts for this token");
  }
}

void Engine::accounts_listed() {
  const auto check = [this](const std::string& id, std::string_view setting) {
    if (accounts_.contains(id) || !config_.in_shard(id)) return;
    const std::string cause =
        fmt::format("account {} is listed in {}, but Pinterest does not list it for this token", id, setting);
    log::error("{}", cause);
    report_.incomplete(cause, kCheckAccount);
  };
  for (const std::string& id : config_.ad_account_ids) check(id, "ad_account_ids");
  for (const config::CustomReport& custom : config_.custom_reports) {
    const bool is_of_one = !custom.ad_account_id.empty() && selected_stream(custom.name) != nullptr;
    if (is_of_one) check(custom.ad_account_id, "custom_reports");
  }
  if (config_.ad_account_ids.empty()) {
    std::vector<std::string> gone = bookmarks_.accounts(definitions_);
    std::erase_if(gone,
                  [this](const std::string& id) { return accounts_.contains(id) || !config_.in_shard(id); });
    if (!gone.empty()) {
      const std::string cause =
          fmt::format("Pinterest no longer lists {}, for which the state has entries: they are kept",
                      name_accounts(gone));
      log::error("{}", cause);
      report_.incomplete(cause,
                         "check the token's access to the account, or remove its entries from the state");
    }
  }
  note_lack_of_accounts();
  say_what_begins();
}

void Engine::work() {
  try {
    const std::unique_ptr<http::Transport> transport = make_transport_();
    work_until_the_end(*transport);
  } catch (const OutputClosed&) {
    const std::scoped_lock lock(mutex_);
    output_closed_ = true;
    end({});
  } catch (const OutputFailed& error) {
    const std::scoped_lock lock(mutex_);
    end(fmt::format("cannot write to standard output: {}", error.what()));
  } catch (const std::exception& error) {
    const std::scoped_lock lock(mutex_);
    end(fmt::format("internal error: {}; please report it", error.what()));
  }
}

void Engine::work_until_the_end(http::Transport& transport) {
  Lock lock(mutex_);
  while (!ending()) {
    Step step = next_step();
    if (std::holds_alternative<Renew>(step)) {
      renew(lock, transport);
    } else if (auto* run = std::get_if<Run>(&step)) {
      run_job(lock, transport, std::move(run->job), run->token);
    } else if (const auto* wait = std::get_if<Wait>(&step)) {
      clock_.wait_until(lock, wake_, wait->until);
    } else {
      ended_ = true;
      wake_.notify_all();
    }
  }
}

Engine::Step Engine::next_step() {
  // What begins may have nothing to do, and end at once.
  while (begin_accounts()) {
  }
  const util::SteadyTime now = clock_.steady_now();
  if (queue_.empty()) {
    if (in_flight_ == 0) return End{};
    return Wait{util::SteadyTime::max()};
  }
  if (!renewals_.running() && renewals_.not_before() <= now && tokens_.wants_renewal()) return Renew{};
  std::optional<pinterest::AccessToken> token = tokens_.current();
  if (!token) return Wait{renewals_.running() ? util::SteadyTime::max() : renewals_.not_before()};
  JobQueue::Taken taken = queue_.take(now);
  if (taken.job) return Run{std::move(*taken.job), std::move(*token)};
  // What was queued may have been dropped.
  if (begin_accounts()) return next_step();
  if (queue_.empty() && in_flight_ == 0) return End{};
  // This has ended the run.
  if (stop_for_long_pause(taken)) return End{};
  return Wait{taken.wake};
}

bool Engine::stop_for_long_pause(const JobQueue::Taken& taken) {
  if (!taken.paused || in_flight_ > 0) return false;
  const auto wait = std::chrono::ceil<std::chrono::seconds>(taken.wake - clock_.steady_now());
  if (wait <= config_.max_rate_limit_wait) return false;
  end(
      fmt::format("Pinterest's limit for {} is used up for another {}, longer than "
                  "max_rate_limit_wait_seconds ({}); the state is saved: run again after {}",
                  to_string(*taken.paused), util::describe(wait), config_.max_rate_limit_wait.count(),
                  util::format_date_time(std::chrono::floor<std::chrono::seconds>(api_clock_.now()) + wait)));
  return true;
}

void Engine::renew(Lock& lock, http::Transport& transport) {
  renewals_.begin();
  lock.unlock();
  const pinterest::Renewal renewal = tokens_.renew(transport, stop_.get_token());
  lock.lock();
  wake_.notify_all();
  if (renewal.requests > 0) {
    report_.add_request(std::string(pinterest::kTokenEndpoint), renewal.status, renewal.elapsed);
  }
  using Outcome = pinterest::Renewal::Outcome;
  if (renewal.outcome == Outcome::done && renewal.requests > 0) ++report_.token_renewals;
  const auto wait = renewal.wait.value_or(backoff(renewals_.failures() + 1));
  const auto why =
      renewals_.ended(renewal, wait, config_.max_retry, config_.max_rate_limit_wait, clock_.steady_now());
  if (ending() || renewal.outcome == Outcome::done) return;
  if (why) {
    end(*why);
  } else if (wait.count() > 0) {
    log::info("the access token could not be renewed ({}); retrying in {} ms", renewal.message, wait.count());
  }
}

void Engine::run_job(Lock& lock, http::Transport& transport, Job job, const pinterest::AccessToken& token) {
  if (job.tries.failures == 0) {
    job.tries.answers_before = answers_;
    job.tries.successes_before = successes_;
  }
  ++in_flight_;
  // What is under way is written, even if its reading ends meanwhile.
  std::size_t& open = context_.open[stream_of(job).definition().id];
  ++open;
  lock.unlock();
  std::vector<pinterest::Rows> pieces;  // their lines are written
  const auto emit = [&](pinterest::Rows rows) {
    if (stop_.stop_requested()) return false;
    emitter_.write(std::exchange(rows.lines, {}));
    pieces.push_back(std::move(rows));
    return true;
  };
  Fetched fetched = fetch(config_, api_clock_, transport, job, token.value, stop_.get_token(), emit);
  pinterest::Rows* rows = std::get_if<pinterest::ListRows>(&fetched.outcome);
  if (rows == nullptr) rows = std::get_if<pinterest::Rows>(&fetched.outcome);
  // A STATE covers these rows only after this: apply() comes behind it.
  const bool writes = rows != nullptr && !job.is_proof() && !stop_.stop_requested();
  if (writes) emitter_.write(std::exchange(rows->lines, {}));
  lock.lock();
  --in_flight_;
  --open;
  wake_.notify_all();
  for (const pinterest::Rows& piece : pieces) note_rows(stream_of(job), piece);
  if (writes) note_rows(stream_of(job), *rows);
  if (ending()) return;
  apply(std::move(job), fetched, token);
  if (open == 0) say_what_ended();
  say_what_remains();
  if (!bookmarks_.write_if_due()) return;
  // Nobody waits for the reader of our output with a lock that others need.
  lock.unlock();
  bookmarks_.send();
  lock.lock();
}

void Engine::apply(Job job, const Fetched& fetched, const pinterest::AccessToken& token) {
  note_answer(job, fetched);
  job.tries.spent += fetched.elapsed;
  if (is_dropped(job)) return;
  if (const auto* fault = std::get_if<Fault>(&fetched.outcome)) {
    handle(std::move(job), *fault, token);
    return;
  }
  ++successes_;
  answered_.insert(stream_of(job).definition().id);
  pauses_.answered(job.category);
  if (const auto* status = std::get_if<pinterest::ReportStatus>(&fetched.outcome)) {
    report_answered(std::move(job), *status);
    return;
  }
  if (const auto* list = std::get_if<ListJob>(&job.work)) {
    page_done(*list, std::get<pinterest::ListRows>(fetched.outcome));
  } else {
    const auto& work = std::get<AnalyticsJob>(job.work);
    const auto& rows = std::get<pinterest::Rows>(fetched.outcome);
    if (!work.request.by_report && work.partition->totals() == nullptr) {
      work.partition->note_rows(work, rows.records);
    }
    work.partition->part_done(work, rows.sums);
  }
}

// What an answer says beside its rows.
void Engine::note_answer(const Job& job, const Fetched& fetched) {
  const util::SteadyTime now = clock_.steady_now();
  if (!fetched.endpoint.empty()) report_.add_request(fetched.endpoint, fetched.status, fetched.elapsed);
  report_.add_stream_time(stream_of(job).id(), now - fetched.elapsed, now);
  queue_.finished(job, fetched.bytes);
  if (fetched.status == 0) return;
  ++answers_;
  http::RateLimiter& limiter = queue_.limiter(job.category);
  if (const auto& stated = fetched.rate_limit.per_minute) limiter.set_rate(used_rate(config_, *stated), now);
  limiter.observe(fetched.rate_limit, now);
  if (api_clock_.uses_local_clock()) {
    report_.say_once(log::Level::warning, {},
                     "the API sends no Date header; using the local clock to decide which days to read");
  }
}

void Engine::page_done(const ListJob& work, const pinterest::ListRows& rows) {
  ListRead& list = *work.list;
  const bool accounts = list.stream().id() == "ad_accounts";
  if (accounts) {
    for (const std::string& id : rows.ids) {
      if (pinterest::is_id(id)) {
        add_account(id);
        continue;
      }
      const std::string cause = fmt::format("leaving out an ad account: its id {} is not a number", id);
      log::error("{}", cause);
      report_.incomplete(cause);
    }
  }
  if (list.stream().id() == pinterest::kReadyStateList) note_ready_state(rows);
  list.page_done(rows, work);
  if (accounts && list.ended()) accounts_listed();
}

void Engine::note_ready_state(const pinterest::ListRows& rows) {
  const auto flag = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text == "true");
  };
  for (std::size_t i = 0; i < rows.ids.size(); ++i) {
    const auto day = util::parse_day(rows.ids[i]);
    if (day) ready_[*day] = {flag(rows.also.at(i)[0]), flag(rows.also.at(i)[1])};
  }
}

void Engine::note_rows(const StreamRun& stream, const pinterest::Rows& rows) {
  const std::string id = stream.id();
  report_.records[id] += rows.records;
  bookmarks_.records_written(rows.records);
  for (const auto& [compared, agreement] : rows.agreements) report_.add_agreement(compared, agreement);
  if (!stream.selected()) return;
  streams_.at(id)->note_unknown(rows.unknown_fields);
  for (const pinterest::Misfit& misfit : rows.misfits) {
    const std::string cause =
        fmt::format("values of {}.{} do not fit the type in the schema", id, misfit.field);
    if (std::ranges::find(report_.causes(), cause) != report_.causes().end()) continue;
    report_.incomplete(cause, "give it another type in the catalog");
    log::write(log::Level::warning, id,
               fmt::format("{} and are written as null; the first is in the record {}", cause, misfit.key));
  }
  if (rows.repaired > 0) {
    report_.say_once(log::Level::warning, id, "broken characters (lone surrogates) were replaced by U+FFFD");
  }
}

template <typename Function>
void Engine::for_each_reading(const Function& function) const {
  function(user_);
  for (const auto& [id, account] : accounts_) function(account.reading);
}

void Engine::say_what_remains() {
  if (said_what_remains_ || context_.open_lists > 0 || !waiting_accounts_.empty()) return;
  // What remains for pins depends on their route by the hundredfold.
  bool is_known = true;
  std::map<Category, std::size_t> left;
  for_each_reading([&](const Reading& reading) {
    for (const auto& partition : reading.partitions) {
      is_known = is_known && (partition->closed() || !partition->probing());
      left[partition->stream().definition().category] += partition->requests_left();
    }
  });
  if (!is_known) return;
  said_what_remains_ = true;
  for (const auto& [category, requests] : left) {
    if (requests == 0) continue;
    if (config_.trial_access) {
      log::info("all lists read; {} {} requests left, of a trial app's {:.0f} a day for everything", requests,
                to_string(category), kTrialRequestsADay * config_.rate_limit_share);
      continue;
    }
    const http::RateLimiter& limiter = queue_.limiter(category);
    log::info("all lists read; {} {} requests left, at least {} at the limit of {:.0f} a minute", requests,
              to_string(category), util::describe(limiter.least_time(requests)), limiter.per_minute());
  }
}

void Engine::end(const std::string& message) {
  if (fatal_.empty()) fatal_ = message;
  ended_ = true;
  stop_.request_stop();
  wake_.notify_all();
}

void Engine::request_stop() {
  stop_.request_stop();
  wake_.notify_all();
}

void Engine::tick() {
  try {
    bool sends = false;
    if (const Lock lock(mutex_, std::try_to_lock); lock.owns_lock()) {
      // A stop that came between a worker's look and its wait would be missed.
      if (ending()) wake_.notify_all();
      sends = bookmarks_.write_if_due();
    }
    if (sends || emitter_.has_waiting()) bookmarks_.send();
  } catch (const OutputClosed&) {
    request_stop();
  } catch (const OutputFailed&) {
    request_stop();
  }
}

std::string Engine::progress() {
  const Lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return {};
  std::uint64_t records = 0;
  for (const auto& [stream, count] : report_.records) records += count;
  std::size_t left = 0;
  for_each_reading([&](const Reading& reading) {
    for (const auto& list : reading.lists) left += list->requests_left();
    for (const auto& partition : reading.partitions) left += partition->requests_left();
  });
  const auto elapsed = std::chrono::floor<std::chrono::seconds>(clock_.steady_now() - started_);
  const auto rate = records / static_cast<std::uint64_t>(std::max<std::int64_t>(elapsed.count(), 1));
  return fmt::format("{} records, {} requests, {} in flight, at least {} to go; {}, {} records/s", records,
                     report_.request_count(), in_flight_, left, util::describe(elapsed), rate);
}

// Nothing is left to do, so everything must have come to an end: a fault of this program must not pass for
// a run that is complete.
void Engine::note_unfinished() {
  for_each_reading([this](const Reading& reading) {
    for (const auto& list : reading.lists) {
      if (list->ended()) continue;
      report_.incomplete(fmt::format("the list of {} was not read to its end", list->stream().id()));
    }
    for (const auto& partition : reading.partitions) {
      if (partition->closed()) continue;
      report_.incomplete(fmt::format("{} was not read to its end", partition->stream().id()));
    }
  });
  if (!waiting_accounts_.empty()) {
    report_.incomplete(fmt::format("{} accounts were not read", waiting_accounts_.size()));
  }
}

RunResult Engine::finish() {
  const std::scoped_lock lock(mutex_);
  report_.say_missed();
  report_.say_what_adds_up();
  for (const std::string& id : selected_streams()) selected_stream(id)->say_unknown();
  try {
    bookmarks_.write_last();
    bookmarks_.send();
  } catch (const OutputClosed&) {
    output_closed_ = true;
  } catch (const OutputFailed& error) {
    if (fatal_.empty()) fatal_ = fmt::format("cannot write to standard output: {}", error.what());
  }
  // Of a reader that has gone nobody knows what it has read: the file keeps an earlier state.
  if (const std::string error = output_closed_ ? std::string() : bookmarks_.save_last(); !error.empty()) {
    const std::string cause =
        fmt::format("the state could not be saved: {}; the file holds an older one", error);
    log::error("{}", cause);
    report_.incomplete(cause, "make the file of --write-state writable");
  }
  if (const auto error = tokens_.store_pending({})) {
    const std::string cause = fmt::format(
        "the rotated refresh token could not be stored: {}; sign in again if the next run is refused",
        *error);
    log::error("{}", cause);
    report_.incomplete(cause, "make token_file writable");
  }
  if (output_closed_) return {.ending = Ending::output_closed, .message = {}};
  if (!fatal_.empty()) return {.ending = Ending::incomplete, .message = fatal_};
  if (!ended_ && stop_.stop_requested()) return {.ending = Ending::stopped, .message = {}};

  note_unfinished();
  say_what_is_refused();
  const bool all_skipped = !accounts_.empty() && report_.skipped_accounts.size() == accounts_.size();
  if (all_skipped) report_.incomplete("no ad account could be read", kCheckAccount);
  if (report_.causes().empty()) return {};
  return {.ending = Ending::incomplete, .message = report_.last_line()};
}

}  // namespace tap_pinterest::sync
