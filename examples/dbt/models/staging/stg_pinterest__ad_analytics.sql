select
    DATE as date_day,
    ad_account_id,
    CAMPAIGN_ID as campaign_id,
    AD_GROUP_ID as ad_group_id,
    AD_ID as ad_id,
    {{- metrics('ad_analytics') }}
from {{ source('pinterest', 'ad_analytics') }}
