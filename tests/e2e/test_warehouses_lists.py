"""Streams that come if somebody selects them, through Meltano into PostgreSQL."""

import json
import re

import pytest
from harness import BY_DEFAULT, KEYS
from lists import EVERY_SCOPE, read
from meltano_project import Project
from test_warehouses import MeltanoLabs

# Of accounts, with values for its address, with parents, with parents of parents, and of no account.
CHOSEN = ["audiences", "labels", "board_section_pins", "catalogs_item_issues", "targeting_options"]


@pytest.fixture
def api(simulate):
    return simulate(accounts=2, campaigns=4, ad_groups=4, ads=4, pins=30, scopes=EVERY_SCOPE, limits="off")


def test_five_that_somebody_chose(tmp_path, api, postgres):
    project = Project(tmp_path, api)
    database = postgres.create_database()
    MeltanoLabs().configure(project, postgres, database)
    listed, _ = project.run("select", "tap-pinterest", "--list", "--all")
    selected = set(re.findall(r"\[(?:selected|automatic) *\] (\w+)\.", listed))
    assert selected == set(BY_DEFAULT), "a new user gets the eight"

    project.config("_select", [f"{stream}.*" for stream in CHOSEN])
    for _ in range(2):
        project.run("run", "--no-install", "tap-pinterest", "target-postgres")
        for stream in CHOSEN:
            key = ", ".join(f'"{name}"' for name in KEYS[stream])
            found = postgres.sql(database, f"select {key} from pinterest.{stream}")
            truth = {tuple(str({**places, **row}[name]) for name in KEYS[stream]) for places, row in read(api, stream)}
            print(f"{stream:>25} | {len(found)} rows | truth {len(truth)}")
            assert truth and sorted(map(tuple, found)) == sorted(truth), json.dumps(found[:3])
