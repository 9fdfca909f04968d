"""History, every level and every breakdown through Meltano: what SQL says beside the simulator's truth."""

import json
import subprocess
from decimal import Decimal

import pytest
from compare import EVERY_STATUS, reported_rows, true_rows
from meltano_project import PARTNERS, Project
from test_warehouses import DUCKDB, MeltanoLabs

START, LAST_BY_REPORT, FIRST_DIRECT = "2025-11-10", "2025-12-10", "2025-12-11"
WORLD = {"accounts": 2, "campaigns": 6, "ad_groups": 8, "ads": 10, "pins": 0, "plain_values": True,
         "report_polls": 0, "limits": "off"}  # fmt: skip
CUSTOM = {"name": "items_by_week", "level": "PRODUCT_ITEM", "columns": ["SPEND_IN_DOLLAR", "PRODUCT_ITEM_NAME"],
          "granularity": "WEEK", "start_date": "2026-02-09"}  # fmt: skip
TYPES = ["GENDER", "COUNTRY"]
# With reports for what lies before the reach of direct requests.
DIRECT = ["campaign_analytics", "ad_group_analytics", "ad_analytics", "ad_account_analytics"]
BROKEN_DOWN = ["campaign_targeting_analytics", "ad_targeting_analytics"]
REPORTS = {"keyword_report": "KEYWORD", "product_group_report": "PRODUCT_GROUP"}
STREAMS = [*DIRECT, *BROKEN_DOWN, *REPORTS, "product_group_promotions", "product_group_analytics", "user_account",
           "user_account_analytics", "items_by_week"]  # fmt: skip


@pytest.fixture
def api(simulate):
    return simulate(**WORLD)


def configure(project):
    project.set(
        TAP_PINTEREST_START_DATE=START,
        TAP_PINTEREST_TARGETING_TYPES=json.dumps(TYPES),
        TAP_PINTEREST_CUSTOM_REPORTS=json.dumps([CUSTOM]),
        TAP_PINTEREST__SELECT=json.dumps([f"{stream}.*" for stream in STREAMS]),
    )
    return project


def spent(rows):
    return sum((Decimal(row["metrics"].get("SPEND_IN_DOLLAR") or 0) for row in rows if row["metrics"]), Decimal())


def truth(api):
    """Of each stream how many rows there are, and what they have spent."""
    rows = {}
    for stream in [*DIRECT, *BROKEN_DOWN]:
        kind = {"targeting_types": TYPES} if stream in BROKEN_DOWN else {}
        rows[stream] = reported_rows(api, stream, START, end_date=LAST_BY_REPORT, **kind)
        rows[stream] += true_rows(api, stream, FIRST_DIRECT, **kind)
    for stream, level in REPORTS.items():
        rows[stream] = reported_rows(api, "reports", START, level=level)
    columns = ["SPEND_IN_DOLLAR"]
    rows["items_by_week"] = reported_rows(
        api, "reports", CUSTOM["start_date"], level="PRODUCT_ITEM", granularity="WEEK", columns=columns
    )
    rows["product_group_analytics"] = true_rows(api, "product_group_analytics", FIRST_DIRECT, statuses=EVERY_STATUS)
    return {stream: (len(found), spent(found)) for stream, found in rows.items()}


def assert_books_agree(api, sql):
    expected = truth(api)
    assert all(count for count, _ in expected.values())
    query = "select count(*), coalesce(sum((metrics->>'SPEND_IN_DOLLAR')::decimal(30, 12)), 0) from pinterest.{}"
    found = {}
    for stream in expected:
        [[count, spend]] = sql(query.format(stream))
        found[stream] = (int(count), Decimal(spend))
        print(f"{stream:>30} | {count:>6} rows | {spend} | truth {expected[stream]}")
    assert found == expected
    [[listed]] = sql('select count(distinct "PRODUCT_GROUP_ID") from pinterest.product_group_analytics')
    [[promoted]] = sql("select count(*) from pinterest.product_group_promotions")
    assert 0 < int(listed) <= int(promoted)
    assert sql("select count(*) from pinterest.user_account") in ([["1"]], [[1]])
    [[days]] = sql("select count(*) from pinterest.user_account_analytics")
    assert int(days) == len(api.truth("user_account_analytics", start_date=FIRST_DIRECT))


def test_history_in_postgresql(tmp_path, api, postgres):
    database = postgres.create_database()
    project = configure(Project(tmp_path, api))
    loader = MeltanoLabs()
    loader.configure(project, postgres, database)
    for _ in range(2):
        project.run("run", "--no-install", "tap-pinterest", loader.name)
        assert_books_agree(api, lambda query: postgres.sql(database, query))


def test_history_in_duckdb(tmp_path, api):
    project = configure(Project(tmp_path, api))

    def sql(query):
        python = PARTNERS / "target-duckdb" / "bin" / "python"
        command = [python, "-c", DUCKDB, tmp_path / "output" / "warehouse.duckdb", query]
        return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)

    project.run("run", "--no-install", "tap-pinterest", "target-duckdb")
    assert_books_agree(api, sql)
