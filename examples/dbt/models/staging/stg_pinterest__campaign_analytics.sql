select
    DATE as date_day,
    ad_account_id,
    CAMPAIGN_ID as campaign_id,
    {{- metrics('campaign_analytics') }}
from {{ source('pinterest', 'campaign_analytics') }}
