#include "report_levels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "json_text.hpp"

namespace simulator {
namespace {

constexpr std::array<Level, 13> kLevels{{
    {"ADVERTISER", Part::kAdvertiser, false},
    {"ADVERTISER_TARGETING", Part::kAdvertiser, true},
    {"CAMPAIGN", Part::kCampaign, false},
    {"CAMPAIGN_TARGETING", Part::kCampaign, true},
    {"AD_GROUP", Part::kAdGroup, false},
    {"AD_GROUP_TARGETING", Part::kAdGroup, true},
    {"PIN_PROMOTION", Part::kAd, false},
    {"PIN_PROMOTION_TARGETING", Part::kAd, true},
    {"KEYWORD", Part::kKeyword, false},
    {"PRODUCT_GROUP", Part::kProductGroup, false},
    {"PRODUCT_GROUP_TARGETING", Part::kProductGroup, true},
    {"PRODUCT_ITEM", Part::kProductItem, false},
    {"PRODUCT_ITEM_TARGETING", Part::kProductItem, true},
}};

struct PartInfo {
  std::string_view id_column;
  std::int64_t per_ad_group;    // of those that are parts of ad groups
  std::uint64_t id_base;        // likewise
  std::int64_t first_stand_in;  // the index of the ad that stands in for the first of them
};

// The ids of product items do not fit into a double.
constexpr std::array<PartInfo, 7> kParts{{
    {"AD_ACCOUNT_ID", 0, 0, 1LL << 40},
    {"CAMPAIGN_ID", 0, 0, 0},
    {"AD_GROUP_ID", 0, 0, 0},
    {"AD_ID", 0, 0, 0},
    {"KEYWORD_ID", 3, 2'886'000'000'000, 2LL << 40},
    {"PRODUCT_GROUP_ID", 2, 2'970'000'000'000, 3LL << 40},
    {"PRODUCT_ITEM_ID", 4, 9'100'000'000'000'000, 4LL << 40},
}};
constexpr std::uint64_t kIdsPerAccount = 5'000'000'000;
constexpr std::uint64_t kIdStep = 499;

const PartInfo& info(Part part) { return kParts.at(static_cast<std::size_t>(part)); }

constexpr std::array<std::string_view, 17> kTargetingTypes{"KEYWORD",
                                                           "APPTYPE",
                                                           "GENDER",
                                                           "LOCATION",
                                                           "PLACEMENT",
                                                           "COUNTRY",
                                                           "TARGETED_INTEREST",
                                                           "PINNER_INTEREST",
                                                           "AUDIENCE_INCLUDE",
                                                           "GEO",
                                                           "AGE_BUCKET",
                                                           "REGION",
                                                           "MEDIA_TYPE",
                                                           "AGE_BUCKET_AND_GENDER",
                                                           "AUDIENCE_MULTIPLIER",
                                                           "CREATIVE_ENHANCEMENTS",
                                                           "LOCAL_ADS_STORE_CODE"};

constexpr std::array<std::string_view, 7> kAdColumns{"PIN_ID",
                                                     "PIN_PROMOTION_ID",
                                                     "AD_ID",
                                                     "AD_NAME",
                                                     "AD_STATUS",
                                                     "PIN_PROMOTION_STATUS",
                                                     "PIN_PROMOTION_NAME"};
constexpr std::array<std::string_view, 2> kReachColumns{"TOTAL_IMPRESSION_USER",
                                                        "TOTAL_IMPRESSION_FREQUENCY"};
constexpr std::array<std::string_view, 2> kOutboundColumns{"OUTBOUND_CTR", "COST_PER_OUTBOUND_CLICK"};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

// The text of a column that the synchronous endpoints lack or that means something else here; empty where the
// level has none, nothing where rows have it already.
std::optional<std::string> identity_of(const World& world, const Subject& subject, std::string_view name) {
  const Part part = subject.part;
  if (name == "AD_ACCOUNT_ID" || name == "ADVERTISER_ID") return std::nullopt;
  if (part == Part::kAdvertiser) return "";
  if (name == "CAMPAIGN_STATUS") return quoted(summary_status(world, world.campaign_of(subject.entity)));
  if (name == "AD_GROUP_STATUS") {
    if (part == Part::kCampaign) return "";
    const Entity group = part == Part::kAdGroup ? subject.entity : world.ad_group_of(subject.entity);
    return quoted(summary_status(world, group));
  }
  if (name == "AD_STATUS" || name == "PIN_PROMOTION_STATUS") {
    return part == Part::kAd ? quoted(summary_status(world, subject)) : "";
  }
  if (name == "PIN_PROMOTION_NAME" && part == Part::kAd) return quoted(world.name(subject.entity));
  if (holds(kAdColumns, name) && part != Part::kAd) return "";
  if (name == "PRODUCT_GROUP_ID" && part == Part::kProductGroup)
    return std::to_string(subject_id(world, subject));
  if (name == "PRODUCT_GROUP_STATUS" && part == Part::kProductGroup)
    return quoted(summary_status(world, subject));
  if (name.starts_with("PRODUCT_ITEM_") && part == Part::kProductItem) {
    if (name == "PRODUCT_ITEM_CURRENCY") return quoted("USD");
    if (name.ends_with("_URL"))
      return quoted(fmt::format("https://example.com/items/{}?c={}", subject.index, name));
    return quoted(fmt::format("{} {} of \"{}\"", name, subject.index, world.name(subject.entity)));
  }
  return std::nullopt;
}

// Puts the texts of a subject into its rows.
class Identities {
 public:
  Identities(const World& world, const Subject& subject, const Report& report)
      : plain_(world.options().plain_values) {
    for (std::size_t i = 0; i < report.columns.size(); ++i) {
      if (report.columns[i]->kind != ColumnKind::kIdentity) continue;
      if (auto text = identity_of(world, subject, report.columns[i]->name))
        texts_.emplace_back(i, std::move(*text));
    }
  }

  // The row with its texts, valid until the next call.
  Row dress(const Row& row) {
    if (texts_.empty()) return row;
    cells_.assign(row.cells.begin(), row.cells.end());
    for (const auto& [i, text] : texts_) {
      cells_[i].form = form_of(text, row.roll);
      cells_[i].fixed = text;
    }
    return {row.date, cells_, row.roll};
  }

 private:
  Cell::Form form_of(std::string_view text, std::uint64_t roll) const {
    if (text.empty()) return Cell::Form::kNull;
    if (text.front() == '"') return Cell::Form::kText;
    return !plain_ && roll % 16 == 2 ? Cell::Form::kIdAsNumber : Cell::Form::kId;
  }

  bool plain_;
  std::vector<std::pair<std::size_t, std::string>> texts_;
  std::vector<Cell> cells_;
};

}  // namespace

std::span<const Level> levels() { return kLevels; }

const Level* find_level(std::string_view name) {
  const auto* const found = std::ranges::find(kLevels, name, &Level::name);
  return found == kLevels.end() ? nullptr : found;
}

std::string_view id_column(Part part) { return info(part).id_column; }

bool has_id_column(Part part) { return part != Part::kKeyword && part != Part::kProductItem; }

std::span<const std::string_view> targeting_types() { return kTargetingTypes; }

bool refuses(const Level& level, std::string_view column) {
  const bool below_advertiser =
      level.targeting && level.part != Part::kAdvertiser && level.part != Part::kProductItem;
  if (holds(kReachColumns, column)) return below_advertiser || level.part == Part::kKeyword;
  if (holds(kOutboundColumns, column)) return level.targeting && level.part == Part::kProductGroup;
  return level.part == Part::kProductItem && holds(kAdColumns, column);
}

std::int64_t subject_count(const World& world, Part part, int account) {
  switch (part) {
    case Part::kAdvertiser:
      return 1;
    case Part::kCampaign:
      return world.count(EntityKind::kCampaign, account);
    case Part::kAdGroup:
      return world.count(EntityKind::kAdGroup, account);
    case Part::kAd:
      return world.count(EntityKind::kAd, account);
    default:
      return world.count(EntityKind::kAdGroup, account) * info(part).per_ad_group;
  }
}

Subject subject_at(Part part, int account, std::int64_t index) {
  switch (part) {
    case Part::kCampaign:
      return {part, index, {EntityKind::kCampaign, account, index}};
    case Part::kAdGroup:
      return {part, index, {EntityKind::kAdGroup, account, index}};
    default:
      return {part, index, {EntityKind::kAd, account, info(part).first_stand_in + index}};
  }
}

std::uint64_t subject_id(const World& world, const Subject& subject) {
  if (subject.part == Part::kAdvertiser) return world.account_id(subject.entity.account);
  if (subject.part <= Part::kAd) return world.id(subject.entity);
  return info(subject.part).id_base + static_cast<std::uint64_t>(subject.entity.account) * kIdsPerAccount +
         static_cast<std::uint64_t>(subject.index) * kIdStep + world.key(subject.entity) % kIdStep;
}

std::string_view summary_status(const World& world, const Entity& entity) {
  const Status status = world.status(entity);
  return status == Status::kActive ? "RUNNING" : status_name(status);
}

std::string_view summary_status(const World& world, const Subject& subject) {
  const std::string_view status = summary_status(world, subject.entity);
  if (subject.part == Part::kAd) return status == "RUNNING" ? "APPROVED" : status;
  // Product groups have no drafts.
  return status.find("DRAFT") != std::string_view::npos ? "EXCLUDED" : status;
}

void make_level_rows(const World& world, const Subject& subject, const Report& report, Instant now,
                     const RowSink& sink) {
  Identities identities(world, subject, report);
  make_rows(world, subject.entity, report, now, [&](const Row& row) { sink(identities.dress(row)); });
}

}  // namespace simulator
