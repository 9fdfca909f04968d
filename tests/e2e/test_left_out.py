"""Ids that Pinterest refuses one by one: left out and named, and asked for again by the next run; the rest is whole.

Each batch has its own size: what one id costs concerns its batch and no other.
"""

import pytest
from compare import STATUSES, assert_same_rows, newest, true_rows
from harness import UNLIMITED, partition

KEYS = ("pin_id", "AD_ID", "CAMPAIGN_ID")
START, YESTERDAY, TODAY = "2026-03-04", "2026-03-09", "2026-03-10"
OLDEST = "2025-12-11"
FIRST, SECOND = "549755885175", "549755886188"
LIST = "/ad_accounts/{ad_account_id}/"
BULK, SINGLE = "/pins/analytics", "/pins/{pin_id}/analytics"
COLUMNS = ["SPEND_IN_DOLLAR", "TOTAL_IMPRESSION"]
SETTINGS = {"start_date": START, "lookback_days": 1, "rate_limits": UNLIMITED, "analytics_columns": COLUMNS}
HALVINGS = 8  # 250, 125, … 1 ids
IDS_KEPT = 100

WORDS = "Something about this one is odd"
REFUSED = {"status": 400, "body": {"code": 1, "message": WORDS}}
PASSING = {"status": 400, "body": {"code": 12, "message": WORDS}}
BROKEN = {"status": 500, "body": {"code": 12, "message": WORDS}}


@pytest.fixture
def world(simulate):
    def make(**options):
        small = {"accounts": 2, "campaigns": 12, "ad_groups": 5, "ads": 12, "pins": 6}
        return simulate(**{**small, "limits": "off", "token_lifetime": 1_000_000_000, **options})

    return make


def ids_of(api, kind, **parameters):
    """In the order in which they are asked for."""
    statuses = {} if kind == "pins" else {"statuses": STATUSES}
    return sorted((each["id"] for each in api.truth(kind, **statuses, **parameters)), key=int)


def truth_of(api, stream, start=START):
    parameters = {} if stream == "pin_analytics" else {"columns": COLUMNS}
    return true_rows(api, stream, start, **parameters)


def rows_of(rows, *ids, without=False):
    """The rows of these ids, or of all but these."""
    return [row for row in rows if (next(row[key] for key in KEYS if key in row) in ids) != without]


def run_streams(tap, settings, *streams, **inputs):
    return tap.run(settings, catalog=tap.catalog(*streams, config=settings), **inputs)


def requests_of(api, account, level="ads"):
    return len(api.requests(f"/ad_accounts/{account}/{level}/analytics"))


# --- one id ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [REFUSED, PASSING, BROKEN], ids=["400", "400 code 12", "500 code 12"])
@pytest.mark.parametrize("stream, kind", [("campaign_analytics", "campaigns"), ("ad_analytics", "ads")])
def test_an_id_that_always_fails_is_left_out_and_comes_with_its_past_later(tap, world, config, stream, kind, error):
    api = world()
    bad = ids_of(api, kind, account=0)[4]
    settings = config(api, **SETTINGS, max_retry_seconds=2)
    api.fault("status", endpoint=f"{LIST}{kind}/analytics", match=f"{kind[:-1]}_ids={bad}", **error)
    run = run_streams(tap, settings, stream, code=1)
    assert run.warnings(stream, bad, WORDS)
    assert run.log_lines("CRITICAL", stream)
    assert_same_rows(stream, run.records[stream], rows_of(truth_of(api, stream), bad, without=True))
    entry = partition(run.state, stream, FIRST)
    assert entry["left_out"] == [bad]
    assert "left_out" not in partition(run.state, stream, SECOND)
    for account in (FIRST, SECOND):
        assert partition(run.state, stream, account)["covered"] == [[START, YESTERDAY]]
        assert partition(run.state, stream, account)["replication_key_value"] == YESTERDAY

    # As long as it fails it is left out, and the others go on.
    api.advance(days=1)
    again = run_streams(tap, settings, stream, state=run.state, code=1)
    assert again.warnings(stream, bad, WORDS)
    assert partition(again.state, stream, FIRST)["left_out"] == [bad]
    assert partition(again.state, stream, FIRST)["covered"] == [[START, TODAY]]

    api.clear_faults()
    healed = run_streams(tap, settings, stream, state=again.state, code=0)
    truth = truth_of(api, stream)
    assert_same_rows(stream, rows_of(healed.records[stream], bad), rows_of(truth, bad))
    assert_same_rows(stream, newest(stream, run, again, healed), truth)
    assert min(row["DATE"] for row in rows_of(healed.records[stream], bad, without=True)) >= YESTERDAY
    assert "left_out" not in partition(healed.state, stream, FIRST)
    assert partition(healed.state, stream, FIRST)["covered"] == [[START, TODAY]]


@pytest.mark.parametrize("beta", [{}, {"beta": False}], ids=["in batches", "one by one"])
def test_a_pin_that_always_fails_is_left_out_and_comes_with_its_past_later(tap, world, config, beta):
    api = world(accounts=1, campaigns=0, ads=0, pins=12, **beta)
    bad, gone = (ids_of(api, "pins")[place] for place in (4, 7))
    api.kill_pins([[pin["id"] for pin in api.truth("pins")].index(gone)])
    settings = config(api, **SETTINGS)
    api.fault("status", endpoint=BULK, match=f"pin_ids={bad}", **REFUSED)
    api.fault("status", endpoint=SINGLE, match=f"/pins/{bad}/", **REFUSED)
    run = run_streams(tap, settings, "pin_analytics", code=1)
    assert run.warnings("pin_analytics", bad, WORDS)
    truth = truth_of(api, "pin_analytics")
    assert_same_rows("pin_analytics", run.records["pin_analytics"], rows_of(truth, bad, without=True))
    entry = partition(run.state, "pin_analytics")
    assert entry["left_out"] == [bad]  # not the one that is gone
    assert entry["covered"] == [[START, YESTERDAY]]

    api.clear_faults()
    healed = run_streams(tap, settings, "pin_analytics", state=run.state, code=0)
    assert_same_rows("pin_analytics", rows_of(healed.records["pin_analytics"], bad), rows_of(truth, bad))
    assert "left_out" not in partition(healed.state, "pin_analytics")


@pytest.mark.parametrize("error, tries", [(REFUSED, 1), (PASSING, 2)], ids=["400", "400 code 12"])
def test_one_id_costs_its_own_batch_two_requests_a_halving(tap, world, config, error, tries):
    """Code 12 may pass, so a request that meets it is made twice before it is halved."""
    api = world(ads=520, campaigns=5)
    bad = ids_of(api, "ads", account=0)[130]
    settings = config(api, **{**SETTINGS, "start_date": YESTERDAY}, max_retry_seconds=2)
    run_streams(tap, settings, "ad_analytics", code=0)
    usual = {account: requests_of(api, account) for account in (FIRST, SECOND)}
    assert usual[FIRST] == usual[SECOND] == 2
    api.reset_counters()
    api.fault("status", endpoint=LIST + "ads/analytics", match=f"ad_ids={bad}", **error)
    run = run_streams(tap, settings, "ad_analytics", code=1)
    assert requests_of(api, SECOND) == usual[SECOND]
    assert requests_of(api, FIRST) <= usual[FIRST] + (1 + tries) * HALVINGS + 5 * tries
    truth = truth_of(api, "ad_analytics", YESTERDAY)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], rows_of(truth, bad, without=True))


def test_refusals_that_come_sooner_than_answers_hide_no_answer(tap, world, config):
    """Nine refusals, from 250 ids to one, before the first of the answers that show that it is the id."""
    api = world(accounts=1, ads=300, campaigns=5)
    bad = ids_of(api, "ads")[130]
    api.fault("status", endpoint=LIST + "ads/analytics", match=f"ad_ids={bad}", **REFUSED)
    api.fault("delay", endpoint=LIST + "ads/analytics", stall_ms=700)
    settings = config(api, **{**SETTINGS, "start_date": YESTERDAY})
    run = run_streams(tap, settings, "ad_analytics", code=1)
    assert partition(run.state, "ad_analytics", FIRST)["left_out"] == [bad]
    truth = truth_of(api, "ad_analytics", YESTERDAY)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], rows_of(truth, bad, without=True))


def test_what_one_batch_has_learnt_concerns_no_other(tap, world, config):
    """An id whose answer is too large, however few days are asked for; the other account comes after it."""
    api = world(ads=520, campaigns=5)
    bad = ids_of(api, "ads", account=0)[130]
    settings = config(api, **{**SETTINGS, "start_date": YESTERDAY}, max_concurrency=1)
    api.fault("status", endpoint=LIST + "ads/analytics", match=f"ad_ids={bad}", status=413)
    run_streams(tap, settings, "ad_analytics", code=1)
    assert requests_of(api, SECOND) == 2
    assert requests_of(api, FIRST) <= 2 + 2 * HALVINGS + 4


def test_an_id_left_out_of_a_window_that_is_cut_short_is_not_forgotten(tap, world, config):
    """It is in the first batch; the sixth, which begins when the first is done, meets a limit."""
    api = world(accounts=1, ads=1_500, campaigns=5)
    ids = ids_of(api, "ads")
    bad = ids[40]
    settings = config(api, **{**SETTINGS, "start_date": YESTERDAY}, max_concurrency=1)
    api.fault("status", endpoint=LIST + "ads/analytics", match=f"ad_ids={bad}", **REFUSED)
    wait = {"status": 429, "headers": {"retry-after": "67150"}}
    api.fault("status", endpoint=LIST + "ads/analytics", match=f"ad_ids={ids[-1]}", **wait)
    cut = run_streams(tap, settings, "ad_analytics", code=1)
    assert cut.warnings("ad_analytics", bad, WORDS)
    assert int(partition(cut.state, "ad_analytics", FIRST)["resume"]["after_id"]) > int(bad)

    api.clear_faults()
    rest = run_streams(tap, settings, "ad_analytics", state=cut.state)
    healed = run_streams(tap, settings, "ad_analytics", state=rest.state, code=0)
    truth = truth_of(api, "ad_analytics", YESTERDAY)
    assert_same_rows("ad_analytics", newest("ad_analytics", cut, rest, healed), truth)
    entry = partition(healed.state, "ad_analytics", FIRST)
    assert entry["covered"] == [[YESTERDAY, YESTERDAY]]
    assert not {"left_out", "resume"} & set(entry)


def test_more_ids_than_an_entry_keeps_leave_their_days_uncovered(tap, world, config):
    api = world(accounts=1, ads=270, campaigns=5)
    ids = ids_of(api, "ads")
    assert len(ids) > 250
    bad = ids[140 : 140 + IDS_KEPT + 1]  # in the second half of the first batch
    for each in bad:
        api.fault("status", endpoint=LIST + "ads/analytics", match=f"ad_ids={each}", **REFUSED)
    settings = config(api, **{**SETTINGS, "start_date": YESTERDAY})
    run = run_streams(tap, settings, "ad_analytics", code=1)
    truth = truth_of(api, "ad_analytics", YESTERDAY)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], rows_of(truth, *bad, without=True))
    entry = partition(run.state, "ad_analytics", FIRST) if "ad_analytics" in run.state["bookmarks"] else {}
    assert not entry.get("covered")
    assert len(entry.get("left_out", [])) <= IDS_KEPT

    api.clear_faults()
    healed = run_streams(tap, settings, "ad_analytics", state=run.state, code=0)
    assert_same_rows("ad_analytics", newest("ad_analytics", run, healed), truth)
    assert partition(healed.state, "ad_analytics", FIRST)["covered"] == [[YESTERDAY, YESTERDAY]]


# --- no id ----------------------------------------------------------------------------------------------------------


def test_eight_refusals_with_the_same_words_and_no_success_are_about_no_id(tap, world, config):
    api = world(ads=240, campaigns=5)
    settings = config(api, **SETTINGS, max_concurrency=1)
    api.fault("status", match=f"/ad_accounts/{FIRST}/ads/analytics", **REFUSED)
    run = run_streams(tap, settings, "ad_analytics", code=1)
    assert run.log_lines("ERROR", "ad_analytics", FIRST, WORDS)
    assert "ad_analytics" in run.log_lines("CRITICAL")[0]
    assert requests_of(api, FIRST) == 8
    assert not [line for line in run.warnings(WORDS) if any(each in line for each in ids_of(api, "ads", account=0))]
    truth = [row for row in truth_of(api, "ad_analytics") if row["ad_account_id"] == SECOND]
    assert_same_rows("ad_analytics", run.records["ad_analytics"], truth)
    for entry in run.state["bookmarks"]["ad_analytics"]["partitions"]:
        assert ("covered" in entry) == (entry["context"]["ad_account_id"] == SECOND)
        assert "left_out" not in entry


# --- a day that is further back than it seemed ------------------------------------------------------------------------

NINETY_DAYS = {"status": 400, "body": {"code": 1, "message": "You can only get data from the last 90 days"}}
STREAMS = {
    "campaign_analytics": "/campaigns/analytics",
    "ad_analytics": "/ads/analytics",
    "pin_analytics": "/pins/analytics",
}


@pytest.mark.parametrize("beta", [{}, {"beta": False}], ids=["in batches", "one by one"])
def test_an_oldest_day_that_is_refused_is_tried_again_and_then_missed(tap, world, config, beta):
    api = world(accounts=1, pins=1, **beta)
    api.fault("status", match=f"start_date={OLDEST}", **NINETY_DAYS)
    settings = config(
        api, **{**SETTINGS, "start_date": OLDEST}, pin_analytics_split_field="NO_SPLIT", analytics_source="direct"
    )
    run = run_streams(tap, settings, *STREAMS, code=0)
    for stream, path in STREAMS.items():
        assert_same_rows(stream, run.records[stream], [
            row for row in truth_of(api, stream, "2025-12-12") if row.get("app_type", "ALL") == "ALL"
        ])  # fmt: skip
        assert run.warnings(stream, OLDEST)
        entry = partition(run.state, stream, None if stream == "pin_analytics" else FIRST)
        assert entry["covered"] == [["2025-12-12", YESTERDAY]]
        assert entry["missed"] == [[OLDEST, OLDEST]]
        if path != BULK:
            refused = [each for each in api.requests(path) if f"start_date={OLDEST}" in each["target"]]
            assert len(refused) == 4
    later = run_streams(tap, settings, *STREAMS, state=run.state, code=0)
    assert not any(later.warnings(stream) for stream in STREAMS)


@pytest.mark.parametrize("times", [1, 3])
def test_an_oldest_day_that_is_refused_for_a_moment_is_read(tap, world, config, times):
    api = world(accounts=1)
    for path in STREAMS.values():
        api.fault("status", match=path, times=times, **NINETY_DAYS)
    settings = config(api, **{**SETTINGS, "start_date": OLDEST})
    run = run_streams(tap, settings, *STREAMS, code=0)
    for stream in STREAMS:
        assert_same_rows(stream, run.records[stream], truth_of(api, stream, OLDEST))
        assert not run.warnings(stream)
        entry = partition(run.state, stream, None if stream == "pin_analytics" else FIRST)
        assert entry["covered"] == [[OLDEST, YESTERDAY]]
        assert "missed" not in entry
