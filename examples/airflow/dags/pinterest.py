"""Loads Pinterest into PostgreSQL every night, with one mapped task per shard."""

import json
import os
import sys
from datetime import datetime
from subprocess import DEVNULL, PIPE, Popen
from tempfile import NamedTemporaryFile

from airflow.sdk import Asset, BaseOperator, Connection, dag
from airflow.sdk.exceptions import AirflowFailException

SHARDS = 4
PINTEREST = Asset("pinterest")


def start(program, conn_id, *arguments, if_orphaned, env=None, **options):
    """Starts a Singer program with the settings in a connection's `extra`."""
    prefix = program.upper().replace("-", "_")
    settings = {
        f"{prefix}_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in Connection.get(conn_id).extra_dejson.items()
    }
    return Popen(
        # Even if this process is killed, its children end too.
        ["setpriv", "--pdeathsig", if_orphaned, program, "--config", "ENV", *arguments],
        env=os.environ | settings | (env or {}),
        stdout=PIPE,
        stderr=sys.stdout,  # or Airflow logs every line as an error
        **options,
    )


class LoadShard(BaseOperator):
    """Runs `tap-pinterest | target-postgres` for one shard and keeps each state that the target prints.

    The states are in the state store of the asset, under the name of the shard. They cover only what is committed, so
    a retry or a later run can resume from them.
    """

    tap = None

    def __init__(self, *, shard, **kwargs):
        super().__init__(**kwargs)
        self.shard = shard

    def execute(self, context):
        states = context["asset_state_store"][PINTEREST]
        with NamedTemporaryFile("w") as state:
            json.dump(states.get(self.shard, default={}), state)
            state.flush()
            with start(
                "tap-pinterest",
                "pinterest",
                f"--state={state.name}",
                env={"TAP_PINTEREST_SHARD": self.shard},
                stdin=DEVNULL,
                if_orphaned="TERM",
            ) as self.tap:
                # In a session of its own, the target does not get the SIGTERM with which Airflow ends a task. The tap
                # does, and the target then loads what the tap wrote last.
                with start(
                    "target-postgres",
                    "warehouse",
                    stdin=self.tap.stdout,
                    start_new_session=True,
                    if_orphaned="KILL",
                ) as target:
                    self.tap.stdout.close()
                    try:
                        for line in target.stdout:
                            states.set(self.shard, json.loads(line))
                    except BaseException:  # such as AirflowTaskTimeout
                        self.on_kill()
                        raise
        if self.tap.returncode == 2:
            raise AirflowFailException("tap-pinterest cannot use its settings or state; a retry cannot fix that")
        if self.tap.returncode or target.returncode:
            raise RuntimeError(f"tap-pinterest exited {self.tap.returncode}, target-postgres {target.returncode}")

    def on_kill(self):
        if self.tap:
            self.tap.terminate()


# One run at a time, since two would share their states. A run reads all days that are missing, so there is nothing to catch up.
@dag(schedule="0 4 * * *", start_date=datetime(2026, 9, 1), catchup=False, max_active_runs=1)
def pinterest():
    LoadShard.partial(
        task_id="load",
        inlets=[PINTEREST],  # gives access to its state store
        retries=3,
        map_index_template="{{ task.shard }}",
    ).expand(shard=[f"{number}/{SHARDS}" for number in range(1, SHARDS + 1)])


pinterest()
