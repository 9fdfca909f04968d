"""Every stream that is a list: each row of the API with every field, by the fewest requests, again and again."""

import json

import pytest
from compare import assert_nothing_refused, true_entities
from harness import KEYS, SECRET, stream_entry, stream_metadata
from lists import ACCOUNT, EVERY_SCOPE, LISTS, expected, fit, pages, plain, read

WORLD = {"accounts": 2, "campaigns": 6, "ad_groups": 12, "ads": 5, "pins": 60, "scopes": EVERY_SCOPE, "limits": "off"}
REGIONS = ["US", "GB+IE"]
STREAMS = [stream for stream in LISTS if stream not in ("campaigns", "ad_groups")]
# Those whose rows say when they were changed.
INCREMENTAL = {
    "customer_lists", "lead_forms", "targeting_templates", "report_templates", "catalogs", "catalogs_feeds",
    "catalogs_product_groups", "catalogs_feed_processing_results",
}  # fmt: skip


@pytest.fixture
def api(simulate):
    return simulate(**WORLD)


def schema_of(run, stream):
    """The schema without `additional_fields`, which is not selected."""
    return run.schemas[stream]["schema"]


def by_key(stream, rows):
    """Of rows that have one key the last counts, as in a table."""
    return {tuple(str(row[name]) for name in KEYS[stream]): row for row in rows}


def assert_same_records(stream, run, truth):
    schema = schema_of(run, stream)
    records = by_key(stream, [plain(fit(record, schema)) for record in run.records[stream]])
    rows = by_key(stream, [plain(row) for row in truth])
    assert rows, "the world has none"
    assert sorted(records) == sorted(rows)
    wrong = [(key, name) for key, row in rows.items() for name in row if records[key][name] != row[name]]
    assert not wrong, [(key, name, records[key][name], rows[key][name]) for key, name in wrong[:3]]


@pytest.mark.parametrize("stream", STREAMS)
def test_every_row_and_field_by_the_fewest_requests_twice(tap, api, config, stream):
    settings = config(api, trend_regions=REGIONS, ad_account_ids=None)
    catalog = tap.catalog(stream)
    run = tap.run(settings, catalog=catalog, code=0)
    counted = api.counters()["requests"]
    assert_nothing_refused(api)
    api.reset_counters()
    truth = list(expected(api, stream, schema_of(run, stream)))
    assert_same_records(stream, run, truth)
    plain_client = api.counters()["requests"]
    assert {path: n for path, n in counted.items() if path in plain_client} == plain_client
    assert set(counted) - set(plain_client) <= {"/ad_accounts", "/user_account"}
    assert not run.log_lines("misfit") and not run.warnings()

    second = tap.run(settings, catalog=catalog, state=run.state, code=0)
    if stream in INCREMENTAL:
        assert run.state["bookmarks"][stream]
        assert len(second.records[stream]) < len(run.records[stream])
    else:
        assert stream not in run.state["bookmarks"]
        assert_same_records(stream, second, truth)


def test_all_at_once(tap, api, config):
    """Parents are read once for all of their children."""
    run = tap.run(config(api), catalog=tap.catalog(*STREAMS, "keywords"), code=0)
    assert all(run.records[stream] for stream in STREAMS)
    requests = api.counters()["requests"]
    for once in ("/boards", "/catalogs", "/catalogs/feeds", "/businesses/employers", "/user_account"):
        assert requests[once] == 1, once
    assert_nothing_refused(api)


def refuse(api, endpoint, status, **rule):
    api.fault("status", endpoint=endpoint, status=status, body={"code": 50, "message": "Not here."}, **rule)


def ids(api, stream):
    return [row["id"] for _, row in read(api, stream)]


# --- keywords -----------------------------------------------------------------------------------------------------

KEYWORDS = f"{ACCOUNT}/keywords"


def count_pages(api, account, **sent):
    return api.count_pages(f"/ad_accounts/{account}/keywords", **sent)


def keywords(api):
    """Those of the accounts, of each campaign and of each ad group, one by one."""
    found = {}
    for account in api.account_ids():
        path = f"/ad_accounts/{account}/keywords"
        filters = [{}]
        for slot, stream in (("campaign_id", "campaigns"), ("ad_group_id", "ad_groups")):
            filters += [{slot: row["id"]} for row in true_entities(api, stream) if row["ad_account_id"] == account]
        for sent in filters:
            for page in pages(api, path, sent, paged=True):
                found.update({row["id"]: (account, row["parent_id"], row["value"]) for row in page["items"]})
    return found


def read_keywords(tap, api, config, **settings):
    run = tap.run(config(api, **settings), catalog=tap.catalog("keywords"), code=0)
    rows = run.records["keywords"]
    return run, {row["id"]: (row["ad_account_id"], row["parent_id"], row["value"]) for row in rows}


def test_keywords_of_many_ad_groups_take_one_request(tap, api, config):
    _, found = read_keywords(tap, api, config)
    requests = api.counters()["requests"][KEYWORDS]
    assert_nothing_refused(api)
    assert found == keywords(api)
    campaigns, ad_groups = (true_entities(api, stream) for stream in ("campaigns", "ad_groups"))
    wanted = sum(count_pages(api, row["ad_account_id"], campaign_id=row["id"]) for row in campaigns)
    for account in api.account_ids():
        own = [row["id"] for row in ad_groups if row["ad_account_id"] == account]
        wanted += count_pages(api, account) + count_pages(api, account, ad_group_ids=own)
    assert requests == wanted


def test_keywords_of_an_app_without_batches_take_one_request_for_each_ad_group(tap, simulate, config):
    api = simulate(**WORLD, keyword_batches=False)
    run, found = read_keywords(tap, api, config)
    assert run.log_lines("INFO", "keywords", "one request for each")
    refused = [request for request in api.requests("ad_group_ids") if request["status"] == 400]
    assert 1 <= len(refused) <= 2, "at most one of each account, which are read in parallel"
    assert found == keywords(api)


def test_an_api_that_ignores_batches_is_noticed(tap, api, config):
    """Rows of the account itself, where those of ad groups were asked for."""
    body = json.dumps({"items": [{"id": "1", "parent_id": api.account_ids()[0], "value": "x"}], "bookmark": None})
    api.fault("body", endpoint=KEYWORDS, match="ad_group_ids", body=body)
    run, found = read_keywords(tap, api, config)
    assert run.log_lines("INFO", "keywords", "one request for each")
    assert {id: found[id] for id in found if id != "1"} == keywords(api)


def test_an_api_that_ignores_batches_is_noticed_where_the_account_itself_has_none(tap, simulate, config):
    api = simulate(**{**WORLD, "accounts": 3})
    bare = api.account_ids()[2]
    assert count_pages(api, bare) and not api.get(f"/ad_accounts/{bare}/keywords", {})["items"]
    api.fault("body", endpoint=KEYWORDS, match="ad_group_ids", body=json.dumps({"items": [], "bookmark": None}))
    run, found = read_keywords(tap, api, config, ad_account_ids=[bare])
    assert run.log_lines("INFO", "keywords", "asking for each to be sure")
    assert found == {id: row for id, row in keywords(api).items() if row[0] == bare}


def test_one_refused_batch_is_asked_for_one_by_one_and_no_other(tap, simulate, config):
    api = simulate(**{**WORLD, "accounts": 1, "campaigns": 1, "ad_groups": 450})
    refuse(api, KEYWORDS, 403, match="ad_group_ids", nth=1)
    _, found = read_keywords(tap, api, config, max_concurrency=1)
    requests = api.counters()["requests"][KEYWORDS]
    assert found == keywords(api)
    assert 200 < requests < 300


@pytest.mark.parametrize("status", [403, 404])
def test_keywords_of_an_ad_group_do_not_vanish(tap, simulate, config, status):
    api = simulate(**WORLD, keyword_batches=False)
    ad_group = true_entities(api, "ad_groups")[3]["id"]
    refuse(api, KEYWORDS, status, match=f"ad_group_id={ad_group}")
    run = tap.run(config(api), catalog=tap.catalog("keywords"), code=1)
    assert run.log_lines("CRITICAL", "keywords", ad_group, "Not here.")
    assert len(run.records["keywords"]) > 250


# --- parents ------------------------------------------------------------------------------------------------------

SECTIONS = "/boards/{board_id}/sections"


def test_a_parent_that_is_gone_is_left_out_with_a_word(tap, api, config):
    gone, *others = ids(api, "boards")
    refuse(api, SECTIONS, 404, match=gone)
    run = tap.run(config(api), catalog=tap.catalog("board_sections", "board_section_pins"), code=0)
    assert {row["board_id"] for row in run.records["board_sections"]} == set(others)
    assert {row["board_id"] for row in run.records["board_section_pins"]} == set(others)
    assert run.warnings("board_sections", gone, "Not here.")


@pytest.mark.parametrize("status", [400, 403])
def test_a_parent_whose_list_is_refused_is_left_out_and_the_run_fails(tap, api, config, status):
    gone, *others = ids(api, "boards")
    refuse(api, SECTIONS, status, match=gone)
    run = tap.run(config(api), catalog=tap.catalog("board_sections"), code=1)
    assert {row["board_id"] for row in run.records["board_sections"]} == set(others)
    assert run.log_lines("CRITICAL", "board_sections", gone, "Not here.")


@pytest.mark.parametrize("status", [400, 404])
def test_where_a_list_is_missing_the_bookmark_stays(tap, api, config, status):
    stream = "catalogs_feed_processing_results"
    feeds = ids(api, "catalogs_feeds")
    state = {"bookmarks": {stream: {"replication_key": "updated_at", "replication_key_value": "2020-01-01T00:00:00Z"}}}
    whole = tap.run(config(api), catalog=tap.catalog(stream), state=state, code=0)
    assert whole.state != state
    refuse(api, LISTS[stream].path, status, match=feeds[0])
    run = tap.run(config(api), catalog=tap.catalog(stream), state=state, code=int(status == 400))
    assert run.state["bookmarks"][stream]["replication_key_value"] == "2020-01-01T00:00:00Z"
    assert 0 < len(run.records[stream]) < len(whole.records[stream])


def test_issues_that_pinterest_does_not_list_for_a_catalog_are_left_out_with_a_word(tap, api, config):
    result = ids(api, "catalogs_feed_processing_results")[0]
    refuse(api, LISTS["catalogs_item_issues"].path, 501, match=result)
    run = tap.run(config(api), catalog=tap.catalog("catalogs_item_issues"), code=0)
    assert run.records["catalogs_item_issues"]
    assert run.warnings("catalogs_item_issues", result, "501 Not here.")


@pytest.mark.parametrize("status", [302, 400])
def test_no_error_of_code_0_is_an_empty_list(tap, api, config, status):
    body = {"code": 0, "message": "Not here."}
    api.fault("status", endpoint=f"{ACCOUNT}/campaigns", status=status, body=body)
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), code=1)
    assert run.log_lines("CRITICAL", "campaigns", "Not here.")


def test_another_conflict_is_no_empty_list(tap, api, config):
    refuse(api, "/catalogs/product_groups", 409)
    run = tap.run(config(api), catalog=tap.catalog("catalogs_product_groups"), code=1)
    assert run.log_lines("CRITICAL", "catalogs_product_groups", "Not here.")


def test_a_business_without_a_catalog_has_no_product_groups(tap, simulate, config):
    api = simulate(**WORLD, catalog=False)
    streams = ["catalogs_product_groups", "catalogs_product_group_counts", "catalogs_feeds"]
    run = tap.run(config(api), catalog=tap.catalog(*streams), code=0)
    assert run.records == {stream: [] for stream in streams}
    assert api.counters()["requests"]["/catalogs/product_groups"] == 1


# --- secrets ------------------------------------------------------------------------------------------------------


def test_passwords_of_feeds_leave_in_no_way(tap, api, config):
    """Neither to a catalog that asks for them, nor as additional fields, nor to a log at its most talkative."""
    catalog = tap.catalog("catalogs_feeds")
    entry = stream_entry(catalog, "catalogs_feeds")
    entry["schema"]["properties"]["credentials"] = {"type": ["object", "null"]}
    entry["metadata"].append({"breadcrumb": ["properties", "credentials"], "metadata": {"selected": True}})
    stream_metadata(entry, "properties", "additional_fields")["selected"] = True
    state = tap.directory / "state.json"
    run = tap.run(config(api), "--write-state", state, catalog=catalog, code=0, env={"TAP_PINTEREST_LOGLEVEL": "DEBUG"})
    sent = [page for page in pages(api, "/catalogs/feeds", {}, paged=True)]
    assert SECRET.search(json.dumps(sent)), "the API sends them"
    assert run.records["catalogs_feeds"]
    assert "credentials" not in run.stdout.decode()
    assert not SECRET.search(run.stdout.decode() + run.raw_stderr + state.read_text())


# --- pins ---------------------------------------------------------------------------------------------------------


def test_a_stream_can_be_read_whole_without_a_catalog(tap, api, config):
    settings = config(api, full_table_streams=["pins"])
    first = tap.run(settings, "--select", "pins", code=0)
    assert "pins" not in first.state["bookmarks"]
    second = tap.run(settings, "--select", "pins", state=first.state, code=0)
    assert sorted(second.keys("pins")) == sorted(first.keys("pins"))
