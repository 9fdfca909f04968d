#include "tap_pinterest/sync/list_plan.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fakes/test_config.hpp"

namespace tap_pinterest::sync {
namespace {

using fakes::day;
using pinterest::Fills;
using pinterest::find_stream;

pinterest::ListRows rows_of(std::vector<std::string> ids, std::vector<std::string> also = {}) {
  pinterest::ListRows rows;
  rows.ids = std::move(ids);
  for (std::string& text : also) rows.also.push_back({std::move(text)});
  return rows;
}

std::string text_of(const Fills& fills) {
  std::string text;
  for (const pinterest::Fill& fill : fills) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", fill.slot, fill.value);
  }
  return text;
}

std::vector<std::string> all_of(ListPlan& plan) {
  std::vector<std::string> texts;
  while (const auto fills = plan.next()) texts.push_back(text_of(*fills));
  return texts;
}

using Texts = std::vector<std::string>;

TEST(ListPlan, OfAListWithoutParentsIsOneOfEachCombination) {
  const config::Config config = fakes::test_config();
  ListPlan boards(*find_stream("boards"));
  boards.complete(config, day("2026-03-01"));
  EXPECT_EQ(all_of(boards), Texts{""});
  ListPlan audiences(*find_stream("audiences"));
  audiences.complete(config, day("2026-03-01"));
  EXPECT_EQ(all_of(audiences), (Texts{"ownership_type=OWNED", "ownership_type=RECEIVED"}));
}

TEST(ListPlan, HasEachCombinationForEachRowOfAParentAndWhatThatInherited) {
  const config::Config config = fakes::test_config();
  ListPlan partners(*find_stream("business_partners"));
  EXPECT_EQ(partners.take("business_employers", rows_of({"7"}), {}), "");
  EXPECT_EQ(partners.take("business_employers", rows_of({"8", "7"}), {}), "");
  partners.complete(config, day("2026-03-01"));
  EXPECT_EQ(partners.size(), 4U);
  EXPECT_EQ(all_of(partners),
            (Texts{"business_id=7 partner_type=INTERNAL", "business_id=7 partner_type=EXTERNAL",
                   "business_id=8 partner_type=INTERNAL", "business_id=8 partner_type=EXTERNAL"}));

  ListPlan pins(*find_stream("board_section_pins"));
  pins.take("board_sections", rows_of({"1"}), {{"board_id", "9", "board_id"}});
  pins.complete(config, day("2026-03-01"));
  EXPECT_EQ(all_of(pins), Texts{"board_id=9 section_id=1"});
}

TEST(ListPlan, NamesAnIdThatNoAddressCanHold) {
  ListPlan sections(*find_stream("board_sections"));
  EXPECT_EQ(sections.take("boards", rows_of({"7", "../8"}), {}), "../8");
}

TEST(ListPlan, AsksOnceWhereAParentOnlyComesBefore) {
  const config::Config config = fakes::test_config();
  ListPlan ready(*find_stream("metrics_ready_state"));
  ready.take("ad_accounts", rows_of({"1", "2"}), {});
  ready.complete(config, day("2026-03-01"));
  EXPECT_EQ(ready.size(), 30U);
}

TEST(ListPlan, AsksForWhatOthersNeedWhereNobodyWantsItsRows) {
  const config::Config config = fakes::test_config();
  ListPlan ready(*find_stream("metrics_ready_state"));
  ready.complete(config, day("2026-03-08"), /*is_for_others=*/true);
  EXPECT_EQ(ready.size(), 7U);
  EXPECT_EQ(text_of(ready.next().value()), "date=2026-03-01");
}

TEST(ListPlan, AsksForSeveralParentsAtOnceAndForEachAlone) {
  const config::Config config = fakes::test_config();
  ListPlan keywords(*find_stream("keywords"));
  Texts ids;
  for (int id = 1; id <= 201; ++id) ids.push_back(std::to_string(id));
  keywords.take("ad_groups", rows_of(ids), {});
  keywords.take("campaigns", rows_of({"900"}), {});
  keywords.complete(config, day("2026-03-01"));
  EXPECT_EQ(keywords.size(), 4U);
  EXPECT_EQ(text_of(*keywords.next()), "");
  EXPECT_EQ(text_of(*keywords.next()), "campaign_id=900");
  const Fills batch = *keywords.next();
  EXPECT_EQ(batch.size(), 200U);
  EXPECT_TRUE(keywords.is_batch(batch));
  EXPECT_FALSE(keywords.is_batch({{"campaign_id", "900", ""}}));
  EXPECT_FALSE(keywords.is_of_others(batch, rows_of({"k"}, {"200"})));
  EXPECT_TRUE(keywords.is_of_others(batch, rows_of({"k", "l"}, {"200", "201"})));
  const Fills last = *keywords.next();
  EXPECT_EQ(text_of(last), "ad_group_ids=201");
  keywords.ask_one_by_one(last);
  EXPECT_EQ(keywords.size(), 1U);
  const Fills single = *keywords.next();
  EXPECT_EQ(text_of(single), "ad_group_id=201");
  EXPECT_FALSE(keywords.is_batch(single));
  EXPECT_EQ(keywords.parent_of(single)->list, "ad_groups");
  EXPECT_EQ(keywords.size(), 0U);
  EXPECT_EQ(keywords.parent_of({}), nullptr);
}

TEST(ListPlan, WantsTheFieldsOfItsCondition) {
  const pinterest::StreamDefinition& promotions = *find_stream("product_group_promotions");
  EXPECT_EQ(ListPlan::wanted_of("campaigns", promotions), "objective_type");
  EXPECT_EQ(ListPlan::wanted_of("ad_groups", promotions), "campaign_id");
  EXPECT_EQ(ListPlan::wanted_of("boards", *find_stream("board_pins")), "");
}

}  // namespace
}  // namespace tap_pinterest::sync
