#!/usr/bin/env python3
"""Writes Meltano's definition of the plugin from what the program says of itself.

Usage: write_meltano_definition.py [--check] TAP PROJECT. TAP is the program: its `--about --format json` is the source.
PROJECT is a Meltano project, which gets the definition in the form of Meltano Hub (tap-pinterest.yml, for
`meltano add --from-ref`) and as a lock file (what `meltano add` makes of it). --check compares instead, and exits 1 if
one of them is not what would be written.
"""

import json
import subprocess
import sys
from pathlib import Path

VARIANT = "native"
# Where to install from: a checkout, a wheel or a git address. Meltano says so if it is not set.
PIP_URL = "${PINTEREST_TAP_SOURCE}"
# Any one of these is enough to sign in.
SIGN_IN = [
    ["client_id", "client_secret"],
    ["access_token"],
    ["oauth_credentials.refresh_proxy_url", "oauth_credentials.refresh_token"],
]
# Fields that the program leaves out by default. Meltano's own default, "*.*", would select them, and every stream.
ON_REQUEST = ["!*.additional_fields"]
# Meltano 4.4 fails on a setting of kind decimal that comes from the environment; the program reads numbers as text.
KINDS = {"number": "string"}
LONGEST_DEFAULT = 60  # characters; the README has the longer ones
HEAD = "# Written by scripts/write_meltano_definition.py from the table of settings: do not edit.\n"


def leaves(properties: dict, prefix: str = ""):
    """The settings that have a value of their own, by their dotted names."""
    for name, schema in properties.items():
        if "properties" in schema:
            yield from leaves(schema["properties"], f"{prefix}{name}.")
        else:
            yield prefix + name, schema


def kind(schema: dict) -> str:
    if schema.get("format") == "date":
        return "date_iso8601"
    if schema["type"] == "string" and "enum" in schema:
        return "options"
    return KINDS.get(schema["type"], schema["type"])


def describe(schema: dict) -> str:
    """Defaults are told and not set, so that they remain the program's."""
    text = schema["description"]
    if schema["type"] == "integer" and "enum" in schema:
        text += f" One of {', '.join(map(str, schema['enum']))}."
    if "default" in schema and len(default := json.dumps(schema["default"])) <= LONGEST_DEFAULT:
        text += f" Default: {default}."
    return text


def setting(name: str, schema: dict) -> dict:
    """One entry of `settings`."""
    entry = {"name": name, "label": schema["title"], "kind": kind(schema), "description": describe(schema)}
    if schema.get("secret"):
        entry["sensitive"] = True
    if entry["kind"] == "options":
        entry["options"] = [{"label": value, "value": value} for value in schema["enum"]]
    return entry


def definition(about: dict) -> dict:
    """The plugin as Meltano Hub describes it."""
    return {
        "name": about["name"],
        "namespace": about["name"].replace("-", "_"),
        "variant": VARIANT,
        "label": "Pinterest",
        "description": about["description"],
        "pip_url": PIP_URL,
        "executable": about["name"],
        "domain_url": "https://developers.pinterest.com/docs/api/v5/",
        "keywords": ["api", "ads", "marketing"],
        "maintenance_status": "active",
        "quality": "unknown",
        "log_parser": "singer-sdk",
        "capabilities": about["capabilities"],
        "settings_group_validation": SIGN_IN,
        "select": [f"{stream['name']}.*" for stream in about["streams"] if stream["selected_by_default"]] + ON_REQUEST,
        "settings": [setting(name, schema) for name, schema in leaves(about["settings"]["properties"])],
    }


def yaml(value, indent: str = "") -> str:
    """YAML in blocks; scalars, and lists of them, are written as JSON, which is YAML too."""
    if isinstance(value, dict):
        return "".join(f"{indent}{name}:{block(item, indent)}" for name, item in value.items())
    return "".join(f"{indent}- {yaml(item, indent + '  ').lstrip()}" for item in value)


def block(value, indent: str) -> str:
    """What follows the colon of a key."""
    if isinstance(value, dict) or isinstance(value, list) and isinstance(value[0], dict):
        return "\n" + yaml(value, indent + "  ")
    return " " + json.dumps(value) + "\n"


def files(tap: str, project: Path) -> dict:
    """What is to be written, by path."""
    about = json.loads(subprocess.run([tap, "--about", "--format", "json"], stdout=subprocess.PIPE, check=True).stdout)
    plugin = definition(about)
    # A lock leaves out what only the Hub's pages show.
    hub_only = ("domain_url", "keywords", "maintenance_status", "quality")
    lock = {"plugin_type": "extractors", **{name: value for name, value in plugin.items() if name not in hub_only}}
    return {
        project / f"{plugin['name']}.yml": HEAD + yaml(plugin),
        project / "plugins" / "extractors" / f"{plugin['name']}--{VARIANT}.lock": json.dumps(lock, indent=2) + "\n",
    }


def main() -> int:
    check = "--check" in sys.argv
    tap, project = [argument for argument in sys.argv[1:] if argument != "--check"]
    stale = 0
    for path, text in files(tap, Path(project)).items():
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            print(f"{path} is not what the program says: {Path(__file__).name} {tap} {project} puts it right")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
