"""Signing in: from an app and a person's consent to a token file that is enough to sync."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import termios
import urllib.error
import urllib.parse
import urllib.request

import pytest
from harness import ANSWER_SECONDS, RUN_SECONDS, Run, check_streams_of_text
from running import wait_until
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from test_token_file import now
from test_tokens import APP, OWNER, TOKEN, requests_for_tokens

SCOPES = "ads:read,boards:read,pins:read,user_accounts:read"
NO_DISPLAY = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
ELSEWHERE = "https://example.com/callback"
# As root there is no sandbox; and none of what Chromium asks its maker for by itself is of use here.
CHROMIUM_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage --no-first-run --no-proxy-server "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()


class KeptPort:
    """A port of this machine that is nobody else's: bound without listening, which lets the tap listen there."""

    def __init__(self, *hosts):
        self.sockets = []
        self.port = 0
        for host in hosts or ["127.0.0.1"]:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            one = socket.socket(family, socket.SOCK_STREAM)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((host, self.port))
            self.port = one.getsockname()[1]
            self.sockets.append(one)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in self.sockets:
            one.close()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def browse(address, form=None):
    """What a browser is shown, and where it is sent, at an address: status, text, location."""
    data = None if form is None else urllib.parse.urlencode(form).encode()
    opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, data, ANSWER_SECONDS) as answer:
            return answer.status, answer.read().decode(), None
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers["Location"]


class Login:
    """A login that has shown its address; with `paste=True` its stdin is open."""

    def __init__(self, tap, settings, api, redirect_uri, *more, paste=False, env=None):
        arguments = ["login", "--redirect-uri", redirect_uri, "--authorization-url", api.origin + "/oauth/", *more]
        stdin = subprocess.PIPE if paste else subprocess.DEVNULL
        self.process = tap.start(settings, *arguments, stdin=stdin, env={**NO_DISPLAY, **(env or {})})
        self.shown = b""
        while not (found := re.search(rb"^http\S+$", self.shown, re.MULTILINE)):
            line = self.process.stdout.readline()
            assert line, self.process.communicate()[1].decode()
            self.shown += line
        self.address = found[0].decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def press(self, decision):
        """Presses a button of the page; gives where that leads."""
        status, page, _ = browse(self.address)
        assert status == 200 and 'id="allow"' in page, page
        status, _, location = browse(self.address, {"decision": decision})
        assert status == 303
        return location

    def paste(self, line):
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()

    def end(self, code):
        stdout, stderr = self.process.communicate(timeout=RUN_SECONDS)
        run = Run(self.process.returncode, self.shown + stdout, stderr)
        assert run.code == code, f"exit code {run.code}, not {code}:\n{run.stderr}"
        check_streams_of_text(run)
        return run


@pytest.fixture
def port():
    with KeptPort() as kept:
        yield kept


@pytest.fixture
def redirect_uri(port):
    return f"http://127.0.0.1:{port.port}/callback"


@pytest.fixture
def api(simulate, redirect_uri):
    """A small Pinterest of today, since a token is good by the local clock until the API has told its own."""
    return simulate(accounts=1, campaigns=3, ads=3, pins=3, now=now(), redirect_uri=[redirect_uri, ELSEWHERE])


@pytest.fixture
def file(tap):
    return tap.directory / "tokens.json"


@pytest.fixture
def settings(config, api, file):
    return config(api, access_token=None, token_file=str(file), **OWNER)


def synced(tap, settings, **inputs):
    return tap.run(settings, catalog=tap.catalog("campaigns", "pins"), code=0, **inputs)


# --- the browser comes back ---------------------------------------------------------------------------------------


def test_who_allows_it_can_sync_with_the_token_file_from_then_on(tap, api, settings, file, redirect_uri):
    with Login(tap, settings, api, redirect_uri) as login:
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(login.address).query)
        assert len(asked["state"][0]) >= 32
        assert {**asked, "state": []} == {
            "client_id": ["app"],
            "redirect_uri": [redirect_uri],
            "response_type": ["code"],
            "scope": [SCOPES],
            "state": [],
        }
        back = login.press("allow")
        status, page, _ = browse(back)
        run = login.end(0)
    assert status == 200 and "close this page" in page
    assert not [value for _, value in urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query) if value in page]
    assert f"Your tokens are in {file}" in run.stdout.decode()
    assert not run.warnings()

    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    kept = json.loads(file.read_text())
    assert kept["refresh_token"] in [token["token"] for token in api.tokens()["refresh_tokens"]]
    assert not (tap.directory / "tokens.json.new").exists()

    run = synced(tap, settings)
    assert run.records["campaigns"] and run.records["pins"]
    assert requests_for_tokens(api)[TOKEN] == 1, "the access token of the login is good for the run"
    api.expire_tokens()
    assert synced(tap, settings).records["pins"]
    assert requests_for_tokens(api)[TOKEN] == 2


def test_two_logins_have_different_states(tap, api, settings, redirect_uri):
    addresses = set()
    for _ in range(2):
        with Login(tap, settings, api, redirect_uri) as login:
            addresses.add(login.address)
    assert len(addresses) == 2


def test_a_login_takes_the_place_of_a_configured_refresh_token_that_is_dead(
    tap, api, config, file, redirect_uri
):
    settings = config(
        api, access_token=None, token_file=str(file), **{**APP, "refresh_token": "refresh-token-999999"}
    )
    run = tap.run(settings, catalog=tap.catalog("campaigns"), code=1)
    assert "run 'tap-pinterest login'" in run.log_lines("CRITICAL")[0]
    with Login(tap, settings, api, redirect_uri) as login:
        browse(login.press("allow"))
        login.end(0)
    assert synced(tap, settings).records["pins"]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_localhost_is_reached_by_both_of_its_addresses(tap, simulate, config, file, host):
    with KeptPort("127.0.0.1", "::1") as port:
        redirect_uri = f"http://localhost:{port.port}"
        api = simulate(now=now(), redirect_uri=redirect_uri)
        settings = config(api, access_token=None, token_file=str(file), **OWNER)
        with Login(tap, settings, api, redirect_uri) as login:
            back = login.press("allow").replace("localhost", host).replace("?", "/?")
            assert browse(back)[0] == 200
            login.end(0)
    assert file.exists()


def test_who_denies_it_is_told_so(tap, api, settings, file, redirect_uri):
    with Login(tap, settings, api, redirect_uri) as login:
        status, page, _ = browse(login.press("deny"))
        run = login.end(1)
    assert status == 200 and "Access denied" in page and "allowed" not in page
    (critical,) = run.log_lines("CRITICAL")
    assert "access_denied" in critical and "The user denied access" in critical and "login again" in critical
    assert not file.exists()


def test_an_answer_to_somebody_elses_question_is_refused_and_the_right_one_awaited(
    tap, api, settings, file, redirect_uri
):
    with Login(tap, settings, api, redirect_uri) as login:
        back = login.press("allow")
        state = urllib.parse.parse_qs(urllib.parse.urlsplit(back).query)["state"][0]
        for wrong in (
            back.replace(state, state[:-1] + ("0" if state[-1] != "0" else "1")),
            back.replace(state, ""),
            back.replace(state, state + "0"),
            f"{redirect_uri}?code=stolen",
            f"{redirect_uri}?error=access_denied",
            f"{redirect_uri}?code=&state={state}",
            f"{redirect_uri}?state={state}",
            f"{redirect_uri}?code=%zz&state={state}",
        ):
            assert browse(wrong)[0] == 400, wrong
        assert not requests_for_tokens(api)[TOKEN] and not file.exists()
        assert browse(back)[0] == 200
        run = login.end(0)
    assert len(run.warnings("its state does not match this sign-in")) == 5
    assert len(run.warnings("it holds no code")) == 3
    assert state not in run.stderr


# --- the address is pasted ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", " \r\n", ""])
def test_the_address_may_be_pasted(tap, api, settings, file, end):
    with Login(tap, settings, api, ELSEWHERE, paste=True) as login:
        assert b"paste the URL" in login.shown + login.process.stdout.readline() + login.process.stdout.readline()
        back = login.press("allow")
        assert back.startswith(ELSEWHERE)
        login.paste(f"\nwhat is this?\n{ELSEWHERE}?code=stolen&state=guessed\n  {back}{end}")
        login.process.stdin.close()
        login.process.stdin = None
        run = login.end(0)
    assert len(run.warnings("the answer you pasted")) == 2
    assert json.loads(file.read_text())["refresh_token"]


@pytest.mark.parametrize("form", ['"{address}"', " <{address}> ", "{query}", "?{query}", "{code}", "code={code}", "'{code}'"])
def test_what_is_pasted_may_be_more_or_less_than_the_address(tap, api, settings, file, form):
    with Login(tap, settings, api, ELSEWHERE, paste=True) as login:
        login.paste(login.address + "\n")
        address = login.press("allow")
        query = urllib.parse.urlsplit(address).query
        login.paste(form.format(address=address, query=query, code=urllib.parse.parse_qs(query)["code"][0]) + "\n")
        run = login.end(0)
    assert len(run.warnings("the answer you pasted", "the URL to open")) == len(run.warnings()) == 1
    assert file.exists()


def test_pasting_works_beside_listening(tap, api, settings, file, redirect_uri):
    with Login(tap, settings, api, redirect_uri, paste=True) as login:
        login.paste(login.press("allow") + "\n")
        login.end(0)
    assert file.exists()


def test_an_end_of_stdin_does_not_end_the_listening(tap, api, settings, file, redirect_uri):
    with Login(tap, settings, api, redirect_uri, paste=True) as login:
        login.process.stdin.close()
        login.process.stdin = None
        browse(login.press("allow"))
        login.end(0)
    assert file.exists()


def test_without_any_way_back_it_ends(tap, api, settings):
    with Login(tap, settings, api, ELSEWHERE) as login:
        assert "stdin has ended" in login.end(1).log_lines("CRITICAL")[0]


def test_where_somebody_else_listens_the_address_can_be_pasted(tap, api, settings, file, port, redirect_uri):
    port.sockets[0].listen()
    with Login(tap, settings, api, redirect_uri, paste=True) as login:
        login.paste(login.press("allow") + "\n")
        run = login.end(0)
    assert run.warnings("cannot listen on", redirect_uri, "in use")
    assert file.exists()


def test_an_endless_line_is_not_kept(tap, api, settings, redirect_uri):
    with Login(tap, settings, api, ELSEWHERE, paste=True) as login:
        try:
            login.paste("x" * 10_000_000)
        except BrokenPipeError:
            pass
        login.process.stdin = None
        assert "stdin has ended" in login.end(1).log_lines("CRITICAL")[0]


# --- hostile visitors ---------------------------------------------------------------------------------------------


def knock(port, data):
    """Sends bytes to the tap; gives what comes back, which may be a reset."""
    with socket.create_connection(("127.0.0.1", port.port), ANSWER_SECONDS) as visitor:
        try:
            visitor.sendall(data)
            visitor.shutdown(socket.SHUT_WR)
            return visitor.recv(4096)
        except TimeoutError:
            raise
        except OSError:  # reset, at any of these steps
            return b""


def test_no_visitor_hurts_or_makes_others_wait(tap, api, settings, file, port, redirect_uri):
    with Login(tap, settings, api, redirect_uri) as login:
        silent = [socket.create_connection(("127.0.0.1", port.port), ANSWER_SECONDS) for _ in range(100)]
        silent[50].sendall(b"GET /callb")
        for data in (
            b"\r\n\r\n",
            b"\0\1\2\3\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET  HTTP/1.1\r\n\r\n",
            b"get /callback HTTP/1.1\r\n\r\n",
            b"GET callback HTTP/1.1\r\n\r\n",
            b"GET /call back HTTP/1.1\r\n\r\n",
            b"GET /callback\x1b[2J HTTP/1.1\r\n\r\n",
            b"GET /callback FTP/1.1\r\n\r\n",
        ):
            assert knock(port, data).startswith(b"HTTP/1.1 400 "), data
        for data in (b"", b"GET /callback?code=1", b"A" * 1_000_000):
            assert knock(port, data) == b"", data
        assert knock(port, b"POST /callback HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 405 ")
        assert knock(port, b"GET /favicon.ico HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 404 ")
        back = urllib.parse.urlsplit(login.press("allow"))
        cookies = "c=" + "x" * 40_000
        connection = http.client.HTTPConnection(back.netloc, timeout=ANSWER_SECONDS)
        connection.request("GET", f"{back.path}?{back.query}", headers={"Cookie": cookies})
        answer = connection.getresponse()
        assert answer.status == 200 and "default-src 'none'" in answer.headers["Content-Security-Policy"]
        answer.read()
        connection.close()
        run = login.end(0)
        for one in silent:
            one.close()
    assert not run.warnings()
    assert file.exists()


# --- the exchange -------------------------------------------------------------------------------------------------


def refused(login, back, *texts):
    """The CRITICAL line of a login that ends here, which holds the texts."""
    browse(back)
    (critical,) = login.end(1).log_lines("CRITICAL")
    for text in texts:
        assert text in critical, critical


def test_a_code_that_has_ended_is_said(tap, api, settings, file, redirect_uri):
    with Login(tap, settings, api, redirect_uri) as login:
        back = login.press("allow")
        api.advance(minutes=11)
        refused(login, back, "refused the code", "authorization code", "sign in again")
    assert not file.exists()


def test_a_wrong_client_secret_is_said(tap, api, settings, file, redirect_uri):
    with Login(tap, {**settings, "client_secret": "app-secret-999999"}, api, redirect_uri) as login:
        refused(login, login.press("allow"), "401", "check client_id and client_secret")
    assert not file.exists()


def test_a_server_that_is_ill_for_a_moment_is_asked_again(tap, api, settings, file, redirect_uri):
    api.fault("status", endpoint=TOKEN, status=503, times=2)
    with Login(tap, settings, api, redirect_uri) as login:
        browse(login.press("allow"))
        login.end(0)
    assert requests_for_tokens(api)[TOKEN] == 3
    assert file.exists()


def test_a_server_that_stays_ill_ends_it(tap, api, settings, file, redirect_uri):
    api.fault("status", endpoint=TOKEN, status=503)
    with Login(tap, settings, api, redirect_uri) as login:
        refused(login, login.press("allow"), "503", "sign in again later")
    assert requests_for_tokens(api)[TOKEN] == 3
    assert not file.exists()


def test_an_answer_without_a_refresh_token_is_not_enough(tap, api, settings, file, redirect_uri):
    body = {"access_token": "access-token-000000", "token_type": "bearer", "expires_in": 1, "scope": "ads:read"}
    api.fault("body", endpoint=TOKEN, body=body)
    with Login(tap, settings, api, redirect_uri) as login:
        refused(login, login.press("allow"), "no refresh token")
    assert not file.exists()


def test_scopes_that_are_not_granted_are_named(tap, simulate, config, file, redirect_uri):
    api = simulate(now=now(), redirect_uri=redirect_uri, scopes="ads:read,boards:read")
    settings = config(api, access_token=None, token_file=str(file), **OWNER)
    with Login(tap, settings, api, redirect_uri) as login:
        browse(login.press("allow"))
        run = login.end(0)
    (warning,) = run.warnings()
    assert "Pinterest did not grant pins:read,user_accounts:read; streams that need it will fail" in warning
    assert file.exists()


def scopes_asked_for(login):
    return urllib.parse.parse_qs(urllib.parse.urlsplit(login.address).query)["scope"][0].split(",")


def test_it_asks_for_what_the_selected_streams_need(tap, api, settings, redirect_uri):
    catalog = tap.write("catalog.json", tap.catalog("campaigns", "catalogs", "billing_invoices"))
    for selection in (["--catalog", str(catalog)], ["--select", "campaigns,catalogs,billing_invoices"]):
        with Login(tap, settings, api, redirect_uri, *selection) as login:
            assert scopes_asked_for(login) == ["ads:read", "billing:read", "catalogs:read"]
        with Login(tap, settings, api, redirect_uri, *selection, "--scope", "pins:read,biz_access:read") as login:
            assert scopes_asked_for(login) == ["ads:read", "billing:read", "biz_access:read", "catalogs:read", "pins:read"]


def test_scopes_are_added_to_those_of_the_streams_that_everybody_reads(tap, api, settings, redirect_uri):
    more = ["--scope", "catalogs:read", "--scope", "billing:read"]
    with Login(tap, settings, api, redirect_uri, *more) as login:
        assert set(scopes_asked_for(login)) == {*SCOPES.split(","), "catalogs:read", "billing:read"}


def test_a_selection_that_cannot_be_read_is_refused_before_anybody_is_asked(tap, settings):
    run = tap.run(settings, "login", "--select", "campaing", rules=False, code=2)
    assert run.log_lines("CRITICAL", "--select", "campaigns")


# --- without a config file -----------------------------------------------------------------------------------------


class FirstLogin(Login):
    """A login without --config; `typed` comes from a pipe, or from a terminal with `terminal=True`."""

    def __init__(self, tap, api, redirect_uri, typed, terminal=False, **popen):
        arguments = ["login", "--redirect-uri", redirect_uri, "--authorization-url", api.origin + "/oauth/"]
        self.screen = None
        if terminal:
            self.screen, mine = os.openpty()
            self.process = tap.start(None, *arguments, stdin=mine, env=NO_DISPLAY, **popen)
            os.close(mine)
        else:
            self.process = tap.start(None, *arguments, stdin=subprocess.PIPE, env=NO_DISPLAY, **popen)
            self.process.stdin.write(typed.encode())
            self.process.stdin.flush()
            if typed.count("\n") < 2:  # an answer is missing
                self.process.stdin.close()
                self.process.stdin = None
        self.shown = b""
        for line in typed.splitlines(keepends=True) if terminal else []:
            self.wait_for(b": ")
            os.write(self.screen, line.encode())
        while not (found := re.search(rb"^http\S+/oauth/\S+$", self.shown, re.MULTILINE)):
            line = self.process.stdout.readline()
            if not line:
                return
            self.shown += line
        self.address = found[0].decode()

    def wait_for(self, end):
        seen = b""
        while not seen.endswith(end):
            seen += os.read(self.process.stdout.fileno(), 1)
        self.shown += seen

    def echoed(self):
        """What the terminal shows of what was typed."""
        os.set_blocking(self.screen, False)
        try:
            return os.read(self.screen, 65536)
        except OSError:
            return b""

    def end(self, code):
        run = super().end(code)
        if self.screen is not None:
            os.close(self.screen)
        return run


@pytest.fixture
def own(tap, api):
    """The place of the config that is used where none is named; it holds where the simulator is."""
    folder = tap.directory / "xdg" / "tap-pinterest"
    folder.mkdir(parents=True)
    path = folder / "config.json"
    path.write_text(json.dumps({"api_url": api.url, "start_date": "2026-03-01"}))
    return path


@pytest.mark.parametrize("terminal", [False, True])
def test_a_login_without_a_config_leaves_one_that_every_command_finds(tap, api, own, redirect_uri, terminal):
    typed = f" {OWNER['client_id']} \n\"{OWNER['client_secret']}\"\n"
    with FirstLogin(tap, api, redirect_uri, typed, terminal) as login:
        echoed = login.echoed() if terminal else b""
        browse(login.press("allow"))
        run = login.end(0)
    assert b"developers.pinterest.com" in login.shown and f"URI\n{redirect_uri} ".encode() in login.shown
    if terminal:
        assert OWNER["client_id"].encode() in echoed and OWNER["client_secret"].encode() not in echoed
    assert str(own) in run.stdout.decode() and "tap-pinterest --test" in run.stdout.decode()
    token = own.parent / "token.json"
    assert json.loads(own.read_text()) == {
        "api_url": api.url,
        "start_date": "2026-03-01",
        **OWNER,
        "token_file": str(token),
    }
    assert [stat.S_IMODE(path.stat().st_mode) for path in (own, token)] == [0o600, 0o600]
    assert not own.with_name("config.json.new").exists()

    run = tap.run(None, "--select", "campaigns", code=0)
    assert run.stderr.splitlines()[0] == f"INFO no --config given; using {own}"
    assert run.records["campaigns"]
    with FirstLogin(tap, api, redirect_uri, "") as login:
        assert b"App" not in login.shown
        browse(login.press("allow"))
        login.end(0)


def test_a_config_that_is_a_link_stays_one(tap, api, own, redirect_uri):
    target = own.rename(tap.directory / "target.json")
    own.symlink_to(target)
    with FirstLogin(tap, api, redirect_uri, "app\napp-secret-000000\n") as login:
        browse(login.press("allow"))
        login.end(0)
    assert own.is_symlink() and json.loads(target.read_text()).items() >= OWNER.items()


def test_a_config_that_cannot_be_saved_is_said_and_where_the_tokens_are(tap, api, own, redirect_uri):
    """Something else takes its place while the browser is away."""
    with FirstLogin(tap, api, redirect_uri, "app\napp-secret-000000\n") as login:
        own.unlink()
        own.mkdir()
        browse(login.press("allow"))
        run = login.end(1)
    token = own.parent / "token.json"
    (critical,) = run.log_lines("CRITICAL")
    assert f"the config is not saved: cannot replace {own}: Is a directory" in critical
    assert f"the tokens are in {token}" in critical and json.loads(token.read_text())["refresh_token"]
    assert not own.with_name("config.json.new").exists()


def test_a_login_that_is_denied_keeps_nothing_and_makes_a_private_folder(tap, api, redirect_uri):
    with FirstLogin(tap, api, redirect_uri, "app\napp-secret-000000\n") as login:
        browse(login.press("deny"))
        login.end(1)
    folder = tap.directory / "xdg" / "tap-pinterest"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not (folder / "config.json").exists() and not (folder / "token.json").exists()


def test_a_login_that_is_told_nothing_says_what_it_needs(tap, api, redirect_uri):
    with FirstLogin(tap, api, redirect_uri, "app\n") as login:
        run = login.end(2)
    assert "client_secret" in run.log_lines("CRITICAL", "--config")[0]
    assert not (tap.directory / "xdg").exists()


def test_a_signal_brings_the_terminal_back(tap, api, redirect_uri):
    screen, mine = os.openpty()
    arguments = ["login", "--redirect-uri", redirect_uri]
    with tap.start(None, *arguments, stdin=mine) as process:
        os.write(screen, b"app\n")
        wait_until(lambda: not termios.tcgetattr(mine)[3] & termios.ECHO, "the secret is asked for")
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=RUN_SECONDS)
    assert process.returncode == 128 + signal.SIGINT and b"not signed in" in stderr
    assert termios.tcgetattr(mine)[3] & termios.ECHO
    os.close(mine)
    os.close(screen)


def test_what_is_named_wins_over_the_config_of_a_login(tap, api, own, config):
    own.write_text('{"start_date": "soon"}')
    assert tap.run(None, code=2).log_lines("ERROR", "start_date")
    tap.run(config(api), "--select", "ads", code=0)
    env = {"TAP_PINTEREST_API_URL": api.url, "TAP_PINTEREST_ACCESS_TOKEN": "access-token-000000"}
    tap.run(None, "--config", "ENV", "--select", "ads", env=env, code=0)


def test_without_home_and_config_it_says_so(tap):
    run = tap.run(None, "login", env={"XDG_CONFIG_HOME": "", "HOME": ""}, rules=False, code=2)
    assert "HOME" in run.log_lines("CRITICAL")[0]
    run = tap.run(None, env={"XDG_CONFIG_HOME": "", "HOME": ""}, code=2)
    assert "tap-pinterest login" in run.log_lines("CRITICAL", "no credentials")[0]


# --- before it begins, and signals --------------------------------------------------------------------------------


def test_a_signal_ends_it(tap, api, settings, file, redirect_uri):
    for number in (signal.SIGINT, signal.SIGTERM):
        with Login(tap, settings, api, redirect_uri) as login:
            login.process.send_signal(number)
            (critical,) = login.end(128 + number).log_lines("CRITICAL")
        assert "not signed in" in critical
    assert not file.exists()


def test_a_signal_ends_the_waiting_for_tokens_too(tap, api, settings, file, redirect_uri):
    api.fault("stall", endpoint=TOKEN, after_bytes=0)
    with Login(tap, {**settings, "request_timeout_seconds": 600}, api, redirect_uri) as login:
        browse(login.press("allow"))
        wait_until(lambda: requests_for_tokens(api)[TOKEN], "the code is exchanged")
        login.process.send_signal(signal.SIGINT)
        login.end(128 + signal.SIGINT)
    assert not file.exists() and not (tap.directory / "tokens.json.new").exists()


def test_what_is_missing_is_said_at_once(tap, api):
    run = tap.run({"api_url": api.url, "client_id": "app"}, "login", rules=False, code=2)
    for name in ("client_secret", "token_file"):
        assert run.log_lines(f"{name}: missing; login needs it")


def test_credentials_that_would_come_first_are_warned_of(tap, api, settings, redirect_uri):
    with Login(tap, {**settings, "access_token": "access-token-000000"}, api, redirect_uri) as login:
        login.process.send_signal(signal.SIGTERM)
        assert login.end(128 + signal.SIGTERM).warnings("access_token", "remove it")


def test_a_place_that_cannot_be_written_is_found_before_anybody_is_asked(tap, settings, file):
    (tap.directory / "plain").write_text("")
    place = str(tap.directory / "plain" / "tokens.json")
    run = tap.run({**settings, "token_file": place}, "login", rules=False, code=1)
    assert not run.stdout and "token_file" in run.log_lines("CRITICAL")[0]
    file.write_text('{"my": "data"}')
    run = tap.run(settings, "login", rules=False, code=1)
    assert not run.stdout and "contains no refresh_token" in run.log_lines("CRITICAL")[0]
    assert file.read_text() == '{"my": "data"}'


@pytest.mark.parametrize(
    "option", [["--redirect-uri", "http://example.com/"], ["--authorization-url", "http://example.com/"]]
)
def test_addresses_over_which_a_code_would_travel_in_clear_are_refused(tap, settings, option):
    run = tap.run(settings, "login", *option, rules=False, code=2)
    assert option[0] in run.log_lines("CRITICAL")[0]


# --- the person's browser -----------------------------------------------------------------------------------------


def fake_xdg_open(tap, script):
    """The environment of a desktop whose browser is a script."""
    folder = tap.directory / "bin"
    folder.mkdir()
    path = folder / "xdg-open"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {"DISPLAY": ":99", "PATH": f"{folder}:{os.environ['PATH']}"}


def test_the_address_is_opened_where_there_is_a_display(tap, api, settings, redirect_uri):
    seen = tap.directory / "seen"
    env = fake_xdg_open(tap, f'env > {seen}.env; echo "$@" > {seen}.new; mv {seen}.new {seen}; exit 1')
    env["TAP_PINTEREST_CLIENT_SECRET"] = "app-secret-000000"
    with Login(tap, settings, api, redirect_uri, env=env) as login:
        wait_until(seen.exists, "a browser is started")
        assert seen.read_text() == login.address + "\n"
        browse(login.press("allow"))
        run = login.end(0)
    assert "app-secret" not in (tap.directory / "seen.env").read_text()
    assert not run.warnings()


# --- a real browser: Chromium, clicked by ChromeDriver ------------------------------------------------------------


@pytest.fixture
def browser(tmp_path):
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in [*CHROMIUM_FLAGS, f"--user-data-dir={tmp_path / 'chromium'}"]:
        options.add_argument(flag)
    with webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver"))) as driver:
        yield driver


def click(browser, address, button):
    """Presses a button of the authorization page; gives the text of the page that this leads to."""
    browser.get(address)
    assert "ads:read, boards:read, pins:read" in browser.find_element(By.TAG_NAME, "body").text
    browser.find_element(By.ID, button).click()
    WebDriverWait(browser, ANSWER_SECONDS).until(lambda _: browser.title == "tap-pinterest")
    return browser.find_element(By.TAG_NAME, "body").text


def test_a_click_on_allow_signs_in(tap, api, settings, file, redirect_uri, browser):
    with Login(tap, settings, api, redirect_uri) as login:
        text = click(browser, login.address, "allow")
        run = login.end(0)
    assert text == (
        "Access allowed. Your terminal says whether the sign-in is complete. You can close this page."
    )
    assert not run.warnings()
    assert json.loads(file.read_text())["refresh_token"]
    assert synced(tap, settings).records["pins"]


def test_a_click_on_deny_does_not(tap, api, settings, file, redirect_uri, browser):
    with Login(tap, settings, api, redirect_uri) as login:
        text = click(browser, login.address, "deny")
        run = login.end(1)
    assert text.startswith("Access denied") and text.endswith("close this page.")
    assert "access_denied" in run.log_lines("CRITICAL")[0]
    assert not file.exists()
