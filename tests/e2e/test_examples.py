"""The examples, as they stand: each script with the real programs, its results beside the simulator's ledger."""

import json
import re
from collections import Counter
from decimal import Decimal

import pytest
from compare import assert_same_keys, true_entities, true_rows
from harness import BY_DEFAULT
from shell import ROOT, SHELL, Shell, query

ENTITY_STREAMS = ("ad_accounts", "campaigns", "ad_groups", "ads", "pins")
SPEND_BY_CAMPAIGN = """
select ad_account_id as account, max(CAMPAIGN_NAME) as campaign, sum(SPEND_IN_DOLLAR) as spend
from campaign_analytics group by ad_account_id, CAMPAIGN_ID"""

DATA_QUALITY = (ROOT / "docs" / "data-quality.md").read_text()
START = "2026-02-20"


@pytest.fixture
def world(simulate):
    return simulate(accounts=2, campaigns=20, ad_groups=5, ads=20, pins=10)


@pytest.fixture
def shell(tap, world, config):
    return Shell(tap, config(world, start_date=START))


def records(path, stream):
    """The ids of a stream's records in a file of messages."""
    messages = [json.loads(line) for line in path.read_text().splitlines()]
    return [each["record"]["id"] for each in messages if each["type"] == "RECORD" and each["stream"] == stream]


def true_spend(world):
    """Account, campaign and spend of each campaign, by the ledger; names need not be a campaign's alone."""
    spend, names = Counter(), {}
    for row in true_rows(world, "campaign_analytics", START):
        key = row["ad_account_id"], row["CAMPAIGN_ID"]
        spend[key] += Decimal(row["metrics"]["SPEND_IN_DOLLAR"] or 0)
        names[key] = row["metrics"]["CAMPAIGN_NAME"] or names.get(key)
    return sorted((key[0], names[key], value) for key, value in spend.items())


def test_to_files_goes_on_where_the_last_run_ended(shell, tap, world):
    folder = tap.directory / "pinterest"
    shell("to_files.sh", folder)
    (first,) = folder.glob("*.jsonl")
    world.touch("campaigns", [4])
    shell("to_files.sh", folder)
    last = max(folder.glob("*.jsonl"))
    everything, new = (records(file, "campaigns") for file in (first, last))
    assert_same_keys(everything, [campaign["id"] for campaign in true_entities(world, "campaigns")])
    assert 0 < len(new) < len(everything)


def test_to_duckdb_has_the_ledgers_spend_also_after_it_was_restated(shell, tap, world):
    database = tap.directory / "pinterest.duckdb"
    spends = []
    for generation in range(2):
        world.generation(generation)
        printed = shell("to_duckdb.sh", database)
        assert "currency" in printed and "\u2588" in printed
        totals = query(shell, database, SPEND_BY_CAMPAIGN)
        spend = [(row["account"], row["campaign"], Decimal(row["spend"])) for row in totals]
        assert sorted(spend) == true_spend(world)
        rows = query(shell, database, f".read '{SHELL / 'spend.sql'}'")
        assert sorted(Decimal(row["spend"]) for row in rows) == sorted(round(each[-1], 2) for each in spend)
        assert rows == sorted(rows, key=lambda row: (row["currency"], -Decimal(row["spend"])))
        assert len({(row["account"], row["currency"]) for row in rows}) == 2
        spends.append(spend)
    assert sorted(spends[0]) != sorted(spends[1])
    for stream in BY_DEFAULT:
        (count,) = query(shell, database, f"select count(*) as rows from {stream}")
        truth = true_entities(world, stream) if stream in ENTITY_STREAMS else true_rows(world, stream, START)
        assert count["rows"] == len(truth)
    described = query(shell, database, "describe campaign_analytics")
    types = {column["column_name"]: column["column_type"] for column in described}
    assert types["DATE"] == "DATE" and types["SPEND_IN_DOLLAR"] == "DECIMAL(38,12)" and types["CAMPAIGN_NAME"] == "VARCHAR"
    assert list(types).count("CAMPAIGN_ID") == 1 and "metrics__CAMPAIGN_ID" not in types


def test_to_duckdb_loads_an_incomplete_run_and_says_so(shell, tap, world):
    denied = world.account_ids()[0]
    world.fault("status", endpoint="/ad_accounts/{ad_account_id}/campaigns", match=denied, every=1, status=400)
    database = tap.directory / "pinterest.duckdb"
    printed = shell("to_duckdb.sh", database, code=1)
    assert "\u2588" in printed
    (count,) = query(shell, database, "select count(distinct ad_account_id) as accounts from campaigns")
    assert count["accounts"] == 1


def test_to_duckdb_leaves_a_database_of_another_program_alone(shell, tap, world):
    database = tap.directory / "mine.duckdb"
    shell("duckdb", database, "create table mine (value text)")
    said = shell("to_duckdb.sh", database, code=2, said="stderr")
    assert f"{database} holds no state: did another program make it? Name another file" in said
    assert query(shell, database, "show tables") == [{"name": "mine"}]
    assert not world.counters()["requests"]


def test_to_duckdb_asks_the_terminal_nothing(shell, tap):
    """This one never answers."""
    script, database = SHELL / "to_duckdb.sh", tap.directory / "pinterest.duckdb"
    printed = shell("script", "-qec", f"{script} {tap.directory}/config.json {database}", "/dev/null")
    assert "\u2588" in printed and "\x1b]" not in printed


def test_data_quality_finds_what_its_page_says_it_does(shell, tap, simulate, config):
    """Each query of the page prints the table below it, and the log has its lines."""
    world = simulate(accounts=1, campaigns=2, ad_groups=2, ads=6, pins=0, broken_identity=4)
    world.touch("ads", [4], status="ARCHIVED")
    changes = {
        "entity_statuses": ["ACTIVE", "PAUSED"],
        "analytics_columns": "SPEND_IN_DOLLAR TOTAL_IMPRESSION IMPRESSION_1 IMPRESSION_2 CAMPAIGN_ID CAMPAIGN_NAME".split(),
    }
    tap.write("config.json", config(world, start_date="2026-03-04", **changes))
    (command,) = re.findall(r"```sh\nexamples/shell/to_duckdb.sh config.json (.*?)```", DATA_QUALITY, re.DOTALL)
    log = shell("to_duckdb.sh", *command.replace("\\\n", " ").split(), said="stderr")
    (lines,) = re.findall(r"```text\n(.*?)```", DATA_QUALITY, re.DOTALL)
    assert [line for line in lines.splitlines() if line not in log] == []
    examples = re.findall(r"```sql\n(.*?)```\n\n((?:\|[^\n]*\n)+)", DATA_QUALITY, re.DOTALL)
    assert len(examples) == DATA_QUALITY.count("```sql")
    for sql, table in examples:
        assert shell("duckdb", "-markdown", tap.directory / "pinterest.duckdb", sql) == table
