{#- Records carry no load time. There is one per ID, so nothing depends on it. -#}
{% macro not_loaded_when() -%}
  cast(null as {{ dbt.type_timestamp() }}) as _fivetran_synced
{%- endmacro %}

{#- The numbers of a report. Pinterest has two of them only in asynchronous reports. -#}
{% macro fivetran_metrics() -%}
  report.impression_1,
    report.impression_2,
    report.clickthrough_1,
    report.clickthrough_2,
    report.spend_in_micro_dollar,
    report.total_conversions,
    cast(null as {{ dbt.type_int() }}) as total_conversions_quantity,
    cast(null as {{ dbt.type_int() }}) as total_conversions_value_in_micro_dollar,
    {{ not_loaded_when() }}
{%- endmacro %}
