"""Whether rows add up to their account, counted by a plain client that knows nothing of the tap: what it asks the API
for, it adds up with Python's decimals."""

import datetime
import json
import urllib.parse
from collections import defaultdict
from decimal import Decimal

from compare import EVERY_STATUS
from lists import pages

# By stream: the list of its entities, how their analytics name them, and the level of a report.
LEVELS = {
    "campaign_analytics": ("campaigns", "campaign_ids", "CAMPAIGN"),
    "ad_group_analytics": ("ad_groups", "ad_group_ids", "AD_GROUP"),
    "ad_analytics": ("ads", "ad_ids", "PIN_PROMOTION"),
}
ADDITIVE = [
    "SPEND_IN_DOLLAR", "SPEND_IN_MICRO_DOLLAR", "IMPRESSION_1", "IMPRESSION_2", "TOTAL_IMPRESSION",
    "TOTAL_CLICK_CHECKOUT", "TOTAL_ENGAGEMENT_CHECKOUT", "TOTAL_VIEW_CHECKOUT", "TOTAL_CHECKOUT",
    "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR", "LEADS", "VIDEO_SPEND_IN_DOLLAR",
]  # fmt: skip
OTHERS = ["CTR", "CPC_IN_MICRO_DOLLAR", "CHECKOUT_ROAS", "TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY",
          "VIDEO_15SEC_UNIQUE_VIEWS_1", "VIDEO_LENGTH", "CAMPAIGN_DAILY_SPEND_CAP", "CAMPAIGN_ID",
          "CAMPAIGN_NAME"]  # fmt: skip
BATCH = 100
IDENTITIES = {
    "TOTAL_IMPRESSION": ["IMPRESSION_1", "IMPRESSION_2"],
    "TOTAL_CHECKOUT": ["TOTAL_CLICK_CHECKOUT", "TOTAL_ENGAGEMENT_CHECKOUT", "TOTAL_VIEW_CHECKOUT"],
}
BROKEN = "TOTAL_IMPRESSION = IMPRESSION_1 + IMPRESSION_2"


def load(answer):
    return json.loads(answer, parse_float=Decimal)


def direct_rows(api, account, stream, statuses, **query):
    """The rows of a stream's entities of these statuses, or, with no stream, those of the account."""
    path = f"/ad_accounts/{account}/"
    query["columns"] = ",".join(query["columns"])
    batches = [{}]
    if stream:
        kind, parameter, _ = LEVELS[stream]
        listed = pages(api, path + kind, {"entity_statuses": statuses}, paged=True)
        ids = sorted({each["id"] for page in listed for each in page["items"]})
        batches = [{parameter: ids[first : first + BATCH]} for first in range(0, len(ids), BATCH)]
        path += f"{kind}/"
    addresses = (urllib.parse.urlencode({**query, **batch}, doseq=True) for batch in batches)
    return [row for address in addresses for row in load(api.fetch(f"/v5{path}analytics?{address}"))]


def reported_rows(api, account, stream, **query):
    """The same by report, which knows no statuses."""
    path = f"/v5/ad_accounts/{account}/reports"
    level = LEVELS[stream][2] if stream else "ADVERTISER"
    token = load(api.fetch(path, {"level": level, **query}))["token"]
    while True:
        report = load(api.fetch(f"{path}?token={token}"))
        if report["report_status"] == "FINISHED":
            break
    if not report["url"]:
        return []
    place = urllib.parse.urlsplit(report["url"])
    return [row for rows in load(api.fetch(f"{place.path}?{place.query}", token=False)).values() for row in rows]


def days_between(first, last):
    """Both included."""
    first, last = (datetime.date.fromisoformat(date) for date in (first, last))
    return [str(first + datetime.timedelta(age)) for age in range((last - first).days + 1)]


def value_of(row, column):
    value = row.get(column)
    return None if value is None else Decimal(str(value))


class Sums:
    """`Sums(api, start_date=..., end_date=...)`: the lines that data_quality should have, by their key. `windows` are
    the attribution windows, `dated` how the stream writes a row's date, `by_report` the first days that are asked for
    by report, up to the day before `start_date`."""

    def __init__(self, api, start_date, end_date="2026-03-10", granularity="DAY", statuses=EVERY_STATUS,
                 columns=ADDITIVE, by_report=None, dated=lambda row: row["DATE"], **windows):  # fmt: skip
        self.api, self.statuses, self.dated = api, statuses, dated
        self.columns = list(columns)
        self.query = {"granularity": granularity, "columns": self.columns, **windows}
        self.direct = [(start_date, end_date)]
        if granularity == "HOUR":
            self.direct = [(date, date) for date in days_between(start_date, end_date)]
        self.reported = by_report and {"start_date": by_report, "end_date": days_between(by_report, start_date)[-2]}

    def rows(self, account, stream=None):
        rows = []
        if self.reported:
            rows += reported_rows(self.api, account, stream, **self.query, **self.reported)
        for start, end in self.direct:
            days = {"start_date": start, "end_date": end}
            rows += direct_rows(self.api, account, stream, self.statuses, **self.query, **days)
        return rows

    def lines(self, streams=LEVELS, accounts=None):
        lines = {}
        for account in accounts or self.api.account_ids():
            totals = {}
            for row in self.rows(account):
                for column in self.columns:
                    totals[self.dated(row), column] = value_of(row, column)
            for stream in streams:
                by_date = defaultdict(list)
                for row in self.rows(account, stream):
                    by_date[self.dated(row)].append(row)
                for date in sorted({*by_date, *(date for date, _ in totals)}):
                    self.add(lines, (account, stream, date), by_date[date], totals)
        return lines

    def add(self, lines, of, rows, totals):
        for column in self.columns:
            values = [value for row in rows if (value := value_of(row, column)) is not None]
            total = totals.get((of[2], column))
            if total is None and not values:
                continue
            total, found = total or Decimal(0), sum(values, Decimal(0))
            lines[*of, column] = line(total, found, total - found, len(values), None)
        for total, parts in IDENTITIES.items():
            if {total, *parts} <= set(self.columns):
                add_identity(lines, of, rows, total, parts)


def add_identity(lines, of, rows, total, parts):
    left, differences = Decimal(0), []
    for row in rows:
        whole, values = value_of(row, total), [value_of(row, part) for part in parts]
        if whole is None or values == [None] * len(parts):
            continue
        left += whole
        differences.append(whole - sum((value or 0 for value in values), Decimal(0)))
    if differences:
        wrong = sum(1 for difference in differences if difference)
        difference = sum(differences, Decimal(0))
        lines[*of, f"{total} = {' + '.join(parts)}"] = line(None, left, difference, len(differences), wrong)


def line(account_value, stream_value, difference, rows, rows_that_differ):
    return {
        "account_value": digits(account_value),
        "stream_value": digits(stream_value),
        "difference": digits(difference),
        "rows": str(rows),
        "rows_that_differ": None if rows_that_differ is None else str(rows_that_differ),
    }


def digits(value):
    """All digits and none that says nothing."""
    if value is None:
        return None
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
