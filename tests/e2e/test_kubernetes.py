"""The example for Kubernetes: its manifests by Kubernetes' own schemas, and their command, run as the kubelet would."""

import json
import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from decimal import Decimal

import kubernetes_validate
import pytest
import yaml
from compare import assert_same_keys, assert_same_rows, true_entities, true_rows
from harness import ENTITIES
from meltano_project import COMMAND_SECONDS, PARTNERS, ROOT, Project
from running import children, wait_until

EXAMPLE = ROOT / "examples" / "kubernetes"
START = "2026-03-01"
WORLD = {"accounts": 9, "campaigns": 3, "ad_groups": 4, "ads": 6, "pins": 5, "plain_values": True, "limits": "off"}
ADS_ANALYTICS = ["campaign_analytics", "ad_analytics"]


def manifest(name):
    return yaml.safe_load((EXAMPLE / name).read_text())


FIRST_LOAD, NIGHTLY = manifest("job.yaml")["spec"], manifest("cronjob.yaml")["spec"]["jobTemplate"]["spec"]


# --- the manifests ------------------------------------------------------------------------------------------------


def validate(text):
    kubernetes_validate.validate(yaml.safe_load(text), kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLE.glob("*.yaml")))
def test_the_manifests_are_valid(name):
    validate((EXAMPLE / name).read_text())


@pytest.mark.parametrize(
    "name, right, wrong",
    [
        ("job.yaml", "maxFailedIndexes: 0", "maxFailedIndices: 0"),
        ("job.yaml", "backoffLimitPerIndex: 5", 'backoffLimitPerIndex: "5"'),
        ("cronjob.yaml", "concurrencyPolicy:", "concurencyPolicy:"),
        ("cronjob.yaml", "readOnlyRootFilesystem", "readonlyRootFilesystem"),
        ("volume.yaml", "accessModes: [ReadWriteMany]", "accessModes: ReadWriteMany"),
    ],
)
def test_the_schemas_find_mistakes(name, right, wrong):
    text = (EXAMPLE / name).read_text()
    assert text.count(right) == 1
    with pytest.raises(kubernetes_validate.ValidationError):
        validate(text.replace(right, wrong))


def test_what_the_schemas_cannot_see():
    pod = FIRST_LOAD["template"]
    assert pod == NIGHTLY["template"]
    (container,) = pod["spec"]["containers"]
    shards = next(each["value"] for each in container["env"] if each["name"] == "SHARDS")
    assert int(shards) == FIRST_LOAD["completions"] == NIGHTLY["completions"] == NIGHTLY["parallelism"]
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
    assert volumes["token"]["persistentVolumeClaim"]["claimName"] == manifest("volume.yaml")["metadata"]["name"]


def test_the_image_has_the_meltano_that_is_tested():
    (pin,) = re.findall(r"meltano\[postgres\](==[\d.]+)'", (EXAMPLE / "Dockerfile").read_text())
    assert f"meltano{pin}" in (ROOT / "tests" / "e2e" / "partners" / "meltano.txt").read_text().splitlines()


# --- their command ------------------------------------------------------------------------------------------------


@pytest.fixture
def api(simulate):
    return simulate(**WORLD)


class Cluster:
    """Runs the container of a Job. Its image is a project of Meltano, its volumes are folders."""

    def __init__(self, folder, api, postgres, warehouse):
        self.folder, self.image, self.pods = folder, folder / "image", []
        self.image.mkdir()
        Project(self.image, api)
        (self.image / ".env").unlink()  # all that is said comes from the Secret
        self.postgres, self.warehouse, self.states = postgres, warehouse, postgres.create_database()
        lines = (EXAMPLE / ".env.example").read_text().splitlines()
        example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        example.update(
            TAP_PINTEREST_CLIENT_ID="app",
            TAP_PINTEREST_CLIENT_SECRET="app-secret-000000",
            TAP_PINTEREST_REFRESH_TOKEN="refresh-token-000000",
            TAP_PINTEREST_START_DATE=START,
            TARGET_POSTGRES_SQLALCHEMY_URL=self._url(self.warehouse),
            MELTANO_DATABASE_URI=self._url(self.states),
            # That of a test.
            TAP_PINTEREST_API_URL=api.url,
            TAP_PINTEREST_LOOKBACK_DAYS="3",
            TAP_PINTEREST_RATE_LIMITS_ADS_ANALYTICS="1000000",
        )
        self.secrets = {"pinterest": example}

    def _url(self, database):
        return f"postgresql+psycopg://tap@/{database}?host={self.postgres.folder}"

    def start(self, job, index):
        """A pod of this index, with a file system and a process group of its own. Only its first process is told of
        signals."""
        project = self.folder / f"pod-{len(self.pods)}"
        shutil.copytree(self.image, project)
        (container,) = job["template"]["spec"]["containers"]
        environment = {"PATH": f"{PARTNERS.resolve() / 'meltano' / 'bin'}:{os.environ['PATH']}"}
        for source in container["envFrom"]:
            environment.update(self.secrets[source["secretRef"]["name"]])
        environment.update({each["name"]: self._path(container, each["value"]) for each in container["env"]})
        environment["JOB_COMPLETION_INDEX"] = str(index)
        with open(project / "log", "w") as log:
            pod = subprocess.Popen(
                [*container["command"], *container["args"]],
                cwd=project,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        pod.log = project / "log"
        self.pods.append(pod)
        return pod

    def _path(self, container, value):
        """What a path on a volume is here."""
        for mount in container["volumeMounts"]:
            if value == mount["mountPath"] or value.startswith(mount["mountPath"] + "/"):
                folder = self.folder / mount["name"]
                folder.mkdir(exist_ok=True)
                return f"{folder}{value.removeprefix(mount['mountPath'])}"
        return value

    def finish(self, pod, code=0):
        """Waits for the end of a pod, which is that of its first process; gives its log."""
        pod.wait(timeout=COMMAND_SECONDS)
        self.kill(pod)
        log = pod.log.read_text()
        print("\n".join(line[:200] for line in log.splitlines() if "METRIC" not in line and "Inserting" not in line))
        assert pod.returncode == code, f"ended with {pod.returncode}:\n{log[-4000:]}"
        assert "app-secret-000000" not in log and "refresh-token-000000" not in log
        return log

    def kill(self, pod):
        with suppress(ProcessLookupError):
            os.killpg(pod.pid, signal.SIGKILL)

    def run(self, job, *indexes):
        """Pods of these indexes at the same time, which must all succeed; gives their logs."""
        return [self.finish(pod) for pod in [self.start(job, index) for index in indexes]]

    def state(self, shard):
        """What Meltano keeps for a shard, or None."""
        key = f"prod:tap-pinterest-to-target-postgres:{shard}"
        rows = self.postgres.sql(self.states, f"select completed_state from state where state_id = '{key}'")
        return json.loads(rows[0][0])["singer_state"] if rows else None

    def last_received(self, stream):
        return self.postgres.sql(self.warehouse, f"select max(_sdc_received_at) from pinterest.{stream}")[0][0]

    def rows(self, stream, condition="true"):
        query = f"select to_jsonb(t) from pinterest.{stream} t where {condition}"
        rows = [json.loads(text, parse_float=Decimal) for (text,) in self.postgres.sql(self.warehouse, query)]
        return [{name: value for name, value in row.items() if not name.startswith("_sdc_")} for row in rows]


@pytest.fixture
def cluster(tmp_path, api, postgres, database):
    made = Cluster(tmp_path, api, postgres, database)
    yield made
    for pod in made.pods:
        if pod.poll() is None:
            made.kill(pod)


def assert_complete(api, cluster):
    """Every row and every value of the ledger is in the warehouse, once."""
    assert_same_keys([row["id"] for row in cluster.rows("ad_accounts")], api.account_ids())
    for stream in (*ENTITIES, "pins"):
        truth = true_entities(api, stream) if stream in ENTITIES else api.truth(stream)
        assert_same_keys([row["id"] for row in cluster.rows(stream)], [each["id"] for each in truth])
    for stream in (*ADS_ANALYTICS, "pin_analytics"):
        rows = cluster.rows(stream)
        for row in rows:
            row.update({name: row[name][:10] for name in ("DATE", "date") if name in row})
        print(stream, len(rows))
        assert_same_rows(stream, rows, true_rows(api, stream, START))


def start_and_hang(api, cluster, job, index):
    """A pod one of whose requests for analytics gets no answer."""
    api.fault("stall", endpoint="/ad_accounts/{ad_account_id}/ads/analytics", nth=[2, 2], stall_ms=COMMAND_SECONDS * 1_000)
    pod = cluster.start(job, index)
    wait_until(lambda: api.counters()["faults_by_rule"] == [1], "the request that hangs", COMMAND_SECONDS)
    return pod


def test_every_shard_lands_in_one_database_whatever_becomes_of_its_pods(api, cluster):
    # The node of shard 1 is drained before the tap has started.
    pod = cluster.start(FIRST_LOAD, 0)
    wait_until(lambda: children(pod.pid), "Meltano")
    pod.send_signal(signal.SIGTERM)
    assert "Extractor failed" in cluster.finish(pod, code=128 + signal.SIGTERM)

    # Its next node is drained while it creates the tables. The Job tries again, and it goes on.
    pod = start_and_hang(api, cluster, FIRST_LOAD, 0)
    pod.send_signal(signal.SIGTERM)
    log = cluster.finish(pod, code=128 + signal.SIGTERM)
    assert "stopped by SIGTERM: the state is written" in log
    kept = cluster.state("1-of-4")
    assert kept["shard"] == "1/4" and "ads" in kept["bookmarks"]
    api.clear_faults()
    (log,) = cluster.run(FIRST_LOAD, 0)
    assert "No state was found" not in log
    cluster.run(FIRST_LOAD, 1, 2, 3)
    assert_complete(api, cluster)
    assert (cluster.folder / "token" / "token.json").stat().st_mode & 0o777 == 0o600

    # The next night the node of one pod dies, which leaves its run open in Meltano's eyes.
    api.advance(days=1)
    api.generation(1)
    before = {stream: cluster.last_received(stream) for stream in ADS_ANALYTICS}
    pod = start_and_hang(api, cluster, NIGHTLY, 0)
    cluster.kill(pod)
    cluster.finish(pod, code=-signal.SIGKILL)
    api.clear_faults()
    cluster.run(NIGHTLY, 0, 1, 2, 3)
    assert_complete(api, cluster)
    for stream in ADS_ANALYTICS:
        again = {row["DATE"][:10] for row in cluster.rows(stream, f"_sdc_received_at > '{before[stream]}'")}
        assert min(again) == "2026-03-06"  # three days before the bookmark, the last whole day
