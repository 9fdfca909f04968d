// JSON with gaps, from which rows are made.
//
//   @id @n @r          the row's id, its index, a number from 1 to 999,999
//   @s @ms @iso @local @day           when it was made: Unix seconds, milliseconds, text with and without
//   offset
//   @us @ums @uiso                    when it was updated
//   @account @parent @kind @slot      the account's id, the parent's id, what it is, the value of the slot
//   @campaign          the id of a campaign of the account
//   @(a|b|c)           one of them, by chance; they may be empty, or hold gaps
//   @n(a|b|c)          by the row's index
//   @v(a|b|c)          by the place of the slot's value
//   @?name(a|b)        a if the flag of that name is true
#pragma once

#include <string>
#include <string_view>

#include "api.hpp"

namespace simulator {

struct TemplateRow {
  const Call& call;
  std::uint64_t key;  // the root of all chance
  std::uint64_t id = 0;
  std::int64_t index = 0;
  std::int64_t value = 0;  // the place of the slot's value
  std::string slot{};
  std::string parent{};
  std::string_view kind{};
};

std::string fill_template(std::string_view text, const TemplateRow& row);

}  // namespace simulator
