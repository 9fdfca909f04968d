"""Where the programs are, and one tap, simulator and config a test."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from harness import Simulator, Tap
from postgres import Postgres

BUILD = Path(__file__).parents[2] / "build" / "release"
TAP = Path(os.environ.get("TAP_PINTEREST", BUILD / "tap-pinterest"))
SIMULATOR = Path(os.environ.get("PINTEREST_SIMULATOR", BUILD / "tests" / "simulator" / "pinterest-simulator"))

# A Tuesday in a month of no surprises.
NOW = "2026-03-10T12:00:00Z"


@pytest.fixture
def tap(tmp_path):
    return Tap(TAP, tmp_path)


@pytest.fixture
def simulate():
    """Starts simulators that end with the test: `api = simulate(campaigns=3, now="2026-03-10T12:00:00Z")`."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(Simulator(SIMULATOR, **{"now": NOW, **options}))


@pytest.fixture
def api(simulate):
    """A small Pinterest at noon on 2026-03-10."""
    return simulate(accounts=2, campaigns=12, ad_groups=20, ads=30, pins=20)


@pytest.fixture
def config():
    """A config for a simulator: `config(api, start_date="2026-03-01")`; a value of None leaves the setting out."""

    def make(api, **settings):
        whole = {"api_url": api.url, "access_token": "access-token-000000", **settings}
        return {name: value for name, value in whole.items() if value is not None}

    return make


@pytest.fixture(scope="module")
def postgres():
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def database(postgres):
    """A new and empty one, by its name."""
    return postgres.create_database()
