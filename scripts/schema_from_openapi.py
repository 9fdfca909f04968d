#!/usr/bin/env python3
"""Writes schemas/STREAM.json from Pinterest's OpenAPI document, and compares all schemas with one.

Usage: schema_from_openapi.py DOCUMENT STREAM... writes the schemas of these streams, with what schema_streams.py says
of them. The result is committed and edited by nobody: what is odd in the document is set right in that table.
schema_from_openapi.py --check DOCUMENT prints which fields a document has and a schema lacks, and the other way
round, also for the schemas that are written by hand; it exits 1 if there are any. Meant for a newer document.
"""

import html
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from schema_streams import STREAMS, Stream

SCHEMAS = Path(__file__).parents[1] / "schemas"

MOST_PROPERTIES = 40  # of an object whose properties are listed
MOST_VALUES = 15  # of an enumeration in a description
MOST_KNOWN_VALUES = 40  # what has more is a standard, such as countries, and is not listed at all
MOST_CHARACTERS = 200  # of a description, up to the end of a sentence
KINDS = {"properties": "object", "items": "array", "enum": "string"}  # what a node without a type is
INT64 = {"minimum": -(2**63), "maximum": 2**63 - 1}


# --- the document -------------------------------------------------------------------------------------------------


def merged(one: dict | None, other: dict) -> dict:
    return other if one in (None, other) else {"anyOf": [one, other]}


class Document:
    def __init__(self, path: Path) -> None:
        self.root = json.loads(path.read_text(encoding="utf-8"))

    def flat(self, node: dict) -> dict:
        """The node with what its references and variants say; where several say the same, the first one counts."""
        parts = [part for keyword in ("allOf", "oneOf", "anyOf") for part in node.get(keyword, [])]
        if "$ref" in node:
            parts.append(self.target(node["$ref"]))
        result = {name: value for name, value in node.items() if name not in ("$ref", "allOf", "oneOf", "anyOf")}
        for part in map(self.flat, parts):
            for keyword, value in part.items():
                if keyword == "properties":
                    own = dict(result.get("properties", {}))
                    result["properties"] = own | {name: merged(own.get(name), one) for name, one in value.items()}
                elif keyword == "enum":
                    result["enum"] = list(dict.fromkeys([*result.get("enum", []), *value]))
                elif keyword == "items":
                    result["items"] = merged(result.get("items"), value)
                else:
                    result.setdefault(keyword, value)
        return result

    def target(self, reference: str) -> dict:
        node = self.root
        for name in reference.split("/")[1:]:
            node = node[name.replace("~1", "/").replace("~0", "~")]
        return node

    def row(self, stream: Stream) -> dict:
        answer = self.flat(self.root["paths"][stream.path]["get"]["responses"]["200"])
        node = self.flat(answer["content"]["application/json"]["schema"])
        for step in re.findall(r"\w+|\[\]", stream.rows):
            node = self.flat(node["items"] if step == "[]" else node["properties"][step])
        return node


# --- descriptions -------------------------------------------------------------------------------------------------

# Of columns that many streams have.
COMMON = {
    "id": "Unique id of the {noun}.",
    "ad_account_id": "Id of the ad account that the {noun} belongs to.",
    "catalog_id": "Id of the catalog that the {noun} belongs to.",
    "catalog_type": "Type of the catalog:",
    "currency": "Currency, an ISO 4217 code.",
    "description": "Description of the {noun}.",
    "name": "Name of the {noun}.",
    "status": "Status of the {noun}:",
    "created_time": "When the {noun} was created (UTC).",
    "created_timestamp": "When the {noun} was created (UTC).",
    "created_at": "When the {noun} was created (UTC).",
    "updated_time": "When the {noun} was last updated (UTC).",
    "updated_timestamp": "When the {noun} was last updated (UTC).",
    "updated_at": "When the {noun} was last updated (UTC).",
    "start_time": "When the {noun} starts (UTC).",
    "end_time": "When the {noun} ends (UTC).",
}
MARKUP = re.compile(r"<[^>]*>|[`*]")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z\"'])")
BESIDE_THE_POINT = re.compile(r"See |Learn more|For more|For complete|Note:|Unix timestamp|Returned in|Format:", re.I)
REWRITTEN = [
    (re.compile(r'^Always "?(\w+)"?\.?$'), r"Kind of entity: always \1."),
    (re.compile(r"^(A |The )?(boolean (value )?that )?indicates (if|whether) "), "Whether "),
    (re.compile(r"^(The |An? )?(List of )?", re.I), ""),
    (re.compile(r"\bID(s?)\b"), r"id\1"),
]


def clean(description: str) -> str:
    """The first sentences of a description, as plain text."""
    plain = html.unescape(MARKUP.sub(" ", LINK.sub(r"\1", description)))
    plain = re.sub(r" +([.,;:])", r"\1", " ".join(plain.split()))
    for pattern, replacement in REWRITTEN:
        plain = pattern.sub(replacement, plain)
    kept = ""
    for sentence in SENTENCE_END.split(plain):
        if BESIDE_THE_POINT.match(sentence):
            continue
        if kept and len(kept) + len(sentence) > MOST_CHARACTERS:
            break
        kept = f"{kept} {sentence}".strip()
    return kept[:1].upper() + kept[1:].rstrip(".:") + "." if kept else ""


def singular(name: str) -> str:
    plain = name.rstrip("[]").rsplit(".", 1)[-1].replace("_", " ")
    return re.sub(r"ies$", "y", plain) if plain.endswith("ies") else plain.removesuffix("s")


def with_values(description: str, node: dict) -> str:
    values = [str(value) for value in node.get("enum", node.get("items", {}).get("enum", [])) if value is not None]
    if not values or len(values) > MOST_KNOWN_VALUES:
        return description.rstrip(".:") + "."
    others = " and others" if len(values) > MOST_VALUES else ""
    return f"{description.rstrip('.:')}: {', '.join(values[:MOST_VALUES])}{others}; Pinterest adds values."


# --- from the document to a schema --------------------------------------------------------------------------------


def last(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def is_time(name: str, node: dict) -> bool:
    return node.get("format") == "date-time" or bool(re.search(r"_(time|timestamp|at|time_ms)$", last(name)))


def is_day(name: str, node: dict) -> bool:
    return node.get("format") == "date" or last(name) == "date"


def is_map(node: dict) -> bool:
    """Whether the names of the object's properties are data, or too many to be columns."""
    return bool(node.get("additionalProperties")) or not 0 < len(node.get("properties", {})) <= MOST_PROPERTIES


def kind_of(name: str, node: dict) -> str:
    kind = node.get("type") or next((kind for word, kind in KINDS.items() if word in node), None)
    if kind is None:
        sys.exit(f"{name} has no type in the document: drop it, or say more of it in the table")
    if kind in ("integer", "number", "string") and (is_time(name, node) or re.search(r"(^|_)id$", last(name))):
        return "string"
    return kind


def written(source: str) -> dict:
    """The schema of a stream or of one of its fields, from the file."""
    stream, *path = source.split(".")
    schema = json.loads((SCHEMAS / f"{stream}.json").read_text(encoding="utf-8"))
    for name in path:
        schema = schema["properties"][name]
    return schema


class Maker:
    def __init__(self, document: Document, stream: Stream) -> None:
        self.document, self.stream = document, stream

    def description(self, name: str, node: dict) -> str:
        own = self.stream.words.get(name) or COMMON.get(name)
        if own:
            own = own.replace("{noun}", self.stream.noun)
            return with_values(own, node) if own.endswith(":") else own
        if name.endswith("[]"):
            return clean(node.get("description", "")) or f"One {singular(name)}."
        plain = clean(node.get("description", ""))
        if not plain:
            whole = singular(name.rpartition(".")[0]) or self.stream.noun
            plain = f"{last(name).replace('_', ' ').capitalize()} of the {whole}."
        if node.get("enum") or node.get("items", {}).get("enum"):
            return with_values(SENTENCE_END.split(plain)[0], node)
        return plain.rstrip(".") + " (UTC)." if is_time(name, node) and "(UTC)" not in plain else plain

    def schema(self, name: str, node: dict) -> dict:
        """The schema of the field of this dotted name."""
        node = self.document.flat(node)
        if "items" in node:
            node["items"] = self.document.flat(node["items"])
        is_key = name in self.stream.key
        kind = "string" if is_key else kind_of(name, node)
        result: dict = {"type": kind if is_key else [kind, "null"]}
        if kind == "string" and is_time(name, node):
            result["format"] = "date-time"
        elif kind == "string" and is_day(name, node):
            result["format"] = "date"
        elif kind == "integer":
            result |= INT64
        if not name.endswith("[]") or kind == "object":
            result["description"] = self.description(name, node)
        if kind == "array":
            result["items"] = self.schema(f"{name}[]", node["items"])
        elif kind == "object" and name not in self.stream.free and not is_map(node):
            result["properties"] = self.properties(name, node)
        return result

    def properties(self, parent: str, node: dict) -> dict:
        children = {f"{parent}.{name}" if parent else name: child for name, child in node["properties"].items()}
        return {
            last(name): self.schema(name, child)
            for name, child in children.items()
            if name not in self.stream.dropped
        }

    def row(self) -> dict:
        """The columns that the document has for a row of the stream."""
        node = self.document.row(self.stream)
        return self.properties("", node) if node.get("properties") else {}

    def whole(self) -> dict:
        """The stream's schema."""
        stream = self.stream
        own = written(stream.like[""])["properties"] if "" in stream.like else self.row()
        for column in stream.like.keys() - {""}:
            own[column] |= {"properties": written(stream.like[column])["properties"]}
        for name, node in stream.newer.items():
            own.setdefault(name, self.schema(name, node))
        own |= {name: self.schema(name, node) for name, node in stream.added.items()}
        own |= {name: own[name] | {"type": "string"} for name in stream.key}
        names = [name for name in dict.fromkeys([*stream.key, *stream.added, *own]) if name not in stream.dropped]
        columns = {name: own[name] for name in names}
        return {"type": "object", "description": stream.about, "properties": columns}


# --- the text of a schema -----------------------------------------------------------------------------------------


def in_line(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{name}": {in_line(child)}' for name, child in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def laid_out(value: object, indent: str = "") -> str:
    """JSON with a line a column, and more than one for those that have columns in them."""
    if not isinstance(value, dict) or not (value.get("properties") or "properties" in value.get("items", {})):
        return in_line(value)
    lines = []
    for name, child in value.items():
        if name == "properties":
            columns = [f'{indent}    "{column}": {laid_out(one, indent + "    ")}' for column, one in child.items()]
            lines.append('"properties": {\n' + ",\n".join(columns) + f"\n{indent}  }}")
        else:
            lines.append(f'"{name}": {laid_out(child, indent + "  ")}')
    return "{\n" + ",\n".join(f"{indent}  {line}" for line in lines) + f"\n{indent}}}"


# --- comparing ----------------------------------------------------------------------------------------------------


def fields(document: Document, stream: Stream, node: dict, name: str = "") -> Iterator[tuple[str, dict]]:
    """All that a schema, or the document, has in the node of this dotted name."""
    node = document.flat(node)
    if "items" in node:
        yield from fields(document, stream, node["items"], f"{name}[]")
    elif node.get("properties") and not (name and (name in stream.free or is_map(node))):
        for child_name, child in node["properties"].items():
            path = f"{name}.{child_name}" if name else child_name
            yield path, child
            yield from fields(document, stream, child, path)


def is_in(name: str, names: Iterable[str]) -> bool:
    """Whether it is one of the names, or in one of them."""
    return any(name == one or name.startswith((f"{one}.", f"{one}[]")) for one in names)


def news(document: Document, name: str, stream: Stream) -> Iterator[str]:
    if stream.path not in document.root["paths"]:
        yield f"{name}: the document lacks {stream.path}"
        return
    theirs = dict(fields(document, stream, document.row(stream)))
    ours = dict(fields(document, stream, written(name)))
    free = [field for field, node in ours.items() if "object" in node["type"] and not node.get("properties")]
    for field in theirs:
        if field not in ours and not is_in(field, [*free, *stream.dropped]):
            yield f"{name}: the schema lacks {field}"
    for field in ours:
        if field not in theirs and not is_in(field, [*stream.added, *stream.newer, *stream.beyond]):
            yield f"{name}: the document lacks {field}"


def check(document: Document) -> int:
    found = [line for name, stream in STREAMS.items() for line in news(document, name, stream)]
    print("\n".join(found) or f"nothing new in {len(STREAMS)} streams")
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--check"] and len(arguments) == 2:
        return check(Document(Path(arguments[1])))
    document, *names = arguments or [""]
    unknown = [name for name in names if name not in STREAMS or not STREAMS[name].about]
    if not names or unknown:
        print(f"not written from the document: {', '.join(unknown)}" if unknown else __doc__, file=sys.stderr)
        return 2
    for name in names:
        schema = Maker(Document(Path(document)), STREAMS[name]).whole()
        (SCHEMAS / f"{name}.json").write_text(laid_out(schema) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
