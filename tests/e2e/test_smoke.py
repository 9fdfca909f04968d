"""One small run, from discovery to the second sync."""

from harness import ENTITIES, KEYS
from lists import SMALL_WITH_EVERY_SCOPE

STATUSES = ["ACTIVE", "PAUSED", "ARCHIVED"]


def test_everything_comes_once(tap, simulate, config):
    api = simulate(**SMALL_WITH_EVERY_SCOPE)
    run = tap.run(config(api, start_date="2026-03-05"), catalog=tap.catalog(*KEYS), code=0)
    assert set(run.schemas) == set(KEYS)
    assert run.keys("ad_accounts") == api.account_ids()
    for stream in ENTITIES:
        assert sorted(run.keys(stream)) == sorted(entity["id"] for entity in api.truth(stream, statuses=STATUSES))
    assert sorted(run.keys("pins")) == sorted(pin["id"] for pin in api.truth("pins"))
    for stream, id_name in (("campaign_analytics", "CAMPAIGN_ID"), ("ad_analytics", "AD_ID")):
        truth = api.truth(stream, statuses=STATUSES, start_date="2026-03-05", columns="SPEND_IN_DOLLAR")
        assert sorted(run.keys(stream)) == sorted((row[id_name], row["DATE"]) for row in truth)
    assert api.counters()["refused"] == []
