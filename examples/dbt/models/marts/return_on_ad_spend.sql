-- A ratio of sums: a mean of daily ratios would give a $1 day the weight of a $1,000 day.
select
    cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month,
    ad_account_id,
    currency,
    campaign_id,
    campaign_name,
    sum(spend) as spend,
    sum(total_checkout_value) as total_checkout_value,
    cast(sum(total_checkout_value) / nullif(sum(spend), 0) as decimal(18, 4)) as return_on_ad_spend
from {{ ref('spend_by_campaign_and_day') }}
group by 1, 2, 3, 4, 5
