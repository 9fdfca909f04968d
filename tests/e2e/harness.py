"""The real tap against the simulated Pinterest: two small classes, and the rules that every run has to keep.

`Simulator` is a Pinterest on a free port; `Tap` writes the files, runs the program and gives back a `Run`, which has
been held against the universal rules already (`check_rules`). Nothing here knows the tap's code.
"""

import functools
import http.server
import json
import os
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from decimal import Decimal
from pathlib import Path

import fastjsonschema
from jsonschema import Draft4Validator, Draft7Validator, Draft202012Validator

KEYS = {
    "ad_accounts": ["id"],
    "campaigns": ["id"],
    "ad_groups": ["id"],
    "ads": ["id"],
    "product_group_promotions": ["id"],
    "keywords": ["id"],
    "audiences": ["id", "ownership_type"],
    "audience_insights": ["ad_account_id", "type", "date"],
    "customer_lists": ["id"],
    "conversion_tags": ["id"],
    "conversion_event_quality": ["ad_account_id", "lookback_period", "source_platform", "ingestion_source"],
    "advertiser_defined_events": ["ad_account_id", "name"],
    "order_lines": ["id"],
    "promotions": ["id"],
    "lead_forms": ["id"],
    "targeting_templates": ["id"],
    "report_templates": ["id"],
    "labels": ["id"],
    "billing_invoices": ["id"],
    "billing_profiles": ["id"],
    "campaign_analytics": ["CAMPAIGN_ID", "DATE"],
    "ad_group_analytics": ["AD_GROUP_ID", "DATE"],
    "product_group_analytics": ["PRODUCT_GROUP_ID", "DATE"],
    "ad_account_analytics": ["AD_ACCOUNT_ID", "DATE"],
    "ad_analytics": ["AD_ID", "DATE"],
    "campaign_targeting_analytics": ["CAMPAIGN_ID", "DATE", "targeting_type", "targeting_value"],
    "ad_group_targeting_analytics": ["AD_GROUP_ID", "DATE", "targeting_type", "targeting_value"],
    "ad_targeting_analytics": ["AD_ID", "DATE", "targeting_type", "targeting_value"],
    "ad_account_targeting_analytics": ["AD_ACCOUNT_ID", "DATE", "targeting_type", "targeting_value"],
    "keyword_report": ["KEYWORD_ID", "AD_GROUP_ID", "DATE"],
    "product_group_report": ["PRODUCT_GROUP_ID", "DATE"],
    "product_item_report": ["PRODUCT_ITEM_ID", "DATE"],
    "pins": ["id"],
    "pin_analytics": ["pin_id", "app_type", "date"],
    "user_account": ["id"],
    "user_account_analytics": ["split_value", "date"],
    "user_account_top_pins": ["sort_by", "window_end", "pin_id"],
    "user_account_top_video_pins": ["sort_by", "window_end", "pin_id"],
    "user_websites": ["website"],
    "linked_business_accounts": ["username"],
    "boards": ["id"],
    "board_sections": ["board_id", "id"],
    "board_pins": ["board_id", "id"],
    "board_section_pins": ["board_id", "section_id", "id"],
    "catalogs": ["id"],
    "catalogs_feeds": ["id"],
    "catalogs_product_groups": ["id"],
    "catalogs_product_group_counts": ["product_group_id"],
    "catalogs_feed_processing_results": ["id"],
    "catalogs_item_issues": ["processing_result_id", "item_number"],
    "business_employers": ["id"],
    "business_members": ["business_id", "id"],
    "business_partners": ["business_id", "partner_type", "id"],
    "business_assets": ["business_id", "asset_type", "asset_id"],
    "targeting_options": ["targeting_type", "code"],
    "delivery_metrics": ["name", "report_type"],
    "metrics_ready_state": ["date"],
    "ad_account_countries": ["code"],
    "trending_keywords": ["region", "trend_type", "keyword", "date"],
    "data_quality": ["ad_account_id", "stream", "DATE", "metric"],
}
ENTITIES = ["campaigns", "ad_groups", "ads"]
# What is read unless a catalog or --select says otherwise.
BY_DEFAULT = ["ad_accounts", *ENTITIES, "pins", "campaign_analytics", "ad_analytics", "pin_analytics"]

# For `rate_limits`, where a test is not about them.
UNLIMITED = dict.fromkeys(("ads_read", "ads_analytics", "org_read", "org_analytics"), 1_000_000)

# What the simulator hands out; none of it may ever be printed.
SECRET = re.compile(r"(?:access|refresh)-token-\d|app-secret-\d|proxy-auth-\d|auth-code-\d|feed-password")
ANSWER_SECONDS = 60
RUN_SECONDS = 120
MAX_LOG_LINE_BYTES = 64 * 1024


# --- the API ------------------------------------------------------------------------------------------------------


class Simulator:
    """`Simulator(program, accounts=3, now="2026-03-10T12:00:00Z", beta=False)`: names are those of its options."""

    def __init__(self, program, **options):
        arguments = [str(program), "--exit-with-stdin"]
        for name, value in options.items():
            flag = name.replace("_", "-")
            if isinstance(value, bool):
                arguments.append(f"--{flag}" if value else f"--no-{flag}")
            else:
                values = value if isinstance(value, (list, tuple)) else [value]
                arguments += [text for one in values for text in (f"--{flag}", str(one))]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        greeting = self.process.stdout.readline()
        assert greeting.startswith("listening on "), f"{arguments} did not start: {greeting!r}"
        scheme = "https" if "tls_cert" in options else "http"
        self.origin = f"{scheme}://127.0.0.1:{greeting.split()[-1]}"
        self.url = self.origin + "/v5"
        self.tls = None  # an ssl.SSLContext, where its certificate is none that Python knows

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(ANSWER_SECONDS)
        self.process.stdout.close()

    def _call(self, method, path, body=None, token=True):
        request = urllib.request.Request(self.origin + path, method=method)
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", "Bearer access-token-000000")
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, data, ANSWER_SECONDS, context=self.tls) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()!r}") from None

    def get(self, path, query):
        """What the API answers to a plain client."""
        return json.loads(self._call("GET", f"/v5{path}?" + urllib.parse.urlencode(query, doseq=True)))

    def fetch(self, path, body=None, token=True):
        """The same unread, of a whole path; with a body it is a POST."""
        return self._call("GET" if body is None else "POST", path, body, token)

    def _control(self, path, **body):
        self._call("POST", "/_simulator" + path, body)

    # What it holds and has seen.

    def truth(self, stream, **parameters):
        """What the world holds, as a list of objects; values of metrics are text (the exact digits) or None."""
        query = urllib.parse.urlencode(
            {
                name: ",".join(value) if isinstance(value, (list, tuple)) else value
                for name, value in parameters.items()
            },
            safe=",",
        )
        return [json.loads(line) for line in self._call("GET", f"/_simulator/truth/{stream}?{query}").splitlines()]

    def account_ids(self):
        return [account["id"] for account in self.truth("ad_accounts")]

    def counters(self):
        return json.loads(self._call("GET", "/_simulator/counters"))

    def requests(self, match=""):
        """The requests whose path and query contain `match`, oldest first: endpoint, target, status, at."""
        return json.loads(self._call("GET", "/_simulator/requests?" + urllib.parse.urlencode({"match": match})))

    def tokens(self):
        return json.loads(self._call("GET", "/_simulator/refresh-token"))

    def count_pages(self, path, **parameters):
        """How many pages the server gives for a list that is read to its end; leaves the counters changed."""
        pages, bookmark = 0, None
        while bookmark or not pages:
            query = dict(parameters, page_size=250, **({"bookmark": bookmark} if bookmark else {}))
            page = json.loads(self._call("GET", f"/v5{path}?" + urllib.parse.urlencode(query, doseq=True)))
            bookmark = page.get("bookmark")
            pages += 1
        return pages

    # What can be changed.

    def reset_counters(self):
        self._control("/reset-counters")

    def reset_limits(self):
        self._control("/reset-limits")

    def expire_tokens(self):
        self._control("/expire-tokens")

    def fault(self, kind, **rule):
        """Posts one rule: endpoint, match, nth, every, times, status, body, headers, after_bytes, stall_ms."""
        self._call("POST", "/_simulator/faults", [{"kind": kind, **rule}])

    def clear_faults(self):
        self._call("DELETE", "/_simulator/faults")

    def advance(self, **period):
        """`advance(days=2, hours=3)`: seconds, minutes, hours, days."""
        seconds = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
        self._control("/advance", seconds=sum(seconds[unit] * count for unit, count in period.items()))

    def set_now(self, now):
        self._control("/set-now", now=now)

    def touch(self, kind, indices, account=0, **change):
        self._control("/touch", kind=kind, indices=list(indices), account=account, **change)

    def add(self, kind, count, account=0):
        self._control("/add", kind=kind, count=count, account=account)

    def kill_pins(self, indices):
        self._control("/kill-pins", indices=list(indices))

    def remove_accounts(self, indices):
        self._control("/remove-accounts", indices=list(indices))

    def generation(self, value):
        self._control("/generation", value=value)


# --- other servers ------------------------------------------------------------------------------------------------


class LocalServer:
    """A server beside the simulator, for as long as a `with` lasts, that answers as `handler` does."""

    def __init__(self, handler, path=""):
        handler.log_message = lambda *_: None
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}{path}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


# --- the tap ------------------------------------------------------------------------------------------------------


class Tap:
    """Runs the program with files in a directory of its own."""

    def __init__(self, program, directory):
        self.program = str(program)
        self.directory = Path(directory)
        self.files = 0

    def write(self, name, content):
        """A file in the tap's directory: text and bytes as they are, anything else as JSON. Gives its path."""
        path = self.directory / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content, default=str))
        return path

    def _command(self, arguments, inputs):
        command = [self.program]
        for name, content in inputs.items():
            if content is None:
                continue
            self.files += 1
            path = content if isinstance(content, Path) else self.write(f"{name}-{self.files}.json", content)
            command += [f"--{name}", str(path)]
        return command + [str(argument) for argument in arguments]

    def start(self, config=None, *arguments, catalog=None, state=None, env=None, **popen):
        """The running program, for tests that read, kill or hold it; its pipes are binary."""
        kept = plain_environment()
        command = self._command(arguments, {"config": config, "catalog": catalog, "state": state})
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **popen}
        # The user's own config is none of a test's business.
        kept["XDG_CONFIG_HOME"] = str(self.directory / "xdg")
        return subprocess.Popen(command, env={**kept, **(env or {})}, cwd=self.directory, **options)

    def run(self, config=None, *arguments, rules=True, code=None, timeout=RUN_SECONDS, **inputs):
        """Runs to the end. `code`: the exit code it must have; `rules=False`: stdout is not a Singer stream."""
        began = time.monotonic()
        with self.start(config, *arguments, **inputs) as process:
            try:
                stdout, stderr = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                stdout, stderr = process.communicate()
                raise AssertionError(f"still running after {timeout} s:\n{stderr.decode()[-4000:]}") from None
        run = Run(process.returncode, stdout, stderr, seconds=time.monotonic() - began)
        assert code is None or run.code == code, f"exit code {run.code}, not {code}:\n{run.stderr[-4000:]}"
        check_streams_of_text(run)
        if rules:
            check_rules(run)
        return run

    def discover(self, config=None, *arguments, **inputs):
        """The catalog that `--discover` prints."""
        return json.loads(self.run(config, "--discover", *arguments, rules=False, code=0, **inputs).stdout)

    def catalog(self, *selected, config=None):
        """The discovered catalog with only these streams selected."""
        catalog = self.discover(config)
        for stream in catalog["streams"]:
            stream_metadata(stream)["selected"] = stream["tap_stream_id"] in selected
        return catalog


class Run:
    """What a run left behind. Decimals are `Decimal`, so that digits can be compared."""

    def __init__(self, code, stdout, stderr, seconds=0.0):
        self.code = code
        self.stdout = stdout
        self.raw_stderr = stderr.decode("utf-8")
        self.stderr = re.sub(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", "", self.raw_stderr, flags=re.MULTILINE)
        self.seconds = seconds

    @functools.cached_property
    def messages(self):
        lines = self.stdout.decode("utf-8").split("\n")
        assert lines.pop() == "", f"the last line is not whole: {lines[-1:]}"
        return [json.loads(line, parse_float=Decimal, parse_constant=_refuse_constant) for line in lines]

    @functools.cached_property
    def schemas(self):
        """The SCHEMA message of each stream."""
        return {message["stream"]: message for message in self.messages if message["type"] == "SCHEMA"}

    @functools.cached_property
    def records(self):
        """The records of each stream that has a SCHEMA, in the order of writing."""
        records = {stream: [] for stream in self.schemas}
        for message in self.messages:
            if message["type"] == "RECORD":
                records[message["stream"]].append(message["record"])
        return records

    @functools.cached_property
    def states(self):
        return [message["value"] for message in self.messages if message["type"] == "STATE"]

    @property
    def state(self):
        return self.states[-1]

    def keys(self, stream):
        """The keys of a stream's records, in order: text, or tuples where a key has several parts."""
        names = KEYS[stream]
        if len(names) == 1:
            return [record[names[0]] for record in self.records[stream]]
        return [tuple(record[name] for name in names) for record in self.records[stream]]

    def log_lines(self, *texts):
        """The lines of stderr that contain all of the texts, whatever the case."""
        lines = self.stderr.splitlines()
        return [line for line in lines if all(text.lower() in line.lower() for text in texts)]

    def warnings(self, *texts):
        return self.log_lines("WARNING", *texts)


# --- catalogs and states ------------------------------------------------------------------------------------------


def stream_entry(catalog, stream):
    (entry,) = [entry for entry in catalog["streams"] if entry["tap_stream_id"] == stream]
    return entry


def stream_metadata(entry, *breadcrumb):
    """The metadata of a stream entry: `stream_metadata(entry)`, `stream_metadata(entry, "properties", "name")`."""
    (metadata,) = [item["metadata"] for item in entry["metadata"] if item["breadcrumb"] == list(breadcrumb)]
    return metadata


def deselect(catalog, stream, *path):
    """Deselects a field by its names from the top: `deselect(catalog, "campaigns", "tracking_urls", "click")`."""
    breadcrumb = [part for name in path for part in ("properties", name)]
    stream_metadata(stream_entry(catalog, stream), *breadcrumb)["selected"] = False


def partition(state, stream, ad_account_id=None):
    """The entry of a stream and account in a state; without an account that of the stream itself."""
    bookmark = state["bookmarks"][stream]
    if ad_account_id is None:
        return bookmark
    (entry,) = [each for each in bookmark["partitions"] if each["context"] == {"ad_account_id": ad_account_id}]
    return entry


# --- the universal rules ------------------------------------------------------------------------------------------

REFUSED_KEYWORDS = {"$ref", "allOf", "anyOf", "oneOf", "enum", "pattern", "maxLength", "definitions", "$defs"}
UTC_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
CLOSED_PIPE = -signal.SIGPIPE


def check_streams_of_text(run):
    """What holds for every output, also of --discover and of failures."""
    assert not SECRET.search(run.stderr), "a secret on stderr"
    assert not SECRET.search(run.stdout.decode("utf-8")), "a secret on stdout"
    lines = run.stderr.splitlines()
    assert not [line for line in lines if "Traceback" in line or "terminate called" in line], run.stderr[-4000:]
    assert max((len(line.encode()) for line in lines), default=0) < MAX_LOG_LINE_BYTES
    is_critical = [_is_critical(line) for line in lines]
    if run.code > 0:
        assert lines and is_critical[-1], f"exit code {run.code} without CRITICAL at the end:\n{run.stderr[-4000:]}"
    assert sum(is_critical) == (run.code > 0), f"CRITICAL lines and exit code {run.code}:\n{run.stderr[-4000:]}"


def check_rules(run):
    """What holds for every stream of Singer messages; see check_streams_of_text for the rest."""
    checks = {}
    for message in run.messages:
        assert message["type"] in ("SCHEMA", "RECORD", "STATE"), message
        if message["type"] == "SCHEMA":
            assert message["stream"] not in checks, f"SCHEMA of {message['stream']} a second time"
            checks[message["stream"]] = _check_schema(message)
        elif message["type"] == "RECORD":
            assert message["stream"] in checks, f"RECORD of {message['stream']} before its SCHEMA"
            assert UTC_MOMENT.fullmatch(message["time_extracted"]), message["time_extracted"]
            checks[message["stream"]](message["record"])
    _check_states(run)


def _check_schema(message):
    """Checks a SCHEMA message; gives a function that checks a record of it."""
    schema, keys = message["schema"], message["key_properties"]
    for draft in (Draft4Validator, Draft7Validator, Draft202012Validator):
        draft.check_schema(schema)
    assert schema["type"] == "object", schema["type"]
    _check_typed(schema, message["stream"], keys)
    assert isinstance(keys, list) and keys == KEYS[message["stream"]]
    assert set(keys) <= set(schema["properties"])
    validate = fastjsonschema.compile(schema)
    names = list(schema["properties"])
    seen = 0

    def check(record):
        nonlocal seen
        assert list(record) == names, f"other fields, or in another order: {list(record)}"
        assert all(record[key] is not None for key in keys), record
        validate(record)
        seen += 1
        if seen <= 20:  # the slow and thorough ones
            Draft202012Validator(schema).validate(record)
            _check_same_fields(schema, record)

    return check


def _check_typed(schema, where, keys=()):
    assert not REFUSED_KEYWORDS & set(schema), (where, sorted(schema))
    assert schema.get("type"), f"{where} has no type"
    for name, child in schema.get("properties", {}).items():
        _check_typed(child, f"{where}.{name}")
        nullable = "null" in child["type"]
        assert nullable != (name in keys), f"{where}.{name}: {child['type']}"
    if "items" in schema:
        _check_typed(schema["items"], where + "[]")


def _check_same_fields(schema, value):
    if isinstance(value, dict) and schema.get("properties"):
        assert list(value) == list(schema["properties"])
        for name, child in schema["properties"].items():
            _check_same_fields(child, value[name])
    if isinstance(value, list):
        for element in value:
            _check_same_fields(schema["items"], element)


def _check_states(run):
    if run.code == 0:
        assert run.messages, "a run that went well wrote nothing"
    if run.messages and run.code != CLOSED_PIPE:
        assert run.messages[-1]["type"] == "STATE", "the last line is not STATE"
    last, records = None, 0
    for index, message in enumerate(run.messages):
        if message["type"] == "RECORD":
            records += 1
        if message["type"] != "STATE":
            continue
        assert isinstance(message["value"]["bookmarks"], dict), message
        is_needed_last = index == len(run.messages) - 1 and records > 0
        assert message["value"] != last or is_needed_last, "the same state twice"
        last, records = message["value"], 0


def _is_critical(line):
    if line.startswith("{"):
        try:
            return json.loads(line).get("level", "").upper() == "CRITICAL"
        except ValueError:
            return False
    return line.startswith("CRITICAL ")


def plain_environment():
    """Ours, without settings of whoever runs the tests, which would reach the tap too."""

    def is_disturbing(name):
        return name.startswith(("TAP_PINTEREST", "SINGER_SDK")) or name == "LOGLEVEL" or name.lower().endswith("_proxy")

    return {name: value for name, value in os.environ.items() if not is_disturbing(name)}


def _refuse_constant(text):
    raise AssertionError(f"{text} is no JSON")
