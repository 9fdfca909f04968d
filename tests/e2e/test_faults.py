"""Faults that pass, in the middle of every list and of all analytics: the same records, the same state, exit 0."""

import json
import re

import pytest
from conftest import NOW, SIMULATOR, TAP
from harness import UNLIMITED, Simulator, Tap

START = "2026-03-09"
SECOND_DAY = "2026-03-10"
LIST = "/ad_accounts/{ad_account_id}/"
LISTS = [LIST + "campaigns", LIST + "ads", "/pins"]
ADS_ANALYTICS = [LIST + "campaigns/analytics", LIST + "ads/analytics"]
ANALYTICS = [*ADS_ANALYTICS, "/pins/analytics"]
# Several pages of each list and several batches of all analytics, in requests as fast as they are answered.
WORLD = {"accounts": 1, "campaigns": 900, "ad_groups": 3, "ads": 900, "pins": 260, "limits": "off"}
STATUSES = {"statuses": ["ACTIVE", "PAUSED", "ARCHIVED"]}
SETTINGS = {"start_date": START, "rate_limits": UNLIMITED}


def content(run):
    """What was written, key by key and digit by digit, whatever the order."""
    return {
        stream: sorted(json.dumps(record, default=str) for record in records) for stream, records in run.records.items()
    }


def summary(run):
    """(retries, rate-limit pauses, batches halved) of the table at the end."""
    (found,) = re.findall(r"; (\d+) retr(?:y|ies), (\d+) rate-limit pauses?, (\d+) batch(?:es)? halved", run.stderr)
    return tuple(int(count) for count in found)


@pytest.fixture
def api(simulate):
    return simulate(**WORLD)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The run without a fault, and its requests."""
    with Simulator(SIMULATOR, now=NOW, **WORLD) as api:
        settings = {"api_url": api.url, "access_token": "access-token-000000", **SETTINGS}
        run = Tap(TAP, tmp_path_factory.mktemp("whole")).run(settings, code=0)
        requests = api.counters()["requests"]
    assert all(requests[endpoint] >= 3 for endpoint in ANALYTICS), requests
    assert all(requests[endpoint] >= 2 for endpoint in LISTS), requests
    assert summary(run) == (0, 0, 0)
    return run, requests


def strike(api, endpoints, **fault):
    """The fault once at the second request of each endpoint: in the middle, whatever is in flight."""
    for endpoint in endpoints:
        api.fault(endpoint=endpoint, nth=2, **fault)


def assert_same(run, whole):
    assert content(run) == content(whole)
    assert run.state == whole.state


def error(status, code, message, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"kind": "status", "status": status, "body": {"code": code, "message": message}, "headers": named}


WAITS = {
    "429 with a reset": error(429, 8, "This request exceeded a rate limit.", x_ratelimit_reset="1"),
    "429 that says nothing": {"kind": "status", "status": 429, "body": "slow down"},
    "401 with code 8": error(401, 8, "Too much.", retry_after="1"),
    "403 with code 8": error(403, 8, "Too much.", retry_after="1"),
    "400 with Retry after": error(400, 1, "You are too fast. Retry after 2 seconds."),
    "403 with Retry after": error(403, 29, "Retry after 1 second"),
}
RETRIES = {
    "500": {"kind": "status", "status": 500},
    "503 without JSON": {"kind": "status", "status": 503, "body": "<html>Service Unavailable</html>"},
    "400 with code 12": error(400, 12, "Something went wrong on our end. Sorry about that."),
    "reset": {"kind": "reset", "after_bytes": 900},
    "truncated": {"kind": "truncate"},
    "truncated head": {"kind": "truncate", "after_bytes": 40},
    "HTML with 200": {"kind": "html"},
    "half of JSON with 200": {"kind": "body", "body": '{"items": [{"id": "1", "na'},
    "nothing with 200": {"kind": "body", "body": ""},
}


# libcurl repeats what fails on a kept connection before the first byte, so the tap need not have noticed.
GOES_UNNOTICED = {
    "reset before the answer": {"kind": "reset"},
    "closed before the answer": {"kind": "close_before_answer"},
}


@pytest.mark.parametrize(
    "fault, counted",
    [
        *(pytest.param(fault, {(0, 6, 0)}, id=name) for name, fault in WAITS.items()),
        *(pytest.param(fault, {(6, 0, 0)}, id=name) for name, fault in RETRIES.items()),
        *(pytest.param(fault, {(n, 0, 0) for n in range(7)}, id=name) for name, fault in GOES_UNNOTICED.items()),
    ],
)
def test_a_fault_in_the_middle_costs_one_request_and_nothing_else(tap, api, config, whole, fault, counted):
    strike(api, LISTS + ANALYTICS, **fault)
    run = tap.run(config(api, **SETTINGS), code=0)
    expected, requests = whole
    assert_same(run, expected)
    assert summary(run) in counted
    counters = api.counters()
    assert counters["faults"] == 6
    assert counters["requests"] == {
        endpoint: count + (endpoint in LISTS + ANALYTICS) for endpoint, count in requests.items()
    }


@pytest.mark.parametrize("after_bytes", [0, 2_000], ids=["before the answer", "within the body"])
def test_a_stall_is_given_up_and_tried_again(tap, api, config, whole, after_bytes):
    strike(api, LISTS + ANALYTICS, kind="stall", after_bytes=after_bytes, stall_ms=60_000)
    run = tap.run(config(api, **SETTINGS, request_timeout_seconds=1), code=0)
    assert_same(run, whole[0])
    assert api.counters()["faults"] == 6
    assert summary(run)[0] >= 6  # a busy machine may stall once more


@pytest.mark.parametrize("status", [413, 414, 431])
def test_a_batch_that_is_too_large_is_halved(tap, api, config, whole, status):
    strike(api, ANALYTICS, kind="status", status=status, body="too large")
    run = tap.run(config(api, **SETTINGS), code=0)
    assert_same(run, whole[0])
    assert summary(run) == (0, 0, 3)
    assert_halved(api, whole[1], refused=1)


def test_a_batch_that_meets_code_12_twice_is_halved(tap, api, config, whole):
    """The pins' first batch is also the one that finds out whether the app has the route."""
    for stream, name, endpoint in zip(("campaigns", "ads", "pins"), ("campaign", "ad", "pin"), ANALYTICS, strict=True):
        lowest = min((entity["id"] for entity in api.truth(stream, **STATUSES)), key=int)
        api.fault(**RETRIES["400 with code 12"], endpoint=endpoint, match=f"{name}_ids={lowest}", times=2)
    run = tap.run(config(api, **SETTINGS), code=0)
    assert_same(run, whole[0])
    assert summary(run) == (3, 0, 3)
    assert_halved(api, whole[1], refused=2)


def assert_halved(api, requests, refused):
    """What was refused, two halves of it, and all others whole or in halves."""
    for endpoint, count in api.counters()["requests"].items():
        batches = requests[endpoint]
        if endpoint in ANALYTICS:
            assert refused + batches + 1 <= count <= refused + 2 * batches, endpoint
        else:
            assert count == batches, endpoint


def test_batches_are_halved_down_to_one_id_and_one_day(tap, simulate, config):
    api = simulate(accounts=1, campaigns=2, ad_groups=2, ads=4, pins=0, limits="off")
    settings = config(api, **SETTINGS)
    catalog = tap.catalog("ad_analytics")
    expected = tap.run(settings, catalog=catalog, code=0)
    fault = {"endpoint": LIST + "ads/analytics", **error(413, 1, "Too much at once.")}
    ids = [ad["id"] for ad in api.truth("ads", **STATUSES)]
    for first in ids:
        for second in ids:
            api.fault(**fault, match=f"ad_ids={first}&ad_ids={second}")
    api.fault(**fault, match=f"start_date={START}&end_date={SECOND_DAY}")
    run = tap.run(settings, catalog=catalog, code=0)
    assert_same(run, expected)
    asked = [request["target"] for request in api.requests("/ads/analytics") if request["status"] == 200][1:]
    assert len(asked) == len(ids) * 2
    assert all(target.count("ad_ids=") == 1 for target in asked)


def test_an_empty_page_in_the_middle_is_not_the_end(tap, api, config, whole):
    strike(api, LISTS, kind="empty_page")
    run = tap.run(config(api, **SETTINGS), code=0)
    expected, requests = whole
    assert_same(run, expected)
    assert api.counters()["faults"] == 3
    assert summary(run) == (0, 0, 0)
    extra = {endpoint: count - requests[endpoint] for endpoint, count in api.counters()["requests"].items()}
    assert {endpoint for endpoint, count in extra.items() if count} <= set(LISTS)
    assert set(extra.values()) <= {0, 1}


def test_identical_rows_are_written_once(tap, api, config, whole):
    strike(api, LISTS + ADS_ANALYTICS, kind="duplicate_rows")
    run = tap.run(config(api, **SETTINGS), code=0)
    expected, requests = whole
    assert_same(run, expected)
    assert api.counters()["faults"] == 5
    assert api.counters()["requests"] == requests


def test_identical_days_of_a_pin_are_written_once(tap, simulate, config):
    api = simulate(accounts=1, campaigns=0, ad_groups=0, ads=0, pins=1, limits="off")
    (pin,) = [pin["id"] for pin in api.truth("pins")]
    day = {"date": START, "data_status": "READY", "metrics": {"IMPRESSION": 5}}
    api.fault("body", endpoint="/pins/analytics", body={pin: {"all": {"daily_metrics": [day, day]}}})
    run = tap.run(config(api, **SETTINGS), catalog=tap.catalog("pin_analytics"), code=0)
    assert sorted(run.keys("pin_analytics")) == [(pin, app, START) for app in ("ALL", "MOBILE", "TABLET", "WEB")]


def test_every_kind_of_fault_at_once(tap, api, config, whole):
    """Every third answer is another fault, wherever it strikes."""
    for turn, fault in enumerate([*RETRIES.values(), *WAITS.values()]):
        api.fault(**fault, nth=3 * (turn + 1))
    run = tap.run(config(api, **SETTINGS), code=0)
    assert_same(run, whole[0])
    assert api.counters()["faults"] >= 8
    assert sum(summary(run)) >= 8
