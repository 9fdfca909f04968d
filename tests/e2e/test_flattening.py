"""Flattened records and schemas against what the Meltano SDK itself makes of nested ones."""

import json
import subprocess

import pytest
from harness import BY_DEFAULT, KEYS
from test_partners import program

START = "2026-03-05"
# Reads {"runs": [[schema, records], ...], "max_level", "separator"}; prints the same, flattened.
SDK = """
import json, sys
from singer_sdk.helpers._flattening import flatten_record, flatten_schema
task = json.load(sys.stdin)
options = {"max_level": task["max_level"], "separator": task["separator"]}
flat = []
for schema, records in task["streams"]:
    columns = flatten_schema(schema, **options)
    flat.append([columns, [flatten_record(record, columns, **options) for record in records]])
print(json.dumps(flat))
"""


@pytest.fixture
def api(simulate):
    return simulate(accounts=1, campaigns=30, ad_groups=30, ads=30, pins=30)


def flattened_by_the_sdk(streams, depth, separator):
    task = json.dumps({"streams": streams, "max_level": depth, "separator": separator}, default=float)
    done = subprocess.run([program("singer-sdk", "python"), "-c", SDK], input=task, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def comparable(record, text_columns):
    """Numbers as floats, and JSON in a string as what it says: blanks in it mean nothing."""
    return {
        name: json.loads(value) if name in text_columns and value is not None else value
        for name, value in json.loads(json.dumps(record, default=float)).items()
    }


@pytest.mark.parametrize("depth, separator", [(1, "__"), (2, "__"), (10, "."), (0, "__")])
def test_schemas_and_records_are_those_of_the_sdk(tap, api, config, depth, separator):
    settings = config(api, start_date=START)
    nested = tap.run(settings, code=0)
    flat = tap.run(
        {**settings, "flattening_enabled": True, "flattening_max_depth": depth, "flattening_separator": separator},
        code=0,
    )
    names = BY_DEFAULT
    streams = [[nested.schemas[name]["schema"], nested.records[name]] for name in names]
    by_sdk = flattened_by_the_sdk(streams, depth, separator) if depth else json.loads(json.dumps(streams, default=float))
    for name, (schema, records) in zip(names, by_sdk):
        assert flat.schemas[name]["schema"] == schema
        assert list(flat.schemas[name]["schema"]["properties"]) == list(schema["properties"])
        assert flat.schemas[name]["key_properties"] == KEYS[name]
        before = nested.schemas[name]["schema"]["properties"]
        text = {
            column for column, field in schema["properties"].items()
            if depth and "string" in field["type"] and set(field) == {"type"} and field != before.get(column)
        }  # fmt: skip
        # Where an object is null the SDK leaves its columns out.
        expected = [{column: record.get(column) for column in schema["properties"]} for record in records]
        order = {tuple(record[key] for key in KEYS[name]): record for record in expected}
        assert len(order) == len(flat.records[name]) > 0
        for record in flat.records[name]:
            key = tuple(record[part] for part in KEYS[name])
            assert comparable(record, text) == comparable(order[key], text)


def test_what_is_selected_is_flattened(tap, api, config):
    catalog = tap.catalog("ad_analytics", "pins")
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if item["breadcrumb"][:2] == ["properties", "metrics"] and item["breadcrumb"][-1] == "CTR":
                item["metadata"]["selected"] = False
    settings = config(api, start_date=START, flattening_enabled=True)  # one level by default
    run = tap.run(settings, catalog=catalog, code=0)
    columns = run.schemas["ad_analytics"]["schema"]["properties"]
    assert "metrics__SPEND_IN_DOLLAR" in columns and "metrics__CTR" not in columns
    assert all(record["metrics__AD_ID"] == record["AD_ID"] for record in run.records["ad_analytics"])


def test_the_catalog_stays_nested(tap, config, api):
    settings = config(api, flattening_enabled=True, flattening_max_depth=2)
    assert tap.discover(settings) == tap.discover(config(api))
