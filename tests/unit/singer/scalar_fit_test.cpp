#include "tap_pinterest/singer/scalar_fit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tap_pinterest::singer {
namespace {

constexpr ScalarTypes kBoolean{.boolean = true};
constexpr ScalarTypes kInteger{.integer = true};
constexpr ScalarTypes kNumber{.number = true};
constexpr ScalarTypes kString{.string = true};
constexpr ScalarTypes kDateTime{.string = true, .date_time = true};

constexpr std::string_view kMisfit = "misfit";

std::string fitted(TokenKind kind, std::string_view text, const ScalarTypes& types) {
  std::string out;
  const bool fits = append_fitted(out, {kind, text}, types);
  if (fits) return out;
  EXPECT_EQ(out, "null");
  return std::string(kMisfit);
}

struct Row {
  TokenKind kind;
  std::string_view text;
  std::string_view expected;
};

void expect_rows(const ScalarTypes& types, const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(fitted(row.kind, row.text, types), row.expected) << row.text;
}

TEST(ScalarFit, NullFitsEverything) {
  for (const ScalarTypes& types : {kBoolean, kInteger, kNumber, kString, kDateTime}) {
    EXPECT_EQ(fitted(TokenKind::null, "null", types), "null");
  }
}

TEST(ScalarFit, IntegerTakesEveryWholeNumber) {
  expect_rows(kInteger,
              {
                  {TokenKind::integer, "5", "5"},
                  {TokenKind::integer, "123456789012345678901234567890", "123456789012345678901234567890"},
                  {TokenKind::decimal, "1000.0", "1000"},
                  {TokenKind::decimal, "-5.000", "-5"},
                  {TokenKind::decimal, "-0.0", "0"},
                  {TokenKind::decimal, "0.0e-7", "0"},
                  {TokenKind::decimal, "1.5e1", "15"},
                  {TokenKind::decimal, "1E3", "1000"},
                  {TokenKind::decimal, "100e-2", "1"},
                  {TokenKind::decimal, "0.05e+2", "5"},
                  {TokenKind::decimal, "1.5", kMisfit},
                  {TokenKind::decimal, "1.55e1", kMisfit},
                  {TokenKind::decimal, "1e-1", kMisfit},
                  {TokenKind::decimal, "1e999999999", kMisfit},
                  {TokenKind::decimal, "1e-99999999999999999999", kMisfit},
                  {TokenKind::string, "5", "5"},
                  {TokenKind::string, "-5.0", "-5"},
                  {TokenKind::string, "", kMisfit},
                  {TokenKind::string, "+1", kMisfit},
                  {TokenKind::string, "01", kMisfit},
                  {TokenKind::string, "1,000", kMisfit},
                  {TokenKind::string, " 1", kMisfit},
                  {TokenKind::string, "0x10", kMisfit},
                  {TokenKind::boolean, "true", kMisfit},
              });
}

TEST(ScalarFit, BoundsRefuseWhatATargetCouldNotHold) {
  constexpr ScalarTypes kLong{.integer = true, .bounded = true};
  expect_rows(kLong, {
                         {TokenKind::integer, "9223372036854775807", "9223372036854775807"},
                         {TokenKind::integer, "9223372036854775808", kMisfit},
                         {TokenKind::string, "-9223372036854775808", "-9223372036854775808"},
                         {TokenKind::decimal, "-9223372036854775809.0", kMisfit},
                     });
  constexpr ScalarTypes kPositive{.integer = true, .bounded = true, .minimum = 0};
  expect_rows(kPositive, {{TokenKind::integer, "0", "0"}, {TokenKind::integer, "-1", kMisfit}});
}

TEST(ScalarFit, NumberKeepsTheDigits) {
  expect_rows(kNumber,
              {
                  {TokenKind::decimal, "1.10", "1.10"},
                  {TokenKind::decimal, "1E2", "1E2"},
                  {TokenKind::integer, "5", "5"},
                  {TokenKind::integer, "123456789012345678901234567890", "123456789012345678901234567890"},
                  {TokenKind::string, "1.10", "1.10"},
                  {TokenKind::string, "-0.5e-3", "-0.5e-3"},
                  {TokenKind::string, "1e308", "1e308"},
                  {TokenKind::string, "1e-999", "1e-999"},
                  {TokenKind::string, "1e999", kMisfit},
                  {TokenKind::string, "-1E+309", kMisfit},
                  {TokenKind::string, "NaN", kMisfit},
                  {TokenKind::string, "Infinity", kMisfit},
                  {TokenKind::string, "-", kMisfit},
                  {TokenKind::string, "1.", kMisfit},
                  {TokenKind::string, ".5", kMisfit},
                  {TokenKind::string, "1e", kMisfit},
                  {TokenKind::string, "1e+", kMisfit},
                  {TokenKind::string, "+1", kMisfit},
                  {TokenKind::string, "01", kMisfit},
                  {TokenKind::string, "", kMisfit},
                  {TokenKind::string, "5%", kMisfit},
                  {TokenKind::boolean, "false", kMisfit},
              });
}

TEST(ScalarFit, StringQuotesWhatCame) {
  expect_rows(kString, {
                           {TokenKind::string, "a\"b", R"("a\"b")"},
                           {TokenKind::string, "5.0", R"("5.0")"},
                           {TokenKind::integer, "549755885175", R"("549755885175")"},
                           {TokenKind::decimal, "5.0", R"("5")"},
                           {TokenKind::decimal, "5.50", R"("5.50")"},
                           {TokenKind::decimal, "5.49755885175e11", R"("549755885175")"},
                           {TokenKind::decimal, "1e-7", R"("1e-7")"},
                           {TokenKind::boolean, "true", R"("true")"},
                       });
}

TEST(ScalarFit, BooleanTakesItsOwnWordsOnly) {
  expect_rows(kBoolean, {
                            {TokenKind::boolean, "true", "true"},
                            {TokenKind::string, "false", "false"},
                            {TokenKind::string, "True", kMisfit},
                            {TokenKind::integer, "1", kMisfit},
                        });
}

TEST(ScalarFit, DateTimeTakesUnixTimeAndAnyDateTime) {
  expect_rows(kDateTime,
              {
                  {TokenKind::integer, "1451431341", R"("2015-12-29T23:22:21Z")"},
                  {TokenKind::decimal, "1451431341.0", R"("2015-12-29T23:22:21Z")"},
                  {TokenKind::string, "1451431341", R"("2015-12-29T23:22:21Z")"},
                  {TokenKind::integer, "0", "null"},
                  {TokenKind::string, "0", "null"},
                  {TokenKind::integer, "-1", R"("1969-12-31T23:59:59Z")"},
                  {TokenKind::string, "2020-01-01T20:10:40", R"("2020-01-01T20:10:40Z")"},
                  {TokenKind::string, "2020-01-01T20:10:40.5+02:00", R"("2020-01-01T18:10:40.500000Z")"},
                  {TokenKind::integer, "253402300799", R"("9999-12-31T23:59:59Z")"},
                  {TokenKind::integer, "1451431341000", R"("2015-12-29T23:22:21Z")"},
                  {TokenKind::string, "1451431341250", R"("2015-12-29T23:22:21.250000Z")"},
                  {TokenKind::integer, "253402300799999", R"("9999-12-31T23:59:59.999000Z")"},
                  {TokenKind::integer, "253402300800000", kMisfit},
                  {TokenKind::integer, "99999999999999999999", kMisfit},
                  {TokenKind::decimal, "1451431341.5", kMisfit},
                  {TokenKind::string, "yesterday", kMisfit},
                  {TokenKind::string, "", kMisfit},
                  {TokenKind::boolean, "true", kMisfit},
              });
}

TEST(ScalarFit, OfSeveralTypesTheKindThatCameGoesFirst) {
  constexpr ScalarTypes kIntegerOrString{.integer = true, .string = true};
  expect_rows(kIntegerOrString, {
                                    {TokenKind::integer, "5", "5"},
                                    {TokenKind::string, "5", R"("5")"},
                                    {TokenKind::decimal, "5.0", "5"},
                                    {TokenKind::decimal, "5.5", R"("5.5")"},
                                    {TokenKind::boolean, "true", R"("true")"},
                                });
  constexpr ScalarTypes kIntegerOrNumber{.integer = true, .number = true};
  expect_rows(kIntegerOrNumber, {{TokenKind::decimal, "5.0", "5.0"}, {TokenKind::string, "5.5", "5.5"}});
}

}  // namespace
}  // namespace tap_pinterest::singer
