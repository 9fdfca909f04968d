"""Analytics of ad groups and of whole accounts: read if they are selected, as those of campaigns and ads are."""

import pytest
from compare import assert_nothing_refused, assert_same_rows, newest, true_rows

START = "2026-02-08"
LEVELS = ["ad_group_analytics", "ad_account_analytics"]
GRANULARITIES = {"DAY": START, "HOUR": "2026-03-03", "WEEK": "2026-02-09", "MONTH": "2026-02-01", "TOTAL": START}


@pytest.mark.parametrize("granularity", GRANULARITIES)
def test_every_row_at_every_granularity(tap, api, config, granularity):
    start = GRANULARITIES[granularity]
    settings = config(api, start_date=start, end_date="2026-03-10", analytics_granularity=granularity)
    run = tap.run(settings, catalog=tap.catalog(*LEVELS, config=settings), code=0)
    for stream in LEVELS:
        truth = true_rows(api, stream, start, granularity=granularity)
        assert truth
        for row in truth:
            row["DATE"] = {"HOUR": f"{row['DATE']}Z", "TOTAL": start}.get(granularity, row["DATE"])
        assert_same_rows(stream, run.records[stream], truth)
    assert_nothing_refused(api)


@pytest.mark.parametrize("chosen", [[0, 1], [1]])
def test_an_account_costs_one_request_and_no_list_but_the_accounts(tap, api, config, chosen):
    pages = api.count_pages("/ad_accounts", include_shared_accounts="true")
    accounts = [api.account_ids()[index] for index in chosen]
    api.reset_counters()
    settings = config(api, start_date=START, ad_account_ids=accounts)
    run = tap.run(settings, catalog=tap.catalog("ad_account_analytics"), code=0)
    requests = {path.removeprefix("/ad_accounts/{ad_account_id}"): n for path, n in api.counters()["requests"].items()}
    assert requests == {"/ad_accounts": pages, "/analytics": len(accounts)}
    assert {row["AD_ACCOUNT_ID"] for row in run.records["ad_account_analytics"]} == set(accounts)


def test_nothing_is_read_of_them_unless_selected(tap, api, config):
    run = tap.run(config(api, start_date=START), code=0)
    assert not set(LEVELS) & set(run.schemas)
    discovered = tap.discover()
    for entry in discovered["streams"]:
        metadata = entry["metadata"][0]["metadata"]
        is_default = entry["tap_stream_id"] in run.schemas
        assert metadata.get("selected") == (True if is_default else None)
        assert metadata.get("selected-by-default") == (None if is_default else False)


def test_the_next_run_reads_the_look_back(tap, simulate, config):
    api = simulate(accounts=2, campaigns=12, ad_groups=20, ads=30, pins=20)
    settings = config(api, start_date=START, lookback_days=3)
    first = tap.run(settings, catalog=tap.catalog(*LEVELS), code=0)
    api.generation(1)
    api.advance(days=1)
    second = tap.run(settings, catalog=tap.catalog(*LEVELS), state=first.state, code=0)
    for stream in LEVELS:
        assert min(row["DATE"] for row in second.records[stream]) == "2026-03-06"
        truth = true_rows(api, stream, START)
        assert_same_rows(stream, newest(stream, first, second), truth)


def test_a_refused_account_fails_alone(tap, api, config):
    account, other = api.account_ids()
    body = {"code": 1, "message": "Invalid columns"}
    api.fault(endpoint="/ad_accounts/{ad_account_id}/analytics", match=account, kind="status", status=400, body=body)
    run = tap.run(config(api, start_date=START), catalog=tap.catalog("ad_account_analytics"), code=1)
    assert {row["AD_ACCOUNT_ID"] for row in run.records["ad_account_analytics"]} == {other}
    assert run.log_lines("ERROR", "ad_account_analytics", account, "Invalid columns")
