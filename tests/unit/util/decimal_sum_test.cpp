#include "tap_pinterest/util/decimal_sum.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tap_pinterest::util {
namespace {

static_assert(sizeof(DecimalSum) <= 40);

DecimalSum sum_of(const std::vector<std::string>& numbers) {
  DecimalSum sum;
  for (const std::string& number : numbers) EXPECT_TRUE(sum.add(number)) << number;
  return sum;
}

std::string zeros(std::size_t count) { return std::string(count, '0'); }

TEST(DecimalSum, IsWhatPythonsDecimalSays) {
  struct Case {
    std::vector<std::string> numbers;
    std::string sum;
  };
  const std::vector<Case> cases{
      {{}, "0"},
      {{"0"}, "0"},
      {{"-0"}, "0"},
      {{"-0.0", "0e5"}, "0"},
      {{"12.50"}, "12.5"},
      {{"-3"}, "-3"},
      {{"1e-05"}, "0.00001"},
      {{"1.5E+3"}, "1500"},
      {{"100"}, "100"},
      {{"0.1", "0.2"}, "0.3"},
      {{"0.1", "-0.1"}, "0"},
      {{"999999999", "1"}, "1000000000"},
      {{"0.999999999", "0.000000001"}, "1"},
      {{"-999999999.999999999", "-0.000000001"}, "-1000000000"},
      {{"1000000000", "-1"}, "999999999"},
      {{"1000000000", "-999999999", "-1"}, "0"},
      {{"-1000000000000000000000", "1e-20"}, "-999999999999999999999.99999999999999999999"},
      {{"1000000000000000000", "-0.000000000000000001"}, "999999999999999999.999999999999999999"},
      {{"9223372036854775807", "9223372036854775807", "-1"}, "18446744073709551613"},
      {{"-9223372036854775808", "0.5"}, "-9223372036854775807.5"},
      {{"123456789.987654321", "-987654321.123456789"}, "-864197531.135802468"},
      {{"1e30", "-1e30", "7"}, "7"},
      {{"1.7976931348623157e308", "-1.7976931348623157E+308", "0.25"}, "0.25"},
      {{"1e27", "-1", "1e-28"}, "999999999999999999999999999.0000000000000000000000000001"},
      {{"0.000001", "0.10", "12.00"}, "12.100001"},
      {{"12345.67e-2", "123.4567e2"}, "12469.1267"},
      {{"-1e-19", "1e-18"}, "0.0000000000000000009"},
      {{"1e9", "1e-9", "1e18", "1e-18", "-1e-27"}, "1000000001000000000.000000001000000000999999999"},
      {{"0.30000000000000000000000000000000000000000000001"},
       "0.30000000000000000000000000000000000000000000001"},
      {{"1e308", "-1e307"}, "9" + zeros(307)},
      {{"5e-324", "5e-324"}, "0." + zeros(322) + "1"},
      {{"1e400", "-9e399"}, "1" + zeros(399)},
      {{"1e-400"}, "0." + zeros(399) + "1"},
  };
  for (const auto& [numbers, sum] : cases) {
    const DecimalSum it = sum_of(numbers);
    EXPECT_EQ(it.text(), sum);
    EXPECT_EQ(it.is_zero(), sum == "0") << sum;
    DecimalSum negative;
    negative -= it;
    EXPECT_EQ(negative.text(), sum == "0" ? "0" : sum.starts_with('-') ? sum.substr(1) : "-" + sum);
  }
}

TEST(DecimalSum, RefusesWhatIsNoNumber) {
  DecimalSum sum = sum_of({"1.5"});
  for (const std::string_view text :
       {"",         "-",    "+1",    ".",   "1.",    ".5",     "-.5",   "01",
        "-01",      "00",   "1e",    "1e+", "1e-",   "e5",     "1.e5",  "NaN",
        "Infinity", "null", " 1",    "1 ",  "1e401", "1e-401", "0e401", "1e99999999999999999999",
        "--1",      "1-",   "1.2.3", "1,5", "0x10",  "1e5.5",  "1e 5",  "\"1\""}) {
    EXPECT_FALSE(sum.add(text)) << text;
  }
  EXPECT_FALSE(sum.add(std::string_view("1\0", 2)));
  EXPECT_EQ(sum.text(), "1.5");
}

TEST(DecimalSum, HoldsBillionsOfTheLargestAddends) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kCases{
      {{"9223372036854775807", "83010348331692982263000000000"},
       {"-999999999.999999999", "-8999999999999999991"}}};
  for (const auto& [number, sum_of_nine_billion] : kCases) {
    DecimalSum ten_thousand;
    for (int i = 0; i < 10'000; ++i) ten_thousand.add(number);
    DecimalSum nine_billion;
    for (int i = 0; i < 900'000; ++i) nine_billion += ten_thousand;
    EXPECT_EQ(nine_billion.text(), sum_of_nine_billion);
    for (int i = 0; i < 900'000; ++i) nine_billion -= ten_thousand;
    EXPECT_TRUE(nine_billion.is_zero());
  }
}

TEST(DecimalSum, DoublesItself) {
  DecimalSum sum = sum_of({"9223372036854775807", "-1e-30"});
  for (int i = 0; i < 23; ++i) sum += sum;
  EXPECT_EQ(sum.text(), "77371252455336267172806655.999999999999999999999991611392");
  const DecimalSum& itself = sum;  // under another name, or clang warns
  sum -= itself;
  EXPECT_TRUE(sum.is_zero());
}

TEST(DecimalSum, AddsAsIntegersOfMillionthsDo) {
  std::mt19937_64 random(15);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same numbers each time
  std::int64_t micros = 0;
  DecimalSum sum;
  for (int i = 0; i < 5'000; ++i) {
    const auto kind = static_cast<std::size_t>(random() % 3);
    const std::int64_t limit = std::array<std::int64_t, 3>{1'000, 1'000'000, 1'000'000'000'000}.at(kind);
    const std::int64_t value =
        static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * limit)) - limit;
    micros += value;
    const std::int64_t size = std::abs(value);
    sum.add(fmt::format("{}{}.{:06}", value < 0 ? "-" : "", size / 1'000'000, size % 1'000'000));
    DecimalSum expected;
    expected.add(fmt::format("{}e-6", micros));
    ASSERT_EQ(sum.text(), expected.text()) << "after " << i;
  }
}

TEST(DecimalSum, IsTheSameInAnyOrder) {
  std::mt19937_64 random(16);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same numbers each time
  std::vector<std::string> numbers(500);
  for (std::string& number : numbers) {
    number = fmt::format("{}{}.{}e{}", random() % 2 == 0 ? "-" : "", random(), random(),
                         static_cast<int>(random() % 641) - 320);
  }
  const std::string expected = sum_of(numbers).text();
  for (int i = 0; i < 20; ++i) {
    std::ranges::shuffle(numbers, random);
    DecimalSum sum = sum_of({numbers.begin(), numbers.begin() + 250});
    const DecimalSum rest = sum_of({numbers.begin() + 250, numbers.end()});
    EXPECT_EQ((sum += rest).text(), expected);
    EXPECT_TRUE((sum -= sum_of(numbers)).is_zero());
  }
}

TEST(DecimalSum, ItsTextIsTheShortest) {
  for (const std::string_view text :
       {"10", "10.0", "10.000000000000", "1e1", "0.1e2", "1.0E+01", "1000e-2"}) {
    EXPECT_EQ(sum_of({std::string(text)}).text(), "10") << text;
  }
  const std::string once = sum_of({"-1234567890123.0456e-7"}).text();
  EXPECT_EQ(once, "-123456.78901230456");
  EXPECT_EQ(sum_of({once}).text(), once);
}

TEST(DecimalSum, CopiesAreTheirOwn) {
  const DecimalSum first = sum_of({"1e100", "1"});
  DecimalSum second = first;
  second.add("-1e100");
  EXPECT_EQ(second.text(), "1");
  EXPECT_EQ(first.text(), "1" + zeros(99) + "1");
  second = first;
  EXPECT_EQ(second.text(), first.text());
  const DecimalSum third = std::move(second);
  EXPECT_EQ(third.text(), first.text());
}

}  // namespace
}  // namespace tap_pinterest::util
