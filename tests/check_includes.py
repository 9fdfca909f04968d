#!/usr/bin/env python3
"""Checks that the rooms of the house include one way only, and that no file lives on what another one includes where
libraries differ about it.

Usage: check_includes.py SOURCE_DIR. Prints each include that points the wrong way or is missing, and exits 1 if there is
any.
"""

import pathlib
import re
import sys

# A room may include the rooms named here, and itself.
ALLOWED = {
    "util": set(),
    "singer": {"util"},
    "http": {"util"},
    "log": {"util"},
    "config": {"util", "singer", "http", "log"},
    "pinterest": {"util", "singer", "http", "log", "config"},
    "sync": {"util", "singer", "http", "log", "config", "pinterest"},
    "cli": {"util", "singer", "http", "log", "config", "pinterest", "sync"},
    "app": {"util", "singer", "http", "log", "config", "pinterest", "sync", "cli"},
}
# Libraries that only one room may know.
LIBRARIES = {"curl/": {"http"}, "CLI/": {"cli"}, "spdlog/": {"log"}, "openssl/": {"pinterest"}}

# Since fmt 11 only fmt/ranges.h has fmt::join.
NEEDED = {"fmt::join(": "#include <fmt/ranges.h>"}

PROJECT_INCLUDE = re.compile(r'#include "tap_pinterest/(\w+)/')
LIBRARY_INCLUDE = re.compile(r"#include <(\w+/)")


def room_of(path: pathlib.Path, source_dir: pathlib.Path) -> str:
    parts = path.relative_to(source_dir).parts
    if parts[0] == "include":
        return parts[2]
    return "app" if parts[1] == "main.cpp" else parts[1]


def violations(path: pathlib.Path, room: str):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        project = PROJECT_INCLUDE.match(line)
        if project and project.group(1) != room and project.group(1) not in ALLOWED[room]:
            yield f"{path}:{number}: {room} may not include {project.group(1)}"
        library = LIBRARY_INCLUDE.match(line)
        if library and room not in LIBRARIES.get(library.group(1), {room}):
            yield f"{path}:{number}: {room} may not include <{library.group(1)}...>"


def missing(path: pathlib.Path):
    text = path.read_text()
    for use, include in NEEDED.items():
        if use in text and include not in text:
            yield f"{path}: {use}...) needs {include}"


def sources(source_dir: pathlib.Path, *folders: str):
    return sorted(path for folder in folders for path in (source_dir / folder).rglob("*.[ch]pp"))


def main() -> int:
    source_dir = pathlib.Path(sys.argv[1])
    files = sources(source_dir, "include", "src")
    if not files:
        print("no sources found")
        return 1
    found = [v for path in files for v in violations(path, room_of(path, source_dir))]
    found += [m for path in sources(source_dir, "include", "src", "tests") for m in missing(path)]
    print("\n".join(found) or f"{len(files)} files include one way only")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
