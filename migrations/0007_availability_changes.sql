-- Notifies of claims, by `provider:slot` (provider 0 for a supplier's slot): any change of a reservation may change
-- when its slot is free.
call announce_changes_of('reservation', 'claim',
  'coalesce((select slot.provider_id from slot where slot.id = changed.slot_id), 0) || '':'' || changed.slot_id');
call announce_changes_of('provider', 'provider', 'id');

-- The triggers below notify of changed calendars, by provider. A slot that was only claimed or freed is left out: the
-- change of its reservation notifies of it already.

-- Trigger on slot, after insert: notifies of the providers that offer the new slots.
create function announce_slot_inserted() returns trigger
language plpgsql as $$
begin
  perform announce_providers(array(select distinct provider_id from new_rows where provider_id is not null limit 201));
  return null;
end
$$;

-- Trigger on slot, after update: notifies of the providers before and after the change.
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

-- Trigger on slot, after delete: notifies of the providers that offered the slots.
create function announce_slot_deleted() returns trigger
language plpgsql as $$
begin
  perform announce_providers(array(select distinct provider_id from old_rows where provider_id is not null limit 201));
  return null;
end
$$;

-- Called by the triggers above. Sends one notification for up to 200 providers; without keys, it is about all of them.
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
