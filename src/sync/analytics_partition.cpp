#include "tap_pinterest/sync/analytics_partition.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/pinterest/errors.hpp"
#include "tap_pinterest/util/plural.hpp"

namespace tap_pinterest::sync {
namespace {

using config::Granularity;
using pinterest::AnalyticsRequest;
using pinterest::DayRange;
using pinterest::DaySet;
using pinterest::PinRoute;

// No batch starts more than this many times max_concurrency beyond the first that is not done.
constexpr std::size_t kBatchesAhead = 4;
// The API's clock and its judgement of what is too old differ by a day at most.
constexpr int kMostDaysLess = 1;
// Ids that a line names.
constexpr std::size_t kMostIdsNamed = 10;
constexpr int kHoursADay = 24;
// A report is created, and asked for a few times.
constexpr std::size_t kRequestsOfReport = 5;
// Reports are worth a word where they take so many times fewer requests.
constexpr std::size_t kWorthAdvice = 2;
// A request sent this shortly before midnight may be judged after it: the API's clock is known to the second,
// less the time its first answer took, and the request itself travels.
constexpr std::chrono::minutes kMidnightMargin{1};

}  // namespace

Entry find_entry(const RunContext& context, const StreamRun& stream, const std::string& account,
                 const EntryContext& expected) {
  const std::optional<singer::Json> found = context.bookmarks.find(stream.id(), account);
  std::vector<std::string> warnings;
  Entry entry = read_entry(found ? &*found : nullptr, expected, warnings);
  const std::string where = account.empty() ? "" : fmt::format("account {}: ", account);
  for (const std::string& warning : warnings)
    context.report.say_once(log::Level::warning, stream.id(), where + warning);
  return entry;
}

AnalyticsPartition::AnalyticsPartition(RunContext& context, StreamRun& stream, std::string account)
    : context_(context),
      stream_(stream),
      account_(std::move(account)),
      batches_(/*ordered=*/!is_pins()),
      size_(stream.definition().parent().batch) {
  ++context_.open[stream_.definition().id];
  CoverageRules wanted = rules();
  Entry entry;
  if (stream_.incremental()) {
    entry = find_entry(context_, stream_, account_,
                       {.replication_key = stream_.selection().replication_key,
                        .start_date = settings().start_date,
                        .lookback_days = wanted.lookback_days});
  }
  had_entry_ = entry.bookmark || entry.resume || !entry.covered.empty();
  left_out_before_ = entry.left_out;
  const bool had_marker = entry.resume.has_value();
  coverage_ = Coverage(std::move(entry), std::move(wanted));
  if (const auto window = coverage_.resume()) {
    passes_.push_back({.window = *window});
    batches_.skip_up_to(window->after_id);
  } else if (had_marker) {
    log::write(log::Level::info, stream_.id(),
               "the configuration has changed since a window was cut short; that window starts over");
  }
}

bool AnalyticsPartition::is_exhausted() {
  if (!closed_ && !batches_.waiting().empty()) return false;
  offered_ = false;
  return true;
}

pinterest::Source AnalyticsPartition::source() const { return stream_.definition().source; }

bool AnalyticsPartition::is_pins() const { return source() == pinterest::Source::pin_analytics; }

Granularity AnalyticsPartition::kind() const {
  return stream_.definition().is_organic() ? Granularity::day : settings().granularity;
}

const config::AnalyticsSettings& AnalyticsPartition::settings() const {
  return pinterest::settings_of(stream_.definition(), context_.config);
}

CoverageRules AnalyticsPartition::rules() const {
  const config::Config& config = context_.config;
  const pinterest::StreamDefinition& definition = stream_.definition();
  CoverageRules rules{
      .granularity = kind(),
      .start_date = settings().start_date,
      .end_date = config.end_date,
      .lookback_days = pinterest::lookback_days(stream_.definition(), config),
      .reach = definition.is_organic() ? pinterest::pins_reach() : pinterest::ads_reach(kind()),
      .subject = subject_of(definition),
      .rows = row_settings(config, definition, stream_.columns()),
      .basis = window_basis(config, definition, stream_.columns())};
  if (pinterest::may_use_reports(definition, config)) {
    rules.reports = pinterest::reports_reach(kind(), definition.report_level);
    rules.all_by_report = pinterest::reads_all_by_report(definition, config);
    // A marker of direct requests stands after an id, which reports have none of.
    if (rules.all_by_report) rules.basis += "|reports";
  }
  if (definition.has_statuses) rules.entity_statuses = config.entity_statuses;
  return rules;
}

// Its only id is the account's: without it nothing is left.
bool AnalyticsPartition::asks_for_account(const AnalyticsPart& part) const {
  return part.request.by_report || stream_.definition().is_of_account();
}

// "campaign 123": ids are named as their parameter is.
std::string AnalyticsPartition::id_name(IdBatches::Id id) const {
  constexpr std::string_view kPlural = "_ids";
  std::string_view name = stream_.definition().parent().slot;
  if (name.empty()) return fmt::format("id {}", id);
  name.remove_suffix(kPlural.size());
  return fmt::format("{} {}", name, id);
}

// What a request asked for, for the message of a refusal.
std::string AnalyticsPartition::describe_request(const AnalyticsPart& part) const {
  const std::string what =
      part.request.by_report ? "a report" : util::plural(part.request.ids.size(), "id", "ids");
  const std::vector<std::string> columns =
      part.request.by_report ? pinterest::report_columns(stream_.definition(), stream_.columns())
                             : stream_.columns();
  std::string text =
      fmt::format("; asked for {}, {} to {}, columns {}", what, util::format_day(part.request.range.first),
                  util::format_day(part.request.range.last), fmt::join(columns, ","));
  if (stream_.definition().is_organic()) return text;
  return text + fmt::format(", windows of {} (click), {} (engagement) and {} (view) days",
                            settings().click_window_days, settings().engagement_window_days,
                            settings().view_window_days);
}

void AnalyticsPartition::compare(Compared compared) {
  CoverageRules wanted = rules();
  wanted.only.emplace();
  for (const auto& level : compared.levels) *wanted.only = std::move(*wanted.only) | level->tally_.read();
  coverage_ = Coverage({}, std::move(wanted));
  compared_.emplace(std::move(compared));
  add_ids({account_});
  end_of_list();
}

pinterest::Comparison AnalyticsPartition::comparison(DayRange range, util::Day today) const {
  pinterest::Comparison comparison{.account = account_,
                                   .range = range,
                                   .granularity = kind(),
                                   .addends = compared_->totals.format().addends.value(),
                                   .ready = compared_->ready,
                                   .today = today,
                                   .max_difference_percent = context_.config.max_difference_percent};
  for (const auto& level : compared_->levels) {
    comparison.levels.push_back({.stream = level->stream_.definition().id,
                                 .addends = level->stream_.format().addends.value(),
                                 .sums = level->tally_.sums(),
                                 .read = level->tally_.read(),
                                 .complete = level->tally_.complete()});
  }
  return comparison;
}

void AnalyticsPartition::add_ids(const std::vector<std::string>& ids) {
  if (closed_) return;
  std::vector<IdBatches::Id> numbers;
  for (const std::string& id : ids) {
    const auto value = pinterest::is_id(id) ? pinterest::parse_id(id) : std::nullopt;
    if (!value) {
      fail(fmt::format("analytics cannot be requested for the id {}: ids are digits without leading zeros",
                       id));
      return;
    }
    const bool was_left_out = std::ranges::binary_search(left_out_before_, *value);
    (was_left_out ? again_ : numbers).push_back(*value);
  }
  batches_.add(numbers);
  offer();
}

void AnalyticsPartition::end_of_list() {
  if (closed_) return;
  batches_.end_of_list();
  std::ranges::sort(again_);
  again_.erase(std::unique(again_.begin(), again_.end()), again_.end());
  if (!passes_.empty()) move_marker();
  advance();
}

// Decides which days are read. Done when the first ids are there, so that a long list costs no days.
void AnalyticsPartition::plan() {
  planned_ = true;
  const util::Instant now = context_.clock.now();
  if (is_pins()) route_ = RouteProbe(/*single=*/coverage_.lacks_bulk_route(util::day_of(now)));
  if (coverage_.forget_future(now)) {
    context_.report.say_once(
        log::Level::warning, stream_.id(),
        fmt::format("the state{} has days in the future; ignoring it and reading the days again",
                    of_account(account_)));
    passes_.clear();
    batches_.start_again();
  }
  if (!passes_.empty()) return;
  warn_of_changes();
  const pinterest::Plan fresh = coverage_.plan(now);
  if (const DaySet covered = coverage_.covered(); !covered.empty()) {
    backfill_ =
        (DaySet(fresh.windows) | DaySet(fresh.report_windows)) - DaySet{{covered.first(), util::day_of(now)}};
  }
  add_passes(fresh, Reads::list);
}

void AnalyticsPartition::add_passes(const pinterest::Plan& plan, Reads ids) {
  const util::Instant now = context_.clock.now();
  for (const DayRange& range : plan.windows) {
    passes_.push_back({.window = coverage_.open(range, now), .reads = ids});
  }
  if (ids != Reads::left_out) {
    note_missed(plan.missed);
  } else if (!plan.missed.empty()) {
    warn_of_left_out_days(plan.missed);
  }
  for (const DayRange& range : plan.report_windows) {
    passes_.push_back({.window = coverage_.open(range, now), .reads = Reads::report});
  }
}

// How far back what is being read reaches.
const pinterest::Reach& AnalyticsPartition::reach() const {
  return reads(Reads::report) ? *coverage_.rules().reports : coverage_.rules().reach;
}

void AnalyticsPartition::note_missed(const DaySet& days) {
  // What is compared was read; only the account's total has become too old meanwhile.
  if (compared_) return;
  const DaySet news = coverage_.miss(days);
  context_.report.missed(stream_.id(), account_, news, /*is_new=*/true);
  context_.report.missed(stream_.id(), account_, days - news, /*is_new=*/false);
}

void AnalyticsPartition::warn_of_changes() {
  const Entry& entry = coverage_.entry();
  if (entry.covered.empty()) return;
  if (entry.subject != coverage_.rules().subject) {
    context_.report.say_once(log::Level::warning, stream_.id(),
                             "this custom report has another level, filter or template than in the last run: "
                             "reading it anew, into the same table as its old rows");
    return;
  }
  const std::string before = granularity_of(entry);
  const std::string now(config::to_string(kind()));
  if (before != now) {
    context_.report.say_once(
        log::Level::warning, stream_.id(),
        fmt::format("analytics_granularity was {} and is {} now: rows of both kinds will share "
                    "the table",
                    before, now));
  }
  const std::string& rows = coverage_.rules().rows;
  if (entry.rows.empty() || entry.rows == rows) return;
  context_.report.say_once(log::Level::warning, stream_.id(),
                           fmt::format("{} changed since the last run: rows that are not read again keep "
                                       "their old values, in the same table as the new ones",
                                       fmt::join(changed_settings(entry.rows, rows, source()), ", ")));
}

// Has the queue ask for jobs, if there may be any.
void AnalyticsPartition::offer() {
  if (closed_ || batches_.waiting().empty() || std::exchange(offered_, true)) return;
  context_.queue.offer(shared_from_this(), stream_.definition().category);
}

std::optional<Job> AnalyticsPartition::next(double most_units) {
  const std::size_t count = size_of_next(most_units);
  offered_ = count > 0;
  if (!offered_) return std::nullopt;
  IdBatches::Batch batch = batches_.take(count);
  std::vector<AnalyticsPart> parts = parts_of(batch.number, batch.ids);
  open_.emplace(batch.number, OpenBatch(std::move(batch.ids), parts.size()));
  held_parts_.assign(std::next(parts.begin()), parts.end());
  if (!route_.untried()) release_held_parts();
  return job_of(std::move(parts.front()));
}

// How many ids the next batch takes; 0 if none can be taken now.
std::size_t AnalyticsPartition::size_of_next(double most_units) {
  if (closed_ || batches_.waiting().empty()) return 0;
  if (!planned_) plan();
  const std::span<const IdBatches::Id> waiting = batches_.waiting();
  const std::size_t most_ahead = kBatchesAhead * static_cast<std::size_t>(context_.config.max_concurrency);
  const bool waits_for_route = route_.unknown() && (batches_.open() > 0 || route_.proof());
  if (passes_.empty() || batches_are_ != passes_.front().reads || waits_for_route ||
      batches_.ahead() >= most_ahead)
    return 0;

  const AnalyticsRequest shape{.stream = &stream_.definition(),
                               .account = account_,
                               .ids = {waiting.front()},
                               .range = window().range,
                               .route = route_.route()};
  if (shape.route == PinRoute::single || reads(Reads::report)) return 1;
  const auto in_memory = static_cast<std::size_t>(std::max(1.0, most_units / units_of(shape)));
  const std::size_t limit = std::min(size_, in_memory);
  const std::size_t count = pinterest::batch_size(context_.config, shape, stream_.columns(), waiting, limit);
  const bool list_may_fill_it_up = count == waiting.size() && count < limit && !batches_.list_ended();
  return list_may_fill_it_up ? 0 : count;
}

std::vector<AnalyticsPart> AnalyticsPartition::parts_of(std::size_t number,
                                                        const std::vector<IdBatches::Id>& ids) {
  std::vector<AnalyticsPart> parts;
  if (reads(Reads::report)) {
    AnalyticsPart part{.batch = number,
                       .request = {.stream = &stream_.definition(),
                                   .account = account_,
                                   .ids = ids,
                                   .range = window().range,
                                   .by_report = true}};
    std::vector<std::string> reported;
    if (source() == pinterest::Source::targeting_analytics) {
      reported = pinterest::report_targeting_types(settings().targeting_types);
    }
    std::span<const std::string> types = reported;
    do {
      const auto some = types.first(std::min(types.size(), pinterest::kTargetingTypesOfReport));
      part.request.targeting_types.assign(some.begin(), some.end());
      parts.push_back(part);
      types = types.subspan(some.size());
    } while (!types.empty());
    return parts;
  }
  for (const std::string_view app_type :
       pinterest::app_types(stream_.definition(), route_.route(), context_.config.pin_split)) {
    for (const DayRange& range :
         pinterest::split_range(window().range, coverage_.rules().reach.longest_range)) {
      parts.push_back({.batch = number,
                       .request = {.stream = &stream_.definition(),
                                   .account = account_,
                                   .ids = ids,
                                   .range = range,
                                   .app_type = app_type,
                                   .route = route_.route()}});
    }
  }
  return parts;
}

// How many ids at how many times (days or hours) it asks for.
double AnalyticsPartition::times_of(const AnalyticsRequest& request) const {
  const int times_a_day = kind() == Granularity::hour ? kHoursADay : 1;
  return static_cast<double>(request.ids.size()) * static_cast<double>(request.range.days() * times_a_day);
}

// How many cells its answer may have.
double AnalyticsPartition::units_of(const AnalyticsRequest& request) const {
  return times_of(request) * stream_.rows_at_a_time() * static_cast<double>(stream_.columns().size());
}

Job AnalyticsPartition::job_of(AnalyticsPart part, const Tries& tries) {
  // What a report needs is known when it is finished.
  const double units = part.request.by_report ? 0 : units_of(part.request);
  return Job{.work = AnalyticsJob{{std::move(part)}, shared_from_this()},
             .category = stream_.definition().category,
             .units = units,
             .tries = tries};
}

void AnalyticsPartition::push(std::vector<Attempt> attempts) {
  for (Attempt& attempt : attempts) context_.queue.push(job_of(std::move(attempt.part), attempt.tries));
}

void AnalyticsPartition::release_held_parts() {
  for (AnalyticsPart& part : held_parts_) context_.queue.push(job_of(std::move(part)));
  held_parts_.clear();
}

// A batch may have ended, or its ids been given back, while a part of it was under way.
bool AnalyticsPartition::wants(const AnalyticsPart& part) const {
  if (closed_) return false;
  return part.is_proof ? route_.proof().has_value() : open_.contains(part.batch);
}

bool AnalyticsPartition::prepare(AnalyticsPart& part) {
  AnalyticsRequest& request = part.request;
  const DayRange whole = request.range;
  const int less = reads(Reads::report) ? 0 : days_less_;
  request.range = pinterest::within_reach(whole, kind(), reach().days_back - less,
                                          util::day_of(context_.clock.now() + kMidnightMargin));
  // The run has gone over midnight, or an old window is resumed.
  note_cut(DaySet{whole} - DaySet{request.range});
  std::erase_if(request.ids, [this](IdBatches::Id id) { return refused_.contains(id); });
  if (!request.range.empty() && !request.ids.empty()) return true;
  if (part.is_proof) {
    route_.withdraw();
    offer();
    return false;
  }
  end_part(part);
  return false;
}

void AnalyticsPartition::note_cut(const DaySet& days) {
  if (days.empty()) return;
  if (reads(Reads::left_out)) {
    warn_of_left_out_days(days);
    return;
  }
  const DaySet news = days - window().cut;
  passes_.front().window.cut = window().cut | days;
  note_missed(days - coverage_.covered() - leave_to_reports(news));
}

// Days that direct requests no longer reach, but reports do. After a resumed window there is a new plan.
DaySet AnalyticsPartition::leave_to_reports(const DaySet& days) {
  DaySet left;
  const auto& reports = coverage_.rules().reports;
  if (!reports || reads(Reads::report)) return left;
  const util::Instant now = context_.clock.now();
  for (const DayRange& range : days.ranges()) {
    const DayRange reached = pinterest::within_reach(range, kind(), reports->days_back, util::day_of(now));
    left.add(reached);
    if (window().resumed) continue;
    for (const DayRange& piece : pinterest::split_range(reached, reports->longest_range, kind())) {
      passes_.push_back({.window = coverage_.open(piece, now), .reads = Reads::report});
    }
  }
  // So that a later run does not count them as read by this window.
  coverage_.miss(left);
  return left;
}

void AnalyticsPartition::warn_of_left_out_days(const DaySet& days) {
  context_.report.say_once(log::Level::warning, stream_.id(),
                           fmt::format("{} ids{} left out before can be read again, but Pinterest no longer "
                                       "answers for {}: they may lack those days",
                                       again_.size(), of_account(account_), util::describe(days)));
}

void AnalyticsPartition::note_rows(const AnalyticsPart& part, std::size_t rows) {
  stream_.note_rows_at_a_time(static_cast<double>(rows) / times_of(part.request));
}

void AnalyticsPartition::part_done(const AnalyticsPart& part, const pinterest::SumsByDate& sums) {
  if (!wants(part)) return;
  anything_answered_ = true;
  tally_.add(sums);
  const bool was_unknown = route_.unknown();
  const bool is_to_be_proven = route_.answered(part.request.route, part.request.ids.front());
  if (was_unknown && !route_.unknown()) {
    coverage_.set_single_route_since(std::nullopt);
    release_held_parts();
  }
  if (part.is_proof) {
    offer();
    return;
  }
  if (is_to_be_proven) {
    AnalyticsPart proof = part;
    proof.is_proof = true;
    proof.request.route = PinRoute::bulk;
    proof.request.app_type = "ALL";
    proof.request.range.first = proof.request.range.last;
    context_.queue.push(job_of(std::move(proof)));
  }
  open_.at(part.batch).answered(part);
  end_part(part);
}

void AnalyticsPartition::end_part(const AnalyticsPart& part) {
  OpenBatch& batch = open_.at(part.batch);
  if (batch.knows_its_ids()) warn_of_left_out(batch);
  push(batch.end_part());
  // Nothing was answered, so the route is still unknown: what waited for an answer goes next.
  if (route_.untried() && !held_parts_.empty()) {
    context_.queue.push(job_of(std::move(held_parts_.front())));
    held_parts_.erase(held_parts_.begin());
  }
  if (batch.parts() == 0) end_batch(part.batch);
  advance();
}

void AnalyticsPartition::warn_of_left_out(OpenBatch& batch) {
  for (const std::string& warning : batch.take_warnings()) {
    log::write(log::Level::warning, stream_.id(), warning);
  }
}

void AnalyticsPartition::end_batch(std::size_t number) {
  size_ = std::min(size_, open_.at(number).proven_size().value_or(size_));
  open_.erase(number);
  batches_.done(number);
  move_marker();
}

void AnalyticsPartition::put_entry() {
  // An hour stays one as long as the bookmark is that of a run by hours.
  const std::string granularity = granularity_of(coverage_.entry());
  const bool by_hour = granularity.starts_with(config::to_string(Granularity::hour));
  context_.bookmarks.put(
      stream_.id(), account_,
      write_entry(coverage_.entry(), stream_.selection().replication_key, /*as_date=*/!by_hour));
}

void AnalyticsPartition::move_marker() {
  if (!stream_.incremental() || !reads(Reads::list)) return;
  const bool proves_nothing = !anything_answered_ && !refused_.empty() && !knows_better();
  if (proves_nothing || too_many_left_out_) return;
  const auto done = batches_.done_up_to();
  const auto& marker = coverage_.entry().resume;
  if (!done || (marker && marker->after_id == *done)) return;
  coverage_.mark(window(), *done);
  put_entry();
}

// Goes on to the next window where this one is complete.
void AnalyticsPartition::advance() {
  offer();
  if (closed_ || !batches_.list_ended()) return;
  if (!planned_) plan();
  say_backfill();
  advise_reports();
  if (!passes_.empty() && batches_are_ != passes_.front().reads) begin_pass();
  while (!closed_ && (passes_.empty() || batches_.complete())) {
    if (!passes_.empty()) finish_pass();
    if (!closed_ && !begin_next_pass()) close();
  }
  offer();
}

void AnalyticsPartition::finish_pass() {
  if (has_read_nothing()) {
    fail_for_refusals();
    return;
  }
  if (too_many_left_out_) {
    fail(fmt::format("Pinterest refuses {} of its ids one by one: the first with {}", left_out().size(),
                     first_refusal_));
    return;
  }
  const Pass done = passes_.front();
  passes_.pop_front();
  const util::Instant now = context_.clock.now();
  if (done.reads != Reads::left_out) {
    coverage_.complete(done.window, now);
  }
  if (stream_.format().addends) tally(done);
  if (left_out_planned_) end_of_left_out(done);
  if (stream_.incremental()) put_entry();
  if (!done.window.resumed) return;
  // What has come since the window was cut short is read now. Where nothing has, its days are not read again:
  // a window that takes a limit of several days would never come to its end.
  pinterest::Plan plan = coverage_.plan(now);
  if (!plan.windows.empty() && plan.windows.back().last <= done.window.range.last) {
    plan.windows = (DaySet(plan.windows) - DaySet{done.window.range}).ranges();
  }
  add_passes(plan, Reads::list);
}

void AnalyticsPartition::tally(const Pass& done) {
  if (done.reads == Reads::left_out) {
    tally_.end_of_left_out();
    return;
  }
  const Window& window = done.window;
  // A report has all ids.
  const bool has_all_ids = done.reads == Reads::report || (refused_.empty() && again_.empty());
  std::optional<util::Day> last = window.covered_to;
  const bool is_total = kind() == Granularity::total;
  if (is_total && window.range.last < util::day_of(context_.clock.first_answer())) last = window.range.last;
  DaySet complete;
  if (has_all_ids && !window.resumed && last) {
    complete = DaySet{{window.range.first, *last}} - window.cut;
  }
  tally_.end_window(window.range, complete);
}

// Ids that can be read again lack nothing once their old days have come by report, too.
void AnalyticsPartition::end_of_left_out(const Pass& done) {
  const auto is_refused = [this](IdBatches::Id id) { return refused_.contains(id); };
  if (done.reads == Reads::left_out && !reads(Reads::left_out) && std::ranges::all_of(again_, is_refused)) {
    passes_.clear();
  }
  if (!passes_.empty() || lost_a_report_) return;
  for (const IdBatches::Id id : again_) {
    if (!is_refused(id)) coverage_.readmit(id);
  }
}

// False if nothing is left to read.
bool AnalyticsPartition::begin_next_pass() {
  if (passes_.empty() && !std::exchange(left_out_planned_, true) && !again_.empty()) {
    add_passes(coverage_.plan_for_left_out(context_.clock.now()), Reads::left_out);
  }
  if (passes_.empty()) return false;
  begin_pass();
  return true;
}

void AnalyticsPartition::begin_pass() {
  tally_.begin_window();
  batches_are_ = passes_.front().reads;
  if (batches_are_ == Reads::list) {
    batches_.start_again();
    return;
  }
  batches_ = IdBatches(/*ordered=*/false);
  if (batches_are_ == Reads::left_out) {
    batches_.add(again_);
  } else {
    batches_.add(std::array{pinterest::parse_id(account_).value()});
    say_columns_of_reports();
  }
  batches_.end_of_list();
}

void AnalyticsPartition::say_columns_of_reports() {
  std::vector<std::string> lacking;
  const std::vector<std::string> kept = pinterest::report_columns(stream_.definition(), stream_.columns());
  for (const std::string& column : stream_.columns()) {
    if (std::ranges::find(kept, column) == kept.end()) lacking.push_back(column);
  }
  if (source() == pinterest::Source::targeting_analytics) {
    const auto& types = settings().targeting_types;
    const auto reported = pinterest::report_targeting_types(types);
    std::ranges::copy_if(types, std::back_inserter(lacking), [&](const std::string& type) {
      return std::ranges::find(reported, type) == reported.end();
    });
  }
  if (lacking.empty()) return;
  context_.report.say_once(
      log::Level::info, stream_.id(),
      fmt::format("reports do not have {}, so their rows do not either", fmt::join(lacking, ", ")));
}

void AnalyticsPartition::close() {
  end();
  const Entry& entry = coverage_.entry();
  if (stream_.incremental() && (entry.bookmark || !entry.covered.empty() || !entry.missed.empty())) {
    put_entry();
  }
  std::vector<IdBatches::Id> named = left_out();
  if (named.empty()) return;
  context_.report.incomplete_streams.insert(stream_.id());
  const std::size_t count = named.size();
  named.resize(std::min(count, kMostIdsNamed));
  context_.report.incomplete(fmt::format("left out {} of {}{} that Pinterest refuses: {}{}",
                                         util::plural(count, "id", "ids"), stream_.id(), of_account(account_),
                                         fmt::join(named, ", "), named.size() < count ? ", ..." : ""),
                             "the next run asks for them again");
}

void AnalyticsPartition::end() {
  closed_ = true;
  --context_.open[stream_.definition().id];
  context_.ended.push_back(account_);
}

void AnalyticsPartition::drop() {
  if (closed_) return;
  end();
  context_.report.incomplete_streams.insert(stream_.id());
}

bool AnalyticsPartition::halve(const AnalyticsPart& part, const Tries& tries) {
  if (part.is_proof) return false;
  std::vector<Attempt> halves = open_.at(part.batch).halve(part, tries, kind());
  const bool can_be_smaller = !halves.empty();
  push(std::move(halves));
  return can_be_smaller;
}

bool AnalyticsPartition::isolate(const AnalyticsPart& part, const pinterest::ApiError& error,
                                 const Tries& tries) {
  if (part.is_proof || part.request.ids.size() < 2) return false;
  OpenBatch& batch = open_.at(part.batch);
  batch.refused(error.describe());
  if (batch.is_hopeless()) return false;
  // Not for ever: where nothing is answered, what was spent counts on.
  push(batch.narrow(part, batch.refused_for_the_first_time() ? Tries() : tries, is_pins()));
  return true;
}

void AnalyticsPartition::refused(const AnalyticsPart& part, const pinterest::ApiError& error) {
  if (part.is_proof) {
    log::write(log::Level::info, stream_.id(),
               "this app has no access to /pins/analytics (beta); making one request per pin instead");
    route_.disproved();
    coverage_.set_single_route_since(util::day_of(context_.clock.now()));
    offer();
    return;
  }
  if (route_.untried()) {
    doubt_route(part);
    return;
  }
  if (first_refusal_.empty()) first_refusal_ = error.describe() + describe_request(part);
  if (asks_for_account(part)) {
    fail(first_refusal_ + "; check the settings, or report it");
    return;
  }
  OpenBatch& batch = open_.at(part.batch);
  batch.refused(error.describe());
  // Of pins any number may be gone.
  const bool hopeless = batch.is_hopeless() && !is_pins();
  if (hopeless && reads(Reads::left_out)) {
    leave_out_batch(part.batch, error);
  } else if (hopeless) {
    fail(first_refusal_ + "; check the settings, or report it");
  } else if (part.request.ids.size() > 1) {
    push(batch.narrow(part, {}, is_pins()));
  } else {
    leave_out(part.batch, part.request.ids.front(), error);
    if (!closed_) end_part(part);
  }
}

bool AnalyticsPartition::leave_out_alone(const AnalyticsPart& part, const pinterest::ApiError& error,
                                         bool others_succeed) {
  if (part.is_proof || part.request.ids.size() > 1 || asks_for_account(part)) return false;
  const bool is_its_fault =
      others_succeed || open_.at(part.batch).anything_answered() || reads(Reads::left_out);
  if (!is_its_fault) return false;
  leave_out(part.batch, part.request.ids.front(), error);
  if (!closed_) end_part(part);
  return true;
}

// Gives the first batch back, to be asked for pin by pin.
void AnalyticsPartition::doubt_route(const AnalyticsPart& part) {
  route_.doubt();
  batches_.give_back({part.batch, open_.at(part.batch).ids()});
  open_.erase(part.batch);
  held_parts_.clear();
  offer();
}

void AnalyticsPartition::leave_out(std::size_t number, IdBatches::Id id, const pinterest::ApiError& error) {
  const bool is_gone = is_pins() && error.status == pinterest::kNotFound;
  const bool is_news = refused_.emplace(id, is_gone).second;
  open_.at(number).leave_out(
      is_news ? fmt::format("{}{} is left out: {}", id_name(id), of_account(account_), error.describe())
              : std::string());
  if (!is_news) return;
  if (is_pins()) context_.report.pins_refused.insert(id);
  // The list has just named them: so many cannot all be gone.
  if (is_gone && (anything_answered_ || knows_better() || refused_.size() < kMostLeftOut)) return;
  refused_[id] = false;
  if (!coverage_.leave_out(id)) too_many_left_out_ = true;
  if ((too_many_left_out_ || is_gone) && has_read_nothing()) fail_for_refusals();
}

std::vector<IdBatches::Id> AnalyticsPartition::left_out() const {
  std::vector<IdBatches::Id> ids;
  for (const auto& [id, is_gone] : refused_) {
    if (!is_gone) ids.push_back(id);
  }
  return ids;
}

// Nothing of the batch has become readable: all of it stays left out.
void AnalyticsPartition::leave_out_batch(std::size_t number, const pinterest::ApiError& error) {
  for (const IdBatches::Id id : open_.at(number).ids()) leave_out(number, id, error);
  if (closed_) return;
  warn_of_left_out(open_.at(number));
  end_batch(number);
  advance();
}

// No request has succeeded, so nobody can tell a bad id from a bad request.
bool AnalyticsPartition::has_read_nothing() const {
  return !anything_answered_ && !knows_better() && !left_out().empty();
}

// A window that goes on after a marker had ids that could be read, and so had the one before the last.
bool AnalyticsPartition::knows_better() const {
  return passes_.empty() || window().resumed || reads(Reads::left_out);
}

void AnalyticsPartition::fail_for_refusals() {
  fail(fmt::format("none of {} ids can be read: {}", refused_.size(), first_refusal_));
}

bool AnalyticsPartition::shorten_reach(const AnalyticsPart& part) {
  if (part.request.by_report) return false;
  const util::Day oldest = util::day_of(context_.clock.now() + kMidnightMargin) -
                           std::chrono::days(reach().days_back - days_less_);
  // Another request may have shown it meanwhile.
  if (part.request.range.first < oldest) return true;
  if (days_less_ == kMostDaysLess || part.request.range.first > pinterest::period_end(oldest, kind()))
    return false;
  ++days_less_;
  return true;
}

void AnalyticsPartition::fail_report(const AnalyticsPart& part, const std::string& why) {
  if (!wants(part)) return;
  context_.report.stream_incomplete(stream_.id(),
                                    fmt::format("{}{} lacks {}: {}", stream_.id(), of_account(account_),
                                                util::describe(DaySet{part.request.range}), why));
  lost_a_report_ = true;
  open_.clear();
  passes_.pop_front();
  if (begin_next_pass()) {
    offer();
  } else {
    close();
  }
}

void AnalyticsPartition::fail(const std::string& why, std::string_view remedy) {
  if (closed_) return;
  end();
  const std::string cause = fmt::format("{}{} is incomplete: {}", stream_.id(), of_account(account_), why);
  context_.report.stream_incomplete(stream_.id(), cause, remedy);
}

std::vector<DayRange> AnalyticsPartition::report_ranges() const {
  std::vector<DayRange> ranges;
  for (const Pass& pass : passes_) {
    if (pass.reads == Reads::report) ranges.push_back(pass.window.range);
  }
  return ranges;
}

// Days before everything that was read so far: start_date has moved back.
void AnalyticsPartition::say_backfill() {
  if (backfill_.empty()) return;
  const DaySet days = std::exchange(backfill_, {});
  const DaySet direct = days - DaySet(report_ranges());
  const std::size_t requests = report_ranges().size() * kRequestsOfReport + direct_requests(direct);
  context_.report.say_once(
      log::Level::info, stream_.id(),
      fmt::format("start_date includes days that were never read: reading {}{} now, in at least {} requests",
                  util::describe(days), of_account(account_), requests));
}

// How many requests some days of all ids take.
std::size_t AnalyticsPartition::direct_requests(const DaySet& days) const {
  std::size_t pieces = 0;
  for (const DayRange& range : days.ranges()) {
    pieces += pinterest::split_range(range, coverage_.rules().reach.longest_range).size();
  }
  return (batches_.size() + size_ - 1) / size_ * pieces;
}

// Where reports would take far fewer requests: for a Trial app that may be days.
void AnalyticsPartition::advise_reports() {
  const auto& reports = coverage_.rules().reports;
  if (!reports || !reads(Reads::list)) return;
  const DaySet days{window().range};
  std::size_t by_report = 0;
  for (const DayRange& range : days.ranges()) {
    by_report += pinterest::split_range(range, reports->longest_range).size() * kRequestsOfReport;
  }
  const std::size_t direct = direct_requests(days);
  if (direct < kWorthAdvice * by_report || !stream_.is_first_advice()) return;
  log::write(
      log::Level::info, stream_.id(),
      fmt::format("{} ids{} take at least {} requests; with analytics_source \"reports\" they would take "
                  "about {}",
                  batches_.size(), of_account(account_), direct, by_report));
}

std::size_t AnalyticsPartition::requests_left() const {
  if (closed_) return 0;
  std::size_t parts = 0;
  for (const auto& [number, batch] : open_) parts += batch.parts();
  parts += report_ranges().size() * kRequestsOfReport;
  if (reads(Reads::report)) return parts;
  const std::size_t size = route_.route() == PinRoute::single ? 1 : size_;
  const std::size_t types =
      pinterest::app_types(stream_.definition(), route_.route(), context_.config.pin_split).size();
  const std::size_t pieces =
      passes_.empty() ? 0
                      : pinterest::split_range(window().range, coverage_.rules().reach.longest_range).size();
  return parts + (batches_.waiting().size() + size - 1) / size * types * pieces;
}

}  // namespace tap_pinterest::sync
