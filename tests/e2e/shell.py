"""The scripts of examples/shell with the real programs, and questions to the database that they fill."""

import json
import os
import subprocess
import sys
from pathlib import Path

from harness import RUN_SECONDS, plain_environment

ROOT = Path(__file__).parents[2]
SHELL = ROOT / "examples" / "shell"


class Shell:
    """`shell = Shell(tap, settings)`, then `shell("to_files.sh", "folder")` runs a script of examples/shell with its
    config, and `shell("duckdb", ...)` any program, in the tap's directory; gives what it printed (or, with
    `said="stderr"`, what went there). The tap, DuckDB, and `programs` are on the PATH."""

    def __init__(self, tap, settings, *programs, **environment):
        self.directory = tap.directory
        self.settings = tap.write("config.json", settings)
        folder = tap.directory / "bin"
        folder.mkdir()
        (folder / "tap-pinterest").symlink_to(tap.program)
        for program in programs:
            (folder / program.name).symlink_to(program)
        kept = plain_environment()
        path = f"{folder}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.environment = {**kept, **environment, "PATH": path}

    def __call__(self, script, *arguments, code=0, said="stdout"):
        command = [SHELL / script, self.settings, *arguments] if script.endswith(".sh") else [script, *arguments]
        done = subprocess.run(
            [str(part) for part in command],
            env=self.environment,
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return getattr(done, said)


def query(shell, database, sql):
    return json.loads(shell("duckdb", "-json", database, sql))
