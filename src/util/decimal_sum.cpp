#include "tap_pinterest/util/decimal_sum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <vector>

namespace tap_pinterest::util {
namespace {

constexpr int kLimbDigits = 9;
constexpr std::int64_t kLimbBase = 1'000'000'000;
// The digits on either side of the point that the near limbs hold.
constexpr std::size_t kShort = 18;
constexpr auto kPowersOfTen = [] {
  std::array<std::int64_t, kShort + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers.at(i) = powers.at(i - 1) * 10;
  return powers;
}();
constexpr int kLargestExponent = 400;

bool is_decimal_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_decimal_digit) - text.begin());
}

// Up to the first that is none.
std::int64_t read_digits(const char*& at, const char* end) {
  std::int64_t value = 0;
  for (; at != end && is_decimal_digit(*at); ++at) value = value * 10 + (*at - '0');
  return value;
}

// A number's parts as they are written.
struct Written {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  int exponent = 0;
};

std::optional<int> read_exponent(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  int exponent = 0;
  for (const char c : text) {
    if (!is_decimal_digit(c)) return std::nullopt;
    exponent = exponent * 10 + (c - '0');
    if (exponent > kLargestExponent) return std::nullopt;
  }
  return negative ? -exponent : exponent;
}

std::optional<Written> read_number(std::string_view text) {
  Written number;
  number.negative = text.starts_with('-');
  if (number.negative) text.remove_prefix(1);
  number.whole = text.substr(0, count_digits(text));
  if (number.whole.empty() || (number.whole.size() > 1 && number.whole.front() == '0')) return std::nullopt;
  text.remove_prefix(number.whole.size());
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    number.fraction = text.substr(0, count_digits(text));
    if (number.fraction.empty()) return std::nullopt;
    text.remove_prefix(number.fraction.size());
  }
  if (text.empty()) return number;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  const std::optional<int> exponent = read_exponent(text.substr(1));
  if (!exponent) return std::nullopt;
  number.exponent = *exponent;
  return number;
}

// The place of a digit: its limb, and its power of ten within that.
struct Place {
  int limb;
  std::size_t power;
};

Place place_of(int power) {
  const int limb = (power >= 0 ? power : power - (kLimbDigits - 1)) / kLimbDigits;
  return {limb, static_cast<std::size_t>(power - limb * kLimbDigits)};
}

// Makes every limb 0 to 10^9 - 1, and returns what is carried out of the last: -1 if the whole is negative.
std::int64_t carry_over(std::span<std::int64_t> limbs) {
  std::int64_t carry = 0;
  for (std::int64_t& limb : limbs) {
    limb += carry;
    carry = limb / kLimbBase - (limb % kLimbBase < 0 ? 1 : 0);
    limb -= carry * kLimbBase;
  }
  return carry;
}

void strip_zeros(std::string& text) {
  const std::size_t first = text.find_first_not_of('0');
  text.erase(0, text[first] == '.' ? first - 1 : first);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
}

}  // namespace

DecimalSum::DecimalSum(const DecimalSum& other)
    : near_(other.near_), far_(other.far_ ? std::make_unique<Far>(*other.far_) : nullptr) {}

DecimalSum& DecimalSum::operator=(const DecimalSum& other) { return *this = DecimalSum(other); }

bool DecimalSum::add(std::string_view text) {
  if (add_short(text)) return true;
  const std::optional<Written> number = read_number(text);
  if (!number) return false;
  Place place = place_of(static_cast<int>(number->whole.size()) - 1 + number->exponent);
  std::int64_t value = 0;
  const auto put = [&] {
    if (value != 0) limb(place.limb) += number->negative ? -value : value;
  };
  for (const std::string_view digits : {number->whole, number->fraction}) {
    for (const char c : digits) {
      value = value * 10 + (c - '0');
      if (place.power-- > 0) continue;
      put();
      value = 0;
      place = {place.limb - 1, kLimbDigits - 1};
    }
  }
  value *= kPowersOfTen.at(place.power + 1);
  put();
  return true;
}

DecimalSum& DecimalSum::operator+=(const DecimalSum& other) { return combine(other, 1); }

DecimalSum& DecimalSum::operator-=(const DecimalSum& other) { return combine(other, -1); }

bool DecimalSum::is_zero() const {
  // Almost every zero is one without carrying over.
  const bool is_plain_zero = !far_ && std::ranges::all_of(near_, [](std::int64_t limb) { return limb == 0; });
  return is_plain_zero || text() == "0";
}

std::string DecimalSum::text() const {
  int lowest = kLowestNear;
  int highest = kHighestNear;
  if (far_) {
    lowest = std::min(lowest, far_->begin()->first);
    highest = std::max(highest, far_->rbegin()->first);
  }
  // Two more take what is carried out of the highest.
  std::vector<std::int64_t> limbs(static_cast<std::size_t>(highest - lowest + 3));
  std::ranges::copy(near_, limbs.begin() + (kLowestNear - lowest));
  if (far_) {
    for (const auto& [n, value] : *far_) limbs[static_cast<std::size_t>(n - lowest)] = value;
  }
  const bool negative = carry_over(limbs) < 0;
  if (negative) {
    for (std::int64_t& value : limbs) value = -value;
    carry_over(limbs);
  }
  std::string text;
  for (auto n = static_cast<int>(limbs.size()) - 1; n >= 0; --n) {
    if (n + lowest == -1) text += '.';
    fmt::format_to(std::back_inserter(text), "{:09}", limbs[static_cast<std::size_t>(n)]);
  }
  strip_zeros(text);
  if (negative) text.insert(0, 1, '-');
  return text;
}

bool DecimalSum::add_short(std::string_view text) {
  if (text.size() > kShort) return false;
  const bool negative = text.starts_with('-');
  const char* at = text.data() + (negative ? 1 : 0);
  const char* const end = text.data() + text.size();
  const char* const first = at;
  const std::int64_t whole = read_digits(at, end);
  if (at == first || (*first == '0' && at != first + 1)) return false;
  std::int64_t fraction = 0;
  if (at != end) {
    const char* const point = at;
    if (*at++ != '.') return false;
    fraction = read_digits(at, end);
    const auto digits = static_cast<std::size_t>(at - point - 1);
    if (digits == 0 || at != end) return false;
    fraction *= kPowersOfTen[kShort - digits];
  }
  const std::int64_t sign = negative ? -1 : 1;
  near_[3] += sign * (whole / kLimbBase);
  near_[2] += sign * (whole % kLimbBase);
  near_[1] += sign * (fraction / kLimbBase);
  near_[0] += sign * (fraction % kLimbBase);
  return true;
}

std::int64_t& DecimalSum::limb(int n) {
  if (n >= kLowestNear && n <= kHighestNear) return near_.at(static_cast<std::size_t>(n - kLowestNear));
  if (!far_) far_ = std::make_unique<Far>();
  return (*far_)[n];
}

DecimalSum& DecimalSum::combine(const DecimalSum& other, std::int64_t sign) {
  for (std::size_t i = 0; i < near_.size(); ++i) near_.at(i) += sign * other.near_.at(i);
  if (other.far_) {
    for (const auto& [n, value] : *other.far_) limb(n) += sign * value;
  }
  return *this;
}

}  // namespace tap_pinterest::util
