select
    DATE as date_day,
    AD_ACCOUNT_ID as ad_account_id,
    {{- metrics('ad_account_analytics') }}
from {{ source('pinterest', 'ad_account_analytics') }}
