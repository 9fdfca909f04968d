"""The tap in pipes with programs of others: a checker of the protocol, and targets, which keep what they are given.

The folder $SINGER_PARTNERS has a virtual environment for each of them, since they want different versions of the same
libraries; `scripts/test.sh` makes them, of `partners/*.txt`.
"""

import csv
import json
import os
import re
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from compare import assert_same_keys, assert_same_rows, true_entities, true_rows
from conftest import BUILD
from harness import ENTITIES, KEYS, RUN_SECONDS, Run, check_rules, check_streams_of_text

PARTNERS = Path(os.environ.get("SINGER_PARTNERS", BUILD.parent / "partners"))
# They open text files without saying how: as UTF-8, wherever the tests run.
ENVIRONMENT = {**os.environ, "PYTHONUTF8": "1"}
START, TODAY = "2026-03-01", "2026-03-10"
LOOKED_BACK = "2026-03-06"  # three days before yesterday, the bookmark
ANALYTICS = ["campaign_analytics", "ad_analytics", "pin_analytics"]
WORLD = {"accounts": 3, "campaigns": 60, "ad_groups": 60, "ads": 60, "pins": 30}


def program(package, name):
    return str(PARTNERS / package / "bin" / name)


def pipe(tap, settings, command, name, code=0, **inputs):
    """`tap-pinterest | tee NAME | command`: the tap's run, and what the partner printed."""
    lines, log = tap.directory / name, tap.directory / f"{name}.log"
    options = {"stdout": subprocess.PIPE, "cwd": tap.directory}
    with (
        open(log, "wb") as errors,
        tap.start(settings, stderr=errors, **inputs) as source,
        subprocess.Popen(["tee", lines], stdin=source.stdout, **options) as tee,
        subprocess.Popen(command, stdin=tee.stdout, stderr=subprocess.PIPE, env=ENVIRONMENT, **options) as partner,
    ):
        source.stdout.close()
        tee.stdout.close()
        output, complaint = partner.communicate(timeout=RUN_SECONDS)
    assert partner.returncode == 0, (output + complaint).decode()[-4000:]
    run = Run(source.returncode, lines.read_bytes(), log.read_bytes())
    assert (run.code, tee.returncode) == (code, 0), run.stderr[-4000:]
    check_streams_of_text(run)
    check_rules(run)
    return run, output.decode()


# --- targets ------------------------------------------------------------------------------------------------------


class JsonLines:
    """target-jsonl: Draft 4, numbers with their digits, and no STATE if a RECORD follows the last one."""

    name = "target-jsonl"
    settings = {"do_timestamp_file": False}

    def rows(self, folder):
        return {
            path.stem: [json.loads(line, parse_float=Decimal) for line in path.read_text("utf-8").splitlines()]
            for path in folder.iterdir()
        }

    def expected(self, run):
        return {stream: records for stream, records in run.records.items() if records}

    def keys(self, stream, rows):
        return [tuple(row[name] for name in KEYS[stream]) for row in rows]


class CommaSeparated:
    """target-csv: flattens objects, and has floats. A row has the columns of its own record, the head those of the first."""

    name = "target-csv"
    settings = {"disable_collection": True}

    def rows(self, folder):
        found = {}
        for path in folder.iterdir():
            with open(path, newline="", encoding="utf-8") as file:
                found[path.stem.rsplit("-", 1)[0]] = list(csv.reader(file))
        return found

    def expected(self, run):
        expected = {}
        for message in map(json.loads, run.stdout.splitlines()):
            if message["type"] == "RECORD":
                cells = self._flat(message["record"])
                rows = expected.setdefault(message["stream"], [list(cells)])
                rows.append(["" if value is None else str(value) for value in cells.values()])
        return expected

    def keys(self, stream, rows):
        head, *rows = rows
        return [tuple(row[head.index(name)] for name in KEYS[stream]) for row in rows]

    def _flat(self, value, prefix=""):
        cells = {}
        for name, child in value.items():
            cells.update(self._flat(child, f"{prefix}{name}__") if isinstance(child, dict) else {prefix + name: child})
        return cells


def fill(target, tap, settings, name, **inputs):
    """One pipe into an empty target: the tap's run, the target's rows by stream, and the state that it printed."""
    folder = tap.directory / f"{name}.rows"
    folder.mkdir()
    configuration = tap.write(f"{name}.target", {**target.settings, "destination_path": str(folder)})
    command = [program(target.name, target.name), "--config", configuration]
    run, state = pipe(tap, settings, command, name, **inputs)
    rows, expected = target.rows(folder), target.expected(run)
    assert {stream: len(rows[stream]) for stream in rows} == {stream: len(expected[stream]) for stream in expected}
    for stream, written in expected.items():
        wrong = [pair for pair in zip(written, rows[stream]) if repr(pair[0]) != repr(pair[1])]
        assert not wrong, f"{stream}: {len(wrong)} rows are not what the tap wrote: {wrong[0]}"
    assert json.loads(state) == run.state
    return run, rows, state


def assert_keys(target, api, rows):
    truth = {"ad_accounts": api.truth("ad_accounts"), "pins": api.truth("pins")}
    truth.update({stream: true_entities(api, stream) for stream in ENTITIES})
    truth.update({stream: true_rows(api, stream, START) for stream in ANALYTICS})
    for stream, true in truth.items():
        assert_same_keys(target.keys(stream, rows[stream]), [tuple(each[key] for key in KEYS[stream]) for each in true])


def assert_values(api, rows, start):
    """Every metric from a day on, and of the entities that are there what the truth tells of them."""
    for stream in ANALYTICS:
        assert_same_rows(stream, rows[stream], true_rows(api, stream, start))
    for stream in ENTITIES:
        true = {each["id"]: each for each in true_entities(api, stream)}
        for row in rows[stream]:
            assert all(row[name] == true[row["id"]][name] for name in ("ad_account_id", "name", "status")), row


@pytest.mark.parametrize("target", [JsonLines(), CommaSeparated()], ids=lambda target: target.name)
def test_a_target_keeps_everything_and_its_state_goes_on(target, tap, simulate, config):
    api = simulate(**WORLD)
    settings = config(api, start_date=START, lookback_days=3)
    _, first, state = fill(target, tap, settings, "first")
    assert_keys(target, api, first)
    if isinstance(target, JsonLines):
        assert_values(api, first, START)

    api.advance(hours=1)
    for kind in ENTITIES:
        api.touch(kind, [4, 5], account=1)
    api.generation(1)
    _, second, _ = fill(target, tap, settings, "second", state=tap.write("state.json", state))
    assert all(0 < len(second[stream]) < len(first[stream]) for stream in (*ENTITIES, *ANALYTICS))
    if isinstance(target, JsonLines):
        assert_values(api, second, LOOKED_BACK)


def test_a_target_prints_a_state_without_bookmarks_too(tap, api, config):
    run, rows, state = fill(JsonLines(), tap, config(api), "only", catalog=tap.catalog("ad_accounts"))
    assert list(rows) == ["ad_accounts"]
    assert json.loads(state) == {"bookmarks": {}}


def test_a_target_keeps_what_an_incomplete_run_has_done(tap, simulate, config):
    api = simulate(**WORLD)
    denied, *readable = api.account_ids()
    api.fault("status", endpoint="/ad_accounts/{ad_account_id}/ads", match=denied, every=1, status=403)
    settings = config(api, start_date=START, ad_account_ids=[denied, *readable])
    _, rows, state = fill(JsonLines(), tap, settings, "incomplete", code=1)
    assert {row["ad_account_id"] for row in rows["ads"]} == set(readable)
    contexts = [entry["context"]["ad_account_id"] for entry in json.loads(state)["bookmarks"]["ads"]["partitions"]]
    assert_same_keys(contexts, readable)


# --- the checker --------------------------------------------------------------------------------------------------

CHECKER = program("singer-tools", "singer-check-tap")
COUNTS = re.compile(r"^\| (\w+) +\| (\d+) +\| (\d+) +\|$", re.MULTILINE)


def checked(report):
    """The records and the SCHEMA messages of each stream, of every run that the checker reports."""
    runs = report.split("The output is valid.")[1:]
    return [{stream: (int(records), int(schemas)) for stream, records, schemas in COUNTS.findall(run)} for run in runs]


def counts(run):
    return {stream: (len(records), 1) for stream, records in run.records.items()}


@pytest.mark.parametrize("granularity", ["TOTAL", "DAY", "HOUR", "WEEK", "MONTH"])
def test_the_checker_finds_a_run_and_the_next_one_valid(tap, simulate, config, granularity):
    api = simulate(**WORLD)
    settings = config(api, start_date=START, end_date=TODAY, analytics_granularity=granularity)
    first, report = pipe(tap, settings, [CHECKER], "first")
    assert checked(report) == [counts(first)]
    assert all(first.records.values())
    second, report = pipe(tap, settings, [CHECKER], "second", state=first.state)
    assert checked(report) == [counts(second)]
    assert all(second.records.values())


# The checker counts what its reading thread has got by the time the tap has ended. So this ends when that thread has.
UNHURRIED = """#!/bin/sh
threads() { ls /proc/$PPID/task | wc -l; }
until [ "$(threads)" -gt 1 ]; do sleep 0.01; done
"$TAP" "$@"
code=$?
exec >&-
while [ "$(threads)" -gt 1 ]; do sleep 0.01; done
exit $code
"""


def test_the_checker_runs_the_tap_and_again_with_its_state(tap, simulate, config):
    api = simulate(**WORLD)
    settings = config(api, start_date=START, lookback_days=3)
    unhurried = tap.write("unhurried", UNHURRIED)
    unhurried.chmod(0o755)
    done = subprocess.run(
        [CHECKER, "--debug", "--tap", unhurried, "--config", tap.write("config.json", settings)],
        capture_output=True,
        env={**ENVIRONMENT, "TAP": tap.program},
        cwd=tap.directory,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-4000:]
    first, second = checked(done.stdout.decode())
    whole = tap.run(settings, code=0)
    assert first == counts(whole)
    assert second == counts(tap.run(settings, code=0, state=whole.state))
