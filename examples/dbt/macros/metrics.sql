{#- The metrics of an analytics stream. A missing column is an error that names it; a null could be taken for 0. -#}
{% macro metrics(stream) %}
  {%- set amounts = ['SPEND_IN_MICRO_DOLLAR', 'TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR'] -%}
  {%- set counts = ['IMPRESSION_1', 'IMPRESSION_2', 'CLICKTHROUGH_1', 'CLICKTHROUGH_2', 'TOTAL_CONVERSIONS'] -%}
  {%- if execute -%}
    {%- set found = adapter.get_columns_in_relation(source('pinterest', stream)) | map(attribute='name') | list -%}
    {%- if not found -%}
      {{ exceptions.raise_compiler_error("The database has no " ~ stream ~ ". Add it to the tap's --select.") }}
    {%- endif -%}
    {%- set missing = (amounts + counts) | reject('in', found) | join(', ') -%}
    {%- if missing -%}
      {{ exceptions.raise_compiler_error(stream ~ " lacks " ~ missing ~ ". Add it to the tap's analytics_columns.") }}
    {%- endif -%}
  {%- endif -%}
  {#- Multiplied, not divided: DuckDB divides in floating point. #}
  {%- for amount in amounts %}
    cast({{ amount }} as decimal(24, 6)) as {{ amount | lower }},
    cast({{ amount }} as decimal(24, 6)) * 0.000001 as {{ amount | lower | replace('_in_micro_dollar', '') }},
  {%- endfor %}
  {%- for count in counts %}
    cast({{ count }} as bigint) as {{ count | lower }}{{ ',' if not loop.last }}
  {%- endfor %}
{%- endmacro %}
