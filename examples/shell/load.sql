-- Reads the messages of a Singer tap from standard input; a record takes the place of the one with the same key.
create table if not exists records (stream varchar, key varchar, record json, primary key (stream, key));
create table if not exists schemas (stream varchar primary key, properties json);
create table if not exists state (id integer primary key, value json);

create temp table messages as
select * from read_json('/dev/stdin', format = 'newline_delimited', columns = {
  type: 'varchar', stream: 'varchar', key_properties: 'varchar[]', schema: 'json', record: 'json', value: 'json'});

begin;
insert or replace into records
select stream, key, last(record order by line)
from (
  select r.rowid as line, r.stream, r.record,
         list_transform(s.key_properties, lambda name: r.record ->> name)::varchar as key
  from messages r join messages s using (stream)
  where r.type = 'RECORD' and s.type = 'SCHEMA')
group by stream, key;
-- Columns that are asked for no longer stay, since old records have them.
insert or replace into schemas
select stream, json_merge_patch(coalesce(old.properties, '{}'), message.schema -> 'properties')
from messages message left join schemas old using (stream)
where type = 'SCHEMA';
insert or replace into state
select 1, value from messages where type = 'STATE' order by rowid desc limit 1;
commit;
