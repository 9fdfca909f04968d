// The table of lists, copied by hand from Pinterest's OpenAPI document 5.23.0.
#include "collections.hpp"

#include "entities.hpp"
#include "rules.hpp"

namespace simulator {
namespace {

using namespace rules;
using Scopes = std::vector<std::string_view>;
using Parameters = std::vector<Parameter>;

template <typename... Names>
constexpr std::array<std::string_view, sizeof...(Names)> names(Names... all) {
  return {std::string_view(all)...};
}

constexpr auto kOwnerships = names("OWNED", "RECEIVED");
constexpr auto kLookbacks = names("1d", "14d");
constexpr auto kPlatforms = names("WEB", "MOBILE", "MOBILE_ANDROID", "MOBILE_IOS", "OFFLINE", "PINTEREST_WEB",
                                  "PINTEREST_ANDROID", "PINTEREST_IOS", "POINT_OF_SALE");
constexpr auto kIngestions = names("TAG", "MMP", "FILE_UPLOAD", "CONVERSIONS_API", "NATIVE");
constexpr auto kMatchTypes = names("BROAD", "PHRASE", "EXACT", "EXACT_NEGATIVE", "PHRASE_NEGATIVE");
constexpr auto kLabelStatuses = names("ACTIVE", "ARCHIVED");
constexpr auto kLabelTypes = names("BRAND", "CUSTOM");
constexpr auto kInvoiceSorts =
    names("DUE_DATE", "BILLING_PERIOD", "DOCUMENT_TYPE", "TOTAL_AMOUNT", "INVOICE_NUMBER");
constexpr auto kInvoiceStatuses = names("OPEN", "CLOSED");
constexpr auto kDocuments = names("INVOICE", "CREDIT_MEMO");
constexpr auto kInsights = names("YOUR_TOTAL_AUDIENCE", "YOUR_ENGAGED_AUDIENCE", "PINTEREST_TOTAL_AUDIENCE");
constexpr auto kPrivacies = names("ALL", "PUBLIC", "PROTECTED", "SECRET", "PUBLIC_AND_SECRET");
constexpr auto kPinSorts = names("ENGAGEMENT", "IMPRESSION", "OUTBOUND_CLICK", "PIN_CLICK", "SAVE");
constexpr auto kTopPinMetrics =
    names("ENGAGEMENT", "ENGAGEMENT_RATE", "IMPRESSION", "OUTBOUND_CLICK", "OUTBOUND_CLICK_RATE", "PIN_CLICK",
          "PIN_CLICK_RATE", "SAVE", "SAVE_RATE");
constexpr auto kVideoMetrics =
    names("IMPRESSION", "SAVE", "OUTBOUND_CLICK", "VIDEO_MRC_VIEW", "VIDEO_AVG_WATCH_TIME",
          "VIDEO_V50_WATCH_TIME", "QUARTILE_95_PERCENT_VIEW", "VIDEO_10S_VIEW", "VIDEO_START");
constexpr auto kRoles = names("EMPLOYEE", "BIZ_ADMIN");
constexpr auto kPartners = names("INTERNAL", "EXTERNAL");
constexpr auto kPermissions =
    names("ADMIN", "ANALYST", "FINANCE_MANAGER", "FINANCE_EDIT", "FINANCE_VIEW", "AUDIENCE_MANAGER",
          "CAMPAIGN_MANAGER", "CATALOGS_MANAGER", "CATALOGS_VIEWER", "PROFILE_PUBLISHER", "OWNER");
constexpr auto kAssets = names("AD_ACCOUNT", "PROFILE", "ASSET_GROUP", "CATALOG", "CONSUMER");
constexpr auto kOptionTypes = names("APPTYPE", "GENDER", "LOCALE", "AGE_BUCKET", "LOCATION", "GEO",
                                    "INTEREST", "KEYWORD", "AUDIENCE_INCLUDE", "AUDIENCE_EXCLUDE");
constexpr auto kReportTypes = names("SYNC", "ASYNC");
constexpr auto kRegions =
    names("US", "CA", "DE", "FR", "ES", "IT", "DE+AT+CH", "GB+IE", "IT+ES+PT+GR+MT", "PL+RO+HU+SK+CZ",
          "SE+DK+FI+NO", "NL+BE+LU", "AR", "BR", "CO", "MX", "MX+AR+CO+CL", "AU+NZ");
constexpr auto kTrends = names("growing", "monthly", "yearly", "seasonal");
constexpr auto kInterests =
    names("animals", "architecture", "art", "beauty", "childrens_fashion", "design", "diy_and_crafts",
          "education", "electronics", "entertainment", "event_planning", "finance", "food_and_drinks",
          "gardening", "health", "home_decor", "mens_fashion", "parenting", "quotes", "sport", "travel",
          "vehicles", "wedding", "womens_fashion");
constexpr auto kGenders = names("female", "male", "unknown");
constexpr auto kAges = names("18-24", "25-34", "35-44", "45-49", "50-54", "55-64", "65+");

constexpr std::int64_t kMostIndex = 1'000'000'000;

Parameters paged(Parameters more = {}) {
  more.insert(more.end(), {page_size(), bookmark()});
  return more;
}
Parameters ordered(Parameters more = {}) {
  more.push_back(choice("order", kOrders));
  return paged(std::move(more));
}
Parameters operating(Parameters more = {}) {
  more.push_back(as_account());
  return more;
}
Parameter integers(std::string_view name, std::size_t most, ParameterStyle style) {
  return {.name = name,
          .type = kInteger,
          .style = style,
          .max_items = most,
          .minimum = 0,
          .maximum = std::numeric_limits<std::int64_t>::max(),
          .values = {}};
}
Parameters top_pins(Texts sorts, Texts metrics) {
  return operating({date("start_date"), date("end_date"), choice("sort_by", sorts, true),
                    choice("from_claimed_content", kClaimed), choice("pin_format", kPinFormats),
                    choice("app_types", kAppTypes), choice("content_type", kContentTypes),
                    choice("source", kSources), several("metric_types", metrics, kCommaSeparated),
                    integer("num_of_pins", 1, 50), integer("created_in_last_n_days", 30, 30)});
}

// Fills in what a list does not say itself.
std::vector<Collection> with(std::string_view category, const Scopes& scopes, std::vector<Collection> lists) {
  for (Collection& list : lists) {
    if (list.category.empty()) list.category = category;
    if (list.scopes.empty()) list.scopes = scopes;
  }
  return lists;
}

// Somebody who has to do with a business.
constexpr std::string_view kPerson =
    R"-({"id":"@id","business_roles":@(["BIZ_ADMIN"]|["EMPLOYEE"]|["EMPLOYEE","BIZ_ADMIN"]),
      "assets_summary":@?assets_summary({"ad_accounts":[{"id":"@account","permissions":["ADMIN","ANALYST"]}],
      "profiles":@([]|[{"id":"383791336903@r","permissions":["PROFILE_PUBLISHER"]}])}|null),
      "created_by_business":@(null|{"email":null,"id":"383791336903426391","username":"boss"}),
      "created_by_user":@({"email":"zoë@example.com","id":"3837913369@r","username":"zoe"}|null),
      "created_time":@(@ms|@ms|null),"is_shared_partner":@(false|true)@(,
      "user":{"email":@(null|"u@n@example.com"),
      "id":"@id","username":"user_@n"}|,"user":null|)})-";

constexpr std::string_view kProcessingResult =
    R"-({"id":"@id","created_at":"@iso","updated_at":"@uiso",
      "status":"@(COMPLETED|FAILED|PROCESSING)",
      "ingestion_details":{"errors":{@("IMAGE_FILE_NOT_FOUND":@n|)},"info":{"IN_STOCK":@r,"OUT_OF_STOCK":3,
      "PREORDER":0},"warnings":{@("AD_IMAGE_DOWNLOAD_SITE_ERROR":2|)}},
      "product_counts":@({"ingested":@r,"original":@r}|null)@(,"video_counts":{"ingested_videos":@n}|),
      "validation_details":{"errors":{@("PRICE_MISSING":4|)},"warnings":{"TITLE_LENGTH_TOO_LONG":@n}}})-";

constexpr std::string_view kFeed =
    R"-({"id":"@id","created_at":"@iso","updated_at":"@uiso","catalog_type":"@n(RETAIL|RETAIL|HOTEL)",
      @n(||"catalog_id":"864344156814050001",)"credentials":@({"username":"feed-user",
      "password":"feed-password-SECRET"}|null),
      "default_availability":@(null|"IN_STOCK"),"default_country":"@(US|DE)","default_currency":@("EUR"|null),
      "default_locale":"en-US","format":"@(TSV|CSV|XML)","location":"https://example.com/feed/@n.tsv?a=b&c=ü",
      "name":@("Feed @n “größe”"|null),"preferred_processing_schedule":
      @({"time":"02:59","timezone":"Europe/Berlin"}|null),"status":"@(ACTIVE|INACTIVE)"})-";

constexpr std::string_view kProductGroup =
    R"-({"id":"@id","catalog_id":"86434415681405000@n(0|0|1)","catalog_type":"@n(RETAIL|RETAIL|HOTEL)",
      "name":"Most popular @n","description":@("Ça marche"|null),"created_at":@ms,"updated_at":@ums,
      "filters":@n({"any_of":[{"CUSTOM_LABEL_0":{"values":["x @n"]}}]}|
      {"all_of":[{"PRICE":{"inclusion":true,"values":1.50}},{"BRAND":{"values":["A","B"]}}]}|
      {"any_of":[{"COUNTRY":{"values":["DE"]}}]}),"type":"MERCHANT_CREATED"@n(@(,"country":"US",
      "locale":"en-US"|,"country":null|),
      "feed_id":@("268005959200@n(0|1|2|3|4)"|null),"is_featured":@(true|false),"status":"@(ACTIVE|INACTIVE)"|
      ,"feed_id":null,"is_featured":false,"status":"ACTIVE"|)})-";

std::vector<Collection> of_accounts() {
  const Scopes ads{"ads:read"};
  const Scopes billing{"ads:read", "billing:read"};
  return with(
      "ads_read", ads,
      {
          {.path = "/ad_accounts/{ad_account_id}/audiences",
           .parameters = ordered({choice("ownership_type", kOwnerships)}),
           .row =
               R"-({"id":"@id","ad_account_id":"@account","audience_type":"@(VISITOR|ENGAGEMENT|ACTALIKE)",
      "created_by_company_name":@("Gärtnerei"|null),"created_timestamp":@(@s|@s|@s|null),
      "description":@("Quilts \uD83E\uDDF5"|null),"name":"Audience @n ✂","rule":@({"country":"US",
      "seed_id":["2542620639259"],"percentage":@r}|{"visitor_source_id":"549755885175","retention_days":
      180,"event_source":{"=":["web"]},"event_data":{"currency":"USD","value":"1.50"},"prefill":true}),
      "size":@(@r|null),"status":"@(READY|TOO_SMALL)"@(,"type":"audience"|),
      "updated_timestamp":@(@us|@us|@us|null)})-",
           .counts = {260, 30, 0},
           .slot = "ownership_type",
           .first_row_is_shared = true,
           .first_id = 2'542'620'000'000},
          {.path = "/ad_accounts/{ad_account_id}/customer_lists",
           .parameters = ordered(),
           .row =
               R"-({"id":"@id","ad_account_id":"@account","created_time":@(@s|@s|@s.0),"exceptions":@({}|
      {"rejected":[@n,"é"]}),"name":"Leads @n","num_batches":2,"num_removed_user_records":0,
      "num_uploaded_user_records":@r,"status":"@(READY|PROCESSING|TOO_SMALL|UPLOADING)",
      "type":"customerlist","updated_time":@(@us|@us|@us.0)})-",
           .counts = {40, 2, 0},
           .first_id = 643'000'000'000},
          {.path = "/ad_accounts/{ad_account_id}/conversion_tags",
           .parameters = {flag("filter_deleted")},
           .wrap = Wrap::kItems,
           .row =
               R"-({"id":"@id","ad_account_id":"@account",
      "code_snippet":"<script type=\"text/javascript\">…</script>",
      "configs":{"aem_enabled":@(true|null),"aem_db_enabled":false,"md_frequency":@(1.5|null),
      "no_code_capi_domains":["example.com"]},"enhanced_match_status":@("VALIDATION_COMPLETE"|null),
      "last_fired_time_ms":@(@ums|null),"name":"Tag @n","status":"@(ACTIVE|ACTIVE|ARCHIVED)",
      "version":"3"})-",
           .counts = {4, 1, 0},
           .filters = {{"filter_deleted", "status", {}, "ACTIVE"}},
           .first_id = 261'000'000'000},
          {.path = "/ad_accounts/{ad_account_id}/conversion_eqs",
           .parameters = {choice("lookback_period", kLookbacks, true), choice("source_platform", kPlatforms),
                          choice("ingestion_source", kIngestions)},
           .wrap = Wrap::kArray,
           .row =
               R"-({"ingestion_source":"@n(TAG|CONVERSIONS_API|MMP|FILE_UPLOAD)","lookback_period":"@slot",
      "overall_status":"@(GOOD|FAIR|NEEDS_IMPROVEMENT)","quality_components":{"hashed_email":{"coverage":
      {"value":0.@r},"issues":[],"overlap":@(null|{"value":1})}@(,"order_id":{"coverage":null}|)},
      "source_platform":"@n(WEB|MOBILE_ANDROID|OFFLINE)"})-",
           .counts = {6, 3, 0},
           .slot = "lookback_period",
           .filters = {{"source_platform", "source_platform"}, {"ingestion_source", "ingestion_source"}}},
          {.path = "/ad_accounts/{ad_account_id}/advertiser_defined_events",
           .wrap = Wrap::kItems,
           .row =
               R"-({"name":"Événement @n"@(,"mapped_conversion_type":"CHECKOUT"|,
      "mapped_conversion_type":null|)})-",
           .counts = {5, 0}},
          {.path = "/ad_accounts/{ad_account_id}/keywords",
           .parameters =
               paged({digits("campaign_id", 18), digits("ad_group_id", 18), ids("ad_group_ids", 250, 18),
                      at_most(5, several("match_types", kMatchTypes, kRepeated))}),
           .row =
               R"-({"id":"@id","archived":@(false|false|true),"bid":@(null|@r),"match_type":
      @("BROAD"|"PHRASE"|"EXACT"|null),"parent_id":"@parent","parent_type":"@kind","type":"keyword",
      "value":"@(zimt & zucker|cake \"@n\"|\uD83C\uDF70)"})-",
           .counts = {260, 5, 0},
           .filters = {{"match_types", "match_type"}},
           .first_id = 2'886'000'000'000,
           .handle = list_keywords},
          {.path = "/ad_accounts/{ad_account_id}/order_lines",
           .parameters = ordered(),
           .row =
               R"-({"id":"@id","ad_account_id":"@account","budget":@(@r|@r.50|null),
      "campaign_ids":@(["@campaign"]|[]),
      "end_time":@(@us|null),"name":@("Order line @n"|null),"paid_budget":@(@r|null),"paid_type":
      @("PAID"|"BONUS"|null),"purchase_order_id":@("PO-@n"|null),"start_time":@s,
      "status":"@(ACTIVE|PAUSED|DELETED)","type":"orderline"})-",
           .counts = {30, 3, 0},
           .first_id = 549'000'000'000},
          {.path = "/ad_accounts/{ad_account_id}/promotions",
           .parameters = ordered(),
           .row =
               R"-({"id":"@id","ad_account_id":"@account","discount_status":"@(ACTIVE|SCHEDULED|EXPIRED)",
      "end_time":@us,
      "external_id":"ext-@n","platform_type":"@(SHOPIFY|OTHER)","promotion_code":"SAVE@n",
      "promotion_title":"@n % off","promotion_type":"SITEWIDE","start_time":@s,"status":"@(ACTIVE|PAUSED)"
      @(,"promotion_custom_id":"custom @n"|),"template_values":@([]|[{"amount":1.5,"currency_code":"USD"},
      {"percent":@n}])})-",
           .counts = {28, 1, 0},
           .first_id = 771'000'000'000},
          {.path = "/ad_accounts/{ad_account_id}/lead_forms",
           .parameters = ordered(),
           .row =
               R"-({"id":"@id","ad_account_id":"@account","completion_message":@("Thank you! 谢谢"|null),
      "created_time":@s,"disclosure_language":@("We keep it"|null),"has_accepted_terms":@(true|false),
      "name":@("Form @n"|null),"policy_links":@([]|[{"label":"Privacy","link":"https://example.com/p"}]),
      "privacy_policy_link":@("https://example.com/privacy"|null),"questions":[{"question_type":"CUSTOM",
      "custom_question_field_type":"RADIO_LIST","custom_question_label":"Why?",
      "custom_question_options":["a","b"]},{"question_type":"EMAIL"}],"status":"@(ACTIVE|DRAFT)",
      "updated_time":@us})-",
           .counts = {27, 2, 0},
           .first_id = 265'000'000'000},
          {.path = "/ad_accounts/{ad_account_id}/targeting_templates",
           .parameters = ordered({flag("include_sizing"), text("search_query")}),
           .row =
               R"-({"id":"@id","ad_account_id":"@account","auto_targeting_enabled":@(true|false),
      "created_time":@s,
      "keywords":@([]|[{"match_type":"BROAD","value":"schön"}]),"name":"Template @n","placement_group":
      "@(ALL|SEARCH)","sizing":@?include_sizing({"reach_estimate":{"estimate":@r,"lower_bound":1,
      "upper_bound":9}}|null),"status":"@(ACTIVE|DELETED)","targeting_attributes":{"GENDER":["female"],
      "AGE_BUCKET":@(["35-44"]|null),"LOCATION":["US"]@(,"SHOPPING_RETARGETING":[{"lookback_window":30,
      "tag_types":[0,6],"exclusion_window":14}]|)},"tracking_urls":@({"click":["https://example.com/c"]}|
      null),"updated_time":@us,"valid":@(true|false|null)})-",
           .counts = {26, 4, 0},
           .first_id = 643'100'000'000},
          {.path = "/ad_accounts/{ad_account_id}/templates",
           .parameters = ordered(),
           .row =
               R"-({"id":"@id","ad_account_id":"@account","ad_account_ids":["@account"],
      "click_window_days":30,
      "columns":["SPEND_IN_DOLLAR","CAMPAIGN_NAME"],"conversion_report_time_type":"TIME_OF_AD_ACTION",
      "creation_source":"ADS_API","custom_column_ids":@(["@r"]|null),"date_range":@({"relative_date_range":
      {"type":"RELATIVE","start_days_in_past":7,"end_days_in_past":1},"absolute_date_range":null}|
      {"dynamic_date_range":{"type":"DYNAMIC","range":"LAST_MONTH"}}),"engagement_window_days":7,
      "filters_json":@("[{\"field\": \"SPEND_IN_DOLLAR\"}]"|null),"granularity":"DAY","ingestion_sources":
      @(["TAG"]|null),"is_deleted":@(false|null),"is_owned_by_user":true,"is_scheduled":@(false|true),
      "name":@("Week over week @n"|null),"report_end_relative_days_in_past":1,"report_format":"JSON",
      "report_level":"CAMPAIGN","report_start_relative_days_in_past":7,"type":"BULK",
      "updated_time":@(@us|@us.0),"user_id":"2783136121146311751","view_window_days":1})-",
           .counts = {29, 2, 0},
           .first_id = 730'001},
          {.path = "/ad_accounts/{ad_account_id}/labels",
           .parameters = paged({ids("campaign_ids", 250, 18), ids("label_ids", 250, 18),
                                several("entity_statuses", kLabelStatuses, kRepeated),
                                several("label_types", kLabelTypes, kRepeated)}),
           .row =
               R"-({"id":"@id","label_type":"@n(BRAND|CUSTOM)","parent_id":"@campaign","parent_type":
      @("CAMPAIGN"|"CAMPAIGN"|null),"status":"@n(ACTIVE|ACTIVE|ARCHIVED)","value":"Été @n"})-",
           .counts = {90, 7, 0},
           .filters = {{"campaign_ids", "parent_id"},
                       {"label_ids", "id"},
                       {"entity_statuses", "status", "ACTIVE"},
                       {"label_types", "label_type"}},
           .first_id = 930'000'000'000,
           .group = 2},
          {.path = "/ad_accounts/{ad_account_id}/billing_invoices",
           .scopes = billing,
           .parameters = ordered({choice("sort", kInvoiceSorts), choice("status", kInvoiceStatuses),
                                  choice("document_type", kDocuments), date("start_due_date", false),
                                  date("end_due_date", false)}),
           .row =
               R"-({"id":"@id","ad_account_id":"@account","ad_account_name":"Account “@n”",
      "amount_billed_micro_currency":@r0000,"amount_discount_micro_currency":@(0|null),
      "amount_net_micro_currency":@(@r0000|null),"amount_tax_micro_currency":@(@r|null),
      "bill_to_country":"DE","billing_period_end_date":"@day","billing_period_start_date":"@day",
      "currency":"EUR","document_type":"@(INVOICE|INVOICE|CREDIT_MEMO)","invoice_due_date":"@day",
      "payment_terms":"NET 30","status":"@(OPEN|CLOSED)"})-",
           .counts = {26, 1, 0},
           .filters = {{"status", "status"}, {"document_type", "document_type"}},
           .first_id = 810'000'000'000},
          {.path = "/ad_accounts/{ad_account_id}/billing_profiles",
           .scopes = billing,
           .parameters = paged({flag("is_active", true)}),
           .row =
               R"-({"id":"@id","advertiser_id":"@account","billing_type":"@(CREDIT_CARD|INVOICE)",
      "card_type":"VISA",
      "payment_method_brand":"@(VISA|SOFORT)","status":"@n(VALID|INVALID|DELETED)"})-",
           .counts = {3, 1, 0},
           .filters = {{"is_active", "status", {}, "VALID"}},
           .first_id = 123'000'000'000},
          {.path = "/ad_accounts/{ad_account_id}/audience_insights",
           .parameters = {choice("audience_insight_type", kInsights, true)},
           .wrap = Wrap::kObject,
           .row =
               R"-({"type":"@slot","date":@v("@day"|"@day"|null),"size":@r,
      "size_is_upper_bound":@(true|false),
      "categories":[{"id":"@r","index":1.25,"key":"@r","name":"café","ratio":0.@r,"subcategories":
      [{"id":"7","index":2,"key":"7","name":"tea","ratio":0.5}]}],"demographics":{"ages":[{"key":"18-24",
      "name":"18-24","ratio":0.@r}],"countries":[],"devices":[{"key":"web","name":"Web","ratio":1}],
      "genders":[{"key":"female","name":"Female","ratio":0.551}]@(,"metros":[]|)}})-",
           .slot = "audience_insight_type"},
      });
}

std::vector<Collection> of_users() {
  const Scopes boards{"boards:read"};
  const Scopes pins{"boards:read", "pins:read"};
  const Scopes user{"user_accounts:read"};
  const Scopes top{"pins:read", "user_accounts:read"};
  return with(
      "org_read", pins,
      {
          {.path = "/boards",
           .scopes = boards,
           .parameters = paged(operating({choice("privacy", kPrivacies)})),
           .row =
               R"-({"id":"@id","board_pins_modified_at":"@uiso","collaborator_count":@n,"created_at":"@iso",
      "description":@("Recipes für alle"|null),"follower_count":@r,"is_ads_only":@(false|true),"media":
      {"image_cover_url":@("https://i.pinimg.com/cover.jpg"|null),"pin_thumbnail_urls":
      ["https://i.pinimg.com/1.jpg"]},"name":"Board @n \uD83D\uDCCC","owner":{"username":"simulated_user"},
      "pin_count":@r,"privacy":"@n(PUBLIC|PROTECTED|SECRET)"})-",
           .counts = {kBoards},
           .filters = {{"privacy", "privacy", "PUBLIC"}},
           .first_id = kFirstBoardId},
          {.path = "/boards/{board_id}/sections",
           .scopes = boards,
           .parameters = paged(operating()),
           .places = {digits("board_id")},
           .row = R"-({"id":"@id","name":"@(Salads|Zwiebeln & Öl|\uD83C\uDF45) @n"})-",
           .counts = {kSectionsOfBoard},
           .parent = "/boards",
           .first_id = kFirstSectionId,
           .parent_step = 1,
           .step = kBoards},
          {.path = "/boards/{board_id}/pins",
           .parameters =
               paged(operating({several("creative_types", kCreativeTypes, kRepeated), flag("pin_metrics")})),
           .places = {digits("board_id")},
           .handle = list_board_pins},
          {.path = "/boards/{board_id}/sections/{section_id}/pins",
           .parameters = paged(operating()),
           .places = {digits("board_id"), digits("section_id")},
           .handle = list_board_pins},
          {.path = "/user_account/analytics/top_pins",
           .category = "org_analytics",
           .scopes = top,
           .parameters = top_pins(kPinSorts, kTopPinMetrics),
           .handle = list_top_pins},
          {.path = "/user_account/analytics/top_video_pins",
           .category = "org_analytics",
           .scopes = top,
           .parameters = top_pins(kVideoMetrics, kVideoMetrics),
           .handle = list_top_pins},
          {.path = "/user_account/websites",
           .scopes = user,
           .parameters = paged(),
           .row = R"-({"website":"site-@n.example","status":"@(success|in_progress)"
      @(,"verified_at":"@local.602000"|)})-",
           .counts = {27}},
          {.path = "/user_account/businesses",
           .scopes = user,
           .wrap = Wrap::kArray,
           .row =
               R"-({"username":"business_@n","image_small_url":"https://i.pinimg.com/30x30/@r.jpg",
      "image_medium_url":
      "https://i.pinimg.com/75x75/@r.jpg"@(,"image_large_url":"https://i.pinimg.com/280x280/@r.jpg"|),
      "image_xlarge_url":"https://i.pinimg.com/600x600/@r.jpg"})-",
           .counts = {3}},
      });
}

std::vector<Collection> of_catalogs() {
  const Scopes catalogs{"catalogs:read"};
  return with(
      "catalogs_read", catalogs,
      {
          {.path = "/catalogs",
           .parameters = paged(operating()),
           .row =
               R"-({"id":"@id","created_at":"@iso","updated_at":"@uiso",
      "catalog_type":"@n(RETAIL|HOTEL|CREATIVE_ASSETS)",
      "name":@("Katalog @n"|null)})-",
           .counts = {3},
           .first_id = 864'344'156'814'050'000},
          {.path = "/catalogs/feeds",
           .parameters = paged(operating({digits("catalog_id")})),
           .row = kFeed,
           .counts = {5},
           .filters = {{"catalog_id", "catalog_id"}},
           .first_id = 2'680'059'592'000},
          {.path = "/catalogs/product_groups",
           .parameters = paged(
               operating({integers("id", 1'000, kCommaSeparated), digits("feed_id"), digits("catalog_id")})),
           .row = kProductGroup,
           .counts = {30},
           .filters = {{"id", "id"}, {"feed_id", "feed_id"}, {"catalog_id", "catalog_id"}},
           .first_id = 443'727'190'000,
           .needs_catalog = true},
          {.path = "/catalogs/product_groups/{product_group_id}/product_counts",
           .parameters = operating(),
           .places = {digits("product_group_id")},
           .wrap = Wrap::kObject,
           .row =
               R"-({@("catalog_type":"RETAIL","in_stock":@r,"out_of_stock":3,"preorder":0,"total":@r,
      "videos":1|
      "catalog_type":"HOTEL","total":@r)})-",
           .parent = "/catalogs/product_groups",
           .needs_catalog = true},
          {.path = "/catalogs/feeds/{feed_id}/processing_results",
           .parameters = paged(operating()),
           .places = {digits("feed_id")},
           .row = kProcessingResult,
           .counts = {3, 0, 30, 1, 2},
           .parent = "/catalogs/feeds",
           .first_id = 5'224'000'000'000,
           .bookmark_fails = true},
          {.path = "/catalogs/processing_results/{processing_result_id}/item_issues",
           .parameters =
               paged(operating({integers("item_numbers", 0, kRepeated), text("item_validation_issue")})),
           .places = {digits("processing_result_id")},
           .row =
               R"-({"item_number":@n,"item_id":@("DS0294-@n"|null),
      "errors":{@("PRICE_MISSING":{"attribute_name":"PRICE",
      "provided_value":null}|"TITLE_MISSING":{"attribute_name":"TITLE","provided_value":"ü"})},"warnings":
      {@("AD_LINK_FORMAT_WARNING":{"attribute_name":null,"provided_value":"http//x"}|)}})-",
           .counts = {260, 0, 5, 1, 0, 3, 30},
           .filters = {{"item_numbers", "item_number"}},
           .parent = "/catalogs/feeds/{feed_id}/processing_results"},
      });
}

std::vector<Collection> of_businesses() {
  const Scopes access{"biz_access:read"};
  const Parameter start = integer("start_index", 0, kMostIndex);
  return with(
      "ads_read", access,
      {
          {.path = "/businesses/employers",
           .parameters = paged(),
           .row = kPerson,
           .counts = {3},
           .first_id = 383'791'336'903'000'000},
          {.path = "/businesses/{business_id}/members",
           .parameters =
               paged({flag("fetch_system_users"), flag("assets_summary"),
                      several("business_roles", kRoles, kRepeated), text("member_ids", 500), start}),
           .places = {digits("business_id", 20)},
           .row = kPerson,
           .counts = {260, 0, 4},
           .filters = {{"business_roles", "business_roles"}},
           .parent = "/businesses/employers",
           .first_id = 383'791'400'000'000'000},
          {.path = "/businesses/{business_id}/partners",
           .parameters = paged(
               {flag("assets_summary"), choice("partner_type", kPartners), text("partner_ids", 500), start}),
           .places = {digits("business_id", 20)},
           .row = kPerson,
           .counts = {6, 30, 0},
           .slot = "partner_type",
           .parent = "/businesses/employers",
           .first_id = 383'791'500'000'000'000},
          {.path = "/businesses/{business_id}/assets",
           .parameters = paged({several("permissions", kPermissions, kRepeated), digits("child_asset_id", 20),
                                digits("asset_group_id", 20), choice("asset_type", kAssets), start}),
           .places = {digits("business_id", 20)},
           .row =
               R"-({"asset_id":"@id","asset_type":"@slot","asset_group_info":@v(null|null|{"id":"@id",
      "ad_accounts_ids":@(["@account"]|null),"asset_group_description":@("Nord ↑"|null),
      "asset_group_name":"Group @n","asset_group_types":["BRAND"],"catalogs_ids":null,"created_by":
      {"email":null,"id":"1","username":"boss"},"created_time":@ms,"owner":null,"profiles_ids":[],
      "updated_time":@ums}|null|null),"catalog_info":@v(null|null|null|{"catalog_type":"PRODUCT","id":"@id",
      "name":"Katalog @n"}|null)})-",
           .counts = {3, 28, 0, 2},
           .slot = "asset_type",
           .parent = "/businesses/employers",
           .first_id = 549'764'000'000},
      });
}

std::vector<Collection> of_resources() {
  const Scopes ads{"ads:read"};
  const Scopes all{"ads:read", "pins:read", "user_accounts:read"};
  const Scopes user{"user_accounts:read"};
  return with(
      "ads_read", ads,
      {
          {.path = "/resources/targeting/{targeting_type}",
           .parameters = operating({digits("client_id", 18), text("oauth_signature"), digits("timestamp")}),
           .places = {choice("targeting_type", kOptionTypes)},
           .wrap = Wrap::kMap,
           .row = R"-("@slot-@n":"@slot: “Zürich” @n")-",
           .counts = {6, 3, 20, 8, 60, 40, 30, 0, 0, 0},
           .slot = "targeting_type"},
          {.path = "/resources/delivery_metrics",
           .scopes = all,
           .parameters = {choice("report_type", kReportTypes)},
           .wrap = Wrap::kItems,
           .row =
               R"-({"name":"METRIC_@n","category":"@(ADS|ORGANIC)","definition":"What is counted: “@n”"
      @(,"display_name":"Metric @n"|)})-",
           .counts = {120, 80},
           .slot = "report_type"},
          {.path = "/resources/metrics_ready_state",
           .category = "ads_analytics",
           .parameters = {date("date")},
           .handle = get_metrics_ready_state},
          {.path = "/resources/ad_account_countries",
           .wrap = Wrap::kItems,
           .row =
               R"-({"code":"@n(US|GB|DE|FR|JP|BR)","currency":"@n(Dollars|Pounds|Euros|Euros|Yen|Reais)",
      "index":@n,
      "name":"@n(United States of America|United Kingdom|Deutschland|France|日本|Brasil)"})-",
           .counts = {6}},
          {.path = "/trends/keywords/{region}/top/{trend_type}",
           .category = "trends_read",
           .scopes = user,
           .parameters = {several("interests", kInterests, kRepeated),
                          several("genders", kGenders, kRepeated),
                          several("ages", kAges, kRepeated),
                          {.name = "include_keywords",
                           .style = kRepeated,
                           .max_items = 50,
                           .max_length = 100,
                           .values = {}},
                          flag("normalize_against_group"),
                          integer("limit", 1, 50),
                          flag("include_prediction"),
                          flag("include_demographics")},
           .places = {choice("region", kRegions), choice("trend_type", kTrends)},
           .wrap = Wrap::kTrends,
           .row =
               R"-({"keyword":"idée @n","pct_growth_wow":@n,"pct_growth_mom":@(@n|10001),"pct_growth_yoy":-5,
      "has_prediction":@(false|true),"time_series":{"@day":@n,"2020-01-05":100}
      @(,"predicted_time_series":{"2030-01-05":7}|),"demographics":@?include_demographics(
      {"age_distribution":{"18-24":0.36,"65+":0.04},"gender_distribution":null}|null)})-",
           .counts = {60, 50, 20, 5},
           .slot = "trend_type"},
      });
}

}  // namespace

const std::vector<Collection>& collections() {
  static const std::vector<Collection> table = [] {
    std::vector<Collection> all;
    for (auto&& part : {of_accounts(), of_users(), of_catalogs(), of_businesses(), of_resources()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return table;
}

}  // namespace simulator
