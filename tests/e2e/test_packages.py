"""What is handed out: the wheel, the tarball, and what Meltano installs by itself."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml
from compare import assert_same_keys, true_entities
from conftest import TAP
from harness import Tap
from lists import EVERY_SCOPE
from meltano_project import EXAMPLE, ROOT, Project, assert_complete, assert_is_a_valid_project, written
from test_tls import certificates, serve  # noqa: F401 (fixtures)

BUILD = Path(TAP).resolve().parent
# Of the C++ world nothing, and of the system only what every one has.
LIBRARIES = {"libcurl", "libcrypto", "libc", "libm", "ld-linux-x86-64", "ld-linux-aarch64"}
EXECUTABLE_BITS = 0o111
# That of Ubuntu 22.04; the wheel is built with Debian 12's, 2.36.
OLDEST_C_LIBRARY = (2, 35)
MOST_WHEEL_BYTES = 6_000_000


def shown(*command, **options):
    """Runs a command; it and what it says are in the log of the test."""
    print("$", *command)
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **options)
    print(done.stdout + done.stderr)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def libraries_of(program):
    needed = shown("readelf", "--dynamic", program)
    return {line.split("[")[1].split(".so")[0] for line in needed.splitlines() if "(NEEDED)" in line}


def assert_stands_alone(program):
    assert {"libcurl", "libcrypto"} <= libraries_of(program) <= LIBRARIES


def build_wheel(source, folder):
    """What `pip install SOURCE` installs; the compiler has the name that ccache knows its objects by."""
    ccache = {"CMAKE_CXX_COMPILER_LAUNCHER": "ccache", "CCACHE_NOHASHDIR": "true", "CXX": "/usr/bin/c++"}
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    environment = {**ccache, **os.environ, "CCACHE_BASEDIR": str(source)}
    shown(*pip, "wheel", "--quiet", "--wheel-dir", folder, source, env=environment)
    (path,) = folder.glob("*.whl")
    print(f"{path.name}: {path.stat().st_size} bytes")
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def portable_wheel():
    """What scripts/build_wheels.sh makes; scripts/test.sh runs it before the tests."""
    (path,) = (ROOT / "dist").glob("*.whl")
    print(f"{path.name}: {path.stat().st_size} bytes")
    return path


@pytest.mark.parametrize("kind", ["wheel", "portable_wheel"])
def test_the_wheel_carries_the_program_and_its_licences_and_nothing_else(kind, request):
    wheel = request.getfixturevalue(kind)
    assert "-py3-none-" in wheel.name
    with zipfile.ZipFile(wheel) as content:
        names = {name.split("/", 1)[1]: name for name in content.namelist() if not name.endswith("/")}
        program = content.getinfo(names["scripts/tap-pinterest"])
    assert set(names) == {"METADATA", "RECORD", "WHEEL", "licenses/LICENSE", "licenses/NOTICE",
                          "licenses/src/NOTICES.md", "scripts/tap-pinterest"}  # fmt: skip
    assert program.external_attr >> 16 & EXECUTABLE_BITS
    print(f"the program in it: {program.file_size} bytes")


def test_the_wheel_puts_the_program_on_the_path_of_a_fresh_environment(wheel, tmp_path):
    shown(sys.executable, "-m", "venv", tmp_path)
    shown(tmp_path / "bin" / "pip", "install", "--quiet", "--no-index", wheel)
    program = tmp_path / "bin" / "tap-pinterest"
    assert wheel.name.split("-")[1] in shown(program, "--version")
    assert_stands_alone(program)


def test_pipx_compiles_a_checkout_once(wheel, tmp_path):
    """It builds it twice, first to learn its name, and each time in a new environment."""

    def objects():
        return {path: path.stat().st_mtime_ns for path in (ROOT / "build" / "wheel").rglob("*.o")}

    before = objects()
    build_wheel(ROOT, tmp_path)
    assert before and objects() == before


def test_the_portable_wheel_needs_nothing_but_the_c_library(portable_wheel, tmp_path):
    major, minor = re.search(r"-py3-none-manylinux_(\d+)_(\d+)_", portable_wheel.name).groups()
    assert (int(major), int(minor)) <= OLDEST_C_LIBRARY
    assert portable_wheel.stat().st_size < MOST_WHEEL_BYTES
    shown(sys.executable, "-m", "venv", tmp_path)
    shown(tmp_path / "bin" / "pip", "install", "--quiet", "--no-index", portable_wheel)
    program = tmp_path / "bin" / "tap-pinterest"
    assert portable_wheel.name.split("-")[1] in shown(program, "--version")
    assert libraries_of(program) <= LIBRARIES - {"libcurl", "libcrypto"}


def test_the_portable_wheel_syncs_over_https(portable_wheel, serve, config, certificates, tmp_path):
    with zipfile.ZipFile(portable_wheel) as content:
        (name,) = (name for name in content.namelist() if name.endswith("scripts/tap-pinterest"))
        program = Path(content.extract(name, tmp_path))
    program.chmod(0o755)
    tap, api = Tap(program, tmp_path), serve("good")
    tap.run(config(api), env={"CURL_CA_BUNDLE": "", "SSL_CERT_FILE": ""}, code=1)
    run = tap.run(config(api), env={"CURL_CA_BUNDLE": "", "SSL_CERT_FILE": str(certificates["authority"])}, code=0)
    assert_same_keys(run.keys("ads"), [ad["id"] for ad in true_entities(api, "ads")])


def test_the_source_distribution_builds_alone(tmp_path):
    """Without git, and without what is for developers."""
    shown(sys.executable, "-m", "build", "--sdist", "--outdir", tmp_path, ROOT)
    (path,) = tmp_path.glob("*.tar.gz")
    print(f"{path.name}: {path.stat().st_size} bytes")
    shutil.unpack_archive(path, tmp_path)
    source = tmp_path / path.name.removesuffix(".tar.gz")
    top = {entry.name for entry in source.iterdir()}
    assert {"CMakeLists.txt", "LICENSE", "NOTICE", "PKG-INFO", "README.md", "include", "pyproject.toml", "schemas",
            "src"} <= top  # fmt: skip
    assert not top & {".ci", ".git", ".github", "build", "dist", "tests"}
    wheel = build_wheel(source, tmp_path / "wheel")
    with zipfile.ZipFile(wheel) as content:
        assert any(name.endswith("scripts/tap-pinterest") for name in content.namelist())


def test_meltano_adds_and_installs_the_tap_by_itself(wheel, tmp_path, simulate):
    """`meltano add --from-ref` in a project that has no tap, and a run with what it has installed."""
    # Meltano drops the definition's `select` on this way: it reads every stream.
    api = simulate(accounts=2, campaigns=8, ad_groups=10, ads=12, pins=6, scopes=EVERY_SCOPE, limits="off")
    project = Project(tmp_path, api, tap=None)
    definition = yaml.safe_load((tmp_path / "meltano.yml").read_text())
    definition["plugins"]["extractors"] = []
    definition["jobs"] = definition["schedules"] = []
    (tmp_path / "meltano.yml").write_text(yaml.safe_dump(definition))
    project.set(PINTEREST_TAP_SOURCE=wheel)
    project.run("add", "--from-ref", str(EXAMPLE / "tap-pinterest.yml"), "tap-pinterest")
    assert os.access(tmp_path / ".meltano/extractors/tap-pinterest/venv/bin/tap-pinterest", os.X_OK)
    assert_is_a_valid_project(tmp_path)
    project.run("run", "--no-install", "tap-pinterest", "target-jsonl")
    assert_complete(api, written(project), "2026-03-01")


def test_the_tarball_has_the_program_and_the_licences_and_runs_anywhere(tmp_path):
    shown("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", tmp_path)
    (path,) = tmp_path.glob("*.tar.gz")
    print(f"{path.name}: {path.stat().st_size} bytes")
    shutil.unpack_archive(path, tmp_path / "elsewhere")
    with tarfile.open(path) as content:
        names = {name.split("/", 1)[1] for name in content.getnames() if content.getmember(name).isfile()}
    documents = {f"share/doc/tap-pinterest/{name}" for name in ("LICENSE", "NOTICE", "NOTICES.md", "README.md")}
    assert names == {"bin/tap-pinterest", *documents}
    (program,) = (tmp_path / "elsewhere").glob("*/bin/tap-pinterest")
    assert path.name.split("-")[2] in shown(program, "--version")
    assert_stands_alone(program)


def test_an_install_puts_the_same_files_below_the_prefix(tmp_path):
    shown("cmake", "--install", BUILD, "--prefix", tmp_path)
    assert os.access(tmp_path / "bin" / "tap-pinterest", os.X_OK)
    assert {path.name for path in (tmp_path / "share/doc/tap-pinterest").iterdir()} == {
        "LICENSE",
        "NOTICE",
        "NOTICES.md",
        "README.md",
    }


def test_the_notices_name_each_library_that_is_linked_in():
    notices = (ROOT / "src" / "NOTICES.md").read_text()
    for library in ("nlohmann/json", "spdlog", "fmt", "CLI11", "libstdc++", "libgcc"):
        assert library in notices
