"""Streams that only asynchronous reports read: those of the table, and those of the configuration."""

import pytest
from compare import COLUMNS, assert_nothing_refused, assert_same_rows, newest, reported_rows
from harness import KEYS, partition
from reporting import CREATE, DOWNLOAD, POLL, back, world  # noqa: F401

OF_TEMPLATES = "/ad_accounts/{ad_account_id}/templates/{template_id}/reports"
REPORTS = {"keyword_report": "KEYWORD", "product_group_report": "PRODUCT_GROUP", "product_item_report": "PRODUCT_ITEM"}
# What these levels refuse.
REFUSED = {
    "KEYWORD": {"TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY"},
    "PRODUCT_ITEM": {"AD_ID", "PIN_ID", "AD_NAME"},
}
# The keys of the custom reports below.
OWN_KEYS = {
    "status": ["AD_ID", "DATE"],
    "gender": ["PRODUCT_GROUP_ID", "DATE", "targeting_type", "targeting_value"],
    "coarse": ["CAMPAIGN_ID", "DATE"],
    "whole": ["AD_ACCOUNT_ID", "DATE"],
    "items": ["PRODUCT_ITEM_ID", "DATE"],
    "mine": ["CAMPAIGN_ID", "DATE"],
    "saved": ["CAMPAIGN_ID", "DATE"],
    "saved_gender": ["AD_ID", "DATE", "targeting_type", "targeting_value"],
}


@pytest.fixture(autouse=True)
def own_keys(monkeypatch):
    for name, key in OWN_KEYS.items():
        monkeypatch.setitem(KEYS, name, key)


def truth(api, level, start, columns=COLUMNS, **parameters):
    """What reports of a level say: in each row the columns that the level has, and null for the others."""
    refused = REFUSED.get(level, set()) & set(columns)
    asked = [column for column in columns if column not in refused]
    rows = reported_rows(api, "reports", start, level=level, columns=asked, **parameters)
    for row in rows:
        row["metrics"].update(dict.fromkeys(refused))
    return rows


def with_key(rows, level):
    """The rows of keywords name their ad group in the key, too."""
    for row in rows:
        if level == "KEYWORD":
            row["AD_GROUP_ID"] = row["metrics"]["AD_GROUP_ID"]
    return rows


def created(api):
    return api.counters()["requests"].get(CREATE, 0)


def own(name, level, columns, **settings):
    return {"name": name, "level": level, "columns": columns, **settings}


def run_own(tap, api, config, *reports, state=None, code=0, **settings):
    path = config(api, custom_reports=list(reports), **settings)
    names = ",".join(report["name"] for report in reports)
    run = tap.run(path, "--select", names, state=state, code=code)
    for name, schema in run.schemas.items():
        assert schema["key_properties"] == KEYS[name]
    return run


@pytest.mark.parametrize("stream, level", REPORTS.items())
def test_a_report_stream_has_every_row(tap, world, config, stream, level):
    api = world(accounts=2)
    start = back(60)
    settings = config(api, start_date=start, lookback_days=3)
    first = tap.run(settings, catalog=tap.catalog(stream), code=0)
    assert_same_rows(stream, first.records[stream], with_key(truth(api, level, start), level))
    assert len(first.records[stream]) > 100
    assert set(api.counters()["requests"]) == {"/ad_accounts", CREATE, POLL, DOWNLOAD}
    assert created(api) == 2 * (3 if level == "PRODUCT_ITEM" else 1)
    assert_nothing_refused(api)
    for entry in first.state["bookmarks"][stream]["partitions"]:
        assert entry["covered"] == [[start, back(1)]]
    api.advance(days=1)
    second = tap.run(settings, catalog=tap.catalog(stream), state=first.state, code=0)
    assert min(row["DATE"] for row in second.records[stream]) >= back(4)
    assert_same_rows(stream, newest(stream, first, second), with_key(truth(api, level, start), level))


def test_product_items_reach_less_far_back(tap, world, config):
    api = world()
    run = tap.run(config(api, start_date=back(200)), catalog=tap.catalog("product_item_report"), code=0)
    stream = "product_item_report"
    assert run.warnings(f"{back(200)} to {back(92)}", "were never read")
    entry = partition(run.state, stream, api.account_ids()[0])
    assert entry["covered"] == [[back(91), back(1)]]
    assert created(api) == 4
    assert_same_rows(stream, run.records[stream], truth(api, "PRODUCT_ITEM", back(91)))
    assert run.log_lines("INFO", "reports do not have PIN_ID, AD_ID, AD_NAME") or run.log_lines(
        "INFO", "reports do not have AD_ID, PIN_ID, AD_NAME"
    )


@pytest.mark.parametrize("source", ["direct", "reports"])
def test_they_are_reports_whatever_the_source(tap, world, config, source):
    api = world()
    settings = config(api, start_date=back(20), analytics_source=source)
    run = tap.run(settings, catalog=tap.catalog("product_group_report"), code=0)
    rows = truth(api, "PRODUCT_GROUP", back(20))
    assert_same_rows("product_group_report", run.records["product_group_report"], rows)


def test_a_custom_report_has_columns_of_reports_alone(tap, world, config):
    api = world()
    columns = ["SPEND_IN_DOLLAR", "CAMPAIGN_STATUS", "TOTAL_CONVERSIONS_QUANTITY", "AD_ID"]
    run = run_own(tap, api, config, own("status", "PIN_PROMOTION", columns), start_date=back(100))
    assert_same_rows("status", run.records["status"], truth(api, "PIN_PROMOTION", back(100), columns))
    assert created(api) == 1


# Of each level the columns of its key.
SUBJECTS = {
    "ADVERTISER": ["AD_ACCOUNT_ID"],
    "CAMPAIGN": ["CAMPAIGN_ID"],
    "AD_GROUP": ["AD_GROUP_ID"],
    "PIN_PROMOTION": ["AD_ID"],
    "KEYWORD": ["KEYWORD_ID", "AD_GROUP_ID"],
    "PRODUCT_GROUP": ["PRODUCT_GROUP_ID"],
    "PRODUCT_ITEM": ["PRODUCT_ITEM_ID"],
}
LEVELS = [*SUBJECTS, *(f"{level}_TARGETING" for level in SUBJECTS if level != "KEYWORD")]


@pytest.mark.parametrize("level", LEVELS)
def test_every_level(tap, world, config, monkeypatch, level):
    api = world()
    targeting = {"targeting_types": ["GENDER", "COUNTRY"]} if level.endswith("_TARGETING") else {}
    subject = SUBJECTS[level.removesuffix("_TARGETING")]
    monkeypatch.setitem(KEYS, "mine", [*subject, "DATE", *(["targeting_type", "targeting_value"] if targeting else [])])
    columns = ["SPEND_IN_DOLLAR", "TOTAL_IMPRESSION", *(["AD_GROUP_ID"] if level == "KEYWORD" else [])]
    run = run_own(tap, api, config, own("mine", level, columns, **targeting), start_date=back(20))
    rows = with_key(truth(api, level, back(20), columns, **targeting), level)
    for row in rows:
        if "AD_ACCOUNT_ID" in subject:  # two columns of that name would clash in most databases
            del row["ad_account_id"]
    assert len(rows) > 10
    assert_same_rows("mine", run.records["mine"], rows)


def test_a_custom_report_by_targeting_and_filter(tap, world, config):
    api = world()
    report = own(
        "gender", "PRODUCT_GROUP_TARGETING", ["SPEND_IN_DOLLAR", "PRODUCT_GROUP_ID"],
        targeting_types=["GENDER", "AGE_BUCKET"],
        filters={"metrics_filters": [{"field": "SPEND_IN_DOLLAR", "operator": "GREATER_THAN", "values": [1]}]},
    )
    run = run_own(tap, api, config, report, start_date=back(20))
    rows = truth(api, "PRODUCT_GROUP_TARGETING", back(20), report["columns"],
                 targeting_types=report["targeting_types"])
    kept = [row for row in rows if float(row["metrics"]["SPEND_IN_DOLLAR"] or 0) > 1]
    assert 0 < len(kept) < len(rows)
    assert_same_rows("gender", run.records["gender"], kept)


@pytest.mark.parametrize("granularity, start", [("WEEK", "2025-12-29"), ("MONTH", "2025-10-01"), ("HOUR", back(2))])
def test_a_custom_report_has_a_granularity_of_its_own(tap, world, config, granularity, start):
    api = world()
    columns = ["SPEND_IN_DOLLAR", "TOTAL_IMPRESSION"]
    report = own("coarse", "CAMPAIGN", columns, granularity=granularity, start_date=start)
    run = run_own(tap, api, config, report, start_date=back(5))
    rows = truth(api, "CAMPAIGN", start, columns, granularity=granularity)
    for row in rows:
        row["DATE"] += "Z" if granularity == "HOUR" else ""
    assert_same_rows("coarse", run.records["coarse"], rows)


def test_a_month_of_product_items_is_one_report(tap, world, config):
    """Of two reports each would hold a part of the month's row, and the later would win."""
    api = world()
    report = own("items", "PRODUCT_ITEM", ["SPEND_IN_DOLLAR"], granularity="MONTH", start_date="2026-01-01")
    run = run_own(tap, api, config, report)
    rows = truth(api, "PRODUCT_ITEM", "2026-01-01", report["columns"], granularity="MONTH")
    assert {row["DATE"] for row in rows} == {"2026-01-01", "2026-02-01", "2026-03-01"}
    assert_same_rows("items", run.records["items"], rows)


def test_a_total_is_one_row_dated_by_its_first_day(tap, world, config):
    api = world()
    report = own("whole", "ADVERTISER", ["SPEND_IN_DOLLAR"], granularity="TOTAL", start_date=back(150))
    run = run_own(tap, api, config, report, end_date=back(0))
    [row] = run.records["whole"]
    assert (row["AD_ACCOUNT_ID"], row["DATE"]) == (api.account_ids()[0], back(150))
    assert "ad_account_id" not in row
    assert created(api) == 1


def test_another_level_or_filter_is_read_anew(tap, world, config):
    api = world()
    first = run_own(tap, api, config, own("mine", "CAMPAIGN", ["SPEND_IN_DOLLAR"]), start_date=back(40),
                    lookback_days=0)
    report = own("mine", "CAMPAIGN", ["SPEND_IN_DOLLAR"], filters={"campaign_statuses": ["RUNNING"]})
    again = run_own(tap, api, config, report, state=first.state, start_date=back(40), lookback_days=0)
    days = {row["DATE"] for row in again.records["mine"]}
    assert len(days) > 30
    same = run_own(tap, api, config, report, state=again.state, start_date=back(40), lookback_days=0)
    assert {row["DATE"] for row in same.records["mine"]} <= {back(0), back(1)}


def test_a_template_decides_on_its_columns(tap, world, config):
    api = world(accounts=2)
    account = api.account_ids()[1]
    reports = [
        {"name": "saved", "level": "CAMPAIGN", "template_id": "730001", "ad_account_id": account},
        {"name": "saved_gender", "level": "PIN_PROMOTION_TARGETING", "template_id": "730002",
         "ad_account_id": account},
    ]
    run = run_own(tap, api, config, *reports, start_date=back(300))
    columns = ["SPEND_IN_DOLLAR", "CAMPAIGN_NAME", "CAMPAIGN_STATUS"]
    rows = truth(api, "CAMPAIGN", back(300), columns, account=1)
    for row in run.records["saved"]:
        assert set(row["metrics"]) <= {*columns, "DATE", "CAMPAIGN_ID", "AD_ACCOUNT_ID"}
        row["metrics"] = {name: row["metrics"].get(name) for name in columns}
    assert_same_rows("saved", run.records["saved"], rows)
    for row in run.records["saved_gender"]:
        row["metrics"] = {"SPEND_IN_DOLLAR": row["metrics"].get("SPEND_IN_DOLLAR")}
    rows = truth(api, "PIN_PROMOTION_TARGETING", back(300), ["SPEND_IN_DOLLAR"], account=1, targeting_types=["GENDER"])
    assert_same_rows("saved_gender", run.records["saved_gender"], rows)
    assert api.counters()["requests"][OF_TEMPLATES] == 4
    assert run.schemas["saved"]["schema"]["properties"]["metrics"].get("properties") is None


def test_a_template_that_is_gone_leaves_the_rest_alone(tap, world, config):
    api = world()
    gone = {"name": "saved", "level": "CAMPAIGN", "template_id": "1", "ad_account_id": api.account_ids()[0]}
    run = run_own(tap, api, config, gone, own("mine", "CAMPAIGN", ["SPEND_IN_DOLLAR"]), start_date=back(5), code=1)
    assert run.records["mine"]
    assert run.log_lines("saved", "Template not found")


def test_the_account_of_a_template_must_be_there(tap, world, config):
    api = world()
    report = {"name": "saved", "level": "CAMPAIGN", "template_id": "730001", "ad_account_id": "549700000000"}
    run = run_own(tap, api, config, report, start_date=back(5), code=1)
    assert run.log_lines("account 549700000000 is listed in custom_reports, but Pinterest does not list it")


def test_a_custom_report_cannot_take_a_name_of_the_tap(tap, world, config):
    api = world()
    path = config(api, custom_reports=[own("campaigns", "CAMPAIGN", ["CTR"])])
    run = tap.run(path, code=2)
    assert run.log_lines("CRITICAL", "campaigns is a stream of the tap; choose another name")
