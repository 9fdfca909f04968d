#!/usr/bin/env python3
"""Speed, memory, requests and start time of the tap against the simulator on this machine, as tables.

Usage: bench.py TAP SIMULATOR PARTS [--full] [TABLE...]. The tables are start, wire, cores, ads, analytics, reports, proof,
accounts and latency; without names all are made. PARTS is bench-parts, which measures single parts of the program.
--full adds 10,000,000 records and a report of 1 GB (some minutes). The exit code is 1 if the output is broken,
whatever the numbers are: the tap fails, or writes another number of records than there are, or a line that is no good.

The output of all but the smallest syncs goes to /dev/null. CPU is user and system time of the process. Wall time and
records a second are those of tap and simulator together on the same cores: where the simulator takes more CPU than
the tap, they say more about the simulator.
"""

import argparse
import json
import math
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

STARTS = 20
START_LIMIT_MS, ENTITY_LIMIT_MB, ANALYTICS_LIMIT_MB, ROW_LIMIT_US, WALL_LIMIT = 20, 40, 150, 1.5, 1.15
AD_LIMIT_US, REPORT_LIMIT_MBS = 4, 400
RUNS = 5  # in turns, where ratios count
STATE_LIMIT_PERCENT = 10
PROOF_LIMIT = 1.10
NOW, FIRST_DAY_OF = "2026-03-10T12:00:00Z", {2: "2026-03-09", 10: "2026-03-01", 25: "2026-02-14", 50: "2026-01-20",
                                             89: "2025-12-12"}
NO_LIMITS = dict.fromkeys(("ads_read", "ads_analytics", "org_read", "org_analytics"), 1_000_000)
ALL_STATUSES = ["ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"]
PAGE = 250
MILLION = 1e6
REPORT_BEGIN, REPORT_DAYS = "2025-09-12", 180


def fail(message):
    sys.exit(f"broken: {message}")


def head(title, *columns):
    print(f"\n{title}\n{'':<30}" + "".join(f"{column:>14}" for column in columns), flush=True)


def row(name, *cells):
    print(f"{name:<30}" + "".join(f"{cell:>14}" for cell in cells), flush=True)


def judged(value, limit, unit):
    """The value, and whether it keeps within its limit."""
    digits = 2 if unit == "us" else 1
    return f"{value:.{digits}f} {unit} {'ok' if limit is None or value <= limit else 'OVER'}"


class Sync:
    """One sync of some streams, and what it took."""

    def __init__(self, programs, streams, world, config, read=None, state=None, beside=None, cores=None):
        """`read` is called with this and the path of the output, which is thrown away without it; `beside` with this
        and the address of the simulator, after the tap has ended. `cores` are those that the tap may use."""
        tap, simulator, self.parts = programs
        arguments = [f"--{name}" if value is True else f"--{name}={value}" for name, value in world.items()]
        with tempfile.TemporaryDirectory() as folder, subprocess.Popen(
            [simulator, "--exit-with-stdin", "--limits=off", f"--now={NOW}", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as server:
            folder = pathlib.Path(folder)
            root = f"http://127.0.0.1:{server.stdout.readline().split()[-1]}"
            about = subprocess.run([tap, "--about", "--format", "json"], capture_output=True, check=True).stdout
            self.settings = json.loads(about)["settings"]["properties"]
            catalog = json.loads(subprocess.run([tap, "--discover"], capture_output=True, check=True).stdout)
            catalog["streams"] = [entry for entry in catalog["streams"] if entry["stream"] in streams]
            for item in (item for entry in catalog["streams"] for item in entry["metadata"] if not item["breadcrumb"]):
                item["metadata"]["selected"] = True
            (folder / "catalog.json").write_text(json.dumps(catalog))
            (folder / "config.json").write_text(json.dumps({
                "api_url": f"{root}/v5", "access_token": "access-token-000000", "rate_limits": NO_LIMITS, **config}))
            command = [tap, "--config", folder / "config.json", "--catalog", folder / "catalog.json"]
            if state:
                (folder / "state.json").write_bytes(state)
                command += ["--state", folder / "state.json"]
            output = folder / "output" if read else os.devnull
            began = time.perf_counter()
            with open(folder / "log", "w") as log, open(output, "w") as out:
                if cores:
                    command = ["taskset", "--cpu-list", cores, *command]
                process = subprocess.Popen(command, stdout=out, stderr=log)
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            self.wall = time.perf_counter() - began
            with urllib.request.urlopen(f"{root}/_simulator/counters") as answer:
                counters = json.load(answer)
            if beside:
                beside(self, root)
            server.stdin.close()
            _, status, simulator_usage = os.wait4(server.pid, 0)
            server.returncode = os.waitstatus_to_exitcode(status)
            log = (folder / "log").read_text()
            if process.returncode != 0:
                fail(f"the tap ended with {process.returncode}:\n{log[-4000:]}")
            if read:
                read(self, output)
        points = [json.loads(line.split("METRIC: ", 1)[1]) for line in log.splitlines() if "METRIC: " in line]
        self.records = sum(point["value"] for point in points if point["metric"] == "record_count")
        self.requests = sum(counters["requests"].values())
        if counters["refused_count"]:
            fail(f"requests were refused: {counters['refused'][:3]}")
        self.memory = usage.ru_maxrss / 1024
        self.cpu = usage.ru_utime + usage.ru_stime
        self.simulator_cpu = simulator_usage.ru_utime + simulator_usage.ru_stime

    def check(self, path):
        """Every line is a message, the last a STATE, and no record comes twice."""
        keys, seen, last = {}, set(), None
        for line in path.open():
            last = json.loads(line)
            if last["type"] == "SCHEMA":
                keys[last["stream"]] = last["key_properties"]
            elif last["type"] == "RECORD":
                key = (last["stream"], *(last["record"][name] for name in keys[last["stream"]]))
                if key in seen:
                    fail(f"{key} comes twice")
                seen.add(key)
        if last["type"] != "STATE":
            fail("the last line is no STATE")


    def weigh(self, path):
        """How much of the output is STATE, and the last one."""
        self.bytes, self.state_bytes, self.states = path.stat().st_size, 0, 0
        for line in path.open("rb"):
            if line.startswith(b'{"type":"STATE"'):
                self.states, self.state_bytes, self.state = self.states + 1, self.state_bytes + len(line), line


def measure_start(programs, _full):
    head(f"Start, median of {STARTS}", "wall", "CPU")
    for argument in ("--version", "--discover"):
        seconds = []
        before = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
        for _ in range(STARTS):
            began = time.perf_counter()
            subprocess.run([programs[0], argument], stdout=subprocess.DEVNULL, check=True)
            seconds.append(time.perf_counter() - began)
        cpu = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - before
        row(argument, judged(statistics.median(seconds) * 1e3, START_LIMIT_MS, "ms"), f"{cpu / STARTS * 1e3:.1f} ms")


SCALE = ("records", "a second", "CPU s/million", "simulator's", "peak memory", "requests", "records each")


def scale_row(programs, name, stream, world, config, expected, limits):
    sync = Sync(programs, [stream], world, config, Sync.check if expected is not None and expected <= 10_000 else None)
    if expected is not None and sync.records != expected:
        fail(f"{sync.records:,} records of {expected:,}")
    memory_limit, row_limit = limits
    per_million = MILLION / sync.records
    row(name, f"{sync.records:,}", f"{sync.records / sync.wall:,.0f}", judged(sync.cpu * per_million, row_limit, "s"),
        f"{sync.simulator_cpu * per_million:.1f} s", judged(sync.memory, memory_limit, "MB"), f"{sync.requests:,}",
        f"{sync.records / sync.requests:.1f}")


def measure_ads(programs, full):
    head("Entities: ads", *SCALE)
    for ads in (10_000, 100_000, 1_000_000, *([10_000_000] if full else [])):
        world = {"accounts": 1, "campaigns": 100, "ad-groups": 1000, "ads": ads}
        scale_row(programs, f"{ads:,} ads", "ads", world, {"entity_statuses": ALL_STATUSES}, ads,
                  (ENTITY_LIMIT_MB, None))


def measure_analytics(programs, full):
    head("Analytics: ad_analytics, 17 columns", *SCALE)
    for ads, days in ((1_000, 10), (4_000, 25), (20_000, 50), (20_000, 89), *([(200_000, 50)] if full else [])):
        world = {"accounts": 1, "campaigns": 100, "ad-groups": 1000, "ads": ads, "no-gaps": True}
        rows = ads * days
        scale_row(programs, f"{ads:,} ads, {days} days", "ad_analytics", world,
                  {"entity_statuses": ALL_STATUSES, "start_date": FIRST_DAY_OF[days]}, rows,
                  (ANALYTICS_LIMIT_MB, ROW_LIMIT_US if rows >= MILLION else None))
    world = {"accounts": 1, "campaigns": 100, "ad-groups": 1000, "ads": 1_000_000}
    scale_row(programs, "1,000,000 ads, 2 days", "ad_analytics", world, {"start_date": FIRST_DAY_OF[2]}, None,
              (ANALYTICS_LIMIT_MB, None))


def ask(root, path, body=None):
    headers = {"Authorization": "Bearer access-token-000000", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{root}/v5{path}", data, headers)) as answer:
        return json.load(answer)


def run_measured(command, **options):
    """CPU seconds of a program, which has to succeed."""
    process = subprocess.Popen(command, **options)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        fail(f"{command[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def list_urls(root, account):
    """The addresses of the pages of ads."""
    path = f"/ad_accounts/{account}/ads?page_size={PAGE}&" + "&".join(f"entity_statuses={one}" for one in ALL_STATUSES)
    bookmark = ""
    while bookmark is not None:
        url = path + (f"&bookmark={urllib.parse.quote(bookmark)}" if bookmark else "")
        yield url
        bookmark = ask(root, url)["bookmark"]


def analytics_urls(root, account, columns):
    ids = [ad["id"] for url in list_urls(root, account) for ad in ask(root, url)["items"]]
    for begin in range(0, len(ids), PAGE):
        yield (f"/ad_accounts/{account}/ads/analytics?start_date={FIRST_DAY_OF[50]}&end_date={NOW[:10]}&granularity=DAY"
               f"&columns={','.join(columns)}&" + "&".join(f"ad_ids={one}" for one in ids[begin:begin + PAGE]))


# What a tap in Python does with each row, at the least.
PYTHON_LINES = """
import json, sys
rows = 0
with open("/dev/null", "w") as out:
    for path in sys.argv[1:]:
        answer = json.load(open(path))
        for row in answer["items"] if isinstance(answer, dict) else answer:
            out.write(json.dumps({"type": "RECORD", "stream": "x", "record": row}) + "\\n")
"""


def measure_wire(programs, _full):
    """The tap beside what others take for the same bytes: curl, which throws them away, simdjson's own parse into a
    tree, and a loop in Python. In turns, so that a slow moment of the machine meets all."""
    for stream, kind, ads, limit in (("ad_analytics", "analytics", 20_000, ROW_LIMIT_US), ("ads", "list", 100_000, AD_LIMIT_US)):
        head(f"CPU a row for the same bytes: {stream}", "median", "least", "most", "tap's ratio")
        world = {"accounts": 1, "campaigns": 100, "ad-groups": 1000, "ads": ads, "no-gaps": True, "no-short-pages": True}
        seconds = {name: [] for name in ("the tap", "curl", "simdjson", "our reader", "answers to lines", "Python")}

        def beside(sync, root):
            [account] = ask(root, "/ad_accounts?page_size=250")["items"]
            columns = sync.settings["analytics_columns"]["default"]
            urls = list(list_urls(root, account["id"]) if kind == "list" else analytics_urls(root, account["id"], columns))
            with tempfile.TemporaryDirectory() as folder:
                paths = [f"{folder}/{i}" for i in range(len(urls))]
                header = 'header = "Authorization: Bearer access-token-000000"\nsilent\nfail\n'
                for name, targets in (("save", paths), ("drop", [os.devnull] * len(urls))):
                    pathlib.Path(folder, name).write_text("\nnext\n".join(
                        f'{header}url = "{root}/v5{url}"\noutput = "{target}"' for url, target in zip(urls, targets)))
                run_measured(["curl", "--config", f"{folder}/save"])
                sync.bytes = sum(os.path.getsize(path) for path in paths)
                seconds["curl"].append(run_measured(["curl", "--config", f"{folder}/drop"]))
                parts = json.loads(subprocess.run([programs[2], stream, kind, *paths], capture_output=True, check=True).stdout)
                for name, part in (("simdjson", "simdjson"), ("our reader", "tokens"), ("answers to lines", "lines")):
                    seconds[name].append(parts[part])
                seconds["Python"].append(run_measured([sys.executable, "-c", PYTHON_LINES, *paths]))

        for _ in range(RUNS):
            sync = Sync(programs, [stream], world, {"entity_statuses": ALL_STATUSES, "start_date": FIRST_DAY_OF[50]}, beside=beside)
            seconds["the tap"].append(sync.cpu)
        rows = sync.records
        tap = statistics.median(seconds["the tap"])
        for name, times in seconds.items():
            median, least, most = (value * MILLION / rows for value in (statistics.median(times), min(times), max(times)))
            verdict = judged(median, limit if name == "the tap" else None, "us") if name == "the tap" else f"{median:.2f} us"
            row(name, verdict, f"{least:.2f}", f"{most:.2f}", f"{tap / statistics.median(times):.2f}")
        row(f"{rows:,} rows", f"{sync.bytes / rows:.0f} bytes each")


def measure_cores(programs, _full):
    """A million rows on one core and on two. The simulator, which has to make what is read, shares them."""
    head("1,000,000 rows of ad_analytics by cores of the tap", "wall", "CPU", "simulator's", "memory")
    world = {"accounts": 1, "campaigns": 100, "ad-groups": 1000, "ads": 20_000, "no-gaps": True, "no-short-pages": True}
    for cores in ("0", "0,1"):
        syncs = [Sync(programs, ["ad_analytics"], world, {"entity_statuses": ALL_STATUSES, "start_date": FIRST_DAY_OF[50]},
                      cores=cores) for _ in range(3)]
        sync = sorted(syncs, key=lambda one: one.wall)[1]
        row(f"cores {cores}", f"{sync.wall:.2f} s", f"{sync.cpu:.2f} s", f"{sync.simulator_cpu:.2f} s", f"{sync.memory:.1f} MB")


def fetch_with_curl(sync, root):
    """The report that the tap has read once more, by curl, which throws it away."""
    [account] = ask(root, "/ad_accounts?page_size=250")["items"]
    path = f"/ad_accounts/{account['id']}/reports"
    columns = sync.settings["analytics_columns"]["default"]
    token = ask(root, path, {"start_date": REPORT_BEGIN, "end_date": NOW[:10], "granularity": "DAY",
                             "level": "PIN_PROMOTION", "columns": columns})["token"]
    while not (status := ask(root, f"{path}?token={token}"))["url"]:
        pass
    sync.report_bytes = status["size"]
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/report"
        sync.curl_cpu = run_measured(["curl", "--silent", "--fail", "--output", path, status["url"]])
        sync.curl_wall = time.perf_counter() - began
        parts = json.loads(subprocess.run([sync.parts, "ad_analytics", "report", path], capture_output=True, check=True).stdout)
    sync.spool_mbs = parts["bytes"] / MILLION / parts["spool"]


def measure_reports(programs, full):
    """One report, in memory or through a file. The time of all is mostly the simulator's, which makes it as it goes."""
    head("A report of ad_analytics, 17 columns", "bytes", "records", "tap's CPU", "MB / s of CPU", "a row", "peak memory",
         "curl's CPU", "tap / curl", "wall", "curl's wall", "file to lines")
    for ads in (150, 2_000, *([11_500] if full else [])):
        world = {"accounts": 1, "campaigns": 100, "ad-groups": 1000, "ads": ads, "no-gaps": True, "report-polls": 0,
                 "no-short-pages": True}
        sync = Sync(programs, "ad_analytics", world, {"start_date": REPORT_BEGIN, "analytics_source": "reports"},
                    beside=fetch_with_curl)
        row(f"{ads:,} ads, {REPORT_DAYS} days", f"{sync.report_bytes / MILLION:,.0f} MB", f"{sync.records:,}",
            f"{sync.cpu:.2f} s", f"{sync.report_bytes / MILLION / sync.cpu:.0f}",
            f"{sync.cpu / sync.records * MILLION:.2f} us", judged(sync.memory, ANALYTICS_LIMIT_MB, "MB"),
            f"{sync.curl_cpu:.2f} s", f"{sync.cpu / sync.curl_cpu:.1f}", f"{sync.wall:.1f} s", f"{sync.curl_wall:.1f} s",
            f"{sync.spool_mbs:.0f} MB/s {'ok' if sync.spool_mbs >= REPORT_LIMIT_MBS else 'UNDER'}")


def measure_proof(programs, _full):
    """What comparing costs, in turns with what it is compared with; columns in three widths."""
    head("ad_analytics with data_quality, 20,000 ads", "alone", "with", "ratio", "memory", "with")
    world = {"accounts": 1, "campaigns": 100, "ad-groups": 1000, "ads": 20_000, "no-gaps": True}
    additive = ["SPEND_IN_DOLLAR", "IMPRESSION_1", "IMPRESSION_2", "TOTAL_IMPRESSION", "CLICKTHROUGH_1", "ENGAGEMENT_1"]
    for name, columns in (("17 columns, the default", None), ("6 that add up, 1 identity", additive)):
        config = {"entity_statuses": ALL_STATUSES, "start_date": FIRST_DAY_OF[25],
                  **({"analytics_columns": columns} if columns else {})}
        alone, proven = [], []
        for _ in range(3):
            alone.append(Sync(programs, ["ad_analytics"], world, config))
            proven.append(Sync(programs, ["ad_analytics", "data_quality"], world, config))
        rows = alone[0].records
        if not all(sync.records > rows for sync in proven):
            fail("nothing was compared")
        before, after = (statistics.median(sync.cpu for sync in syncs) * MILLION / rows for syncs in (alone, proven))
        row(name, f"{before:.2f} us", f"{after:.2f} us", f"{after / before:.2f} {'ok' if after <= PROOF_LIMIT * before else 'OVER'}",
            f"{max(sync.memory for sync in alone):.1f} MB", f"{max(sync.memory for sync in proven):.1f} MB")


def measure_accounts(programs, full):
    """Many accounts with little in each; the second run begins with the state of the first."""
    streams = ["campaigns", "ad_groups", "ads", "campaign_analytics", "ad_analytics"]
    head("Accounts with an ad each, 5 streams", "CPU", "an account", "simulator's", "peak memory", "requests", "output",
         "STATE", "of it", "the last")
    for accounts in (1_000, 4_000, 10_000, *([20_000] if full else [])):
        world = {"accounts": accounts, "campaigns": 1, "ad-groups": 1, "ads": 1, "no-short-pages": True}
        state = None
        for run in ("", ", again"):
            sync = Sync(programs, streams, world, {"start_date": FIRST_DAY_OF[10]}, Sync.weigh, state)
            state = sync.state
            row(f"{accounts:,}{run}", f"{sync.cpu:.2f} s", f"{sync.cpu / accounts * MILLION:.0f} us",
                f"{sync.simulator_cpu:.1f} s", f"{sync.memory:.1f} MB", f"{sync.requests:,}",
                f"{sync.bytes / MILLION:.1f} MB", f"{sync.states:,}",
                judged(100 * sync.state_bytes / sync.bytes, STATE_LIMIT_PERCENT, "%"),
                f"{len(state) / MILLION:.1f} MB")


def measure_latency(programs, _full):
    """Small answers, so that what counts is the time on the wire. Without latency the bound is the CPU's time."""
    streams = ["campaigns", "ad_groups", "ads", "campaign_analytics", "ad_analytics"]
    head("Wall time against the bound: the chain, or all requests side by side", "requests", "bound", "wall",
         "wall / bound", "CPU", "simulator's")
    for latency in (0, 50, 300):
        for in_flight in (1, 4, 16, 64):
            accounts = 4 * in_flight
            world = {"accounts": accounts, "campaigns": 3, "ad-groups": 3, "ads": 3, "no-short-pages": True,
                     "latency-ms": latency}
            sync = Sync(programs, streams, world, {"max_concurrency": in_flight, "start_date": FIRST_DAY_OF[2]})
            needed = math.ceil(accounts / PAGE) + accounts * len(streams)
            if sync.requests != needed:
                fail(f"{sync.requests} requests where {needed} are enough")
            chain = math.ceil(accounts / PAGE) + 2  # the accounts, a page, its analytics
            bound = latency / 1e3 * max(chain, sync.requests / in_flight)
            if latency == 0:
                bound = (sync.cpu + sync.simulator_cpu) / min(os.cpu_count(), 2 * in_flight)
            verdict = "ok" if sync.wall <= WALL_LIMIT * bound else "OVER"
            row(f"{latency} ms, {in_flight} in flight", f"{sync.requests:,}", f"{bound:.2f} s", f"{sync.wall:.2f} s",
                f"{sync.wall / bound:.2f}" + (f" {verdict}" if latency else ""), f"{sync.cpu:.2f} s",
                f"{sync.simulator_cpu:.2f} s")


TABLES = {"start": measure_start, "wire": measure_wire, "cores": measure_cores, "ads": measure_ads, "analytics": measure_analytics, "reports": measure_reports, "proof": measure_proof,
          "accounts": measure_accounts, "latency": measure_latency}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tap")
    parser.add_argument("simulator")
    parser.add_argument("parts")
    parser.add_argument("tables", nargs="*", metavar="TABLE")
    parser.add_argument("--full", action="store_true")
    arguments = parser.parse_intermixed_args()
    for name in arguments.tables or TABLES:
        TABLES[name]((arguments.tap, arguments.simulator, arguments.parts), arguments.full)


if __name__ == "__main__":
    main()
