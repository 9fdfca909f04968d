#include "table.hpp"

namespace tap_pinterest::pinterest {
namespace {

constexpr auto kRankings =
    std::to_array<std::string_view>({"ENGAGEMENT", "IMPRESSION", "OUTBOUND_CLICK", "PIN_CLICK", "SAVE"});
constexpr auto kVideoRankings = std::to_array<std::string_view>(
    {"IMPRESSION", "SAVE", "OUTBOUND_CLICK", "VIDEO_MRC_VIEW", "VIDEO_AVG_WATCH_TIME", "VIDEO_V50_WATCH_TIME",
     "QUARTILE_95_PERCENT_VIEW", "VIDEO_10S_VIEW", "VIDEO_START"});

constexpr Slot kWindowStart{
    .name = "start_date",
    .computed =
        [](const config::Config& config, util::Day today) {
          return std::vector<std::string>{last_days(today, config.top_pins_days).front()};
        },
    .column = "window_start"};
constexpr Slot kWindowEnd{
    .name = "end_date",
    .computed = [](const config::Config&, util::Day today) { return last_days(today, 1); },
    .column = "window_end"};

// A ranking over the last days. The API answers no more than 50.
constexpr StreamDefinition top_pins(std::string_view id, std::string_view path,
                                    std::span<const std::string_view> rankings) {
  return {.id = id,
          .path = path,
          .category = Category::org_analytics,
          .key = {"sort_by", "window_end", "pin_id"},
          // Its answer tells which day it is at Pinterest.
          .parents = {{{.list = "user_account"}}},
          .rows = {.member = "pins"},
          .paging = Paging::none,
          .slots = {{kWindowStart, kWindowEnd, {"sort_by", rankings}}},
          .parameters = "num_of_pins=50",
          .rank_column = "rank",
          .scopes = kTopPinScopes};
}

constexpr auto kOrganicStreams = std::to_array<StreamDefinition>({
    {.id = "pins",
     .path = "/pins",
     .category = Category::org_read,
     .replication_key = "created_at",
     // Otherwise some of the user's own are hidden.
     .parameters = "include_protected_pins=true",
     .scopes = kPinScopes,
     .selected_by_default = true},
    {.id = "pin_analytics",
     .source = Source::pin_analytics,
     .path = "/pins/analytics",
     .category = Category::org_analytics,
     .key = {"pin_id", "app_type", "date"},
     .replication_key = "date",
     .parents = {{{.list = "pins", .slot = "pin_ids", .batch = 100}}},
     .scopes = kPinScopes,
     .selected_by_default = true},
    {.id = "user_account",
     .path = "/user_account",
     .category = Category::org_read,
     .rows = {RowsAt::Form::object},
     .scopes = kUserScopes},
    {.id = "user_account_analytics",
     .source = Source::user_analytics,
     .path = "/user_account/analytics",
     .category = Category::org_analytics,
     .key = {"split_value", "date"},
     .replication_key = "date",
     .parents = {{{.list = "user_account"}}},
     .scopes = kUserScopes},
    top_pins("user_account_top_pins", "/user_account/analytics/top_pins", kRankings),
    top_pins("user_account_top_video_pins", "/user_account/analytics/top_video_pins", kVideoRankings),
    {.id = "user_websites",
     .path = "/user_account/websites",
     .category = Category::org_read,
     .key = {"website"},
     .scopes = kUserScopes},
    {.id = "linked_business_accounts",
     .path = "/user_account/businesses",
     .category = Category::org_read,
     .key = {"username"},
     .rows = {.member = {}},
     .paging = Paging::none,
     .scopes = kUserScopes},
    // No time of theirs shows a new name or a Pin that was added: boards, sections, and what is pinned to
    // them are read whole.
    {.id = "boards",
     .path = "/boards",
     .category = Category::org_read,
     .parameters = "privacy=ALL",
     .scopes = kBoardScopes},
    {.id = "board_sections",
     .path = "/boards/{board_id}/sections",
     .category = Category::org_read,
     .key = {"board_id", "id"},
     .parents = {{{.list = "boards", .slot = "board_id", .may_be_gone = true}}},
     .scopes = kBoardScopes},
    {.id = "board_pins",
     .path = "/boards/{board_id}/pins",
     .category = Category::org_read,
     .key = {"board_id", "id"},
     .parents = {{{.list = "boards", .slot = "board_id", .may_be_gone = true}}},
     .scopes = kPinScopes},
    {.id = "board_section_pins",
     .path = "/boards/{board_id}/sections/{section_id}/pins",
     .category = Category::org_read,
     .key = {"board_id", "section_id", "id"},
     .parents = {{{.list = "board_sections", .slot = "section_id", .may_be_gone = true}}},
     .scopes = kPinScopes},
});

}  // namespace

std::span<const StreamDefinition> organic_streams() { return kOrganicStreams; }

}  // namespace tap_pinterest::pinterest
