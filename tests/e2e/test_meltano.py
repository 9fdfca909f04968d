"""The commands of Meltano with this tap: select, configure, test, run, kill, go on."""

import json
import os
import signal

import pytest
from compare import assert_same_keys, assert_same_rows, true_entities, true_rows
from harness import KEYS
from meltano_project import EXAMPLE, Project, assert_complete, assert_is_a_valid_project, written
from running import wait_until

START = "2026-03-01"
WORLD = {"accounts": 2, "campaigns": 8, "ad_groups": 10, "ads": 12, "pins": 6}
TO_JSONL = ["run", "--no-install", "tap-pinterest", "target-jsonl"]
STATE_ID = "prod:tap-pinterest-to-target-jsonl"


@pytest.fixture
def api(simulate):
    return simulate(**WORLD)


@pytest.fixture
def project(tmp_path, api):
    return Project(tmp_path, api)


# --- what it says of itself ---------------------------------------------------------------------------------------


def test_about_and_discover_through_meltano(project):
    about = json.loads(project.run("invoke", "tap-pinterest", "--about", "--format=json")[0])
    assert about["name"] == "tap-pinterest"
    locked = json.loads((EXAMPLE / "plugins" / "extractors" / "tap-pinterest--native.lock").read_text())
    assert locked["capabilities"] == about["capabilities"]
    catalog = json.loads(project.run("invoke", "tap-pinterest", "--discover")[0])
    assert {stream["tap_stream_id"] for stream in catalog["streams"]} == set(KEYS)


def test_the_settings_are_known_and_secrets_are_hidden(project):
    settings = json.loads(project.run("--environment=prod", "config", "print", "tap-pinterest")[0])
    assert settings["api_url"].startswith("http://127.0.0.1")
    assert settings["token_file"] == str(project.folder / ".meltano" / "pinterest-token.json")
    assert set(settings["client_secret"]) == set(settings["refresh_token"]) == {"*"}


def test_the_connection_test_of_meltano(project):
    _, log = project.run("config", "test", "tap-pinterest")
    assert "Traceback" not in log
    project.set(TAP_PINTEREST_CLIENT_SECRET="wrong")
    _, log = project.run("config", "test", "tap-pinterest", code=1)
    assert "client" in log.lower()


# --- selection, metadata, schema ----------------------------------------------------------------------------------


def test_nested_fields_are_selected_and_excluded(project, api):
    project.run("select", "tap-pinterest", "campaigns", "name")
    project.run("select", "tap-pinterest", "campaigns", "tracking_urls.*")
    project.run("select", "--exclude", "tap-pinterest", "campaigns", "tracking_urls.click")
    project.run("select", "tap-pinterest", "campaign_analytics", "metrics.SPEND_IN_DOLLAR")
    listed, _ = project.run("select", "tap-pinterest", "--list", "--all")
    assert "[selected   ] campaigns.name" in listed
    assert "[excluded   ] campaigns.tracking_urls.click" in listed
    assert "[automatic  ] campaigns.id" in listed
    project.run(*TO_JSONL)
    rows = written(project)
    assert set(rows) == {"campaigns", "campaign_analytics"}
    assert_same_keys([row["id"] for row in rows["campaigns"]], [each["id"] for each in true_entities(api, "campaigns")])
    fields = set(rows["campaigns"][0])
    assert {"id", "name", "tracking_urls", "updated_time"} <= fields and "status" not in fields
    urls = next(row["tracking_urls"] for row in rows["campaigns"] if row["tracking_urls"])
    assert "impression" in urls and "click" not in urls
    assert {tuple(row["metrics"]) for row in rows["campaign_analytics"] if row["metrics"]} == {("SPEND_IN_DOLLAR",)}


def test_metadata_and_schema_extras(project, api):
    project.config("_select", ["campaigns.*", "ads.*"])
    project.config("_metadata", {"campaigns": {"replication-method": "FULL_TABLE"}})
    project.config("_schema", {"campaigns": {"daily_spend_cap": {"type": ["string", "null"]}}})
    project.run(*TO_JSONL)
    first = written(project)
    caps = {row["daily_spend_cap"] for row in first["campaigns"]} - {None}
    assert caps and all(isinstance(cap, str) for cap in caps)
    api.advance(hours=1)
    project.run(*TO_JSONL)
    second = written(project)
    assert len(second["campaigns"]) == len(first["campaigns"]) == len(true_entities(api, "campaigns"))
    assert 0 < len(second["ads"]) < len(first["ads"]) == len(true_entities(api, "ads"))


# --- runs ---------------------------------------------------------------------------------------------------------


def test_state_goes_on_across_runs_a_kill_and_a_full_refresh(project, api):
    project.run(*TO_JSONL)
    first = written(project)
    assert_complete(api, first, START)
    state = project.state(STATE_ID)
    assert {each["context"]["ad_account_id"] for each in state["bookmarks"]["ads"]["partitions"]} == set(
        api.account_ids()
    )

    api.advance(days=1)
    api.generation(1)
    # All of it is killed while a request hangs: Meltano keeps the state of the first run.
    api.fault("stall", endpoint="/ad_accounts/{ad_account_id}/ads/analytics", nth=1, stall_ms=60_000)
    process = project.start(*TO_JSONL)
    wait_until(lambda: api.counters()["faults"], "the request that hangs")
    taps = project.taps()
    os.killpg(process.pid, signal.SIGKILL)
    for tap in taps:
        os.kill(tap, signal.SIGKILL)
    project.finish(process, code=-signal.SIGKILL)
    api.clear_faults()
    written(project)
    assert project.state(STATE_ID) == state

    project.run(*TO_JSONL, code=1)  # Meltano cannot know that the run of before is dead
    project.run(*TO_JSONL, "--force")
    second = written(project)
    looked_back = "2026-03-06"  # three days before the bookmark, the last whole day
    for stream in ("campaign_analytics", "ad_analytics"):
        assert_same_rows(stream, second[stream], true_rows(api, stream, looked_back))
    assert len(second["ads"]) < len(first["ads"])

    project.run(*TO_JSONL, "--full-refresh", "--force")
    assert_complete(api, written(project), START)


def test_each_suffix_of_the_state_id_has_a_state_of_its_own(project, api):
    for suffix, account in zip(("a", "b"), api.account_ids()):
        part = {"TAP_PINTEREST_AD_ACCOUNT_IDS": json.dumps([account]), "TAP_PINTEREST_RATE_LIMIT_SHARE": "0.5"}
        project.run(*TO_JSONL, f"--state-id-suffix={suffix}", **part)
        assert {row["ad_account_id"] for row in written(project)["ads"]} == {account}
        partitions = project.state(f"{STATE_ID}:{suffix}")["bookmarks"]["ads"]["partitions"]
        assert [each["context"]["ad_account_id"] for each in partitions] == [account]


def test_meltano_keeps_the_shard_of_a_state(project):
    arguments = (*TO_JSONL, "--state-id-suffix", "1-of-2")
    for _ in range(2):
        project.run(*arguments, TAP_PINTEREST_SHARD="1/2")
        assert project.state(f"{STATE_ID}:1-of-2")["shard"] == "1/2"
    project.run(*arguments, code=1, TAP_PINTEREST_SHARD="2/2")


def test_a_map_in_between_hashes_a_field_and_drops_another(project, api):
    project.run("run", "--no-install", "tap-pinterest", "without-names", "target-jsonl")
    rows = written(project)
    names = {each["name"] for each in true_entities(api, "campaigns")}
    assert len(rows["campaigns"]) == len(true_entities(api, "campaigns"))
    for row in rows["campaigns"]:
        assert row["name"] not in names and len(row["name"]) == 32
        assert "tracking_urls" not in row
    assert {row["name"] for row in rows["ads"]} == {each["name"] for each in true_entities(api, "ads")}
    assert project.state("prod:tap-pinterest-to-target-jsonl")["bookmarks"]["campaigns"]


def test_meltano_parses_the_log(project, api):
    """Levels and messages are Meltano's own, and no JSON of the tap is left in them."""
    api.fault("status", endpoint="/ad_accounts/{ad_account_id}/campaigns", every=1, status=401)
    _, log = project.run("--log-format=json", *TO_JSONL, code=1)
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    of_tap = [line for line in lines if "tap-pinterest" in str(line.get("name", line.get("string_id", "")))]
    (critical,) = [line for line in of_tap if line["level"] == "critical"]
    assert "401" in critical["event"]
    assert [line for line in of_tap if line["event"] == "METRIC" and line["level"] == "info"]
    assert not [line for line in of_tap if line["event"].startswith("{")]


# --- the definition -----------------------------------------------------------------------------------------------


def test_the_example_is_a_valid_project():
    assert_is_a_valid_project(EXAMPLE)
