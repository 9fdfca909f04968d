#include "tap_pinterest/util/secret.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

namespace tap_pinterest::util {
namespace {

template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

// The compiler is the test: a secret that finds a way to be printed does not build.
static_assert(Streamable<std::string>);
static_assert(!Streamable<Secret>);
static_assert(fmt::is_formattable<std::string>::value);
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_constructible_v<nlohmann::json, Secret>);
static_assert(!std::is_convertible_v<std::string, Secret>);

TEST(Secret, RevealsOnPurposeOnly) {
  const Secret secret("s3cr3t");
  EXPECT_EQ(secret.reveal(), "s3cr3t");
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(Secret().empty());
}

TEST(Secret, ComparesByText) {
  EXPECT_TRUE(Secret("a") == Secret("a"));
  EXPECT_FALSE(Secret("a") == Secret("b"));
}

}  // namespace
}  // namespace tap_pinterest::util
