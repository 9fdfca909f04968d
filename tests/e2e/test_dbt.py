"""examples/dbt under the real dbt: the commands of its README, its models beside the simulator's ledger, and that each
of its tests can fail."""

import datetime
import json
import re
from collections import defaultdict
from decimal import Decimal

import pytest
from compare import true_entities, true_rows
from meltano_project import PARTNERS
from shell import ROOT, Shell, query

EXAMPLE = ROOT / "examples" / "dbt"
COLUMNS = json.loads((EXAMPLE / "tap-pinterest.json").read_text())["analytics_columns"]
(COMMANDS,) = re.findall(r"```sh\n(export .*?)```", (EXAMPLE / "README.md").read_text(), re.DOTALL)
FILL = COMMANDS[: COMMANDS.index("cd ")]
DBT = "cd examples/dbt && dbt"
START = "2026-02-20"
MICRO = Decimal("0.000001")

# The columns that fivetran/pinterest 1.3 reads, by the type that it fills them with if they are missing.
COUNTS = "impression_1 impression_2 clickthrough_1 clickthrough_2 total_conversions"
REPORT = {
    "timestamp": "_fivetran_synced date",
    "integer": f"{COUNTS} spend_in_micro_dollar total_conversions_quantity total_conversions_value_in_micro_dollar",
}
FIVETRAN = {
    "advertiser_report": {**REPORT, "string": "advertiser_id"},
    "campaign_report": {**REPORT, "string": "advertiser_id campaign_id campaign_name campaign_status"},
    "ad_group_report": {**REPORT, "string": "advertiser_id campaign_id ad_group_id ad_group_name ad_group_status"},
    "pin_promotion_report": {**REPORT, "string": "advertiser_id campaign_id ad_group_id pin_promotion_id"},
    "advertiser_history": {
        "timestamp": "_fivetran_synced created_time updated_time",
        "string": "id name country currency owner_user_id owner_username permissions",
    },
    "campaign_history": {
        "timestamp": "_fivetran_synced created_time start_time end_time",
        "string": "id advertiser_id name status objective_type",
        "integer": "budget_spend_cap lifetime_spend_cap default_ad_group_budget_in_micro_currency",
        "boolean": "is_automated_campaign is_campaign_budget_optimization is_flexible_daily_budgets",
    },
    "ad_group_history": {
        "timestamp": "_fivetran_synced created_time start_time end_time",
        "string": "id ad_account_id campaign_id name status summary_status pacing_delivery_type placement_group",
    },
    "pin_promotion_history": {
        "timestamp": "_fivetran_synced created_time updated_time",
        "string": "id ad_account_id ad_group_id pin_id name status review_status creative_type destination_url "
        "android_deep_link ios_deep_link click_tracking_url view_tracking_url",
        "boolean": "is_pin_deleted is_removable",
    },
}
TYPES = {
    "timestamp": {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE"},
    "integer": {"INTEGER", "BIGINT", "DECIMAL(24,6)"},
    "string": {"VARCHAR"},
    "boolean": {"BOOLEAN"},
}
HISTORIES = {
    "advertiser_history": "ad_accounts",
    "campaign_history": "campaigns",
    "ad_group_history": "ad_groups",
    "pin_promotion_history": "ads",
}
# The stream behind a report, and the id of what it is about there and here.
REPORTS = {
    "advertiser_report": ("ad_account_analytics", "AD_ACCOUNT_ID", "advertiser_id"),
    "campaign_report": ("campaign_analytics", "CAMPAIGN_ID", "campaign_id"),
    "ad_group_report": ("ad_group_analytics", "AD_GROUP_ID", "ad_group_id"),
    "pin_promotion_report": ("ad_analytics", "AD_ID", "pin_promotion_id"),
}


@pytest.fixture
def world(simulate):
    """Accounts in three currencies."""
    return simulate(accounts=3, campaigns=8, ad_groups=10, ads=12, pins=0)


@pytest.fixture
def shell(tap, world, config):
    (tap.directory / "examples").symlink_to(ROOT / "examples")
    return Shell(
        tap,
        config(world, start_date=START),
        PARTNERS / "dbt" / "bin" / "dbt",
        PINTEREST_DATABASE=str(tap.directory / "pinterest.duckdb"),
        DBT_TARGET_PATH=str(tap.directory / "target"),
        DBT_LOG_PATH=str(tap.directory / "logs"),
        DBT_USE_COLORS="false",
        # Nobody is there: whatever calls home fails.
        HTTP_PROXY="http://127.0.0.1:1",
        HTTPS_PROXY="http://127.0.0.1:1",
        NO_PROXY="127.0.0.1",
    )


def bash(shell, commands, code=0):
    return shell("bash", "-euc", commands, code=code)


def ask(shell, sql):
    return query(shell, shell.directory / "pinterest.duckdb", sql)


def change(shell, sql):
    shell("duckdb", shell.directory / "pinterest.duckdb", sql)


def results(shell, kind):
    """The status of each node of this kind in dbt's last run."""
    nodes = json.loads((shell.directory / "target" / "run_results.json").read_text())["results"]
    return {node["unique_id"]: node["status"] for node in nodes if node["unique_id"].startswith(f"{kind}.")}


def number(value):
    return None if value is None else Decimal(value)


def true_spend(world):
    """By campaign and day: currency, spend and checkout value in it, and by the ledger alone."""
    currencies = {account: world.get(f"/ad_accounts/{account}", {})["currency"] for account in world.account_ids()}
    rows = true_rows(world, "campaign_analytics", START, columns=COLUMNS)
    spend = {}
    for row in rows:
        amounts = (row["metrics"][f"{name}_IN_MICRO_DOLLAR"] for name in ("SPEND", "TOTAL_CHECKOUT_VALUE"))
        spend[row["CAMPAIGN_ID"], row["DATE"]] = (
            currencies[row["ad_account_id"]],
            *(None if amount is None else Decimal(amount) * MICRO for amount in amounts),
        )
    return spend


def assert_marts_are_true(shell, world):
    """Gives what was spent in each currency."""
    truth = true_spend(world)
    rows = ask(shell, """select campaign_id, date_day::varchar as day, currency, spend::varchar as spend,
        total_checkout_value::varchar as value from analytics.spend_by_campaign_and_day""")  # fmt: skip
    mart = {
        (row["campaign_id"], row["day"]): (row["currency"], number(row["spend"]), number(row["value"])) for row in rows
    }
    assert mart == truth and len(rows) == len(truth)

    spent, returns = defaultdict(Decimal), defaultdict(lambda: [Decimal(0), Decimal(0)])
    for (campaign, day), (currency, spend, value) in truth.items():
        spent[currency] += spend or 0
        sums = returns[campaign, day[:7], currency]
        sums[0] += spend or 0
        sums[1] += value or 0
    assert len(spent) == 3
    rows = ask(shell, """select currency, sum(spend)::varchar as spend
        from analytics.spend_by_campaign_and_day group by currency""")  # fmt: skip
    assert {row["currency"]: number(row["spend"]) for row in rows} == spent

    rows = ask(shell, """select campaign_id, strftime(month, '%Y-%m') as month, currency, spend::varchar as spend,
        total_checkout_value::varchar as value, return_on_ad_spend::varchar as ratio
        from analytics.return_on_ad_spend""")  # fmt: skip
    assert len(rows) == len(returns)
    for row in rows:
        spend, value = returns[row["campaign_id"], row["month"], row["currency"]]
        assert ((number(row["spend"]) or 0), (number(row["value"]) or 0)) == (spend, value)
        if spend:
            assert abs(number(row["ratio"]) - value / spend) <= Decimal("0.00005"), row
        else:
            assert row["ratio"] is None
    return spent


def assert_fivetrans_views_are_true(shell, world):
    for view, kinds in FIVETRAN.items():
        described = ask(shell, f"describe analytics_fivetran.{view}")
        types = {column["column_name"]: column["column_type"] for column in described}
        wanted = {name: kind for kind, names in kinds.items() for name in names.split()}
        assert types.keys() == wanted.keys(), view
        assert [name for name, kind in wanted.items() if types[name] not in TYPES[kind]] == [], view
    for view, stream in HISTORIES.items():
        ids = [row["id"] for row in ask(shell, f"select id from analytics_fivetran.{view}")]
        assert sorted(ids) == sorted(entity["id"] for entity in true_entities(world, stream))
    names = ["spend_in_micro_dollar", *COUNTS.split()]
    for view, (stream, true_id, own_id) in REPORTS.items():
        columns = ", ".join(f"{name}::varchar as {name}" for name in names)
        rows = ask(shell, f"select {own_id}, date::date::varchar as date, {columns} from analytics_fivetran.{view}")
        truth = true_rows(world, stream, START, columns=COLUMNS)
        assert len(rows) == len(truth)
        assert {(row[own_id], row["date"]): [number(row[name]) for name in names] for row in rows} == {
            (row[true_id], row["DATE"]): [number(row["metrics"][name.upper()]) for name in names] for row in truth
        }


def test_models_are_the_ledgers_also_after_it_was_restated(shell, world):
    spent = []
    for generation in range(2):
        world.generation(generation)
        assert "WARN=0 ERROR=0 SKIP=0" in bash(shell, f"{FILL} {DBT} build")
        spent.append(assert_marts_are_true(shell, world))
        assert_fivetrans_views_are_true(shell, world)
    assert [currency for currency in spent[0] if spent[0][currency] == spent[1][currency]] == []


def test_a_duplicate_stops_what_is_built_on_it(shell):
    bash(shell, FILL)
    change(shell, """insert into records
        select stream, 'again', record from records where stream = 'campaign_analytics' limit 1""")  # fmt: skip
    printed = bash(shell, f"{DBT} build", code=1)
    assert "FAIL 1 unique_combination_stg_pinterest__campaign_analytics_campaign_id__date_day" in printed
    models = results(shell, "model")
    skipped = {name.split(".")[-1] for name, status in models.items() if status == "skipped"}
    assert skipped == {"spend_by_campaign_and_day", "return_on_ad_spend", "campaign_report"}


def test_every_test_of_the_project_can_fail(shell):
    bash(shell, FILL)
    change(shell, """
        insert into records
          select stream, key || ' again', json_merge_patch(record, '{"name": "Another"}') from records;
        insert into records select distinct stream, 'empty', '{}'::json from records;
        insert into records values
          ('ad_accounts', 'unknown', '{"id": "1", "currency": "UNK"}'),
          ('campaign_analytics', 'nobody', '{"ad_account_id": "2", "CAMPAIGN_ID": "3", "DATE": "2026-03-01",
                                             "metrics__SPEND_IN_MICRO_DOLLAR": -1}');""")  # fmt: skip
    bash(shell, f"{DBT} run")
    bash(shell, f"{DBT} test", code=1)
    statuses = results(shell, "test")
    assert set(statuses.values()) == {"fail", "warn"}, statuses


def test_the_commands_of_the_readme_and_freshness_by_the_newest_day(shell, tap, simulate, config):
    now = datetime.datetime.now(datetime.UTC)
    world = simulate(accounts=1, campaigns=2, ad_groups=2, ads=2, pins=0, gaps=False, now=f"{now:%Y-%m-%dT%H:%M:%SZ}")
    tap.write("config.json", config(world, start_date=f"{now - datetime.timedelta(5):%Y-%m-%d}"))
    printed = bash(shell, COMMANDS)
    assert "PASS freshness of pinterest.campaign_analytics" in printed and "| USD " in printed
    for code, status in ((0, "WARN"), (1, "ERROR STALE")):
        change(shell, """update records set record = json_merge_patch(record, json_object(
            'DATE', ((record ->> 'DATE')::date - 5)::varchar)) where stream = 'campaign_analytics'""")  # fmt: skip
        assert f"{status} freshness of pinterest.campaign_analytics" in bash(shell, f"{DBT} source freshness", code)


def test_what_was_not_asked_for_is_named_and_the_marts_need_less(shell):
    marts_alone = re.sub(r"--select \S+", "--select ad_accounts,campaigns,campaign_analytics", FILL)
    bash(shell, re.sub(r"--config \S+", "", marts_alone))
    printed = bash(shell, f"{DBT} build", code=1)
    assert "campaign_analytics lacks SPEND_IN_MICRO_DOLLAR, TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR, IMP" in printed
    assert "Add it to the tap's analytics_columns." in printed
    assert "The database has no ad_group_analytics. Add it to the tap's --select." in printed
    bash(shell, f"{marts_alone} {DBT} build --select +marts")
    assert {name.split(".")[-1] for name in results(shell, "model")} == {
        "stg_pinterest__ad_accounts",
        "stg_pinterest__campaign_analytics",
        "stg_pinterest__campaigns",
        "spend_by_campaign_and_day",
        "return_on_ad_spend",
    }
