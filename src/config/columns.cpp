#include "tap_pinterest/config/columns.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace tap_pinterest::config {
namespace {

constexpr bool kText = true;
constexpr bool kNumber = false;

// The document gives names only. Text is what cannot be read as a number without loss: ids (they are strings
// everywhere in the API), names, statuses, types, labels, tags, and the two yes/no columns.
constexpr auto kColumns = std::to_array<Column>({
    {"SPEND_IN_MICRO_DOLLAR", kNumber},
    {"PAID_IMPRESSION", kNumber},
    {"SPEND_IN_DOLLAR", kNumber},
    {"CPC_IN_MICRO_DOLLAR", kNumber},
    {"ECPC_IN_MICRO_DOLLAR", kNumber},
    {"ECPC_IN_DOLLAR", kNumber},
    {"CTR", kNumber},
    {"ECTR", kNumber},
    {"OUTBOUND_CTR_1", kNumber},
    {"CAMPAIGN_NAME", kText},
    {"CAMPAIGN_BRAND_LABEL", kText},
    {"PIN_ID", kText},
    {"TOTAL_ENGAGEMENT", kNumber},
    {"ENGAGEMENT_1", kNumber},
    {"ENGAGEMENT_2", kNumber},
    {"ECPE_IN_DOLLAR", kNumber},
    {"ENGAGEMENT_RATE", kNumber},
    {"EENGAGEMENT_RATE", kNumber},
    {"ECPM_IN_MICRO_DOLLAR", kNumber},
    {"REPIN_RATE", kNumber},
    {"CTR_2", kNumber},
    {"CAMPAIGN_ID", kText},
    {"ADVERTISER_ID", kText},
    {"AD_ACCOUNT_ID", kText},
    {"PIN_PROMOTION_ID", kText},
    {"AD_ID", kText},
    {"AD_GROUP_ID", kText},
    {"CAMPAIGN_ENTITY_STATUS", kText},
    {"CAMPAIGN_OBJECTIVE_TYPE", kText},
    {"CPM_IN_MICRO_DOLLAR", kNumber},
    {"CPM_IN_DOLLAR", kNumber},
    {"AD_GROUP_NAME", kText},
    {"AD_GROUP_BUDGET_TYPE", kText},
    {"AD_GROUP_BUDGET_IN_LOCAL_CURRENCY", kNumber},
    {"AD_GROUP_ENTITY_STATUS", kText},
    {"AD_GROUP_BID_MULTIPLIER", kNumber},
    {"PROMO_ID", kText},
    {"PROMO_NAME", kText},
    {"ORDER_LINE_ID", kText},
    {"ORDER_LINE_NAME", kText},
    {"CLICKTHROUGH_1", kNumber},
    {"REPIN_1", kNumber},
    {"IMPRESSION_1", kNumber},
    {"IMPRESSION_1_GROSS", kNumber},
    {"CLICKTHROUGH_1_GROSS", kNumber},
    {"OUTBOUND_CLICK_1", kNumber},
    {"CLICKTHROUGH_2", kNumber},
    {"REPIN_2", kNumber},
    {"IMPRESSION_2", kNumber},
    {"OUTBOUND_CLICK_2", kNumber},
    {"TOTAL_CLICKTHROUGH", kNumber},
    {"TOTAL_IMPRESSION", kNumber},
    {"TOTAL_IMPRESSION_USER", kNumber},
    {"TOTAL_IMPRESSION_FREQUENCY", kNumber},
    {"COST_PER_OUTBOUND_CLICK_IN_DOLLAR", kNumber},
    {"COST_PER_OUTBOUND_CLICK_IN_DOLLAR_1", kNumber},
    {"TOTAL_ENGAGEMENT_SIGNUP", kNumber},
    {"TOTAL_ENGAGEMENT_CHECKOUT", kNumber},
    {"TOTAL_ENGAGEMENT_LEAD", kNumber},
    {"TOTAL_CLICK_SIGNUP", kNumber},
    {"TOTAL_CLICK_CHECKOUT", kNumber},
    {"TOTAL_CLICK_ADD_TO_CART", kNumber},
    {"TOTAL_CLICK_LEAD", kNumber},
    {"TOTAL_VIEW_SIGNUP", kNumber},
    {"TOTAL_VIEW_CHECKOUT", kNumber},
    {"TOTAL_VIEW_ADD_TO_CART", kNumber},
    {"TOTAL_VIEW_LEAD", kNumber},
    {"TOTAL_CONVERSIONS", kNumber},
    {"TOTAL_ENGAGEMENT_SIGNUP_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"TOTAL_ENGAGEMENT_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"TOTAL_CLICK_SIGNUP_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"TOTAL_CLICK_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"TOTAL_VIEW_SIGNUP_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"TOTAL_VIEW_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"TOTAL_WEB_SESSIONS", kNumber},
    {"WEB_SESSIONS_1", kNumber},
    {"WEB_SESSIONS_2", kNumber},
    {"AD_NAME", kText},
    {"CAMPAIGN_LIFETIME_SPEND_CAP", kNumber},
    {"AD_GROUP_OPTIMIZATION", kText},
    {"CAMPAIGN_DAILY_SPEND_CAP", kNumber},
    {"CAMPAIGN_BUDGET_OPTIMIZATION", kText},
    {"IS_PREMIERE_CAMPAIGN", kText},
    {"TOTAL_PAGE_VISIT", kNumber},
    {"TOTAL_SIGNUP", kNumber},
    {"TOTAL_CHECKOUT", kNumber},
    {"TOTAL_CUSTOM", kNumber},
    {"TOTAL_LEAD", kNumber},
    {"TOTAL_ADD_TO_WISHLIST", kNumber},
    {"TOTAL_SUBSCRIBE", kNumber},
    {"TOTAL_SIGNUP_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"TOTAL_CUSTOM_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"PAGE_VISIT_COST_PER_ACTION", kNumber},
    {"PAGE_VISIT_ROAS", kNumber},
    {"CHECKOUT_ROAS", kNumber},
    {"CUSTOM_ROAS", kNumber},
    {"PRODUCT_GROUP_AD_IMAGE_TAG", kText},
    {"PRODUCT_GROUP_AD_VIDEO_TAG", kText},
    {"VIDEO_3SEC_VIEWS_1", kNumber},
    {"VIDEO_15SEC_UNIQUE_VIEWS_1", kNumber},
    {"VIDEO_MRC_VIEWS_1", kNumber},
    {"VIDEO_3SEC_VIEWS_2", kNumber},
    {"VIDEO_15SEC_UNIQUE_VIEWS_2", kNumber},
    {"VIDEO_P100_COMPLETE_2", kNumber},
    {"VIDEO_P0_COMBINED_2", kNumber},
    {"VIDEO_P25_COMBINED_2", kNumber},
    {"VIDEO_P50_COMBINED_2", kNumber},
    {"VIDEO_P75_COMBINED_2", kNumber},
    {"VIDEO_P95_COMBINED_2", kNumber},
    {"VIDEO_MRC_VIEWS_2", kNumber},
    {"PAID_VIDEO_VIEWABLE_RATE", kNumber},
    {"VIDEO_LENGTH", kNumber},
    {"VIDEO_SPEND_IN_DOLLAR", kNumber},
    {"ECPV_IN_DOLLAR", kNumber},
    {"ECPCV_IN_DOLLAR", kNumber},
    {"ECPCV_P95_IN_DOLLAR", kNumber},
    {"TOTAL_VIDEO_3SEC_VIEWS", kNumber},
    {"TOTAL_VIDEO_15SEC_UNIQUE_VIEWS", kNumber},
    {"TOTAL_VIDEO_P100_COMPLETE", kNumber},
    {"TOTAL_VIDEO_P0_COMBINED", kNumber},
    {"TOTAL_VIDEO_P25_COMBINED", kNumber},
    {"TOTAL_VIDEO_P50_COMBINED", kNumber},
    {"TOTAL_VIDEO_P75_COMBINED", kNumber},
    {"TOTAL_VIDEO_P95_COMBINED", kNumber},
    {"TOTAL_VIDEO_MRC_VIEWS", kNumber},
    {"TOTAL_VIDEO_AVG_WATCHTIME_IN_SECOND", kNumber},
    {"TOTAL_REPIN_RATE", kNumber},
    {"WEB_CHECKOUT_COST_PER_ACTION", kNumber},
    {"WEB_CHECKOUT_ROAS", kNumber},
    {"TOTAL_WEB_CHECKOUT", kNumber},
    {"TOTAL_WEB_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"TOTAL_WEB_CLICK_CHECKOUT", kNumber},
    {"TOTAL_WEB_CLICK_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"TOTAL_WEB_ENGAGEMENT_CHECKOUT", kNumber},
    {"TOTAL_WEB_ENGAGEMENT_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"TOTAL_WEB_VIEW_CHECKOUT", kNumber},
    {"TOTAL_WEB_VIEW_CHECKOUT_VALUE_IN_MICRO_DOLLAR", kNumber},
    {"INAPP_CHECKOUT_COST_PER_ACTION", kNumber},
    {"TOTAL_OFFLINE_CHECKOUT", kNumber},
    {"TOTAL_APP_INSTALL_CONVERSION_RATE", kNumber},
    {"TOTAL_INAPP_APP_INSTALL_CONVERSION_RATE", kNumber},
    {"IDEA_PIN_PRODUCT_TAG_VISIT_1", kNumber},
    {"IDEA_PIN_PRODUCT_TAG_VISIT_2", kNumber},
    {"TOTAL_IDEA_PIN_PRODUCT_TAG_VISIT", kNumber},
    {"LEADS", kNumber},
    {"COST_PER_LEAD", kNumber},
    {"QUIZ_COMPLETED", kNumber},
    {"QUIZ_PIN_RESULT_OPEN", kNumber},
    {"QUIZ_COMPLETION_RATE", kNumber},
    {"SHOWCASE_PIN_CLICKTHROUGH", kNumber},
    {"SHOWCASE_SUBPAGE_CLICKTHROUGH", kNumber},
    {"SHOWCASE_SUBPIN_CLICKTHROUGH", kNumber},
    {"SHOWCASE_SUBPAGE_IMPRESSION", kNumber},
    {"SHOWCASE_SUBPIN_IMPRESSION", kNumber},
    {"SHOWCASE_SUBPAGE_SWIPE_LEFT", kNumber},
    {"SHOWCASE_SUBPAGE_SWIPE_RIGHT", kNumber},
    {"SHOWCASE_SUBPIN_SWIPE_LEFT", kNumber},
    {"SHOWCASE_SUBPIN_SWIPE_RIGHT", kNumber},
    {"SHOWCASE_SUBPAGE_REPIN", kNumber},
    {"SHOWCASE_SUBPIN_REPIN", kNumber},
    {"SHOWCASE_SUBPAGE_CLOSEUP", kNumber},
    {"SHOWCASE_CARD_THUMBNAIL_SWIPE_FORWARD", kNumber},
    {"SHOWCASE_CARD_THUMBNAIL_SWIPE_BACKWARD", kNumber},
    {"SHOWCASE_AVERAGE_SUBPAGE_CLOSEUP_PER_SESSION", kNumber},
    {"TOTAL_CHECKOUT_CONVERSION_RATE", kNumber},
    {"TOTAL_VIEW_CATEGORY_CONVERSION_RATE", kNumber},
    {"TOTAL_ADD_TO_CART_CONVERSION_RATE", kNumber},
    {"TOTAL_SIGNUP_CONVERSION_RATE", kNumber},
    {"TOTAL_PAGE_VISIT_CONVERSION_RATE", kNumber},
    {"TOTAL_LEAD_CONVERSION_RATE", kNumber},
    {"TOTAL_SEARCH_CONVERSION_RATE", kNumber},
    {"TOTAL_WATCH_VIDEO_CONVERSION_RATE", kNumber},
    {"TOTAL_UNKNOWN_CONVERSION_RATE", kNumber},
    {"TOTAL_CUSTOM_CONVERSION_RATE", kNumber},
});

constexpr auto kNames = [] {
  std::array<std::string_view, kColumns.size()> names;
  for (std::size_t i = 0; i < kColumns.size(); ++i) names.at(i) = kColumns.at(i).name;
  return names;
}();

constexpr auto kDefaults = std::to_array<std::string_view>({
    "SPEND_IN_DOLLAR",
    "PAID_IMPRESSION",
    "TOTAL_IMPRESSION",
    "TOTAL_CLICKTHROUGH",
    "TOTAL_ENGAGEMENT",
    "CTR",
    "ECTR",
    "CPC_IN_MICRO_DOLLAR",
    "ECPC_IN_DOLLAR",
    "CAMPAIGN_ID",
    "AD_GROUP_ID",
    "AD_ID",
    "PIN_ID",
    "AD_ACCOUNT_ID",
    "CAMPAIGN_NAME",
    "AD_GROUP_NAME",
    "AD_NAME",
});

constexpr auto kPinMetricTypes = std::to_array<std::string_view>({
    "IMPRESSION",
    "OUTBOUND_CLICK",
    "PIN_CLICK",
    "SAVE",
    "SAVE_RATE",
});

// Schemas AdsAnalyticsTargetingType and its kin.
constexpr auto kTargetingTypes = std::to_array<std::string_view>({
    "AGE_BUCKET",
    "GENDER",
    "COUNTRY",
    "PLACEMENT",
    "APPTYPE",
    "AGE_BUCKET_AND_GENDER",
    "AUDIENCE_INCLUDE",
    "GEO",
    "KEYWORD",
    "LOCATION",
    "PINNER_INTEREST",
    "REGION",
    "TARGETED_INTEREST",
    "AUDIENCE_MULTIPLIER",
    "CREATIVE_ENHANCEMENTS",
    "CREATIVE_TYPE",
    "QUIZ_RESULT",
});
constexpr std::size_t kDefaultTargetingTypes = 5;

}  // namespace

std::span<const Column> analytics_columns() { return kColumns; }

std::span<const std::string_view> analytics_column_names() { return kNames; }

const Column* find_column(std::string_view name) {
  const auto* const found = std::ranges::find(kColumns, name, &Column::name);
  return found == kColumns.end() ? nullptr : found;
}

std::span<const std::string_view> default_analytics_columns() { return kDefaults; }

std::span<const std::string_view> pin_metric_types() { return kPinMetricTypes; }

std::span<const std::string_view> targeting_types() { return kTargetingTypes; }

std::span<const std::string_view> default_targeting_types() {
  return targeting_types().first(kDefaultTargetingTypes);
}

}  // namespace tap_pinterest::config
