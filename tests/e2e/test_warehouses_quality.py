"""Data quality beside the rows it speaks of, through Meltano into PostgreSQL."""

import json

from compare import EVERY_STATUS
from meltano_project import Project
from sums import Sums
from test_warehouses import MeltanoLabs

SPEND = "SPEND_IN_DOLLAR"
TODAY = "2026-03-10"


def test_in_postgres_the_campaigns_spend_joins_its_account(tmp_path, simulate, postgres):
    api = simulate(accounts=2, campaigns=12, ad_groups=20, ads=30, pins=0, limits="off", account_difference=2.5)
    project = Project(tmp_path, api)
    database = postgres.create_database()
    MeltanoLabs().configure(project, postgres, database)
    project.set(TAP_PINTEREST_ENTITY_STATUSES=json.dumps(EVERY_STATUS))
    project.set(TAP_PINTEREST_ANALYTICS_COLUMNS=json.dumps([SPEND]))
    project.config("_select", ["campaign_analytics.*", "data_quality.*"])
    for _ in range(2):
        project.run("run", "--no-install", "tap-pinterest", "target-postgres")
    query = """
        select ad_account_id, "DATE", account_value, account_value = sum((metrics ->> 'SPEND_IN_DOLLAR')::numeric)
        from pinterest.data_quality join pinterest.campaign_analytics using (ad_account_id, "DATE")
        where metric = 'SPEND_IN_DOLLAR' and is_complete
        group by ad_account_id, "DATE", account_value"""
    found = postgres.sql(database, query)
    expected = Sums(api, "2026-03-01", columns=[SPEND]).lines(["campaign_analytics"])
    days = [
        [account, date, line["account_value"], "t" if line["difference"] == "0" else "f"]
        for (account, _, date, _), line in expected.items()
        if date < TODAY
    ]
    assert sorted(found) == sorted(days)
    assert {date for _, date, _, same in found if same == "f"} == {"2026-03-05"}
