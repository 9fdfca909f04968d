// Accounts, campaigns, ad groups, ads, product groups and pins as the JSON objects of the API.
#pragma once

#include "json_text.hpp"
#include "world.hpp"

namespace simulator {

void write_user_account(JsonText& json, const World& world);
void write_account(JsonText& json, const World& world, int account);
void write_entity(JsonText& json, const World& world, const Entity& entity);
void write_pin(JsonText& json, const World& world, std::int64_t pin, bool with_metrics);

const char* budget_type_of(const World& world, const Entity& ad_group);
const char* creative_type_of_pin(const World& world, std::int64_t pin);
bool pin_was_promoted(const World& world, std::int64_t pin);
bool pin_is_repin(const World& world, std::int64_t pin);
// Listed only where protected pins are asked for.
bool pin_is_protected(const World& world, std::int64_t pin);

// A user has three boards, and each of these three sections, whose ids take turns.
constexpr std::uint64_t kFirstBoardId = 394'205'842'000'000'000;
constexpr std::uint64_t kBoards = 3;
constexpr std::uint64_t kFirstSectionId = 5'000'000'000'000'000'000;
constexpr std::uint64_t kSectionsOfBoard = 3;
std::uint64_t board_of_pin(const World& world, std::int64_t pin);
std::optional<std::uint64_t> section_of_pin(const World& world, std::int64_t pin);

// Now and then, if the options say so, a field that no schema has.
void write_unknown_field(JsonText& json, const World& world, std::uint64_t roll);

}  // namespace simulator
