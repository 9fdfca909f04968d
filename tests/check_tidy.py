#!/usr/bin/env python3
"""Runs clang-tidy over the program's sources, on all cores.

Usage: check_tidy.py [--all | --record] SOURCE_DIR BUILD_DIR. A source that was clean is not read again until something
that it is made of changes: itself, a header of this project that it includes, the checks, the flags, or a library's
version. What is known to be clean is kept in ~/.cache/tap-pinterest/tidy, and for fresh machines in
tests/tidy_clean.txt, which --record writes. --all believes neither and reads everything.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

TIDY = "clang-tidy-14"
RECORD = pathlib.Path("tests", "tidy_clean.txt")
# What else a source is made of. A security update of Debian's changes no declaration.
PACKAGES = ["clang-tidy-14", "libcli11-dev", "libcurl4-openssl-dev", "libfmt-dev", "libspdlog-dev", "libssl-dev",
            "libstdc++-12-dev", "nlohmann-json3-dev"]  # fmt: skip
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache", "tap-pinterest", "tidy")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def project_files(source: pathlib.Path, include_dirs: list) -> set:
    """The source and every header of this project that it includes, directly or not."""
    found, waiting = set(), [source]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for name in INCLUDE.findall(path.read_text()):
            candidates = (folder / name for folder in (path.parent, *include_dirs))
            waiting += [candidate.resolve() for candidate in candidates if candidate.is_file()][:1]
    return found


def library_versions() -> str:
    packages = subprocess.run(["dpkg-query", "-W", "-f=${Package} ${source:Upstream-Version}\n", *PACKAGES],
                              capture_output=True, text=True, check=True)  # fmt: skip
    return packages.stdout


def fingerprint(command: dict, source_dir: pathlib.Path, common: str) -> str:
    source = pathlib.Path(command["file"])
    include_dirs = [pathlib.Path(path) for path in re.findall(r"-I\s*(\S+)", command["command"])]
    digest = hashlib.sha256(common.encode())
    digest.update(command["command"].replace(str(source_dir), "").encode())
    for path in sorted(project_files(source, include_dirs)):
        digest.update(str(path.relative_to(source_dir)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def tidy(source: str, build_dir: pathlib.Path):
    done = subprocess.run([TIDY, "--quiet", "-p", build_dir, source], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + (done.stderr if done.returncode else "")


def main() -> int:
    options = {argument for argument in sys.argv[1:] if argument.startswith("--")}
    source_dir, build_dir = (pathlib.Path(argument).resolve() for argument in sys.argv[1:] if argument not in options)
    commands = [command for command in json.loads((build_dir / "compile_commands.json").read_text())
                if source_dir / "src" in pathlib.Path(command["file"]).parents]
    if not commands:
        print("no sources found")
        return 1
    common = library_versions() + (source_dir / ".clang-tidy").read_text()
    CACHE.mkdir(parents=True, exist_ok=True)
    marks = {command["file"]: fingerprint(command, source_dir, common) for command in commands}
    known = set() if "--all" in options else {*(source_dir / RECORD).read_text().split(), *os.listdir(CACHE)}
    waiting = [source for source, mark in marks.items() if mark not in known]

    dirty = set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for source, (code, output) in zip(waiting, pool.map(lambda source: tidy(source, build_dir), waiting)):
            if code == 0:
                (CACHE / marks[source]).touch()
            else:
                dirty.add(source)
                print(output, flush=True)
    if "--record" in options:
        clean = sorted((str(pathlib.Path(source).relative_to(source_dir)), mark)
                       for source, mark in marks.items() if source not in dirty)  # fmt: skip
        (source_dir / RECORD).write_text("".join(f"{source} {mark}\n" for source, mark in clean))
    print(f"{len(marks)} sources, {len(marks) - len(waiting)} of them known to be clean, {len(dirty)} not clean")
    return 1 if dirty else 0


if __name__ == "__main__":
    sys.exit(main())
