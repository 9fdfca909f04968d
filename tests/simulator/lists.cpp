// The list endpoints and the single objects.
#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <set>
#include <unordered_set>

#include "api.hpp"
#include "entities.hpp"
#include "hash.hpp"
#include "listing.hpp"
#include "pages.hpp"

namespace simulator {
namespace {

// What a bookmark is bound to: the list and everything that filters it.
std::uint64_t filter_of(const Call& call) {
  std::string filter = call.target.substr(0, call.target.find('?'));
  const auto append = [&](std::string_view name) {
    for (const std::string& value : call.arguments.all(name)) {
      filter.append("\n").append(name).append("=").append(value);
    }
  };
  // These come in an order of their own: another one would give all worlds other pages.
  static const auto firsts = std::to_array<std::string_view>(
      {"include_shared_accounts", "campaign_ids", "ad_group_ids", "ad_ids", "entity_statuses", "order",
       "pin_filter", "pin_metrics", "include_protected_pins", "pin_type", "creative_types", "ad_account_id",
       "ad_group_id", "product_group_promotion_ids"});
  for (const std::string_view name : firsts) append(name);
  for (const auto& [name, values] : call.arguments.entries()) {
    if (std::ranges::find(firsts, name) == firsts.end() && name != "bookmark" && name != "page_size")
      append(name);
  }
  return hash_text(filter);
}

void write_end(JsonText& json, EndForm form) {
  if (form == EndForm::kNull) json.null("bookmark");
  if (form == EndForm::kEmpty) json.text("bookmark", "");
}

using Ids = std::unordered_set<std::uint64_t>;

std::uint64_t to_id(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Ids ids_of(const Call& call, std::string_view name) {
  Ids ids;
  for (const std::string& text : call.arguments.all(name)) {
    ids.insert(to_id(text));
  }
  return ids;
}

std::set<Status> statuses_of(const Call& call) {
  if (!call.arguments.has("entity_statuses")) return {Status::kActive, Status::kPaused};
  std::set<Status> statuses;
  for (const std::string& name : call.arguments.all("entity_statuses")) statuses.insert(*find_status(name));
  return statuses;
}

bool allows(const Ids& ids, std::uint64_t id) { return ids.empty() || ids.contains(id); }

// `own_ids` names the parameter that filters by the entity's own id.
Result list_entities(Call& call, EntityKind kind, std::string_view own_ids) {
  const World& world = call.world;
  const auto statuses = statuses_of(call);
  const Ids own = ids_of(call, own_ids);
  const Ids campaigns = kind == EntityKind::kCampaign ? Ids{} : ids_of(call, "campaign_ids");
  const Ids groups = kind == EntityKind::kAd ? ids_of(call, "ad_group_ids") : Ids{};
  const std::int64_t count = world.count(kind, call.account);
  Listing listing = call.arguments.get("order") == "ASCENDING" ? ascending(count) : descending(count, count);
  listing.matches = [&](std::int64_t index) {
    const Entity entity{kind, call.account, index};
    return statuses.contains(world.status(entity)) && (own.empty() || own.contains(world.id(entity))) &&
           (campaigns.empty() || allows(campaigns, world.id(world.campaign_of(entity)))) &&
           (groups.empty() || allows(groups, world.id(world.ad_group_of(entity))));
  };
  listing.write = [&](JsonText& json, std::int64_t index) {
    write_entity(json, world, {kind, call.account, index});
  };
  return page(call, listing);
}

bool has_wanted_creative_type(const Call& call, std::int64_t pin) {
  const auto& wanted = call.arguments.all("creative_types");
  const char* const type = creative_type_of_pin(call.world, pin);
  return wanted.empty() || (type != nullptr && std::ranges::find(wanted, type) != wanted.end());
}

bool passes_pin_filter(const World& world, std::int64_t pin, std::string_view filter) {
  if (filter == "has_been_promoted") return pin_was_promoted(world, pin);
  if (filter == "exclude_repins") return !pin_is_repin(world, pin);
  if (filter == "exclude_native") return pin_is_repin(world, pin);
  return true;
}

}  // namespace

Result page(Call& call, const Listing& listing) {
  const Options& options = call.world.options();
  const std::uint64_t filter = filter_of(call);
  Position position{listing.first, false};
  if (call.arguments.has("bookmark")) {
    const auto read = read_bookmark(filter, call.arguments.get("bookmark"));
    if (!read) return Refusal{400, 1, "Invalid bookmark."};
    position = *read;
  }
  call.own_bookmark = make_bookmark(filter, {position.next, true});
  const PageShape shape = page_shape(options.seed, filter, position, call.arguments.integer("page_size", 25),
                                     options.short_pages);
  std::string body;
  JsonText json(body);
  json.open_object().key("items").open_array();
  const auto in_range = [&](std::int64_t i) { return listing.step > 0 ? i < listing.end : i > listing.end; };
  // Rows that share an item, where they do.
  const std::int64_t group = mix(options.seed, filter, position.next, 4) % 4 == 0 ? 0 : listing.group;
  const auto close_group = [&] {
    json.close_array().key("errors").open_array().close_array().close_object();
  };
  std::int64_t written = 0;
  std::int64_t index = position.next;
  for (; !shape.empty && in_range(index) && written < shape.size; index += listing.step) {
    if (!listing.matches(index)) continue;
    if (group > 0 && written % group == 0) json.open_object().key("labels").open_array();
    listing.write(json, index);
    if (++written; group > 0 && written % group == 0) close_group();
  }
  if (group > 0 && written % group != 0) close_group();
  json.close_array();
  while (in_range(index) && !listing.matches(index)) index += listing.step;
  if (shape.empty) {
    json.text("bookmark", call.own_bookmark);
  } else if (in_range(index) || (shape.trailing && written > 0)) {
    json.text("bookmark", make_bookmark(filter, {index, false}));
  } else {
    write_end(json, end_form(options.seed, filter, options.short_pages));
  }
  json.close_object();
  return body;
}

std::optional<Refusal> check_operating_account(const Call& call) {
  if (!call.arguments.has("ad_account_id")) return std::nullopt;
  const std::string id = call.arguments.get("ad_account_id");
  if (!call.world.find_account(id)) return Refusal{404, 2, "AdAccount not found."};
  if (call.world.options().denied_accounts.contains(id)) {
    return Refusal{403, 29, "You are not permitted to access that resource."};
  }
  return std::nullopt;
}

Result get_user_account(Call& call) {
  if (auto refusal = check_operating_account(call)) return *refusal;
  std::string body;
  JsonText json(body);
  write_user_account(json, call.world);
  return body;
}

Result get_ad_account(Call& call) {
  std::string body;
  JsonText json(body);
  write_account(json, call.world, call.account);
  return body;
}

Result list_ad_accounts(Call& call) {
  const World& world = call.world;
  const bool shared = call.arguments.boolean("include_shared_accounts", true);
  Listing listing = ascending(world.account_count());
  listing.matches = [&](std::int64_t i) {
    const auto account = static_cast<int>(i);
    return !world.is_removed(account) && (shared || !world.is_shared(account));
  };
  listing.write = [&](JsonText& json, std::int64_t i) { write_account(json, world, static_cast<int>(i)); };
  return page(call, listing);
}

Result list_campaigns(Call& call) { return list_entities(call, EntityKind::kCampaign, "campaign_ids"); }
Result list_ad_groups(Call& call) { return list_entities(call, EntityKind::kAdGroup, "ad_group_ids"); }
Result list_ads(Call& call) { return list_entities(call, EntityKind::kAd, "ad_ids"); }

Result list_product_group_promotions(Call& call) {
  const World& world = call.world;
  const Ids own = ids_of(call, "product_group_promotion_ids");
  if (own.empty() && !call.arguments.has("ad_group_id")) {
    return Refusal{400, 1, "Either ad_group_id or product_group_promotion_ids is required."};
  }
  std::int64_t begin = 0;
  std::int64_t end = world.count(EntityKind::kProductGroup, call.account);
  if (own.empty()) {  // else the ad group counts for nothing
    const std::uint64_t id = *ids_of(call, "ad_group_id").begin();
    const auto ad_group = world.find(EntityKind::kAdGroup, call.account, id);
    begin = ad_group ? world.product_groups(*ad_group).first : 0;
    end = ad_group ? begin + world.product_groups(*ad_group).count : 0;
  }
  const auto statuses = statuses_of(call);
  Listing listing{end - 1, begin - 1, -1, {}, {}};
  if (call.arguments.get("order") == "ASCENDING") listing = {begin, end, 1, {}, {}};
  listing.matches = [&](std::int64_t index) {
    const Entity entity{EntityKind::kProductGroup, call.account, index};
    return world.exists(entity) && statuses.contains(world.status(entity)) && allows(own, world.id(entity));
  };
  listing.write = [&](JsonText& json, std::int64_t index) {
    write_entity(json, world, {EntityKind::kProductGroup, call.account, index});
  };
  return page(call, listing);
}

Result list_pins(Call& call) {
  if (auto refusal = check_operating_account(call)) return *refusal;
  const World& world = call.world;
  const bool with_metrics = call.arguments.boolean("pin_metrics", false);
  const bool with_protected = call.arguments.boolean("include_protected_pins", false);
  const std::string filter = call.arguments.get("pin_filter");
  Listing listing = descending(world.pin_count(), world.options().pins_end);
  listing.matches = [&](std::int64_t pin) {
    if (pin_is_protected(world, pin) && !with_protected) return false;
    return passes_pin_filter(world, pin, filter) && has_wanted_creative_type(call, pin);
  };
  listing.write = [&](JsonText& json, std::int64_t pin) { write_pin(json, world, pin, with_metrics); };
  return page(call, listing);
}

Result list_board_pins(Call& call) {
  if (auto refusal = check_operating_account(call)) return *refusal;
  const World& world = call.world;
  const std::uint64_t board = to_id(call.match.place("board_id"));
  const std::string section = call.match.place("section_id");
  if (board < kFirstBoardId || board >= kFirstBoardId + kBoards) return Refusal{404, 40, "Board not found."};
  const std::uint64_t place = to_id(section) - kFirstSectionId;
  if (!section.empty() && (place >= kBoards * kSectionsOfBoard || place % kBoards != board - kFirstBoardId)) {
    return Refusal{404, 2031, "Section not found."};
  }
  const bool with_metrics = call.arguments.boolean("pin_metrics", false);
  Listing listing = descending(world.pin_count(), world.pin_count());
  listing.matches = [&](std::int64_t pin) {
    return board_of_pin(world, pin) == board &&
           (section.empty() || section_of_pin(world, pin) == to_id(section)) &&
           has_wanted_creative_type(call, pin);
  };
  listing.write = [&](JsonText& json, std::int64_t pin) { write_pin(json, world, pin, with_metrics); };
  return page(call, listing);
}

}  // namespace simulator
