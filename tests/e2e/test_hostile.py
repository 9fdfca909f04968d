"""A server that means harm, or is broken: an end, a clear error, and no wrong data."""

import gzip
import http.server
import json
import resource
import threading
from contextlib import contextmanager

import pytest

LIST = "/ad_accounts/{ad_account_id}/"
DEEP = "[" * 100_000 + "]" * 100_000


def page(*items, bookmark=None):
    return json.dumps({"items": list(items), "bookmark": bookmark})


@contextmanager
def serve(answer):
    """A server whose `answer(path)` gives each GET its headers and body; the second value notes the paths."""
    paths = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self):
            paths.append(self.path)
            headers, body = answer(self.path)
            self.send_response(200)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v5", paths
        server.shutdown()


def settings_for(url, **settings):
    return {"api_url": url, "access_token": "access-token-000000", "max_retry_seconds": 5, **settings}


def bomb(megabytes):
    """A page of one entity whose name is so long, in a few kilobytes."""
    return gzip.compress(b'{"items": [{"id": "1", "name": "' + b"x" * (megabytes << 20) + b'"}]}')


def test_a_compressed_answer_is_cut_off_where_it_grows_beyond_the_limit(tap):
    body = bomb(megabytes=400)
    assert len(body) < 1 << 20
    with serve(lambda _: ({"Content-Encoding": "gzip"}, body)) as (url, paths):
        # Not the size of the answer, which would need more than this.
        room = 600 << 20
        run = tap.run(
            settings_for(url), catalog=tap.catalog("ad_accounts"), code=1,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (room, room)),
        )  # fmt: skip
    assert "more than 64 MB" in run.log_lines("CRITICAL")[0]
    assert not run.records["ad_accounts"]
    assert 1 <= len(paths) <= 3


def test_an_answer_just_below_the_limit_is_read(tap):
    body = bomb(megabytes=63)
    with serve(lambda _: ({"Content-Encoding": "gzip"}, body)) as (url, _):
        run = tap.run(settings_for(url), catalog=tap.catalog("ad_accounts"), code=0)
    assert [len(record["name"]) for record in run.records["ad_accounts"]] == [63 << 20]


def test_pages_without_end_and_without_anything_new_are_an_error(tap):
    with serve(lambda _: ({}, page(bookmark=f"page {len(seen)}").encode())) as (url, seen):
        settings = settings_for(url, rate_limits={"ads_read": 600_000})
        run = tap.run(settings, catalog=tap.catalog("ad_accounts"), code=1)
    assert "1000 pages in a row that are empty" in run.log_lines("CRITICAL")[0]
    assert len(seen) == 1000


@pytest.mark.parametrize("account", ["../../oauth", "7/campaigns?x=", "7#", "7\r\nX-Injected: 1", "", "7%2e", "\u0667"])
def test_an_account_id_that_is_none_never_becomes_part_of_an_address(tap, api, config, account):
    good = api.account_ids()[0]
    api.fault("body", endpoint="/ad_accounts", body=page({"id": account}, {"id": good}))
    run = tap.run(config(api), catalog=tap.catalog("campaigns"), code=1)
    targets = {request["target"].split("?")[0] for request in api.requests()}
    assert targets == {"/v5/ad_accounts", f"/v5/ad_accounts/{good}/campaigns"}
    assert run.records["campaigns"] and "is not a number" in run.log_lines("CRITICAL")[0]


def test_no_text_of_an_answer_forges_a_row_of_the_connection_test(tap, api, config):
    """Nor does the terminal obey it: not in a message, and not in the scopes."""
    forged = "no\x1b[2J\x1b]0;title\x07\u009b1A\r\naccess token       ok      all is well"
    grant = {"access_token": "access-token-000000", "scope": f"ads:read {forged}"}
    api.fault("body", endpoint="/oauth/token", body=json.dumps(grant))
    api.fault("status", endpoint="/pins", status=403, body={"code": 29, "message": forged})
    app = {"client_id": "app", "client_secret": "app-secret-000000", "refresh_token": "refresh-token-000000"}
    run = tap.run(config(api, access_token=None, **app), "--test", rules=False, code=1)
    text = run.stdout.decode()
    assert text.count("all is well") == 2
    assert not [c for c in text + run.stderr if (ord(c) < 32 or 127 <= ord(c) < 160) and c != "\n"]
    names = [line[:18].strip() for line in text.splitlines() if not line.startswith("  ")]
    assert names == ["access token", "ad accounts", "scopes", "reports", "pins"]


@pytest.mark.parametrize(
    "body", ["7", "null", "[]", '"items"', "{}", '{"items": 7}', '{"items": {"id": "1"}}', DEEP, '{"items": [' + DEEP + "]}"], ids=lambda body: body[:20]
)
def test_the_connection_test_says_what_it_cannot_read(tap, api, config, body):
    api.fault("body", endpoint="*", body=body)
    run = tap.run(config(api), "--test", rules=False, code=1)
    assert "not a page of items" in run.stdout.decode() and not run.log_lines("should not be")


@pytest.mark.parametrize("item", ["7", "null", "[]", '{"id": 7}', '{"id": "x"}', '{"id": ""}', '{"id": "9' + "9" * 30 + '"}'], ids=lambda item: item[:20])
def test_the_connection_test_passes_over_odd_items(tap, api, config, item):
    api.fault("body", endpoint="/pins", body=f'{{"items": [{item}]}}')
    run = tap.run(config(api), "--test", rules=False, code=0)
    assert "readable" in run.stdout.decode()
