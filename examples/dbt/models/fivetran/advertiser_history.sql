select
    id,
    name,
    country,
    currency,
    owner__id as owner_user_id,
    owner__username as owner_username,
    permissions,
    created_time,
    updated_time,
    {{ not_loaded_when() }}
from {{ source('pinterest', 'ad_accounts') }}
