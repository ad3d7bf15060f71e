-- The log that the event stream reads: one row for each statement that changed something, written in its transaction
-- and kept for minutes. A reader takes only rows whose transaction id is below that of every running transaction, so
-- that no row can appear before one that was read. In the order of `position` alone it could, because a smaller
-- position may commit later.
create table event (
  xid xid8 not null default pg_current_xact_id(),
  position bigint generated always as identity,
  -- now() and not holdfast_clock(): nothing is decided by this time, and a second call of that clock would slow each hold.
  recorded_at timestamptz not null default now(),
  kind text not null,
  attributes jsonb not null default '{}',  -- fields that are the same for everything listed
  is_bulk boolean not null default false,  -- too much has changed to list it
  -- Parallel lists of what has changed. A typical statement holds 128 units: arrays take a third of the space of JSON.
  reservation_ids bigint[],
  slot_ids bigint[],
  provider_ids bigint[],
  primary key (xid, position)
);

-- The last transaction whose rows were deleted. A reader that has not read past it may have missed some. Storing the
-- first transaction whose rows are kept instead would force a reset on idle readers: when little happens, it is always
-- later than what they received last.
create table event_horizon (
  xid xid8 not null,
  singleton boolean primary key default true check (singleton)
);
insert into event_horizon (xid) values ('0');

-- Called by src/modules/events/event-log.ts. Deletes the rows older than p_max_age, and all but about the last
-- p_max_rows. Returns the number of deleted rows.
--
-- It also deletes rows of transactions that this server has not begun yet: they came with a restored dump.
create function delete_old_events(p_max_age interval, p_max_rows bigint) returns bigint
language plpgsql as $$
declare
  v_from xid8;
  v_last xid8;
  v_deleted bigint;
begin
  select least(pg_snapshot_xmin(pg_current_snapshot()), greatest(
           coalesce((select xid from event where recorded_at > now() - p_max_age order by xid limit 1),
                    pg_snapshot_xmin(pg_current_snapshot())),
           (select xid from event order by xid desc, position desc offset greatest(p_max_rows - 1, 0) limit 1)))
    into v_from;
  with deleted as (
    delete from event where xid < v_from or xid >= pg_snapshot_xmax(pg_current_snapshot()) returning xid
  )
  select count(*), (array_agg(xid order by xid desc) filter (where xid < v_from))[1] into v_deleted, v_last from deleted;
  update event_horizon set xid = v_last where xid < v_last;
  update event_horizon set xid = v_from where xid >= pg_snapshot_xmax(pg_current_snapshot());
  return v_deleted;
end
$$;

-- Trigger on reservation. Announces inserted reservations to views under the topic `claim`, and logs them as events.
--
-- It and announce_claims_updated replace the general trigger of 0007, which builds its SQL again for each statement.
-- That cost more than the event does.
create function announce_claims_inserted() returns trigger
language plpgsql as $$
declare
  v_keys text[];
begin
  with changed as materialized (
    select r.id, r.slot_id, r.status, (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from new_rows r
  ), size as (
    select count(*) as rows from (select from changed limit 201) first_rows
  ), logged as (
    insert into event (kind, attributes, reservation_ids, slot_ids, provider_ids)
      select 'reservation', jsonb_build_object('status', status), array_agg(id), array_agg(slot_id), array_agg(provider_id)
        from changed, size where rows <= 200 group by status
  ), logged_bulk as (
    insert into event (kind, is_bulk) select 'reservation', true from size where rows > 200
  )
  select array_agg(key) into v_keys
    from (select distinct coalesce(provider_id, 0) || ':' || slot_id as key from changed limit 201) claims;
  perform announce_claim_keys(v_keys);
  return null;
end
$$;

-- Trigger on reservation. Does the same for updated reservations, and for the slots that they moved away from.
create function announce_claims_updated() returns trigger
language plpgsql as $$
declare
  v_keys text[];
begin
  with changed as materialized (
    select r.id, r.slot_id, r.status, (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from new_rows r
  ), size as (
    select count(*) as rows from (select from changed limit 201) first_rows
  ), logged as (
    insert into event (kind, attributes, reservation_ids, slot_ids, provider_ids)
      select 'reservation', jsonb_build_object('status', status), array_agg(id), array_agg(slot_id), array_agg(provider_id)
        from changed, size where rows <= 200 group by status
  ), logged_bulk as (
    insert into event (kind, is_bulk) select 'reservation', true from size where rows > 200
  ), freed as materialized (
    select r.slot_id, (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from old_rows r join new_rows using (id) where r.slot_id <> new_rows.slot_id
  ), logged_freed as (
    insert into event (kind, slot_ids, provider_ids)
      select 'slot', array_agg(slot_id), array_agg(provider_id) from freed, size where rows <= 200 having count(*) > 0
  )
  select array_agg(key) into v_keys
    from (select distinct coalesce(provider_id, 0) || ':' || slot_id as key
            from (select slot_id, provider_id from changed union all select slot_id, provider_id from freed) claims
           limit 201) claims;
  perform announce_claim_keys(v_keys);
  return null;
end
$$;

-- Called by announce_claims_inserted and announce_claims_updated. Announces keys of the form `provider:slot`, or the
-- topic without keys for more than 200.
create function announce_claim_keys(p_keys text[]) returns void
language plpgsql as $$
begin
  if p_keys is not null then
    perform pg_notify('holdfast_change', json_build_object(
      'topic', 'claim', 'keys', case when cardinality(p_keys) <= 200 then p_keys end)::text);
  end if;
end
$$;

drop trigger announce_insert on reservation;
drop trigger announce_update on reservation;
create trigger announce_insert after insert on reservation referencing new table as new_rows
  for each statement execute function announce_claims_inserted();
create trigger announce_update after update on reservation referencing old table as old_rows new table as new_rows
  for each statement execute function announce_claims_updated();

-- Called by the three triggers on slot below. Logs a change of slots, or a bulk change for more than 200.
create function log_slots(p_slot_ids bigint[], p_provider_ids bigint[]) returns void
language plpgsql as $$
begin
  if cardinality(p_slot_ids) > 200 then
    insert into event (kind, is_bulk) values ('slot', true);
  elsif cardinality(p_slot_ids) > 0 then
    insert into event (kind, slot_ids, provider_ids) values ('slot', p_slot_ids, p_provider_ids);
  end if;
end
$$;

-- Trigger on slot. Announces inserted slots to views, as before, and logs them.
create or replace function announce_slot_inserted() returns trigger
language plpgsql as $$
begin
  perform announce_providers(array(select distinct provider_id from new_rows where provider_id is not null limit 201));
  perform log_slots(array_agg(id), array_agg(provider_id)) from (select id, provider_id from new_rows limit 201) first_rows;
  return null;
end
$$;

-- Trigger on slot. Does the same for slots that changed in what is visible of them, which their claims are not part of.
create or replace function announce_slot_updated() returns trigger
language plpgsql as $$
declare
  v_slot_ids bigint[];
  v_provider_ids bigint[];
begin
  select array_agg(id), array_agg(provider_id) into v_slot_ids, v_provider_ids
    from (select new_rows.id, new_rows.provider_id
            from new_rows join old_rows using (id)
           where (new_rows.provider_id, new_rows.starts_at, new_rows.ends_at, new_rows.capacity, new_rows.closed_at,
                  new_rows.price_amount, new_rows.price_currency, new_rows.pax)
                 is distinct from (old_rows.provider_id, old_rows.starts_at, old_rows.ends_at, old_rows.capacity,
                  old_rows.closed_at, old_rows.price_amount, old_rows.price_currency, old_rows.pax)
           limit 201) changed;
  -- The usual case ends here: units of the slots were claimed or released, and nothing else changed.
  if v_slot_ids is null then
    return null;
  end if;
  perform log_slots(v_slot_ids, v_provider_ids);
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

-- Trigger on slot. Does the same for deleted slots.
create or replace function announce_slot_deleted() returns trigger
language plpgsql as $$
begin
  perform announce_providers(array(select distinct provider_id from old_rows where provider_id is not null limit 201));
  perform log_slots(array_agg(id), array_agg(provider_id)) from (select id, provider_id from old_rows limit 201) first_rows;
  return null;
end
$$;

-- Trigger on write_back. Logs the desired state of bookings at their suppliers, and the progress of their write-back.
create function log_bookings() returns trigger
language plpgsql as $$
begin
  if (select count(*) from (select from new_rows limit 201) first_rows) > 200 then
    insert into event (kind, is_bulk) values ('booking', true);
  elsif tg_op = 'INSERT' then
    insert into event (kind, attributes, reservation_ids, slot_ids)
      select 'booking', jsonb_build_object('supplier_id', supplier_id, 'desired_state', desired_state, 'state', state),
             array_agg(reservation_id), array_agg(slot_id)
        from new_rows group by supplier_id, desired_state, state;
  else
    insert into event (kind, attributes, reservation_ids, slot_ids)
      select 'booking',
             jsonb_build_object('supplier_id', w.supplier_id, 'desired_state', w.desired_state, 'state', w.state),
             array_agg(w.reservation_id), array_agg(w.slot_id)
        from new_rows w join old_rows o using (reservation_id)
       where (w.desired_state, w.state) <> (o.desired_state, o.state)
       group by w.supplier_id, w.desired_state, w.state;
  end if;
  return null;
end
$$;
create trigger log_inserted after insert on write_back referencing new table as new_rows
  for each statement execute function log_bookings();
create trigger log_updated after update on write_back referencing old table as old_rows new table as new_rows
  for each statement execute function log_bookings();

-- Trigger on the partitions of suppliers. Logs that an answer of a supplier was stored. A row trigger serves, because
-- each partition is stored by its own statement.
create function log_sync() returns trigger
language plpgsql as $$
begin
  insert into event (kind, attributes) values ('sync', jsonb_build_object('supplier_id', new.supplier_id));
  return null;
end
$$;
create trigger log_updated after update on supplier_partition
  for each row when (old.observed_at <> new.observed_at or old.unconfirmed is distinct from new.unconfirmed)
  execute function log_sync();

-- Trigger on supplier. Logs and announces that another instance leads the sync of a supplier, or that the sync was
-- paused, resumed or blocked, or has failed.
create function log_supplier() returns trigger
language plpgsql as $$
begin
  insert into event (kind, attributes) values ('sync', jsonb_build_object('supplier_id', new.id));
  perform pg_notify('holdfast_change', json_build_object('topic', 'supplier', 'keys', json_build_array(new.id))::text);
  return null;
end
$$;
create trigger log_updated after update on supplier
  for each row when (old.paused <> new.paused or old.epoch <> new.epoch or old.blocked_until <> new.blocked_until
                     or old.last_error is distinct from new.last_error
                     or old.last_error_at is distinct from new.last_error_at)
  execute function log_supplier();
