// The levels of asynchronous reports: what a level's rows are about, and what they may say.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "columns.hpp"
#include "metrics.hpp"
#include "world.hpp"

namespace simulator {

// What the rows of a level are about, from the whole down; the last three belong to ad groups.
enum class Scope { kAdvertiser, kCampaign, kAdGroup, kAd, kKeyword, kProductGroup, kProductItem };

struct ReportLevel {
  std::string_view name;
  Scope scope;
  bool targeting;
};

std::span<const ReportLevel> levels();
const ReportLevel* find_level(std::string_view name);
// The column that holds the id of a row; keywords and product items have none, yet go by that name here.
std::string_view id_column(Scope scope);
bool has_id_column(Scope scope);

std::span<const std::string_view> targeting_types();

// The columns of reports that this level refuses although the API knows them.
bool refuses(const ReportLevel& level, std::string_view column);

// One thing that has rows of its own. Keywords and product items are parts of an ad group: of its `entity`,
// what falls to `target`.
struct Subject {
  Scope scope;
  std::int64_t index;
  Entity entity;
  std::optional<Target> target;
};

std::int64_t subject_count(const World& world, Scope scope, int account);
Subject subject_at(Scope scope, int account, std::int64_t index);
std::uint64_t subject_id(const World& world, const Subject& subject);
// What summaries of its status say, in the words of filters.
std::string_view summary_status(const World& world, const Entity& entity);
std::string_view summary_status(const World& world, const Subject& subject);

using LevelRowSink = std::function<void(const Row&, const Target*)>;

// The rows of one subject in ascending order of time: for each value of some targeting types, or, without
// any, of the whole (with no target).
void make_level_rows(const World& world, const Subject& subject, const Report& report,
                     std::span<const TargetingType* const> types, Instant now, const LevelRowSink& sink);

}  // namespace simulator
