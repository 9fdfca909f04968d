"""What a run wrote against what the simulator holds, digit by digit."""

from decimal import Decimal

from harness import KEYS

STATUSES = ["ACTIVE", "PAUSED", "ARCHIVED"]
EVERY_STATUS = [*STATUSES, "DRAFT", "DELETED_DRAFT"]
COLUMNS = [
    "SPEND_IN_DOLLAR",
    "PAID_IMPRESSION",
    "TOTAL_IMPRESSION",
    "TOTAL_CLICKTHROUGH",
    "TOTAL_ENGAGEMENT",
    "CTR",
    "ECTR",
    "CPC_IN_MICRO_DOLLAR",
    "ECPC_IN_DOLLAR",
    "CAMPAIGN_ID",
    "AD_GROUP_ID",
    "AD_ID",
    "PIN_ID",
    "AD_ACCOUNT_ID",
    "CAMPAIGN_NAME",
    "AD_GROUP_NAME",
    "AD_NAME",
]
PIN_METRICS = ["IMPRESSION", "OUTBOUND_CLICK", "PIN_CLICK", "SAVE", "SAVE_RATE"]
APP_TYPES = ["ALL", "MOBILE", "TABLET", "WEB"]


def true_entities(api, stream, **parameters):
    return api.truth(stream, **{"statuses": STATUSES, **parameters})


def true_rows(api, stream, start_date, **parameters):
    """The rows that an analytics stream should have with the default settings, from a day to today."""
    defaults = {"start_date": start_date}
    if stream == "pin_analytics":
        defaults.update(metric_types=PIN_METRICS, app_types=APP_TYPES)
    else:
        defaults.update(columns=COLUMNS, statuses=STATUSES)
    rows = api.truth(stream, **{**defaults, **parameters})
    if stream.startswith("ad_account_"):
        # AD_ACCOUNT_ID is their key; a second column of that name would clash in most databases.
        for row in rows:
            row.pop("ad_account_id")
    return rows


def reported_rows(api, stream, start_date, **parameters):
    """The same where they come by report: of entities of every status, but none without numbers."""
    rows = true_rows(api, stream, start_date, statuses=EVERY_STATUS, **parameters)
    return [row for row in rows if _has_numbers(row)]


def _has_numbers(row):
    values = (row["metrics"] or {}).items()
    texts = ("_ID", "_NAME", "_STATUS")
    return any(value not in (None, 0) and float(value) for name, value in values if not name.endswith(texts))


def digits(value):
    """A number as its digits (1.10 is not 1.1); text and null as they are."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(Decimal(value))
    return value


def _flat(row, keys, metrics=()):
    """(key, the other values by name): truth and records in one form."""
    values = {f"metrics.{name}": value for name, value in (row["metrics"] or dict.fromkeys(metrics)).items()}
    values.update({name: value for name, value in row.items() if name != "metrics" and name not in keys})
    return tuple(row[key] for key in keys), values


def _same(actual, expected):
    if actual is None or expected is None or isinstance(actual, str):
        return actual == expected
    return digits(actual) == str(Decimal(expected))


def assert_same_rows(stream, records, truth):
    """Every row of the truth, once, with every value, and nothing else."""
    expected = dict(_flat(row, KEYS[stream]) for row in truth)
    metrics = truth[0]["metrics"] if truth else ()  # a day without any value may have null for all of them
    actual = dict(_flat(row, KEYS[stream], metrics) for row in records)
    assert len(expected) == len(truth), "the truth itself repeats a key"
    assert_same_keys(list(actual), list(expected))
    assert len(records) == len(actual), "a row was written twice"
    wrong = [
        (key, name, actual[key].get(name), value)
        for key, values in expected.items()
        for name, value in values.items()
        if name not in actual[key] or not _same(actual[key][name], value)
    ]
    assert not wrong, f"{len(wrong)} values differ (key, name, written, true): {wrong[:5]}"
    names = set(next(iter(expected.values()), {}))
    assert not expected or set(next(iter(actual.values()))) == names


def newest(stream, *runs):
    """One record of each key, the last that was written, as a target that updates in place has it."""
    rows = {}
    for run in runs:
        rows.update(zip(run.keys(stream), run.records[stream], strict=True))
    return list(rows.values())


def assert_same_keys(actual, expected):
    """The same keys, each once, in any order."""
    missing, extra = set(expected) - set(actual), set(actual) - set(expected)
    assert not missing, f"{len(missing)} missing: {sorted(missing)[:5]}"
    assert not extra, f"{len(extra)} too many: {sorted(extra)[:5]}"
    assert len(actual) == len(set(actual)), "a key was written twice"


def assert_nothing_refused(api):
    counters = api.counters()
    assert counters["refused"] == []
    assert counters["rate_limited"] == 0
    assert set(counters["statuses"]) <= {"200"}
