#include "entities.hpp"

#include <fmt/format.h>

#include <array>

#include "calendar.hpp"
#include "hash.hpp"

namespace simulator {

void write_unknown_field(JsonText& json, const World& world, std::uint64_t roll) {
  if (!world.options().unknown_fields || roll % 5 != 0) return;
  json.key("brand_new_field").open_object().text("why", "the API grows").integer("n", 1).close_object();
}

namespace {

// The dice of one object: each property rolls with a number of its own.
class Dice {
 public:
  explicit Dice(std::uint64_t key) : key_(key) {}

  std::uint64_t roll(std::uint64_t property) const { return mix(key_, 100 + property); }
  bool one_in(std::uint64_t property, std::uint64_t n) const { return roll(property) % n == 0; }
  template <std::size_t N>
  const char* pick(std::uint64_t property, const std::array<const char*, N>& choices) const {
    return choices.at(roll(property) % N);
  }

 private:
  std::uint64_t key_;
};

constexpr std::uint64_t kUserId = 2'783'136'121'146'311'751;

constexpr std::array kBudgetTypes{"DAILY", "LIFETIME", "CBO_ADGROUP"};
constexpr std::array kCreativeTypes{"REGULAR",    "VIDEO", "SHOPPING", "CAROUSEL", "MAX_VIDEO",
                                    "COLLECTION", "IDEA",  "SHOWCASE", "QUIZ"};

void write_moment(JsonText& json, std::string_view name, const Moment& moment) {
  switch (moment.form) {
    case Moment::Form::kSet:
      json.integer(name, moment.unix_seconds);
      break;
    case Moment::Form::kZero:
      json.integer(name, 0);
      break;
    case Moment::Form::kNull:
      json.null(name);
      break;
    case Moment::Form::kAbsent:
      break;
  }
}

// A start or end time: given, 0, null or absent.
void write_schedule(JsonText& json, std::string_view name, std::uint64_t roll, std::int64_t seconds) {
  constexpr std::array kForms{Moment::Form::kSet, Moment::Form::kSet, Moment::Form::kZero,
                              Moment::Form::kNull, Moment::Form::kAbsent};
  write_moment(json, name, {kForms.at(roll % kForms.size()), seconds});
}

void write_nullable(JsonText& json, std::string_view name, bool present, std::string_view value) {
  if (present) {
    json.text(name, value);
  } else {
    json.null(name);
  }
}

void write_url_list(JsonText& json, std::string_view name, std::uint64_t count, std::string_view path) {
  json.key(name).open_array();
  for (std::uint64_t i = 0; i < count; ++i)
    json.text(fmt::format("https://example.com/{}?n={}&q=a b", path, i));
  json.close_array();
}

void write_tracking_urls(JsonText& json, const Dice& dice) {
  const std::uint64_t roll = dice.roll(1) % 4;
  if (roll == 0) return;
  if (roll == 1) {
    json.null("tracking_urls");
    return;
  }
  json.key("tracking_urls").open_object();
  write_url_list(json, "impression", dice.roll(2) % 4, "impression");
  write_url_list(json, "click", dice.roll(3) % 3, "click");
  if (roll == 3) {
    write_url_list(json, "engagement", 1, "engagement");
    write_url_list(json, "buyable_button", 0, "buy");
    write_url_list(json, "audience_verification", 1, "audience");
  }
  json.close_object();
}

const char* summary_of(Status status, const char* active) {
  switch (status) {
    case Status::kActive:
      return active;
    case Status::kPaused:
      return "PAUSED";
    case Status::kArchived:
      return "ARCHIVED";
    case Status::kDraft:
      return "DRAFT";
    default:
      return "DELETED_DRAFT";
  }
}

// What campaigns, ad groups and ads share.
void write_common(JsonText& json, const World& world, const Entity& entity, const char* type) {
  json.id("id", world.id(entity)).id("ad_account_id", world.account_id(entity.account));
  json.text("name", world.name(entity)).text("status", status_name(world.status(entity)));
  json.text("type", type).integer("created_time", world.created_seconds(entity));
  write_moment(json, "updated_time", world.updated(entity));
}

void write_bid_options(JsonText& json, const Dice& dice) {
  if (dice.one_in(20, 2)) {
    json.null("bid_options");
    return;
  }
  json.key("bid_options").open_object();
  json.key("app_type_multipliers").open_object();
  json.verbatim("iphone", "1.20").verbatim("web", "0.9").close_object();
  json.key("audience_multipliers").open_object();
  json.verbatim("2542620905475", "1.1").close_object();
  if (dice.one_in(21, 2)) {
    json.null("placement_multipliers");
  } else {
    json.key("placement_multipliers").open_object().verbatim("SEARCH", "1.25").close_object();
  }
  json.close_object();
}

void write_campaign(JsonText& json, const World& world, const Entity& entity) {
  const Dice dice(world.key(entity));
  const std::int64_t created = world.created_seconds(entity);
  json.open_object();
  write_common(json, world, entity, "campaign");
  json.text("objective_type", world.objective(entity));
  write_schedule(json, "start_time", dice.roll(4), created + 3'600);
  write_schedule(json, "end_time", dice.roll(5), created + 90LL * 86'400);
  const bool daily = dice.one_in(6, 2);
  const auto cap = static_cast<std::int64_t>(dice.roll(7) % 100'000) * 1'000'000;
  if (daily) {
    json.integer("daily_spend_cap", cap).null("lifetime_spend_cap");
  } else {
    json.null("daily_spend_cap").integer("lifetime_spend_cap", cap * 100);
  }
  json.boolean("is_campaign_budget_optimization", dice.one_in(8, 2));
  json.key("is_flexible_daily_budgets");
  dice.one_in(9, 3) ? json.null() : json.boolean(dice.one_in(10, 2));
  json.boolean("is_automated_campaign", dice.one_in(11, 4));
  if (!dice.one_in(12, 4)) json.boolean("is_performance_plus", dice.one_in(13, 2));
  write_tracking_urls(json, dice);
  write_bid_options(json, dice);
  if (dice.one_in(14, 3)) {
    json.id("order_line_id", 549'755'000'000 + dice.roll(15) % 1'000'000);
  } else {
    json.null("order_line_id");
  }
  json.text("summary_status", summary_of(world.status(entity), "RUNNING"));
  write_unknown_field(json, world, dice.roll(90));
  json.close_object();
}

void write_goal_metadata(JsonText& json, const Dice& dice) {
  const std::uint64_t roll = dice.roll(30) % 4;
  if (roll == 0) {
    json.null("optimization_goal_metadata");
    return;
  }
  json.key("optimization_goal_metadata").open_object();
  if (roll == 1) {
    json.key("conversion_tag_v3_goal_metadata").open_object();
    json.key("attribution_windows").open_object().integer("click_window_days", 30);
    json.integer("engagement_window_days", 30).integer("view_window_days", 1).close_object();
    json.text("conversion_event", "CHECKOUT")
        .id("conversion_tag_id", 2'613'000'000'000 + dice.roll(31) % 1'000);
    json.text("cpa_goal_value_in_micro_currency", "5000000").null("is_roas_optimized");
    json.text("learning_mode_type", "NOT_ACTIVE").close_object();
  } else if (roll == 2) {
    json.key("frequency_goal_metadata").open_object().integer("frequency", 5);
    json.text("timerange", "SEVEN_DAY").close_object();
  } else {
    json.key("scrollup_goal_metadata").open_object();
    json.null("scrollup_goal_value_in_micro_currency").close_object();
  }
  json.close_object();
}

void write_targeting(JsonText& json, const Dice& dice) {
  json.key("targeting_spec").open_object();
  json.verbatim("APPTYPE", R"(["iphone","web"])").verbatim("GENDER", R"(["female","unknown"])");
  if (dice.one_in(32, 2)) json.verbatim("AGE_BUCKET", R"(["25-34","35-44"])").null("GEO");
  if (dice.one_in(33, 2)) json.verbatim("LOCATION", R"(["US","CA"])").verbatim("LOCALE", R"(["en-US"])");
  if (dice.one_in(34, 3)) {
    json.key("SHOPPING_RETARGETING").open_array().open_object().integer("lookback_window", 30);
    json.verbatim("tag_types", "[0,6]").integer("exclusion_window", 14).close_object().close_array();
  }
  if (dice.one_in(35, 3)) json.verbatim("INTEREST", R"(["925056443165"])").null("AUDIENCE_INCLUDE");
  if (dice.one_in(36, 3)) json.text("MINIMUM_AGE", "18").text("MAXIMUM_AGE", "65+");
  json.verbatim("TARGETING_STRATEGY", R"(["CHOOSE_YOUR_OWN"])").close_object();
}

void write_bidding(JsonText& json, const World& world, const Entity& entity, const Dice& dice) {
  json.integer("budget_in_micro_currency", static_cast<std::int64_t>(dice.roll(40) % 10'000) * 10'000);
  json.text("budget_type", budget_type_of(world, entity));
  if (dice.one_in(41, 3)) {
    json.null("bid_in_micro_currency").text("bid_strategy_type", "AUTOMATIC_BID").null("bid_multiplier");
  } else {
    json.integer("bid_in_micro_currency", static_cast<std::int64_t>(dice.roll(42) % 1'000) * 10'000);
    json.text("bid_strategy_type", "MAX_BID").verbatim("bid_multiplier", dice.one_in(43, 2) ? "1" : "1.10");
  }
  constexpr std::array kEvents{"CLICKTHROUGH", "IMPRESSION", "VIDEO_V_50_MRC"};
  json.text("billable_event", dice.pick(44, kEvents));
  json.text("pacing_delivery_type", dice.one_in(45, 4) ? "ACCELERATED" : "STANDARD");
}

void write_ad_group(JsonText& json, const World& world, const Entity& entity) {
  const Dice dice(world.key(entity));
  const std::int64_t created = world.created_seconds(entity);
  json.open_object();
  write_common(json, world, entity, "adgroup");
  json.id("campaign_id", world.id(world.campaign_of(entity)));
  write_bidding(json, world, entity, dice);
  write_schedule(json, "start_time", dice.roll(4), created + 3'600);
  write_schedule(json, "end_time", dice.roll(5), created + 90LL * 86'400);
  constexpr std::array kPlacements{"ALL", "SEARCH", "BROWSE", "OTHER"};
  json.text("placement_group", dice.pick(46, kPlacements));
  write_targeting(json, dice);
  if (dice.one_in(47, 2)) {
    json.null("targeting_template_ids");
  } else {
    json.key("targeting_template_ids").open_array().id(643 + dice.roll(48) % 100).close_array();
  }
  write_goal_metadata(json, dice);
  if (!dice.one_in(49, 3)) json.integer("lifetime_frequency_cap", 100);
  write_tracking_urls(json, dice);
  json.boolean("auto_targeting_enabled", dice.one_in(50, 2));
  json.key("is_creative_optimization");
  dice.one_in(51, 2) ? json.null() : json.boolean(true);
  write_nullable(json, "conversion_learning_mode_type", dice.one_in(52, 2), "NOT_ACTIVE");
  write_nullable(json, "promotion_id", dice.one_in(53, 4), "7834020347906");
  write_nullable(json, "promotion_application_level", dice.one_in(53, 4), "ITEM");
  json.id("feed_profile_id", dice.one_in(54, 2) ? 0 : 626'736'533'506);
  json.null("dca_assets").text("summary_status", summary_of(world.status(entity), "RUNNING"));
  write_unknown_field(json, world, dice.roll(90));
  json.close_object();
}

void write_quiz(JsonText& json, const World& world, const Entity& entity, const Dice& dice) {
  if (!dice.one_in(60, 6)) {
    json.null("quiz_pin_data");
    return;
  }
  json.key("quiz_pin_data").open_object().key("questions").open_array();
  json.open_object().integer("question_id", 1).text("question_text", "Where do you \"thrive\"?");
  json.verbatim("options", R"([{"id":1,"text":"Hangout vibes"},{"id":2,"text":"Time to party!"}])");
  json.close_object().close_array().key("results").open_array().open_object();
  json.id("organic_pin_id", world.promoted_pin_id(entity)).text("android_deep_link", "app://result/1");
  json.text("ios_deep_link", "app://result/1").text("destination_url", "https://example.com/r/1");
  json.integer("result_id", 1).close_object().close_array().text("tie_breaker_type", "RANDOM");
  json.null("tie_breaker_custom_result").close_object();
}

void write_carousel(JsonText& json, const Dice& dice) {
  for (const char* const name :
       {"carousel_destination_urls", "carousel_android_deep_links", "carousel_ios_deep_links"}) {
    if (dice.one_in(61, 4)) {
      write_url_list(json, name, 3, "carousel");
    } else if (dice.one_in(61, 3)) {
      json.key(name).open_array().close_array();
    } else {
      json.null(name);
    }
  }
}

void write_review(JsonText& json, const Dice& dice) {
  const bool rejected = dice.one_in(62, 10);
  json.text("review_status", rejected ? "REJECTED" : "APPROVED");
  json.key("rejected_reasons").open_array();
  if (rejected) json.text("HASHTAGS").text("LANDING_PAGE");
  json.close_array().key("rejection_labels").open_array();
  if (rejected) json.text("The landing page\nis \"odd\"");
  json.close_array();
}

void write_links(JsonText& json, const Dice& dice) {
  write_nullable(json, "destination_url", !dice.one_in(63, 5),
                 "https://example.com/?utm_source=pinterest&x=1");
  write_nullable(json, "android_deep_link", dice.one_in(64, 4), "app://open/android");
  write_nullable(json, "ios_deep_link", dice.one_in(65, 4), "app://open/ios");
  write_nullable(json, "click_tracking_url", dice.one_in(66, 3), "https://example.com/click");
  write_nullable(json, "view_tracking_url", dice.one_in(67, 3), "https://example.com/view");
  write_nullable(json, "disclosure_type", dice.one_in(68, 8), "MED_GUIDE");
  write_nullable(json, "disclosure_url", dice.one_in(68, 8), "https://example.com/guide");
  write_nullable(json, "lead_form_id", dice.one_in(69, 8), "383791336903426391");
  write_nullable(json, "grid_click_type", dice.one_in(70, 2), "CLOSEUP");
  write_nullable(json, "customizable_cta_type", dice.one_in(71, 2), "LEARN_MORE");
  write_nullable(json, "collection_items_destination_url_template", dice.one_in(72, 9),
                 "https://example.com/{product_id}");
}

void write_ad(JsonText& json, const World& world, const Entity& entity) {
  const Dice dice(world.key(entity));
  json.open_object();
  write_common(json, world, entity, "ad");
  json.id("campaign_id", world.id(world.campaign_of(entity)));
  json.id("ad_group_id", world.id(world.ad_group_of(entity)));
  json.id("pin_id", world.promoted_pin_id(entity));
  json.text("creative_type", dice.pick(73, kCreativeTypes));
  write_links(json, dice);
  json.boolean("is_pin_deleted", dice.one_in(74, 20)).boolean("is_removable", dice.one_in(75, 3));
  write_review(json, dice);
  write_tracking_urls(json, dice);
  write_carousel(json, dice);
  write_quiz(json, world, entity, dice);
  json.text("summary_status", summary_of(world.status(entity), "APPROVED"));
  write_unknown_field(json, world, dice.roll(90));
  json.close_object();
}

void write_collection(JsonText& json, const World& world, const Entity& entity, const Dice& dice) {
  const bool is_collection = dice.one_in(80, 4);
  json.text("creative_type", is_collection ? "COLLECTION" : "SHOPPING");
  write_nullable(json, "collections_header_type", is_collection, "SHOP_THIS_COLLECTION");
  write_nullable(json, "collections_hero_destination_url", is_collection, "https://example.com/hero?a=b&c=d");
  if (is_collection) {
    json.id("collections_hero_pin_id", world.promoted_pin_id(entity));
  } else {
    json.null("collections_hero_pin_id");
  }
  write_nullable(json, "slideshow_collections_title", is_collection, "A \"slideshow\"");
  write_nullable(json, "slideshow_collections_description", is_collection, "Two\nlines");
}

// A product group as an ad group promotes it.
void write_product_group(JsonText& json, const World& world, const Entity& entity) {
  const Dice dice(world.key(entity));
  json.open_object().id("id", world.id(entity)).id("ad_group_id", world.id(world.ad_group_of(entity)));
  json.text("status", status_name(world.status(entity)));
  if (dice.one_in(81, 3)) {
    json.null("bid_in_micro_currency");
  } else {
    json.integer("bid_in_micro_currency", static_cast<std::int64_t>(dice.roll(82) % 1'000) * 10'000);
  }
  json.id("catalog_product_group_id", 443'727'000'000 + dice.roll(83) % 1'000'000);
  json.text("catalog_product_group_name", world.name(entity));
  write_collection(json, world, entity, dice);
  write_nullable(json, "customizable_cta_type", dice.one_in(84, 2), "SHOP_NOW");
  write_nullable(json, "definition", !dice.one_in(85, 4), "*/product_type_0='kitchen'/brand='\"A\" & B'");
  write_nullable(json, "relative_definition", !dice.one_in(85, 4), "brand='\"A\" & B'");
  write_nullable(json, "grid_click_type", dice.one_in(86, 2), "CLOSEUP");
  json.boolean("included", !dice.one_in(87, 10)).boolean("is_mdl", dice.one_in(88, 2));
  if (!dice.one_in(89, 3)) json.boolean("is_generate_background", dice.one_in(91, 2));
  write_nullable(json, "parent_id", dice.one_in(92, 2), "1231234");
  write_nullable(json, "preferred_media_type", dice.one_in(93, 2), "IMAGE");
  write_nullable(json, "selected_image_tag", dice.one_in(94, 4), "holiday_sale");
  json.null("selected_video_tag");
  write_nullable(json, "tracking_url", dice.one_in(95, 2), "https://example.com/track?x={y}");
  write_unknown_field(json, world, dice.roll(90));
  json.close_object();
}

void write_images(JsonText& json, std::uint64_t picture) {
  json.key("images").open_object();
  for (const auto& [size, width, height] : {std::tuple{"150x150", 150, 150},
                                            {"400x300", 400, 300},
                                            {"600x", 600, 800},
                                            {"1200x", 1'200, 1'600}}) {
    json.key(size).open_object().integer("width", width).integer("height", height);
    json.text("url", fmt::format("https://i.pinimg.com/{}/{:x}.jpg", size, picture)).close_object();
  }
  json.close_object();
}

void write_video(JsonText& json, const Dice& dice) {
  json.text("cover_image_url", "https://i.pinimg.com/cover.jpg");
  if (dice.one_in(120, 3)) {
    json.null("video_url").null("duration").null("height").null("width");
  } else {
    json.text("video_url", "https://v.pinimg.com/720p.mp4").verbatim("duration", "12033.50");
    json.integer("height", 1'280).integer("width", 720);
  }
}

void write_image_item(JsonText& json, std::uint64_t picture) {
  json.open_object().text("item_type", "image").text("title", "A slide").null("description");
  json.text("link", "https://example.com/slide");
  write_images(json, picture);
  json.close_object();
}

void write_media(JsonText& json, const Dice& dice) {
  const std::uint64_t shape = dice.roll(121) % 6;
  const std::uint64_t picture = dice.roll(122);
  if (shape == 5) {
    dice.one_in(123, 2) ? json.null("media") : json.key("media").open_object().close_object();
    return;
  }
  constexpr std::array kTypes{"image", "video", "multiple_images", "multiple_videos", "multiple_mixed"};
  json.key("media").open_object().text("media_type", kTypes.at(shape));
  if (shape <= 1) {
    write_images(json, picture);
    if (shape == 1) write_video(json, dice);
    json.close_object();
    return;
  }
  json.key("items").open_array();
  if (shape == 2 || shape == 4) write_image_item(json, picture);
  if (shape == 2) write_image_item(json, picture + 1);
  if (shape >= 3) {
    json.open_object().text("item_type", "video");
    write_video(json, dice);
    json.close_object();
  }
  json.close_array().close_object();
}

void write_pin_metrics(JsonText& json, const Dice& dice) {
  if (dice.one_in(130, 5)) {
    json.null("pin_metrics");
    return;
  }
  const auto clicks = static_cast<std::int64_t>(dice.roll(131) % 1'000);
  json.key("pin_metrics").open_object().key("90d").open_object();
  json.integer("pin_click", clicks).integer("impression", clicks * 20).integer("clickthrough", clicks / 3);
  json.close_object().key("lifetime_metrics").open_object();
  json.integer("pin_click", clicks * 3).integer("impression", clicks * 70).integer("clickthrough", clicks);
  json.integer("reaction", clicks / 9).integer("comment", clicks / 20);
  json.close_object().close_object();
}

void write_title(JsonText& json, const World& world, std::int64_t pin, const Dice& dice) {
  constexpr std::array kTitles{"Ten ideas for a \\\"small\\\" garden",
                               "Zimt & Z\xC3\xBC"
                               "cker",
                               "\xF0\x9F\x8D\xB0 cake", "\\ud83c\\udf70 escaped cake",
                               "Line\\nbreak \\u0041\\/b"};
  if (dice.one_in(133, 12)) {
    json.null("title");
  } else if (world.options().lone_surrogates && dice.one_in(134, 7)) {
    json.verbatim("title", fmt::format(R"("Half a cake \ud83c {}")", pin));
  } else {
    json.verbatim("title", fmt::format("\"{} {}\"", dice.pick(135, kTitles), pin));
  }
}

void write_pin_text(JsonText& json, const World& world, std::int64_t pin, const Dice& dice) {
  write_title(json, world, pin, dice);
  write_nullable(json, "description", !dice.one_in(136, 4),
                 "Words,\nmore words, and a \\ backslash \xE2\x9C\x82");
  write_nullable(json, "link", !dice.one_in(137, 4), "https://example.com/recipes?id=7&lang=de");
  write_nullable(json, "alt_text", dice.one_in(138, 3), "A cake");
  write_nullable(json, "dominant_color", !dice.one_in(139, 9), "#6E7874");
}

}  // namespace

const char* budget_type_of(const World& world, const Entity& ad_group) {
  return Dice(world.key(ad_group)).pick(55, kBudgetTypes);
}

const char* creative_type_of_pin(const World& world, std::int64_t pin) {
  const Dice dice(world.pin_key(pin));
  return dice.one_in(140, 15) ? nullptr : dice.pick(141, kCreativeTypes);
}

bool pin_was_promoted(const World& world, std::int64_t pin) {
  return Dice(world.pin_key(pin)).one_in(142, 4);
}

bool pin_is_repin(const World& world, std::int64_t pin) { return Dice(world.pin_key(pin)).one_in(143, 5); }

bool pin_is_protected(const World& world, std::int64_t pin) {
  return Dice(world.pin_key(pin)).one_in(148, 4);
}

std::uint64_t board_of_pin(const World& world, std::int64_t pin) {
  return kFirstBoardId + Dice(world.pin_key(pin)).roll(144) % kBoards;
}

std::optional<std::uint64_t> section_of_pin(const World& world, std::int64_t pin) {
  const Dice dice(world.pin_key(pin));
  if (!dice.one_in(145, 3)) return std::nullopt;
  const std::uint64_t board = board_of_pin(world, pin) - kFirstBoardId;
  return kFirstSectionId + dice.roll(146) % kSectionsOfBoard * kBoards + board;
}

void write_user_account(JsonText& json, const World& world) {
  json.open_object().id("id", kUserId).text("username", "simulated_user").text("account_type", "BUSINESS");
  json.text("about", "A user that does not exist").text("business_name", "Simulated Ltd");
  json.text("profile_image", "https://i.pinimg.com/profile.jpg").text("website_url", "https://example.com");
  json.integer("pin_count", world.pin_count()).integer("board_count", 3).integer("follower_count", 10);
  json.integer("following_count", 7).null("monthly_views").close_object();
}

void write_account(JsonText& json, const World& world, int account) {
  constexpr std::array kCountries{"US", "DE", "JP", "BR"};
  constexpr std::array kCurrencies{"USD", "EUR", "JPY", "BRL"};
  const Dice dice(mix(world.options().seed, 5, account));
  const auto place = static_cast<std::size_t>(account) % kCountries.size();
  const bool shared = world.is_shared(account);
  json.open_object().id("id", world.account_id(account));
  json.text("name", fmt::format("Account {} \"quoted\" \xF0\x9F\x93\x8C", account));
  json.text("country", kCountries.at(place)).text("currency", kCurrencies.at(place));
  json.key("owner").open_object().id("id", shared ? kUserId + 1 : kUserId);
  json.text("username", shared ? "somebody_else" : "simulated_user").close_object();
  json.verbatim("permissions", shared ? R"(["ANALYST","CAMPAIGN_MANAGER"])" : R"(["OWNER"])");
  const std::int64_t created = unix_seconds(world.epoch()) - 86'400LL * (900 + account);
  json.integer("created_time", created);
  if (account % 5 == 3) {
    json.null("updated_time");
  } else {
    json.integer("updated_time", created + 3'600);
  }
  write_unknown_field(json, world, dice.roll(90));
  json.close_object();
}

void write_entity(JsonText& json, const World& world, const Entity& entity) {
  switch (entity.kind) {
    case EntityKind::kCampaign:
      return write_campaign(json, world, entity);
    case EntityKind::kAdGroup:
      return write_ad_group(json, world, entity);
    case EntityKind::kAd:
      return write_ad(json, world, entity);
    case EntityKind::kProductGroup:
      return write_product_group(json, world, entity);
    case EntityKind::kAccount:
      return write_account(json, world, entity.account);
  }
}

void write_pin(JsonText& json, const World& world, std::int64_t pin, bool with_metrics) {
  const Dice dice(world.pin_key(pin));
  json.open_object().id("id", world.pin_id(pin));
  json.text("created_at", format_moment(world.pin_created_seconds(pin), dice.roll(132)));
  write_pin_text(json, world, pin, dice);
  json.id("board_id", board_of_pin(world, pin));
  if (const auto section = section_of_pin(world, pin)) {
    json.id("board_section_id", *section);
  } else {
    json.null("board_section_id");
  }
  json.key("board_owner").open_object().text("username", "simulated_user").close_object();
  const char* const creative_type = creative_type_of_pin(world, pin);
  write_nullable(json, "creative_type", creative_type != nullptr, creative_type ? creative_type : "");
  write_media(json, dice);
  if (pin_is_repin(world, pin)) {
    json.id("parent_pin_id", world.pin_id(0) + 1);
  } else {
    json.null("parent_pin_id");
  }
  json.boolean("has_been_promoted", pin_was_promoted(world, pin));
  json.boolean("is_owner", true).boolean("is_standard", !dice.one_in(147, 4));
  if (with_metrics) write_pin_metrics(json, dice);
  write_unknown_field(json, world, dice.roll(90));
  json.close_object();
}

}  // namespace simulator
