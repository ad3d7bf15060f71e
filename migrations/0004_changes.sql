-- The identity of this database. Several databases may share one Redis, and keep their keys apart by it.
create table installation (
  id uuid primary key default gen_random_uuid(),
  singleton boolean not null default true unique check (singleton)
);
insert into installation default values;

-- Statement trigger on any table. Announces which rows a statement changed, for src/platform/db/change-feed.ts.
--
-- Arguments: a topic, and an SQL expression for the key of a row. The trigger needs the transition tables new_rows and
-- old_rows, as far as its event has them. PostgreSQL delivers the message after the commit and in commit order, and
-- not at all after a rollback, whichever program wrote. A statement that changed more than 200 keys announces its
-- topic without keys, so that a bulk change is one message.
create function announce_change() returns trigger
language plpgsql as $$
declare
  v_rows text := case tg_op
    when 'INSERT' then 'select * from new_rows'
    when 'DELETE' then 'select * from old_rows'
    else 'select * from new_rows union all select * from old_rows' end;
  v_keys text[];
begin
  execute format('select array_agg(listed.key) from (
    select distinct (%s)::text as key from (%s) changed limit 201) listed', tg_argv[1], v_rows) into v_keys;
  if v_keys is not null then
    perform pg_notify('holdfast_change', json_build_object(
      'topic', tg_argv[0],
      'keys', case when cardinality(v_keys) <= 200 then v_keys end)::text);
  end if;
  return null;
end
$$;

-- Statement trigger on any table. Announces a truncation under the topic that is its argument, without keys.
create function announce_truncate() returns trigger
language plpgsql as $$
begin
  perform pg_notify('holdfast_change', json_build_object('topic', tg_argv[0], 'keys', null)::text);
  return null;
end
$$;

-- Called by migrations and tests. Creates the four triggers that announce every change of a table.
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
