"""Whom the tap trusts: certificates, certificate authorities, redirects."""

import http.server
import socket
import ssl
import subprocess

import pytest
from compare import assert_same_keys, true_entities
from harness import LocalServer
from test_tokens import APP, TOKEN, proxy

LIST = "/ad_accounts/{ad_account_id}/"
SUBJECTS = {
    "good": ("IP:127.0.0.1", "30"),
    "another host": ("DNS:api.pinterest.com,IP:127.0.0.2", "30"),
    "expired": ("IP:127.0.0.1", "-1"),
}


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority, and certificates of it by name: (certificate, key)."""
    folder = tmp_path_factory.mktemp("certificates")
    authority, authority_key = folder / "authority.pem", folder / "authority.key"
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *new_key, "-keyout", authority_key, "-out", authority, "-subj", "/CN=An authority",
            "-days", "30")  # fmt: skip
    trusted = folder / "trusted"
    trusted.mkdir()
    (trusted / "authority.pem").write_bytes(authority.read_bytes())
    openssl("rehash", trusted)
    made = {"authority": authority, "folder": trusted}
    for name, (names, days) in SUBJECTS.items():
        certificate, key, request = folder / f"{name}.pem", folder / f"{name}.key", folder / f"{name}.csr"
        extensions = folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\n")
        openssl("req", "-new", *new_key, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key, "-CAcreateserial", "-out",
                certificate, "-days", days, "-extfile", extensions)  # fmt: skip
        made[name] = (certificate, key)
    return made


@pytest.fixture
def serve(simulate, certificates):
    """A simulator with one of the certificates; the test itself asks it without looking at that."""

    def start(name):
        certificate, key = certificates[name]
        api = simulate(accounts=1, tls_cert=certificate, tls_key=key)
        api.tls = ssl.create_default_context()
        api.tls.check_hostname = False
        api.tls.verify_mode = ssl.CERT_NONE
        return api

    return start


def test_an_authority_of_the_config_is_trusted(tap, serve, config, certificates):
    api = serve("good")
    run = tap.run(config(api, ca_file=str(certificates["authority"])), catalog=tap.catalog("ads"), code=0)
    assert_same_keys(run.keys("ads"), [ad["id"] for ad in true_entities(api, "ads")])


def test_the_token_request_trusts_the_same(tap, serve, config, certificates):
    api = serve("good")
    for credentials in (APP, proxy(api.origin + "/proxy/refresh")):
        settings = config(api, access_token=None, ca_file=str(certificates["authority"]), **credentials)
        tap.run(settings, catalog=tap.catalog("ads"), code=0)
    assert api.counters()["requests"][TOKEN] == api.counters()["requests"]["/proxy/refresh"] == 1


# As curl has it: the first of these that is set names all the authorities that are trusted.
TRUST = ["CURL_CA_BUNDLE", "SSL_CERT_FILE"]
ABSENT = dict.fromkeys(TRUST, "")


@pytest.mark.parametrize("variable", TRUST)
def test_an_authority_of_the_environment_is_trusted(tap, serve, config, certificates, variable):
    api = serve("good")
    environment = {**ABSENT, variable: str(certificates["authority"])}
    run = tap.run(config(api), catalog=tap.catalog("ads"), env=environment, code=0)
    assert_same_keys(run.keys("ads"), [ad["id"] for ad in true_entities(api, "ads")])


@pytest.mark.parametrize("variable", TRUST)
def test_authorities_of_the_environment_and_of_the_config_are_trusted_beside_each_other(
    tap, serve, config, certificates, tmp_path, variable
):
    api, another = serve("good"), tmp_path / "another.pem"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null",
            "-out", another, "-subj", "/CN=Another authority", "-days", "30")  # fmt: skip
    known = str(certificates["authority"])
    for named, added in ((known, another), (another, known)):
        settings = config(api, ca_file=str(added))
        tap.run(settings, catalog=tap.catalog("ads"), env={**ABSENT, variable: str(named)}, code=0)


@pytest.mark.parametrize("variable", TRUST)
def test_a_file_of_the_environment_that_is_missing_is_named(tap, serve, config, variable):
    api = serve("good")
    run = tap.run(config(api), env={**ABSENT, variable: "/missing/ca.pem"}, code=1)
    assert any("/missing/ca.pem" in line for line in run.log_lines("CRITICAL"))


# Whatever else turns verification off, or trusts more, in curl, OpenSSL, Python, Node and Go.
LURES = {
    "SSL_NO_VERIFY": "1",
    "CURL_SSL_NO_VERIFY": "1",
    "CURL_INSECURE": "1",
    "GIT_SSL_NO_VERIFY": "true",
    "PYTHONHTTPSVERIFY": "0",
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    "TAP_PINTEREST_VERIFY": "false",
    "TAP_PINTEREST_SSL_VERIFY": "false",
}
TRUST_OF_OTHERS = ["REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"]
TRUST_FOLDERS = ["SSL_CERT_DIR", "CURL_CA_PATH"]

# name: (the certificate, whether ca_file names its authority, what the error must say)
REFUSED = {
    "an unknown authority": ("good", False, "certificate"),
    "another host": ("another host", True, "127.0.0.1"),
    "an expired certificate": ("expired", True, "expired"),
}


@pytest.mark.parametrize("credentials", ["access token", "app"])
@pytest.mark.parametrize("name", REFUSED)
def test_no_other_certificate_is_trusted_whatever_the_environment_says(
    tap, serve, config, certificates, name, credentials
):
    subject, is_known, text = REFUSED[name]
    api = serve(subject)
    authority = str(certificates["authority"])
    settings = config(api, ca_file=authority if is_known else None)
    if credentials == "app":
        settings = {**settings, **APP}
        del settings["access_token"]
    api.reset_counters()
    folders = dict.fromkeys(TRUST_FOLDERS, str(certificates["folder"]))
    run = tap.run(settings, env={**LURES, **dict.fromkeys(TRUST_OF_OTHERS, authority), **folders}, code=1)
    (line,) = run.log_lines("CRITICAL")
    assert text in line.lower() and "check api_url and ca_file" in line
    assert api.counters()["requests"] == {}
    assert run.states == [{"bookmarks": {}}]
    # One try for each request that needs nothing before it, and the test's own to ask this.
    assert api.counters()["connections"] <= 2 + 2


def test_the_connection_test_refuses_it_too(tap, serve, config):
    api = serve("good")
    run = tap.run(config(api), "--test", rules=False, code=1)
    assert "certificate" in run.stdout.decode()
    assert api.counters()["requests"] == {}


def test_no_variable_has_the_keys_of_a_connection_written_to_a_file(tap, serve, config, certificates, tmp_path):
    """With them whoever has recorded the connection can read the tokens that went over it."""
    api, keys = serve("good"), tmp_path / "keys"
    settings = config(api, ca_file=str(certificates["authority"]))
    tap.run(settings, catalog=tap.catalog("ads"), env={"SSLKEYLOGFILE": str(keys)}, code=0)
    assert not keys.exists()


def test_no_file_in_the_home_folder_changes_what_is_sent(tap, simulate, config, tmp_path):
    """A password of ~/.netrc would take the place of the token, and ~/.curlrc could send it elsewhere."""
    api = simulate(accounts=1, limits="off")
    with Elsewhere() as elsewhere:
        for name in (".netrc", "_netrc"):
            (tmp_path / name).write_text("machine 127.0.0.1 login someone password netrc-password\ndefault login a\n")
        (tmp_path / ".curlrc").write_text(f"insecure\nproxy = {elsewhere.url}\n")
        home = {"HOME": str(tmp_path), "CURL_HOME": str(tmp_path), "NETRC": str(tmp_path / ".netrc")}
        run = tap.run(config(api, **{"access_token": None, **APP}), env=home, code=0)
    assert run.records["ads"] and elsewhere.requests == []


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"])
def test_nothing_goes_to_a_proxy_in_clear(tap, simulate, config, variable):
    api = simulate(accounts=1, limits="off")
    with Elsewhere() as elsewhere:
        tap.run(config(api), env={variable: elsewhere.url, "no_proxy": "", "NO_PROXY": ""}, code=0)
    assert elsewhere.requests == []


# --- redirects ----------------------------------------------------------------------------------------------------


class Elsewhere(LocalServer):
    """Another host, which notes whatever it is sent."""

    def __init__(self):
        self.requests = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_one_request(self):
                self.raw_requestline = self.rfile.readline()
                outer.requests.append(self.raw_requestline)
                self.close_connection = True

        super().__init__(Handler)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("endpoint", ["/ad_accounts", LIST + "ads/analytics", TOKEN])
def test_no_redirect_is_followed(tap, api, config, endpoint, status):
    with Elsewhere() as elsewhere:
        api.fault("status", endpoint=endpoint, status=status, headers={"Location": elsewhere.url + "/v5/ad_accounts"})
        run = tap.run(config(api, **{"access_token": None, **APP}), catalog=tap.catalog("ad_analytics"), code=1)
    assert elsewhere.requests == []
    assert str(status) in run.log_lines("CRITICAL")[0]
    assert api.counters()["faults"] <= 2  # once for an account, not again and again


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_that_fails_is_named_without_its_credentials(tap, config, variable):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody listens
        place = f"127.0.0.1:{closed.getsockname()[1]}"
        env = {variable: f"http://user:proxy-auth-000000@{place}", "no_proxy": ""}
        settings = {"api_url": "https://pinterest.invalid/v5", "access_token": "access-token-000000"}
        run = tap.run({**settings, "max_retry_seconds": 1}, env=env, code=1)
    assert f"the proxy {place} (of HTTPS_PROXY or ALL_PROXY) failed" in run.log_lines("CRITICAL")[0]
    assert "user" not in run.stderr
