"""Access tokens: where they come from, when they are renewed, what is tried when one is refused."""

import datetime
import http.server
import json
import urllib.request

import pytest
from compare import assert_same_rows, true_rows
from harness import UNLIMITED, LocalServer
from running import Running, read_on

START = "2026-02-08"
SINGLE = "/pins/{pin_id}/analytics"
TOKEN = "/oauth/token"
APP = {"client_id": "app", "client_secret": "app-secret-000000", "refresh_token": "refresh-token-000000"}
OWNER = {"client_id": "app", "client_secret": "app-secret-000000"}
GONE = "access-token-999999"


def proxy(url, **members):
    return {
        "oauth_credentials": {
            "refresh_proxy_url": url,
            "refresh_proxy_url_auth": "proxy-auth-000000",
            "refresh_token": "refresh-token-000000",
            **members,
        }
    }


def new_token(api, refresh_token="refresh-token-000000"):
    """A token answer of the simulator, for what stands between it and the tap."""
    request = urllib.request.Request(api.origin + "/proxy/refresh", headers={"Authorization": "proxy-auth-000000"})
    body = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    with urllib.request.urlopen(request, json.dumps(body).encode()) as answer:
        return json.load(answer)


def requests_for_tokens(api):
    requests = api.counters()["requests"]
    return {name: requests.get(name, 0) for name in (TOKEN, "/proxy/refresh")}


def read_past_renewal(api, number, *running):
    """Until this many tokens were asked for, and what was refused before has been asked for again."""
    read_on(lambda: requests_for_tokens(api)[TOKEN] == number, *running)
    answered = api.counters()["statuses"]["200"]
    read_on(lambda: api.counters()["statuses"]["200"] >= answered + 60, *running)


def valid(api, kind):
    return [token["token"] for token in api.tokens()[kind]]


class Proxy(LocalServer):
    """A proxy for tokens that notes what it is sent. `grant(count)` may do something and change the answer."""

    def __init__(self, grant=lambda count: {}):
        self.requests = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, dict(self.headers), body))
                count = len(outer.requests)
                text = json.dumps(
                    {
                        "access_token": "access-token-000000",
                        "token_type": "bearer",
                        "expires_in": 2_592_000,
                        "refresh_token": f"refresh-token-10000{count}",
                        "refresh_token_expires_in": 5_184_000,
                        **grant(count),
                    }
                ).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        super().__init__(Handler, "/refresh")

    def tokens_sent(self):
        return [json.loads(body)["refresh_token"] for _, _, body in self.requests]


# --- in the middle of a run ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rotate", ["keep", "kill"])
def test_a_token_that_ends_in_the_middle_is_renewed_once_for_all_workers(tap, simulate, config, rotate):
    api = simulate(accounts=1, campaigns=0, ads=0, pins=500, beta=False, limits="off", rotate=rotate)
    settings = config(api, start_date=START, rate_limits=UNLIMITED, max_concurrency=16, access_token=None, **APP)
    with Running(tap, settings, catalog=tap.catalog("pin_analytics")) as running:
        for renewals in (1, 2, 3):  # the second needs the rotated refresh token, where the old one is dead
            read_past_renewal(api, renewals, running)
            api.expire_tokens()
        run = running.end(code=0)
    assert requests_for_tokens(api)[TOKEN] == api.counters()["tokens_issued"] == 4
    assert 3 <= api.counters()["statuses"]["401"] <= 3 * 16
    assert valid(api, "refresh_tokens")[-1] == "refresh-token-000004"
    assert_same_rows("pin_analytics", run.records["pin_analytics"], true_rows(api, "pin_analytics", START))


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_life_that_cannot_be_is_no_reason_to_renew(tap, simulate, config, seconds):
    """A proxy that hands out a token of its own may say 0, or the second that it has left."""
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    api = simulate(accounts=1, campaigns=0, ads=0, pins=60, beta=False, limits="off", latency_ms=20, now=now)
    with Proxy(lambda count: {"expires_in": seconds}) as there:
        settings = config(api, access_token=None, rate_limits=UNLIMITED, max_concurrency=1, **proxy(there.url))
        tap.run(settings, catalog=tap.catalog("pin_analytics"), code=0)
    assert len(there.requests) == 1


# --- one after the other ------------------------------------------------------------------------------------------

# name: (the settings beside an access token that is refused, the requests for tokens; {} is the simulator's origin)
TAKE_OVERS = {
    "the app": (lambda origin: APP, {TOKEN: 1, "/proxy/refresh": 0}),
    "the app's owner": (lambda origin: OWNER, {TOKEN: 1, "/proxy/refresh": 0}),
    "the proxy": (lambda origin: proxy(origin + "/proxy/refresh"), {TOKEN: 0, "/proxy/refresh": 1}),
    "the proxy before the app": (
        lambda origin: {**proxy(origin + "/proxy/refresh"), **APP},
        {TOKEN: 0, "/proxy/refresh": 1},
    ),
    "the proxy's own access token": (
        lambda origin: proxy(origin + "/proxy/refresh", access_token="access-token-000000"),
        {TOKEN: 0, "/proxy/refresh": 0},
    ),
    "the app after a proxy that refuses": (
        lambda origin: {**proxy(origin + "/proxy/refresh", refresh_proxy_url_auth="proxy-auth-999999"), **APP},
        {TOKEN: 1, "/proxy/refresh": 1},
    ),
}


@pytest.mark.parametrize("name", TAKE_OVERS)
def test_what_takes_over_when_the_access_token_is_refused(tap, api, config, name):
    settings, requests = TAKE_OVERS[name]
    run = tap.run(config(api, start_date=START, access_token=GONE, **settings(api.origin)), code=0)
    assert requests_for_tokens(api) == requests
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", START))
    assert run.warnings("access_token", "401")


def test_an_access_token_alone_that_is_refused_ends_the_run(tap, api, config):
    run = tap.run(config(api, access_token=GONE), code=1)
    (line,) = run.log_lines("CRITICAL")
    assert "access_token" in line and "401 Authentication failed. (code 2)" in line and "sign in" in line
    assert requests_for_tokens(api) == {TOKEN: 0, "/proxy/refresh": 0}
    assert sum(api.counters()["requests"].values()) <= 2  # the two lists that need nothing before them


def test_a_good_access_token_leaves_the_others_alone(tap, api, config):
    tap.run(config(api, **proxy(api.origin + "/proxy/refresh"), **APP), catalog=tap.catalog("ads"), code=0)
    assert requests_for_tokens(api) == {TOKEN: 0, "/proxy/refresh": 0}


def test_the_grant_of_the_apps_owner(tap, api, config):
    settings = config(api, start_date=START, access_token=None, **OWNER)
    run = tap.run(settings, code=0)
    assert requests_for_tokens(api)[TOKEN] == 1
    assert api.counters()["refused"] == []
    assert_same_rows("pin_analytics", run.records["pin_analytics"], true_rows(api, "pin_analytics", START))
    assert not run.warnings("refresh token")
    assert run.log_lines("INFO", "no refresh token", "client_credentials", LOGIN)


# --- the app, not the token ---------------------------------------------------------------------------------------


def test_an_app_without_access_is_no_matter_of_tokens(tap, api, config):
    api.fault("status", endpoint="/ad_accounts", status=401, body=NO_ACCESS)
    run = tap.run(config(api, **APP), catalog=tap.catalog("campaigns"), code=1)
    (line,) = run.log_lines("CRITICAL")
    assert NO_ACCESS["message"] in line and APP_ACCESS in line and SIGN_IN not in line
    assert requests_for_tokens(api)[TOKEN] == 0


def test_an_app_without_the_beta_reads_pin_by_pin(tap, api, config):
    body = {"code": 3, "message": "Your application does not have access to this restricted feature."}
    api.fault("status", endpoint="/pins/analytics", status=401, body=body)
    run = tap.run(config(api, start_date=START, **APP), catalog=tap.catalog("pin_analytics"), code=0)
    assert_same_rows("pin_analytics", run.records["pin_analytics"], true_rows(api, "pin_analytics", START))
    # The first batch, and one pin that can be read alone.
    assert api.counters()["requests"]["/pins/analytics"] == 2
    assert requests_for_tokens(api)[TOKEN] == 0


# --- a refresh that is refused ------------------------------------------------------------------------------------

SIGN_IN = "sign in to Pinterest again"
LOGIN = "'tap-pinterest login'"
APP_SETTINGS = "check client_id and client_secret"

BASIC = "YXBwOmFwcC1zZWNyZXQtMDAwMDAw"  # app:app-secret-000000
APP_ACCESS = "check the app's access"
NO_ACCESS = {"code": 3, "message": "Your application consumer type is not supported, please contact support."}
ECHO = {"code": 283, "message": f"Invalid grant: refresh-token-000000 of Basic {BASIC}"}
# name: (the settings, the fault if it is none of the simulator's own, what the error must say)
REFUSALS = {
    "an unknown token": ({"refresh_token": "refresh-token-999999"}, {}, ["refresh token", SIGN_IN, LOGIN]),
    "a wrong secret": ({"client_secret": "app-secret-999999"}, {}, ["refresh token", APP_SETTINGS]),
    "a wrong secret of the owner": ({"client_secret": "app-secret-999999", "refresh_token": None}, {}, [APP_SETTINGS]),
    "a body that repeats all secrets": ({}, ECHO, ["refresh token", SIGN_IN]),
    "the form of RFC 6749": ({}, {"error": "invalid_grant", "error_description": "Gone."}, ["invalid_grant: Gone.", SIGN_IN]),
    "an app without access": ({}, NO_ACCESS, [NO_ACCESS["message"], APP_ACCESS]),
    "an answer that does not tell": ({}, {"code": 1, "message": "No."}, ["No.", APP_SETTINGS, SIGN_IN]),
}
ADVICE = [SIGN_IN, APP_SETTINGS, APP_ACCESS]


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_token_request_says_what_to_do_and_no_secret(tap, api, config, name):
    settings, body, texts = REFUSALS[name]
    if body:
        api.fault("status", endpoint=TOKEN, status=401, body=body)
    env = {"TAP_PINTEREST_LOGLEVEL": "DEBUG"}
    run = tap.run(config(api, **{"access_token": None, **APP, **settings}), env=env, code=1)
    (line,) = run.log_lines("CRITICAL")
    assert all(text in line for text in texts), line
    assert not [advice for advice in ADVICE if advice in line and advice not in texts], line
    assert BASIC not in run.stderr
    assert requests_for_tokens(api)[TOKEN] == 1
    assert run.states == [{"bookmarks": {}}]


@pytest.mark.parametrize(
    "fault",
    [{"kind": "status", "status": 500}, {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}},
     {"kind": "html"}, {"kind": "close_before_answer"}],
    ids=lambda fault: f"{fault['kind']} {fault.get('status', '')}".strip(),
)  # fmt: skip
def test_a_passing_fault_of_the_token_request_is_tried_again(tap, api, config, fault):
    api.fault(**fault, endpoint=TOKEN, nth=1)
    tap.run(config(api, access_token=None, **APP), catalog=tap.catalog("ads"), code=0)
    assert requests_for_tokens(api)[TOKEN] == 2


# --- the proxy ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", ["proxy-auth-000000", None], ids=["auth", "no auth"])
def test_what_the_proxy_is_sent(tap, api, config, auth):
    with Proxy() as there:
        members = proxy(there.url, refresh_proxy_url_auth=auth, access_token=GONE)
        run = tap.run(config(api, access_token=None, **members), catalog=tap.catalog("ads"), code=0)
    ((path, headers, body),) = there.requests
    assert path == "/refresh"
    assert headers["Content-Type"] == "application/json"
    assert headers.get("Authorization") == auth
    assert json.loads(body) == {"grant_type": "refresh_token", "refresh_token": "refresh-token-000000"}
    assert run.warnings("not kept")


def test_no_bearer_goes_to_the_proxy(tap, simulate, config):
    """Not even after one was in use: the access token ends in the middle."""
    api = simulate(accounts=1, campaigns=0, ads=0, pins=60, beta=False, limits="off")
    with Proxy(lambda count: new_token(api)) as there:
        settings = config(api, rate_limits=UNLIMITED, **proxy(there.url))
        with Running(tap, settings, catalog=tap.catalog("pin_analytics")) as running:
            running.read_to("RECORD")
            api.expire_tokens()
            running.end(code=0)
    ((_, headers, body),) = there.requests
    assert headers["Authorization"] == "proxy-auth-000000"
    assert "access-token" not in str(headers) + body.decode()


# --- what is not kept, and what ends ------------------------------------------------------------------------------


def test_without_a_token_file_one_warning_says_that_the_new_token_is_not_kept(tap, simulate, config):
    api = simulate(accounts=1, campaigns=0, ads=0, pins=60, beta=False, limits="off")
    settings = config(api, rate_limits=UNLIMITED, access_token=None, **APP)
    with Running(tap, settings, catalog=tap.catalog("pin_analytics")) as running:
        running.read_to("RECORD")
        api.expire_tokens()
        run = running.end(code=0)
    assert api.counters()["tokens_issued"] == 2
    (line,) = run.warnings("not kept")
    assert "token_file" in line and "60 days" in line
