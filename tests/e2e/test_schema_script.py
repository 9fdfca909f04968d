"""scripts/schema_from_openapi.py with a document and a table of its own."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import schema_from_openapi as script  # noqa: E402
from schema_streams import Stream, text  # noqa: E402

INT64 = {"minimum": -(2**63), "maximum": 2**63 - 1}

COMPONENTS = {
    "Common": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^\\d+$"},
            "created_time": {"type": "integer", "description": "Creation time. Unix timestamp in seconds."},
        },
    },
    "Kind": {"type": "string", "description": "kind of thing", "enum": ["BIG", None]},
    "Big": {
        "allOf": [
            {"$ref": "#/components/schemas/Common"},
            {
                "type": "object",
                "properties": {
                    "kind": {"$ref": "#/components/schemas/Kind"},
                    "weight": {"type": "integer", "nullable": True},
                    "owner_id": {"type": "integer", "description": "The ID of the owner."},
                    "fired_time_ms": {"type": "number", "description": "When it was <b>last</b> fired."},
                    "made_on": {"type": "string", "format": "date"},
                    "password": {"type": "string", "description": "A secret."},
                    "parts": {
                        "type": "array",
                        "description": "List of `parts`, see [the guide](https://example.com). See more there.",
                        "items": {"type": "object", "properties": {"ratio": {"type": "number"}}},
                    },
                },
            },
        ]
    },
    "Small": {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "kind": {"type": "string", "enum": ["SMALL"]},
            "counts": {"description": "Counts &amp; all", "type": "object", "additionalProperties": {"type": "number"}},
            "filters": {"anyOf": [{"$ref": "#/components/schemas/Filters"}]},
            "wide": {
                "type": "object",
                "properties": {f"field_{number}": {"type": "string"} for number in range(41)},
            },
        },
    },
    "Filters": {
        "type": "object",
        "properties": {"all_of": {"type": "array", "items": {"$ref": "#/components/schemas/Filters"}}},
    },
    "Thing": {"oneOf": [{"$ref": "#/components/schemas/Big"}, {"$ref": "#/components/schemas/Small"}]},
    "Page": {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "object"}}}},
}
PAGE = {
    "allOf": [
        {"$ref": "#/components/schemas/Page"},
        {"properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}},
    ]
}
THINGS = Stream(
    "/things",
    "thing",
    "Things of the user.",
    key=("shop_id", "id"),
    added={"shop_id": text("Id of the shop.")},
    newer={"is_new": {"type": "boolean", "description": "Whether it is new."}},
    dropped=("password",),
    free=("filters",),
    words={"weight": "Weight of the {noun} in grams."},
)


@pytest.fixture
def document(tmp_path, monkeypatch):
    """The path of the document; the script writes into schemas/ beside it."""
    monkeypatch.setattr(script, "SCHEMAS", tmp_path / "schemas")
    monkeypatch.setattr(script, "STREAMS", {"things": THINGS})
    (tmp_path / "schemas").mkdir()
    path = tmp_path / "openapi.json"
    answer = {"200": {"description": "Success", "content": {"application/json": {"schema": PAGE}}}}
    whole = {"paths": {"/things": {"get": {"responses": answer}}}, "components": {"schemas": COMPONENTS}}
    path.write_text(json.dumps(whole))
    return path


def change(document, before, after):
    content = document.read_text()
    assert before in content
    document.write_text(content.replace(before, after))


@pytest.fixture
def columns(document):
    assert script.main([str(document), "things"]) == 0
    schema = script.written("things")
    assert (schema["type"], schema["description"]) == ("object", "Things of the user.")
    return schema["properties"]


def test_columns_are_the_key_and_the_fields_of_all_variants(columns):
    assert list(columns) == [
        *("shop_id", "id", "created_time", "kind", "weight", "owner_id", "fired_time_ms", "made_on", "parts"),
        *("counts", "filters", "wide", "is_new"),
    ]


def test_keys_are_strings_and_all_else_may_be_null(columns):
    assert columns["shop_id"] == {"type": "string", "description": "Id of the shop."}
    assert columns["id"] == {"type": "string", "description": "Unique id of the thing."}
    assert all("null" in column["type"] for name, column in columns.items() if name not in THINGS.key)


def test_times_of_any_unit_are_date_times(columns):
    time = {"type": ["string", "null"], "format": "date-time"}
    assert columns["created_time"] == {**time, "description": "When the thing was created (UTC)."}
    assert columns["fired_time_ms"] == {**time, "description": "When it was last fired (UTC)."}
    assert columns["made_on"]["format"] == "date"


def test_ids_are_strings_and_integers_have_64_bits(columns):
    assert columns["owner_id"] == {"type": ["string", "null"], "description": "Id of the owner."}
    assert columns["weight"] == {"type": ["integer", "null"], **INT64, "description": "Weight of the thing in grams."}


def test_values_of_all_variants_are_told(columns):
    assert columns["kind"]["description"] == "Kind of thing: BIG, SMALL; Pinterest adds values."


def test_arrays_are_described_without_links(columns):
    assert columns["parts"]["description"] == "Parts, see the guide."
    assert columns["parts"]["items"]["description"] == "One part."
    assert columns["parts"]["items"]["properties"]["ratio"] == {
        "type": ["number", "null"],
        "description": "Ratio of the part.",
    }


def test_maps_wide_objects_and_those_of_the_table_are_free(columns):
    assert columns["counts"] == {"type": ["object", "null"], "description": "Counts & all."}
    assert set(columns["filters"]) == set(columns["wide"]) == {"type", "description"}


def test_the_file_has_a_line_a_column(columns):
    lines = (script.SCHEMAS / "things.json").read_text().splitlines()
    assert '    "shop_id": { "type": "string", "description": "Id of the shop." },' in lines
    assert '          "ratio": { "type": ["number", "null"], "description": "Ratio of the part." }' in lines


def test_fields_can_be_those_of_another_stream(document, monkeypatch):
    schema = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": ["string", "null"]}}}
    (script.SCHEMAS / "others.json").write_text(json.dumps(schema))
    like = Stream("/things", "thing", "Things.", like={"": "others"}, key=("shop_id", "name"), added=THINGS.added)
    monkeypatch.setitem(script.STREAMS, "things", like)
    assert script.main([str(document), "things"]) == 0
    columns = script.written("things")["properties"]
    assert list(columns) == ["shop_id", "name", "id"]
    assert columns["name"]["type"] == "string"


def test_the_check_is_content_with_what_was_written(document, columns, capsys):
    assert script.main(["--check", str(document)]) == 0
    assert capsys.readouterr().out == "nothing new in 1 streams\n"


def test_the_check_tells_what_either_side_lacks(document, columns, capsys):
    change(document, '"weight"', '"mass"')
    change(document, '"ratio"', '"share"')
    change(document, '"all_of"', '"any_of"')
    assert script.main(["--check", str(document)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "things: the schema lacks mass",
        "things: the schema lacks parts[].share",
        "things: the document lacks weight",
        "things: the document lacks parts[].ratio",
    ]


def test_a_newer_document_may_have_what_the_table_adds(document, columns, capsys):
    change(document, '"made_on"', '"is_new": {"type": "boolean"}, "made_on"')
    assert script.main(["--check", str(document)]) == 0


def test_the_check_tells_which_endpoint_is_gone(document, columns, capsys):
    change(document, '"/things"', '"/stuff"')
    assert script.main(["--check", str(document)]) == 1
    assert capsys.readouterr().out == "things: the document lacks /things\n"


def test_a_field_without_a_type_is_refused(document):
    change(document, '"weight": {"type": "integer", "nullable": true}', '"weight": {"description": "Something."}')
    with pytest.raises(SystemExit, match="weight has no type in the document"):
        script.main([str(document), "things"])


@pytest.mark.parametrize("arguments", [[], ["openapi.json"], ["--check"], ["openapi.json", "unheard_of"]])
def test_wrong_arguments_exit_with_2(arguments, document, capsys):
    assert script.main(arguments) == 2
    assert capsys.readouterr().err
