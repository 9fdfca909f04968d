#include "targeting.hpp"

#include <algorithm>
#include <array>

namespace simulator {
namespace {

template <std::size_t N>
using Values = std::array<TargetingValue, N>;

constexpr Values<6> kAppTypes{{{"iphone", 5},
                               {"android_mobile", 6},
                               {"web", 3},
                               {"web_mobile", 2},
                               {"ipad", 1},
                               {"android_tablet", 1}}};
constexpr Values<3> kGenders{{{"female", 7}, {"male", 3}, {"unknown", 1}}};
constexpr Values<7> kAges{
    {{"18-24", 3}, {"25-34", 4}, {"35-44", 3}, {"45-49", 1}, {"50-54", 1}, {"55-64", 2}, {"65+", 2}}};
constexpr Values<3> kPlacements{{{"SEARCH", 4}, {"BROWSE", 5}, {"OTHER", 1}}};
constexpr Values<4> kCountries{{{"US", 5}, {"DE", 3}, {"JP", 2}, {"BR", 1}}};
constexpr Values<3> kKeywords{{{"christmas decor ideas", 3}, {"d\xC3\xA9j\xC3\xA0 \"vu\"", 1}, {"1984", 2}}};
constexpr Values<3> kLocations{{{"500", 4}, {"807", 3}, {"602", 1}}};
constexpr Values<2> kTargetedInterests{{{"Food and Drinks", 4}, {"Home Decor", 3}}};
constexpr Values<3> kPinnerInterests{{{"Chocolate Cookies", 3}, {"Gardening, indoors", 2}, {"DIY", 1}}};
constexpr Values<2> kAudiences{{{"254261234567", 2}, {"2542620905475", 3}}};
constexpr Values<2> kPlaces{{{"US:94102", 2}, {"DE:10115", 1}}};
constexpr Values<3> kRegions{{{"US-CA", 3}, {"US-NY", 2}, {"DE-BE", 1}}};
constexpr Values<3> kAgesAndGenders{{{"25-34&female", 3}, {"25-34&male", 1}, {"35-44&female", 2}}};
constexpr Values<2> kCreativeTypes{{{"REGULAR", 5}, {"VIDEO", 2}}};
constexpr Values<2> kMultipliers{{{"2542620905475", 2}, {"Visitors \xF0\x9F\x93\x8C", 1}}};
constexpr Values<2> kEnhancements{{{"BACKGROUND_GENERATION", 2}, {"RESIZING", 1}}};
constexpr Values<2> kQuizResults{{{"Hangout vibes", 2}, {"Time to party!", 1}}};
constexpr Values<2> kMediaTypes{{{"IMAGE", 3}, {"VIDEO", 2}}};
constexpr Values<2> kStoreCodes{{{"0042", 2}, {"Store 7", 1}}};

constexpr auto kTypes = std::to_array<TargetingType>({
    {"APPTYPE", kAppTypes, 0},
    {"GENDER", kGenders, 0},
    {"AGE_BUCKET", kAges, 0},
    {"PLACEMENT", kPlacements, 0},
    {"COUNTRY", kCountries, 0},
    {"KEYWORD", kKeywords, 5},
    {"LOCATION", kLocations, 5},
    {"TARGETED_INTEREST", kTargetedInterests, 6},
    {"PINNER_INTEREST", kPinnerInterests, 5},
    {"AUDIENCE_INCLUDE", kAudiences, 8},
    {"GEO", kPlaces, 8},
    {"REGION", kRegions, 5},
    {"AGE_BUCKET_AND_GENDER", kAgesAndGenders, 7},
    {"CREATIVE_TYPE", kCreativeTypes, 4},
    {"AUDIENCE_MULTIPLIER", kMultipliers, 8},
    {"CREATIVE_ENHANCEMENTS", kEnhancements, 8},
    {"QUIZ_RESULT", kQuizResults, 8},
    {"MEDIA_TYPE", kMediaTypes, 0},
    {"LOCAL_ADS_STORE_CODE", kStoreCodes, 8},
});

}  // namespace

const TargetingType* find_targeting_type(std::string_view name) {
  const auto* const found = std::ranges::find(kTypes, name, &TargetingType::name);
  return found == kTypes.end() ? nullptr : found;
}

Turn Target::turn() const {
  Turn turn{type->others, 0, value().width};
  for (std::size_t i = 0; i < type->values.size(); ++i) {
    turn.cycle += type->values[i].width;
    if (i < place) turn.from += type->values[i].width;
  }
  return turn;
}

}  // namespace simulator
