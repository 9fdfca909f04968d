#include "columns.hpp"

#include <algorithm>
#include <array>

#include "hash.hpp"

namespace simulator {
namespace {

using enum ColumnKind;

// From Pinterest's OpenAPI document 5.23.0, in its order; the kinds are the simulator's own reading.
constexpr auto kColumns = std::to_array<Column>({
    {"SPEND_IN_MICRO_DOLLAR", kMicro, 0},
    {"PAID_IMPRESSION", kCount, 0},
    {"SPEND_IN_DOLLAR", kDollar, 0},
    {"CPC_IN_MICRO_DOLLAR", kRatio, 0},
    {"ECPC_IN_MICRO_DOLLAR", kRatio, 0},
    {"ECPC_IN_DOLLAR", kRatio, 0},
    {"CTR", kRatio, 0},
    {"ECTR", kRatio, 0},
    {"OUTBOUND_CTR_1", kRatio, 0},
    {"CAMPAIGN_NAME", kIdentity, 0},
    {"CAMPAIGN_BRAND_LABEL", kUnset, 0},
    {"PIN_ID", kIdentity, 0},
    {"TOTAL_ENGAGEMENT", kCount, 0},
    {"ENGAGEMENT_1", kCount, 0},
    {"ENGAGEMENT_2", kCount, 0},
    {"ECPE_IN_DOLLAR", kRatio, 0},
    {"ENGAGEMENT_RATE", kRatio, 0},
    {"EENGAGEMENT_RATE", kRatio, 0},
    {"ECPM_IN_MICRO_DOLLAR", kRatio, 0},
    {"REPIN_RATE", kRatio, 0},
    {"CTR_2", kRatio, 0},
    {"CAMPAIGN_ID", kIdentity, 0},
    {"ADVERTISER_ID", kIdentity, 0},
    {"AD_ACCOUNT_ID", kIdentity, 0},
    {"PIN_PROMOTION_ID", kIdentity, 0},
    {"AD_ID", kIdentity, 0},
    {"AD_GROUP_ID", kIdentity, 0},
    {"CAMPAIGN_ENTITY_STATUS", kIdentity, 0},
    {"CAMPAIGN_OBJECTIVE_TYPE", kIdentity, 0},
    {"CPM_IN_MICRO_DOLLAR", kRatio, 0},
    {"CPM_IN_DOLLAR", kRatio, 0},
    {"AD_GROUP_NAME", kIdentity, 0},
    {"AD_GROUP_BUDGET_TYPE", kIdentity, 0},
    {"AD_GROUP_BUDGET_IN_LOCAL_CURRENCY", kConstant, 0},
    {"AD_GROUP_ENTITY_STATUS", kIdentity, 0},
    {"AD_GROUP_BID_MULTIPLIER", kRatio, 0},
    {"PROMO_ID", kIdentity, 0},
    {"PROMO_NAME", kIdentity, 0},
    {"ORDER_LINE_ID", kIdentity, 0},
    {"ORDER_LINE_NAME", kIdentity, 0},
    {"CLICKTHROUGH_1", kCount, 0},
    {"REPIN_1", kCount, 0},
    {"IMPRESSION_1", kCount, 0},
    {"IMPRESSION_1_GROSS", kCount, 0},
    {"CLICKTHROUGH_1_GROSS", kCount, 0},
    {"OUTBOUND_CLICK_1", kCount, 0},
    {"CLICKTHROUGH_2", kCount, 0},
    {"REPIN_2", kCount, 0},
    {"IMPRESSION_2", kCount, 0},
    {"OUTBOUND_CLICK_2", kCount, 0},
    {"TOTAL_CLICKTHROUGH", kCount, 0},
    {"TOTAL_IMPRESSION", kCount, 0},
    {"TOTAL_IMPRESSION_USER", kReach, 0},
    {"TOTAL_IMPRESSION_FREQUENCY", kRatio, 0},
    {"COST_PER_OUTBOUND_CLICK_IN_DOLLAR", kRatio, 0},
    {"COST_PER_OUTBOUND_CLICK_IN_DOLLAR_1", kRatio, 0},
    {"TOTAL_ENGAGEMENT_SIGNUP", kCount, 0},
    {"TOTAL_ENGAGEMENT_CHECKOUT", kCount, 0},
    {"TOTAL_ENGAGEMENT_LEAD", kCount, 0},
    {"TOTAL_CLICK_SIGNUP", kCount, 0},
    {"TOTAL_CLICK_CHECKOUT", kCount, 0},
    {"TOTAL_CLICK_ADD_TO_CART", kCount, 0},
    {"TOTAL_CLICK_LEAD", kCount, 0},
    {"TOTAL_VIEW_SIGNUP", kCount, 0},
    {"TOTAL_VIEW_CHECKOUT", kCount, 0},
    {"TOTAL_VIEW_ADD_TO_CART", kCount, 0},
    {"TOTAL_VIEW_LEAD", kCount, 0},
    {"TOTAL_CONVERSIONS", kCount, 0},
    {"TOTAL_ENGAGEMENT_SIGNUP_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"TOTAL_ENGAGEMENT_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"TOTAL_CLICK_SIGNUP_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"TOTAL_CLICK_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"TOTAL_VIEW_SIGNUP_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"TOTAL_VIEW_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"TOTAL_WEB_SESSIONS", kCount, 0},
    {"WEB_SESSIONS_1", kCount, 0},
    {"WEB_SESSIONS_2", kCount, 0},
    {"AD_NAME", kIdentity, 0},
    {"CAMPAIGN_LIFETIME_SPEND_CAP", kConstant, 0},
    {"AD_GROUP_OPTIMIZATION", kUnset, 0},
    {"CAMPAIGN_DAILY_SPEND_CAP", kConstant, 0},
    {"CAMPAIGN_BUDGET_OPTIMIZATION", kUnset, 0},
    {"IS_PREMIERE_CAMPAIGN", kUnset, 0},
    {"TOTAL_PAGE_VISIT", kCount, 0},
    {"TOTAL_SIGNUP", kCount, 0},
    {"TOTAL_CHECKOUT", kCount, 0},
    {"TOTAL_CUSTOM", kCount, 0},
    {"TOTAL_LEAD", kCount, 0},
    {"TOTAL_ADD_TO_WISHLIST", kCount, 0},
    {"TOTAL_SUBSCRIBE", kCount, 0},
    {"TOTAL_SIGNUP_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"TOTAL_CUSTOM_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"PAGE_VISIT_COST_PER_ACTION", kRatio, 0},
    {"PAGE_VISIT_ROAS", kRatio, 0},
    {"CHECKOUT_ROAS", kRatio, 0},
    {"CUSTOM_ROAS", kRatio, 0},
    {"PRODUCT_GROUP_AD_IMAGE_TAG", kUnset, 0},
    {"PRODUCT_GROUP_AD_VIDEO_TAG", kUnset, 0},
    {"VIDEO_3SEC_VIEWS_1", kCount, 0},
    {"VIDEO_15SEC_UNIQUE_VIEWS_1", kReach, 0},
    {"VIDEO_MRC_VIEWS_1", kCount, 0},
    {"VIDEO_3SEC_VIEWS_2", kCount, 0},
    {"VIDEO_15SEC_UNIQUE_VIEWS_2", kReach, 0},
    {"VIDEO_P100_COMPLETE_2", kCount, 0},
    {"VIDEO_P0_COMBINED_2", kCount, 0},
    {"VIDEO_P25_COMBINED_2", kCount, 0},
    {"VIDEO_P50_COMBINED_2", kCount, 0},
    {"VIDEO_P75_COMBINED_2", kCount, 0},
    {"VIDEO_P95_COMBINED_2", kCount, 0},
    {"VIDEO_MRC_VIEWS_2", kCount, 0},
    {"PAID_VIDEO_VIEWABLE_RATE", kRatio, 0},
    {"VIDEO_LENGTH", kConstant, 0},
    {"VIDEO_SPEND_IN_DOLLAR", kDollar, 0},
    {"ECPV_IN_DOLLAR", kRatio, 0},
    {"ECPCV_IN_DOLLAR", kRatio, 0},
    {"ECPCV_P95_IN_DOLLAR", kRatio, 0},
    {"TOTAL_VIDEO_3SEC_VIEWS", kCount, 0},
    {"TOTAL_VIDEO_15SEC_UNIQUE_VIEWS", kReach, 0},
    {"TOTAL_VIDEO_P100_COMPLETE", kCount, 0},
    {"TOTAL_VIDEO_P0_COMBINED", kCount, 0},
    {"TOTAL_VIDEO_P25_COMBINED", kCount, 0},
    {"TOTAL_VIDEO_P50_COMBINED", kCount, 0},
    {"TOTAL_VIDEO_P75_COMBINED", kCount, 0},
    {"TOTAL_VIDEO_P95_COMBINED", kCount, 0},
    {"TOTAL_VIDEO_MRC_VIEWS", kCount, 0},
    {"TOTAL_VIDEO_AVG_WATCHTIME_IN_SECOND", kRatio, 0},
    {"TOTAL_REPIN_RATE", kRatio, 0},
    {"WEB_CHECKOUT_COST_PER_ACTION", kRatio, 0},
    {"WEB_CHECKOUT_ROAS", kRatio, 0},
    {"TOTAL_WEB_CHECKOUT", kCount, 0},
    {"TOTAL_WEB_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"TOTAL_WEB_CLICK_CHECKOUT", kCount, 0},
    {"TOTAL_WEB_CLICK_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"TOTAL_WEB_ENGAGEMENT_CHECKOUT", kCount, 0},
    {"TOTAL_WEB_ENGAGEMENT_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"TOTAL_WEB_VIEW_CHECKOUT", kCount, 0},
    {"TOTAL_WEB_VIEW_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kMicro, 0},
    {"INAPP_CHECKOUT_COST_PER_ACTION", kRatio, 0},
    {"TOTAL_OFFLINE_CHECKOUT", kCount, 0},
    {"TOTAL_APP_INSTALL_CONVERSION_RATE", kRatio, 0},
    {"TOTAL_INAPP_APP_INSTALL_CONVERSION_RATE", kRatio, 0},
    {"IDEA_PIN_PRODUCT_TAG_VISIT_1", kCount, 0},
    {"IDEA_PIN_PRODUCT_TAG_VISIT_2", kCount, 0},
    {"TOTAL_IDEA_PIN_PRODUCT_TAG_VISIT", kCount, 0},
    {"LEADS", kCount, 0},
    {"COST_PER_LEAD", kRatio, 0},
    {"QUIZ_COMPLETED", kCount, 0},
    {"QUIZ_PIN_RESULT_OPEN", kCount, 0},
    {"QUIZ_COMPLETION_RATE", kRatio, 0},
    {"SHOWCASE_PIN_CLICKTHROUGH", kCount, 0},
    {"SHOWCASE_SUBPAGE_CLICKTHROUGH", kCount, 0},
    {"SHOWCASE_SUBPIN_CLICKTHROUGH", kCount, 0},
    {"SHOWCASE_SUBPAGE_IMPRESSION", kCount, 0},
    {"SHOWCASE_SUBPIN_IMPRESSION", kCount, 0},
    {"SHOWCASE_SUBPAGE_SWIPE_LEFT", kCount, 0},
    {"SHOWCASE_SUBPAGE_SWIPE_RIGHT", kCount, 0},
    {"SHOWCASE_SUBPIN_SWIPE_LEFT", kCount, 0},
    {"SHOWCASE_SUBPIN_SWIPE_RIGHT", kCount, 0},
    {"SHOWCASE_SUBPAGE_REPIN", kCount, 0},
    {"SHOWCASE_SUBPIN_REPIN", kCount, 0},
    {"SHOWCASE_SUBPAGE_CLOSEUP", kCount, 0},
    {"SHOWCASE_CARD_THUMBNAIL_SWIPE_FORWARD", kCount, 0},
    {"SHOWCASE_CARD_THUMBNAIL_SWIPE_BACKWARD", kCount, 0},
    {"SHOWCASE_AVERAGE_SUBPAGE_CLOSEUP_PER_SESSION", kRatio, 0},
    {"TOTAL_CHECKOUT_CONVERSION_RATE", kRatio, 0},
    {"TOTAL_VIEW_CATEGORY_CONVERSION_RATE", kRatio, 0},
    {"TOTAL_ADD_TO_CART_CONVERSION_RATE", kRatio, 0},
    {"TOTAL_SIGNUP_CONVERSION_RATE", kRatio, 0},
    {"TOTAL_PAGE_VISIT_CONVERSION_RATE", kRatio, 0},
    {"TOTAL_LEAD_CONVERSION_RATE", kRatio, 0},
    {"TOTAL_SEARCH_CONVERSION_RATE", kRatio, 0},
    {"TOTAL_WATCH_VIDEO_CONVERSION_RATE", kRatio, 0},
    {"TOTAL_UNKNOWN_CONVERSION_RATE", kRatio, 0},
    {"TOTAL_CUSTOM_CONVERSION_RATE", kRatio, 0},
});

// SPEND_IN_DOLLAR and SPEND_IN_MICRO_DOLLAR are one amount, and so share their salt.
constexpr std::uint64_t salt_of(std::string_view name) {
  if (name == "SPEND_IN_DOLLAR") name = "SPEND_IN_MICRO_DOLLAR";
  return hash_text(name);
}

// TOTAL_X is X_1, which is paid, and X_2, which is earned, where there are both.
constexpr int half_of(const Column& total, std::string_view ending) {
  constexpr std::string_view kTotal = "TOTAL_";
  if (total.kind != kCount || !total.name.starts_with(kTotal)) return -1;
  const std::string_view stem = total.name.substr(kTotal.size());
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const std::string_view name = kColumns.at(i).name;
    if (name.starts_with(stem) && name.substr(stem.size()) == ending) return static_cast<int>(i);
  }
  return -1;
}

constexpr auto kSalted = [] {
  auto columns = kColumns;
  for (Column& column : columns) {
    column.salt = salt_of(column.name);
    column.halves = {half_of(column, "_1"), half_of(column, "_2")};
  }
  return columns;
}();

}  // namespace

std::span<const Column> all_columns() { return kSalted; }

std::array<const Column*, 2> halves_of(const Column& column) {
  if (column.halves[0] < 0 || column.halves[1] < 0) return {};
  return {&kSalted.at(static_cast<std::size_t>(column.halves[0])),
          &kSalted.at(static_cast<std::size_t>(column.halves[1]))};
}

const Column* find_column(std::string_view name) {
  const auto* const found = std::ranges::find(kSalted, name, &Column::name);
  return found == kSalted.end() ? nullptr : found;
}

}  // namespace simulator
