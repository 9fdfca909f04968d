"""Limits: long waits end the run, and a day's limit is no obstacle for long. Those of a minute: tests/limits."""

import datetime
import json
import re

import pytest
from compare import assert_same_keys, assert_same_rows, newest, true_entities, true_rows
from harness import KEYS, UNLIMITED, deselect, partition, stream_entry

START = "2026-03-08"
LIST = "/ad_accounts/{ad_account_id}/"
NO_ADS = {"accounts": 1, "campaigns": 0, "ad_groups": 0, "ads": 0}


# --- the limit of a day -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", ["on", "retry-after"])
def test_a_trial_app_goes_on_the_next_day(tap, simulate, config, headers):
    """1,000 requests a day: one run uses 600 of them, a second is cut short, and the day after completes it."""
    api = simulate(**NO_ADS, pins=600, beta=False, limits="trial", limit_headers=headers)
    days = {"start_date": "2026-03-04", "lookback_days": 1}
    settings = config(api, **days, access_tier="trial", rate_limits=UNLIMITED)
    catalog = tap.catalog("pin_analytics")
    tap.run(settings, catalog=catalog, code=0)
    assert api.counters()["rate_limited"] == 0
    cut = tap.run(settings, catalog=catalog, code=1)
    counters = api.counters()
    assert sum(counters["requests"].values()) - counters["rate_limited"] == 1_000
    assert counters["rate_limited"] <= 16  # what was in flight when the day was used up
    (critical,) = cut.log_lines("CRITICAL")
    for text in ("org_analytics", "max_rate_limit_wait_seconds", "state is saved"):
        assert text in critical
    assert re.search("run again after 2026-03-1(0T23:59:5|1T00:0)", critical)  # midnight by a clock of seconds
    marker = partition(cut.state, "pin_analytics")["resume"]
    written = {pin for pin, _, _ in cut.keys("pin_analytics")}
    assert {pin["id"] for pin in api.truth("pins") if int(pin["id"]) <= int(marker["after_id"])} <= written

    api.advance(days=1)
    api.reset_counters()
    rest = tap.run(settings, catalog=catalog, state=cut.state, code=0)
    assert api.counters()["rate_limited"] == 0
    assert_same_rows("pin_analytics", newest("pin_analytics", cut, rest), true_rows(api, "pin_analytics", "2026-03-04"))
    entry = partition(rest.state, "pin_analytics")
    assert entry["replication_key_value"] == "2026-03-10"
    assert "resume" not in entry


# --- limits that the headers name ---------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", ["on", "x-ratelimit-limit"])
def test_a_limit_that_the_headers_name_replaces_the_one_assumed(tap, simulate, config, headers):
    """An app with 60 requests of org_analytics a minute: five follow the first at 57 a minute, over a second apart."""
    api = simulate(
        **NO_ADS, pins=600, short_pages=False, category_limit="org_analytics=60", limit_headers=headers,
        now="2026-03-10T12:00:00Z",
    )  # fmt: skip
    settings = config(api, start_date="2026-03-09", pin_analytics_split_field="NO_SPLIT")
    run = tap.run(settings, catalog=tap.catalog("pin_analytics"), code=0)
    (estimate,) = run.log_lines("INFO", "org_analytics requests left")
    assert "limit of 57 a minute" in estimate
    moments = [datetime.datetime.fromisoformat(each["at"]) for each in api.requests("/pins/analytics")]
    assert len(moments) == 6
    assert (moments[-1] - moments[0]).total_seconds() >= 3  # 4.2 less what the API's clock of seconds hides
    assert api.counters()["rate_limited"] == 0
    truth = true_rows(api, "pin_analytics", "2026-03-09", app_types=["ALL"])
    assert_same_rows("pin_analytics", run.records["pin_analytics"], truth)


@pytest.mark.parametrize("share, a_minute", [(1, 570), (0.5, 285), (0.1, 57)])
def test_the_limit_of_the_headers_is_shared_as_any(tap, simulate, config, share, a_minute):
    api = simulate(**NO_ADS, pins=130, category_limit="org_analytics=600", limit_headers="x-ratelimit-limit")
    days = {"start_date": "2026-03-09", "pin_analytics_split_field": "NO_SPLIT"}
    settings = config(api, **days, rate_limit_share=share)
    run = tap.run(settings, catalog=tap.catalog("pin_analytics"), code=0)
    (estimate,) = run.log_lines("INFO", "org_analytics requests left")
    assert f"limit of {a_minute} a minute" in estimate


# --- long waits ---------------------------------------------------------------------------------------------------


def content(*runs):
    return {
        (stream, *(record[name] for name in KEYS[stream])): json.dumps(record, default=str)
        for run in runs
        for stream, records in run.records.items()
        for record in records
    }


LONG = {
    "reset": {"status": 429, "headers": {"x-ratelimit-reset": "67150"}},
    "Retry-After": {"status": 429, "headers": {"retry-after": "67150"}},
    "a moment": {"status": 429, "headers": {"retry-after": "Wed, 11 Mar 2026 06:39:10 GMT"}},
    "code 8": {"status": 400, "headers": {"retry-after": "67150"}, "body": {"code": 8, "message": "Too much."}},
    "in words": {"status": 400, "body": {"code": 1, "message": "Retry after 67150 seconds"}},
}


@pytest.mark.parametrize("fault", LONG.values(), ids=LONG)
@pytest.mark.parametrize(
    "endpoint, category, whole",
    [
        (LIST + "ads/analytics", "ads_analytics", ["campaigns", "ad_groups", "ads", "pins", "pin_analytics"]),
        ("/pins", "org_read", ["campaigns", "ad_groups", "ads", "campaign_analytics", "ad_analytics"]),
    ],
    ids=["analytics", "list"],
)
def test_a_wait_that_is_too_long_ends_the_run_with_its_state(tap, simulate, config, fault, endpoint, category, whole):
    api = simulate(accounts=1, campaigns=20, ad_groups=20, ads=400, pins=300, limits="off")
    settings = config(api, start_date=START, rate_limits=UNLIMITED)
    expected = tap.run(settings, code=0)
    api.fault("status", endpoint=endpoint, nth=2, **fault)
    run = tap.run(settings, code=1)
    (critical,) = run.log_lines("CRITICAL")
    for text in (category, "max_rate_limit_wait_seconds (900)", "state is saved", "run again after 2026-03-11T06:"):
        assert text in critical
    for stream in whole:
        assert_same_keys(run.keys(stream), expected.keys(stream))
        assert run.state["bookmarks"][stream] == expected.state["bookmarks"][stream]
    api.clear_faults()
    rest = tap.run(settings, state=run.state, code=0)
    assert content(run, rest) == content(expected)
    assert rest.state == expected.state


def test_a_wait_as_long_as_is_allowed_is_waited(tap, simulate, config):
    api = simulate(accounts=1, campaigns=5, limits="off")
    api.fault("status", endpoint=LIST + "campaigns", nth=1, status=429, headers={"retry-after": "1"})
    settings = config(api, max_rate_limit_wait_seconds=1)
    run = tap.run(settings, catalog=tap.catalog("campaigns"), code=0)
    assert_same_keys(run.keys("campaigns"), [entity["id"] for entity in true_entities(api, "campaigns")])


def test_a_long_wait_for_the_token_ends_the_run(tap, simulate, config):
    api = simulate(accounts=1, campaigns=5, limits="off")
    api.fault("status", endpoint="/oauth/token", status=429, headers={"retry-after": "67150"})
    credentials = {"access_token": None, "client_id": "app", "client_secret": "app-secret-000000"}
    run = tap.run(config(api, **credentials, refresh_token="refresh-token-000000"), code=1)
    assert "run again" in run.log_lines("CRITICAL")[0]
    assert api.counters()["requests"] == {"/oauth/token": 1}


# --- the end of deep lists ----------------------------------------------------------------------------------------


def test_a_list_of_pins_that_the_api_cuts_is_incomplete(tap, simulate, config):
    api = simulate(**NO_ADS, pins=100_001, limits="off", short_pages=False)
    catalog = tap.catalog("pins")
    for name in stream_entry(catalog, "pins")["schema"]["properties"]:
        if name not in ("id", "created_at"):
            deselect(catalog, "pins", name)
    run = tap.run(config(api, rate_limits=UNLIMITED), catalog=catalog, code=1)
    assert len(set(run.keys("pins"))) == 100_000
    assert run.log_lines("ERROR", "pins", "100000")
    assert "100000" in run.log_lines("CRITICAL")[0]
    assert "pins" not in run.state["bookmarks"]
