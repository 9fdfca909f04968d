"""Breakdowns by what was targeted: a row for each value of each type, at four levels."""

from collections import defaultdict
from decimal import Decimal

import pytest
from compare import assert_nothing_refused, assert_same_rows, newest, reported_rows, true_rows

START = "2026-02-20"
TYPES = ["AGE_BUCKET", "GENDER", "COUNTRY", "PLACEMENT", "APPTYPE"]
STREAMS = [f"{level}_targeting_analytics" for level in ("campaign", "ad_group", "ad", "ad_account")]


def truth_of(api, stream, start=START, types=TYPES, **parameters):
    return true_rows(api, stream, start, targeting_types=types, **parameters)


def test_every_value_at_every_level(tap, api, config):
    run = tap.run(config(api, start_date=START), catalog=tap.catalog(*STREAMS), code=0)
    for stream in STREAMS:
        truth = truth_of(api, stream)
        assert {row["targeting_type"] for row in truth} == set(TYPES)
        assert_same_rows(stream, run.records[stream], truth)
    assert_nothing_refused(api)


def test_types_and_attribution_are_asked_for_as_they_are_set(tap, api, config):
    types = ["LOCATION", "GENDER", "AUDIENCE_MULTIPLIER"]
    settings = config(api, start_date=START, targeting_types=types, attribution_types=["HOUSEHOLD"])
    run = tap.run(settings, catalog=tap.catalog("campaign_targeting_analytics"), code=0)
    truth = truth_of(api, "campaign_targeting_analytics", types=types)
    assert_same_rows("campaign_targeting_analytics", run.records["campaign_targeting_analytics"], truth)
    values = {row["targeting_value"] for row in run.records["campaign_targeting_analytics"]}
    assert any(value.isdigit() for value in values) and all(isinstance(value, str) for value in values)
    (query,) = {request["target"].split("&targeting_types=")[1].split("&campaign_ids")[0]
                for request in api.requests(match="/targeting_analytics")}
    assert query == "LOCATION,GENDER,AUDIENCE_MULTIPLIER&attribution_types=HOUSEHOLD"


def test_the_id_is_asked_for_whatever_the_columns(tap, api, config):
    settings = config(api, start_date=START, analytics_columns=["SPEND_IN_DOLLAR"])
    run = tap.run(settings, catalog=tap.catalog("ad_targeting_analytics", config=settings), code=0)
    truth = truth_of(api, "ad_targeting_analytics", columns=["SPEND_IN_DOLLAR"])
    assert_same_rows("ad_targeting_analytics", run.records["ad_targeting_analytics"], truth)


def test_values_add_up_to_their_entity(tap, api, config):
    settings = config(api, start_date=START, analytics_columns=["SPEND_IN_MICRO_DOLLAR", "TOTAL_IMPRESSION"])
    streams = ["ad_targeting_analytics", "ad_analytics"]
    run = tap.run(settings, catalog=tap.catalog(*streams, config=settings), code=0)
    whole = {(row["AD_ID"], row["DATE"]): row["metrics"] for row in run.records["ad_analytics"]}
    sums = {name: defaultdict(lambda: defaultdict(Decimal)) for name in TYPES}
    for row in run.records["ad_targeting_analytics"]:
        for column, value in (row["metrics"] or {}).items():
            sums[row["targeting_type"]][row["AD_ID"], row["DATE"]][column] += value or 0
    assert whole
    for by_entity in sums.values():
        assert by_entity
        for key, metrics in by_entity.items():
            for column, value in metrics.items():
                if whole[key].get(column) is not None:
                    assert value == whole[key][column], (key, column)


def test_a_type_that_a_level_lacks_is_a_mistake_of_the_config(tap, api, config):
    api.reset_counters()
    settings = config(api, start_date=START, targeting_types=["QUIZ_RESULT"])
    run = tap.run(settings, catalog=tap.catalog("campaign_targeting_analytics"), code=2)
    assert run.log_lines("CRITICAL", "campaign_targeting_analytics has no QUIZ_RESULT", "ad_targeting_analytics")
    assert api.counters()["requests"] == {}
    wrong = tap.run(config(api, targeting_types=["GENDR"]), code=2)
    assert wrong.log_lines("CRITICAL", "targeting_types", "GENDR", "GENDER")


def test_a_type_that_is_added_is_read_for_all_days(tap, api, config):
    stream = "campaign_targeting_analytics"
    first = tap.run(config(api, start_date=START, targeting_types=["GENDER"]), catalog=tap.catalog(stream), code=0)
    settings = config(api, start_date=START, targeting_types=["GENDER", "COUNTRY"], lookback_days=0)
    second = tap.run(settings, catalog=tap.catalog(stream), state=first.state, code=0)
    assert_same_rows(stream, second.records[stream], truth_of(api, stream, types=["GENDER", "COUNTRY"]))


@pytest.mark.parametrize("change", [{"targeting_types": ["GENDER"]}, {"attribution_types": ["INDIVIDUAL"]}])
def test_changed_breakdowns_are_said(tap, api, config, change):
    stream = "campaign_targeting_analytics"
    first = tap.run(config(api, start_date=START), catalog=tap.catalog(stream), code=0)
    second = tap.run(config(api, start_date=START, **change), catalog=tap.catalog(stream), state=first.state, code=0)
    assert len(second.warnings(stream, *change, "changed since the last run")) == 1


def test_the_next_run_reads_the_look_back(tap, api, config):
    settings = config(api, start_date=START, lookback_days=3)
    first = tap.run(settings, catalog=tap.catalog(*STREAMS), code=0)
    api.generation(1)
    api.advance(days=1)
    second = tap.run(settings, catalog=tap.catalog(*STREAMS), state=first.state, code=0)
    for stream in STREAMS:
        assert min(row["DATE"] for row in second.records[stream]) >= "2026-03-06"
        assert_same_rows(stream, newest(stream, first, second), truth_of(api, stream))


def test_history_comes_by_reports_of_at_most_five_types(tap, simulate, config):
    api = simulate(accounts=1, campaigns=4, ad_groups=6, ads=8, pins=0, report_polls=0)
    types = [*TYPES, "LOCATION", "REGION"]
    start = "2025-11-20"
    settings = config(api, start_date=start, targeting_types=types, analytics_source="reports")
    stream = "campaign_targeting_analytics"
    run = tap.run(settings, catalog=tap.catalog(stream), code=0)
    assert api.counters()["requests"]["POST /ad_accounts/{ad_account_id}/reports"] == 2
    truth = reported_rows(api, stream, start, targeting_types=types)
    assert_same_rows(stream, run.records[stream], truth)
