-- Which slots' claims have changed: whatever happens to a reservation may change when its slot is free.
call announce_changes_of('reservation', 'claim',
  'coalesce((select slot.provider_id from slot where slot.id = changed.slot_id), 0) || '':'' || changed.slot_id');
call announce_changes_of('provider', 'provider', 'id');

-- Which providers' calendars have changed. A slot that was only claimed or released is told as a claim already.
create function announce_slot_inserted() returns trigger
language plpgsql as $$
begin
  perform announce_providers(array(select distinct provider_id from new_rows where provider_id is not null limit 201));
  return null;
end
$$;

create function announce_slot_updated() returns trigger
language plpgsql as $$
begin
  perform announce_providers(array(
    select distinct provider.id
      from new_rows
      join old_rows using (id)
      cross join lateral (values (new_rows.provider_id), (old_rows.provider_id)) provider (id)
     where provider.id is not null
       and (new_rows.provider_id, new_rows.starts_at, new_rows.ends_at, new_rows.capacity, new_rows.closed_at)
           is distinct from (old_rows.provider_id, old_rows.starts_at, old_rows.ends_at, old_rows.capacity, old_rows.closed_at)
     limit 201));
  return null;
end
$$;

create function announce_slot_deleted() returns trigger
language plpgsql as $$
begin
  perform announce_providers(array(select distinct provider_id from old_rows where provider_id is not null limit 201));
  return null;
end
$$;

create function announce_providers(p_ids bigint[]) returns void
language plpgsql as $$
begin
  if cardinality(p_ids) > 0 then
    perform pg_notify('holdfast_change', json_build_object(
      'topic', 'calendar', 'keys', case when cardinality(p_ids) <= 200 then p_ids::text[] end)::text);
  end if;
end
$$;

create trigger announce_insert after insert on slot referencing new table as new_rows
  for each statement execute function announce_slot_inserted();
create trigger announce_update after update on slot referencing old table as old_rows new table as new_rows
  for each statement execute function announce_slot_updated();
create trigger announce_delete after delete on slot referencing old table as old_rows
  for each statement execute function announce_slot_deleted();
create trigger announce_truncate after truncate on slot
  for each statement execute function announce_truncate('calendar');
