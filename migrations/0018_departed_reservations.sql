-- Trigger on reservation, as before: announces updated reservations to views, and logs the slots that they moved away from.
-- The webhooks of a provider whose slot a reservation left for one of another provider get an event of their own. Nothing of
-- the new slot is in it, because that provider may not read the reservation any more. The stream has the freed slot.
create or replace function announce_claims_updated() returns trigger
language plpgsql as $$
declare
  v_keys text[];
begin
  with freed as materialized (
    select new_rows.id, old_rows.slot_id, old_rows.provider_id,
           old_rows.provider_id is distinct from new_rows.provider_id as has_left
      from old_rows join new_rows using (id) where old_rows.slot_id <> new_rows.slot_id
  ), logged_freed as (
    insert into event (kind, is_bulk, slot_ids, provider_ids)
      select 'slot', count(*) > 200, array_agg(slot_id), array_agg(provider_id) from freed having count(*) > 0
  ), logged_departures as (
    insert into event (kind, type, reservation_ids, slot_ids, provider_ids, webhook_ids)
      select 'departure', 'reservation.rescheduled', reservation_ids, slot_ids, provider_ids, webhook_ids
        from (select provider_id, array_agg(id order by id) as reservation_ids, array_agg(slot_id order by id) as slot_ids,
                     array_agg(provider_id) as provider_ids
                from freed where has_left and provider_id is not null group by provider_id) departed
       cross join lateral (
         select array_agg(w.id order by w.id) as webhook_ids
           from webhook w
          where w.provider_id = departed.provider_id
            and w.id = any (entitled_webhooks('reservation.rescheduled', provider_ids))) entitled
       where webhook_ids is not null
  )
  select array_agg(key) into v_keys
    from (select distinct coalesce(provider_id, 0) || ':' || slot_id as key
            from (select slot_id, provider_id from new_rows union all select slot_id, provider_id from freed) claims
           limit 201) claims;
  perform announce_claim_keys(v_keys);
  return null;
end
$$;
