select
    id,
    ad_account_id,
    campaign_id,
    name,
    status,
    summary_status,
    pacing_delivery_type,
    placement_group,
    start_time,
    end_time,
    created_time,
    {{ not_loaded_when() }}
from {{ source('pinterest', 'ad_groups') }}
