#include "tap_pinterest/singer/messages.hpp"

#include <gtest/gtest.h>

namespace tap_pinterest::singer {
namespace {

SelectedStream stream_of(ReplicationMethod method, std::string replication_key) {
  return {"ads",
          Json::parse(R"({"type":"object","properties":{"id":{"type":"string"}}})"),
          {"id"},
          method,
          std::move(replication_key)};
}

TEST(Messages, SchemaNamesKeysAndBookmark) {
  EXPECT_EQ(
      schema_line(stream_of(ReplicationMethod::incremental, "updated_time")),
      R"({"type":"SCHEMA","stream":"ads","schema":{"type":"object","properties":{"id":{"type":"string"}}},)"
      R"("key_properties":["id"],"bookmark_properties":["updated_time"]})"
      "\n");
}

TEST(Messages, SchemaOfAFullTableHasNoBookmark) {
  EXPECT_EQ(
      schema_line(stream_of(ReplicationMethod::full_table, "")),
      R"({"type":"SCHEMA","stream":"ads","schema":{"type":"object","properties":{"id":{"type":"string"}}},)"
      R"("key_properties":["id"]})"
      "\n");
}

TEST(Messages, StateKeepsTheOrderOfItsKeys) {
  std::vector<std::string> problems;
  EXPECT_EQ(state_line(State::parse(R"({"z":1,"bookmarks":{"b":{},"a":{}}})", problems)),
            "{\"type\":\"STATE\",\"value\":{\"z\":1,\"bookmarks\":{\"b\":{},\"a\":{}}}}\n");
}

TEST(Messages, PrefixRecordAndSuffixMakeALine) {
  const std::string line = record_prefix("ads") + R"({"id":"1"})" + record_suffix("2026-10-24T18:24:24Z");
  EXPECT_EQ(line,
            R"({"type":"RECORD","stream":"ads","record":{"id":"1"},"time_extracted":"2026-10-24T18:24:24Z"})"
            "\n");
}

}  // namespace
}  // namespace tap_pinterest::singer
