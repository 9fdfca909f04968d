#include "world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "calendar.hpp"
#include "hash.hpp"

namespace simulator {
namespace {

constexpr std::array kStatusNames{"ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"};
constexpr std::array kKindNames{"campaigns", "ad_groups", "ads"};

constexpr std::uint64_t kAccountBase = 549'755'885'175;
constexpr std::uint64_t kAccountStep = 1'013;
// Ads begin just below 13 digits: ids that are compared as text end up out of order.
constexpr std::array<std::uint64_t, 4> kIdBase{626'735'500'000, 2'680'059'000'000, 999'999'990'000,
                                               4'300'000'000'000};
constexpr std::uint64_t kIdsPerAccount = 5'000'000'000;
constexpr std::uint64_t kIdStep = 499;
constexpr std::uint64_t kPinBase = 394'205'000'000'000'013;
constexpr std::uint64_t kPinStep = 97;

// Campaigns take turns with them.
constexpr std::array kObjectives{"CATALOG_SALES",  "AWARENESS",     "SALES",
                                 "WEB_CONVERSION", "CONSIDERATION", "VIDEO_COMPLETION"};
constexpr std::int64_t kMostProductGroups = 3;  // of one ad group

constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kDay = 86'400;
// Entities were updated so long ago at most, and made so long before that.
constexpr std::chrono::days kOldestUpdate{730};
constexpr std::chrono::days kOldestCreation{365};
// Metrics of that many days before a new generation follow it.
constexpr std::chrono::days kRestatedDays{3};

constexpr auto kNameSamples = std::to_array<const char*>({
    "Spring sale",
    "Sommer \"Spezial\"",
    "Autumn \xF0\x9F\x8D\x82 collection",
    "Two\nlines",
    "Back\\slash",
    "D\xC3\xA9j\xC3\xA0 vu",
    "\xE6\x98\xA5\xE3\x81\xAE\xE3\x82\xBB\xE3\x83\xBC\xE3\x83\xAB",
    "Tab\tbed",
    "Gift guide",
    "<b>Bold</b> & 'quoted'",
});

std::size_t slot(EntityKind kind) { return static_cast<std::size_t>(kind); }

std::uint64_t seconds_of(std::chrono::days days) {
  return static_cast<std::uint64_t>(std::chrono::seconds{days}.count());
}

// Those of `all` children whose turn is the parent's.
Family turns(EntityKind kind, const Entity& parent, std::int64_t parents, std::int64_t all) {
  const std::int64_t count = parent.index < parents ? (all - parent.index + parents - 1) / parents : 0;
  return {kind, parent.account, parent.index, parents, std::max<std::int64_t>(0, count)};
}

}  // namespace

const char* status_name(Status status) { return kStatusNames.at(static_cast<std::size_t>(status)); }

std::optional<Status> find_status(std::string_view name) {
  const auto* const found = std::ranges::find(kStatusNames, name);
  if (found == kStatusNames.end()) return std::nullopt;
  return static_cast<Status>(found - kStatusNames.begin());
}

std::optional<EntityKind> find_kind(std::string_view plural) {
  const auto* const found = std::ranges::find(kKindNames, plural);
  if (found == kKindNames.end()) return std::nullopt;
  return static_cast<EntityKind>(found - kKindNames.begin());
}

World::World(const Options& options, Instant epoch)
    : options_(&options), epoch_(epoch), changes_(std::make_shared<const Changes>()) {}

std::uint64_t World::account_id(int account) const {
  return kAccountBase + static_cast<std::uint64_t>(account) * kAccountStep;
}

std::optional<int> World::find_account(std::string_view id) const {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), value);
  if (error != std::errc{} || end != id.data() + id.size()) return std::nullopt;
  if (value < kAccountBase || (value - kAccountBase) % kAccountStep != 0) return std::nullopt;
  const std::uint64_t account = (value - kAccountBase) / kAccountStep;
  if (account >= static_cast<std::uint64_t>(options_->accounts)) return std::nullopt;
  if (is_removed(static_cast<int>(account))) return std::nullopt;
  return static_cast<int>(account);
}

std::int64_t World::original_count(EntityKind kind) const {
  switch (kind) {
    case EntityKind::kCampaign:
      return options_->campaigns;
    case EntityKind::kAdGroup:
      return options_->ad_groups;
    case EntityKind::kAd:
      return options_->ads;
    default:
      return 1;
  }
}

std::int64_t World::count(EntityKind kind, int account) const {
  if (kind == EntityKind::kProductGroup) return count(EntityKind::kAdGroup, account) * kMostProductGroups;
  const auto added = changes_->added.find({kind, account});
  if (added == changes_->added.end()) return original_count(kind);
  return added->second.back().first_index + added->second.back().count;
}

std::int64_t World::count(EntityKind kind, int account, Day day) const {
  std::int64_t count = original_count(kind);
  const auto added = changes_->added.find({kind, account});
  if (added == changes_->added.end()) return count;
  for (const auto& addition : added->second) {
    if (day_of(addition.at) <= day) count = addition.first_index + addition.count;
  }
  return count;
}

std::uint64_t World::key(const Entity& entity) const {
  return mix(options_->seed, slot(entity.kind), static_cast<std::uint64_t>(entity.account), entity.index);
}

std::uint64_t World::id(const Entity& entity) const {
  if (entity.kind == EntityKind::kAccount) return account_id(entity.account);
  return kIdBase.at(slot(entity.kind)) + static_cast<std::uint64_t>(entity.account) * kIdsPerAccount +
         static_cast<std::uint64_t>(entity.index) * kIdStep + key(entity) % kIdStep;
}

std::optional<Entity> World::find(EntityKind kind, int account, std::uint64_t id) const {
  const std::uint64_t base = kIdBase.at(slot(kind)) + static_cast<std::uint64_t>(account) * kIdsPerAccount;
  if (id < base) return std::nullopt;
  const Entity entity{kind, account, static_cast<std::int64_t>((id - base) / kIdStep)};
  if (entity.index >= count(kind, account) || this->id(entity) != id || !exists(entity)) return std::nullopt;
  return entity;
}

// The first few are told by hand, so that a world of three campaigns has the three statuses that matter.
Status World::original_status(const Entity& entity) const {
  constexpr std::array kFirst{Status::kActive, Status::kPaused, Status::kArchived};
  if (entity.index < 3) return kFirst.at(static_cast<std::size_t>(entity.index));
  if (entity.index == 7) return Status::kDraft;
  if (entity.index == 11) return Status::kDeletedDraft;
  const std::uint64_t percent = mix(key(entity), 1) % 100;
  if (percent < 55) return Status::kActive;
  if (percent < 75) return Status::kPaused;
  if (percent < 95) return Status::kArchived;
  return percent < 98 ? Status::kDraft : Status::kDeletedDraft;
}

Status World::status(const Entity& entity) const {
  if (const auto touch = changes_->touched.find(key(entity)); touch != changes_->touched.end()) {
    if (touch->second.status) return *touch->second.status;
  }
  return original_status(entity);
}

std::optional<Instant> World::added_at(const Entity& entity) const {
  const auto added = changes_->added.find({entity.kind, entity.account});
  if (added == changes_->added.end()) return std::nullopt;
  for (const auto& addition : added->second) {
    if (entity.index >= addition.first_index && entity.index < addition.first_index + addition.count) {
      return addition.at;
    }
  }
  return std::nullopt;
}

std::int64_t World::created_seconds(const Entity& entity) const {
  if (const auto added = added_at(entity)) return unix_seconds(*added);
  const auto updated = unix_seconds(epoch_) - 2 * kHour -
                       static_cast<std::int64_t>(mix(key(entity), 2) % seconds_of(kOldestUpdate));
  return updated - static_cast<std::int64_t>(mix(key(entity), 3) % seconds_of(kOldestCreation));
}

// Spread over two years, a fifth of them on whole days (so there are ties), some sharing the newest moment.
Moment World::updated(const Entity& entity) const {
  using enum Moment::Form;
  if (const auto touch = changes_->touched.find(key(entity)); touch != changes_->touched.end()) {
    return {kSet, unix_seconds(touch->second.at)};
  }
  if (const auto added = added_at(entity)) return {kSet, unix_seconds(*added)};
  if (!options_->plain_values) {
    if (entity.index % 409 == 13) return {kAbsent, 0};
    if (entity.index % 409 == 14) return {kNull, 0};
    if (entity.index % 409 == 15) return {kZero, 0};
  }
  const std::int64_t epoch = unix_seconds(epoch_);
  if (entity.index % 50 == 1) return {kSet, epoch - kHour};
  const auto age = static_cast<std::int64_t>(mix(key(entity), 2) % seconds_of(kOldestUpdate));
  if (mix(key(entity), 4) % 5 == 0) return {kSet, epoch - 2 * kHour - age / kDay * kDay};
  return {kSet, epoch - 2 * kHour - age};
}

std::string World::name(const Entity& entity) const {
  constexpr std::array kPrefix{"Campaign", "Ad group", "Ad", "Product group", "Account"};
  std::string name = fmt::format("{} {} {}", kPrefix.at(slot(entity.kind)), entity.index,
                                 kNameSamples.at(mix(key(entity), 5) % kNameSamples.size()));
  if (const auto touch = changes_->touched.find(key(entity)); touch != changes_->touched.end()) {
    name += fmt::format(" (revision {})", touch->second.revision);
  }
  return name;
}

DaySpan World::delivery(const Entity& entity) const {
  const Day first{std::chrono::floor<std::chrono::days>(
      std::chrono::sys_seconds{std::chrono::seconds{created_seconds(entity)}})};
  const Day today = day_of(epoch_);
  const std::uint64_t roll = mix(key(entity), 6);
  switch (original_status(entity)) {
    case Status::kActive:
      // A few never deliver.
      return {first, entity.index >= 3 && roll % 20 == 0 ? first - std::chrono::days{1} : Day::max()};
    case Status::kPaused:
      return {first, today - std::chrono::days{1 + roll % 60}};
    default:
      return {first, today - std::chrono::days{2 + roll % 120}};
  }
}

Day World::first_day() const {
  return day_of(epoch_) - kOldestUpdate - kOldestCreation - std::chrono::days{1};
}

Entity World::ad_group_of(const Entity& entity) const {
  if (entity.kind == EntityKind::kAdGroup) return entity;
  if (entity.kind == EntityKind::kProductGroup) {
    return {EntityKind::kAdGroup, entity.account, entity.index / kMostProductGroups};
  }
  return {EntityKind::kAdGroup, entity.account, entity.index % ad_group_turns()};
}

Entity World::campaign_of(const Entity& entity) const {
  if (entity.kind == EntityKind::kCampaign) return entity;
  return {EntityKind::kCampaign, entity.account, ad_group_of(entity).index % campaign_turns()};
}

Family World::product_groups(const Entity& ad_group) const {
  const std::string_view objective = this->objective(campaign_of(ad_group));
  const bool sells = objective == "CATALOG_SALES" || objective == "SALES";
  const auto roll = static_cast<std::int64_t>(mix(key(ad_group), 10) % kMostProductGroups);
  return {EntityKind::kProductGroup, ad_group.account, ad_group.index * kMostProductGroups, 1,
          sells ? 1 + roll : 0};
}

bool World::exists(const Entity& entity) const {
  if (entity.kind != EntityKind::kProductGroup) return true;
  const Family family = product_groups(ad_group_of(entity));
  return family.place_of(entity) < family.count;
}

const char* World::objective(const Entity& campaign) const {
  return kObjectives.at(static_cast<std::size_t>(campaign.index) % kObjectives.size());
}

Family World::children(const Entity& parent, Day day) const {
  const int account = parent.account;
  const std::int64_t ads = count(EntityKind::kAd, account, day);
  std::int64_t groups = count(EntityKind::kAdGroup, account, day);
  if (groups == 0) groups = std::min(ads, ad_group_turns());
  switch (parent.kind) {
    case EntityKind::kAccount: {
      const std::int64_t campaigns = count(EntityKind::kCampaign, account, day);
      return {EntityKind::kCampaign, account, 0, 1, std::max<std::int64_t>(campaigns, groups > 0 ? 1 : 0)};
    }
    case EntityKind::kCampaign:
      return turns(EntityKind::kAdGroup, parent, campaign_turns(), groups);
    default:
      return turns(EntityKind::kAd, parent, ad_group_turns(), parent.kind == EntityKind::kAdGroup ? ads : 0);
  }
}

std::uint64_t World::promoted_pin_id(const Entity& ad) const {
  const auto pins = static_cast<std::uint64_t>(std::max<std::int64_t>(1, options_->pins));
  return pin_id(static_cast<std::int64_t>(mix(key(ad), 9) % pins));
}

std::int64_t World::pin_count() const {
  if (changes_->added_pins.empty()) return options_->pins;
  return changes_->added_pins.back().first_index + changes_->added_pins.back().count;
}

std::uint64_t World::pin_id(std::int64_t pin) const {
  return kPinBase + std::uint64_t{permute(static_cast<std::uint32_t>(pin), options_->seed)} * kPinStep;
}

std::optional<std::int64_t> World::find_pin(std::uint64_t id) const {
  if (id < kPinBase || (id - kPinBase) % kPinStep != 0) return std::nullopt;
  const std::uint64_t permuted = (id - kPinBase) / kPinStep;
  if (permuted > 0xffffffffU) return std::nullopt;
  const std::int64_t pin = unpermute(static_cast<std::uint32_t>(permuted), options_->seed);
  if (pin >= pin_count()) return std::nullopt;
  return pin;
}

std::uint64_t World::pin_key(std::int64_t pin) const { return mix(options_->seed, 4, pin); }

// Pins come in pairs of one moment, evenly over two years; some pairs are older than their place says.
std::int64_t World::pin_created_seconds(std::int64_t pin) const {
  for (const auto& addition : changes_->added_pins) {
    if (pin >= addition.first_index && pin < addition.first_index + addition.count) {
      return unix_seconds(addition.at);
    }
  }
  const std::int64_t pairs = (options_->pins + 1) / 2;
  const std::int64_t spacing = 730 * kDay / std::max<std::int64_t>(1, pairs);
  const std::int64_t pair = pin / 2;
  const std::int64_t shift = pair % 5 == 2 ? 3 * spacing : 0;
  return unix_seconds(epoch_) - kHour - (pairs - 1 - pair) * spacing - shift;
}

std::int64_t World::generation(Day day) const {
  std::int64_t value = 0;
  for (const auto& generation : changes_->generations) {
    if (day >= generation.from) value = generation.value;
  }
  return value;
}

template <typename Change>
World World::changed(Change change) const {
  auto changes = std::make_shared<Changes>(*changes_);
  change(*changes);
  World world = *this;
  world.changes_ = std::move(changes);
  return world;
}

World World::touched(const std::vector<Entity>& entities, Instant now, std::optional<Status> status) const {
  return changed([&](Changes& changes) {
    for (const Entity& entity : entities) {
      auto& touch = changes.touched[key(entity)];
      touch.at = now;
      ++touch.revision;
      if (status) touch.status = status;
    }
  });
}

World World::with_more(EntityKind kind, int account, std::int64_t count, Instant now) const {
  return changed([&](Changes& changes) {
    changes.added[{kind, account}].push_back({this->count(kind, account), count, now});
  });
}

World World::with_more_pins(std::int64_t count, Instant now) const {
  return changed([&](Changes& changes) { changes.added_pins.push_back({pin_count(), count, now}); });
}

World World::with_dead_pins(const std::vector<std::int64_t>& pins) const {
  return changed([&](Changes& changes) { changes.dead_pins.insert(pins.begin(), pins.end()); });
}

World World::without_accounts(const std::vector<int>& accounts) const {
  return changed(
      [&](Changes& changes) { changes.removed_accounts.insert(accounts.begin(), accounts.end()); });
}

World World::with_generation(std::int64_t value, Instant now) const {
  return changed([&](Changes& changes) {
    changes.generations.push_back({day_of(now) - kRestatedDays, value});
  });
}

}  // namespace simulator
