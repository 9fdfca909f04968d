"""Which days are asked for: reach, periods, the edges of months and years, midnight, and long rests."""

import datetime
import functools

import pytest
from compare import COLUMNS, assert_nothing_refused, assert_same_rows, true_rows
from harness import partition

ADS = ["campaign_analytics", "ad_analytics"]
ANALYTICS = ADS + ["pin_analytics"]
# The oldest day that is asked for, counted from today: exactly 90 has been refused.
REACH_DAYS = 89


@pytest.fixture
def config(config):
    """How far direct requests reach is what these tests are about."""
    return functools.partial(config, analytics_source="direct")


@pytest.fixture
def world(simulate):
    def make(now="2026-03-10T12:00:00Z", **options):
        small = {"accounts": 1, "campaigns": 5, "ad_groups": 5, "ads": 6, "pins": 5}
        return simulate(**{**small, "now": now, "limits": "off", "token_lifetime": 1_000_000_000, **options})

    return make


def day(text, days=0):
    return str(datetime.date.fromisoformat(text) + datetime.timedelta(days=days))


def assert_rows_from(run, api, stream, start, **parameters):
    assert_same_rows(stream, run.records[stream], true_rows(api, stream, start, **parameters))


def bookmarks(run, stream):
    return [entry["replication_key_value"] for entry in run.state["bookmarks"][stream]["partitions"]]


def requested_days(api, endpoint):
    """The (start_date, end_date) of every request, in no order."""
    days = set()
    for request in api.requests(endpoint):
        query = dict(pair.split("=", 1) for pair in request["target"].split("?", 1)[1].split("&"))
        days.add((query["start_date"], query["end_date"]))
    return days


# --- days ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("back", [0, 1, 30, 88, 89, 90, 91, 400])
def test_start_dates_as_far_back_as_the_api_reaches(tap, world, config, back):
    api = world()
    start = day("2026-03-10", -back)
    run = tap.run(config(api, start_date=start), code=0)
    for stream in ANALYTICS:
        oldest = day("2026-03-10", -min(back, REACH_DAYS))
        assert_rows_from(run, api, stream, oldest)
        assert len(run.warnings(stream, start)) == (1 if oldest != start else 0)
    assert_nothing_refused(api)


def test_the_default_is_thirty_days(tap, world, config):
    api = world()
    run = tap.run(config(api), code=0)
    for stream in ANALYTICS:
        assert_rows_from(run, api, stream, "2026-02-08")


@pytest.mark.parametrize(
    "start_date",
    ["2026-03-02", "2026-03-02T00:00:00Z", "2026-03-02T18:24:24.387869", "2026-03-01T22:00:00-05:00",
     "2026-03-03T01:00:00+02:00"],
)  # fmt: skip
def test_start_dates_in_the_forms_that_meltano_sends(tap, world, config, start_date):
    api = world()
    run = tap.run(config(api, start_date=start_date), catalog=tap.catalog("ad_analytics"), code=0)
    assert_rows_from(run, api, "ad_analytics", "2026-03-02")


def test_an_end_date_in_the_future_is_today(tap, world, config):
    api = world()
    settings = config(api, start_date="2026-03-08", end_date="2030-01-01")
    run = tap.run(settings, catalog=tap.catalog(*ANALYTICS), code=0)
    for stream in ANALYTICS:
        assert_rows_from(run, api, stream, "2026-03-08")
    assert_nothing_refused(api)


def test_a_start_date_in_the_future_reads_nothing(tap, world, config):
    api = world()
    run = tap.run(config(api, start_date="2026-04-01"), catalog=tap.catalog(*ANALYTICS), code=0)
    assert all(not records for records in run.records.values())
    assert_nothing_refused(api)


@pytest.mark.parametrize(
    "now, start",
    [
        ("2026-03-31T12:00:00Z", "2026-02-27"),  # a month of 31 days after one of 28
        ("2026-05-01T00:00:20Z", "2026-04-29"),
        ("2028-02-29T12:00:00Z", "2028-02-27"),  # a leap day, of itself
        ("2028-03-01T06:00:00Z", "2028-02-27"),
        ("2028-05-28T06:00:00Z", "2028-02-29"),  # and 89 days back
        ("2027-01-01T00:30:00Z", "2026-12-29"),
        ("2027-12-31T23:59:00Z", "2027-12-30"),
    ],
)
def test_ends_of_months_and_years(tap, world, config, now, start):
    api = world(now)
    run = tap.run(config(api, start_date=start), catalog=tap.catalog(*ANALYTICS), code=0)
    for stream in ANALYTICS:
        assert_rows_from(run, api, stream, start)
    assert bookmarks(run, "ad_analytics") == [day(now[:10], -1)]
    assert_nothing_refused(api)


def test_a_run_over_midnight_is_not_refused(tap, world, config):
    """The first analytics request goes out on the next day, when the oldest day of before is out of reach."""
    api = world("2027-12-31T23:59:58Z", latency_ms=1_200)
    start = day("2027-12-31", -89)
    run = tap.run(config(api, start_date=start), catalog=tap.catalog("ad_analytics"), code=0)
    assert_nothing_refused(api)
    (request,) = api.requests("/ads/analytics")
    assert request["at"] >= "2028-01-01T00:00:00Z", "too early for this test"
    assert_rows_from(run, api, "ad_analytics", day(start, 1), end_date=request["target"].split("end_date=")[1][:10])
    assert bookmarks(run, "ad_analytics")[0] in ("2027-12-30", "2027-12-31")


def test_the_local_clock_does_not_matter(tap, world, config):
    """The simulator lives years away from the clock of this machine; its Date header is what counts."""
    api = world("2031-07-01T12:00:00Z")
    run = tap.run(config(api, start_date="2031-06-28"), catalog=tap.catalog(*ANALYTICS), code=0)
    for stream in ANALYTICS:
        assert_rows_from(run, api, stream, "2031-06-28")


# --- long rests ---------------------------------------------------------------------------------------------------


def test_a_rest_of_45_days_leaves_no_gap(tap, world, config):
    api = world()
    settings = config(api, start_date="2026-03-01", lookback_days=3)
    first = tap.run(settings, code=0)
    api.advance(days=45)
    second = tap.run(settings, state=first.state, code=0)
    for stream in ANALYTICS:
        assert_rows_from(second, api, stream, "2026-03-06")
    assert bookmarks(second, "ad_analytics") == ["2026-04-23"]
    assert not second.warnings("ad_analytics")
    assert_nothing_refused(api)


def test_a_rest_of_120_days_reads_what_is_left_and_says_what_is_lost(tap, world, config):
    api = world()
    settings = config(api, start_date="2026-03-01", lookback_days=3)
    first = tap.run(settings, code=0)
    api.advance(days=120)
    second = tap.run(settings, state=first.state, code=0)
    today = "2026-07-08"
    for stream in ANALYTICS:
        oldest = day(today, -REACH_DAYS)
        assert_rows_from(second, api, stream, oldest)
        # Read up to 2026-03-09, today of then not being whole; lost from there to the reach.
        assert second.warnings(stream, "2026-03-10", day(oldest, -1))
    assert_nothing_refused(api)


def test_a_lookback_cut_by_the_reach_is_not_worth_a_word(tap, world, config):
    api = world()
    settings = config(api, start_date="2025-12-11", lookback_days=30)
    first = tap.run(settings, code=0)
    api.advance(days=70)  # the bookmark is within reach, the days of the look-back are not
    second = tap.run(settings, state=first.state, code=0)
    for stream in ANALYTICS:
        assert_rows_from(second, api, stream, day("2026-05-19", -REACH_DAYS))
        assert not second.warnings(stream)


# --- other periods ------------------------------------------------------------------------------------------------


def week_or_month(tap, api, config, granularity, start, state=None, **settings):
    whole = config(api, start_date=start, analytics_granularity=granularity, **settings)
    return tap.run(whole, catalog=tap.catalog(*ADS, config=whole), state=state, code=0)


@pytest.mark.parametrize(
    "granularity, start, first, bookmark",
    [
        ("WEEK", "2026-02-18", "2026-02-16", "2026-03-09"),
        ("WEEK", "2026-02-16", "2026-02-16", "2026-03-09"),
        ("MONTH", "2026-01-20", "2026-01-01", "2026-03-01"),
        ("MONTH", "2026-02-01", "2026-02-01", "2026-03-01"),
    ],
)
def test_periods_are_asked_for_from_their_beginning(tap, world, config, granularity, start, first, bookmark):
    api = world()
    run = week_or_month(tap, api, config, granularity, start)
    for stream in ADS:
        assert_rows_from(run, api, stream, first, granularity=granularity)
        assert bookmarks(run, stream) == [bookmark]
    assert_nothing_refused(api)


@pytest.mark.parametrize(
    "granularity, now, start, first",
    [
        ("WEEK", "2027-01-02T12:00:00Z", "2026-12-20", "2026-12-14"),  # a week of two years
        ("MONTH", "2028-03-01T00:05:00Z", "2028-02-29", "2028-02-01"),
        ("MONTH", "2027-01-31T23:00:00Z", "2026-12-31", "2026-12-01"),
    ],
)
def test_periods_over_the_edges_of_months_and_years(tap, world, config, granularity, now, start, first):
    api = world(now)
    run = week_or_month(tap, api, config, granularity, start)
    for stream in ADS:
        assert_rows_from(run, api, stream, first, granularity=granularity)


@pytest.mark.parametrize(
    "granularity, start, first",
    [
        ("WEEK", "2025-12-11", "2025-12-15"),  # the week began on the 8th, 92 days ago
        ("WEEK", "2025-11-01", "2025-12-15"),
        ("MONTH", "2025-12-20", "2026-01-01"),
        ("MONTH", "2025-02-01", "2026-01-01"),
    ],
)
def test_a_period_whose_beginning_is_out_of_reach_is_left_out(tap, world, config, granularity, start, first):
    api = world()
    run = week_or_month(tap, api, config, granularity, start)
    for stream in ADS:
        assert_rows_from(run, api, stream, first, granularity=granularity)
        assert run.warnings(stream)
    assert_nothing_refused(api)


@pytest.mark.parametrize("granularity, days, first", [("WEEK", 9, "2026-03-02"), ("MONTH", 26, "2026-03-01")])
def test_the_running_period_is_read_again_when_it_is_over(tap, world, config, granularity, days, first):
    api = world()
    before = week_or_month(tap, api, config, granularity, "2026-02-10", lookback_days=3)
    api.advance(days=days)
    after = week_or_month(tap, api, config, granularity, "2026-02-10", before.state, lookback_days=3)
    for stream in ADS:
        rows = true_rows(api, stream, first, granularity=granularity)
        written = [row for row in after.records[stream] if row["DATE"] >= first]
        assert_same_rows(stream, written, rows)


def test_hours(tap, world, config):
    api = world()
    settings = config(api, start_date="2026-03-04", analytics_granularity="HOUR")
    run = tap.run(settings, catalog=tap.catalog(*ADS, config=settings), code=0)
    for stream in ADS:
        truth = true_rows(api, stream, "2026-03-04", granularity="HOUR")
        assert len({row["DATE"] for row in truth}) > 100
        for row in truth:
            row["DATE"] += "Z"  # a moment, in UTC
        assert_same_rows(stream, run.records[stream], truth)
        schema = run.schemas[stream]["schema"]["properties"]["DATE"]
        assert schema["format"] == "date-time"
    windows = requested_days(api, "/ads/analytics")
    assert all(
        (datetime.date.fromisoformat(end) - datetime.date.fromisoformat(start)).days <= 2 for start, end in windows
    )
    assert_nothing_refused(api)


def test_hours_go_on_and_reach_eight_days_back(tap, world, config):
    api = world()
    settings = config(api, start_date="2026-01-01", analytics_granularity="HOUR", lookback_days=3)
    catalog = tap.catalog(*ADS, config=settings)
    first = tap.run(settings, catalog=catalog, code=0)
    assert first.warnings("ad_analytics", "2026-01-01")
    assert {record["DATE"][:10] for record in first.records["ad_analytics"]} >= {"2026-03-02", "2026-03-10"}
    api.advance(hours=5)
    second = tap.run(settings, catalog=catalog, state=first.state, code=0)
    new = {row["DATE"] + "Z" for row in true_rows(api, "ad_analytics", "2026-03-10", granularity="HOUR")}
    assert new <= {record["DATE"] for record in second.records["ad_analytics"]}
    (bookmark,) = bookmarks(second, "ad_analytics")
    assert bookmark == "2026-03-10T16:00:00Z"
    assert_nothing_refused(api)


def test_total_is_one_row_an_entity(tap, world, config):
    api = world()
    settings = config(api, start_date="2026-02-01", end_date="2026-03-01", analytics_granularity="TOTAL")
    catalog = tap.catalog(*ADS, config=settings)
    for stream in catalog["streams"]:
        if stream["tap_stream_id"] in ADS:
            assert stream["replication_method"] == "FULL_TABLE"
    first = tap.run(settings, catalog=catalog, code=0)
    second = tap.run(settings, catalog=catalog, state=first.state, code=0)
    for run in (first, second):
        for stream in ADS:
            truth = true_rows(api, stream, "2026-02-01", end_date="2026-03-01", granularity="TOTAL")
            for row in truth:
                row["DATE"] = "2026-02-01"
            assert len(truth) == len({row[COLUMNS[9] if stream == ADS[0] else "AD_ID"] for row in truth})
            assert_same_rows(stream, run.records[stream], truth)
    assert not any(stream in second.state["bookmarks"] for stream in ADS)
    assert requested_days(api, "/ads/analytics") == {("2026-02-01", "2026-03-01")}


@pytest.mark.parametrize(
    "dates", [{}, {"start_date": "2025-11-01", "end_date": "2026-02-15"}], ids=["no start", "107 days"]
)
def test_a_total_needs_a_start_and_has_90_days_at_most(tap, world, config, dates):
    api = world()
    run = tap.run(config(api, analytics_granularity="TOTAL", **dates), code=2)
    assert run.log_lines("start_date")
    assert api.counters()["requests"] == {}


def test_pins_are_daily_whatever_the_granularity(tap, world, config):
    api = world()
    settings = config(api, start_date="2026-03-01", analytics_granularity="MONTH")
    run = tap.run(settings, catalog=tap.catalog("pin_analytics", config=settings), code=0)
    assert_rows_from(run, api, "pin_analytics", "2026-03-01")
    assert partition(run.state, "pin_analytics")["replication_key_value"] == "2026-03-09"
