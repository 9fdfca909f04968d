"""Second runs: what changed, what was restated, what the state says and keeps."""

import datetime
import json

import pytest
from compare import STATUSES, assert_same_keys, assert_same_rows, true_entities, true_rows
from harness import ENTITIES, partition, stream_entry, stream_metadata

START = "2026-02-08"
TODAY = "2026-03-10"
ANALYTICS = ["campaign_analytics", "ad_analytics", "pin_analytics"]


@pytest.fixture
def api(simulate):
    return simulate(accounts=2, campaigns=60, ad_groups=60, ads=60, pins=30, limits="off", token_lifetime=1_000_000_000)


def seconds(moment):
    return int(datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp())


def utc(unix_seconds):
    return datetime.datetime.fromtimestamp(unix_seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def at_or_after(api, stream, bookmarks, **parameters):
    """The ids that a run with these bookmarks (seconds, by account) has to write."""
    return [
        entity["id"]
        for entity in true_entities(api, stream, **parameters)
        if entity["updated_time"] is None or entity["updated_time"] >= bookmarks[entity["ad_account_id"]]
    ]


def entity_bookmarks(state, stream):
    return {
        entry["context"]["ad_account_id"]: seconds(entry["replication_key_value"])
        for entry in state["bookmarks"][stream]["partitions"]
    }


def make_full_table(catalog, stream):
    entry = stream_entry(catalog, stream)
    stream_metadata(entry)["replication-method"] = "FULL_TABLE"


# --- entities -----------------------------------------------------------------------------------------------------


def test_a_state_has_one_entry_an_account(tap, api, config):
    state = tap.run(config(api, start_date=START), code=0).state
    assert set(state) == {"bookmarks"}
    for stream in ENTITIES + ["campaign_analytics", "ad_analytics"]:
        contexts = [entry["context"] for entry in state["bookmarks"][stream]["partitions"]]
        assert_same_keys([context["ad_account_id"] for context in contexts], api.account_ids())
        assert all(set(context) == {"ad_account_id"} for context in contexts)
    for stream in ("pins", "pin_analytics"):
        assert "partitions" not in state["bookmarks"][stream]
    assert "resume" not in json.dumps(state)
    assert "ad_accounts" not in state["bookmarks"]


def test_bookmarks_are_the_newest_update_and_the_last_whole_day(tap, api, config):
    state = tap.run(config(api, start_date=START), code=0).state
    for stream in ENTITIES:
        for account, bookmark in entity_bookmarks(state, stream).items():
            newest = max(
                entity["updated_time"] or 0
                for entity in true_entities(api, stream)
                if entity["ad_account_id"] == account
            )
            assert bookmark == newest
            assert partition(state, stream, account)["replication_key"] == "updated_time"
    assert seconds(partition(state, "pins")["replication_key_value"]) == max(
        seconds(pin["created_at"]) for pin in api.truth("pins")
    )
    for entry in state["bookmarks"]["ad_analytics"]["partitions"]:
        assert (entry["replication_key"], entry["replication_key_value"]) == ("DATE", "2026-03-09")
    assert partition(state, "pin_analytics")["replication_key_value"] == "2026-03-09"


def test_nothing_changed_writes_the_ties_only(tap, api, config):
    first = tap.run(config(api, start_date=START), code=0)
    second = tap.run(config(api, start_date=START), state=first.state, code=0)
    for stream in ENTITIES:
        expected = at_or_after(api, stream, entity_bookmarks(first.state, stream))
        assert 0 < len(expected) < 30
        assert_same_keys(second.keys(stream), expected)
    newest = partition(first.state, "pins")["replication_key_value"]
    assert_same_keys(
        second.keys("pins"), [pin["id"] for pin in api.truth("pins") if seconds(pin["created_at"]) >= seconds(newest)]
    )
    assert second.keys("ad_accounts") == api.account_ids()
    assert second.state == first.state


def test_changed_and_new_entities_come(tap, api, config):
    first = tap.run(config(api, start_date=START), code=0)
    api.advance(days=1)
    for kind in ENTITIES:
        api.touch(kind, [5, 40], account=1)
        api.add(kind, 3, account=0)
    api.add("pins", 4)
    second = tap.run(config(api, start_date=START), state=first.state, code=0)
    for stream in ENTITIES:
        expected = at_or_after(api, stream, entity_bookmarks(first.state, stream))
        fresh = [
            entity for entity in true_entities(api, stream) if (entity["updated_time"] or 0) > seconds(TODAY) + 86_400
        ]
        assert len(fresh) >= 3
        assert {entity["id"] for entity in fresh} <= set(expected)
        assert_same_keys(second.keys(stream), expected)
        names = {record["id"]: record["name"] for record in second.records[stream]}
        assert all(names[entity["id"]] == entity["name"] for entity in fresh)
    newest = partition(first.state, "pins")["replication_key_value"]
    expected_pins = [pin["id"] for pin in api.truth("pins") if seconds(pin["created_at"]) >= seconds(newest)]
    assert len(expected_pins) >= 5
    assert_same_keys(second.keys("pins"), expected_pins)


def test_updates_of_the_last_minutes_are_read_again(tap, api, config):
    """Something may be written at the same moment and seen later: the bookmark stays 300 s behind."""
    api.touch("campaigns", [0])
    first = tap.run(config(api), catalog=tap.catalog("campaigns"), code=0)
    for bookmark in entity_bookmarks(first.state, "campaigns").values():
        assert bookmark <= seconds("2026-03-10T12:00:10Z") - 300
    second = tap.run(config(api), catalog=tap.catalog("campaigns"), state=first.state, code=0)
    (touched,) = [e["id"] for e in true_entities(api, "campaigns") if "revision" in e["name"]]
    assert touched in second.keys("campaigns")


def test_full_table_by_the_catalog(tap, api, config):
    catalog = tap.catalog("campaigns", "pins")
    make_full_table(catalog, "campaigns")
    make_full_table(catalog, "pins")
    first = tap.run(config(api), catalog=catalog, code=0)
    second = tap.run(config(api), catalog=catalog, state=first.state, code=0)
    assert_same_keys(second.keys("campaigns"), [entity["id"] for entity in true_entities(api, "campaigns")])
    assert_same_keys(second.keys("pins"), [pin["id"] for pin in api.truth("pins")])


def test_an_archived_entity_comes_with_its_past(tap, api, config):
    two = {"entity_statuses": ["ACTIVE", "PAUSED"], "start_date": START, "lookback_days": 3}
    first = tap.run(config(api, **two), code=0)
    for stream in ENTITIES:
        expected = [entity["id"] for entity in true_entities(api, stream, statuses=two["entity_statuses"])]
        assert_same_keys(first.keys(stream), expected)

    three = {**two, "entity_statuses": STATUSES}
    second = tap.run(config(api, **three), state=first.state, code=0)
    for stream in ENTITIES:
        assert_same_keys(second.keys(stream), [entity["id"] for entity in true_entities(api, stream)])
    for stream in ("campaign_analytics", "ad_analytics"):
        assert_same_rows(stream, second.records[stream], true_rows(api, stream, START))

    third = tap.run(config(api, **three), state=second.state, code=0)
    for stream in ENTITIES:
        assert_same_keys(third.keys(stream), at_or_after(api, stream, entity_bookmarks(second.state, stream)))
    assert_same_rows("ad_analytics", third.records["ad_analytics"], true_rows(api, "ad_analytics", "2026-03-06"))


def test_a_status_taken_away_reads_nothing_again(tap, api, config):
    first = tap.run(config(api, start_date=START, lookback_days=3), code=0)
    only = {"entity_statuses": ["ACTIVE"], "start_date": START, "lookback_days": 3}
    second = tap.run(config(api, **only), state=first.state, code=0)
    bookmarks = entity_bookmarks(first.state, "campaigns")
    assert_same_keys(second.keys("campaigns"), at_or_after(api, "campaigns", bookmarks, statuses="ACTIVE"))
    expected = true_rows(api, "ad_analytics", "2026-03-06", statuses="ACTIVE")
    assert_same_rows("ad_analytics", second.records["ad_analytics"], expected)


# --- analytics ----------------------------------------------------------------------------------------------------


def test_analytics_go_on_from_the_lookback_with_restated_values(tap, api, config):
    settings = config(api, start_date=START, lookback_days=4)
    first = tap.run(settings, code=0)
    before = {stream: true_rows(api, stream, START) for stream in ANALYTICS}
    api.advance(days=2)
    api.generation(1)
    second = tap.run(settings, state=first.state, code=0)
    for stream in ANALYTICS:
        truth = true_rows(api, stream, "2026-03-05")
        assert_same_rows(stream, second.records[stream], truth)
        assert [row for row in truth if row not in before[stream]], "the world restated nothing"
    for entry in second.state["bookmarks"]["ad_analytics"]["partitions"]:
        assert entry["replication_key_value"] == "2026-03-11"


def test_the_lookback_is_the_widest_window_and_seven_days_for_pins(tap, api, config):
    settings = config(api, start_date="2026-01-01", click_window_days=7, engagement_window_days=14, view_window_days=1)
    first = tap.run(settings, catalog=tap.catalog(*ANALYTICS), code=0)
    second = tap.run(settings, catalog=tap.catalog(*ANALYTICS), state=first.state, code=0)
    assert_same_rows("ad_analytics", second.records["ad_analytics"], true_rows(api, "ad_analytics", "2026-02-23"))
    assert_same_rows("pin_analytics", second.records["pin_analytics"], true_rows(api, "pin_analytics", "2026-03-02"))


def test_the_lookback_stops_at_a_stated_start_date(tap, api, config):
    settings = config(api, start_date="2026-03-08", lookback_days=10)
    first = tap.run(settings, catalog=tap.catalog("ad_analytics"), code=0)
    second = tap.run(settings, catalog=tap.catalog("ad_analytics"), state=first.state, code=0)
    assert_same_rows("ad_analytics", second.records["ad_analytics"], true_rows(api, "ad_analytics", "2026-03-08"))


def test_another_granularity_begins_again_with_a_warning(tap, api, config):
    settings = {"start_date": START, "lookback_days": 3}
    catalog = tap.catalog("ad_analytics")
    first = tap.run(config(api, **settings), catalog=catalog, code=0)
    weekly = config(api, **settings, analytics_granularity="WEEK")
    second = tap.run(weekly, catalog=tap.catalog("ad_analytics", config=weekly), state=first.state, code=0)
    truth = true_rows(api, "ad_analytics", "2026-02-02", granularity="WEEK")
    assert_same_rows("ad_analytics", second.records["ad_analytics"], truth)
    assert second.warnings("ad_analytics", "WEEK")
    assert not first.warnings("granularity")


def test_an_end_date_in_the_past_bounds_rows_and_bookmark(tap, api, config):
    settings = config(api, start_date="2026-03-01", end_date="2026-03-04")
    run = tap.run(settings, catalog=tap.catalog("ad_analytics"), code=0)
    truth = true_rows(api, "ad_analytics", "2026-03-01", end_date="2026-03-04")
    assert_same_rows("ad_analytics", run.records["ad_analytics"], truth)
    for entry in run.state["bookmarks"]["ad_analytics"]["partitions"]:
        assert entry["replication_key_value"] == "2026-03-04"


def test_a_bookmark_never_moves_back(tap, api, config):
    catalog = tap.catalog("campaigns", "ad_analytics")
    first = tap.run(config(api, start_date=START), catalog=catalog, code=0)
    older = config(api, start_date="2026-02-20", end_date="2026-03-01", lookback_days=10)
    second = tap.run(older, catalog=catalog, state=first.state, code=0)
    assert second.state["bookmarks"]["campaigns"] == first.state["bookmarks"]["campaigns"]
    for entry in second.state["bookmarks"]["ad_analytics"]["partitions"]:
        assert entry["replication_key_value"] == "2026-03-09"


def test_a_window_without_rows_moves_the_bookmark_too(tap, simulate, config):
    api = simulate(accounts=1, campaigns=0, ads=0, pins=0)
    run = tap.run(config(api, start_date=START), code=0)
    for entry in run.state["bookmarks"]["ad_analytics"]["partitions"]:
        assert entry["replication_key_value"] == "2026-03-09"


# --- states and configs from elsewhere ----------------------------------------------------------------------------


def foreign_state(api, entity_time, day):
    """As the tap of MeltanoLabs leaves it: integer times, and contexts that go down to the campaign, ad or pin."""
    accounts = api.account_ids()

    def parents(stream):
        return [{"context": {"ad_account_id": account}, "replication_key": "updated_time",
                 "replication_key_value": entity_time} for account in accounts]  # fmt: skip

    def children(id_name, stream, key):
        return [
            {"context": {"ad_account_id": entity["ad_account_id"], id_name: entity["id"]}, "replication_key": key,
             "replication_key_value": day if index % 2 else "2026-03-09"}
            for index, entity in enumerate(true_entities(api, stream))
        ]  # fmt: skip

    return {
        "bookmarks": {
            "ad_accounts": {},
            "campaigns": {"partitions": parents("campaigns")},
            "ad_groups": {"partitions": parents("ad_groups")},
            "ads": {"partitions": parents("ads")},
            "campaign_analytics": {"partitions": children("campaign_id", "campaigns", "DATE")},
            "ad_analytics": {"partitions": children("ad_id", "ads", "DATE")},
            "pins": {"replication_key": "created_at", "replication_key_value": "2025-06-01T00:00:00"},
            "pin_analytics": {
                "partitions": [
                    {"context": {"pin_id": pin["id"]}, "replication_key": "date", "replication_key_value": day}
                    for pin in api.truth("pins")
                ]
            },
        }
    }


def test_a_state_of_the_meltanolabs_tap_goes_on(tap, api, config):
    state = foreign_state(api, seconds("2026-03-01"), "2026-03-07")
    run = tap.run(config(api, start_date="2026-03-04", lookback_days=3), state=state, code=0)
    # It does not say which statuses it was made with: everything comes once more.
    for stream in ENTITIES:
        assert_same_keys(run.keys(stream), [entity["id"] for entity in true_entities(api, stream)])
    for stream in ("campaign_analytics", "ad_analytics"):
        assert_same_rows(stream, run.records[stream], true_rows(api, stream, "2026-03-04"))
        contexts = [entry["context"] for entry in run.state["bookmarks"][stream]["partitions"]]
        assert_same_keys([context["ad_account_id"] for context in contexts], api.account_ids())
        assert all(set(context) == {"ad_account_id"} for context in contexts)
    assert_same_rows("pin_analytics", run.records["pin_analytics"], true_rows(api, "pin_analytics", "2026-03-04"))
    expected = [pin["id"] for pin in api.truth("pins") if seconds(pin["created_at"]) >= seconds("2025-06-01")]
    assert 0 < len(expected) < 30
    assert_same_keys(run.keys("pins"), expected)


def test_of_finer_contexts_the_oldest_day_counts(tap, api, config):
    state = foreign_state(api, seconds("2026-03-01"), "2026-01-20")
    settings = config(api, lookback_days=3)  # no start date that would hide it
    run = tap.run(settings, catalog=tap.catalog("ad_analytics"), state=state, code=0)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", "2026-01-17"))


@pytest.mark.parametrize(
    "form", [lambda s: s, str, utc, lambda s: utc(s).replace("Z", "+00:00")], ids=["integer", "text", "Z", "offset"]
)
def test_bookmarks_in_any_form_compare_inclusively(tap, api, config, form):
    bookmark = sorted(entity["updated_time"] for entity in true_entities(api, "campaigns") if entity["updated_time"])[
        80
    ]
    entries = [
        {"context": {"ad_account_id": account}, "replication_key": "updated_time",
         "replication_key_value": form(bookmark), "entity_statuses": STATUSES}
        for account in api.account_ids()
    ]  # fmt: skip
    state = {"bookmarks": {"campaigns": {"partitions": entries}}}
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), state=state, code=0)
    expected = at_or_after(api, "campaigns", dict.fromkeys(api.account_ids(), bookmark))
    assert 0 < len(expected) < 90
    assert_same_keys(run.keys("campaigns"), expected)


def test_a_config_of_the_meltanolabs_tap_works_unchanged(tap, api, config):
    theirs = {
        "api_url": api.url,
        "oauth_credentials": {
            "refresh_proxy_url": api.origin + "/proxy/refresh",
            "refresh_proxy_url_auth": "proxy-auth-000000",
            "refresh_token": "refresh-token-000000",
            "access_token": "access-token-999999",
        },
        "start_date": "2026-03-01T00:00:00Z",
        "user_agent": "theirs/1.0",
    }
    run = tap.run(theirs, code=0)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", "2026-03-01"))
    assert not run.warnings("user_agent")


def test_unknown_entries_of_a_state_are_kept(tap, api, config):
    other = {"partitions": [{"context": {"board": "7"}, "replication_key": "x", "replication_key_value": 5}]}
    gone = {"context": {"ad_account_id": "111"}, "replication_key": "updated_time",
            "replication_key_value": "2026-01-01T00:00:00Z", "entity_statuses": STATUSES, "note": [1, {"a": None}]}  # fmt: skip
    state = {
        "bookmarks": {"boards": other, "campaigns": {"partitions": [gone], "comment": "kept"}, "ads": {"x": 1}},
        "completed": {"by": "another tap"},
    }
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), state=state)
    for value in run.states:
        assert value["bookmarks"]["boards"] == other
        assert value["bookmarks"]["ads"] == {"x": 1}
        assert value["completed"] == {"by": "another tap"}
        assert gone in value["bookmarks"]["campaigns"]["partitions"]
        assert value["bookmarks"]["campaigns"]["comment"] == "kept"
    assert len(run.state["bookmarks"]["campaigns"]["partitions"]) == 3


def test_streams_not_selected_keep_their_entries(tap, api, config):
    first = tap.run(config(api, start_date=START), code=0)
    api.advance(days=1)
    api.touch("campaigns", [0, 1], account=0)
    api.touch("campaigns", [0, 1], account=1)
    api.advance(hours=1)
    second = tap.run(config(api, start_date=START), catalog=tap.catalog("campaigns"), state=first.state, code=0)
    for stream, entry in first.state["bookmarks"].items():
        assert (second.state["bookmarks"][stream] == entry) == (stream != "campaigns")


def test_a_bookmark_of_another_replication_key_is_ignored_with_a_warning(tap, api, config):
    entries = [
        {"context": {"ad_account_id": account}, "replication_key": "created_time",
         "replication_key_value": "2026-03-09T00:00:00Z", "entity_statuses": STATUSES}
        for account in api.account_ids()
    ]  # fmt: skip
    state = {"bookmarks": {"campaigns": {"partitions": entries}}}
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), state=state, code=0)
    assert_same_keys(run.keys("campaigns"), [entity["id"] for entity in true_entities(api, "campaigns")])
    assert run.warnings("campaigns", "created_time")


def test_a_run_without_bookmarks_ends_with_an_empty_state(tap, api, config):
    run = tap.run(config(api), catalog=tap.catalog("ad_accounts"), code=0)
    assert run.states == [{"bookmarks": {}}]


def test_a_bookmark_that_cannot_be_read_is_ignored_with_a_warning(tap, api, config):
    entries = [
        {"context": {"ad_account_id": account}, "replication_key": "updated_time",
         "replication_key_value": "2026-02-30T00:00:00Z", "entity_statuses": STATUSES}
        for account in api.account_ids()
    ]  # fmt: skip
    state = {"bookmarks": {"campaigns": {"partitions": entries}}}
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), state=state, code=0)
    assert_same_keys(run.keys("campaigns"), [entity["id"] for entity in true_entities(api, "campaigns")])
    assert run.warnings("campaigns")


def test_an_empty_state_file_content_is_no_state(tap, api, config):
    for state in ({}, {"bookmarks": {}}):
        run = tap.run(config(api), catalog=tap.catalog("campaigns"), state=state, code=0)
        assert_same_keys(run.keys("campaigns"), [entity["id"] for entity in true_entities(api, "campaigns")])


def test_a_listed_account_that_is_not_there_is_an_error(tap, api, config):
    accounts = api.account_ids()
    run = tap.run(config(api, start_date=START, ad_account_ids=[accounts[0], "549755885176"]), code=1)
    assert run.log_lines("549755885176")
    expected = [entity["id"] for entity in true_entities(api, "campaigns", account=0)]
    assert_same_keys(run.keys("campaigns"), expected)
