select
    cast(report.date_day as {{ dbt.type_timestamp() }}) as date,
    report.ad_account_id as advertiser_id,
    report.campaign_id,
    campaigns.name as campaign_name,
    campaigns.status as campaign_status,
    {{ fivetran_metrics() }}
from {{ ref('stg_pinterest__campaign_analytics') }} as report
left join {{ source('pinterest', 'campaigns') }} as campaigns on campaigns.id = report.campaign_id
