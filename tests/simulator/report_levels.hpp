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

// What the rows of a level are about, from the whole down to its parts; the last three are parts of ad
// groups.
enum class Part { kAdvertiser, kCampaign, kAdGroup, kAd, kKeyword, kProductGroup, kProductItem };

struct Level {
  std::string_view name;
  Part part;
  bool targeting;
};

std::span<const Level> levels();
const Level* find_level(std::string_view name);
// The column that holds the id of a row; keywords and product items have none, yet go by that name here.
std::string_view id_column(Part part);
bool has_id_column(Part part);

std::span<const std::string_view> targeting_types();

// The columns of reports that this level refuses although the API knows them.
bool refuses(const Level& level, std::string_view column);

// One thing that has rows of its own. Keywords, product groups and product items deliver as ads do: `entity`
// is an ad that stands in for them, beyond all those that are listed.
struct Subject {
  Part part;
  std::int64_t index;
  Entity entity;
};

std::int64_t subject_count(const World& world, Part part, int account);
Subject subject_at(Part part, int account, std::int64_t index);
std::uint64_t subject_id(const World& world, const Subject& subject);
// What summaries of its status say, in the words of filters.
std::string_view summary_status(const World& world, const Entity& entity);
std::string_view summary_status(const World& world, const Subject& subject);

// The rows of one subject in ascending order of time.
void make_level_rows(const World& world, const Subject& subject, const Report& report, Instant now,
                     const RowSink& sink);

}  // namespace simulator
