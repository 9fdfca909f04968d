"""Options, settings, exit codes, and what goes to stderr."""

import itertools
import json
import re

import pytest
from compare import COLUMNS, assert_same_keys, assert_same_rows, true_entities, true_rows
from harness import BY_DEFAULT
from jsonschema import Draft202012Validator

GOOD = {"access_token": "access-token-000000"}
NESTED = "[" * 200_000


def assert_refused(run, api, *texts):
    """Exit 2, every problem named, nothing sent, nothing on stdout."""
    assert run.code == 2
    assert run.stdout == b""
    for text in texts:
        assert run.log_lines(text), f"{text!r} is not named:\n{run.stderr}"
    assert api.counters()["requests"] == {}


# --- bad input ----------------------------------------------------------------------------------------------------

# name: (the config, what has to be named)
BAD_SETTINGS = {
    "no credentials": ({"access_token": None}, ["access_token", "client_id"]),
    "half an app": ({"access_token": None, "client_id": "app"}, ["client_secret"]),
    "half an app, beside a token": ({"client_secret": "app-secret-000000"}, ["client_id"]),
    "a refresh token alone": (
        {"access_token": None, "refresh_token": "refresh-token-000000"},
        ["client_id", "client_secret"],
    ),
    "half a proxy": (
        {"access_token": None, "oauth_credentials": {"refresh_token": "refresh-token-000000"}},
        ["oauth_credentials.refresh_proxy_url"],
    ),
    "oauth_credentials is text": ({"access_token": None, "oauth_credentials": "x"}, ["oauth_credentials"]),
    "a token that is a number": ({"access_token": 12345678901}, ["access_token"]),
    "a date that does not exist": ({"start_date": "2026-02-30"}, ["start_date"]),
    "no leap year": ({"start_date": "2026-02-29"}, ["start_date"]),
    "a date in words": ({"start_date": "yesterday"}, ["start_date"]),
    "a date as a number": ({"start_date": 20260301}, ["start_date"]),
    "an end date that does not exist": ({"end_date": "2026-13-01"}, ["end_date"]),
    "start after end": ({"start_date": "2026-03-05", "end_date": "2026-03-01"}, ["start_date", "end_date"]),
    "an unknown granularity": ({"analytics_granularity": "FORTNIGHT"}, ["analytics_granularity"]),
    "an unknown column": ({"analytics_columns": ["CTR", "SPEND_IN_SHELLS"]}, ["analytics_columns", "item 2"]),
    "no columns": ({"analytics_columns": []}, ["analytics_columns"]),
    "columns of numbers": ({"analytics_columns": [1, 2]}, ["analytics_columns"]),
    "an unknown status": ({"entity_statuses": ["ACTIVE", "SLEEPING"]}, ["entity_statuses", "item 2"]),
    "an unknown pin metric": ({"pin_metric_types": ["LOVE"]}, ["pin_metric_types", "item 1"]),
    "an unknown split": ({"pin_analytics_split_field": "GENDER"}, ["pin_analytics_split_field"]),
    "an unknown report time": ({"conversion_report_time": "LATER"}, ["conversion_report_time"]),
    "an unknown tier": ({"access_tier": "gold"}, ["access_tier"]),
    "a window that is not offered": ({"click_window_days": 2}, ["click_window_days"]),
    "a negative look-back": ({"lookback_days": -1}, ["lookback_days"]),
    "half a day": ({"lookback_days": 1.5}, ["lookback_days"]),
    "nobody in flight": ({"max_concurrency": 0}, ["max_concurrency"]),
    "too many in flight": ({"max_concurrency": 65}, ["max_concurrency"]),
    "more than all": ({"rate_limit_share": 1.5}, ["rate_limit_share"]),
    "nothing at all": ({"rate_limit_share": 0}, ["rate_limit_share"]),
    "an unknown category": ({"rate_limits": {"ads_write": 5}}, ["ads_write"]),
    "limits as a number": ({"rate_limits": 300}, ["rate_limits"]),
    "a truth that is none": ({"include_shared_accounts": "perhaps"}, ["include_shared_accounts"]),
    "an account that is no id": ({"ad_account_ids": ["12/../../oauth"]}, ["ad_account_ids"]),
    "http to another machine": ({"api_url": "http://api.pinterest.com/v5"}, ["api_url"]),
    "http to one that looks local": ({"api_url": "http://127.0.0.1.example.com/v5"}, ["api_url"]),
    "http with a user named localhost": ({"api_url": "http://localhost@example.com/v5"}, ["api_url"]),
    "another scheme": ({"api_url": "ftp://localhost/v5"}, ["api_url"]),
    "http to a remote proxy": (
        {
            "access_token": None,
            "oauth_credentials": {
                "refresh_proxy_url": "http://proxy.example.com/",
                "refresh_proxy_url_auth": "proxy-auth-000000",
                "refresh_token": "refresh-token-000000",
            },
        },
        ["oauth_credentials.refresh_proxy_url"],
    ),
    "a certificate file that is not there": ({"ca_file": "/no/such/file.pem"}, ["ca_file"]),
    "several at once": (
        {
            "start_date": "2026-02-30",
            "analytics_granularity": "FORTNIGHT",
            "max_concurrency": "many",
            "lookback_days": [],
        },
        ["start_date", "analytics_granularity", "max_concurrency", "lookback_days"],
    ),
}


@pytest.mark.parametrize("name", BAD_SETTINGS)
def test_a_bad_setting_is_refused(tap, api, config, name):
    settings, texts = BAD_SETTINGS[name]
    assert_refused(tap.run(config(api, **settings)), api, *texts)


# name: (the content, what has to be named)
BAD_FILES = {
    "empty": ("", []),
    "broken": ('{\n  "access_token": "access-token-000000",\n  "x": }', ["line 3", "column 8"]),
    "cut off": ('{"access_token": "access-token-000000', ["line 1"]),
    "a comma too many": ('{"access_token": "access-token-000000",}', ["line 1"]),
    "two documents": ('{"access_token": "access-token-000000"} {}', ["line 1"]),
    "nested": (NESTED, []),
    "nested objects": ('{"a":' * 200_000, []),
    "a list": ("[]", ["object"]),
    "text": ('"access-token-000000"', ["object"]),
    "null": ("null", ["object"]),
    "not UTF-8": (b'{"access_token": "\xff\xfe"}', []),
    "binary": (bytes(range(256)), []),
}


@pytest.mark.parametrize(
    "option, name",
    # An empty state file is no state: see test_state.py.
    [case for case in itertools.product(["config", "catalog", "state"], BAD_FILES) if case != ("state", "empty")],
)
def test_a_bad_file_is_refused(tap, api, config, option, name):
    content, texts = BAD_FILES[name]
    path = tap.write("bad.json", content)
    inputs = {"config": config(api), option: path}
    run = tap.run(inputs.pop("config"), **inputs)
    assert_refused(run, api, option, *texts)


@pytest.mark.parametrize("option", ["config", "catalog", "state"])
@pytest.mark.parametrize("path", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_refused(tap, api, config, option, path):
    inputs = {"config": config(api), option: tap.directory / path}
    assert_refused(tap.run(inputs.pop("config"), **inputs), api, option)


BAD_STATES = {
    "bookmarks is a list": {"bookmarks": []},
    "a stream is text": {"bookmarks": {"campaigns": "2026-01-01"}},
    "partitions is an object": {"bookmarks": {"campaigns": {"partitions": {}}}},
}


@pytest.mark.parametrize("name", BAD_STATES)
def test_a_bad_state_is_refused(tap, api, config, name):
    assert_refused(tap.run(config(api), state=BAD_STATES[name]), api)


@pytest.mark.parametrize(
    "arguments",
    [["--no-such-option"], ["--config"], ["stray"], ["--discover", "--test"], ["--about", "--format", "xml"],
     ["--format", "json"], ["--state"]],
    ids=" ".join,
)  # fmt: skip
def test_bad_usage(tap, api, config, arguments):
    run = tap.run(config(api), *arguments, rules=False)
    assert_refused(run, api)


def test_every_problem_is_named_at_once_by_name_and_not_by_value(tap, api, config):
    settings = config(
        api,
        access_token=["access-token-000000"],
        client_secret=17,
        api_url="http://somewhere.example.com",
        start_date="never",
    )
    run = tap.run(settings)
    assert_refused(run, api, "access_token", "client_secret", "api_url", "start_date")


# --- settings -----------------------------------------------------------------------------------------------------


def test_unknown_settings_only_warn(tap, api, config):
    settings = config(api, start_dat="2026-03-01", batch_config={"encoding": {}})
    run = tap.run(settings, catalog=tap.catalog("ad_accounts"), code=0)
    assert run.warnings("start_dat")
    assert run.warnings("batch_config")


def test_stream_maps_are_the_business_of_a_mapper(tap, api, config):
    run = tap.run(config(api, stream_maps={"ads": {}}), catalog=tap.catalog("ad_accounts"), code=0)
    assert run.warnings("stream_maps", "mapper")


def test_nulls_and_dotted_names_are_read(tap, api, config):
    settings = config(api, **{"start_date": "2026-03-08", "rate_limits.ads_read": 500})
    settings["end_date"] = None
    run = tap.run(settings, catalog=tap.catalog("ad_analytics"), code=0)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", "2026-03-08"))
    assert not run.warnings("rate_limits")


def test_later_files_override_earlier_ones(tap, api, config):
    later = tap.write("later.json", {"start_date": "2026-03-09"})
    settings = config(api, start_date="2026-03-01")
    run = tap.run(settings, "--config", later, catalog=tap.catalog("ad_analytics"), code=0)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", "2026-03-09"))


@pytest.mark.parametrize("columns", ["CTR,AD_ID", '["CTR", "AD_ID"]', " CTR , AD_ID "])
def test_the_environment_wins(tap, api, config, columns):
    env = {
        "TAP_PINTEREST_ACCESS_TOKEN": "access-token-000000",
        "TAP_PINTEREST_API_URL": api.url,
        "TAP_PINTEREST_START_DATE": "2026-03-09",
        "TAP_PINTEREST_ANALYTICS_COLUMNS": columns,
        "TAP_PINTEREST_INCLUDE_SHARED_ACCOUNTS": "true",
        "TAP_PINTEREST_MAX_CONCURRENCY": "2",
        "TAP_PINTEREST_RATE_LIMITS__ADS_READ": "900",
        # What Meltano sets besides; no settings.
        "TAP_PINTEREST__SELECT": '["*.*"]',
        "TAP_PINTEREST__METADATA": "{}",
        "TAP_PINTEREST__CATALOG": "x",
    }
    file = tap.write("file.json", {"start_date": "2026-02-01", "analytics_columns": ["SPEND_IN_DOLLAR"]})
    run = tap.run(None, "--config", "ENV", "--config", file, catalog=tap.catalog("ad_analytics"), env=env, code=0)
    truth = true_rows(api, "ad_analytics", "2026-03-09", columns=["CTR", "AD_ID"])
    written = [
        {**row, "metrics": {name: row["metrics"].get(name) for name in ("CTR", "AD_ID")}}
        for row in run.records["ad_analytics"]
    ]
    assert_same_rows("ad_analytics", written, truth)
    assert not run.warnings("SELECT")


def test_the_environment_is_not_read_unasked(tap, api, config):
    env = {"TAP_PINTEREST_START_DATE": "2026-03-09"}
    settings = config(api, start_date="2026-03-01")
    run = tap.run(settings, catalog=tap.catalog("ad_analytics"), env=env, code=0)
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", "2026-03-01"))


def test_the_environment_can_be_wrong_too(tap, api):
    env = {
        "TAP_PINTEREST_ACCESS_TOKEN": "access-token-000000",
        "TAP_PINTEREST_API_URL": api.url,
        "TAP_PINTEREST_START_DATE": "2026-02-30",
        "TAP_PINTEREST_MAX_CONCURRENCY": "many",
    }
    assert_refused(tap.run(None, "--config", "ENV", env=env), api, "start_date", "max_concurrency")


def test_a_user_agent_names_the_tap(tap, api, config):
    version = tap.run(None, "--version", rules=False, code=0).stdout.decode().split()[-1]
    about = json.loads(tap.run(None, "--about", "--format", "json", rules=False, code=0).stdout)
    assert about["settings"]["properties"]["user_agent"]["default"] == f"tap-pinterest/{version}"


# --- commands -----------------------------------------------------------------------------------------------------


def test_version(tap):
    run = tap.run(None, "--version", rules=False, code=0)
    assert re.fullmatch(r"tap-pinterest \d+\.\d+\.\d+\n", run.stdout.decode())
    assert run.stderr == ""


def test_help_names_every_option(tap):
    text = tap.run(None, "--help", rules=False, code=0).stdout.decode()
    for option in ("--config", "--catalog", "--state", "--discover", "--test", "--about", "--format", "--version"):
        assert option in text


SETTINGS = [
    "client_id",
    "client_secret",
    "token_file",
    "refresh_token",
    "access_token",
    "oauth_credentials",
    "start_date",
    "end_date",
    "lookback_days",
    "ad_account_ids",
    "shard",
    "full_table_streams",
    "max_difference_percent",
    "include_shared_accounts",
    "entity_statuses",
    "analytics_columns",
    "analytics_granularity",
    "analytics_source",
    "targeting_types",
    "custom_reports",
    "pin_metric_types",
    "pin_analytics_split_field",
    "user_account_split_field",
    "top_pins_days",
    "trend_regions",
    "allow_unknown_values",
    "click_window_days",
    "engagement_window_days",
    "view_window_days",
    "conversion_report_time",
    "attribution_types",
    "flattening_enabled",
    "flattening_max_depth",
    "flattening_separator",
    "access_tier",
    "rate_limit_share",
    "rate_limits",
    "max_concurrency",
    "max_rate_limit_wait_seconds",
    "max_retry_seconds",
    "report_timeout_seconds",
    "request_timeout_seconds",
    "api_url",
    "ca_file",
    "user_agent",
]
SECRETS = {"access_token", "client_secret", "refresh_token"}
PROXY = {"refresh_proxy_url", "refresh_proxy_url_auth", "access_token", "refresh_token"}


def test_about_as_json(tap):
    about = json.loads(tap.run(None, "--about", "--format=json", rules=False, code=0).stdout)
    assert {"name", "description", "version", "capabilities", "settings"} <= set(about)
    assert about["name"] == "tap-pinterest"
    assert {"catalog", "discover", "state", "about", "schema-flattening"} <= set(about["capabilities"])
    assert "structured-logging" in about["capabilities"]
    assert not {"stream-maps", "batch"} & set(about["capabilities"])
    Draft202012Validator.check_schema(about["settings"])
    settings = about["settings"]["properties"]
    assert list(settings) == SETTINGS
    assert set(settings["oauth_credentials"]["properties"]) == PROXY
    for name, setting in settings.items():
        assert setting["title"] and setting["description"]
        assert bool(setting.get("secret")) == (name in SECRETS)
        assert bool(setting.get("writeOnly")) == (name in SECRETS)
    assert settings["analytics_columns"]["default"] == COLUMNS
    assert settings["max_concurrency"]["default"] == 16
    assert settings["entity_statuses"]["default"] == ["ACTIVE", "PAUSED", "ARCHIVED"]


def test_the_described_settings_accept_a_good_config_and_no_bad_one(tap, api, config):
    about = json.loads(tap.run(None, "--about", "--format=json", rules=False, code=0).stdout)
    validator = Draft202012Validator(about["settings"])
    validator.validate(config(api, start_date="2026-03-01", max_concurrency=4, analytics_columns=["CTR"]))
    assert not validator.is_valid(config(api, max_concurrency="many"))
    assert not validator.is_valid(config(api, analytics_granularity="FORTNIGHT"))


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_about_names_every_setting(tap, form):
    text = tap.run(None, "--about", "--format", form, rules=False, code=0).stdout.decode()
    for name in SETTINGS:
        assert name in text
    assert text.endswith("\n")


def test_about_is_text_by_default(tap):
    plain = tap.run(None, "--about", rules=False, code=0).stdout
    assert plain == tap.run(None, "--about", "--format", "text", rules=False, code=0).stdout


def test_short_options(tap, api, config):
    path = tap.write("c.json", config(api))
    catalog = tap.write("catalog.json", tap.catalog("ad_accounts"))
    state = tap.write("state.json", {})
    run = tap.run(None, "-c", path, "--catalog", catalog, "-s", state, code=0)
    assert run.keys("ad_accounts") == api.account_ids()
    assert json.loads(tap.run(None, "-d", rules=False, code=0).stdout)["streams"]


# --- the connection test ------------------------------------------------------------------------------------------


def test_the_connection_test_says_what_works(tap, api, config):
    run = tap.run(config(api), "--test", rules=False, code=0)
    text = run.stdout.decode() + run.stderr
    assert '"type"' not in run.stdout.decode()
    assert re.search(r"ad accounts +ok +2 can be read", text)
    assert "FAILED" not in text


def test_the_connection_test_shows_the_scopes_of_a_refreshed_token(tap, simulate, config):
    api = simulate(accounts=1, scopes="ads:read")
    app = {"client_id": "app", "client_secret": "app-secret-000000", "refresh_token": "refresh-token-000000"}
    run = tap.run(config(api, access_token=None, **app), "--test", rules=False)
    text = run.stdout.decode() + run.stderr
    assert "ads:read" in text
    assert re.search(r"scopes +FAILED .*lacking boards:read,pins:read: .*login --scope boards:read,pins:read", text)
    assert re.search(r"^  campaigns +granted$", text, re.MULTILINE)
    assert re.search(r"^  pins +needs boards:read,pins:read$", text, re.MULTILINE)
    assert re.search(r"^  billing_invoices +needs billing:read$", text, re.MULTILINE)


def test_the_connection_test_holds_a_token_to_what_is_selected(tap, simulate, config):
    api = simulate(accounts=1, scopes="ads:read,boards:read,pins:read")
    app = {"client_id": "app", "client_secret": "app-secret-000000", "refresh_token": "refresh-token-000000"}
    settings = config(api, access_token=None, **app)
    assert re.search(r"^  user_account +needs user_accounts:read$",
                     tap.run(settings, "--test", rules=False, code=0).stdout.decode(), re.MULTILINE)  # fmt: skip
    run = tap.run(settings, "--test", "--select", "user_account", rules=False, code=1)
    assert re.search(r"scopes +FAILED .*user_accounts:read", run.stdout.decode())


def test_the_connection_test_fails_with_a_bad_token(tap, api, config):
    run = tap.run(config(api, access_token="access-token-999999"), "--test", rules=False, code=1)
    assert '"type"' not in run.stdout.decode()


# --- logs ---------------------------------------------------------------------------------------------------------

STRUCTURED = {
    "version": 1,
    "formatters": {"structured": {"()": "singer_sdk.logging.StructuredFormatter"}},
    "handlers": {
        "default": {"class": "logging.StreamHandler", "formatter": "structured", "stream": "ext://sys.stderr"}
    },
    "root": {"level": "INFO", "handlers": ["default"]},
}
PLAIN = {
    **STRUCTURED,
    "formatters": {"plain": {"format": "%(message)s"}},
    "handlers": {"default": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"}},
}
FIELDS = {"level", "pid", "logger_name", "ts", "thread_name", "app_name", "stream_name", "message"}


def logged(tap, config, log_config, **options):
    path = tap.write("log.json", log_config)
    return tap.run(config, env={"SINGER_SDK_LOG_CONFIG": str(path)}, **options)


def test_structured_lines_have_all_that_meltano_needs(tap, api, config):
    run = logged(tap, config(api, unknown_setting=1), STRUCTURED, code=0)
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    for line in lines:
        assert FIELDS <= set(line) <= FIELDS | {"extra", "metric_info"}
        assert line["level"].upper() in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
        assert isinstance(line["message"], str) and isinstance(line["pid"], int)
        assert not {"event", "level", "plugin_exception", "name"} & set(line.get("extra") or {})
    metrics = [line for line in lines if line.get("metric_info")]
    assert metrics and all(line["message"] == "METRIC" for line in metrics)
    counts = {
        line["metric_info"]["tags"]["stream"]: 0 for line in metrics if line["metric_info"]["metric"] == "record_count"
    }
    for line in metrics:
        if line["metric_info"]["metric"] == "record_count":
            counts[line["metric_info"]["tags"]["stream"]] += line["metric_info"]["value"]
    assert counts == {stream: len(records) for stream, records in run.records.items()}


def test_a_structured_failure_ends_with_critical(tap, api, config):
    run = logged(tap, config(api, access_token="access-token-999999"), STRUCTURED, code=1)
    assert json.loads(run.stderr.splitlines()[-1])["level"].upper() == "CRITICAL"


def test_plain_messages_when_meltano_asks_for_them(tap, api, config):
    run = logged(tap, config(api), PLAIN, code=0)
    assert not any(line.startswith(("INFO", "{", "2026", "202")) for line in run.stderr.splitlines())


METRIC = re.compile(r'INFO METRIC: (\{"type":.*\})')


def metrics_of(run):
    return [json.loads(match[1]) for match in map(METRIC.search, run.stderr.splitlines()) if match]


def test_metrics_count_records_and_requests(tap, api, config):
    run = tap.run(config(api, start_date="2026-03-05"), code=0)
    metrics = metrics_of(run)
    assert {metric["metric"] for metric in metrics} >= {
        "record_count", "http_request_count", "http_request_duration", "sync_duration", "job_duration"
    }  # fmt: skip
    for metric in metrics:
        assert list(metric) == ["type", "metric", "value", "tags"]
        assert metric["type"] in ("counter", "timer")
    records = {stream: 0 for stream in BY_DEFAULT}
    for metric in metrics:
        if metric["metric"] == "record_count":
            records[metric["tags"]["stream"]] += metric["value"]
    assert records == {stream: len(written) for stream, written in run.records.items()}
    requests = sum(metric["value"] for metric in metrics if metric["metric"] == "http_request_count")
    assert requests == sum(api.counters()["requests"].values())
    for metric in metrics:
        if metric["metric"] == "http_request_duration":
            assert {"endpoint", "http_status_code", "status"} <= set(metric["tags"])


@pytest.mark.parametrize("variable", ["TAP_PINTEREST_LOGLEVEL", "LOGLEVEL"])
def test_the_level_can_be_set(tap, api, config, variable):
    run = tap.run(config(api), catalog=tap.catalog("ad_accounts"), env={variable: "ERROR"}, code=0)
    assert run.stderr == ""
    louder = tap.run(config(api), catalog=tap.catalog("ad_accounts"), env={variable: "debug"}, code=0)
    assert louder.log_lines("INFO")


def test_the_own_level_wins(tap, api, config):
    env = {"TAP_PINTEREST_LOGLEVEL": "ERROR", "LOGLEVEL": "DEBUG"}
    assert tap.run(config(api), catalog=tap.catalog("ad_accounts"), env=env, code=0).stderr == ""


def test_a_summary_ends_the_run(tap, api, config):
    run = tap.run(config(api, start_date="2026-03-05"), code=0)
    tail = "\n".join(line for line in run.stderr.splitlines()[-30:] if "METRIC" not in line)
    for stream, records in run.records.items():
        assert re.search(rf"\b{stream}\b.*\b{len(records)}\b", tail), (stream, len(records), tail)


@pytest.mark.parametrize("route, probes", [({}, 1), ({"beta": False}, 3)], ids=["bulk", "single"])
def test_the_requests_to_come_are_told(tap, simulate, config, route, probes):
    # One request in flight: what is told is what comes, but for those that had been made.
    api = simulate(accounts=1, campaigns=0, ads=0, pins=130, limits="off", **route)
    settings = config(api, start_date="2026-03-05", max_concurrency=1, rate_limits={"org_analytics": 1_000_000})
    run = tap.run(settings, catalog=tap.catalog("pin_analytics"), code=0)
    (line,) = run.log_lines("INFO", "requests left")
    told = int(re.search(r"(\d+) org_analytics requests left", line)[1])
    requests = api.counters()["requests"]
    made = sum(count for path, count in requests.items() if path.startswith("/pins/"))
    assert told == made - probes


def test_a_trial_apps_day_is_told(tap, api, config):
    settings = config(api, start_date="2026-03-05", access_tier="trial", max_concurrency=1)
    run = tap.run(settings, catalog=tap.catalog("ad_analytics"), code=0)
    assert run.log_lines("INFO", "requests left, of a trial app's 1000 a day for everything")


def test_a_failure_says_what_where_and_what_to_do(tap, api, config):
    run = tap.run(config(api, access_token="access-token-999999"), code=1)
    (line,) = run.log_lines("CRITICAL")
    assert "401" in line or "authenticat" in line.lower()


def test_entities_can_be_read_without_any_optional_setting(tap, api):
    run = tap.run({**GOOD, "api_url": api.url + "/"}, catalog=tap.catalog("campaigns"), code=0)
    assert_same_keys(run.keys("campaigns"), [entity["id"] for entity in true_entities(api, "campaigns")])
