select
    analytics.date_day,
    analytics.ad_account_id,
    accounts.ad_account_name,
    accounts.currency,
    analytics.campaign_id,
    campaigns.campaign_name,
    analytics.spend,
    analytics.total_checkout_value,
    coalesce(analytics.impression_1, 0) + coalesce(analytics.impression_2, 0) as impressions,
    coalesce(analytics.clickthrough_1, 0) + coalesce(analytics.clickthrough_2, 0) as clicks
from {{ ref('stg_pinterest__campaign_analytics') }} as analytics
left join {{ ref('stg_pinterest__ad_accounts') }} as accounts using (ad_account_id)
left join {{ ref('stg_pinterest__campaigns') }} as campaigns using (campaign_id)
