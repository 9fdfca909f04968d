"""State files: what is taken for one, what is refused or warned of, and how often and how exactly it is written."""

import json

import pytest
from compare import assert_same_keys, true_entities
from harness import partition

START = "2026-03-01"


@pytest.fixture
def api(simulate):
    return simulate(accounts=2, campaigns=20, ad_groups=3, ads=3, pins=3, limits="off", token_lifetime=1_000_000_000)


def requests(api):
    return sum(api.counters()["requests"].values())


def of_accounts(stream, *accounts, **entry):
    """A state with an entry for each account."""
    partitions = [{"context": {"ad_account_id": account}, **entry} for account in accounts]
    return {"bookmarks": {stream: {"partitions": partitions}}}


def of_other_tap():
    return {
        "bookmarks": {
            "users": {"replication_key": "id", "replication_key_value": 5},
            "ads": {"partitions": [{"context": {"act_id": "1"}, "replication_key_value": "2026-03-01"}]},
        }
    }


@pytest.mark.parametrize("name", ["as it is", "with blanks", "sorted keys"])
def test_a_raw_state_line_is_a_state(tap, api, config, name):
    catalog = tap.catalog("campaigns")
    first = tap.run(config(api), catalog=catalog, code=0)
    line = {"type": "STATE", "value": first.state}
    text = {
        "as it is": first.stdout.decode().splitlines()[-1],
        "with blanks": json.dumps(line, indent=2),
        "sorted keys": json.dumps({"value": first.state, "type": "STATE"}),
    }[name]
    second = tap.run(config(api), catalog=catalog, state=text, code=0)
    assert len(second.keys("campaigns")) < len(first.keys("campaigns"))
    assert second.state == first.state
    assert not second.warnings()


NO_STATES = {
    "a catalog": (lambda tap: tap.discover(), ["streams"]),
    "a config": (lambda tap: {"client_id": "1", "client_secret": "app-secret-000000"}, ["client_id"]),
    "only a value": (lambda tap: {"value": {}}, ["value"]),
    "Meltano's own form": (lambda tap: {"singer_state": {"bookmarks": {}}}, ["singer_state"]),
    "a RECORD line": (lambda tap: {"type": "RECORD", "stream": "ads", "record": {}}, ["record"]),
    "a STATE line of nothing": (lambda tap: {"type": "STATE", "value": None}, ["object"]),
    "all that a target printed": (lambda tap: '{"bookmarks":{}}\n{"bookmarks":{"pins":{}}}\n', ["line 2"]),
    "two entries of a stream": (lambda tap: '{"bookmarks":{"ads":{},"ads":{}}}', ["bookmarks.ads"]),
}


@pytest.mark.parametrize("name", NO_STATES)
def test_what_is_no_state_is_refused(tap, api, config, name):
    content, texts = NO_STATES[name]
    before = requests(api)
    run = tap.run(config(api), state=content(tap), rules=False, code=2)
    assert not run.stdout
    (critical,) = run.log_lines("CRITICAL")
    assert all(text in critical for text in ["state", *texts]), critical
    assert requests(api) == before


@pytest.mark.parametrize("content", ["", " \n\t\r\n"])
def test_an_empty_file_is_no_state_with_a_warning(tap, api, config, content):
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), state=content, code=0)
    assert_same_keys(run.keys("campaigns"), [entity["id"] for entity in true_entities(api, "campaigns")])
    assert run.warnings("state", "is empty")


@pytest.mark.parametrize("state", [{}, {"bookmarks": {}}, {"bookmarks": {"campaigns": {}}}, {"bookmarks": None}])
def test_a_state_of_nothing_needs_no_warning(tap, api, config, state):
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), state=state, code=0)
    assert run.keys("campaigns")
    assert not run.warnings()


def test_the_state_of_another_tap_is_warned_of_and_kept(tap, api, config):
    state = of_other_tap()
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), state=state, code=0)
    assert len(run.warnings("belongs to this tap", "users, ads")) == 1
    assert {**run.state["bookmarks"], "campaigns": None} == {**state["bookmarks"], "campaigns": None}


def test_a_stream_whose_bookmarks_are_of_no_use_is_named(tap, api, config):
    account = api.account_ids()[0]
    state = of_accounts("ads", account, replication_key_value="2026-03-01")
    state["bookmarks"]["campaigns"] = {"updated_time": "2026-03-01T00:00:00Z"}
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), state=state, code=0)
    (warning,) = run.warnings("cannot be used")
    assert "bookmarks.campaigns" in warning
    assert run.state["bookmarks"]["campaigns"]["updated_time"] == "2026-03-01T00:00:00Z"


@pytest.mark.parametrize("value", ["soon", 1_795_514_400_000, True, "2026-13-01"])
@pytest.mark.parametrize("stream", ["campaigns", "ad_analytics"])
def test_a_bookmark_that_cannot_be_read_is_named(tap, api, config, stream, value):
    good, bad = api.account_ids()
    entry = {"entity_statuses": ["ACTIVE", "ARCHIVED", "PAUSED"]}
    state = of_accounts(stream, good, replication_key_value="2026-03-01", **entry)
    state["bookmarks"][stream]["partitions"] += of_accounts(stream, bad, replication_key_value=value, **entry)[
        "bookmarks"
    ][stream]["partitions"]
    run = tap.run(config(api, start_date=START), catalog=tap.catalog(stream), state=state, code=0)
    (warning,) = run.warnings("bookmark")
    assert all(text in warning for text in (stream, bad, json.dumps(value))), warning


def test_foreign_entries_keep_their_digits_and_their_order(tap, api, config):
    foreign = '{"n":123456789012345678901234567890,"m":1.10,"e":1E+5,"s":"\\u00e9"}'
    state = (
        f'{{"z": {foreign}, "bookmarks": {{"other": {foreign}, "campaigns": {{"note": {foreign},'
        f' "partitions": [{{"context": {{"ad_account_id": "1"}}, "x": {foreign}}}], "more": 1.0}}}}, "a": 1.00}}'
    )
    settings = config(api, ad_account_ids=api.account_ids())  # else account 1 would be one that is lost
    run = tap.run(settings, catalog=tap.catalog("ad_groups"), state=state, code=0)
    written = run.stdout.decode().splitlines()[-1]
    compact = state.replace(": ", ":").replace(", ", ",").replace("\\u00e9", "é")
    kept = compact[: compact.index("}]", compact.index("partitions"))]
    assert written.startswith('{"type":"STATE","value":' + kept), written
    assert written.endswith('"a":1.00}}'), written
    assert '"more":1.0},"ad_groups":' in written, written


def test_a_large_state_is_a_small_part_of_the_output(tap, simulate, config):
    """It is due every 10,000 records, and would be a fifth of the output then."""
    api = simulate(accounts=2, campaigns=12_000, pins=0, limits="off", token_lifetime=1_000_000_000)
    others = [str(number) for number in range(10_000_000_000, 10_000_010_000)]
    state = of_accounts("campaigns", *others, replication_key="updated_time", replication_key_value="2026-03-01")
    settings = config(api, ad_account_ids=api.account_ids())  # the others are not what this run reads
    run = tap.run(settings, catalog=tap.catalog("campaigns"), state=state, code=0)
    lines = run.stdout.splitlines(keepends=True)
    states = [len(line) for line in lines if line.startswith(b'{"type":"STATE"')]
    assert len(run.records["campaigns"]) > 20_000
    assert len(run.state["bookmarks"]["campaigns"]["partitions"]) == 10_002
    assert sum(states) * 10 < len(run.stdout), (states, len(run.stdout))
    assert partition(run.state, "campaigns", others[0])["replication_key_value"] == "2026-03-01"
