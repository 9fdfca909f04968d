#include "tap_pinterest/pinterest/day_sums.hpp"

#include <algorithm>
#include <utility>

#include "tap_pinterest/singer/json_reader.hpp"

namespace tap_pinterest::pinterest {
namespace {

using singer::without_quotes;

void add_identity(const singer::RecordBuilder& row, std::size_t total, const std::vector<std::size_t>& parts,
                  IdentitySum& sum) {
  util::DecimalSum difference;
  if (!difference.add(without_quotes(row.scalar_at(total)))) return;
  util::DecimalSum all_parts;
  bool has_part = false;
  for (const std::size_t part : parts) {
    has_part = all_parts.add(without_quotes(row.scalar_at(part))) || has_part;
  }
  if (!has_part) return;
  sum.total += difference;
  difference -= all_parts;
  sum.difference += difference;
  ++sum.rows;
  if (!difference.is_zero()) ++sum.differing;
}

}  // namespace

std::optional<util::Day> day_of_date(std::string_view date) {
  constexpr std::size_t kDayLength = std::string_view("YYYY-MM-DD").size();
  return util::parse_day(date.substr(0, kDayLength));
}

Addends::Addends(const std::vector<std::string>& columns, const singer::Projection& projection) {
  constexpr std::string_view kMetrics = "metrics";
  const auto place_of = [&](std::string_view name) -> std::optional<std::size_t> {
    if (std::ranges::find(columns, name) == columns.end()) return std::nullopt;
    return projection.place_of(kMetrics, name);
  };
  for (const std::string& name : columns) {
    const config::Column* const column = config::find_report_column(name);
    const auto place = place_of(name);
    if (column == nullptr || !column->is_additive() || !place) continue;
    columns_.push_back(column->name);
    places_.push_back(*place);
  }
  for (const config::Identity& identity : config::identities()) {
    const auto total = place_of(identity.total);
    std::vector<std::size_t> parts;
    bool has_all = total.has_value();
    for (const std::string_view part : identity.parts) {
      if (part.empty()) continue;
      const auto place = place_of(part);
      has_all = has_all && place;
      if (place) parts.push_back(*place);
    }
    if (has_all) identities_.push_back({&identity, *total, std::move(parts)});
  }
}

std::vector<const config::Identity*> Addends::identities() const {
  std::vector<const config::Identity*> identities;
  for (const Sides& sides : identities_) identities.push_back(sides.identity);
  return identities;
}

void Addends::add_row(const singer::RecordBuilder& row, std::string_view date, SumsByDate& sums) const {
  auto day = sums.find(date);
  if (day == sums.end()) day = sums.emplace(date, DaySums()).first;
  auto& [columns, identities] = day->second;
  columns.resize(columns_.size());
  identities.resize(identities_.size());
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (columns[i].sum.add(without_quotes(row.scalar_at(places_[i])))) ++columns[i].rows;
  }
  for (std::size_t i = 0; i < identities_.size(); ++i) {
    add_identity(row, identities_[i].total, identities_[i].parts, identities[i]);
  }
}

void add(SumsByDate& sums, const SumsByDate& more) {
  for (const auto& [date, addend] : more) {
    auto& [columns, identities] = sums[date];
    columns.resize(addend.columns.size());
    identities.resize(addend.identities.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns[i].sum += addend.columns[i].sum;
      columns[i].rows += addend.columns[i].rows;
    }
    for (std::size_t i = 0; i < identities.size(); ++i) {
      identities[i].total += addend.identities[i].total;
      identities[i].difference += addend.identities[i].difference;
      identities[i].rows += addend.identities[i].rows;
      identities[i].differing += addend.identities[i].differing;
    }
  }
}

}  // namespace tap_pinterest::pinterest
