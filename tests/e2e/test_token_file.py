"""The file that keeps a rotated refresh token: between runs, between runs at once, and when it cannot be written."""

import datetime
import fcntl
import hashlib
import http.server
import json
import os
import re
import signal
import stat

import pytest
from compare import assert_same_rows, true_rows
from harness import ANSWER_SECONDS, LocalServer
from running import Running, limit_file_size, wait_until
from test_tokens import APP, START, TOKEN, UNLIMITED, Proxy, new_token, proxy, read_past_renewal, requests_for_tokens, valid

CONFIGURED = "refresh-token-000000"
DESCENT = hashlib.sha256(CONFIGURED.encode()).hexdigest()


def now():
    """The real time, for what a tap decides by its own clock: before an answer of the API has told the time."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_days(days):
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(path):
    return json.loads(path.read_text())


def stored(**members):
    """What a run has left, as a file's content."""
    return {
        "refresh_token": CONFIGURED,
        "refresh_token_expires_at": in_days(60),
        "access_token": "",
        "access_token_expires_at": None,
        "descends_from": DESCENT,
        **members,
    }


@pytest.fixture
def file(tap):
    return tap.directory / "tokens.json"


@pytest.fixture
def with_file(config, file):
    def make(api, **settings):
        return config(api, **{"access_token": None, "token_file": str(file), "start_date": START, **APP, **settings})

    return make


# --- from run to run ----------------------------------------------------------------------------------------------


def test_the_next_run_uses_the_rotated_token(tap, simulate, with_file, file):
    api = simulate(accounts=1, rotate="kill", now=now())
    for number in (1, 2, 3):
        run = tap.run(with_file(api), catalog=tap.catalog("ads"), code=0)
        assert requests_for_tokens(api)[TOKEN] == number
        content = read(file)
        assert content["refresh_token"] == f"refresh-token-00000{number}"
        assert valid(api, "refresh_tokens") == [content["refresh_token"]]
        assert content["descends_from"] == DESCENT
        assert not run.warnings("token")
        api.expire_tokens()


def test_the_next_run_uses_an_access_token_that_is_still_good(tap, simulate, with_file):
    api = simulate(accounts=1, rotate="kill", now=now())
    for _ in range(3):
        tap.run(with_file(api), catalog=tap.catalog("ads"), code=0)
    assert requests_for_tokens(api)[TOKEN] == 1


@pytest.mark.parametrize("umask", [0o000, 0o777], ids=oct)
def test_the_file_is_for_its_owner_alone(tap, api, with_file, file, umask):
    file.write_text(json.dumps(stored()))
    file.chmod(0o644)
    tap.run(with_file(api), catalog=tap.catalog("ads"), umask=umask, code=0)
    assert read(file)["refresh_token"] == "refresh-token-000001"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((file.parent / "tokens.json.lock").stat().st_mode) & 0o077 == 0
    assert not (file.parent / "tokens.json.new").exists()


def test_the_proxys_tokens_rotate_into_the_file(tap, api, config, file):
    with Proxy() as there:
        settings = config(api, access_token=None, token_file=str(file), **proxy(there.url))
        for _ in range(3):
            tap.run(settings, catalog=tap.catalog("ads"), code=0)
            file.write_text(json.dumps({**read(file), "access_token_expires_at": in_days(-1)}))
    assert there.tokens_sent() == [CONFIGURED, "refresh-token-100001", "refresh-token-100002"]
    assert read(file)["refresh_token"] == "refresh-token-100003"
    assert read(file)["descends_from"] == DESCENT


@pytest.mark.parametrize("arguments", [[], ["--test"]], ids=["sync", "test"])
def test_a_login_that_was_forgotten_is_said(tap, api, with_file, file, arguments):
    """The app's owner, whom client_credentials would read, may be somebody else."""
    run = tap.run(with_file(api, refresh_token=None), *arguments, code=2)
    (line,) = run.log_lines("CRITICAL")
    assert "token_file" in line and str(file) in line and "run 'tap-pinterest login'" in line
    assert api.counters()["requests"] == {} and not run.stdout
    assert not file.exists()


def test_a_login_that_is_missing_when_it_is_needed_is_said(tap, api, with_file):
    settings = with_file(api, refresh_token=None, access_token="access-token-999999")
    run = tap.run(settings, catalog=tap.catalog("ads"), code=1)
    assert run.warnings("access_token was refused", "401 Authentication failed. (code 2)")
    assert "run 'tap-pinterest login'" in run.log_lines("CRITICAL")[0]
    assert requests_for_tokens(api)[TOKEN] == 0


# name: (what the file holds, the settings besides, the refresh token that is sent; None: none, the file's access token)
WHICH = {
    "it fits": (stored(refresh_token="refresh-token-000000"), {}, CONFIGURED),
    "it descends from another": (
        stored(refresh_token="refresh-token-999999", descends_from="0" * 64),
        {},
        CONFIGURED,
    ),
    "it descends from none": (stored(refresh_token="refresh-token-999999", descends_from=""), {}, CONFIGURED),
    "none is configured": (stored(descends_from="0" * 64), {"refresh_token": None}, CONFIGURED),
    "none is configured, the file says little": ({"refresh_token": CONFIGURED}, {"refresh_token": None}, CONFIGURED),
    "its access token is good": (
        stored(access_token="access-token-000000", access_token_expires_at=in_days(1)),
        {},
        None,
    ),
    "its access token has ended": (
        stored(access_token="access-token-000000", access_token_expires_at=in_days(-1)),
        {},
        CONFIGURED,
    ),
    "its access token is refused": (
        stored(access_token="access-token-999999", access_token_expires_at=in_days(1)),
        {},
        CONFIGURED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WHICH)
def test_which_token_is_used(tap, api, with_file, file, name):
    content, settings, sent = WHICH[name]
    file.write_text(json.dumps(content))
    run = tap.run(with_file(api, **settings), catalog=tap.catalog("ads"), code=0)
    assert requests_for_tokens(api)[TOKEN] == (sent is not None)
    if sent:
        configured = {**APP, **settings}["refresh_token"]
        assert read(file)["refresh_token"] == "refresh-token-000001"
        assert read(file)["descends_from"] == (DESCENT if configured else "")
    else:
        assert read(file) == content
    assert not run.warnings()


def test_a_stored_token_that_is_refused_asks_for_a_new_one(tap, api, with_file, file):
    file.write_text(json.dumps(stored(refresh_token="refresh-token-999999")))
    run = tap.run(with_file(api), code=1)
    (line,) = run.log_lines("CRITICAL")
    assert "sign in to Pinterest again" in line


# --- two runs at once ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rotate", ["keep", "kill"])
def test_two_runs_at_once_share_one_token(tap, simulate, with_file, file, rotate):
    api = simulate(accounts=1, campaigns=0, ads=0, pins=250, beta=False, limits="off", rotate=rotate, now=now())
    start = in_days(-30)[:10]
    settings = with_file(api, start_date=start, rate_limits=UNLIMITED, max_concurrency=4)
    truth = true_rows(api, "pin_analytics", start)
    catalog = tap.catalog("pin_analytics")
    with Running(tap, settings, catalog=catalog) as one, Running(tap, settings, catalog=catalog) as other:
        for renewals in (1, 2, 3):
            read_past_renewal(api, renewals, one, other)
            api.expire_tokens()
        runs = [one.end(code=0), other.end(code=0)]
    assert requests_for_tokens(api)[TOKEN] == 4
    assert read(file)["refresh_token"] == "refresh-token-000004"
    assert "refresh-token-000004" in valid(api, "refresh_tokens")
    for run in runs:
        assert_same_rows("pin_analytics", run.records["pin_analytics"], truth)


def test_a_token_that_lives_for_less_than_five_minutes_is_shared(tap, simulate, with_file):
    api = simulate(accounts=1, rotate="kill", now=now(), token_lifetime=240)
    for _ in range(3):
        tap.run(with_file(api), catalog=tap.catalog("ads"), code=0)
    assert requests_for_tokens(api)[TOKEN] == 1


@pytest.mark.parametrize("lifetime", [2_592_000, 240])
def test_a_token_that_another_runs_refresh_has_ended_is_replaced_by_that_runs(
    tap, simulate, with_file, file, lifetime
):
    api = simulate(
        accounts=1, campaigns=0, ads=0, pins=60, beta=False, limits="off", rotate="kill", now=now(),
        token_lifetime=lifetime,
    )  # fmt: skip
    settings = with_file(api, rate_limits=UNLIMITED, max_concurrency=4)
    with Running(tap, settings, catalog=tap.catalog("pin_analytics")) as running:
        running.read_to("RECORD")
        with open(f"{file}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            content = read(file)
            api.expire_tokens()
            answer = new_token(api, content["refresh_token"])
            end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=lifetime)
            content.update(
                refresh_token=answer["refresh_token"],
                access_token=answer["access_token"],
                access_token_expires_at=end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            )
            file.write_text(json.dumps(content))
        running.end(code=0)
    assert api.counters()["statuses"]["401"] >= 1
    assert requests_for_tokens(api) == {TOKEN: 1, "/proxy/refresh": 1}
    assert read(file) == content


def test_a_run_waits_for_who_holds_the_lock_and_uses_its_token(tap, api, with_file, file):
    with open(f"{file}.lock", "w") as lock, Running(tap, with_file(api), catalog=tap.catalog("ads")) as running:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wait_for_lock(running, file)
        assert api.counters()["requests"] == {}
        content = stored(access_token="access-token-000000", access_token_expires_at=in_days(1))
        file.write_text(json.dumps(content))
        fcntl.flock(lock, fcntl.LOCK_UN)
        run = running.end(code=0)
    assert requests_for_tokens(api)[TOKEN] == 0
    assert run.log_lines("INFO", "waiting for another run", f"{file}.lock")


def test_who_waits_for_the_lock_can_be_stopped(tap, api, with_file, file):
    with open(f"{file}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with Running(tap, with_file(api), catalog=tap.catalog("ads")) as running:
            wait_for_lock(running, file)
            running.send(signal.SIGTERM)
            run = running.end(code=143)
    assert run.states == [{"bookmarks": {}}]
    assert api.counters()["requests"] == {}


def wait_for_lock(running, file):
    """Until the tap has opened the lock, which it does to wait for it."""
    folder = f"/proc/{running.process.pid}/fd"
    wait_until(
        lambda: any(os.path.realpath(f"{folder}/{name}") == f"{file}.lock" for name in os.listdir(folder)),
        "the tap opens the lock",
    )


# --- a file that cannot be used -----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["tokens.json", "tokens.json.lock"])
@pytest.mark.parametrize("dangling", [False, True], ids=["to a file", "to nothing"])
def test_a_symbolic_link_is_not_followed(tap, api, with_file, file, place, dangling):
    target = tap.directory / "target.json"
    if not dangling:
        target.write_text(json.dumps(stored()))
    (tap.directory / place).symlink_to(target)
    run = tap.run(with_file(api), code=1)
    (line,) = run.log_lines("CRITICAL")
    assert "token_file" in line and place in line and "symbolic link" in line
    assert requests_for_tokens(api)[TOKEN] == 0
    assert target.exists() != dangling
    assert dangling or read(target) == stored(refresh_token_expires_at=read(target)["refresh_token_expires_at"])


def test_a_link_in_the_place_of_the_new_file_is_not_followed_either(tap, api, with_file, file):
    target = tap.write("target.json", "mine")
    (tap.directory / "tokens.json.new").symlink_to(target)
    tap.run(with_file(api), catalog=tap.catalog("ads"), code=0)
    assert target.read_text() == "mine"
    assert not file.is_symlink() and read(file)["refresh_token"] == "refresh-token-000001"


UNUSABLE = {
    "a folder that is a file": ({"plain": "x"}, "plain/tokens.json"),
    "not JSON": ({"tokens.json": "{"}, "tokens.json"),
    "JSON without a token": ({"tokens.json": '{"access_token": "access-token-000000"}'}, "tokens.json"),
    "far too large": ({"tokens.json": "x" * 1_000_000}, "tokens.json"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_token_that_could_not_be_kept_is_not_asked_for(tap, api, with_file, name):
    """The refresh would use up the token that the configuration holds."""
    files, place = UNUSABLE[name]
    for path, content in files.items():
        tap.write(path, content)
    run = tap.run(with_file(api, token_file=str(tap.directory / place)), code=1)
    (line,) = run.log_lines("CRITICAL")
    assert "token_file" in line and place in line
    assert api.counters()["requests"] == {}
    assert run.states == [{"bookmarks": {}}]


def test_a_folder_that_is_missing_is_made_for_its_owner_alone(tap, api, with_file):
    place = tap.directory / "not" / "yet" / "tokens.json"
    run = tap.run(with_file(api, token_file=str(place)), catalog=tap.catalog("ads"), code=0)
    assert run.log_lines("INFO", "created the folder", str(place.parent))
    assert read(place)["refresh_token"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (place, place.parent, place.parent.parent)] == [
        0o600,
        0o700,
        0o700,
    ]


def test_paths_may_begin_with_the_home_folder(tap, api, with_file):
    (tap.directory / "home").mkdir()
    settings = tap.write("home/config.json", with_file(api, token_file="~/tokens.json"))
    env = {"HOME": str(tap.directory / "home")}
    for argument in ("--config=~/config.json", f"--config={settings}"):
        tap.run(None, argument, "--select", "ads", "--write-state=~/state.json", env=env, code=0)
    assert read(tap.directory / "home" / "tokens.json")["refresh_token"]
    assert (tap.directory / "home" / "state.json").exists()


@pytest.mark.parametrize("space", [0, 1_000, 16_000])
def test_on_a_full_disk_no_token_is_asked_for(tap, api, with_file, file, space):
    """The room that the new token needs is made before."""
    before = json.dumps(stored())
    file.write_text(before)
    run = tap.run(with_file(api), code=1, preexec_fn=lambda: limit_file_size(space))
    (line,) = run.log_lines("CRITICAL", "token_file", "File too large")
    assert api.counters()["requests"] == {}
    assert file.read_text() == before
    assert list(file.parent.glob("*.new")) == []


def test_a_token_that_cannot_be_written_serves_the_run_in_memory(tap, api, config, file):
    """A folder gets in the way once the token has been asked for."""
    with Proxy(lambda count: file.mkdir() or {}) as there:
        settings = config(api, start_date=START, access_token=None, token_file=str(file), **proxy(there.url))
        run = tap.run(settings, code=1)
    assert len(there.requests) == 1
    assert_same_rows("ad_analytics", run.records["ad_analytics"], true_rows(api, "ad_analytics", START))
    (line,) = run.log_lines("CRITICAL")
    assert "refresh token could not be stored" in line and str(file) in line and "sign in again" in line
    assert "ad_analytics" in run.state["bookmarks"]
    assert list(file.parent.glob("tokens.json*")) == [file, file.parent / "tokens.json.lock"]


def test_the_connection_test_fails_if_the_new_token_cannot_be_kept(tap, api, config, file):
    with Proxy(lambda count: file.mkdir() or {}) as there:
        settings = config(api, access_token=None, token_file=str(file), **proxy(there.url))
        run = tap.run(settings, "--test", rules=False, code=1)
    assert re.search(rf"^token file +FAILED .*{re.escape(str(file))}.*sign in again", run.stdout.decode(), re.MULTILINE)
    assert run.log_lines("ERROR", "token_file")


def test_a_signal_to_the_connection_test_loses_no_token(tap, api, config, file):
    """It comes while the token is on its way."""
    started = []

    def grant(count):
        wait_until(lambda: started, "the tap is started")
        started[0].send_signal(signal.SIGTERM)
        return {}

    with Proxy(grant) as there:
        settings = config(api, access_token=None, token_file=str(file), **proxy(there.url))
        with tap.start(settings, "--test") as process:
            started.append(process)
            stderr = process.communicate(timeout=ANSWER_SECONDS)[1].decode()
    assert process.returncode == 128 + signal.SIGTERM
    assert stderr.splitlines()[-1].endswith("CRITICAL stopped by SIGTERM")
    assert read(file)["refresh_token"] == "refresh-token-100001"


def test_the_connection_test_keeps_a_token_that_it_can_write_at_last(tap, api, config, file):
    """The folder in the way has gone by the end."""

    class Gone(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            file.rmdir() if file.is_dir() else None
            self.send_response(503)
            self.end_headers()

    with Proxy(lambda count: file.mkdir() or {}) as there, LocalServer(Gone) as other:
        settings = config(api, api_url=other.url, access_token=None, token_file=str(file), **proxy(there.url))
        run = tap.run(settings, "--test", rules=False, code=1)
    assert "token file" not in run.stdout.decode()
    assert read(file)["refresh_token"] == "refresh-token-100001"


def test_a_token_that_could_not_be_written_is_written_later(tap, api, config, file):
    with Proxy(lambda count: file.mkdir() or {}) as there:
        settings = config(api, start_date=START, access_token=None, token_file=str(file), **proxy(there.url))
        with Running(tap, settings) as running:
            running.read_to("RECORD")
            file.rmdir()
            run = running.end(code=0)
    assert run.log_lines("ERROR", "token_file", "trying again")
    assert read(file)["refresh_token"] == "refresh-token-100001"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


# --- the end of a refresh token -----------------------------------------------------------------------------------

# name: (days to the end of the file's token, whether its access token is good, what a refresh answers, whether to warn)
ENDS = {
    "it is far": (15, True, {}, False),
    "it is near": (13, True, {}, True),
    "it is past": (-1, True, {}, True),
    "it is near, but the refresh gives a new one": (13, False, {}, False),
    "it is near, and the refresh gives no new one": (
        13, False, {"refresh_token": CONFIGURED, "refresh_token_expires_in": 13 * 86_400}, True,
    ),
    "it is near, and the refresh says nothing of it": (
        13, False, {"refresh_token": None, "refresh_token_expires_in": None}, True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_the_end_of_the_refresh_token_is_warned_of(tap, simulate, config, file, name):
    days, is_good, answer, is_warned = ENDS[name]
    api = simulate(accounts=1, now=now())
    end = in_days(days)
    ended_access = {"access_token": "access-token-000000", "access_token_expires_at": in_days(1 if is_good else -1)}
    file.write_text(json.dumps(stored(refresh_token_expires_at=end, **ended_access)))
    with Proxy(lambda count: answer) as there:
        settings = config(api, access_token=None, token_file=str(file), **proxy(there.url))
        run = tap.run(settings, catalog=tap.catalog("ads"), code=0)
    assert len(there.requests) == (not is_good)
    lines = run.warnings("refresh token expires on", end[:10], "sign in")
    assert len(lines) == is_warned
