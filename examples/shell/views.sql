-- Writes SQL: for each stream a view of its name, flat and typed. metrics__SPEND_IN_DOLLAR becomes SPEND_IN_DOLLAR.
with columns as (
  select stream, name, regexp_replace(name, '^metrics__', '') as short,
         schemas.properties -> name as field, row_number() over () as place
  from schemas, unnest(json_keys(schemas.properties)) as keys(name)
), typed as (
  select stream, name, short, place, case
      when field ->> 'format' = 'date' then 'date'
      when field ->> 'format' = 'date-time' then 'timestamptz'
      when list_contains(types, 'string') then 'varchar'
      when list_contains(types, 'number') then 'decimal(38, 12)'
      when list_contains(types, 'integer') then 'bigint'
      when list_contains(types, 'boolean') then 'boolean'
      else 'json' end as type
  from (select *, coalesce(try_cast(field -> 'type' as varchar[]), [field ->> 'type']) as types from columns)
)
select 'create or replace view "' || stream || '" as select '
    || string_agg('(record ->> ''' || name || ''')::' || type || ' as "' || short || '"', ', ' order by place)
    || ' from records where stream = ''' || stream || ''';'
from typed
-- Ids and names that are columns of their own and stand among the metrics too.
where name = short or not exists (
  select * from typed as other where other.stream = typed.stream and lower(other.name) = lower(typed.short))
group by stream
order by stream;
