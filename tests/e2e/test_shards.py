"""Shards: what one run reads, divided among several that know nothing of each other."""

import json
import os
import re
import shutil
import signal
import subprocess
import zlib
from collections import Counter
from pathlib import Path

import pytest
from compare import assert_same_keys, true_entities
from harness import BY_DEFAULT, ENTITIES, RUN_SECONDS, plain_environment

DOCS = (Path(__file__).parents[2] / "docs" / "shards.md").read_text()
START = "2026-03-08"
# So that a small part of them is enough for all.
CATEGORIES = ("ads_read", "ads_analytics", "org_read", "org_analytics", "catalogs_read", "trends_read")
SETTINGS = {"start_date": START, "rate_limits": dict.fromkeys(CATEGORIES, 1_000_000)}
OF_USER = ["pins", "pin_analytics", "user_account", "boards", "targeting_options", "ad_account_countries"]
BY_ACCOUNT = ["audiences", "ad_account_analytics", "data_quality"]


@pytest.fixture
def api(simulate):
    return simulate(accounts=7, campaigns=3, ad_groups=3, ads=3, pins=4, limits="off", token_lifetime=1_000_000_000)


@pytest.fixture
def settings(api, config):
    """The configuration of a run that may be a shard: `settings("1/2")`."""
    return lambda shard=None, **more: config(api, **SETTINGS, shard=shard, **more)


def home(account, count):
    """The shard that an account is in, of `count`; as the documentation says."""
    return zlib.crc32(account.encode()) % count + 1


def all_shards(count):
    return [f"{number}/{count}" for number in range(1, count + 1)]


def contents(*runs):
    """How often each record was written, without the moment of reading that some of them hold."""
    kept = Counter()
    for run in runs:
        for stream, records in run.records.items():
            for record in records:
                kept[stream, json.dumps({**record, "read_at": None}, default=str)] += 1
    return kept


def test_the_line_of_python_in_the_docs_is_the_one_that_is_meant():
    (line,) = re.findall(r"```python\n(.*)\n```", DOCS)
    for account, count in [("549755885175", 8), ("549755885175", 3), ("7", 1000)]:
        scope = {"zlib": zlib, "account": account, "count": count}
        assert eval(line, scope) == home(account, count)
    assert (home("549755885175", 8), home("549755885175", 3), home("7", 1000)) == (5, 2, 347)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_the_shards_have_together_what_one_run_has(tap, api, settings, count):
    catalog = tap.catalog(*BY_DEFAULT, *OF_USER, *BY_ACCOUNT)
    whole = tap.run(settings(), catalog=catalog, code=0)
    assert {stream for stream, records in whole.records.items() if records} >= {*BY_DEFAULT, *OF_USER, *BY_ACCOUNT}
    runs = [tap.run(settings(shard), catalog=catalog, code=0) for shard in all_shards(count)]
    assert contents(*runs) == contents(whole)
    for number, run in enumerate(runs, start=1):
        assert run.state["shard"] == f"{number}/{count}"
        mine = [account for account in api.account_ids() if home(account, count) == number]
        assert_same_keys(run.keys("ad_accounts"), mine)
        assert {record["ad_account_id"] for stream in ENTITIES for record in run.records[stream]} == set(mine)
        assert bool(run.log_lines("INFO", f"no ad accounts are in shard {number}/{count}")) == (not mine)
        assert [stream for stream in OF_USER if stream in run.schemas] == (OF_USER if number == 1 else [])
        assert bool(run.log_lines("INFO", "leaves to the first shard: ", *OF_USER)) == (number > 1)
        assert not run.warnings()
    bookmarks = [run.state["bookmarks"] for run in runs]
    assert set(whole.state["bookmarks"]) == set().union(*bookmarks)


def test_a_shard_reads_what_is_also_in_ad_account_ids(tap, api, settings):
    wanted = api.account_ids()[:4]
    for streams in (["campaigns"], ["ad_accounts", "campaigns"], ["campaigns", "ad_account_analytics"]):
        catalog = tap.catalog(*streams)
        runs = [tap.run(settings(s, ad_account_ids=wanted), catalog=catalog, code=0) for s in all_shards(3)]
        for number, run in enumerate(runs, start=1):
            mine = {account for account in wanted if home(account, 3) == number}
            assert {record["ad_account_id"] for record in run.records["campaigns"]} == mine
            assert not run.log_lines("ERROR") and not run.warnings()


def test_an_account_that_is_not_there_is_missed_by_its_own_shard_alone(tap, api, settings):
    stranger = "549755885176"
    for number in (1, 2, 3):
        mine = number == home(stranger, 3)
        accounts = [*api.account_ids(), stranger]
        run = tap.run(settings(f"{number}/3", ad_account_ids=accounts), catalog=tap.catalog("ad_accounts"), code=int(mine))
        assert bool(run.log_lines(stranger)) == mine


@pytest.mark.parametrize("streams", [["campaigns"], ["ad_accounts", "campaigns", "data_quality", "ad_analytics"]])
@pytest.mark.parametrize("named", [False, True])
def test_an_empty_shard_is_a_run_like_any(tap, simulate, config, streams, named):
    api = simulate(accounts=1, campaigns=3, ad_groups=3, ads=3, pins=4, limits="off")
    (account,) = api.account_ids()
    shard = f"{home(account, 7) % 7 + 1}/7"
    settings = config(api, **SETTINGS, shard=shard, ad_account_ids=[account] if named else None)
    run = tap.run(settings, catalog=tap.catalog(*streams), code=0)
    assert set(run.schemas) == set(streams)
    assert not any(run.records.values())
    assert run.states == [{"shard": shard, "bookmarks": {}}]
    assert run.log_lines("INFO", f"no ad accounts are in shard {shard}")
    again = tap.run(settings, catalog=tap.catalog(*streams), state=run.state, code=0)
    assert again.states == run.states


def test_what_belongs_to_no_account_is_nothing_to_another_shard(tap, api, settings):
    run = tap.run(settings("2/2"), catalog=tap.catalog("pins", "user_account"), code=0)
    assert [message["type"] for message in run.messages] == ["STATE"]
    assert run.log_lines("INFO", "shard 2/2 leaves to the first shard: pins, user_account")
    assert not api.counters()["requests"]


def test_a_shard_goes_on_from_its_own_state(tap, api, settings):
    catalog = tap.catalog("campaigns", "campaign_analytics")
    first = tap.run(settings("1/2"), catalog=catalog, code=0)
    api.touch("campaigns", [1], account=[home(account, 2) for account in api.account_ids()].index(1))
    api.advance(days=1)
    second = tap.run(settings("1/2", lookback_days=0), catalog=catalog, state=first.state, code=0)
    assert 0 < len(second.records["campaigns"]) < len(first.records["campaigns"])
    assert min(record["DATE"] for record in first.records["campaign_analytics"]) == START
    assert min(record["DATE"] for record in second.records["campaign_analytics"]) > START
    assert not second.warnings() and second.state["shard"] == "1/2"


@pytest.mark.parametrize(
    "before, now, says",
    [
        ("1/2", "2/2", ["shard 1/2", "shard 2/2"]),
        ("1/2", "1/3", ["shard 1/2", "shard 1/3"]),
        ("1/2", None, ["shard 1/2", "a run without shard"]),
        (None, "1/2", ["a run without shard", "shard 1/2"]),
    ],
)
def test_the_state_of_another_shard_is_refused(tap, api, settings, before, now, says):
    catalog = tap.catalog("campaigns")
    state = tap.run(settings(before), catalog=catalog, code=0).state
    api.reset_counters()
    run = tap.run(settings(now), catalog=catalog, state=state, rules=False, code=2)
    assert not run.stdout and not api.counters()["requests"]
    (line,) = run.log_lines("state")
    assert line.startswith("CRITICAL") and all(text in line for text in [*says, "a state of its own"])


def test_the_state_of_an_empty_shard_is_refused_too(tap, settings):
    run = tap.run(settings("2/2"), catalog=tap.catalog("campaigns"), state={"shard": "1/2", "bookmarks": {}}, rules=False, code=2)
    assert run.log_lines("CRITICAL", "shard 1/2", "shard 2/2")


@pytest.mark.parametrize("state", [{}, {"bookmarks": {}}, ""])
def test_a_state_of_nothing_is_any_shards(tap, settings, state):
    run = tap.run(settings("2/2"), catalog=tap.catalog("campaigns"), state=state, code=0)
    assert run.records["campaigns"] and run.state["shard"] == "2/2"


def test_a_state_that_is_saved_names_its_shard(tap, settings):
    file = tap.directory / "state.json"
    run = tap.run(settings("1/2"), "--write-state", file, catalog=tap.catalog("campaigns"), code=0)
    assert json.loads(file.read_text()) == run.state and run.state["shard"] == "1/2"


def test_a_shard_that_is_stopped_early_names_itself(tap, api, settings):
    api.fault("stall", endpoint="/ad_accounts", every=1, stall_ms=60_000)
    with tap.start(settings("1/2"), catalog=tap.catalog("campaigns")) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        stdout, _ = process.communicate(timeout=RUN_SECONDS)
    assert json.loads(stdout.splitlines()[-1])["value"] == {"shard": "1/2", "bookmarks": {}}


@pytest.mark.parametrize("more, a_minute", [({}, 285), ({"rate_limit_share": 1}, 570)])
def test_a_shard_takes_its_part_of_the_limits(tap, simulate, config, more, a_minute):
    api = simulate(accounts=0, campaigns=0, ad_groups=0, ads=0, pins=130, category_limit="org_analytics=600",
                   limit_headers="x-ratelimit-limit")  # fmt: skip
    settings = config(api, start_date="2026-03-09", pin_analytics_split_field="NO_SPLIT", shard="1/2", **more)
    run = tap.run(settings, catalog=tap.catalog("pin_analytics"), code=0)
    (estimate,) = run.log_lines("INFO", "org_analytics requests left")
    assert f"limit of {a_minute} a minute" in estimate


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1/1001", "1", "one/two", 2])
def test_what_is_no_shard_is_refused(tap, settings, shard):
    run = tap.run(settings(shard), rules=False, code=2)
    assert run.log_lines("CRITICAL", "shard: must be")


def test_the_connection_test_tries_the_accounts_of_the_shard(tap, api, settings):
    mine = [account for account in api.account_ids() if home(account, 2) == 2]
    run = tap.run(settings("2/2"), "--test", rules=False, code=0)
    assert f"{len(mine)} can be read" in run.stdout.decode()
    assert len(api.requests("/campaigns")) == len(mine)


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def shell(tap, settings):
    """Runs a script of the page, beside a config.json."""
    tap.write("config.json", settings())
    programs = tap.directory / "bin"
    programs.mkdir()
    (programs / "tap-pinterest").symlink_to(tap.program)
    kept = plain_environment()

    def run(script):
        environment = {**kept, "PATH": f"{programs}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["bash", "-c", script], env=environment, cwd=tap.directory, capture_output=True, text=True, timeout=RUN_SECONDS
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return run


def written(tap, stream):
    lines = [json.loads(line) for file in tap.directory.glob("*.jsonl") for line in file.read_text().splitlines()]
    return [line["record"]["id"] for line in lines if line["type"] == "RECORD" and line["stream"] == stream]


def test_the_script_of_the_page_reads_everything_once(tap, api, shell):
    (script,) = re.findall(r"```sh\n(shards=2.*?)```", DOCS, re.DOTALL)
    shell(script)
    for stream in ("ad_accounts", "campaigns", "pins"):
        truth = api.truth("ad_accounts") if stream == "ad_accounts" else true_entities(api, stream)
        assert_same_keys(written(tap, stream), [entity["id"] for entity in truth])
    states = [json.loads((tap.directory / f"state-{number}-of-2.json").read_text()) for number in (1, 2)]
    assert [state["shard"] for state in states] == ["1/2", "2/2"]
    shell(script)  # goes on


@pytest.mark.skipif(shutil.which("jq") is None, reason="the page uses jq")
def test_the_page_divides_the_state_of_a_single_run(tap, api, shell, settings):
    """Nothing is read twice and nothing is lost."""
    catalog = tap.catalog("campaigns", "ad_analytics")
    whole = tap.run(settings(), catalog=catalog, code=0)
    tap.write("state.json", whole.state)
    (script,) = re.findall(r"```sh\n(jq .*?)```", DOCS, re.DOTALL)
    shell(script)
    api.advance(days=1)
    plain = tap.run(settings(lookback_days=0), catalog=catalog, state=whole.state, code=0)
    runs = []
    for number in (1, 2):
        file = tap.directory / f"state-{number}-of-2.json"
        runs.append(tap.run(settings(f"{number}/2", lookback_days=0), catalog=catalog, state=file, code=0))
        assert not runs[-1].warnings()
    assert contents(*runs) == contents(plain)
    assert plain.records["ad_analytics"]
