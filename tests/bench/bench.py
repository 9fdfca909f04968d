#!/usr/bin/env python3
"""Start time, peak memory and CPU of the tap against the simulator on this machine.

Usage: bench.py TAP SIMULATOR [WORD]. Without WORD all benchmarks run; with it those whose name contains it.
Output of the tap goes to /dev/null. CPU is user and system time of the tap alone, divided by the records it wrote.
"""

import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

TAP, SIMULATOR = sys.argv[1], sys.argv[2]
ONLY = sys.argv[3] if len(sys.argv) > 3 else ""
STARTS = 20
START_LIMIT_MS, ENTITY_LIMIT_MB, ANALYTICS_LIMIT_MB, ROW_LIMIT_US = 20, 40, 150, 8
NOW = "2026-03-10T12:00:00Z"
FULL_SPEED = {"ads_read": 1_000_000, "ads_analytics": 1_000_000, "org_read": 1_000_000, "org_analytics": 1_000_000}


def report(name, value, unit, limit):
    verdict = "" if limit is None else f"{limit:>8} {unit:<3} {'ok' if value <= limit else 'OVER'}"
    print(f"{name:<58} {value:>9.1f} {unit:<3} {verdict}", flush=True)


def time_start(argument):
    seconds = []
    cpu_before = resource.getrusage(resource.RUSAGE_CHILDREN)[:2]
    for _ in range(STARTS):
        began = time.perf_counter()
        subprocess.run([TAP, argument], stdout=subprocess.DEVNULL, check=True)
        seconds.append(time.perf_counter() - began)
    cpu = [after - before for before, after in zip(cpu_before, resource.getrusage(resource.RUSAGE_CHILDREN)[:2])]
    report(f"start: {argument}, median of {STARTS}", statistics.median(seconds) * 1e3, "ms", START_LIMIT_MS)
    report("  CPU of it", sum(cpu) / STARTS * 1e3, "ms", None)


def sync(directory, stream, world, config):
    """Syncs one stream; gives its records, the tap's peak memory in MB, its CPU and its wall time in seconds."""
    arguments = [f"--{name}={value}" if value is not True else f"--{name}" for name, value in world.items()]
    with subprocess.Popen([SIMULATOR, "--exit-with-stdin", "--limits=off", f"--now={NOW}", *arguments],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as simulator:
        port = simulator.stdout.readline().split()[-1]
        catalog = json.loads(subprocess.run([TAP, "--discover"], capture_output=True, check=True).stdout)
        catalog["streams"] = [entry for entry in catalog["streams"] if entry["stream"] == stream]
        (directory / "catalog.json").write_text(json.dumps(catalog))
        (directory / "config.json").write_text(json.dumps({
            "api_url": f"http://127.0.0.1:{port}/v5", "access_token": "access-token-000000",
            "rate_limits": FULL_SPEED, **config}))
        command = [TAP, "--config", str(directory / "config.json"), "--catalog", str(directory / "catalog.json")]
        began = time.perf_counter()
        with open(directory / "log", "w") as log:
            tap = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
            _, status, usage = os.wait4(tap.pid, 0)
            tap.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - began
        simulator.stdin.close()
    log = (directory / "log").read_text()
    if tap.returncode != 0:
        sys.exit(f"the tap ended with {tap.returncode}:\n{log[-4000:]}")
    metrics = [json.loads(line.split("METRIC: ", 1)[1]) for line in log.splitlines() if "METRIC: " in line]
    records = sum(point["value"] for point in metrics if point["metric"] == "record_count")
    return records, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime, wall


def measure(name, stream, world, config, memory_limit, row_limit):
    if ONLY not in name:
        return
    with tempfile.TemporaryDirectory() as directory:
        records, memory, cpu, wall = sync(pathlib.Path(directory), stream, world, config)
    print(f"{name}: {records:,} records in {wall:.1f} s", flush=True)
    report("  peak resident memory", memory, "MB", memory_limit)
    report("  CPU a record", cpu / records * 1e6, "us", row_limit)


def main():
    print(f"{'':<58} {'measured':>13} {'limit':>8}")
    for argument in ("--version", "--discover"):
        if ONLY in "start":
            time_start(argument)
    statuses = {"entity_statuses": ["ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"]}
    world = {"accounts": 1, "campaigns": 100, "ad-groups": 1000}
    for ads in (10_000, 1_000_000):
        measure(f"ads, {ads:,}", "ads", {**world, "ads": ads}, statuses, ENTITY_LIMIT_MB, None)
    for name, ads, start_date in (
            ("10,000: 1,000 ads, 10 days", 1_000, "2026-03-01"),
            ("1,000,000: 20,000 ads, 50 days", 20_000, "2026-01-20"),
            ("the largest answers: 20,000 ads, 89 days", 20_000, "2025-12-12")):
        measure(f"ad_analytics, {name}", "ad_analytics", {**world, "ads": ads, "no-gaps": True},
                {**statuses, "start_date": start_date}, ANALYTICS_LIMIT_MB, ROW_LIMIT_US if ads > 1_000 else None)
    measure("ad_analytics of 1,000,000 ads, 2 days", "ad_analytics",
            {**world, "ads": 1_000_000}, {"start_date": "2026-03-09"}, ANALYTICS_LIMIT_MB, None)


if __name__ == "__main__":
    main()
