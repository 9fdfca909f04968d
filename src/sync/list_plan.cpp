#include "tap_pinterest/sync/list_plan.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace tap_pinterest::sync {

using pinterest::Fill;
using pinterest::Fills;
using pinterest::Parent;

ListPlan::ListPlan(const pinterest::StreamDefinition& stream, const config::Config& config)
    : stream_(stream), config_(config) {}

std::string_view ListPlan::wanted_of(std::string_view list, const pinterest::StreamDefinition& child) {
  for (const Parent& parent : child.parents) {
    if (parent.condition.list == list) return parent.condition.field;
    if (parent.list == list && !parent.condition.by.empty()) return parent.condition.by;
  }
  return {};
}

std::string ListPlan::take(std::string_view from, const pinterest::ListRows& rows, const Fills& fills) {
  for (const Parent& parent : stream_.parents) {
    if (parent.condition.list == from) exclude(parent.condition, rows);
    if (parent.list != from || parent.slot.empty()) continue;
    for (std::size_t i = 0; i < rows.ids.size(); ++i) {
      if (!pinterest::is_id(rows.ids[i])) return rows.ids[i];
      rows_.push_back({&parent, rows.ids[i], rows.also.empty() ? std::string() : rows.also[i], fills});
    }
  }
  return {};
}

// What is not listed may have any.
void ListPlan::exclude(const pinterest::Condition& condition, const pinterest::ListRows& rows) {
  for (std::size_t i = 0; i < rows.ids.size(); ++i) {
    const std::string& value = rows.also.at(i);
    const bool is_wanted =
        value.empty() || std::ranges::find(condition.values, value) != condition.values.end();
    if (!is_wanted) excluded_.insert(rows.ids[i]);
  }
}

void ListPlan::complete(util::Day today) {
  const Parent& first = stream_.parent();
  if (first.list.empty() || first.slot.empty()) ask_for({}, today);
  ask_for_rows(today);
}

// With every combination of what the stream's own slots take.
void ListPlan::ask_for(const Fills& fills, util::Day today) {
  for (Fills own : pinterest::combinations(stream_, config_, today)) {
    own.insert(own.begin(), fills.begin(), fills.end());
    pending_.push_back(std::move(own));
  }
}

// Parents that are asked for together have inherited nothing.
void ListPlan::ask_for_rows(util::Day today) {
  std::ranges::stable_sort(rows_, {}, &Row::parent);
  std::set<std::pair<const Parent*, std::string>> asked;
  Fills batch;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    if (!excluded_.contains(row.also) && asked.emplace(row.parent, row.id).second) {
      if (batch.empty()) batch = row.inherited;
      batch.push_back({row.parent->slot, row.id, row.parent->slot});
    }
    const bool is_last = i + 1 == rows_.size() || rows_[i + 1].parent != row.parent;
    if (batch.empty() || (batch.size() < row.parent->batch && !is_last)) continue;
    ask_for(std::exchange(batch, {}), today);
  }
  rows_ = {};
}

std::optional<Fills> ListPlan::next() {
  if (pending_.empty()) return std::nullopt;
  Fills fills = std::move(pending_.front());
  pending_.pop_front();
  return fills;
}

const Fill* ListPlan::parent_of(const Fills& fills) const {
  const auto found = std::ranges::find_if(fills, [&](const Fill& fill) {
    return std::ranges::any_of(stream_.parents, [&](const Parent& parent) {
      return fill.slot == parent.slot || fill.slot == parent.single_slot;
    });
  });
  return found == fills.end() ? nullptr : &*found;
}

const Parent* ListPlan::batch_of(const Fills& fills) const {
  for (const Parent& parent : stream_.parents) {
    if (parent.single_slot.empty()) continue;
    if (std::ranges::find(fills, parent.slot, &Fill::slot) != fills.end()) return &parent;
  }
  return nullptr;
}

bool ListPlan::is_batch(const Fills& fills) const { return batch_of(fills) != nullptr; }

bool ListPlan::is_of_others(const Fills& fills, const pinterest::ListRows& rows) const {
  if (!is_batch(fills)) return false;
  return std::ranges::any_of(rows.also, [&](const std::string& parent) {
    return std::ranges::find(fills, parent, &Fill::value) == fills.end();
  });
}

void ListPlan::ask_one_by_one(const Fills& batch) {
  const std::string_view slot = batch_of(batch)->single_slot;
  for (const Fill& fill : batch) pending_.push_back({{slot, fill.value, slot}});
}

}  // namespace tap_pinterest::sync
