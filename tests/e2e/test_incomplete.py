"""Faults that do not pass: what they touch is incomplete and says so, all else is whole, the next run has the rest."""

import json
import socket

import pytest
from compare import assert_same_keys, true_entities
from harness import BY_DEFAULT, KEYS, UNLIMITED, partition

START = "2026-03-09"
LIST = "/ad_accounts/{ad_account_id}/"
PARENTS = {"campaign_analytics": "campaigns", "ad_analytics": "ads", "pin_analytics": "pins"}
BY_ACCOUNT = ["campaigns", "ad_groups", "ads", "campaign_analytics", "ad_analytics"]
SETTINGS = {"start_date": START, "lookback_days": 3, "rate_limits": UNLIMITED}
FOR_EVER = 1_000_000
FIRST, SECOND = "549755885175", "549755886188"


@pytest.fixture
def api(simulate):
    api = simulate(accounts=2, campaigns=400, ad_groups=5, ads=400, pins=230, limits="off", token_lifetime=10**9)
    assert api.account_ids() == [FIRST, SECOND]
    return api


def records(*runs):
    """By stream and key, the last that was written; a key written with two values is wrong."""
    found = {}
    for run in runs:
        for stream, written in run.records.items():
            for record in written:
                key = (stream, *(record[name] for name in KEYS[stream]))
                text = json.dumps(record, default=str)
                assert found.setdefault(key, text) == text
    return found


def entry(state, stream, account=None):
    """The entry without its marker and the ids left out before it; None if there is none."""
    try:
        found = partition(state, stream, account)
    except (KeyError, ValueError):
        return None
    return {name: value for name, value in found.items() if name not in ("resume", "left_out")}


def history(tap, api, settings):
    """A state of two days ago, and what a run from there without a fault writes."""
    old = tap.run(settings, code=0).state
    api.advance(days=2)
    for account in (0, 1):
        for kind in ("campaigns", "ads"):
            api.touch(kind, range(0, 400, 7), account=account)
    api.add("pins", 30)
    api.advance(hours=1)
    expected = tap.run(settings, state=old, code=0)
    api.reset_counters()
    return old, expected


def error(status, code, message):
    return {"kind": "status", "status": status, "body": {"code": code, "message": message}}


FAILING = {"kind": "status", "status": 500}
PASSING = error(400, 12, "Something went wrong on our end")
REFUSED = error(400, 1, "Invalid something in your request")
STALL = {"kind": "stall", "stall_ms": 60_000, "nth": 2}  # as long as all tries may take
LASTING = {
    "500 in a list": (LIST + "campaigns", SECOND, FAILING, ["campaigns", "campaign_analytics"]),
    "500 in analytics": (LIST + "ads/analytics", SECOND, FAILING, ["ad_analytics"]),
    "500 for pins": ("/pins/analytics", "", FAILING, ["pin_analytics"]),
    "code 12 in a list": (LIST + "ads", SECOND, PASSING, ["ads", "ad_analytics"]),
    "code 12 in analytics": (LIST + "campaigns/analytics", SECOND, PASSING, ["campaign_analytics"]),
    "HTML in a list": (LIST + "ads", SECOND, {"kind": "html"}, ["ads", "ad_analytics"]),
    "HTML in analytics": (LIST + "campaigns/analytics", SECOND, {"kind": "html"}, ["campaign_analytics"]),
    "truncated list": ("/pins", "", {"kind": "truncate"}, ["pins", "pin_analytics"]),
    "stall in a list": (LIST + "campaigns", SECOND, STALL, ["campaigns", "campaign_analytics"]),
    "stall for pins": ("/pins/analytics", "", STALL, ["pin_analytics"]),
    "413 in a list": (LIST + "ads", SECOND, {"kind": "status", "status": 413}, ["ads", "ad_analytics"]),
    "413 in analytics": (LIST + "ads/analytics", SECOND, {"kind": "status", "status": 413}, ["ad_analytics"]),
    "repeated bookmark": (LIST + "campaigns", SECOND, {"kind": "repeat_bookmark"}, ["campaigns", "campaign_analytics"]),
    "repeated bookmark of pins": ("/pins", "", {"kind": "repeat_bookmark"}, ["pins", "pin_analytics"]),
    "rows that differ": (LIST + "campaigns/analytics", SECOND, {"kind": "conflicting_rows"}, ["campaign_analytics"]),
    "400 in a list": (LIST + "ads", SECOND, REFUSED, ["ads", "ad_analytics"]),
    "400 in analytics": (LIST + "campaigns/analytics", SECOND, REFUSED, ["campaign_analytics"]),
    "400 for pins": ("/pins/analytics", "", REFUSED, ["pin_analytics"]),
    "422 in a list": ("/pins", "", error(422, 1, "Unprocessable"), ["pins", "pin_analytics"]),
}  # fmt: skip


@pytest.mark.parametrize("endpoint, match, fault, broken", LASTING.values(), ids=LASTING)
def test_only_what_it_touches_is_incomplete(tap, api, config, endpoint, match, fault, broken):
    settings = config(api, **SETTINGS)
    if fault["kind"] != "html":  # which is tried three times
        settings["max_retry_seconds"] = 1
    if fault["kind"] == "stall":
        settings["request_timeout_seconds"] = 2  # longer than max_retry_seconds: one try
    old, expected = history(tap, api, settings)
    # What goes before it goes well, and so does what goes at the same time.
    api.fault(**{"nth": [2, FOR_EVER], **fault}, endpoint=endpoint, match=match)
    run = tap.run(settings, state=old, code=1)

    whole = [stream for stream in BY_DEFAULT if stream not in broken]
    everything, written = records(expected), records(run)
    assert written.items() <= everything.items()
    assert {key for key in everything if key[0] in whole} <= set(written)
    for stream in BY_ACCOUNT:
        assert entry(run.state, stream, FIRST) == entry(expected.state, stream, FIRST)
        states = old if stream in broken else expected.state
        assert entry(run.state, stream, SECOND) == entry(states, stream, SECOND)
    for stream in ("pins", "pin_analytics"):
        assert entry(run.state, stream) == entry(old if stream in broken else expected.state, stream)
    for stream in broken:
        assert run.log_lines("ERROR", stream, match)
    for stream, found in run.records.items():
        outcome = "incomplete" if stream in broken else "done"
        assert run.log_lines(f"INFO {stream}: {outcome}: {len(found)} record")
    (critical,) = run.log_lines("CRITICAL")
    assert broken[0] in critical
    assert match in critical
    assert "run again" in critical

    api.clear_faults()
    rest = tap.run(settings, state=run.state, code=0)
    assert records(run, rest) == everything
    assert rest.state == expected.state


@pytest.mark.parametrize("fault", [FAILING, PASSING, REFUSED, error(403, 29, "Not permitted")], ids=["500", "code 12", "400", "403"])
def test_without_the_list_of_accounts_the_pins_are_read(tap, api, config, fault):
    settings = config(api, **SETTINGS, max_retry_seconds=1)
    old, expected = history(tap, api, settings)
    api.fault(endpoint="/ad_accounts", **fault)
    run = tap.run(settings, state=old, code=1)
    assert set(records(run)) == {key for key in records(expected) if key[0].startswith("pin")}
    for stream in [*BY_ACCOUNT, "pins", "pin_analytics"]:
        kept = expected.state if stream.startswith("pin") else old
        assert run.state["bookmarks"][stream] == kept["bookmarks"][stream]
    assert run.log_lines("ERROR", "ad_accounts", fault.get("body", {}).get("message", "500"))
    (critical,) = run.log_lines("CRITICAL")
    assert "ad_accounts" in critical
    assert "run again" in critical


def test_days_of_a_pin_that_differ_fail_the_stream(tap, simulate, config):
    api = simulate(accounts=1, campaigns=0, ad_groups=0, ads=0, pins=1, limits="off")
    (pin,) = [pin["id"] for pin in api.truth("pins")]
    days = [{"date": START, "data_status": "READY", "metrics": {"SAVE": saves}} for saves in (5, 6)]
    api.fault("body", endpoint="/pins/analytics", nth=2, body={pin: {"all": {"daily_metrics": days}}})
    run = tap.run(config(api, **SETTINGS), code=1)
    assert run.log_lines("ERROR", "pin_analytics", pin)
    assert "pin_analytics" in run.log_lines("CRITICAL")[0]
    assert "pin_analytics" not in run.state["bookmarks"]
    assert run.keys("pins") == [pin]


def test_without_a_fault_nothing_is_incomplete(tap, api, config):
    """The other side of the test above: its two runs from one state agree."""
    settings = config(api, **SETTINGS)
    old, expected = history(tap, api, settings)
    run = tap.run(settings, state=old, code=0)
    assert records(run) == records(expected)
    assert run.state == expected.state


def test_the_api_s_own_words_and_what_was_asked_are_said(tap, api, config):
    api.fault(endpoint=LIST + "ads/analytics", **error(400, 1, "Column X is not allowed for you"))
    settings = config(api, **SETTINGS, click_window_days=7, view_window_days=14, analytics_columns=["CTR", "AD_ID"])
    run = tap.run(settings, catalog=tap.catalog("ad_analytics", config=settings), code=1)
    for account in (FIRST, SECOND):
        (line,) = run.log_lines("ERROR", "ad_analytics", account)
        for text in ("Column X is not allowed for you", "CTR,AD_ID", START, "2026-03-10", "7 (click)", "14 (view)"):
            assert text in line
    assert "ad_analytics" not in run.state["bookmarks"]


def test_an_id_that_is_always_too_large_fails_its_stream_alone(tap, api, config):
    poison = sorted((campaign["id"] for campaign in true_entities(api, "campaigns", account=1)), key=int)[150]
    settings = config(api, **SETTINGS)
    fault = {"endpoint": LIST + "campaigns/analytics", "kind": "status", "status": 413}
    api.fault(**fault, match=f"campaign_ids={poison}")
    run = tap.run(settings, code=1)
    assert "replication_key_value" not in (entry(run.state, "campaign_analytics", SECOND) or {})
    assert entry(run.state, "campaign_analytics", FIRST)["replication_key_value"] == "2026-03-09"
    assert api.counters()["faults"] <= 9 + 2  # 250, 125, … 1 ids, then one day and the other
    api.clear_faults()
    rest = tap.run(settings, state=run.state, code=0)
    assert_same_keys(
        {key for key in records(run, rest) if key[0] == "campaign_analytics"},
        {key for key in records(tap.run(settings, code=0)) if key[0] == "campaign_analytics"},
    )


@pytest.mark.parametrize("fault", ["close_before_answer", "reset"])
def test_no_answer_at_all_ends_the_run(tap, api, config, fault):
    """Nothing answers any more from some moment on; what was read before is in the state."""
    settings = config(api, **SETTINGS, max_retry_seconds=1, max_concurrency=1)
    old, expected = history(tap, api, settings)
    api.fault(kind=fault, nth=[12, FOR_EVER])
    run = tap.run(settings, state=old, code=1)
    (critical,) = run.log_lines("CRITICAL")
    assert "no answer from api_url" in critical
    assert "run again" in critical
    api.clear_faults()
    rest = tap.run(settings, state=run.state, code=0)
    assert records(run, rest) == records(expected)
    assert rest.state == expected.state


def test_a_closed_port_ends_the_run(tap, config):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v5"
    state = {"bookmarks": {"pins": {"replication_key": "created_at", "replication_key_value": "2026-03-01T00:00:00Z"}}}
    settings = {"api_url": url, "access_token": "access-token-000000", "max_retry_seconds": 1}
    run = tap.run(settings, state=state, code=1)
    (critical,) = run.log_lines("CRITICAL")
    assert "no answer from api_url" in critical
    assert run.state == state
    assert not any(run.records.values())


# --- tokens -------------------------------------------------------------------------------------------------------

CREDENTIALS = {
    "access_token": None,
    "client_id": "app",
    "client_secret": "app-secret-000000",
    "refresh_token": "refresh-token-000000",
}


@pytest.mark.parametrize(
    "endpoint, nth",
    [("/ad_accounts", 1), (LIST + "campaigns", 2), ("/pins", 1), (LIST + "ads/analytics", 2), ("/pins/analytics", 2)],
)
def test_one_401_is_one_refresh_and_one_more_try(tap, api, config, endpoint, nth):
    settings = config(api, **SETTINGS, **CREDENTIALS)
    expected = tap.run(settings, code=0)
    before = api.counters()["requests"]
    api.reset_counters()
    issued = api.counters()["tokens_issued"]
    api.fault(endpoint=endpoint, nth=nth, kind="status", status=401)
    run = tap.run(settings, code=0)
    assert records(run) == records(expected)
    counters = api.counters()
    assert counters["tokens_issued"] - issued == 2  # at the beginning, and after the 401
    assert counters["requests"] == {**before, "/oauth/token": 2, endpoint: before[endpoint] + 1}
    assert run.log_lines("2 token renewals")


@pytest.mark.parametrize("endpoint", ["/ad_accounts", LIST + "campaigns", LIST + "ads/analytics"])
def test_a_401_that_stays_ends_the_run(tap, api, config, endpoint):
    settings = config(api, **SETTINGS, **CREDENTIALS, max_concurrency=1)
    api.fault(endpoint=endpoint, kind="status", status=401)
    run = tap.run(settings, code=1)
    (critical,) = run.log_lines("CRITICAL")
    assert "401" in critical
    assert "token" in critical
    requests = api.counters()["requests"]
    assert (requests["/oauth/token"], requests[endpoint]) == (2, 2)


def test_an_access_token_alone_that_is_refused_ends_the_run_at_once(tap, api, config):
    api.fault(endpoint=LIST + "campaigns", kind="status", status=401)
    run = tap.run(config(api, **SETTINGS, max_concurrency=1), catalog=tap.catalog("campaigns"), code=1)
    (critical,) = run.log_lines("CRITICAL")
    assert "access_token" in critical
    assert "sign in" in critical
    assert api.counters()["requests"] == {"/ad_accounts": 1, LIST + "campaigns": 1}
