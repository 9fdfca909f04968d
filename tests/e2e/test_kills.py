"""Runs that die one after another, at places drawn at random, each going on from what its target had printed last.

A target keeps what came before the last STATE that it printed; what came after it is lost with the target. Whatever
ends the runs, the records that were kept must be all there are in the end, and no bookmark may ever move back. By hand:
`KILL_CHAINS=1000 KILL_SEED=7 pytest test_kills.py`.
"""

import json
import os
import random
import signal

import pytest
from compare import assert_same_keys, assert_same_rows, true_entities, true_rows
from conftest import NOW, SIMULATOR
from harness import ENTITIES, KEYS, UNLIMITED, Run, Simulator
from running import Running, kept_by_a_target, limit_file_size

START = "2026-02-20"
CHAINS = int(os.environ.get("KILL_CHAINS", "12"))
FIRST_SEED = int(os.environ.get("KILL_SEED", "1"))
MAX_DEATHS = 5
ANALYTICS = ["campaign_analytics", "ad_analytics", "pin_analytics"]
# How a run ends before its time, and its exit code; 0 where it was quicker.
CODES = {signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: 143, signal.SIGINT: 130, "target dies": 1, "disk full": 1}
WHOLE_RUN_BYTES = 12_000_000
SMALLEST_DISK_BYTES = 16_384  # the log is on the same disk


def run_onto_a_full_disk(tap, settings, state, size):
    disk = {"to_file": True, "preexec_fn": lambda: limit_file_size(size)}
    with Running(tap, settings, state=state, **disk) as running:
        code, stderr = running.wait()
        running.stdout.seek(0)
        output = running.stdout.read()
    assert code == 0 or stderr.splitlines()[-1].endswith("CRITICAL cannot write to standard output: File too large")
    return code, output


def disturbed_run(tap, settings, state, way, place):
    """Reads so many bytes of a run and then ends it this way; gives its exit code and what its target got."""
    if way == "disk full":
        return run_onto_a_full_disk(tap, settings, state, max(place, SMALLEST_DISK_BYTES))
    with Running(tap, settings, state=state) as running:
        output = running.stdout.read(place)
        if way == "target dies":
            running.stdout.close()
            return running.wait()[0], output
        running.send(way)
        output += running.stdout.read()
        return running.process.wait(), output


def bookmarks(state):
    return {
        (stream, json.dumps(entry.get("context"))): entry.get("replication_key_value", "")
        for stream, bookmark in state["bookmarks"].items()
        for entry in bookmark.get("partitions", [bookmark])
    }


def newest(records, keys):
    """One record of each key, as a target that updates in place has it."""
    return list({tuple(record[key] for key in keys): record for record in records}.values())


@pytest.fixture(scope="module")
def world():
    """A Pinterest that no run changes, what is true in it, and how many bytes a whole run writes."""
    with Simulator(SIMULATOR, now=NOW, accounts=2, campaigns=30, ad_groups=20, ads=700, pins=150, limits="off") as api:
        truth = {stream: true_entities(api, stream) for stream in ENTITIES}
        truth.update({stream: api.truth(stream) for stream in ("ad_accounts", "pins")})
        truth.update({stream: true_rows(api, stream, START) for stream in ANALYTICS})
        yield api, truth


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + CHAINS))
def test_runs_that_die_one_after_another_lose_nothing(tap, world, config, seed):
    api, truth = world
    draw = random.Random(seed)
    in_flight = draw.choice([1, 4, 16])
    settings = config(api, start_date=START, lookback_days=3, rate_limits=UNLIMITED, max_concurrency=in_flight)
    state, kept = None, b""
    for _ in range(draw.randint(1, MAX_DEATHS)):
        way = draw.choice(list(CODES))
        code, output = disturbed_run(tap, settings, state, way, draw.randrange(WHOLE_RUN_BYTES))
        assert code in (0, CODES[way])
        lines, printed = kept_by_a_target(output)
        if printed:
            moved = bookmarks(printed)
            for entry, bookmark in bookmarks(state or {"bookmarks": {}}).items():
                assert moved[entry] >= bookmark, f"the bookmark of {entry} moved back from {bookmark}"
            kept, state = kept + lines, printed
    kept += tap.run(settings, state=state, code=0).stdout
    records = Run(0, kept, b"").records
    for stream in truth:
        rows = newest(records[stream], KEYS[stream])
        if stream in ANALYTICS:
            assert_same_rows(stream, rows, truth[stream])
        else:
            assert_same_keys([row["id"] for row in rows], [entity["id"] for entity in truth[stream]])
