"""The lists of the API, read by a plain client that knows nothing of the tap: what its records have to say."""

import itertools
import json
import re
import urllib.parse
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from compare import STATUSES

ACCOUNT = "/ad_accounts/{ad_account_id}"
# The scopes of all streams together.
EVERY_SCOPE = (
    "ads:read,pins:read,boards:read,user_accounts:read,billing:read,biz_access:read,catalogs:read"
)
# The small Pinterest of other tests, for those that read every stream.
SMALL_WITH_EVERY_SCOPE = {
    "accounts": 2, "campaigns": 12, "ad_groups": 20, "ads": 30, "pins": 20, "scopes": EVERY_SCOPE, "limits": "off",
}  # fmt: skip
TODAY = date(2026, 3, 10)
YESTERDAY = str(TODAY - timedelta(1))
ASCENDING = {"order": "ASCENDING"}
ENTITIES = {"entity_statuses": STATUSES, **ASCENDING}
RANKINGS = ["ENGAGEMENT", "IMPRESSION", "OUTBOUND_CLICK", "PIN_CLICK", "SAVE"]
VIDEO_RANKINGS = [
    "IMPRESSION", "SAVE", "OUTBOUND_CLICK", "VIDEO_MRC_VIEW", "VIDEO_AVG_WATCH_TIME", "VIDEO_V50_WATCH_TIME",
    "QUARTILE_95_PERCENT_VIEW", "VIDEO_10S_VIEW", "VIDEO_START",
]  # fmt: skip
TOP_DAYS = {"start_date": str(TODAY - timedelta(30)), "end_date": YESTERDAY, "num_of_pins": 50}


@dataclass
class List:
    """A list: its path, the parameters that are always sent, those sent with each of some values, where its rows are
    ("" the answer itself, "{}" the answer is the row), the lists whose ids its address takes, and what its rows are
    given where they have nothing."""

    path: str
    always: dict = field(default_factory=dict)
    each: dict = field(default_factory=dict)
    rows: str = "items"
    paged: bool = True
    parents: dict = field(default_factory=dict)
    given: dict = field(default_factory=dict)


LISTS = {
    "campaigns": List(f"{ACCOUNT}/campaigns", ENTITIES),
    "ad_groups": List(f"{ACCOUNT}/ad_groups", ENTITIES),
    "audiences": List(f"{ACCOUNT}/audiences", ASCENDING, {"ownership_type": ["OWNED", "RECEIVED"]}),
    "audience_insights": List(
        f"{ACCOUNT}/audience_insights", rows="{}", paged=False, given={"date": str(TODAY)},
        each={"audience_insight_type": ["YOUR_TOTAL_AUDIENCE", "YOUR_ENGAGED_AUDIENCE", "PINTEREST_TOTAL_AUDIENCE"]},
    ),
    "customer_lists": List(f"{ACCOUNT}/customer_lists", ASCENDING),
    "conversion_tags": List(f"{ACCOUNT}/conversion_tags", {"filter_deleted": "false"}, paged=False),
    "conversion_event_quality": List(
        f"{ACCOUNT}/conversion_eqs", each={"lookback_period": ["1d", "14d"]}, rows="", paged=False
    ),
    "advertiser_defined_events": List(f"{ACCOUNT}/advertiser_defined_events", paged=False),
    "order_lines": List(f"{ACCOUNT}/order_lines", ASCENDING),
    "promotions": List(f"{ACCOUNT}/promotions", ASCENDING),
    "lead_forms": List(f"{ACCOUNT}/lead_forms", ASCENDING),
    "targeting_templates": List(f"{ACCOUNT}/targeting_templates", ASCENDING),
    "report_templates": List(f"{ACCOUNT}/templates", ASCENDING),
    "labels": List(f"{ACCOUNT}/labels", {"entity_statuses": ["ACTIVE", "ARCHIVED"]}),
    "billing_invoices": List(f"{ACCOUNT}/billing_invoices", ASCENDING),
    "billing_profiles": List(f"{ACCOUNT}/billing_profiles", {"is_active": "false"}),
    "boards": List("/boards", {"privacy": "ALL"}),
    "board_sections": List("/boards/{board_id}/sections", parents={"board_id": "boards"}),
    "board_pins": List("/boards/{board_id}/pins", {"pin_metrics": "true"}, parents={"board_id": "boards"}),
    "board_section_pins": List(
        "/boards/{board_id}/sections/{section_id}/pins", parents={"section_id": "board_sections"}
    ),
    "user_account_top_pins": List(
        "/user_account/analytics/top_pins", TOP_DAYS, {"sort_by": RANKINGS}, "pins", paged=False,
        given={"window_start": TOP_DAYS["start_date"], "window_end": YESTERDAY},
    ),
    "user_account_top_video_pins": List(
        "/user_account/analytics/top_video_pins", TOP_DAYS, {"sort_by": VIDEO_RANKINGS}, "pins", paged=False,
        given={"window_start": TOP_DAYS["start_date"], "window_end": YESTERDAY},
    ),
    "user_websites": List("/user_account/websites"),
    "linked_business_accounts": List("/user_account/businesses", rows="", paged=False),
    "catalogs": List("/catalogs"),
    "catalogs_feeds": List("/catalogs/feeds"),
    "catalogs_product_groups": List("/catalogs/product_groups"),
    "catalogs_product_group_counts": List(
        "/catalogs/product_groups/{product_group_id}/product_counts", rows="{}", paged=False,
        parents={"product_group_id": "catalogs_product_groups"},
    ),
    "catalogs_feed_processing_results": List(
        "/catalogs/feeds/{feed_id}/processing_results", {"page_size": 250}, paged=False,
        parents={"feed_id": "catalogs_feeds"},
    ),
    "catalogs_item_issues": List(
        "/catalogs/processing_results/{processing_result_id}/item_issues",
        parents={"processing_result_id": "catalogs_feed_processing_results"},
    ),
    "business_employers": List("/businesses/employers"),
    "business_members": List(
        "/businesses/{business_id}/members", {"assets_summary": "true"},
        parents={"business_id": "business_employers"},
    ),
    "business_partners": List(
        "/businesses/{business_id}/partners", {"assets_summary": "true"},
        {"partner_type": ["INTERNAL", "EXTERNAL"]}, parents={"business_id": "business_employers"},
    ),
    "business_assets": List(
        "/businesses/{business_id}/assets", parents={"business_id": "business_employers"},
        each={"asset_type": ["AD_ACCOUNT", "PROFILE", "ASSET_GROUP", "CATALOG", "CONSUMER"]},
    ),
    "targeting_options": List(
        "/resources/targeting/{targeting_type}", rows="{:}", paged=False,
        each={"targeting_type": ["APPTYPE", "GENDER", "LOCALE", "AGE_BUCKET", "LOCATION", "GEO", "INTEREST"]},
    ),
    "delivery_metrics": List("/resources/delivery_metrics", each={"report_type": ["SYNC", "ASYNC"]}, paged=False),
    "metrics_ready_state": List(
        "/resources/metrics_ready_state", rows="{}", paged=False,
        each={"date": [str(TODAY - timedelta(days)) for days in range(30, 0, -1)]},
    ),
    "ad_account_countries": List("/resources/ad_account_countries", paged=False),
    "trending_keywords": List(
        "/trends/keywords/{region}/top/{trend_type}", {"limit": 50}, rows="trends", paged=False,
        each={"region": ["US", "GB+IE"], "trend_type": ["growing", "monthly", "yearly", "seasonal"]},
        given={"date": str(TODAY)},
    ),
}  # fmt: skip


def lists_of(api, stream):
    """The address (path, parameters, what its places held) of each list that a stream is read as."""
    plan = LISTS[stream]
    bases = [{}]
    if plan.path.startswith(ACCOUNT):
        bases = [{"ad_account_id": account} for account in api.account_ids()]
    for slot, parent in plan.parents.items():
        bases = list({row["id"]: {**places, slot: row["id"]} for places, row in read(api, parent)}.values())
    for base, values in itertools.product(bases, itertools.product(*plan.each.values())):
        yield {**base, **dict(zip(plan.each, values, strict=True))}


def read(api, stream):
    """(what the places of its address held, the row as the API sent it), row by row."""
    plan = LISTS[stream]
    for places in lists_of(api, stream):
        path = re.sub(r"{(\w+)}", lambda place: urllib.parse.quote(places[place[1]], safe=""), plan.path)  # noqa: B023
        sent = {**plan.always, **{name: value for name, value in places.items() if name in plan.each}}
        sent = {name: value for name, value in sent.items() if f"{{{name}}}" not in plan.path}
        for answer in pages(api, path, sent, plan.paged):
            for row in rows_of(plan, answer):
                yield places, row


def pages(api, path, sent, paged):
    bookmark = None
    while True:
        query = {**sent, **({"page_size": 250} if paged else {}), **({"bookmark": bookmark} if bookmark else {})}
        answer = api.get(path, query)
        yield answer
        bookmark = answer.get("bookmark") if paged else None
        if not bookmark:
            return


def rows_of(plan, answer):
    if plan.rows == "{}":
        return [answer]
    if plan.rows == "{:}":
        return [{"code": code, "name": name} for one in answer or [] for code, name in one.items()]
    rows = answer if plan.rows == "" else answer[plan.rows]
    if plan.path.endswith("/labels"):
        return [label for item in rows for label in item.get("labels", [item])]
    if plan.rows == "pins":
        return [{**row, "rank": rank} for rank, row in enumerate(rows, start=1)]
    return rows


def expected(api, stream, schema):
    """The records that a stream should have, with the fields of its schema."""
    plan = LISTS[stream]
    for places, row in read(api, stream):
        given = {**plan.given, **places}
        given["type"] = given.get("audience_insight_type")
        whole = {**row, **{name: value for name, value in given.items() if value is not None and row.get(name) is None}}
        yield fit(whole, schema)


def fit(value, schema):
    """A value as the schema wants it: the fields it has, ids as text, moments as such."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if value is None:
        return None
    if schema.get("format") == "date-time":
        return moment(value)
    if "object" in kinds and "properties" in schema:
        return {name: fit(value.get(name), child) for name, child in schema["properties"].items()}
    if "array" in kinds and "items" in schema:
        return [fit(each, schema["items"]) for each in value]
    if "integer" in kinds and isinstance(value, float | int) and not isinstance(value, bool):
        return int(value)
    return str(value) if kinds[0] == "string" and not isinstance(value, bool | str) else value


def moment(value):
    """Unix seconds, as milliseconds from the year 1973 on, or ISO 8601, which means UTC if it says nothing."""
    if isinstance(value, str):
        stated = datetime.fromisoformat(value)
        return stated if stated.tzinfo else stated.replace(tzinfo=UTC)
    return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC) if value else None


def plain(row):
    """For comparing: numbers as numbers, moments as text in UTC."""
    return json.loads(json.dumps(row, default=lambda v: str(v.astimezone(UTC)) if isinstance(v, datetime) else float(v)))
