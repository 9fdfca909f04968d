// Sums of decimals to the last digit.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace tap_pinterest::util {

// An exact sum of decimals as they are written in JSON ("12.50", "-3", "1e-05"); never through floating
// point, for up to nine billion addends of any size that JSON numbers of a double have.
class DecimalSum {
 public:
  DecimalSum() = default;
  DecimalSum(const DecimalSum& other);
  DecimalSum(DecimalSum&&) noexcept = default;
  DecimalSum& operator=(const DecimalSum& other);
  DecimalSum& operator=(DecimalSum&&) noexcept = default;
  ~DecimalSum() = default;

  // False, and nothing added, if it is no JSON number or has an exponent beyond 400.
  bool add(std::string_view number);
  DecimalSum& operator+=(const DecimalSum& other);
  DecimalSum& operator-=(const DecimalSum& other);

  bool is_zero() const;
  // The shortest form: no exponent, no zeros at either end that say nothing; "0".
  std::string text() const;

 private:
  using Far = std::map<int, std::int64_t>;

  static constexpr int kLowestNear = -2;
  static constexpr int kHighestNear = 1;

  // The quick way for short numbers without an exponent. False, and nothing added, if it is none.
  bool add_short(std::string_view text);
  // Limb n counts units of 10^(9n). Nothing is carried over before text() needs it, so that adding is cheap.
  std::int64_t& limb(int n);
  DecimalSum& combine(const DecimalSum& other, std::int64_t sign);

  std::array<std::int64_t, kHighestNear - kLowestNear + 1> near_{};  // all that usual numbers need
  std::unique_ptr<Far> far_;                                         // never empty
};

}  // namespace tap_pinterest::util
