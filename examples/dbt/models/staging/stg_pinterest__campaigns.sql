select
    id as campaign_id,
    ad_account_id,
    name as campaign_name,
    status as campaign_status
from {{ source('pinterest', 'campaigns') }}
