"""Lines on stderr: levels, forms, metrics, and what never stands there; and what `--test` finds out."""

import json
import re

import pytest
from test_command_line import FIELDS, PLAIN, STRUCTURED
from test_tokens import APP, BASIC, OWNER, TOKEN, proxy

LIST = "/ad_accounts/{ad_account_id}/"
DEBUG = {"TAP_PINTEREST_LOGLEVEL": "DEBUG"}
SECRETS = ["access-token-000000", "refresh-token-000000", "app-secret-000000", "proxy-auth-000000", BASIC]


def log_config(tap, form, level="INFO"):
    """The environment in which Meltano asks for this form."""
    path = tap.write("log.json", {**form, "root": {"level": level, "handlers": ["default"]}})
    return {"SINGER_SDK_LOG_CONFIG": str(path)}


# --- levels -------------------------------------------------------------------------------------------------------

# name: (the level in the file, the environment, the least level that is shown)
LEVELS = {
    "the file's": ("WARNING", {}, "WARNING"),
    "a number in the file": (30, {}, "WARNING"),
    "LOGLEVEL before the file": ("DEBUG", {"LOGLEVEL": "warning"}, "WARNING"),
    "the tap's own before the file": ("ERROR", {"TAP_PINTEREST_LOGLEVEL": "DEBUG"}, "DEBUG"),
    "the tap's own before all": ("ERROR", {"TAP_PINTEREST_LOGLEVEL": "DEBUG", "LOGLEVEL": "CRITICAL"}, "DEBUG"),
    "an empty variable is none": ("WARNING", {"TAP_PINTEREST_LOGLEVEL": "", "LOGLEVEL": ""}, "WARNING"),
    "one that is no level is said and passed over": ("WARNING", {"LOGLEVEL": "chatty"}, "WARNING"),
}


@pytest.mark.parametrize("name", LEVELS)
def test_which_level_is_shown(tap, api, config, name):
    level, env, least = LEVELS[name]
    api.fault("status", endpoint=LIST + "campaigns", status=500, times=1)  # a word at DEBUG
    settings = config(api, unknown_setting=1)  # and one at WARNING
    env = {**log_config(tap, STRUCTURED, level), **env}
    run = tap.run(settings, catalog=tap.catalog("campaigns"), env=env, code=0)
    levels = {json.loads(line)["level"].upper() for line in run.stderr.splitlines()}
    assert levels == {"WARNING": {"WARNING"}, "DEBUG": {"DEBUG", "INFO", "WARNING"}}[least]
    assert bool(run.log_lines("chatty")) == ("chatty" in env.values())


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
@pytest.mark.parametrize("form", [None, STRUCTURED, PLAIN], ids=["text", "structured", "message"])
def test_a_failure_is_said_at_every_level_and_in_every_form(tap, api, config, form, level):
    env = {"LOGLEVEL": level, **(log_config(tap, form, level) if form else {})}
    run = tap.run(config(api, access_token="access-token-999999"), env=env, code=1)  # holds it to a CRITICAL at the end
    if level == "CRITICAL":
        assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"version": 1}', '{"root": {"level": "LOUD"}}'])
def test_a_log_config_that_cannot_be_used_is_no_reason_to_fail(tap, api, config, content):
    env = {"SINGER_SDK_LOG_CONFIG": str(tap.write("log.json", content))}
    run = tap.run(config(api), catalog=tap.catalog("ad_accounts"), env=env, code=0)
    assert run.log_lines("INFO METRIC: ")
    assert bool(run.warnings("SINGER_SDK_LOG_CONFIG")) == ("version" not in content)


# --- metrics ------------------------------------------------------------------------------------------------------

NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"
ENDPOINT = r'\{"endpoint":"(/[^"]*)","http_status_code":(\d+),"status":"(succeeded|failed)"\}'
POINTS = {
    "record_count": rf'\{{"type":"counter","metric":"record_count","value":(\d+),"tags":\{{"stream":"([a-z_]+)"\}}\}}',
    "http_request_count": rf'\{{"type":"counter","metric":"http_request_count","value":(\d+),"tags":{ENDPOINT}\}}',
    "http_request_duration": rf'\{{"type":"timer","metric":"http_request_duration","value":{NUMBER},"tags":{ENDPOINT}\}}',
    "sync_duration": rf'\{{"type":"timer","metric":"sync_duration","value":{NUMBER},"tags":\{{.*\}}\}}',
    "job_duration": rf'\{{"type":"timer","metric":"job_duration","value":{NUMBER},"tags":\{{.*\}}\}}',
}


@pytest.mark.parametrize("form", [None, STRUCTURED, PLAIN], ids=["text", "structured", "message"])
def test_every_metric_in_its_exact_form(tap, api, config, form):
    api.fault("status", endpoint=LIST + "ads", status=500, times=1)
    settings = config(api, start_date="2026-03-05", access_token=None, **APP)
    run = tap.run(settings, env=log_config(tap, form) if form else {}, code=0)
    lines = run.stderr.splitlines()
    if form is STRUCTURED:
        lines = [json.loads(line) for line in lines]
        assert all(FIELDS <= set(line) for line in lines)
        metrics = [line for line in lines if "metric_info" in line]
        assert {line["message"] for line in metrics} == {"METRIC"}
        assert all(line["stream_name"] == line["metric_info"]["tags"].get("stream") for line in metrics)
        texts = [json.dumps(line["metric_info"], separators=(",", ":")) for line in metrics]
    else:
        prefix = "METRIC: " if form is PLAIN else "INFO METRIC: "
        texts = [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]
        assert len(texts) == sum("METRIC:" in line for line in lines)
    found = {name: [match for match in (re.fullmatch(point, text) for text in texts) if match]
             for name, point in POINTS.items()}  # fmt: skip
    assert sum(map(len, found.values())) == len(texts) and all(found.values())
    assert {match[2]: int(match[1]) for match in found["record_count"]} == {
        stream: len(records) for stream, records in run.records.items()
    }
    counts = {match.groups()[1:]: int(match[1]) for match in found["http_request_count"]}
    assert set(counts) == {match.groups() for match in found["http_request_duration"]}
    sent = api.counters()["requests"]
    assert sent[TOKEN] == 1
    assert counts[LIST + "ads", "500", "failed"] == 1
    assert {endpoint: sum(n for key, n in counts.items() if key[0] == endpoint) for endpoint, *_ in counts} == sent


# --- what never stands there --------------------------------------------------------------------------------------


ECHOES = {
    "a refused list": {"endpoint": LIST + "ads", "kind": "status", "status": 400},
    "a refused account": {"endpoint": LIST + "ads", "kind": "status", "status": 403},
    "refused analytics": {"endpoint": LIST + "ads/analytics", "kind": "status", "status": 400},
    "a passing error": {"endpoint": LIST + "ads", "kind": "status", "status": 500, "times": 2},
    "a limit": {"endpoint": LIST + "ads", "kind": "status", "status": 429, "times": 1, "headers": {"Retry-After": "1"}},
    "a refused token": {"endpoint": "*", "kind": "status", "status": 401},
    "no JSON": {"endpoint": LIST + "ads", "kind": "body", "status": 200},
    "no JSON in an error": {"endpoint": LIST + "ads", "kind": "body", "status": 400},
}


@pytest.mark.parametrize("name", ECHOES)
@pytest.mark.parametrize("form", [None, STRUCTURED], ids=["text", "structured"])
def test_no_fault_brings_a_secret_into_the_log(tap, api, config, form, name):
    rule = ECHOES[name]
    quote = "No good: " + "; ".join(SECRETS)
    body = f"<p>{quote}" if "no JSON" in name else {"code": 1, "message": quote}
    api.fault(**{**rule, "body": body})
    settings = config(api, start_date="2026-03-05", **APP, **proxy(api.origin + "/proxy/refresh"))
    run = tap.run(settings, env={**DEBUG, **(log_config(tap, form, "DEBUG") if form else {})})
    assert api.counters()["faults"] > 0
    assert not [secret for secret in SECRETS if secret in run.stderr]
    if name not in ("a limit", "no JSON", "no JSON in an error"):
        assert "[redacted]" in run.stderr  # it was about to


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("length", [485, 490, 495])
def test_no_half_of_a_secret_is_left_where_a_message_is_cut(tap, api, config, secret, length):
    api.fault("status", endpoint=LIST + "ads", status=400, body={"code": 1, "message": "x" * length + secret})
    settings = config(api, **proxy(api.origin + "/proxy/refresh"), **APP)
    run = tap.run(settings, catalog=tap.catalog("ads"), env=DEBUG, code=1)
    (line,) = run.log_lines("CRITICAL")
    assert "x" * length in line
    assert secret[:4] not in line


@pytest.mark.parametrize("credentials", ["app", "owner", "proxy"])
def test_a_run_at_debug_says_no_secret(tap, api, config, credentials):
    of = {"app": APP, "owner": OWNER, "proxy": proxy(api.origin + "/proxy/refresh")}
    run = tap.run(config(api, access_token=None, **of[credentials]), env=DEBUG, code=0)
    issued = [token["token"] for kind in api.tokens().values() for token in kind]
    assert not [secret for secret in SECRETS + issued if secret in run.stderr + run.stdout.decode()]


@pytest.mark.parametrize("form", [None, STRUCTURED, PLAIN], ids=["text", "structured", "message"])
@pytest.mark.parametrize("text", ["x", '"', "\u6625", "\x01", "\n"], ids=ascii)
def test_no_line_is_longer_than_its_readers_take(tap, api, config, form, text):
    body = {"code": 1, "message": text * 20_000}
    api.fault("status", endpoint=LIST + "ads", status=400, body=body)
    names = {"n" * 40_000 + str(index): 1 for index in range(3)}
    env = {**DEBUG, **(log_config(tap, form, "DEBUG") if form else {})}
    run = tap.run(config(api, **names), catalog=tap.catalog("ads"), env=env, code=1)
    assert run.warnings("unknown setting") or form is PLAIN
    if form is STRUCTURED:
        assert all(json.loads(line) for line in run.stderr.splitlines())


# --- the connection test ------------------------------------------------------------------------------------------


def table(run):
    """What stands in the table: (name, ok or FAILED, the rest)."""
    return {name: (verdict, rest) for name, verdict, rest in
            re.findall(r"^(\S.*?) {2,}(ok|FAILED) +(.*)$", run.stdout.decode(), re.MULTILINE)}  # fmt: skip


GOOD = {"access token": "ok", "ad accounts": "ok", "scopes": "ok", "reports": "ok", "pins": "ok",
        "/pins/analytics": "ok"}
# Nothing tells of reports where no account can be read.
NO_ACCOUNT = {**GOOD, "ad accounts": "FAILED", "reports": None}
CHECKS = {
    "all is well": ({}, {}, GOOD, {"access token": "good until 2026-04-09", "ad accounts": "2 can be read",
                                   "scopes": "ads:read", "reports": "allowed: .* 913 days", "/pins/analytics": "100 pins"}),
    "a token of the config": ({}, {"access_token": "access-token-000000"}, GOOD, {"access token": "unknown",
                                                                                  "scopes": "unknown"}),
    "no beta": ({"beta": False}, {}, GOOD, {"/pins/analytics": "not available"}),
    "a scope is missing": (
        {"scopes": "ads:read"}, {}, {**GOOD, "scopes": "FAILED", "pins": "FAILED", "/pins/analytics": None},
        {"scopes": "ads:read; lacking boards:read,pins:read: grant it with 'tap-pinterest login --scope"},
    ),
    "only the scope of accounts is missing": (
        {"scopes": "pins:read,boards:read"}, {}, {**NO_ACCOUNT, "scopes": "FAILED"},
        {"ad accounts": "403", "scopes": "lacking ads:read"},
    ),
    "a listed account is not there": (
        {}, {"ad_account_ids": ["549755885175", "549755885199"]}, {**GOOD, "ad accounts": "FAILED"},
        {"ad accounts": "549755885199"},
    ),
    "a listed account cannot be read": (
        {"deny_account": "549755885175"}, {"ad_account_ids": ["549755885175"]}, NO_ACCOUNT,
        {"ad accounts": "549755885175"},
    ),
    "an account cannot be read": (
        {"deny_account": "549755885175"}, {}, GOOD, {"ad accounts": "1 can be read.*549755885175"},
    ),
    "no account can be read": (
        {"accounts": 1, "deny_account": "549755885175"}, {}, NO_ACCOUNT,
        {"ad accounts": "549755885175"},
    ),
    "a token that is refused": (
        {}, {"client_secret": "app-secret-999999"}, {"access token": "FAILED"}, {"access token": "refused.*401"},
    ),
    "a token that is refused, and another that works": (
        {}, {"access_token": "access-token-999999"}, GOOD, {"access token": "good until 2026-04-09"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKS)
def test_what_the_connection_test_finds_out(tap, simulate, config, name):
    options, settings, verdicts, texts = CHECKS[name]
    api = simulate(**{"accounts": 2, "pins": 5, **options})
    whole = config(api, **{"access_token": None, **APP, **settings})
    run = tap.run(whole, "--test", rules=False, code=int("FAILED" in verdicts.values()))
    rows = table(run)
    assert {row: verdict for row, (verdict, _) in rows.items()} == {row: v for row, v in verdicts.items() if v}
    for row, text in texts.items():
        assert re.search(text, rows[row][1]), rows[row]


def test_an_app_without_reports_is_told_so(tap, api, config):
    body = {"code": 29, "message": "No access to reports."}
    api.fault("status", endpoint="POST /ad_accounts/{ad_account_id}/reports", status=403, body=body)
    run = tap.run(config(api), "--test", rules=False, code=0)
    verdict, text = table(run)["reports"]
    assert verdict == "ok" and "refused" in text and "No access to reports." in text and "89 days" in text


def test_a_service_that_is_down_fails_the_connection_test(tap, api, config):
    api.fault("status", endpoint="/ad_accounts", status=503)
    run = tap.run(config(api), "--test", rules=False, code=1)
    assert table(run)["ad accounts"][0] == "FAILED" and "503" in table(run)["ad accounts"][1]


def test_a_stream_says_how_many_accounts_it_reads_where_they_are_given(tap, simulate, config):
    api = simulate(accounts=3, campaigns=2, ad_groups=0, ads=0, pins=0)
    run = tap.run(config(api, ad_account_ids=api.account_ids()[:2]), code=0)
    assert run.log_lines("INFO", "campaigns: starting: 2 ad accounts")
    assert run.log_lines("INFO", "campaigns: done: 4 records")
