"""--verify: what runs wrote, and what became of it when it was damaged."""

import json
import re
import shlex
from pathlib import Path

import pytest
from compare import EVERY_STATUS
from harness import KEYS
from lists import SMALL_WITH_EVERY_SCOPE

START = "2026-03-05"
SUMS_ARE_NOT_CHECKED = "sums: not checked; select the stream data_quality"


def verify(tap, *outputs, code=0, **popen):
    """The lines that --verify prints; outputs are bytes, or runs."""
    paths = [tap.write(f"output-{i}.jsonl", getattr(each, "stdout", each)) for i, each in enumerate(outputs)]
    run = tap.run(None, "--verify", *([path.name for path in paths] or ["-"]), rules=False, code=code, **popen)
    lines = run.stdout.decode().splitlines()
    assert code == 2 or (lines[-1].endswith(": no findings") == (code == 0))
    return lines


def everything(tap, settings):
    """A catalog with every stream, and with what the schemas lack."""
    catalog = tap.catalog(*KEYS, config=settings)
    for stream in catalog["streams"]:
        for item in stream["metadata"]:
            if item["breadcrumb"] == ["properties", "additional_fields"]:
                item["metadata"]["selected"] = True
    return catalog


# --- what runs wrote ----------------------------------------------------------------------------------------------


def test_a_first_run_and_the_next_are_in_order(tap, api, config):
    settings = config(api, start_date=START)
    first = tap.run(settings, code=0)
    api.advance(days=1)
    second = tap.run(settings, state=first.state, code=0)
    lines = verify(tap, first, second)
    for stream, records in first.records.items():
        told = f"output-0.jsonl: {stream}: {len(records)} records, {len(records)} distinct keys, 0 repeats, 0 changed"
        assert told in lines
    assert sum(SUMS_ARE_NOT_CHECKED in line for line in lines) == 2


@pytest.mark.parametrize("flat", [{}, {"flattening_enabled": True, "flattening_max_depth": 2}], ids=["nested", "flat"])
def test_every_stream_with_everything_selected_is_in_order(tap, simulate, config, flat):
    # Drafts deliver as well in this world: without them the rows would not add up.
    settings = config(simulate(**SMALL_WITH_EVERY_SCOPE), start_date=START, trend_regions=["US", "GB+IE"],
                      entity_statuses=EVERY_STATUS, **flat)  # fmt: skip
    run = tap.run(settings, catalog=everything(tap, settings), code=0)
    lines = verify(tap, run)
    assert len(lines) == len(KEYS) + 2
    assert re.fullmatch(r".*sums: (\d+) of \1 lines of data_quality recomputed", lines[-2])


@pytest.mark.parametrize("granularity", ["HOUR", "WEEK", "MONTH"])
def test_other_granularities_are_in_order_also_after_a_change(tap, api, config, granularity):
    streams = tap.catalog("ad_analytics", "campaign_analytics")
    daily = tap.run(config(api, start_date="2026-02-01"), catalog=streams, code=0)
    settings = config(api, start_date="2026-02-01" if granularity != "HOUR" else START, analytics_granularity=granularity)
    catalog = tap.catalog("ad_analytics", "campaign_analytics", config=settings)
    verify(tap, daily, tap.run(settings, catalog=catalog, code=0),
           tap.run(settings, catalog=catalog, state=daily.state, code=0))  # fmt: skip


def test_a_run_may_come_through_a_pipe(tap, api, config):
    output = tap.write("run.jsonl", tap.run(config(api, start_date=START), code=0).stdout)
    with open(output, "rb") as stdin:
        assert verify(tap, stdin=stdin)[-1] == "stdin: no findings"


def test_a_run_that_was_killed_says_so(tap, api, config):
    with tap.start(config(api, start_date=START)) as process:
        lines = [process.stdout.readline() for _ in range(40)]
        process.kill()
    lines = verify(tap, b"".join(lines)[:-1], code=1)
    assert "output-0.jsonl:40: the last line is cut short: it has no line break" in lines
    assert "output-0.jsonl: 1 finding" in lines


# --- damage -------------------------------------------------------------------------------------------------------


def lines_of(output, kind, stream=None):
    """The numbers, from 0, of the messages of a type and stream."""
    messages = [json.loads(line) for line in output]
    return [
        i for i, message in enumerate(messages)
        if message["type"] == kind and (stream is None or message["stream"] == stream)
    ]  # fmt: skip


def record(change, stream="ad_analytics"):
    """Changes the first record of a stream."""

    def damage(output):
        at = lines_of(output, "RECORD", stream)[0]
        message = json.loads(output[at])
        change(message)
        output[at] = json.dumps(message).encode()
        return at

    return damage


def set_metric(value):
    return record(lambda message: message["record"]["metrics"].update(CTR=value))


def again(change):
    """Writes the first record of ad_analytics once more, with a change."""

    def damage(output):
        at = lines_of(output, "RECORD", "ad_analytics")[0]
        message = json.loads(output[at])
        message["record"]["metrics"]["CTR"] = 0.123456
        change(message)
        output.insert(at + 1, json.dumps(message).encode())
        return at + 1

    return damage


def state(change):
    """Writes the last STATE once more, with a change of the entry of ad_analytics and the first account."""

    def damage(output):
        message = json.loads(output[-1])
        change(message["value"]["bookmarks"]["ad_analytics"]["partitions"][0])
        output.append(json.dumps(message).encode())
        return len(output) - 1

    return damage


def insert(line):
    def damage(output):
        output.insert(20, line)
        return 20

    return damage


def remove(kind, stream=None, then="RECORD", last=False):
    def damage(output):
        del output[lines_of(output, kind, stream)[-1 if last else 0]]
        return lines_of(output, then, stream)[0] if not last else len(output) - 1

    return damage


# name: (what is done to the lines, giving the number of the one to be found; what has to be said of it)
DAMAGES = {
    "a number is text": (set_metric("0.5"), "ad_analytics: metrics.CTR has the type string, and the SCHEMA wants null or number"),
    "a number is a list": (set_metric([]), "ad_analytics: metrics.CTR has the type array, and the SCHEMA wants null or number"),
    "a date is none": (
        record(lambda message: message["record"].update(DATE="2026-02-30")),
        "ad_analytics: DATE is no date",
    ),
    "a key is null": (record(lambda message: message["record"].update(AD_ID=None)), "no value of the key property AD_ID"),
    "a key is gone": (record(lambda message: message["record"].pop("id"), "ads"), "ads: no value of the key property id"),
    "a property is new": (record(lambda message: message["record"].update(x=1)), "ad_analytics: x is not in the SCHEMA"),
    "a time is none": (record(lambda message: message.update(time_extracted="now")), "time_extracted is missing or"),
    "a record is gone from its line": (record(lambda message: message.pop("record")), "without an object in it"),
    "a row differs at the same time": (again(lambda message: None), "differs from an earlier line, but was read at the"),
    "a row that differs is older": (
        again(lambda message: message.update(time_extracted="2020-01-01T00:00:00Z")),
        "differs from an earlier line, but was read before that one",
    ),
    "a SCHEMA is gone": (remove("SCHEMA", "ads"), "a RECORD of ads without a SCHEMA before it"),
    "the last STATE is gone": (remove("STATE", last=True), "the output ends without a STATE: it was cut short"),
    "a bookmark moves back": (
        state(lambda entry: entry.update(replication_key_value="2026-03-06")),
        "moves back",
    ),
    "days are no longer covered": (
        state(lambda entry: entry.update(covered=[["2026-03-05", "2026-03-06"]])),
        "no longer covers 2026-03-07 to 2026-03-09",
    ),
    "another type of message": (insert(b'{"type": "ACTIVATE_VERSION", "stream": "ads", "version": 1}'), "ACTIVATE_VERSION"),
    "no JSON": (insert(b"INFO reading"), "not JSON"),
    "no object": (insert(b"[1]"), "not a JSON object"),
    "an empty line": (insert(b""), "not JSON"),
    "nested too deep": (insert(b'{"a":' * 200_000), "not JSON: nested deeper"),
    "nested lists": (insert(b"[" * 200_000), "not JSON: nested deeper"),
    "a number that no double holds": (insert(b'{"type": "RECORD", "x": 1e999}'), "not JSON"),
    "not UTF-8": (insert(b'{"type": "RECORD", "stream": "\xff\xfe"}'), "not JSON"),
    "zeros": (insert(b"\0" * 100), "not JSON"),
}  # fmt: skip


def test_damage_is_found(tap, api, config):
    output = tap.run(config(api, start_date=START), code=0).stdout.splitlines()
    for name, (damage, text) in DAMAGES.items():
        damaged = list(output)
        number = damage(damaged) + 1
        lines = verify(tap, b"".join(line + b"\n" for line in damaged), code=1)
        assert any(line.startswith(f"output-0.jsonl:{number}: ") and text in line for line in lines), (name, lines)


def test_many_findings_of_a_kind_are_counted(tap, api, config):
    output = tap.run(config(api, start_date=START), code=0).stdout
    lines = verify(tap, output.replace(b'"type":"RECORD"', b'"type":"ROW"'), code=1)
    records = output.count(b'"type":"RECORD"')
    assert sum("a message of the type ROW" in line for line in lines) == 20
    first = next(line for line in lines if "a message of the type ROW" in line).split(":")[1]
    assert f"output-0.jsonl: ... and {records - 20} more like that in line {first}" in lines
    assert lines[-1] == f"output-0.jsonl: {records} findings"


def test_a_file_that_cannot_be_read_is_named_and_others_are_read(tap, api, config):
    good = tap.run(config(api, start_date=START), code=0).stdout
    tap.write("good.jsonl", good)
    run = tap.run(None, "--verify", "missing.jsonl", ".", "good.jsonl", rules=False, code=2)
    assert run.log_lines("ERROR", "missing.jsonl cannot be read: No such file")
    assert run.log_lines("ERROR", ". cannot be read: Is a directory")
    assert run.stdout.endswith(b"good.jsonl: no findings\n")


@pytest.mark.parametrize("other", [["--discover"], ["--test"], ["--about"], ["login"], ["--config", "x"], ["--state", "x"]])
def test_it_goes_with_no_other_mode(tap, other):
    for arguments in (["--verify", "x", *other], [*other, "--verify", "x"]):
        run = tap.run(None, *arguments, rules=False, code=2)
        assert run.stdout == b""


def test_the_documents_example_is_real(tap):
    text = (Path(__file__).parents[2] / "docs" / "verify.md").read_text()
    blocks = dict(re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL))
    tap.write("run.jsonl", blocks["json"])
    command, *printed = blocks["console"].splitlines()
    prompt, program, *arguments = shlex.split(command)
    assert (prompt, program) == ("$", "tap-pinterest")
    assert tap.run(None, *arguments, rules=False, code=1).stdout.decode().splitlines() == printed
