"""The commonest mistakes of a new user: what each message must say. A row is data; one test runs them all."""

import pytest

BAD_TOKEN = "access-token-999999"
APP = {"access_token": None, "client_id": "app", "client_secret": "app-secret-000000"}
LIST = "/ad_accounts/{ad_account_id}/"
HTML = "<!DOCTYPE html><title>Sign in to the network</title>"


def rename(stream, to):
    """A catalog whose entry of `stream` has another name."""

    def change(catalog):
        for entry in catalog["streams"]:
            if entry["tap_stream_id"] == stream:
                entry["tap_stream_id"] = to

    return change


def misspell_field(catalog):
    entry = next(entry for entry in catalog["streams"] if entry["tap_stream_id"] == "campaigns")
    entry["schema"]["properties"]["nmae"] = {"type": ["string", "null"]}


# name: settings, and whatever else is wrong; `says`: what one line of the log has to hold; `code`: the exit code.
# arguments, env; config: the config file as text; catalog: a change of it; state: the file; fault: one of the simulator.
MISTAKES = {
    # settings
    "a misspelt setting": {"settings": {"strat_date": "2026-03-01"}, "says": ["WARNING", "strat_date", "did you mean start_date?"], "code": 0},
    "a setting in camel case": {"settings": {"startDate": "2026-03-01"}, "says": ["WARNING", "startDate", "did you mean start_date?"], "code": 0},
    "a misspelt setting of an object": {"settings": {"rate_limits": {"ad_read": 5}}, "says": ["CRITICAL", "rate_limits.ad_read", "did you mean ads_read?"], "code": 2},
    "a misspelt column": {"settings": {"analytics_columns": ["SPEND_IN_DOLAR"]}, "says": ["CRITICAL", "SPEND_IN_DOLAR", "did you mean SPEND_IN_DOLLAR?"], "code": 2},
    "a column of another tool": {"settings": {"analytics_columns": ["SPEND", "CTR"]}, "says": ["CRITICAL", "item 1 (SPEND)", "--about --format json"], "code": 2},
    "a misspelt granularity": {"settings": {"analytics_granularity": "WEEKS"}, "says": ["CRITICAL", "TOTAL, DAY, HOUR, WEEK, MONTH", "not WEEKS", "did you mean WEEK?"], "code": 2},
    "a misspelt status": {"settings": {"entity_statuses": ["ACTIVE", "PAUSE"]}, "says": ["CRITICAL", "item 2 (PAUSE)", "did you mean PAUSED?"], "code": 2},
    "a date the other way round": {"settings": {"start_date": "01.03.2026"}, "says": ["CRITICAL", "start_date", "YYYY-MM-DD"], "code": 2},
    "a day that does not exist": {"settings": {"start_date": "2026-02-30"}, "says": ["CRITICAL", "start_date", "a valid date"], "code": 2},
    "a start after the end": {"settings": {"start_date": "2026-03-05", "end_date": "2026-03-01"}, "says": ["CRITICAL", "start_date", "after end_date"], "code": 2},
    "a start in the future": {"settings": {"start_date": "2126-01-01"}, "says": ["WARNING", "2126-01-01", "in the future"], "code": 0},
    "an offset that makes another day": {"settings": {"start_date": "2026-03-08T00:30:00+02:00"}, "says": ["WARNING", "2026-03-07", "2026-03-08"], "code": 0},
    "no accounts": {"settings": {"ad_account_ids": []}, "says": ["CRITICAL", "ad_account_ids", "leave it out to read all"], "code": 2},
    "an account by its name": {"settings": {"ad_account_ids": ["My account"]}, "says": ["CRITICAL", "ad_account_ids", "digits"], "code": 2},
    "an account that is not there": {"settings": {"ad_account_ids": ["1234"]}, "says": ["CRITICAL", "1234", "ad_account_ids"], "code": 1},
    "a window that is not offered": {"settings": {"click_window_days": 28}, "says": ["CRITICAL", "click_window_days", "one of 0, 1, 7, 14, 30, 60"], "code": 2},
    "a token with a line break": {"settings": {"access_token": "access-token-000000\n"}, "says": ["CRITICAL", "access_token", "newline"], "code": 2},
    "an address that is not secure": {"settings": {"api_url": "http://api.pinterest.com/v5"}, "says": ["CRITICAL", "api_url", "https"], "code": 2},
    "several at once": {"settings": {"max_concurrency": 0, "start_date": "x"}, "says": ["CRITICAL", "2 problems, see above"], "code": 2},
    # credentials
    "no credentials": {"settings": {"access_token": None}, "says": ["CRITICAL", "no credentials", "tap-pinterest login"], "code": 2},
    "credentials in an environment that is not read": {"settings": {"access_token": None}, "env": {"TAP_PINTEREST_ACCESS_TOKEN": "x"}, "says": ["CRITICAL", "TAP_PINTEREST_ACCESS_TOKEN", "--config ENV"], "code": 2},
    "a misspelt variable": {"arguments": ["--config", "ENV"], "env": {"TAP_PINTEREST_STARTDATE": "2026-03-01"}, "says": ["WARNING", "TAP_PINTEREST_STARTDATE", "did you mean TAP_PINTEREST_START_DATE?"], "code": 0},
    "half an app": {"settings": {"access_token": None, "client_id": "1"}, "says": ["CRITICAL", "client_secret: missing"], "code": 2},
    "not signed in": {"settings": {**APP, "token_file": "token.json"}, "says": ["CRITICAL", "not signed in yet", "tap-pinterest login"], "code": 2},
    "a token that has ended": {"settings": {"access_token": BAD_TOKEN}, "says": ["CRITICAL", "401", "sign in to Pinterest again"], "code": 1},
    "a wrong client secret": {"settings": {**APP, "client_secret": "app-secret-999999", "refresh_token": "refresh-token-000000"}, "says": ["CRITICAL", "401", "client_secret"], "code": 1},
    "a token that has ended, tested": {"settings": {"access_token": BAD_TOKEN}, "arguments": ["--test"], "says": ["access token", "FAILED", "sign in to Pinterest again"], "code": 1},
    "a scope is missing": {"streams": ["pins"], "fault": {"kind": "status", "endpoint": "/pins", "status": 403}, "says": ["CRITICAL", "boards:read,pins:read", "tap-pinterest login"], "code": 1},
    # files
    "no config file": {"arguments": ["--config", "missing.json"], "says": ["CRITICAL", "missing.json"], "code": 2},
    "a config with a comma too many": {"config": '{"access_token": "access-token-000000",\n}', "says": ["CRITICAL", "config", "line 2"], "code": 2},
    "a catalog that is a config": {"catalog": lambda catalog: catalog.pop("streams"), "says": ["CRITICAL", "the catalog is not an object with a list 'streams'"], "code": 2},
    "a state that is a catalog": {"state": {"streams": []}, "says": ["CRITICAL", "state"], "code": 2},
    "a misspelt stream": {"catalog": rename("campaigns", "campagins"), "says": ["CRITICAL", "'campagins'", "did you mean campaigns?"], "code": 2},
    "a misspelt field": {"catalog": misspell_field, "says": ["WARNING", "'nmae' (did you mean 'name'?)"], "code": 0},
    # options
    "a misspelt option": {"arguments": ["--discovr"], "says": ["CRITICAL", "--discovr", "did you mean --discover?"], "code": 2},
    "a file without its option": {"arguments": ["good.json"], "says": ["CRITICAL", "unexpected argument 'good.json'", "--config good.json"], "code": 2},
    "two modes": {"arguments": ["--discover", "--test"], "says": ["CRITICAL", "--test", "--discover"], "code": 2},
    # the network
    "a wrong path in api_url": {"path": "/v4", "says": ["CRITICAL", "api_url", "404", "https://api.pinterest.com/v5"], "silent": ["scope"], "code": 1},
    "a page instead of JSON": {"fault": {"kind": "body", "endpoint": "/ad_accounts", "body": HTML}, "says": ["CRITICAL", "HTML", "status 200", "127.0.0.1", "api_url"], "code": 1},
    "a page with an error": {"fault": {"kind": "status", "endpoint": "/ad_accounts", "status": 418, "body": HTML}, "says": ["CRITICAL", "HTML", "status 418", "127.0.0.1"], "code": 1},
    "a beta that fails, tested": {"arguments": ["--test"], "fault": {"kind": "status", "endpoint": "/pins/analytics", "status": 503}, "says": ["/pins/analytics", "FAILED", "503"], "silent": ["not there"], "code": 1},
    "a proxy that is not there": {"settings": {"api_url": "https://api.pinterest.com/v5", "max_retry_seconds": 1}, "env": {"https_proxy": "http://me:proxy-auth-000000@127.0.0.1:9"}, "says": ["CRITICAL", "the proxy 127.0.0.1:9 (of HTTPS_PROXY or ALL_PROXY) failed"], "code": 1},
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_what_to_do(tap, api, config, name):
    row = MISTAKES[name]
    if "fault" in row:
        fault = dict(row["fault"])
        if fault["kind"] == "status" and "body" not in fault:
            fault["body"] = {"code": 7, "message": "Authorization failed."}
        api.fault(**fault)
    settings = config(api, **row.get("settings", {}))
    if "path" in row:
        settings["api_url"] = api.origin + row["path"]
    inputs = {name: row[name] for name in ("state", "env") if name in row}
    arguments = row.get("arguments", [])
    if "--test" not in arguments:
        inputs["catalog"] = catalog = tap.catalog(*row.get("streams", ["ad_accounts", "campaigns"]))
        row.get("catalog", lambda _: None)(catalog)
    content = row.get("config", settings)
    run = tap.run(content if isinstance(content, dict) else tap.write("bad.json", content), *arguments,
                  rules=False, code=row["code"], **inputs)  # fmt: skip
    lines = (run.stdout.decode() + run.stderr).splitlines() if "--test" in arguments else run.stderr.splitlines()
    assert [line for line in lines if all(text in line for text in row["says"])], "\n".join(lines)
    for text in row.get("silent", []):
        assert not run.log_lines(text), run.stderr
    # A problem is told once.
    critical = [line.removeprefix("CRITICAL ") for line in run.stderr.splitlines() if line.startswith("CRITICAL ")]
    if row["code"] == 2 and critical:
        cause = critical[0].split(": ", 1)[-1]
        assert sum(cause in line for line in run.stderr.splitlines()) == 1


