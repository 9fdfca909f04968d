"""The DAG of the example under the real Airflow, into PostgreSQL, beside the simulator's ledger.

`airflow dags test` runs one task after another in its own process. With `--use-executor`, each task has processes of
its own, which ask an API server for everything, as in production.
"""

import json
import os
import re
import signal
import sqlite3
import subprocess
from collections import defaultdict
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from compare import assert_same_keys, assert_same_rows, true_entities, true_rows
from conftest import TAP
from harness import BY_DEFAULT, ENTITIES, KEYS, UNLIMITED, plain_environment
from meltano_project import PARTNERS, ROOT
from running import children
from running import wait_until as wait_briefly
from test_shards import all_shards, home

DAGS = ROOT / "examples" / "airflow" / "dags"
SHARDS = 4
START = "2026-03-01"
COMMAND_SECONDS = 240


class Airflow:
    """An installation in a folder of its own, with the programs of the example on its PATH."""

    def __init__(self, folder, **connections):
        self.folder = folder
        programs = folder / "bin"
        programs.mkdir()
        (programs / "tap-pinterest").symlink_to(Path(TAP).resolve())
        target = PARTNERS.resolve() / "meltanolabs-target-postgres" / "bin" / "target-postgres"
        (programs / "target-postgres").symlink_to(target)
        self.environment = plain_environment()
        self.environment.update(
            PATH=f"{programs}:{os.environ['PATH']}",
            NO_COLOR="1",
            AIRFLOW_HOME=str(folder / "airflow"),
            AIRFLOW__CORE__DAGS_FOLDER=str(DAGS),
            AIRFLOW__CORE__LOAD_EXAMPLES="false",
            AIRFLOW__CORE__PARALLELISM=str(SHARDS),
            AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY="0",
            AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL="1",
            AIRFLOW__API_AUTH__JWT_SECRET="a secret that only this test knows",
        )
        for name, settings in connections.items():
            connection = {"conn_type": "generic", "extra": settings}
            self.environment[f"AIRFLOW_CONN_{name.upper()}"] = json.dumps(connection)
        self.logs = 0
        self.run("db", "migrate")

    @contextmanager
    def running(self, *arguments, **environment):
        """`airflow …` for as long as a `with` lasts; `log` is the file with what it says."""
        self.logs += 1
        path = self.folder / f"{self.logs}.log"
        with open(path, "w") as file:
            process = subprocess.Popen(
                [PARTNERS / "airflow" / "bin" / "airflow", *arguments],
                cwd=self.folder,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process.log = path
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            assert "access-token-0" not in said(process)

    def run(self, *arguments, code=0):
        """`airflow …` to its end."""
        with self.running(*arguments) as process:
            process.wait(COMMAND_SECONDS)
            assert process.returncode == code, f"{arguments}: {process.returncode}\n{said(process)[-8000:]}"

    def query(self, sql):
        """Asks Airflow's own database."""
        with sqlite3.connect(self.folder / "airflow" / "airflow.db") as database:
            return database.execute(sql).fetchall()

    def states(self):
        """What is kept for each shard."""
        return {key: json.loads(value) for key, value in self.query("select key, value from asset_state_store")}

    def last_run(self):
        ((state,),) = self.query("select state from dag_run order by id desc limit 1")
        return state

    def last_tries(self):
        """The number and the outcome of each mapped task's last try in the last run, by what the UI calls the task."""
        last_run = "select run_id from dag_run order by id desc limit 1"
        columns = "rendered_map_index, try_number, state"
        return sorted(self.query(f"select {columns} from task_instance where run_id = ({last_run})"))

    def task(self, shard):
        """The process of the task that loads a shard at the moment: the parent of the tap."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                is_ours = os.readlink(process / "cwd") == str(self.folder)
                if is_ours and f"TAP_PINTEREST_SHARD={shard}" in (process / "environ").read_text().split("\0"):
                    return int(re.search(r"PPid:\t(\d+)", (process / "status").read_text())[1])
            except OSError:  # it has ended, or is another user's
                continue
        raise AssertionError(f"nobody loads {shard}")


def said(process):
    """What it has written so far, perhaps to the middle of a character."""
    return process.log.read_text("utf-8", "replace")


def wait_until(condition, what):
    """Airflow takes its time."""
    return wait_briefly(condition, what, COMMAND_SECONDS)


def has_ended(process):
    """It is gone, or a zombie that nobody has asked for yet."""
    return not os.path.exists(f"/proc/{process}/exe")


@pytest.fixture
def api(simulate):
    return simulate(accounts=8, campaigns=12, ad_groups=20, ads=30, pins=20, plain_values=True, limits="off")


@pytest.fixture
def make_airflow(tmp_path, api, config, postgres, database):
    def make(**settings):
        url = f"postgresql+psycopg://tap@/{database}?host={postgres.folder}"
        # A request that hangs stays so for as long as a test waits.
        settings.update(request_timeout_seconds=COMMAND_SECONDS, rate_limits=UNLIMITED)
        target = {"sqlalchemy_url": url, "default_target_schema": "pinterest"}
        return Airflow(
            tmp_path,
            pinterest=config(api, start_date=START, lookback_days=3, **settings),
            warehouse={**target, "validate_records": False, "use_copy": True},
        )

    return make


def assert_rows_are_the_ledgers(api, postgres, database):
    """Every row of every stream, once, with its values, and no other."""
    counts = {}
    for stream in BY_DEFAULT:
        texts = postgres.sql(database, f"select to_jsonb(row) from pinterest.{stream} row")
        rows = [json.loads(text, parse_float=Decimal) for (text,) in texts]
        if stream.endswith("analytics"):
            truth = true_rows(api, stream, START)
            rows = [{name: value for name, value in row.items() if not name.startswith("_sdc")} for row in rows]
            assert_same_rows(stream, rows, truth)
        else:
            truth = true_entities(api, stream) if stream in ENTITIES else api.truth(stream)
            names = ["id", "name", "status"] if stream in ENTITIES else KEYS[stream]
            assert_same_keys(*([tuple(row[name] for name in names) for row in side] for side in (rows, truth)))
        counts[stream] = f"{len(rows)} = {len(truth)}"
    print("rows = ledger:", counts)


def first_days(api, kind, accounts):
    """For each account, the first day that each of its requests for this kind of analytics asks for."""
    days = {}
    for account in accounts:
        targets = [request["target"] for request in api.requests(f"/{account}/{kind}/analytics")]
        days[account] = [re.search(r"start_date=([\d-]+)", target)[1] for target in targets]
    return days


def test_tasks_that_are_killed_resume_and_the_rows_are_the_ledgers(make_airflow, api, postgres, database):
    accounts = defaultdict(list)
    for account in api.account_ids():
        accounts[f"{home(account, SHARDS)}/{SHARDS}"].append(account)
    stopped, killed = sorted(accounts, key=lambda shard: len(accounts[shard]))[-2:]
    airflow = make_airflow()
    # One task after another, so that none has to be retried because another made the tables.
    airflow.run("dags", "test", "pinterest")
    assert_rows_are_the_ledgers(api, postgres, database)
    assert airflow.last_tries() == [(shard, 1, "success") for shard in all_shards(SHARDS)]
    kept = airflow.states()
    assert {shard: state["shard"] for shard, state in kept.items()} == {shard: shard for shard in all_shards(SHARDS)}

    # 2026-03-30: the first 20 days are new, and then the look-back.
    api.advance(days=20)
    api.generation(1)
    api.reset_counters()
    for shard in (stopped, killed):
        api.fault("stall", endpoint="/ad_accounts/{ad_account_id}/ads/analytics", match=accounts[shard][-1],
                  nth=[1, 1], stall_ms=COMMAND_SECONDS * 1_000)  # fmt: skip
    with airflow.running("api-server", "--apps=execution", "--host=127.0.0.1", "--port=0", "--workers=1") as server:
        (url,) = wait_until(lambda: re.findall(r"running on (http://\S+)", said(server)), "the API server")
        server_url = {"AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/"}
        with airflow.running("dags", "test", "--use-executor", "pinterest", **server_url) as run:
            wait_until(lambda: api.counters()["faults"] == 2, "the requests that hang")
            done = "campaign_analytics: done"
            wait_until(lambda: said(run).count(done) == SHARDS, "the rows that are complete")
            tasks = {shard: airflow.task(shard) for shard in (stopped, killed)}
            wait_until(lambda: all(len(children(task)) == 2 for task in tasks.values()), "the targets")
            orphans = children(tasks[killed])
            # As when memory runs out; the target has printed no state yet.
            os.kill(tasks[killed], signal.SIGKILL)
            # As when a worker shuts down.
            os.killpg(os.getpgid(tasks[stopped]), signal.SIGTERM)
            wait_until(lambda: all(map(has_ended, orphans)), "the end of the tap and target of the killed task")
            # The end of the command itself is not waited for: now and then, LocalExecutor waits for a worker forever.
            wait_until(lambda: airflow.last_run() != "running", "the end of the run")
            log = said(run)
    assert airflow.last_run() == "success", log[-8000:]
    assert "stopped by SIGTERM: the state is written" in log
    assert_rows_are_the_ledgers(api, postgres, database)
    tries = {stopped: 2, killed: 2}
    assert airflow.last_tries() == [(shard, tries.get(shard, 1), "success") for shard in all_shards(SHARDS)]
    for shard, state in airflow.states().items():
        assert state["shard"] == shard and (not accounts[shard] or state != kept[shard])

    # The second run begins three days before what the first has covered; the retry of the task that was stopped, three
    # days before what its target had loaded; and that of the one that was killed where its first try began.
    before, after = "2026-03-06", "2026-03-26"
    for shard, mine in accounts.items():
        second = {stopped: [after], killed: [before]}.get(shard, [])
        assert first_days(api, "campaigns", mine) == dict.fromkeys(mine, [before, *second])
    assert first_days(api, "ads", mine := accounts[stopped][-1:]) == dict.fromkeys(mine, [before, before])


def test_a_task_that_no_retry_can_help_is_not_retried(make_airflow, api):
    airflow = make_airflow(end_date="tomorrow")
    airflow.run("dags", "test", "pinterest", code=1)
    assert airflow.last_tries() == [(shard, 1, "failed") for shard in all_shards(SHARDS)]
    assert not api.counters()["requests"] and not airflow.states()
