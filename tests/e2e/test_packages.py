"""What is handed out: the wheel, the tarball, and what Meltano installs by itself."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml
from conftest import TAP
from meltano_project import EXAMPLE, ROOT, Project, assert_complete, assert_is_a_valid_project, written

BUILD = Path(TAP).resolve().parent
# Of the C++ world nothing, and of the system only what every one has.
LIBRARIES = {"libcurl", "libcrypto", "libc", "libm", "ld-linux-x86-64", "ld-linux-aarch64"}
EXECUTABLE_BITS = 0o111


def shown(*command, **options):
    """Runs a command; it and what it says are in the log of the test."""
    print("$", *command)
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **options)
    print(done.stdout + done.stderr)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def assert_stands_alone(program):
    needed = shown("readelf", "--dynamic", program)
    libraries = {line.split("[")[1].split(".so")[0] for line in needed.splitlines() if "(NEEDED)" in line}
    assert {"libcurl", "libcrypto"} <= libraries <= LIBRARIES


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """What `pip install .` makes of the source; the compiler has the name that ccache knows its objects by."""
    folder = tmp_path_factory.mktemp("wheel")
    ccache = {"CMAKE_CXX_COMPILER_LAUNCHER": "ccache", "CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "true"}
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    shown(*pip, "wheel", "--quiet", "--wheel-dir", folder, ROOT, env={**ccache, "CXX": "/usr/bin/c++", **os.environ})
    (path,) = folder.iterdir()
    print(f"{path.name}: {path.stat().st_size} bytes")
    return path


def test_the_wheel_carries_the_program_and_its_licences_and_nothing_else(wheel):
    assert "-py3-none-" in wheel.name
    with zipfile.ZipFile(wheel) as content:
        names = {name.split("/", 1)[1]: name for name in content.namelist()}
        program = content.getinfo(names["scripts/tap-pinterest"])
    assert set(names) == {"METADATA", "RECORD", "WHEEL", "licenses/LICENSE", "licenses/src/NOTICES.md",
                          "scripts/tap-pinterest"}  # fmt: skip
    assert program.external_attr >> 16 & EXECUTABLE_BITS
    print(f"the program in it: {program.file_size} bytes")


def test_the_wheel_puts_the_program_on_the_path_of_a_fresh_environment(wheel, tmp_path):
    shown(sys.executable, "-m", "venv", tmp_path)
    shown(tmp_path / "bin" / "pip", "install", "--quiet", "--no-index", wheel)
    program = tmp_path / "bin" / "tap-pinterest"
    assert wheel.name.split("-")[1] in shown(program, "--version")
    assert_stands_alone(program)


def test_meltano_adds_and_installs_the_tap_by_itself(wheel, tmp_path, simulate):
    """`meltano add --from-ref` in a project that has no tap, and a run with what it has installed."""
    api = simulate(accounts=2, campaigns=8, ad_groups=10, ads=12, pins=6)
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
    documents = {f"share/doc/tap-pinterest/{name}" for name in ("LICENSE", "NOTICES.md", "README.md")}
    assert names == {"bin/tap-pinterest", *documents}
    (program,) = (tmp_path / "elsewhere").glob("*/bin/tap-pinterest")
    assert path.name.split("-")[2] in shown(program, "--version")
    assert_stands_alone(program)


def test_an_install_puts_the_same_files_below_the_prefix(tmp_path):
    shown("cmake", "--install", BUILD, "--prefix", tmp_path)
    assert os.access(tmp_path / "bin" / "tap-pinterest", os.X_OK)
    assert {path.name for path in (tmp_path / "share/doc/tap-pinterest").iterdir()} == {
        "LICENSE",
        "NOTICES.md",
        "README.md",
    }


def test_the_notices_name_each_library_that_is_linked_in():
    notices = (ROOT / "src" / "NOTICES.md").read_text()
    for library in ("nlohmann/json", "spdlog", "fmt", "CLI11", "libstdc++", "libgcc"):
        assert library in notices
