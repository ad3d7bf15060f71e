-- What the event stream reads: one row for each statement that changed something, written in its transaction, kept for
-- minutes. Whoever reads takes only rows whose transaction id is below that of every transaction still running: no
-- row can come to stand before one that was read. In the order of `position` alone it could, as a smaller one may
-- commit later.
create table event (
  xid xid8 not null default pg_current_xact_id(),
  position bigint generated always as identity,
  -- Not holdfast_clock(): nothing is decided by it, and a claim should not read that clock once more.
  at timestamptz not null default now(),
  kind text not null,
  facts jsonb not null default '{}',    -- what is the same of everything it tells of
  many boolean not null default false,  -- so much has changed that it is not told one by one
  -- What it tells of, in parallel. The usual statement claims 128 units: arrays take a third of what JSON would.
  reservations bigint[],
  slots bigint[],
  providers bigint[],
  primary key (xid, position)
);

-- The last transaction of which rows are gone: who has not read past it may have missed some. Not the first of which
-- rows are kept: where little happens, that is always younger than what a listener was told last.
create table event_horizon (
  xid xid8 not null,
  singleton boolean primary key default true check (singleton)
);
insert into event_horizon (xid) values ('0');

-- Forgets what is older than p_kept, and all but about the last p_most. @returns how many
--
-- Rows of transactions that this server has not begun yet came with a restored dump, and mean nothing here.
create function forget_events(p_kept interval, p_most bigint) returns bigint
language plpgsql as $$
declare
  v_from xid8;
  v_last xid8;
  v_forgotten bigint;
begin
  select least(pg_snapshot_xmin(pg_current_snapshot()), greatest(
           coalesce((select xid from event where at > now() - p_kept order by xid limit 1),
                    pg_snapshot_xmin(pg_current_snapshot())),
           (select xid from event order by xid desc, position desc offset greatest(p_most - 1, 0) limit 1)))
    into v_from;
  with gone as (
    delete from event where xid < v_from or xid >= pg_snapshot_xmax(pg_current_snapshot()) returning xid
  )
  select count(*), (array_agg(xid order by xid desc) filter (where xid < v_from))[1] into v_forgotten, v_last from gone;
  update event_horizon set xid = v_last where xid < v_last;
  update event_horizon set xid = v_from where xid >= pg_snapshot_xmax(pg_current_snapshot());
  return v_forgotten;
end
$$;

-- Reservations: told to views as `claim`, as before, and written down as events. These two take the place of the
-- general trigger, which builds its statement anew each time: that cost more than the event does.
create function announce_claims_inserted() returns trigger
language plpgsql as $$
declare
  v_keys text[];
begin
  with told as materialized (
    select r.id, r.slot_id, r.status, (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from new_rows r
  ), size as (
    select count(*) as rows from (select from told limit 201) few
  ), noted as (
    insert into event (kind, facts, reservations, slots, providers)
      select 'reservation', jsonb_build_object('status', status), array_agg(id), array_agg(slot_id), array_agg(provider_id)
        from told, size where rows <= 200 group by status
  ), noted_many as (
    insert into event (kind, many) select 'reservation', true from size where rows > 200
  )
  select array_agg(key) into v_keys
    from (select distinct coalesce(provider_id, 0) || ':' || slot_id as key from told limit 201) claims;
  perform announce_claim_keys(v_keys);
  return null;
end
$$;

create function announce_claims_updated() returns trigger
language plpgsql as $$
declare
  v_keys text[];
begin
  with told as materialized (
    select r.id, r.slot_id, r.status, (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from new_rows r
  ), size as (
    select count(*) as rows from (select from told limit 201) few
  ), noted as (
    insert into event (kind, facts, reservations, slots, providers)
      select 'reservation', jsonb_build_object('status', status), array_agg(id), array_agg(slot_id), array_agg(provider_id)
        from told, size where rows <= 200 group by status
  ), noted_many as (
    insert into event (kind, many) select 'reservation', true from size where rows > 200
  ), freed as materialized (
    select r.slot_id, (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from old_rows r join new_rows using (id) where r.slot_id <> new_rows.slot_id
  ), noted_freed as (
    insert into event (kind, slots, providers)
      select 'slot', array_agg(slot_id), array_agg(provider_id) from freed, size where rows <= 200 having count(*) > 0
  )
  select array_agg(key) into v_keys
    from (select distinct coalesce(provider_id, 0) || ':' || slot_id as key
            from (select slot_id, provider_id from told union all select slot_id, provider_id from freed) claims
           limit 201) claims;
  perform announce_claim_keys(v_keys);
  return null;
end
$$;

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

-- Slots: what of them can be seen beside the claims on them.
create function note_slots(p_slots bigint[], p_providers bigint[]) returns void
language plpgsql as $$
begin
  if cardinality(p_slots) > 200 then
    insert into event (kind, many) values ('slot', true);
  elsif cardinality(p_slots) > 0 then
    insert into event (kind, slots, providers) values ('slot', p_slots, p_providers);
  end if;
end
$$;

create or replace function announce_slot_inserted() returns trigger
language plpgsql as $$
begin
  perform announce_providers(array(select distinct provider_id from new_rows where provider_id is not null limit 201));
  perform note_slots(array_agg(id), array_agg(provider_id)) from (select id, provider_id from new_rows limit 201) few;
  return null;
end
$$;

create or replace function announce_slot_updated() returns trigger
language plpgsql as $$
declare
  v_slots bigint[];
  v_providers bigint[];
begin
  select array_agg(id), array_agg(provider_id) into v_slots, v_providers
    from (select new_rows.id, new_rows.provider_id
            from new_rows join old_rows using (id)
           where (new_rows.provider_id, new_rows.starts_at, new_rows.ends_at, new_rows.capacity, new_rows.closed_at,
                  new_rows.price_amount, new_rows.price_currency, new_rows.pax)
                 is distinct from (old_rows.provider_id, old_rows.starts_at, old_rows.ends_at, old_rows.capacity,
                  old_rows.closed_at, old_rows.price_amount, old_rows.price_currency, old_rows.pax)
           limit 201) changed;
  -- The usual case ends here: slots that were claimed or released, and nothing more.
  if v_slots is null then
    return null;
  end if;
  perform note_slots(v_slots, v_providers);
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

create or replace function announce_slot_deleted() returns trigger
language plpgsql as $$
begin
  perform announce_providers(array(select distinct provider_id from old_rows where provider_id is not null limit 201));
  perform note_slots(array_agg(id), array_agg(provider_id)) from (select id, provider_id from old_rows limit 201) few;
  return null;
end
$$;

-- Trigger on write_back. An event for each change of the desired or the present state of a supplier's booking.
create function note_bookings() returns trigger
language plpgsql as $$
begin
  if (select count(*) from (select from new_rows limit 201) few) > 200 then
    insert into event (kind, many) values ('booking', true);
  elsif tg_op = 'INSERT' then
    insert into event (kind, facts, reservations, slots)
      select 'booking', jsonb_build_object('supplier_id', supplier_id, 'desired_state', desired_state, 'state', state),
             array_agg(reservation_id), array_agg(slot_id)
        from new_rows group by supplier_id, desired_state, state;
  else
    insert into event (kind, facts, reservations, slots)
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
create trigger note_inserted after insert on write_back referencing new table as new_rows
  for each statement execute function note_bookings();
create trigger note_updated after update on write_back referencing old table as old_rows new table as new_rows
  for each statement execute function note_bookings();

-- Trigger on supplier_partition. An event for each stored answer of a supplier; each answer is one statement.
create function note_sync() returns trigger
language plpgsql as $$
begin
  insert into event (kind, facts) values ('sync', jsonb_build_object('supplier_id', new.supplier_id));
  return null;
end
$$;
create trigger note_updated after update on supplier_partition
  for each row when (old.observed_at <> new.observed_at or old.unconfirmed is distinct from new.unconfirmed)
  execute function note_sync();

-- Trigger on supplier. An event when the leader, the pause, the block or the last error of a supplier changes.
create function note_supplier() returns trigger
language plpgsql as $$
begin
  insert into event (kind, facts) values ('sync', jsonb_build_object('supplier_id', new.id));
  perform pg_notify('holdfast_change', json_build_object('topic', 'supplier', 'keys', json_build_array(new.id))::text);
  return null;
end
$$;
create trigger note_updated after update on supplier
  for each row when (old.paused <> new.paused or old.epoch <> new.epoch or old.blocked_until <> new.blocked_until
                     or old.last_error is distinct from new.last_error
                     or old.last_error_at is distinct from new.last_error_at)
  execute function note_supplier();
