"""A PostgreSQL of the tests' own."""

import csv
import io
import os
import shutil
import subprocess
import tempfile
from pathlib import Path


class Postgres:
    """A server of its own, on a socket in a folder of its own: no port, no password, nothing kept."""

    def __init__(self):
        self.databases = 0
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self.programs = programs[-1]
        # It refuses to be root's.
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "--pgdata", self.folder / "data", "--username=tap", "--auth=trust", "--no-sync",
                  "--encoding=UTF8", "--locale=C")  # fmt: skip
        options = f"-c listen_addresses='' -c fsync=off -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "start", "--wait", "--pgdata", self.folder / "data", "-o", options,
                  "--log", self.folder / "log")  # fmt: skip

    def close(self):
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate", "--pgdata", self.folder / "data")
        shutil.rmtree(self.folder)

    def _run(self, name, *arguments):
        command = [*self.user, self.programs / name, *arguments]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", check=False)
        assert done.returncode == 0, done.stderr.decode()

    def create_database(self):
        self.databases += 1
        name = f"warehouse{self.databases}"
        self.sql("postgres", f"create database {name}")
        return name

    def sql(self, database, query):
        """The rows of the answer, as lists of text; null is None."""
        command = ["psql", "-h", self.folder, "-U", "tap", "-d", database, "-X", "-v", "ON_ERROR_STOP=1", "--csv",
                   "-t", "-P", "null=\\N", "-c", query]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [[None if cell == "\\N" else cell for cell in row] for row in csv.reader(io.StringIO(done.stdout))]
