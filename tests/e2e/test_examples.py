"""The examples, as they stand: each script with the real programs, its results beside the simulator's ledger."""

import json
import os
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from compare import assert_same_keys, true_entities, true_rows
from harness import KEYS, RUN_SECONDS

SHELL = Path(__file__).parents[2] / "examples" / "shell"
START = "2026-02-20"


@pytest.fixture
def world(simulate):
    return simulate(accounts=2, campaigns=20, ad_groups=5, ads=20, pins=10)


@pytest.fixture
def shell(tap, world, config):
    """Runs a script with the tap and DuckDB on its PATH: `shell("to_files.sh", "folder")`; gives what it printed."""
    settings = tap.write("config.json", config(world, start_date=START))
    programs = tap.directory / "bin"
    programs.mkdir()
    (programs / "tap-pinterest").symlink_to(tap.program)
    path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"

    def run(script, *arguments):
        command = [SHELL / script, settings, *arguments] if script.endswith(".sh") else [script, *arguments]
        done = subprocess.run(
            [str(part) for part in command],
            env={**os.environ, "PATH": path},
            cwd=tap.directory,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def query(shell, database, sql):
    return json.loads(shell("duckdb", "-json", database, sql))


def records(path, stream):
    """The ids of a stream's records in a file of messages."""
    messages = [json.loads(line) for line in path.read_text().splitlines()]
    return [each["record"]["id"] for each in messages if each["type"] == "RECORD" and each["stream"] == stream]


def true_spend(world):
    """Each campaign's name, which need not be its alone, and what it has spent, by the ledger."""
    spend, names = Counter(), {}
    for row in true_rows(world, "campaign_analytics", START):
        spend[row["CAMPAIGN_ID"]] += Decimal(row["metrics"]["SPEND_IN_DOLLAR"] or 0)
        names[row["CAMPAIGN_ID"]] = row["metrics"]["CAMPAIGN_NAME"] or names.get(row["CAMPAIGN_ID"])
    return sorted((names[campaign], value) for campaign, value in spend.items())


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
        shell("to_duckdb.sh", database)
        rows = query(shell, database, (SHELL / "spend.sql").read_text())
        spend = [(row["campaign"], Decimal(row["spend"])) for row in rows]
        assert sorted(spend) == true_spend(world)
        assert spend == sorted(spend, key=lambda row: -row[1])
        spends.append(spend)
    assert spends[0] != spends[1]
    rows = query(shell, database, "select stream, count(*) as count from records group by stream")
    counts = {row["stream"]: row["count"] for row in rows}
    assert counts.keys() == KEYS.keys()
    for stream in ("ad_accounts", "campaigns", "ads", "pins"):
        assert counts[stream] == len(true_entities(world, stream))
    assert counts["campaign_analytics"] == len(true_rows(world, "campaign_analytics", START))
