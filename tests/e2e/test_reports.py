"""Days that direct requests do not reach come by asynchronous reports, and with analytics_source all of them."""

import datetime
import signal

import pytest
from compare import assert_nothing_refused, assert_same_rows, newest, reported_rows, true_rows
from harness import ENTITIES, Run, partition
from reporting import CREATE, DOWNLOAD, POLL, back, world  # noqa: F401
from running import Running, kept_by_a_target, limit_file_size

FIRST_DIRECT = "2025-12-11"  # 89 days back
OLDEST = "2023-09-09"  # 913 days back
STREAMS = ["campaign_analytics", "ad_analytics", "ad_group_analytics", "ad_account_analytics"]


def assert_rows(api, stream, rows, start):
    end = datetime.date.fromisoformat(FIRST_DIRECT) - datetime.timedelta(1)
    truth = reported_rows(api, stream, start, end_date=end) + true_rows(api, stream, FIRST_DIRECT)
    assert_same_rows(stream, rows, truth)


def counts(api):
    requests = api.counters()["requests"]
    return {name: requests.get(endpoint, 0) for name, endpoint in (("created", CREATE), ("downloaded", DOWNLOAD))}


def test_history_goes_on_where_direct_requests_end(tap, world, config):
    api = world(accounts=2)
    start = back(400)
    settings = config(api, start_date=start, lookback_days=3)
    first = tap.run(settings, catalog=tap.catalog(*STREAMS), code=0)
    for stream in STREAMS:
        assert_rows(api, stream, first.records[stream], start)
        for entry in first.state["bookmarks"][stream]["partitions"]:
            assert entry["covered"] == [[start, back(1)]]
    assert_nothing_refused(api)
    # 311 days are two reports, for each account and level.
    assert counts(api) == {"created": 16, "downloaded": 16}
    api.reset_counters()
    api.advance(days=1)
    second = tap.run(settings, catalog=tap.catalog(*STREAMS), state=first.state, code=0)
    assert counts(api) == {"created": 0, "downloaded": 0}
    for stream in STREAMS:
        assert min(row["DATE"] for row in second.records[stream]) >= back(4)
        assert_rows(api, stream, newest(stream, first, second), start)


def test_a_start_date_moved_back_is_read_by_report(tap, world, config):
    api = world()
    first = tap.run(config(api, start_date=back(30)), catalog=tap.catalog("campaign_analytics"), code=0)
    start = back(120)
    second = tap.run(
        config(api, start_date=start), catalog=tap.catalog("campaign_analytics"), state=first.state, code=0
    )
    assert_rows(api, "campaign_analytics", newest("campaign_analytics", first, second), start)
    assert counts(api)["created"] == 1
    assert second.log_lines("INFO", "start_date includes days that were never read")


def test_days_beyond_reports_are_missed(tap, world, config):
    api = world()
    run = tap.run(config(api, start_date="2023-09-01"), catalog=tap.catalog("campaign_analytics"), code=0)
    assert run.warnings("2023-09-01 to 2023-09-08", "were never read")
    entry = partition(run.state, "campaign_analytics", api.account_ids()[0])
    assert entry["covered"] == [[OLDEST, back(1)]]
    assert entry["missed"] == [["2023-09-01", "2023-09-08"]]
    assert counts(api)["created"] == 5
    assert_rows(api, "campaign_analytics", run.records["campaign_analytics"], OLDEST)


@pytest.mark.parametrize("granularity, start", [("DAY", back(200)), ("WEEK", "2025-10-06"), ("MONTH", "2025-10-01")])
def test_all_days_by_report_need_no_list_but_the_accounts(tap, world, config, granularity, start):
    api = world()
    settings = config(api, start_date=start, analytics_source="reports", analytics_granularity=granularity)
    run = tap.run(settings, catalog=tap.catalog(*STREAMS), code=0)
    requests = api.counters()["requests"]
    assert set(requests) == {"/ad_accounts", CREATE, POLL, DOWNLOAD}
    for stream in STREAMS:
        assert_same_rows(stream, run.records[stream], reported_rows(api, stream, start, granularity=granularity))


@pytest.mark.parametrize("options", [{"report_id_in_row": "no"}, {"gzip_reports": True},
                                     {"download_port": 0}, {"report_polls": 1}])
def test_every_form_of_a_report(tap, world, config, options):
    api = world(**options)
    start = back(120)
    run = tap.run(config(api, start_date=start), catalog=tap.catalog("campaign_analytics"), code=0)
    assert_rows(api, "campaign_analytics", run.records["campaign_analytics"], start)


@pytest.mark.parametrize("form", ["null", "body", "object"])
def test_every_form_of_a_report_without_rows(tap, world, config, form):
    api = world(empty_report=form, campaigns=0, ad_groups=0, ads=0)
    run = tap.run(config(api, start_date=back(120)), catalog=tap.catalog("campaign_analytics"), code=0)
    assert not run.records["campaign_analytics"]
    assert partition(run.state, "campaign_analytics", api.account_ids()[0])["covered"] == [[back(120), back(1)]]
    assert counts(api) == {"created": 1, "downloaded": 0 if form == "null" else 1}


def test_a_window_that_was_cut_short_is_not_ticked_off_by_reports(tap, world, config):
    """Its marker stands after an id of a list; reports have none."""
    api = world(ads=600, campaigns=300, ad_groups=300)
    settings = config(api, start_date=back(30), max_rate_limit_wait_seconds=1)
    api.fault("status", match="/ads/analytics", nth=3, status=429, headers={"x-ratelimit-reset": "300"})
    first = tap.run(settings, catalog=tap.catalog("ad_analytics"), code=1)
    assert "resume" in partition(first.state, "ad_analytics", api.account_ids()[0])
    second = tap.run(
        {**settings, "analytics_source": "reports"}, catalog=tap.catalog("ad_analytics"), state=first.state, code=0
    )
    assert_same_rows("ad_analytics", second.records["ad_analytics"], reported_rows(api, "ad_analytics", back(30)))


def test_the_token_never_reaches_the_host_of_downloads(tap, world, config):
    api = world(download_port=0)
    run = tap.run(config(api, start_date=back(120)), catalog=tap.catalog("campaign_analytics"), code=0)
    downloads = api.requests(match="/_reports/")
    assert downloads and not any(request["authorization"] for request in downloads)
    assert all(request["authorization"] for request in api.requests(match="/v5/"))
    assert "credentials" not in run.raw_stderr


@pytest.mark.parametrize("link, words", [("foreign_link", "not https"), ("redirecting_link", "redirect")])
def test_a_link_that_leads_astray_is_not_followed(tap, world, config, link, words):
    api = world()
    api.fault("report", endpoint=CREATE, report=link)
    run = tap.run(config(api, start_date=back(120)), catalog=tap.catalog("campaign_analytics"), code=1)
    assert run.log_lines("CRITICAL", "campaign_analytics", words)
    assert {row["DATE"] for row in run.records["campaign_analytics"]} >= {FIRST_DIRECT}
    api.clear_faults()
    later = tap.run(
        config(api, start_date=back(120)), catalog=tap.catalog("campaign_analytics"), state=run.state, code=0
    )
    assert_rows(api, "campaign_analytics", newest("campaign_analytics", run, later), back(120))


@pytest.mark.parametrize("fate", ["failed", "cancelled", "expired", "does_not_exist", "null_status", "no_status"])
def test_a_report_that_comes_to_nothing_is_created_once_more(tap, world, config, fate):
    api = world()
    api.fault("report", endpoint=CREATE, report=fate, times=1)
    run = tap.run(config(api, start_date=back(120)), catalog=tap.catalog("campaign_analytics"), code=0)
    assert counts(api) == {"created": 2, "downloaded": 1}
    assert run.log_lines("INFO", "creating it again")
    assert_rows(api, "campaign_analytics", run.records["campaign_analytics"], back(120))


def test_a_report_that_never_ends_fails_its_days_alone(tap, world, config):
    api = world()
    api.fault("report", endpoint=CREATE, report="never_ends")
    settings = config(api, start_date=back(120), report_timeout_seconds=1)
    run = tap.run(settings, catalog=tap.catalog(*STREAMS), code=1)
    assert run.log_lines("CRITICAL", "IN_PROGRESS")
    api.clear_faults()
    later = tap.run(settings, catalog=tap.catalog(*STREAMS), state=run.state, code=0)
    for stream in STREAMS:
        assert_rows(api, stream, newest(stream, run, later), back(120))


def test_a_report_that_fails_does_not_hold_up_the_others(tap, world, config):
    api = world()
    api.fault("report", endpoint=CREATE, report="failed", nth=[1, 2])  # the oldest window, twice
    settings = config(api, start_date=back(400))
    run = tap.run(settings, catalog=tap.catalog("campaign_analytics"), code=1)
    assert run.log_lines("ERROR", "campaign_analytics", f"lacks {back(400)} to {back(216)}", "FAILED")
    assert partition(run.state, "campaign_analytics", api.account_ids()[0])["covered"] == [[back(215), back(1)]]
    later = tap.run(settings, catalog=tap.catalog("campaign_analytics"), state=run.state, code=0)
    assert_rows(api, "campaign_analytics", newest("campaign_analytics", run, later), back(400))


def test_a_broken_download_goes_on_where_it_broke(tap, world, config):
    api = world(ads=200)
    api.fault("truncate", endpoint=DOWNLOAD, after_bytes=30_000, times=1)
    run = tap.run(config(api, start_date=back(180)), catalog=tap.catalog("ad_analytics"), code=0)
    assert_rows(api, "ad_analytics", run.records["ad_analytics"], back(180))
    first, second = api.requests(match="/_reports/")
    assert not first.get("range") and second["range"].startswith("bytes=")


def test_a_limit_of_cost_holds_up_reports_alone(tap, world, config):
    api = world()
    body = {"code": 2726, "message": "Reporting query cost limit exceeded. Retry after 1 seconds"}
    api.fault("status", endpoint=CREATE, status=429, body=body, times=1)
    run = tap.run(config(api, start_date=back(120)), catalog=tap.catalog("campaign_analytics"), code=0)
    assert run.log_lines("INFO", "limit for creating reports is reached")
    assert_rows(api, "campaign_analytics", run.records["campaign_analytics"], back(120))


def test_an_app_without_reports_reads_everything_else(tap, world, config):
    api = world()
    api.fault("status", endpoint=CREATE, status=403, body={"code": 29, "message": "No access to reports."})
    run = tap.run(config(api, start_date=back(120)), code=1)
    assert run.log_lines("CRITICAL", "Pinterest refuses reports", "No access to reports")
    assert {stream for stream in ENTITIES if run.records[stream]} == set(ENTITIES)
    assert {row["DATE"] for row in run.records["ad_analytics"]} >= {FIRST_DIRECT}


@pytest.mark.parametrize("disk, words", [
    ({"env": {"TMPDIR": "/nowhere"}}, "/nowhere"),
    ({"preexec_fn": lambda: limit_file_size(20_000_000)}, "File too large"),
])
def test_a_disk_that_is_full_is_named(tap, world, config, disk, words):
    api = world(ads=600)
    settings = config(api, start_date=back(180), analytics_source="reports")
    run = tap.run(settings, catalog=tap.catalog("ad_analytics"), code=1, **disk)
    assert run.log_lines("CRITICAL", words, "set TMPDIR")
    assert not run.records["ad_analytics"]


def test_a_run_killed_in_the_middle_of_a_download_reads_it_again(tap, world, config):
    api = world(ads=200)
    start = back(300)
    settings = config(api, start_date=start)
    api.fault("stall", endpoint=DOWNLOAD, after_bytes=30_000, stall_ms=600_000)
    catalog = tap.catalog("ad_analytics", "campaign_analytics")
    with Running(tap, settings, catalog=catalog, to_file=True) as running:
        while len(api.requests(match="/_reports/")) < 2:
            assert running.process.poll() is None
        running.send(signal.SIGKILL)
        running.wait()
        running.stdout.seek(0)
        lines, state = kept_by_a_target(running.stdout.read())
    api.clear_faults()
    # The direct requests may be done; no day of a report is ticked off.
    for stream in ("ad_analytics", "campaign_analytics"):
        for entry in (state or {"bookmarks": {}})["bookmarks"].get(stream, {}).get("partitions", []):
            assert all(first >= FIRST_DIRECT for first, _ in entry.get("covered", []))
    second = tap.run(settings, catalog=catalog, state=state, code=0)
    for stream in ("ad_analytics", "campaign_analytics"):
        assert_rows(api, stream, newest(stream, Run(0, lines + second.stdout, b"")), start)


def test_columns_that_reports_lack_are_null(tap, world, config):
    api = world()
    columns = ["SPEND_IN_DOLLAR", "QUIZ_PIN_RESULT_OPEN"]
    settings = config(api, start_date=back(120), analytics_columns=columns)
    run = tap.run(settings, catalog=tap.catalog("campaign_analytics", config=settings), code=0)
    assert len(run.log_lines("INFO", "reports do not have QUIZ_PIN_RESULT_OPEN")) == 1
    old = [row["metrics"] for row in run.records["campaign_analytics"] if row["DATE"] < FIRST_DIRECT]
    assert old and {metrics.get("QUIZ_PIN_RESULT_OPEN") for metrics in old} == {None}
