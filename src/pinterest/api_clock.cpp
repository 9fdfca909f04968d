#include "tap_pinterest/pinterest/api_clock.hpp"

#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::pinterest {
namespace {

constexpr int kFirstServerError = 500;

}  // namespace

void ApiClock::observe(const http::Response& response) {
  const std::scoped_lock lock(mutex_);
  if (first_answer_) return;
  const std::string* date = response.header("date");
  const std::optional<util::Instant> stated = date == nullptr ? std::nullopt : util::parse_http_date(*date);
  // A gateway that fails in front of the API may leave it out.
  if (!stated && response.status >= kFirstServerError) return;
  first_answer_ = stated.value_or(clock_.system_now());
  uses_local_clock_ = !stated;
  observed_at_ = clock_.steady_now();
}

bool ApiClock::uses_local_clock() const {
  const std::scoped_lock lock(mutex_);
  return uses_local_clock_;
}

util::Instant ApiClock::now() const {
  const std::scoped_lock lock(mutex_);
  if (!first_answer_) return clock_.system_now();
  return *first_answer_ +
         std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady_now() - observed_at_);
}

util::Instant ApiClock::first_answer() const {
  const std::scoped_lock lock(mutex_);
  return first_answer_.value_or(clock_.system_now());
}

}  // namespace tap_pinterest::pinterest
