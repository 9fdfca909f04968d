// How the numbers of an account divide among its campaigns, their ad groups and their ads, so that they add
// up exactly at every level.
//
// On one day, an additive column of an account is a line of units. An entity owns a part of its parent's
// part, and its value is the length of that part: it begins at a place that is a function of the entity
// alone and ends where the next sibling that delivers begins. So nobody has to add up children, and nothing
// is remembered. Product groups divide their ad group's part once more. Hours and targeting values take their
// turns along the line, so they add up too.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "columns.hpp"
#include "world.hpp"

namespace simulator {

// Some of the units of a line, from `begin` to before `end`, and what one is worth.
struct Part {
  std::int64_t begin;
  std::int64_t end;
  std::int64_t unit;

  std::int64_t value() const { return (end - begin) * unit; }
};

// Whose turn it is along a line: of every `cycle` units, `width` from `from` on.
struct Turn {
  std::int64_t cycle;
  std::int64_t from;
  std::int64_t width;
};

// Those of the units of a part that fall to a turn, as a part of a line of such units alone.
Part taken(const Part& part, const Turn& turn);

// The hours of a day of an account; an hour of no width has no delivery.
class Hours {
 public:
  Hours(const World& world, int account, Day day);

  Turn turn(int hour) const;

 private:
  std::array<std::int64_t, 25> until_{};
};

// What one entity owns, day by day.
class Ledger {
 public:
  Ledger(const World& world, const Entity& entity);

  // Turns to a day. False if the entity does not deliver on it: an ad has days of its own, as has whatever
  // has no children; all others deliver if one of their children does.
  bool open(Day day);
  // What the entity owns of an additive column on the day that is open, on which it delivers.
  Part part(const Column& column) const;
  // How many of IMPRESSION_2 the entity has that day beyond its TOTAL_IMPRESSION: one for the last of each
  // level that delivers, so that the levels go on adding up.
  std::int64_t surplus() const;

 private:
  struct Leaf {
    Entity entity;
    std::uint64_t key = 0;
    DaySpan span;
  };
  // Where a part begins and ends within the parent's.
  struct Cut {
    std::uint64_t siblings;
    std::uint64_t begin;  // places among the siblings, with a die each that moves them a little
    std::uint64_t begin_roll;
    std::uint64_t end;
    std::uint64_t end_roll;
  };

  bool delivers(const Entity& entity);
  bool leaf_delivers(const Entity& entity);
  bool product_group_delivers(const Entity& entity);
  Cut cut(const Family& siblings, const Entity& entity);
  std::uint64_t roll(const Entity& entity) const;
  std::int64_t generation() const;

  const World& world_;
  std::vector<Entity> path_;  // from the account to the entity
  std::uint64_t account_key_;
  Day first_day_;             // nothing delivers before
  std::vector<Leaf> leaves_;  // seen lately
  Day day_ = Day::min();
  bool delivers_ = false;
  std::int64_t size_ = 0;  // of the account that day, in entities
  std::vector<Cut> cuts_;  // one for each step of the path
};

}  // namespace simulator
