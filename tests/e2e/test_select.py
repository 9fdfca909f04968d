"""--select: streams and fields by patterns, with a catalog and without one."""

import json

import pytest
from harness import BY_DEFAULT, KEYS, deselect, stream_entry, stream_metadata


@pytest.fixture
def api(simulate):
    return simulate(accounts=1, campaigns=3, ads=4, pins=3)


def fields(run, stream):
    return set(run.schemas[stream]["schema"]["properties"])


def test_streams_and_fields_are_chosen_without_a_catalog(tap, api, config):
    run = tap.run(config(api), "--select", "ad_analytics,campaigns.name, ads.*, !ads.*url*,!pins", code=0)
    assert set(run.schemas) == {"ad_analytics", "campaigns", "ads"}
    assert fields(run, "campaigns") == {"id", "name", "updated_time"}
    assert "SPEND_IN_DOLLAR" in run.schemas["ad_analytics"]["schema"]["properties"]["metrics"]["properties"]
    assert "name" in fields(run, "ads") and not [name for name in fields(run, "ads") if "url" in name]


def test_exclusions_alone_begin_with_everything(tap, api, config):
    run = tap.run(config(api), "--select", "!pins", "--select", "!pin_*,!ad_groups.*", code=0)
    assert set(run.schemas) == set(BY_DEFAULT) - {"pins", "pin_analytics", "ad_groups"}


def test_a_nested_field_brings_what_it_is_inside_of(tap, api, config):
    run = tap.run(config(api), "--select=ad_analytics.metrics.SPEND_IN_DOLLAR,ad_accounts.owner", code=0)
    metrics = run.schemas["ad_analytics"]["schema"]["properties"]["metrics"]
    assert set(metrics["properties"]) == {"SPEND_IN_DOLLAR"}
    assert fields(run, "ad_analytics") == {"AD_ID", "DATE", "metrics"}
    assert fields(run, "ad_accounts") == {"id", "owner"}
    assert run.schemas["ad_accounts"]["schema"]["properties"]["owner"]["properties"]


def test_keys_stay_and_an_exclusion_wins_wherever_it_stands(tap, api, config):
    run = tap.run(config(api), "--select", "!campaigns.name,campaigns.name,campaigns.status,!*.id", code=0)
    assert fields(run, "campaigns") == {"id", "status", "updated_time"}


def test_it_goes_over_a_catalog(tap, api, config):
    catalog = tap.catalog("ads", "campaigns")
    deselect(catalog, "ads", "name")
    run = tap.run(config(api), "--select", "!campaigns", catalog=catalog, code=0)
    assert set(run.schemas) == {"ads"} and "name" not in fields(run, "ads")
    run = tap.run(config(api), "--select", "pins,ads", catalog=catalog, code=0)
    assert set(run.schemas) == {"ads", "pins"} and "name" not in fields(run, "ads")


def test_discovery_writes_it_into_the_catalog(tap, api, config):
    patterns = ["--select", "ad_analytics.metrics.CTR,campaigns"]
    catalog = tap.discover(config(api), *patterns)
    chosen = {entry["tap_stream_id"]: stream_metadata(entry)["selected"] for entry in catalog["streams"]}
    assert chosen == {stream: stream in ("ad_analytics", "campaigns") for stream in KEYS}
    entry = stream_entry(catalog, "ad_analytics")
    assert stream_metadata(entry, "properties", "metrics", "properties", "CTR")["selected"] is True
    assert stream_metadata(entry, "properties", "metrics", "properties", "ECTR")["selected"] is False
    assert "selected" not in stream_metadata(entry, "properties", "AD_ID")
    by_catalog, directly = tap.run(config(api), catalog=catalog, code=0), tap.run(config(api), *patterns, code=0)
    assert by_catalog.schemas == directly.schemas and set(directly.schemas) == {"ad_analytics", "campaigns"}


MISTAKES = {
    "ad_analitics": "'ad_analitics' matches nothing; did you mean 'ad_analytics'?",
    "campains.name": "'campains.name' matches nothing; did you mean 'campaigns.name'?",
    "!campaigns.nmae": "'!campaigns.nmae' matches nothing; did you mean '!campaigns.name'?",
    "ad_analytics.CTR": "'ad_analytics.CTR' matches nothing; did you mean 'ad_analytics.metrics.CTR'?",
    "ads.name,Pins": "'Pins' matches nothing; did you mean 'pins'?",
    "spend": "'spend' matches nothing; the streams are ad_accounts, ",
    "ads.x*y": "'ads.x*y' matches nothing; --discover lists the fields of ads",
    " , ": "it contains no pattern",
}


@pytest.mark.parametrize("patterns", MISTAKES)
@pytest.mark.parametrize("mode", [[], ["--discover"]])
def test_a_pattern_that_matches_nothing_is_an_error(tap, api, config, patterns, mode):
    run = tap.run(config(api), *mode, "--select", patterns, rules=False, code=2)
    assert not run.stdout
    assert MISTAKES[patterns] in run.log_lines("CRITICAL", "--select")[0]
    assert not api.counters()["requests"]


def test_nothing_is_selected_where_all_of_it_is_left_out(tap, api, config):
    run = tap.run(config(api), "--select", "pins,!pins", code=0)
    assert run.warnings("no stream is selected") and not run.schemas
    assert json.loads(run.stdout)["value"] == {"bookmarks": {}}
