#include "counters.hpp"

#include <algorithm>

#include "calendar.hpp"
#include "json_text.hpp"

namespace simulator {
namespace {

// Older ones are forgotten: a run of a day must not fill the memory.
constexpr std::size_t kMostRefused = 1'000;
constexpr std::size_t kMostPast = 4'000;

}  // namespace

void Counters::count(std::string_view endpoint, const Request& request, int status, Instant now) {
  const std::scoped_lock lock(mutex_);
  ++requests_[std::string(endpoint)];
  ++statuses_[status];
  past_.push_back({std::string(endpoint), request.method, request.target, request.range,
                   !request.authorization.empty(), status, now});
  if (past_.size() > kMostPast) past_.pop_front();
}

void Counters::count_refused(Refused refused) {
  const std::scoped_lock lock(mutex_);
  ++refused_count_;
  refused_.push_back(std::move(refused));
  if (refused_.size() > kMostRefused) refused_.pop_front();
}

void Counters::count_rate_limited() {
  const std::scoped_lock lock(mutex_);
  ++rate_limited_;
}

void Counters::count_connection() {
  const std::scoped_lock lock(mutex_);
  ++connections_;
}

void Counters::enter() {
  const std::scoped_lock lock(mutex_);
  most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
}

void Counters::leave() {
  const std::scoped_lock lock(mutex_);
  --in_flight_;
}

void Counters::reset() {
  const std::scoped_lock lock(mutex_);
  requests_.clear();
  statuses_.clear();
  refused_.clear();
  past_.clear();
  refused_count_ = 0;
  rate_limited_ = 0;
  connections_ = 0;
  most_in_flight_ = in_flight_;
}

std::map<std::string, std::int64_t> Counters::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::int64_t Counters::refused() const {
  const std::scoped_lock lock(mutex_);
  return refused_count_;
}

std::int64_t Counters::most_in_flight() const {
  const std::scoped_lock lock(mutex_);
  return most_in_flight_;
}

std::string Counters::describe() const {
  const std::scoped_lock lock(mutex_);
  std::string out;
  JsonText json(out);
  json.key("requests").open_object();
  for (const auto& [endpoint, count] : requests_) json.integer(endpoint, count);
  json.close_object().key("statuses").open_object();
  for (const auto& [status, count] : statuses_) json.integer(std::to_string(status), count);
  json.close_object().key("refused").open_array();
  for (const Refused& refused : refused_) {
    json.open_object().text("endpoint", refused.endpoint).integer("status", refused.status);
    json.text("reason", refused.reason).text("query", refused.query).close_object();
  }
  json.close_array().integer("refused_count", refused_count_).integer("rate_limited", rate_limited_);
  json.integer("connections", connections_).integer("most_in_flight", most_in_flight_);
  return out;
}

std::string Counters::describe_requests(std::string_view match) const {
  const std::scoped_lock lock(mutex_);
  std::string out;
  JsonText json(out);
  json.open_array();
  for (const Past& past : past_) {
    if (past.target.find(match) == std::string::npos) continue;
    json.open_object().text("endpoint", past.endpoint).text("method", past.method);
    json.text("target", past.target).boolean("authorization", past.authorization);
    if (!past.range.empty()) json.text("range", past.range);
    json.integer("status", past.status)
        .text("at", format_seconds(unix_seconds(past.at)) + "Z")
        .close_object();
  }
  json.close_array();
  return out;
}

}  // namespace simulator
