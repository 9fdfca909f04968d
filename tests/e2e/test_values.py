"""Values are never damaged, and what does not fit is said."""

import json

import pytest
from compare import assert_same_keys, assert_same_rows, true_rows
from harness import partition, stream_entry, stream_metadata

LIST = "/ad_accounts/{ad_account_id}/"
START = "2026-03-05"


@pytest.fixture
def api(simulate):
    return simulate(accounts=1, campaigns=4, ad_groups=4, ads=4, pins=6, limits="off")


def page(*items):
    """A page of a list; items are JSON text, so that every digit is under control."""
    return '{"items": [' + ",".join(items) + '], "bookmark": null}'


def campaigns(tap, api, config, *items, **settings):
    api.fault("body", endpoint=LIST + "campaigns", body=page(*items))
    return tap.run(config(api, **settings), catalog=tap.catalog("campaigns"))


def ad_rows(tap, api, config, *rows, columns=("SPEND_IN_DOLLAR", "CTR", "AD_ID"), **settings):
    """What comes of an answer with these rows for ads."""
    api.fault("body", endpoint=LIST + "ads/analytics", body="[" + ",".join(rows) + "]")
    whole = config(api, start_date=START, analytics_columns=list(columns), **settings)
    return tap.run(whole, catalog=tap.catalog("ad_analytics", config=whole))


def raw_metric(run, name):
    """The token of a metric in the first record, as it was written."""
    line = next(line for line in run.stdout.decode().splitlines() if '"RECORD"' in line)
    return line.split(f'"{name}":', 1)[1].lstrip().split(",")[0].rstrip("}")


# --- numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "digits",
    ["1.10", "12.00", "0", "-0.50", "1e-7", "3.5E+2", "0.1234567890123456789012345678901", "123456789012345678901234567890",
     "99999999999999999999.99", "9007199254740993"],
)  # fmt: skip
@pytest.mark.parametrize("quoted", [False, True], ids=["number", "text"])
def test_the_digits_of_a_number_stay(tap, api, config, digits, quoted):
    token = f'"{digits}"' if quoted else digits
    run = ad_rows(tap, api, config, f'{{"AD_ID": "7", "DATE": "2026-03-06", "SPEND_IN_DOLLAR": {token}, "CTR": null}}')
    assert run.code == 0
    assert raw_metric(run, "SPEND_IN_DOLLAR") == digits


@pytest.mark.parametrize("token", ["1e999", "-1E+309", "1" + "0" * 400], ids=lambda token: token[:7])
@pytest.mark.parametrize("quoted", [False, True], ids=["number", "text"])
def test_a_number_that_no_double_holds_never_becomes_infinity(tap, api, config, token, quoted):
    value = f'"{token}"' if quoted else token
    row = f'{{"AD_ID": "7", "DATE": "2026-03-06", "SPEND_IN_DOLLAR": {value}, "CTR": 0.25}}'
    run = ad_rows(tap, api, config, row)
    assert run.code == 1
    assert raw_metric(run, "SPEND_IN_DOLLAR") == "null"
    assert raw_metric(run, "CTR") == "0.25"
    assert run.warnings("ad_analytics", "SPEND_IN_DOLLAR", "7")


def test_metrics_as_numbers_text_null_and_absent(tap, api, config):
    run = ad_rows(
        tap, api, config,
        '{"AD_ID": 7, "DATE": "2026-03-06", "SPEND_IN_DOLLAR": "1.10", "CTR": null}',
        '{"AD_ID": "7", "DATE": "2026-03-07", "CTR": 0.5}',
        '{"DATE": "2026-03-08", "SPEND_IN_DOLLAR": 2, "CTR": "", "AD_ID": "7"}',
    )  # fmt: skip
    written = {record["DATE"]: record["metrics"] for record in run.records["ad_analytics"]}
    assert [str(written["2026-03-06"][name]) for name in ("SPEND_IN_DOLLAR", "CTR", "AD_ID")] == ["1.10", "None", "7"]
    assert written["2026-03-07"]["SPEND_IN_DOLLAR"] is None
    assert written["2026-03-08"]["SPEND_IN_DOLLAR"] == 2
    assert {record["AD_ID"] for record in run.records["ad_analytics"]} == {"7"}


def test_an_id_with_leading_zeros_fails_its_analytics(tap, api, config):
    """As a number it would be another id, whose rows would join neither of them."""
    api.fault("body", endpoint=LIST + "campaigns", body=page('{"id": "007"}', '{"id": "7"}'))
    run = tap.run(config(api, start_date=START), catalog=tap.catalog("campaigns", "campaign_analytics"), code=1)
    assert run.keys("campaigns") == ["007", "7"]
    assert "the id 007: ids are digits" in run.log_lines("CRITICAL")[0]
    assert not api.requests("/campaigns/analytics")
    assert "campaign_analytics" not in run.state["bookmarks"]


def test_integers_and_ids_are_made_to_fit_without_loss(tap, api, config):
    run = campaigns(
        tap, api, config,
        '{"id": 626735500065, "ad_account_id": 549755885175.0, "daily_spend_cap": "5", "lifetime_spend_cap": 1000.0}',
    )  # fmt: skip
    assert run.code == 0
    (record,) = run.records["campaigns"]
    assert (record["id"], record["ad_account_id"]) == ("626735500065", "549755885175")
    assert (record["daily_spend_cap"], record["lifetime_spend_cap"]) == (5, 1000)


# --- misfits ------------------------------------------------------------------------------------------------------


def test_a_misfit_becomes_null_with_a_warning_and_exit_code_1(tap, api, config):
    run = campaigns(
        tap, api, config,
        '{"id": "11", "name": "good", "daily_spend_cap": 5}',
        '{"id": "12", "name": {"a": 1}, "daily_spend_cap": "lots", "is_automated_campaign": "yes", "updated_time": 1700000000}',
        '{"id": "13", "name": ["x"], "tracking_urls": 7, "bid_options": [], "daily_spend_cap": 1.5}',
    )  # fmt: skip
    assert run.code == 1
    good, bad, worse = run.records["campaigns"]
    assert (good["name"], good["daily_spend_cap"]) == ("good", 5)
    assert (bad["name"], bad["daily_spend_cap"], bad["is_automated_campaign"]) == (None, None, None)
    assert (worse["name"], worse["tracking_urls"], worse["bid_options"], worse["daily_spend_cap"]) == (None,) * 4
    for field, key in (
        ("name", "12"),
        ("daily_spend_cap", "12"),
        ("is_automated_campaign", "12"),
        ("tracking_urls", "13"),
    ):
        assert run.warnings("campaigns", field, key), field
    # The row counts as written: the bookmark passes it.
    (entry,) = run.state["bookmarks"]["campaigns"]["partitions"]
    assert entry["replication_key_value"] == "2023-11-14T22:13:20Z"


def test_a_metric_that_is_no_number_becomes_null(tap, api, config):
    run = ad_rows(tap, api, config, '{"AD_ID": "7", "DATE": "2026-03-06", "SPEND_IN_DOLLAR": "a lot", "CTR": 0.25}')
    assert run.code == 1
    (record,) = run.records["ad_analytics"]
    assert record["metrics"]["SPEND_IN_DOLLAR"] is None
    assert str(record["metrics"]["CTR"]) == "0.25"
    assert run.warnings("ad_analytics", "SPEND_IN_DOLLAR", "7")


@pytest.mark.parametrize("item", ['{"id": null, "name": "x"}', '{"name": "x"}', '{"id": {"a": 1}}', "7", "null"])
def test_a_key_that_does_not_fit_fails_the_stream(tap, api, config, item):
    api.fault("body", endpoint=LIST + "campaigns", body=page('{"id": "11", "name": "good"}', item))
    run = tap.run(config(api, start_date=START), catalog=tap.catalog("campaigns", "ads"), code=1)
    assert run.log_lines("campaigns")
    assert not run.records["campaigns"]  # rows leave only after the whole body has parsed
    assert len(run.records["ads"]) >= 3
    assert "campaigns" not in run.state["bookmarks"]


@pytest.mark.parametrize(
    "row",
    ['{"AD_ID": "7", "CTR": 1}', '{"AD_ID": "7", "DATE": "soon"}', '{"DATE": "2026-03-06"}',
     '{"AD_ID": "007", "DATE": "2026-03-06"}'],
)  # fmt: skip
def test_an_analytics_row_without_a_key_fails_the_stream(tap, api, config, row):
    run = ad_rows(tap, api, config, row)
    assert run.code == 1
    assert not run.records["ad_analytics"]
    assert "ad_analytics" not in run.state["bookmarks"]


@pytest.mark.parametrize(
    "date", ['"2026-03-06T05:00:00"', '"2026-03-06T05:00"', '"2026-03-06T05"', "1772773200", '"1772773200"', "1772773200000"]
)
def test_an_hour_is_read_in_every_plausible_form(tap, api, config, date):
    row = f'{{"AD_ID": "7", "DATE": {date}, "CTR": 1}}'
    run = ad_rows(tap, api, config, row, analytics_granularity="HOUR")
    assert run.code == 0
    assert {record["DATE"] for record in run.records["ad_analytics"]} == {"2026-03-06T05:00:00Z"}


def test_an_hour_without_a_time_fails_the_stream(tap, api, config):
    run = ad_rows(tap, api, config, '{"AD_ID": "7", "DATE": "2026-03-06", "CTR": 1}', analytics_granularity="HOUR")
    assert run.code == 1
    assert not run.records["ad_analytics"]


# --- unknown fields, odd text -------------------------------------------------------------------------------------


def test_unknown_fields_are_named_once_and_kept_on_demand(tap, simulate, config):
    api = simulate(accounts=1, campaigns=60, ad_groups=60, ads=60, pins=60, unknown_fields=True, limits="off")
    run = tap.run(config(api, start_date=START), code=0)
    assert "brand_new_field" not in run.stdout.decode()
    for stream in ("campaigns", "ad_groups", "ads", "pins"):
        (line,) = run.log_lines(f"INFO {stream}: ", "brand_new_field")
        assert line.endswith("to get them, select additional_fields"), line
    assert not run.warnings("brand_new_field")
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", START))


def test_unknown_nested_fields_are_named_too(tap, api, config):
    run = campaigns(tap, api, config, '{"id": "1", "tracking_urls": {"click": ["u"], "telepathy": ["v"]}}')
    assert run.code == 0
    assert not run.warnings("telepathy")
    assert len(run.log_lines("INFO campaigns: ", "tracking_urls.telepathy;")) == 1


@pytest.mark.parametrize("flat", [False, True])
def test_additional_fields_hold_what_the_schema_lacks(tap, api, config, flat):
    catalog = tap.catalog("campaigns")
    metadata = stream_metadata(stream_entry(catalog, "campaigns"), "properties", "additional_fields")
    assert metadata == {"inclusion": "available", "selected-by-default": False}
    metadata["selected"] = True
    item = '{"id": "1", "new": {"n": 1.50}, "tracking_urls": {"telepathy": ["v"]}, "plain": "x", "none": null}'
    settings = {"flattening_enabled": True, "flattening_max_depth": 1} if flat else {}
    api.fault("body", endpoint=LIST + "campaigns", body=page(item))
    run = tap.run(config(api, **settings), catalog=catalog, code=0)
    assert not run.log_lines("telepathy")
    (record,) = run.records["campaigns"]
    expected = {"new": {"n": 1.5}, "tracking_urls.telepathy": ["v"], "plain": "x", "none": None}
    assert (json.loads(record["additional_fields"]) if flat else record["additional_fields"]) == expected
    assert b"1.50" in run.stdout


def test_lone_surrogates_are_replaced_with_a_warning(tap, simulate, config):
    api = simulate(accounts=0, pins=80, lone_surrogates=True, limits="off")
    run = tap.run(config(api), catalog=tap.catalog("pins"), code=0)
    assert_same_keys(run.keys("pins"), [pin["id"] for pin in api.truth("pins")])
    odd = [record["title"] for record in run.records["pins"] if record["title"] and record["title"].startswith("Half")]
    assert odd and all(title.startswith("Half a cake \ufffd ") for title in odd)
    assert len(run.warnings("pins", "surrogate")) == 1


def test_an_odd_title_does_not_fail_the_connection_test(tap, simulate, config):
    api = simulate(accounts=1, pins=200, lone_surrogates=True, limits="off")
    tap.run(config(api), "--test", rules=False, code=0)


@pytest.mark.parametrize(
    "text",
    ['"plain"', r'"\u00e9\u6625 \ud83c\udf70"', r'"a\\b \"c\" \/ \b\f\n\r\t"', '"\U0001f370 春"', r'"nul \u0000 inside"',
     '"' + "x" * 100_000 + '"', '""'],
    ids=range(7),
)  # fmt: skip
def test_text_is_what_the_api_sent(tap, api, config, text):
    run = campaigns(tap, api, config, f'{{"id": "1", "name": {text}}}')
    assert run.code == 0
    assert run.records["campaigns"][0]["name"] == json.loads(text)


def test_a_repeated_key_counts_with_its_last_value(tap, api, config):
    run = campaigns(
        tap, api, config,
        '{"id": "1", "name": "a", "tracking_urls": {"click": ["u"]}, "name": "b", "tracking_urls": {"impression": ["v"]}}',
    )  # fmt: skip
    (record,) = run.records["campaigns"]
    assert record["name"] == "b"
    assert (record["tracking_urls"]["click"], record["tracking_urls"]["impression"]) == (None, ["v"])


def test_times(tap, api, config):
    run = campaigns(
        tap, api, config,
        '{"id": "1", "start_time": 0, "end_time": null, "created_time": 1709164800, "updated_time": 1772971200}',
        '{"id": "2", "start_time": "1709164800", "created_time": 253402300799}',
    )  # fmt: skip
    first, second = run.records["campaigns"]
    assert (first["start_time"], first["end_time"]) == (None, None)
    assert first["created_time"] == "2024-02-29T00:00:00Z"
    assert second["start_time"] == "2024-02-29T00:00:00Z"
    assert second["created_time"] == "9999-12-31T23:59:59Z"


def test_moments_of_pins_are_utc(tap, api, config):
    items = [
        f'{{"id": "{index}", "created_at": "{moment}"}}'
        for index, moment in enumerate(
            [
                "2026-03-01T10:00:00",
                "2026-03-01T10:00:00Z",
                "2026-03-01T05:00:00-05:00",
                "2026-03-01T10:00:00.250+00:00",
            ]
        )
    ]
    api.fault("body", endpoint="/pins", body=page(*items))
    run = tap.run(config(api), catalog=tap.catalog("pins"), code=0)
    assert {record["created_at"][:19] for record in run.records["pins"]} == {"2026-03-01T10:00:00"}
    assert partition(run.state, "pins")["replication_key_value"].startswith("2026-03-01T10:00:00")


# --- repeats ------------------------------------------------------------------------------------------------------


def test_of_a_repeated_entity_in_one_answer_the_last_is_written(tap, api, config):
    run = campaigns(
        tap, api, config, '{"id": "1", "name": "a"}', '{"id": "2", "name": "b"}', '{"id": "1", "name": "c"}'
    )
    assert run.code == 0
    assert sorted((record["id"], record["name"]) for record in run.records["campaigns"]) == [("1", "c"), ("2", "b")]


def test_identical_analytics_rows_are_written_once(tap, api, config):
    api.fault("duplicate_rows", endpoint=LIST + "ads/analytics")
    run = tap.run(config(api, start_date=START), catalog=tap.catalog("ad_analytics"), code=0)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", START))


def test_rows_of_one_key_that_differ_fail_the_stream(tap, api, config):
    api.fault("conflicting_rows", endpoint=LIST + "ads/analytics")
    run = tap.run(config(api, start_date=START), catalog=tap.catalog("ad_analytics", "campaign_analytics"), code=1)
    assert run.log_lines("ad_analytics")
    assert not run.records["ad_analytics"]
    assert "ad_analytics" not in run.state["bookmarks"]
    assert_same_rows(
        "campaign_analytics", run.records["campaign_analytics"], true_rows(api, "campaign_analytics", START)
    )


# --- shapes -------------------------------------------------------------------------------------------------------


def test_nested_objects_are_whole_or_null(tap, simulate, config):
    """Every object of the schema has all of its fields in every record, however little the API sent."""
    api = simulate(accounts=1, campaigns=80, ad_groups=80, ads=80, pins=80, limits="off")
    run = tap.run(config(api), catalog=tap.catalog("campaigns", "ad_groups", "ads", "pins"), code=0)

    def check(schema, value, where):
        if isinstance(value, dict) and schema.get("properties"):
            assert list(value) == list(schema["properties"]), where
            for name, child in schema["properties"].items():
                check(child, value[name], f"{where}.{name}")
        elif isinstance(value, list):
            for element in value:
                check(schema["items"], element, where + "[]")

    for stream, records in run.records.items():
        for record in records:
            check(run.schemas[stream]["schema"], record, stream)


def test_free_maps_keep_their_keys_and_digits(tap, api, config):
    run = campaigns(
        tap, api, config,
        '{"id": "1", "bid_options": {"app_type_multipliers": {"iphone": 1.20, "Ünïcode": 0.90}, "audience_multipliers": {}}}',
    )  # fmt: skip
    assert '"iphone":1.20' in run.stdout.decode().replace(" ", "")
    options = run.records["campaigns"][0]["bid_options"]
    assert set(options["app_type_multipliers"]) == {"iphone", "Ünïcode"}
    assert options["audience_multipliers"] == {}
    assert options["placement_multipliers"] is None


def test_media_of_every_shape(tap, simulate, config):
    api = simulate(accounts=0, pins=200, limits="off")
    run = tap.run(config(api), catalog=tap.catalog("pins"), code=0)
    shapes = {record["media"] and record["media"]["media_type"] for record in run.records["pins"]}
    assert shapes >= {None, "image", "video", "multiple_images", "multiple_videos", "multiple_mixed"}
    entry = stream_entry(tap.discover(), "pins")
    assert entry["schema"]["properties"]["media"]["properties"]


def test_a_body_of_another_kind_is_an_error_and_not_a_loss(tap, api, config):
    for body in ('{"items": {}}', "[]", "7", '{"bookmark": null}'):
        api.clear_faults()
        api.fault("body", endpoint=LIST + "campaigns", body=body)
        run = tap.run(config(api, max_retry_seconds=5), catalog=tap.catalog("campaigns"), code=1)
        assert "campaigns" not in run.state["bookmarks"], body
