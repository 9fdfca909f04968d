"""A whole sync holds what the API holds, with no request too many."""

import math

import pytest
from compare import (
    STATUSES,
    assert_nothing_refused,
    assert_same_keys,
    assert_same_rows,
    true_entities,
    true_rows,
)
from harness import ENTITIES, UNLIMITED

START = "2026-02-08"  # 30 days before the simulators' today
ANALYTICS = ["campaign_analytics", "ad_analytics", "pin_analytics"]
LISTS = "/ad_accounts/{ad_account_id}/"
MOST_PROBES = 3
# Requests as fast as the simulator answers.


def assert_whole(run, api, start=START):
    assert run.keys("ad_accounts") == api.account_ids()
    for stream in ENTITIES:
        truth = true_entities(api, stream)
        assert_same_keys(run.keys(stream), [entity["id"] for entity in truth])
        written = {record["id"]: record for record in run.records[stream]}
        for entity in truth:
            record = written[entity["id"]]
            for name in ("ad_account_id", "status", "name"):
                assert record[name] == entity[name]
    assert_same_keys(run.keys("pins"), [pin["id"] for pin in api.truth("pins")])
    for stream in ANALYTICS:
        assert_same_rows(stream, run.records[stream], true_rows(api, stream, start))


def list_pages(api, accounts):
    """The pages of every list, as the server gives them: where it cuts depends on the query, statuses in order."""
    pages = {"/ad_accounts": api.count_pages("/ad_accounts", include_shared_accounts="true")}
    for kind in ENTITIES:
        pages[LISTS + kind] = sum(
            api.count_pages(f"/ad_accounts/{account}/{kind}", order="ASCENDING", entity_statuses=sorted(STATUSES))
            for account in accounts
        )
    pages["/pins"] = api.count_pages("/pins", include_protected_pins="true", pin_metrics="true")
    api.reset_limits()
    api.reset_counters()
    return pages


def batches(api, stream, accounts, size=250):
    return sum(math.ceil(len(true_entities(api, stream, account=index)) / size) for index in range(len(accounts)))


SMALL = {"accounts": 2, "campaigns": 60, "ad_groups": 60, "ads": 300, "pins": 120}
LARGE = {"accounts": 3, "campaigns": 300, "ad_groups": 600, "ads": 1200, "pins": 500}


@pytest.mark.parametrize("in_flight, size", [(1, SMALL), (16, LARGE)], ids=["one by one", "16 in flight"])
def test_every_key_every_value_and_the_allowed_requests(tap, simulate, config, in_flight, size):
    api = simulate(**size)
    accounts = api.account_ids()
    expected = list_pages(api, accounts)
    expected[LISTS + "campaigns/analytics"] = batches(api, "campaigns", accounts)
    expected[LISTS + "ads/analytics"] = batches(api, "ads", accounts)
    expected["/pins/analytics"] = math.ceil(size["pins"] / 100) * 4  # in hundreds, once for each app type
    expected["/oauth/token"] = 1

    credentials = {
        "access_token": None,
        "client_id": "app",
        "client_secret": "app-secret-000000",
        "refresh_token": "refresh-token-000000",
    }
    run = tap.run(config(api, start_date=START, max_concurrency=in_flight, **credentials), code=0)

    counters = api.counters()
    assert_nothing_refused(api)
    assert counters["most_in_flight"] <= in_flight
    probes = counters["requests"]["/pins/analytics"] - expected["/pins/analytics"]
    assert 0 <= probes <= MOST_PROBES
    counters["requests"]["/pins/analytics"] -= probes
    assert counters["requests"] == expected
    assert_whole(run, api)


def test_without_the_beta_pins_are_read_one_by_one(tap, simulate, config):
    api = simulate(accounts=1, campaigns=3, ad_groups=3, ads=3, pins=130, beta=False, limits="off")
    run = tap.run(config(api, start_date=START, rate_limits=UNLIMITED), code=0)
    requests = api.counters()["requests"]
    assert requests["/pins/{pin_id}/analytics"] == 130
    assert requests["/pins/analytics"] <= MOST_PROBES
    assert_same_rows("pin_analytics", run.records["pin_analytics"], true_rows(api, "pin_analytics", START))


@pytest.mark.parametrize("status", [401, 403, 404])
def test_however_the_beta_is_refused(tap, simulate, config, status):
    api = simulate(accounts=1, campaigns=0, ads=0, pins=12, beta=False, beta_off_status=status, limits="off")
    run = tap.run(config(api, start_date=START), catalog=tap.catalog("pin_analytics"), code=0)
    assert api.counters()["requests"]["/pins/analytics"] <= MOST_PROBES
    assert_same_rows("pin_analytics", run.records["pin_analytics"], true_rows(api, "pin_analytics", START))


def test_beta_keys_may_name_the_app_type(tap, simulate, config):
    api = simulate(accounts=1, campaigns=0, ads=0, pins=12, bulk_keys_by_app=True)
    run = tap.run(config(api, start_date=START), catalog=tap.catalog("pin_analytics"), code=0)
    assert_same_rows("pin_analytics", run.records["pin_analytics"], true_rows(api, "pin_analytics", START))


@pytest.mark.parametrize("beta", [True, False])
def test_pins_without_split(tap, simulate, config, beta):
    api = simulate(accounts=1, campaigns=0, ads=0, pins=30, limits="off", **({} if beta else {"beta": False}))
    settings = config(api, start_date=START, pin_analytics_split_field="NO_SPLIT", rate_limits=UNLIMITED)
    run = tap.run(settings, catalog=tap.catalog("pin_analytics"), code=0)
    truth = true_rows(api, "pin_analytics", START, app_types="ALL")
    assert_same_rows("pin_analytics", run.records["pin_analytics"], truth)
    if beta:
        assert api.counters()["requests"]["/pins/analytics"] == 1


@pytest.mark.parametrize("stream, parent", [("campaign_analytics", "campaigns"), ("ad_analytics", "ads")])
def test_analytics_alone_are_complete_though_no_parent_changed(tap, api, config, stream, parent):
    first = tap.run(config(api, start_date=START), code=0)
    api.advance(hours=1)
    api.reset_counters()
    state = first.state
    del state["bookmarks"][stream]
    run = tap.run(config(api, start_date=START), catalog=tap.catalog(stream), state=state, code=0)
    assert list(run.schemas) == [stream]
    assert_same_rows(stream, run.records[stream], true_rows(api, stream, START))
    fetched = set(api.counters()["requests"])
    assert fetched == {"/ad_accounts", f"{LISTS}{parent}", f"{LISTS}{parent}/analytics"}


def test_protected_pins_come_too(tap, api, config):
    run = tap.run(config(api), catalog=tap.catalog("pins"), code=0)
    assert_same_keys(run.keys("pins"), [pin["id"] for pin in api.truth("pins")])
    assert all("include_protected_pins=true" in request["target"] for request in api.requests("/v5/pins"))


@pytest.mark.parametrize(
    "selected, endpoints",
    [
        (["ad_accounts"], {"/ad_accounts"}),
        (["pins"], {"/pins"}),
        (["pin_analytics"], {"/pins", "/pins/analytics"}),
        (["ad_groups"], {"/ad_accounts", LISTS + "ad_groups"}),
        (["ads", "campaigns"], {"/ad_accounts", LISTS + "ads", LISTS + "campaigns"}),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_nothing_is_fetched_that_no_stream_needs(tap, api, config, selected, endpoints):
    run = tap.run(config(api, start_date=START), catalog=tap.catalog(*selected), code=0)
    assert set(run.schemas) == set(selected)
    assert set(api.counters()["requests"]) == endpoints


def test_a_list_that_two_streams_need_is_fetched_once(tap, api, config):
    run = tap.run(config(api), catalog=tap.catalog("ads", "ad_analytics"), code=0)
    pages = api.counters()["requests"][LISTS + "ads"]
    accounts = api.account_ids()
    assert_same_keys(run.keys("ads"), [ad["id"] for ad in true_entities(api, "ads")])
    assert pages == sum(
        api.count_pages(f"/ad_accounts/{account}/ads", order="ASCENDING", entity_statuses=sorted(STATUSES))
        for account in accounts
    )


def test_requests_overlap_up_to_the_limit(tap, simulate, config):
    api = simulate(accounts=8, campaigns=20, ads=20, pins=100, limits="off", latency_ms=60)
    tap.run(config(api, start_date=START, max_concurrency=4, rate_limits=UNLIMITED), code=0)
    assert 3 <= api.counters()["most_in_flight"] <= 4


def test_shared_accounts_can_be_left_out(tap, api, simulate, config):
    api = simulate(accounts=4, campaigns=2, ads=2, pins=0)
    own = [account["id"] for account in api.truth("ad_accounts") if not account["shared"]]
    run = tap.run(config(api, include_shared_accounts=False), code=0)
    assert 0 < len(own) < 4
    assert run.keys("ad_accounts") == own
    assert {record["ad_account_id"] for record in run.records["campaigns"]} == set(own)


def test_only_the_listed_accounts_are_read(tap, simulate, config):
    api = simulate(accounts=4, campaigns=5, ads=2, pins=3)
    listed = api.account_ids()[1:3]
    run = tap.run(config(api, ad_account_ids=listed), code=0)
    assert {record["ad_account_id"] for record in run.records["campaign_analytics"]} <= set(listed)
    assert {record["ad_account_id"] for record in run.records["campaigns"]} == set(listed)
    assert run.keys("ad_accounts") == listed


def test_an_empty_world_is_a_good_run(tap, simulate, config):
    api = simulate(accounts=1, campaigns=0, ad_groups=0, ads=0, pins=0)
    run = tap.run(config(api), code=0)
    assert set(run.records) == set(run.schemas)
    assert [stream for stream, records in run.records.items() if records] == ["ad_accounts"]


@pytest.mark.parametrize("statuses", [["ACTIVE"], ["PAUSED", "DRAFT"], ["ARCHIVED", "DELETED_DRAFT"]], ids="+".join)
def test_statuses_are_those_of_the_config(tap, simulate, config, statuses):
    api = simulate(accounts=1, campaigns=60, ad_groups=60, ads=60, pins=0)
    run = tap.run(config(api, start_date=START, entity_statuses=statuses), code=0)
    for stream in ENTITIES:
        assert_same_keys(run.keys(stream), [entity["id"] for entity in true_entities(api, stream, statuses=statuses)])
        assert {record["status"] for record in run.records[stream]} == set(statuses)
    truth = true_rows(api, "ad_analytics", START, statuses=statuses)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], truth)


def test_the_attribution_settings_reach_the_api(tap, api, config):
    settings = {
        "click_window_days": 7,
        "engagement_window_days": 14,
        "view_window_days": 0,
        "conversion_report_time": "TIME_OF_CONVERSION",
        "analytics_columns": ["SPEND_IN_DOLLAR", "TOTAL_CONVERSIONS"],
    }
    run = tap.run(config(api, start_date=START, **settings), catalog=tap.catalog("ad_analytics"), code=0)
    (request, *_) = api.requests("/ads/analytics")
    for text in ("click_window_days=7", "engagement_window_days=14", "view_window_days=0"):
        assert text in request["target"]
    assert "conversion_report_time=TIME_OF_CONVERSION" in request["target"]
    columns = run.schemas["ad_analytics"]["schema"]["properties"]["metrics"]["properties"]
    assert list(columns) == ["SPEND_IN_DOLLAR", "TOTAL_CONVERSIONS"]
