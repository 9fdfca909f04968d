select
    cast(report.date_day as {{ dbt.type_timestamp() }}) as date,
    report.ad_account_id as advertiser_id,
    report.campaign_id,
    report.ad_group_id,
    ad_groups.name as ad_group_name,
    ad_groups.status as ad_group_status,
    {{ fivetran_metrics() }}
from {{ ref('stg_pinterest__ad_group_analytics') }} as report
left join {{ source('pinterest', 'ad_groups') }} as ad_groups on ad_groups.id = report.ad_group_id
