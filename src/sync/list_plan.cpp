#include "tap_pinterest/sync/list_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace tap_pinterest::sync {

using pinterest::Fill;
using pinterest::Fills;
using pinterest::Parent;

std::string_view ListPlan::wanted_of(std::string_view list, const pinterest::StreamDefinition& child) {
  for (const Parent& parent : child.parents) {
    if (parent.condition.list == list) return parent.condition.field;
    if (parent.list == list && !parent.condition.by.empty()) return parent.condition.by;
  }
  return {};
}

std::string ListPlan::take(std::string_view from, const pinterest::ListRows& rows, const Fills& fills) {
  if (!fills.empty()) inherited_.push_back(fills);
  for (const Parent& parent : stream_.parents) {
    if (parent.condition.list == from) exclude(parent.condition, rows);
    if (parent.list != from || parent.slot.empty()) continue;
    for (std::size_t i = 0; i < rows.ids.size(); ++i) {
      const auto id = pinterest::is_id(rows.ids[i]) ? pinterest::parse_id(rows.ids[i]) : std::nullopt;
      if (!id) return rows.ids[i];
      const auto condition = rows.also.empty() ? std::nullopt : pinterest::parse_id(rows.also[i].front());
      rows_.push_back({&parent, fills.empty() ? 0 : inherited_.size() - 1, *id, condition.value_or(0)});
    }
  }
  return {};
}

// What is not listed may have any.
void ListPlan::exclude(const pinterest::Condition& condition, const pinterest::ListRows& rows) {
  for (std::size_t i = 0; i < rows.ids.size(); ++i) {
    const std::string& value = rows.also.at(i).front();
    const bool is_wanted =
        value.empty() || std::ranges::find(condition.values, value) != condition.values.end();
    if (!is_wanted) excluded_.insert(pinterest::parse_id(rows.ids[i]).value_or(0));
  }
}

void ListPlan::complete(const config::Config& config, util::Day today, bool is_for_others) {
  combinations_ = pinterest::combinations(stream_, config, today, is_for_others);
  std::erase_if(rows_,
                [&](const Row& row) { return row.condition != 0 && excluded_.contains(row.condition); });
  const auto order = [](const Row& row) {
    return std::tie(row.parent, row.inherited, row.id, row.condition);
  };
  std::ranges::sort(rows_, {}, order);
  rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
  const std::size_t each = combinations_.size();
  for (const Parent& parent : stream_.parents) {
    const auto count = static_cast<std::size_t>(std::ranges::count(rows_, &parent, &Row::parent));
    size_ += (count + parent.batch - 1) / parent.batch * each;
  }
  const Parent& first = stream_.parent();
  if (first.list.empty() || first.slot.empty()) {
    size_ += each;
    ask_for({});
  }
}

void ListPlan::ask_for(const Fills& fills) {
  for (Fills own : combinations_) {
    own.insert(own.begin(), fills.begin(), fills.end());
    ready_.push_back(std::move(own));
  }
}

// Those that are asked for together have inherited nothing.
Fills ListPlan::next_parents() {
  const Row& first = rows_[next_row_];
  Fills fills = inherited_[first.inherited];
  for (std::size_t count = 0; count < first.parent->batch; ++count, ++next_row_) {
    if (next_row_ == rows_.size() || rows_[next_row_].parent != first.parent) break;
    const std::string_view slot = first.parent->slot;
    fills.push_back({slot, fmt::format("{}", rows_[next_row_].id), slot});
  }
  return fills;
}

std::optional<Fills> ListPlan::next() {
  if (ready_.empty() && next_row_ < rows_.size()) ask_for(next_parents());
  if (ready_.empty()) return std::nullopt;
  --size_;
  Fills fills = std::move(ready_.front());
  ready_.pop_front();
  return fills;
}

const Parent* ListPlan::parent_of(const Fills& fills) const {
  for (const Parent& parent : stream_.parents) {
    const auto is_of_it = [&](const Fill& fill) { return parent.takes_in(fill.slot); };
    if (std::ranges::any_of(fills, is_of_it)) return &parent;
  }
  return nullptr;
}

bool ListPlan::is_batch(const Fills& fills) const {
  const Parent* const parent = parent_of(fills);
  return parent != nullptr && !parent->single_slot.empty() &&
         std::ranges::find(fills, parent->slot, &Fill::slot) != fills.end();
}

bool ListPlan::is_of_others(const Fills& fills, const pinterest::ListRows& rows) const {
  if (!is_batch(fills)) return false;
  return std::ranges::any_of(rows.also, [&](const auto& also) {
    return std::ranges::find(fills, also.front(), &Fill::value) == fills.end();
  });
}

void ListPlan::ask_one_by_one(const Fills& batch) {
  const std::string_view slot = parent_of(batch)->single_slot;
  for (const Fill& fill : batch) ready_.push_back({{slot, fill.value, slot}});
  size_ += batch.size();
}

}  // namespace tap_pinterest::sync
