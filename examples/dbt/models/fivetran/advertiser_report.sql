select
    cast(report.date_day as {{ dbt.type_timestamp() }}) as date,
    report.ad_account_id as advertiser_id,
    {{ fivetran_metrics() }}
from {{ ref('stg_pinterest__ad_account_analytics') }} as report
