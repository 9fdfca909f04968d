"""Corners where a list, a state or a config is not what it usually is."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from compare import (
    COLUMNS,
    STATUSES,
    assert_nothing_refused,
    assert_same_keys,
    assert_same_rows,
    true_entities,
    true_rows,
)
from harness import partition

LIST = "/ad_accounts/{ad_account_id}/"
START = "2026-03-05"
ACCOUNT = "549755885175"


@pytest.fixture
def api(simulate):
    return simulate(accounts=1, campaigns=6, ad_groups=6, ads=6, pins=6, limits="off")


def ids_asked_for(api, endpoint, name):
    """Every id that was asked for, in the order of the requests."""
    return [ident for request in api.requests(endpoint) for ident in parse_qs(urlsplit(request["target"]).query)[name]]


# --- lists --------------------------------------------------------------------------------------------------------


def test_a_list_that_breaks_its_order_is_asked_for_whole(tap, api, config):
    ids = sorted((ad["id"] for ad in true_entities(api, "ads")), key=int)
    items = ",".join(f'{{"id": "{ident}"}}' for ident in [*ids[3:], *ids[:3]])
    api.fault("body", endpoint=LIST + "ads", body=f'{{"items": [{items}], "bookmark": null}}')
    run = tap.run(config(api, start_date=START), catalog=tap.catalog("ad_analytics"), code=0)
    assert_same_keys(ids_asked_for(api, "/ads/analytics", "ad_ids"), ids)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", START))


def test_an_entity_that_a_changing_list_repeats_is_analysed_once(tap, api, config):
    ids = sorted((ad["id"] for ad in true_entities(api, "ads")), key=int)
    first = ",".join(f'{{"id": "{ident}"}}' for ident in ids[:4])
    second = ",".join(f'{{"id": "{ident}"}}' for ident in ids[2:])
    api.fault("body", endpoint=LIST + "ads", nth=1, body=f'{{"items": [{first}], "bookmark": "more"}}')
    api.fault("body", endpoint=LIST + "ads", nth=2, body=f'{{"items": [{second}], "bookmark": ""}}')
    run = tap.run(config(api, start_date=START), catalog=tap.catalog("ad_analytics"), code=0)
    assert_same_keys(ids_asked_for(api, "/ads/analytics", "ad_ids"), ids)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", START))


def test_an_empty_page_is_not_the_end(tap, api, config):
    api.fault("empty_page", endpoint=LIST + "campaigns", nth=1)
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), code=0)
    assert_same_keys(run.keys("campaigns"), [entity["id"] for entity in true_entities(api, "campaigns")])


def test_a_bookmark_that_repeats_is_an_error_and_not_a_loop(tap, simulate, config):
    api = simulate(accounts=1, campaigns=600, limits="off", short_pages=False)
    api.fault("repeat_bookmark", endpoint=LIST + "campaigns", nth=[2, 1_000])
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), code=1)
    assert api.counters()["requests"][LIST + "campaigns"] <= 10
    assert "campaigns" not in run.state["bookmarks"]


# --- requests -----------------------------------------------------------------------------------------------------


def all_columns(tap):
    about = json.loads(tap.run(None, "--about", "--format=json", rules=False, code=0).stdout)
    return about["settings"]["properties"]["analytics_columns"]["items"]["enum"]


def test_every_column_at_once_keeps_addresses_short(tap, simulate, config):
    api = simulate(accounts=1, campaigns=300, ads=10, pins=0, limits="off")
    columns = all_columns(tap)
    assert len(columns) == 175
    settings = config(api, start_date="2026-03-08", analytics_columns=columns)
    catalog = tap.catalog("campaign_analytics", config=settings)
    run = tap.run(settings, catalog=catalog, code=0)
    assert max(len(request["target"]) + len(api.origin) for request in api.requests()) < 7_500
    truth = true_rows(api, "campaign_analytics", "2026-03-08", columns=columns)
    assert_same_rows("campaign_analytics", run.records["campaign_analytics"], truth)
    assert_nothing_refused(api)


def test_what_is_listed_twice_is_asked_for_once(tap, api, config):
    settings = config(
        api,
        start_date=START,
        analytics_columns=["CTR", "AD_ID", "CTR"],
        entity_statuses=["PAUSED", "ACTIVE", "PAUSED"],
        pin_metric_types=["SAVE", "SAVE"],
        ad_account_ids=[ACCOUNT, ACCOUNT],
    )
    run = tap.run(settings, code=0)
    assert_nothing_refused(api)
    assert list(run.schemas["ad_analytics"]["schema"]["properties"]["metrics"]["properties"]) == ["CTR", "AD_ID"]
    truth = true_rows(api, "ad_analytics", START, columns=["CTR", "AD_ID"], statuses=["ACTIVE", "PAUSED"])
    assert_same_rows("ad_analytics", run.records["ad_analytics"], truth)


@pytest.mark.parametrize("listed", [[int(ACCOUNT)], ACCOUNT, [ACCOUNT]], ids=["integer", "text", "list"])
def test_accounts_are_listed_in_the_forms_that_occur(tap, simulate, config, listed):
    api = simulate(accounts=2, campaigns=4, limits="off")
    run = tap.run(config(api, ad_account_ids=listed), catalog=tap.catalog("campaigns"))
    if run.code == 2:
        assert run.log_lines("ad_account_ids")  # refused, but by name
    else:
        assert {record["ad_account_id"] for record in run.records["campaigns"]} == {ACCOUNT}


# --- catalogs and states ------------------------------------------------------------------------------------------


def test_a_column_that_the_config_has_no_more(tap, api, config):
    """An old catalog promises a column that is not asked for any more."""
    old = tap.catalog("ad_analytics", config=config(api, analytics_columns=["CTR", "PAID_IMPRESSION"]))
    run = tap.run(config(api, start_date=START, analytics_columns=["CTR"]), catalog=old, code=0)
    written = [{**row, "metrics": {"CTR": row["metrics"]["CTR"]}} for row in run.records["ad_analytics"]]
    assert_same_rows("ad_analytics", written, true_rows(api, "ad_analytics", START, columns=["CTR"]))
    assert all(row["metrics"].get("PAID_IMPRESSION") is None for row in run.records["ad_analytics"])


@pytest.mark.parametrize(
    "marker",
    [
        7,
        {},
        {"from": "2026-03-05"},
        {"from": "2026-03-08", "to": "2026-03-01", "after_id": "x", "bookmark": 5, "basis": None},
        {
            "from": "2026-03-05",
            "to": "2026-03-10",
            "after_id": "999999992333",
            "bookmark": "2026-03-09",
            "basis": "old",
        },
    ],
    ids=["number", "empty", "half", "nonsense", "another basis"],
)
def test_a_marker_that_does_not_fit_starts_the_window_anew(tap, api, config, marker):
    entry = {
        "context": {"ad_account_id": ACCOUNT},
        "replication_key": "DATE",
        "replication_key_value": "2026-03-07",
        "entity_statuses": STATUSES,
        "granularity": "DAY",
        "resume": marker,
    }
    state = {"bookmarks": {"ad_analytics": {"partitions": [entry]}}}
    settings = config(api, start_date=START, lookback_days=3)
    run = tap.run(settings, catalog=tap.catalog("ad_analytics"), state=state, code=0)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", START))
    assert "resume" not in partition(run.state, "ad_analytics", ACCOUNT)


def test_many_days_and_ids_are_read_whole(tap, simulate, config):
    """Batches, windows of 89 days and two accounts, with every cell of a month's end in it."""
    api = simulate(accounts=2, campaigns=260, ads=3, limits="off", now="2028-03-20T23:30:00Z")
    run = tap.run(config(api, start_date="2027-12-22"), catalog=tap.catalog("campaign_analytics"), code=0)
    truth = true_rows(api, "campaign_analytics", "2027-12-22")
    assert len(truth) > 10_000
    assert_same_rows("campaign_analytics", run.records["campaign_analytics"], truth)


def test_logs_that_cannot_be_configured_only_warn(tap, api, config):
    for env in ({"SINGER_SDK_LOG_CONFIG": "/no/such/file"}, {"LOGLEVEL": "SHOUTING"}):
        run = tap.run(config(api), catalog=tap.catalog("ad_accounts"), env=env, code=0)
        assert run.log_lines("WARNING"), env


def test_the_default_columns_are_those_of_the_contract(tap, api, config):
    tap.run(config(api, start_date=START), catalog=tap.catalog("campaign_analytics"), code=0)
    (request,) = api.requests("/campaigns/analytics")
    (columns,) = parse_qs(urlsplit(request["target"]).query)["columns"]
    assert columns.split(",") == COLUMNS
