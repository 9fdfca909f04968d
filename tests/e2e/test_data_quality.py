"""The stream data_quality: whether the rows of a run add up to what Pinterest says of the account."""

import json
import re
from decimal import Decimal

import pytest
from compare import EVERY_STATUS, STATUSES, assert_nothing_refused
from harness import KEYS, deselect
from reporting import CREATE, back, world  # noqa: F401
from running import Running, kept_by_a_target
from sums import ADDITIVE, BROKEN, LEVELS, OTHERS, Sums, digits

START, YESTERDAY, TODAY = "2026-02-20", "2026-03-09", "2026-03-10"
READY = "/resources/metrics_ready_state"
ACCOUNT = "/ad_accounts/{ad_account_id}/analytics"
READY_DAYS = 7
SMALL = {"accounts": 2, "campaigns": 12, "ad_groups": 20, "ads": 30, "pins": 0, "limits": "off"}
# The days on which `account_difference` makes an account's own total too high.
PLANTED = ["2026-02-20", "2026-02-25", "2026-03-05", "2026-03-10"]
SPEND = "SPEND_IN_DOLLAR"


@pytest.fixture
def settings(config):
    def make(api, **changes):
        whole = {"start_date": START, "entity_statuses": EVERY_STATUS, "analytics_columns": ADDITIVE + OTHERS}
        return config(api, **{**whole, **changes})

    return make


def run_with(tap, settings, *streams, code=0, **inputs):
    catalog = tap.catalog(*(streams or LEVELS), "data_quality", config=settings)
    return tap.run(settings, catalog=catalog, code=code, **inputs)


def lines_of(run):
    """The records by their key, numbers as the digits that were written."""
    lines = {}
    for text in run.stdout.decode().splitlines():
        message = json.loads(text, parse_float=str, parse_int=str)
        if message["type"] == "RECORD" and message["stream"] == "data_quality":
            record = message["record"]
            key = tuple(record.pop(name) for name in KEYS["data_quality"])
            assert key not in lines, f"{key} a second time"
            lines[key] = record
    return lines


def assert_lines(run, expected, complete=lambda date: date < TODAY):
    """Every line that there should be, digit by digit, and no other."""
    lines = lines_of(run)
    assert expected
    assert sorted(lines) == sorted(expected)
    wrong = {key: (lines[key], line) for key, line in expected.items() if line.items() - lines[key].items()}
    assert not wrong, f"{len(wrong)} lines differ (key: written, true): {list(wrong.items())[:3]}"
    for (_, _, date, _), line in lines.items():
        assert line["is_complete"] == complete(date), (date, line)
        assert line["read_at"].startswith(TODAY[:8])


def assert_ready_flags(run):
    for (_, _, date, _), line in lines_of(run).items():
        flags = line["conversion_metrics_ready"], line["non_conversion_metrics_ready"]
        if date >= back(READY_DAYS):
            assert flags == (date < YESTERDAY, date < TODAY), date


def requests(api):
    return {name: count for name, count in api.counters()["requests"].items() if name in (READY, ACCOUNT)}


# --- whole worlds -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plain_values", [True, False])
def test_what_adds_up_differs_by_nothing(tap, simulate, settings, plain_values):
    api = simulate(**SMALL, **({"plain_values": True} if plain_values else {}))
    run = run_with(tap, settings(api))
    expected = Sums(api, START).lines()
    assert {line["difference"] for line in expected.values()} == {"0"}
    assert_lines(run, expected)
    assert_ready_flags(run)
    assert {metric for _, _, _, metric in expected} > set(ADDITIVE), "and the identities"
    for stream in LEVELS:
        (said,) = run.log_lines("INFO", stream, "adds up to its accounts on")
        days = {(account, date) for account, of, date, _ in expected if of == stream and date < TODAY}
        assert said.endswith(f"{stream} adds up to its accounts on {len(days)} days")
    assert_nothing_refused(api)


@pytest.mark.parametrize("stream", LEVELS)
def test_one_level_alone(tap, simulate, settings, stream):
    api = simulate(**SMALL)
    run = run_with(tap, settings(api), stream)
    assert_lines(run, Sums(api, START).lines([stream]))


def test_the_default_columns(tap, simulate, config):
    api = simulate(**SMALL)
    run = run_with(tap, config(api, start_date=START, entity_statuses=EVERY_STATUS), "ad_analytics")
    columns = [SPEND, "PAID_IMPRESSION", "TOTAL_IMPRESSION", "TOTAL_CLICKTHROUGH", "TOTAL_ENGAGEMENT"]
    assert_lines(run, Sums(api, START, columns=columns).lines(["ad_analytics"]))


def test_entities_that_the_config_leaves_out_are_the_difference(tap, simulate, settings):
    api = simulate(**SMALL)
    run = run_with(tap, settings(api, entity_statuses=STATUSES))
    expected = Sums(api, START, statuses=STATUSES).lines()
    assert {date for (_, _, date, _), line in expected.items() if line["difference"] != "0"}
    assert_lines(run, expected)


# --- planted differences ------------------------------------------------------------------------------------------


def differing(lines, complete=lambda date: date < TODAY):
    """By stream, the largest difference in per cent of each account's day that differs."""
    days = {}
    for (account, stream, date, _), line in lines.items():
        if line["account_value"] is None or line["difference"] == "0" or not complete(date):
            continue
        account_value, difference = Decimal(line["account_value"]), abs(Decimal(line["difference"]))
        share = difference / abs(account_value) * 100 if account_value else Decimal(100)
        of_stream = days.setdefault(stream, {})
        of_stream[account, date] = max(share, of_stream.get((account, date), 0))
    return days


def test_planted_differences_are_found_to_the_last_digit(tap, simulate, settings):
    api = simulate(**SMALL, account_difference=2.5)
    run = run_with(tap, settings(api))
    expected = Sums(api, START).lines()
    assert_lines(run, expected)
    assert {date for (_, _, date, _), line in expected.items() if line["difference"] != "0"} == set(PLANTED)
    for stream, days in differing(expected).items():
        (said,) = run.log_lines(stream, "adds up to its accounts on")
        whole, of, differ, share = re.search(
            r"on (\d+) of (\d+) days; (\d+) differ by up to ([\d.]+) %", said
        ).groups()
        read = {(account, date) for account, each, date, _ in expected if each == stream and date < TODAY}
        assert (int(of), int(differ), int(whole)) == (len(read), len(days), len(read) - len(days))
        assert abs(Decimal(share) - max(days.values())) < 1
    assert len(differing(expected)) == 3


def test_a_difference_that_is_too_large_fails_the_run_after_everything_is_written(tap, simulate, settings):
    api = simulate(**SMALL, account_difference=2.5)
    run = run_with(tap, settings(api, max_difference_percent=1), code=1)
    expected = Sums(api, START).lines()
    assert_lines(run, expected)
    said = run.log_lines("max_difference_percent")[-1]
    stream, account, date, metric = named(said, expected)
    assert expected[account, stream, date, metric]["difference"] != "0"
    whole = run_with(tap, settings(api, max_difference_percent=1_000_000))
    assert whole.records.keys() == run.records.keys()
    for stream in LEVELS:
        assert len(whole.records[stream]) == len(run.records[stream])
    assert covered(whole.state) == covered(run.state)


def covered(state):
    """The days that each stream and account of a state has."""
    return {
        (stream, entry["context"]["ad_account_id"]): (entry["replication_key_value"], entry["covered"])
        for stream in LEVELS
        for entry in state["bookmarks"][stream]["partitions"]
    }


def named(line, expected):
    """The stream, account, day and metric that a line names."""
    found = [key for key in expected if all(re.search(rf"\b{re.escape(part)}\b", line) for part in key)]
    assert len(found) == 1, (line, found)
    account, stream, date, metric = found[0]
    return stream, account, date, metric


@pytest.mark.parametrize("times, code", [(0, 1), (0.999, 1), (1.001, 0)])
def test_the_threshold_is_a_per_cent_of_the_accounts_value(tap, simulate, settings, times, code):
    api = simulate(**SMALL, account_difference=2.5)
    expected = Sums(api, START, columns=ADDITIVE[:5]).lines(["ad_analytics"])
    largest = max(differing(expected)["ad_analytics"].values())
    assert 2.5 <= largest < 100
    changes = {"analytics_columns": ADDITIVE[:5], "max_difference_percent": float(largest) * times}
    run_with(tap, settings(api, **changes), "ad_analytics", code=code)


def test_what_fits_exactly_is_not_above_the_threshold(tap, simulate, settings):
    api = simulate(**SMALL)
    run_with(tap, settings(api, max_difference_percent=0))


@pytest.mark.parametrize("now", ["2026-03-10T12:00:00Z", "2026-03-11T12:00:00Z"])
def test_a_day_that_is_not_over_or_not_ready_fails_nothing(tap, simulate, settings, now):
    """The 10th is a planted day: today, or the day before, whose conversions are not in."""
    api = simulate(**SMALL, account_difference=2.5, now=now)
    run = run_with(tap, settings(api, start_date="2026-03-10", max_difference_percent=0))
    lines = lines_of(run)
    assert {date for (_, _, date, _), line in lines.items() if line["difference"] != "0"} == {"2026-03-10"}
    for (_, _, date, _), line in lines.items():
        today = now[:10]
        assert line["is_complete"] == (date < today)
        assert line["conversion_metrics_ready"] is False
        assert line["non_conversion_metrics_ready"] == (date < today)


def test_a_value_where_the_account_has_nothing_is_a_difference_too_large(tap, simulate, settings):
    """An account whose own analytics are empty: nothing of its rows is confirmed."""
    api = simulate(**SMALL)
    api.fault("body", endpoint=ACCOUNT, every=1, times=1_000, body=[], status=200)
    changes = {"start_date": "2026-03-03", "max_difference_percent": 1_000_000}
    run = run_with(tap, settings(api, **changes), "campaign_analytics", code=1)
    expected = Sums(api, "2026-03-03").lines(["campaign_analytics"])
    lines = lines_of(run)
    for key, line in lines.items():
        if line["account_value"] is not None:
            assert line["account_value"] == "0"
            assert line["stream_value"] == expected[key]["stream_value"]
            assert Decimal(line["difference"]) == -Decimal(line["stream_value"])


# --- identities ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plain_values", [True, False])
def test_a_broken_identity_is_counted_row_by_row(tap, simulate, settings, plain_values):
    api = simulate(**SMALL, broken_identity=3, **({"plain_values": True} if plain_values else {}))
    run = run_with(tap, settings(api, max_difference_percent=0))
    expected = Sums(api, START).lines()
    assert_lines(run, expected)
    broken = {key: line for key, line in expected.items() if line["rows_that_differ"] not in (None, "0")}
    assert {metric for _, _, _, metric in broken} == {BROKEN}
    assert {stream for _, stream, _, _ in broken} == set(LEVELS)
    assert len(broken) > 8


def test_an_identity_needs_all_its_columns(tap, simulate, settings):
    api = simulate(**SMALL)
    columns = ["IMPRESSION_1", "TOTAL_IMPRESSION", "TOTAL_CHECKOUT", "TOTAL_CLICK_CHECKOUT", "TOTAL_VIEW_CHECKOUT"]
    run = run_with(tap, settings(api, analytics_columns=columns))
    expected = Sums(api, START, columns=columns).lines()
    assert {metric for _, _, _, metric in expected} == set(columns)
    assert_lines(run, expected)


# --- what is asked for --------------------------------------------------------------------------------------------


def test_deselected_columns_are_left_out(tap, simulate, settings):
    api = simulate(**SMALL)
    configured = settings(api)
    catalog = tap.catalog(*LEVELS, "data_quality", config=configured)
    kept = [SPEND, "IMPRESSION_1", "IMPRESSION_2", "TOTAL_IMPRESSION"]
    for column in {*ADDITIVE, *OTHERS} - set(kept):
        for stream in LEVELS:
            deselect(catalog, stream, "metrics", column)
    run = tap.run(configured, catalog=catalog, code=0)
    assert_lines(run, Sums(api, START, columns=kept).lines())


def test_streams_with_columns_of_their_own(tap, simulate, settings):
    api = simulate(**SMALL)
    configured = settings(api)
    catalog = tap.catalog("campaign_analytics", "ad_analytics", "data_quality", config=configured)
    for column in set(ADDITIVE) - {SPEND}:
        deselect(catalog, "ad_analytics", "metrics", column)
    run = tap.run(configured, catalog=catalog, code=0)
    expected = Sums(api, START).lines(["campaign_analytics"])
    expected |= Sums(api, START, columns=[SPEND]).lines(["ad_analytics"])
    assert_lines(run, expected)


def test_columns_that_do_not_add_up_have_no_line(tap, simulate, settings):
    api = simulate(**SMALL)
    run = run_with(tap, settings(api, analytics_columns=OTHERS))
    assert run.records["data_quality"] == []
    assert ACCOUNT not in requests(api)


@pytest.mark.parametrize(
    "granularity, start, dated",
    [
        ("WEEK", "2026-02-09", None),
        ("MONTH", "2026-01-01", None),
        ("HOUR", "2026-03-07", lambda row: row["DATE"] + "Z"),
        ("TOTAL", "2026-02-10", lambda _: "2026-02-10"),
    ],
)
def test_other_periods(tap, simulate, settings, granularity, start, dated):
    api = simulate(**SMALL, account_difference=2.5)
    columns = ADDITIVE[:5]
    changes = {"start_date": start, "end_date": TODAY, "analytics_granularity": granularity}
    run = run_with(tap, settings(api, analytics_columns=columns, **changes))
    options = {"granularity": granularity, "columns": columns, **({"dated": dated} if dated else {})}
    expected = Sums(api, start, **options).lines()
    over = {"WEEK": "2026-03-09", "MONTH": "2026-03-01", "HOUR": TODAY, "TOTAL": start}[granularity]
    assert_lines(run, expected, complete=lambda date: date < over)


def test_the_account_is_asked_with_the_same_windows(tap, simulate, settings):
    api = simulate(**SMALL)
    windows = {"click_window_days": 7, "engagement_window_days": 14, "view_window_days": 0,
               "conversion_report_time": "TIME_OF_CONVERSION"}  # fmt: skip
    run_with(tap, settings(api, **windows), "campaign_analytics")
    for path in ("/campaigns/analytics", "/analytics?"):
        asked = [each["target"] for each in api.requests(path) if "/analytics?" in each["target"]]
        assert asked
        for target in asked:
            assert all(f"{name}={value}" in target for name, value in windows.items()), target
            assert "granularity=DAY" in target


def test_days_by_report(tap, world, settings):  # noqa: F811
    api = world(accounts=2, account_difference=2.5)
    start = back(200)
    columns = ADDITIVE[:5]
    run = run_with(tap, settings(api, start_date=start, analytics_columns=columns))
    assert_lines(run, Sums(api, back(89), by_report=start, columns=columns).lines())
    assert_nothing_refused(api)


def test_all_days_by_report(tap, world, settings):  # noqa: F811
    api = world(accounts=2)
    columns = ADDITIVE[:5]
    changes = {"analytics_columns": columns, "analytics_source": "reports", "entity_statuses": None}
    run = run_with(tap, settings(api, **changes))
    found, lines = lines_of(run), Sums(api, START, columns=columns).lines()
    assert api.counters()["requests"][CREATE] >= 6
    assert {line["difference"] for line in found.values()} == {"0"}
    for key, line in found.items():
        same = ("account_value", "stream_value", "difference")
        assert [line[name] for name in same] == [lines[key][name] for name in same]
    missing = set(lines) - set(found)
    assert {lines[key]["stream_value"] for key in missing} <= {"0"}, "a report has no rows of zeros"


# --- requests -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [START, back(89), YESTERDAY])
def test_one_request_an_account_and_one_a_day_of_the_week_before_today(tap, simulate, settings, start):
    api = simulate(**{**SMALL, "accounts": 3})
    run_with(tap, settings(api, start_date=start, analytics_columns=ADDITIVE[:3]))
    assert requests(api) == {ACCOUNT: 3, READY: READY_DAYS}
    assert_nothing_refused(api)
    asked = [re.search(r"date=([\d-]+)", each["target"])[1] for each in api.requests(READY)]
    assert sorted(asked) == [back(age) for age in range(READY_DAYS, 0, -1)]


def test_nothing_of_it_is_asked_unless_selected(tap, simulate, settings):
    api = simulate(**SMALL)
    tap.run(settings(api), catalog=tap.catalog(*LEVELS, config=settings(api)), code=0)
    run = tap.run(settings(api), code=0)
    assert "data_quality" not in run.schemas
    assert requests(api) == {}
    entry = next(each for each in tap.discover()["streams"] if each["tap_stream_id"] == "data_quality")
    assert entry["metadata"][0]["metadata"]["selected-by-default"] is False


@pytest.mark.parametrize("others", [[], ["campaigns"], ["ad_account_analytics"]])
def test_without_a_level_there_is_nothing_to_compare(tap, simulate, settings, others):
    api = simulate(**SMALL)
    run = tap.run(settings(api), catalog=tap.catalog(*others, "data_quality", config=settings(api)), code=0)
    assert run.records["data_quality"] == []
    assert run.warnings("data_quality")
    assert requests(api).get(ACCOUNT, 0) == 2 * len(set(others) & {"ad_account_analytics"})


def test_a_threshold_without_the_stream_is_said_to_do_nothing(tap, simulate, settings):
    run = tap.run(settings(simulate(**SMALL), max_difference_percent=1), "--select", "campaign_analytics", code=0)
    assert any("max_difference_percent does nothing" in line for line in run.warnings())


def test_a_day_that_is_not_over_is_compared_with_nothing(tap, simulate, settings):
    run = run_with(tap, settings(simulate(**SMALL), start_date=TODAY), "campaign_analytics")
    assert lines_of(run)
    assert run.log_lines("INFO", "campaign_analytics: no day could be compared with the totals of its accounts")


def test_where_nothing_is_to_be_read_the_run_ends_all_the_same(tap, simulate, settings):
    nothing_yet = settings(simulate(**SMALL), start_date="2026-03-20", analytics_source="reports")
    assert lines_of(run_with(tap, nothing_yet)) == {}


def test_a_date_in_another_form_is_the_same_date(tap, simulate, settings):
    asked = settings(simulate(**SMALL), max_difference_percent=0)
    catalog = tap.catalog(*LEVELS, "data_quality", config=asked)
    for stream in catalog["streams"]:
        if stream["stream"] in LEVELS:
            stream["schema"]["properties"]["DATE"]["format"] = "date-time"
    run = tap.run(asked, catalog=catalog, code=0)
    assert {date for _, _, date, _ in lines_of(run)} >= {START, YESTERDAY}
    output = tap.write("run.jsonl", run.stdout)
    tap.run(None, "--verify", output, rules=False, code=0)


def test_an_account_that_will_not_say_its_total_costs_its_lines_alone(tap, simulate, settings):
    api = simulate(**SMALL)
    first, second = api.account_ids()
    body = {"code": 1, "message": "Something about this one is odd"}
    api.fault("status", endpoint=ACCOUNT, match=first, every=1, times=1_000, status=400, body=body)
    run = run_with(tap, settings(api), code=1)
    assert {account for account, *_ in lines_of(run)} <= {first, second}
    api.clear_faults()
    expected = Sums(api, START).lines(accounts=[second])
    assert {key: line for key, line in lines_of(run).items() if key[0] == second}.keys() == expected.keys()
    for stream in LEVELS:
        assert run.records[stream]


# --- more than one run --------------------------------------------------------------------------------------------


def test_the_next_run_compares_what_it_reads(tap, simulate, settings):
    api = simulate(**SMALL)
    configured = settings(api, lookback_days=3, max_difference_percent=0)
    first = run_with(tap, configured)
    assert "data_quality" not in first.state["bookmarks"]
    api.generation(1)
    second = run_with(tap, configured, state=first.state)
    assert_lines(second, Sums(api, "2026-03-06").lines())


def test_a_run_that_goes_on_in_the_middle_raises_no_false_alarm(tap, simulate, settings):
    api = simulate(**{**SMALL, "ad_groups": 40, "ads": 1_200})
    columns, start = ADDITIVE[:5], "2026-02-03"
    changes = {"start_date": start, "lookback_days": 1, "max_difference_percent": 0, "max_concurrency": 1}
    configured = settings(api, analytics_columns=columns, **changes)
    catalog = tap.catalog(*LEVELS, "data_quality", config=configured)
    with Running(tap, configured, catalog=catalog) as running:
        while not resumed(running.read_to("STATE")["value"]):
            pass
        _, state = kept_by_a_target(running.kill().stdout)
    halves = resumed(state)
    second = tap.run(configured, catalog=catalog, state=state, code=0)
    truth = Sums(api, start, columns=columns).lines()
    partial = set()
    for key, line in lines_of(second).items():
        account, stream, date, _ = key
        if line["is_complete"]:
            assert not truth[key].items() - line.items(), key
        elif date < TODAY:
            partial.add((stream, account))
    assert partial == halves
    third = tap.run(configured, catalog=catalog, state=second.state, code=0)
    assert_lines(third, Sums(api, "2026-03-08", columns=columns).lines())


def resumed(state):
    """The (stream, account) that a state goes on with in the middle."""
    return {
        (stream, entry["context"]["ad_account_id"])
        for stream in LEVELS
        for entry in state.get("bookmarks", {}).get(stream, {}).get("partitions", [])
        if "resume" in entry
    }


@pytest.mark.parametrize("before", [{"start_date": "2026-03-05"}, {"entity_statuses": ["ACTIVE"]}])
def test_days_that_are_read_again_because_more_is_wanted_are_whole(tap, simulate, settings, before):
    api = simulate(**SMALL)
    first = run_with(tap, settings(api, lookback_days=2, **before))
    second = run_with(tap, settings(api, lookback_days=2, max_difference_percent=0), state=first.state)
    assert_lines(second, Sums(api, START).lines())


def test_rows_that_come_twice_count_once(tap, simulate, settings):
    api = simulate(**SMALL)
    for kind, _, _ in LEVELS.values():
        api.fault("duplicate_rows", endpoint=f"/ad_accounts/{{ad_account_id}}/{kind}/analytics", every=1)
    run = run_with(tap, settings(api, max_difference_percent=0))
    api.clear_faults()
    assert_lines(run, Sums(api, START).lines())


@pytest.mark.parametrize("kind", ["status", "reset", "truncate", "html"])
def test_answers_that_broke_count_once(tap, simulate, settings, kind):
    api = simulate(**SMALL)
    broken = {"status": {"status": 503}, "truncate": {"after_bytes": 3_000}, "html": {"status": 502}}.get(kind, {})
    for path in ("/campaigns/analytics", "/ads/analytics", "/analytics"):
        api.fault(kind, endpoint=f"/ad_accounts/{{ad_account_id}}{path}", nth=[1, 3], **broken)
    run = run_with(tap, settings(api, max_difference_percent=0))
    api.clear_faults()
    assert_lines(run, Sums(api, START).lines())


def test_rows_that_contradict_each_other_count_as_they_were_written(tap, simulate, settings):
    api = simulate(**SMALL)
    for kind, _, _ in LEVELS.values():
        api.fault("conflicting_rows", endpoint=f"/ad_accounts/{{ad_account_id}}/{kind}/analytics", every=1)
    run = run_with(tap, settings(api), code=None)
    sums = {}
    for stream in LEVELS:
        for row in dict(zip(run.keys(stream), run.records[stream], strict=True)).values():
            for column in ADDITIVE:
                if (value := row["metrics"][column]) is not None:
                    key = row["ad_account_id"], stream, row["DATE"], column
                    sums[key] = sums.get(key, Decimal(0)) + value
    lines = {key: line for key, line in lines_of(run).items() if key in sums}
    assert {key: line["stream_value"] for key, line in lines.items()} == {key: digits(sums[key]) for key in lines}
    assert lines.keys() == sums.keys()


def test_ids_that_are_left_out_make_their_days_incomplete(tap, simulate, settings):
    api = simulate(**SMALL)
    campaign = api.truth("campaigns")[0]["id"]
    body = {"code": 1, "message": "Something about this one is odd"}
    api.fault("status", endpoint="/ad_accounts/{ad_account_id}/campaigns/analytics", match=campaign, every=1,
              times=1_000, status=400, body=body)  # fmt: skip
    run = run_with(tap, settings(api, max_difference_percent=0), "campaign_analytics", "ad_analytics", code=1)
    for (account, stream, date, _), line in lines_of(run).items():
        is_whole = stream == "ad_analytics" or account != api.account_ids()[0]
        assert line["is_complete"] == (is_whole and date < TODAY)
        if is_whole:
            assert line["difference"] == "0"
    api.clear_faults()
    state, quiet = run.state, settings(api, lookback_days=2, max_difference_percent=0)
    for _ in range(2):
        following = run_with(tap, quiet, "campaign_analytics", "ad_analytics", state=state)
        state = following.state
        assert {date for (_, _, date, _), line in lines_of(following).items() if line["is_complete"]} == {
            back(age) for age in (1, 2, 3)
        }
