select
    id as ad_account_id,
    name as ad_account_name,
    currency
from {{ source('pinterest', 'ad_accounts') }}
