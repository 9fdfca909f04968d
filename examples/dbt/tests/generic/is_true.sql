{#- Null passes: not_null is for that. -#}
{% test is_true(model, condition) %}
select * from {{ model }} where not ({{ condition }})
{% endtest %}
