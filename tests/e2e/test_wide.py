"""Answers that may be large, of which few fit in memory at once: they are read beside each other all the same, and
while lists are being read. Requests that never end say so without a clock: whatever is asked for then is at once."""

import json

import pytest
from harness import UNLIMITED
from running import Running, wait_until

LIST, ANALYTICS = "/ad_accounts/{ad_account_id}/ads", "/ad_accounts/{ad_account_id}/ads/analytics"
FOR_EVER = {"kind": "stall", "stall_ms": 600_000}


@pytest.fixture
def api(simulate):
    """Ads of today: few rows, however many days are asked for."""
    api = simulate(accounts=1, campaigns=1, ad_groups=1, ads=0, pins=0, limits="off", short_pages=False)
    api.add("ads", 2_000)
    return api


@pytest.fixture
def wide(tap, config, api):
    """Settings of 60 columns and 90 days, which are 1.4 million cells a request, and their catalog."""
    about = json.loads(tap.run(None, "--about", "--format=json", rules=False, code=0).stdout)
    columns = about["settings"]["properties"]["analytics_columns"]["items"]["enum"][:60]
    settings = config(api, start_date="2025-12-11", rate_limits=UNLIMITED, analytics_columns=columns)
    return settings, tap.catalog("ad_analytics", config=settings)


def test_wide_analytics_are_asked_for_beside_each_other(tap, api, wide):
    settings, catalog = wide
    api.fault(endpoint=ANALYTICS, nth=[2, 1_000_000], **FOR_EVER)
    with Running(tap, settings, catalog=catalog, to_file=True):
        wait_until(lambda: api.counters()["faults"] >= 4, "four answers are waited for at once")


def test_wide_analytics_do_not_wait_for_the_end_of_lists(tap, api, wide):
    settings, catalog = wide
    api.fault(endpoint=LIST, nth=3, **FOR_EVER)
    with Running(tap, settings, catalog=catalog, to_file=True):
        wait_until(lambda: api.requests("/ads/analytics"), "analytics are asked for while the list is read")
