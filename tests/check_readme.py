#!/usr/bin/env python3
"""Checks that the README's tables are the program's own.

Usage: check_readme.py [--write] TAP README. The settings table must be the one that `TAP --about --format markdown`
prints; --write puts it there. The streams table must name the streams, keys and replication keys of discovery.
"""

import json
import re
import subprocess
import sys

HEAD = "| Setting |"


def output(tap: str, *arguments: str) -> str:
    return subprocess.run([tap, *arguments], capture_output=True, text=True, check=True).stdout


def table(lines: list) -> tuple:
    """Where the settings table begins and ends."""
    begin = next(index for index, line in enumerate(lines) if line.startswith(HEAD))
    end = next((index for index in range(begin, len(lines)) if not lines[index].startswith("|")), len(lines))
    return begin, end


def stream_rows(text: str) -> dict:
    """The rows of the table of streams: the names in backticks of each column."""
    rows = [[re.findall(r"`([^`]+)`", cell) for cell in line.split("|")[1:-1]]
            for line in text[text.index("| Stream |"):].split("\n\n")[0].splitlines()[2:]]
    return {row[0][0]: {"key": row[1], "replication_key": row[2]} for row in rows}


def discovered(tap: str) -> dict:
    streams = json.loads(output(tap, "--discover"))["streams"]
    return {stream["stream"]: {"key": stream["key_properties"],
                               "replication_key": [stream["replication_key"]] if stream.get("replication_key") else []}
            for stream in streams}


def main() -> int:
    write = "--write" in sys.argv
    tap, readme = [argument for argument in sys.argv[1:] if argument != "--write"]
    about = output(tap, "--about", "--format", "markdown").splitlines()
    wanted = about[slice(*table(about))]
    with open(readme) as file:
        text = file.read()
    lines = text.splitlines()
    begin, end = table(lines)
    if write:
        with open(readme, "w") as file:
            file.write("\n".join(lines[:begin] + wanted + lines[end:]) + "\n")
        return 0
    wrong = [f"- {line}" for line in lines[begin:end] if line not in wanted]
    wrong += [f"+ {line}" for line in wanted if line not in lines[begin:end]]
    if wrong:
        print("the settings table of the README is not the program's; check_readme.py --write puts it right:")
        print("\n".join(wrong))
    if stream_rows(text) != discovered(tap):
        wrong.append("streams")
        print(f"the streams table says {stream_rows(text)}, discovery {discovered(tap)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
