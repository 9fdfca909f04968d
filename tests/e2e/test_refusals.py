"""Streams that an app may lack: a refusal concerns that stream and account alone."""

import pytest
from compare import true_rows
from harness import partition
from lists import LISTS, SMALL_WITH_EVERY_SCOPE

START = "2026-03-01"
STREAM = "ad_group_analytics"
# Of each stream an endpoint that only it needs.
ENDPOINTS = {
    "ad_group_analytics": "/ad_accounts/{ad_account_id}/ad_groups/analytics",
    "ad_account_analytics": "/ad_accounts/{ad_account_id}/analytics",
    "product_group_promotions": "/ad_accounts/{ad_account_id}/product_group_promotions",
    "product_group_analytics": "/ad_accounts/{ad_account_id}/product_groups/analytics",
    "campaign_targeting_analytics": "/ad_accounts/{ad_account_id}/campaigns/targeting_analytics",
    "keyword_report": "POST /ad_accounts/{ad_account_id}/reports",
    "user_account": "/user_account",
    "user_account_analytics": "/user_account/analytics",
    "keywords": "/ad_accounts/{ad_account_id}/keywords",
    **{stream: plan.path for stream, plan in LISTS.items() if stream not in ("campaigns", "ad_groups")},
}
REFUSALS = {"403": (403, 29), "404": (404, 50), "401 of the app": (401, 3)}


@pytest.fixture
def api(simulate):
    return simulate(**SMALL_WITH_EVERY_SCOPE)


def refuse(api, endpoint, status=403, code=29, **fault):
    body = {"code": code, "message": "Not for you."}
    api.fault("status", endpoint=endpoint, status=status, body=body, **fault)


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("stream", ENDPOINTS)
def test_refused_everywhere_it_alone_is_missing(tap, api, config, stream, refusal):
    refuse(api, ENDPOINTS[stream], *REFUSALS[refusal])
    run = tap.run(config(api, start_date=START), catalog=tap.catalog(stream, "campaigns", "campaign_analytics"), code=1)
    assert not run.records.get(stream)
    assert len(run.records["campaign_analytics"]) == len(true_rows(api, "campaign_analytics", START))
    assert run.log_lines("CRITICAL", stream, "Not for you.", f"deselect {stream}")
    assert stream not in run.state["bookmarks"]
    assert not run.log_lines("is skipped")


def test_refused_for_one_account_is_a_warning(tap, api, config):
    account, other = api.account_ids()
    refuse(api, ENDPOINTS[STREAM], match=account)
    run = tap.run(config(api, start_date=START), catalog=tap.catalog(STREAM), code=0)
    assert run.warnings(STREAM, f"of account {account} is left out", "Not for you.")
    assert {row["ad_account_id"] for row in run.records[STREAM]} == {other}


def test_refused_for_an_account_that_was_asked_for_the_run_fails(tap, api, config):
    account, other = api.account_ids()
    refuse(api, ENDPOINTS[STREAM], match=account)
    settings = config(api, start_date=START, ad_account_ids=[account, other])
    run = tap.run(settings, catalog=tap.catalog(STREAM), code=1)
    assert run.log_lines("CRITICAL", STREAM, account, "Not for you.")
    assert {row["ad_account_id"] for row in run.records[STREAM]} == {other}


def test_refused_for_an_account_that_was_read_before_the_run_fails_and_keeps_its_bookmark(tap, api, config):
    account = api.account_ids()[0]
    settings = config(api, start_date=START)
    first = tap.run(settings, catalog=tap.catalog(STREAM), code=0)
    refuse(api, ENDPOINTS[STREAM], match=account)
    second = tap.run(settings, catalog=tap.catalog(STREAM), state=first.state, code=1)
    assert second.log_lines("CRITICAL", STREAM, account, "Not for you.")
    assert partition(second.state, STREAM, account) == partition(first.state, STREAM, account)


def test_what_needs_a_refused_list_is_not_dropped_in_silence(tap, api, config):
    account = api.account_ids()[0]
    stream = "product_group_analytics"
    settings = config(api, start_date=START)
    first = tap.run(settings, catalog=tap.catalog(stream), code=0)
    refuse(api, ENDPOINTS["product_group_promotions"], match=account)
    second = tap.run(settings, catalog=tap.catalog(stream), state=first.state, code=1)
    assert second.log_lines("CRITICAL", "product_group_promotions", account, "Not for you.", f"deselect {stream}")
    assert partition(second.state, stream, account) == partition(first.state, stream, account)


def test_what_needs_a_list_that_needs_a_refused_one_is_named(tap, api, config):
    refuse(api, "/boards")
    run = tap.run(config(api), catalog=tap.catalog("board_section_pins", "campaigns"), code=1)
    assert run.log_lines("CRITICAL", "boards", "Not for you.", "deselect board_section_pins")
    assert run.records["campaigns"]


def test_an_account_that_has_no_use_for_a_stream_says_nothing_for_it(tap, api, config):
    """Where none of the accounts that have asked was answered, the stream was selected in vain."""
    refuse(api, ENDPOINTS["product_group_promotions"])
    run = tap.run(config(api), catalog=tap.catalog("product_group_promotions"), code=1)
    assert run.log_lines("CRITICAL", "product_group_promotions cannot be read for any ad account")


def test_the_missing_scope_is_named(tap, simulate, config):
    api = simulate(accounts=1, scopes="ads:read")
    app = {"client_id": "app", "client_secret": "app-secret-000000", "refresh_token": "refresh-token-000000"}
    run = tap.run(config(api, access_token=None, **app), catalog=tap.catalog("user_account", "campaigns"), code=1)
    assert run.log_lines("CRITICAL", "the token lacks the scope user_accounts:read", "tap-pinterest login")
    assert run.records["campaigns"]
