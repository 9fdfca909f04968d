#include "report_levels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hash.hpp"
#include "json_text.hpp"

namespace simulator {
namespace {

constexpr std::array<ReportLevel, 13> kLevels{{
    {"ADVERTISER", Scope::kAdvertiser, false},
    {"ADVERTISER_TARGETING", Scope::kAdvertiser, true},
    {"CAMPAIGN", Scope::kCampaign, false},
    {"CAMPAIGN_TARGETING", Scope::kCampaign, true},
    {"AD_GROUP", Scope::kAdGroup, false},
    {"AD_GROUP_TARGETING", Scope::kAdGroup, true},
    {"PIN_PROMOTION", Scope::kAd, false},
    {"PIN_PROMOTION_TARGETING", Scope::kAd, true},
    {"KEYWORD", Scope::kKeyword, false},
    {"PRODUCT_GROUP", Scope::kProductGroup, false},
    {"PRODUCT_GROUP_TARGETING", Scope::kProductGroup, true},
    {"PRODUCT_ITEM", Scope::kProductItem, false},
    {"PRODUCT_ITEM_TARGETING", Scope::kProductItem, true},
}};

// How an ad group divides into keywords or product items; some of it belongs to none.
template <std::size_t N>
constexpr auto widths(const std::array<std::int64_t, N>& of) {
  constexpr std::array<std::string_view, 4> kNames{"first", "second", "third", "fourth"};
  std::array<TargetingValue, N> values{};
  for (std::size_t i = 0; i < N; ++i) values.at(i) = {kNames.at(i), of.at(i)};
  return values;
}

constexpr auto kKeywords = widths(std::array<std::int64_t, 3>{4, 1, 2});
constexpr auto kProductItems = widths(std::array<std::int64_t, 4>{3, 1, 5, 2});

struct ScopeInfo {
  std::string_view id_column;
  EntityKind kind;        // of its subjects, or of what they are parts of
  TargetingType parts;    // those parts
  std::uint64_t id_base;  // of their ids
};

// The ids of product items do not fit into a double.
constexpr std::array<ScopeInfo, 7> kScopes{{
    {"AD_ACCOUNT_ID", EntityKind::kAccount, {}, 0},
    {"CAMPAIGN_ID", EntityKind::kCampaign, {}, 0},
    {"AD_GROUP_ID", EntityKind::kAdGroup, {}, 0},
    {"AD_ID", EntityKind::kAd, {}, 0},
    {"KEYWORD_ID", EntityKind::kAdGroup, {"keyword", kKeywords, 2}, 2'886'000'000'000},
    {"PRODUCT_GROUP_ID", EntityKind::kProductGroup, {}, 0},
    {"PRODUCT_ITEM_ID", EntityKind::kAdGroup, {"product item", kProductItems, 3}, 9'100'000'000'000'000},
}};
constexpr std::uint64_t kIdsPerAccount = 5'000'000'000;
constexpr std::uint64_t kIdStep = 499;

const ScopeInfo& info(Scope scope) { return kScopes.at(static_cast<std::size_t>(scope)); }

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

std::string product_text(const World& world, const Subject& subject, std::string_view column) {
  if (column == "PRODUCT_ITEM_CURRENCY") return "USD";
  if (column.ends_with("_URL"))
    return fmt::format("https://example.com/items/{}?of={}", subject.index, column);
  return fmt::format("{} {} of \"{}\"", column, subject.index, world.name(subject.entity));
}

// The text of a column that the synchronous endpoints lack, if this is one and the subject has it.
std::optional<std::string> identity_of(const World& world, const Subject& subject, std::string_view name) {
  const Scope scope = subject.scope;
  if (name == "CAMPAIGN_STATUS" && scope >= Scope::kCampaign) {
    return quoted(summary_status(world, world.campaign_of(subject.entity)));
  }
  if (name == "AD_GROUP_STATUS" && scope >= Scope::kAdGroup) {
    return quoted(summary_status(world, world.ad_group_of(subject.entity)));
  }
  if (scope == Scope::kAd) {
    if (name == "AD_STATUS" || name == "PIN_PROMOTION_STATUS") return quoted(summary_status(world, subject));
    if (name == "PIN_PROMOTION_NAME") return quoted(world.name(subject.entity));
  }
  if (scope == Scope::kProductGroup) {
    if (name == "PRODUCT_GROUP_ID") return std::to_string(subject_id(world, subject));
    if (name == "PRODUCT_GROUP_STATUS") return quoted(summary_status(world, subject));
  }
  if (scope == Scope::kProductItem && name.starts_with("PRODUCT_ITEM_")) {
    return quoted(product_text(world, subject, name));
  }
  return std::nullopt;
}

std::uint64_t part_roll(const World& world, const Subject& subject) {
  return mix(world.key(subject.entity), hash_text(subject.target->type->name), subject.target->place);
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
    if (text.front() == '"') return Cell::Form::kText;
    return !plain_ && roll % 16 == 2 ? Cell::Form::kIdAsNumber : Cell::Form::kId;
  }

  bool plain_;
  std::vector<std::pair<std::size_t, std::string>> texts_;
  std::vector<Cell> cells_;
};

}  // namespace

std::span<const ReportLevel> levels() { return kLevels; }

const ReportLevel* find_level(std::string_view name) {
  const auto* const found = std::ranges::find(kLevels, name, &ReportLevel::name);
  return found == kLevels.end() ? nullptr : found;
}

std::string_view id_column(Scope scope) { return info(scope).id_column; }

bool has_id_column(Scope scope) { return scope != Scope::kKeyword && scope != Scope::kProductItem; }

std::span<const std::string_view> targeting_types() { return kTargetingTypes; }

bool refuses(const ReportLevel& level, std::string_view column) {
  const bool below_advertiser =
      level.targeting && level.scope != Scope::kAdvertiser && level.scope != Scope::kProductItem;
  if (holds(kReachColumns, column)) return below_advertiser || level.scope == Scope::kKeyword;
  if (holds(kOutboundColumns, column)) return level.targeting && level.scope == Scope::kProductGroup;
  return level.scope == Scope::kProductItem && holds(kAdColumns, column);
}

std::int64_t subject_count(const World& world, Scope scope, int account) {
  const auto parts = static_cast<std::int64_t>(info(scope).parts.values.size());
  return world.count(info(scope).kind, account) * std::max<std::int64_t>(1, parts);
}

Subject subject_at(Scope scope, int account, std::int64_t index) {
  const ScopeInfo& of = info(scope);
  const auto parts = static_cast<std::int64_t>(of.parts.values.size());
  if (parts == 0) return {scope, index, {of.kind, account, index}, std::nullopt};
  return {scope,
          index,
          {of.kind, account, index / parts},
          Target{&of.parts, static_cast<std::size_t>(index % parts)}};
}

std::uint64_t subject_id(const World& world, const Subject& subject) {
  if (!subject.target) return world.id(subject.entity);
  return info(subject.scope).id_base + static_cast<std::uint64_t>(subject.entity.account) * kIdsPerAccount +
         static_cast<std::uint64_t>(subject.index) * kIdStep + part_roll(world, subject) % kIdStep;
}

std::string_view summary_status(const World& world, const Entity& entity) {
  const Status status = world.status(entity);
  return status == Status::kActive ? "RUNNING" : status_name(status);
}

std::string_view summary_status(const World& world, const Subject& subject) {
  const std::string_view status = summary_status(world, subject.entity);
  if (subject.scope == Scope::kAd) return status == "RUNNING" ? "APPROVED" : status;
  // Product groups have no drafts.
  return subject.scope == Scope::kProductGroup && status.ends_with("DRAFT") ? "EXCLUDED" : status;
}

void make_level_rows(const World& world, const Subject& subject, const Report& report,
                     std::span<const TargetingType* const> types, Instant now, const LevelRowSink& sink) {
  Identities identities(world, subject, report);
  std::vector<Target> targets;
  if (subject.target) targets.push_back(*subject.target);
  if (types.empty()) {
    make_rows(world, subject.entity, report, targets, now,
              [&](const Row& row) { sink(identities.dress(row), nullptr); });
    return;
  }
  targets.push_back({});
  for (const TargetingType* const type : types) {
    for (std::size_t place = 0; place < type->values.size(); ++place) {
      targets.back() = {type, place};
      make_rows(world, subject.entity, report, targets, now,
                [&](const Row& row) { sink(identities.dress(row), &targets.back()); });
    }
  }
}

}  // namespace simulator
