"""The JSON Schemas of schemas/ are what Singer targets can take, and hold the fields that the streams promise."""

import json
from pathlib import Path

import pytest
from harness import KEYS
from jsonschema import Draft4Validator, Draft7Validator, Draft202012Validator

SCHEMAS = Path(__file__).parents[2] / "schemas"

FIELDS = {
    "ad_accounts": "id name country currency owner permissions time_zone created_time updated_time",
    "campaigns": """
        id ad_account_id name status objective_type type start_time end_time daily_spend_cap lifetime_spend_cap
        is_campaign_budget_optimization is_flexible_daily_budgets is_automated_campaign is_performance_plus
        tracking_urls bid_options order_line_id summary_status default_ad_group_budget_in_micro_currency
        intended_promotion_type is_carting is_ltv_optimized is_top_of_search performance_plus_campaign_settings
        created_time updated_time""",
    "ad_groups": """
        id name ad_account_id campaign_id status budget_in_micro_currency bid_in_micro_currency bid_strategy_type
        bid_multiplier budget_type billable_event start_time end_time placement_group pacing_delivery_type
        targeting_spec targeting_template_ids optimization_goal_metadata lifetime_frequency_cap tracking_urls
        auto_targeting_enabled is_creative_optimization conversion_learning_mode_type promotion_id
        promotion_application_level feed_profile_id summary_status type customer_segment_id enabled_catalog_expansion
        ext_features is_automated_campaign is_creative_expansion is_local_inventory local_inventory_radius_in_miles
        performance_plus_campaign_settings placement_traffic_type promotion_ids created_time updated_time""",
    "ads": """
        id name ad_account_id campaign_id ad_group_id pin_id status creative_type destination_url android_deep_link
        ios_deep_link click_tracking_url view_tracking_url disclosure_type disclosure_url lead_form_id grid_click_type
        customizable_cta_type is_pin_deleted is_removable review_status rejected_reasons rejection_labels
        tracking_urls collection_items_destination_url_template carousel_destination_urls carousel_android_deep_links
        carousel_ios_deep_links quiz_pin_data summary_status type carting_platform_type carting_products
        collections_header_type is_carting is_collage_accepted_terms is_collage_single_destination created_time
        updated_time""",
    "pins": """
        id title description link alt_text board_id board_section_id board_owner creative_type dominant_color media
        parent_pin_id pin_metrics has_been_promoted is_owner is_standard ai_disclosures is_product is_removable
        created_at""",
    "product_group_promotions": """
        id ad_group_id status bid_in_micro_currency catalog_product_group_id catalog_product_group_name
        collections_header_type collections_hero_destination_url collections_hero_pin_id creative_type
        customizable_cta_type definition grid_click_type included is_generate_background is_image_auto_resizing
        is_mdl parent_id preferred_media_type relative_definition selected_image_tag selected_video_tag
        slideshow_collections_description slideshow_collections_title tracking_url""",
    "user_account": """
        id username account_type business_name about website_url profile_image board_count pin_count follower_count
        following_count monthly_views""",
    "campaign_analytics": "CAMPAIGN_ID DATE ad_account_id metrics",
    "product_group_analytics": "PRODUCT_GROUP_ID DATE ad_account_id metrics",
    "keyword_report": "KEYWORD_ID AD_GROUP_ID DATE ad_account_id metrics",
    "product_group_report": "PRODUCT_GROUP_ID DATE ad_account_id metrics",
    "product_item_report": "PRODUCT_ITEM_ID DATE ad_account_id metrics",
    "user_account_analytics": "split_value date data_status metrics",
    "ad_group_analytics": "AD_GROUP_ID DATE ad_account_id metrics",
    "ad_account_analytics": "AD_ACCOUNT_ID DATE metrics",
    "ad_analytics": "AD_ID DATE ad_account_id metrics",
    "campaign_targeting_analytics": "CAMPAIGN_ID DATE targeting_type targeting_value ad_account_id metrics",
    "ad_group_targeting_analytics": "AD_GROUP_ID DATE targeting_type targeting_value ad_account_id metrics",
    "ad_targeting_analytics": "AD_ID DATE targeting_type targeting_value ad_account_id metrics",
    "ad_account_targeting_analytics": "AD_ACCOUNT_ID DATE targeting_type targeting_value metrics",
    "pin_analytics": "pin_id app_type date data_status metrics",
    "audiences": """
        id ownership_type ad_account_id audience_type created_by_company_name created_timestamp description
        name rule size status type updated_timestamp is_nca""",
    "customer_lists": """
        id ad_account_id created_time exceptions name num_batches num_removed_user_records
        num_uploaded_user_records status type updated_time is_nca""",
    "conversion_tags": """
        id ad_account_id status code_snippet configs enhanced_match_status last_fired_time_ms name version""",
    "conversion_event_quality": """
        ad_account_id lookback_period source_platform ingestion_source overall_status quality_components""",
    "advertiser_defined_events": "ad_account_id name mapped_conversion_type",
    "keywords": "id ad_account_id bid match_type value archived parent_id parent_type type",
    "order_lines": """
        id ad_account_id budget end_time name paid_budget paid_type purchase_order_id start_time status type
        campaign_ids""",
    "promotions": """
        id discount_status end_time external_id platform_type promotion_code promotion_custom_id
        promotion_title promotion_type start_time template_values ad_account_id status""",
    "lead_forms": """
        id completion_message disclosure_language has_accepted_terms name policy_links privacy_policy_link
        questions status ad_account_id created_time updated_time""",
    "targeting_templates": """
        id auto_targeting_enabled keywords name placement_group targeting_attributes tracking_urls
        ad_account_id created_time sizing status updated_time valid""",
    "report_templates": """
        id ad_account_id ad_account_ids click_window_days columns conversion_report_time_type creation_source
        custom_column_ids date_range engagement_window_days filters_json granularity ingestion_sources
        is_deleted is_owned_by_user is_scheduled name report_end_relative_days_in_past report_format
        report_level report_start_relative_days_in_past type updated_time user_id view_window_days""",
    "labels": "id ad_account_id label_type parent_id parent_type status value",
    "billing_invoices": """
        id ad_account_id ad_account_name amount_billed_micro_currency amount_discount_micro_currency
        amount_net_micro_currency amount_tax_micro_currency bill_to_country billing_period_end_date
        billing_period_start_date currency document_type invoice_due_date payment_terms status""",
    "billing_profiles": "id ad_account_id advertiser_id billing_type card_type payment_method_brand status",
    "audience_insights": "ad_account_id type date categories demographics size size_is_upper_bound",
    "boards": """
        id privacy board_pins_modified_at collaborator_count created_at description follower_count is_ads_only
        media name owner pin_count""",
    "board_sections": "board_id id name",
    "board_pins": """
        board_id id title description link alt_text board_section_id board_owner creative_type dominant_color
        media parent_pin_id pin_metrics has_been_promoted is_owner is_standard ai_disclosures is_product
        is_removable created_at""",
    "board_section_pins": """
        board_id section_id id title description link alt_text board_section_id board_owner creative_type
        dominant_color media parent_pin_id has_been_promoted is_owner is_standard ai_disclosures is_product
        is_removable created_at""",
    "user_account_top_pins": "sort_by window_end pin_id window_start rank data_status metrics",
    "user_account_top_video_pins": "sort_by window_end pin_id window_start rank data_status metrics",
    "user_websites": "website status verified_at",
    "linked_business_accounts": "username image_large_url image_medium_url image_small_url image_xlarge_url",
    "catalogs": "id created_at updated_at catalog_type name",
    "catalogs_feeds": """
        id created_at updated_at catalog_type default_availability default_country default_currency
        default_locale format location name preferred_processing_schedule status catalog_id""",
    "catalogs_product_groups": """
        id catalog_id catalog_type country created_at description feed_id filters is_featured locale name
        status type updated_at""",
    "catalogs_product_group_counts": """
        product_group_id catalog_type in_stock out_of_stock preorder total videos app_links images""",
    "catalogs_feed_processing_results": """
        id feed_id created_at updated_at ingestion_details product_counts status validation_details
        video_counts""",
    "catalogs_item_issues": "processing_result_id item_number errors item_id warnings",
    "business_employers": """
        id assets_summary business_roles created_by_business created_by_user created_time is_shared_partner
        user""",
    "business_members": """
        business_id id assets_summary business_roles created_by_business created_by_user created_time
        is_shared_partner user""",
    "business_partners": """
        business_id partner_type id assets_summary business_roles created_by_business created_by_user
        created_time is_shared_partner user""",
    "business_assets": "business_id asset_type asset_id asset_group_info catalog_info",
    "targeting_options": "targeting_type code name",
    "delivery_metrics": "name report_type category definition display_name",
    "metrics_ready_state": "date conversion_metrics_ready non_conversion_metrics_ready",
    "data_quality": (
        "ad_account_id stream DATE metric account_value stream_value difference rows rows_that_differ is_complete"
        " conversion_metrics_ready non_conversion_metrics_ready read_at"
    ),
    "ad_account_countries": "code currency index name",
    "trending_keywords": """
        region trend_type keyword date demographics has_prediction pct_growth_mom pct_growth_wow
        pct_growth_yoy predicted_time_series time_series""",
}

# Objects without properties: their keys are data.
FREE_MAPS = {
    "campaigns.bid_options.age_bucket_multipliers",
    "campaigns.bid_options.app_type_multipliers",
    "campaigns.bid_options.audience_multipliers",
    "campaigns.bid_options.frequency_multipliers",
    "campaigns.bid_options.gender_multipliers",
    "campaigns.bid_options.placement_multipliers",
    "audiences.rule",
    "customer_lists.exceptions",
    "conversion_event_quality.quality_components.advertiser_external_id",
    "conversion_event_quality.quality_components.click_id_epik",
    "conversion_event_quality.quality_components.external_event_id",
    "conversion_event_quality.quality_components.hashed_email",
    "conversion_event_quality.quality_components.hashed_maid",
    "conversion_event_quality.quality_components.ip_address",
    "conversion_event_quality.quality_components.order_id",
    "conversion_event_quality.quality_components.order_value",
    "conversion_event_quality.quality_components.product_id",
    "conversion_event_quality.quality_components.source_url",
    "conversion_event_quality.quality_components.user_agent",
    "user_account_top_pins.data_status",
    "user_account_top_pins.metrics",
    "user_account_top_video_pins.data_status",
    "user_account_top_video_pins.metrics",
    "catalogs_product_groups.filters",
    "catalogs_feed_processing_results.ingestion_details.errors",
    "catalogs_feed_processing_results.ingestion_details.info",
    "catalogs_feed_processing_results.ingestion_details.warnings",
    "catalogs_feed_processing_results.validation_details.errors",
    "catalogs_feed_processing_results.validation_details.warnings",
    "catalogs_item_issues.errors",
    "catalogs_item_issues.warnings",
    "trending_keywords.demographics.age_distribution",
    "trending_keywords.demographics.gender_distribution",
    "trending_keywords.predicted_time_series",
    "trending_keywords.time_series",
}
# Objects whose properties come from the config.
METRICS = {f"{stream}.metrics" for stream in KEYS if stream.endswith(("_analytics", "_report"))}

# Days by another name than "date".
DAYS = {
    "billing_invoices.billing_period_end_date",
    "billing_invoices.billing_period_start_date",
    "billing_invoices.invoice_due_date",
    "user_account_top_pins.window_end",
    "user_account_top_pins.window_start",
    "user_account_top_video_pins.window_end",
    "user_account_top_video_pins.window_start",
}

# All else ($ref, allOf, enum, pattern, ...) some target or a new value of the API would trip over.
ALLOWED_KEYWORDS = {"type", "description", "properties", "items", "format", "minimum", "maximum"}
TYPES = {"string", "integer", "number", "boolean", "object", "array"}
INT64 = (-(2**63), 2**63 - 1)


def load(stream):
    return json.loads((SCHEMAS / f"{stream}.json").read_text(encoding="utf-8"))


def properties(path, node):
    """Every property and array element at every depth, as (dotted path, schema)."""
    children = {f"{path}.{name}": child for name, child in node.get("properties", {}).items()}
    if "items" in node:
        children[f"{path}[]"] = node["items"]
    for child_path, child in children.items():
        yield child_path, child
        yield from properties(child_path, child)


ALL = [entry for stream in KEYS for entry in properties(stream, load(stream))]
KEY_PATHS = {f"{stream}.{key}" for stream, keys in KEYS.items() for key in keys}

every_stream = pytest.mark.parametrize("stream", KEYS)
every_property = pytest.mark.parametrize("path, node", ALL, ids=[path for path, _ in ALL])


def kind(node):
    """The one type of a node besides null."""
    types = node["type"] if isinstance(node["type"], list) else [node["type"]]
    (only,) = [name for name in types if name != "null"]
    return only


def is_nullable(node):
    return "null" in node["type"]


def test_there_is_one_file_a_stream():
    # That of custom reports has the keys of every level.
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{stream}.json" for stream in [*KEYS, "custom_report"]}


@every_stream
@pytest.mark.parametrize("validator", [Draft4Validator, Draft7Validator, Draft202012Validator])
def test_schema_is_valid_in_every_draft(stream, validator):
    validator.check_schema(load(stream))


@every_stream
def test_root_is_a_described_object(stream):
    schema = load(stream)
    assert list(schema) == ["type", "description", "properties"]
    assert schema["type"] == "object"
    assert schema["description"].strip()


@every_stream
def test_fields_stand_in_the_promised_order(stream):
    assert list(load(stream)["properties"]) == FIELDS[stream].split()


@every_stream
def test_no_object_repeats_a_name(stream):
    def unique(pairs):
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), names
        return dict(pairs)

    json.loads((SCHEMAS / f"{stream}.json").read_text(encoding="utf-8"), object_pairs_hook=unique)


@every_stream
def test_keys_are_strings_and_never_null(stream):
    for key in KEYS[stream]:
        assert load(stream)["properties"][key]["type"] == "string"


@every_stream
def test_a_record_of_nulls_is_valid(stream):
    schema = load(stream)
    record = dict.fromkeys(schema["properties"])
    record.update(dict.fromkeys(KEYS[stream], "1"))
    Draft7Validator(schema).validate(record)


@every_property
def test_only_plain_keywords(path, node):
    assert set(node) <= ALLOWED_KEYWORDS


@every_property
def test_has_one_type_and_may_be_null_unless_it_is_a_key(path, node):
    assert kind(node) in TYPES
    if path in KEY_PATHS:
        assert not is_nullable(node)
    else:
        assert node["type"] == [kind(node), "null"]


@every_property
def test_is_described(path, node):
    if path.endswith("[]") and kind(node) != "object":
        return  # the array says it
    assert node["description"].strip()
    assert node["description"].endswith(".")


@every_property
def test_objects_and_arrays_say_what_they_hold(path, node):
    assert ("items" in node) == (kind(node) == "array")
    assert ("properties" in node) == (kind(node) == "object" and path not in FREE_MAPS)
    if "properties" in node:
        assert bool(node["properties"]) == (path not in METRICS)


@every_property
def test_bounds_are_those_of_64_bits(path, node):
    if "minimum" in node or "maximum" in node:
        assert kind(node) == "integer"
        assert (node["minimum"], node["maximum"]) == INT64


@every_property
def test_names_tell_the_type(path, node):
    name = path.rsplit(".", 1)[-1]
    if name.endswith(("_time", "_timestamp", "_at", "_time_ms")):
        assert (kind(node), node.get("format")) == ("string", "date-time")
    elif name.lower() == "date" or path in DAYS:
        assert (kind(node), node.get("format")) == ("string", "date")
    else:
        assert "format" not in node
    if (name.lower() == "id" or name.lower().endswith(("_id", "_id[]", "_ids[]"))) and path not in FREE_MAPS:
        assert kind(node) == "string"
    if name.startswith("is_"):
        assert kind(node) == "boolean"


def test_no_schema_has_credentials():
    assert not [path for path, _ in ALL if "credentials" in path or "password" in path]


def test_pins_are_the_same_wherever_they_are_listed():
    pins = load("pins")["properties"]
    for stream in ("board_pins", "board_section_pins"):
        columns = load(stream)["properties"]
        assert set(columns) - set(pins) == set(KEYS[stream]) - set(pins)
        for name in set(pins) & set(columns) - set(KEYS[stream]):
            assert columns[name] == pins[name]
        # The list of a section's has no parameter for their numbers.
        assert set(pins) - set(columns) == ({"pin_metrics"} if stream == "board_section_pins" else set())
