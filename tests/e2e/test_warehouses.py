"""From Pinterest into databases with `meltano run`, and what SQL then says beside the simulator's truth."""

import csv
import json
import os
import signal
import subprocess
from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from compare import true_entities, true_rows
from harness import ENTITIES
from meltano_project import PARTNERS, Project
from running import wait_until

START, TODAY = "2026-03-01", "2026-03-10"
WORLD = {"accounts": 2, "campaigns": 12, "ad_groups": 20, "ads": 30, "pins": 20, "plain_values": True}
STREAMS = ["ad_accounts", *ENTITIES, "pins", "campaign_analytics", "ad_analytics", "pin_analytics"]
STATE_ID = "prod:tap-pinterest-to-{}"


@pytest.fixture
def api(simulate):
    return simulate(**WORLD)


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


class MeltanoLabs:
    """The loader of the example: columns have the names of the fields."""

    name = "target-postgres"
    key = '"CAMPAIGN_ID"'
    metrics = "metrics"

    def configure(self, project, postgres, database):
        url = f"postgresql+psycopg://tap@/{database}?host={postgres.folder}"
        project.set(TARGET_POSTGRES_SQLALCHEMY_URL=url)


class Pipelinewise:
    """Writes in batches, by COPY; its columns are in lower case."""

    name = "pipelinewise-target-postgres"
    key = "campaign_id"
    metrics = "metrics"

    def configure(self, project, postgres, database):
        project.set(
            PIPELINEWISE_TARGET_POSTGRES_HOST=postgres.folder,
            PIPELINEWISE_TARGET_POSTGRES_PORT="5432",
            PIPELINEWISE_TARGET_POSTGRES_USER="tap",
            PIPELINEWISE_TARGET_POSTGRES_PASSWORD="none",
            PIPELINEWISE_TARGET_POSTGRES_DBNAME=database,
            PIPELINEWISE_TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA="pinterest",
        )


LOADERS = [MeltanoLabs(), Pipelinewise()]


@pytest.fixture
def project(tmp_path, api, loader, postgres, database):
    made = Project(tmp_path, api)
    loader.configure(made, postgres, database)
    return made


def true_counts(api):
    entities = {stream: len(true_entities(api, stream)) for stream in ENTITIES}
    analytics = {stream: len(true_rows(api, stream, START)) for stream in STREAMS if stream.endswith("analytics")}
    return {"ad_accounts": WORLD["accounts"], "pins": WORLD["pins"], **entities, **analytics}


def ledger(api):
    """What each campaign has spent since the start, from the simulator's books."""
    spent = defaultdict(Decimal)
    for row in true_rows(api, "campaign_analytics", START):
        spent[row["CAMPAIGN_ID"]] += Decimal(row["metrics"]["SPEND_IN_DOLLAR"] or 0)
    return dict(spent)


def spend_query(loader):
    return (
        f"select {loader.key}, sum(coalesce(({loader.metrics}->>'SPEND_IN_DOLLAR')::numeric, 0))"
        " from pinterest.campaign_analytics group by 1 order by 1"
    )


def assert_books_agree(api, loader, postgres, database):
    """Counts of every table, and the spend of every campaign."""
    found = {
        stream: int(postgres.sql(database, f"select count(*) from pinterest.{stream}")[0][0]) for stream in STREAMS
    }
    assert found == true_counts(api)
    query = spend_query(loader)
    spent = {key: Decimal(value) for key, value in postgres.sql(database, query)}
    books = ledger(api)
    print(f"sql> {query}")
    for key, value in list(spent.items())[:5]:
        print(f"  {key:>15} | {value:>18} | ledger {books.get(key)}")
    print(f"  all {len(spent)} campaigns: {sum(spent.values())} | ledger {sum(books.values())}; rows: {found}")
    assert spent == books


@pytest.mark.parametrize("loader", LOADERS, ids=lambda loader: loader.name)
def test_spend_in_postgresql_is_the_ledgers_after_two_runs_and_a_kill(project, api, loader, postgres, database):
    command = ["run", "--no-install", "tap-pinterest", loader.name]
    project.run(*command)
    assert_books_agree(api, loader, postgres, database)
    first = project.state(STATE_ID.format(loader.name))
    books = ledger(api)

    api.generation(1)
    api.advance(hours=1)
    api.touch("campaigns", [3, 4], account=1)
    project.run(*command)
    assert ledger(api) != books
    assert_books_agree(api, loader, postgres, database)
    assert project.state(STATE_ID.format(loader.name)) != first

    # Half of the analytics are in, one request hangs, and the tap is killed.
    api.advance(days=1)
    api.generation(2)
    api.reset_counters()
    api.fault("stall", endpoint="/ad_accounts/{ad_account_id}/ads/analytics", nth=[2, 2], stall_ms=60_000)
    process = project.start(*command)
    wait_until(lambda: api.counters()["faults"], "the request that hangs")
    (tap,) = project.taps()
    os.kill(tap, signal.SIGKILL)
    project.finish(process, code=1)
    api.clear_faults()
    project.run(*command)
    assert_books_agree(api, loader, postgres, database)


@pytest.mark.parametrize("loader", [MeltanoLabs()], ids=lambda loader: loader.name)
def test_columns_and_values_in_postgresql(project, api, loader, postgres, database):
    project.run("run", "--no-install", "tap-pinterest", loader.name)
    columns = "select column_name, data_type from information_schema.columns where table_schema = 'pinterest'"
    types = dict(postgres.sql(database, f"{columns} and table_name = 'campaigns'"))
    wanted = {
        "id": "text",
        "name": "text",
        "daily_spend_cap": "bigint",
        "created_time": "timestamp without time zone",
        "is_campaign_budget_optimization": "boolean",
        "tracking_urls": "jsonb",
    }
    assert {name: types[name] for name in wanted} == wanted
    types = dict(postgres.sql(database, f"{columns} and table_name = 'campaign_analytics'"))
    assert types["DATE"] in ("date", "timestamp without time zone")
    rows = postgres.sql(database, "select id, name, status, ad_account_id from pinterest.campaigns order by id")
    true = [
        [each[name] for name in ("id", "name", "status", "ad_account_id")] for each in true_entities(api, "campaigns")
    ]
    assert rows == sorted(true)
    keys = postgres.sql(database, 'select "CAMPAIGN_ID", "DATE"::date from pinterest.campaign_analytics')
    true = [(row["CAMPAIGN_ID"], row["DATE"]) for row in true_rows(api, "campaign_analytics", START)]
    assert Counter(map(tuple, keys)) == Counter(true)


@pytest.mark.parametrize("loader", [MeltanoLabs()], ids=lambda loader: loader.name)
def test_many_accounts_are_split_over_runs_beside_each_other(project, api, loader, postgres, database):
    europe, americas = api.account_ids()
    project.set(
        TAP_PINTEREST_EUROPE_AD_ACCOUNT_IDS=json.dumps([europe]),
        TAP_PINTEREST_AMERICAS_AD_ACCOUNT_IDS=json.dumps([americas]),
    )
    # The first run makes Meltano's own database and the tables, which two at once would both try.
    project.run("run", "--no-install", "pinterest-europe")
    api.advance(hours=1)
    api.generation(1)
    parts = [project.start("run", "--no-install", f"pinterest-{part}") for part in ("europe", "americas")]
    for part in parts:
        project.finish(part)
    assert_books_agree(api, loader, postgres, database)
    for part, account in (("europe", europe), ("americas", americas)):
        partitions = project.state(f"prod:tap-pinterest-{part}-to-target-postgres")["bookmarks"]["ads"]["partitions"]
        assert [each["context"]["ad_account_id"] for each in partitions] == [account]


# --- DuckDB -------------------------------------------------------------------------------------------------------

DUCKDB = """
import duckdb, json, sys
rows = duckdb.connect(sys.argv[1], read_only=True).execute(sys.argv[2]).fetchall()
print(json.dumps(rows, default=str))
"""


def test_spend_in_duckdb_is_the_ledgers(tmp_path, api):
    project = Project(tmp_path, api)

    def sql(query):
        python = PARTNERS / "target-duckdb" / "bin" / "python"
        command = [python, "-c", DUCKDB, tmp_path / "output" / "warehouse.duckdb", query]
        return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)

    for generation in (0, 1):
        api.generation(generation)
        project.run("run", "--no-install", "tap-pinterest", "target-duckdb")
        counts = {stream: sql(f"select count(*) from pinterest.{stream}")[0][0] for stream in STREAMS}
        assert counts == true_counts(api)
        query = (
            "select campaign_id, sum(coalesce((metrics->>'SPEND_IN_DOLLAR')::decimal(38, 12), 0))"
            " from pinterest.campaign_analytics group by 1 order by 1"
        )
        spent = {key: Decimal(value) for key, value in sql(query)}
        print(f"sql> {query}\n  all {len(spent)} campaigns: {sum(spent.values())} | ledger {sum(ledger(api).values())}")
        assert spent == ledger(api)


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loader", ["singer-target-csv", "meltanolabs-target-csv"])
def test_both_csv_targets_get_every_row(tmp_path, api, loader):
    project = Project(tmp_path, api)
    project.run("run", "--no-install", "tap-pinterest", loader)
    found = {}
    for path in (tmp_path / "output").iterdir():
        with open(path, newline="", encoding="utf-8") as file:
            found[path.stem.split("-")[0]] = list(csv.DictReader(file))
    assert {stream: len(rows) for stream, rows in found.items()} == true_counts(api)
    true = {each["id"]: each["name"] for each in true_entities(api, "ads")}
    assert {row["id"]: row["name"] for row in found["ads"]} == true
