#!/usr/bin/env python3
"""Writes docs/settings.md and docs/streams.md from what the program says of itself.

Usage: write_docs.py [--check] TAP DOCS. --check compares instead, and exits 1 if a file is not what would be written.
"""

import json
import subprocess
import sys
from pathlib import Path

HEAD = "<!-- Written by scripts/write_docs.py from the program: do not edit. -->\n"
SETTINGS = """# Settings

Set these in the file that `--config` names, as JSON, or in the environment as `TAP_PINTEREST_<SETTING>` with
`--config ENV`: `TAP_PINTEREST_CLIENT_SECRET`, `TAP_PINTEREST_OAUTH_CREDENTIALS__REFRESH_TOKEN`, and for lists JSON or
commas, `TAP_PINTEREST_AD_ACCOUNT_IDS=549755885175,549755885176`. The environment wins over files, and later files win
over earlier ones.

"""
STREAMS = """# Streams

The fields below are those of the default settings: `analytics_columns` and `pin_metric_types` decide what `metrics`
holds. Ids are strings. Times are RFC 3339 in UTC, and all days are UTC. Money is in the account's currency, whatever a
column's name says. Every stream can be set to `FULL_TABLE` in the catalog. Streams and fields marked "on request" are
written only if you select them. A stream's cost counts its own requests; the lists it needs come on top, as does a
request per further page of 250 rows.

"""


def run(tap: str, *arguments: str) -> str:
    return subprocess.run([tap, *arguments], capture_output=True, text=True, check=True).stdout


def settings(tap: str) -> str:
    about = run(tap, "--about", "--format", "markdown")
    groups = about[about.index("\n## Settings") :].split("\n", 3)[3]
    return HEAD + SETTINGS + groups.replace("\n### ", "\n## ")


def type_of(schema: dict) -> str:
    types = schema.get("type", [])
    names = [name for name in ([types] if isinstance(types, str) else types) if name != "null"]
    if schema.get("format"):
        return schema["format"]
    if names == ["array"] and schema.get("items"):
        return f"array of {type_of(schema['items'])}"
    return " or ".join(names) or "any"


def is_on_request(stream: dict, name: str) -> bool:
    for entry in stream["metadata"]:
        if entry["breadcrumb"] == ["properties", name]:
            return entry["metadata"].get("selected-by-default") is False
    return False


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def section(stream: dict, about: dict) -> str:
    key = ", ".join(f"`{name}`" for name in stream["key_properties"])
    bookmark = stream.get("replication_key")
    note = "" if about["selected_by_default"] else " On request."
    lines = [f"## {stream['tap_stream_id']}", "", stream["schema"].get("description", "") + note, ""]
    lines += [f"- Key: {key}", f"- Replication key: {f'`{bookmark}`' if bookmark else 'none, read whole each time'}",
              f"- Endpoint: `{about['path']}`", f"- Cost: {about['cost']}", f"- Scopes: `{about['scopes']}`", "",
              "| Field | Type | Description |", "| --- | --- | --- |"]
    for name, schema in stream["schema"]["properties"].items():
        note = " On request." if is_on_request(stream, name) else ""
        lines.append(f"| `{name}` | {type_of(schema)} | {cell(schema.get('description', ''))}{note} |")
        if name == "metrics":
            columns = ", ".join(f"`{column}`" for column in schema.get("properties", {}))
            lines[-1] = lines[-1][:-2] + f" By default: {columns}. |"
    return "\n".join(lines) + "\n"


def streams(tap: str) -> str:
    about = {stream["name"]: stream for stream in json.loads(run(tap, "--about", "--format", "json"))["streams"]}
    found = json.loads(run(tap, "--discover"))["streams"]
    return HEAD + STREAMS + "\n".join(section(stream, about[stream["tap_stream_id"]]) for stream in found)


def main() -> int:
    check = "--check" in sys.argv
    tap, docs = [argument for argument in sys.argv[1:] if argument != "--check"]
    stale = []
    for name, make in (("settings.md", settings), ("streams.md", streams)):
        path = Path(docs) / name
        text = make(tap)
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(str(path))
    if stale:
        print(f"not what the program says: {', '.join(stale)}; run scripts/write_docs.py TAP docs")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
