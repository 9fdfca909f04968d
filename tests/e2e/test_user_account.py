"""The profile that the token belongs to, and its numbers by day."""

import datetime

import pytest
from compare import assert_nothing_refused, assert_same_rows, newest

STREAM = "user_account_analytics"
START = "2026-01-20"


def truth(api, start, split="NO_SPLIT", **parameters):
    rows = api.truth(STREAM, start_date=start, split_field=split, **parameters)
    for row in rows:
        row["split_value"] = row["split_value"].upper()
    return rows


@pytest.mark.parametrize("split", ["NO_SPLIT", "APP_TYPE", "OWNED_CONTENT", "SOURCE", "PIN_FORMAT"])
def test_every_row_of_every_split(tap, api, config, split):
    settings = config(api, start_date=START, user_account_split_field=split, analytics_granularity="WEEK")
    run = tap.run(settings, catalog=tap.catalog(STREAM), code=0)
    assert_same_rows(STREAM, run.records[STREAM], truth(api, START, split))
    assert api.counters()["requests"] == {"/user_account": 1, "/user_account/analytics": 1}
    assert_nothing_refused(api)


def test_the_account_is_one_record(tap, api, config):
    run = tap.run(config(api), catalog=tap.catalog("user_account"), code=0)
    [record] = run.records["user_account"]
    assert record["id"].isdigit()
    assert record["username"]
    assert isinstance(record["follower_count"], int)
    assert api.counters()["requests"] == {"/user_account": 1}


def test_the_next_run_reads_the_look_back(tap, api, config):
    settings = config(api, start_date=START, lookback_days=3)
    first = tap.run(settings, catalog=tap.catalog(STREAM), code=0)
    assert first.state["bookmarks"][STREAM]["covered"] == [[START, "2026-03-09"]]
    api.advance(days=1)
    second = tap.run(settings, catalog=tap.catalog(STREAM), state=first.state, code=0)
    assert min(row["date"] for row in second.records[STREAM]) == "2026-03-06"
    assert_same_rows(STREAM, newest(STREAM, first, second), truth(api, START))


def test_days_out_of_reach_are_missed(tap, api, config):
    run = tap.run(config(api, start_date="2025-12-01"), catalog=tap.catalog(STREAM), code=0)
    assert run.warnings(STREAM, "2025-12-01 to 2025-12-10", "were never read")
    oldest = datetime.date(2026, 3, 10) - datetime.timedelta(89)
    assert_same_rows(STREAM, run.records[STREAM], truth(api, oldest))


def test_a_refusal_leaves_the_rest_alone(tap, api, config):
    body = {"code": 3, "message": "Authorization failed."}
    api.fault("status", endpoint="/user_account/analytics", status=403, body=body)
    run = tap.run(config(api, start_date=START), catalog=tap.catalog(STREAM, "campaigns"), code=1)
    assert run.records["campaigns"]
    assert run.log_lines(STREAM, "Authorization failed.")
