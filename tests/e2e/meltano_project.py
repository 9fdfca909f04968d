"""The example project under the real Meltano, with programs that have been installed beforehand.

A project is `examples/meltano` itself; only where its programs are is put into it. Every command and what it printed
is shown, so that the log of the tests is a transcript.
"""

import copy
import json
import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import jsonschema
import yaml
from compare import assert_same_keys, assert_same_rows, true_entities, true_rows
from conftest import TAP
from harness import ENTITIES, plain_environment

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "meltano"
PARTNERS = Path(os.environ.get("SINGER_PARTNERS", ROOT / "build" / "partners"))
COMMAND_SECONDS = 240
LONGEST_SHOWN_LINE = 300

# Programs that tests alone use, beside those of the example.
MORE_LOADERS = [
    {
        "name": "pipelinewise-target-postgres",
        "namespace": "pipelinewise_target_postgres",
        "executable": "pipelinewise-target-postgres/target-postgres",
        "settings": [{"name": name} for name in ("host", "user", "password", "dbname", "default_target_schema")]
        + [{"name": "port", "kind": "integer"}],
    },
    {
        "name": "singer-target-csv",
        "namespace": "singer_target_csv",
        "executable": "target-csv/target-csv",
        "settings": [{"name": "destination_path"}],
        "config": {"destination_path": "output"},
    },
    {
        "name": "meltanolabs-target-csv",
        "namespace": "meltanolabs_target_csv",
        "executable": "meltanolabs-target-csv/target-csv",
        "settings": [{"name": "output_path"}],
        "config": {"output_path": "output"},
    },
]
EXECUTABLES = {
    "target-jsonl": "target-jsonl/target-jsonl",
    "target-duckdb": "target-duckdb/target-duckdb",
    "target-postgres": "meltanolabs-target-postgres/target-postgres",
    "meltano-map-transformer": "meltano-map-transform/meltano-map-transform",
}


class Project:
    """`Project(tmp_path, api)`: a copy of the example that reads from a simulator."""

    def __init__(self, folder, api, tap=TAP):
        self.folder = folder
        self.environment = plain_environment()
        self.environment.update(NO_COLOR="1", PYTHONUTF8="1", COLUMNS="200")
        definition = yaml.safe_load((EXAMPLE / "meltano.yml").read_text())
        plugins = definition["plugins"]
        plugins["loaders"] += copy.deepcopy(MORE_LOADERS)
        for plugin in [*plugins["loaders"], *plugins["mappers"]]:
            plugin.pop("pip_url", None)
            plugin["executable"] = str(PARTNERS.resolve() / _program(plugin))
        if tap:
            plugins["extractors"][0]["executable"] = str(tap)
        (folder / "output").mkdir()
        (folder / "meltano.yml").write_text(yaml.safe_dump(definition, sort_keys=False))
        locks = EXAMPLE / "plugins" / "extractors"
        (folder / "plugins" / "extractors").mkdir(parents=True)
        for lock in locks.iterdir():
            (folder / "plugins" / "extractors" / lock.name).write_text(lock.read_text())
        self.set(
            TAP_PINTEREST_API_URL=api.url,
            TAP_PINTEREST_CLIENT_ID="app",
            TAP_PINTEREST_CLIENT_SECRET="app-secret-000000",
            TAP_PINTEREST_REFRESH_TOKEN="refresh-token-000000",
            TAP_PINTEREST_START_DATE="2026-03-01",
            TAP_PINTEREST_LOOKBACK_DAYS="3",
        )

    def set(self, **settings):
        """More lines of `.env`."""
        with open(self.folder / ".env", "a") as file:
            file.writelines(f"{name}='{value}'\n" for name, value in settings.items())

    def start(self, *arguments, **environment):
        """A running `meltano …` with all that it starts in a process group of its own."""
        command = [str(PARTNERS / "meltano" / "bin" / "meltano"), *arguments]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def finish(self, process, code=0):
        """Waits for the end of it; gives stdout and stderr."""
        try:
            stdout, stderr = process.communicate(timeout=COMMAND_SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        print("$", "meltano", *process.args[1:])
        for line in (stderr + stdout).splitlines():
            print(line[:LONGEST_SHOWN_LINE])
        sys.stdout.flush()
        assert process.returncode == code, f"{process.args} ended with {process.returncode}:\n{stderr[-4000:]}"
        assert "app-secret-000000" not in stdout + stderr
        return stdout, stderr

    def run(self, *arguments, code=0, **environment):
        return self.finish(self.start(*arguments, **environment), code)

    def config(self, name, value):
        """Sets what the tap is told by Meltano, as a person would."""
        self.run("--environment=prod", "config", "set", "tap-pinterest", name, json.dumps(value))

    def state(self, state_id):
        """The state that Meltano keeps, as the tap gets it back."""
        return json.loads(self.run("state", "get", state_id)[0])["singer_state"]

    def taps(self):
        """The ids of the tap's processes that work for this project."""
        found = []
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdigit() and os.readlink(process / "cwd") == str(self.folder):
                    if os.readlink(process / "exe") == str(Path(TAP).resolve()):
                        found.append(int(process.name))
            except OSError:  # it has ended, or is another user's
                continue
        return found


def written(project):
    """What target-jsonl has put into its folder since it was last asked, by stream."""
    rows = {}
    for path in sorted((project.folder / "output").iterdir()):
        lines = path.read_text("utf-8").splitlines()
        rows.setdefault(path.stem.rsplit("-", 1)[0], []).extend(json.loads(line, parse_float=Decimal) for line in lines)
        path.unlink()
    return rows


def singer(output):
    return [json.loads(line) for line in output.splitlines()]


def assert_complete(api, rows, since):
    """All that the world holds is among the rows, the analytics from a day on."""
    for stream in ("campaign_analytics", "ad_analytics", "pin_analytics"):
        assert_same_rows(stream, rows[stream], true_rows(api, stream, since))
    for stream in ENTITIES:
        assert_same_keys([row["id"] for row in rows[stream]], [each["id"] for each in true_entities(api, stream)])


def assert_is_a_valid_project(folder):
    """By the schema that Meltano ships."""
    (schema,) = PARTNERS.glob("meltano/lib/python3.*/site-packages/meltano/schemas/meltano.schema.json")
    jsonschema.validate(yaml.safe_load((folder / "meltano.yml").read_text()), json.loads(schema.read_text()))


def _program(plugin):
    package, name = (EXECUTABLES.get(plugin["name"]) or plugin["executable"]).split("/")
    return f"{package}/bin/{name}"
