#include "ledger.hpp"

#include <algorithm>
#include <cmath>

#include "calendar.hpp"
#include "hash.hpp"

namespace simulator {
namespace {

using std::chrono::days;
__extension__ using Wide = unsigned __int128;

constexpr std::size_t kLeavesKept = 256;

std::int64_t day_number(Day day) { return day.time_since_epoch().count(); }

std::int64_t units_before(std::int64_t place, const Turn& turn) {
  return place / turn.cycle * turn.width +
         std::clamp<std::int64_t>(place % turn.cycle - turn.from, 0, turn.width);
}

// All that an account of `size` entities has on one day: about half of them deliver.
Part count_line(std::uint64_t hash, std::uint64_t salt, std::int64_t size) {
  constexpr std::array<std::uint64_t, 5> kScales{10, 100, 1'000, 10'000, 100'000};
  if (hash % 16 == 0) return {0, 0, 1};
  const std::uint64_t most = kScales.at(salt % kScales.size()) * static_cast<std::uint64_t>(size) / 2;
  return {0, static_cast<std::int64_t>((hash >> 8U) % (most + 1)), 1};
}

// On most days no amount has more than two decimals.
Part micro_line(std::uint64_t hash, std::int64_t size) {
  if (hash % 16 == 0) return {0, 0, 1};
  const bool whole_cents = hash % 8 < 6;
  const std::uint64_t most = (whole_cents ? 50'000U : 500'000'000U) * static_cast<std::uint64_t>(size) / 2;
  return {0, static_cast<std::int64_t>((hash >> 8U) % (most + 1)), whole_cents ? 10'000 : 1};
}

// A boundary within `length`: a place among so many siblings, moved by up to one. A quarter each of all
// boundaries are not moved, and moved as far as it goes, so that some children get nothing.
std::int64_t boundary(std::int64_t length, std::uint64_t siblings, std::uint64_t place, std::uint64_t roll,
                      std::uint64_t salt) {
  const std::uint64_t die = (roll * (salt | 1U)) >> 46U;
  std::uint64_t moved = die & 0xffffU;
  if (die >> 16U == 0) moved = 0;
  if (die >> 16U == 3) moved = 0xffff;
  const std::uint64_t fraction = (((place << 16U) + moved) * ((std::uint64_t{1} << 48U) / siblings)) >> 32U;
  return static_cast<std::int64_t>((static_cast<Wide>(length) * fraction) >> 32U);
}

// Whether an account's own total is another one than that of its children, if any is.
bool differs(Day day) { return static_cast<unsigned>(std::chrono::year_month_day{day}.day()) % 5 == 0; }

std::int64_t difference(std::int64_t total, double percent) {
  constexpr std::int64_t kWhole = 1'000'000;
  const auto share = static_cast<Wide>(std::llround(percent * 10'000));
  return static_cast<std::int64_t>((static_cast<Wide>(total) * share + kWhole - 1) / kWhole);
}

}  // namespace

Part taken(const Part& part, const Turn& turn) {
  return {units_before(part.begin, turn), units_before(part.end, turn), part.unit};
}

Hours::Hours(const World& world, int account, Day day) {
  const std::uint64_t key = world.key({EntityKind::kAccount, account, 0});
  for (std::size_t hour = 0; hour < 24; ++hour) {
    const std::uint64_t width = hour == 12 ? 4 : mix(key, 60, day_number(day), hour) % 8;
    until_.at(hour + 1) = until_.at(hour) + static_cast<std::int64_t>(width);
  }
}

Turn Hours::turn(int hour) const {
  const auto at = static_cast<std::size_t>(hour);
  return {until_.back(), until_.at(at), until_.at(at + 1) - until_.at(at)};
}

Ledger::Ledger(const World& world, const Entity& entity)
    : world_(world),
      path_{{EntityKind::kAccount, entity.account, 0}},
      account_key_(world.key(path_.front())),
      first_day_(world.first_day()),
      leaves_(kLeavesKept, Leaf{{EntityKind::kAccount, 0, 0}, 0, {}}) {
  if (entity.kind == EntityKind::kAccount) return;
  path_.push_back(world.campaign_of(entity));
  if (entity.kind == EntityKind::kCampaign) return;
  path_.push_back(world.ad_group_of(entity));
  if (entity.kind != EntityKind::kAdGroup) path_.push_back(entity);
}

bool Ledger::open(Day day) {
  if (day == day_) return delivers_;
  day_ = day;
  delivers_ = delivers(path_.back());
  if (!delivers_) return false;
  size_ = 1;
  for (const EntityKind kind : {EntityKind::kCampaign, EntityKind::kAdGroup, EntityKind::kAd}) {
    size_ = std::max(size_, world_.count(kind, path_.front().account, day));
  }
  cuts_.clear();
  for (std::size_t i = 1; i < path_.size(); ++i) {
    const bool is_product_group = path_[i].kind == EntityKind::kProductGroup;
    cuts_.push_back(
        cut(is_product_group ? world_.product_groups(path_[i - 1]) : world_.children(path_[i - 1], day),
            path_[i]));
  }
  return true;
}

Part Ledger::part(const Column& column) const {
  const std::uint64_t hash = mix(account_key_, column.salt, day_number(day_), generation());
  Part part =
      column.kind == ColumnKind::kCount ? count_line(hash, column.salt, size_) : micro_line(hash, size_);
  for (const Cut& cut : cuts_) {
    const std::int64_t length = part.end - part.begin;
    const auto place = [&](std::uint64_t at, std::uint64_t roll) {
      if (at == 0) return part.begin;
      if (at == cut.siblings) return part.end;
      return part.begin + boundary(length, cut.siblings, at, roll, column.salt);
    };
    part = {place(cut.begin, cut.begin_roll), place(cut.end, cut.end_roll), part.unit};
  }
  if (path_.size() == 1 && differs(day_)) {
    part.end += difference(part.end, world_.options().account_difference);
  }
  return part;
}

std::int64_t Ledger::surplus() const {
  const std::uint64_t days = world_.options().broken_identity;
  if (days == 0 || mix(account_key_, 68, day_number(day_)) % days != 0) return 0;
  return std::ranges::all_of(cuts_, [](const Cut& cut) { return cut.end == cut.siblings; }) ? 1 : 0;
}

bool Ledger::delivers(const Entity& entity) {
  if (day_ < first_day_) return false;
  if (entity.kind == EntityKind::kProductGroup) return product_group_delivers(entity);
  const Family children = world_.children(entity, day_);
  if (children.count == 0) return entity.kind != EntityKind::kAccount && leaf_delivers(entity);
  for (std::int64_t i = 0; i < children.count; ++i) {
    if (delivers(children.at(i))) return true;
  }
  return false;
}

bool Ledger::leaf_delivers(const Entity& entity) {
  Leaf& leaf = leaves_[static_cast<std::size_t>(entity.index) % leaves_.size()];
  if (leaf.entity.kind != entity.kind || leaf.entity.index != entity.index) {
    leaf = {entity, world_.key(entity), world_.delivery(entity)};
  }
  if (day_ < leaf.span.first || day_ > leaf.span.last) return false;
  return !world_.options().gaps || mix(leaf.key, 61, day_number(day_)) % 8 != 0;
}

// The first one does whenever its ad group does, so that they add up to it.
bool Ledger::product_group_delivers(const Entity& entity) {
  const Entity ad_group = world_.ad_group_of(entity);
  if (!delivers(ad_group)) return false;
  if (world_.product_groups(ad_group).place_of(entity) == 0 || !world_.options().gaps) return true;
  return mix(world_.key(entity), 61, day_number(day_)) % 8 != 0;
}

// The first sibling that delivers begins where the parent does, the last one ends there.
Ledger::Cut Ledger::cut(const Family& siblings, const Entity& entity) {
  const std::int64_t place = siblings.place_of(entity);
  std::int64_t before = place - 1;
  while (before >= 0 && !delivers(siblings.at(before))) --before;
  std::int64_t after = place + 1;
  while (after < siblings.count && !delivers(siblings.at(after))) ++after;
  return {.siblings = static_cast<std::uint64_t>(siblings.count),
          .begin = before < 0 ? 0 : static_cast<std::uint64_t>(place),
          .begin_roll = roll(entity),
          .end = static_cast<std::uint64_t>(after),
          .end_roll = after < siblings.count ? roll(siblings.at(after)) : 0};
}

std::uint64_t Ledger::roll(const Entity& entity) const {
  return mix(world_.key(entity), 67, day_number(day_));
}

std::int64_t Ledger::generation() const { return world_.options().restate ? world_.generation(day_) : 0; }

}  // namespace simulator
