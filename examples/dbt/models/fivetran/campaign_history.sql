select
    id,
    ad_account_id as advertiser_id,
    name,
    status,
    objective_type,
    start_time,
    end_time,
    daily_spend_cap as budget_spend_cap,
    lifetime_spend_cap,
    default_ad_group_budget_in_micro_currency,
    is_automated_campaign,
    is_campaign_budget_optimization,
    is_flexible_daily_budgets,
    created_time,
    {{ not_loaded_when() }}
from {{ source('pinterest', 'campaigns') }}
