select
    cast(report.date_day as {{ dbt.type_timestamp() }}) as date,
    report.ad_account_id as advertiser_id,
    report.campaign_id,
    report.ad_group_id,
    report.ad_id as pin_promotion_id,
    {{ fivetran_metrics() }}
from {{ ref('stg_pinterest__ad_analytics') }} as report
