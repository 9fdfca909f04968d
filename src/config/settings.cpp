#include "tap_pinterest/config/settings.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tap_pinterest/config/columns.hpp"

namespace tap_pinterest::config {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kGranularities = std::to_array<std::string_view>({"TOTAL", "DAY", "HOUR", "WEEK", "MONTH"});
constexpr auto kWindowDays = std::to_array<std::string_view>({"0", "1", "7", "14", "30", "60"});
constexpr auto kReportTimes = std::to_array<std::string_view>({"TIME_OF_AD_ACTION", "TIME_OF_CONVERSION"});
constexpr auto kAttributionTypes = std::to_array<std::string_view>({"INDIVIDUAL", "HOUSEHOLD"});
constexpr auto kPinSplits = std::to_array<std::string_view>({"APP_TYPE", "NO_SPLIT"});
constexpr auto kTrendRegions = std::to_array<std::string_view>(
    {"US", "CA", "DE", "FR", "ES", "IT", "DE+AT+CH", "GB+IE", "IT+ES+PT+GR+MT", "PL+RO+HU+SK+CZ",
     "SE+DK+FI+NO", "NL+BE+LU", "AR", "BR", "CO", "MX", "MX+AR+CO+CL", "AU+NZ"});
constexpr auto kUserSplits =
    std::to_array<std::string_view>({"NO_SPLIT", "APP_TYPE", "OWNED_CONTENT", "SOURCE", "PIN_FORMAT"});
constexpr auto kEntityStatuses =
    std::to_array<std::string_view>({"ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"});
constexpr auto kSources = std::to_array<std::string_view>({"auto", "direct", "reports"});
// Schema MetricsReportingLevel.
constexpr auto kReportLevels = std::to_array<std::string_view>(
    {"ADVERTISER", "ADVERTISER_TARGETING", "CAMPAIGN", "CAMPAIGN_TARGETING", "AD_GROUP", "AD_GROUP_TARGETING",
     "PIN_PROMOTION", "PIN_PROMOTION_TARGETING", "KEYWORD", "PRODUCT_GROUP", "PRODUCT_GROUP_TARGETING",
     "PRODUCT_ITEM", "PRODUCT_ITEM_TARGETING"});
constexpr auto kTiers = std::to_array<std::string_view>({"standard", "trial"});
// Each goes from its first setting in the table to that of the next.
constexpr auto kGroups =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"Sign in", "client_id"},
                                                                  {"What to read", "start_date"},
                                                                  {"Attribution", "click_window_days"},
                                                                  {"Output", "flattening_enabled"},
                                                                  {"Limits", "access_tier"},
                                                                  {"Network", "api_url"}});
constexpr double kMaxLookbackDays = 1000;
constexpr double kMaxPercent = 1'000'000;
constexpr double kMaxSeconds = 86'400;
constexpr double kMaxFlatteningDepth = 100;
constexpr double kMaxPerMinute = 1'000'000;

std::string json_array(std::span<const std::string_view> values) {
  return Json(std::vector<std::string>(values.begin(), values.end())).dump();
}

// The table. A row here and a line in load_config.cpp that stores the value are a new setting.
Setting rate_limit(std::string_view name, std::string_view title, std::string_view description,
                   std::string_view per_minute) {
  return {.name = name,
          .kind = Kind::number,
          .title = title,
          .description = description,
          .default_json = per_minute,
          .minimum = 0,
          .maximum = kMaxPerMinute,
          .above_minimum = true};
}

std::vector<Setting> make_table() {
  static const std::string default_columns = json_array(default_analytics_columns());
  static const std::string default_pin_metrics = json_array(pin_metric_types());
  static const std::string default_targeting = json_array(default_targeting_types());
  return {
      {
          .name = "client_id",
          .kind = Kind::string,
          .title = "Client ID",
          .description = "Your Pinterest app's ID.",
          .essential = true,
      },
      {
          .name = "client_secret",
          .kind = Kind::secret,
          .title = "Client secret",
          .description = "Your Pinterest app's secret key.",
          .essential = true,
      },
      {
          .name = "token_file",
          .kind = Kind::path,
          .title = "Token file",
          .description = "File that keeps the tokens between runs (mode 0600), because Pinterest rotates "
                         "them. tap-pinterest login creates it.",
          .essential = true,
      },
      {
          .name = "refresh_token",
          .kind = Kind::secret,
          .title = "Refresh token",
          .description = "A refresh token issued to the app. Not needed after tap-pinterest login, which "
                         "keeps one in token_file. With neither, the tap reads what the app's owner can read "
                         "(the client_credentials grant).",
      },
      {
          .name = "access_token",
          .kind = Kind::secret,
          .title = "Access token",
          .description = "A ready-made access token. If Pinterest refuses it, the refresh credentials take "
                         "over, if there are any.",
      },
      {
          .name = "oauth_credentials",
          .kind = Kind::object,
          .title = "OAuth credentials by proxy",
          .description = "Refresh tokens through a proxy that holds the app's secret.",
      },
      {
          .name = "oauth_credentials.refresh_proxy_url",
          .kind = Kind::url,
          .title = "Refresh proxy address",
          .description = "URL of the proxy, which gets a JSON POST with grant_type and refresh_token. https, "
                         "or http to this machine.",
      },
      {
          .name = "oauth_credentials.refresh_proxy_url_auth",
          .kind = Kind::secret,
          .title = "Refresh proxy authorization",
          .description = "Authorization header for the proxy.",
      },
      {
          .name = "oauth_credentials.access_token",
          .kind = Kind::secret,
          .title = "First access token",
          .description = "An access token to use until it expires.",
      },
      {
          .name = "oauth_credentials.refresh_token",
          .kind = Kind::secret,
          .title = "Refresh token for the proxy",
          .description = "The refresh token that the proxy exchanges for access tokens.",
      },
      {
          .name = "start_date",
          .kind = Kind::date,
          .title = "Start date",
          .description = "First day of analytics (UTC), as a date or a date-time. Defaults to 30 days ago. "
                         "It does not filter accounts, campaigns, ads, or Pins.",
          .essential = true,
      },
      {
          .name = "end_date",
          .kind = Kind::date,
          .title = "End date",
          .description = "Last day of analytics (UTC), inclusive. Defaults to today.",
      },
      {
          .name = "lookback_days",
          .kind = Kind::integer,
          .title = "Look-back",
          .description = "Days before the bookmark to read again, because conversions arrive late. Defaults "
                         "to the widest of the three attribution windows, at least 3; for Pins to 7.",
          .minimum = 0,
          .maximum = kMaxLookbackDays,
      },
      {
          .name = "ad_account_ids",
          .kind = Kind::id_list,
          .title = "Ad accounts",
          .description = "IDs of the ad accounts to read. Defaults to all. If one of them cannot be read, "
                         "the run fails.",
      },
      {
          .name = "shard",
          .kind = Kind::string,
          .title = "Shard",
          .description = "Read only one of N parts of the ad accounts, as I/N: 2/8 is the second of eight. "
                         "What belongs to no ad account is in the first. Each shard needs a state of its "
                         "own. Defaults to everything.",
      },
      {
          .name = "full_table_streams",
          .kind = Kind::list,
          .title = "Full-table streams",
          .description = "Streams to read whole each time, without a bookmark, whatever the catalog says. "
                         "Useful for pins, whose boards and numbers change without a trace in created_at.",
      },
      {
          .name = "max_difference_percent",
          .kind = Kind::number,
          .title = "Largest difference in per cent",
          .description =
              "Fails the run, after everything is written, if data_quality finds a larger difference "
              "between an account's total and the rows of a final day.",
          .minimum = 0,
          .maximum = kMaxPercent,
      },
      {
          .name = "include_shared_accounts",
          .kind = Kind::boolean,
          .title = "Include shared accounts",
          .description = "Also read accounts that others share with the user.",
          .default_json = "true",
      },
      {
          .name = "entity_statuses",
          .kind = Kind::list,
          .title = "Entity statuses",
          .description = "Statuses of the campaigns, ad groups, and ads to read. Without ARCHIVED, the past "
                         "spend of archived ones is missing.",
          .default_json = R"(["ACTIVE","PAUSED","ARCHIVED"])",
          .choices = kEntityStatuses,
      },
      {
          .name = "analytics_columns",
          .kind = Kind::list,
          .title = "Analytics columns",
          .description = "Columns to request for all ads analytics.",
          .default_json = default_columns,
          .choices = analytics_column_names(),
          .extensible = true,
      },
      {
          .name = "analytics_granularity",
          .kind = Kind::choice,
          .title = "Analytics granularity",
          .description = "The period that one row of ads analytics covers. TOTAL is one row for start_date "
                         "(required) to end_date, at most 90 days.",
          .default_json = R"("DAY")",
          .choices = kGranularities,
      },
      {
          .name = "analytics_source",
          .kind = Kind::choice,
          .title = "Analytics source",
          .description = "Where ads analytics come from. auto: direct requests for the last 89 days, and "
                         "asynchronous reports for older days, back to 913 days ago. direct: no reports. "
                         "reports: reports for all days, which take minutes but only a handful of requests "
                         "per account. Reports ignore entity_statuses.",
          .default_json = R"("auto")",
          .choices = kSources,
      },
      {
          .name = "targeting_types",
          .kind = Kind::list,
          .title = "Targeting types",
          .description =
              "Breakdowns to request for the targeting analytics, each with rows of its own. Never "
              "add up rows of different types.",
          .default_json = default_targeting,
          .choices = targeting_types(),
          .extensible = true,
      },
      {
          .name = "custom_reports",
          .kind = Kind::object_list,
          .title = "Custom reports",
          .description =
              "Streams of your own, read by asynchronous reports with any of their columns, or from "
              "templates saved in Ads Manager. Each is an object; see Entries of custom_reports.",
      },
      {
          .name = "pin_metric_types",
          .kind = Kind::list,
          .title = "Pin metric types",
          .description = "Metrics to request for pin_analytics.",
          .default_json = default_pin_metrics,
          .choices = pin_metric_types(),
          .extensible = true,
      },
      {
          .name = "pin_analytics_split_field",
          .kind = Kind::choice,
          .title = "Pin analytics split",
          .description = "Whether pin_analytics has rows by app type or only the total.",
          .default_json = R"("APP_TYPE")",
          .choices = kPinSplits,
      },
      {
          .name = "user_account_split_field",
          .kind = Kind::choice,
          .title = "User account split",
          .description = "What user_account_analytics breaks the numbers of your profile down by.",
          .default_json = R"("NO_SPLIT")",
          .choices = kUserSplits,
      },
      {
          .name = "top_pins_days",
          .kind = Kind::integer,
          .title = "Top Pins days",
          .description = "How many days, up to yesterday, user_account_top_pins and "
                         "user_account_top_video_pins rank your Pins over.",
          .default_json = "30",
          .minimum = 1,
          .maximum = 89,
      },
      {
          .name = "trend_regions",
          .kind = Kind::list,
          .title = "Trend regions",
          .description = "Regions to read trending_keywords for.",
          .default_json = R"(["US"])",
          .choices = kTrendRegions,
      },
      {
          .name = "allow_unknown_values",
          .kind = Kind::boolean,
          .title = "Allow unknown values",
          .description = "Let analytics_columns, targeting_types, pin_metric_types, and custom_reports name "
                         "values that this "
                         "version does not know. They are requested anyway; metrics hold numbers or text.",
          .default_json = "false",
      },
      {
          .name = "click_window_days",
          .kind = Kind::integer,
          .title = "Click window",
          .description = "Days after a click in which a conversion counts.",
          .default_json = "30",
          .choices = kWindowDays,
      },
      {
          .name = "engagement_window_days",
          .kind = Kind::integer,
          .title = "Engagement window",
          .description = "Days after an engagement in which a conversion counts.",
          .default_json = "30",
          .choices = kWindowDays,
      },
      {
          .name = "view_window_days",
          .kind = Kind::integer,
          .title = "View window",
          .description = "Days after a view in which a conversion counts.",
          .default_json = "1",
          .choices = kWindowDays,
      },
      {
          .name = "conversion_report_time",
          .kind = Kind::choice,
          .title = "Conversion report time",
          .description = "Count a conversion on the day of the ad action or on the day of the conversion.",
          .default_json = R"("TIME_OF_AD_ACTION")",
          .choices = kReportTimes,
      },
      {
          .name = "attribution_types",
          .kind = Kind::list,
          .title = "Attribution types",
          .description =
              "Whose conversions the targeting analytics count. Defaults to what Pinterest counts.",
          .choices = kAttributionTypes,
      },
      {
          .name = "flattening_enabled",
          .kind = Kind::boolean,
          .title = "Flattening",
          .description = "Turn nested fields into columns of their own: owner.id becomes owner__id. Anything "
                         "deeper than flattening_max_depth, and every list, becomes JSON text.",
          .default_json = "false",
      },
      {
          .name = "flattening_max_depth",
          .kind = Kind::integer,
          .title = "Flattening depth",
          .description = "How many levels to flatten, if flattening_enabled is true.",
          .default_json = "1",
          .minimum = 0,
          .maximum = kMaxFlatteningDepth,
      },
      {
          .name = "flattening_separator",
          .kind = Kind::string,
          .title = "Flattening separator",
          .description = "What joins the parts of a flattened name.",
          .default_json = R"("__")",
      },
      {
          .name = "access_tier",
          .kind = Kind::choice,
          .title = "Access tier",
          .description = "Access tier of your app, to estimate how long a run takes. A trial app may make "
                         "1,000 requests a day.",
          .default_json = R"("standard")",
          .choices = kTiers,
      },
      {
          .name = "rate_limit_share",
          .kind = Kind::number,
          .title = "Share of the rate limits",
          .description = "Fraction of the rate limits this run may use when several share one app. "
                         "Defaults to 1, or to 1/N with shard I/N.",
          .minimum = 0,
          .maximum = 1,
          .above_minimum = true,
      },
      {
          .name = "rate_limits",
          .kind = Kind::object,
          .title = "Rate limits",
          .description = "Requests per minute by category, if your limits differ from the tier's.",
          .closed = true,
      },
      rate_limit("rate_limits.ads_read", "Limit of ads_read",
                 "Requests per minute for ad accounts, campaigns, ad groups, ads, and what belongs to them.",
                 "1000"),
      rate_limit("rate_limits.ads_analytics", "Limit of ads_analytics",
                 "Requests per minute for ads analytics.", "300"),
      rate_limit("rate_limits.org_read", "Limit of org_read",
                 "Requests per minute for Pins, boards, and tokens.", "1000"),
      rate_limit("rate_limits.org_analytics", "Limit of org_analytics",
                 "Requests per minute for analytics of Pins and of your profile.", "300"),
      rate_limit("rate_limits.catalogs_read", "Limit of catalogs_read", "Requests per minute for catalogs.",
                 "1000"),
      rate_limit("rate_limits.trends_read", "Limit of trends_read", "Requests per minute for trends.", "300"),
      {
          .name = "max_concurrency",
          .kind = Kind::integer,
          .title = "Requests in flight",
          .description = "How many requests may be in flight at once.",
          .default_json = "16",
          .minimum = 1,
          .maximum = 64,
      },
      {
          .name = "max_rate_limit_wait_seconds",
          .kind = Kind::integer,
          .title = "Longest wait for a rate limit",
          .description = "Longest wait for a rate limit, in seconds. If Pinterest asks for more, the run "
                         "stops with its state saved.",
          .default_json = "900",
          .minimum = 0,
          .maximum = kMaxSeconds,
      },
      {
          .name = "max_retry_seconds",
          .kind = Kind::integer,
          .title = "Retry time",
          .description =
              "How long to keep retrying one request, in seconds, not counting waits for rate limits.",
          .default_json = "600",
          .minimum = 1,
          .maximum = kMaxSeconds,
      },
      {
          .name = "report_timeout_seconds",
          .kind = Kind::integer,
          .title = "Report timeout",
          .description = "How long to wait for an asynchronous report, in seconds.",
          .default_json = "1800",
          .minimum = 1,
          .maximum = kMaxSeconds,
      },
      {
          .name = "request_timeout_seconds",
          .kind = Kind::integer,
          .title = "Request timeout",
          .description = "Timeout of one request, in seconds.",
          .default_json = "120",
          .minimum = 1,
          .maximum = kMaxSeconds,
      },
      {
          .name = "api_url",
          .kind = Kind::url,
          .title = "API address",
          .description = "Base URL of the API. https, or http to this machine.",
          .default_json = R"("https://api.pinterest.com/v5")",
      },
      {
          .name = "ca_file",
          .kind = Kind::path,
          .title = "Certificate authorities",
          .description = "PEM file of certificate authorities to trust in addition to the system's.",
      },
      {
          .name = "user_agent",
          .kind = Kind::string,
          .title = "User agent",
          .description = "User-Agent header.",
          .default_json = "\"tap-pinterest/" TAP_PINTEREST_VERSION "\"",
      },
  };
}

// What an entry leaves out is as in the settings for all analytics.
std::vector<Setting> make_custom_report_table() {
  return {
      {
          .name = "name",
          .kind = Kind::string,
          .title = "Name",
          .description = "Name of the stream: lower-case letters, digits, and underscores. Required.",
      },
      {
          .name = "level",
          .kind = Kind::choice,
          .title = "Level",
          .description = "What a row is about, and so its key. Required.",
          .choices = kReportLevels,
      },
      {
          .name = "columns",
          .kind = Kind::list,
          .title = "Columns",
          .description = "Columns to request. Required without template_id.",
          .choices = report_column_names(),
          .extensible = true,
      },
      {
          .name = "template_id",
          .kind = Kind::string,
          .title = "Template",
          .description = "ID of a report template saved in Ads Manager, which then decides on columns, "
                         "filters, and attribution. For keywords it must have the column AD_GROUP_ID.",
      },
      {
          .name = "ad_account_id",
          .kind = Kind::string,
          .title = "Account of the template",
          .description = "ID of the ad account that the template belongs to.",
      },
      {
          .name = "granularity",
          .kind = Kind::choice,
          .title = "Granularity",
          .description = "The period that one row covers. Defaults to the setting analytics_granularity. "
                         "TOTAL is one row for "
                         "start_date to end_date, at most 185 days (30 for product items).",
          .choices = kGranularities,
      },
      {
          .name = "targeting_types",
          .kind = Kind::list,
          .title = "Targeting types",
          .description = "Breakdowns of a level that ends with _TARGETING. Defaults to the setting of that "
                         "name.",
          .choices = report_targeting_types(),
          .extensible = true,
      },
      {
          .name = "start_date",
          .kind = Kind::date,
          .title = "Start date",
          .description = "First day to read. Defaults to the setting of that name.",
      },
      {
          .name = "lookback_days",
          .kind = Kind::integer,
          .title = "Look-back",
          .description = "Days before the bookmark to read again. Defaults to the setting of that name.",
          .minimum = 0,
          .maximum = kMaxLookbackDays,
      },
      {
          .name = "click_window_days",
          .kind = Kind::integer,
          .title = "Click window",
          .description = "Defaults to the setting of that name.",
          .choices = kWindowDays,
      },
      {
          .name = "engagement_window_days",
          .kind = Kind::integer,
          .title = "Engagement window",
          .description = "Defaults to the setting of that name.",
          .choices = kWindowDays,
      },
      {
          .name = "view_window_days",
          .kind = Kind::integer,
          .title = "View window",
          .description = "Defaults to the setting of that name.",
          .choices = kWindowDays,
      },
      {
          .name = "conversion_report_time",
          .kind = Kind::choice,
          .title = "Conversion report time",
          .description = "Defaults to the setting of that name.",
          .choices = kReportTimes,
      },
      {
          .name = "attribution_types",
          .kind = Kind::list,
          .title = "Attribution types",
          .description = "Whose conversions count. Defaults to the setting of that name.",
          .choices = kAttributionTypes,
      },
      {
          .name = "filters",
          .kind = Kind::object,
          .title = "Filters",
          .description = "Fields of the API's own request that narrow the report, such as metrics_filters or "
                         "campaign_ids.",
      },
  };
}

std::string_view json_type(Kind kind) {
  switch (kind) {
    case Kind::string:
    case Kind::secret:
    case Kind::path:
    case Kind::url:
    case Kind::date:
    case Kind::choice:
      return "string";
    case Kind::integer:
      return "integer";
    case Kind::number:
      return "number";
    case Kind::boolean:
      return "boolean";
    case Kind::list:
    case Kind::id_list:
    case Kind::object_list:
      return "array";
    case Kind::object:
      return "object";
  }
  return {};
}

// The allowed values as JSON: numbers for an integer, strings for all others.
Json enumeration(const Setting& setting) {
  Json values = Json::array();
  for (const std::string_view choice : setting.choices) {
    values.push_back(setting.kind == Kind::integer ? Json::parse(choice) : Json(choice));
  }
  return values;
}

// 64 rather than 64.0 where the bound is whole.
Json bound(double value) {
  const auto whole = static_cast<long long>(value);
  return static_cast<double>(whole) == value ? Json(whole) : Json(value);
}

Json properties_of(std::span<const Setting> table);

Json property(const Setting& setting) {
  Json schema = {
      {"type", json_type(setting.kind)}, {"title", setting.title}, {"description", setting.description}};
  if (setting.kind == Kind::date) schema["format"] = "date";
  if (setting.kind == Kind::url) schema["format"] = "uri";
  if (setting.kind == Kind::list) {
    schema["items"] = {{"type", "string"}};
    if (!setting.choices.empty()) schema["items"]["enum"] = enumeration(setting);
  }
  if (setting.kind == Kind::id_list) schema["items"] = {{"type", "string"}, {"pattern", "^[0-9]+$"}};
  if (setting.kind != Kind::list && !setting.choices.empty()) schema["enum"] = enumeration(setting);
  if (setting.minimum) {
    schema[setting.above_minimum ? "exclusiveMinimum" : "minimum"] = bound(*setting.minimum);
  }
  if (setting.maximum) schema["maximum"] = bound(*setting.maximum);
  if (!setting.default_json.empty()) schema["default"] = Json::parse(setting.default_json);
  if (setting.kind == Kind::secret) {
    schema["secret"] = true;
    schema["writeOnly"] = true;
  }
  if (setting.kind == Kind::object_list) {
    schema["items"] = {{"type", "object"}, {"properties", properties_of(custom_report_settings())}};
  }
  if (setting.kind == Kind::object) {
    schema["properties"] = Json::object();
    if (setting.closed) schema["additionalProperties"] = false;
  }
  return schema;
}

Json properties_of(std::span<const Setting> table) {
  Json properties = Json::object();
  for (const Setting& setting : table) {
    const std::size_t dot = setting.name.find('.');
    if (dot == std::string_view::npos) {
      properties[std::string(setting.name)] = property(setting);
    } else {
      Json& object = properties.at(std::string(setting.name.substr(0, dot)));
      object["properties"][std::string(setting.name.substr(dot + 1))] = property(setting);
    }
  }
  return properties;
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::string:
      return "string";
    case Kind::secret:
      return "secret";
    case Kind::path:
      return "path";
    case Kind::url:
      return "url";
    case Kind::date:
      return "date";
    case Kind::integer:
      return "integer";
    case Kind::number:
      return "number";
    case Kind::boolean:
      return "boolean";
    case Kind::choice:
      return "choice";
    case Kind::list:
      return "list";
    case Kind::id_list:
      return "id list";
    case Kind::object:
      return "object";
    case Kind::object_list:
      return "list of objects";
  }
  return {};
}

std::span<const Setting> settings() {
  // Made at first use: a run that only prints its version does not pay for it.
  static const std::vector<Setting> table = make_table();
  return table;
}

std::span<const Setting> custom_report_settings() {
  static const std::vector<Setting> table = make_custom_report_table();
  return table;
}

const Setting* find_setting(std::string_view name, std::span<const Setting> table) {
  const auto found = std::ranges::find(table, name, &Setting::name);
  return found == table.end() ? nullptr : &*found;
}

std::vector<SettingGroup> setting_groups() {
  const std::span<const Setting> table = settings();
  std::vector<SettingGroup> groups;
  for (std::size_t i = kGroups.size(), end = table.size(); i-- > 0;) {
    const auto first = static_cast<std::size_t>(find_setting(kGroups.at(i).second) - table.data());
    groups.insert(groups.begin(), {kGroups.at(i).first, table.subspan(first, end - first)});
    end = first;
  }
  groups.push_back({"Entries of custom_reports", custom_report_settings()});
  return groups;
}

std::string environment_name(const Setting& setting) {
  std::string name = "TAP_PINTEREST_";
  for (const char c : setting.name) {
    if (c == '.') {
      name += "__";
    } else {
      name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return name;
}

nlohmann::ordered_json settings_schema() {
  return {{"type", "object"}, {"properties", properties_of(settings())}};
}

}  // namespace tap_pinterest::config
