-- Suppliers: third-party systems of record. Their configuration is in the environment; these tables hold the state that
-- all instances share. The code that uses them is in src/modules/supply.
--
-- The file is long because its tables and functions refer to one another and are created in one transaction.
create table supplier (
  id text primary key,
  paused boolean not null default false,
  -- The leader lease: which instance syncs the supplier, and until when. The epoch increases each time the holder
  -- changes, and nothing is written under an old epoch.
  epoch bigint not null default 0,
  lease_holder uuid,
  lease_until timestamptz not null default '-infinity',
  blocked_until timestamptz not null default '-infinity', -- the supplier asked for no pull before this time
  last_pull_at timestamptz,
  last_error text,
  last_error_at timestamptz
);

-- A partition is the part of a supplier's inventory that one pull reads. Its name is `everything`, or a product and a
-- date, `14/2026-12-30`. Names are formed and read only by the three functions below and in
-- src/modules/supply/supplier/partition.ts.

-- Called by src/modules/suppsrc/modules/supply/status/sync-status-store.ts. The name of a product on a date.
create function partition_name(p_product bigint, p_date date) returns text
language sql stable as $$
  select p_product || '/' || to_char(p_date, 'YYYY-MM-DD');
$$;

-- Called by set_offered_products. The product in a name; null for `everything`.
create function partition_product(p_partition text) returns bigint
language sql immutable as $$
  select case when p_partition <> 'everything' then split_part(p_partition, '/', 1)::bigint end;
$$;

-- Called by the change triggers below. The key of a partition in the change feed, formatPartitionKey in partition.ts.
create function partition_key(p_supplier text, p_partition text) returns text
language sql immutable as $$
  select p_supplier || '/' || p_partition;
$$;

-- The ledger of pulls: one row for each read request, inserted before the request is sent.
--
-- The supplier counts a request at some moment between `reserved_at` and `open_until` that this server does not know.
-- Therefore a pull counts against a limit until the window's length after `open_until`. Counted from the time of
-- sending, a slow request and a fast one after it could fall into one window of the supplier.
create table pull (
  id bigint generated always as identity primary key,
  supplier_id text not null references supplier (id),
  epoch bigint not null,
  partition text not null,
  reserved_at timestamptz not null,
  open_until timestamptz not null,      -- the end of the pull's lease; once it is answered, when the answer began
  outcome text                          -- null while the pull is open
);
create index pull_in_window on pull (supplier_id, open_until desc);

-- Called by reserve_pull, src/modules/supply/pulls/next-pull-store.ts and src/modules/supply/status/sync-status-store.ts.
-- The use of each pull limit at a moment, in the order of the limits: how many pulls count against it, and when its
-- next place becomes free (null: it is free).
create function pull_windows(p_supplier text, p_limits integer[], p_windows interval[], p_now timestamptz)
returns table (place bigint, pulls integer, free_at timestamptz)
language sql stable as $$
  select pull_limit.place,
         (select count(*)::integer from pull
           where supplier_id = p_supplier and open_until > p_now - pull_limit.length),
         (select open_until + pull_limit.length from pull
           where supplier_id = p_supplier and open_until > p_now - pull_limit.length
           order by open_until desc offset pull_limit.pulls - 1 limit 1)
    from unnest(p_limits, p_windows) with ordinality as pull_limit (pulls, length, place);
$$;

-- Called by src/modules/supply/pulls/pull-ledger-store.ts.
-- Reserves a pull if all limits allow it. Outcomes: reserved; wait (until `wait_until`); paused; fenced (old epoch).
--
-- A pull may be reserved up to `p_ahead` before its place becomes free, and must then not be sent before `wait_until`.
-- This keeps the limit: of any set of pulls too large for one window, the one reserved last saw all the others and is
-- sent one window after one of them.
create function reserve_pull(
  p_supplier text, p_epoch bigint, p_partition text, p_limits integer[], p_windows interval[], p_lease interval,
  p_ahead interval default '0',
  out outcome text, out pull_id bigint, out reserved_at timestamptz, out wait_until timestamptz
)
language plpgsql as $$
declare
  v_now timestamptz;
  v_supplier supplier;
begin
  select * into v_supplier from supplier where id = p_supplier for update;
  v_now := holdfast_clock();
  reserved_at := v_now;
  outcome := case
    when v_supplier.epoch <> p_epoch then 'fenced'
    when v_supplier.paused then 'paused' end;
  if outcome is not null then
    return;
  end if;
  select greatest(v_supplier.blocked_until, max(free_at)) into wait_until
    from pull_windows(p_supplier, p_limits, p_windows, v_now);
  if wait_until > v_now + p_ahead then
    outcome := 'wait';
    return;
  end if;
  insert into pull (supplier_id, epoch, partition, reserved_at, open_until)
    values (p_supplier, p_epoch, p_partition, v_now, v_now + p_lease)
    returning id into pull_id;
  update supplier set last_pull_at = v_now where id = p_supplier;
  outcome := 'reserved';
end
$$;

-- The partitions that were pulled at least once.
create table supplier_partition (
  supplier_id text not null references supplier (id),
  partition text not null,
  observed_at timestamptz not null,     -- the time before the request of the last accepted answer was sent
  digest bytea not null,                -- of the last accepted answer
  unconfirmed bytea,                    -- digest of the slots that the last, suspicious answer would remove
  withdrawn_at timestamptz,             -- when it was taken off sale because the supplier is not configured for it
  primary key (supplier_id, partition)
);

-- The memory of a supplier's planner. Only the quality of its estimates depends on it.
create table planner_memory (
  supplier_id text primary key references supplier (id),
  memory jsonb not null
);

-- The supplier's own data about a slot.
create table supplier_slot (
  slot_id bigint primary key references slot (id) on delete cascade,
  supplier_id text not null,
  partition text not null,
  upstream_id jsonb not null,           -- opaque: a string or a number, sent back unchanged
  remaining integer not null constraint supplier_slot_has_remaining check (remaining between 0 and 1000000),
  detail jsonb not null,                -- {local, variantId, original, discount, currency}
  constraint supplier_slot_is_one unique (supplier_id, upstream_id),
  foreign key (supplier_id, partition) references supplier_partition (supplier_id, partition)
);
create index supplier_slot_by_partition on supplier_slot (supplier_id, partition);

-- How often clients read each partition. The instance that syncs the supplier takes the counts from here.
create table partition_read (
  supplier_id text not null,
  partition text not null,
  reads bigint not null,
  primary key (supplier_id, partition)
);

-- The write-back queue: one row for each reservation of a supplier's slot, with the state that the supplier's booking
-- should have in the end.
--
-- A cancellation changes `desired_state` and adds no row, so it cannot overtake its booking. The worker that takes the
-- row first finds out, under the row's key, whether the supplier holds the booking, and then cancels it there.
create table write_back (
  reservation_id bigint primary key references reservation (id),
  slot_id bigint not null,
  supplier_id text not null,
  key uuid not null default gen_random_uuid(), -- sent as Idempotency-Key with every attempt
  quantity integer not null,
  desired_state text not null constraint write_back_has_desired_state
    check (desired_state in ('booked', 'cancelled')),
  state text not null default 'waiting' constraint write_back_has_state
    check (state in ('waiting', 'done', 'refused', 'parked')),
  upstream_id jsonb,                    -- the supplier's id of the booking
  acknowledged_at timestamptz,          -- when this server learned that the supplier holds the booking
  decided_at timestamptz not null,      -- when the confirmation had its turn on the slot: the earlier one goes first
  attempts integer not null default 0,
  first_sent_at timestamptz,            -- from this time on the supplier may hold the booking, acknowledged or not
  due_at timestamptz not null,
  leased_until timestamptz not null default '-infinity',
  refusal text,                         -- why the supplier does not hold the booking
  reason text                           -- the last error; for a parked entry, why it is parked
);
create index write_back_due on write_back (supplier_id, due_at) where state in ('waiting', 'parked');
create index write_back_on_slot on write_back (slot_id, decided_at, reservation_id);

-- Called by src/modules/reservations/booking/reservation-view.ts. How far the supplier of a reservation knows its last
-- confirmation or cancellation: pending, accepted or parked. Null when nothing is sent, and when the supplier refused.
-- Volatile, so that it sees a row that was queued by the very statement that calls it.
create function write_back_of(p_reservation bigint) returns text
language sql volatile as $$
  select case state when 'waiting' then 'pending' when 'done' then 'accepted' when 'parked' then 'parked' end
    from write_back where reservation_id = p_reservation;
$$;

-- Trigger on reservation. Queues a write-back in the transaction that confirms or cancels a reservation of a supplier's
-- slot, whichever program runs that transaction.
--
-- Confirmations of one slot enter the queue one after the other, and each reads its `decided_at` once it has its turn.
-- Otherwise a confirmation could commit after one that was decided later and is already sent. The turn is an advisory
-- lock: the transaction has already locked reservations, so it is too late to lock the slot's row.
create function queue_write_backs() returns trigger
language plpgsql as $$
declare
  v_now timestamptz;
begin
  -- Most statements end here: they change no reservation of a supplier's slot.
  perform from changed join supplier_slot ss on ss.slot_id = changed.slot_id
    where changed.status in ('confirmed', 'cancelled');
  if not found then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('write_back of a slot', turn.slot_id))
    from (select distinct changed.slot_id from changed join supplier_slot ss on ss.slot_id = changed.slot_id
           where changed.status = 'confirmed' order by changed.slot_id) turn;
  v_now := holdfast_clock();
  insert into write_back (reservation_id, slot_id, supplier_id, quantity, desired_state, decided_at, due_at)
    select changed.id, changed.slot_id, ss.supplier_id, changed.quantity, 'booked', v_now, v_now
      from changed join supplier_slot ss on ss.slot_id = changed.slot_id
     where changed.status = 'confirmed' order by changed.id
  on conflict (reservation_id) do nothing;
  update write_back w
     set desired_state = 'cancelled', state = 'waiting', due_at = changed.changed_at, attempts = 0, reason = null
    from changed
   where w.reservation_id = changed.id and changed.status = 'cancelled' and w.desired_state = 'booked'
     and w.state <> 'refused';
  -- The supplier still holds the units. The transaction that cancels a reservation has locked its slot.
  perform set_supplied_capacity(array(select slot_id from changed where status = 'cancelled'));
  return null;
end
$$;
-- PostgreSQL runs triggers in the order of their names: these run after those that count claims and write orders.
create trigger reservations_inserted_written_back after insert on reservation
  referencing new table as changed for each statement execute function queue_write_backs();
create trigger reservations_updated_written_back after update on reservation
  referencing new table as changed for each statement execute function queue_write_backs();

-- Called by the functions of this file.
-- Sets the capacity of suppliers' slots; the caller has locked their rows. The capacity is what the supplier had left
-- at `observed_at`, plus our claims that it had counted by then. Claims that it had not counted reduce what it had
-- left, and so do cancelled ones that it may still hold. A unit that it had counted is on sale again when a pull shows
-- it.
create function set_supplied_capacity(p_slots bigint[]) returns void
language sql
as $$
  update slot s
     set capacity = supplied.capacity, overclaimed = greatest(0, s.claimed - supplied.capacity), version = s.version + 1
    from (select ss.slot_id, greatest(0, least(1000000, ss.remaining + coalesce((
                   select sum(case when w.acknowledged_at < sp.observed_at
                                   then case r.status when 'confirmed' then w.quantity end
                                   when w.desired_state = 'cancelled' and w.state = 'waiting'
                                        and w.first_sent_at is not null
                                   then -w.quantity end)
                     from write_back w join reservation r on r.id = w.reservation_id
                    where w.slot_id = ss.slot_id), 0)))::integer as capacity
            from supplier_slot ss join supplier_partition sp using (supplier_id, partition)
           where ss.slot_id = any (p_slots)) supplied
   where s.id = supplied.slot_id
     and (s.capacity <> supplied.capacity or s.overclaimed <> greatest(0, s.claimed - supplied.capacity));
$$;

create type supplied_slot as (
  upstream_id jsonb, starts_at timestamptz, ends_at timestamptz, name text, remaining integer, price_amount numeric,
  price_currency text, pax jsonb, detail jsonb, slot_id bigint
);

-- Called by src/modules/supply/pulls/partition-store.ts.
-- Replaces the stored content of a partition with one answer of its supplier, under the epoch of the pull. Equal rows
-- are not written. `p_slots` is a JSON array of supplied_slot. `p_absent_is_gone`: whether a slot that is missing from
-- the answer is gone, or only sold out.
--
-- Outcomes: changed; unchanged; and, without writing anything, fenced (old epoch) and older (than the stored content).
-- An answer is unconfirmed if it would remove at least `p_suspicious_slots` slots that are on sale, and more than
-- `p_suspicious_share` of them. It is accepted if the next answer removes the same slots.
create function replace_partition(
  p_supplier text, p_epoch bigint, p_partition text, p_observed_at timestamptz, p_digest bytea, p_slots jsonb,
  p_absent_is_gone boolean, p_suspicious_slots integer, p_suspicious_share numeric
) returns text
language plpgsql as $$
declare
  v_now timestamptz;
  v_before supplier_partition;
  v_supplied supplied_slot[];
  v_stored bigint[];
  v_absent bigint[];
  v_moved bigint[];
  v_removal bytea;
  v_removed bigint;
  v_on_sale bigint;
begin
  perform from supplier where id = p_supplier and epoch = p_epoch for share;
  if not found then
    return 'fenced';
  end if;
  insert into supplier_partition (supplier_id, partition, observed_at, digest)
    values (p_supplier, p_partition, '-infinity', '') on conflict do nothing;
  select * into v_before from supplier_partition
    where supplier_id = p_supplier and partition = p_partition for no key update;
  if v_before.observed_at >= p_observed_at then
    return 'older';
  end if;

  -- Slots are locked before reservations and in the order of their ids, as everywhere. A slot may have moved here from
  -- another partition.
  v_stored := array(select s.id from slot s join supplier_slot ss on ss.slot_id = s.id
                     where ss.supplier_id = p_supplier
                       and (ss.partition = p_partition and s.closed_at is null
                            or ss.upstream_id in (select item -> 'upstream_id' from jsonb_array_elements(p_slots) item))
                     order by s.id for no key update of s);
  v_now := holdfast_clock();
  -- An equal answer changes nothing, unless one of its slots was closed or moved to another partition in the meantime.
  if v_before.digest = p_digest and not exists (
       select from jsonb_array_elements(p_slots) item
        where not exists (select from supplier_slot ss join slot s on s.id = ss.slot_id
                           where ss.supplier_id = p_supplier and ss.upstream_id = item -> 'upstream_id'
                             and ss.partition = p_partition and s.closed_at is null)) then
    update supplier_partition set observed_at = p_observed_at, unconfirmed = null
     where supplier_id = p_supplier and partition = p_partition;
    perform set_supplied_capacity(v_stored);
    return 'unchanged';
  end if;

  v_moved := array(select ss.slot_id from supplier_slot ss join slot s on s.id = ss.slot_id
                    where ss.slot_id = any (v_stored) and ss.partition <> p_partition and s.closed_at is null);
  v_absent := array(select ss.slot_id from supplier_slot ss
                     where ss.slot_id = any (v_stored) and ss.partition = p_partition
                       and ss.upstream_id
                           not in (select item -> 'upstream_id' from jsonb_array_elements(p_slots) item));
  if p_absent_is_gone then
    select count(*) filter (where id = any (v_absent)), count(*) into v_removed, v_on_sale
      from slot where id = any (v_stored) and closed_at is null and starts_at > v_now;
    v_removal := decode(md5(v_absent::text), 'hex');
    if v_removed >= p_suspicious_slots and v_removed > p_suspicious_share * v_on_sale
       and v_before.unconfirmed is distinct from v_removal then
      update supplier_partition set unconfirmed = v_removal where supplier_id = p_supplier and partition = p_partition;
      return 'unconfirmed';
    end if;
  end if;
  update supplier_partition set observed_at = p_observed_at, digest = p_digest, unconfirmed = null
   where supplier_id = p_supplier and partition = p_partition;

  v_supplied := array(
    select (item.upstream_id, item.starts_at, item.ends_at, item.name, item.remaining, item.price_amount,
            item.price_currency, item.pax, item.detail, coalesce(ss.slot_id, nextval('slot_id_seq')))::supplied_slot
      from jsonb_populate_recordset(null::supplied_slot, p_slots) item
      left join supplier_slot ss on ss.supplier_id = p_supplier and ss.upstream_id = item.upstream_id);
  insert into slot (id, starts_at, ends_at, name, capacity, price_amount, price_currency, pax)
    select slot_id, starts_at, ends_at, name, remaining, price_amount, price_currency, pax
      from unnest(v_supplied) where slot_id <> all (v_stored) order by slot_id;
  update slot s
     set starts_at = item.starts_at, ends_at = item.ends_at, name = item.name, price_amount = item.price_amount,
         price_currency = item.price_currency, pax = item.pax, closed_at = null, version = s.version + 1
    from unnest(v_supplied) item
   where s.id = item.slot_id
     and (s.starts_at, s.ends_at, s.name, s.price_amount, s.price_currency, s.pax, s.closed_at)
         is distinct from (item.starts_at, item.ends_at, item.name, item.price_amount, item.price_currency, item.pax,
                           null);
  insert into supplier_slot as ss (slot_id, supplier_id, partition, upstream_id, remaining, detail)
    select slot_id, p_supplier, p_partition, upstream_id, remaining, detail from unnest(v_supplied) order by slot_id
  on conflict (slot_id) do update
    set partition = excluded.partition, remaining = excluded.remaining, detail = excluded.detail
    where (ss.partition, ss.remaining, ss.detail)
          is distinct from (excluded.partition, excluded.remaining, excluded.detail);

  update supplier_slot set remaining = 0 where slot_id = any (v_absent) and remaining <> 0;
  -- An absent slot that has ended is closed. Left open, it would be loaded and locked by every later answer.
  update slot set closed_at = v_now, version = version + 1
   where id = any (v_absent) and closed_at is null and ends_at <= v_now;
  if p_absent_is_gone and cardinality(v_absent || v_moved) > 0 then
    update slot set closed_at = v_now, version = version + 1 where id = any (v_absent) and closed_at is null;
    -- Confirmed reservations of a slot that is gone become conflicts, so that the client learns of it. A slot that has
    -- begun is off sale in any case. A slot that moved to another date is gone from its own, whichever is pulled first.
    with lost as (
      select r.id from reservation r join slot s on s.id = r.slot_id
       where s.id = any (v_absent || v_moved) and s.starts_at > v_now and r.status = 'confirmed'
       order by r.id for no key update of r
    ), cancelled as (
      -- The supplier may hold the booking all the same, now or after an attempt that is running: it is cancelled there.
      update write_back w
         set desired_state = 'cancelled', state = 'waiting', due_at = v_now, attempts = 0, reason = null,
             refusal = 'the supplier no longer has this slot'
        from lost where w.reservation_id = lost.id and w.state <> 'refused'
    )
    update reservation r set status = 'conflict', changed_at = v_now from lost where r.id = lost.id;
  end if;

  perform set_supplied_capacity(v_stored || array(select slot_id from unnest(v_supplied)));
  return 'changed';
end
$$;

-- Called by src/modules/supply/leader/withdrawal-store.ts; the caller has locked the supplier's row, so that no answer is
-- stored meanwhile.
-- Takes the partitions off sale that a supplier is no longer configured for, and puts back those it is configured for
-- again. `p_everything`: whether the partition `everything` is offered. A slot that was closed at its partition's
-- `withdrawn_at` was closed for this reason, and not because the supplier removed it. After `p_restorable`, slots stay
-- closed until the next pull, because the stored content is old.
create function set_offered_products(
  p_supplier text, p_products bigint[], p_everything boolean, p_restorable interval,
  out withdrawn bigint, out restored bigint
)
language plpgsql as $$
declare
  v_now timestamptz;
  v_partitions text[];
  v_slots bigint[];
begin
  v_partitions := array(select partition from supplier_partition
                         where supplier_id = p_supplier
                           and (withdrawn_at is null) <> case
                             when partition_product(partition) is null then p_everything
                             else partition_product(partition) = any (p_products) end
                         order by partition for no key update);
  v_slots := array(select s.id from slot s join supplier_slot ss on ss.slot_id = s.id
                     join supplier_partition sp using (supplier_id, partition)
                    where ss.supplier_id = p_supplier and ss.partition = any (v_partitions)
                      and s.closed_at is not distinct from sp.withdrawn_at
                    order by s.id for no key update of s);
  v_now := holdfast_clock();
  -- A slot that has begun is off sale in any case.
  with turned as (
    update slot set closed_at = case when closed_at is null then v_now end, version = version + 1
     where id = any (v_slots) and (closed_at > v_now - p_restorable or closed_at is null and starts_at > v_now)
    returning closed_at
  )
  select count(closed_at), count(*) - count(closed_at) into withdrawn, restored from turned;
  update supplier_partition set withdrawn_at = case when withdrawn_at is null then v_now end
   where supplier_id = p_supplier and partition = any (v_partitions);
end
$$;

-- Called by src/modules/supply/write-back/write-back-store.ts.
-- Takes queue entries that are due, under a lease. Bookings of one slot are sent one after the other, in the order of
-- `decided_at` and then of their ids, so that nothing else decides which one gets the last unit.
create function take_write_backs(p_suppliers text[], p_limit integer, p_lease interval)
returns table (
  reservation_id bigint, supplier_id text, key uuid, quantity integer, desired_state text, attempts integer,
  was_sent boolean, leased_until timestamptz, upstream_id jsonb, upstream_slot_id jsonb
)
language sql
as $$
  with taken as (
    select w.reservation_id from write_back w
     where w.state = 'waiting' and w.supplier_id = any (p_suppliers)
       and w.due_at <= holdfast_clock() and w.leased_until <= holdfast_clock()
       and (w.desired_state = 'cancelled' or not exists (
             select from write_back earlier
              where earlier.slot_id = w.slot_id and earlier.state = 'waiting' and earlier.acknowledged_at is null
                and (earlier.decided_at, earlier.reservation_id) < (w.decided_at, w.reservation_id)))
     order by w.due_at, w.reservation_id limit p_limit for update skip locked
  )
  update write_back w
     set leased_until = holdfast_clock() + p_lease, attempts = w.attempts + 1,
         first_sent_at = case w.desired_state
           when 'booked' then coalesce(w.first_sent_at, holdfast_clock()) else w.first_sent_at end
    from taken, supplier_slot ss
   where w.reservation_id = taken.reservation_id and ss.slot_id = w.slot_id
  returning w.reservation_id, w.supplier_id, w.key, w.quantity, w.desired_state, w.attempts,
            w.first_sent_at is not null, w.leased_until, w.upstream_id, ss.upstream_id;
$$;

-- Called by src/modules/supply/write-back/write-back-store.ts.
-- Records that the supplier holds the booking. If it was cancelled in the meantime, the cancellation is due next.
create function acknowledge_booking(p_reservation bigint, p_upstream_id jsonb) returns void
language sql
as $$
  update write_back
     set upstream_id = p_upstream_id, acknowledged_at = coalesce(acknowledged_at, holdfast_clock()), reason = null,
         state = case desired_state when 'booked' then 'done' else 'waiting' end, attempts = 0,
         due_at = holdfast_clock(), leased_until = '-infinity'
   where reservation_id = p_reservation and state in ('waiting', 'parked');
$$;

-- Called by src/modules/supply/write-back/write-back-store.ts.
-- Records that the supplier holds nothing of a cancelled entry: it cancelled the booking, or never received it.
create function finish_cancellation(p_reservation bigint) returns void
language plpgsql as $$
declare
  v_slot bigint;
begin
  select slot_id into v_slot from write_back where reservation_id = p_reservation;
  perform from slot where id = v_slot for no key update;
  update write_back set state = 'done', reason = null, leased_until = '-infinity'
   where reservation_id = p_reservation and desired_state = 'cancelled' and state in ('waiting', 'parked');
  if found then
    perform set_supplied_capacity(array[v_slot]);
  end if;
end
$$;

-- Called by src/modules/supply/write-back/write-back-store.ts.
-- Records that the supplier refused the booking. A reservation that is still confirmed becomes a conflict. The refusal
-- also shows that fewer units are left than were asked for, so `remaining` is lowered to at most one fewer, plus the
-- units that the supplier has accepted since the last pull.
create function refuse_booking(p_reservation bigint, p_reason text) returns void
language plpgsql as $$
declare
  v_entry write_back;
begin
  select * into v_entry from write_back where reservation_id = p_reservation;
  -- The order of locks is that of replace_partition.
  perform from supplier_partition sp join supplier_slot ss using (supplier_id, partition)
    where ss.slot_id = v_entry.slot_id for no key update of sp;
  perform from slot where id = v_entry.slot_id for no key update;
  perform from reservation where id = p_reservation for no key update;
  update write_back
     set state = 'refused', reason = null, refusal = coalesce(refusal, p_reason), leased_until = '-infinity'
   where reservation_id = p_reservation and state in ('waiting', 'parked');
  if not found then
    return;
  end if;
  update reservation set status = 'conflict', changed_at = holdfast_clock()
   where id = p_reservation and status = 'confirmed';
  update supplier_slot ss
     set remaining = least(ss.remaining, v_entry.quantity - 1 + coalesce((
           select sum(w.quantity) from write_back w
            where w.slot_id = ss.slot_id and w.acknowledged_at >= sp.observed_at
              and (w.desired_state = 'booked' or w.state <> 'done')), 0))
    from supplier_partition sp
   where ss.slot_id = v_entry.slot_id and (sp.supplier_id, sp.partition) = (ss.supplier_id, ss.partition);
  -- The next answer must be stored even if it equals the last one.
  update supplier_partition sp set digest = ''
    from supplier_slot ss
   where ss.slot_id = v_entry.slot_id and (sp.supplier_id, sp.partition) = (ss.supplier_id, ss.partition);
  perform set_supplied_capacity(array[v_entry.slot_id]);
end
$$;

call announce_changes_of('supplier_partition', 'supplier_partition', 'partition_key(supplier_id, partition)');
call announce_changes_of('write_back', 'write_back', 'supplier_id');

-- Trigger on slot. A claim on a supplier's slot changes the slot's row. Views that hold its partition are notified.
create function announce_supplier_slot() returns trigger
language plpgsql as $$
begin
  perform pg_notify('holdfast_change', json_build_object(
    'topic', 'supplier_partition', 'keys', json_build_array(partition_key(ss.supplier_id, ss.partition)))::text)
    from supplier_slot ss where ss.slot_id = new.id;
  return null;
end
$$;
create trigger announce_supplier_slot after update on slot
  for each row when (new.provider_id is null) execute function announce_supplier_slot();
