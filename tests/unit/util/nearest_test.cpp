#include "tap_pinterest/util/nearest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tap_pinterest::util {
namespace {

using namespace std::string_view_literals;

constexpr auto kNames = std::to_array<std::string_view>(
    {"start_date", "end_date", "client_id", "client_secret", "ads", "ad_groups", "SPEND_IN_DOLLAR"});

TEST(Nearest, CountsTheLettersThatAreWrong) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("start_date", "START_DATE"), 0U);
  EXPECT_EQ(edit_distance("start_dat", "start_date"), 1U);
  EXPECT_EQ(edit_distance("start_dtae", "start_date"), 1U);
  EXPECT_EQ(edit_distance("startdata", "start_date"), 2U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Nearest, FindsTheNearestName) {
  EXPECT_EQ(nearest("strat_date", kNames), "start_date"sv);
  EXPECT_EQ(nearest("StartDate", kNames), "start_date"sv);
  EXPECT_EQ(nearest("clientid", kNames), "client_id"sv);
  EXPECT_EQ(nearest("adds", kNames), "ads"sv);
  EXPECT_EQ(nearest("adgroups", kNames), "ad_groups"sv);
  EXPECT_EQ(nearest("spend_in_dolar", kNames), "SPEND_IN_DOLLAR"sv);
}

TEST(Nearest, FindsNothingWhereNothingIsNear) {
  EXPECT_FALSE(nearest("colour", kNames));
  EXPECT_FALSE(nearest("", kNames));
  EXPECT_FALSE(nearest("x", kNames));
  EXPECT_FALSE(nearest(std::string(100'000, 'a'), kNames));
  EXPECT_FALSE(nearest("start_date", {}));
}

TEST(Nearest, AsksOnlyWhereSomethingIsNear) {
  EXPECT_EQ(did_you_mean("endate", kNames), "; did you mean end_date?");
  EXPECT_EQ(did_you_mean("colour", kNames), "");
}

TEST(Nearest, RepeatsNoSecret) {
  EXPECT_TRUE(is_plain_name("SPEND_IN_DOLAR"));
  EXPECT_TRUE(is_plain_name("TOTAL_VIDEO_3SEC_VIEWS"));
  for (const std::string_view text :
       {"", "pina_AMAZ8LQXACVRQAQAGCAMOAHKQ2D4HDABACGSPJ7LTBQ2AQBWLHTLC", "hunter2", "hunter-2", "0123456789",
        "3f786850e387550fdab836ed7e6dc881de23001b", "a b", "a\nb"}) {
    EXPECT_FALSE(is_plain_name(text)) << text;
  }
  EXPECT_FALSE(is_plain_name(std::string(61, 'A')));
}

}  // namespace
}  // namespace tap_pinterest::util
