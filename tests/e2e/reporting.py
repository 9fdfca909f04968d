"""A small Pinterest for tests of asynchronous reports, its day, and the endpoints that a report takes."""

import datetime

import pytest

TODAY = datetime.date(2026, 3, 10)
CREATE = "POST /ad_accounts/{ad_account_id}/reports"
POLL = "/ad_accounts/{ad_account_id}/reports"
DOWNLOAD = "/_reports/{name}"


@pytest.fixture
def world(simulate):
    def make(**options):
        small = {"accounts": 1, "campaigns": 4, "ad_groups": 6, "ads": 8, "pins": 0, "report_polls": 0}
        return simulate(**{**small, "limits": "off", **options})

    return make


def back(days):
    return str(TODAY - datetime.timedelta(days))
