-- One name per database, so that several may share a Redis.
create table installation (
  id uuid primary key default gen_random_uuid(),
  singleton boolean not null default true unique check (singleton)
);
insert into installation default values;

-- Tells everybody who listens which rows of a kind have changed, in the transaction that changed them: nothing is
-- told of what is rolled back, and what is told is told in the order of the commits, whichever program wrote it.
--
-- As a statement trigger: `execute function announce_change('<topic>', '<key expression>')`, with transition tables
-- named new_rows and old_rows. Of many changed rows only the topic is told, so that a bulk change is one message.
create function announce_change() returns trigger
language plpgsql as $$
declare
  v_rows text := case tg_op
    when 'INSERT' then 'select * from new_rows'
    when 'DELETE' then 'select * from old_rows'
    else 'select * from new_rows union all select * from old_rows' end;
  v_keys text[];
begin
  execute format('select array_agg(told.key) from (select distinct (%s)::text as key from (%s) changed limit 201) told',
                 tg_argv[1], v_rows) into v_keys;
  if v_keys is not null then
    perform pg_notify('holdfast_change', json_build_object(
      'topic', tg_argv[0],
      'keys', case when cardinality(v_keys) <= 200 then v_keys end)::text);
  end if;
  return null;
end
$$;

create function announce_truncate() returns trigger
language plpgsql as $$
begin
  perform pg_notify('holdfast_change', json_build_object('topic', tg_argv[0], 'keys', null)::text);
  return null;
end
$$;

-- Puts the four triggers on a table.
create procedure announce_changes_of(p_table regclass, p_topic text, p_key text)
language plpgsql as $$
begin
  execute format('create trigger announce_insert after insert on %s referencing new table as new_rows
    for each statement execute function announce_change(%L, %L)', p_table, p_topic, p_key);
  execute format('create trigger announce_update after update on %s referencing old table as old_rows new table as new_rows
    for each statement execute function announce_change(%L, %L)', p_table, p_topic, p_key);
  execute format('create trigger announce_delete after delete on %s referencing old table as old_rows
    for each statement execute function announce_change(%L, %L)', p_table, p_topic, p_key);
  execute format('create trigger announce_truncate after truncate on %s
    for each statement execute function announce_truncate(%L)', p_table, p_topic);
end
$$;
