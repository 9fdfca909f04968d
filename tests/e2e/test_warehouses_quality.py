"""Data quality beside the rows it speaks of, through Meltano into PostgreSQL."""

from compare import EVERY_STATUS
from meltano_project import Project
from sums import Sums
from test_warehouses import MeltanoLabs, postgres  # noqa: F401

SPEND = "SPEND_IN_DOLLAR"
TODAY = "2026-03-10"


def test_in_postgres_the_campaigns_spend_joins_its_account(tmp_path, simulate, postgres):  # noqa: F811
    api = simulate(accounts=2, campaigns=12, ad_groups=20, ads=30, pins=0, limits="off", account_difference=2.5)
    project = Project(tmp_path, api)
    database = postgres.create_database()
    MeltanoLabs().configure(project, postgres, database)
    project.set(TAP_PINTEREST_ENTITY_STATUSES=",".join(EVERY_STATUS), TAP_PINTEREST_ANALYTICS_COLUMNS=SPEND)
    project.config("_select", ["campaign_analytics.*", "data_quality.*"])
    for _ in range(2):
        project.run("run", "--no-install", "tap-pinterest", "target-postgres")
    query = """
        select q.ad_account_id, q."DATE"::text, q.account_value - q.difference = q.stream_value,
               q.stream_value = sum((c.metrics ->> 'SPEND_IN_DOLLAR')::numeric), q.difference <> 0
        from pinterest.data_quality q
        join pinterest.campaign_analytics c on c.ad_account_id = q.ad_account_id and c."DATE"::text = q."DATE"
        where q.metric = 'SPEND_IN_DOLLAR' and q.stream = 'campaign_analytics' and q.is_complete
        group by q.ad_account_id, q."DATE", q.account_value, q.stream_value, q.difference"""
    found = postgres.sql(database, query)
    expected = Sums(api, "2026-03-01", columns=[SPEND]).lines(["campaign_analytics"])
    days = sorted(
        [account, date, "t", "t", "t" if line["difference"] != "0" else "f"]
        for (account, _, date, _), line in expected.items()
        if date < TODAY and line["rows"] != "0"
    )
    assert sorted(found) == days
    assert {row[1] for row in found if row[4] == "t"} == {"2026-03-05"}
