"""Config and state files of the Meltano SDK tap of the same name (MeltanoLabs/tap-pinterest), as they are.

Written from its public sources: six streams; `updated_time` as the API's integer seconds, kept for each ad account;
analytics by `DATE` in one version and without a bookmark in another; and around it what the SDK adds to every tap.
"""

import datetime
import json

import pytest
from compare import assert_same_keys, assert_same_rows, true_entities, true_rows
from harness import ENTITIES, partition

STREAMS = ["ad_accounts", *ENTITIES, "campaign_analytics", "ad_analytics"]
TOKENS = ("/oauth/token", "/proxy/refresh")


def seconds(day):
    return int(datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC).timestamp())


@pytest.fixture
def api(simulate):
    return simulate(accounts=2, campaigns=12, ad_groups=15, ads=20, pins=10, limits="off")


# --- configs ------------------------------------------------------------------------------------------------------

APP = {"client_id": "app", "client_secret": "app-secret-000000", "refresh_token": "refresh-token-000000"}
PROXY = {
    "refresh_proxy_url": "ORIGIN/proxy/refresh",
    "refresh_proxy_url_auth": "proxy-auth-000000",
    "refresh_token": "refresh-token-000000",
}
SDK = {
    "stream_maps": {"ads": {"name": "__NULL__"}},
    "stream_map_config": {"hash_seed": "x"},
    "faker_config": {"seed": "1"},
    "flattening_enabled": False,
    "flattening_max_depth": 2,
    "batch_config": {"encoding": {"format": "jsonl"}},
    "target_schema": "raw",
}

# These this tap has too.
KNOWN = {"flattening_enabled", "flattening_max_depth"}

# name: (the config, the requests for tokens, the first day of analytics)
CONFIGS = {
    "an app": ({**APP, "start_date": "2026-03-01"}, (1, 0), "2026-03-01"),
    "an app, without dates": (APP, (1, 0), "2026-02-08"),
    "an access token before all": (
        {**APP, "access_token": "access-token-000000", "start_date": "2026-03-01"},
        (0, 0),
        "2026-03-01",
    ),
    "a proxy": ({"oauth_credentials": PROXY, "start_date": "2026-03-01T00:00:00Z"}, (0, 1), "2026-03-01"),
    "a proxy with a token": (
        {"oauth_credentials": {**PROXY, "access_token": "access-token-000000"}, "start_date": "2026-03-01"},
        (0, 0),
        "2026-03-01",
    ),
    "a proxy with a token that has ended": (
        {"oauth_credentials": {**PROXY, "access_token": "access-token-999999"}, "start_date": "2026-03-01"},
        (0, 1),
        "2026-03-01",
    ),
    "a proxy in the dotted names of Meltano": (
        {**{f"oauth_credentials.{name}": value for name, value in PROXY.items()}, "start_date": "2026-03-01"},
        (0, 1),
        "2026-03-01",
    ),
    "what the SDK adds": ({**APP, **SDK, "start_date": "2026-03-01"}, (1, 0), "2026-03-01"),
    "nulls for what is not set": (
        {**APP, "start_date": "2026-03-01", "end_date": None, "access_token": None, "oauth_credentials": None},
        (1, 0),
        "2026-03-01",
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_works_unchanged(tap, api, name):
    settings, requests, first_day = CONFIGS[name]
    theirs = json.loads(json.dumps({"api_url": api.url, **settings}).replace("ORIGIN", api.origin))
    run = tap.run(theirs, catalog=tap.catalog(*STREAMS), code=0)
    assert tuple(api.counters()["requests"].get(endpoint, 0) for endpoint in TOKENS) == requests
    for stream in ("campaign_analytics", "ad_analytics"):
        assert_same_rows(stream, run.records[stream], true_rows(api, stream, first_day))
    for setting in set(SDK) & set(settings):
        assert bool(run.warnings(setting + ":")) == (setting not in KNOWN), setting


def test_dates_columns_and_granularity_mean_the_same(tap, api):
    theirs = {
        "api_url": api.url,
        **APP,
        "start_date": "2026-02-09",
        "end_date": "2026-03-01",
        "analytics_columns": ["SPEND_IN_DOLLAR", "CAMPAIGN_ID"],
        "analytics_granularity": "WEEK",
    }
    run = tap.run(theirs, catalog=tap.catalog("campaign_analytics", config=theirs), code=0)
    truth = true_rows(api, "campaign_analytics", "2026-02-09", end_date="2026-03-01", granularity="WEEK",
                      columns=["SPEND_IN_DOLLAR", "CAMPAIGN_ID"])  # fmt: skip
    assert_same_rows("campaign_analytics", run.records["campaign_analytics"], truth)


def test_the_environment_of_their_example_works_too(tap, api):
    env = {
        "TAP_PINTEREST_API_URL": api.url,
        "TAP_PINTEREST_CLIENT_ID": "app",
        "TAP_PINTEREST_CLIENT_SECRET": "app-secret-000000",
        "TAP_PINTEREST_REFRESH_TOKEN": "refresh-token-000000",
        "TAP_PINTEREST_START_DATE": "2026-03-01",
        "TAP_PINTEREST_END_DATE": "2026-03-05",
        "TAP_PINTEREST_ANALYTICS_COLUMNS": '["SPEND_IN_DOLLAR","PAID_IMPRESSION","TOTAL_CLICKTHROUGH"]',
        "TAP_PINTEREST_ANALYTICS_GRANULARITY": "DAY",
    }
    run = tap.run(None, "--config", "ENV", catalog=tap.catalog("ad_analytics"), env=env, code=0)
    keys = [(row["AD_ID"], row["DATE"]) for row in true_rows(api, "ad_analytics", "2026-03-01", end_date="2026-03-05")]
    assert_same_keys(run.keys("ad_analytics"), keys)


# --- catalogs -----------------------------------------------------------------------------------------------------


def test_their_catalog_is_used(tap, api, config):
    """Theirs has no replication method on analytics, keys without a date, and `metrics` without columns."""

    def entry(stream, keys, properties, replication_key=None):
        return {
            "tap_stream_id": stream,
            "stream": stream,
            "replication_method": "INCREMENTAL" if replication_key else "FULL_TABLE",
            **({"replication_key": replication_key} if replication_key else {}),
            "key_properties": keys,
            "schema": {"type": "object", "properties": properties, "required": keys},
            "is_view": False,
            "table_name": None,
            "metadata": [
                {"breadcrumb": [], "metadata": {"inclusion": "available", "selected": True}},
                *(
                    {"breadcrumb": ["properties", name],
                     "metadata": {"inclusion": "automatic" if name in keys else "available"}}
                    for name in properties
                ),
            ],
        }  # fmt: skip

    text, integer = {"type": ["string", "null"]}, {"type": ["integer", "null"]}
    catalog = {
        "streams": [
            entry("ad_accounts", ["id"], {"id": {"type": "string"}, "name": text}),
            entry("campaigns", ["id"], {"id": {"type": "string"}, "updated_time": integer}, "updated_time"),
        ]
    }
    run = tap.run(config(api), catalog=catalog, code=0)
    assert run.keys("ad_accounts") == api.account_ids()
    truth = true_entities(api, "campaigns")
    assert_same_keys(run.keys("campaigns"), [entity["id"] for entity in truth])
    times = {entity["id"]: entity["updated_time"] for entity in truth}
    assert all(record["updated_time"] == times[record["id"]] for record in run.records["campaigns"])


# --- states -------------------------------------------------------------------------------------------------------


def bookmark(account, key, value, **members):
    return {"context": {"ad_account_id": account}, "replication_key": key, "replication_key_value": value, **members}


def entities_since(api, stream, times):
    """What is at or after the times of their accounts, or has none."""
    return [
        entity["id"]
        for entity in true_entities(api, stream)
        if entity["updated_time"] is None or entity["updated_time"] >= times[entity["ad_account_id"]]
    ]


def test_a_state_of_theirs_goes_on_where_it_stands(tap, api, config):
    """The statuses are not stated there: entities come once more as a whole; analytics start where they have to."""
    one, other = api.account_ids()
    state = {
        "bookmarks": {
            "ad_accounts": {},
            **{
                stream: {
                    "partitions": [
                        bookmark(one, "updated_time", seconds("2026-03-01")),
                        bookmark(other, "updated_time", seconds("2026-02-01"),
                                 starting_replication_value=seconds("2026-01-01")),
                    ]
                }
                for stream in ENTITIES
            },
            "campaign_analytics": {
                "partitions": [{"context": {"ad_account_id": one}}, {"context": {"ad_account_id": other}}]
            },
            "ad_analytics": {
                "partitions": [bookmark(one, "DATE", "2026-03-04"), bookmark(other, "DATE", "2026-03-06")]
            },
        }
    }  # fmt: skip
    settings = config(api, start_date="2026-02-20", lookback_days=3)
    first = tap.run(settings, catalog=tap.catalog(*STREAMS), state=state, code=0)
    for stream in ENTITIES:
        assert_same_keys(first.keys(stream), [entity["id"] for entity in true_entities(api, stream)])
    for stream in ("campaign_analytics", "ad_analytics"):
        assert_same_rows(stream, first.records[stream], true_rows(api, stream, "2026-02-20"))
        assert [entry["context"] for entry in first.state["bookmarks"][stream]["partitions"]] == [
            {"ad_account_id": one},
            {"ad_account_id": other},
        ]
    second = tap.run(settings, catalog=tap.catalog(*STREAMS), state=first.state, code=0)
    for stream in ENTITIES:
        times = {
            account: seconds(partition(first.state, stream, account)["replication_key_value"].removesuffix("Z"))
            for account in (one, other)
        }
        assert_same_keys(second.keys(stream), entities_since(api, stream, times))
    assert_same_rows("ad_analytics", second.records["ad_analytics"], true_rows(api, "ad_analytics", "2026-03-06"))


# name: (an entry of campaigns for the first account, whether it holds a bookmark); the statuses, since without them all
# entities would come anyway.
STATUSES = {"entity_statuses": ["ACTIVE", "PAUSED", "ARCHIVED"]}
ENTRIES = {
    "an integer": ({"replication_key_value": "BOOKMARK", **STATUSES}, True),
    "an integer in text": ({"replication_key_value": "TEXT", **STATUSES}, True),
    "the marks of a run in flight": (
        {"replication_key_value": "BOOKMARK", "starting_replication_value": 0, "replication_key_signpost": "x",
         "progress_markers": {"Note": "Progress is not resumable if interrupted.", "replication_key": "updated_time",
                              "replication_key_value": 4_000_000_000}, **STATUSES},
        True,
    ),
    "only the marks of a first run in flight": (
        {"progress_markers": {"Note": "Progress is not resumable if interrupted.", "replication_key": "updated_time",
                              "replication_key_value": 4_000_000_000}, **STATUSES},
        False,
    ),
    "null": ({"replication_key_value": None, **STATUSES}, False),
    "the context alone": ({}, False),
}  # fmt: skip


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("as_number", [False, True], ids=["id", "id as a number"])
def test_an_entry_in_every_form_of_the_sdk(tap, api, config, name, as_number):
    members, is_bookmark = ENTRIES[name]
    one, other = api.account_ids()
    middle = sorted(entity["updated_time"] or 0 for entity in true_entities(api, "campaigns", account=0))[-4]
    forms = {"BOOKMARK": middle, "TEXT": str(middle)}
    entry = {
        "context": {"ad_account_id": int(one) if as_number else one},
        "replication_key": "updated_time",
        **{key: forms.get(value, value) if isinstance(value, str) else value for key, value in members.items()},
    }
    state = {"bookmarks": {"campaigns": {"partitions": [entry]}}}
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), state=state, code=0)
    expected = entities_since(api, "campaigns", {one: middle if is_bookmark else 0, other: 0})
    assert_same_keys(run.keys("campaigns"), expected)
    for written in run.state["bookmarks"]["campaigns"]["partitions"]:
        assert set(written["context"]) == {"ad_account_id"}
        assert not {"progress_markers", "starting_replication_value", "replication_key_signpost"} & set(written)


@pytest.mark.parametrize(
    "days, first_day",
    [(["2026-03-02", "2026-03-08"], "2026-02-27"), (["2026-03-08", None], "2026-02-20")],
    ids=["the oldest of an account counts", "one that was never finished counts as none"],
)
def test_finer_contexts_of_analytics(tap, api, config, days, first_day):
    """By campaign in contexts, as the SDK keeps them for a stream whose parent is `campaigns`."""
    campaigns = true_entities(api, "campaigns")
    partitions = [
        {
            "context": {"ad_account_id": campaign["ad_account_id"], "campaign_id": campaign["id"]},
            **(
                {"replication_key": "DATE", "replication_key_value": day}
                if (day := days[index % 2])
                else {"progress_markers": {"replication_key": "DATE", "replication_key_value": "2026-03-09"}}
            ),
            **STATUSES,
        }
        for index, campaign in enumerate(campaigns)
    ]
    state = {"bookmarks": {"campaign_analytics": {"partitions": partitions}}}
    settings = config(api, start_date="2026-02-20", lookback_days=3)
    run = tap.run(settings, catalog=tap.catalog("campaign_analytics"), state=state, code=0)
    truth = true_rows(api, "campaign_analytics", first_day)
    assert_same_rows("campaign_analytics", run.records["campaign_analytics"], truth)
    assert len(run.state["bookmarks"]["campaign_analytics"]["partitions"]) == 2
