#include "tap_pinterest/pinterest/streams.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "fakes/test_config.hpp"

namespace tap_pinterest::pinterest {
namespace {

using fakes::test_config;
using singer::Json;

const Json& property(const singer::StreamDescription& description, std::string_view name) {
  return description.schema.at("properties").at(name);
}

TEST(Streams, AreSixtyAndParentsComeBeforeTheirChildren) {
  std::set<std::string_view> seen;
  for (const StreamDefinition& stream : streams()) {
    for (const Parent& parent : stream.parents) {
      for (const std::string_view needed : {parent.list, parent.condition.list}) {
        EXPECT_TRUE(needed.empty() || seen.contains(needed)) << stream.id;
      }
    }
    EXPECT_TRUE(seen.insert(stream.id).second) << stream.id;
  }
  EXPECT_EQ(seen.size(), 60U);
}

// What an address has a place for, something fills; and what a column is filled with, the schema has.
TEST(Streams, FillEveryPlaceOfTheirPathsAndHaveEveryColumnThatIsFilled) {
  for (const StreamDefinition& stream : streams()) {
    const auto description = describe(stream, test_config());
    const auto has = [&](std::string_view column) {
      return description.schema.at("properties").contains(std::string(column));
    };
    std::set<std::string_view> filled = {"ad_account_id"};
    for (const StreamDefinition* at = &stream; at != nullptr;) {
      for (const Parent& parent : at->parents) filled.insert({parent.slot, parent.single_slot});
      for (const Slot& slot : at->slots) filled.insert(slot.name);
      at = find_stream(at->parent().list);
    }
    for (std::size_t open = stream.path.find('{'); open != std::string_view::npos;
         open = stream.path.find('{', open + 1)) {
      const std::string_view place = stream.path.substr(open + 1, stream.path.find('}', open) - open - 1);
      EXPECT_TRUE(filled.contains(place)) << stream.id << " " << place;
    }
    for (const std::string_view column : {stream.day_column, stream.rank_column}) {
      EXPECT_TRUE(column.empty() || has(column)) << stream.id << "." << column;
    }
    for (const Slot& slot : stream.slots) {
      EXPECT_TRUE(slot.name.empty() || has(slot.column.empty() ? slot.name : slot.column)) << stream.id;
    }
    EXPECT_TRUE(stream.dropped.empty() || !has(stream.dropped)) << stream.id;
    EXPECT_FALSE(stream.scopes.empty()) << stream.id;
  }
}

TEST(Streams, OfProductItemsHaveNoTotal) {
  config::Config config = test_config();
  const StreamDefinition& items = *find_stream("product_item_report");
  EXPECT_EQ(find_stream_problem(items, config), "");
  config.analytics.granularity = config::Granularity::total;
  EXPECT_TRUE(find_stream_problem(items, config)
                  .starts_with("analytics_granularity: product_item_report has no TOTAL"));
  EXPECT_EQ(find_stream_problem(*find_stream("keyword_report"), config), "");
}

// What the engine takes for granted of the table.
TEST(Streams, AskOneThingOfAParentAndForSeveralOnlyWhereNothingElseIsFilled) {
  std::map<std::string_view, std::set<std::string_view>> wanted;
  for (const StreamDefinition& stream : streams()) {
    for (const Parent& parent : stream.parents) {
      if (!parent.condition.list.empty()) {
        wanted[parent.condition.list].insert(parent.condition.field);
        wanted[parent.list].insert(parent.condition.by);
      }
      if (stream.source != Source::list || parent.batch == 1) continue;
      EXPECT_FALSE(parent.single_slot.empty()) << stream.id;
      EXPECT_TRUE(stream.slots[0].name.empty()) << stream.id;
      EXPECT_TRUE(find_stream(parent.list)->slots[0].name.empty()) << stream.id;
      EXPECT_TRUE(find_stream(parent.list)->parent().list.empty()) << stream.id;
    }
  }
  for (const auto& [list, fields] : wanted) EXPECT_EQ(fields.size(), 1U) << list;
}

TEST(Streams, AreReadWholeIfTheConfigurationSaysSo) {
  config::Config config = test_config();
  EXPECT_EQ(describe(*find_stream("pins"), config).replication_key, "created_at");
  config.full_table_streams = {"pins"};
  EXPECT_EQ(find_name_problem(config), "");
  EXPECT_EQ(describe(*find_stream("pins"), config).replication_key, "");
  EXPECT_TRUE(describe(*find_stream("pins"), config).whole_by_configuration);
  EXPECT_EQ(describe(*find_stream("campaigns"), config).replication_key, "updated_time");
  config.full_table_streams = {"pins", "campaign"};
  EXPECT_EQ(find_name_problem(config),
            "full_table_streams: no such stream: campaign; did you mean campaigns?");
}

TEST(Streams, OfNoAccountAreInTheFirstShardAlone) {
  config::Config config = fakes::test_config();
  const auto is_in = [&](std::string_view id) { return is_in_shard(*find_stream(id), config); };
  for (const StreamDefinition& stream : streams()) EXPECT_TRUE(is_in(stream.id)) << stream.id;
  config.shard = config::Shard{.number = 1, .count = 2};
  for (const StreamDefinition& stream : streams()) EXPECT_TRUE(is_in(stream.id)) << stream.id;
  config.shard = config::Shard{.number = 2, .count = 2};
  for (const auto* id : {"ad_accounts", "campaigns", "ad_analytics", "keyword_report", "data_quality"}) {
    EXPECT_TRUE(is_in(id)) << id;
  }
  for (const auto* id : {"pins", "pin_analytics", "user_account_analytics", "boards", "board_pins",
                         "catalogs", "business_members", "metrics_ready_state", "trending_keywords"}) {
    EXPECT_FALSE(is_in(id)) << id;
  }
}

TEST(Streams, AreFoundByTheirExactName) {
  EXPECT_EQ(find_stream("pins")->path, "/pins");
  EXPECT_EQ(find_stream("Pins"), nullptr);
  EXPECT_EQ(find_stream(""), nullptr);
}

TEST(Streams, HaveKeysThatTheirSchemaTypesAndNeverNulls) {
  for (const StreamDefinition& stream : streams()) {
    const auto description = describe(stream, test_config());
    ASSERT_FALSE(description.key_properties.empty()) << stream.id;
    for (const std::string& key : description.key_properties) {
      EXPECT_EQ(property(description, key).at("type"), "string") << stream.id << "." << key;
    }
    if (!description.replication_key.empty()) {
      EXPECT_TRUE(description.schema.at("properties").contains(description.replication_key)) << stream.id;
    }
  }
}

TEST(Streams, NameTheirCategoriesAsTheOpenApiDocumentDoes) {
  EXPECT_EQ(to_string(Category::ads_read), "ads_read");
  EXPECT_EQ(to_string(Category::ads_analytics), "ads_analytics");
  EXPECT_EQ(to_string(Category::org_read), "org_read");
  EXPECT_EQ(to_string(Category::org_analytics), "org_analytics");
  EXPECT_EQ(to_string(Category::catalogs_read), "catalogs_read");
  EXPECT_EQ(to_string(Category::trends_read), "trends_read");
}

TEST(Describe, MakesEveryColumnAPropertyOfMetrics) {
  config::Config config = test_config();
  config.analytics.columns = {"SPEND_IN_DOLLAR", "CAMPAIGN_NAME"};
  const auto description = describe(*find_stream("campaign_analytics"), config);
  const Json& metrics = property(description, "metrics").at("properties");
  EXPECT_EQ(metrics.size(), 2U);
  EXPECT_EQ(metrics.at("SPEND_IN_DOLLAR").at("type"), (Json{"number", "null"}));
  EXPECT_EQ(metrics.at("CAMPAIGN_NAME").at("type"), (Json{"string", "null"}));
  EXPECT_EQ(description.configured_object, "metrics");
}

TEST(Describe, MakesMetricTypesPropertiesOfPinMetrics) {
  const auto description = describe(*find_stream("pin_analytics"), test_config());
  const Json& metrics = property(description, "metrics").at("properties");
  EXPECT_EQ(metrics.size(), 2U);
  EXPECT_EQ(metrics.at("SAVE").at("type"), (Json{"number", "null"}));
}

TEST(Describe, MakesDateADateTimeForHoursOnly) {
  config::Config config = test_config();
  const StreamDefinition& stream = *find_stream("ad_analytics");
  EXPECT_EQ(property(describe(stream, config), "DATE").at("format"), "date");
  config.analytics.granularity = config::Granularity::hour;
  EXPECT_EQ(property(describe(stream, config), "DATE").at("format"), "date-time");
  EXPECT_EQ(property(describe(*find_stream("pin_analytics"), config), "date").at("format"), "date");
}

TEST(Scopes, AreThoseOfAllChosenStreams) {
  EXPECT_EQ(scopes_of(streams_by_default()), "ads:read,boards:read,pins:read");
  EXPECT_EQ(scopes_of(streams_by_default(), "user_accounts:read,ads:read"),
            "ads:read,boards:read,pins:read,user_accounts:read");
  EXPECT_EQ(scopes_of({}), "");
  singer::Selection selection;
  selection.streams.resize(2);
  selection.streams[0].id = "billing_invoices";
  selection.streams[1].id = "catalogs";
  EXPECT_EQ(scopes_of(selected_streams(streams(), selection)), "ads:read,billing:read,catalogs:read");
}

TEST(Scopes, ThatLackAreThoseThatWereNotGranted) {
  EXPECT_EQ(scopes_without("ads:read,pins:read", "pins:read  boards:read, ads:read"), "");
  EXPECT_EQ(scopes_without("ads:read,pins:read", "ads:readonly"), "ads:read,pins:read");
  const StreamDefinition& pins = *find_stream("pins");
  EXPECT_EQ(find_lacking_scopes(pins, "ads:read boards:read"), "pins:read");
  EXPECT_EQ(find_lacking_scopes(pins, "boards:read,pins:read"), "");
  EXPECT_EQ(find_lacking_scopes(pins, ""), "") << "nothing is known of what was granted";
}

TEST(FindTargetingProblem, NamesTheTypeAndTheStreamThatHasIt) {
  config::Config config = test_config();
  config.analytics.targeting_types = {"GENDER", "QUIZ_RESULT"};
  EXPECT_EQ(find_stream_problem(*find_stream("ad_targeting_analytics"), config), "");
  EXPECT_EQ(find_stream_problem(*find_stream("campaign_analytics"), config), "");
  EXPECT_EQ(
      find_stream_problem(*find_stream("campaign_targeting_analytics"), config),
      "targeting_types: campaign_targeting_analytics has no QUIZ_RESULT, only ad_targeting_analytics has it; "
      "remove it, or deselect campaign_targeting_analytics");
}

TEST(Describe, GivesTotalNoReplicationKey) {
  config::Config config = test_config();
  config.analytics.granularity = config::Granularity::total;
  EXPECT_EQ(describe(*find_stream("campaign_analytics"), config).replication_key, "");
  EXPECT_EQ(describe(*find_stream("pin_analytics"), config).replication_key, "date");
  EXPECT_EQ(describe(*find_stream("campaigns"), config).replication_key, "updated_time");
}

TEST(Describe, LeavesListsAsTheirSchemaFileHasThem) {
  const auto description = describe(*find_stream("ad_accounts"), test_config());
  EXPECT_EQ(description.configured_object, "");
  EXPECT_EQ(description.replication_key, "");
  EXPECT_EQ(description.key_properties, std::vector<std::string>{"id"});
}

}  // namespace
}  // namespace tap_pinterest::pinterest
