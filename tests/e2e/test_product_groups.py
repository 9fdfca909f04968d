"""Product groups that ad groups promote: a list for each of some ad groups, and analytics of what those lists name."""

import pytest
from compare import EVERY_STATUS, assert_nothing_refused, assert_same_rows, newest, true_entities, true_rows
from harness import deselect

START = "2026-02-20"
LIST = "/ad_accounts/{ad_account_id}/product_group_promotions"
ANALYTICS = "/ad_accounts/{ad_account_id}/product_groups/analytics"
AD_GROUPS = "/ad_accounts/{ad_account_id}/ad_groups"
STREAMS = ["product_group_promotions", "product_group_analytics"]


@pytest.fixture
def api(simulate):
    return simulate(accounts=2, campaigns=30, ad_groups=60, ads=5, pins=0, limits="off")


@pytest.fixture
def promoting(tap, api, config):
    """The ad groups that may have product groups: all but those of campaigns that are known to sell otherwise."""
    run = tap.run(config(api), catalog=tap.catalog("campaigns", "ad_groups"), code=0)
    others = {row["id"] for row in run.records["campaigns"]
              if row["objective_type"] not in ("CATALOG_SALES", "SALES", None)}  # fmt: skip
    ad_groups = {row["id"] for row in run.records["ad_groups"] if row["campaign_id"] not in others}
    assert 0 < len(ad_groups) < len(run.records["ad_groups"])
    api.reset_counters()
    return ad_groups


def promotions(api, ad_groups):
    rows = true_entities(api, "product_group_promotions", statuses=EVERY_STATUS)
    return [row for row in rows if row["ad_group_id"] in ad_groups]


def test_one_request_for_each_ad_group_that_can_have_any(tap, api, config, promoting):
    run = tap.run(config(api), catalog=tap.catalog("product_group_promotions"), code=0)
    records = run.records["product_group_promotions"]
    truth = {row["id"]: row for row in promotions(api, promoting)}
    assert truth
    assert sorted(row["id"] for row in records) == sorted(truth)
    for row in records:
        assert row["ad_group_id"] == truth[row["id"]]["ad_group_id"]
        assert row["status"] == truth[row["id"]]["status"]
    assert {row["status"] for row in records} > {"ACTIVE"}
    requests = api.counters()["requests"][LIST]
    assert_nothing_refused(api)
    accounts = {row["id"]: row["ad_account_id"] for row in true_entities(api, "ad_groups")}
    assert requests == sum(
        api.count_pages(f"/ad_accounts/{accounts[ad_group]}/product_group_promotions", ad_group_id=ad_group,
                        entity_statuses=EVERY_STATUS, order="ASCENDING")
        for ad_group in promoting
    )


def test_analytics_of_every_product_group(tap, api, config, promoting):
    settings = config(api, start_date=START, lookback_days=3)
    first = tap.run(settings, catalog=tap.catalog(*STREAMS), code=0)
    ids = {row["id"] for row in promotions(api, promoting)}

    def truth():
        rows = true_rows(api, "product_group_analytics", START, statuses=EVERY_STATUS)
        return [row for row in rows if row["PRODUCT_GROUP_ID"] in ids]

    assert truth()
    assert_same_rows("product_group_analytics", first.records["product_group_analytics"], truth())
    assert api.counters()["requests"][ANALYTICS] == 2
    api.advance(days=1)
    second = tap.run(settings, catalog=tap.catalog(*STREAMS), state=first.state, code=0)
    assert min(row["DATE"] for row in second.records["product_group_analytics"]) == "2026-03-06"
    assert_same_rows("product_group_analytics", newest("product_group_analytics", first, second), truth())
    assert len(second.records["product_group_promotions"]) == len(ids)


def test_what_decides_on_the_requests_need_not_be_selected(tap, api, config, promoting):
    catalog = tap.catalog("ad_groups", "product_group_promotions")
    deselect(catalog, "ad_groups", "campaign_id")
    run = tap.run(config(api), catalog=catalog, code=0)
    assert sorted(run.keys("product_group_promotions")) == sorted(row["id"] for row in promotions(api, promoting))
    assert "campaign_id" not in run.records["ad_groups"][0]


@pytest.mark.parametrize("parent", [AD_GROUPS, "/ad_accounts/{ad_account_id}/campaigns"])
def test_they_are_incomplete_if_what_names_them_is(tap, api, config, parent):
    account, other = api.account_ids()
    api.fault("status", endpoint=parent, match=account, status=400, body={"code": 1, "message": "no"})
    run = tap.run(config(api, start_date=START), catalog=tap.catalog(*STREAMS), code=1)
    for stream in STREAMS:
        assert run.log_lines("ERROR", stream, f"account {account}", "is incomplete")
        assert {row["ad_account_id"] for row in run.records["product_group_analytics"]} == {other}
    kept = run.state["bookmarks"]["product_group_analytics"]["partitions"]
    assert [entry["context"]["ad_account_id"] for entry in kept] == [other]


def test_one_list_that_fails_is_said(tap, api, config):
    api.fault("status", endpoint=LIST, nth=1, status=400, body={"code": 1, "message": "bad ad group"})
    run = tap.run(config(api), catalog=tap.catalog("product_group_promotions"), code=1)
    assert run.log_lines("product_group_promotions", "bad ad group")
