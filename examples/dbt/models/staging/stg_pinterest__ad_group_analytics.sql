select
    DATE as date_day,
    ad_account_id,
    CAMPAIGN_ID as campaign_id,
    AD_GROUP_ID as ad_group_id,
    {{- metrics('ad_group_analytics') }}
from {{ source('pinterest', 'ad_group_analytics') }}
