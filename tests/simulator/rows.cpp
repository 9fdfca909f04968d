// What the table of lists says, as answers.
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "calendar.hpp"
#include "collections.hpp"
#include "entities.hpp"
#include "hash.hpp"
#include "listing.hpp"
#include "row_template.hpp"

namespace simulator {
namespace {

using Json = nlohmann::json;
using Rows = std::vector<std::string>;

constexpr std::int64_t kSlotStep = 1'000;
const Refusal kNotFound{404, 40, "There is no such object."};

const Collection& collection_of(const Call& call) { return *call.match.endpoint->collection; }

std::int64_t count_of(const Collection& it, const Options& options, std::int64_t parent, std::int64_t value) {
  if (!options.catalog && it.path.starts_with("/catalogs")) return 0;
  const auto place = static_cast<std::size_t>(parent + value);
  return it.counts[place % it.counts.size()];
}

const Collection& collection_at(std::string_view path) {
  return *std::ranges::find(collections(), path, &Collection::path);
}

// Whether the list has a row whose id is that far from its first.
bool has_row(const Collection& it, const Options& options, std::int64_t offset) {
  const std::int64_t parent = offset / it.parent_step;
  if (it.parent.empty() ? parent != 0 : !has_row(collection_at(it.parent), options, parent)) return false;
  return offset % it.parent_step < count_of(it, options, parent, 0);
}

std::optional<std::int64_t> find_row(const Collection& it, const Options& options, std::string_view text) {
  std::uint64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  if (id < it.first_id || std::to_string(id) != text) return std::nullopt;
  const auto offset = static_cast<std::int64_t>(id - it.first_id);
  return has_row(it, options, offset) ? std::optional(offset) : std::nullopt;
}

// The value of the slot that a request names, or else the first one.
struct Slot {
  std::string name;
  std::int64_t value = 0;
};

Slot slot_of(const Call& call, const Collection& it) {
  if (it.slot.empty()) return {};
  const std::string place = call.match.place(it.slot);
  const std::string name = place.empty() ? call.arguments.get(it.slot) : place;
  for (const auto* const rules : {&it.parameters, &it.places}) {
    const auto rule = std::ranges::find(*rules, it.slot, &Parameter::name);
    if (rule == rules->end()) continue;
    const auto found = std::ranges::find(rule->values, name.empty() ? rule->values.front() : name);
    return {std::string(*found), found - rule->values.begin()};
  }
  return {};
}

bool has_value(const Json& field, const std::string& wanted) {
  if (field.is_array()) {
    return std::ranges::any_of(field, [&](const Json& part) { return has_value(part, wanted); });
  }
  const std::string value = field.is_string() ? field.get<std::string>() : field.dump();
  if (wanted == "PUBLIC_AND_SECRET") return value != "PROTECTED";
  return wanted == "ALL" || value == wanted;
}

std::vector<std::string> wanted_by(const Arguments& arguments, const RowFilter& filter) {
  if (!filter.when_true.empty()) {
    if (!arguments.boolean(filter.parameter, false)) return {};
    return {std::string(filter.when_true)};
  }
  if (arguments.has(filter.parameter)) return arguments.all(filter.parameter);
  return filter.otherwise.empty() ? std::vector<std::string>{} : std::vector{std::string(filter.otherwise)};
}

bool passes(const Call& call, const Collection& it, const std::string& row) {
  return std::ranges::all_of(it.filters, [&](const RowFilter& filter) {
    const auto wanted = wanted_by(call.arguments, filter);
    if (wanted.empty()) return true;
    const Json field = Json::parse(row).value(filter.field, Json());
    return std::ranges::any_of(wanted, [&](const std::string& value) { return has_value(field, value); });
  });
}

void add_row(Rows& rows, const Collection& it, const TemplateRow& row) {
  std::string text = fill_template(it.row, row);
  if (it.wrap != Wrap::kMap) {
    text.pop_back();
    JsonText json(text);
    write_unknown_field(json, row.call.world, mix(row.key, 90));
    json.close_object();
  }
  if (passes(row.call, it, text)) rows.push_back(std::move(text));
}

std::uint64_t key_of(const Call& call, const Collection& it, std::int64_t offset) {
  return mix(call.world.options().seed, hash_text(it.path), offset);
}

std::string joined(const Rows& rows, std::size_t most) {
  std::string out;
  JsonText json(out);
  for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) json.verbatim(rows[i]);
  return out;
}

Result in_pages(Call& call, const Rows& rows) {
  const auto count = static_cast<std::int64_t>(rows.size());
  Listing listing = call.arguments.get("order") == "DESCENDING" ? descending(count, count) : ascending(count);
  listing.first += listing.step * call.arguments.integer("start_index", 0);
  listing.group = collection_of(call).group;
  listing.matches = [](std::int64_t) { return true; };
  listing.write = [&](JsonText& json, std::int64_t i) { json.verbatim(rows[static_cast<std::size_t>(i)]); };
  return page(call, listing);
}

Result wrapped(Call& call, const Rows& rows) {
  const Collection& it = collection_of(call);
  const auto size = static_cast<std::size_t>(call.arguments.integer("page_size", 25));
  const auto limit = static_cast<std::size_t>(call.arguments.integer("limit", 50));
  if (it.bookmark_fails) {
    return fmt::format(R"({{"items":[{}],"bookmark":"Y2JVSG81V2"}})", joined(rows, size));
  }
  switch (it.wrap) {
    case Wrap::kPages:
      return in_pages(call, rows);
    case Wrap::kItems:
      return fmt::format(R"({{"items":[{}]}})", joined(rows, rows.size()));
    case Wrap::kTrends:
      return fmt::format(R"({{"trends":[{}]}})", joined(rows, limit));
    case Wrap::kArray:
      return fmt::format("[{}]", joined(rows, rows.size()));
    case Wrap::kMap:
      return fmt::format("[{{{}}}]", joined(rows, rows.size()));
    case Wrap::kObject:
      return rows.front();
  }
  return kNotFound;
}

// Whose keywords a request asks for.
struct Parents {
  std::string_view kind = "advertiser";
  std::vector<Entity> entities;
};

std::variant<Parents, Refusal> keyword_parents(const Call& call) {
  struct Source {
    std::string_view parameter;
    std::string_view kind;
    EntityKind entity;
  };
  constexpr auto kSources = std::to_array<Source>({{"campaign_id", "campaign", EntityKind::kCampaign},
                                                   {"ad_group_id", "adgroup", EntityKind::kAdGroup},
                                                   {"ad_group_ids", "adgroup", EntityKind::kAdGroup}});
  if (call.arguments.has("ad_group_ids") && !call.world.options().keyword_batches) {
    return Refusal{400, 1, "Unknown parameter 'ad_group_ids'."};
  }
  Parents parents;
  for (const Source& source : kSources) {
    if (!call.arguments.has(source.parameter)) continue;
    if (!parents.entities.empty()) {
      return Refusal{400, 1, "Only one of campaign_id, ad_group_id and ad_group_ids may be given."};
    }
    const auto& ids = call.arguments.all(source.parameter);
    parents.kind = source.kind;
    for (const std::string& id : std::set(ids.begin(), ids.end())) {
      std::uint64_t number = 0;
      std::from_chars(id.data(), id.data() + id.size(), number);
      const auto entity = call.world.find(source.entity, call.account, number);
      if (!entity) return Refusal{404, 50, fmt::format("There is no {} {}.", source.kind, id)};
      parents.entities.push_back(*entity);
    }
  }
  if (parents.entities.empty()) parents.entities.push_back({EntityKind::kAccount, call.account, 0});
  return parents;
}

std::int64_t keyword_count(const Collection& it, const Entity& parent) {
  const auto index = static_cast<std::size_t>(parent.index);
  if (parent.kind == EntityKind::kAccount) {
    return it.counts[static_cast<std::size_t>(parent.account) % it.counts.size()];
  }
  constexpr std::array<std::int64_t, 5> kCounts{3, 0, 2, 1, 4};
  return kCounts.at(index % kCounts.size());
}

}  // namespace

Result list_rows(Call& call) {
  if (auto refusal = check_operating_account(call)) return *refusal;
  const Collection& it = collection_of(call);
  const Options& options = call.world.options();
  if (it.needs_catalog && !options.catalog) {
    return Refusal{409, 4182, "This needs a catalog, and there is none."};
  }
  std::int64_t parent = std::max(0, call.account);
  std::string parent_id;
  if (!it.parent.empty()) {
    parent_id = call.match.places.back().second;
    const auto found = find_row(collection_at(it.parent), options, parent_id);
    if (!found) return kNotFound;
    parent = *found;
  }
  const Slot slot = slot_of(call, it);
  Rows rows;
  const std::int64_t count = count_of(it, options, parent, slot.value);
  for (std::int64_t index = 0; index < count; ++index) {
    const std::int64_t value = it.first_row_is_shared && index == 0 ? 0 : slot.value;
    const std::int64_t offset = parent * it.parent_step + value * kSlotStep + index * it.step;
    add_row(rows, it,
            {.call = call,
             .key = key_of(call, it, offset),
             .id = it.first_id + static_cast<std::uint64_t>(offset),
             .index = index,
             .value = slot.value,
             .slot = slot.name,
             .parent = parent_id});
  }
  return wrapped(call, rows);
}

Result list_keywords(Call& call) {
  const Collection& it = collection_of(call);
  const auto found = keyword_parents(call);
  if (const auto* const refusal = std::get_if<Refusal>(&found)) return *refusal;
  const auto& [kind, entities] = std::get<Parents>(found);
  Rows rows;
  for (const Entity& parent : entities) {
    const bool of_account = parent.kind == EntityKind::kAccount;
    const std::uint64_t parent_id = of_account ? call.world.account_id(call.account) : call.world.id(parent);
    for (std::int64_t index = 0; index < keyword_count(it, parent); ++index) {
      const std::int64_t list = call.account * 8 + static_cast<int>(parent.kind);
      const std::int64_t offset = (list * 1'000'000 + parent.index) * kSlotStep + index;
      add_row(rows, it,
              {.call = call,
               .key = key_of(call, it, offset),
               .id = it.first_id + static_cast<std::uint64_t>(offset),
               .index = index,
               .parent = std::to_string(parent_id),
               .kind = kind});
    }
  }
  return wrapped(call, rows);
}

// Conversions come in a day later than all else.
Result get_metrics_ready_state(Call& call) {
  const Day day = *parse_day(call.arguments.get("date"));
  const Day today = day_of(call.now);
  if (day > today) return Refusal{400, 1, "The date is in the future."};
  return fmt::format(R"({{"conversion_metrics_ready":{},"non_conversion_metrics_ready":{}}})",
                     day < today - std::chrono::days{1}, day < today);
}

}  // namespace simulator
