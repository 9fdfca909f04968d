"""Accounts and pins that cannot be read: the others are complete, and what is missing is said."""

import pytest
from compare import APP_TYPES, assert_same_keys, assert_same_rows, true_entities, true_rows
from harness import ENTITIES, UNLIMITED, partition

START = "2026-03-08"
LIST = "/ad_accounts/{ad_account_id}/"
BY_ACCOUNT = [*ENTITIES, "campaign_analytics", "ad_analytics"]
SETTINGS = {"start_date": START, "rate_limits": UNLIMITED}
FIRST, SECOND, STRANGER = "549755885175", "549755886188", "549755885176"


@pytest.fixture
def api(simulate):
    api = simulate(accounts=2, campaigns=20, ad_groups=20, ads=20, pins=20, limits="off")
    assert api.account_ids() == [FIRST, SECOND]
    return api


def deny(api, account, status=403, part=""):
    message = {403: "You are not permitted to access that resource.", 404: "AdAccount not found."}[status]
    body = {"code": {403: 29, 404: 2}[status], "message": message}
    api.fault("status", match=f"/ad_accounts/{account}/{part}", status=status, body=body)


def assert_account_complete(run, api, index):
    account = api.account_ids()[index]
    for stream in ENTITIES:
        written = [record["id"] for record in run.records[stream] if record["ad_account_id"] == account]
        assert_same_keys(written, [entity["id"] for entity in true_entities(api, stream, account=index)])
    for stream in ("campaign_analytics", "ad_analytics"):
        written = [record for record in run.records[stream] if record["ad_account_id"] == account]
        assert_same_rows(stream, written, true_rows(api, stream, START, account=index))
        assert partition(run.state, stream, account)["replication_key_value"] == "2026-03-09"


def accounts_of(state, stream):
    return [entry["context"]["ad_account_id"] for entry in state["bookmarks"].get(stream, {}).get("partitions", [])]


# --- accounts -----------------------------------------------------------------------------------------------------


def test_accounts_beyond_those_that_are_read_at_a_time(tap, simulate, config):
    """More than the tap opens at once; some fail, so that their places must be given to others."""
    api = simulate(accounts=1_200, campaigns=2, ad_groups=0, ads=0, pins=0, limits="off")
    ids = api.account_ids()
    for account in ids[:20]:
        deny(api, account)
    api.fault("status", match=f"/ad_accounts/{ids[20]}/campaigns/analytics", status=400, body={"code": 1, "message": "No."})
    catalog = tap.catalog("campaigns", "campaign_analytics")
    run = tap.run(config(api, **SETTINGS), catalog=catalog, code=1)
    written = {record["ad_account_id"] for record in run.records["campaign_analytics"]}
    assert written == set(ids[21:])
    assert {record["ad_account_id"] for record in run.records["campaigns"]} == set(ids[20:])
    assert len(run.warnings("is skipped")) == 20
    assert set(accounts_of(run.state, "campaign_analytics")) == set(ids[21:])


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("part", ["", "ad_groups", "ads/analytics"])
def test_an_account_that_cannot_be_read_is_skipped(tap, api, config, status, part):
    deny(api, SECOND, status, part)
    run = tap.run(config(api, **SETTINGS), code=0)
    assert_account_complete(run, api, 0)
    assert_same_rows("pin_analytics", run.records["pin_analytics"], true_rows(api, "pin_analytics", START))
    assert run.keys("ad_accounts") == [FIRST, SECOND]
    (warning,) = run.warnings(SECOND)
    assert str(status) in warning
    assert run.log_lines("skipped accounts", SECOND)
    assert not run.log_lines("ERROR")
    if not part:
        assert not [stream for stream in BY_ACCOUNT if SECOND in accounts_of(run.state, stream)]
        assert api.counters()["faults"] <= len(ENTITIES)  # each list once, and nothing after the first answer


@pytest.mark.parametrize("status", [403, 404])
def test_an_account_that_is_listed_must_be_readable(tap, api, config, status):
    deny(api, SECOND, status)
    run = tap.run(config(api, **SETTINGS, ad_account_ids=[FIRST, SECOND]), code=1)
    assert_account_complete(run, api, 0)
    (critical,) = run.log_lines("CRITICAL")
    assert SECOND in critical
    assert "ad_account_ids" in critical


def test_an_account_that_is_not_listed_is_not_asked(tap, api, config):
    deny(api, SECOND)
    run = tap.run(config(api, **SETTINGS, ad_account_ids=[FIRST]), code=0)
    assert_account_complete(run, api, 0)
    assert api.counters()["faults"] == 0
    assert not run.log_lines(SECOND)


@pytest.mark.parametrize("stream", ["campaigns", "ad_analytics"])
def test_an_account_with_a_bookmark_must_be_readable(tap, api, config, stream):
    """A bookmark of one stream is enough, and it stays as it is."""
    settings = config(api, **SETTINGS)
    whole = tap.run(settings, code=0).state
    old = {"bookmarks": {stream: {"partitions": [partition(whole, stream, SECOND)]}}}
    api.advance(days=1)
    deny(api, SECOND)
    run = tap.run(settings, state=old, code=1)
    assert SECOND in run.log_lines("CRITICAL")[0]
    assert partition(run.state, stream, SECOND) == partition(whole, stream, SECOND)
    for other in BY_ACCOUNT:
        assert set(accounts_of(run.state, other)) == ({FIRST, SECOND} if other == stream else {FIRST})
    api.clear_faults()
    assert_same_keys(accounts_of(tap.run(settings, state=run.state, code=0).state, stream), [FIRST, SECOND])


def test_no_account_at_all_is_an_error(tap, api, config):
    deny(api, FIRST)
    deny(api, SECOND, 404)
    run = tap.run(config(api, **SETTINGS), code=1)
    assert "no ad account could be read" in run.log_lines("CRITICAL")[0]
    assert run.log_lines("skipped accounts", FIRST, SECOND)
    assert_same_rows("pin_analytics", run.records["pin_analytics"], true_rows(api, "pin_analytics", START))
    assert set(run.state["bookmarks"]) == {"pins", "pin_analytics"}


@pytest.mark.parametrize("selected", [("ad_accounts", "campaigns"), ("campaigns",)], ids="+".join)
def test_an_account_that_does_not_exist_is_an_error(tap, api, config, selected):
    """Whether the accounts are listed, or the one is asked for directly."""
    settings = config(api, **SETTINGS, ad_account_ids=[FIRST, STRANGER])
    run = tap.run(settings, catalog=tap.catalog(*selected), code=1)
    assert STRANGER in run.log_lines("CRITICAL")[0]
    assert_same_keys(run.keys("campaigns"), [entity["id"] for entity in true_entities(api, "campaigns", account=0)])
    assert accounts_of(run.state, "campaigns") == [FIRST]


@pytest.mark.parametrize(
    "scopes, missing, complete",
    [
        ("pins:read,boards:read", "ads:read", "pin_analytics"),
        ("ads:read", "pins:read", "ad_analytics"),
    ],
)
def test_a_scope_that_is_missing_is_named_and_the_rest_is_read(tap, simulate, config, scopes, missing, complete):
    api = simulate(accounts=1, campaigns=4, ad_groups=4, ads=4, pins=4, limits="off", scopes=scopes)
    credentials = {"access_token": None, "client_id": "app", "client_secret": "app-secret-000000"}
    settings = config(api, **SETTINGS, **credentials, refresh_token="refresh-token-000000")
    run = tap.run(settings, code=1)
    assert missing in run.log_lines("CRITICAL")[0]
    assert_same_rows(complete, run.records[complete], true_rows(api, complete, START))


# --- pins ---------------------------------------------------------------------------------------------------------

BULK, SINGLE = "/pins/analytics", "/pins/{pin_id}/analytics"
PINS = {"accounts": 1, "campaigns": 0, "ad_groups": 0, "ads": 0, "pins": 130, "limits": "off", "token_lifetime": 10**9}
PROBES = 3  # a batch, one of its pins alone, and that pin on the bulk route


@pytest.fixture
def pins(simulate):
    return simulate(**PINS)


def run_pins(tap, settings, **inputs):
    return tap.run(settings, catalog=tap.catalog("pin_analytics"), **inputs)


@pytest.mark.parametrize("beta", [False, True], ids=["one by one", "in batches"])
def test_a_pin_that_is_gone_is_left_out(tap, simulate, config, beta):
    """Two of the first batch, and one later."""
    api = simulate(**PINS, **({} if beta else {"beta": False}))
    ids = [pin["id"] for pin in api.truth("pins")]
    gone = [sorted(ids, key=int)[place] for place in (3, 17, 120)]
    api.kill_pins(ids.index(pin) for pin in gone)
    run = run_pins(tap, config(api, **SETTINGS), code=0)
    living = [row for row in true_rows(api, "pin_analytics", START) if row["pin_id"] not in gone]
    assert_same_rows("pin_analytics", run.records["pin_analytics"], living)
    assert all(run.warnings("pin_analytics", pin, "404") for pin in gone)
    assert run.log_lines("3 pins are gone")
    assert partition(run.state, "pin_analytics")["replication_key_value"] == "2026-03-09"
    requests = api.counters()["requests"]
    if beta:
        # Each of the three costs two requests a halving (100, 50, …, 1) and app type; the probe is one of each.
        assert requests[BULK] <= len(APP_TYPES) * (2 + len(gone) * 2 * 7) + 1
        assert requests.get(SINGLE, 0) <= 1
    else:
        assert requests[SINGLE] + requests[BULK] <= 130 + PROBES


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_app_without_the_beta_pays_three_requests_a_week(tap, pins, config, status):
    settings = config(pins, **SETTINGS, lookback_days=0)
    pins.fault("status", endpoint=BULK, status=status, body={"code": 7, "message": "Not authorized."})
    first = run_pins(tap, settings, code=0)
    assert_same_rows("pin_analytics", first.records["pin_analytics"], true_rows(pins, "pin_analytics", START))
    requests = pins.counters()["requests"]
    assert requests[BULK] + requests[SINGLE] <= 130 + PROBES
    assert sorted(request["target"].count("pin_ids=") for request in pins.requests(BULK)) == [1, 100]
    entry = partition(first.state, "pin_analytics")
    assert (entry["route"], entry["route_since"]) == ("single", "2026-03-10")

    pins.reset_counters()
    pins.advance(days=6)
    second = run_pins(tap, settings, state=first.state, code=0)
    assert BULK not in pins.counters()["requests"]
    assert pins.counters()["requests"][SINGLE] == 130
    entry = partition(second.state, "pin_analytics")
    assert (entry["route"], entry["route_since"]) == ("single", "2026-03-10")

    pins.reset_counters()
    pins.advance(days=2)
    third = run_pins(tap, settings, state=second.state, code=0)
    requests = pins.counters()["requests"]
    assert 1 <= requests[BULK] <= PROBES
    assert requests[BULK] + requests[SINGLE] <= 130 + PROBES
    assert partition(third.state, "pin_analytics")["route_since"] == "2026-03-18"


def test_a_beta_that_the_app_is_given_is_found_within_a_week(tap, pins, config):
    settings = config(pins, **SETTINGS)
    pins.fault("status", endpoint=BULK, status=403)
    first = run_pins(tap, settings, code=0)
    pins.clear_faults()
    pins.reset_counters()
    pins.advance(days=8)
    second = run_pins(tap, settings, state=first.state, code=0)
    assert SINGLE not in pins.counters()["requests"]
    assert_same_rows("pin_analytics", second.records["pin_analytics"], true_rows(pins, "pin_analytics", START))
    assert not {"route", "route_since"} & set(partition(second.state, "pin_analytics"))


def test_a_route_that_nothing_proves_is_asked_for_again(tap, pins, config):
    """As 0.1.0 left it: without the day on which it was found."""
    settings = config(pins, **SETTINGS)
    state = run_pins(tap, settings, code=0).state
    partition(state, "pin_analytics")["route"] = "single"
    pins.reset_counters()
    run = run_pins(tap, settings, state=state, code=0)
    assert SINGLE not in pins.counters()["requests"]
    assert "route" not in partition(run.state, "pin_analytics")


@pytest.mark.parametrize(
    "places", [(10, 70), (0, 99), range(0, 100, 7)], ids=["one in each half", "first and last", "many"]
)
def test_dead_pins_do_not_hide_the_beta(tap, simulate, config, places):
    """They have their batch and its halves refused; a pin that lives shows that the route is there."""
    api = simulate(**{**PINS, "pins": 400})
    ids = [pin["id"] for pin in api.truth("pins")]
    gone = [sorted(ids, key=int)[place] for place in places]
    api.kill_pins(ids.index(pin) for pin in gone)
    run = run_pins(tap, config(api, **SETTINGS, pin_analytics_split_field="NO_SPLIT"), code=0)
    truth = true_rows(api, "pin_analytics", START, app_types=["ALL"])
    living = [row for row in truth if row["pin_id"] not in gone]
    assert_same_rows("pin_analytics", run.records["pin_analytics"], living)
    assert all(run.warnings("pin_analytics", pin, "404") for pin in gone)
    requests = api.counters()["requests"]
    assert requests[BULK] <= 4 + len(gone) * 2 * 7 + 1
    assert requests.get(SINGLE, 0) <= 2  # the first of which may be dead
    assert "route" not in partition(run.state, "pin_analytics")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_batch_refused_after_one_has_worked_is_halved(tap, pins, config, status):
    fault = {"status": status, "body": {"code": 7, "message": "Not authorized to access board or Pin."}}
    pins.fault("status", endpoint=BULK, nth=4, **fault)
    run = run_pins(tap, config(pins, **SETTINGS), code=0)
    assert_same_rows("pin_analytics", run.records["pin_analytics"], true_rows(pins, "pin_analytics", START))
    requests = pins.counters()["requests"]
    assert requests[BULK] == 2 * len(APP_TYPES) + 2
    assert SINGLE not in requests
    assert "route" not in partition(run.state, "pin_analytics")


def test_a_401_about_the_token_on_the_beta_costs_one_refresh(tap, pins, config):
    """Nothing tells it from a beta that is refused, so the token is renewed once and the route then given up."""
    pins.fault("status", endpoint=BULK, status=401)
    credentials = {"access_token": None, "client_id": "app", "client_secret": "app-secret-000000"}
    settings = config(pins, **SETTINGS, **credentials, refresh_token="refresh-token-000000")
    run = run_pins(tap, settings, code=0)
    assert_same_rows("pin_analytics", run.records["pin_analytics"], true_rows(pins, "pin_analytics", START))
    requests = pins.counters()["requests"]
    assert requests["/oauth/token"] == 2
    assert requests[BULK] + requests[SINGLE] <= 130 + PROBES + 1
