"""What --discover prints, and what a catalog can ask for."""

import json
import time
from decimal import Decimal

import pytest
from compare import COLUMNS, assert_same_keys, assert_same_rows, true_entities, true_rows
from harness import BY_DEFAULT, ENTITIES, KEYS, deselect, stream_entry, stream_metadata
from lists import SMALL_WITH_EVERY_SCOPE

START = "2026-03-05"
REPLICATION_KEYS = {
    **dict.fromkeys(ENTITIES, "updated_time"),
    "pins": "created_at",
    **dict.fromkeys(("customer_lists", "lead_forms", "targeting_templates", "report_templates"), "updated_time"),
    **dict.fromkeys(("catalogs", "catalogs_feeds", "catalogs_product_groups"), "updated_at"),
    "catalogs_feed_processing_results": "updated_at",
    **{stream: "DATE" for stream in KEYS if stream.endswith(("_analytics", "_report"))},
    "pin_analytics": "date",
    "user_account_analytics": "date",
}


def properties(schema, *path):
    """The breadcrumb of every property of objects, at every depth."""
    for name, child in schema.get("properties", {}).items():
        breadcrumb = (*path, "properties", name)
        yield breadcrumb
        yield from properties(child, *breadcrumb)


def kind(schema):
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    (only,) = [name for name in types if name != "null"]
    return only


# --- discovery ----------------------------------------------------------------------------------------------------


def test_discovery_needs_nothing_and_is_instant(tap):
    began = time.monotonic()
    run = tap.run(None, "--discover", rules=False, code=0)
    assert time.monotonic() - began < 1
    assert run.stdout.endswith(b"}\n")
    assert max(map(len, run.stdout.splitlines())) < 64 * 1024
    assert run.stdout.decode() == json.dumps(json.loads(run.stdout), indent=2, ensure_ascii=False) + "\n"


def test_discovery_asks_the_api_for_nothing(tap, api, config):
    old = {"streams": [{"tap_stream_id": "gone", "stream": "gone", "schema": {}, "metadata": []}]}
    inputs = {"catalog": old, "state": {"bookmarks": {"campaigns": 7}}}
    with_all = tap.discover(config(api), **inputs)
    assert with_all == tap.discover()
    assert api.counters()["requests"] == {}


def test_discovery_reads_no_catalog_and_no_state(tap, api, config):
    broken = tap.write("broken.json", "{")
    assert tap.discover(config(api), catalog=broken, state=broken) == tap.discover()
    missing = tap.directory / "missing.json"
    assert tap.discover(config(api), catalog=missing, state=missing) == tap.discover()


def test_discovery_knows_every_stream(tap):
    catalog = tap.discover()
    assert list(catalog) == ["streams"]
    assert [stream["tap_stream_id"] for stream in catalog["streams"]] == list(KEYS)


@pytest.mark.parametrize("stream", KEYS)
def test_a_stream_entry_is_complete(tap, stream):
    entry = stream_entry(tap.discover(), stream)
    assert entry["stream"] == stream
    assert entry["key_properties"] == KEYS[stream]
    replication_key = REPLICATION_KEYS.get(stream)
    assert entry["replication_method"] == ("INCREMENTAL" if replication_key else "FULL_TABLE")
    assert entry.get("replication_key") == replication_key
    metadata = stream_metadata(entry)
    assert metadata["inclusion"] == "available"
    by_default = {"selected": True} if stream in BY_DEFAULT else {"selected-by-default": False}
    assert {name: value for name, value in metadata.items() if name.startswith("selected")} == by_default
    assert metadata["table-key-properties"] == KEYS[stream]
    assert metadata.get("valid-replication-keys", []) == ([replication_key] if replication_key else [])
    assert metadata.get("forced-replication-method") == (None if replication_key else "FULL_TABLE")


@pytest.mark.parametrize("stream", KEYS)
def test_every_property_has_metadata(tap, stream):
    entry = stream_entry(tap.discover(), stream)
    breadcrumbs = [tuple(item["breadcrumb"]) for item in entry["metadata"]]
    assert len(breadcrumbs) == len(set(breadcrumbs))
    assert set(properties(entry["schema"])) <= set(breadcrumbs)
    automatic = {*KEYS[stream], REPLICATION_KEYS.get(stream)}
    for item in entry["metadata"]:
        if not item["breadcrumb"]:
            continue
        is_top = len(item["breadcrumb"]) == 2
        is_automatic = is_top and item["breadcrumb"][1] in automatic
        assert item["metadata"]["inclusion"] == ("automatic" if is_automatic else "available"), item


def test_columns_of_the_config_are_properties_of_metrics(tap, api, config):
    entry = stream_entry(tap.discover(), "ad_analytics")
    assert list(entry["schema"]["properties"]["metrics"]["properties"]) == COLUMNS
    own = config(api, analytics_columns=["CTR", "AD_NAME"], pin_metric_types=["SAVE"])
    catalog = tap.discover(own)
    metrics = stream_entry(catalog, "ad_analytics")["schema"]["properties"]["metrics"]["properties"]
    assert {name: kind(schema) for name, schema in metrics.items()} == {"CTR": "number", "AD_NAME": "string"}
    metrics = stream_entry(catalog, "pin_analytics")["schema"]["properties"]["metrics"]["properties"]
    assert list(metrics) == ["SAVE"]


def test_hours_are_moments_in_the_catalog(tap, api, config):
    catalog = tap.discover(config(api, analytics_granularity="HOUR"))
    assert stream_entry(catalog, "ad_analytics")["schema"]["properties"]["DATE"]["format"] == "date-time"
    assert stream_entry(tap.discover(), "ad_analytics")["schema"]["properties"]["DATE"]["format"] == "date"


# --- selection of streams -----------------------------------------------------------------------------------------


def test_without_a_catalog_the_default_streams_come(tap, api, config):
    assert set(tap.run(config(api, start_date=START), code=0).schemas) == set(BY_DEFAULT)


def test_the_discovered_catalog_is_the_same_as_none(tap, api, config):
    settings = config(api, start_date=START)
    with_catalog = tap.run(settings, catalog=tap.discover(settings), code=0)
    without = tap.run(settings, code=0)
    assert {s: m["schema"] for s, m in with_catalog.schemas.items()} == {
        s: m["schema"] for s, m in without.schemas.items()
    }
    for stream in BY_DEFAULT:
        assert_same_keys(with_catalog.keys(stream), without.keys(stream))


def test_a_stream_missing_from_the_catalog_is_out(tap, api, config):
    catalog = tap.discover()
    catalog["streams"] = [entry for entry in catalog["streams"] if entry["tap_stream_id"] in ("ads", "pins")]
    assert set(tap.run(config(api), catalog=catalog, code=0).schemas) == {"ads", "pins"}


def test_nothing_selected_is_a_good_run(tap, api, config):
    run = tap.run(config(api), catalog=tap.catalog(), code=0)
    assert run.schemas == {}
    assert api.counters()["requests"] == {}


@pytest.mark.parametrize(
    "metadata, is_in",
    [
        ({"selected": True}, True),
        ({"selected": "true"}, True),
        ({"selected": False}, False),
        ({"selected": "false"}, False),
        ({"selected": False, "selected-by-default": True}, False),
        ({"selected-by-default": True}, True),
        ({"selected-by-default": False}, False),
        ({"inclusion": "unsupported", "selected": True}, False),
        ({"inclusion": "automatic", "selected": False}, True),
    ],
    ids=str,
)
def test_selection_of_a_stream(tap, api, config, metadata, is_in):
    catalog = tap.catalog("ad_accounts")
    whole = stream_metadata(stream_entry(catalog, "campaigns"))
    del whole["selected"], whole["inclusion"]
    whole.update(metadata)
    run = tap.run(config(api), catalog=catalog, code=0)
    assert set(run.schemas) == ({"ad_accounts", "campaigns"} if is_in else {"ad_accounts"})


# --- selection of fields ------------------------------------------------------------------------------------------


def fields_of(run, stream):
    return list(run.schemas[stream]["schema"]["properties"])


@pytest.mark.parametrize(
    "metadata, is_in",
    [
        ({"inclusion": "available", "selected": True}, True),
        ({"inclusion": "available", "selected": "false"}, False),
        ({"inclusion": "available", "selected-by-default": False}, False),
        ({"inclusion": "available", "selected-by-default": False, "selected": True}, True),
        ({"inclusion": "available"}, True),
        ({"inclusion": "unsupported", "selected": True}, False),
        ({"inclusion": "automatic", "selected": False}, True),
        ({}, True),
    ],
    ids=str,
)
def test_selection_of_a_field(tap, api, config, metadata, is_in):
    catalog = tap.catalog("campaigns")
    entry = stream_entry(catalog, "campaigns")
    field = stream_metadata(entry, "properties", "objective_type")
    field.clear()
    field.update(metadata)
    run = tap.run(config(api), catalog=catalog, code=0)
    assert ("objective_type" in fields_of(run, "campaigns")) == is_in
    assert all(("objective_type" in record) == is_in for record in run.records["campaigns"])


def test_a_field_without_metadata_is_in(tap, api, config):
    catalog = tap.catalog("campaigns")
    entry = stream_entry(catalog, "campaigns")
    entry["metadata"] = [item for item in entry["metadata"] if not item["breadcrumb"]]
    run = tap.run(config(api), catalog=catalog, code=0)
    assert fields_of(run, "campaigns") == [name for name in entry["schema"]["properties"] if name != "additional_fields"]


def test_keys_stay_though_deselected(tap, simulate, config):
    api = simulate(**SMALL_WITH_EVERY_SCOPE)
    catalog = tap.catalog(*KEYS)
    for stream in KEYS:
        for name in {*KEYS[stream], REPLICATION_KEYS.get(stream)} - {None}:
            deselect(catalog, stream, name)
    run = tap.run(config(api, start_date=START), catalog=catalog, code=0)
    for stream in KEYS:
        assert {*KEYS[stream], REPLICATION_KEYS.get(stream)} - {None} <= set(fields_of(run, stream))


def test_deselection_at_every_depth(tap, api, config):
    catalog = tap.catalog("campaigns", "ad_groups", "pins")
    deselect(catalog, "campaigns", "tracking_urls", "click")
    deselect(catalog, "campaigns", "bid_options", "placement_multipliers")
    deselect(
        catalog, "ad_groups", "optimization_goal_metadata", "conversion_tag_v3_goal_metadata", "attribution_windows"
    )
    deselect(catalog, "pins", "media")
    run = tap.run(config(api), catalog=catalog, code=0)
    schema = run.schemas["campaigns"]["schema"]["properties"]
    assert "click" not in schema["tracking_urls"]["properties"]
    assert "impression" in schema["tracking_urls"]["properties"]
    assert "placement_multipliers" not in schema["bid_options"]["properties"]
    goals = run.schemas["ad_groups"]["schema"]["properties"]["optimization_goal_metadata"]["properties"]
    assert "attribution_windows" not in goals["conversion_tag_v3_goal_metadata"]["properties"]
    assert "media" not in fields_of(run, "pins")
    assert "media_type" not in run.stdout.decode()
    tracked = [record["tracking_urls"] for record in run.records["campaigns"] if record["tracking_urls"]]
    assert tracked and all("click" not in urls and "impression" in urls for urls in tracked)


def test_an_object_without_any_child_is_left_out_with_a_warning(tap, api, config):
    catalog = tap.catalog("ad_accounts")
    deselect(catalog, "ad_accounts", "owner", "id")
    deselect(catalog, "ad_accounts", "owner", "username")
    run = tap.run(config(api), catalog=catalog, code=0)
    assert "owner" not in fields_of(run, "ad_accounts")
    assert run.warnings("ad_accounts", "owner")


def test_a_child_selected_in_a_deselected_object_stays_out(tap, api, config):
    catalog = tap.catalog("ad_accounts")
    deselect(catalog, "ad_accounts", "owner")
    stream_metadata(stream_entry(catalog, "ad_accounts"), "properties", "owner", "properties", "id")["selected"] = True
    assert "owner" not in fields_of(tap.run(config(api), catalog=catalog, code=0), "ad_accounts")


def columns_requested(api):
    requests = api.requests("/ads/analytics")
    assert requests
    return {request["target"].split("columns=")[1].split("&")[0].replace("%2C", ",") for request in requests}


def test_deselected_columns_are_not_requested(tap, api, config):
    catalog = tap.catalog("ad_analytics")
    for column in ("CTR", "SPEND_IN_DOLLAR", "CAMPAIGN_NAME"):
        deselect(catalog, "ad_analytics", "metrics", column)
    run = tap.run(config(api, start_date=START), catalog=catalog, code=0)
    (columns,) = columns_requested(api)
    assert {"CTR", "SPEND_IN_DOLLAR"} & set(columns.split(",")) == set()
    kept = [column for column in COLUMNS if column not in ("CTR", "SPEND_IN_DOLLAR", "CAMPAIGN_NAME")]
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", START, columns=kept))


def test_deselected_identity_columns_are_only_hidden(tap, api, config):
    catalog = tap.catalog("ad_analytics")
    for column in ("AD_ID", "AD_ACCOUNT_ID"):
        deselect(catalog, "ad_analytics", "metrics", column)
    run = tap.run(config(api, start_date=START), catalog=catalog, code=0)
    (columns,) = columns_requested(api)
    assert "AD_ID" in columns.split(",")
    kept = [column for column in COLUMNS if column not in ("AD_ID", "AD_ACCOUNT_ID")]
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", START, columns=kept))


def test_pin_metrics_are_asked_for_when_selected(tap, api, config):
    catalog = tap.catalog("pins")
    tap.run(config(api), catalog=catalog, code=0)
    assert all("pin_metrics=true" in request["target"] for request in api.requests("/v5/pins"))
    api.reset_counters()
    deselect(catalog, "pins", "pin_metrics")
    run = tap.run(config(api), catalog=catalog, code=0)
    assert not any("pin_metrics=true" in request["target"] for request in api.requests("/v5/pins"))
    assert "pin_metrics" not in fields_of(run, "pins")


def test_a_column_that_an_old_catalog_lacks_is_added_with_a_warning(tap, api, config):
    old = config(api, start_date=START, analytics_columns=["CTR"])
    new = config(api, start_date=START, analytics_columns=["CTR", "PAID_IMPRESSION"])
    run = tap.run(new, catalog=tap.catalog("ad_analytics", config=old), code=0)
    truth = true_rows(api, "ad_analytics", START, columns=["CTR", "PAID_IMPRESSION"])
    assert_same_rows("ad_analytics", run.records["ad_analytics"], truth)
    assert run.warnings("PAID_IMPRESSION", "ad_analytics")


# --- what a catalog changes ---------------------------------------------------------------------------------------


def test_the_types_of_the_catalog_are_used(tap, api, config):
    """Meltano's `schema:` extra changes types there."""
    catalog = tap.catalog("campaigns", "ad_analytics")
    types = stream_entry(catalog, "campaigns")["schema"]["properties"]
    types["daily_spend_cap"] = {"type": ["string", "null"]}
    stream_entry(catalog, "ad_analytics")["schema"]["properties"]["metrics"]["properties"]["SPEND_IN_DOLLAR"] = {
        "type": ["string", "null"]
    }
    run = tap.run(config(api, start_date=START), catalog=catalog, code=0)
    assert run.schemas["campaigns"]["schema"]["properties"]["daily_spend_cap"]["type"] == ["string", "null"]
    caps = [record["daily_spend_cap"] for record in run.records["campaigns"] if record["daily_spend_cap"] is not None]
    assert caps and all(isinstance(cap, str) and cap.isdigit() for cap in caps)
    truth = {
        (row["AD_ID"], row["DATE"]): row["metrics"]["SPEND_IN_DOLLAR"] for row in true_rows(api, "ad_analytics", START)
    }
    for record in run.records["ad_analytics"]:
        spend, true_spend = record["metrics"]["SPEND_IN_DOLLAR"], truth[record["AD_ID"], record["DATE"]]
        assert spend is None or isinstance(spend, str)
        assert (spend and Decimal(spend)) == (true_spend and Decimal(true_spend))


@pytest.mark.parametrize("place", ["metadata", "entry"])
def test_the_replication_method_is_honoured(tap, api, config, place):
    catalog = tap.catalog("campaigns")
    entry = stream_entry(catalog, "campaigns")
    if place == "metadata":
        stream_metadata(entry)["replication-method"] = "FULL_TABLE"
    else:
        entry["replication_method"] = "FULL_TABLE"
    first = tap.run(config(api), catalog=catalog, code=0)
    second = tap.run(config(api), catalog=catalog, state=first.state, code=0)
    assert_same_keys(second.keys("campaigns"), [entity["id"] for entity in true_entities(api, "campaigns")])


def change_stream(catalog, **metadata):
    stream_metadata(stream_entry(catalog, "campaigns")).update(
        {name.replace("_", "-"): value for name, value in metadata.items()}
    )


IMPOSSIBLE = {
    "unknown stream": (
        lambda c: stream_entry(c, "campaigns").update(tap_stream_id="boards", stream="boards"),
        "boards",
    ),
    "replication key": (lambda c: change_stream(c, replication_key="name"), "name"),
    "replication method": (lambda c: change_stream(c, replication_method="LOG_BASED"), "LOG_BASED"),
    "key": (lambda c: stream_entry(c, "campaigns").update(key_properties=["no_such_field"]), "no_such_field"),
    "key that may be null": (lambda c: stream_entry(c, "campaigns").update(key_properties=["id", "name"]), "name"),
    "root": (lambda c: c.update(streams={"campaigns": {}}), "streams"),
    "schema": (lambda c: stream_entry(c, "campaigns").update(schema=[]), "campaigns"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_be_done_is_an_error(tap, api, config, name):
    change, word = IMPOSSIBLE[name]
    catalog = tap.catalog("campaigns", "ads")
    change(catalog)
    run = tap.run(config(api), catalog=catalog, code=2)
    assert run.stdout == b""
    assert run.log_lines(word)
    assert api.counters()["requests"] == {}


def test_annotations_of_others_are_ignored(tap, api, config):
    """Catalogs come back from Meltano with more than was discovered."""
    catalog = tap.catalog("ads")
    entry = stream_entry(catalog, "ads")
    entry.update({"database_name": "x", "is_view": False, "table_name": None, "row_count": 3})
    entry["metadata"].append({"breadcrumb": ["properties", "gone"], "metadata": {"inclusion": "available"}})
    stream_metadata(entry).update({"custom": {"a": 1}, "schema-name": "ads"})
    catalog["version"] = 1
    run = tap.run(config(api), catalog=catalog, code=0)
    assert_same_keys(run.keys("ads"), [entity["id"] for entity in true_entities(api, "ads")])
