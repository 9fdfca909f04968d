#include "limits.hpp"

#include <algorithm>

namespace simulator {
namespace {

constexpr std::int64_t kAnalyticsPerMinute = 300;
constexpr std::int64_t kReadsPerMinute = 1'000;
constexpr std::int64_t kTrialPerDay = 1'000;
constexpr std::int64_t kAllPerSecond = 100;
// As seen in headers.
constexpr std::int64_t kCatalogsPerMinute = 100;
constexpr std::int64_t kTrendsPerMinute = 60;

std::int64_t per_minute(std::string_view category) {
  if (category == "catalogs_read") return kCatalogsPerMinute;
  if (category == "trends_read") return kTrendsPerMinute;
  return category.ends_with("_analytics") ? kAnalyticsPerMinute : kReadsPerMinute;
}

}  // namespace

std::chrono::microseconds Limits::scaled(std::chrono::microseconds length) const {
  const auto scaled_length = static_cast<double>(length.count()) / options_.limit_scale;
  return std::chrono::microseconds{std::max<std::int64_t>(1, static_cast<std::int64_t>(scaled_length))};
}

LimitState Limits::take_report(Instant now) {
  if (options_.report_cost_limit == 0) return {true, 0, 0, 0};
  const std::scoped_lock lock(mutex_);
  return take_from("reports", options_.report_cost_limit, scaled(std::chrono::minutes{1}), now);
}

LimitState Limits::take(std::string_view category, Instant now) {
  if (options_.limits == LimitTier::kOff || category.empty()) return {true, 0, 0, 0};
  const std::scoped_lock lock(mutex_);
  if (options_.limits == LimitTier::kTrial) {
    return take_from("trial", kTrialPerDay, scaled(std::chrono::days{1}), now);
  }
  const LimitState all = take_from("all", kAllPerSecond, scaled(std::chrono::seconds{1}), now);
  if (!all.allowed) return all;
  const std::string name(category);
  const auto own = options_.category_limits.find(name);
  const std::int64_t usual = per_minute(category);
  const std::int64_t limit = own == options_.category_limits.end() ? usual : own->second;
  return take_from(name, limit, scaled(std::chrono::minutes{1}), now);
}

LimitState Limits::take_from(const std::string& name, std::int64_t limit, std::chrono::microseconds length,
                             Instant now) {
  Window& window = windows_[name];
  const std::int64_t number = now.time_since_epoch() / length;
  if (window.number != number) window = {number, 0};
  const auto left = (number + 1) * length - now.time_since_epoch();
  const std::int64_t reset = std::chrono::ceil<std::chrono::seconds>(left).count();
  if (window.used >= limit) return {false, limit, 0, reset};
  ++window.used;
  return {true, limit, limit - window.used, reset};
}

void Limits::reset() {
  const std::scoped_lock lock(mutex_);
  windows_.clear();
}

}  // namespace simulator
