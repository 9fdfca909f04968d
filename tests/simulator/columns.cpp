#include "columns.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string>
#include <vector>

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

// The one column that only synchronous reports take.
constexpr std::string_view kOnlySynchronous = "QUIZ_PIN_RESULT_OPEN";

// Amounts are one in both their units, and so share their salt.
std::uint64_t salt_of(std::string_view name) {
  if (name == "SPEND_IN_DOLLAR") name = "SPEND_IN_MICRO_DOLLAR";
  if (name == "ADS_CREDIT_SPEND_IN_DOLLAR") name = "ADS_CREDIT_SPEND_IN_MICRO_DOLLAR";
  return hash_text(name);
}

// TOTAL_X is X_1, which is paid, and X_2, which is earned, where there are both. TOTAL_WEB_X is what people
// did after a click, another engagement and a view, TOTAL_WEB_CLICK_X and so on, where there are all three.
std::array<std::vector<std::string>, 2> parts_of(std::string_view total) {
  constexpr std::string_view kTotal = "TOTAL_";
  if (!total.starts_with(kTotal)) return {};
  const std::string stem(total.substr(kTotal.size()));
  std::string channel;
  for (const std::string_view prefix : {"WEB_", "INAPP_", "OFFLINE_"}) {
    if (stem.starts_with(prefix)) channel = prefix;
  }
  const std::string action = "_" + stem.substr(channel.size());
  channel.insert(0, kTotal);
  return {{{stem + "_1", stem + "_2"},
           {channel + "CLICK" + action, channel + "ENGAGEMENT" + action, channel + "VIEW" + action}}};
}

// All columns: first those of the synchronous endpoints.
const std::vector<Column>& every_column() {
  static const std::vector<Column> columns = [] {
    std::vector<Column> all(kColumns.begin(), kColumns.end());
    std::ranges::copy(columns_of_reports_alone(), std::back_inserter(all));
    std::map<std::string_view, const Column*> additive;
    for (Column& column : all) {
      column.salt = salt_of(column.name);
      if (is_additive(column.kind)) additive[column.name] = &column;
    }
    for (Column& column : all) {
      if (!is_additive(column.kind)) continue;
      for (const auto& names : parts_of(column.name)) {
        const auto known = [&](const std::string& name) { return additive.contains(name); };
        if (!std::ranges::all_of(names, known)) continue;
        std::ranges::transform(names, column.parts.begin(),
                               [&](const std::string& name) { return additive[name]; });
      }
    }
    return all;
  }();
  return columns;
}

}  // namespace

std::span<const Column> all_columns() { return std::span(every_column()).first(kColumns.size()); }

const Column* find_column(std::string_view name) {
  const auto columns = all_columns();
  const auto found = std::ranges::find(columns, name, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

std::span<const Column> report_columns() {
  static const std::vector<Column> columns = [] {
    std::vector<Column> all = every_column();
    std::erase_if(all, [](const Column& column) { return column.name == kOnlySynchronous; });
    std::ranges::sort(all, {}, &Column::name);
    return all;
  }();
  return columns;
}

const Column* find_report_column(std::string_view name) {
  const auto columns = report_columns();
  const auto found = std::ranges::lower_bound(columns, name, {}, &Column::name);
  return found == columns.end() || found->name != name ? nullptr : &*found;
}

}  // namespace simulator
