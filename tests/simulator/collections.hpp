// The lists that are made from a table: of each its rules, how many rows there are, and a template of a row.
#pragma once

#include "api.hpp"

namespace simulator {

// How the rows stand in the answer.
enum class Wrap {
  kPages,   // {"items": [rows], "bookmark": …}
  kItems,   // {"items": [rows]}
  kTrends,  // {"trends": [rows]}
  kArray,   // [rows]
  kMap,     // [{rows}], each a member of an object
  kObject,  // the one row
};

// A parameter that leaves out the rows whose field has another value.
struct RowFilter {
  std::string_view parameter;
  std::string_view field;
  std::string_view otherwise{};  // counts where the parameter is not given
  std::string_view when_true{};  // of a flag: what the field has to be
};

Result list_rows(Call& call);

struct Collection {
  std::string_view path;
  std::string_view category{};
  std::vector<std::string_view> scopes{};
  std::vector<Parameter> parameters{};
  std::vector<Parameter> places{};
  Wrap wrap = Wrap::kPages;
  std::string_view row{};  // see `row_template.hpp`
  // Rows of the first account or parent, the second, and so on, over and over.
  std::vector<std::int64_t> counts{1};
  // The parameter or place whose values have different rows; the next value has the count of the next parent.
  std::string_view slot{};
  bool first_row_is_shared = false;  // by all values of the slot
  std::vector<RowFilter> filters{};
  std::string_view parent{};  // the path of the list whose ids the last place takes
  // Ids are `first_id + parent * parent_step + value of the slot * 1000 + index * step`.
  std::uint64_t first_id = 0;
  std::int64_t parent_step = 10'000;
  std::int64_t step = 1;
  std::int64_t group = 0;       // see Listing
  bool needs_catalog = false;   // 409 without one
  bool bookmark_fails = false;  // there always is one, and it leads to the first page
  Result (*handle)(Call&) = list_rows;
};

const std::vector<Collection>& collections();

// Those that need more than a table.
Result list_keywords(Call& call);
Result list_board_pins(Call& call);
Result list_top_pins(Call& call);
Result get_metrics_ready_state(Call& call);

}  // namespace simulator
