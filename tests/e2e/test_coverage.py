"""Which days were read: the state says it outright, what lacks is read, and what cannot be had is named.

A world at noon on 2026-03-10, whose oldest day within reach is 2025-12-11; 250 ids are one request.
"""

import datetime
import functools
import json
import signal

import pytest
from compare import STATUSES, assert_same_keys, assert_same_rows, newest, true_entities, true_rows
from harness import ENTITIES, partition
from running import Running, wait_until

START = "2026-02-08"
YESTERDAY, TODAY = "2026-03-09", "2026-03-10"
REACH_DAYS = 89
FIRST, SECOND = "549755885175", "549755886188"
LIST = "/ad_accounts/{ad_account_id}/"
ADS = ["campaign_analytics", "ad_analytics"]
ANALYTICS = [*ADS, "pin_analytics"]
BY_ACCOUNT = [*ENTITIES, *ADS]
TWO = ["ACTIVE", "PAUSED"]
COLUMNS = ["SPEND_IN_DOLLAR", "AD_ID"]


@pytest.fixture
def config(config):
    """How far direct requests reach is what these tests are about."""
    return functools.partial(config, analytics_source="direct")


@pytest.fixture
def world(simulate):
    def make(**options):
        small = {"accounts": 1, "campaigns": 12, "ad_groups": 5, "ads": 12, "pins": 6}
        return simulate(**{**small, "limits": "off", "token_lifetime": 1_000_000_000, **options})

    return make


def day(text, days=0):
    return str(datetime.date.fromisoformat(text) + datetime.timedelta(days=days))


def entries(run, stream):
    bookmark = run.state["bookmarks"][stream]
    return bookmark.get("partitions", [bookmark])


def assert_covered(run, stream, *ranges, missed=()):
    """Of every account; days that are missed are in the entry only where there are any."""
    assert entries(run, stream)
    for entry in entries(run, stream):
        assert entry["covered"] == [list(each) for each in ranges]
        assert entry.get("missed", []) == [list(each) for each in missed]
        assert ("missed" in entry) == bool(missed)


def days_of(run, stream):
    return {row["date" if stream == "pin_analytics" else "DATE"] for row in run.records[stream]}


def since(stream, rows, first):
    return [row for row in rows if row["date" if stream == "pin_analytics" else "DATE"] >= first]


# --- what a state says --------------------------------------------------------------------------------------------


def test_the_state_says_which_days_were_read(tap, world, config):
    api = world(accounts=2)
    run = tap.run(config(api, start_date=START), code=0)
    for stream in ANALYTICS:
        assert_covered(run, stream, (START, YESTERDAY))
        assert {entry["replication_key_value"] for entry in entries(run, stream)} == {YESTERDAY}


@pytest.mark.parametrize(
    "granularity, start, first, last, bookmark",
    [
        ("WEEK", "2026-02-18", "2026-02-16", "2026-03-08", "2026-03-09"),
        ("MONTH", "2026-01-20", "2026-01-01", "2026-02-28", "2026-03-01"),
        ("HOUR", "2026-03-06", "2026-03-06", YESTERDAY, "2026-03-10T11:00:00Z"),
    ],
)
def test_the_running_day_week_or_month_is_never_covered(tap, world, config, granularity, start, first, last, bookmark):
    api = world()
    settings = config(api, start_date=start, analytics_granularity=granularity)
    run = tap.run(settings, catalog=tap.catalog(*ADS, config=settings), code=0)
    for stream in ADS:
        assert_covered(run, stream, (first, last))
        assert entries(run, stream)[0]["replication_key_value"] == bookmark


# --- a window that is cut short and goes on later -----------------------------------------------------------------


def stop_at_a_limit(tap, api, settings, **inputs):
    api.fault("status", endpoint=LIST + "ads/analytics", nth=2, status=429, headers={"retry-after": "67150"})
    return tap.run(settings, code=1, **inputs)


def stop_by_a_signal(tap, api, settings, **inputs):
    api.fault("stall", endpoint=LIST + "ads/analytics", nth=2, stall_ms=60_000)
    with Running(tap, settings, to_file=True, **inputs) as running:
        wait_until(lambda: api.counters()["faults"], "the second batch is asked for")
        running.send(signal.SIGTERM)
        return running.end(128 + signal.SIGTERM)


def with_two_statuses(tap, api, settings):
    return tap.run({**settings, "entity_statuses": TWO}, catalog=tap.catalog("ad_analytics"), code=0).state


def by_month(tap, api, settings):
    monthly = {**settings, "analytics_granularity": "MONTH", "start_date": "2026-01-01"}
    return tap.run(monthly, catalog=tap.catalog("ad_analytics", config=monthly), code=0).state


def of_the_meltanolabs_tap(tap, api, settings):
    bookmarks = [
        {"context": {"ad_account_id": FIRST, "ad_id": ad["id"]}, "replication_key": "DATE",
         "replication_key_value": YESTERDAY}
        for ad in api.truth("ads", statuses=STATUSES)
    ]  # fmt: skip
    return {"bookmarks": {"ad_analytics": {"partitions": bookmarks}}}


@pytest.mark.parametrize("stop", [stop_at_a_limit, stop_by_a_signal])
@pytest.mark.parametrize("before", [with_two_statuses, by_month, of_the_meltanolabs_tap])
def test_days_that_leave_the_reach_while_a_window_rests_are_named(tap, world, config, before, stop):
    """All ads are to be read anew from 2025-12-15, and when the second half of them is, ten days later, the first six
    days are gone."""
    api = world(ads=300, campaigns=5)
    first, resumed_on = "2025-12-15", day(TODAY, 10)
    oldest = day(resumed_on, -REACH_DAYS)
    settings = config(api, start_date=first, lookback_days=3, analytics_columns=COLUMNS, max_concurrency=1)
    inputs = {"catalog": tap.catalog("ad_analytics", config=settings)}
    cut = stop(tap, api, settings, state=before(tap, api, settings), **inputs)
    assert "resume" in partition(cut.state, "ad_analytics", FIRST)
    api.clear_faults()
    api.advance(days=10)

    rest = tap.run(settings, state=cut.state, code=0, **inputs)
    assert rest.warnings("ad_analytics", FIRST, first, day(oldest, -1))
    assert_covered(rest, "ad_analytics", (oldest, day(resumed_on, -1)), missed=[(first, day(oldest, -1))])
    assert "resume" not in partition(rest.state, "ad_analytics", FIRST)
    written = since("ad_analytics", newest("ad_analytics", cut, rest), oldest)
    assert_same_rows("ad_analytics", written, true_rows(api, "ad_analytics", oldest, columns=COLUMNS))

    later = tap.run(settings, state=rest.state, code=0, **inputs)
    assert not later.warnings("ad_analytics")
    assert later.log_lines("INFO", "ad_analytics", first, day(oldest, -1))
    assert_covered(later, "ad_analytics", (oldest, day(resumed_on, -1)), missed=[(first, day(oldest, -1))])


def test_weeks_that_leave_the_reach_while_a_window_rests_are_named(tap, world, config):
    """The week of Monday 2025-12-15 begins beyond the reach of 2026-03-20, and so is lost whole."""
    api = world(ads=300, campaigns=5)
    first, resumed_on = "2025-12-15", day(TODAY, 10)
    daily = config(api, start_date=first, lookback_days=3, analytics_columns=COLUMNS, max_concurrency=1)
    state = tap.run(daily, catalog=tap.catalog("ad_analytics", config=daily), code=0).state
    weekly = {**daily, "analytics_granularity": "WEEK"}
    inputs = {"catalog": tap.catalog("ad_analytics", config=weekly)}
    cut = stop_at_a_limit(tap, api, weekly, state=state, **inputs)
    api.clear_faults()
    api.advance(days=10)

    rest = tap.run(weekly, state=cut.state, code=0, **inputs)
    assert rest.warnings("ad_analytics", FIRST, first, "2025-12-21")
    assert_covered(rest, "ad_analytics", ("2025-12-22", "2026-03-15"), missed=[(first, "2025-12-21")])
    assert partition(rest.state, "ad_analytics", FIRST)["replication_key_value"] == day(resumed_on, -4)
    written = since("ad_analytics", newest("ad_analytics", cut, rest), "2025-12-22")
    truth = true_rows(api, "ad_analytics", "2025-12-22", columns=COLUMNS, granularity="WEEK")
    assert_same_rows("ad_analytics", written, truth)


# --- an end_date before the bookmark ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before, granularity",
    [({"entity_statuses": TWO}, "DAY"), ({"analytics_granularity": "WEEK"}, "DAY"), ({}, "WEEK")],
    ids=["a status added", "days for weeks", "weeks for days"],
)
def test_a_new_basis_in_a_run_with_an_end_date_is_read_to_today_by_the_next(tap, world, config, before, granularity):
    api = world(accounts=2, ads=20)
    start = "2026-02-02"  # a Monday, as is the 2nd of March
    settings = config(api, start_date=start, lookback_days=3)
    older = {**settings, **before}
    first = tap.run(older, catalog=tap.catalog(*ADS, config=older), code=0)
    now = {**settings, "analytics_granularity": granularity}
    inputs = {"catalog": tap.catalog(*ADS, config=now)}
    second = tap.run({**now, "end_date": "2026-03-01"}, state=first.state, code=0, **inputs)
    third = tap.run(now, state=second.state, code=0, **inputs)
    for stream in ADS:
        truth = true_rows(api, stream, start, granularity=granularity)
        assert_same_rows(stream, newest(stream, second, third), truth)
        assert_covered(second, stream, (start, "2026-03-01"))
        assert_covered(third, stream, (start, YESTERDAY if granularity == "DAY" else "2026-03-08"))


# --- start_date moves ---------------------------------------------------------------------------------------------


def test_a_start_date_that_rolls_past_the_bookmark_leaves_no_gap(tap, world, config):
    """Thirty days back, in a pipeline that has rested for 45."""
    api = world(accounts=2)
    first = tap.run(config(api, start_date=START, lookback_days=3), code=0)
    api.advance(days=45)
    rolled = config(api, start_date=day(TODAY, 15), lookback_days=3)
    second = tap.run(rolled, state=first.state, code=0)
    for stream in ANALYTICS:
        assert_same_rows(stream, since(stream, second.records[stream], TODAY), true_rows(api, stream, TODAY))
        assert_covered(second, stream, (START, day(TODAY, 44)))
        assert not second.warnings(stream)


def test_a_start_date_that_moves_back_is_read(tap, world, config):
    api = world()
    first = tap.run(config(api, start_date="2026-03-01", lookback_days=3), code=0)
    earlier = config(api, start_date=START, lookback_days=3)
    before = api.counters()["requests"]
    second = tap.run(earlier, state=first.state, code=0)
    assert api.counters()["requests"] == {endpoint: 2 * count for endpoint, count in before.items()}
    for stream in ANALYTICS:
        assert_same_rows(stream, newest(stream, first, second), true_rows(api, stream, START))
        assert len(second.log_lines("INFO", stream, START, "2026-02-28")) == 1
        assert not second.warnings(stream)
        assert_covered(second, stream, (START, YESTERDAY))
    third = tap.run(earlier, state=second.state, code=0)
    for stream in ANALYTICS:
        assert_same_rows(stream, third.records[stream], true_rows(api, stream, "2026-03-06"))
        assert not third.log_lines(stream, START, "2026-02-28")


def test_days_between_are_not_left_out_where_a_start_date_moves_on_and_back(tap, world, config):
    """The entry never claims a day because an older start_date stands before it."""
    api = world()
    settings = config(api, start_date="2026-02-10", lookback_days=3)
    first = tap.run({**settings, "end_date": "2026-02-14"}, code=0)
    second = tap.run({**settings, "start_date": "2026-03-05"}, state=first.state, code=0)
    third = tap.run({**settings, "start_date": START}, state=second.state, code=0)
    for stream in ANALYTICS:
        assert_same_rows(stream, newest(stream, first, second, third), true_rows(api, stream, START))
        assert_covered(second, stream, ("2026-02-10", YESTERDAY))
        assert_covered(third, stream, (START, YESTERDAY))


@pytest.mark.parametrize("claimed", ["2026-03-01", None])
def test_a_state_of_0_1_0_covers_its_start_date_to_its_bookmark(tap, world, config, claimed):
    """Without a start_date of its own: that of the configuration."""
    api = world(ads=40)
    basis = {"granularity": "DAY", "entity_statuses": STATUSES, **({"start_date": claimed} if claimed else {})}
    entry = {"context": {"ad_account_id": FIRST}, "replication_key": "DATE", "replication_key_value": "2026-03-07"}
    state = {"bookmarks": {"ad_analytics": {"partitions": [{**entry, **basis}]}}}
    settings = config(api, start_date=START, lookback_days=2)
    run = tap.run(settings, catalog=tap.catalog("ad_analytics"), state=state, code=0)
    new = true_rows(api, "ad_analytics", "2026-03-05")
    old = true_rows(api, "ad_analytics", START, end_date="2026-02-28") if claimed else []
    written = run.records["ad_analytics"]  # the days between may come too, where that is one request and not two
    if claimed:
        written = [row for row in written if not "2026-02-28" < row["DATE"] < "2026-03-05"]
    assert_same_rows("ad_analytics", written, old + new)
    assert_covered(run, "ad_analytics", (START, YESTERDAY))


# --- days that cannot be had --------------------------------------------------------------------------------------


def test_missed_days_are_named_once_and_remembered(tap, world, config):
    api = world()
    oldest = day(TODAY, -REACH_DAYS)
    settings = config(api, start_date="2025-11-01", lookback_days=3)
    first = tap.run(settings, code=0)
    second = tap.run(settings, state=first.state, code=0)
    lost = ("2025-11-01", day(oldest, -1))
    for stream in ANALYTICS:
        assert_same_rows(stream, first.records[stream], true_rows(api, stream, oldest))
        assert len(first.warnings(stream, *lost)) == 1
        assert not second.warnings(stream)
        assert second.log_lines("INFO", stream, *lost)
        for run in (first, second):
            assert_covered(run, stream, (oldest, YESTERDAY), missed=[lost])


def test_what_a_long_rest_loses_is_missed(tap, world, config):
    api = world()
    settings = config(api, start_date="2026-03-01", lookback_days=3)
    first = tap.run(settings, code=0)
    api.advance(days=120)
    second = tap.run(settings, state=first.state, code=0)
    third = tap.run(settings, state=second.state, code=0)
    today = day(TODAY, 120)
    oldest = day(today, -REACH_DAYS)
    for stream in ANALYTICS:
        assert second.warnings(stream, TODAY, day(oldest, -1))
        assert not third.warnings(stream)
        for run in (second, third):
            covered = [("2026-03-01", YESTERDAY), (oldest, day(today, -1))]
            assert_covered(run, stream, *covered, missed=[(TODAY, day(oldest, -1))])


def test_a_start_date_moved_back_beyond_the_reach_is_read_as_far_as_it_goes(tap, world, config):
    api = world()
    first = tap.run(config(api, start_date="2026-03-01", lookback_days=3), code=0)
    second = tap.run(config(api, start_date="2025-11-01", lookback_days=3), state=first.state, code=0)
    oldest = day(TODAY, -REACH_DAYS)
    for stream in ANALYTICS:
        assert_same_rows(stream, newest(stream, first, second), true_rows(api, stream, oldest))
        assert second.warnings(stream, "2025-11-01", day(oldest, -1))
        assert_covered(second, stream, (oldest, YESTERDAY), missed=[("2025-11-01", day(oldest, -1))])


def test_days_that_months_cannot_reach_are_read_by_the_day(tap, world, config):
    """December begins beyond the reach, its last days do not: what is missed goes by the granularity too."""
    api = world()
    oldest = day(TODAY, -REACH_DAYS)
    daily = config(api, start_date="2025-12-01", lookback_days=3)
    monthly = {**daily, "analytics_granularity": "MONTH"}
    first = tap.run(monthly, catalog=tap.catalog(*ADS, config=monthly), code=0)
    second = tap.run(daily, catalog=tap.catalog(*ADS), state=first.state, code=0)
    for stream in ADS:
        assert first.warnings(stream, "2025-12-31")
        assert_covered(first, stream, ("2026-01-01", "2026-02-28"), missed=[("2025-12-01", "2025-12-31")])
        assert_same_rows(stream, second.records[stream], true_rows(api, stream, oldest))
        assert_covered(second, stream, (oldest, YESTERDAY), missed=[("2025-12-01", day(oldest, -1))])


# --- accounts that are gone ---------------------------------------------------------------------------------------


def errors(run, *texts):
    return run.log_lines("ERROR", *texts) + run.log_lines("CRITICAL", *texts)


def entries_of(state, account):
    """The entries of an account as they stand in the file, by stream."""
    return {
        stream: json.dumps(entry)
        for stream, bookmark in state["bookmarks"].items()
        for entry in bookmark.get("partitions", [])
        if entry["context"]["ad_account_id"] == account
    }


@pytest.mark.parametrize("selected", [ADS, ["campaigns"], [*ENTITIES, *ANALYTICS, "pins", "ad_accounts"]], ids="+".join)
def test_an_account_that_is_no_longer_listed_is_missed(tap, world, config, selected):
    api = world(accounts=2)
    settings = config(api, start_date=START, lookback_days=3)
    old = tap.run(settings, code=0).state
    api.remove_accounts([1])
    api.advance(days=1)
    inputs = {"state": old, "catalog": tap.catalog(*selected)}

    run = tap.run(settings, code=1, **inputs)
    assert errors(run, SECOND)
    assert set(entries_of(old, SECOND)) == set(BY_ACCOUNT)
    for state in run.states:
        assert entries_of(state, SECOND) == entries_of(old, SECOND)
    for stream in set(ADS) & set(selected):
        assert_same_rows(stream, run.records[stream], true_rows(api, stream, "2026-03-06"))
        assert partition(run.state, stream, FIRST)["replication_key_value"] == TODAY

    # It is not missed by a run that does not read it.
    only = tap.run({**settings, "ad_account_ids": [FIRST]}, code=0, **inputs)
    assert entries_of(only.state, SECOND) == entries_of(old, SECOND)
    assert not only.log_lines(SECOND)


def test_where_no_account_is_listed_any_more_all_are_missed(tap, world, config):
    api = world(accounts=2)
    settings = config(api, start_date=START, lookback_days=3)
    old = tap.run(settings, code=0).state
    api.remove_accounts([0, 1])
    run = tap.run(settings, state=old, code=1)
    for account in (FIRST, SECOND):
        assert errors(run, account)
        assert entries_of(run.state, account) == entries_of(old, account)
    assert_same_rows("pin_analytics", run.records["pin_analytics"], true_rows(api, "pin_analytics", "2026-03-06"))


# --- bookmarks in the future --------------------------------------------------------------------------------------


def seconds(moment):
    return int(datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp())


def test_a_bookmark_in_the_future_is_ignored_with_a_warning(tap, world, config):
    """As a clock that was wrong leaves it, or a hand."""
    api = world()
    settings = config(api, start_date=START)
    state = tap.run(settings, code=0).state
    for stream in [*BY_ACCOUNT, "pins", "pin_analytics"]:
        entry = partition(state, stream, FIRST if stream in BY_ACCOUNT else None)
        entry.pop("covered", None)
        entry["replication_key_value"] = "2027-01-01" if stream in ANALYTICS else "2027-01-01T00:00:00Z"
    run = tap.run(settings, state=state, code=0)
    for stream in ENTITIES:
        assert_same_keys(run.keys(stream), [entity["id"] for entity in true_entities(api, stream)])
        assert run.warnings(stream)
        assert seconds(partition(run.state, stream, FIRST)["replication_key_value"]) < seconds(f"{TODAY}T12:00:00Z")
    assert_same_keys(run.keys("pins"), [pin["id"] for pin in api.truth("pins")])
    assert run.warnings("pins")
    assert seconds(partition(run.state, "pins")["replication_key_value"]) < seconds(f"{TODAY}T12:00:00Z")
    for stream in ANALYTICS:
        assert_same_rows(stream, run.records[stream], true_rows(api, stream, START))
        assert run.warnings(stream)
        assert entries(run, stream)[0]["replication_key_value"] == YESTERDAY
        assert_covered(run, stream, (START, YESTERDAY))


@pytest.mark.parametrize("last", [TODAY, "2026-03-11", "2027-01-01"])
def test_days_that_are_not_over_are_never_covered_whatever_a_state_says(tap, world, config, last):
    api = world()
    settings = config(api, start_date=START, lookback_days=0)
    state = tap.run(settings, code=0).state
    for stream in ANALYTICS:
        partition(state, stream, FIRST if stream in ADS else None)["covered"] = [[START, last]]
    run = tap.run(settings, state=state, code=0)
    for stream in ANALYTICS:
        first = TODAY if last == TODAY else START
        assert_same_rows(stream, since(stream, run.records[stream], first), true_rows(api, stream, first))
        assert bool(run.warnings(stream)) == (last > TODAY)
        assert entries(run, stream)[0]["replication_key_value"] == YESTERDAY
        assert_covered(run, stream, (START, YESTERDAY))


# --- hours, then days ---------------------------------------------------------------------------------------------


def test_days_after_hours_are_not_done_with_today(tap, world, config):
    api = world()
    daily = config(api, start_date="2026-03-06", lookback_days=0)
    hourly = {**daily, "analytics_granularity": "HOUR"}
    first = tap.run(hourly, catalog=tap.catalog(*ADS, config=hourly), code=0)
    catalog = tap.catalog(*ADS)
    second = tap.run(daily, catalog=catalog, state=first.state, code=0)
    api.advance(days=1)
    third = tap.run(daily, catalog=catalog, state=second.state, code=0)
    for stream in ADS:
        assert entries(first, stream)[0]["replication_key_value"] == f"{TODAY}T11:00:00Z"
        assert entries(second, stream)[0]["replication_key_value"] == YESTERDAY
        assert_covered(second, stream, ("2026-03-06", YESTERDAY))
        assert_same_rows(stream, newest(stream, second, third), true_rows(api, stream, "2026-03-06"))


# --- rows of another kind -----------------------------------------------------------------------------------------

OF_ADS = {
    "analytics_columns": ["SPEND_IN_DOLLAR", "TOTAL_IMPRESSION"],
    "click_window_days": 7,
    "engagement_window_days": 1,
    "view_window_days": 30,
    "conversion_report_time": "TIME_OF_CONVERSION",
}
OF_PINS = {"pin_metric_types": ["SAVE", "IMPRESSION"], "pin_analytics_split_field": "NO_SPLIT"}


@pytest.mark.parametrize("setting", [*OF_ADS, *OF_PINS])
def test_a_setting_that_makes_other_rows_is_said_once(tap, world, config, setting):
    api = world(accounts=2)
    settings = config(api, start_date="2026-03-06", lookback_days=3)
    changed = {**settings, setting: {**OF_ADS, **OF_PINS}[setting]}
    first = tap.run(settings, code=0)
    second = tap.run(changed, state=first.state, code=0)
    third = tap.run(changed, state=second.state, code=0)
    concerned = ADS if setting in OF_ADS else ["pin_analytics"]
    for stream in ANALYTICS:
        assert len(second.warnings(stream, setting)) == (stream in concerned)
    assert not first.warnings(setting)
    assert not third.warnings(setting)
    for stream in ANALYTICS:  # a row read before is not read again
        assert_covered(second, stream, ("2026-03-06", YESTERDAY))
        assert days_of(second, stream) == days_of(third, stream)
