#include "tap_pinterest/util/dates.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tap_pinterest::util {
namespace {

using namespace std::chrono_literals;

TEST(ParseDay, ReadsDaysThatExist) {
  for (const std::string text : {"2026-02-28", "2024-02-29", "2000-02-29", "1970-01-01", "0000-01-01",
                                 "9999-12-31", "2026-12-31", "2026-04-30"}) {
    const auto day = parse_day(text);
    ASSERT_TRUE(day.has_value()) << text;
    EXPECT_EQ(format_day(*day), text);
  }
}

TEST(ParseDay, RefusesDaysThatDoNotExistAndOtherForms) {
  for (const std::string text :
       {"2026-02-29",  "1900-02-29",          "2026-13-01",  "2026-00-10",  "2026-01-00",
        "2026-04-31",  "2026-01-32",          "2026-1-1",    "26-01-01",    "20260101",
        "2026/01/01",  "2026-01-01T00:00:00", " 2026-01-01", "2026-01-01 ", "",
        "+026-01-01",  "2026-01-1x",          "-026-01-01",  "tomorrow",    "2026-01",
        "12026-01-01", "2026-01-01\n"}) {
    EXPECT_FALSE(parse_day(text).has_value()) << text;
  }
}

TEST(DayOf, FloorsAlsoBeforeTheEpoch) {
  EXPECT_EQ(format_day(day_of(Instant{-1us})), "1969-12-31");
  EXPECT_EQ(format_day(day_of(Instant{0us})), "1970-01-01");
  EXPECT_EQ(format_day(day_of(Instant{24h - 1us})), "1970-01-01");
}

TEST(ParseDateTime, BringsEveryFormToUtc) {
  struct Row {
    std::string text;
    std::string expected;
  };
  const std::vector<Row> rows = {
      {"2026-10-24T18:24:24", "2026-10-24T18:24:24Z"},
      {"2026-10-24T18:24:24Z", "2026-10-24T18:24:24Z"},
      {"2026-10-24t18:24:24z", "2026-10-24T18:24:24Z"},
      {"2026-10-24 18:24:24", "2026-10-24T18:24:24Z"},
      {"2026-10-24", "2026-10-24T00:00:00Z"},
      {"2026-10-24T18:24", "2026-10-24T18:24:00Z"},
      {"2026-10-24T18", "2026-10-24T18:00:00Z"},
      {"2026-10-24 18:24+02:00", "2026-10-24T16:24:00Z"},
      {"2026-10-24T18-05", "2026-10-24T23:00:00Z"},
      {"2026-10-24T18Z", "2026-10-24T18:00:00Z"},
      {"2026-10-24T18:24:24.387869", "2026-10-24T18:24:24.387869Z"},
      {"2026-10-24T18:24:24.5Z", "2026-10-24T18:24:24.500000Z"},
      {"2026-10-24T18:24:24.000Z", "2026-10-24T18:24:24Z"},
      {"2026-10-24T18:24:24.0000019999999999999999999999", "2026-10-24T18:24:24.000001Z"},
      {"2026-10-24T18:24:24+02:00", "2026-10-24T16:24:24Z"},
      {"2026-10-24T18:24:24+0200", "2026-10-24T16:24:24Z"},
      {"2026-10-24T18:24:24+02", "2026-10-24T16:24:24Z"},
      {"2026-10-24T18:24:24.25-05:30", "2026-10-24T23:54:24.250000Z"},
      {"2026-12-31T23:59:60Z", "2026-12-31T23:59:59Z"},
      {"2024-02-29T23:30:00-01:00", "2024-03-01T00:30:00Z"},
      {"2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"2026-10-24T00:00:00-00:00", "2026-10-24T00:00:00Z"},
  };
  for (const Row& row : rows) {
    const auto instant = parse_date_time(row.text);
    ASSERT_TRUE(instant.has_value()) << row.text;
    EXPECT_EQ(format_date_time(*instant), row.expected) << row.text;
  }
}

TEST(ParseDateTime, RefusesMomentsThatDoNotExistAndOtherForms) {
  for (const std::string text : {"2026-02-29T00:00:00Z",
                                 "2026-10-24T24:00:00Z",
                                 "2026-10-24T18:60:00Z",
                                 "2026-10-24T18:24:61Z",
                                 "2026-10-24T1824",
                                 "2026-10-24T18:",
                                 "2026-10-24T18:24:",
                                 "2026-10-24T18.5",
                                 "2026-10-24T18:24.5",
                                 "2026-10-24T8",
                                 "2026-10-24T",
                                 "2026-10-24T18:24:24.Z",
                                 "2026-10-24T18:24:24,5Z",
                                 "2026-10-24T18:24:24+24:00",
                                 "2026-10-24T18:24:24+02:60",
                                 "2026-10-24T18:24:24+2",
                                 "2026-10-24T18:24:24+020",
                                 "2026-10-24T18:24:24+",
                                 "2026-10-24T18:24:24+02:",
                                 "2026-10-24T18:24:24ZZ",
                                 "2026-10-24T18:24:24 Z",
                                 "2026-10-24  18:24:24",
                                 "2026-10-24T18:24:24Z ",
                                 "2026-10-24_18:24:24",
                                 "1761330264",
                                 "",
                                 "now",
                                 "0000-01-01T00:00:00+01:00",
                                 "9999-12-31T23:59:59-01:00"}) {
    EXPECT_FALSE(parse_date_time(text).has_value()) << text;
  }
}

TEST(ParseUnixTime, ReadsSecondsAndMilliseconds) {
  struct Row {
    std::string text;
    std::string expected;
  };
  const std::vector<Row> rows = {
      {"1774155600", "2026-03-22T05:00:00Z"},
      {"1774155600000", "2026-03-22T05:00:00Z"},
      {"1774155600.0", "2026-03-22T05:00:00Z"},
      {"1.7741556e12", "2026-03-22T05:00:00Z"},
      {"1774155600.5", "2026-03-22T05:00:00.500000Z"},
      {"0", "1970-01-01T00:00:00Z"},
      {"-1", "1969-12-31T23:59:59Z"},
      {"99999999999", "5138-11-16T09:46:39Z"},
      {"100000000001", "1973-03-03T09:46:40.001000Z"},
  };
  for (const Row& row : rows) {
    const auto instant = parse_unix_time(row.text);
    ASSERT_TRUE(instant.has_value()) << row.text;
    EXPECT_EQ(format_date_time(*instant), row.expected) << row.text;
  }
}

TEST(ParseUnixTime, RefusesWhatIsNoNumber) {
  for (const std::string text :
       {"", "soon", "inf", "nan", "1e999", "1774155600 ", "+1", "0x10", "100000000000000"}) {
    EXPECT_FALSE(parse_unix_time(text).has_value()) << text;
  }
}

TEST(ParseHttpDate, ReadsImfFixdate) {
  struct Row {
    std::string text;
    std::string expected;
  };
  const std::vector<Row> rows = {
      {"Tue, 24 Nov 2026 10:00:00 GMT", "2026-11-24T10:00:00Z"},
      {"Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"},
      {"Thu, 29 Feb 2024 23:59:60 GMT", "2024-02-29T23:59:59Z"},
      {"Mon, 24 Nov 2026 10:00:00 GMT", "2026-11-24T10:00:00Z"},  // a Tuesday: the date counts
  };
  for (const Row& row : rows) {
    const auto instant = parse_http_date(row.text);
    ASSERT_TRUE(instant.has_value()) << row.text;
    EXPECT_EQ(format_date_time(*instant), row.expected) << row.text;
  }
}

TEST(ParseHttpDate, RefusesOtherForms) {
  for (const std::string text :
       {"Tue, 31 Nov 2026 10:00:00 GMT", "Tue, 24 Nov 2026 10:00:00", "Tue, 24 Nov 2026 10:00:00 UTC",
        "Tue, 24 Nov 2026 10:00:00 GMT ", "Tue, 24 nov 2026 10:00:00 GMT", "Tue, 4 Nov 2026 10:00:00 GMT",
        "24 Nov 2026 10:00:00 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Xxx, 24 Nov 2026 10:00:00 GMT", "Tue, 29 Feb 2026 10:00:00 GMT", "Tue, 24 Nov 2026 25:00:00 GMT",
        ""}) {
    EXPECT_FALSE(parse_http_date(text).has_value()) << text;
  }
}

TEST(Dates, DurationsAreForPeople) {
  using namespace std::chrono_literals;
  EXPECT_EQ(describe(0s), "0 s");
  EXPECT_EQ(describe(45s), "45 s");
  EXPECT_EQ(describe(60s), "1 min");
  EXPECT_EQ(describe(725s), "12 min 5 s");
  EXPECT_EQ(describe(3605s), "1 h");
  EXPECT_EQ(describe(67150s), "18 h 39 min");
  EXPECT_EQ(describe(24h), "1 day");
  EXPECT_EQ(describe(74h), "3 days 2 h");
}

}  // namespace
}  // namespace tap_pinterest::util
