"""The streams whose schemas are written from Pinterest's OpenAPI document or compared with it, and their words.

schema_from_openapi.py reads it. Field names are dotted, with [] for the elements of an array: "rule.url[]".
"""

from dataclasses import dataclass, field


def text(description: str) -> dict:
    return {"type": "string", "description": description}


def whole(description: str) -> dict:
    return {"type": "integer", "description": description}


def number(description: str) -> dict:
    return {"type": "number", "description": description}


def day(description: str) -> dict:
    return {"type": "string", "format": "date", "description": description}


def flag(description: str) -> dict:
    return {"type": "boolean", "description": description}


@dataclass(frozen=True)
class Stream:
    """What the document does not say of a stream."""

    path: str  # of the GET
    noun: str = ""  # what a row is
    about: str = ""  # description of the schema; empty if the schema is written by hand and only compared
    rows: str = "items[]"  # where the rows are in the answer
    key: tuple[str, ...] = ("id",)
    like: dict[str, str] = field(default_factory=dict)  # columns ("": the row) with the fields of one written by hand
    added: dict[str, dict] = field(default_factory=dict)  # columns that the program fills
    newer: dict[str, dict] = field(default_factory=dict)  # columns of newer versions of the API
    beyond: tuple[str, ...] = ()  # fields written by hand that the document lacks: newer ones, or seen in answers
    dropped: tuple[str, ...] = ()  # fields that the schema leaves out
    free: tuple[str, ...] = ()  # objects whose fields are not listed
    words: dict[str, str] = field(default_factory=dict)  # descriptions; the values follow one that ends with a colon


ACCOUNT = "/ad_accounts/{ad_account_id}"
AD_ACCOUNT_ID = {"ad_account_id": text("Ad account.")}  # COMMON has the words
MEMBERS = {
    "assets_summary": "Assets of the business that the {noun} has access to.",
    "assets_summary.ad_accounts": "Ad accounts, with the permissions on each.",
    "assets_summary.ad_accounts[]": "One ad account.",
    "assets_summary.ad_accounts[].id": "Id of the ad account.",
    "assets_summary.ad_accounts[].permissions": "Permissions on the ad account; Pinterest adds values.",
    "assets_summary.profiles": "Profiles, with the permissions on each.",
    "assets_summary.profiles[]": "One profile.",
    "assets_summary.profiles[].id": "Id of the profile.",
    "assets_summary.profiles[].permissions": "Permissions on the profile; Pinterest adds values.",
    "business_roles": "Roles in the business: EMPLOYEE, BIZ_ADMIN, PARTNER; Pinterest adds values.",
    "created_by_business": "Business that created the relationship.",
    "created_by_business.email": "Email address of the business.",
    "created_by_business.id": "Id of the business.",
    "created_by_business.username": "Username of the business.",
    "created_by_user": "User who created the relationship.",
    "created_by_user.email": "Email address of the user.",
    "created_by_user.id": "Id of the user.",
    "created_by_user.username": "Username of the user.",
    "created_time": "When the business relationship was created (UTC).",
    "is_shared_partner": "For partners: true if you have access to assets of the partner, false if the partner has "
    "access to yours.",
    "user": "Profile of the {noun}.",
    "user.email": "Email address of the {noun}.",
    "user.id": "Id of the {noun}'s user account.",
    "user.username": "Username of the {noun}.",
}
BUSINESS_ID = {"business_id": text("Id of the business that was asked about.")}
TOP_PINS = {
    "sort_by": text("Metric that the Pins are ranked by."),
    "window_start": day("First day of the period that the metrics are for (UTC)."),
    "window_end": day("Last day of the period that the metrics are for (UTC)."),
    "rank": whole("Place of the Pin by the metric of sort_by; 1 is the first."),
}
TOP_PINS_WORDS = {
    "pin_id": "Id of the Pin.",
    "data_status": "Whether the metrics are final, by metric.",
    "metrics": "Value of each metric over the period.",
}
BEYOND_PINS = (
    "board_owner.id",
    "media.video_url_hls",
    "media.items[].video_url_hls",
    "pin_metrics.90d",
    "pin_metrics.lifetime_metrics",
    "ai_disclosures",
    "is_product",
    "is_removable",
)
DEMOGRAPHIC = {
    f"demographics.{many}{field}": words.replace("{one}", one)
    for many, one in {
        "ages": "age range",
        "countries": "country",
        "devices": "device",
        "genders": "gender",
        "metros": "metro area",
    }.items()
    for field, words in {
        "": "Share of each {one} in the audience.",
        "[]": "One {one}.",
        "[].key": "Code of the {one}.",
        "[].name": "Name of the {one}.",
        "[].ratio": "Share of the {one} in the audience.",
    }.items()
}

def top_pins(path: str, what: str) -> Stream:
    return Stream(
        f"/user_account/analytics/{path}",
        "Pin",
        f"The user account's top 50 {what} of the last 30 days (top_pins_days), by each metric.",
        rows="pins[]",
        key=("sort_by", "window_end", "pin_id"),
        added=TOP_PINS,
        words=TOP_PINS_WORDS,
    )


STREAMS = {
    "ad_accounts": Stream("/ad_accounts", beyond=("time_zone",)),
    "campaigns": Stream(
        f"{ACCOUNT}/campaigns",
        beyond=(
            "bid_options.age_bucket_multipliers",
            "bid_options.freq_bid_multiplier_time_window",
            "bid_options.frequency_multipliers",
            "bid_options.gender_multipliers",
            "default_ad_group_budget_in_micro_currency",
            "intended_promotion_type",
            "is_carting",
            "is_ltv_optimized",
            "is_top_of_search",
            "performance_plus_campaign_settings",
        ),
    ),
    "ad_groups": Stream(
        f"{ACCOUNT}/ad_groups",
        beyond=(
            "targeting_spec.GEO_EXCLUDE",
            "targeting_spec.LOCATION_EXCLUDE",
            "customer_segment_id",
            "enabled_catalog_expansion",
            "ext_features",
            "is_automated_campaign",
            "is_creative_expansion",
            "is_local_inventory",
            "local_inventory_radius_in_miles",
            "performance_plus_campaign_settings",
            "placement_traffic_type",
            "promotion_ids",
        ),
        dropped=("dca_assets",),  # of no type
    ),
    "ads": Stream(
        f"{ACCOUNT}/ads",
        beyond=(
            "carting_platform_type",
            "carting_products",
            "collections_header_type",
            "is_carting",
            "is_collage_accepted_terms",
            "is_collage_single_destination",
        ),
    ),
    "pins": Stream("/pins", beyond=BEYOND_PINS),
    "product_group_promotions": Stream(
        f"{ACCOUNT}/product_group_promotions", beyond=("is_image_auto_resizing",)
    ),
    "user_account": Stream("/user_account", rows=""),
    "audiences": Stream(
        f"{ACCOUNT}/audiences",
        "audience",
        "Audiences that each ad account owns or has received.",
        key=("id", "ownership_type"),
        added={"ownership_type": text("Whether the ad account owns the audience: OWNED, or RECEIVED from another.")},
        newer={"is_nca": flag("Whether the audience comes from a customer list for new customer acquisition.")},
        free=("rule",),
        words={
            "created_by_company_name": "Company that created the audience.",
            "audience_type": "Type of the audience: CUSTOMER_LIST, VISITOR, ENGAGEMENT, ACTALIKE; "
            "Pinterest adds values.",
            "rule": "Rule that the audience is made by; its fields depend on audience_type.",
            "size": "Number of people in the audience.",
            "status": "Status of the audience: INITIALIZING, READY, TOO_SMALL (fewer than 100 people); "
            "Pinterest adds values.",
        },
    ),
    "customer_lists": Stream(
        f"{ACCOUNT}/customer_lists",
        "customer list",
        "Customer lists of each ad account.",
        newer={"is_nca": flag("Whether the list was uploaded for new customer acquisition.")},
        words={
            "exceptions": "Errors of the customer list.",
            "num_batches": "Number of updates of the list; its creation counts as one.",
            "num_removed_user_records": "Number of records to be removed, in the list or not.",
            "num_uploaded_user_records": "Number of records uploaded, in the list already or not.",
        },
    ),
    "conversion_tags": Stream(
        f"{ACCOUNT}/conversion_tags",
        "conversion tag",
        "Conversion tags of each ad account.",
        words={
            "code_snippet": "Code of the tag for the advertiser's website.",
            "configs": "Settings of the conversion tag.",
            "configs.aem_db_enabled": "Whether automatic enhanced match of dates of birth is on.",
            "configs.aem_enabled": "Whether automatic enhanced match of email addresses is on.",
            "configs.aem_external_id_enabled": "Whether automatic enhanced match of external ids is on.",
            "configs.aem_fnln_enabled": "Whether automatic enhanced match of names is on.",
            "configs.aem_ge_enabled": "Whether automatic enhanced match of genders is on.",
            "configs.aem_loc_enabled": "Whether automatic enhanced match of locations is on.",
            "configs.aem_ph_enabled": "Whether automatic enhanced match of phone numbers is on.",
            "configs.md_frequency": "How often metadata is read.",
            "configs.no_code_capi_domains": "Subdomains that are set up for the conversions API without code.",
            "enhanced_match_status": "Status of the tag's enhanced match:",
            "last_fired_time_ms": "When the tag last fired (UTC).",
            "version": "Version of the tag.",
        },
    ),
    "conversion_event_quality": Stream(
        f"{ACCOUNT}/conversion_eqs",
        "event quality score",
        "Quality of the conversion events of each ad account, by source and look-back period.",
        rows="[]",
        key=("ad_account_id", "lookback_period", "source_platform", "ingestion_source"),
        added=AD_ACCOUNT_ID,
        words={
            "ad_account_id": "Id of the ad account that the events belong to.",
            "lookback_period": "Days that the score is for:",
            "source_platform": "Platform that the events come from:",
            "ingestion_source": "Way by which Pinterest gets the events:",
            "overall_status": "Quality of the events:",
            "quality_components": "Share of the events that have each component, with details by event.",
            "quality_components.advertiser_external_id": "Coverage of the advertiser's external id.",
            "quality_components.click_id_epik": "Coverage of Pinterest's click id (epik).",
            "quality_components.external_event_id": "Coverage of the event id, by which duplicates are found.",
            "quality_components.hashed_email": "Coverage of hashed email addresses.",
            "quality_components.hashed_maid": "Coverage of hashed mobile advertising ids.",
            "quality_components.ip_address": "Coverage of IP addresses.",
            "quality_components.order_id": "Coverage of order ids.",
            "quality_components.order_value": "Coverage of order values.",
            "quality_components.product_id": "Coverage of product ids.",
            "quality_components.source_url": "Coverage of the URL of the page.",
            "quality_components.user_agent": "Coverage of user agents.",
        },
    ),
    "advertiser_defined_events": Stream(
        f"{ACCOUNT}/advertiser_defined_events",
        "event",
        "Conversion events that each ad account has defined.",
        key=("ad_account_id", "name"),
        added=AD_ACCOUNT_ID,
        words={
            "mapped_conversion_type": "Standard type that the event counts as for optimization:",
        },
    ),
    "keywords": Stream(
        f"{ACCOUNT}/keywords",
        "keyword",
        "Keywords of each ad account, its campaigns and its ad groups. An app that cannot ask for several ad groups at once needs a request per ad group.",
        added=AD_ACCOUNT_ID,
        words={
            "bid": "Bid in micro-units of the account's currency (1,000,000 = one unit); deprecated, Pinterest sends "
            "null.",
            "match_type": "How the keyword is matched:",
            "value": "Text of the keyword.",
            "archived": "Whether the keyword is archived.",
            "parent_id": "Id of the ad account, campaign or ad group that has the keyword.",
            "parent_type": "What has the keyword: an ad account, a campaign or an ad group.",
        },
    ),
    "order_lines": Stream(
        f"{ACCOUNT}/order_lines",
        "order line",
        "Order lines of each ad account.",
        words={
            "budget": "Budget in micro-units of the account's currency (1,000,000 = one unit).",
            "paid_budget": "Paid part of the budget in micro-units of the account's currency (1,000,000 = one unit).",
            "paid_type": "How the order line is paid:",
            "purchase_order_id": "Id of the purchase order.",
            "campaign_ids": "Ids of the campaigns of the order line.",
        },
    ),
    "promotions": Stream(
        f"{ACCOUNT}/promotions",
        "promotion",
        "Promotions of each ad account.",
        words={
            "discount_status": "State of the discount at the time of reading:",
            "external_id": "Id of the promotion on the platform it comes from; null if it was created at Pinterest.",
            "platform_type": "Platform that the promotion comes from: DEFAULT, SHOPIFY; Pinterest adds values.",
            "promotion_code": "Code that redeems the promotion.",
            "promotion_custom_id": "Id that the advertiser has given the promotion; Pinterest's if there is none.",
            "promotion_title": "Internal name of the promotion.",
            "promotion_type": "Type of the promotion, which decides on the text shown:",
            "template_values": "Values that are put into the text of the promotion's type.",
            "template_values[]": "One value.",
            "template_values[].amount": "Value as an amount.",
            "template_values[].currency_code": "Currency of the amount, an ISO 4217 code.",
            "template_values[].custom_text": "Value as text.",
            "template_values[].percent": "Value as a percentage.",
        },
    ),
    "lead_forms": Stream(
        f"{ACCOUNT}/lead_forms",
        "lead form",
        "Lead forms of each ad account.",
        words={
            "completion_message": "Message for people who have completed the form.",
            "disclosure_language": "Disclosures that the form shows.",
            "has_accepted_terms": "Whether the advertiser has accepted Pinterest's terms for lead ads.",
            "policy_links": "Links to policies that the form shows.",
            "policy_links[]": "One link.",
            "policy_links[].label": "Text of the link.",
            "policy_links[].link": "URL of the policy.",
            "privacy_policy_link": "URL of the advertiser's privacy policy.",
            "questions": "Questions of the form, in order.",
            "questions[].custom_question_field_type": "Kind of the field of a custom question:",
            "questions[].custom_question_label": "Text of a custom question.",
            "questions[].custom_question_options": "Answers of a custom question.",
            "questions[].question_type": "Type of the question:",
        },
    ),
    "targeting_templates": Stream(
        f"{ACCOUNT}/targeting_templates",
        "targeting template",
        "Targeting templates of each ad account.",
        like={"targeting_attributes": "ad_groups.targeting_spec", "tracking_urls": "ad_groups.tracking_urls"},
        beyond=("targeting_attributes.GEO_EXCLUDE", "targeting_attributes.LOCATION_EXCLUDE"),
        words={
            "auto_targeting_enabled": "Whether automatic targeting (Performance+ targeting) is on.",
            "keywords[].match_type": "How the keyword is matched:",
            "keywords[].value": "Text of the keyword.",
            "placement_group": "Where the ads are shown:",
            "targeting_attributes": "Audience that the template targets, by criterion; a criterion that is missing "
            "does not restrict it.",
            "tracking_urls": "Third-party tracking URLs of the template by event, at most three an event.",
            "sizing": "Size of the audience that the template targets.",
            "sizing.reach_estimate": "Number of people whom ads with this targeting can reach in a month.",
            "sizing.reach_estimate.estimate": "Estimated number of people.",
            "sizing.reach_estimate.lower_bound": "Lower bound of the estimate.",
            "sizing.reach_estimate.upper_bound": "Upper bound of the estimate.",
            "valid": "Whether the template can be used; it cannot if an audience in it was revoked, for example.",
        },
    ),
    "report_templates": Stream(
        f"{ACCOUNT}/templates",
        "report template",
        "Templates of reports of each ad account.",
        words={
            "ad_account_ids": "Ids of the ad accounts that can use the template.",
            "click_window_days": "Days after a click within which a conversion counts.",
            "columns": "Columns of the report.",
            "conversion_report_time_type": "Day that a conversion counts for:",
            "creation_source": "Where the template was made:",
            "custom_column_ids": "Ids of the report's custom columns.",
            "date_range": "Days that the report is for, given in one of three ways.",
            "date_range.absolute_date_range": "Fixed days.",
            "date_range.absolute_date_range.end_date": "Last day, as the number that Pinterest sends.",
            "date_range.absolute_date_range.start_date": "First day, as the number that Pinterest sends.",
            "date_range.absolute_date_range.type": "Kind of the range.",
            "date_range.dynamic_date_range": "Named range.",
            "date_range.dynamic_date_range.range": "Name of the range:",
            "date_range.dynamic_date_range.type": "Kind of the range.",
            "date_range.relative_date_range": "Days before that of the report.",
            "date_range.relative_date_range.end_days_in_past": "Days from the last day to that of the report.",
            "date_range.relative_date_range.start_days_in_past": "Days from the first day to that of the report.",
            "date_range.relative_date_range.type": "Kind of the range.",
            "engagement_window_days": "Days after an engagement within which a conversion counts.",
            "filters_json": "Filters on the rows of the report, as JSON: field, operator and value of each.",
            "granularity": "Period that each row of the report is for:",
            "ingestion_sources": "Sources of the conversions that count:",
            "is_deleted": "Whether the template has been deleted.",
            "is_owned_by_user": "Whether the authenticated user owns the template.",
            "is_scheduled": "Whether reports are scheduled with the template.",
            "report_end_relative_days_in_past": "Days from the last day of a report to that of its delivery.",
            "report_format": "Format of the report:",
            "report_level": "What each row of the report is for:",
            "report_start_relative_days_in_past": "Days from the first day of a report to that of its delivery.",
            "type": "Type of the template:",
            "user_id": "Id of the user who created the template.",
            "view_window_days": "Days after a view within which a conversion counts.",
        },
    ),
    "labels": Stream(
        f"{ACCOUNT}/labels",
        "label",
        "Labels of each ad account's campaigns.",
        rows="items[].labels[]",
        added=AD_ACCOUNT_ID,
        words={
            "label_type": "Type of the label:",
            "parent_id": "Id of the campaign that has the label.",
            "parent_type": "What has the label:",
            "value": "Text of the label.",
        },
    ),
    "billing_invoices": Stream(
        f"{ACCOUNT}/billing_invoices",
        "invoice",
        "Invoices of each ad account.",
        words={
            "ad_account_name": "Name of the ad account that the invoice belongs to.",
            "amount_billed_micro_currency": "Amount billed, in micro-units of the account's currency (1,000,000 = one "
            "unit).",
            "amount_discount_micro_currency": "Discount, in micro-units of the account's currency (1,000,000 = one "
            "unit).",
            "amount_net_micro_currency": "Net amount, in micro-units of the account's currency (1,000,000 = one unit).",
            "amount_tax_micro_currency": "Tax, in micro-units of the account's currency (1,000,000 = one unit).",
            "bill_to_country": "Country of the billing address.",
            "billing_period_end_date": "Last day of the billing period.",
            "billing_period_start_date": "First day of the billing period.",
            "document_type": "Type of the document:",
            "invoice_due_date": "Day on which the invoice is due.",
            "payment_terms": "Terms of payment.",
        },
    ),
    "billing_profiles": Stream(
        f"{ACCOUNT}/billing_profiles",
        "billing profile",
        "Billing profiles of each ad account.",
        added=AD_ACCOUNT_ID,
        words={
            "advertiser_id": "Id of the advertiser, as Pinterest gives it.",
            "billing_type": "How the advertiser is billed:",
            "card_type": "Type of the card:",
            "payment_method_brand": "Brand of the payment method:",
        },
    ),
    "audience_insights": Stream(
        f"{ACCOUNT}/audience_insights",
        "audience",
        "Interests and demographics of the audiences of each ad account.",
        rows="",
        key=("ad_account_id", "type", "date"),
        added=AD_ACCOUNT_ID,
        words=DEMOGRAPHIC
        | {
            "ad_account_id": "Id of the ad account that the insights belong to.",
            "type": "Audience that the insights are on:",
            "date": "Day on which Pinterest made the insights; the day of reading if it does not say (UTC).",
            "categories": "Interests of the audience.",
            "categories[]": "One interest.",
            "categories[].id": "Id of the interest.",
            "categories[].index": "How much more the audience likes the interest than people on Pinterest do.",
            "categories[].key": "The same as id.",
            "categories[].name": "Name of the interest.",
            "categories[].ratio": "Share of the audience that has the interest.",
            "categories[].subcategories": "Narrower interests.",
            "categories[].subcategories[]": "One narrower interest.",
            "categories[].subcategories[].id": "Id of the narrower interest.",
            "categories[].subcategories[].index": "How much more the audience likes the interest than people on "
            "Pinterest do.",
            "categories[].subcategories[].key": "The same as id.",
            "categories[].subcategories[].name": "Name of the narrower interest.",
            "categories[].subcategories[].ratio": "Share of the audience that has the narrower interest.",
            "demographics": "Make-up of the audience.",
            "size": "Number of people in the audience.",
            "size_is_upper_bound": "Whether size is a bound that Pinterest has rounded up to.",
        },
    ),
    "boards": Stream(
        "/boards",
        "board",
        "Boards of the authenticated user.",
        words={
            "privacy": "Who can see the board:",
            "board_pins_modified_at": "When the Pins of the board were last changed (UTC).",
            "collaborator_count": "Number of collaborators on the board.",
            "follower_count": "Number of followers of the board.",
            "is_ads_only": "Whether the board holds ad-only Pins.",
            "media": "Images of the board.",
            "media.image_cover_url": "URL of the cover image.",
            "media.pin_thumbnail_urls": "URLs of small images of the board's Pins.",
            "owner": "User who owns the board.",
            "owner.username": "Username of the owner.",
            "pin_count": "Number of Pins on the board.",
        },
    ),
    "board_sections": Stream(
        "/boards/{board_id}/sections",
        "section",
        "Sections of each board.",
        key=("board_id", "id"),
        added={"board_id": text("Id of the board that the section is on.")},
    ),
    "board_pins": Stream(
        "/boards/{board_id}/pins",
        "Pin",
        "Pins on each board.",
        key=("board_id", "id"),
        like={"": "pins"},
        beyond=BEYOND_PINS,
    ),
    "board_section_pins": Stream(
        "/boards/{board_id}/sections/{section_id}/pins",
        "Pin",
        "Pins in each section of each board.",
        key=("board_id", "section_id", "id"),
        like={"": "pins"},
        beyond=BEYOND_PINS,
        dropped=("pin_metrics",),  # its list has no parameter for them
        added={"section_id": text("Id of the section that the Pin is in.")},
    ),
    "user_account_top_pins": top_pins("top_pins", "Pins"),
    "user_account_top_video_pins": top_pins("top_video_pins", "video Pins"),
    "user_websites": Stream(
        "/user_account/websites",
        "website",
        "Websites that the authenticated user has claimed.",
        key=("website",),
        words={
            "website": "Domain of the website, or domain and path.",
            "status": "Status of the verification.",
            "verified_at": "When the website was verified (UTC); Pinterest does not always say.",
        },
    ),
    "linked_business_accounts": Stream(
        "/user_account/businesses",
        "business account",
        "Business accounts that are linked to the authenticated user.",
        rows="[]",
        key=("username",),
        words={
            "username": "Username of the business account.",
            "image_large_url": "URL of the profile image, large.",
            "image_medium_url": "URL of the profile image, medium.",
            "image_small_url": "URL of the profile image, small.",
            "image_xlarge_url": "URL of the profile image, extra large.",
        },
    ),
    "catalogs": Stream("/catalogs", "catalog", "Catalogs of the authenticated user."),
    "catalogs_feeds": Stream(
        "/catalogs/feeds",
        "feed",
        "Feeds of the catalogs.",
        dropped=("credentials",),  # the password of the shop's server
        words={
            "default_availability": "Availability of products that the feed gives none for:",
            "default_country": "Country of the feed, an ISO 3166-1 alpha-2 code.",
            "default_currency": "Currency of the feed, an ISO 4217 code.",
            "default_locale": "Locale of the texts in the feed.",
            "format": "Format of the feed's file:",
            "location": "URL that Pinterest downloads the feed from.",
            "preferred_processing_schedule": "When Pinterest processes the feed each day; null if it chooses the time.",
            "preferred_processing_schedule.time": "Time of day, as HH:MM.",
            "preferred_processing_schedule.timezone": "Time zone of the time, an IANA name.",
        },
    ),
    "catalogs_product_groups": Stream(
        "/catalogs/product_groups", "product group", "Product groups of the catalogs.", free=("filters",),
        words={
            "feed_id": "Id of the feed that the product group belongs to.",
            "filters": "Filters that choose the products of the group.",
            "is_featured": "Whether the product group is featured (deprecated).",
            "type": "How the product group was made:",
        },
    ),
    "catalogs_product_group_counts": Stream(
        "/catalogs/product_groups/{product_group_id}/product_counts",
        "product group",
        "Number of products in each product group.",
        rows="",
        key=("product_group_id",),
        added={"product_group_id": text("Id of the product group.")},
        newer={"app_links": number("Number of app links."), "images": number("Number of images.")},
        words={
            "in_stock": "Number of products in stock.",
            "out_of_stock": "Number of products out of stock.",
            "preorder": "Number of products that can be ordered in advance.",
            "total": "Number of products, hotels or creative assets in the group.",
            "videos": "Number of videos.",
        },
    ),
    "catalogs_feed_processing_results": Stream(
        "/catalogs/feeds/{feed_id}/processing_results",
        "processing result",
        "Results of the processing of each feed: the latest 250, since the API gives no more.",
        added={"feed_id": text("Id of the feed that was processed.")},
        free=("ingestion_details.errors", "ingestion_details.info", "ingestion_details.warnings",
              "validation_details.errors", "validation_details.warnings"),  # fmt: skip,
        words={
            "ingestion_details": "Problems with taking in the feed.",
            "ingestion_details.errors": "Number of items by error.",
            "ingestion_details.info": "Number of items by notice.",
            "ingestion_details.warnings": "Number of items by warning.",
            "product_counts": "Number of products; null early in the process.",
            "product_counts.ingested": "Number of products taken from the feed.",
            "product_counts.original": "Number of products in the feed.",
            "status": "Status of the processing:",
            "validation_details": "Problems with the contents of the feed.",
            "validation_details.errors": "Number of items by error.",
            "validation_details.warnings": "Number of items by warning.",
            "video_counts": "Number of videos; may be missing early in the process.",
            "video_counts.ingested_videos": "Number of videos taken from the feed.",
            "video_counts.not_ingested_videos": "Number of videos not taken from the feed.",
            "video_counts.total_videos": "Number of videos in the feed.",
        },
    ),
    "catalogs_item_issues": Stream(
        "/catalogs/processing_results/{processing_result_id}/item_issues",
        "item",
        "Problems of single items of a feed, by processing result: up to 20 samples of each code.",
        key=("processing_result_id", "item_number"),
        added={"processing_result_id": text("Id of the result of the processing of the feed.")},
        free=("errors", "warnings"),
        words={
            "item_id": "Id that the merchant has given the item.",
            "item_number": "Place of the item in the feed; 0 is the first.",
            "errors": "Details of the errors of the item, by error.",
            "warnings": "Details of the warnings of the item, by warning.",
        },
    ),
    "business_employers": Stream(
        "/businesses/employers",
        "employer",
        "Businesses that the authenticated user works for.",
        words=MEMBERS,
    ),
    "business_members": Stream(
        "/businesses/{business_id}/members",
        "member",
        "Members of each business.",
        key=("business_id", "id"),
        added=BUSINESS_ID,
        words=MEMBERS,
    ),
    "business_partners": Stream(
        "/businesses/{business_id}/partners",
        "partner",
        "Partners of each business.",
        key=("business_id", "partner_type", "id"),
        added=BUSINESS_ID
        | {
            "partner_type": text(
                "Who has access: INTERNAL, the partner to assets of the business; EXTERNAL, the reverse."
            )
        },
        words=MEMBERS | {"assets_summary": "Assets that access is given to; partner_type says whose they are."},
    ),
    "business_assets": Stream(
        "/businesses/{business_id}/assets",
        "asset",
        "Assets that each business has access to.",
        key=("business_id", "asset_type", "asset_id"),
        added=BUSINESS_ID,
        words={
            "asset_id": "Id of the asset.",
            "asset_type": "Type of the asset: AD_ACCOUNT, PROFILE, ASSET_GROUP, CATALOG, CONSUMER; Pinterest adds "
            "values.",
            "asset_group_info": "Asset group, if asset_type is ASSET_GROUP.",
            "asset_group_info.ad_accounts_ids": "Ids of the ad accounts in the asset group.",
            "asset_group_info.asset_group_description": "Description of the asset group.",
            "asset_group_info.asset_group_name": "Name of the asset group.",
            "asset_group_info.asset_group_types": "Types of the asset group.",
            "asset_group_info.catalogs_ids": "Ids of the catalogs in the asset group.",
            "asset_group_info.created_by": "User who created the asset group.",
            "asset_group_info.created_time": "When the asset group was created (UTC).",
            "asset_group_info.id": "Id of the asset group.",
            "asset_group_info.owner": "Business that owns the asset group.",
            "asset_group_info.profiles_ids": "Ids of the profiles in the asset group.",
            "asset_group_info.updated_time": "When the asset group was last updated (UTC).",
            "catalog_info": "Catalog, if asset_type is CATALOG.",
            "catalog_info.catalog_type": "Type of the catalog.",
            "catalog_info.id": "Id of the catalog.",
            "catalog_info.name": "Name of the catalog.",
            "asset_group_info.created_by.email": "Email address of the user.",
            "asset_group_info.created_by.id": "Id of the user.",
            "asset_group_info.created_by.username": "Username of the user.",
            "asset_group_info.owner.email": "Email address of the business.",
            "asset_group_info.owner.id": "Id of the business.",
            "asset_group_info.owner.username": "Username of the business.",
        },
    ),
    "targeting_options": Stream(
        "/resources/targeting/{targeting_type}",
        "targeting option",
        "Values that ads can be targeted by, with their names: apps, genders, languages, ages, places, and interests.",
        rows="[]",
        key=("targeting_type", "code"),
        added={
            "targeting_type": text("Criterion: APPTYPE, GENDER, LOCALE, AGE_BUCKET, LOCATION, GEO, INTEREST."),
            "code": text("Value, as targeting_spec of ad groups has it."),
            "name": text("Name of the value."),
        },
    ),
    "delivery_metrics": Stream(
        "/resources/delivery_metrics",
        "metric",
        "Metrics that reports can have, with their definitions.",
        key=("name", "report_type"),
        added={"report_type": text("Kind of report that has the metric: SYNC, ASYNC.")},
        words={
            "category": "Category of the metric:",
            "definition": "How the metric is defined.",
            "display_name": "Name of the metric in Pinterest's own tools; null if it has none.",
        },
    ),
    "metrics_ready_state": Stream(
        "/resources/metrics_ready_state",
        "day",
        "Whether the metrics of each of the last 30 days are final.",
        rows="",
        key=("date",),
        added={"date": day("Day of the metrics (UTC).")},
        words={
            "conversion_metrics_ready": "Whether the conversion metrics of the day are final.",
            "non_conversion_metrics_ready": "Whether the other metrics of the day are final.",
        },
    ),
    "ad_account_countries": Stream(
        "/resources/ad_account_countries",
        "country",
        "Countries that ad accounts can be in.",
        key=("code",),
        words={
            "code": "Country, an ISO 3166-1 alpha-2 code.",
            "index": "Place of the country in Pinterest's list.",
        },
    ),
    "trending_keywords": Stream(
        "/trends/keywords/{region}/top/{trend_type}",
        "keyword",
        "Keywords that trend on Pinterest on the day of reading, by region and type of trend.",
        rows="trends[]",
        key=("region", "trend_type", "keyword", "date"),
        added={
            "region": text("Region that the keyword trends in, as country codes joined by +."),
            "trend_type": text("Type of the trend: growing, monthly, yearly, seasonal."),
            "date": day("Day of reading (UTC)."),
        },
        words={
            "keyword": "Keyword that is trending.",
            "demographics": "Who searches for the keyword; null, since Pinterest is not asked for it.",
            "demographics.age_distribution": "Share of each age range in the searches.",
            "demographics.gender_distribution": "Share of each gender in the searches.",
            "has_prediction": "Whether Pinterest predicts the searches of the next 90 days; false, since it is not "
            "asked for it.",
            "pct_growth_mom": "Growth of the number of searches in percent, month over month; 10001 stands for more "
            "than 10000.",
            "pct_growth_wow": "Growth of the number of searches in percent, week over week; 10001 stands for more "
            "than 10000.",
            "pct_growth_yoy": "Growth of the number of searches in percent, year over year; 10001 stands for more "
            "than 10000.",
            "predicted_time_series": "Predicted number of searches by week, from 0 to 100; null, since Pinterest is "
            "not asked for it.",
            "time_series": "Number of searches by the last day of the week, scaled to 0 to 100.",
        },
    ),
}
