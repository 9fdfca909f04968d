"""How a run ends before its time: signals, killed, a target that goes away or does not read, output that fails."""

import contextlib
import fcntl
import os
import resource
import signal

import pytest
from compare import true_entities, true_rows
from harness import ENTITIES, KEYS, UNLIMITED, Run, check_rules, partition
from running import Running, wait_until

START = "2026-02-08"
LIST = "/ad_accounts/{ad_account_id}/"
ANALYTICS = ["campaign_analytics", "ad_analytics", "pin_analytics"]
# The signals that are sent after so many records, and the exit code; None: whichever came first.
STOPS = [
    ([signal.SIGTERM], 1, 143),
    ([signal.SIGTERM], 2_500, 143),
    ([signal.SIGINT], 1_000, 130),
    ([signal.SIGTERM, signal.SIGTERM], 1_500, 143),
    ([signal.SIGINT, signal.SIGINT], 3_000, 130),
    ([signal.SIGTERM, signal.SIGINT], 1, None),
    ([signal.SIGHUP], 1_000, 129),
]


@pytest.fixture
def api(simulate):
    return simulate(accounts=2, campaigns=20, ad_groups=10, ads=60, pins=40, limits="off")


@pytest.fixture
def settings(api, config):
    return config(api, start_date=START, rate_limits=UNLIMITED)


def assert_complete_together(api, *runs):
    """The keys of these runs are all there are."""
    truth = {stream: [entity["id"] for entity in true_entities(api, stream)] for stream in ENTITIES}
    truth["ad_accounts"] = api.account_ids()
    truth["pins"] = [pin["id"] for pin in api.truth("pins")]
    for stream in ANALYTICS:
        truth[stream] = [tuple(row[key] for key in KEYS[stream]) for row in true_rows(api, stream, START)]
    for stream, keys in truth.items():
        assert {key for run in runs for key in run.keys(stream)} == set(keys), stream


# --- signals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signals, records, code", STOPS)
def test_a_signal_ends_the_run_with_a_state_that_completes_the_set(tap, api, settings, signals, records, code):
    with Running(tap, settings) as running:
        running.read_to("RECORD", records)
        running.send(*signals)
        first = running.end(code=code)
    assert first.code == code or (code is None and first.code in (130, 143))
    assert first.log_lines("CRITICAL", f"stopped by {signal.Signals(first.code - 128).name}:", "resume")
    second = tap.run(settings, state=first.state, code=0)
    assert_complete_together(api, first, second)


@pytest.mark.parametrize("ignored", [signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_that_was_ignored_before_stays_ignored(tap, api, settings, ignored):
    with Running(tap, settings, preexec_fn=lambda: signal.signal(ignored, signal.SIG_IGN)) as running:
        running.read_to("RECORD")
        running.send(ignored)
        run = running.end(code=0)
    assert_complete_together(api, run)


def test_a_signal_that_comes_before_any_answer(tap, api, settings):
    api.fault("stall", stall_ms=60_000)
    with Running(tap, settings) as running:
        wait_until(lambda: api.counters()["requests"], "a request is sent")
        running.send(signal.SIGTERM)
        run = running.end(code=143)
    assert run.states == [{"bookmarks": {}}]


@pytest.mark.parametrize("states", [1, 2])
def test_killed_at_any_moment_the_last_state_completes_the_set(tap, simulate, config, states):
    api = simulate(accounts=1, campaigns=0, ads=2_500, pins=0, limits="off")
    settings = config(api, start_date=START, rate_limits=UNLIMITED, analytics_columns=["CTR"], max_concurrency=2)
    catalog = tap.catalog("ad_analytics", config=settings)
    with Running(tap, settings, catalog=catalog) as running:
        running.read_to("STATE", states)
        running.read_to("RECORD")
        first = running.kill()
    assert first.code == -signal.SIGKILL
    second = tap.run(settings, catalog=catalog, state=first.state, code=0)
    truth = [(row["AD_ID"], row["DATE"]) for row in true_rows(api, "ad_analytics", START, columns="CTR")]
    assert set(first.keys("ad_analytics") + second.keys("ad_analytics")) == set(truth)


def positions(state):
    """How far the entry of pin_analytics is: its bookmark, and the marker's if the window is the same."""
    entry = state["bookmarks"].get("pin_analytics", {})
    marker = entry.get("resume", {})
    return entry.get("replication_key_value", ""), marker.get("bookmark", ""), int(marker.get("after_id", 0))


@pytest.mark.parametrize("in_flight", [1, 16])
def test_stopped_after_every_50_requests_a_sync_comes_to_its_end(tap, simulate, config, in_flight):
    api = simulate(accounts=1, campaigns=0, ads=0, pins=500, beta=False, limits="off")
    settings = config(api, start_date=START, rate_limits=UNLIMITED, max_concurrency=in_flight)
    catalog = tap.catalog("pin_analytics")
    runs = []
    while not runs or runs[-1].code != 0:
        api.clear_faults()
        api.fault("stall", nth=[50, 1_000], stall_ms=600_000)
        with Running(tap, settings, catalog=catalog, state=runs[-1].state if runs else None, to_file=True) as running:
            has_ended = running.process.poll
            wait_until(lambda: api.counters()["faults_by_rule"][0] or has_ended() is not None, "the 50th request")
            running.send(signal.SIGTERM)
            runs.append(running.end())
        assert runs[-1].code in (0, 143)
        assert len(runs) <= 60, "no progress"
    assert len(runs) > 10
    for before, after in zip(runs, runs[1:]):
        for state in after.states:
            assert positions(state)[0] >= positions(before.state)[0], "a bookmark moved back"
            assert after.code == 0 or positions(state) >= positions(before.state), "a marker moved back"
    truth = [tuple(row[key] for key in KEYS["pin_analytics"]) for row in true_rows(api, "pin_analytics", START)]
    assert {key for run in runs for key in run.keys("pin_analytics")} == set(truth)
    assert "resume" not in partition(runs[-1].state, "pin_analytics")
    assert partition(runs[-1].state, "pin_analytics")["replication_key_value"] == "2026-03-09"


# --- the target ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("records", [0, 1, 2_000])
def test_a_target_that_goes_away_ends_the_run_with_one_line(tap, settings, records):
    with Running(tap, settings) as running:
        running.read_to("RECORD", records)
        running.stdout.close()
        code, stderr = running.wait()
    assert code == 1
    assert not [line for line in stderr.splitlines() if " ERROR " in line]
    assert [line for line in stderr.splitlines() if " CRITICAL " in line] == stderr.splitlines()[-1:]
    assert "closed by its reader" in stderr.splitlines()[-1]


def test_a_target_that_does_not_read_cannot_hold_a_stopped_run(tap, settings):
    with Running(tap, settings) as running:
        running.read_to("RECORD")
        wait_until(running.has_full_pipe, "the tap has no room for more")
        running.send(signal.SIGTERM)
        code, stderr = running.wait()
    assert code == 143
    assert " CRITICAL stopped by" in stderr.splitlines()[-1] and "was not reading" in stderr.splitlines()[-1]


def fill(pipe):
    """Writes to a pipe until it has no more room; others who hold it still write as they did."""
    own = os.open(f"/proc/self/fd/{pipe}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    with open(own, "wb", buffering=0) as rest:
        while rest.write(b"x" * 4096) is not None:
            pass


@contextlib.contextmanager
def pipe_without_reader():
    reader, writer = os.pipe()
    yield writer
    os.close(reader)
    os.close(writer)


@contextlib.contextmanager
def pipe_with_reader():
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    yield reader, writer
    os.close(reader)
    os.close(writer)


def read_what_is_there(reader):
    try:
        return os.read(reader, 4096)
    except BlockingIOError:
        return b""


@contextlib.contextmanager
def terminal_without_reader():
    screen, side = os.openpty()
    yield side
    os.close(screen)
    os.close(side)


@pytest.mark.parametrize("stderr", [pipe_without_reader, terminal_without_reader])
@pytest.mark.parametrize("blocked", ["workers", "the end"])
def test_who_does_not_read_stderr_cannot_hold_a_stopped_run(tap, api, settings, stderr, blocked):
    """Workers block in a line about a failure, with all they hold; or the main thread in the summary."""
    if blocked == "workers":
        api.fault("status", endpoint=LIST + "ads/analytics", status=500)
    else:
        api.fault("stall", endpoint=LIST + "ads/analytics", stall_ms=600_000)
    with stderr() as writer:
        env = {"TAP_PINTEREST_LOGLEVEL": "debug"}
        with Running(tap, settings, stderr=writer, env=env, to_file=True) as running:
            wait_until(lambda: api.counters()["faults"], "an answer has failed")
            fill(writer)
            running.send(signal.SIGTERM)
            code = running.process.wait()
            assert code == 143
            assert running.watchdog.is_alive()
            running.stdout.seek(0)
            first = Run(code, running.stdout.read(), b"")
    check_rules(first)
    api.clear_faults()
    assert_complete_together(api, first, tap.run(settings, state=first.state, code=0))


def test_who_does_not_read_stderr_cannot_hold_a_run_that_is_complete(tap, settings):
    """The pipe has room for one line, so that nobody gets ahead of its reader, which stops before the summary."""
    catalog = tap.catalog("ad_accounts")
    with pipe_with_reader() as (reader, writer):
        with Running(tap, settings, catalog=catalog, stderr=writer, to_file=True) as running:
            output = running.stdout.fileno()
            wait_until(lambda: b" done: " in read_what_is_there(reader), "the stream ends")
            wait_until(lambda: b'"STATE"' in os.pread(output, 1 << 20, 0), "the last state is written")
            running.send(signal.SIGTERM)
            assert running.process.wait() == 0
            assert running.watchdog.is_alive()


@pytest.mark.parametrize("endpoint", [LIST + "campaigns", "/pins", LIST + "ads/analytics"])
def test_the_first_record_is_there_while_the_api_keeps_others_waiting(tap, api, settings, endpoint):
    api.fault("stall", endpoint=endpoint, stall_ms=600_000)
    with Running(tap, settings) as running:
        running.read_to("RECORD")
        running.send(signal.SIGTERM)
        running.end(code=143)


# --- threads ------------------------------------------------------------------------------------------------------


def limit_threads(count):
    """For `preexec_fn`: so few threads can be had, since no address is left for the stack of one more."""
    stack = 1 << 30
    room = count * stack + stack * 3 // 4
    resource.setrlimit(resource.RLIMIT_STACK, (stack, resource.getrlimit(resource.RLIMIT_STACK)[1]))
    resource.setrlimit(resource.RLIMIT_AS, (room, room))


@pytest.mark.parametrize("threads", [0, 1, 2, 3, 5])
def test_where_threads_are_short_the_run_goes_on_with_those_it_got(tap, api, settings, threads):
    run = tap.run(dict(settings, max_concurrency=8), code=0, preexec_fn=lambda: limit_threads(threads))
    assert_complete_together(api, run)
    assert run.warnings(f"could start only {max(0, threads - 2)} of 8 threads")
    assert bool(run.warnings("watch for signals")) == (threads == 0)


# --- output that fails --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["sync", "--discover", "--about", "--test", "--version", "--help"])
def test_a_full_disk_ends_the_run_and_says_so(tap, settings, command):
    arguments = [] if command == "sync" else [command]
    with open("/dev/full", "wb") as full, Running(tap, settings, *arguments, stdout=full) as running:
        code, stderr = running.wait()
    assert code == 1
    assert stderr.splitlines()[-1].endswith("CRITICAL cannot write to standard output: No space left on device")


@pytest.mark.parametrize("command", ["--discover", "--about", "--test", "--version", "--help"])
def test_what_is_printed_for_a_reader_that_has_gone_ends_quietly(tap, settings, command):
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as closed, Running(tap, settings, command, stdout=closed) as running:
        assert running.wait() == (1, "")


@pytest.mark.parametrize("closed", [[1], [0, 1]], ids=str)
def test_without_standard_output_the_run_ends_and_says_so(tap, settings, closed):
    streams = {"stdin": None, "stdout": None, "preexec_fn": lambda: [os.close(number) for number in closed]}
    with Running(tap, settings, **streams) as running:
        code, stderr = running.wait()
    assert code == 1
    assert stderr.splitlines()[-1].endswith("CRITICAL cannot write to standard output: Bad file descriptor")


@pytest.mark.parametrize("how", ["full", "closed", "closed like stdin", "broken pipe"])
def test_logs_that_cannot_be_written_do_not_break_the_run(tap, api, settings, how):
    reader, writer = os.pipe()
    os.close(reader)
    streams = {
        "full": lambda: {"stderr": open("/dev/full", "wb")},
        "closed": lambda: {"stderr": None, "preexec_fn": lambda: os.close(2)},
        "closed like stdin": lambda: {"stdin": None, "stderr": None, "preexec_fn": lambda: (os.close(0), os.close(2))},
        "broken pipe": lambda: {"stderr": writer},
    }
    with Running(tap, settings, **streams[how]()) as running:
        run = running.end(code=0)
    os.close(writer)
    assert_complete_together(api, run)
