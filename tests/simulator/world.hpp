// The simulated Pinterest: accounts, campaigns, ad groups, ads and pins as pure functions of a seed and an
// index. Nothing is stored but what a test has changed, so a million ads cost no memory.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "options.hpp"

namespace simulator {

enum class EntityKind { kCampaign, kAdGroup, kAd, kProductGroup, kAccount };
enum class Status { kActive, kPaused, kArchived, kDraft, kDeletedDraft };

const char* status_name(Status status);
std::optional<Status> find_status(std::string_view name);
// `campaigns`, `ad_groups` or `ads`.
std::optional<EntityKind> find_kind(std::string_view plural);

struct Entity {
  EntityKind kind;
  int account;
  std::int64_t index;
};

// Every `step`-th entity of a kind: the children of one entity.
struct Family {
  EntityKind kind;
  int account;
  std::int64_t first;
  std::int64_t step;
  std::int64_t count;

  Entity at(std::int64_t place) const { return {kind, account, first + place * step}; }
  std::int64_t place_of(const Entity& member) const { return (member.index - first) / step; }
};

// A time as the API gives it: a value, or one of its three ways to say that there is none.
struct Moment {
  enum class Form { kSet, kZero, kNull, kAbsent } form;
  std::int64_t unix_seconds;
};

// The days on which an entity may have metrics, both inclusive; empty if last < first.
struct DaySpan {
  Day first;
  Day last;
};

// What tests have done to the world since it was made. Copied when changed, so readers need no lock.
struct Changes {
  struct Touch {
    Instant at;
    int revision;
    std::optional<Status> status;
  };
  struct Addition {
    std::int64_t first_index;
    std::int64_t count;
    Instant at;
  };
  struct Generation {
    Day from;
    std::int64_t value;
  };
  std::unordered_map<std::uint64_t, Touch> touched;
  std::map<std::pair<EntityKind, int>, std::vector<Addition>> added;
  std::vector<Addition> added_pins;
  std::vector<Generation> generations;
  std::unordered_set<std::int64_t> dead_pins;
  std::unordered_set<int> removed_accounts;
};

class World {
 public:
  World(const Options& options, Instant epoch);

  const Options& options() const { return *options_; }
  Instant epoch() const { return epoch_; }

  int account_count() const { return options_->accounts; }
  std::uint64_t account_id(int account) const;
  std::optional<int> find_account(std::string_view id) const;
  bool is_shared(int account) const { return account % 3 == 2; }
  // Neither listed nor found any more.
  bool is_removed(int account) const { return changes_->removed_accounts.contains(account); }

  std::int64_t count(EntityKind kind, int account) const;
  // As of the end of a day.
  std::int64_t count(EntityKind kind, int account, Day day) const;
  std::uint64_t id(const Entity& entity) const;
  std::optional<Entity> find(EntityKind kind, int account, std::uint64_t id) const;
  // Tells entities apart, and is the root of all their pseudo-random properties.
  std::uint64_t key(const Entity& entity) const;
  Status status(const Entity& entity) const;
  Moment updated(const Entity& entity) const;
  std::int64_t created_seconds(const Entity& entity) const;
  std::string name(const Entity& entity) const;
  DaySpan delivery(const Entity& entity) const;
  // No entity that was there from the start delivers before.
  Day first_day() const;
  // The ad group of an ad or product group, the campaign of those and of an ad group. Children take turns
  // with their parents, those that were there from the start; where there are no such parents, they are made
  // up.
  Entity ad_group_of(const Entity& entity) const;
  Entity campaign_of(const Entity& entity) const;
  // Product groups, as ad groups promote them: only those of campaigns that sell have any.
  Family product_groups(const Entity& ad_group) const;
  // False for the indices between the product groups of one ad group and those of the next.
  bool exists(const Entity& entity) const;
  const char* objective(const Entity& campaign) const;
  // The campaigns of an account, ad groups of a campaign or ads of an ad group, as of the end of a day.
  Family children(const Entity& parent, Day day) const;
  std::uint64_t promoted_pin_id(const Entity& ad) const;

  // Pins, in the order of their making; their ids are in no order.
  std::int64_t pin_count() const;
  std::uint64_t pin_id(std::int64_t pin) const;
  std::optional<std::int64_t> find_pin(std::uint64_t id) const;
  std::uint64_t pin_key(std::int64_t pin) const;
  std::int64_t pin_created_seconds(std::int64_t pin) const;
  bool pin_is_dead(std::int64_t pin) const { return changes_->dead_pins.contains(pin); }

  // The generation of restated metrics that a day follows.
  std::int64_t generation(Day day) const;

  // The same world, changed.
  World touched(const std::vector<Entity>& entities, Instant now, std::optional<Status> status) const;
  World with_more(EntityKind kind, int account, std::int64_t count, Instant now) const;
  World with_more_pins(std::int64_t count, Instant now) const;
  World with_dead_pins(const std::vector<std::int64_t>& pins) const;
  World without_accounts(const std::vector<int>& accounts) const;
  World with_generation(std::int64_t value, Instant now) const;

 private:
  std::int64_t original_count(EntityKind kind) const;
  // How many parents the children of an account take turns with.
  std::int64_t campaign_turns() const { return std::max<std::int64_t>(1, options_->campaigns); }
  std::int64_t ad_group_turns() const {
    return options_->ad_groups > 0 ? options_->ad_groups : campaign_turns();
  }
  std::optional<Instant> added_at(const Entity& entity) const;
  Status original_status(const Entity& entity) const;
  template <typename Change>
  World changed(Change change) const;

  const Options* options_;  // outlives every world made of it
  Instant epoch_;
  std::shared_ptr<const Changes> changes_;
};

}  // namespace simulator
